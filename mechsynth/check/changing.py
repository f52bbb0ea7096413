"""Does a negative answer about stationary payments cover payments that change from period to period?

Payments that change, and stay bounded, meet rows that are the same in every period; their averages over the first ``T`` periods meet these rows up
to ``O(1/T)``, and the right sides for which linear rows have a solution form a closed set. So multipliers that use no other rows exclude them, too.
Not the same in every period are the rows of the start, and rows of participation and extraction, which truth may lead to in some periods only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ALWAYS = (
    "value",
    "deviation",
    "residual-claimant",
    "equal-shares",
    "no-payoff",
    "bounded",
    "no-subsidy",
    "winner-pays",
)


def excludes_changing(transfers: str, multipliers: Mapping[str, Fraction]) -> bool:
    """Return whether multipliers use only rows that are the same in every period.

    Parameters
    ----------
    transfers:
        The class of payments.
    multipliers:
        By the names of rows.
    """
    return all(_same(transfers, name) for name, weight in multipliers.items() if weight)


def _same(transfers: str, name: str) -> bool:
    head = name.partition(" ")[0]
    later = " after (" in _QUOTED.sub('""', name)
    if head.partition(":")[0] in _ALWAYS:
        return True
    if head == "pbic":
        return later
    if head == "pepic":
        return later or not transfers.startswith("full")
    if head in ("budget:ex-post", "no-deficit:ex-post") or head.startswith(("cap:", "liability:")):
        return later or transfers == "history-independent"
    return head in ("budget:per-period", "no-deficit:per-period") and later
