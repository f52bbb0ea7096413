"""``relaxed``: what the rows of first reports alone allow, as an exact value: lotteries and payoffs that meet them, and multipliers that bound it.

For every agent, first signals x and r: ``U(x) − U(r) ≥ Σ z(node, a) g(node, a)``, g what a consistent deviation gains (`coupled`); ``U(x) ≥`` what leaving is
worth. With ``λ(x→r), κ(x) ≥ 0`` and ``κ(x) + Σ_r λ(x→r) − Σ_r λ(r→x) = f(x)`` nothing is left of ``U``, and the largest sum of *virtual values*
``δ^{t−1} Pr Σ u − Σ λ g`` is a dynamic program. No solver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError

from ..coupled import Coupled, Where, ask_independent
from ..envelope import Claim
from ..model import Model
from ..question import Question
from ..text import describe, items, label, number_text, show, table
from ..verdict import Ledger, Refuted, equal

REVEAL = ("paths", "shocks")
Chances = list[list[list[Fraction]]]


def read(question: Mapping[str, Any], model: Model, _: object) -> Question:
    """Read the question with its choice."""
    table(question, "question", ("ask",), ("reveal",))
    reveal = question.get("reveal", "paths")
    if not isinstance(reveal, str) or reveal not in REVEAL:
        raise InputError("question.reveal", f"found {describe(reveal)}", " or ".join(REVEAL))
    if model.horizon is None:
        raise InputError("question.ask", "relaxed is about a finite horizon", "ask about one")
    if model.prior is None:
        raise InputError("question.ask", "relaxed needs a prior, the instance has none", "add a prior")
    if model.public or model.limited:
        raise InputError("instance", "has public states or actions that are not always available", "ask optimal")
    return Question(ask="relaxed", choices={"reveal": reveal})


def judge(claim: Claim, model: Model, rule: object, values: object, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    if claim.value is None:
        raise Refuted("no value")
    value = claim.numbers.fraction(claim.value, "value")
    ask_independent(model)
    revealed = claim.asked.choices["reveal"] == "shocks"
    coupled = Coupled(model, revealed)
    found = table(claim.certificate, "certificate", ("lotteries", "payoffs", "tempted", "joined"), ("closed",))
    chances = _read_chances(claim, coupled, found["lotteries"], ledger)
    payoffs = _read_payoffs(claim, coupled, found["payoffs"])
    tempted, joined = _read_multipliers(claim, coupled, found)
    virtual: dict[tuple[Where, int], Fraction] = defaultdict(Fraction)
    for i in model.players:
        for x in coupled.first[i]:
            _joins(coupled, i, x, payoffs, ledger)
            for r in coupled.first[i]:
                if r == x:
                    continue
                total, weight = Fraction(0), tempted.get((i, x, r), Fraction(0))
                for (t, k), a, gain in coupled.gains(i, x, r):
                    total += chances[t][k][a] * gain
                    virtual[(t, k), a] -= weight * gain
                names = model.period(0).signals[i]
                slack = payoffs[i, x] - payoffs[i, r] - total
                ledger.claim(
                    slack >= 0,
                    f"{show(model.agents[i])} with {show(names[x])} reporting {show(names[r])} at first: slack {number_text(slack)} < 0",
                )
    equal(value, _earned(coupled, chances, payoffs), "value, what lotteries and payoffs come to", ledger)
    equal(value, _bound(coupled, virtual, tempted, joined, ledger), "certificate, the bound", ledger)
    said = _statement(value, revealed)
    if "closed" in found:
        said += _check_closed(claim, coupled, found["closed"], ledger)
    return said


def _check_closed(claim: Claim, coupled: Coupled, entry: object, ledger: Ledger) -> str:
    """Ask that virtual values with the multipliers ``1 − F`` of lies to the next lower first signal alone are as told, and what they come to."""
    place, model = "certificate.closed", coupled.model
    told = table(entry, place, ("value", "virtual"))
    tempted: dict[tuple[int, int, int], Fraction] = {}
    joined: dict[tuple[int, int], Fraction] = {}
    virtual: dict[tuple[Where, int], Fraction] = defaultdict(Fraction)
    for i in model.players:
        joined[i, coupled.first[i][0]] = Fraction(1)
        for k, low in enumerate(coupled.first[i][:-1]):
            high = coupled.first[i][k + 1]
            weight = sum((coupled.parts[i].chances[x] for x in coupled.first[i][k + 1 :]), Fraction(0))
            tempted[i, high, low] = weight
            for where, a, gain in coupled.gains(i, high, low):
                virtual[where, a] -= weight * gain
    value = _bound(coupled, virtual, tempted, joined, ledger)
    equal(claim.numbers.fraction(told["value"], f"{place}.value"), value, f"{place}.value", ledger)
    rows = items(told["virtual"], f"{place}.virtual")
    nodes = [(t, k) for t in range(model.count) for k in range(len(coupled.nodes[t]))]
    if rows and len(rows) != len(nodes):
        raise InputError(
            f"{place}.virtual", f"length {len(rows)}", f"one entry for each of {len(nodes)} reports, or none"
        )
    secret = [i for i in model.players if any(model.period(t).sizes[i] > 1 for t in range(model.count))]
    for number, (row, (t, k)) in enumerate(zip(rows, nodes, strict=False)):
        at = f"{place}.virtual[{number}]"
        own = table(row, at, ("reports", "values"))
        before, _, states, chance = coupled.nodes[t][k]
        path = [(0, coupled.nodes[0][before][2]), (1, states)] if t == 1 else [(t, states)]
        names = [[model.period(s).signals[i][coupled.chains[i][0][s][each[i]]] for s, each in path] for i in secret]
        ledger.claim(t < 2 and [own["reports"]] == names, f"{at}.reports: not these reports")
        values = [claim.numbers.fraction(v, f"{at}.values") for v in items(own["values"], f"{at}.values")]
        if len(values) != len(model.period(t).actions):
            raise InputError(f"{at}.values", f"length {len(values)}", "one for each action")
        for a, found in enumerate(values):
            part = model.discount**t * chance
            equal(found * part, part * coupled.surplus(t, a, states) + virtual[(t, k), a], f"{at}.values[{a}]", ledger)
    return f" With the multipliers 1 − F of lies to the next lower first signal alone the bound would be {number_text(value)}."


def _statement(value: Fraction, revealed: bool) -> str:
    seen = (
        ", and if the designer sees what moves later signals (the cells that their distribution functions cut out, in file order)"
        if revealed
        else ""
    )
    return (
        f"No mechanism in which truth is an equilibrium, and every first signal that can occur expects at least what leaving is worth, is expected to earn more than "
        f"{number_text(value)}. That is exactly what could be earned if the only lies were consistent ones: a wrong first report, followed by the chain that goes with it "
        f"(comonotone in file order){seen}. It is not said that a mechanism earns it."
    )


def _read_chances(claim: Claim, coupled: Coupled, value: object, ledger: Ledger) -> Chances:
    """Read lotteries node by node, and multiply them along the actions where these move signals."""
    place, model = "certificate.lotteries", coupled.model
    periods = items(value, place)
    if len(periods) != model.count:
        raise InputError(place, f"length {len(periods)}", f"one entry a period: {model.count}")
    found: Chances = []
    for t, entry in enumerate(periods):
        at = f"{place}[{t}]"
        rows = items(entry, at)
        if len(rows) != len(coupled.nodes[t]):
            raise InputError(at, f"length {len(rows)}", f"one lottery for each of {len(coupled.nodes[t])} reports")
        drawn = []
        for k, row in enumerate(rows):
            lottery = [claim.numbers.fraction(v, f"{at}[{k}]") for v in items(row, f"{at}[{k}]")]
            if len(lottery) != len(model.period(t).actions):
                raise InputError(f"{at}[{k}]", f"length {len(lottery)}", "one chance for each action")
            ledger.claim(min(lottery) >= 0 and sum(lottery) == 1, f"{at}[{k}]: not a lottery")
            before, action = coupled.nodes[t][k][:2]
            chance = found[t - 1][before][action] if coupled.moved and t else Fraction(1)
            drawn.append([chance * v for v in lottery])
        found.append(drawn)
    return found


def _read_payoffs(claim: Claim, coupled: Coupled, value: object) -> dict[tuple[int, int], Fraction]:
    model, place = coupled.model, "certificate.payoffs"
    told = table(value, place, [model.agents[i] for i in model.players])
    found: dict[tuple[int, int], Fraction] = {}
    for i in model.players:
        at = f"{place}.{show(model.agents[i])}"
        names = model.period(0).signals[i]
        own = table(told[model.agents[i]], at, [names[x] for x in coupled.first[i]])
        found |= {(i, x): claim.numbers.fraction(own[names[x]], at) for x in coupled.first[i]}
    return found


def _read_multipliers(
    claim: Claim, coupled: Coupled, found: Mapping[str, Any]
) -> tuple[dict[tuple[int, int, int], Fraction], dict[tuple[int, int], Fraction]]:
    model = coupled.model
    index = model.period(0).signal_index
    tempted: dict[tuple[int, int, int], Fraction] = {}
    joined: dict[tuple[int, int], Fraction] = {}
    for key, more in (("tempted", ("report",)), ("joined", ())):
        for k, value in enumerate(items(found[key], f"certificate.{key}")):
            at = f"certificate.{key}[{k}]"
            entry = table(value, at, ("agent", "signal", *more, "weight"))
            i = label(entry["agent"], model.player_index, f"{at}.agent", "agent")
            own = [label(entry[name], index[i], f"{at}.{name}", "signal") for name in ("signal", *more)]
            weight = claim.numbers.fraction(entry["weight"], f"{at}.weight")
            if weight < 0:
                raise Refuted(f"{at}.weight: {number_text(weight)} < 0")
            twice = (i, own[0], own[1]) in tempted if more else (i, own[0]) in joined
            if any(x not in coupled.first[i] for x in own) or len(set(own)) < len(own) or twice:
                raise InputError(at, "no lie, a signal of no probability, or an entry that stands twice", "remove it")
            if more:
                tempted[i, own[0], own[1]] = weight
            else:
                joined[i, own[0]] = weight
    return tempted, joined


def _joins(coupled: Coupled, i: int, x: int, payoffs: Mapping[tuple[int, int], Fraction], ledger: Ledger) -> None:
    slack = payoffs[i, x] - coupled.leaving(i, x)
    name = coupled.model.period(0).signals[i][x]
    ledger.claim(
        slack >= 0,
        f"participation of {show(coupled.model.agents[i])} with {show(name)}: slack {number_text(slack)} < 0",
    )


def _earned(coupled: Coupled, chances: Chances, payoffs: Mapping[tuple[int, int], Fraction]) -> Fraction:
    total = -sum((coupled.parts[i].chances[x] * payoff for (i, x), payoff in payoffs.items()), Fraction(0))
    for t, nodes in enumerate(coupled.nodes):
        factor = coupled.model.discount**t
        for k, (_, _, states, chance) in enumerate(nodes):
            for a, drawn in enumerate(chances[t][k]):
                if drawn:
                    total += factor * chance * drawn * coupled.surplus(t, a, states)
    return total


def _bound(
    coupled: Coupled,
    virtual: Mapping[tuple[Where, int], Fraction],
    tempted: Mapping[tuple[int, int, int], Fraction],
    joined: Mapping[tuple[int, int], Fraction],
    ledger: Ledger,
) -> Fraction:
    model, total = coupled.model, Fraction(0)
    for i in model.players:
        for x in coupled.first[i]:
            left = joined.get((i, x), Fraction(0)) - coupled.parts[i].chances[x]
            total -= joined.get((i, x), Fraction(0)) * coupled.leaving(i, x)
            for r in coupled.first[i]:
                left += tempted.get((i, x, r), Fraction(0)) - tempted.get((i, r, x), Fraction(0))
            name = show(model.period(0).signals[i][x])
            ledger.claim(
                left == 0,
                f"certificate, flow of {show(model.agents[i])} with {name}: off by {number_text(left)}, not 0",
            )
    after: dict[tuple[int, int], Fraction] = {}
    for t in range(model.count - 1, -1, -1):
        factor = model.discount**t
        best: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
        for k, (before, action, states, chance) in enumerate(coupled.nodes[t]):
            most = max(
                factor * chance * coupled.surplus(t, a, states)
                + virtual.get(((t, k), a), Fraction(0))
                + (after.get((k, a), Fraction(0)) if coupled.moved else 0)
                for a in range(len(model.period(t).actions))
            )
            if coupled.moved and t:
                best[before, action] += most
            else:
                total += most
        after = best
    return total
