"""HiGHS on programs some of whose columns are whole numbers. What it says is a suggestion."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from mechsynth.solver.linear import model
from mechsynth.solver.quiet import highs, run


def whole(
    cost: NDArray[np.float64],
    matrix: Any,
    sides: tuple[NDArray[np.float64], NDArray[np.float64]],
    floors: NDArray[np.float64],
    count: int,
    options: dict[str, object],
) -> NDArray[np.float64] | None:
    """Minimize ``cost · x`` subject to ``lower ≤ A x ≤ upper``, ``x ≥ floors``, the first ``count`` columns 0 or 1.

    Returns the best point that was found; ``None`` for none.
    """
    lp = model(cost, matrix, *sides, floors)
    upper = np.full(matrix.shape[1], highspy.kHighsInf)
    upper[:count] = 1.0
    lp.col_upper_ = upper
    kinds = highspy.HighsVarType
    lp.integrality_ = [kinds.kInteger] * count + [kinds.kContinuous] * (matrix.shape[1] - count)
    solver = highs()
    for key, value in options.items():
        solver.setOptionValue(key, value)
    solver.passModel(lp)
    run(solver)
    if solver.getInfo().primal_solution_status != 2:
        return None
    return np.asarray(solver.getSolution().col_value, dtype=np.float64)
