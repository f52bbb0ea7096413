"""What an answer claims of payments; the claims are in `mechsynth.check.claims.transfers`, with a look-ahead in `mechsynth.check.claims.owed`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.owed import judge

ASKED = Asked(
    judge,
    {
        "feasible": ("ties", "incentives", "payoffs", "look-ahead", "before", "ways", "dimensions"),
        "infeasible": ("ties", "failures", "now", "look-ahead", "dimensions"),
    },
    classes=("vcg-type",),
    requires=("pepic", "residual-claimant"),
    scoped=True,
    ends=True,
    hint="payoffs",
    second=True,
    ahead=True,
)
