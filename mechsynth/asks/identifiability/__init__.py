"""Does every change of the law of the reports clear somebody of having brought it about alone?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import WithinPeriod


@dataclass(frozen=True, kw_only=True)
class Identifiability(WithinPeriod, name="identifiability"):
    """Does every change of the law of the reports clear somebody of having brought it about alone?"""

    place = 38
    source = "Kosenok and Severinov 2008"
