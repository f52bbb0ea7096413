"""One room per question.

Every room has a function ``answer(question) -> Result``: what it needs, its program, its proof. A new question is a new
file here and a line in `ROOMS`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mechsynth.errors import UsageError

if TYPE_CHECKING:
    from mechsynth.asks.question import Question
    from mechsynth.result import Result

ROOMS = {
    "policy": "policy",
    "convex-independence": "convex_independence",
    "spanning": "spanning",
    "static": "static",
    "contingent": "contingent",
    "vcg-type": "vcg_type",
    "budget-balanced": "budget_balanced",
    "ex-ante-balanced": "ex_ante_balanced",
    "surplus-extraction": "surplus_extraction",
    "team": "team",
    "pivot": "pivot",
    "groves": "groves",
    "generalized-vcg": "generalized_vcg",
    "uniqueness": "uniqueness",
    "lump-sum-budget": "lump_sum_budget",
    "implement": "implement",
    "ladder": "ladder",
}


def answer(ask: str, question: Question) -> Result:
    """Answer one question.

    Raises
    ------
    UsageError
        For an ask that this version does not know.
    """
    if ask not in ROOMS:
        raise UsageError("--ask", f"{ask!r} is no question of this version", f"choose one of {', '.join(ROOMS)}")
    from threadpoolctl import threadpool_limits

    room = import_module(f"mechsynth.asks.{ROOMS[ask]}")
    # The engine brings its own threads; those of BLAS would fight with them for the cores.
    with threadpool_limits(limits=1, user_api="blas"):
        result: Result = room.answer(question)
    return result
