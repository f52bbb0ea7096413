"""Do values separate into what is known at first and what is learnt later?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.result.ask import Ask, Needs
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BEST


@dataclass(frozen=True, kw_only=True)
class Separable(Ask, name="separable"):
    """Do values separate into what is known at first and what is learnt later?"""

    place = 78
    about, source = BEST, "Kakade, Lobel and Nazerzadeh 2011, section 4"
    statuses = (Status.HOLDS, Status.FAILS)
    looks_ahead, second = False, True

    def needs(self) -> Needs:
        """Return a prior, private values, and signals that move no others."""
        return Needs(
            efficient_end="{} is about no rule",
            plain="ask optimal, which takes them",
            prior="give it a prior: it says which first signals there are",
            private_values="ask optimal, which takes any values",
            no_influence="ask optimal, which takes any law",
        )
