"""Do entry fees pay for the pivot mechanism?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mechsynth.asks.options import CRITICAL
from mechsynth.asks.shared import NO_PRIOR, PrivateValues
from mechsynth.result.ask import Needs, option
from mechsynth.result.status import Status


@dataclass(frozen=True, kw_only=True)
class LumpSumBudget(PrivateValues, name="lump-sum-budget"):
    """Do entry fees pay for the pivot mechanism?

    Attributes
    ----------
    critical_discount:
        Whether to find all discount factors at which the budget balances, exactly; ``None``: where it is possible and quick.
    """

    place = 150
    second = True
    source = "Yoon 2021a, section 3.3"
    requires = ("pepic", "participation:entry", "budget:ex-ante")
    statuses, value = (Status.FEASIBLE, Status.INFEASIBLE), "expected budget, fees included"

    critical_discount: bool | None = option(None, CRITICAL)

    def needs(self) -> Needs:
        """Return the same as for the others, and a prior."""
        return replace(super().needs(), prior=NO_PRIOR)
