"""What does a dynamic Groves mechanism of one's own pay?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mechsynth.asks.options import DECIDE, PHI
from mechsynth.asks.shared import PrivateValues
from mechsynth.result.ask import Needs, option


@dataclass(frozen=True, kw_only=True, eq=False)
class Groves(PrivateValues, name="groves"):
    """What does a dynamic Groves mechanism of one's own pay?

    Attributes
    ----------
    phi:
        What each agent pays on top of the team mechanism, per period and by the others' signals, or ``None`` for nothing: a function
        ``phi(agent, period, others)`` of the agent's label, the period from 1 (``None`` when the horizon is infinite) and the tuple of the others'
        signals in the order of the agents; or a mapping from agents to arrays over ``[θ^{-i}]`` (lists of ``T`` such arrays when the horizon
        is finite; an axis of length 1 says "does not depend on it"; agents may be left out).
    decide:
        The decision rule ``â_i`` under which ``phi`` is added up, of the same form, with labels of actions for numbers; ``None``, or for an agent
        left out, what is best for the others.
    """

    place = 130
    second = True
    source = "Yoon 2021b, Definition 1'"

    phi: Any = option(None, PHI)
    decide: Any = option(None, DECIDE)

    def needs(self) -> Needs:
        """Return the same as for the others; without ``phi`` anybody's signal may move the others'."""
        found = super().needs()
        return replace(found, no_influence="") if self.phi is None else found
