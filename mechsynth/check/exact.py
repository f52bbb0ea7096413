"""Arrays of rational numbers, and exact sums of products.

Numerators and denominators are Python integers in numpy object arrays, except in :class:`Rows`, the
large arrays (kernels, tables of payments), where machine integers are used whenever a bound computed
beforehand proves that nothing overflows. No float occurs in this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .text import Pair, TooLargeInput

Array: TypeAlias = npt.NDArray[Any]
Index: TypeAlias = Any

# Every machine-integer computation below stays under this in absolute value.
SAFE = 1 << 62
# An estimate of the bits of an array above which it is refused.
MAX_BITS = 16_000_000_000


def refuse_bits(bits: int, place: str) -> None:
    """Raise ``TooLargeInput`` if an array of this many bits is not worth trying."""
    if bits > MAX_BITS:
        raise TooLargeInput(place, f"exact numbers of about {bits // 8_000_000} MB", "use shorter denominators")


def integers(values: Sequence[int]) -> Array:
    """Return the integers as an array: machine integers if all of them fit, Python integers otherwise."""
    try:
        array = np.array(values, dtype=np.int64)
    except OverflowError:
        return objects(values)
    return array if largest(array) < SAFE else objects(values)


def objects(values: Sequence[Any]) -> Array:
    """Return a one-dimensional object array (numpy must not look into the elements)."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def largest(array: Array) -> int:
    """Return ``max |x|`` over an integer array as a Python integer (0 if it is empty)."""
    return max(abs(int(array.max())), abs(int(array.min()))) if array.size else 0


