"""What an answer claims of a class of transfers and requirements; the claims are in `mechsynth.check.claims.implement`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.implement import judge
from mechsynth.check.question import CLASSES, read_wishes

ASKED = Asked(
    judge,
    {
        "feasible": ("ties", "requirements", "tried"),
        "optimal": ("ties", "multipliers", "requirements", "tried"),
        "infeasible": ("ties", "bound", "masses", "relaxations", "minimal", "requirements", "tried", "weaker"),
        "unbounded": ("ties", "ray", "requirements", "tried"),
        "unknown": ("ties", "bound", "masses", "minimal", "requirements", "tried"),
    },
    classes=CLASSES,
    read=read_wishes,
    valued=("optimal",),
    # that the question stays open beyond a bound, and, where the requirements themselves keep payments below it, a negative answer
    verified=("infeasible", "unknown"),
    second=True,
)
