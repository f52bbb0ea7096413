"""Transfers ``p(θ'^{-i}; r, a, θ^{-i})`` that look at the own report (Liu 2014, Theorem 3.1).

For every report ``r`` separately: ``μ_r·p_r = c_r`` and ``μ_k·p_r ≥ c_k`` for ``k ≠ r``, in scope ``policy`` less what the lie loses of the surplus (see
`mechsynth.construct.aims`). Infeasible iff ``μ_r`` is a mixture of the others whose targets add to more: *whatever* ``r`` *is charged, the mixture is charged, and that
is too little for them.*
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from mechsynth.construct.aims import Aims, settle_anew
from mechsynth.construct.blocks import Stack
from mechsynth.construct.blockwise import Failed, Linked, Room, block_of, block_targets, later_shape, widened
from mechsynth.construct.case import Case
from mechsynth.construct.witnesses import mixture
from mechsynth.engine import Decision, lotteries
from mechsynth.mechanism import Table
from mechsynth.rational import IntArray, Rationals, magnitude, matmul, scaled, widen
from mechsynth.run import Run


def _decide(case: Case, run: Run, stack: Stack, aims: Aims, scope: str) -> Linked:
    goals = block_targets(stack, aims.full)
    decision = lotteries(stack.rows, goals, stack.need, run)

    def again(blocks: IntArray, weaker: Rationals) -> dict[tuple[int, int], Sequence[Fraction | int]]:
        need = np.array([[(b, r) in decision.failures for r in range(goals.shape[1])] for b in blocks.tolist()])
        found = lotteries(Rationals(stack.rows.num[blocks], stack.rows.den), weaker, need, run)
        for k, r in np.argwhere(need).tolist():
            if (k, r) not in found.failures:
                decision.special[int(blocks[k]), r] = found.payment(k, r).reduce()
        return found.failures

    settle_anew(decision.failures, stack, aims, again)
    if decision.failures:
        failed = sorted(decision.failures.items(), key=lambda item: item[0])
        return Linked([], dependences=failed, tell=lambda one: _mixture(case, stack, aims, one))
    where = block_of(case, stack)
    table = _table(case, stack, decision, where, scope)
    return Linked([], table, lambda: _expected(stack, goals, decision, where))


def _mixture(case: Case, stack: Stack, aims: Aims, failed: Failed) -> dict[str, object]:
    """Return the witness against one report."""
    (block, report), eta = failed
    action, others = int(stack.action[block]), int(stack.others[block])
    unit = Fraction(-eta[report])
    short = aims.stated(action, others, eta, unit) * unit
    return mixture(case, stack.place(block), report, eta, short)


def _resume(case: Case, stack: Stack, aims: Aims, scope: str, table: Rationals) -> Linked | None:
    """Take the table of an earlier run if every report's lottery satisfies every row of its block."""
    where = block_of(case, stack)
    goals = block_targets(stack, aims.full)
    count, n, m = stack.rows.shape
    empty = Decision(Rationals(np.zeros((count, n, m), dtype=np.int64)))
    order, axes = _places(case, stack, where.shape[0], 1 if scope == "policy" else None)
    whole = widened(table, axes)
    if whole is None:
        return None
    table = whole
    lines = np.empty_like(order)
    lines[order] = np.arange(order.size)
    flat = table.num.reshape(-1, m)[lines].reshape(-1, *where.shape, m)  # (a, others, n, m)
    at = np.zeros_like(stack.action) if scope == "policy" else stack.action
    payments = Rationals(flat[at, stack.others], table.den)
    expected = Rationals(stack.rows.num, stack.rows.den) @ payments.transpose(0, 2, 1)  # [b, k, r]
    own = np.einsum("brr->br", (expected - Rationals(goals.num[:, :, None], goals.den)).num)
    least = aims.low(stack.action, stack.others) if aims.weaker else goals
    slack = expected - Rationals(least.num[:, :, None], least.den)
    wrong = (slack.num < 0).any(1) | (own != 0)
    if (wrong & stack.need).any():
        return None
    empty.payments = payments
    return Linked([], Table(table), lambda: _expected(stack, goals, empty, where))


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
    paid = widen(paid, max(reach, lift)) * lift
    for place, own in lotteries_own.items():
        paid[place] = scaled(own.num, den // own.den)
    beliefs = rows.num[where]  # (others, r, k, m)
    products = matmul(beliefs, paid[..., None])[..., 0]
    return Rationals(products, rows.den * den) - Rationals(goals.num[where], goals.den)


def _places(case: Case, stack: Stack, others: int, actions: int | None) -> tuple[Any, tuple[int, ...]]:
    """Return which line ``(a, θ^{-i}, θ^i)`` of the stack stands at each place ``(a, θ^1, …, θ^N)`` of the table, and the table's axes."""
    now, following = later_shape(case, stack)
    agent = stack.agent
    if actions is None:
        actions = len(case.environment.period(stack.t).actions)
    rest = [length for j, length in enumerate(now) if j != agent]
    lines = np.arange(actions * others * now[agent]).reshape(actions, *rest, now[agent])
    order = lines.transpose(_order(agent, len(now))).ravel()
    return order, (actions, *now, *(1 if j == agent else length for j, length in enumerate(following)))


def _table(case: Case, stack: Stack, decision: Decision, where: Any, scope: str) -> Table:
    others, (n, m) = where.shape[0], decision.payments.num.shape[1:]
    if scope == "policy":
        num = decision.payments.num[where, np.arange(n)[None, :]][None]  # (1, others, n, m)
        special = {
            (0, o, r): decision.special[int(where[o, r]), r]
            for o in range(others)
            for r in range(n)
            if (int(where[o, r]), r) in decision.special
        }
    else:
        num = decision.payments.num.reshape(-1, others, n, m)
        special = {(int(stack.action[b]), int(stack.others[b]), r): row for (b, r), row in decision.special.items()}
    lines, axes = _places(case, stack, others, num.shape[0])
    places = np.empty_like(lines)
    places[lines] = np.arange(lines.size)
    entries = Rationals(num.reshape(-1, m)[lines].reshape(axes), decision.payments.den)
    return Table(entries, {int(places[(a * others + o) * n + r]): row for (a, o, r), row in special.items()})


def _order(agent: int, count: int) -> list[int]:
    """Return the axes of ``(a, θ^{-i}…, θ^i)`` in the order ``(a, θ^1…θ^N)``."""
    rest = list(range(1, count))
    rest.insert(agent, count)
    return [0, *rest]


ROOM = Room("contingent", _decide, _resume)
