"""Do fees in period 1 make the expected discounted sum of all payments zero?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import LINKED, SCOPE
from mechsynth.asks.shared import NO_PRIOR
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import MONEY


@dataclass(frozen=True, kw_only=True)
class ExAnteBalanced(Ask, name="ex-ante-balanced"):
    """Do fees in period 1 make the expected discounted sum of all payments zero?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    place = 90
    second = True
    about, source = MONEY, "Liu 2014, section 3.3"
    requires = ("pepic", "budget:ex-ante")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
    transfers: str = option("contingent", LINKED)

    def needs(self) -> Needs:
        """Return that there must be another agent to pay the subsidy, and a prior to expect it with."""
        return Needs(two_agents="ask contingent or vcg-type", prior=NO_PRIOR)
