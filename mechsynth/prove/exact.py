"""Any linear program with rational data, decided exactly: ``min c·x`` over rows ``A x (= or ≥) b`` and columns that are free or at least 0.

Rungs, each tried where the one before proves nothing: the exact vertex and dual of the basis that floats end with (`linear.vertex`,
`linear.dual`); where floats see no point, the dual of the same rows with one slack that is minimized; what the last basis misses, enlarged (`zoom`); the
exact simplex from the last basis (`walk`). Whatever a rung says is checked in integers before it is returned, statuses of floats are not looked at. The same program has the same
answer every time, unless the deadline of the rows' run comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.prove.linear import LIGHT, attains, dual, keeps, limits, ratio, refutes, run, satisfies, total, vertex
from mechsynth.prove.rows import Exact, Rows, elastic
from mechsynth.prove.walk import Basis, Kind, walk
from mechsynth.prove.zoom import zoom
from mechsynth.rational import IntArray
from mechsynth.solver.linear import methods


@dataclass(frozen=True, eq=False)
class Decision:
    """What was proved about a program.

    Attributes
    ----------
    kind:
        ``FEASIBLE`` (without a cost), ``OPTIMAL``, ``INFEASIBLE`` or ``UNBOUNDED``.
    point:
        By column: a solution; the best one where ``OPTIMAL``. Numerators and denominator, as the others.
    multipliers:
        By row, ``y ≥ 0`` off the equalities. ``INFEASIBLE``: ``Aᵀy = 0`` (``≤`` at floored columns) and ``b·y > 0``. ``OPTIMAL``: ``Aᵀy = c`` (``≤`` at floored
        columns) and ``b·y = c·x``.
    ray:
        By column, ``UNBOUNDED``: a direction that keeps every row and floor, with ``c·ray < 0``.
    value:
        The optimum; ``b·y`` where ``INFEASIBLE``.
    """

    kind: Kind
    point: Exact | None = None
    multipliers: Exact | None = None
    ray: Exact | None = None
    value: Fraction | None = None


def decide(data: Rows, cost: IntArray | None = None, den: int = 1) -> Decision | None:
    """Decide a program; ``None`` if it is too large for what there is.

    Parameters
    ----------
    data:
        The rows.
    cost, den:
        What is minimized: integers by column over a denominator; ``None`` to ask for any point.

    Raises
    ------
    OutOfTime
        When the deadline passes.
    """
    last: Basis | None = None
    for found in _bases(data, cost, den):
        if isinstance(found, Decision):
            return found
        last = found
    closer = None if last is None else _zoomed(data, last)
    if isinstance(closer, Decision):
        if cost is None or closer.kind is Kind.INFEASIBLE:
            return closer
        closer = None
    return _walked(data, cost, den, closer or last)


def _zoomed(data: Rows, last: Basis) -> Decision | Basis | None:
    """Look closer in floats from the last basis, with floors as rows: what that proves, or the basis it ends with."""
    floored = np.flatnonzero(data.floors)
    below = np.arange(data.count, data.count + floored.size)
    free = Rows(
        np.concatenate([data.rows, below]),
        np.concatenate([data.cols, floored]),
        np.concatenate([data.nums, np.ones(floored.size, dtype=data.nums.dtype)]),
        np.concatenate([data.rights, np.zeros(floored.size, dtype=object)]),
        np.concatenate([data.equal, np.zeros(floored.size, dtype=bool)]),
        data.width,
        np.zeros(data.width, dtype=bool),
        data.run,
    )
    tight = np.concatenate([last[0], below[~np.isin(floored, last[1])]])
    closer = zoom(free, (tight, np.arange(data.width)))
    if closer is None:
        return None
    if closer.point is not None and satisfies(data, *closer.point):
        return Decision(Kind.FEASIBLE, closer.point)
    if closer.multipliers is not None:
        num = closer.multipliers[0][: data.count]
        if refutes(data, num):
            value = total(num, data.rights, closer.multipliers[1])
            return Decision(Kind.INFEASIBLE, None, (num, closer.multipliers[1]), None, value)
    rows = closer.basis[0]
    at_floor = floored[np.isin(below, rows)]
    return rows[rows < data.count], np.setdiff1d(closer.basis[1], at_floor)


def _bases(data: Rows, cost: IntArray | None, den: int) -> Iterator[Decision | Basis]:
    """Yield what the bases of floats prove, or the bases."""
    zero = np.zeros(data.width, dtype=object)
    aim = zero if cost is None else cost
    floats = np.array([ratio(int(v), den) for v in aim])
    floats = floats / max(np.abs(floats[np.isfinite(floats)]).max(initial=0.0), 1e-300) if floats.any() else floats
    wide, source = elastic(data, np.ones(data.count, dtype=bool), [int(v) for v in data.scales])
    slack = np.append(zero, 1)
    light = data.count + data.width <= LIGHT
    for options in methods(data.count):
        if np.isfinite(floats).all():
            end = run(data, floats, options)
            if end is not None:
                point = vertex(data, end)
                if point is not None:
                    decision = _attained(data, aim, den, point, dual(data, end, aim, 1), cost is None)
                    if decision is not None:
                        yield decision
                yield end.rows, end.columns
                if light and point is not None:
                    return
        end = run(wide, slack.astype(np.float64), options)
        if end is None:
            continue
        halves = dual(wide, end, slack, 1)
        if halves is not None:
            num = np.zeros(data.count, dtype=object)
            np.add.at(num, np.where(source < 0, -1 - source, source), np.where(source < 0, -halves[0], halves[0]))
            if refutes(data, num):
                yield Decision(Kind.INFEASIBLE, None, (num, halves[1]), None, total(num, data.rights, halves[1]))
        if cost is None or end.point[-1] > 0:
            yield np.unique(np.where(source < 0, -1 - source, source)[end.rows]), end.columns[end.columns < data.width]
        if light:
            return


def _attained(
    data: Rows, cost: IntArray, den: int, point: Exact, proof: Exact | None, any_point: bool
) -> Decision | None:
    if any_point:
        return Decision(Kind.FEASIBLE, point)
    if proof is None:
        return None
    value = total(cost, point[0], point[1] * den)
    num, bottom = proof[0], proof[1] * den
    equal = total(num, data.rights, bottom) == value
    return Decision(Kind.OPTIMAL, point, (num, bottom), None, value) if equal else None


def _walked(data: Rows, cost: IntArray | None, den: int, last: Basis | None) -> Decision | None:
    """Let the exact simplex decide, and check what it says."""
    walked = walk(data, cost, last, *limits(data))
    if walked is None:
        return None
    if walked.kind is Kind.INFEASIBLE and walked.multipliers is not None and refutes(data, walked.multipliers[0]):
        value = total(walked.multipliers[0], data.rights, walked.multipliers[1])
        return Decision(Kind.INFEASIBLE, None, walked.multipliers, None, value)
    if walked.point is None or not satisfies(data, *walked.point):
        return None
    if cost is None:
        return Decision(Kind.FEASIBLE, walked.point)
    if walked.ray is not None:
        falls = keeps(data, walked.ray[0]) and total(cost, walked.ray[0], 1) < 0
        return Decision(Kind.UNBOUNDED, walked.point, None, walked.ray) if falls else None
    if walked.multipliers is None or not attains(data, walked.multipliers, cost):
        return None
    return _attained(data, cost, den, walked.point, walked.multipliers, False)
