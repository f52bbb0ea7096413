"""Do transfers that look at the own report make every agent residual claimant? (Liu 2014, Theorem 3.1.)

The method stands in `mechsynth.construct.contingent`, what it shares with other classes in `mechsynth.construct.residual`.
"""

from __future__ import annotations

from mechsynth.asks import claimants
from mechsynth.asks.claimants import program as program
from mechsynth.asks.contingent import Contingent
from mechsynth.construct.case import Case
from mechsynth.construct.contingent import ROOM
from mechsynth.result import Result
from mechsynth.run import Run


def answer(ask: Contingent, case: Case, run: Run) -> Result:
    """Decide whether contingent transfers make every agent residual claimant, and give them."""
    return claimants.answer(ask, case, run, ROOM, own_report=True)
