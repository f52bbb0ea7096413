"""Can everybody be paid what the others expect from her report, out of their own pockets?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import ONE_PERIOD, ExpectedWorth


@dataclass(frozen=True, kw_only=True)
class Agv(ExpectedWorth, name="agv"):
    """Can everybody be paid what the others expect from her report, out of their own pockets?"""

    place = 124
    source = "Arrow; d'Aspremont and Gérard-Varet 1979"
    pays = "history-independent"
    once = ONE_PERIOD
