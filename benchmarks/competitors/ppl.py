"""The Parma Polyhedra Library's exact simplex on the programs as they stand."""

from __future__ import annotations

from typing import Any

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, Competitor, Outcome, integers
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    """Return every block as linear expressions and whole right-hand sides."""
    import ppl

    return [
        ([ppl.Linear_Expression(row, 0) for row in rows], targets, len(rows[0])) for rows, targets in integers(blocks)
    ]


def decide(data: Any) -> Outcome:
    import ppl

    verdicts = []
    for rows, targets, m in data:
        line = []
        for r in range(len(rows)):
            program = ppl.MIP_Problem(m)
            for k, (row, c) in enumerate(zip(rows, targets)):
                program.add_constraint(row == c if k == r else row >= c)
            feasible = program.is_satisfiable()
            if feasible:
                program.optimizing_point()  # the objective is zero
            line.append(FEASIBLE if feasible else INFEASIBLE)
        verdicts.append(line)
    return Outcome(verdicts)


COMPETITOR = Competitor(
    name="ppl",
    title="PPL",
    package="pplpy",
    exact=True,
    certificate="rational payments where feasible; no multipliers where infeasible",
    prepare=prepare,
    decide=decide,
    modules=("ppl",),
)
