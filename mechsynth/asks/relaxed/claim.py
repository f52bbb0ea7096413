"""What an answer claims of the bound; the claims are in `mechsynth.check.claims.relaxed`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.relaxed import judge, read

ASKED = Asked(
    judge,
    {"holds": ("lotteries", "payoffs", "tempted", "joined", "closed")},
    read=read,
    beliefs=True,
    valued=("holds",),
    second=True,
)
