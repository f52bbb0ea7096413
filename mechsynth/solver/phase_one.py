"""A float simplex that walks through thousands of tiny programs in lockstep: ``N s = v, s ≥ 0``, phase one.

The programs of a stack share their shape, and numpy pivots all of them at once; those that end drop out. What comes back
are suggestions: a point, or multipliers. Exact arithmetic decides afterwards what they are worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Suggestions:
    """Where the walks ended.

    Attributes
    ----------
    point:
        ``(P, n)``: a suggested solution, where ``feasible``.
    multipliers:
        ``(P, q)``: suggested ``y`` with ``yᵀN ≥ 0`` on the columns allowed and ``y·v < 0``, where ``infeasible``.
    feasible, infeasible:
        ``(P,)``: which of the two it looks like; neither where the walk did not end.
    """

    point: NDArray[np.float64]
    multipliers: NDArray[np.float64]
    feasible: NDArray[np.bool_]
    infeasible: NDArray[np.bool_]


def phase_one(matrix: NDArray[np.float64], right: NDArray[np.float64], allowed: NDArray[np.bool_]) -> Suggestions:
    """Suggest a solution of ``N s = v, s ≥ 0`` or multipliers that exclude one, for every program of a stack.

    Parameters
    ----------
    matrix:
        ``N``, ``(P, q, n)``, rows of about unit length.
    right:
        ``v``, ``(P, q)``.
    allowed:
        ``(P, n)``: the columns that may be positive.
    """
    count, rows, columns = matrix.shape
    flip = np.where(right < 0, -1.0, 1.0)
    scale = np.maximum(np.abs(right).max(1, initial=0.0), 1e-300)
    # Columns: s, the artificials (only their reduced costs matter, and those are one minus the multipliers), v.
    width = columns + rows + 1
    table = np.zeros((count, rows, width))
    table[:, :, :columns] = matrix * flip[:, :, None]
    table[:, :, columns : columns + rows] = np.eye(rows)
    table[:, :, -1] = right * flip / scale[:, None]
    basis = np.broadcast_to(np.arange(columns, columns + rows), (count, rows)).copy()
    cost = -table.sum(1)
    cost[:, columns : columns + rows] = 0.0
    barred = ~allowed
    point = np.zeros((count, columns))
    multipliers = np.zeros((count, rows))
    feasible = np.zeros(count, dtype=bool)
    infeasible = np.zeros(count, dtype=bool)
    alive = np.arange(count)
    for step in range(6 * (rows + columns) + 20):
        reduced = np.where(barred, 0.0, cost[:, :columns])
        # Late in the walk the first improving column enters, against cycles.
        late = step >= 3 * (rows + columns)
        enter = (reduced < -TOLERANCE).argmax(1) if late else reduced.argmin(1)
        line = np.arange(alive.size)
        ended = reduced[line, enter] >= -TOLERANCE
        if ended.any():
            rest = -cost[:, -1]
            good = ended & (rest <= 1e-8)
            bad = ended & (rest > 1e-8)
            for row in range(rows):
                inside = good & (basis[:, row] < columns)
                point[alive[inside], basis[inside, row]] = table[inside, row, -1]
            multipliers[alive[bad]] = -(1.0 - cost[bad, columns : columns + rows]) * flip[alive[bad]]
            feasible[alive[good]] = True
            infeasible[alive[bad]] = True
            keep = ~ended
            alive, table, cost, basis, barred, enter = (
                alive[keep],
                table[keep],
                cost[keep],
                basis[keep],
                barred[keep],
                enter[keep],
            )
            line = np.arange(alive.size)
        if not alive.size:
            break
        column = table[line, :, enter]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(column > TOLERANCE, table[:, :, -1] / column, np.inf)
        leave = ratio.argmin(1)
        pivot = table[line, leave, enter]
        pivot = np.where(pivot > TOLERANCE, pivot, np.inf)  # an unbounded ray in phase one is noise: the walk stalls
        chosen = table[line, leave] / pivot[:, None]
        table -= column[:, :, None] * chosen[:, None, :]
        table[line, leave] = chosen
        cost -= cost[line, enter][:, None] * chosen
        basis[line, leave] = enter
    point *= scale[:, None]
    return Suggestions(np.maximum(point, 0.0), multipliers, feasible, infeasible)
