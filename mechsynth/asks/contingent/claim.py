"""What an answer claims of payments; the claims are in `mechsynth.check.claims.transfers`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.transfers import judge

ASKED = Asked(
    judge,
    {"feasible": ("ties", "incentives", "payoffs"), "infeasible": ("ties", "failures", "now")},
    classes=("contingent",),
    requires=("pepic", "residual-claimant"),
    scoped=True,
    ends=True,
    hint="payoffs",
    second=True,
)
