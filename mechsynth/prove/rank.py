"""Independent beliefs, proved for whole stacks of blocks: an approximate inverse, multiplied out exactly.

If ``A X`` is strictly diagonally dominant, ``A X`` is nonsingular, so the rows of ``A`` are independent. ``X`` comes from
floats and is rounded to integers; the product and the comparison are exact. A block that this leaves open is only
ill-conditioned or dependent, and is decided by exact elimination.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mechsynth.prove.lotteries import exact_products
from mechsynth.rational import EXACT_FLOAT, IntArray, Rationals


def independent(rows: IntArray, den: int) -> NDArray[np.bool_]:
    """Return where the rows of each block are proved independent, shape ``(B,)``; False where it stays open.

    Parameters
    ----------
    rows, den:
        ``(B, n, m)`` integer numerators of probability vectors; every row adds to ``den``.
    """
    count, n, m = rows.shape
    if n > m:
        return np.zeros(count, dtype=np.bool_)
    floats = Rationals(rows, den).floats()
    gram = floats @ floats.transpose(0, 2, 1)
    gram[:, np.arange(n), np.arange(n)] *= 1.0 + 1e-13  # see `lotteries.suggest`
    try:
        inverse = np.linalg.inv(gram)
    except np.linalg.LinAlgError:
        return np.zeros(count, dtype=np.bool_)
    guess = inverse.transpose(0, 2, 1) @ floats  # (B, n, m): line r is the r-th column of a right inverse
    scaled = guess * (64.0 * n)
    limit = (EXACT_FLOAT - 1) // max(den, 1)
    usable = np.isfinite(scaled).all((1, 2)) & (np.abs(np.nan_to_num(scaled)).max((1, 2), initial=0.0) < float(limit))
    steps = np.where(usable[:, None, None], np.rint(np.nan_to_num(scaled)), 0.0)
    product = np.abs(exact_products(rows, steps))
    diagonal = np.einsum("brr->br", product)
    # n entries of at most 2^53 each: the row sums stay far inside int64
    dominant = 2 * diagonal > product.sum(-1)
    return np.asarray(usable & dominant.all(-1), dtype=np.bool_)
