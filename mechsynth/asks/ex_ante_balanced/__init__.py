"""Do fees in period 1 make the expected discounted sum of all payments zero?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import NO_PRIOR, LinkedMoney
from mechsynth.result.ask import Needs


@dataclass(frozen=True, kw_only=True)
class ExAnteBalanced(LinkedMoney, name="ex-ante-balanced"):
    """Do fees in period 1 make the expected discounted sum of all payments zero?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    place = 90
    source = "Liu 2014, section 3.3"
    requires = ("pepic", "budget:ex-ante")

    def needs(self) -> Needs:
        """Return that there must be another agent to pay the subsidy, and a prior to expect it with."""
        return Needs(two_agents="ask contingent or vcg-type", prior=NO_PRIOR)
