"""Non-negative least squares in floats: which points of a hull carry its nearest point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SLIP = 1e-9
"""How far, measured by the sizes of matrix and right-hand side, the optimality conditions may be missed by what is taken."""


def nonnegative(matrix: Floats, right: Floats) -> Floats:
    """Return nearly the minimum of ``|A x − b|²`` over ``x ≥ 0``.

    The solver of scipy gives up at a count of iterations in some versions and ends at other points than minima in others (1.15);
    where the optimality conditions are missed, slower bounded least squares are asked.

    Parameters
    ----------
    matrix, right:
        ``A``, shape ``(m, n)``, and ``b``, shape ``(m,)``.
    """
    from scipy.optimize import lsq_linear, nnls

    try:
        found = np.asarray(nnls(matrix, right)[0], dtype=np.float64)
    except RuntimeError:
        found = None
    if found is not None and _least(matrix, right, found):
        return found
    return np.maximum(
        np.asarray(lsq_linear(matrix, right, bounds=(0.0, np.inf), method="bvls").x, dtype=np.float64), 0.0
    )


def _least(matrix: Floats, right: Floats, found: Floats) -> bool:
    """Return whether the gradient is nowhere below zero, and zero where something is taken; both nearly."""
    gradient = matrix.T @ (matrix @ found - right)
    size = float(np.linalg.norm(matrix)) * (float(np.linalg.norm(right)) + float(np.linalg.norm(matrix @ found)))
    worst = max(float(-gradient.min(initial=0.0)), float(np.abs(gradient[found > 0]).max(initial=0.0)))
    return worst <= SLIP * size
