"""What the page about a menu shows besides: fees against strike prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mechsynth.asks.contracts.words import lines
from mechsynth.report.blocks import Block, Drawings
from mechsynth.report.svg import BLUE, draw
from mechsynth.report.text import magnitude
from mechsynth.words.envelope import Answer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mechsynth.environment import Environment

TITLE = "The menu"


def show(answer: Answer, environment: Environment | None, prefix: str) -> list[Block]:
    """Return the fees of the strike prices of period 2, where there are two at least."""
    points = sorted({(strikes[0], fee) for _, fee, strikes in lines(answer) if strikes and strikes[0] is not None})
    if len(points) < 2:
        return []
    across, up = [magnitude(p) for p, _ in points], [magnitude(fee) for _, fee in points]

    def paint(axes: Axes) -> None:
        axes.plot(across, up, "o-", color=BLUE, linewidth=1.5)
        axes.set_xlabel("strike price")
        axes.set_ylabel("fee")

    told = "Fees against strike prices of period 2: the lower the price at which one may buy later, the higher what is paid at first."
    return [Drawings((draw(f"{prefix}menu", "The menu: fees of strike prices", told, paint, 240, plot=True),))]
