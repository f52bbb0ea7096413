"""Transfers ``p(θ'^{-i}; r, a, θ^{-i})`` that look at the own report (Liu 2014, Theorem 3.1).

For every report ``r`` separately: ``μ_r·p_r = c_r`` and ``μ_k·p_r ≥ c_k`` for ``k ≠ r``. Infeasible iff ``μ_r`` is a mixture of the others whose targets
add to more: *whatever* ``r`` *is charged, the mixture is charged, and that is too little for them.*
"""

from __future__ import annotations

from math import lcm
from typing import Any

import numpy as np

from mechsynth.asks import residual
from mechsynth.asks.blocks import Stack
from mechsynth.asks.question import Question
from mechsynth.asks.residual import Linked, block_of, block_targets, gap, later_shape
from mechsynth.engine import Decision, lotteries
from mechsynth.mechanism import Table
from mechsynth.rational import Rationals, magnitude, matmul, widen
from mechsynth.result import Result


def answer(question: Question) -> Result:
    """Decide whether contingent transfers make every agent residual claimant, and give them."""
    return residual.answer(question, "contingent", _room)


def _room(question: Question, stack: Stack, c: Rationals, scope: str) -> Linked:
    goals = block_targets(stack, c)
    decision = lotteries(stack.rows, goals, stack.need)
    failures = [
        question.mixture(stack.t, stack.agent, int(stack.action[b]), int(stack.others[b]), r, eta, gap(eta, goals[b]))
        for (b, r), eta in sorted(decision.failures.items())
    ]
    if failures:
        return Linked(failures, None, None)
    where = block_of(question, stack)
    own = np.arange(where.shape[1])[None, :]
    table = _table(question, stack, decision, where, own, scope)
    return Linked([], table, _expected(stack, goals, decision, where))


def _expected(stack: Stack, goals: Rationals, decision: Decision, where: Any) -> Rationals:
    """Return ``μ_k·p_r − c_k`` at ``[θ^{-i}, r, k]``."""
    others, n = where.shape
    rows, payments = stack.rows, decision.payments
    places = [(o, r) for o in range(others) for r in range(n) if (int(where[o, r]), r) in decision.special]
    den = lcm(payments.den, *(v.denominator for o, r in places for v in decision.special[int(where[o, r]), r]))
    paid = payments.num[where, np.arange(n)[None, :]]  # (others, n, m)
    lift = den // payments.den
    paid = widen(paid, magnitude(paid) * lift) * lift
    if places:
        paid = paid.astype(object)
        for o, r in places:
            paid[o, r] = [int(v * den) for v in decision.special[int(where[o, r]), r]]
    beliefs = rows.num[where]  # (others, r, k, m)
    products = matmul(beliefs, paid[..., None])[..., 0]
    return Rationals(products, rows.den * den) - Rationals(goals.num[where], goals.den)


def _table(question: Question, stack: Stack, decision: Decision, where: Any, own: Any, scope: str) -> Table:
    now, following = later_shape(question, stack)
    agent, count = stack.agent, len(now)
    n, m = decision.payments.num.shape[1:]
    rest_now = [length for j, length in enumerate(now) if j != agent]
    rest_next = [length for j, length in enumerate(following) if j != agent]
    if scope == "policy":
        num = decision.payments.num[where, own][None]  # (1, others, n, m)
        places = {
            (0, o, r): decision.special[int(where[o, r]), r]
            for o in range(where.shape[0])
            for r in range(n)
            if (int(where[o, r]), r) in decision.special
        }
    else:
        num = decision.payments.num.reshape(-1, where.shape[0], n, m)
        places = {
            (int(stack.action[b]), int(stack.others[b]), r): vector for (b, r), vector in decision.special.items()
        }
    shape = (num.shape[0], *rest_now, n, *rest_next)
    order = _order(agent, count)
    entries = Rationals(num.reshape(shape).transpose(order), decision.payments.den)
    index = np.arange(num.size).reshape(shape).transpose(order).ravel()
    inverse = np.empty_like(index)
    inverse[index] = np.arange(index.size)
    inverse = inverse.reshape(num.shape)
    special = {
        int(inverse[a, o, r, j]): value for (a, o, r), vector in places.items() for j, value in enumerate(vector)
    }
    axes = (num.shape[0], *now, *(1 if j == agent else length for j, length in enumerate(following)))
    return Table(entries.reshape(*axes), special)


def _order(agent: int, count: int) -> list[int]:
    """Return the axes of ``(a, θ^{-i}…, θ^i, θ'^{-i}…)`` in the order ``(a, θ^1…θ^N, θ'^{-i}…)``."""
    rest = list(range(1, count))
    rest.insert(agent, count)
    return [0, *rest, *range(count + 1, 2 * count)]
