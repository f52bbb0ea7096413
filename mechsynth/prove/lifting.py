"""Sparse square systems, solved exactly: a float factorization, lifting in integers, rational reconstruction.

``d_k = round(2^s · LU⁻¹ r)``, ``r ← 2^s r − B d_k``, every step exact in integers, gains ``s`` bits of the solution; continued fractions then
guess the rational vector, and an exact multiplication accepts it or asks for more bits. Residuals stay small, so a step is a
float solve and one multiplication of machine integers, in which what overflows cancels.
"""

from __future__ import annotations

import time
from fractions import Fraction
from functools import cached_property
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.rational import IntArray, magnitude, narrow

STEPS = (34, 20)  # bits gained per step; the second where the floats are too poor for the first
MOST_STEPS = 900
WEIGHTS = 15  # bits of the weights of a combination of all entries


def solve_sparse(matrix: Any, right: IntArray, deadline: float | None = None) -> tuple[IntArray, int] | None:
    """Solve ``B x = b`` exactly.

    Parameters
    ----------
    matrix:
        Square ``scipy.sparse`` matrix of int64.
    right:
        ``b``, integers.
    deadline:
        When to give up, on the clock of `time.monotonic`.

    Returns
    -------
    Numerators and their common denominator; ``None`` if floats cannot factorize ``B`` or the solution is too long.
    """
    lifted = _Lift.of(matrix, right)
    if lifted is None:
        return np.zeros(0, dtype=object), 1
    for gain in STEPS:
        if not lifted.start(gain):
            return None
        checkpoint = 3
        while lifted.count < MOST_STEPS and lifted.step():
            if deadline is not None and time.monotonic() > deadline:
                return None
            if lifted.done:
                return _reduced(lifted.whole() * lifted.unit, 1 << lifted.bits)
            if lifted.count == checkpoint:
                found = lifted.rational()
                if found is not None:
                    return found
                checkpoint = max(checkpoint + 2, int(checkpoint * 1.4))
    return None


def approximate_sparse(matrix: Any, right: IntArray, bits: int) -> tuple[IntArray, int] | None:
    """Solve ``B x = b`` to about ``bits`` bits behind the point: numerators and a power of two; ``None`` as above.

    The residual of what is returned is for the caller to bound, exactly.
    """
    lifted = _Lift.of(matrix, right)
    if lifted is None:
        return np.zeros(0, dtype=object), 1
    for gain in STEPS:
        if not lifted.start(gain):
            return None
        while lifted.bits < bits and lifted.step():
            if lifted.done:
                break
        if lifted.done or lifted.bits >= bits:
            return lifted.whole() * lifted.unit, 1 << lifted.bits
    return None


