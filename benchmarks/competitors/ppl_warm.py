"""The Parma Polyhedra Library, warm: one program per block, ``min μ_r·p`` over all inequalities; ``p_r`` exists iff it is ``c_r``."""

from __future__ import annotations

from typing import Any

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, Competitor, Outcome
from benchmarks.competitors.ppl import prepare


def decide(data: Any) -> Outcome:
    import ppl

    verdicts = []
    for rows, targets, m in data:
        program = ppl.MIP_Problem(m)
        for row, c in zip(rows, targets):
            program.add_constraint(row >= c)
        program.set_optimization_mode("minimization")
        line = []
        for row, c in zip(rows, targets):
            program.set_objective_function(row)
            program.optimizing_point()
            line.append(FEASIBLE if program.optimal_value() == c else INFEASIBLE)
        verdicts.append(line)
    return Outcome(verdicts)


COMPETITOR = Competitor(
    name="ppl-warm",
    title="PPL, warm",
    package="pplpy",
    exact=True,
    certificate="rational payments where feasible; where infeasible the optimum, without multipliers",
    prepare=prepare,
    decide=decide,
    modules=("ppl",),
)
