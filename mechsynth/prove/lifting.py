"""Sparse square systems, solved exactly: a float factorization, lifting in integers, rational reconstruction.

``x_k = round(2^s · LU⁻¹ r)``, ``r ← 2^s r − B x_k``, every step exact in integers, gains ``s`` bits of the solution; continued fractions then
guess the rational vector, and an exact multiplication accepts it or asks for more bits.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.rational import IntArray, magnitude, narrow

STEPS = (34, 20)  # bits gained per step; the second where the floats are too poor for the first
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
    rows = matrix.tocsr()
    # Rows and columns of about unit size keep the float factorization honest.
    tops = np.maximum(np.abs(rows).max(axis=1).toarray().ravel().astype(np.float64), 1.0)
    scaled = rows.astype(np.float64).multiply(1.0 / tops[:, None]).tocsc()
    widths = np.abs(scaled).max(axis=0).toarray().ravel()
    widths[widths == 0.0] = 1.0
    try:
        factor = splu(scaled.multiply(1.0 / widths[None, :]).tocsc())
    except (RuntimeError, ValueError):
        return None
    for step in STEPS:
        found = _lift(rows, right, factor, (tops, widths), step)
        if found is not None:
            return found
    return None


def _lift(rows: Any, right: IntArray, factor: Any, sizes: tuple[Any, Any], gain: int) -> tuple[IntArray, int] | None:
    """Lift the solution of ``B x = b`` by ``gain`` bits a step until it can be reconstructed."""
    size = rows.shape[0]
    tops, widths = sizes
    top = float(np.abs(rows).max()) if rows.nnz else 0.0
    residual = narrow(right.astype(object))
    whole = np.zeros(size, dtype=object)
    bits = 0  # whole / 2**bits solves up to residual, and residual = 2**bits (b − B x) exactly
    # Rounding a digit leaves a residual of half a unit per entry of a row; far beyond that the factorization is at fault.
    most = 2.0**20 * (float(magnitude(residual)) + top * float(np.diff(rows.indptr).max(initial=1)))
    checkpoint = 3
    for step in range(1, MOST_STEPS):
        shift, values = _floats(residual)
        digit = factor.solve(values / tops) / widths
        if not np.isfinite(digit).all():
            return None
        moved = _round(digit, shift + gain)
        if moved is None:
            return None
        residual = narrow(residual.astype(object) * (1 << gain) - _times(rows, moved, top))
        whole = whole * (1 << gain) + moved
        bits += gain
        if float(magnitude(residual)) > most:
            return None
        if not np.any(residual):
            return _reduced(whole, 1 << bits)
        if step == checkpoint:
            found = _reconstruct(whole, bits)
            if found is not None:
                num, den = found
                if not np.any(_times(rows, num, top) - right.astype(object) * den):
                    return num, den
            checkpoint = max(checkpoint + 2, int(checkpoint * 1.4))
    return None


def _floats(values: IntArray) -> tuple[int, Any]:
    """Return integers as floats times a power of two."""
    if values.dtype != object:
        return 0, values.astype(np.float64)
    shift = max(0, magnitude(values).bit_length() - 60)
    return shift, np.array([float(int(v) >> shift) for v in values.tolist()], dtype=np.float64)


def _round(values: Any, shift: int) -> IntArray | None:
    """Return ``round(values · 2**shift)`` as integers."""
    scaled = np.ldexp(values, min(shift, 900))
    if not np.isfinite(scaled).all():
        return None
    if np.abs(scaled).max(initial=0.0) < 2.0**62:
        return np.asarray(np.rint(scaled).astype(np.int64))
    return np.array([int(v) for v in scaled.tolist()], dtype=object)


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
    """Return a rational vector with a short common denominator near ``whole / 2**bits``; ``None`` if there is none.

    The denominator of a pseudo-random combination of the entries is almost surely that of the whole vector, so continued
    fractions are taken of a single number; the caller's multiplication decides whether it was right.
    """
    unit = 1 << bits
    weights = np.random.default_rng(whole.size).integers(1, 1 << 30, size=whole.size).astype(object)
    mixed = int(whole @ weights)
    limit = 1 << max(bits // 2 - 24, 2)
    den = Fraction(mixed % unit, unit).limit_denominator(limit).denominator
    if den.bit_length() > limit.bit_length() - 12:
        return None  # any number has such an approximation: more bits are needed
    # A small factor cancels from the combination now and then; entries that are still no integers give it back.
    for _ in range(8):
        rest = (whole * den) % unit
        off = np.minimum(rest, unit - rest) > (unit >> min(bits // 4, 60))
        if not off.any():
            break
        at = int(np.flatnonzero(off)[0])
        den *= Fraction(int(rest[at]), unit).limit_denominator(1 << 20).denominator
        if den.bit_length() > bits:
            return None
    num = (whole * (2 * den) + unit) // (2 * unit)
    return num, den


def _reduced(num: IntArray, den: int) -> tuple[IntArray, int]:
    from math import gcd

    shared = gcd(den, *(int(v) for v in num.tolist()))
    return np.array([int(v) // shared for v in num.tolist()], dtype=object), den // shared
