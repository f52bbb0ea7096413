"""What an answer claims of payments in the period of the report; the claims are in `mechsynth.check.claims.groves`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.groves import judge

ASKED = Asked(
    judge,
    {"feasible": ("ties", "marginal", "without", "totals")},
    classes=("history-independent",),
    requires=("pepic",),
    second=True,
)
