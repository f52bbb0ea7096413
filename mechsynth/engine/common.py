"""One payment vector per block: what VCG-type transfers come down to (Liu 2014, Theorem 3.2)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mechsynth.engine.conditions import ranks
from mechsynth.engine.decision import Decision
from mechsynth.engine.run import over, pieces
from mechsynth.prove.dependence import Block
from mechsynth.prove.square import pivots, solve
from mechsynth.rational import Rationals
from mechsynth.run import Run


def common_payments(
    rows: Rationals,
    targets: Rationals,
    equal: NDArray[np.bool_],
    need: NDArray[np.bool_],
    run: Run | None = None,
) -> Decision:
    """Decide ``μ_k·p = c_k`` where ``equal``, ``μ_k·p ≥ c_k`` elsewhere: one ``p`` per block.

    ``rows`` is ``(B, n, m)``, ``targets`` and ``equal`` ``(B, n)``, ``need`` ``(B,)``. Keys of the decision have report 0.

    Where the targets of the equalities agree and are the largest, a constant does. Where the beliefs are independent, the
    equations are solved on a minor that a stacked float elimination suggests. The rest is decided one by one.
    """
    run = run or Run(1)
    _count, n, m = rows.shape
    decision = Decision(Rationals(np.zeros((0, n, m), dtype=np.int64)))
    top = targets.num.max(1)
    constant = need & ((targets.num == top[:, None]) | ~equal).all(1)
    for b in np.flatnonzero(constant).tolist():
        decision.special[b, 0] = Rationals(np.full(m, top[b]), targets.den).reduce()
    left = np.flatnonzero(need & ~constant)
    beliefs = Rationals(rows.num[left], rows.den)
    independent = ranks(beliefs, run)

    def work(piece: slice) -> list[tuple[int, Rationals | None, object]]:
        found: list[tuple[int, Rationals | None, object]] = []
        columns = pivots(Rationals(beliefs.num[piece], beliefs.den).floats())
        for place, b in enumerate(left[piece].tolist()):
            payments = None
            if independent[piece.start + place]:
                payments = solve(rows.num[b], rows.den, targets[b], columns[place])
            eta: object = None
            if payments is None:
                payments, eta = _settle(Rationals(rows.num[b], rows.den), targets[b], equal[b])
            found.append((b, payments, eta))
        return found

    for answers in over(list(pieces(left.size, n * m)), work, run):
        for b, payments, eta in answers:
            if payments is None:
                decision.failures[b, 0] = eta  # type: ignore[assignment]
            else:
                decision.special[b, 0] = payments
    return decision


def _settle(
    rows: Rationals, targets: Rationals, equal: NDArray[np.bool_]
) -> tuple[Rationals | None, list[Fraction] | None]:
    """Decide one block exactly."""
    block = Block(rows.num, rows.den)
    goal = [Fraction(int(v), targets.den) for v in targets.num.tolist()]
    slacks, eta = block.witness(goal, [bool(e) for e in equal])
    if slacks is None:
        return None, eta
    values = [c + s for c, s in zip(goal, slacks, strict=True)]
    return Rationals.from_fractions(block.payments(values), (rows.shape[1],)), None
