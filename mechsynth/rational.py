"""Exact arrays: integer numerators over one common denominator.

A float never decides anything in this package, yet most of its numbers live in arrays. `Rationals` keeps an array of
rational numbers as one integer array and one positive denominator, so that comparisons, sums and products are integer
arithmetic: on ``int64`` where a bound computed beforehand excludes overflow, on Python integers (``dtype=object``) where
it does not. Nothing here rounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mechsynth.errors import InputError

IntArray: TypeAlias = NDArray[Any]
"""Integers: ``int64``, or Python integers in an array of objects."""

WORD = 2**62  # bounds below this keep an int64 sum of two such numbers from overflowing
EXACT_FLOAT = 2**53  # integers up to this are exact in a float64, so are sums whose partial sums stay below it
MAX_DIGITS = 4000
MAX_EXPONENT = 4000

_NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?", re.ASCII)
_RATIO = re.compile(r"([+-]?\d+)/(\d+)", re.ASCII)


def parse(text: str, place: str = "") -> tuple[int, int]:
    """Return numerator and positive denominator of ``"p/q"``, ``"0.375"``, ``"1e-3"`` or ``"12"``, in lowest terms.

    Raises
    ------
    InputError
        If the text is no exact number, or one so long that nobody can have meant it.
    """
    if len(text) > MAX_DIGITS:
        raise InputError(place, f"a number of {len(text)} characters", f"write at most {MAX_DIGITS}")
    if ratio := _RATIO.fullmatch(text):
        num, den = int(ratio[1]), int(ratio[2])
        if den == 0:
            raise InputError(place, f"the denominator of {text!r} is zero", "write a number p/q with q > 0")
        shared = gcd(num, den)
        return num // shared, den // shared
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        raise InputError(place, f"{text[:40]!r} is not an exact number", 'write an integer, a decimal or "p/q"')
    whole, decimals = match[2] or "", match[3] or ""
    # Compared as text first: the exponent itself may have a hundred million digits.
    digits = (match[4] or "0").lstrip("+-").lstrip("0")
    if len(digits) > 9 or int(digits or "0") > MAX_EXPONENT:
        raise InputError(place, f"the exponent of {text[:40]!r} is too large", f"stay within ±{MAX_EXPONENT}")
    exponent = int(match[4] or "0") - len(decimals)
    num = int(f"{match[1]}{whole}{decimals}")
    if exponent >= 0:
        return num * 10**exponent, 1
    den = 10**-exponent
    shared = gcd(num, den)
    return num // shared, den // shared


def rational(value: object, place: str = "") -> Fraction:
    """Return an int, `Fraction`, exact string or NumPy integer as a `Fraction`; a float is refused.

    Raises
    ------
    InputError
        For floats (not exact), booleans and everything that is not a number.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str):
        return Fraction(*parse(value, place))
    if isinstance(value, (bool, np.bool_)):
        raise InputError(place, f"{value} is a truth value, not a number", 'write an integer, a decimal or "p/q"')
    if isinstance(value, (int, np.integer)):
        return Fraction(int(value))
    if isinstance(value, (float, np.floating)):
        raise InputError(place, f"{value!r} is a float, which is not exact", "give an int, a Fraction or a string")
    if hasattr(value, "numerator") and hasattr(value, "denominator"):
        return Fraction(int(value.numerator), int(value.denominator))
    raise InputError(
        place, f"{type(value).__name__} where a number belongs", "give an int, a Fraction or a string such as '3/4'"
    )


def digits(value: int) -> str:
    """Return ``str(value)`` for integers of any length (Python refuses more than 4300 digits)."""
    if value.bit_length() < 14_000:
        return str(value)
    if value < 0:
        return "-" + digits(-value)
    half = int(value.bit_length() * 0.30103) // 2
    high, low = divmod(value, 10**half)
    return digits(high) + digits(low).rjust(half, "0")


def text(value: Fraction | int) -> str:
    """Return the exact string of a rational number, ``"p/q"`` or ``"p"``."""
    if isinstance(value, int) or value.denominator == 1:
        return digits(int(value))
    return f"{digits(value.numerator)}/{digits(value.denominator)}"


