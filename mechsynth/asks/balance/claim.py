"""What an answer claims of beliefs within a period; the claims are in `mechsynth.check.claims.within`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.within import judge, needs

ASKED = Asked(judge, {"holds": ("payments",), "fails": ()}, needs=needs, beliefs=True, second=True)
