"""What lump-sum budgets have to do with patience: all discount factors at which they balance, and what the chains say."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, counted, listed, number, rounded, show
from mechsynth.words.reading import fail, item, word

_STEPS = 40


def tell(page: Page, answer: Answer) -> None:
    """Put condition (*), the discount factors and the chains on a page, as far as the certificate has them."""
    _star(page, answer)
    found = answer.certificate.get("discounts")
    if found is not None:
        page.head("Other discount factors, all else equal")
        _discounts(page, found)
    _chains(page, answer)
    if found is None and answer.names.finite is False:
        page.say(
            "This is the answer at the discount factor of the instance. --critical-discount finds all others at which it is yes, where no action moves the signals."
        )


def _star(page: Page, answer: Answer) -> None:
    star = answer.certificate.get("star")
    if star is None:
        return
    at = "certificate.star"
    data = reading.mapping(star, at)
    fees = reading.mapping(item(data, "fees", at), f"{at}.fees")
    parts = [f"{show(number(fee, f'{at}.fees.{agent}'))} of {word(agent)}" for agent, fee in fees.items()]
    deficit = number(item(data, "deficit", at), f"{at}.deficit")
    page.say(
        "Yoon writes the same balance, his condition (*), for the payments that leave everybody the whole surplus (team), since nobody is worth "
        f"anything without the other: these are expected to cost {show(deficit)}, and the fees can be at most {listed(parts)}. The difference is the same."
    )


def spans(answer: Answer) -> list[tuple[Number, Number, tuple[str, str]]] | None:
    """Return the discount factors at which the fees cover the deficit, each interval by its ends as numbers and as text.

    An end that is the root of a polynomial is rounded, and marked so. ``None`` where the answer does not say.
    """
    found = answer.certificate.get("discounts")
    if found is None:
        return None
    return [(low, high, (one, other)) for (low, one), (high, other) in _balanced(found)]


def _balanced(found: object) -> list[tuple[tuple[Number, str], tuple[Number, str]]]:
    at = "certificate.discounts.balanced"
    data = reading.mapping(found, "certificate.discounts")
    ends = []
    for k, entry in enumerate(reading.sequence(item(data, "balanced", "certificate.discounts"), at)):
        pair = reading.mapping(entry, f"{at}[{k}]")
        one, other = (_end(item(pair, key, f"{at}[{k}]"), f"{at}[{k}].{key}") for key in ("from", "to"))
        ends.append((one, other))
    return ends


def _discounts(page: Page, found: object) -> None:
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
    low, high = (number(item(value, key, place), f"{place}.{key}") for key in ("above", "below"))
    given = reading.sequence(item(value, "polynomial", place), f"{place}.polynomial")
    root = _root([number(c, f"{place}.polynomial") for c in given], low, high)
    return root, f"≈ {rounded(root)}"


def _root(polynomial: list[Number], low: Number, high: Number) -> Number:
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


def _positive(polynomial: list[Number], x: Number) -> bool:
    total: Number = Fraction(0)
    for c in reversed(polynomial):
        total = total * x + c
    return total > 0


def _chains(page: Page, answer: Answer) -> None:
    given, theorem = answer.certificate.get("chains"), answer.certificate.get("theorem")
    if given is None:
        return
    data = reading.mapping(given, "certificate.chains")
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
    for agent, entry in data.items():
        place = f"certificate.chains.{agent}"
        chain = reading.mapping(entry, place)
        stuck = reading.texts(item(chain, "absorbing", place), f"{place}.absorbing")
        if item(chain, "irreducible", place) is not True:
            kind = "reducible"
        else:
            kind = (
                "irreducible and aperiodic" if item(chain, "aperiodic", place) is True else "irreducible and periodic"
            )
        what = f", absorbed at {listed([word(k) for k in stuck[:5]], 'or')}" if stuck[:5] else ""
        more = f" and {counted(len(stuck) - 5, 'more signal')}" if len(stuck) > 5 else ""
        parts.append(f"that of {word(agent)} is {kind}{what}{more}")
    page.say(f"The chains: {'; '.join(parts)}. Neither Theorem 5 nor Theorem 6 of Yoon 2021a applies.")
