"""The square systems of a basis, solved exactly: by lifting where floats can factorize them, else by sparse elimination in fractions, else by dense elimination."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from mechsynth.prove.factors import Factors
from mechsynth.prove.lifting import solve_sparse
from mechsynth.prove.rows import Exact, Rows
from mechsynth.rational import IntArray

DENSE = 600  # size up to which a square system that nothing sparse solves is solved by dense elimination, which no deadline interrupts
MODULAR = 2_000  # size up to which independent rows and columns are looked for, modulo a prime
FILL = 40  # entries filled in per row of a sparse system before it is no longer factorized in fractions
FEW = 25  # size up to which dense elimination is quicker than lifting
Index = NDArray[np.int64]


def solve(data: Rows, rows: Index, columns: Index, transpose: bool, right: IntArray) -> Exact | None:
    """Solve ``A[rows, columns] x = right`` (or its transpose) exactly; ``None`` if singular, or too large for what can solve it.

    The denominator is positive.
    """
    size = rows.size
    if not size:
        return np.zeros(0, dtype=object), 1
    if data.nums.dtype != object and size > FEW:
        solved = solve_sparse(data.square(rows, columns, transpose), right, data.run.deadline)
        if solved is not None:
            return solved
    with suppress(MemoryError, ZeroDivisionError):
        factors = Factors(lines(data, rows, columns), FILL * size, data.run.deadline)
        return factors.solve_transposed(right.tolist()) if transpose else factors.solve(right.tolist())
    return _dense(data, rows, columns, transpose, right) if size <= DENSE else None


def lines(data: Rows, rows: Index, columns: Index) -> list[dict[int, int]]:
    """Return some rows of some columns, each as its entries by place."""
    place_row, place_col = np.full(data.count, -1), np.full(data.width, -1)
    place_row[rows], place_col[columns] = np.arange(rows.size), np.arange(columns.size)
    down, across = place_row[data.rows], place_col[data.cols]
    inside = (down >= 0) & (across >= 0)
    found: list[dict[int, int]] = [{} for _ in range(rows.size)]
    for r, c, v in zip(down[inside].tolist(), across[inside].tolist(), data.nums[inside].tolist(), strict=True):
        found[r][c] = v
    return found


def _dense(data: Rows, rows: Index, columns: Index, transpose: bool, right: IntArray) -> Exact | None:
    import flint

    size = rows.size
    place_row, place_col = np.full(data.count, -1), np.full(data.width, -1)
    place_row[rows], place_col[columns] = np.arange(size), np.arange(size)
    down, across = place_row[data.rows], place_col[data.cols]
    inside = (down >= 0) & (across >= 0)
    down, across, nums = down[inside], across[inside], data.nums[inside]
    place = across * size + down if transpose else down * size + across
    dense = [0] * (size * size)
    for at, value in zip(place.tolist(), nums.tolist(), strict=True):
        dense[at] = value
    try:
        num, den = flint.fmpz_mat(size, size, dense).solve(flint.fmpz_mat(size, 1, right.tolist())).numer_denom()
    except ZeroDivisionError:
        return None
    sign = 1 if int(den) > 0 else -1
    return np.array([sign * int(v) for v in num.entries()], dtype=object), sign * int(den)


def independent(data: Rows, rows: Index, columns: Index) -> tuple[Index, Index] | None:
    """Return as many of some rows and columns as form a nonsingular square, the earlier ones first; ``None`` if they are too many.

    Found modulo a prime: what is independent there is independent; what is not may, once in 10¹⁸, be left out for nothing.
    """
    import flint

    if max(rows.size, columns.size) > MODULAR:
        return None
    if not rows.size or not columns.size:
        return rows[:0], columns[:0]
    prime = 18446744073709551557
    place_row, place_col = np.full(data.count, -1), np.full(data.width, -1)
    place_row[rows], place_col[columns] = np.arange(rows.size), np.arange(columns.size)
    down, across = place_row[data.rows], place_col[data.cols]
    inside = (down >= 0) & (across >= 0)
    table = [0] * (rows.size * columns.size)
    for at, value in zip((across[inside] * rows.size + down[inside]).tolist(), data.nums[inside].tolist(), strict=True):
        table[at] = value % prime
    chosen = _pivots(flint.nmod_mat(columns.size, rows.size, table, prime))
    few = [table[c * rows.size + r] for r in chosen for c in range(columns.size)]
    across_chosen = _pivots(flint.nmod_mat(len(chosen), columns.size, few, prime)) if chosen else []
    return rows[np.array(chosen, dtype=np.int64)], columns[np.array(across_chosen, dtype=np.int64)]


def _pivots(matrix: object) -> list[int]:
    echelon, rank = matrix.rref()  # type: ignore[attr-defined]
    width = echelon.ncols()
    entries = [int(v) for v in echelon.entries()]
    found, at = [], 0
    for k in range(rank):
        while not entries[k * width + at]:
            at += 1
        found.append(at)
    return found
