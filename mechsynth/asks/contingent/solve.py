"""Do transfers that look at the own report make every agent residual claimant? (Liu 2014, Theorem 3.1.)

The method stands in `mechsynth.construct.contingent`, what it shares with other classes in `mechsynth.construct.residual`.
"""

from __future__ import annotations

from mechsynth.asks.contingent import Contingent
from mechsynth.construct import residual
from mechsynth.construct.case import Case
from mechsynth.construct.contingent import ROOM
from mechsynth.construct.whole import residual_program
from mechsynth.program.labelled import Program
from mechsynth.result import Result
from mechsynth.run import Run


def answer(ask: Contingent, case: Case, run: Run) -> Result:
    """Decide whether contingent transfers make every agent residual claimant, and give them."""
    return residual.answer(ask, case, run, ROOM)


def program(ask: Contingent, case: Case) -> Program:
    """Return the joint program over all blocks, with the last period's payments as columns of their own."""
    return residual_program(case, ask.name, ask.scope)
