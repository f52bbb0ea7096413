"""Do transfers that look at the own report make every agent residual claimant?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import ResidualClaimants


@dataclass(frozen=True, kw_only=True)
class Contingent(ResidualClaimants, name="contingent"):
    """Do transfers that look at the own report make every agent residual claimant?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    """

    place = 50
    source, rung = "Liu 2014, Theorem 3.1", 6
    pays = "contingent"
