"""Can the designer collect the whole surplus although agents may leave after every history?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import LinkedMoney
from mechsynth.result.ask import Needs

EXTRACTION = (  # nothing there needs an infinite horizon or utilities of at least 0
    "ask implement of transfers contingent+now, with the requirements surplus:full and participation:interim, or with the "
    "objective max-revenue instead of surplus:full: how much can be extracted"
)


@dataclass(frozen=True, kw_only=True)
class SurplusExtraction(LinkedMoney, name="surplus-extraction"):
    """Can the designer collect the whole surplus although agents may leave after every history?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    place = 100
    source = "Liu 2014, Proposition 4.1"
    requires = ("pepic", "participation:ex-post", "surplus:full")

    def needs(self) -> Needs:
        """Return that no period may be the last, leaving must be worth 0, and no utility negative."""
        return Needs(infinite=EXTRACTION, no_outside=EXTRACTION, utilities=EXTRACTION)
