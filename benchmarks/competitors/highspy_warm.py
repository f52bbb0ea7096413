"""highspy directly: one model per block, only row bounds change from report to report, so every run starts warm."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, UNKNOWN, Competitor, Outcome, floats
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    return floats(blocks)


def decide(data: Any) -> Outcome:
    import highspy

    from mechsynth.solver.quiet import highs, run

    solver = highs()
    solver.setOptionValue("presolve", "off")
    n, m = data[0][0].shape
    inf = highspy.kHighsInf
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = m, n
    lp.col_cost_ = np.zeros(m)
    lp.col_lower_, lp.col_upper_ = np.full(m, -inf), np.full(m, inf)
    lp.row_upper_ = np.full(n, inf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.arange(0, (n + 1) * m, m, dtype=np.int32)
    lp.a_matrix_.index_ = np.tile(np.arange(m, dtype=np.int32), n)
    verdicts = []
    for rows, targets in data:
        lp.a_matrix_.value_ = rows.ravel()
        lp.row_lower_ = targets
        solver.passModel(lp)
        bounds = targets.tolist()
        line = []
        for r in range(n):
            if r:
                solver.changeRowBounds(r - 1, bounds[r - 1], inf)
            solver.changeRowBounds(r, bounds[r], bounds[r])
            run(solver)
            status = solver.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                solver.getSolution()
                line.append(FEASIBLE)
            elif status == highspy.HighsModelStatus.kInfeasible:
                solver.getDualRay()
                line.append(INFEASIBLE)
            else:
                line.append(UNKNOWN)
        verdicts.append(line)
    return Outcome(verdicts)


COMPETITOR = Competitor(
    name="highspy-warm",
    title="highspy, warm",
    package="highspy",
    exact=False,
    certificate="float payments where feasible, a float ray where infeasible; neither proves anything",
    prepare=prepare,
    decide=decide,
    modules=("highspy",),
)
