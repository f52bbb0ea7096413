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
    lotteries_own = {place: decision.special[int(where[place]), place[1]] for place in places}
    den = lcm(payments.den, *(own.den for own in lotteries_own.values()))
    paid = payments.num[where, np.arange(n)[None, :]]  # (others, n, m)
    lift = den // payments.den
    reach = max([magnitude(paid) * lift] + [magnitude(own.num) * (den // own.den) for own in lotteries_own.values()])
    paid = widen(paid, reach) * lift
    for place, own in lotteries_own.items():
        paid[place] = widen(own.num, reach) * (den // own.den)
    beliefs = rows.num[where]  # (others, r, k, m)
    products = matmul(beliefs, paid[..., None])[..., 0]
    return Rationals(products, rows.den * den) - Rationals(goals.num[where], goals.den)


def _table(question: Question, stack: Stack, decision: Decision, where: Any, own: Any, scope: str) -> Table:
    now, following = later_shape(question, stack)
    agent, count = stack.agent, len(now)
    others, (n, m) = where.shape[0], decision.payments.num.shape[1:]
    if scope == "policy":
        num = decision.payments.num[where, own][None]  # (1, others, n, m)
        special = {
            (0, o, r): decision.special[int(where[o, r]), r]
            for o in range(others)
            for r in range(n)
            if (int(where[o, r]), r) in decision.special
        }
    else:
        num = decision.payments.num.reshape(-1, others, n, m)
        special = {(int(stack.action[b]), int(stack.others[b]), r): row for (b, r), row in decision.special.items()}
    actions = num.shape[0]
    rest = [length for j, length in enumerate(now) if j != agent]
    order = _order(agent, count)
    # Which line (a, θ^{-i}, θ^i) of the stack stands at each place (a, θ^1, …, θ^N) of the table, and the other way.
    lines = np.arange(actions * others * n).reshape(actions, *rest, n).transpose(order).ravel()
    places = np.empty_like(lines)
    places[lines] = np.arange(lines.size)
    axes = (actions, *now, *(1 if j == agent else length for j, length in enumerate(following)))
    entries = Rationals(num.reshape(-1, m)[lines].reshape(axes), decision.payments.den)
    rows = {int(places[(a * others + o) * n + r]): row for (a, o, r), row in special.items()}
    return Table(entries, rows)


def _order(agent: int, count: int) -> list[int]:
    """Return the axes of ``(a, θ^{-i}…, θ^i)`` in the order ``(a, θ^1…θ^N)``."""
    rest = list(range(1, count))
    rest.insert(agent, count)
    return [0, *rest]
