"""Convex independence and spanning (Liu 2014, Assumptions 2 and 3), for a stack of blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mechsynth.engine.decision import Decision
from mechsynth.engine.lotteries import lotteries
from mechsynth.engine.run import over, pieces
from mechsynth.prove.dependence import dependences
from mechsynth.prove.rank import independent
from mechsynth.rational import Rationals
from mechsynth.run import Run


def ranks(rows: Rationals, run: Run | None = None) -> NDArray[np.bool_]:
    """Return where the beliefs of a block are proved independent by stacked arithmetic, shape ``(B,)``."""
    count, n, m = rows.shape
    parts = list(pieces(count, n * (m + n)))
    found = over(parts, lambda piece: independent(rows.num[piece], rows.den), run or Run(1))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.bool_)


def convex_independence(rows: Rationals, need: NDArray[np.bool_], run: Run | None = None) -> Decision:
    """Decide which of the wanted signals lie outside the hull of the others of their block.

    Parameters
    ----------
    rows:
        ``(B, n, m)``: ``μ_k``.
    need:
        ``(B, n)``.

    Returns
    -------
    A `Decision` about the blocks that are not settled by independence of the whole block: separators ``h`` with ``h·μ_r = 0``,
    ``h·μ_k ≥ 1`` under ``special``, mixtures under ``failures``.
    """
    settled = ranks(rows, run)
    _, n, m = rows.shape
    left = np.flatnonzero(~settled & need.any(1))
    inner = lotteries(
        Rationals(rows.num[left], rows.den),
        Rationals(np.broadcast_to(1 - np.eye(n, dtype=np.int64), (left.size, n, n)), 1),
        need[left],
        run,
    )
    decision = Decision(Rationals(np.zeros((0, n, m), dtype=np.int64)))
    for b, r in np.argwhere(need[left]).tolist():
        key = int(left[b]), r
        if (b, r) in inner.failures:
            decision.failures[key] = inner.failures[b, r]
        else:
            decision.special[key] = inner.payment(b, r)
    return decision


def spanning(rows: Rationals, need: NDArray[np.bool_], run: Run | None = None) -> dict[int, list[int]]:
    """Return a dependence ``η ≠ 0``, ``Σ η_k μ_k = 0``, for every wanted block whose beliefs are dependent; ``need`` is ``(B,)``."""
    settled = ranks(rows, run)
    found = {}
    for b in np.flatnonzero(~settled & need).tolist():
        if run is not None:
            run.check()
        null = dependences(rows.num[b])
        if null:
            found[b] = null[0]
    return found
