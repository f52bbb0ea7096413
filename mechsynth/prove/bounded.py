"""Multipliers too long to be written exactly: short ones, and how large a solution must be to escape them.

Rounded multipliers ``y ≥ 0`` leave a small residual ``r = Aᵀy``, computed exactly. A solution ``x`` would satisfy ``r · x ≥ y · b``; where
``y · b > Σ_j |r_j| |x_j|`` there is none. With columns that are at most ``base + slope · M`` when no payment exceeds ``M``, this excludes every solution
whose payments are at most ``M``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.prove.lifting import approximate_sparse
from mechsynth.prove.rows import Rows
from mechsynth.rational import IntArray
from mechsynth.solver.linear import End

BITS = 96  # of the multipliers: they leave bounds of some 10^20 and are printed on one line
NOISE = 50  # bits behind the point that rounding does not reach
LEAST = 10**12  # a bound below this would not deserve the word infeasible

Limit = Callable[[int], tuple[Fraction, Fraction] | None]
"""Base and slope of a column, by its index; ``None`` for a column that payments do not bound."""


@dataclass(frozen=True)
class Bounded:
    """Multipliers over a common denominator, by row, what they fall short by, and the bound (``None``: they exclude everything)."""

    multipliers: IntArray
    den: int
    shortfall: Fraction
    bound: int | None


def bounded(data: Rows, end: End, cost: IntArray, limit: Limit) -> Bounded | None:
    """Return short multipliers of a basis, if they exclude payments up to some bound.

    Parameters
    ----------
    data:
        Rows whose last column is the slack that was minimized.
    end:
        The basis it ended with.
    cost:
        Zero but for the last column.
    limit:
        Of every column but the last.
    """
    if data.nums.dtype == object:
        return None
    solved = approximate_sparse(data.square(end.rows, end.columns, True), cost[end.columns], BITS)
    if solved is None:
        return None
    num, den = solved
    multipliers = np.zeros(data.count, dtype=object)
    multipliers[end.rows] = num
    wrong = (multipliers < 0) & ~data.equal
    worst = min([0, *multipliers[wrong].tolist()])
    multipliers[wrong] = 0
    shortfall = Fraction(sum(int(y) * int(b) for y, b in zip(multipliers, data.rights, strict=True) if y), den)
    residual = data.combination(multipliers)[:-1]
    if max([-worst, *np.abs(residual).tolist()]) << NOISE > den:
        return None  # more than rounding: what this basis leaves over may well be a solution with large payments
    base = slope = Fraction(0)
    for column in np.flatnonzero(residual).tolist():
        reach = limit(column)
        if reach is None:
            return None
        size = Fraction(abs(int(residual[column])), den)
        base, slope = base + size * reach[0], slope + size * reach[1]
    if shortfall <= base:
        return None
    bound = power_below((shortfall - base) / slope) if slope else None
    return None if slope and (bound is None or bound < LEAST) else Bounded(multipliers, den, shortfall, bound)


def power_below(value: Fraction) -> int | None:
    """Return the largest power of ten strictly below ``value``; ``None`` if that is less than 1."""
    if value <= 1:
        return None
    digits = len(str(-(-value.numerator // value.denominator) - 1))
    return int(10 ** (digits - 1))
