"""Are the beliefs of every block linearly independent?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import LOOK_AHEAD, SCOPE
from mechsynth.result.ask import Ask, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BELIEFS


@dataclass(frozen=True, kw_only=True)
class Spanning(Ask, name="spanning"):
    """Are the beliefs of every block linearly independent?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    look_ahead:
        How many of the next periods' reports are looked at: a whole number, or ``"auto"`` for the smallest that works.
    """

    place = 30
    second = True
    about, source, rung = BELIEFS, "Liu 2014, Assumption 3", 3
    statuses = (Status.HOLDS, Status.FAILS)

    scope: str = option("all", SCOPE)
    look_ahead: str = option("1", LOOK_AHEAD)
