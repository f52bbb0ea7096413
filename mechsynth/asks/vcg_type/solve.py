"""Do transfers that the own report reaches only through the action make every agent residual claimant? (Liu 2014, Theorem 3.2.)

The method stands in `mechsynth.construct.vcg_type`, what it shares with other classes in `mechsynth.construct.residual`.
"""

from __future__ import annotations

from mechsynth.asks.vcg_type import VcgType
from mechsynth.construct import residual
from mechsynth.construct.case import Case
from mechsynth.construct.vcg_type import ROOM
from mechsynth.construct.whole import residual_program
from mechsynth.program.labelled import Program
from mechsynth.result import Result
from mechsynth.run import Run


def answer(ask: VcgType, case: Case, run: Run) -> Result:
    """Decide whether VCG-type transfers make every agent residual claimant, and give them."""
    return residual.answer(ask, case, run, ROOM)


def program(ask: VcgType, case: Case) -> Program:
    """Return the joint program over all blocks, with the last period's payments as columns of their own."""
    return residual_program(case, ask.name, ask.scope)
