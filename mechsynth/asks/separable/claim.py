"""What an answer claims of values that separate; the claims are in `mechsynth.check.claims.separable`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.separable import judge, needs

ASKED = Asked(judge, {"holds": ("agents",), "fails": ()}, needs=needs, beliefs=True, second=True)
