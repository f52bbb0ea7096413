"""cddlib's rational LP on the programs as they stand."""

from __future__ import annotations

from typing import Any

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, UNKNOWN, Competitor, Outcome, integers
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    """Return every block as cddlib's rows ``−c_k + μ_k·p ≥ 0``."""
    return [[[-c, *row] for row, c in zip(rows, targets)] for rows, targets in integers(blocks)]


def decide(data: Any) -> Outcome:
    import cdd
    import cdd.gmp

    answers = {cdd.LPStatusType.OPTIMAL: FEASIBLE, cdd.LPStatusType.INCONSISTENT: INFEASIBLE}
    verdicts = []
    for rows in data:
        none = [0] * len(rows[0])
        line = []
        for r in range(len(rows)):
            matrix = cdd.gmp.matrix_from_array(
                rows, rep_type=cdd.RepType.INEQUALITY, lin_set=[r], obj_type=cdd.LPObjType.MAX, obj_func=none
            )
            program = cdd.gmp.linprog_from_matrix(matrix)
            cdd.gmp.linprog_solve(program)
            _ = program.primal_solution, program.dual_solution
            line.append(answers.get(program.status, UNKNOWN))
        verdicts.append(line)
    return Outcome(verdicts)


COMPETITOR = Competitor(
    name="cddlib",
    title="cddlib",
    package="pycddlib",
    exact=True,
    certificate="rational payments where feasible, rational multipliers where infeasible",
    prepare=prepare,
    decide=decide,
    modules=("cdd", "cdd.gmp"),
)
