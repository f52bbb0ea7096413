"""What an answer claims of payments in the period of the report; the claims are in `mechsynth.check.claims.thresholds`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.thresholds import judge

ASKED = Asked(
    judge,
    {
        "feasible": ("ties", "influence", "thresholds", "violations"),
        "infeasible": ("ties", "influence", "now", "violations", "farkas"),
    },
    classes=("history-independent",),
    requires=("pepic",),
    second=True,
)
