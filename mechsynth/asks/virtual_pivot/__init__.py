"""What does the virtual pivot mechanism earn, and how far is that from the bound?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import VirtuallyWeighed


@dataclass(frozen=True, kw_only=True)
class VirtualPivot(VirtuallyWeighed, name="virtual-pivot"):
    """What does the virtual pivot mechanism earn, and how far is that from the bound?

    Attributes
    ----------
    strikes:
        ``"kln"``: an affine pivot mechanism with the weights of the first reports; ``"grid"``: one buyer, two periods, keep or sell: a strike price for every first
        signal, the least value served up to it.
    exclude:
        ``"rule"``: who has no positive weight, or adds nothing; ``"best"``: one agent with a secret, first signals below the best cutoff.
    """

    place = 79
    source = "Kakade, Lobel and Nazerzadeh 2011, section 5"
    value = "expected revenue of the mechanism listed"
