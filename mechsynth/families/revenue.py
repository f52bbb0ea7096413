"""Buyers met again and again, of whom it is known what they bring (Battaglini 2005; Kakade, Lobel and Nazerzadeh 2011)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.errors import UsageError
from mechsynth.families.draws import Draws
from mechsynth.families.family import Draft, Family, Parameter, discount

HALF = Fraction(1, 2)
_ABOVE = "the low value is to be below the high one", "give a smaller low, or a larger high"


def _positive(value: Fraction) -> Fraction:
    return max(value, Fraction(0))


def battaglini_formula(given: Mapping[str, Any]) -> Fraction:
    """Return the revenue of the efficient rule after the first high report, and of virtual values before it.

    It is the optimum where high values are followed by high ones at least as often as low ones are, and may exceed it elsewhere.
    """
    low, high, cost, delta = given["low"], given["high"], given["cost"], given["discount"]
    start, stay, rise = given["start"], given["stay"], given["rise"]
    total, factor, likely, never, shrink = Fraction(0), Fraction(1), start, 1 - start, Fraction(1)
    for _ in range(given["horizon"]):
        # Pr(high now), Pr(low now after some high), Pr(low ever since)
        held = low - cost - (high - low) * start / (1 - start) * shrink
        fallen = (1 - likely - never) * _positive(low - cost)
        total += factor * (likely * _positive(high - cost) + fallen + never * _positive(held))
        likely, never = likely * stay + (1 - likely) * rise, never * (1 - rise)
        shrink *= (stay - rise) / (1 - rise)
        factor *= delta
    return total


def _battaglini(given: Mapping[str, Any], _: Draws) -> Draft:
    low, high, cost, delta, horizon = given["low"], given["high"], given["cost"], given["discount"], given["horizon"]
    start, stay, rise = given["start"], given["stay"], given["rise"]
    if low >= high:
        raise UsageError("--param low", *_ABOVE)
    one = {
        "signals": {"buyer": ["low", "high"], "seller": ["-"]},
        "actions": ["keep", "sell"],
        "utilities": {"buyer": {"private": [[0, 0], [low, high]]}, "seller": {"private": [[0], [-cost]]}},
    }
    chain = {"independent": {"buyer": [[1 - rise, rise], [1 - stay, stay]], "seller": [[1]]}}
    periods = [{**one, **({"transition": chain} if t < horizon else {})} for t in range(1, horizon + 1)]
    body = {
        "horizon": horizon,
        "discount": delta,
        "agents": ["buyer", "seller"],
        "prior": {"independent": {"buyer": [1 - start, start], "seller": [1]}},
        "periods": periods,
    }
    notes = (
        "One unit a period, for a buyer whose value follows a chain: high stays high with probability stay, low rises with probability rise. Where stay is at least rise, it is efficient to sell after any high report, and before it "
        "what tempts the high type shrinks by (stay − rise)/(1 − rise) a period."
    )
    draft = Draft(body, "A value that moves, one unit a period", notes, tags=["revenue"])
    likely, factor, surplus = start, Fraction(1), Fraction(0)
    for _t in range(horizon):
        surplus += factor * (likely * _positive(high - cost) + (1 - likely) * _positive(low - cost))
        likely, factor = likely * stay + (1 - likely) * rise, factor * delta
    draft.expect("optimal", "Every period by itself: Σ δ^{t−1} E (θ_t − c)^+.", "policy", value=surplus)
    kept = horizon == 1 or (stay == 1 and rise == 0)
    draft.expect(
        "holds" if kept else "fails",
        "The value stays what it was at first." if kept else "A later value can follow a low and a high first one.",
        "separable",
    )
    if stay >= rise:
        draft.expect(
            "optimal",
            "Battaglini 2005, two types, one unit. Lies of the high type at histories of low reports alone bound the revenue by Σ δ^{t−1} [Pr(high)(θ_H − c)^+ + Pr(low after a high)(θ_L − c)^+ + "
            "Pr(low ever since)(θ_L − c − (θ_H − θ_L) (μ_H/μ_L) ρ^{t−1})^+], ρ = (stay − rise)/(1 − rise); with ρ ≥ 0 the low type gains nothing by lying, whatever comes later is monotone.",
            "optimal",
            value=battaglini_formula(given),
        )
        why = "Coupled in order, a high chain and the low one that it tells differ while the low one has been low ever since: the rows of first reports come to the same formula."
        draft.expect("holds", why, "relaxed", value=battaglini_formula(given))
        draft.expect("holds", "Both are Battaglini's formula.", "gap", value=Fraction(0))
    return draft


def arms(weights: tuple[Fraction, Fraction], success: Fraction, delta: Fraction) -> Fraction:
    """Return the value of two new arms of these weights, at least 0: the heavier first, and the other once it has failed.

    An arm pays its weight if it is good, for ever; it is with probability ``success``, and the first pull tells.
    """
    high, low = max(weights), min(weights)
    return success / (1 - delta) * (high + delta * (1 - success) * low)


def _bandit(given: Mapping[str, Any], _: Draws) -> Draft:
    low, high, success, delta = given["low"], given["high"], given["success"], given["discount"]
    if low >= high:
        raise UsageError("--param low", *_ABOVE)
    parts = ["start", "new", "good", "bad"]
    names = ["a", "b"]

    def after(state: int, pulled: bool) -> list[Fraction]:
        row = [Fraction(0)] * 4
        if state == 1 and pulled:
            row[2:] = [success, 1 - success]
        else:
            row[max(state, 1)] = Fraction(1)
        return row

    def law(agent: int) -> list[list[list[Fraction]]]:
        four = [Fraction(0)] * 4
        table = []
        for a in range(3):
            rows = [after(state, a == agent + 1) for state in range(4)]
            table.append([row + four for row in rows] + [four + row for row in rows])
        return table

    def worth(agent: int) -> list[list[Fraction]]:
        own = [x * part for x in (low, high) for part in (Fraction(0), success, Fraction(1), Fraction(0))]
        return [own if a == agent + 1 else [Fraction(0)] * 8 for a in range(3)]

    first = [HALF, 0, 0, 0, HALF, 0, 0, 0]
    body = {
        "horizon": "infinite",
        "discount": delta,
        "agents": names,
        "prior": {"independent": dict.fromkeys(names, first)},
        "signals": {name: [f"{x},{part}" for x in (low, high) for part in parts] for name in names},
        "actions": ["keep", *names],
        "utilities": {name: {"private": worth(i)} for i, name in enumerate(names)},
        "transition": {"independent": {name: law(i) for i, name in enumerate(names)}},
    }
    notes = "Two firms learn by using a resource which only one has at a time. Each knows its weight x, low or high; whether the resource suits it shows when it first has it. Period 1, in which weights are told and nothing is used, is the start."
    draft = Draft(body, "Two firms that learn by use", notes, tags=["revenue", "bandit"])
    pairs = [(x, y) for x in (low, high) for y in (low, high)]
    draft.expect(
        "optimal",
        "New arms have the index x s/(1 − δ(1 − s)), good ones x, bad ones 0: the heavier arm is used first, for ever if it is good, else the other. δ E s/(1 − δ) [max + δ (1 − s) min].",
        "policy",
        value=delta * sum((arms(pair, success, delta) for pair in pairs), Fraction(0)) / 4,
    )
    draft.expect("holds", "Uses are worth x times 0, s or 1, and what they show does not look at x.", "separable")
    draft.expect("holds", "Using the resource moves and pays its user alone; period 1 opens.", "index")
    return draft


FAMILIES = (
    Family(
        "battaglini",
        "a buyer whose value, low or high, follows a chain; one unit a period",
        "Battaglini 2005",
        (
            Parameter("low", Fraction(2), "θ_L, the low value", 0, 10**6),
            Parameter("high", Fraction(3), "θ_H, the high value", 0, 10**6, above=True),
            Parameter("cost", Fraction(0), "c, what a unit costs the seller", 0, 10**6),
            Parameter(
                "start", HALF, "μ_H, the probability of the high value in period 1", 0, 1, above=True, below=True
            ),
            Parameter("stay", Fraction(3, 4), "the probability that high stays high", 0, 1),
            Parameter("rise", Fraction(1, 4), "the probability that low rises to high", 0, 1, below=True),
            discount(Fraction(1), finite=True),
            Parameter("horizon", 2, "T", 1, 8, whole=True),
        ),
        _battaglini,
        seeded=False,
    ),
    Family(
        "bandit-auction",
        "two firms that learn what a resource is worth to them by using it",
        "Kakade, Lobel and Nazerzadeh 2011, section 6.2",
        (
            Parameter("low", Fraction(2), "the low weight x", 0, 10**6, above=True),
            Parameter("high", Fraction(3), "the high weight x", 0, 10**6, above=True),
            Parameter(
                "success", HALF, "s, the probability that the resource suits a firm", 0, 1, above=True, below=True
            ),
            discount(HALF),
        ),
        _bandit,
        seeded=False,
    ),
)
