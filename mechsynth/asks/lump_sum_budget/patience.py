"""What lump-sum budgets have to do with patience: all discount factors at which they balance, and what the chains say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mechsynth.result.codec import Record
from mechsynth.words import typed
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, counted, listed, number, rounded, show
from mechsynth.words.reading import fail, word

_STEPS = 40


@dataclass(frozen=True, kw_only=True)
class Star(Record):
    """Condition (*) of Yoon 2021a: the deficit of the team payments, and the fees."""

    deficit: Fraction
    fees: Mapping[str, Fraction]


@dataclass(frozen=True, kw_only=True)
class Root(Record):
    """A root of a polynomial (coefficients from the constant on), between two numbers."""

    polynomial: tuple[Fraction, ...]
    above: Fraction
    below: Fraction


@dataclass(frozen=True, kw_only=True)
class Span(Record):
    """An interval of discount factors; an end is a number or a `Root`."""

    from_: Any
    to: Any


@dataclass(frozen=True, kw_only=True)
class Discounts(Record):
    """The discount factors at which payments and fees cover themselves, and proofs that they do nowhere else."""

    balanced: tuple[Span, ...]
    unbalanced: Any = None


@dataclass(frozen=True, kw_only=True)
class Chain(Record):
    """What kind of chain an agent's signals are."""

    irreducible: bool
    aperiodic: bool | None = None
    absorbing: tuple[str, ...]
    worst: Any = None


def tell(page: Page, answer: Answer) -> None:
    """Put condition (*), the discount factors and the chains on a page, as far as the certificate has them."""
    _star(page, answer)
    found = answer.part("discounts", Discounts)
    if found is not None:
        page.head("Other discount factors, all else equal")
        _discounts(page, found)
    _chains(page, answer)
    if found is None and answer.names.finite is False:
        page.say(
            "This is the answer at the discount factor of the instance. --critical-discount finds all others at which it is yes, where no action moves the signals."
        )


def _star(page: Page, answer: Answer) -> None:
    star = answer.part("star", Star)
    if star is None:
        return
    parts = [f"{show(fee)} of {word(agent)}" for agent, fee in star.fees.items()]
    page.say(
        "Yoon writes the same balance, his condition (*), for the payments that leave everybody the whole surplus (team), since nobody is worth "
        f"anything without the other: these are expected to cost {show(star.deficit)}, and the fees can be at most {listed(parts)}. The difference is the same."
    )


def spans(answer: Answer) -> list[tuple[Number, Number, tuple[str, str]]] | None:
    """Return the discount factors at which the fees cover the deficit, each interval by its ends as numbers and as text.

    An end that is the root of a polynomial is rounded, and marked so. ``None`` where the answer does not say.
    """
    found = answer.part("discounts", Discounts)
    if found is None:
        return None
    return [(low, high, (one, other)) for (low, one), (high, other) in _balanced(found)]


def _balanced(found: Discounts) -> list[tuple[tuple[Number, str], tuple[Number, str]]]:
    at = "certificate.discounts.balanced"
    return [
        (_end(each.from_, f"{at}[{k}].from"), _end(each.to, f"{at}[{k}].to")) for k, each in enumerate(found.balanced)
    ]


def _discounts(page: Page, found: Discounts) -> None:
    intervals = _balanced(found)
    if not intervals:
        page.say("Payments and fees cover themselves at no discount factor between 0 and 1.")
        return
    same = "No action moves the signals, so the efficient rule is the same at all of them."
    if [(low, high) for (_, low), (_, high) in intervals] == [("0", "1")]:
        page.say("Payments and fees cover themselves at every discount factor between 0 and 1.", same)
        return
    parts = []
    for (first, low), (last, high) in intervals:
        if first == last:
            parts.append(f"at {low}")
        elif low == "0":
            parts.append(f"up to {high}")
        else:
            parts.append(f"from {low} on" if high == "1" else f"from {low} to {high}")
    ends = [text for pair in intervals for _, text in pair if text not in ("0", "1")]
    page.say(
        f"Payments and fees cover themselves at these discount factors between 0 and 1, and at no others: {listed(parts)}.",
        "The ends named belong to it." if ends else "",
        "A number marked ≈ is the root of a polynomial that stands in the file, with an interval that holds no other root of it."
        if any(text.startswith("≈") for text in ends)
        else "",
        same,
    )


def _end(value: object, place: str) -> tuple[Number, str]:
    """Return an end as a number and as it is written: the exact one, or a root, rounded and marked by ≈."""
    if not isinstance(value, Mapping):
        exact = number(value, place)
        return exact, show(exact)
    root = typed.record(Root, value, place)
    near = _root(root.polynomial, root.above, root.below)
    return near, f"≈ {rounded(near)}"


def _root(polynomial: Sequence[Number], low: Number, high: Number) -> Number:
    """Return the root in the interval, rounded by halving."""
    below = _positive(polynomial, low)
    if below == _positive(polynomial, high):
        fail("certificate.discounts", "an interval at whose ends the polynomial has one sign")
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _positive(polynomial, middle) == below:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _positive(polynomial: Sequence[Number], x: Number) -> bool:
    total: Number = Fraction(0)
    for c in reversed(polynomial):
        total = total * x + c
    return total > 0


def _chains(page: Page, answer: Answer) -> None:
    given, theorem = answer.part("chains", dict[str, Chain]), answer.certificate.get("theorem")
    if given is None:
        return
    if theorem == "5":
        page.say(
            "The agents' chains are irreducible and aperiodic, and there is something to gain: payments and fees cover themselves at every discount factor close enough to 1 "
            "(Yoon 2021a, Theorem 5)."
        )
        return
    if theorem == "6":
        page.say(
            "Every agent has a worst type that never changes, that leaves nothing to gain, and that comes with positive probability. It cannot be charged anything, so payments and fees never "
            "cover themselves, at any discount factor (Yoon 2021a, Theorem 6)."
        )
        return
    parts = []
    for agent, chain in given.items():
        stuck = chain.absorbing
        if not chain.irreducible:
            kind = "reducible"
        else:
            kind = "irreducible and aperiodic" if chain.aperiodic else "irreducible and periodic"
        what = f", absorbed at {listed([word(k) for k in stuck[:5]], 'or')}" if stuck[:5] else ""
        more = f" and {counted(len(stuck) - 5, 'more signal')}" if len(stuck) > 5 else ""
        parts.append(f"that of {word(agent)} is {kind}{what}{more}")
    page.say(f"The chains: {'; '.join(parts)}. Neither Theorem 5 nor Theorem 6 of Yoon 2021a applies.")
