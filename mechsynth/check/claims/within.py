"""What beliefs within a period allow: ``distinct``, ``balance``, ``strict-balance``, ``identifiability``.

Positive answers are payments: scores under which lies lose, or for each profile ``θ̂`` payments of a given sum whose rows are read here one by one. Negative
ones are rates at which signals are reported as others, of which the effect on the law of the reports is the same whoever lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Imbalance, Mixture, Rates, Suspects

from ..envelope import Claim, witness
from ..exact import Array, Exact
from ..mechanism import read_period
from ..model import Model
from ..prior import (
    Profile,
    Seen,
    every_seen,
    joined,
    read_numbers,
    read_own,
    read_player,
    read_seen,
)
from ..text import items, label, mapping, show, table
from ..values import Values
from ..verdict import Ledger

Payments = dict[Profile, Fraction]
Plan = dict[tuple[int, int], Fraction]


def needs(model: Model) -> None:
    """Refuse an instance of several periods, or without a prior."""
    if model.horizon != 1:
        raise InputError("instance", "has more than one period, and the question is about one", "cut it down")
    if model.prior is None:
        raise InputError("instance", "has no prior, so nothing is believed of the others", "add a prior")


def judge(claim: Claim, model: Model, rule: Sequence[Array] | None, values: Values | None, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    every = list(every_seen(model))
    if claim.status == "fails":
        return (
            _equal_beliefs(claim, model, every, ledger)
            if claim.ask == "distinct"
            else _same_effect(claim, model, every, ledger)
        )
    if claim.ask in ("distinct", "strict-balance"):
        for seen in every:
            _differ(seen, ledger)
    if claim.ask == "distinct":
        _scores(claim, model, every, ledger)
        return (
            "Beliefs are distinct: no two possible signals of an agent make her believe the same of the others' reports, and "
            "under the scores listed every possible signal strictly loses by being reported as another."
        )
    _payments(claim, model, every, ledger)
    if claim.ask == "identifiability":
        return (
            "Identifiability holds: for each profile there are payments that add up to 1 there less its probability everywhere, "
            "of mean 0 for every possible signal that is told truthfully and of mean at least 0 for every lie. So no change of the law of the "
            "reports is one that every agent can bring about alone."
        )
    whole = (
        "Condition C holds: beliefs are distinct, and for"
        if claim.ask == "strict-balance"
        else "Condition B holds: for"
    )
    return (
        f"{whole} each profile there are payments that add up to 1 there and to 0 elsewhere, under which no possible signal of any "
        "agent pays less in expectation when it is reported as another."
    )


def _differ(seen: Seen, ledger: Ledger) -> None:
    """Ask that no two possible signals of a player have proportional weights."""
    for i in range(len(seen.sizes)):
        beliefs = {k: seen.belief(i, k) for k in seen.possible(i)}
        for r, left in beliefs.items():
            for k, right in beliefs.items():
                if k > r:
                    ledger.claim(
                        _apart(left, right),
                        f"{seen.who(i)}'s signals {seen.label(i, r)} and {seen.label(i, k)} have one belief{seen.name()}",
                    )


def _apart(left: list[int], right: list[int]) -> bool:
    return any(a * sum(right) != b * sum(left) for a, b in zip(left, right, strict=True))


def _scores(claim: Claim, model: Model, every: list[Seen], ledger: Ledger) -> None:
    """Ask of ``certificate.scores`` that a lie among the possible signals loses strictly."""
    by_seen = {seen.signals: seen for seen in every}
    left = {(seen.signals, i) for seen in every for i in range(len(seen.sizes))}
    for at, entry in enumerate(items(claim.certificate.get("scores"), "certificate.scores")):
        place = f"certificate.scores[{at}]"
        table(entry, place, ("others", "agent", "scores"))
        seen = _seen(entry["others"], model, by_seen, f"{place}.others")
        i = read_player(entry["agent"], model, f"{place}.agent")
        if (seen.signals, i) not in left:
            raise InputError(place, "this agent stands twice", "keep one")
        left.remove((seen.signals, i))
        rows = {}
        for name, row in mapping(entry["scores"], f"{place}.scores", "write {signal: scores}").items():
            at_own = f"{place}.scores.{show(name)}"
            rows[read_own(name, seen, i, at_own)] = read_numbers(row, len(seen.others(i)), claim.numbers, at_own)
        ledger.claim(set(rows) == set(seen.possible(i)), f"{place}: a possible signal of {seen.who(i)} is missing")
        for k in rows:
            weights = seen.belief(i, k)
            for r in rows:
                if r != k:
                    gain = sum((w * (a - b) for w, a, b in zip(weights, rows[k], rows[r], strict=True)), Fraction(0))
                    ledger.positive(
                        _number(gain), _named(f"{seen.who(i)}: {seen.label(i, k)} reported as {seen.label(i, r)}")
                    )
    ledger.claim(not left, "certificate.scores: an agent is missing")


def _seen(value: object, model: Model, by_seen: dict[Profile, Seen], place: str) -> Seen:
    signals = read_seen(value, model, place)
    if signals not in by_seen:
        raise InputError(place, "these public signals have probability 0", "name what can be seen")
    return by_seen[signals]


def _payments(claim: Claim, model: Model, every: list[Seen], ledger: Ledger) -> None:
    """Ask of ``certificate.payments`` that there is an entry for every profile, and that its rows hold."""
    by_seen = {seen.signals: seen for seen in every}
    left = {(seen.signals, profile) for seen in every for profile in seen.weights}
    for at, entry in enumerate(items(claim.certificate.get("payments"), "certificate.payments")):
        place = f"certificate.payments[{at}]"
        table(entry, place, ("others", "profile", "payments"))
        seen = _seen(entry["others"], model, by_seen, f"{place}.others")
        profile = _profile(entry["profile"], seen, f"{place}.profile")
        if (seen.signals, profile) not in left:
            raise InputError(place, "this profile stands twice", "keep one")
        left.remove((seen.signals, profile))
        given = mapping(entry["payments"], f"{place}.payments", "write {agent: payments}")
        paid: dict[int, Payments] = {}
        for name, row in given.items():
            i = read_player(name, model, f"{place}.payments")
            found = read_numbers(row, len(seen.weights), claim.numbers, f"{place}.payments.{show(name)}")
            paid[i] = dict(zip(seen.weights, found, strict=True))
        if set(paid) != set(range(len(seen.sizes))):
            raise InputError(f"{place}.payments", "an agent is missing", "list all who report")
        _check_payments(claim.ask == "identifiability", seen, profile, paid, ledger)
    ledger.claim(not left, "certificate.payments: a profile is missing")


def _profile(value: object, seen: Seen, place: str) -> Profile:
    """Return a profile of all players, by labels."""
    found = {}
    model = seen.model
    for name, signal in mapping(value, place, "write {agent: signal}").items():
        i = read_player(name, model, place)
        found[i] = label(signal, model.period(0).signal_index[model.players[i]], place, "signal")
    if set(found) != set(range(len(seen.sizes))):
        raise InputError(place, "an agent is missing", "name all who report")
    return tuple(found[i] for i in range(len(seen.sizes)))


def _check_payments(kept: bool, seen: Seen, profile: Profile, paid: dict[int, Payments], ledger: Ledger) -> None:
    words = f"payments for {seen.at(profile)}{seen.name()}"
    base = Fraction(seen.weights[profile], seen.total) if kept else Fraction(0)
    for reports in seen.weights:
        gap = sum((row[reports] for row in paid.values()), Fraction(0)) - int(reports == profile) + base
        ledger.zero(_number(gap), _named(f"{words}: the sum at {seen.at(reports)}"))
    for i, row in paid.items():
        rest = seen.others(i)
        for k in seen.possible(i):
            weights = seen.belief(i, k)
            means = [
                sum((w * row[joined(other, i, r)] for w, other in zip(weights, rest, strict=True)), Fraction(0))
                for r in range(seen.sizes[i])
            ]
            if kept:
                ledger.zero(_number(means[k]), _named(f"{words}: the mean for {seen.who(i)} with {seen.label(i, k)}"))
            for r, mean in enumerate(means):
                if r != k:
                    lie = f"{words}: {seen.who(i)} reports {seen.label(i, k)} as {seen.label(i, r)}"
                    ledger.not_negative(_number(mean - means[k]), _named(lie))


def _equal_beliefs(claim: Claim, model: Model, every: list[Seen], ledger: Ledger) -> str:
    """Ask that the witness names two possible signals of one belief."""
    entry = witness(Mixture, claim.witness, "witness", claim.numbers)
    if entry.action is not None:
        raise InputError("witness.action", "the condition is about no action", "leave it out")
    read_period({"period": None if entry.period is None else (entry.period, 1)}, model, "witness", 1)
    seen = _seen(entry.others, model, {seen.signals: seen for seen in every}, "witness.others")
    i = read_player(entry.agent, model, "witness.agent")
    own = read_own(entry.type_, seen, i, "witness.type")
    found = {read_own(k, seen, i, "witness.weights"): w for k, w in entry.weights.items()}
    ledger.claim(
        list(found.values()) == [Fraction(1)] and own not in found,
        "the witness does not name one other signal with weight 1",
    )
    ledger.claim(entry.shortfall is None, "the witness: a condition has no shortfall")
    (other,) = found
    words = f"{seen.who(i)}'s signals {seen.label(i, own)} and {seen.label(i, other)}"
    ledger.claim(
        not _apart(seen.belief(i, own), seen.belief(i, other)),
        f"{words} make her believe different things{seen.name()}",
    )
    return f"Beliefs are not distinct: {words} make her believe the same of the others' reports{seen.name()}."


def _same_effect(claim: Claim, model: Model, every: list[Seen], ledger: Ledger) -> str:
    """Ask that the plans of the witness change the law of the reports in one way, whoever follows hers."""
    kept = claim.ask == "identifiability"
    kind: type[Suspects | Imbalance] = Suspects if kept else Imbalance
    entry = witness(kind, claim.witness, "witness", claim.numbers)
    seen = _seen(entry.others, model, {seen.signals: seen for seen in every}, "witness.others")
    plans = _plans(entry.plans, seen)
    effects: list[dict[Profile, Fraction]] = []
    for i in range(len(seen.sizes)):
        plan = plans.get(i, {})
        for (k, r), y in plan.items():
            if r != k:
                ledger.claim(
                    y >= 0,
                    f"the rate at which {seen.who(i)} reports {seen.label(i, k)} as {seen.label(i, r)} is below 0",
                )
            elif not kept:
                raise InputError("witness.plans", "a signal told as itself", "leave it out")
        effects.append(_effect(seen, i, plan, kept))
    for i, effect in enumerate(effects[1:], 1):
        for reports, change in effect.items():
            words = f"the change of {seen.at(reports)} by {seen.who(i)} less that by {seen.who(0)}{seen.name()}"
            ledger.zero(_number(change - effects[0][reports]), _named(words))
    moved = any(effects[0].values())
    if kept:
        ledger.zero(_number(sum(effects[0].values(), Fraction(0))), _named("the sum of the change of the law"))
    if claim.ask == "strict-balance":
        ledger.claim(any(y for plan in plans.values() for y in plan.values()), "the plans of the witness have no lie")
        return (
            "Condition C fails: with the plans listed, not all without a lie, every agent changes the law of the reports in one and the "
            f"same way{'' if moved else ', by nothing'}{seen.name()}."
        )
    ledger.claim(moved, "the plans of the witness do not change the law of the reports")
    if kept:
        return (
            "Identifiability fails: with the rates listed every agent alone brings about one and the same change of the law of the "
            f"reports, which is not 0{seen.name()}."
        )
    return f"Condition B fails: the plans of lies listed change the law of the reports, all in one and the same way{seen.name()}."


def _plans(listed: Rates, seen: Seen) -> dict[int, Plan]:
    found: dict[int, Plan] = {}
    for name, lies in listed.items():
        place = f"witness.plans.{show(name)}"
        i = read_player(name, seen.model, place)
        known = seen.model.period(0).signal_index[seen.model.players[i]]
        for own, rates in lies.items():
            k = read_own(own, seen, i, place)
            for report, rate in rates.items():
                found.setdefault(i, {})[k, label(report, known, place, "report")] = rate
    return found


def _effect(seen: Seen, player: int, plan: Plan, kept: bool) -> dict[Profile, Fraction]:
    """Return how the weights of the reports change; ``kept``: the rates of the truth are listed themselves."""
    effect = dict.fromkeys(seen.weights, Fraction(0))
    for (k, r), y in plan.items():
        for rest, weight in zip(seen.others(player), seen.belief(player, k), strict=True):
            effect[joined(rest, player, r)] += y * weight
            if not kept:
                effect[joined(rest, player, k)] -= y * weight
    return effect


def _number(value: Fraction) -> Exact:
    return Exact(np.array(value.numerator, dtype=object), np.array(value.denominator, dtype=object))


def _named(words: str) -> Any:
    return lambda index: words
