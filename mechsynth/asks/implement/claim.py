"""What an answer claims of a class of transfers and requirements; the claims are in `mechsynth.check.claims.implement`, with a look-ahead in `mechsynth.check.claims.rents`."""

from __future__ import annotations

from mechsynth.check.asked import RULE, Asked
from mechsynth.check.claims.rents import judge
from mechsynth.check.question import read_wishes
from mechsynth.result.vocabulary import TRANSFERS

ASKED = Asked(
    judge,
    {
        "feasible": ("ties", *RULE, "requirements", "tried", "look-ahead", "before"),
        "optimal": ("ties", *RULE, "multipliers", "requirements", "tried"),
        "infeasible": ("ties", *RULE, "bound", "masses", "relaxations", "minimal", "requirements", "tried", "weaker"),
        "unbounded": ("ties", *RULE, "ray", "requirements", "tried"),
        "unknown": ("ties", *RULE, "bound", "masses", "minimal", "requirements", "tried"),
    },
    classes=TRANSFERS,
    read=read_wishes,
    valued=("optimal",),
    # that the question stays open beyond a bound, and, where the requirements themselves keep payments below it, a negative answer
    verified=("infeasible", "unknown"),
    second=True,
    ruled=True,
)
