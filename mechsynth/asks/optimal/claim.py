"""What an answer claims of the mechanism that earns the most; the claims are in `mechsynth.check.claims.optimal`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.optimal import judge, read

ASKED = Asked(
    judge,
    {
        "optimal": ("tempted", "joined", "unpaid", "staying", "budget", "limit", "virtual", "branches"),
        "feasible": ("branches", "tempted", "joined"),
        "infeasible": (),
    },
    read=read,
    valued=("optimal",),
    second=True,
    grown=True,
    limits=True,
)
