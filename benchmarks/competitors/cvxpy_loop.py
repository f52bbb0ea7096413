"""cvxpy with HiGHS, in a loop, as an ordinary user writes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, UNKNOWN, Competitor, Outcome, floats
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    return floats(blocks)


def decide(data: Any) -> Outcome:
    import cvxpy as cp

    verdicts = []
    for rows, targets in data:
        line = []
        n, m = rows.shape
        for r in range(n):
            p = cp.Variable(m)
            others = np.arange(n) != r
            problem = cp.Problem(cp.Minimize(0), [rows[r] @ p == targets[r], rows[others] @ p >= targets[others]])
            try:
                problem.solve(solver=cp.HIGHS)
            except cp.SolverError:
                line.append(UNKNOWN)
                continue
            line.append(read(problem.status))
        verdicts.append(line)
    return Outcome(verdicts)


def read(status: str) -> int:
    """Return the verdict that a cvxpy status stands for."""
    if status in ("optimal", "optimal_inaccurate"):
        return FEASIBLE
    return INFEASIBLE if status in ("infeasible", "infeasible_inaccurate") else UNKNOWN


COMPETITOR = Competitor(
    name="cvxpy-loop",
    title="cvxpy loop",
    package="cvxpy",
    exact=False,
    certificate="float payments where feasible; nothing where infeasible",
    prepare=prepare,
    decide=decide,
    modules=("cvxpy", "highspy"),
)
