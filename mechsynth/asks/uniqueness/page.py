"""What the page about the uniqueness of the Groves family shows besides: how far payments can leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mechsynth.asks.uniqueness.words import intervals
from mechsynth.report.blocks import Block, Drawings
from mechsynth.report.intervals import Bar, bars
from mechsynth.report.text import label, magnitude, profile, short
from mechsynth.words.envelope import Answer

if TYPE_CHECKING:
    from mechsynth.environment import Environment

TITLE = "Intervals"
MOST = 12


def show(answer: Answer, environment: Environment | None, prefix: str) -> list[Block]:
    """Return how far the amount that an agent leaves of the surplus can move with its own signal."""
    found = intervals(answer)
    if not found:
        return []
    rows = []
    for each in found[:MOST]:
        lone = answer.names.at(each.period).lone
        others = profile((s for a, s in each.others.items() if a not in lone), 10)
        when = f", period {each.period}" if each.period else ""
        head = f"{label(each.agent, 14)}{when}: {label(each.signal, 10)}, {label(each.against, 10)}"
        head += f"; others {others}" if others else ""
        ends = short(each.least), short(each.most)
        rows.append(Bar(label(head, 52), magnitude(each.least), magnitude(each.most), ends))
    low, high = min(0.0, *(row.least for row in rows)), max(0.0, *(row.most for row in rows))
    title = "How far the amount can move between two own signals"
    if len(found) > MOST:
        title += f" (the {MOST} widest intervals)"
    told = (
        "A bar is an interval, its ends are written under it; the vertical line is 0, where the Groves mechanisms are."
    )
    return [Drawings((bars(f"{prefix}freedom", title, told, rows, low, high),))]


def payments(answer: Answer) -> str:
    """Return whose payments the page shows: the answer is not about one mechanism."""
    if answer.status == "fails":
        return "Payments that attain the upper end of each agent's widest interval"
    return "Payments of one mechanism of the Groves family"
