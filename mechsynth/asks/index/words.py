"""Indices in words."""

from __future__ import annotations

from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import number, show
from mechsynth.words.reading import clean, item

MOST = 24  # signals that are told


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    page.say(
        "One agent at a time uses the object, and the use moves and pays its user alone. So each signal has an index that looks at its own agent alone: the largest ratio of "
        "expected discounted payoffs to expected discounted time, over the times at which the agent may stop using it. Once nobody has an opening signal, one that is left at once whatever is done, it "
        "is efficient to give the object to the highest index, or to nobody where none is positive and that is an action (Gittins 1979)."
    )
    arms = reading.mapping(item(answer.certificate, "arms", "certificate"), "certificate.arms")
    rows = []
    for name, value in arms.items():
        place = f"certificate.arms.{name}"
        entry = reading.mapping(value, place)
        for each in reading.sequence(item(entry, "indices", place), f"{place}.indices"):
            told = reading.mapping(each, place)
            signal = clean(reading.text(item(told, "signal", place), place))
            rows.append((number(told.get("index"), place), clean(name), signal))
    rows.sort(key=lambda row: -row[0])
    page.head("Indices, the highest first")
    page.columns(("agent", "signal", "index"), [(name, signal, show(index)) for index, name, signal in rows[:MOST]])
    if len(rows) > MOST:
        page.say(f"{len(rows) - MOST} more are in the file.")
    page.say(
        "Where values weigh (see separable), the virtual index of a signal is its index times the weight of the first signal."
    )
