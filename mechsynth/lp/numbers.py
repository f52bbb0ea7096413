"""Numbers of program files, taken at their digits."""

from __future__ import annotations

from fractions import Fraction

from mechsynth.errors import InputError
from mechsynth.rational import parse

HUGE = 10**20
"""Bounds of columns from here on are no bounds: what both formats mean by 1e20 and 1e30."""
INFINITE = ("inf", "infinity")


def number(text: str, line: int) -> Fraction:
    """Return a number exactly.

    Raises
    ------
    InputError
        Naming the line.
    """
    return Fraction(*parse(text, f"line {line}"))


def bound(text: str, line: int) -> Fraction | None:
    """Return a bound of a column, ``None`` where it is infinite; of which sign is for the caller to look at."""
    if text.lstrip("+-").lower() in INFINITE and len(text) - len(text.lstrip("+-")) <= 1:
        return None
    value = number(text, line)
    return None if abs(value) >= HUGE else value


def negative(text: str) -> bool:
    """Return whether a text begins with a minus."""
    return text.startswith("-")


def placed(lower: bool, text: str, line: int) -> Fraction | None:
    """Return a lower or upper bound, ``None`` where it bounds nothing.

    Raises
    ------
    InputError
        Where it leaves nothing: a lower bound of plus infinity, an upper one of minus infinity.
    """
    value = bound(text, line)
    if value is None and negative(text) != lower:
        raise InputError(f"line {line}", f"a {'lower' if lower else 'upper'} bound of {text}", "write a number")
    return value
