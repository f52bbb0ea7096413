"""Do transfers that the own report reaches only through the action make every agent residual claimant? (Liu 2014, Theorem 3.2.)

The method stands in `mechsynth.construct.vcg_type`, what it shares with other classes in `mechsynth.construct.residual`.
"""

from __future__ import annotations

from mechsynth.asks import claimants
from mechsynth.asks.claimants import program as program
from mechsynth.asks.vcg_type import VcgType
from mechsynth.construct.case import Case
from mechsynth.construct.vcg_type import ROOM
from mechsynth.result import Result
from mechsynth.run import Run


def answer(ask: VcgType, case: Case, run: Run) -> Result:
    """Decide whether VCG-type transfers make every agent residual claimant, and give them."""
    return claimants.answer(ask, case, run, ROOM, own_report=False)
