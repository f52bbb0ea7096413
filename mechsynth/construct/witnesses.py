"""Witnesses about a block, in the labels of the instance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from mechsynth.construct.case import Case
from mechsynth.result.codec import write
from mechsynth.result.witness import Cycle, Dependence, Mixture


class Place(NamedTuple):
    """Which block: a period (from 1), and the indices of an agent, an action and ``θ^{-i}`` (flat)."""

    t: int
    agent: int
    action: int
    others: int


Rates = Sequence[Fraction | int]


def mixture(case: Case, at: Place, report: int, eta: Rates, gap: Fraction | None) -> dict[str, object]:
    """Return the witness that signal ``report`` is a mixture of others.

    Parameters
    ----------
    eta:
        The dependence, negative at ``report`` alone.
    gap:
        ``Σ η_k c_k``; ``None`` for the condition on beliefs alone.
    """
    own = case.environment.period(at.t).signals[at.agent]
    share = Fraction(-eta[report])
    found = Mixture(
        **case.block_names(*at),
        type_=own[report],
        weights={own[k]: Fraction(w) / share for k, w in enumerate(eta) if k != report and w},
        shortfall=None if gap is None else gap / share,
    )
    return dict(write(found))


def cycle(case: Case, at: Place, signals: Sequence[int], gap: Fraction) -> Cycle:
    """Return the witness that lies gain together; ``signals`` are the indices of the signals in order, the action of the place does not matter."""
    names = case.block_names(*at)
    own = case.environment.period(at.t).signals[at.agent]
    told = tuple(own[k] for k in signals)
    return Cycle(period=names["period"], agent=names["agent"], others=names["others"], cycle=told, shortfall=gap)


def dependence(case: Case, at: Place, eta: Rates, gap: Fraction | None) -> dict[str, object]:
    """Return the witness that a block's beliefs are dependent; parameters as of `mixture`."""
    own = case.environment.period(at.t).signals[at.agent]
    weights = {own[k]: Fraction(w) for k, w in enumerate(eta) if w}
    return dict(write(Dependence(**case.block_names(*at), weights=weights, shortfall=gap)))
