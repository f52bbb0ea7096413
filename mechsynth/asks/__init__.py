"""The questions: one folder for each, found when this package is imported.

``asks/<ask>/__init__.py`` declares the question, a frozen dataclass: what it is called, what can be told to it and what it needs. It is light, so that listing
questions costs nothing. ``asks/<ask>/solve.py`` has ``answer(ask, case, run) -> Result``: its program, its proof; and ``program(ask, case)`` where one linear
program stands behind it. Its own mathematics stands beside it. No question imports another: what several share is in `mechsynth.construct`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from mechsynth.errors import LATE, OutOfTime, UsageError
from mechsynth.result.ask import REGISTRY as REGISTRY
from mechsynth.result.ask import Ask as Ask
from mechsynth.result.ask import part

if TYPE_CHECKING:
    from mechsynth.construct.case import Case
    from mechsynth.program.labelled import Program
    from mechsynth.result import Result
    from mechsynth.run import Run

    def __getattr__(name: str) -> Any: ...  # the classes of the questions


for _found in iter_modules(__path__):
    if _found.ispkg:
        import_module(f"{__name__}.{_found.name}")
GRACE = 0.75
QUESTIONS = {ask.__name__: ask for ask in sorted(REGISTRY.values(), key=lambda ask: (ask.place, ask.name))}
"""The classes of the questions by their names, in the order in which they are listed; each is a name of this package."""
REGISTRY |= {ask.name: REGISTRY.pop(ask.name) for ask in QUESTIONS.values()}
globals().update(QUESTIONS)
__all__ = ["QUESTIONS", "REGISTRY", "Ask", "answer", "program", *QUESTIONS]


def answer(ask: Ask, case: Case, run: Run) -> Result:
    """Answer a question about an environment; the answer is ``unknown`` when the time is over first.

    What looks at the clock has `GRACE` seconds to end with what is settled; what does not is interrupted then, and nothing is settled.

    Raises
    ------
    UsageError
        Where the environment lacks what the question needs.
    """
    from functools import partial

    from threadpoolctl import threadpool_limits

    from mechsynth.asks import tied
    from mechsynth.asks.needs import refuse
    from mechsynth.construct.unsettled import unsettled
    from mechsynth.limits import Overrun, limited

    refuse(ask, case)
    room = _room(ask)
    # The engine brings its own threads; those of BLAS would fight with them for the cores.
    with threadpool_limits(limits=1, user_api="blas"):
        counting, solve = run.counting("blocks", case.blocks), room.answer
        if getattr(ask, "ties", "first") == "all":
            solve = partial(tied.answer, solve=room.answer)
        try:
            result: Result = limited(run.rest(), lambda: solve(ask, case, counting), grace=GRACE)
        except OutOfTime as late:
            result = unsettled(case, ask.document(), late)
        except Overrun:
            result = unsettled(case, ask.document(), OutOfTime("", LATE, "allow more time"))
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
    refuse(ask, case)
    found: Program = _room(ask).program(ask, case)
    return found


def _room(ask: Ask) -> Any:
    room = part(ask.name, "solve")
    if room is None:
        raise UsageError("ask", f"{ask.name!r} has no room that answers it", "write solve.py beside its declaration")
    return room
