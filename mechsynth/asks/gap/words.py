"""How far the best mechanism is from a bound, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, number, show
from mechsynth.words.reading import clean, fail, item

MOST = 8  # temptations that are told


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.value is None:
        fail("result.value", "missing", "an answer to gap states the distance")
    parts = {
        key: reading.mapping(item(answer.certificate, key, "certificate"), f"certificate.{key}")
        for key in ("relaxed", "optimal")
    }
    bound, best = (number(item(parts[key], "value", key), f"certificate.{key}.value") for key in ("relaxed", "optimal"))
    page.say(
        f"What the first report alone allows is {show(bound)}; the best mechanism earns {show(best)}. The gap is {show(answer.value)}."
    )
    later = _later(parts["optimal"])
    if answer.value == 0:
        page.say(
            "So the bound can be earned: lies of later periods cost nothing beyond what first reports cost already."
        )
        return
    page.say(
        "So no mechanism earns the bound. What it leaves aside are lies of later periods, and lies at first that are followed by others than consistent ones."
    )
    if later:
        page.head("The lies of later periods that make the difference")
        page.first_items([f"{line}: {brief(weight)}" for weight, line in later], MOST)
        page.say(
            "The numbers are multipliers of the best mechanism: by how much the bound on it would rise for every unit that the lie were to cost (they need not be the only ones)."
        )


def _later(best: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Return the temptations after period 1 of the best mechanism, the heaviest first."""
    place = "certificate.optimal.certificate.tempted"
    proof = reading.mapping(item(best, "certificate", "certificate.optimal"), "certificate.optimal.certificate")
    found = []
    for k, value in enumerate(reading.sequence(item(proof, "tempted", place), place)):
        entry = reading.mapping(value, f"{place}[{k}]")
        past = reading.sequence(item(entry, "history", place), f"{place}[{k}].history")
        if not past:
            continue
        agent = reading.text(item(entry, "agent", place), place)
        own = reading.mapping(item(entry, "signals", place), place).get(agent)
        before = []
        for each in past:
            told = reading.mapping(each, place)
            named = reading.mapping(item(told, "signals", place), place)
            before.append(
                clean(str(named.get(agent))) + (f" ({clean(str(told['action']))})" if "action" in told else "")
            )
        line = f"{clean(agent)}, having reported {', '.join(before)}, with {clean(str(own))} reporting {clean(str(entry.get('report')))}"
        found.append((number(entry.get("weight"), f"{place}[{k}].weight"), line))
    return sorted(found, key=lambda pair: -pair[0])


def short(answer: Answer) -> str | None:
    """Return the distance, for a row of a table."""
    return None if answer.value is None else f"gap {brief(answer.value)}"
