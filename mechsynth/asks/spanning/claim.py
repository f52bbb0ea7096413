"""What an answer claims of beliefs; the claims are in `mechsynth.check.claims.beliefs`, with a look-ahead in `mechsynth.check.claims.ahead`, within a period
in `mechsynth.check.claims.held`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.held import judge

ASKED = Asked(
    judge,
    {"holds": ("ties", "dimensions", "agents"), "fails": ("ties", "failures", "dimensions", "agents")},
    scoped=True,
    beliefs=True,
    second=True,
    ahead=True,
    within=True,
)
