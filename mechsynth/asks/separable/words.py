"""Values that separate, in words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from mechsynth.result.witness import Minor
from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import number, show
from mechsynth.words.reading import fail, item, word

MOST = 12  # numbers of a row that are told
ORDER = "The k-th later signal of every first one, in the order of the file, is taken for the same thing seen."


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.status == "holds":
        page.say(
            "Yes. Values separate: each later signal tells the first one, x, and something else, s, whose law does not look at x; and every agent's value is "
            "A(x) B(a, s), or A(x) C(a) + B(a, s)."
        )
        agents = reading.mapping(item(answer.certificate, "agents", "certificate"), "certificate.agents")
        for name, entry in agents.items():
            _agent(page, name, reading.mapping(entry, f"certificate.agents.{name}"))
        weighed = [reading.mapping(entry, "certificate.agents") for entry in agents.values()]
        if any(entry.get("regular") is None for entry in weighed):
            page.say(ORDER)
            return
        page.say(
            "With these weights in place of values, the surplus bounds what any mechanism can earn (Corollary 4.1). On a grid of first signals the bound may be out of "
            "reach, also where the weights rise: optimal says what can be earned."
        )
    else:
        if not isinstance(answer.witness, Minor):
            fail("witness.kind", "not a minor")
        page.say(f"No. Values do not separate, as the signals are listed. {_why(answer.witness)}")
        page.say(
            "What separates may still be hidden behind other signals: a chain can be told as its first state and what moved it since. The question is about the signals of the file."
        )
    page.say(ORDER)


def _agent(page: Page, name: str, entry: Mapping[str, Any]) -> None:
    place = f"certificate.agents.{name}"
    level = _row(entry, "A", place)
    if len(level) == 1:
        return
    additive = entry.get("form") == "additive"
    key = "beta" if additive else "alpha"
    page.head(f"{word(name)}: {'additive' if additive else 'multiplicative'}")
    page.items([f"A: {_told(level)}"])
    if entry.get(key) is None:
        page.say(
            "KLN's weights are not defined: first signals are correlated, one of them has no probability, or A is not positive."
        )
        return
    what = "β over C, what an action loses" if additive else "α, what a value weighs"
    page.items([f"{what}: {_told(_row(entry, key, place))}"])
    if entry.get("regular") is True:
        page.say("The weights do not fall: regular.")
    else:
        page.say(f"Not regular: {_irregular(entry, level, _row(entry, key, place), place)}")


def _irregular(entry: Mapping[str, Any], level: list[Any], weights: list[Any], place: str) -> str:
    """Name the first entry that falls, or the action with a negative slope."""
    rows: list[tuple[str, list[Any]]] = [("A", level), ("the weight", weights)]
    for words, row in rows:
        for k, (one, two) in enumerate(pairwise(row), start=1):
            if two < one:
                return f"{words} falls from {show(one)} to {show(two)} between first signals {k} and {k + 1}."
    for t, slopes in enumerate(reading.sequence(entry.get("C", []), f"{place}.C"), start=1):
        for a, value in enumerate(reading.sequence(slopes, f"{place}.C"), start=1):
            if number(value, f"{place}.C") < 0:
                return f"C is {show(number(value, f'{place}.C'))} < 0 at action {a} of period {t}: who has a higher first signal likes it less."
    return "the weights do not rise."


def _row(entry: Mapping[str, Any], key: str, place: str) -> list[Any]:
    return [number(value, f"{place}.{key}") for value in reading.sequence(item(entry, key, place), f"{place}.{key}")]


def _told(row: list[Any]) -> str:
    return ", ".join(show(value) for value in row[:MOST]) + (", …" if len(row) > MOST else "")


def _why(witness: Minor) -> str:
    agent, parts = word(witness.agent), witness.parts
    key = next(iter(parts), "")
    entry = reading.mapping(item(parts, key, "witness.parts"), f"witness.parts.{key}")
    first = " and ".join(word(str(x)) for x in reading.sequence(item(entry, "first", key), "witness.parts.first"))
    if key in ("multiplicative", "additive"):
        return f"The values of {agent} at {first} are neither in one proportion nor at one distance, whatever is seen later: {_cells(parts)}."
    cell = reading.mapping(item(entry, "cell", key), f"witness.parts.{key}.cell")
    if key == "first":
        return f"{agent}'s later signal {word(str(cell.get('signal')))} follows {first}: it does not tell which of them came first."
    if key == "counts":
        counts = " and ".join(
            show(number(n, "witness.parts.counts")) for n in reading.sequence(cell.get("counts"), "counts")
        )
        return f"After {first} {agent} can have {counts} signals: what is seen later looks at the first signal."
    shown = " and ".join(word(str(s)) for s in reading.sequence(cell.get("next"), "next"))
    return f"What {agent} sees next, {shown} after {word(str(cell.get('action')))}, has different chances with the first signals {first}."


def _cells(parts: Mapping[str, Any]) -> str:
    said = []
    for key, what in (("multiplicative", "a minor"), ("additive", "a difference")):
        entry = reading.mapping(item(parts, key, "witness.parts"), f"witness.parts.{key}")
        cells = reading.sequence(item(entry, "cells", key), f"witness.parts.{key}.cells")
        names = [
            f"{word(str(reading.mapping(cell, key).get('action')))} at "
            + ", ".join(word(str(s)) for s in reading.sequence(reading.mapping(cell, key).get("signals"), key))
            for cell in cells
        ]
        said.append(f"{what} of {' against '.join(names)}")
    return "; ".join(said)