def shown(value: Fraction | int) -> str:
    """Return the exact string of a rational number for a message: where it is long, its ends."""
    exact = text(value)
    return exact if len(exact) <= 80 else f"{exact[:30]}…{exact[-30:]}"


def magnitude(array: IntArray) -> int:
    """Return the largest absolute value in an integer array (0 if it is empty), as a Python integer."""
    if array.size == 0:
        return 0
    return max(int(array.max()), -int(array.min()))


def narrow(array: IntArray) -> IntArray:
    """Return an array of Python integers as ``int64`` if all of them fit with room to add two."""
    if array.dtype == object and magnitude(array) < WORD:
        return array.astype(np.int64)
    return array


def widen(array: IntArray, bound: int) -> IntArray:
    """Return the array fit for results up to ``bound``: itself if those fit ``int64``, else Python integers."""
    if bound < WORD or array.dtype == object:
        return array
    return array.astype(object)


def scaled(array: IntArray, factor: int) -> IntArray:
    """Return the array times an integer, however large either is."""
    return widen(array, max(magnitude(array), 1) * abs(factor)) * factor


def matmul(left: IntArray, right: IntArray) -> IntArray:
    """Return the exact product of two stacks of integer matrices.

    Uses the float product of the machine where every partial sum is provably an exact integer, ``int64`` where those
    fit, and Python integers otherwise.
    """
    inner = left.shape[-1]
    # A factor of zeros does not make the other one fit a float.
    bound = inner * max(magnitude(left), 1) * max(magnitude(right), 1)
    if bound < EXACT_FLOAT:
        return np.asarray(np.matmul(left.astype(np.float64), right.astype(np.float64)).astype(np.int64))
    if bound < WORD:
        return np.asarray(np.matmul(left.astype(np.int64), right.astype(np.int64)))
    return narrow(np.asarray(np.matmul(left.astype(object), right.astype(object))))


