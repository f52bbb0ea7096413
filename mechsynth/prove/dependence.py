"""One block program, decided exactly.

A *block program* asks for payments ``p`` with ``μ_k·p = c_k`` where an equality stands and ``μ_k·p ≥ c_k`` elsewhere. With ``N`` a basis
of the dependences ``η`` of the block (``Σ_k η_k μ_k = 0``), ``p`` exists iff there are slacks ``s ≥ 0``, zero at the equalities, with
``N (c + s) = 0``. Independent beliefs leave nothing to ask; a single dependence is settled by its signs; several are a
small program: HiGHS suggests a basis, exact arithmetic reads off which answer it proves, and an exact simplex settles
the rest.

Farkas (mathematics: section 3): infeasible iff some ``η`` has ``Σ η_k μ_k = 0``, ``η_k ≥ 0`` off the equalities and ``Σ η_k c_k > 0``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from math import gcd
from typing import Any

import numpy as np

from mechsynth.prove.simplex import feasible_point
from mechsynth.rational import IntArray

Vector = list[Fraction]


def primitive(vector: Sequence[int]) -> list[int]:
    """Return the vector divided by the greatest common divisor of its entries."""
    shared = gcd(*vector)
    return [value // shared for value in vector] if shared > 1 else list(vector)


def dependences(rows: IntArray) -> list[list[int]]:
    """Return a basis of ``{η : Σ_k η_k rows[k] = 0}`` as primitive integer vectors; empty if the rows are independent."""
    import flint

    n, m = rows.shape
    matrix = flint.fmpz_mat(m, n, [int(v) for v in rows.T.ravel().tolist()])
    space, nullity = matrix.nullspace()
    table = [[int(v) for v in line] for line in space.tolist()]
    return [primitive([table[k][j] for k in range(n)]) for j in range(int(nullity))]


class Block:
    """The beliefs of one block, and exact answers about block programs over them.

    Parameters
    ----------
    rows:
        ``(n, m)`` integer numerators of ``μ_k``, one row per own signal, every row with the same sum ``den``.
    den:
        Their common denominator.
    """

    def __init__(self, rows: IntArray, den: int) -> None:
        self.rows = rows
        self.den = den
        self._program: Any = None

    @cached_property
    def null(self) -> list[list[int]]:
        """A basis of the dependences of the beliefs."""
        return dependences(self.rows)

    def witness(self, targets: Sequence[Fraction], equal: Sequence[bool]) -> tuple[Vector | None, Vector | None]:
        """Decide a block program.

        Returns
        -------
        ``(None, η)`` with a witness that no payments exist, or ``(s, None)`` with slacks for which they do.
        """
        null = self.null
        if not null:
            return [Fraction(0) if e else Fraction(1) for e in equal], None
        right = [-sum((a * c for a, c in zip(line, targets, strict=True)), Fraction(0)) for line in null]
        if len(null) == 1:
            return _one_dependence(null[0], right[0], equal)
        return self._several(null, right, equal)

    def _several(
        self, null: list[list[int]], right: list[Fraction], equal: Sequence[bool]
    ) -> tuple[Vector | None, Vector | None]:
        from mechsynth.prove.repair import read_basis
        from mechsynth.solver.highs import SlackProgram

        # Rows of N and v may be of any size; scaling a row or v as a whole changes neither the answer nor the basis.
        tops = [max(map(abs, line)) for line in null]
        if self._program is None:
            self._program = SlackProgram(
                np.array([[float(Fraction(v, top)) for v in line] for line, top in zip(null, tops, strict=True)])
            )
        unit = max((abs(v) / top for v, top in zip(right, tops, strict=True)), default=Fraction(0)) or Fraction(1)
        scaled = [v / unit for v in right]
        floats = np.array([float(v / top) for v, top in zip(scaled, tops, strict=True)])
        basis = self._program.solve(floats, ~np.array(equal, dtype=bool))
        if basis is not None:
            point, multipliers = read_basis(null, scaled, equal, basis.columns)
            if point is not None:
                return [value * unit for value in point], None
            if multipliers is not None:
                return None, _combine(null, multipliers)
        inner = [k for k, e in enumerate(equal) if not e]
        point, multipliers = feasible_point([[line[k] for k in inner] for line in null], right)
        if point is None:
            assert multipliers is not None
            return None, _combine(null, multipliers)
        slack = [Fraction(0)] * len(equal)
        for k, value in zip(inner, point, strict=True):
            slack[k] = value
        return slack, None

    def payments(self, values: Sequence[Fraction]) -> Vector:
        """Return some ``p`` with ``μ_k·p = values_k`` for every ``k``; the values must respect the dependences."""
        import flint

        m = self.rows.shape[1]
        flat = [int(v) for v in self.rows.ravel().tolist()]
        chosen, columns = self._pivots
        size = len(chosen)
        square = flint.fmpq_mat(size, size, [flint.fmpq(flat[k * m + j], self.den) for k in chosen for j in columns])
        right = flint.fmpq_mat(size, 1, [flint.fmpq(values[k].numerator, values[k].denominator) for k in chosen])
        solution = square.solve(right)
        result = [Fraction(0)] * m
        for place, j in enumerate(columns):
            entry = solution[place, 0]
            result[j] = Fraction(int(entry.p), int(entry.q))
        return result

    @cached_property
    def _pivots(self) -> tuple[list[int], list[int]]:
        """Independent signals and as many outcomes on which their beliefs are nonsingular."""
        import flint

        n, m = self.rows.shape
        flat = [int(v) for v in self.rows.ravel().tolist()]
        signals = _pivot_columns(flint.fmpz_mat(m, n, [flat[k * m + j] for j in range(m) for k in range(n)]))
        outcomes = _pivot_columns(flint.fmpz_mat(len(signals), m, [flat[k * m + j] for k in signals for j in range(m)]))
        return signals, outcomes


def _pivot_columns(matrix: Any) -> list[int]:
    echelon, _, rank = matrix.rref()
    table = echelon.tolist()
    return [next(j for j, v in enumerate(table[k]) if v != 0) for k in range(int(rank))]


def _combine(null: list[list[int]], multipliers: Sequence[Fraction]) -> Vector:
    """Return ``η = Nᵀy``."""
    return [
        sum((y * line[k] for y, line in zip(multipliers, null, strict=True)), Fraction(0)) for k in range(len(null[0]))
    ]


def _one_dependence(line: Sequence[int], right: Fraction, equal: Sequence[bool]) -> tuple[Vector | None, Vector | None]:
    """Settle ``Σ_k line_k s_k = right`` with ``s ≥ 0`` off the equalities by the signs of the dependence.

    Where strictly positive slacks exist, such are returned: slack makes short payments possible.
    """
    if right < 0:
        line, right = [-v for v in line], -right
    inner = [k for k, e in enumerate(equal) if not e]
    up = [k for k in inner if line[k] > 0]
    down = [k for k in inner if line[k] < 0]
    if right > 0 and not up:
        return None, [Fraction(-v) for v in line]
    slack = [Fraction(0)] * len(equal)
    if right == 0 and not (up and down):
        for k in inner:
            slack[k] = Fraction(int(line[k] == 0))
        return slack, None
    # Everybody off the equalities gets one unit, and the signals with the right sign share what is missing.
    unit = max(abs(right), Fraction(1, 1)) / max(sum(abs(line[k]) for k in inner), 1)
    for k in inner:
        slack[k] = unit
    missing = right - unit * sum(line[k] for k in inner)
    share = up if missing > 0 else down
    if missing and not share:
        # Only one sign is there: give it exactly what is due and nothing to the others with that sign's opposite.
        total = sum(line[k] for k in up)
        for k in up:
            slack[k] = right / total
        return slack, None
    if missing:
        total = sum(line[k] for k in share)
        for k in share:
            slack[k] += missing / total
    return slack, None


def strictly_positive(slack: Sequence[Fraction], equal: Sequence[bool]) -> bool:
    """Return whether every slack off the equalities is positive."""
    return all(e or s > 0 for s, e in zip(slack, equal, strict=True))
