"""Does every signal make its owner believe something else of the others' reports?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import WithinPeriod


@dataclass(frozen=True, kw_only=True)
class Distinct(WithinPeriod, name="distinct"):
    """Does every signal make its owner believe something else of the others' reports?"""

    place = 34
    source = "Crémer and McLean 1985"
