"""Belief blocks: what each own signal makes an agent expect the others to report next (Liu 2014, Assumptions 2 and 3).

A block is ``(t, i, a, θ^{-i})``. Its columns are ``μ_k = μ^{-i}(· | a, (k, θ^{-i}))`` for the own signals ``k``; here they are kept as
*rows* of an integer matrix over the kernel's common denominator, since everything that is asked of them is a product
``μ_k · p``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from mechsynth.environment import Environment
from mechsynth.rational import IntArray, Rationals


@dataclass(frozen=True, eq=False)
class Beliefs:
    """All blocks of one agent in one period.

    Attributes
    ----------
    t, agent:
        The period (from 1) and the index of the agent.
    rows:
        Shape ``(|A|, |Θ^{-i}|, |Θ^i|, |Θ'^{-i}|)``: numerators of ``μ_k``, one row per own signal; over ``rows.den``.
    """

    t: int
    agent: int
    rows: Rationals

    @property
    def own(self) -> int:
        """``n``, the number of own signals."""
        return self.rows.shape[2]


def beliefs(environment: Environment, t: int, agent: int) -> Beliefs:
    """Return the blocks of one agent in period ``t`` (from 1, not the last)."""
    transition = environment.period(t).transition
    assert transition is not None, "the last period has no blocks"
    count = len(environment.agents)
    marginal = transition.sum(1 + count + agent)
    rest = [1 + j for j in environment.others(agent)]
    axes = [0, *rest, 1 + agent, *range(1 + count, 2 * count)]
    ordered = marginal.num.transpose(axes)
    shape = (ordered.shape[0], prod(ordered.shape[1:count]), ordered.shape[count], prod(ordered.shape[count + 1 :]))
    return Beliefs(t, agent, Rationals(ordered.reshape(shape), marginal.den))


def by_own(array: IntArray, agent: int) -> IntArray:
    """Return an array over ``(…, θ^1, …, θ^N)`` of one leading axis as ``(lead, |Θ^{-i}|, |Θ^i|)``."""
    moved = np.moveaxis(array, 1 + agent, -1)
    return moved.reshape(array.shape[0], -1, array.shape[1 + agent])


def used(rule: IntArray, agent: int) -> IntArray:
    """Return the rule as ``(|Θ^{-i}|, |Θ^i|)``: the action after each report of one agent, given the others."""
    return np.asarray(by_own(rule[None], agent)[0])
