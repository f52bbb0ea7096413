"""Does the best mechanism earn what the first report alone allows, and if not, how far is it from that?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import PUBLIC, REVEAL
from mechsynth.asks.shared import screened
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BEST


@dataclass(frozen=True, kw_only=True)
class Gap(Ask, name="gap"):
    """Does the best mechanism earn what the first report alone allows, and if not, how far is it from that?

    Attributes
    ----------
    incentives:
        Of the best mechanism: ``"pepic"``, truth is best whatever the others' signals, or ``"pbic"``, given what an agent knows.
    reveal:
        Of the bound, as for ``relaxed``.
    """

    place = 77
    second = True
    about, source = BEST, "Kakade, Lobel and Nazerzadeh 2011, section 7"
    statuses, value = (Status.HOLDS, Status.FAILS), "the bound less the largest revenue, at least 0"

    incentives: str = option("pepic", PUBLIC)
    reveal: str = option("paths", REVEAL)

    def needs(self) -> Needs:
        """Return a last period, a prior, and agents that are independent of each other."""
        return screened()

    def document(self) -> dict[str, object]:
        """Return the question with its choices named."""
        return {**super().document(), "incentives": self.incentives, "reveal": self.reveal}
