"""Can the last period be implemented on its own?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mechsynth.asks.options import RULE
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import EFFICIENT, LAST


@dataclass(frozen=True, kw_only=True)
class Static(Ask, name="static"):
    """Can the last period be implemented on its own?

    Attributes
    ----------
    rule:
        ``"efficient"``, or a rule that is given.
    """

    place = 40
    second = True
    about, source, rung = LAST, "Liu 2014, Assumption 4; Rochet 1987", 4
    pays, requires, looks_ahead = "history-independent", ("pepic",), False
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    rule: Any = option(EFFICIENT, RULE)

    def needs(self) -> Needs:
        """Return that a last period is needed, and an efficient one."""
        return Needs(finite="ask contingent or vcg-type", efficient_end="static asks about the efficient last period")
