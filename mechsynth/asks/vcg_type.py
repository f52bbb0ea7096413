"""Transfers ``p(θ'^{-i}; a, θ^{-i})`` that the own report reaches only through the action (Liu 2014, Theorem 3.2).

Scope ``all``: ``μ_k·p = c_k`` for every own signal ``k`` of every block. Scope ``policy``: per ``(i, θ^{-i}, a)`` with ``a`` in the image of the rule, equality for the signals
that lead to ``a``, ``μ_k·p ≥ c_k`` for the others. Infeasible iff some ``η`` has ``Σ η_k μ_k = 0``, ``η_k ≥ 0`` on those others, and ``Σ η_k c_k > 0``.
"""

from __future__ import annotations

from math import lcm

import numpy as np
from numpy.typing import NDArray

from mechsynth.asks import residual
from mechsynth.asks.blocks import Stack
from mechsynth.asks.linked import Linked, Room, block_of, block_targets, gap, later_shape
from mechsynth.asks.question import Question
from mechsynth.engine import common_payments
from mechsynth.mechanism import Table
from mechsynth.rational import Rationals, narrow
from mechsynth.result import Result


def answer(question: Question) -> Result:
    """Decide whether VCG-type transfers make every agent residual claimant, and give them."""
    return residual.answer(question, ROOM)


def _equal(stack: Stack, scope: str) -> NDArray[np.bool_]:
    return stack.played if scope == "policy" else np.ones_like(stack.played)


def _decide(question: Question, stack: Stack, c: Rationals, scope: str) -> Linked:
    goals = block_targets(stack, c)
    equal = _equal(stack, scope)
    decision = common_payments(stack.rows, goals, equal, np.asarray(equal.any(1)), question.run)
    if decision.failures:
        t, agent = stack.t, stack.agent
        return Linked(
            [
                question.dependence(t, agent, int(stack.action[b]), int(stack.others[b]), eta, gap(eta, goals[b]))
                for (b, _), eta in sorted(decision.failures.items(), key=lambda item: item[0])
            ]
        )
    # One denominator per block: a common one for all would be as long as all of them together.
    others = c.shape[1]
    payments = [decision.special[b, 0] for b in range(stack.rows.shape[0])]
    rows = {int(a) * others + int(o): own for a, o, own in zip(stack.action, stack.others, payments, strict=True)}
    table = Table(Rationals(np.zeros(_axes(question, stack), dtype=np.int64)), rows)
    return Linked([], table, lambda: _expected(question, stack, goals, payments))


def _axes(question: Question, stack: Stack) -> tuple[int, ...]:
    now, following = later_shape(question, stack)
    agent = stack.agent
    return (
        len(question.environment.period(stack.t).actions),
        *(1 if j == agent else length for j, length in enumerate(now)),
        *(1 if j == agent else length for j, length in enumerate(following)),
    )


def _resume(question: Question, stack: Stack, c: Rationals, scope: str, table: Rationals) -> Linked | None:
    """Take the table of an earlier run if every block's payments satisfy every row."""
    if table.shape != _axes(question, stack):
        return None
    goals, equal = block_targets(stack, c), _equal(stack, scope)
    flat = table.reshape(table.shape[0], c.shape[1], -1)
    payments = [flat[int(a), int(o)].reduce() for a, o in zip(stack.action, stack.others, strict=True)]
    for b, own in enumerate(payments):
        slack = _slack(stack, goals, b, own).num
        if (slack < 0).any() or (slack[equal[b]] != 0).any():
            return None
    return Linked([], Table(table), lambda: _expected(question, stack, goals, payments))


def _slack(stack: Stack, goals: Rationals, block: int, payments: Rationals) -> Rationals:
    """Return ``μ_k·p − c_k`` of one block."""
    product = Rationals(stack.rows.num[block], stack.rows.den) @ payments.reshape(-1, 1)
    return (product.reshape(-1) - goals[block]).reduce()


def _expected(question: Question, stack: Stack, goals: Rationals, payments: list[Rationals]) -> Rationals:
    """Return ``μ_k·p − c_k`` at ``[θ^{-i}, r, k]``, in the block that report ``r`` leads to."""
    slacks = [_slack(stack, goals, b, own) for b, own in enumerate(payments)]
    common = lcm(*(row.den for row in slacks))
    num = narrow(np.array([row.over(common).astype(object) for row in slacks], dtype=object))
    return Rationals(num[block_of(question, stack)], common)


ROOM = Room("vcg-type", _decide, _resume)
