"""Do transfers that the own report reaches only through the action make every agent residual claimant?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import ResidualClaimants


@dataclass(frozen=True, kw_only=True)
class VcgType(ResidualClaimants, name="vcg-type"):
    """Do transfers that the own report reaches only through the action make every agent residual claimant?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    """

    place = 60
    source, rung = "Liu 2014, Theorem 3.2", 5
    pays = "vcg-type"
