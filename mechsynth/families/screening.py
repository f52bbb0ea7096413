"""Buyers who know something before the item is sold, of whom it is known what they bring (Kakade, Lobel and Nazerzadeh 2011; Courty and Li 2000)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.families.draws import Draws
from mechsynth.families.family import Draft, Family, Parameter, even, refuse_large

HALF = Fraction(1, 2)


def midpoints(count: int) -> list[Fraction]:
    """Return ``x_k = (2k − 1)/(2K)``."""
    return [Fraction(2 * k - 1, 2 * count) for k in range(1, count + 1)]


def virtual(count: int) -> list[Fraction]:
    """Return ``φ_k = x_k − (K − k)/K``, the virtual values of the midpoints, uniform."""
    return [x - Fraction(count - k, count) for k, x in enumerate(midpoints(count), start=1)]


def _positive(value: Fraction) -> Fraction:
    return max(value, Fraction(0))


def _mean(values: list[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _states(points: list[Fraction], parts: list[str]) -> list[str]:
    """Return the labels of second signals: the first one, and what is seen besides."""
    return [f"{x},{part}" for x in points for part in parts]


def _kept(count: int, chances: list[Fraction]) -> list[list[Fraction]]:
    """Return the law of the second signals: the first one stays, the rest is drawn."""
    zero = [Fraction(0)] * len(chances)
    return [[c for j in range(count) for c in (chances if j == k else zero)] for k in range(count)]


def _screened(
    first: list[str], second: list[str], law: list[list[Fraction]], worth: list[Fraction], cost: Fraction
) -> dict[str, object]:
    """Return a sale in period 2 to a buyer who knows something in period 1; the cost is the utility of a seller."""
    lone: dict[str, object] = {"seller": {"private": [[0], [-cost]]}}
    return {
        "horizon": 2,
        "discount": 1,
        "agents": ["buyer", "seller"],
        "periods": [
            {
                "signals": {"buyer": first, "seller": ["-"]},
                "actions": ["-"],
                "utilities": {"buyer": {"private": [[0] * len(first)]}, "seller": {"private": [[0]]}},
                "transition": {"independent": {"buyer": law, "seller": [[1]]}},
            },
            {
                "signals": {"buyer": second, "seller": ["-"]},
                "actions": ["keep", "sell"],
                "utilities": {"buyer": {"private": [[0] * len(second), worth]}, **lone},
            },
        ],
    }


def _prior(*own: list[Fraction]) -> dict[str, object]:
    names = ["buyer", "seller"]
    return {"independent": dict(zip(names, [*own, [1]], strict=True))}


def kln7_relaxed(count: int, plus: Fraction, times: Fraction) -> Fraction:
    """Return what the period-1 rows alone allow: ``Σ_k [(c_× φ_k)^+ + (c_+ + φ_k)^+]/(2K)``."""
    return _mean([HALF * (_positive(times * phi) + _positive(plus + phi)) for phi in virtual(count)])


def kln7_price(count: int, plus: Fraction, times: Fraction) -> Fraction:
    """Return what one price in period 1 earns: ``max_k (K − k + 1)/K · ((1 + c_×) x_k + c_+)/2``."""
    points = midpoints(count)
    return max(Fraction(count - k, count) * HALF * ((1 + times) * x + plus) for k, x in enumerate(points))


def kln7_edge(count: int, plus: Fraction) -> Fraction | None:
    """Return the ``c_×`` from above which the relaxed bound is not attained, ``(x_1 + c_+)/x_{k*}``; ``None`` where the argument does not apply."""
    points, phis = midpoints(count), virtual(count)
    if plus + phis[0] <= 0:
        return None
    return (points[0] + plus) / next(x for x, phi in zip(points, phis, strict=True) if phi > 0)


def _kln7(given: Mapping[str, Any], _: Draws) -> Draft:
    count, plus, times = given["types"], given["plus"], given["times"]
    refuse_large(4 * count * count, "types")
    points = midpoints(count)
    worth = [value for x in points for value in (x + plus, x * times)]
    law = _kept(count, [HALF, HALF])
    body = _screened([str(x) for x in points], _states(points, ["+", "*"]), law, worth, Fraction(0))
    body["prior"] = _prior(even(count))
    notes = (
        "The buyer knows x. In period 2 a coin, which it sees, decides whether the item is worth x + c_+ or x c_×. The coin is additive or multiplicative, so the environment is neither, "
        "and what the period-1 rows allow may be out of reach: with a large c_× whoever buys at + buys at × as well."
    )
    draft = Draft(body, "Plus or times", notes, tags=["revenue"])
    value = HALF * ((1 + times) / 2 + plus)
    draft.expect("optimal", "Selling always: ((1 + c_×) E x + c_+)/2, and E x = 1/2.", "policy", value=value)
    apart = bool(plus) and times != 1
    draft.expect(
        "fails" if apart else "holds",
        "The minor of + and × at x and x' is c_+ c_× (x' − x), and the value rises with x by 1 at +, by c_× at ×."
        if apart
        else "Without c_+ the value is x times 1 or c_×; with c_× = 1 it is x and 0 or c_+.",
        "separable",
    )
    bound = kln7_relaxed(count, plus, times)
    why = "Σ_k [(c_× φ_k)^+ + (c_+ + φ_k)^+]/(2K), φ_k = x_k − (K − k)/K: served sets shrink with x, so lies to neighbours below are all that count."
    draft.expect("holds", why, "relaxed", value=bound)
    edge = kln7_edge(count, plus)
    if edge is not None:
        draft.expect(
            "holds" if times <= edge else "fails",
            "Attained if and only if c_× ≤ (x_1 + c_+)/x_{k*}: above it x_{k*} at × takes what x_1 takes at +, and every first value counts.",
            "gap",
        )
    if edge is not None and times <= edge:
        draft.expect(
            "optimal",
            "The bound of the period-1 rows, Σ_k [(c_× φ_k)^+ + (c_+ + φ_k)^+]/(2K). Two contracts attain it: the item at the price x_1 + c_+ in period 2, at which nobody below x_{k*} buys at ×, nor x_{k*} itself, since "
            "c_× x_{k*} ≤ x_1 + c_+; and the item in any case at a price at which x_{k*} is indifferent.",
            "optimal",
            value=bound,
        )
    elif times * points[0] > points[0] + plus:
        draft.expect(
            "optimal",
            "At every x the item is worth more at × than at +, so the rows of period 2 make it come at × at least as often. Then x brings at most the largest of 0, c_× φ_k/2 and (c_+ + (1 + c_×) φ_k)/2; with "
            "Σ_{j ≥ k} φ_j = (K − k + 1) x_k one price in period 1 earns that.",
            "optimal",
            value=kln7_price(count, plus, times),
        )
    return draft


def contracts(points: list[Fraction], shocks: list[Fraction], cost: Fraction, additive: bool) -> tuple[Fraction, bool]:
    """Return the bound ``E (virtual value − cost)^+``, and whether strike prices with fees attain it.

    First types are uniform on ``points``, shocks on ``shocks``. The strike of type k is the least marginal value served up to k, its fee leaves it the rent of the
    bound; every type is then asked whether another contract is better.
    """
    count = len(points)

    def worth(x: Fraction, s: Fraction) -> Fraction:
        return x + s if additive else x * s

    phis = [x - (points[k + 1] - x) * (count - 1 - k) if k + 1 < count else x for k, x in enumerate(points)]
    served = [[s for s in shocks if worth(phi, s) >= cost] for phi in phis]
    bound = _mean([_positive(worth(phi, s) - cost) for phi in phis for s in shocks])
    strike, rent, offers = None, Fraction(0), []
    for k, x in enumerate(points):
        if k:
            rent += sum((worth(x, s) - worth(points[k - 1], s) for s in served[k - 1]), Fraction(0)) / len(shocks)
        if not served[k]:
            continue
        least = worth(x, served[k][0])
        strike = least if strike is None else min(strike, least)
        offers.append((strike, sum((worth(x, s) - strike for s in served[k]), Fraction(0)) / len(shocks) - rent))
    rents = []
    for x in points:
        own = [sum((_positive(worth(x, s) - p) for s in shocks), Fraction(0)) / len(shocks) - fee for p, fee in offers]
        rents.append(max([Fraction(0), *own]))
    earned = Fraction(0)
    skipped = count - len(offers)
    for x, best, (p, fee) in zip(points[skipped:], rents[skipped:], offers, strict=True):
        if sum((_positive(worth(x, s) - p) for s in shocks), Fraction(0)) / len(shocks) - fee < best:
            return bound, False
        earned += fee + sum((p - cost for s in shocks if worth(x, s) >= p), Fraction(0)) / len(shocks)
    return bound, earned / count == bound and not any(rents[:skipped])


def _separable(given: Mapping[str, Any], _: Draws) -> Draft:
    count, many, cost, additive = given["types"], given["shocks"], given["cost"], given["kind"] == "additive"
    refuse_large(2 * count * count * many, "types or shocks")
    points, shocks = midpoints(count), [Fraction(s) for s in range(1, many + 1)]
    worth = [x + s if additive else x * s for x in points for s in shocks]
    law = _kept(count, even(many))
    body = _screened([str(x) for x in points], _states(points, [str(s) for s in shocks]), law, worth, cost)
    body["prior"] = _prior(even(count))
    joined = "x + s" if additive else "x s"
    notes = f"The buyer knows x in period 1 and learns s in period 2; the item is worth {joined}, and costs the seller {cost}. Midpoints of [0, 1] and whole numbers, all equally likely."
    draft = Draft(body, "A buyer who learns more", notes, tags=["revenue", "separable"])
    draft.expect(
        "optimal",
        f"E ({joined} − c)^+, sold wherever it is worth its cost.",
        "policy",
        value=_mean([_positive(value - cost) for value in worth]),
    )
    why = f"The value is {joined}; x stays, and s is drawn without looking at it."
    draft.expect("holds", why, "separable")
    bound, attained = contracts(points, shocks, cost, additive)
    why = "E (virtual value − c)^+, φ_k = x_k − (K − k)/K in place of x: it rises with x, so lies to neighbours below are all that count."
    draft.expect("holds", why, "relaxed", value=bound)
    if attained:
        draft.expect("holds", "Strike prices with fees attain the bound; see optimal.", "gap", value=Fraction(0))
        ties = any((phi + s if additive else phi * s) == cost for phi in virtual(count) for s in shocks)
        if not ties:
            why = "The strikes of these contracts: the least value served up to each x; no virtual value is equal to the cost."
            draft.expect("feasible", why, "virtual-pivot", value=bound, strikes="grid")
        draft.expect(
            "optimal",
            "The bound of the period-1 rows, E (virtual value − c)^+ with φ_k = x_k − (K − k)/K in place of x (Kakade, Lobel and Nazerzadeh 2011, Corollary 4.1). Strike prices, the least value served up to each x, with fees that leave it the "
            "rent of the bound attain it: every x was asked whether it would rather have another's contract.",
            "optimal",
            value=bound,
        )
    return draft


def _screening(given: Mapping[str, Any], _: Draws) -> Draft:
    share, points = given["leisure"], given["points"]
    refuse_large(3 * points, "points")
    values = [unit + x for unit in range(3) for x in midpoints(points)]
    each, none = Fraction(1, points), [Fraction(0)] * points
    law = [none + [each] * points + none, [each / 2] * points + none + [each / 2] * points]
    body = _screened(["leisure", "business"], [str(v) for v in values], law, values, Fraction(1))
    body["prior"] = _prior([share, 1 - share])
    notes = (
        "A ticket that costs 1 is sold before travellers know what it is worth: between 1 and 2 to those who travel for leisure, below 1 or above 2 to those who travel on business. The fare 3/2 without refund, and 7/4 with the refund 1, "
        "take the whole surplus."
    )
    draft = Draft(body, "Fares with and without refund", notes, tags=["revenue"])
    value = share / 2 + (1 - share) * Fraction(3, 4)
    later = f"After leisure {points} values can follow, after business {2 * points}."
    draft.expect("fails", later, "separable")
    why = "Leisure always travels: 3/2 − 1; business half of the time: (5/2 − 1)/2."
    draft.expect("optimal", why, "policy", value=value)
    draft.expect(
        "optimal",
        f"The whole surplus. {why} At 3/2 leisure expects 0 and business too; at 7/4 with the refund 1 business expects 5/4 + 1/2 − 7/4 = 0, and leisure, which would never want the refund, 3/2 − 7/4.",
        "optimal",
        value=value,
    )
    draft.expect("holds", f"The whole surplus, which a mechanism takes. {why}", "relaxed", value=value)
    draft.expect("holds", "Both are the whole surplus.", "gap", value=Fraction(0))
    return draft


_MANY = 60
FAMILIES = (
    Family(
        "kln7",
        "a buyer with additive or multiplicative shocks: the relaxed bound may be out of reach",
        "Kakade, Lobel and Nazerzadeh 2011, section 7",
        (
            Parameter(
                "types", 2, "K, first values: the midpoints of K cells of [0, 1]", 2, _MANY, whole=True, also=("K",)
            ),
            Parameter("plus", Fraction(2), "c_+: at + the item is worth x + c_+", 0, 10**6),
            Parameter("times", Fraction(20), "c_×: at × the item is worth c_× x", 0, 10**6, above=True),
        ),
        _kln7,
        seeded=False,
    ),
    Family(
        "kln-separable",
        "a buyer whose value is x + s or x s, of which it learns s later",
        "Kakade, Lobel and Nazerzadeh 2011, sections 2 and 4",
        (
            Parameter("kind", "multiplicative", "how x and s are joined", words=("multiplicative", "additive")),
            Parameter(
                "types", 2, "K, first values: the midpoints of K cells of [0, 1]", 2, _MANY, whole=True, also=("K",)
            ),
            Parameter("shocks", 3, "s is 1, 2, …, equally likely", 1, _MANY, whole=True),
            Parameter("cost", Fraction(1), "c, what the item costs the seller", 0, 10**6),
        ),
        _separable,
        seeded=False,
    ),
    Family(
        "sequential-screening",
        "travellers who buy before they know what the ticket is worth to them",
        "Courty and Li 2000, introduction",
        (
            Parameter(
                "leisure", Fraction(1, 3), "the share of those who travel for leisure", 0, 1, above=True, below=True
            ),
            Parameter("points", 1, "values in every unit interval, its midpoints", 1, _MANY, whole=True),
        ),
        _screening,
        seeded=False,
    ),
)
