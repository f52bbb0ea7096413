"""Does an auction in which the winner pays once more after the next bids sell efficiently?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.result.ask import Ask, Needs
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import ANYTHING


@dataclass(frozen=True, kw_only=True)
class Auction(Ask, name="auction"):
    """Does an auction in which the winner pays once more after the next bids sell efficiently?"""

    place = 75
    second = True
    about, source = ANYTHING, "Liu 2025, indirect implementation with auctions, condition (2)"
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)
    pays = "contingent+now"
    requires = ("pepic",)

    def needs(self) -> Needs:
        """Return that a last period plays one action, and that every other sells one object whose value the others' signals move more than the own one."""
        return Needs(
            constant_end="ask with --last-period constant",
            auction="ask implement with --transfers winner-pay, which takes any utilities",
        )
