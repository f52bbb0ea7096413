"""z3: the inequalities of a block once, the equality of each report between a push and a pop."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, UNKNOWN, Competitor, Outcome, integers
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    """Return the numbers as z3 numerals."""
    import z3

    return [
        ([[z3.RealVal(v) for v in row] for row in rows], [z3.RealVal(v) for v in targets])
        for rows, targets in integers(blocks)
    ]


def decide(data: Any) -> Outcome:
    import z3

    variables = [z3.Real(f"p{j}") for j in range(len(data[0][0][0]))]
    verdicts = []
    building = 0.0
    for rows, targets in data:
        start = perf_counter()
        expected = [z3.Sum([a * p for a, p in zip(row, variables)]) for row in rows]
        at_least = [e >= c for e, c in zip(expected, targets)]
        at_most = [e <= c for e, c in zip(expected, targets)]
        building += perf_counter() - start
        solver = z3.SolverFor("QF_LRA")
        solver.add(at_least)
        line = []
        for row in at_most:
            solver.push()
            solver.add(row)
            answer = solver.check()
            if answer == z3.sat:
                solver.model()
                line.append(FEASIBLE)
            else:
                line.append(INFEASIBLE if answer == z3.unsat else UNKNOWN)
            solver.pop()
        verdicts.append(line)
    return Outcome(verdicts, building)


COMPETITOR = Competitor(
    name="z3",
    title="z3",
    package="z3-solver",
    exact=True,
    certificate="rational payments where feasible; no multipliers where infeasible",
    prepare=prepare,
    decide=decide,
    modules=("z3",),
)
