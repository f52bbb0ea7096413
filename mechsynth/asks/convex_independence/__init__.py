"""Is no signal's belief a mixture of the others'?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import DISTANCE
from mechsynth.asks.shared import BeliefsApart
from mechsynth.errors import UsageError
from mechsynth.result.ask import option
from mechsynth.result.status import Status


@dataclass(frozen=True, kw_only=True)
class ConvexIndependence(BeliefsApart, name="convex-independence"):
    """Is no signal's belief a mixture of the others'?

    Attributes
    ----------
    distance:
        Whether to measure the distance of the closest signal from the hull of the others; ``None``: where it is quick. It is measured of beliefs about the
        next reports alone.
    """

    place = 20
    source, rung = "Liu 2014, Assumption 2; Crémer and McLean 1988", 2
    statuses, value = (Status.HOLDS, Status.FAILS), "squared distance from the closest mixture"

    distance: bool | None = option(None, DISTANCE)

    def __post_init__(self) -> None:
        """Refuse a distance of beliefs about the same period."""
        super().__post_init__()
        if self.beliefs == "within" and self.distance:
            raise UsageError("distance", "is measured of beliefs about the next reports", "leave it out")
