"""Non-negative least squares, judged by the conditions that hold at a minimum and nowhere else, whatever scipy's solver does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.optimize

from mechsynth.solver.nearest import nonnegative


def cases() -> list[tuple[Any, Any]]:
    """Points in, on and outside hulls of points that may coincide or lie on one line."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(400):
        points, outcomes = rng.integers(1, 7, 2)
        matrix = rng.integers(0, 4, (outcomes, points)).astype(float)
        inside = matrix @ rng.dirichlet(np.ones(points))
        target = inside if rng.random() < 0.5 else rng.integers(0, 3, outcomes).astype(float)
        found.append((np.vstack([matrix, np.ones(points)]), np.append(target, 1.0)))
    found.append((np.array([[0, 0.5, 0.5], [1, 0.5, 0.5], [1e3, 1e3, 1e3]]), np.array([0.5, 0.5, 1e3])))
    return found


def gives_up(*_: Any, **__: Any) -> Any:
    raise RuntimeError("Maximum number of iterations reached.")


def goes_wrong(matrix: Any, right: Any) -> Any:
    return np.ones(matrix.shape[1]), 0.0


@pytest.mark.parametrize("solver", [None, gives_up, goes_wrong])
def test_the_minimum_is_found(solver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """x ≥ 0, the gradient Aᵀ(Ax − b) is ≥ 0, and 0 where x > 0: for a convex function that is the minimum."""
    if solver is not None:
        monkeypatch.setattr(scipy.optimize, "nnls", solver)
    for matrix, right in cases():
        x = nonnegative(matrix, right)
        gradient = matrix.T @ (matrix @ x - right)
        size = np.abs(matrix).max() ** 2
        assert (x >= 0).all()
        assert (gradient >= -1e-7 * size).all(), (matrix, right, x)
        assert np.abs(gradient * x).max() <= 1e-7 * size, (matrix, right, x)
