"""What an answer claims of payments in the period of the report; the claims are in `mechsynth.check.claims.uniqueness`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.uniqueness import judge

_KEYS = ("ties", "most", "proof", "proofs", "mechanisms")

ASKED = Asked(
    judge,
    {"holds": _KEYS, "fails": _KEYS},
    classes=("history-independent",),
    requires=("pepic",),
    valued=("holds", "fails"),
    against=True,
    second=True,
)
