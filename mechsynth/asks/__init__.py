"""The questions, and one room for each.

What a question is called, what can be told to it and what it needs is declared in `mechsynth.asks.questions`. Its room, the module of its name, has a function
``answer(question) -> Result``: its program, its proof.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from mechsynth.asks.questions import (
    BudgetBalanced,
    Contingent,
    ConvexIndependence,
    ExAnteBalanced,
    GeneralizedVcg,
    Groves,
    Implement,
    Ladder,
    LumpSumBudget,
    Pivot,
    Policy,
    Spanning,
    Static,
    SurplusExtraction,
    Team,
    Uniqueness,
    VcgType,
)
from mechsynth.result.ask import REGISTRY, Ask

if TYPE_CHECKING:
    from mechsynth.asks.question import Question
    from mechsynth.result import Result

__all__ = [
    "REGISTRY",
    "Ask",
    "BudgetBalanced",
    "Contingent",
    "ConvexIndependence",
    "ExAnteBalanced",
    "GeneralizedVcg",
    "Groves",
    "Implement",
    "Ladder",
    "LumpSumBudget",
    "Pivot",
    "Policy",
    "Spanning",
    "Static",
    "SurplusExtraction",
    "Team",
    "Uniqueness",
    "VcgType",
    "answer",
]


def answer(ask: Ask, question: Question) -> Result:
    """Answer a question about an environment.

    Raises
    ------
    UsageError
        Where the environment lacks what the question needs.
    """
    from threadpoolctl import threadpool_limits

    from mechsynth.asks.needs import refuse

    refuse(ask, question.environment)
    room = import_module(f"mechsynth.asks.{ask.name.replace('-', '_')}")
    # The engine brings its own threads; those of BLAS would fight with them for the cores.
    with threadpool_limits(limits=1, user_api="blas"):
        result: Result = room.answer(question)
    return result
