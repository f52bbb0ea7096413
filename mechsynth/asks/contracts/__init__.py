"""Which menu of strike prices and fees is offered to a buyer who learns more later?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mechsynth.asks.options import EXCLUDE, STRIKES
from mechsynth.asks.shared import screened
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BEST


@dataclass(frozen=True, kw_only=True)
class Contracts(Ask, name="contracts"):
    """Which menu of strike prices and fees is offered to a buyer who learns more later?

    Attributes
    ----------
    strikes, exclude:
        As of ``virtual-pivot``, whose mechanism the menu is.
    """

    place = 80
    second = True
    about, source = BEST, "Kakade, Lobel and Nazerzadeh 2011, section 6.1"
    statuses, value = (Status.FEASIBLE,), "expected revenue of the menu"

    strikes: str = option("kln", STRIKES)
    exclude: str = option("rule", EXCLUDE)

    def needs(self) -> Needs:
        """Return what the virtual pivot mechanism needs, and one buyer who is sold something in later periods."""
        return replace(
            screened(),
            no_outside="ask optimal, which takes any value of leaving",
            private_values="ask optimal, which takes any values",
            one_buyer="ask virtual-pivot",
            weighed="ask optimal, which needs no weights",
        )

    def document(self) -> dict[str, object]:
        """Return the question with its choices named."""
        return {**super().document(), "strikes": self.strikes, "exclude": self.exclude}
