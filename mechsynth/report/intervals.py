"""Intervals on a line: how far payments can leave the Groves family, and the discount factors at which fees cover the deficit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mechsynth.report.blocks import Block, Drawings
from mechsynth.report.svg import BLUE, GREY, INK, PALE, WIDTH, Drawing, draw
from mechsynth.report.text import label, magnitude, profile, short
from mechsynth.words import patience, uniqueness
from mechsynth.words.envelope import Answer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mechsynth.environment import Environment

MOST = 12
_LEFT, _RIGHT = 16.0, WIDTH - 16
_STEP = 40.0


@dataclass(frozen=True)
class _Row:
    """One interval to draw: its heading, its ends as numbers, and as they are written."""

    head: str
    least: float
    most: float
    ends: tuple[str, str]


def show(answer: Answer, environment: Environment | None, prefix: str) -> list[Block]:
    """Return the intervals of an answer as drawings; of an answer without any nothing."""
    if not answer.proved:
        return []
    if answer.ask == "uniqueness":
        return _freedom(answer, prefix)
    return _patience(answer, environment, prefix) if answer.ask == "lump-sum-budget" else []


def _freedom(answer: Answer, prefix: str) -> list[Block]:
    """Return how far the amount that an agent leaves of the surplus can move with its own signal."""
    found = uniqueness.intervals(answer)
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
        rows.append(_Row(label(head, 52), magnitude(each.least), magnitude(each.most), ends))
    low, high = min(0.0, *(row.least for row in rows)), max(0.0, *(row.most for row in rows))
    title = "How far the amount can move between two own signals"
    if len(found) > MOST:
        title += f" (the {MOST} widest intervals)"
    told = (
        "A bar is an interval, its ends are written under it; the vertical line is 0, where the Groves mechanisms are."
    )
    return [Drawings((_bars(f"{prefix}freedom", title, told, rows, low, high, zero=True),))]


def _patience(answer: Answer, environment: Environment | None, prefix: str) -> list[Block]:
    """Return the discount factors at which the fees cover the deficit, and the one of the instance."""
    found = patience.spans(answer)
    if found is None:
        return []
    ends = [(magnitude(low), magnitude(high), told) for low, high, told in found]
    here = None if environment is None else magnitude(environment.discount)

    def paint(axes: Axes) -> None:
        axes.plot((_LEFT, _RIGHT), (34, 34), color=PALE, linewidth=2)
        for value, text in ((0.0, "0"), (1.0, "1")):
            axes.plot([_at(value, 0, 1)] * 2, (30, 38), color=GREY, linewidth=1)
            axes.text(_at(value, 0, 1), 26, text, ha="center", va="top", color=GREY)
        for low, high, told in ends:
            alone = low == high
            span = (_at(low, 0, 1), _at(high, 0, 1))
            axes.plot(span, (34, 34), "o" if alone else "-", color=BLUE, linewidth=7, solid_capstyle="butt")
            for value, text in dict(zip((low, high), told, strict=True)).items():
                if 0 < value < 1:
                    axes.text(_at(value, 0, 1), 26, text, ha="center", va="top")
        if here is not None:
            axes.plot([_at(here, 0, 1)], [46], "v", color=INK, markersize=7)
            axes.text(_at(here, 0, 1), 54, "the instance", ha=_side(here), va="bottom", fontsize=10)

    title = "Discount factors at which payments and fees cover themselves"
    told = "A line from 0 to 1. The thick parts are the discount factors at which payments and fees cover themselves."
    if here is not None:
        told += " A triangle stands over the discount factor of the instance."
    return [Drawings((draw(f"{prefix}patience", title, told, paint, 74),))]


def _side(value: float) -> str:
    return "right" if value > 0.85 else "left" if value < 0.15 else "center"


def _at(value: float, low: float, high: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * (value - low) / (high - low)


def _bars(name: str, title: str, told: str, rows: Sequence[_Row], low: float, high: float, *, zero: bool) -> Drawing:
    height = _STEP * len(rows) + 8

    def paint(axes: Axes) -> None:
        if zero:
            axes.plot([_at(0, low, high)] * 2, (2, height - 4), color=GREY, linewidth=1)
        for k, row in enumerate(rows):
            y = height - _STEP * (k + 0.5)
            left, right = _at(row.least, low, high), _at(row.most, low, high)
            axes.plot((left, right), (y, y), color=BLUE, linewidth=5, solid_capstyle="butt")
            axes.text(_LEFT, y + 8, row.head, va="bottom", fontsize=10, bbox=_PATCH)
            axes.text(max(left, _LEFT), y - 5, row.ends[0], va="top", fontsize=10, bbox=_PATCH)
            axes.text(min(right, _RIGHT), y - 5, row.ends[1], ha="right", va="top", fontsize=10, bbox=_PATCH)

    return draw(name, title, told, paint, height)


_PATCH = {"boxstyle": "round,pad=0.08", "facecolor": "white", "edgecolor": "none"}
