"""Closed forms: where in a family's parameters a question is answered which way, as the papers or a short proof have it.

Written down in rational arithmetic from the formulas alone; nothing here knows how a question is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mechsynth.families.family import INFINITE

Params = Mapping[str, Any]


@dataclass(frozen=True)
class ClosedForm:
    """A closed form of some questions about a family.

    Attributes
    ----------
    family:
        The family's name.
    questions:
        The questions, as keyword arguments of `mechsynth.solve`.
    source:
        The paper, or what proves it.
    words:
        From the values of all parameters to the condition in words; empty where nothing is known.
    status:
        From the values of all parameters to the status of the answer; ``None`` where nothing is known.
    edge:
        From the values of all parameters to an exact number that is zero where the answer turns, and has different signs on the two sides;
        ``None`` where it never turns.
    """

    family: str
    questions: tuple[Mapping[str, Any], ...]
    source: str
    words: Callable[[Params], str]
    status: Callable[[Params], str | None]
    edge: Callable[[Params], Fraction | None]


def closed_forms(family: str) -> list[ClosedForm]:
    """Return the closed forms of questions about a family."""
    return [form for form in FORMS if form.family == family]


def _trade_edge(given: Params) -> Fraction | None:
    """Return what entry fees leave after the deficit, up to a positive factor (see docs/families.md)."""
    if given["chain"] != "symmetric":
        return None
    size, alpha, delta, horizon = given["values"], given["alpha"], given["discount"], given["horizon"]
    beta = (size * alpha - 1) / (size - 1)
    if horizon == INFINITE:
        return Fraction(delta * (2 - beta) - 1)
    return sum((delta**t - 2 * (delta * beta) ** t for t in range(horizon)), Fraction(0))


def _trade_status(given: Params) -> str | None:
    if given["chain"] == "absorbing":
        return "infeasible"
    edge = _trade_edge(given)
    if edge is None:
        return None
    return "feasible" if edge >= 0 else "infeasible"


def _trade_words(given: Params) -> str:
    if given["chain"] == "absorbing":
        return "never feasible"
    if given["chain"] != "symmetric":
        return ""
    if given["horizon"] != INFINITE:
        return "feasible if and only if Σ δ^t ≥ 2 Σ (δβ)^t over the periods t = 0, …, T−1, β = (Kα−1)/(K−1)"
    if given["values"] == 2:
        return "feasible if and only if δ ≥ 1/(3 − 2α)"
    return "feasible if and only if δ ≥ 1/(2 − β), β = (Kα−1)/(K−1)"


def _price(name: str) -> ClosedForm:
    """Return when a repeated auction needs no link between periods: up to γ = 1 a price for reports alone will do."""
    return ClosedForm(
        name,
        ({"ask": "implement", "transfers": "history-independent"},),
        "static ex-post implementation with interdependent values; docs/families.md",
        lambda given: "feasible if and only if γ ≤ 1",
        lambda given: "feasible" if given["gamma"] <= 1 else "infeasible",
        lambda given: Fraction(1 - given["gamma"]),
    )


def _lease(positive: str, negative: str, *questions: Mapping[str, Any]) -> ClosedForm:
    """Return what turns with the correlation of the oil leases alone."""
    return ClosedForm(
        "oil-leases",
        questions,
        "Liu 2014, section 3.1",
        lambda given: f"{positive} if and only if ρ ≠ 0",
        lambda given: positive if given["correlation"] else negative,
        lambda given: Fraction(given["correlation"]),
    )


def _attained(given: Params) -> Fraction | None:
    """Return ``x_1 + c_+ − c_× x_{k*}``, k* the first with ``x_k > (K − k)/K``; ``None`` where x_1 is not served at +."""
    count, plus, times = given["types"], given["plus"], given["times"]
    lowest = Fraction(1, 2 * count)
    if lowest - Fraction(count - 1, count) + plus <= 0:
        return None
    first = next(k for k in range(1, count + 1) if 2 * k - 1 > 2 * (count - k))
    return lowest + Fraction(plus) - Fraction(times) * Fraction(2 * first - 1, 2 * count)


def _attained_status(given: Params) -> str | None:
    left = _attained(given)
    return None if left is None else "holds" if left >= 0 else "fails"


FORMS = (
    ClosedForm(
        "kln7",
        ({"ask": "gap"},),
        "Kakade, Lobel and Nazerzadeh 2011, section 7; docs/families.md",
        lambda given: "" if _attained(given) is None else "holds if and only if c_× ≤ (x_1 + c_+)/x_{k*}",
        _attained_status,
        _attained,
    ),
    ClosedForm(
        "bilateral-trade",
        ({"ask": "lump-sum-budget"},),
        "Yoon 2021a, section 3.3",
        _trade_words,
        _trade_status,
        _trade_edge,
    ),
    *(_price(name) for name in ("repeated-auction", "hand-over", "independent-chains")),
    _lease(
        "feasible",
        "infeasible",
        *({"ask": ask, "scope": scope} for ask in ("contingent", "vcg-type") for scope in ("all", "policy")),
        {"ask": "ex-ante-balanced"},
        *({"ask": "implement", "transfers": transfers} for transfers in ("vcg-type", "contingent")),
    ),
    _lease(
        "holds",
        "fails",
        *({"ask": ask, "scope": scope} for ask in ("convex-independence", "spanning") for scope in ("all", "policy")),
    ),
)
