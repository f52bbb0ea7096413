"""The mechanism that earns the most: met as it is played, and no other earns more.

That it is a mechanism: backward induction, every lie at every history that its lotteries can reach, participation, revenue. That none earns more: weak duality
with the multipliers ``λ(i,h,θ→r) ≥ 0`` and ``κ ≥ 0`` of the result. What they make of every truthful payoff must cancel (*flow conservation*):

    t = 1:  κ_i(θ) + Σ_r λ(θ→r) − Σ_r λ(r→θ) = μ_1(θ)
    t > 1, h' = (h,ρ,a):  Σ_r λ(h',θ'→r) − Σ_r λ(h',r→θ') = δ Σ_θ λ(h,θ→ρ)[μ(θ'|a,θ) − μ(θ'|a,ρ)]

What is left is ``Σ z c − Σ κ o``, ``o`` what leaving is worth, with virtual values ``c(h,ρ,a) = δ^{t-1} Pr(h,ρ) Σ_i u^i(a,ρ) − Σ_i Σ_θ λ_i(h,θ→ρ)[u^i(a,θ) − u^i(a,ρ)]``, whose largest value is a
dynamic program. No solver, and nothing of what finds answers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from ..envelope import Claim
from ..grown import Grown, Nodes, read_grown
from ..model import Model
from ..question import Question
from ..text import describe, items, label, number_text, show, table
from ..verdict import Ledger, Refuted, equal

_CHOICES = {
    "incentives": ("pepic",),
    "participation": ("entry", "ex-post"),
    "memory": ("full", "first-and-current", "current"),
    "lotteries": ("yes",),
}
_DEFAULTS = {"incentives": "pepic", "participation": "entry", "memory": "full", "lotteries": "yes"}
# period, agent, history, true profile, reported profile, weight
Tempted = tuple[int, int, int, int, int, Fraction]


def read(question: dict[str, Any], model: Model, _: object) -> Question:
    """Read the question with its choices."""
    table(question, "question", ("ask",), tuple(_CHOICES))
    chosen = dict(_DEFAULTS)
    for key, choices in _CHOICES.items():
        value = question.get(key, chosen[key])
        if not isinstance(value, str) or value not in choices:
            raise InputError(f"question.{key}", f"found {describe(value)}", " or ".join(choices))
        chosen[key] = value
    if model.horizon is None:
        raise InputError("question.ask", "optimal is about a finite horizon", "ask about one")
    if model.prior is None:
        raise InputError("question.ask", "optimal needs a prior, the instance has none", "add a prior")
    return Question(ask="optimal", choices=chosen)


def judge(claim: Claim, model: Model, rule: object, values: object, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    chosen = claim.asked.choices
    nodes = Nodes(model, chosen["memory"])
    if nodes.moved and chosen["memory"] != "full":
        raise InputError("question.memory", "actions move the signals: histories count", "full")
    if claim.value is None:
        raise Refuted("no value")
    value = claim.numbers.fraction(claim.value, "value")
    played = read_grown(claim, nodes, ledger)
    _check_played(nodes, played, chosen["participation"], value, ledger)
    tempted = _read_tempted(claim, nodes)
    joined = _read_joined(claim, nodes, chosen["participation"])
    bound = _bound(nodes, tempted, joined, ledger)
    equal(value, bound, "certificate, the bound on revenue", ledger)
    return _statement(chosen, value)


def _statement(chosen: dict[str, str], value: Fraction) -> str:
    memory = {
        "full": "all reports so far",
        "first-and-current": "the first and the current reports alone",
        "current": "the current reports alone",
    }[chosen["memory"]]
    joining = {
        "entry": "every first signal that can occur expects at least what leaving is worth",
        "ex-post": "everybody expects at least what leaving is worth at every profile of first signals",
    }[chosen["participation"]]
    return (
        f"Of all mechanisms whose lotteries over actions and whose payments look at {memory}, in which truth is periodic ex post incentive compatible after "
        f"every history that can be reached and {joining}, none is expected to earn more than {number_text(value)}; the mechanism listed is one of them and "
        "earns that."
    )


# -- the mechanism as it is played ------------------------------------------------------------------------------------


def _check_played(nodes: Nodes, played: Grown, participation: str, value: Fraction, ledger: Ledger) -> None:
    reached = _reached(nodes, played)
    revenue = _revenue(nodes, played)
    for i in nodes.model.players:
        name = nodes.model.agents[i]
        after: list[list[Fraction]] = []
        for t in range(nodes.model.count - 1, -1, -1):
            found: list[list[Fraction]] = []
            for h in range(nodes.counts[t]):
                count = range(nodes.profiles(t))
                truth = [_payoff(nodes, played, after, (t, i, h), p, p) for p in count]
                found.append(truth)
                if h in reached[t]:
                    _no_lie(nodes, played, after, (t, i, h), truth, ledger)
            after = found
        _joins(nodes, after, i, name, participation, ledger)
    equal(value, revenue, "value, the revenue of the mechanism", ledger)


def _payoff(
    nodes: Nodes, played: Grown, after: list[list[Fraction]], place: tuple[int, int, int], truth: int, told: int
) -> Fraction:
    """Return what an agent expects at a true profile when another is reported, and truth after it."""
    t, i, h = place
    total, delta = -played.payments[i][t][h][told], nodes.model.discount
    for a, chance in enumerate(played.lotteries[t][h][told]):
        if not chance:
            continue
        total += chance * nodes.worth[t][i][a][truth]
        if after:
            follows = after[nodes.after(t, h, told, a)]
            mean = sum((c * follows[q] for q, c in nodes.rows[t][a][truth].items()), Fraction(0))
            total += delta * chance * mean
    return total


def _no_lie(
    nodes: Nodes,
    played: Grown,
    after: list[list[Fraction]],
    place: tuple[int, int, int],
    truth: list[Fraction],
    ledger: Ledger,
) -> None:
    t, i, h = place
    period = nodes.model.period(t)
    for p in range(period.profiles):
        for report in range(period.sizes[i]):
            told = nodes.lie(t, i, p, report)
            if told == p:
                continue
            slack = truth[p] - _payoff(nodes, played, after, place, p, told)
            ledger.claim(
                slack >= 0,
                f"incentive of {show(nodes.model.agents[i])}{nodes.model.when(t)} at {period.name(p)} reporting "
                f"{show(period.signals[i][report])}, history {h}: slack {number_text(slack)} < 0",
            )


def _joins(nodes: Nodes, first: list[list[Fraction]], i: int, name: str, participation: str, ledger: Ledger) -> None:
    period = nodes.model.period(0)
    if participation == "ex-post":
        for p, payoff in enumerate(first[0]):
            slack = payoff - nodes.leaving(i, p)
            ledger.claim(
                slack >= 0, f"participation of {show(name)} at {period.name(p)}: slack {number_text(slack)} < 0"
            )
        return
    totals: dict[tuple[int, ...], Fraction] = defaultdict(Fraction)
    for p in range(period.profiles):
        totals[nodes.view(i, p)] += nodes.prior[p] * (first[0][p] - nodes.leaving(i, p))
    for view, total in totals.items():
        words = f"participation of {show(name)} with {show(period.signals[i][view[0]])}"
        ledger.claim(total >= 0, f"{words}: slack {number_text(total)} < 0")


def _reached(nodes: Nodes, played: Grown) -> list[set[int]]:
    """Return, by period, the histories that some reports and the lotteries lead to."""
    found = [{0}]
    for t in range(nodes.model.count - 1):
        following: set[int] = set()
        for h in found[t]:
            for p in range(nodes.profiles(t)):
                for a in range(nodes.actions(t)):
                    if played.lotteries[t][h][p][a]:
                        following.add(nodes.after(t, h, p, a))
        found.append(following)
    return found


def _revenue(nodes: Nodes, played: Grown) -> Fraction:
    """Return the expected discounted payments, from the first period on."""
    weights = [list(nodes.prior)]
    total, factor = Fraction(0), Fraction(1)
    for t in range(nodes.model.count):
        for h, row in enumerate(weights):
            for p, weight in enumerate(row):
                if weight:
                    total += factor * weight * sum(played.payments[i][t][h][p] for i in nodes.model.players)
        factor *= nodes.model.discount
        if t == nodes.model.count - 1:
            break
        following = [[Fraction(0)] * nodes.profiles(t + 1) for _ in range(nodes.counts[t + 1])]
        for h, row in enumerate(weights):
            for p, weight in enumerate(row):
                for a, chance in enumerate(played.lotteries[t][h][p]) if weight else ():
                    for q, c in nodes.rows[t][a][p].items() if chance else ():
                        following[nodes.after(t, h, p, a)][q] += weight * chance * c
        weights = following
    return total


# -- that none earns more ---------------------------------------------------------------------------------------------


def _player(value: object, model: Model, place: str) -> int:
    i = label(value, model.agent_index, f"{place}.agent", "agent")
    if i not in model.players:
        raise InputError(f"{place}.agent", "a public agent never reports", "name another")
    return i


def _weight(claim: Claim, entry: dict[str, Any], place: str) -> Fraction:
    weight = claim.numbers.fraction(entry["weight"], f"{place}.weight")
    if weight < 0:
        raise Refuted(f"{place}.weight: {number_text(weight)} < 0")
    return weight


def _read_tempted(claim: Claim, nodes: Nodes) -> list[Tempted]:
    model, found = nodes.model, []
    seen: set[tuple[int, ...]] = set()
    for k, entry in enumerate(items(claim.certificate.get("tempted"), "certificate.tempted")):
        at = f"certificate.tempted[{k}]"
        short = nodes.memory != "full"
        table(entry, at, ("agent", "history", "signals", "report", "weight", *(("period",) if short else ())))
        i = _player(entry["agent"], model, at)
        t, history = nodes.history(entry["history"], f"{at}.history")
        if short:
            t, length = _period(claim, entry, nodes, at), t
            if length != (1 if nodes.memory == "first-and-current" and t > 0 else 0):
                raise InputError(f"{at}.history", f"{length} entries", "what the mechanism remembers")
        truth = nodes.profile(t, entry["signals"], f"{at}.signals")
        report = label(entry["report"], model.period(t).signal_index[i], f"{at}.report", "signal")
        told = nodes.lie(t, i, truth, report)
        if told == truth or (t, i, history, truth, told) in seen:
            raise InputError(at, "no lie, or one that stands twice", "remove it")
        seen.add((t, i, history, truth, told))
        found.append((t, i, history, truth, told, _weight(claim, entry, at)))
    return found


def _period(claim: Claim, entry: dict[str, Any], nodes: Nodes, place: str) -> int:
    number = claim.numbers.fraction(entry["period"], f"{place}.period")
    if number.denominator != 1 or not 1 <= number <= nodes.model.count:
        raise InputError(f"{place}.period", f"found {number_text(number)}", f"from 1 to {nodes.model.count}")
    return int(number) - 1


def _read_joined(claim: Claim, nodes: Nodes, participation: str) -> list[list[Fraction]]:
    """Return ``κ_i(θ)`` by agent and first profile."""
    model, period = nodes.model, nodes.model.period(0)
    found = [[Fraction(0)] * period.profiles for _ in model.agents]
    for k, entry in enumerate(items(claim.certificate.get("joined"), "certificate.joined")):
        at = f"certificate.joined[{k}]"
        table(entry, at, ("agent", "signals", "weight"))
        i = _player(entry["agent"], model, at)
        weight = _weight(claim, entry, at)
        if participation == "ex-post":
            found[i][nodes.profile(0, entry["signals"], f"{at}.signals")] += weight
            continue
        seen = [i, *model.public]
        own = table(entry["signals"], f"{at}.signals", [model.agents[j] for j in seen])
        view = tuple(label(own[model.agents[j]], period.signal_index[j], f"{at}.signals", "signal") for j in seen)
        for p in range(period.profiles):
            if nodes.view(i, p) == view:
                found[i][p] += weight * nodes.prior[p]
    return found


@dataclass(frozen=True, eq=False)
class _Sums:
    """What multipliers make of truthful payoffs, ``(period, agent, history, profile)``, and of chances, ``(period, history, profile, action)``."""

    payoffs: dict[tuple[int, int, int, int], Fraction]
    chances: dict[tuple[int, int, int, int], Fraction]


def _sums(nodes: Nodes, tempted: list[Tempted]) -> _Sums:
    payoffs: dict[tuple[int, int, int, int], Fraction] = defaultdict(Fraction)
    chances: dict[tuple[int, int, int, int], Fraction] = defaultdict(Fraction)
    delta, last = nodes.model.discount, nodes.model.count - 1
    for t, i, h, truth, told, weight in tempted:
        payoffs[t, i, h, truth] += weight
        payoffs[t, i, h, told] -= weight
        own = nodes.worth[t][i]
        for a in range(nodes.actions(t)):
            chances[t, h, told, a] -= weight * (own[a][truth] - own[a][told])
        for a in nodes.branches(t) if t < last else ():
            follows = nodes.after(t, h, told, a)
            for q, c in nodes.rows[t][a][truth].items():
                payoffs[t + 1, i, follows, q] -= delta * weight * c
            for q, c in nodes.rows[t][a][told].items():
                payoffs[t + 1, i, follows, q] += delta * weight * c
    return _Sums(payoffs, chances)


def _bound(nodes: Nodes, tempted: list[Tempted], joined: list[list[Fraction]], ledger: Ledger) -> Fraction:
    """Ask that truthful payoffs cancel; return the largest sum of virtual values, by backward induction."""
    model, sums = nodes.model, _sums(nodes, tempted)
    leaving = Fraction(0)
    for i in model.players:
        for p, weight in enumerate(joined[i]):
            sums.payoffs[0, i, 0, p] += weight - nodes.prior[p]
            leaving += weight * nodes.leaving(i, p)
    for (t, i, h, p), left in sums.payoffs.items():
        words = f"certificate, flow of {show(model.agents[i])}{model.when(t)} at {model.period(t).name(p)}, history {h}"
        ledger.claim(left == 0, f"{words}: off by {number_text(left)}, not 0")
    after: list[Fraction] = []
    total = Fraction(0)
    for t in range(model.count - 1, -1, -1):
        factor = model.discount**t
        found: list[Fraction] = []
        for h in range(nodes.counts[t]):
            best = Fraction(0)
            for p in range(nodes.profiles(t)):
                chance = factor * nodes.chances[t][h][p]
                options = []
                for a in np.flatnonzero(model.period(t).choices[:, p]).tolist():
                    virtual = chance * sum((own[a][p] for own in nodes.worth[t]), Fraction(0))
                    virtual += sums.chances.get((t, h, p, a), Fraction(0))
                    if nodes.moved and after:
                        virtual += after[nodes.after(t, h, p, a)]
                    options.append(virtual)
                best += max(options)
            found.append(best)
        # where no action moves the signals every node counts by itself; else later nodes are within the first
        total = sum(found, Fraction(0)) + (0 if nodes.moved else total)
        after = found
    return total - leaving
