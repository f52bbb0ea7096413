"""Do transfers that the own report reaches only through the action make every agent residual claimant? (Liu 2014, Theorem 3.2.)

The method stands in `mechsynth.construct.vcg_type`, what it shares with other classes in `mechsynth.construct.residual`.
"""

from __future__ import annotations

from mechsynth.asks import ruled
from mechsynth.asks.vcg_type import VcgType
from mechsynth.construct import residual
from mechsynth.construct.ahead import payments
from mechsynth.construct.case import Case
from mechsynth.construct.vcg_type import ROOM
from mechsynth.construct.whole import residual_program
from mechsynth.errors import UsageError
from mechsynth.program.labelled import Program
from mechsynth.result import Result
from mechsynth.run import Run


def answer(ask: VcgType, case: Case, run: Run) -> Result:
    """Decide whether VCG-type transfers make every agent residual claimant, and give them."""
    if case.given is not None:
        return ruled.answer(ask, case, run)
    if ask.look_ahead != "1":
        return payments.answer(ask, case, run, look_ahead=ask.look_ahead, own_report=False)
    return residual.answer(ask, case, run, ROOM)


def program(ask: VcgType, case: Case) -> Program:
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
