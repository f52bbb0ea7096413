"""What is it worth to hear each agent in time?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import EFFICIENT, NO_PRIOR
from mechsynth.result.ask import Ask, Needs
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import RULE


@dataclass(frozen=True, kw_only=True)
class Worth(Ask, name="worth"):
    """What is it worth to hear each agent in time?"""

    place = 15
    second = True
    about, source = RULE, "the value of information (Blackwell 1953), of the rule of Liu 2014, equation (1)"
    statuses, value = (Status.OPTIMAL,), "expected social surplus"

    def needs(self) -> Needs:
        """Return that everything is efficient, and that there is a prior to expect surplus with."""
        return Needs(efficient_end=EFFICIENT.format(self.name), prior=NO_PRIOR)
