"""The roots of integer polynomials in ``(0, 1)``, in order, and short rational intervals around them.

FLINT's balls enclose the roots rigorously. The factors are irreducible and distinct, so no two roots are equal and enough digits tell all of them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any, TypeAlias

Bounds: TypeAlias = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Root:
    """A root: the index of its factor, and rational bounds of it."""

    factor: int
    low: Fraction
    high: Fraction


def sorted_roots(factors: Sequence[Any]) -> tuple[list[Root], list[Fraction]]:
    """Return the roots of irreducible, distinct ``fmpz_poly`` in ``(0, 1)`` in order, and a short rational point in every gap.

    There is one gap more than there are roots: the first from 0, the last to 1.
    """
    bits = 64
    while True:
        found = _separated(factors, bits)
        if found is not None:
            borders = [Fraction(0), *(x for root in found for x in (root.low, root.high)), Fraction(1)]
            return found, [simplest(borders[k], borders[k + 1]) for k in range(0, len(borders), 2)]
        bits *= 2


def _separated(factors: Sequence[Any], bits: int) -> list[Root] | None:
    """Return the roots in ``(0, 1)`` if this many bits tell them apart from each other and from 0 and 1."""
    found = []
    for k, factor in enumerate(factors):
        for low, high in _real_roots(factor, bits):
            if high <= 0 or low >= 1 or (low == high and not 0 < low < 1):
                continue
            if low <= 0 or high >= 1:
                return None
            found.append(Root(k, low, high))
    found.sort(key=lambda root: root.low)
    if any(one.high >= other.low for one, other in pairwise(found)):
        return None
    return found


def _real_roots(factor: Any, bits: int) -> list[Bounds]:
    if factor.degree() == 1:
        exact = Fraction(-int(factor[0]), int(factor[1]))
        return [(exact, exact)]
    return [real for real, imaginary in _balls(factor, bits) if imaginary == (Fraction(0), Fraction(0))]


def _balls(factor: Any, bits: int) -> list[tuple[Bounds, Bounds]]:
    """Return bounds of the real and imaginary parts of the complex roots; FLINT's imaginary part of a real root is exactly 0."""
    import flint

    before = flint.ctx.prec
    try:
        flint.ctx.prec = bits
        # the bounds of a ball are rounded outwards to the precision of the moment, so they are taken before it is reset
        return [(_bounds(ball.real), _bounds(ball.imag)) for ball, _ in factor.complex_roots()]
    finally:
        flint.ctx.prec = before


def _bounds(ball: Any) -> Bounds:
    return _exact(ball.lower()), _exact(ball.upper())


def _exact(number: Any) -> Fraction:
    mantissa, exponent = (int(v) for v in number.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def isolate(root: Root, factors: Sequence[Any], room: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """Return decimals around a root, within the room, so close that no other root of any factor is near.

    "Near" is twice the width, in the complex plane for the root's own factor: then Descartes' rule of signs counts one (the two-circle theorem).
    """
    digits, bits = 2, 64
    while True:
        digits += 1
        bits = max(bits, 8 * digits)
        step = Fraction(1, 10**digits)
        bounds = [b for b in _real_roots(factors[root.factor], bits) if b[1] >= root.low and b[0] <= root.high]
        if len(bounds) != 1:
            continue
        low, high = floor(bounds[0][0] / step) * step, ceil(bounds[0][1] / step) * step
        if not (low < bounds[0][0] and bounds[0][1] < high and high - low == step and room[0] < low and high < room[1]):
            continue
        if _alone(low, high, root.factor, factors, bits):
            return low, high


def _alone(low: Fraction, high: Fraction, own: int, factors: Sequence[Any], bits: int) -> bool:
    """Say whether the balls prove that one root of its own factor is near, and no real root of another."""
    width = high - low
    reach = (low - 2 * width, high + 2 * width)
    for k, factor in enumerate(factors):
        if k != own:
            if any(b[1] >= low and b[0] <= high for b in _real_roots(factor, bits)):
                return False
            continue
        near = 0
        for (left, right), (bottom, top) in _balls(factor, bits):
            away = right < reach[0] or left > reach[1] or bottom > 2 * width or top < -2 * width
            near += not away
        if near != 1:
            return False
    return True


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return the rational number of the least denominator strictly between two others."""
    whole = floor(low)
    if whole + 1 < high:
        return Fraction(whole + 1)
    if low == whole:
        # 1/n below high − whole
        return whole + Fraction(1, floor(1 / (high - whole)) + 1)
    return whole + 1 / simplest(1 / (high - whole), 1 / (low - whole))
