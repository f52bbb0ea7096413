"""Do payments in the period of the report, on its reports alone, implement the efficient rule?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.options import NOW
from mechsynth.asks.shared import EFFICIENT
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import ALONE


@dataclass(frozen=True, kw_only=True)
class GeneralizedVcg(Ask, name="generalized-vcg"):
    """Do payments in the period of the report, on its reports alone, implement the efficient rule?

    Attributes
    ----------
    transfers:
        ``"history-independent"``, the only class there is.
    """

    place = 160
    second = True
    about, source = ALONE, "Liu 2014, section 3.4, Theorem 3.8"
    requires, looks_ahead = ("pepic",), False
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    transfers: str = option("history-independent", NOW)

    def needs(self) -> Needs:
        """Return that the last period must be efficient."""
        return Needs(efficient_end=EFFICIENT.format(self.name))
