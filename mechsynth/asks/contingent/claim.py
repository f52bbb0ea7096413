"""What an answer claims of payments; the claims are in `mechsynth.check.claims.transfers`, with a look-ahead in `mechsynth.check.claims.owed`."""

from __future__ import annotations

from mechsynth.check.asked import RULE, Asked
from mechsynth.check.claims.owed import judge

ASKED = Asked(
    judge,
    {
        "feasible": ("ties", "incentives", "payoffs", "look-ahead", "before", "ways", "dimensions", *RULE),
        "infeasible": ("ties", "failures", "now", "look-ahead", "dimensions", *RULE),
    },
    classes=("contingent",),
    requires=("pepic", "residual-claimant"),
    scoped=True,
    ends=True,
    hint="payoffs",
    second=True,
    ahead=True,
    ruled=True,
)
