"""Can every rule be implemented with payments that add up to zero, whatever the utilities?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import WithinPeriod


@dataclass(frozen=True, kw_only=True)
class StrictBalance(WithinPeriod, name="strict-balance"):
    """Can every rule be implemented with payments that add up to zero, whatever the utilities?"""

    place = 37
    source = "d'Aspremont, Crémer and Gérard-Varet 2004, condition C"
