"""cddlib's rational LP on the dual side: the mixture ``λ`` of ``μ_r`` with the largest targets. Far fewer variables."""

from __future__ import annotations

from typing import Any

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, UNKNOWN, Competitor, Outcome, integers
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    """Return for every report the rows ``Σ λ_k μ_k − μ_r = 0``, ``λ ≥ 0`` and the objective ``Σ λ_k c_k − c_r``."""
    _, n, m = blocks.num.shape
    signs = [[0] + [int(i == j) for j in range(n - 1)] for i in range(n - 1)]
    data = []
    for rows, targets in integers(blocks):
        programs = []
        for r in range(n):
            others = [k for k in range(n) if k != r]
            equations = [[-rows[r][j], *(rows[k][j] for k in others)] for j in range(m)]
            programs.append((equations + signs, range(m), [-targets[r], *(targets[k] for k in others)]))
        data.append(programs)
    return data


def decide(data: Any) -> Outcome:
    import cdd
    import cdd.gmp

    verdicts = []
    for programs in data:
        line = []
        for rows, equal, objective in programs:
            matrix = cdd.gmp.matrix_from_array(
                rows, rep_type=cdd.RepType.INEQUALITY, lin_set=equal, obj_type=cdd.LPObjType.MAX, obj_func=objective
            )
            program = cdd.gmp.linprog_from_matrix(matrix)
            cdd.gmp.linprog_solve(program)
            _ = program.primal_solution, program.dual_solution
            if program.status == cdd.LPStatusType.OPTIMAL:
                line.append(FEASIBLE if program.obj_value <= 0 else INFEASIBLE)
            else:
                line.append(FEASIBLE if program.status == cdd.LPStatusType.INCONSISTENT else UNKNOWN)
        verdicts.append(line)
    return Outcome(verdicts)


COMPETITOR = Competitor(
    name="cddlib-mixtures",
    title="cddlib, dual side",
    package="pycddlib",
    exact=True,
    certificate="the mixture where infeasible; payments (its multipliers) only where some mixture exists, none for other beliefs",
    prepare=prepare,
    decide=decide,
    modules=("cdd", "cdd.gmp"),
)