@dataclass(frozen=True, eq=False)
class Rationals:
    """An array of rational numbers ``num / den``.

    Attributes
    ----------
    num:
        Integer numerators, ``int64`` or Python integers, any shape.
    den:
        The positive denominator that all of them share.
    """

    num: IntArray
    den: int = 1

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.num.shape

    @classmethod
    def of(cls, values: object, place: str = "") -> Rationals:
        """Return ints, fractions, exact strings or arrays of them as an exact array; see `rational` for the errors."""
        if isinstance(values, Rationals):
            return values
        array = np.asarray(values)
        if array.dtype.kind in "iu" and array.dtype != np.uint64:
            wide = array.astype(np.int64)
            return cls(wide if magnitude(wide) < WORD else wide.astype(object))
        if array.dtype.kind == "f":
            raise InputError(place, "floats, which are not exact", "give ints, Fractions or strings such as '3/4'")
        flat = [rational(value, place) for value in array.ravel().tolist()]
        return cls.from_fractions(flat, array.shape)

    @classmethod
    def from_fractions(cls, flat: Iterable[Fraction], shape: tuple[int, ...]) -> Rationals:
        """Return the fractions, in C order, as an exact array of the given shape."""
        values = list(flat)
        den = lcm(*(value.denominator for value in values)) if values else 1
        num = np.array([value.numerator * (den // value.denominator) for value in values], dtype=object)
        return cls(narrow(num).reshape(shape), den)

    def __getitem__(self, key: Any) -> Rationals:
        return Rationals(np.asarray(self.num[key]), self.den)

    def reshape(self, *shape: int) -> Rationals:
        """Return the array in another shape."""
        return Rationals(self.num.reshape(*shape), self.den)

    def broadcast_to(self, shape: tuple[int, ...]) -> Rationals:
        """Return a view in which axes of length 1 are repeated to ``shape`` (no memory is taken)."""
        return Rationals(np.broadcast_to(self.num, shape), self.den)

    def transpose(self, *axes: int) -> Rationals:
        """Return the array with its axes in another order."""
        return Rationals(self.num.transpose(*axes), self.den)

    def over(self, den: int) -> IntArray:
        """Return the numerators over a multiple ``den`` of the present denominator."""
        factor = den // self.den
        if factor == 1:
            return self.num
        return scaled(self.num, factor)

    def __add__(self, other: Rationals) -> Rationals:
        den = lcm(self.den, other.den)
        left, right = self.over(den), other.over(den)
        bound = magnitude(left) + magnitude(right)
        return Rationals(widen(left, bound) + widen(right, bound), den)

    def __neg__(self) -> Rationals:
        return Rationals(-self.num, self.den)

    def __sub__(self, other: Rationals) -> Rationals:
        return self + (-other)

    def __mul__(self, other: Rationals | Fraction | int) -> Rationals:
        """Return the entrywise product."""
        factor = other if isinstance(other, Rationals) else scalar(Fraction(other))
        bound = magnitude(self.num) * magnitude(factor.num)
        return Rationals(widen(self.num, bound) * widen(factor.num, bound), self.den * factor.den)

    def __matmul__(self, other: Rationals) -> Rationals:
        return Rationals(matmul(self.num, other.num), self.den * other.den)

    def sum(self, axis: int | tuple[int, ...]) -> Rationals:
        """Return the sums along axes."""
        axes = (axis,) if isinstance(axis, int) else axis
        count = 1
        for each in axes:
            count *= self.num.shape[each]
        num = widen(self.num, magnitude(self.num) * count)
        return Rationals(np.asarray(num.sum(axis=axes)), self.den)

    def reduce(self) -> Rationals:
        """Return the same numbers over the smallest common denominator."""
        # Zeros are divisible by any denominator, also by one that their machine integers cannot hold.
        if not self.num.any():
            return Rationals(narrow(self.num), 1)
        shared = gcd(int(np.gcd.reduce(self.num, axis=None)), self.den)
        if shared <= 1:
            return self
        return Rationals(narrow(self.num // shared), self.den // shared)

    def floats(self) -> NDArray[np.float64]:
        """Return the nearest floats: suggestions, never verdicts."""
        if self.num.dtype == object or self.den >= 2**1000:
            flat = [float_ratio(int(value), self.den) for value in self.num.ravel().tolist()]
            return np.array(flat, dtype=np.float64).reshape(self.num.shape)
        return np.asarray(self.num / float(self.den), dtype=np.float64)

    def fraction(self, *index: int) -> Fraction:
        """Return one entry as a `Fraction`."""
        return Fraction(int(self.num[index]), self.den)

    def strings(self) -> Any:
        """Return nested lists of exact strings, in the shape of the array."""
        flat = ratio_strings(self.num.ravel(), self.den)
        return np.array(flat, dtype=object).reshape(self.num.shape).tolist() if self.num.ndim else flat[0]


def scalar(value: Fraction) -> Rationals:
    """Return a fraction as an exact array without axes."""
    return Rationals(narrow(np.array(value.numerator, dtype=object)), value.denominator)


def float_ratio(num: int, den: int) -> float:
    """Return ``num / den`` as a float, infinite where it overflows."""
    try:
        return num / den
    except OverflowError:
        return float("inf") if (num > 0) == (den > 0) else float("-inf")


def ratio_strings(num: IntArray, den: int) -> list[str]:
    """Return the exact strings of ``num / den``, entry by entry of a flat array."""
    if den == 1:
        return [digits(value) for value in num.tolist()]
    if num.dtype == object or den >= WORD:
        return [text(Fraction(value, den)) for value in num.tolist()]
    shared = np.gcd(num, den)
    tops, bottoms = (num // shared).tolist(), (den // shared).tolist()
    return [f"{top}/{bottom}" if bottom != 1 else str(top) for top, bottom in zip(tops, bottoms, strict=True)]


def nest(flat: list[Any], shape: tuple[int, ...]) -> Any:
    """Return a flat list in C order as nested lists."""
    for length in shape[:0:-1]:
        flat = [flat[k : k + length] for k in range(0, len(flat), length)]
    return flat
