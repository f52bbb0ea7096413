"""Wish lists that can be met for a reason that needs no program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mechsynth.construct import residual
from mechsynth.construct.case import Case
from mechsynth.construct.rooms import ROOMS
from mechsynth.mechanism import Mechanism, Table
from mechsynth.program.believed import Bnic, Pbic
from mechsynth.program.incentives import Pepic, ResidualClaimant
from mechsynth.program.money import Bounded, BudgetExAnte, BudgetExPost, BudgetPerPeriod, NoSubsidy, WinnerPays
from mechsynth.program.requirements import Requirement, built_in
from mechsynth.result import Status
from mechsynth.result.ask import question
from mechsynth.run import Run

IDLE = (BudgetExAnte, BudgetPerPeriod, BudgetExPost, NoSubsidy, WinnerPays, Bounded)


def mechanism(case: Case, run: Run, transfers: str, wishes: Iterable[Requirement]) -> Mechanism | None:
    """Return a mechanism that meets some wishes by a class of transfers, where a construction gives one; ``None`` where none does.

    Residual-claimant transfers (Liu 2014, Theorems 3.1 and 3.2) make truth an equilibrium of the efficient rule, and a larger class contains them.
    """
    kind = transfers.removesuffix("+now")
    if case.given is not None or kind == "history-independent" or not all(map(_residual, wishes)):
        return None
    name = kind if kind in ROOMS else "contingent"
    asked: Any = question(name)
    result = residual.answer(asked, case, run.alone(), ROOMS[name])
    return result.mechanism if result.status is Status.FEASIBLE else None


def _residual(wish: Requirement) -> bool:
    # A user's subclass of a built-in requirement may ask for anything.
    return isinstance(wish, (Pepic, Pbic, Bnic, ResidualClaimant)) and built_in(wish)


def witness(case: Case, run: Run, transfers: str, wishes: Iterable[Requirement]) -> Mechanism | None:
    """Return a mechanism that is known to meet some wishes; ``None`` says nothing.

    Where no incentives are asked for, paying nothing balances every budget and keeps every bound.
    """
    wishes = list(wishes)
    if all(isinstance(wish, IDLE) and built_in(wish) for wish in wishes):
        nothing: tuple[dict[str, dict[str, Table]], ...] = ({},) * case.environment.last
        return case.mechanism(nothing)
    return mechanism(case, run, transfers, wishes)
