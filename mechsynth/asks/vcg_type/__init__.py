"""Do transfers that the own report reaches only through the action make every agent residual claimant?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import SCOPE
from mechsynth.result.ask import Ask, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import RESIDUAL


@dataclass(frozen=True, kw_only=True)
class VcgType(Ask, name="vcg-type"):
    """Do transfers that the own report reaches only through the action make every agent residual claimant?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    """

    place = 60
    second = True
    about, source, rung, linear = RESIDUAL, "Liu 2014, Theorem 3.2", 5, True
    pays, requires = "vcg-type", ("pepic", "residual-claimant")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
