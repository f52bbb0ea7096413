"""Are the beliefs of every block linearly independent? (Liu 2014, Assumption 3.)

*Holds*: a nonsingular minor in every block, which a checker finds for itself. *Fails*: rates ``η ≠ 0`` with ``Σ η_k μ_k = 0``.
With scope ``policy``: the blocks of the actions that the rule plays after some own report.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mechsynth.asks.spanning import Spanning
from mechsynth.construct import same_period
from mechsynth.construct.ahead import conditions
from mechsynth.construct.blocks import stacks
from mechsynth.construct.case import Case
from mechsynth.construct.witnesses import dependence
from mechsynth.engine import spanning
from mechsynth.mechanism import Mechanism
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Spanning, case: Case, run: Run) -> Result:
    """Decide the spanning condition over every block in scope."""
    if ask.beliefs == "within":
        return same_period.spans(ask, case, run)
    if ask.look_ahead != "1":
        return conditions.answer(ask, case, run, look_ahead=ask.look_ahead, convex=False)
    scope = ask.scope
    failures: list[dict[str, object]] = []
    for stack in stacks(case, scope, ruled=False):
        found = spanning(stack.rows, np.asarray(stack.need.any(1)), run)
        for b, eta in found.items():
            rates = [Fraction(v) for v in eta]
            failures.append(dependence(case, stack.place(b), rates, None))
    certificate: dict[str, object] = {"ties": case.ties()} if scope == "policy" else {}
    if failures:
        certificate["failures"] = failures
    return Result(
        question=ask.document(),
        status=Status.FAILS if failures else Status.HOLDS,
        mechanism=Mechanism.of_rule(case.rule) if scope == "policy" else None,
        witness=failures[0] if failures else None,
        certificate=certificate,
        environment=case.environment,
    )
