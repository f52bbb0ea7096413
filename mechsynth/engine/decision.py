"""What the engine proved about a stack of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from mechsynth.rational import Rationals


@dataclass(eq=False)
class Decision:
    """What was proved about a stack of ``B`` blocks with ``n`` own signals and ``m`` outcomes each.

    Attributes
    ----------
    payments:
        ``(B, n, m)``: ``p_r`` of the reports for which short ones over a common denominator were found; zero elsewhere.
    special:
        ``p_r``, ``(m,)``, of the other reports, by ``(block, report)``.
    failures:
        The dependence ``η`` that excludes ``p_r``, by ``(block, report)``; any positive multiple.
    """

    payments: Rationals
    special: dict[tuple[int, int], Rationals] = field(default_factory=dict)
    failures: dict[tuple[int, int], Sequence[Fraction | int]] = field(default_factory=dict)

    def payment(self, block: int, report: int) -> Rationals:
        """Return ``p_r`` of one report, ``(m,)``."""
        if (block, report) in self.special:
            return self.special[block, report]
        return self.payments[block, report]


def join(parts: Sequence[tuple[slice, Decision]], tail: tuple[int, int]) -> Decision:
    """Return the decisions about the pieces of a stack as one."""
    if not parts:
        return Decision(Rationals(np.zeros((0, *tail), dtype=np.int64)))
    # All pieces of a stack share kernel, targets and grid, hence their denominator.
    if len(parts) == 1:
        return parts[0][1]
    payments = Rationals(np.concatenate([part.payments.num for _, part in parts]), parts[0][1].payments.den)
    whole = Decision(payments)
    for piece, part in parts:
        whole.special |= {(piece.start + b, r): row for (b, r), row in part.special.items()}
        whole.failures |= {(piece.start + b, r): eta for (b, r), eta in part.failures.items()}
    return whole