@dataclass(frozen=True, eq=False)
class Exact:
    """Rational numbers ``num / den``.

    Parameters
    ----------
    num:
        Object array of Python integers.
    den:
        Object array of positive integers, of the shape of ``num`` or of shape ``()``.
    """

    num: Array
    den: Array

    @classmethod
    def of(cls, pairs: Sequence[Pair], shape: tuple[int, ...]) -> Exact:
        """Return the array of these pairs, over one denominator where that is short."""
        common = short_lcm({den for _, den in pairs}, 1 << 256)
        if common is None:
            num, den = objects([n for n, _ in pairs]), objects([d for _, d in pairs])
            return cls(num.reshape(shape), den.reshape(shape))
        return cls(objects([n * (common // d) for n, d in pairs]).reshape(shape), np.array(common, dtype=object))

    @classmethod
    def constant(cls, value: Fraction, shape: tuple[int, ...] = ()) -> Exact:
        """Return the array with one value everywhere."""
        num = np.empty(shape, dtype=object)
        num[...] = value.numerator
        return cls(num, np.array(value.denominator, dtype=object))

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.num.shape

    def __getitem__(self, index: Index) -> Exact:
        den = self.den if self.den.ndim == 0 else _array(self.den[index])
        return Exact(_array(self.num[index]), den)

    def at(self, *index: int) -> Fraction:
        """Return one element."""
        return Fraction(int(self.num[index]), int(self.den[()] if self.den.ndim == 0 else self.den[index]))

    def greatest(self) -> Fraction:
        """Return the greatest of some numbers, at least one."""
        dens = np.broadcast_to(self.den, self.num.shape)
        return max(Fraction(int(n), int(d)) for n, d in zip(self.num, dens, strict=True))

    def reshape(self, *shape: int) -> Exact:
        """Return the same numbers in another shape."""
        return Exact(self.num.reshape(shape), self.den if self.den.ndim == 0 else self.den.reshape(shape))

    def broadcast(self, shape: tuple[int, ...]) -> Exact:
        """Return the numbers repeated along axes of length 1."""
        den = self.den if self.den.ndim == 0 else np.broadcast_to(self.den, shape)
        return Exact(np.broadcast_to(self.num, shape), den)

    def _with(self, other: Exact, sign: int) -> Exact:
        a, b = self.den, other.den
        if a.ndim == 0 and b.ndim == 0:
            x, y = int(a[()]), int(b[()])
            if x == y:
                return Exact(_array(self.num + sign * other.num), a)
            common = lcm(x, y)
            num = self.num * (common // x) + other.num * (sign * (common // y))
            return Exact(_array(num), np.array(common, dtype=object))
        num, den = _array(self.num * b + sign * (other.num * a)), _array(a * b)
        return Exact(num, den if den.shape == num.shape else np.broadcast_to(den, num.shape))

    def __add__(self, other: Exact) -> Exact:
        return self._with(other, 1)

    def __sub__(self, other: Exact) -> Exact:
        return self._with(other, -1)

    def __neg__(self) -> Exact:
        return Exact(_array(-self.num), self.den)

    def times(self, value: Fraction) -> Exact:
        """Return every number multiplied by ``value``."""
        return Exact(_array(self.num * value.numerator), _array(self.den * value.denominator))

    def common(self, place: str) -> tuple[Array, int]:
        """Return the numerators over one common denominator, and that denominator."""
        if self.den.ndim == 0:
            return self.num, int(self.den[()])
        reduced = [Fraction(int(n), int(d)) for n, d in zip(self.num.flat, self.den.flat, strict=True)]
        denominator = 1
        for value in {value.denominator for value in reduced}:
            denominator = lcm(denominator, value)
            refuse_bits(denominator.bit_length() * len(reduced), place)
        num = objects([value.numerator * (denominator // value.denominator) for value in reduced])
        return num.reshape(self.num.shape), denominator

    def single(self, place: str) -> Exact:
        """Return the numbers over one denominator."""
        num, den = self.common(place)
        return Exact(num, np.array(den, dtype=object))

    def floor(self, scale: int) -> Array:
        """Return ``floor(scale * x)``."""
        return _array(self.num * scale // self.den)

    def ceil(self, scale: int) -> Array:
        """Return ``ceil(scale * x)``."""
        return _array(-(-self.num * scale // self.den))

    def fractions(self) -> Array:
        """Return an object array of ``Fraction``."""
        den = np.broadcast_to(self.den, self.num.shape)
        values = [Fraction(int(n), int(d)) for n, d in zip(self.num.flat, den.flat, strict=True)]
        return objects(values).reshape(self.num.shape)


def _array(value: Any) -> Array:
    """Return ``value`` as an object array (numpy turns arrays without axes into scalars)."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        return value
    array = np.empty(np.shape(value), dtype=object)
    array[...] = value
    return array


def short_lcm(values: set[int], limit: int) -> int | None:
    """Return the least common multiple, or None as soon as it passes ``limit``."""
    common = 1
    for value in values:
        common = lcm(common, value)
        if common > limit:
            return None
    return common


@dataclass(frozen=True, eq=False)
class Rows:
    """Vectors of rational numbers, each over its own denominator: ``num[..., j] / den[...]``.

    Parameters
    ----------
    num:
        Integer array ``(..., m)``: machine integers or Python integers.
    den:
        Object array ``(...)`` of positive Python integers.
    """

    num: Array
    den: Array

    @classmethod
    def of(cls, pairs: Sequence[Pair], lead: tuple[int, ...], length: int, place: str) -> Rows:
        """Return the rows of ``length`` successive pairs each, in an array of rows of shape ``lead``."""
        count = len(pairs) // length
        tops, bottoms = [n for n, _ in pairs], [d for _, d in pairs]
        different = set(bottoms)
        common = short_lcm(different, 1 << 62)
        if len(different) == 1:
            num = integers(tops).reshape(count, length)
            den = objects(bottoms[::length])
        elif common is not None and common * max(map(abs, tops)) < SAFE:
            tall = np.array(bottoms, dtype=np.int64).reshape(count, length)
            row = np.lcm.reduce(tall, axis=1)  # divides ``common``, hence fits
            num = np.array(tops, dtype=np.int64).reshape(count, length) * (row[:, None] // tall)
            den = objects(row.tolist())
        else:
            scaled: list[int] = []
            dens: list[int] = []
            bits = 0
            for start in range(0, count * length, length):
                below = bottoms[start : start + length]
                denominator = 1
                for value in set(below):
                    denominator = lcm(denominator, value)
                    refuse_bits(bits + denominator.bit_length() * length, place)
                bits += denominator.bit_length() * length
                dens.append(denominator)
                over = tops[start : start + length]
                scaled.extend(n * (denominator // d) for n, d in zip(over, below, strict=True))
            num = integers(scaled).reshape(count, length)
            den = objects(dens)
        return cls(num.reshape(*lead, length), den.reshape(lead))


def sums(array: Array) -> Array:
    """Return the sums over the last axis as Python integers."""
    if array.dtype != object and largest(array) * array.shape[-1] >= SAFE:
        array = array.astype(object)
    return _array(array.sum(axis=-1)).astype(object)


def dot(weights: Array, bound: int, values: Array) -> Array:
    """Return ``sum_j weights[..., j] * values[..., j]`` exactly, as an object array.

    Parameters
    ----------
    weights:
        Integer array of numbers ``>= 0``, shape broadcastable against ``values``.
    bound:
        An upper bound of ``sum_j weights[..., j]`` over all rows.
    values:
        Integer array of any sign and size.

    Notes
    -----
    Long values are cut into limbs so short that ``bound * 2**bits <= 2**62``: then every partial sum,
    in whatever order, fits a machine integer.
    """
    bits = 62 - max(bound, 1).bit_length()
    if weights.dtype == object or bits < 8:
        # matmul would do for objects too, but it does not broadcast rows against rows
        return _array((weights.astype(object) * values.astype(object)).sum(axis=-1))
    if values.dtype != object:
        if bound * largest(values) < SAFE:
            return _array(np.einsum("...m,...m->...", weights, values)).astype(object)
        values = values.astype(object)
    total: Array | None = None
    shift = 0
    while True:
        last = largest(values) < 1 << bits
        limb = values if last else values & ((1 << bits) - 1)
        part = _array(np.einsum("...m,...m->...", weights, limb.astype(np.int64))).astype(object)
        total = part if total is None else _array(total + part * (1 << shift))
        if last:
            return total
        values = values >> bits
        shift += bits


_PRIMES = (2147483629, 2147483587, 2147483579)


def _nonsingular_modulo(stack: Array, prime: int) -> Array:
    """Eliminate all matrices of the stack at once; entries in ``[0, prime)``, ``prime < 2**31``."""
    count, size, _ = stack.shape
    answer = np.ones(count, dtype=bool)
    every = np.arange(count)
    for column in range(size):
        pivot = column + np.argmax(stack[:, column:, column] != 0, axis=1)
        swapped = stack[every, pivot].copy()
        stack[every, pivot] = stack[:, column]
        stack[:, column] = swapped
        head = stack[:, column, column]
        answer &= head != 0
        # pivot * row - entry * pivot row: both products are below 2**62, and no division is needed
        below = stack[:, column + 1 :, column].copy()
        stack[:, column + 1 :] = (
            head[:, None, None] * stack[:, column + 1 :] - below[:, :, None] * stack[:, column, None, :]
        ) % prime
    return answer


def independent(stack: Array) -> Array:
    """Say of each integer matrix ``(n, m)`` of a stack whether its rows are independent; False may also mean "not seen".

    The rows are mixed down to ``n`` columns by fixed pseudo-random numbers modulo a prime. A determinant that is not zero
    there proves that the rows are independent over the rationals, whatever the numbers; for independent rows it is zero
    with a probability of about ``n`` in ``2**31``, and then other primes are tried.
    """
    count, size, length = stack.shape
    answer = np.zeros(count, dtype=bool)
    if size > length:
        return answer
    for prime in _PRIMES:
        left = np.flatnonzero(~answer)
        if left.size == 0:
            break
        mixer = np.random.default_rng(prime % 1000003).integers(0, prime, size=(length, size))
        answer[left] = _nonsingular_modulo(_product_modulo((stack[left] % prime).astype(np.int64), mixer, prime), prime)
    return answer


def _product_modulo(stack: Array, mixer: Array, prime: int) -> Array:
    """Return ``stack @ mixer`` modulo a prime below ``2**31``; entries in ``[0, prime)``.

    Both are split at 16 bits: sums of products of halves stay below ``2**53`` for fewer than ``2**20`` columns, so the float
    product is exact.
    """
    if stack.shape[-1] >= 2**20:
        return np.asarray((stack.astype(object) @ mixer.astype(object)) % prime).astype(np.int64)
    high, low = (stack >> 16).astype(np.float64), (stack & 0xFFFF).astype(np.float64)
    top, bottom = (mixer >> 16).astype(np.float64), (mixer & 0xFFFF).astype(np.float64)

    def part(left: Array, right: Array) -> Array:
        return np.asarray((left @ right).astype(np.int64) % prime)

    middle = (part(high, bottom) + part(low, top)) % prime
    whole = (part(high, top) * (2**16) + middle) % prime
    return np.asarray((whole * (2**16) + part(low, bottom)) % prime)
