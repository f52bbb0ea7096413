"""What an answer claims of bets on the others' reports; the claims are in `mechsynth.check.claims.expected`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.expected import judge

ASKED = Asked(
    judge,
    {"feasible": ("ties",)},
    classes=("history-independent",),
    requires=("pbic", "participation:interim", "surplus:full"),
    second=True,
)
