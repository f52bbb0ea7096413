"""Are the beliefs of every block linearly independent? (Liu 2014, Assumption 3.)

*Holds*: a nonsingular minor in every block, which a checker finds for itself. *Fails*: rates ``η ≠ 0`` with ``Σ η_k μ_k = 0``.
With scope ``policy``: the blocks of the actions that the rule plays after some own report.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.asks.blocks import stacks
from mechsynth.asks.question import Question
from mechsynth.engine import spanning
from mechsynth.mechanism import Mechanism
from mechsynth.result import Result, Status


def answer(question: Question) -> Result:
    """Decide the spanning condition over every block in scope."""
    scope = question.scope or "all"
    failures: list[dict[str, Any]] = []
    for stack in stacks(question.case, scope, ruled=False):
        found = spanning(stack.rows, np.asarray(stack.need.any(1)), question.run)
        for b, eta in found.items():
            rates = [Fraction(v) for v in eta]
            failures.append(
                question.dependence(stack.t, stack.agent, int(stack.action[b]), int(stack.others[b]), rates, None)
            )
    certificate: dict[str, Any] = {"ties": question.ties()} if scope == "policy" else {}
    if failures:
        certificate["failures"] = failures
    return Result(
        question={"ask": "spanning", "scope": scope},
        status=Status.FAILS if failures else Status.HOLDS,
        mechanism=Mechanism.of_rule(question.rule) if scope == "policy" else None,
        witness=failures[0] if failures else None,
        certificate=certificate,
        environment=question.environment,
    )
