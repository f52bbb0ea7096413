"""What several questions say: what they need of an environment."""

from __future__ import annotations

from typing import ClassVar

from mechsynth.result.ask import Ask, Needs
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import PRIVATE, WITHIN

EFFICIENT = "{} is efficient in every period"
NO_PRIOR = "give it a prior"
NOT_PRIVATE = "ask vcg-type, contingent or implement, which need no private values"
ONE_PERIOD = "cut the instance down to one period"
BELIEVED = "give it a prior, from which an agent believes something of the others' reports"
INFLUENCE = "ask team, which needs private values alone, or contingent or vcg-type, which live on such correlation"


class PrivateValues(Ask):
    """What the dynamic Groves mechanisms need: efficiency in every period, and private values."""

    about = PRIVATE
    pays, looks_ahead = "history-independent", False
    requires: ClassVar[tuple[str, ...]] = ("pepic",)
    statuses: ClassVar[tuple[Status, ...]] = (Status.FEASIBLE,)

    def needs(self) -> Needs:
        """Return that everything is efficient, that values are private, and that nobody's signal moves the others'."""
        return Needs(efficient_end=EFFICIENT.format(self.name), private_values=NOT_PRIVATE, no_influence=INFLUENCE)


class WithinPeriod(Ask):
    """What is asked of beliefs about the others' reports of the same period: one period, and a prior."""

    about = WITHIN
    looks_ahead = False
    statuses: ClassVar[tuple[Status, ...]] = (Status.HOLDS, Status.FAILS)
    second = True

    def needs(self) -> Needs:
        """Return that there is one period, and a prior."""
        return Needs(one_period=ONE_PERIOD, believed=BELIEVED)
