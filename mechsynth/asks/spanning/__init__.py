"""Are the beliefs of every block linearly independent?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import BELIEVED, ONE_PERIOD, BeliefsApart
from mechsynth.result.ask import Needs
from mechsynth.result.status import Status


@dataclass(frozen=True, kw_only=True)
class Spanning(BeliefsApart, name="spanning"):
    """Are the beliefs of every block linearly independent?"""

    place = 30
    source, rung = "Liu 2014, Assumption 3; Crémer and McLean 1985", 3
    statuses = (Status.HOLDS, Status.FAILS)

    def needs(self) -> Needs:
        """Return that beliefs within a period are about one period, and need a prior."""
        return Needs() if self.beliefs == "next" else Needs(one_period=ONE_PERIOD, prior=BELIEVED)
