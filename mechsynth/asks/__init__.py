"""The questions, and one room for each.

What a question is called, what can be told to it and what it needs is declared in `mechsynth.asks.questions`. Its room, the module of its name, has a function
``answer(ask, case, run) -> Result``: its program, its proof; and ``program(ask, case)`` where one linear program stands behind it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mechsynth.asks.questions import (
    BudgetBalanced as BudgetBalanced,
)
from mechsynth.asks.questions import (
    Contingent as Contingent,
)
from mechsynth.asks.questions import (
    ConvexIndependence as ConvexIndependence,
)
from mechsynth.asks.questions import (
    ExAnteBalanced as ExAnteBalanced,
)
from mechsynth.asks.questions import (
    GeneralizedVcg as GeneralizedVcg,
)
from mechsynth.asks.questions import (
    Groves as Groves,
)
from mechsynth.asks.questions import (
    Implement as Implement,
)
from mechsynth.asks.questions import (
    Ladder as Ladder,
)
from mechsynth.asks.questions import (
    LumpSumBudget as LumpSumBudget,
)
from mechsynth.asks.questions import (
    Pivot as Pivot,
)
from mechsynth.asks.questions import (
    Policy as Policy,
)
from mechsynth.asks.questions import (
    Spanning as Spanning,
)
from mechsynth.asks.questions import (
    Static as Static,
)
from mechsynth.asks.questions import (
    SurplusExtraction as SurplusExtraction,
)
from mechsynth.asks.questions import (
    Team as Team,
)
from mechsynth.asks.questions import (
    Uniqueness as Uniqueness,
)
from mechsynth.asks.questions import (
    VcgType as VcgType,
)
from mechsynth.errors import OutOfTime, UsageError
from mechsynth.result.ask import REGISTRY as REGISTRY
from mechsynth.result.ask import Ask as Ask

if TYPE_CHECKING:
    from mechsynth.construct.case import Case
    from mechsynth.program.labelled import Program
    from mechsynth.result import Result
    from mechsynth.run import Run


def answer(ask: Ask, case: Case, run: Run) -> Result:
    """Answer a question about an environment; the answer is ``unknown`` when the time is over first.

    Raises
    ------
    UsageError
        Where the environment lacks what the question needs.
    """
    from threadpoolctl import threadpool_limits

    from mechsynth.asks.needs import refuse
    from mechsynth.construct.unsettled import unsettled

    refuse(ask, case.environment)
    room = _room(ask)
    # The engine brings its own threads; those of BLAS would fight with them for the cores.
    with threadpool_limits(limits=1, user_api="blas"):
        try:
            result: Result = room.answer(ask, case, run.counting("blocks", case.blocks))
        except OutOfTime as late:
            result = unsettled(case, ask.document(), late)
    return result


def program(ask: Ask, case: Case) -> Program:
    """Return the linear program behind a question.

    Raises
    ------
    UsageError
        Where there is no single one, and where the environment lacks what the question needs.
    """
    from mechsynth.asks.needs import refuse

    if not ask.linear:
        known = [other.name for other in REGISTRY.values() if other.linear]
        raise UsageError("ask", f"{ask.name!r} has no single linear program", f"choose one of {', '.join(known)}")
    refuse(ask, case.environment)
    found: Program = _room(ask).program(ask, case)
    return found


def _room(ask: Ask) -> Any:
    return import_module(f"mechsynth.asks.{ask.name.replace('-', '_')}")
