"""The best mechanism over all rules: what is asked is met as it is played, and no other is better.

That it is a mechanism: lotteries and payments as a point of chances and payoffs (`sequence`), every lie at every history, participation, what is earned. That none
is better: weak duality with the multipliers ``λ(i,h,θ→r) ≥ 0`` and ``κ ≥ 0`` of the result (`weighed`). What they make of every truthful payoff must cancel:

    t = 1:  κ_i(θ) + Σ_r λ(θ→r) − Σ_r λ(r→θ) = μ_1(θ)
    t > 1, h' = (h,ρ,a):  Σ_r λ(h',θ'→r) − Σ_r λ(h',r→θ') = δ Σ_θ λ(h,θ→ρ)[μ(θ'|a,θ) − μ(θ'|a,ρ)]

What is left is ``Σ z c − Σ κ o``, ``o`` what leaving is worth, with virtual values ``c(h,ρ,a) = δ^{t-1} Pr(h,ρ) Σ_i u^i(a,ρ) − Σ_i Σ_θ λ_i(h,θ→ρ)[u^i(a,θ) − u^i(a,ρ)]``.

A supremum: a point that meets every row and has the value, and a mechanism whose lotteries lead everywhere: mixtures of the two are mechanisms, and come as close
as one likes. That none is there: at the best points some chances are 0, so nothing can be owed there; with that, others are; and in the end nothing is as good.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from ..endless import check_forever
from ..envelope import Claim
from ..grown import Nodes, read_grown
from ..model import Model
from ..question import Question
from ..sequence import Point, Terms, collected, holds, objective, of_document, of_played, revenue
from ..text import Numbers, describe, items, label, mapping, number_text, table
from ..verdict import Ledger, Refuted, equal
from ..weighed import Wanted, bound, check_virtual, keys, read_multipliers, read_node

CLOSE = Fraction(1, 2**20)  # how far from a supremum the mechanism may be that is listed
_CHOICES = {
    "incentives": ("pepic", "pbic"),
    "participation": ("entry", "ex-post", "withdrawal"),
    "memory": ("full", "first-and-current", "current"),
    "lotteries": ("yes", "no"),
}
_DEFAULTS = {"incentives": "pepic", "participation": "entry", "memory": "full", "lotteries": "yes"}


def read(question: dict[str, Any], model: Model, numbers: Numbers) -> Question:
    """Read the question with its choices."""
    table(question, "question", ("ask",), (*_CHOICES, "weights", "budget", "periods"))
    chosen = dict(_DEFAULTS)
    for key, choices in _CHOICES.items():
        value = question.get(key, chosen[key])
        if not isinstance(value, str) or value not in choices:
            raise InputError(f"question.{key}", f"found {describe(value)}", " or ".join(choices))
        chosen[key] = value
    if (model.horizon is None) != ("periods" in question):
        raise InputError("question.periods", "goes with an infinite horizon", "say how many there, and there alone")
    if "periods" in question:
        chosen["periods"] = question["periods"]
    if model.prior is None:
        raise InputError("question.ask", "optimal needs a prior, the instance has none", "add a prior")
    if chosen["incentives"] == "pbic" and chosen["memory"] != "full":
        raise InputError("question.memory", "what agents believe depends on all that was reported", "full")
    weights = question.get("weights", "1,0")
    parts = weights.split(",") if isinstance(weights, str) else []
    if len(parts) != 2:
        raise InputError("question.weights", f"found {describe(weights)}", "those of revenue and of surplus: R,S")
    revenue, surplus = (numbers.fraction(part, "question.weights") for part in parts)
    if revenue < 0 or not (revenue or surplus):
        raise InputError("question.weights", f"found {describe(weights)}", "not both 0, that of revenue at least 0")
    if "budget" in question:
        numbers.fraction(question["budget"], "question.budget")
        chosen["budget"] = question["budget"]
    if "periods" in chosen and (
        chosen != _DEFAULTS | {k: chosen[k] for k in ("periods", "participation")} or weights != "1,0"
    ):
        raise InputError(
            "question.periods", "goes with revenue, pepic, full memory and lotteries alone", "leave it out"
        )
    return Question(ask="optimal", choices={**chosen, "weights": weights})


def terms_of(claim: Claim) -> Terms:
    """Return what the question asks of mechanisms."""
    chosen, numbers = claim.asked.choices, claim.numbers
    revenue, surplus = (numbers.fraction(part, "question.weights") for part in chosen["weights"].split(","))
    budget = numbers.fraction(chosen["budget"], "question.budget") if "budget" in chosen else None
    return Terms(chosen["incentives"], chosen["participation"], revenue, surplus, budget)


def judge(claim: Claim, model: Model, rule: object, values: object, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    chosen = claim.asked.choices
    if "periods" in chosen:
        return check_forever(claim, model, terms_of(claim), ledger)
    nodes = Nodes(model, chosen["memory"])
    if nodes.moved and chosen["memory"] != "full":
        raise InputError("question.memory", "actions move the signals: histories count", "full")
    terms = terms_of(claim)
    if claim.status == "infeasible":
        return _check_shortfall(claim, nodes, terms, ledger)
    if claim.value is None and claim.status == "optimal":
        raise Refuted("no value")
    if (claim.bounds is None) == (claim.status == "feasible"):
        raise InputError("bounds", "go with what is feasible", "write them there, and there alone")
    if chosen["lotteries"] == "no":
        return _check_sure(claim, nodes, terms, ledger)
    if claim.status == "feasible":
        raise InputError("status", "with lotteries the best is known", "optimal")
    value = claim.numbers.fraction(claim.value, "value")
    played = read_grown(claim, nodes, ledger)
    point = of_played(nodes, played)
    holds(nodes, terms, point, ledger)
    collected(nodes, played, revenue(nodes, point), ledger)
    had = objective(nodes, terms, point)
    table(claim.certificate, "certificate", keys(terms), ("limit", "virtual"))
    multipliers = read_multipliers(claim, claim.certificate, nodes, terms, "certificate")
    best = bound(nodes, terms, multipliers, Wanted(), ledger, "certificate")
    if claim.attained:
        if "limit" in claim.certificate:
            raise InputError("certificate.limit", "stands in an answer that a mechanism attains", "remove it")
        what = "the revenue" if terms.plain else "the weighted sum"
        equal(value, had, f"value, {what} of the mechanism", ledger)
    equal(value, best, "certificate, the bound on revenue", ledger)
    if "virtual" in claim.certificate:
        if not terms.plain or terms.budget is not None or terms.participation == "withdrawal":
            raise InputError("certificate.virtual", "goes with revenue and payments at any time alone", "remove it")
        check_virtual(claim, nodes, terms, multipliers, ledger)
    if not claim.attained:
        _check_limit(claim, nodes, terms, point, (value, had), ledger)
    return _statement(terms, chosen, value, None if claim.attained else had)


def _check_limit(
    claim: Claim, nodes: Nodes, terms: Terms, near: Point, numbers: tuple[Fraction, Fraction], ledger: Ledger
) -> None:
    """Ask that mechanisms come as close to the value as one likes, and that none has it."""
    value, had = numbers
    place = "certificate.limit"
    limit = table(claim.certificate.get("limit"), place, ("earned", "point", "steps"))
    equal(claim.numbers.fraction(limit["earned"], f"{place}.earned"), had, f"{place}.earned", ledger)
    ledger.claim(
        value - had <= CLOSE, f"the mechanism listed is {number_text(value - had)} from the value, more than 2^-20"
    )
    for t in range(1, nodes.model.count):
        for h in range(nodes.counts[t]):
            reached = h in nodes.never[t] or near.leads(nodes, t, h) > 0
            ledger.claim(reached, f"the mechanism listed never leads to history {h}{nodes.model.when(t)}")
    point = of_document(claim, limit["point"], nodes, f"{place}.point", ledger)
    holds(nodes, terms, point, ledger, f"{place}.point: ")
    equal(value, objective(nodes, terms, point), f"{place}.point, what it has", ledger)
    gone: list[set[int]] = [set() for _ in range(nodes.model.count)]
    steps = items(limit["steps"], f"{place}.steps")
    for k, entry in enumerate(steps):
        at = f"{place}.steps[{k}]"
        table(entry, at, ("dead", "objective", *keys(terms)))
        weight = claim.numbers.fraction(entry["objective"], f"{at}.objective")
        if weight < 0:
            raise Refuted(f"{at}.objective: {number_text(weight)} < 0")
        dead: list[set[int]] = [set() for _ in range(nodes.model.count)]
        for n, value_ in enumerate(items(entry["dead"], f"{at}.dead")):
            t, h = nodes.history(value_, f"{at}.dead[{n}]")
            dead[t].add(h)
        multipliers = read_multipliers(claim, entry, nodes, terms, at)
        most = bound(nodes, terms, multipliers, Wanted(weight, dead, gone), ledger, at)
        if k == len(steps) - 1:
            ledger.claim(most < weight * value, f"{at}: something may be as good: {number_text(most)}")
            return
        ledger.claim(most <= weight * value, f"{at}: a chance may be above 0 by {number_text(most - weight * value)}")
        gone = [already | more for already, more in zip(gone, dead, strict=True)]
    raise InputError(f"{place}.steps", "none", "say why no mechanism has the value")


def _check_sure(claim: Claim, nodes: Nodes, terms: Terms, ledger: Ledger) -> str:
    """Check an answer about mechanisms that draw nothing: what the one listed has, and the bounds of all parts that they were divided into."""
    if not claim.attained:
        raise InputError("attained", "some rule without lotteries is best", "leave it out")
    played = read_grown(claim, nodes, ledger)
    for t, rows in enumerate(played.lotteries):
        fine = all(max(lottery) == 1 for row in rows for lottery in row)
        ledger.claim(fine, f"mechanism.allocation.tree[{t}]: an action is drawn by lot")
    point = of_played(nodes, played)
    holds(nodes, terms, point, ledger)
    collected(nodes, played, revenue(nodes, point), ledger)
    had = objective(nodes, terms, point)
    certificate = table(claim.certificate, "certificate", ("branches",))
    most = _divided(claim, certificate["branches"], nodes, terms, (), "certificate.branches", ledger)
    said = claim.numbers.fraction(claim.value, "value") if claim.bounds is None else claim.bounds[0]
    equal(said, had, "bounds[0], what the mechanism has" if claim.bounds else "value, what the mechanism has", ledger)
    ledger.claim(most is not None, "certificate.branches: nothing is left, but there is a mechanism")
    assert most is not None
    if claim.bounds is None:
        ledger.claim(most <= said, f"certificate.branches: something may have more: {number_text(most)}")
        return _statement(terms, claim.asked.choices, said, None)
    equal(claim.bounds[1], most, "bounds[1]", ledger)
    asked = _asked(claim.asked.choices)
    which = "is expected to earn" if terms.plain else "has, in the weights of the question,"
    return (
        f"Of all mechanisms {asked} none {which} more than {number_text(most)}; the mechanism listed is one of them and {which} {number_text(had)}. "
        "Which is best was not settled."
    )


def _divided(
    claim: Claim,
    value: object,
    nodes: Nodes,
    terms: Terms,
    decided: tuple[tuple[int, int, int, int], ...],
    place: str,
    ledger: Ledger,
) -> Fraction | None:
    """Return the most that mechanisms with some actions decided can have; None where there are none."""
    entry = mapping(value, place, "write {}")
    if "actions" not in entry:
        table(entry, place, ("objective", *keys(terms)))
        weight = claim.numbers.fraction(entry["objective"], f"{place}.objective")
        if weight not in (0, 1):
            raise InputError(f"{place}.objective", f"found {number_text(weight)}", "1, or 0 where nothing is left")
        multipliers = read_multipliers(claim, entry, nodes, terms, place)
        most = bound(nodes, terms, multipliers, _open(nodes, decided, weight), ledger, place)
        if not weight:
            ledger.claim(most < 0, f"{place}: something is left: {number_text(most)}")
        return most if weight else None
    t, history, profile = read_node(claim, entry, nodes, place)
    actions = nodes.model.period(t).action_index
    parts = mapping(entry["actions"], f"{place}.actions", "write {}")
    named = {label(name, actions, f"{place}.actions", "action") for name in parts}
    available = set(np.flatnonzero(nodes.model.period(t).choices[:, profile]).tolist())
    ledger.claim(named >= available, f"{place}.actions: not all that are available")
    found = [
        _divided(
            claim,
            part,
            nodes,
            terms,
            (*decided, (t, history, profile, actions[name])),
            f"{place}.actions.{name}",
            ledger,
        )
        for name, part in parts.items()
    ]
    return max((most for most in found if most is not None), default=None)


def _open(nodes: Nodes, decided: tuple[tuple[int, int, int, int], ...], weight: Fraction) -> Wanted:
    """Return what is left where some actions are decided: no chance of others, and nothing owed after them."""
    barred = {(t, h, p, a) for t, h, p, chosen in decided for a in range(nodes.actions(t)) if a != chosen}
    gone: list[set[int]] = [set() for _ in range(nodes.model.count)]
    for t in range(nodes.model.count - 1) if nodes.moved else ():
        for h in range(nodes.counts[t]):
            for p in range(nodes.profiles(t)):
                for a in range(nodes.actions(t)):
                    if h in gone[t] or (t, h, p, a) in barred:
                        gone[t + 1].add(nodes.after(t, h, p, a))
    return Wanted(weight, (), gone, barred)


def _check_shortfall(claim: Claim, nodes: Nodes, terms: Terms, ledger: Ledger) -> str:
    """Ask that no mechanism earns as much as is required."""
    if terms.budget is None:
        raise InputError("question", "without a budget some mechanism does all that is asked", "ask for a budget")
    if claim.mechanism is not None:
        raise InputError("mechanism", "stands in an answer that there is none", "remove it")
    sure = claim.asked.choices["lotteries"] == "no"
    witness = table(claim.witness, "witness", ("kind", "proof"))
    if witness["kind"] != "out-of-reach":
        raise InputError("witness.kind", f"found {describe(witness['kind'])}", "out-of-reach")
    proof = table(witness["proof"], "witness.proof", ("branches",) if sure else keys(terms))
    if sure:
        left = _divided(claim, proof["branches"], nodes, terms, (), "witness.proof.branches", ledger)
        ledger.claim(left is None, "witness.proof.branches: the budget may be met")
    else:
        multipliers = read_multipliers(claim, proof, nodes, terms, "witness.proof")
        most = bound(nodes, terms, multipliers, Wanted(Fraction(0)), ledger, "witness.proof")
        ledger.claim(most < 0, f"witness.proof: the budget may be met: {number_text(most)}")
    return f"No mechanism {_asked(claim.asked.choices)} is expected to earn {number_text(terms.budget)} or more."


_MEMORY = {
    "full": "all reports so far",
    "first-and-current": "the first and the current reports alone",
    "current": "the current reports alone",
}
_TRUTH = {
    "pepic": "truth is periodic ex post incentive compatible after every history that can be reached",
    "pbic": "truth is best given what an agent knows (its own signals, and all that was reported and done) after every history that can be reached, also after its own lies",
}
_JOINING = {
    "entry": "every first signal that can occur expects at least what leaving is worth",
    "ex-post": "everybody expects at least what leaving is worth at every profile of first signals",
    "withdrawal": "every first signal that can occur expects at least what leaving is worth, nothing is paid before the last period, and there, whatever the "
    "signals that can occur, nobody has less than what leaving is worth",
}


def _asked(chosen: dict[str, str]) -> str:
    actions = "lotteries over actions" if chosen["lotteries"] == "yes" else "actions, chosen for sure,"
    memory, truth, joining = _MEMORY[chosen["memory"]], _TRUTH[chosen["incentives"]], _JOINING[chosen["participation"]]
    return f"whose {actions} and whose payments look at {memory}, in which {truth} and {joining},"


def _statement(terms: Terms, chosen: dict[str, str], value: Fraction, near: Fraction | None) -> str:
    asked = _asked(chosen)
    if terms.budget is not None:
        asked += f" and that are expected to earn at least {number_text(terms.budget)},"
    if terms.plain:
        what, has = "is expected to earn more than", "earns"
    else:
        weights = f"{number_text(terms.revenue)} times what it is expected to earn and {number_text(terms.surplus)} times the surplus it is expected to make"
        what, has = f"has more, adding {weights}, than", "has"
    said = f"Of all mechanisms {asked} none {what} {number_text(value)}"
    if near is None:
        return f"{said}; the mechanism listed is one of them and {has} that."
    return f"{said}, and none {has} that, but some come as close as one likes; the mechanism listed is one of them and {has} {number_text(near)}."
