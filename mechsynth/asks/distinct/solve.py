"""Does every signal make its owner believe something else of the others' reports of the same period?

*Holds*: a scoring rule under which every possible signal strictly loses by being reported as another possible one. *Fails*: two signals with one belief.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mechsynth.asks.distinct import Distinct
from mechsynth.construct.case import Case
from mechsynth.construct.within import Situation, equal_beliefs, scores, situations
from mechsynth.rational import text
from mechsynth.result import Result, Status
from mechsynth.result.codec import write
from mechsynth.result.witness import Mixture
from mechsynth.run import Run


def answer(ask: Distinct, case: Case, run: Run) -> Result:
    """Compare the beliefs of every two signals, in every situation."""
    told: list[dict[str, Any]] = []
    for situation in situations(case.environment):
        run.check()
        equal = equal_beliefs(situation)
        if equal is not None:
            i, r, k = equal
            own = situation.signals[i]
            witness = Mixture(
                period=1,
                agent=situation.names[i],
                others=dict(situation.known),
                type_=own[r],
                weights={own[k]: Fraction(1)},
                shortfall=None,
            )
            return Result(ask.document(), Status.FAILS, witness=dict(write(witness)), environment=case.environment)
        told += _scores(situation)
    return Result(ask.document(), Status.HOLDS, certificate={"scores": told}, environment=case.environment)


def _scores(situation: Situation) -> list[dict[str, Any]]:
    return [
        {
            "others": dict(situation.known),
            "agent": name,
            "scores": {own[r]: [text(v) for v in row] for r, row in scores(situation, i).items()},
        }
        for i, (name, own) in enumerate(zip(situation.names, situation.signals, strict=True))
    ]
