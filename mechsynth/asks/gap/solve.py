"""The bound of the first report less the largest revenue: two answers, each with its own proof."""

from __future__ import annotations

from fractions import Fraction

from mechsynth import asks
from mechsynth.asks.gap import Gap
from mechsynth.construct.case import Case
from mechsynth.rational import text
from mechsynth.result import Result, Status, Strength
from mechsynth.result.ask import question
from mechsynth.result.vocabulary import ABOVE, BELOW
from mechsynth.run import Run


def answer(ask: Gap, case: Case, run: Run) -> Result:
    """Ask for both, and subtract."""
    bound = asks.answer(question(ABOVE, {"reveal": ask.reveal}), case, run)
    best = asks.answer(question(BELOW, {"incentives": ask.incentives}), case, run)
    for found in (bound, best):
        if found.status is Status.UNKNOWN:
            return Result(
                ask.document(),
                Status.UNKNOWN,
                Strength.NUMERICAL,
                certificate={"reason": f"{found.question['ask']}: {found.certificate.get('reason', 'not decided')}"},
                environment=case.environment,
            )
    assert bound.value is not None
    assert best.value is not None
    value = text(Fraction(bound.value) - Fraction(best.value))
    return Result(
        ask.document(),
        Status.HOLDS if value == "0" else Status.FAILS,
        value=value,
        witness=None if value == "0" else {"kind": "gap", "shortfall": value},
        certificate={ABOVE: bound.document(), BELOW: best.document()},
        environment=case.environment,
    )
