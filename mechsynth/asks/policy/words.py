"""The efficient rule in words: what it plays, its value and its ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mechsynth.words import answers
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, brief, counted, show
from mechsynth.words.reading import clean, fail, word
from mechsynth.words.sections import profile
from mechsynth.words.transfers import nested

_MOST_RULE = 40
_MOST_TIES = 5


def tell(page: Page, answer: Answer) -> None:
    """Put the efficient rule, its value and its ties on the page."""
    worth = "" if answer.value is None else f"Expected social surplus under the prior: {show(answer.value)}."
    among = ", over the actions that are available," if answer.names.limited else ""
    page.say(f"The efficient rule maximizes{among} the social surplus from each period on.", worth)
    values = _values(answer)
    rows: list[list[str]] = []
    periods = sorted(answer.names.periods, key=lambda t: t or 0)
    total = sum(len(answer.names.at(t).rule) for t in periods)
    for t in periods:
        for signals, action in answer.names.at(t).rule.items():
            if len(rows) == _MOST_RULE:
                break
            told = profile(answer.names, t, [clean(s) for s in signals], answer.names.agents) or "any"
            surplus = values.get((t, signals))
            rows.append([str(t or ""), told, clean(action), "" if surplus is None else brief(surplus)])
    if rows:
        page.columns(("period", "signals", "action", "surplus from here on"), rows)
        lone = any(answer.names.at(t).lone for t in periods)
        page.say(
            f"... and {total - len(rows)} more; they stand in the file." if total > len(rows) else "",
            "Agents with one signal in a period are left out." if lone else "",
        )
    _ties(page, answer)


def short(answer: Answer) -> str | None:
    """Return where the answer turns, for a row of a table."""
    tied = answers.ties(answer)
    worth = "" if answer.value is None else f"expected surplus {brief(answer.value)}"
    return ", ".join(part for part in (worth, f"{counted(tied, 'profile')} with ties" if tied else "") if part)


def _values(answer: Answer) -> Mapping[tuple[int | None, tuple[str, ...]], Number]:
    value = answer.part("values", tuple[Any, ...])
    names = answer.names
    found: dict[tuple[int | None, tuple[str, ...]], Number] = {}
    if value is None or not names.agents:
        return found
    for index, array in enumerate(value):
        t = None if None in names.periods else index + 1
        own = [names.at(t).signals.get(agent, ()) for agent in names.agents]
        if not all(own):
            continue
        for cell, surplus in nested(array, len(own), f"certificate.values[{index}]"):
            if any(k >= len(labels) for k, labels in zip(cell, own, strict=True)):
                fail(f"certificate.values[{index}]", "more entries than there are signals")
            found[t, tuple(labels[k] for k, labels in zip(cell, own, strict=True))] = surplus
    return found


def _ties(page: Page, answer: Answer) -> None:
    count = answers.ties(answer)
    if not count:
        if answer.certificate.get("ties") is not None:
            page.say("No ties: at every profile one action is the only efficient one.")
        return
    page.say(
        f"At {counted(count, 'profile')} more than one action is efficient. The rule takes the first in file order; "
        f"another choice can change what is implementable."
    )
    lines = []
    for row in (answers.tied(answer) or ())[:_MOST_TIES]:
        actions = [word(a) for a in row.actions]
        t = row.period
        told = profile(answer.names, t, [clean(s) for s in row.signals.values()], tuple(row.signals)) or "any signals"
        lines.append(f"{f'period {t}, ' if t else ''}{told}: {', '.join(actions)}")
    if count > _MOST_TIES:
        lines.append(f"... and {count - _MOST_TIES} more; they stand in the file")
    page.items(lines)
