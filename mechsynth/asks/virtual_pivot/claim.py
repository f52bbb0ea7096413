"""What an answer claims of the virtual pivot mechanism; the claims are in `mechsynth.check.claims.virtual`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.virtual import judge, read

ASKED = Asked(judge, {"feasible": ("relaxed",)}, read=read, valued=("feasible",), second=True, grown=True)
