"""Which index decides who uses an object that changes its users?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.result.ask import Ask, Needs
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BEST


@dataclass(frozen=True, kw_only=True)
class Index(Ask, name="index"):
    """Which index decides who uses an object that changes its users?"""

    place = 79
    about, source = BEST, "Gittins 1979; Kakade, Lobel and Nazerzadeh 2011, section 6.2"
    statuses = (Status.HOLDS,)
    looks_ahead, second = False, True

    def needs(self) -> Needs:
        """Return no last period, private values, and an object that moves its user alone."""
        return Needs(
            efficient_end="{} has no last period",
            infinite="ask policy, which takes a last period",
            plain="ask policy, which takes them",
            private_values="ask policy, which takes any values",
            no_influence="ask policy, which takes any law",
            bandit="ask policy, which takes any actions",
        )
