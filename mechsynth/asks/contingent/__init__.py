"""Do transfers that look at the own report make every agent residual claimant?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import SCOPE
from mechsynth.result.ask import Ask, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import RESIDUAL


@dataclass(frozen=True, kw_only=True)
class Contingent(Ask, name="contingent"):
    """Do transfers that look at the own report make every agent residual claimant?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    """

    place = 50
    second = True
    about, source, rung, linear = RESIDUAL, "Liu 2014, Theorem 3.1", 6, True
    pays, requires = "contingent", ("pepic", "residual-claimant")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
