"""The menu ``(p, M(p))``: what the virtual pivot mechanism comes to with one buyer, who chooses a strike price at first and pays it for whatever it buys later."""

from __future__ import annotations

from dataclasses import replace

from mechsynth import asks
from mechsynth.asks.contracts import Contracts
from mechsynth.construct.case import Case
from mechsynth.construct.strikes import menu
from mechsynth.result import Result, Status
from mechsynth.result.ask import question
from mechsynth.result.vocabulary import PIVOTED
from mechsynth.run import Run


def answer(ask: Contracts, case: Case, run: Run) -> Result:
    """Ask for the mechanism, and read the menu off it."""
    found = asks.answer(question(PIVOTED, {"strikes": ask.strikes, "exclude": ask.exclude}), case, run)
    if found.status is Status.UNKNOWN or found.tree is None:
        return replace(found, question=ask.document())
    told = menu(case.environment, found.tree.periods)
    return replace(found, question=ask.document(), certificate={**found.certificate, "menu": told})
