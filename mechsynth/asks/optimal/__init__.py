"""Which mechanism earns the most, when the rule is a choice too?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mechsynth.asks.options import MEMORY, PARTICIPATION
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BEST


@dataclass(frozen=True, kw_only=True)
class Optimal(Ask, name="optimal"):
    """Which mechanism earns the most, when the rule is a choice too?

    Attributes
    ----------
    participation:
        ``"entry"``: every first signal that can occur expects at least 0, given what it knows; ``"ex-post"``: at least 0 at every first profile.
    memory:
        What lotteries and payments look at beside the current reports: ``"full"``, ``"first-and-current"``, ``"current"``.
    """

    place = 75
    second = True
    about, source = BEST, "Kakade, Lobel and Nazerzadeh 2011; Yoon 2021a, section 2"
    statuses, value = (Status.OPTIMAL,), "largest expected revenue"

    participation: str = option("entry", PARTICIPATION)
    memory: str = option("full", MEMORY)

    def needs(self) -> Needs:
        """Return a last period, a prior, and nothing else to leave for."""
        return Needs(
            efficient_end="{} chooses the rule itself",
            finite="ask about a finite horizon: what it earns in T periods is a lower bound",
            prior="give it a prior",
        )

    def document(self) -> dict[str, Any]:
        """Return the question with every choice named."""
        return {
            **super().document(),
            "incentives": "pepic",
            "participation": self.participation,
            "memory": self.memory,
            "lotteries": "yes",
        }
