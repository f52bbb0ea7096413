"""What an answer claims of payments by what the others expect; the claims are in `mechsynth.check.claims.expected`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.expected import judge

ASKED = Asked(
    judge,
    {"feasible": ("ties",)},
    classes=("full+now",),
    requires=("pbic", "budget:ex-post"),
    second=True,
)
