"""mechsynth: stacked, and everything that it returns has been proved in exact integers before it returns."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.competitors.base import FEASIBLE, INFEASIBLE, Competitor, Outcome
from benchmarks.families import Blocks


def prepare(blocks: Blocks) -> Any:
    from mechsynth.rational import Rationals

    need = np.ones(blocks.target_num.shape, dtype=bool)
    return Rationals(blocks.num, blocks.den), Rationals(blocks.target_num, blocks.target_den), need


def decide(data: Any) -> Outcome:
    from mechsynth.engine import lotteries

    rows, targets, need = data
    decision = lotteries(rows, targets, need)
    verdicts = np.full(need.shape, FEASIBLE, dtype=np.int8)
    for b, r in decision.failures:
        verdicts[b, r] = INFEASIBLE
    return Outcome(verdicts)


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
