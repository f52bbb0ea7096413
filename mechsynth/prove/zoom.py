"""A better basis from floats: look again at what is left over, enlarged.

Floats see numbers to about nine digits of the largest. At the exact vertex of the basis they end with, what is still missed may be too small
for them to notice; divided by its own size it is not. So the same rows, with what is exactly left of their right-hand sides, are given to the
float solver again, which goes on from that basis (Gleixner, Steffy and Wolter, *Iterative refinement for linear programming*, 2016). A
few rounds end at a point, at multipliers, or at a basis from which an exact walk is short.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.prove.rows import Exact, Rows, elastic
from mechsynth.prove.systems import Index, independent, solve
from mechsynth.rational import IntArray
from mechsynth.solver.linear import minimize
from mechsynth.solver.scaling import equilibrium, scaled

ROUNDS = 8
FAR = 1e9  # how far beyond their bounds, in units of what is missed, rows are left to see
OPTIONS = {"solver": "simplex", "presolve": "off"}

Basis = tuple[Index, Index]


@dataclass(frozen=True, eq=False)
class Zoomed:
    """Where looking closer ended: a point, or multipliers by row, or the basis alone.

    Multipliers are a suggestion with exact numbers: whoever uses them checks them.
    """

    basis: Basis
    point: Exact | None = None
    multipliers: Exact | None = None


def zoom(data: Rows, start: Basis) -> Zoomed | None:
    """Look closer at what the vertex of a basis misses of the rows; ``None`` if there is no basis to go on from.

    Only for programs in free columns.
    """
    basis = independent(data, np.unique(start[0]), np.unique(start[1]))
    if basis is None or data.floors.any():
        return None
    missed: Fraction | None = None
    for _ in range(ROUNDS):
        rows, columns = basis
        solved = solve(data, rows, columns, False, data.rights[rows])
        if solved is None:
            return Zoomed(basis)
        point, den = np.zeros(data.width, dtype=object), solved[1]
        point[columns] = solved[0]
        gaps = data.products(point) - data.rights * den
        bad = np.where(data.equal, gaps != 0, gaps < 0)
        if not bad.any():
            return Zoomed(basis, (point, den))
        most = max(
            Fraction(abs(int(v)), int(s)) for v, s in zip(gaps[bad].tolist(), data.scales[bad].tolist(), strict=True)
        )
        if missed is not None and most / den * 2 > missed:
            return Zoomed(basis)
        missed = most / den
        found = _closer(data, basis, gaps, most, bad)
        if isinstance(found, Zoomed):
            return found
        if found is None or (np.array_equal(found[0], rows) and np.array_equal(found[1], columns)):
            return Zoomed(basis)
        basis = found
    return Zoomed(basis)


def _closer(data: Rows, basis: Basis, gaps: IntArray, most: Fraction, bad: IntArray) -> Basis | Zoomed | None:
    """Solve once more for what is left over, in units of ``most``; the basis it ends with, or multipliers."""
    seen = np.array([_clipped(-int(v), most * int(s)) for v, s in zip(gaps, data.scales, strict=True)])
    soft = np.asarray(~data.equal | bad, dtype=bool)
    wide, source = elastic(data, soft, [int(v) for v in data.scales])
    own = np.where(source < 0, -1 - source, source)
    lower = np.where(source < 0, -seen[own], seen[own])
    upper = np.where(wide.equal, lower, np.inf)
    floors = np.append(np.full(data.width, -np.inf), 0.0)
    cost = np.append(np.zeros(data.width), 1.0)
    tight = np.flatnonzero(np.isin(own, basis[0]) & (source >= 0))
    matrix = wide.matrix()
    down, across = equilibrium(matrix)
    if across is not None:
        matrix, lower, upper, cost = scaled(matrix, down, across), lower * down, upper * down, cost * across
    end = minimize(cost, matrix, lower, upper, floors, data.within(OPTIONS), (tight, basis[1]))
    if end is None:
        return None
    found = independent(data, np.unique(own[end.rows]), end.columns[end.columns < data.width])
    if found is not None and end.point[-1] * (1.0 if across is None else across[-1]) > 1e-6:
        target = np.zeros(wide.width, dtype=object)
        target[-1] = 1
        halves = solve(wide, end.rows, end.columns, True, target[end.columns])
        if halves is not None:
            num = np.zeros(data.count, dtype=object)
            np.add.at(num, own[end.rows], np.where(source[end.rows] < 0, -halves[0], halves[0]))
            return Zoomed(found, multipliers=(num, halves[1]))
    return found


def _clipped(value: int, unit: Fraction) -> float:
    """Return ``value / unit`` as a float that is not too far from 1."""
    return float(max(min(Fraction(value) / unit, Fraction(FAR)), -Fraction(FAR)))
