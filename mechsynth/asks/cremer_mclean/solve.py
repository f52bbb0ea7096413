"""Everything is taken by bets on the others' reports (Crémer and McLean 1988, Theorem 2); see `mechsynth.construct.extraction`."""

from __future__ import annotations

from mechsynth.asks.cremer_mclean import CremerMclean
from mechsynth.construct.case import Case
from mechsynth.construct.extraction import payments
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: CremerMclean, case: Case, run: Run) -> Result:
    """Give the mechanism."""
    environment = case.environment
    found = payments(case, run)
    names = environment.player_names
    return Result(
        question=ask.document(),
        status=Status.FEASIBLE,
        mechanism=case.mechanism(({name: {"now": table} for name, table in zip(names, found, strict=True)},)),
        certificate={"ties": case.ties()},
        environment=environment,
    )
