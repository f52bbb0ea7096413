"""Rows and columns in other units, for floats to see small coefficients: HiGHS takes what is below 1e-9 for zero."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
UNEVEN = 2.0**-20  # a matrix whose coefficients are all at least this, when the largest of a row is 1, stays as it is
PASSES = 4


def equilibrium(matrix: Any) -> tuple[Floats, Floats | None]:
    """Return factors of rows and columns, powers of two, that bring coefficients close to 1 (geometric means, then rows of size 1).

    The second is ``None`` where the matrix can stay as it is. ``matrix`` is a scipy CSC matrix.
    """
    down, across = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
    sizes = np.abs(matrix.data)
    if not sizes.size or sizes.min() >= UNEVEN:
        return down, None
    rows = matrix.indices
    cols = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    logs = np.log2(np.maximum(sizes, 1e-300))
    r, c = np.zeros(down.size), np.zeros(across.size)
    for _ in range(PASSES):
        r = -_middle(logs + c[cols], rows, down.size)
        c = -_middle(logs + r[rows], cols, across.size)
    top = np.full(down.size, -np.inf)
    c = np.rint(c)
    np.maximum.at(top, rows, logs + c[cols])
    r = np.where(np.isfinite(top), np.rint(-top), 0.0)
    return np.exp2(r), np.exp2(c)


def _middle(logs: Floats, places: NDArray[np.int64], size: int) -> Floats:
    """Return the middle between the least and the greatest entry of each place."""
    least, most = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(least, places, logs)
    np.maximum.at(most, places, logs)
    return np.where(
        np.isfinite(least), (np.where(np.isfinite(least), least, 0.0) + np.where(np.isfinite(most), most, 0.0)) / 2, 0.0
    )


def scaled(matrix: Any, down: Floats, across: Floats) -> Any:
    """Return the matrix with its rows and columns multiplied."""
    from scipy.sparse import csc_array

    cols = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    return csc_array(
        (matrix.data * down[matrix.indices] * across[cols], matrix.indices, matrix.indptr), shape=matrix.shape
    )
