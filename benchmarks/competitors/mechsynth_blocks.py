"""mechsynth: stacked, and everything that it returns has been proved in exact integers before it returns.

It is the yardstick on one worker, like everybody else; the same with a worker per core is measured beside it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, Competitor, Outcome
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    from mechsynth.rational import Rationals

    need = np.ones(blocks.target_num.shape, dtype=bool)
    return Rationals(blocks.num, blocks.den), Rationals(blocks.target_num, blocks.target_den), need


def decide(data: Any, workers: int = 1) -> Outcome:
    from mechsynth.engine import Run, lotteries

    rows, targets, need = data
    decision = lotteries(rows, targets, need, Run(workers=workers))
    verdicts = np.full(need.shape, FEASIBLE, dtype=np.int8)
    for b, r in decision.failures:
        verdicts[b, r] = INFEASIBLE
    return Outcome(verdicts)


def decide_on_all_cores(data: Any) -> Outcome:
    return decide(
        data, workers=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


COMPETITOR = Competitor(
    name="mechsynth",
    title="mechsynth",
    package="mechsynth",
    exact=True,
    certificate="rational payments or a rational mixture for every report, checked in integers within the time",
    prepare=prepare,
    decide=decide,
    modules=("mechsynth.engine",),
)

ALL_CORES = replace(COMPETITOR, name="mechsynth-cores", title="mechsynth, all cores", decide=decide_on_all_cores)
