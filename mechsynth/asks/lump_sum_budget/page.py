"""What the page about entry fees shows besides: the discount factors at which they cover the deficit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mechsynth.asks.lump_sum_budget.patience import spans
from mechsynth.report.blocks import Block, Drawings
from mechsynth.report.intervals import LEFT, RIGHT, at, side
from mechsynth.report.svg import BLUE, GREY, INK, PALE, draw
from mechsynth.report.text import magnitude
from mechsynth.words.envelope import Answer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mechsynth.environment import Environment

TITLE = "Intervals"


def show(answer: Answer, environment: Environment | None, prefix: str) -> list[Block]:
    """Return the discount factors at which the fees cover the deficit, and the one of the instance."""
    found = spans(answer)
    if found is None:
        return []
    ends = [(magnitude(low), magnitude(high), told) for low, high, told in found]
    here = None if environment is None else magnitude(environment.discount)

    def paint(axes: Axes) -> None:
        axes.plot((LEFT, RIGHT), (34, 34), color=PALE, linewidth=2)
        for value, text in ((0.0, "0"), (1.0, "1")):
            axes.plot([at(value, 0, 1)] * 2, (30, 38), color=GREY, linewidth=1)
            axes.text(at(value, 0, 1), 26, text, ha="center", va="top", color=GREY)
        for low, high, told in ends:
            alone = low == high
            span = (at(low, 0, 1), at(high, 0, 1))
            axes.plot(span, (34, 34), "o" if alone else "-", color=BLUE, linewidth=7, solid_capstyle="butt")
            for value, text in dict(zip((low, high), told, strict=True)).items():
                if 0 < value < 1:
                    axes.text(at(value, 0, 1), 26, text, ha="center", va="top")
        if here is not None:
            axes.plot([at(here, 0, 1)], [46], "v", color=INK, markersize=7)
            axes.text(at(here, 0, 1), 54, "the instance", ha=side(here), va="bottom", fontsize=10)

    title = "Discount factors at which payments and fees cover themselves"
    told = "A line from 0 to 1. The thick parts are the discount factors at which payments and fees cover themselves."
    if here is not None:
        told += " A triangle stands over the discount factor of the instance."
    return [Drawings((draw(f"{prefix}patience", title, told, paint, 74),))]
