"""`scipy.optimize.linprog`, which calls its own HiGHS."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, UNKNOWN, Competitor, Outcome, floats
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    return floats(blocks)


def decide(data: Any) -> Outcome:
    from scipy.optimize import linprog

    verdicts = []
    for rows, targets in data:
        line = []
        n, m = rows.shape
        cost = np.zeros(m)
        for r in range(n):
            others = np.arange(n) != r
            found = linprog(
                cost,
                A_ub=-rows[others],
                b_ub=-targets[others],
                A_eq=rows[r : r + 1],
                b_eq=targets[r : r + 1],
                bounds=(None, None),
                method="highs",
            )
            line.append({0: FEASIBLE, 2: INFEASIBLE}.get(found.status, UNKNOWN))
        verdicts.append(line)
    return Outcome(verdicts)


COMPETITOR = Competitor(
    name="linprog",
    title="scipy linprog",
    package="scipy",
    exact=False,
    certificate="float payments where feasible; no multipliers where infeasible",
    prepare=prepare,
    decide=decide,
    modules=("scipy.optimize",),
)
