"""What an answer claims of beliefs; the claims are in `mechsynth.check.claims.beliefs`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.beliefs import judge

ASKED = Asked(
    judge,
    {"holds": ("ties", "separators", "distance"), "fails": ("ties", "failures")},
    valued=("holds", "fails"),
    scoped=True,
    beliefs=True,
    second=True,
)
