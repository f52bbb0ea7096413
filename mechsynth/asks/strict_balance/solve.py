"""Can every rule be implemented with payments that add up to zero, whatever the utilities? (d'Aspremont, Crémer and Gérard-Varet, condition C.)

It is condition B and distinct beliefs. *Holds*: the payments of B; that beliefs differ is for everybody to see. *Fails*: plans of lies, not all 0, that move the law
of the reports in the same way, or not at all.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mechsynth.asks.strict_balance import StrictBalance
from mechsynth.construct.case import Case
from mechsynth.construct.within import Plan, balancing, equal_beliefs, situations, told_payments, told_plans
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: StrictBalance, case: Case, run: Run) -> Result:
    """Compare beliefs, then ask for payments for every profile, in every situation."""
    told: list[dict[str, Any]] = []
    for situation in situations(case.environment):
        equal = equal_beliefs(situation)
        if equal is not None:
            i, r, k = equal
            columns = situation.columns(i)
            plans: list[Plan] | None = [{} for _ in situation.names]
            assert plans is not None
            plans[i] = {(r, k): Fraction(1), (k, r): Fraction(sum(columns[r]), sum(columns[k]))}
        else:
            found = balancing(situation, run)
            plans = found.plans
        if plans is not None:
            witness = {"kind": "balance", "others": dict(situation.known), "plans": told_plans(situation, plans)}
            return Result(ask.document(), Status.FAILS, witness=witness, environment=case.environment)
        told += told_payments(situation, found)
    return Result(ask.document(), Status.HOLDS, certificate={"payments": told}, environment=case.environment)
