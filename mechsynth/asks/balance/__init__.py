"""Can payments that make truth best be made to add up to anything, so to zero?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import WithinPeriod


@dataclass(frozen=True, kw_only=True)
class Balance(WithinPeriod, name="balance"):
    """Can payments that make truth best be made to add up to anything, so to zero?"""

    place = 36
    source = "d'Aspremont, Crémer and Gérard-Varet 2004, condition B"
