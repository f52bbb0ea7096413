"""What does the virtual pivot mechanism earn, and how far is that from the bound?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mechsynth.asks.options import EXCLUDE, STRIKES
from mechsynth.asks.shared import screened
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BEST


@dataclass(frozen=True, kw_only=True)
class VirtualPivot(Ask, name="virtual-pivot"):
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
    second = True
    about, source = BEST, "Kakade, Lobel and Nazerzadeh 2011, section 5"
    statuses, value = (Status.FEASIBLE,), "expected revenue of the mechanism listed"

    strikes: str = option("kln", STRIKES)
    exclude: str = option("rule", EXCLUDE)

    def needs(self) -> Needs:
        """Return what the bound needs, and values that separate, with weights that do not fall."""
        return replace(
            screened(),
            no_outside="ask optimal, which takes any value of leaving",
            private_values="ask optimal, which takes any values",
            weighed="ask optimal, which needs no weights",
        )

    def document(self) -> dict[str, object]:
        """Return the question with its choices named."""
        return {**super().document(), "strikes": self.strikes, "exclude": self.exclude}
