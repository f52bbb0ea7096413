"""What is the most that the first report alone allows: a bound on what any mechanism earns?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import REVEAL
from mechsynth.asks.shared import screened
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BEST


@dataclass(frozen=True, kw_only=True)
class Relaxed(Ask, name="relaxed"):
    """What is the most that the first report alone allows, a bound on what any mechanism earns?

    Attributes
    ----------
    reveal:
        ``"paths"``: whoever lies at first goes on with the chain of its report, coupled with its own; ``"shocks"``: the designer sees, too, what moves later signals.
    """

    place = 76
    second = True
    about, source = BEST, "Kakade, Lobel and Nazerzadeh 2011, section 3; Yoon 2021a, section 2"
    statuses, value = (Status.HOLDS,), "largest revenue that lies in the first report leave"

    reveal: str = option("paths", REVEAL)

    def needs(self) -> Needs:
        """Return a last period, a prior, and agents that are independent of each other."""
        return screened()

    def document(self) -> dict[str, object]:
        """Return the question with its choice named."""
        return {**super().document(), "reveal": self.reveal}
