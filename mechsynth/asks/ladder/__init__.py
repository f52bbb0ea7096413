"""What is the smallest class of transfers that makes every agent residual claimant, and what stands in the way of smaller ones?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import DISTANCE, LOOK_AHEAD, SCOPE
from mechsynth.result.ask import Ask, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import EVERYTHING


@dataclass(frozen=True, kw_only=True)
class Ladder(Ask, name="ladder"):
    """What is the smallest class of transfers that makes every agent residual claimant, and what stands in the way of smaller ones?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``; ``None``: all for beliefs, the rule's for mechanisms.
    distance:
        Whether to measure the distance of the closest signal from the hull of the others; ``None``: where it is quick.
    look_ahead:
        How many of the next periods' reports payments may look at: a whole number, or ``"auto"`` for the smallest that works; handed on to the rungs.
    """

    place, composite, second = 900, True, True
    about, source = EVERYTHING, "Liu 2014, section 3"
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str | None = option(None, SCOPE)
    distance: bool | None = option(None, DISTANCE)
    look_ahead: str = option("1", LOOK_AHEAD)

    def document(self) -> dict[str, object]:
        """Return the name alone: the answers that it consists of tell their options."""
        return {"ask": self.name}
