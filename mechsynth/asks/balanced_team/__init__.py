"""Can everybody be paid what her news changes for the others, out of their own pockets?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import ExpectedWorth


@dataclass(frozen=True, kw_only=True)
class BalancedTeam(ExpectedWorth, name="balanced-team"):
    """Can everybody be paid what her news changes for the others, out of their own pockets?"""

    place = 126
    source = "Athey and Segal 2013"
    pays = "full+now"
