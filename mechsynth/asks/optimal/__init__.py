"""Which mechanism earns the most, when the rule is a choice too?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mechsynth.asks.options import BUDGET, LOTTERIES, MEMORY, PARTICIPATION, PERIODS, PUBLIC, WEIGHTS
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BEST


@dataclass(frozen=True, kw_only=True)
class Optimal(Ask, name="optimal"):
    """Which mechanism earns the most, when the rule is a choice too?

    Attributes
    ----------
    incentives:
        ``"pepic"``: truth is best whatever the others' signals; ``"pbic"``: given what an agent knows.
    participation:
        ``"entry"``: every first signal that can occur expects at least 0, given what it knows; ``"ex-post"``: at least 0 at every first profile;
        ``"withdrawal"``: as entry, nothing is paid before the last period, and there, all signals known, every agent may still leave with 0.
    memory:
        What lotteries and payments look at beside the current reports: ``"full"``, ``"first-and-current"``, ``"current"``.
    lotteries:
        ``"yes"``, or ``"no"``: every action is chosen for sure.
    weights:
        Of revenue and of surplus in what is to be large, ``"1,0"``; not both 0, the first at least 0.
    budget:
        What the expected revenue must be at least; ``"none"`` for no such requirement.
    periods:
        Of an infinite horizon, how many periods are looked at; the answer is then between two numbers. ``"none"`` for a finite horizon.
    """

    place = 75
    second = True
    about, source = BEST, "Kakade, Lobel and Nazerzadeh 2011; Yoon 2021a, section 2"
    statuses, value = (
        (Status.OPTIMAL, Status.FEASIBLE, Status.INFEASIBLE),
        "largest expected revenue, or weighted sum of revenue and surplus",
    )

    incentives: str = option("pepic", PUBLIC)
    participation: str = option("entry", PARTICIPATION)
    memory: str = option("full", MEMORY)
    lotteries: str = option("yes", LOTTERIES)
    weights: str = option("1,0", WEIGHTS)
    budget: str = option("none", BUDGET)
    periods: str = option("none", PERIODS)

    def needs(self) -> Needs:
        """Return a last period, a prior, and nothing else to leave for."""
        forever = "leave --periods out where the horizon is finite" if self.periods != "none" else ""
        return Needs(
            efficient_end="{} chooses the rule itself",
            finite="" if forever else "say with --periods how many are looked at, or ask about a finite horizon",
            infinite=forever,
            prior="give it a prior",
        )

    def document(self) -> dict[str, Any]:
        """Return the question with every choice named."""
        return {
            **super().document(),
            "incentives": self.incentives,
            "participation": self.participation,
            "memory": self.memory,
            "lotteries": self.lotteries,
            **({} if self.weights == "1,0" else {"weights": self.weights}),
            **({} if self.budget == "none" else {"budget": self.budget}),
            **({} if self.periods == "none" else {"periods": self.periods}),
        }
