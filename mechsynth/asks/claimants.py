"""Residual claimants with payments of a linked class: which room answers is a matter of the rule and of how far payments look ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mechsynth.asks import ruled
from mechsynth.construct import residual
from mechsynth.construct.ahead import payments
from mechsynth.construct.whole import residual_program
from mechsynth.errors import UsageError

if TYPE_CHECKING:
    from mechsynth.asks.shared import ResidualClaimants
    from mechsynth.construct.blockwise import Room
    from mechsynth.construct.case import Case
    from mechsynth.program.labelled import Program
    from mechsynth.result import Result
    from mechsynth.run import Run


def answer(ask: ResidualClaimants, case: Case, run: Run, room: Room, *, own_report: bool) -> Result:
    """Decide whether payments make every agent residual claimant, and give them.

    Parameters
    ----------
    room:
        Of the class, for the efficient rule and payments one period later.
    own_report:
        Whether payments look at the own report.
    """
    if case.given is not None:
        return ruled.answer(ask, case, run)
    if ask.look_ahead != "1":
        return payments.answer(ask, case, run, look_ahead=ask.look_ahead, own_report=own_report)
    return residual.answer(ask, case, run, room)


def program(ask: ResidualClaimants, case: Case) -> Program:
    """Return the joint program over all blocks, with the last period's payments as columns of their own.

    Raises
    ------
    UsageError
        With a look-ahead of more than one period.
    """
    if case.given is not None:
        return ruled.program(ask, case)
    if ask.look_ahead != "1":
        raise UsageError("look_ahead", "no program with payments of several periods is written out", "leave it out")
    return residual_program(case, ask.name, ask.scope)
