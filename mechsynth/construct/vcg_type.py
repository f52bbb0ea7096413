"""Transfers ``p(θ'^{-i}; a, θ^{-i})`` that the own report reaches only through the action (Liu 2014, Theorem 3.2).

Scope ``all``: ``μ_k·p = c_k`` for every own signal ``k`` of every block. Scope ``policy``: per ``(i, θ^{-i}, a)`` with ``a`` in the image of the rule, equality for the signals
that lead to ``a``; ``μ_k·p ≥ c_k`` for the others, less what the lie loses of the surplus (`mechsynth.construct.aims`). Infeasible iff some ``η`` has
``Σ η_k μ_k = 0``, ``η_k ≥ 0`` on those others, and ``Σ η_k c̃_k > 0`` with those right-hand sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from mechsynth.construct.aims import Aims, settle_anew
from mechsynth.construct.blocks import Stack
from mechsynth.construct.blockwise import Failed, Linked, Room, block_of, block_targets, later_shape, widened
from mechsynth.construct.case import Case
from mechsynth.construct.witnesses import dependence
from mechsynth.engine import common_payments
from mechsynth.mechanism import Table
from mechsynth.rational import IntArray, Rationals, narrow
from mechsynth.run import Run


def _equal(stack: Stack, scope: str) -> NDArray[np.bool_]:
    return stack.played if scope == "policy" else np.ones_like(stack.played)


def _decide(case: Case, run: Run, stack: Stack, aims: Aims, scope: str) -> Linked:
    goals = block_targets(stack, aims.full)
    equal = _equal(stack, scope)
    decision = common_payments(stack.rows, goals, equal, np.asarray((equal & stack.need).any(1)), run)

    def again(blocks: IntArray, weaker: Rationals) -> dict[tuple[int, int], Sequence[Fraction | int]]:
        rows, every = Rationals(stack.rows.num[blocks], stack.rows.den), np.ones(blocks.size, dtype=bool)
        found = common_payments(rows, weaker, equal[blocks], every, run)
        for (k, _), payments in found.special.items():
            decision.special[int(blocks[k]), 0] = payments
        return found.failures

    settle_anew(decision.failures, stack, aims, again)
    if decision.failures:
        failed = sorted(decision.failures.items(), key=lambda item: item[0])
        return Linked([], dependences=failed, tell=lambda one: _dependence(case, stack, aims, one))
    # One denominator per block: a common one for all would be as long as all of them together.
    others = aims.full.shape[1]
    nothing = Rationals(np.zeros(stack.rows.shape[2], dtype=np.int64))  # of actions that are not available
    payments = [decision.special.get((b, 0), nothing) for b in range(stack.rows.shape[0])]
    rows = {int(a) * others + int(o): own for a, o, own in zip(stack.action, stack.others, payments, strict=True)}
    table = Table(Rationals(np.zeros(_axes(case, stack), dtype=np.int64)), rows)
    return Linked([], table, lambda: _expected(case, stack, goals, payments))


def _axes(case: Case, stack: Stack) -> tuple[int, ...]:
    now, following = later_shape(case, stack)
    agent = stack.agent
    return (
        len(case.environment.period(stack.t).actions),
        *(1 if j == agent else length for j, length in enumerate(now)),
        *(1 if j == agent else length for j, length in enumerate(following)),
    )


def _dependence(case: Case, stack: Stack, aims: Aims, failed: Failed) -> dict[str, object]:
    """Return the witness against one block."""
    (block, _), eta = failed
    action, others = int(stack.action[block]), int(stack.others[block])
    short = aims.stated(action, others, eta, Fraction(1))
    return dependence(case, stack.place(block), eta, short)


def _resume(case: Case, stack: Stack, aims: Aims, scope: str, table: Rationals) -> Linked | None:
    """Take the table of an earlier run if every block's payments satisfy every row."""
    whole = widened(table, _axes(case, stack))
    if whole is None:
        return None
    table = whole
    goals, equal = block_targets(stack, aims.full), _equal(stack, scope)
    least = aims.low(stack.action, stack.others) if aims.weaker else goals
    flat = table.reshape(table.shape[0], aims.full.shape[1], -1)
    payments = [flat[int(a), int(o)].reduce() for a, o in zip(stack.action, stack.others, strict=True)]
    for b, own in enumerate(payments):
        if not stack.need[b].any():
            continue
        slack = _slack(stack, goals, b, own).num
        if (_slack(stack, least, b, own).num < 0).any() or (slack[equal[b]] != 0).any():
            return None
    return Linked([], Table(table), lambda: _expected(case, stack, goals, payments))


def _slack(stack: Stack, goals: Rationals, block: int, payments: Rationals) -> Rationals:
    """Return ``μ_k·p − c_k`` of one block."""
    product = Rationals(stack.rows.num[block], stack.rows.den) @ payments.reshape(-1, 1)
    return (product.reshape(-1) - goals[block]).reduce()


def _expected(case: Case, stack: Stack, goals: Rationals, payments: list[Rationals]) -> Rationals:
    """Return ``μ_k·p − c_k`` at ``[θ^{-i}, r, k]``, in the block that report ``r`` leads to."""
    slacks = [_slack(stack, goals, b, own) for b, own in enumerate(payments)]
    common = lcm(*(row.den for row in slacks))
    num = narrow(np.array([row.over(common).astype(object) for row in slacks], dtype=object))
    return Rationals(num[block_of(case, stack)], common)


ROOM = Room("vcg-type", _decide, _resume)
