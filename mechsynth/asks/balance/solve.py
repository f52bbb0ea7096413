"""Can payments that make truth best be made to add up to anything? (d'Aspremont, Crémer and Gérard-Varet, condition B.)

*Holds*: for each profile ``θ̂`` payments of sum ``1[θ = θ̂]`` under which no signal gains by being reported as another.
*Fails*: plans of lies, one an agent, that move the law of the reports in the same way.
"""

from __future__ import annotations

from typing import Any

from mechsynth.asks.balance import Balance
from mechsynth.construct.case import Case
from mechsynth.construct.within import balancing, situations, told_payments, told_plans
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Balance, case: Case, run: Run) -> Result:
    """Ask for payments for every profile, in every situation."""
    told: list[dict[str, Any]] = []
    for situation in situations(case.environment):
        found = balancing(situation, run)
        if found.plans is not None:
            witness = {"kind": "balance", "others": dict(situation.known), "plans": told_plans(situation, found.plans)}
            return Result(ask.document(), Status.FAILS, witness=witness, environment=case.environment)
        told += told_payments(situation, found)
    return Result(ask.document(), Status.HOLDS, certificate={"payments": told}, environment=case.environment)