class _Lift:
    """The digits of one solution: ``Σ_k d_k 2^{-s(k+1)}`` solves ``B x = b`` up to ``2^{-bits}`` times the residual."""

    def __init__(self, matrix: Any, right: IntArray) -> None:
        self.rows = matrix.tocsr()
        # Sums of money in a large unit: the unit goes out of the brackets.
        self.unit = gcd(*(int(v) for v in right.tolist())) or 1
        self.right = right.astype(object) // self.unit
        self.factor: Any = None
        # Rows and columns of about unit size keep the float factorization honest.
        self.tops = np.maximum(np.abs(self.rows).max(axis=1).toarray().ravel().astype(np.float64), 1.0)
        self.top = float(np.abs(self.rows).max()) if self.rows.nnz else 0.0
        self.width = int(np.diff(self.rows.indptr).max(initial=1))
        generator = np.random.default_rng(self.rows.shape[0])
        self.weights = generator.integers(1, 1 << WEIGHTS, size=self.rows.shape[0])

    @classmethod
    def of(cls, matrix: Any, right: IntArray) -> _Lift | None:
        """Return the lift of a system that is not empty."""
        return cls(matrix, right) if matrix.shape[0] else None

    def start(self, gain: int) -> bool:
        """Start anew with so many bits a step; False if floats cannot factorize the matrix."""
        if self.factor is None:
            from scipy.sparse.linalg import splu

            scaled = self.rows.astype(np.float64).multiply(1.0 / self.tops[:, None]).tocsc()
            widths = np.abs(scaled).max(axis=0).toarray().ravel()
            widths[widths == 0.0] = 1.0
            self.widths = widths
            try:
                self.factor = splu(scaled.multiply(1.0 / widths[None, :]).tocsc())
            except (RuntimeError, ValueError):
                return False
        self.gain = gain
        if magnitude(self.right) >= 2**900:
            return False
        self.residual = narrow(self.right)
        self.digits: list[IntArray] = []
        self.mixed = 0
        # Rounding a digit leaves a residual of half a unit per entry of a row; far beyond that the factorization is at fault.
        self.most = 2.0**20 * (float(magnitude(self.residual)) + self.top * self.width)
        return True

    @property
    def count(self) -> int:
        """How many digits there are."""
        return len(self.digits)

    @property
    def bits(self) -> int:
        """How many bits behind the point there are."""
        return self.gain * len(self.digits)

    @property
    def done(self) -> bool:
        """Whether nothing is left over: the solution is dyadic and complete."""
        return not np.any(self.residual)

    def step(self) -> bool:
        """Take one more digit; False if the floats lost their way."""
        shift, values = _floats(self.residual)
        rough = self.factor.solve(values / self.tops) / self.widths
        if not np.isfinite(rough).all():
            return False
        digit = _round(rough, shift + self.gain)
        if digit is None:
            return False
        if self.residual.dtype == object or digit.dtype == object or self.most >= 2.0**60:
            left = narrow(self.residual.astype(object) * (1 << self.gain) - _times(self.rows, digit, self.top))
            if float(magnitude(left)) > self.most:
                return False
        else:
            size = np.ldexp(self.residual.astype(np.float64), self.gain) - self._approximate @ digit.astype(np.float64)
            if np.abs(size).max(initial=0.0) > self.most:
                return False
            # Both terms may overflow; their difference is small, and modulo 2**64 it is exact.
            moved = self._wrapping @ digit.view(np.uint64)
            left = ((self.residual.view(np.uint64) << np.uint64(self.gain)) - moved).view(np.int64)
        self.residual = left
        self.digits.append(digit)
        self.mixed = (self.mixed << self.gain) + _dot(digit, self.weights)
        return True

    @cached_property
    def _approximate(self) -> Any:
        """The matrix in floats."""
        return self.rows.astype(np.float64)

    @cached_property
    def _wrapping(self) -> Any:
        """The matrix modulo ``2**64``."""
        from scipy.sparse import csr_array

        data = self.rows.data.astype(np.int64).view(np.uint64)
        return csr_array((data, self.rows.indices, self.rows.indptr), shape=self.rows.shape)

    def whole(self) -> IntArray:
        """Return ``2**bits`` times what the digits add up to."""
        parts: list[tuple[IntArray, int]] = [(digit.astype(object), self.gain) for digit in self.digits]
        while len(parts) > 1:  # pairs first, so that most sums are of short numbers
            odd = [parts.pop(0)] if len(parts) % 2 else []
            pairs = zip(parts[::2], parts[1::2], strict=True)
            parts = odd + [(high * (1 << bits) + low, more + bits) for (high, more), (low, bits) in pairs]
        return parts[0][0]

    def rational(self) -> tuple[IntArray, int] | None:
        """Return the solution as rationals with a short common denominator; ``None`` if more bits are needed.

        The denominator of a pseudo-random combination of the entries is almost surely that of the whole vector, so continued
        fractions are taken of a single number; the multiplication decides whether it was right.
        """
        bits = self.bits
        unit = 1 << bits
        limit = 1 << max(bits // 2 - 24, 2)
        den = Fraction(self.mixed % unit, unit).limit_denominator(limit).denominator
        if den.bit_length() > limit.bit_length() - 12:
            return None  # any number has such an approximation
        # Bits beyond twice the denominator's decide nothing in the rounding below.
        spare = max(bits - den.bit_length() - 80, 0)
        short = self.whole() >> spare
        half, places = 1 << (bits - spare - 1), bits - spare
        # A small factor cancels from the combination now and then; entries that are still no integers give it back.
        for _ in range(8):
            product = short * den
            num = (product + half) >> places
            off = np.abs(product - (num << places)) > (half >> min(places // 4, 40))
            if not off.any():
                break
            at = int(np.flatnonzero(off)[0])
            rest = Fraction(int(product[at]) % (1 << places), 1 << places)
            den *= rest.limit_denominator(1 << 20).denominator
            if den.bit_length() > bits:
                return None
        wrong = np.any(_times(self.rows, num, self.top) - self.right * den)
        return None if wrong else (num * self.unit, den)


def _dot(digit: IntArray, weights: NDArray[np.int64]) -> int:
    """Return a weighted sum of integers, exactly."""
    if digit.dtype == object:
        return int(digit @ weights.astype(object))
    high, low = digit >> 31, digit & 0x7FFFFFFF
    if digit.size < 1 << 16:  # 31 + WEIGHTS + 16 bits
        return (int(high @ weights) << 31) + int(low @ weights)
    return int(digit.astype(object) @ weights.astype(object))


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


def _reduced(num: IntArray, den: int) -> tuple[IntArray, int]:
    shared = gcd(den, *(int(v) for v in num.tolist()))
    return np.array([int(v) // shared for v in num.tolist()], dtype=object), den // shared
