"""A menu of strike prices and fees in words."""

from __future__ import annotations

from fractions import Fraction

from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, number, show
from mechsynth.words.reading import clean, fail, item

ROWS = 24  # of the menu


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.value is None:
        fail("result.value", "missing", "an answer to contracts states what the menu earns")
    part = reading.mapping(item(answer.certificate, "relaxed", "certificate"), "certificate.relaxed")
    bound = number(item(part, "value", "certificate.relaxed"), "certificate.relaxed.value")
    page.say(
        f"The buyer chooses at first: a fee, paid at once, and the price at which it can have the second action instead of the first later, once it knows more. The menu is expected to earn {show(answer.value)}; "
        "each first signal likes its own line best, and expects at least what leaving is worth."
    )
    if bound == answer.value:
        page.say("That is the bound of the first report, so no mechanism earns more.")
    else:
        page.say(
            f"The bound of the first report is {show(bound)}, {show(bound - answer.value)} more. What the best mechanism earns is another question: optimal."
        )
    rows = []
    for signal, fee, strikes in lines(answer):
        rows.append((clean(signal), brief(fee), *("-" if p is None else brief(p) for p in strikes)))
    page.head("The menu")
    later = len(rows[0]) - 2 if rows else 0
    page.first_rows(("first signal", "fee", *(f"strike in period {t + 2}" for t in range(later))), rows, ROWS)
    if any("-" in row[2:] for row in rows):
        page.say("Where no strike is told, only one of the two actions is ever taken.")


def lines(answer: Answer) -> list[tuple[str, Fraction | float, list[Fraction | float | None]]]:
    """Return the lines of the menu: first signal, fee, strikes by period."""
    found: list[tuple[str, Fraction | float, list[Fraction | float | None]]] = []
    for k, value in enumerate(reading.sequence(item(answer.certificate, "menu", "certificate"), "certificate.menu")):
        place = f"certificate.menu[{k}]"
        entry = reading.mapping(value, place)
        signal = reading.text(item(entry, "signal", place), f"{place}.signal")
        strikes = reading.sequence(item(entry, "strikes", place), f"{place}.strikes")
        prices = [None if p is None else number(p, f"{place}.strikes") for p in strikes]
        found.append((signal, number(item(entry, "fee", place), f"{place}.fee"), prices))
    return found


def short(answer: Answer) -> str | None:
    """Return the value, for a row of a table."""
    return None if answer.value is None else f"earns {brief(answer.value)}"
