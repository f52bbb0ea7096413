"""What an answer claims of a class of transfers and requirements; the claims are in `mechsynth.check.claims.implement`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.implement import judge
from mechsynth.check.question import CLASSES, read_wishes

RULE = ("ties", "rule", "claims")

ASKED = Asked(
    judge,
    {
        "feasible": (*RULE, "requirements", "tried"),
        "optimal": (*RULE, "multipliers", "requirements", "tried"),
        "infeasible": (*RULE, "bound", "masses", "relaxations", "minimal", "requirements", "tried", "weaker"),
        "unbounded": (*RULE, "ray", "requirements", "tried"),
        "unknown": (*RULE, "bound", "masses", "minimal", "requirements", "tried"),
    },
    classes=CLASSES,
    read=read_wishes,
    valued=("optimal",),
    # that the question stays open beyond a bound, and, where the requirements themselves keep payments below it, a negative answer
    verified=("infeasible", "unknown"),
    second=True,
)
