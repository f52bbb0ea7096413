"""HiGHS on larger sparse programs. What it says is a suggestion; what is wanted of it is the basis it ends with."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from mechsynth.solver.quiet import highs, run

SMALLEST = 1e-12  # coefficients up to this are zero to the solver: it allows no less
INTERIOR = 1_500  # rows from which the interior point method with crossover is tried first
PIVOTS = 10  # pivots per row and column, beyond the first thousand, after which the simplex method goes in circles


@dataclass(frozen=True, eq=False)
class End:
    """Where a run ended.

    Attributes
    ----------
    columns, rows:
        Indices of the basic columns, and of the rows that are not basic (tight).
    point, duals:
        Floats; of the point, multiples of ``unit``.
    unit:
        What the right-hand sides were divided by.
    """

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    point: NDArray[np.float64]
    duals: NDArray[np.float64]
    unit: Fraction = Fraction(1)


def methods(rows: int) -> list[dict[str, object]]:
    """Return the settings to try, the most promising first."""
    simplex: dict[str, object] = {"solver": "simplex", "presolve": "on"}
    primal: dict[str, object] = {"solver": "simplex", "simplex_strategy": 4, "presolve": "off"}
    interior: dict[str, object] = {"solver": "ipm", "run_crossover": "on", "presolve": "on"}
    # Near a tie the usual tolerances end one pivot too early.
    strict: dict[str, object] = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    first = [interior, simplex, primal] if rows > INTERIOR else [simplex, primal, interior]
    return [*first, simplex | strict, {**simplex, "presolve": "off"} | strict, primal | strict]


def model(
    cost: NDArray[np.float64],
    matrix: Any,
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    floors: NDArray[np.float64],
) -> Any:
    """Return the HiGHS model ``min cost · x``, ``lower ≤ A x ≤ upper``, ``x ≥ floors``; ``A`` is a scipy CSC matrix."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_ = cost
    lp.col_lower_ = floors
    lp.col_upper_ = np.full(matrix.shape[1], highspy.kHighsInf)
    lp.row_lower_, lp.row_upper_ = lower, upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    return lp


def minimize(
    cost: NDArray[np.float64],
    matrix: Any,
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    floors: NDArray[np.float64],
    options: dict[str, object],
    start: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> End | None:
    """Minimize ``cost · x`` subject to ``lower ≤ A x ≤ upper``, ``x ≥ floors``; ``A`` is a scipy CSC matrix.

    ``start`` holds the tight rows and the basic columns to start from. Returns ``None`` if HiGHS ends without a basis.
    """
    lp = model(cost, matrix, lower, upper, floors)
    solver = highs()
    most = 1_000 + PIVOTS * sum(matrix.shape)
    for key, value in ({"small_matrix_value": SMALLEST, "simplex_iteration_limit": most} | options).items():
        solver.setOptionValue(key, value)
    solver.passModel(lp)
    if start is not None:
        solver.setBasis(_basis(floors, lower.size, *start))
    run(solver)
    basis = solver.getBasis()
    if not basis.valid:
        return None
    basic = highspy.HighsBasisStatus.kBasic
    columns = np.flatnonzero([status == basic for status in basis.col_status])
    rows = np.flatnonzero([status != basic for status in basis.row_status])
    solution = solver.getSolution()
    point = np.asarray(solution.col_value, dtype=np.float64)
    duals = np.asarray(solution.row_dual, dtype=np.float64)
    if columns.size != rows.size or point.size != matrix.shape[1]:
        return None
    return End(columns, rows, point, duals)


def _basis(floors: NDArray[np.float64], count: int, tight: NDArray[np.int64], columns: NDArray[np.int64]) -> Any:
    """Return the basis of HiGHS with some rows tight and some columns basic."""
    basic, lower, zero = (getattr(highspy.HighsBasisStatus, name) for name in ("kBasic", "kLower", "kZero"))
    across = [zero if floor == -np.inf else lower for floor in floors.tolist()]
    down = [basic] * count
    for k in columns.tolist():
        across[k] = basic
    for k in tight.tolist():
        down[k] = lower
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status, basis.valid = across, down, True
    return basis
