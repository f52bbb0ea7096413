"""Equations on a minor: payments with prescribed expectations under independent beliefs, exactly.

Which outcomes carry the payments is suggested by a stacked float elimination; the system on them is solved exactly. A
singular minor is only a bad suggestion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mechsynth.rational import IntArray, Rationals, narrow


def pivots(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for every block ``n`` outcomes on which its ``n`` beliefs look well conditioned; ``rows`` is ``(B, n, m)``.

    Gaussian elimination with the largest entry of each line as its pivot, all blocks at once.
    """
    work = rows.copy()
    count, n, m = work.shape
    at = np.arange(count)
    chosen = np.zeros((count, n), dtype=np.int64)
    if n > m:
        return chosen
    for k in range(n):
        column = np.abs(work[:, k]).argmax(1)
        chosen[:, k] = column
        pivot = work[at, k, column]
        safe = np.where(pivot == 0.0, 1.0, pivot)
        if k + 1 < n:
            factor = work[at, k + 1 :, column] / safe[:, None]
            work[:, k + 1 :] -= factor[:, :, None] * work[:, k, None, :]
            work[at, k + 1 :, column] = 0.0
    return chosen


def solve(rows: IntArray, den: int, targets: Rationals, columns: NDArray[np.int64]) -> Rationals | None:
    """Return payments on the given outcomes with ``μ_k·p = c_k`` for every ``k``; ``None`` if that minor is singular.

    Parameters
    ----------
    rows, den:
        ``(n, m)`` numerators of the beliefs.
    targets:
        ``c``, ``(n,)``.
    columns:
        ``n`` outcomes.
    """
    import flint

    n, m = rows.shape
    minor = flint.fmpz_mat(n, n, rows[:, columns].ravel().tolist())
    right = flint.fmpz_mat(n, 1, targets.num.tolist())
    try:
        solved, bottom = minor.solve(right).numer_denom()
    except ZeroDivisionError:
        return None
    # rows/den · p = targets.num/targets.den, hence p = den/targets.den · (rows⁻¹ targets.num)
    num = np.zeros(m, dtype=object)
    num[columns] = [int(v) * den for v in solved.entries()]
    return Rationals(narrow(num), int(bottom) * targets.den).reduce()
