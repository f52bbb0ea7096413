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


CLASSES = ("implement", "budget-balanced", "ex-ante-balanced", "surplus-extraction", "generalized-vcg")
SCOPED = ("convex-independence", "spanning", "contingent", "vcg-type", *CLASSES[1:4], "ladder")
OPTIONS = {
    "scope": ("--scope", SCOPED),
    "transfers": ("--transfers", CLASSES),
    "require": ("--require", ("implement",)),
    "keep": ("--keep", ("implement",)),
    "objective": ("--objective", ("implement",)),
    "strength": ("--strength", ("implement",)),
    "relax": ("--relax", ("implement",)),
    "distance": ("--distance", ("convex-independence", "ladder")),
    "critical": ("--critical-discount", ("lump-sum-budget",)),
    "phi": ("phi", ("groves",)),
    "decide": ("decide", ("groves",)),
}
"""Options of a `Question` that not every room looks at: what users call them, and where they mean something."""


def refuse_unused(ask: str, question: Question) -> None:
    """Refuse options that the room does not look at: whoever gives them expects an effect."""
    for name, (flag, rooms) in OPTIONS.items():
        value = getattr(question, name)
        unset = (
            value in (None, False, (), "feasibility", "exact")
            if isinstance(value, (bool, str, tuple))
            else value is None
        )
        if not unset and ask not in rooms:
            named = [room for room in rooms if room != "ladder"]
            what = "everything at once" if ask == "ladder" else ask
            raise UsageError(flag, f"means nothing to {what}", f"leave it out, or ask {' or '.join(named)}")


def answer(ask: str, question: Question) -> Result:
    """Answer one question.

    Raises
    ------
    UsageError
        For an ask that this version does not know.
    """
    if ask not in ROOMS:
        raise UsageError("--ask", f"{ask!r} is no question of this version", f"choose one of {', '.join(ROOMS)}")
    refuse_unused(ask, question)
    from threadpoolctl import threadpool_limits

    room = import_module(f"mechsynth.asks.{ROOMS[ask]}")
    # The engine brings its own threads; those of BLAS would fight with them for the cores.
    with threadpool_limits(limits=1, user_api="blas"):
        result: Result = room.answer(question)
    return result
