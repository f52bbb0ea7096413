"""Which menu of strike prices and fees is offered to a buyer who learns more later?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mechsynth.asks.shared import VirtuallyWeighed
from mechsynth.result.ask import Needs


@dataclass(frozen=True, kw_only=True)
class Contracts(VirtuallyWeighed, name="contracts"):
    """Which menu of strike prices and fees is offered to a buyer who learns more later?

    Attributes
    ----------
    strikes, exclude:
        As of ``virtual-pivot``, whose mechanism the menu is.
    """

    place = 80
    source = "Kakade, Lobel and Nazerzadeh 2011, section 6.1"
    value = "expected revenue of the menu"

    def needs(self) -> Needs:
        """Return what the virtual pivot mechanism needs, and one buyer who is sold something in later periods."""
        return replace(super().needs(), one_buyer="ask virtual-pivot")
