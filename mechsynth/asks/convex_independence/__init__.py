"""Is no signal's belief a mixture of the others'?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import DISTANCE, LOOK_AHEAD, SCOPE
from mechsynth.result.ask import Ask, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BELIEFS


@dataclass(frozen=True, kw_only=True)
class ConvexIndependence(Ask, name="convex-independence"):
    """Is no signal's belief a mixture of the others'?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    distance:
        Whether to measure the distance of the closest signal from the hull of the others; ``None``: where it is quick.
    look_ahead:
        How many of the next periods' reports are looked at: a whole number, or ``"auto"`` for the smallest that works; then no distance is measured.
    """

    place = 20
    second = True
    about, source, rung = BELIEFS, "Liu 2014, Assumption 2", 2
    statuses, value = (Status.HOLDS, Status.FAILS), "squared distance from the closest mixture"

    scope: str = option("all", SCOPE)
    distance: bool | None = option(None, DISTANCE)
    look_ahead: str = option("1", LOOK_AHEAD)
