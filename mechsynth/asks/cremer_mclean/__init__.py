"""Can everybody be left with what leaving is worth, by bets on the others' reports?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mechsynth.asks.shared import BELIEVED, EFFICIENT, ONE_PERIOD, PLAIN
from mechsynth.result.ask import Ask, Needs
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import WITHIN


@dataclass(frozen=True, kw_only=True)
class CremerMclean(Ask, name="cremer-mclean"):
    """Can everybody be left with what leaving is worth, by bets on the others' reports?"""

    place = 128
    about = WITHIN
    source = "Crémer and McLean 1988, Theorem 2"
    second = True
    looks_ahead = False
    pays = "history-independent"
    requires: ClassVar[tuple[str, ...]] = ("pbic", "participation:interim", "surplus:full")
    statuses: ClassVar[tuple[Status, ...]] = (Status.FEASIBLE,)

    def needs(self) -> Needs:
        """Return that there is one period, a prior, nobody public, and no belief that is a mixture of others."""
        return Needs(
            efficient_end=EFFICIENT.format(self.name),
            one_period=ONE_PERIOD,
            plain=PLAIN,
            prior=BELIEVED,
            unmixed="ask implement with pbic, participation:interim and surplus:full, which decides it for these utilities",
        )
