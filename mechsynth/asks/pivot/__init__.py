"""Does everybody keep what she adds?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import PrivateValues


@dataclass(frozen=True, kw_only=True)
class Pivot(PrivateValues, name="pivot"):
    """Does everybody keep what she adds?"""

    place = 120
    second = True
    source = "Bergemann and Välimäki; Yoon 2021b, section 2"
