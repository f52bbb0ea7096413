"""Sparse square systems, solved exactly: a float factorization, lifting in integers, rational reconstruction.

``x_k = round(2^s · LU⁻¹ r)``, ``r ← 2^s r − B x_k``, every step exact in integers, gains ``s`` bits of the solution; continued fractions then
guess the rational vector, and an exact multiplication accepts it or asks for more bits.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.rational import IntArray, magnitude

STEP = 20
MOST_STEPS = 900


def solve_sparse(matrix: Any, right: IntArray) -> tuple[IntArray, int] | None:
    """Solve ``B x = b`` exactly.

    Parameters
    ----------
    matrix:
        Square ``scipy.sparse`` matrix of int64.
    right:
        ``b``, integers.

    Returns
    -------
    Numerators and their common denominator; ``None`` if floats cannot factorize ``B`` or the solution is too long.
    """
    from scipy.sparse.linalg import splu

    size = matrix.shape[0]
    if size == 0:
        return np.zeros(0, dtype=object), 1
    columns = matrix.tocsc()
    rows = matrix.tocsr()
    # Rows of about unit size keep the float factorization honest.
    tops = np.maximum(np.abs(rows).max(axis=1).toarray().ravel().astype(np.float64), 1.0)
    try:
        factor = splu((rows.astype(np.float64).multiply(1.0 / tops[:, None])).tocsc())
    except (RuntimeError, ValueError):
        return None
    del columns
    top = float(np.abs(rows).max()) if rows.nnz else 0.0
    residual = right.astype(object)
    whole = np.zeros(size, dtype=object)
    scale = max(0, magnitude(residual).bit_length() - 40)
    bits = -scale  # x = whole / 2**bits so far
    residual_bits = 0
    previous: float | None = None
    checkpoint = 3
    for step in range(1, MOST_STEPS):
        # residual holds 2**bits_r (b − B x) exactly
        guess = _floats(residual)
        if guess is None:
            return None
        shift, values = guess
        digit = factor.solve(values / tops)
        if not np.isfinite(digit).all():
            return None
        # digit · 2**shift solves B d = residual; keep STEP bits below the unit of the residual
        moved = _round(digit, shift + STEP)
        if moved is None:
            return None
        residual = residual * (1 << STEP) - _times(rows, moved, top)
        whole = whole * (1 << STEP) + moved
        residual_bits += STEP
        size_now = float(magnitude(residual))
        if previous is not None and size_now > 2.0**30 * max(previous, 1.0):
            return None
        previous = size_now
        if not np.any(residual):
            return _reduced(whole, 1 << residual_bits)
        if step == checkpoint:
            found = _reconstruct(whole, residual_bits)
            if found is not None:
                num, den = found
                if not np.any(_times(rows, num, top) - right.astype(object) * den):
                    return num, den
            checkpoint = max(checkpoint + 2, int(checkpoint * 1.5))
    del bits
    return None


def _floats(values: IntArray) -> tuple[int, Any] | None:
    """Return integers as floats times a power of two."""
    bits = magnitude(values).bit_length()
    shift = max(0, bits - 60)
    return shift, np.array([float(int(v) >> shift) for v in values], dtype=np.float64)


def _round(values: Any, shift: int) -> IntArray | None:
    """Return ``round(values · 2**shift)`` as integers."""
    scaled = np.ldexp(values, min(shift, 900))
    if not np.isfinite(scaled).all():
        return None
    if np.abs(scaled).max(initial=0.0) < 2.0**62:
        return np.asarray(np.rint(scaled).astype(np.int64).astype(object))
    return np.array([int(v) for v in scaled], dtype=object)


def _times(rows: Any, vector: IntArray, top: float) -> IntArray:
    """Return ``B v`` exactly."""
    reach = magnitude(vector)
    width = int(np.diff(rows.indptr).max(initial=0))
    if int(top) * reach * max(width, 1) < 2**62:
        return np.asarray((rows @ vector.astype(np.int64)).astype(object))
    terms = rows.data.astype(object) * vector.astype(object)[rows.indices]
    total = np.zeros(rows.shape[0], dtype=object)
    filled = np.flatnonzero(np.diff(rows.indptr))
    if filled.size:
        total[filled] = np.add.reduceat(terms, rows.indptr[filled])
    return total


def _reconstruct(whole: IntArray, bits: int) -> tuple[IntArray, int] | None:
    """Return a rational vector with a short common denominator near ``whole / 2**bits``; ``None`` if there is none."""
    unit = 1 << bits
    limit = 1 << (bits // 2 - 4) if bits > 12 else 2
    den = 1
    for value in whole.tolist():
        top = int(value) * den
        rest = top % unit
        if min(rest, unit - rest) * 2 * limit < unit * 1:
            continue
        fraction = Fraction(rest, unit).limit_denominator(max(limit // den, 1))
        den *= fraction.denominator
        if den > limit:
            return None
    num = np.array([(int(value) * den * 2 + unit) // (2 * unit) for value in whole.tolist()], dtype=object)
    return num, den


def _reduced(num: IntArray, den: int) -> tuple[IntArray, int]:
    from math import gcd

    shared = gcd(den, *(int(v) for v in num.tolist()))
    return np.array([int(v) // shared for v in num.tolist()], dtype=object), den // shared
