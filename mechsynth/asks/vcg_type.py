"""Transfers ``p(θ'^{-i}; a, θ^{-i})`` that the own report reaches only through the action (Liu 2014, Theorem 3.2).

Scope ``all``: ``μ_k·p = c_k`` for every own signal ``k`` of every block. Scope ``policy``: per ``(i, θ^{-i}, a)`` with ``a`` in the image of the rule, equality for the signals
that lead to ``a``, ``μ_k·p ≥ c_k`` for the others. Infeasible iff some ``η`` has ``Σ η_k μ_k = 0``, ``η_k ≥ 0`` on those others, and ``Σ η_k c_k > 0``.
"""

from __future__ import annotations

from math import lcm

import numpy as np

from mechsynth.asks import residual
from mechsynth.asks.blocks import Stack
from mechsynth.asks.question import Question
from mechsynth.asks.residual import Linked, block_of, block_targets, gap, later_shape
from mechsynth.engine import common_payments
from mechsynth.mechanism import Table
from mechsynth.rational import Rationals, narrow
from mechsynth.result import Result


def answer(question: Question) -> Result:
    """Decide whether VCG-type transfers make every agent residual claimant, and give them."""
    return residual.answer(question, "vcg-type", _room)


def _room(question: Question, stack: Stack, c: Rationals, scope: str) -> Linked:
    goals = block_targets(stack, c)
    equal = stack.played if scope == "policy" else np.ones_like(stack.played)
    decision = common_payments(stack.rows, goals, equal, np.asarray(equal.any(1)))
    failures = [
        question.dependence(stack.t, stack.agent, int(stack.action[b]), int(stack.others[b]), eta, gap(eta, goals[b]))
        for (b, _), eta in sorted(decision.failures.items())
    ]
    if failures:
        return Linked(failures, None, None)
    now, following = later_shape(question, stack)
    agent = stack.agent
    period = question.environment.period(stack.t)
    others = c.shape[1]
    # One denominator per block: a common one for all would be as long as all of them together.
    lines = {
        int(stack.action[b]) * others + int(stack.others[b]): payments for (b, _), payments in decision.special.items()
    }
    axes = (
        len(period.actions),
        *(1 if j == agent else length for j, length in enumerate(now)),
        *(1 if j == agent else length for j, length in enumerate(following)),
    )
    table = Table(Rationals(np.zeros(axes, dtype=np.int64)), lines)
    where = block_of(question, stack)
    expected = []
    for b in range(stack.rows.shape[0]):
        product = Rationals(stack.rows.num[b], stack.rows.den) @ decision.special[b, 0].reshape(-1, 1)
        product = product.reshape(-1)
        expected.append(product - Rationals(goals.num[b], goals.den))
    common = lcm(*(row.den for row in expected))
    num = narrow(np.array([row.over(common).astype(object) for row in expected], dtype=object))
    return Linked([], table, Rationals(num[where], common))
