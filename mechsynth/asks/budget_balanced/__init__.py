"""Do transfers exist such that expected payments add up to zero in every period?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import LinkedMoney
from mechsynth.result.ask import Needs


@dataclass(frozen=True, kw_only=True)
class BudgetBalanced(LinkedMoney, name="budget-balanced"):
    """Do transfers exist such that expected payments add up to zero in every period?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    place = 80
    source = "Liu 2014, Proposition 3.7"
    requires = ("pepic", "budget:per-period")

    def needs(self) -> Needs:
        """Return that no period may be the last."""
        return Needs(infinite="ask ex-ante-balanced")
