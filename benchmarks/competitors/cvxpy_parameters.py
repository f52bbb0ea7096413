"""cvxpy with HiGHS, canonicalized once for all blocks of a size; beliefs and targets are parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.competitors.base import UNKNOWN, Competitor, Outcome, floats
from benchmarks.competitors.cvxpy_loop import read
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    """Return the floats and a program that has been canonicalized already: that happens once, so it is not timed."""
    import cvxpy as cp

    _, n, m = blocks.num.shape
    p, own, rest = cp.Variable(m), cp.Parameter(m), cp.Parameter((n - 1, m))
    own_target, rest_targets = cp.Parameter(), cp.Parameter(n - 1)
    problem = cp.Problem(cp.Minimize(0), [own @ p == own_target, rest @ p >= rest_targets])
    data = floats(blocks)
    parameters = (own, rest, own_target, rest_targets)
    _solve(problem, parameters, *data[0], 0)
    return data, problem, parameters


def _solve(problem: Any, parameters: Any, rows: Any, targets: Any, report: int) -> int:
    import cvxpy as cp

    own, rest, own_target, rest_targets = parameters
    others = np.arange(len(targets)) != report
    own.value, rest.value = rows[report], rows[others]
    own_target.value, rest_targets.value = targets[report], targets[others]
    try:
        problem.solve(solver=cp.HIGHS)
    except cp.SolverError:
        return UNKNOWN
    return read(problem.status)


def decide(data: Any) -> Outcome:
    blocks, problem, parameters = data
    return Outcome(
        [[_solve(problem, parameters, rows, targets, r) for r in range(len(targets))] for rows, targets in blocks]
    )


COMPETITOR = Competitor(
    name="cvxpy-parameters",
    title="cvxpy, one canonicalization",
    package="cvxpy",
    exact=False,
    certificate="float payments where feasible; nothing where infeasible",
    prepare=prepare,
    decide=decide,
    modules=("cvxpy", "highspy"),
)
