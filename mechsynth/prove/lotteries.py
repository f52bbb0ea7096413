"""Lotteries that single out one report, for whole stacks of blocks at once: rounding and the shift.

For a report ``r`` the payments ``p_r`` must satisfy ``μ_r·p_r = c_r`` and ``μ_k·p_r ≥ c_k``. The beliefs ``μ_k`` add to one, so adding a
constant ``d`` to ``p`` moves every ``μ_k·p`` by ``d``: take floats that leave some slack off ``r``, round them to a coarse grid, and shift
by what the equality misses. The equality is then exact, the inequalities are checked in integers, the numbers are short,
and everything stacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from mechsynth.rational import EXACT_FLOAT, IntArray, Rationals, magnitude, widen


@dataclass(frozen=True, eq=False)
class Lotteries:
    """Exact payments for some reports of a stack of blocks.

    Attributes
    ----------
    proved:
        ``(B, n)``: the reports whose payments satisfy every row, checked in integers.
    payments:
        ``(B, n, m)`` numerators, zero where nothing is proved; over ``payments.den``.
    slack:
        ``(B, n, n)``: ``μ_k·p_r − c_k`` at ``[b, r, k]``, over ``slack.den``; zero at ``k = r``.
    """

    proved: NDArray[np.bool_]
    payments: Rationals
    slack: Rationals


def grid_of(scale: float) -> Fraction:
    """Return the grid to round payments to, a power of two: an eighth of the slack that `suggest` leaves."""
    return slack_of(scale) / 8


def slack_of(scale: float) -> Fraction:
    """Return the slack left off the report for targets of this size, a power of two."""
    if not 0.0 < scale < 2.0**200:
        return Fraction(1)
    return Fraction(2) ** int(np.floor(np.log2(scale) - 1))


def suggest(rows: NDArray[np.float64], targets: NDArray[np.float64], slack: float) -> NDArray[np.float64]:
    """Return floats ``p[b, r]`` of least norm with ``μ_k·p ≈ c_k + slack`` off ``r`` and ``≈ c_r`` at ``r``, for independent beliefs.

    ``rows`` is ``(B, n, m)``, ``targets`` ``(B, n)`` or, one line of targets per report, ``(B, n, n)``; NaN where a block's beliefs look dependent.
    """
    count, n, _ = rows.shape
    lines = targets[:, None, :] if targets.ndim == 2 else targets
    values = np.broadcast_to(lines, (count, n, n)) + slack * (1.0 - np.eye(n))
    gram = rows @ rows.transpose(0, 2, 1)
    # A ridge far below any slack: a singular block then yields noise that the exact check refuses, not an exception.
    gram[:, np.arange(n), np.arange(n)] *= 1.0 + 1e-13
    try:
        weights = np.linalg.solve(gram, values.transpose(0, 2, 1))
    except np.linalg.LinAlgError:
        return np.full(rows.shape, np.nan)
    return np.asarray(weights.transpose(0, 2, 1) @ rows)


def shift(
    rows: IntArray, den: int, targets: IntArray, targets_den: int, guess: NDArray[np.float64], grid: Fraction
) -> Lotteries:
    """Round suggested payments to the grid, shift them onto their equalities and check every row in integers.

    Parameters
    ----------
    rows, den:
        ``(B, n, m)`` numerators of the beliefs; each row adds to ``den``.
    targets, targets_den:
        ``c``: ``(B, n)``, or ``(B, n, n)`` with one line of targets per report.
    guess:
        ``(B, n, m)``: a suggestion per block and report; NaN where there is none.
    grid:
        The payments are multiples of it, up to the shift.
    """
    count, n, _ = rows.shape
    lines = np.broadcast_to(targets[:, None, :] if targets.ndim == 2 else targets, (count, n, n))
    limit = (EXACT_FLOAT - 1) // max(den, 1)
    scaled = guess / float(grid)
    # A comparison with NaN or infinity is false, so those are not usable either.
    usable = np.maximum(scaled.max(-1, initial=0.0), -scaled.min(-1, initial=0.0)) < float(limit)
    steps = np.rint(scaled, out=scaled)
    if not usable.all():
        steps[~usable] = 0.0
    # |Σ_j rows[k, j] steps[j]| ≤ den · max|steps| < 2^53 and so is every partial sum: the float product is exact.
    expected = exact_products(rows, steps)
    own = np.einsum("brr->br", expected)
    top, bottom = grid.numerator, grid.denominator
    # Common denominator: μ·p lives over den·bottom, c over targets_den.
    whole = lcm(den * bottom, targets_den)
    step = top * (whole // (den * bottom))
    lift = whole // targets_den
    own_targets = np.einsum("brr->br", lines)
    bound = 2 * max(magnitude(expected), 1) * step + 2 * max(magnitude(targets), 1) * lift
    expected, lines = widen(expected, bound), widen(np.asarray(lines), bound)
    slack = (expected - own[..., None]) * step - (lines - own_targets[..., None]) * lift
    proved = usable & (slack >= 0).all(-1)
    moved = widen(np.asarray(own_targets), bound) * lift - widen(own, bound) * step
    factor = step * den
    reach = max(magnitude(steps.astype(np.int64)), 1) * factor + magnitude(moved)
    payments = widen(steps.astype(np.int64), reach) * factor + widen(moved, reach)[..., None]
    payments = np.where(proved[..., None], payments, 0)
    return Lotteries(
        np.asarray(proved, dtype=np.bool_), Rationals(payments, whole), Rationals(np.asarray(slack), whole)
    )


def exact_products(rows: IntArray, steps: NDArray[np.float64]) -> IntArray:
    """Return ``Σ_j rows[b, k, j] steps[b, r, j]`` at ``[b, r, k]``, exactly; ``steps`` are integers with ``den · max|steps| < 2^53``."""
    if rows.dtype == object:
        return np.asarray(steps.astype(np.int64).astype(object) @ rows.transpose(0, 2, 1))
    return np.asarray((steps @ rows.astype(np.float64).transpose(0, 2, 1)).astype(np.int64))
