"""Is everybody paid what the others enjoy?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mechsynth.asks.shared import PrivateValues
from mechsynth.result.ask import Needs


@dataclass(frozen=True, kw_only=True)
class Team(PrivateValues, name="team"):
    """Is everybody paid what the others enjoy?"""

    place = 110
    second = True
    source = "Athey and Segal; Yoon 2021b, Definition 1"

    def needs(self) -> Needs:
        """Return that everything is efficient and values are private; anybody's signal may move the others'."""
        return replace(super().needs(), no_influence="")
