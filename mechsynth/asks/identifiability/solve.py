"""Does every change of the law of the reports clear somebody? (Kosenok and Severinov.)

*Holds*: for each profile ``θ̂`` payments of sum ``1[θ = θ̂] − μ(θ̂)`` whose mean is 0 for the truth and at least 0 for every lie.
*Fails*: one change of the law of the reports that every agent can bring about alone.
"""

from __future__ import annotations

from typing import Any

from mechsynth.asks.identifiability import Identifiability
from mechsynth.construct.case import Case
from mechsynth.construct.within import identifying, situations, told_payments, told_plans
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Identifiability, case: Case, run: Run) -> Result:
    """Ask for payments for every profile, in every situation."""
    told: list[dict[str, Any]] = []
    for situation in situations(case.environment):
        found = identifying(situation, run)
        if found.plans is not None:
            witness = {
                "kind": "identifiability",
                "others": dict(situation.known),
                "plans": told_plans(situation, found.plans),
            }
            return Result(ask.document(), Status.FAILS, witness=witness, environment=case.environment)
        told += told_payments(situation, found)
    return Result(ask.document(), Status.HOLDS, certificate={"payments": told}, environment=case.environment)
