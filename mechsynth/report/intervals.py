"""Intervals as bars on a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mechsynth.report.svg import BLUE, GREY, WIDTH, Drawing, draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, RIGHT = 16.0, WIDTH - 16
_STEP = 40.0


@dataclass(frozen=True)
class Bar:
    """One interval to draw: its heading, its ends as numbers, and as they are written."""

    head: str
    least: float
    most: float
    ends: tuple[str, str]


def side(value: float) -> str:
    """Return how to align what stands over a point between 0 and 1, so that it stays on the drawing."""
    return "right" if value > 0.85 else "left" if value < 0.15 else "center"


def at(value: float, low: float, high: float) -> float:
    """Return where a value of an interval stands on the line."""
    return LEFT + (RIGHT - LEFT) * (value - low) / (high - low)


def bars(name: str, title: str, told: str, rows: Sequence[Bar], low: float, high: float) -> Drawing:
    """Return intervals one above the other between two values, and a line at 0."""
    height = _STEP * len(rows) + 8

    def paint(axes: Axes) -> None:
        axes.plot([at(0, low, high)] * 2, (2, height - 4), color=GREY, linewidth=1)
        for k, row in enumerate(rows):
            y = height - _STEP * (k + 0.5)
            left, right = at(row.least, low, high), at(row.most, low, high)
            axes.plot((left, right), (y, y), color=BLUE, linewidth=5, solid_capstyle="butt")
            axes.text(LEFT, y + 8, row.head, va="bottom", fontsize=10, bbox=_PATCH)
            axes.text(max(left, LEFT), y - 5, row.ends[0], va="top", fontsize=10, bbox=_PATCH)
            axes.text(min(right, RIGHT), y - 5, row.ends[1], ha="right", va="top", fontsize=10, bbox=_PATCH)

    return draw(name, title, told, paint, height)


_PATCH = {"boxstyle": "round,pad=0.08", "facecolor": "white", "edgecolor": "none"}
