"""Do transfers exist such that expected payments add up to zero in every period?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import LINKED, SCOPE
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import MONEY


@dataclass(frozen=True, kw_only=True)
class BudgetBalanced(Ask, name="budget-balanced"):
    """Do transfers exist such that expected payments add up to zero in every period?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    place = 80
    second = True
    about, source = MONEY, "Liu 2014, Proposition 3.7"
    requires = ("pepic", "budget:per-period")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
    transfers: str = option("contingent", LINKED)

    def needs(self) -> Needs:
        """Return that no period may be the last."""
        return Needs(infinite="ask ex-ante-balanced")
