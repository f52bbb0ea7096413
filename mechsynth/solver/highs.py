"""HiGHS on the small programs that a block comes down to, warm from one report to the next.

Its status is ignored: near a tie HiGHS calls infeasible programs optimal. What it is asked for is a basis, from which exact
arithmetic then reads which of the two answers holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from mechsynth.solver.quiet import highs, run


@dataclass(frozen=True)
class Basis:
    """Where a simplex run ended.

    Attributes
    ----------
    columns:
        The basic columns: ``k < n`` for the slack of signal ``k``, ``n`` for the common slack ``t``.
    slack:
        The slacks that HiGHS ended with, shape ``(n,)``: floats.
    common:
        ``t``, a float.
    """

    columns: tuple[int, ...]
    slack: NDArray[np.float64]
    common: float


class SlackProgram:
    """``max t`` subject to ``N s = v``, ``s_k ≥ t`` where an inequality stands, ``s_k = 0`` where an equality does.

    ``N`` spans the linear dependences of a block's beliefs, ``s`` are the slacks ``μ_k·p − c_k`` and ``v = −N c``: transfers exist
    iff the optimum is at least 0. It always has an optimum when the rows of ``N`` stay independent on the inequalities.

    Parameters
    ----------
    matrix:
        ``N``, shape ``(q, n)``, floats.
    """

    cap = 1.0

    def __init__(self, matrix: NDArray[np.float64]) -> None:
        self._rows, self._columns = matrix.shape
        self._matrix = matrix
        rows, columns = matrix.shape
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns + 1, rows
        lp.col_cost_ = np.append(np.zeros(columns), -1.0)
        lp.col_lower_ = np.append(np.zeros(columns), -highspy.kHighsInf)
        lp.col_upper_ = np.append(np.full(columns, highspy.kHighsInf), self.cap)
        lp.row_lower_ = lp.row_upper_ = np.zeros(rows)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.arange(0, (columns + 2) * rows, rows, dtype=np.int32)
        lp.a_matrix_.index_ = np.tile(np.arange(rows, dtype=np.int32), columns + 1)
        lp.a_matrix_.value_ = np.append(matrix.T.ravel(), matrix.sum(1))
        self._highs = highs()
        self._highs.setOptionValue("presolve", "off")
        self._highs.passModel(lp)
        self._free = np.ones(columns, dtype=bool)

    def solve(self, right: NDArray[np.float64], inequality: NDArray[np.bool_]) -> Basis | None:
        """Return the basis for this right-hand side ``v`` and these inequalities; ``None`` if HiGHS ends with none."""
        solver, n = self._highs, self._columns
        for k in np.flatnonzero(inequality != self._free):
            solver.changeColBounds(int(k), 0.0, highspy.kHighsInf if inequality[k] else 0.0)
        if (inequality != self._free).any():
            common = self._matrix[:, inequality].sum(1)
            for row in range(self._rows):
                solver.changeCoeff(row, n, float(common[row]))
        self._free = inequality.copy()
        for row in range(self._rows):
            solver.changeRowBounds(row, float(right[row]), float(right[row]))
        run(solver)
        status, basic = solver.getBasicVariables()
        if status != highspy.HighsStatus.kOk:
            return None
        values = np.asarray(solver.getSolution().col_value)
        if values.size != n + 1 or not np.isfinite(values).all():
            return None
        slack = np.where(inequality, values[:n] + values[n], 0.0)
        return Basis(tuple(int(k) for k in basic if k >= 0), slack, float(values[n]))
