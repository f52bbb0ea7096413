"""Exact numbers in words: short ones in full, long ones rounded and marked as such."""

from __future__ import annotations

import math
import re
from decimal import Context, Decimal
from fractions import Fraction

from mechsynth.words.reading import fail

#: A float only ever comes from a result of strength ``numerical``.
Number = Fraction | float

LONGEST = 24
_SHAPE = re.compile(r"([+-]?)(\d+)(?:/(\d+)|(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?)", re.ASCII)
_CHUNK = 4000  # Python refuses to read more digits than that at once.


def _whole(digits: str) -> int:
    value = 0
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        value = value * 10 ** len(chunk) + int(chunk)
    return value


def number(value: object, place: str) -> Number:
    """Read a number: an exact string, a bare integer, or the float of a numerical result."""
    if isinstance(value, float):
        if not math.isfinite(value):
            fail(place, "not a finite number")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if not isinstance(value, str):
        fail(place, "not a number", 'write it as a string such as "-4" or "61/4"')
    match = _SHAPE.fullmatch(value)
    if match is None:
        fail(place, "not a number", 'write it as "-4" or "61/4"')
    sign, head, bottom, tail, power = match.groups()
    if bottom is not None:
        denominator = _whole(bottom)
        if denominator == 0:
            fail(place, "a zero denominator")
        result = Fraction(_whole(head), denominator)
    else:
        tail = tail or ""
        result = _whole(head + tail) * Fraction(10) ** (int(power or 0) - len(tail))
    return -result if sign == "-" else result


def size(value: Number) -> Number:
    """Return the absolute value."""
    return -value if value < 0 else value


def rounded(value: Number, digits: int = 6) -> str:
    """Return ``value`` to some significant digits, however large or small it is."""
    context = Context(prec=digits, Emax=10**9, Emin=-(10**9))
    if isinstance(value, float):
        short = context.create_decimal(Decimal(value))
    else:
        short = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    if short == 0:
        return "0"
    if -5 <= short.adjusted() < 12:
        plain = f"{short:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return f"{short.normalize(context):e}"


def is_long(value: Number) -> bool:
    """Say whether `show` and `brief` round the number."""
    if isinstance(value, float):
        return True
    size = value.numerator.bit_length() + value.denominator.bit_length()
    return size > 4 * LONGEST or len(str(value)) > LONGEST


def brief(value: Number) -> str:
    """Return the number exactly if it is short, else ``≈`` and a few digits. For tables and lists of weights."""
    return f"≈ {rounded(value)}" if is_long(value) else str(value)


def signed(value: Number, plus: str = "") -> str:
    """Return `brief` with a typographic minus, or ``plus``, before the digits: ``−1/6``, ``≈ −0.311111``."""
    digits = brief(size(value))
    sign = "−" if value < 0 else plus
    return f"≈ {sign}{digits[2:]}" if digits.startswith("≈ ") else f"{sign}{digits}"


def show(value: Number) -> str:
    """Return the number for a sentence; a rounded one says where the exact one stands."""
    if isinstance(value, float):
        return brief(value)
    return f"{brief(value)} (exact in the file)" if is_long(value) else brief(value)


def root(square: Number) -> str:
    """Return the rounded square root of a number that is not negative."""
    value = Decimal(square) if isinstance(square, float) else None
    context = Context(prec=24, Emax=10**9, Emin=-(10**9))
    if value is None:
        exact = Fraction(square)
        value = context.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return rounded(Fraction(context.sqrt(value)), 4)


def paid(value: Number, *, short: bool = False) -> str:
    """Return a payment as seen by the agent: positive means that it pays."""
    if value == 0:
        return "pays nothing"
    return f"{'pays' if value > 0 else 'receives'} {(brief if short else show)(size(value))}"


def listed(parts: list[str], last: str = "and") -> str:
    """Join parts as in a sentence: ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def counted(count: int, one: str, many: str = "") -> str:
    """Return ``1 block``, ``3 blocks``."""
    return f"{count} {one if count == 1 else many or one + 's'}"
