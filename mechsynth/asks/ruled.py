"""Residual claimants under a rule that is given: asked of the rows of `implement`, with the cycle of lies of the last period in front.

The targets ``X = T`` are what an agent gets who gets the whole: the surplus of the rule, or of a weighted one its weighted surplus over her weight. Nothing is known of what a lie costs, as it is where
the rule is efficient, so every lie has a row of its own, and blocks of all actions that can be drawn stand together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mechsynth import asks
from mechsynth.construct.case import Case
from mechsynth.construct.last_period import last_period
from mechsynth.errors import UsageError
from mechsynth.result import Result, Status, Strength
from mechsynth.result.ask import question
from mechsynth.result.vocabulary import WISHES
from mechsynth.run import Run

if TYPE_CHECKING:
    from mechsynth.asks.shared import ResidualClaimants
    from mechsynth.program.labelled import Program

BOUNDED = "payments up to a bound are excluded, larger ones are not; exact multipliers were not found"


def _wishes(ask: ResidualClaimants) -> Any:
    if ask.scope != "policy":
        raise UsageError(
            "scope", "the condition on every action is about the efficient rule, and a rule is given", "leave it out"
        )
    if ask.look_ahead != "1":
        raise UsageError(
            "look_ahead",
            "payments of several periods are about the efficient rule, and a rule is given",
            "leave it out",
        )
    return question(WISHES, {"transfers": ask.pays, "require": ["residual-claimant"], "relax": False})


def answer(ask: ResidualClaimants, case: Case, run: Run) -> Result:
    """Decide whether payments of a class make every agent residual claimant under the rule that is given."""
    wishes, asked = _wishes(ask), case.told(ask.document())
    if case.environment.horizon is not None:
        asked["last-period"] = "efficient"
        cycles = last_period(case).cycles
        if cycles:
            return Result(
                asked,
                Status.INFEASIBLE,
                mechanism=case.mechanism(),
                witness=cycles[0],
                certificate={**case.certificate(), "failures": list(cycles)},
                environment=case.environment,
            )
    found: Result = asks.answer(wishes, case, run)
    kept = {key: value for key, value in found.certificate.items() if key in ("rule", "claims", "reason")}
    if found.strength is Strength.VERIFIED:
        unknown = {**kept, "reason": BOUNDED}
        return replace(
            found,
            question=asked,
            status=Status.UNKNOWN,
            strength=Strength.NUMERICAL,
            witness=None,
            certificate=unknown,
            relaxations=(),
        )
    return replace(found, question=asked, certificate=kept, relaxations=())


def program(ask: ResidualClaimants, case: Case) -> Program:
    """Return the program of `implement` with the same class, and residual claimants."""
    return asks.program(_wishes(ask), case)
