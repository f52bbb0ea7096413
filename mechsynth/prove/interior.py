"""Short transfers where there is room: round the payments of an interior point and prove every row by an enclosure.

Payments are rounded to a coarse grid. The payoffs ``X`` and ``D`` that they imply are only enclosed: rounded values with an exact
residual ``r`` are within ``r/(1−δ)`` of the true ones (within ``rT`` over ``T`` periods). A row whose slack exceeds what this leaves open holds.
So the proof is exact, although the exact payoffs, whose denominators may have thousands of bits, are never written down. Equalities among
payments alone are restored exactly after rounding (`ties`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from mechsynth.program.linear import DEFINITION, LinearProgram
from mechsynth.program.synthesis import Setting
from mechsynth.prove.linear import run
from mechsynth.prove.rows import Exact, Rows, elastic, integer_rows
from mechsynth.prove.ties import restore, tied
from mechsynth.rational import IntArray
from mechsynth.solver.linear import End, methods

FINE = 44  # bits behind the point of everything that is only enclosed


@dataclass(eq=False)
class Inside:
    """What looking for an interior point came to.

    Attributes
    ----------
    point:
        Rounded payments (numerators by column, and their denominator) for which every row is proved, or ``None``.
    ends:
        Where the float solver ended, by the first row of each independent part that was looked at.
    """

    point: Exact | None = None
    ends: dict[int, End] = field(default_factory=dict)


def interior(setting: Setting) -> Inside:
    """Look for rounded payments for which every row is proved.

    Only for programs whose requirements are inequalities, or equalities among payments.
    """
    inside = Inside()
    program = setting.program
    definition = np.array(program.owners) == DEFINITION
    if (definition & ~np.array(program.equal, dtype=bool)).any():
        return inside  # columns that payments do not determine: what is worth V
    data, scales = integer_rows(program)
    if data.nums.dtype == object:
        return inside  # numbers that floats would not see through
    ties = tied(data, np.array(setting.kinds) == "transfer", ~definition)
    if ties is None:
        return inside
    largest = max(map(abs, program.rights), default=Fraction(1)) or Fraction(1)
    if not 2**-500 < largest < 2**500:
        return inside
    scale = float(largest)
    cap = 2.0 ** ceil(np.log2(scale) - 3)
    guess = np.zeros(data.width)
    room = cap
    for part in program.components():
        end = _suggest(program.part(part), ~(definition | ties)[part], cap)
        if end is None:
            return inside
        inside.ends[int(part[0])] = end
        slack = -float(end.point[-1]) * float(end.unit)
        if slack < 1e-6 * cap:
            return inside
        used = np.zeros(data.width, dtype=bool)
        used[program.entries[1][np.isin(program.entries[0], part)]] = True
        guess[used] = end.point[:-1][used] * float(end.unit)
        room = min(room, slack)
    for finer in (3, 7, 14):
        grid = int(np.floor(np.log2(room))) - finer
        inside.point = _prove(setting, data, scales, (definition, ties), guess, grid)
        if inside.point is not None:
            return inside
    return inside


def _suggest(part: LinearProgram, soft: NDArray[np.bool_], cap: float) -> End | None:
    """Go as far inside the soft rows of one part as ``cap`` lets, in floats."""
    data, scales = integer_rows(part)
    wide, _ = elastic(data, soft, scales)
    cost = np.zeros(wide.width)
    cost[-1] = 1.0
    for options in methods(wide.count):
        end = run(wide, cost, options, floor=-cap)
        if end is not None and np.isfinite(end.point).all():
            return end
    return None


def _prove(
    setting: Setting,
    data: Rows,
    scales: list[int],
    kinds_of_rows: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    guess: NDArray[np.float64],
    grid: int,
) -> tuple[IntArray, int] | None:
    """Round payments to multiples of ``2**grid`` and check every row; ``None`` if one stays open."""
    definition, ties = kinds_of_rows
    bits = max(FINE, -grid)
    kinds = np.array(setting.kinds)
    payments = kinds == "transfer"
    if np.abs(guess[payments]).max(initial=0.0) * 2.0 ** (-grid) > 2.0**60:
        return None
    point = np.zeros(data.width, dtype=object)
    steps = np.rint(np.ldexp(guess[payments], -grid)).astype(np.int64).astype(object)
    point[payments] = steps * 2 ** (bits + grid)
    restored = restore(data, ties, point, 2**bits)
    if restored is None:
        return None
    point, lift = restored
    unit = 2**bits * lift
    # Payoffs as floats imply them, then enclosed.
    for row_kind, name in (("value", "X"), ("deviation", "D")):
        columns = kinds == name
        if not columns.any():
            continue
        rows = definition & np.array([title.startswith(f"{row_kind} ") for title in setting.program.names])
        point[columns] = _implied(data, point, columns, rows, unit, lift)
    gaps = data.products(point) - data.rights * unit
    whole = np.array(scales, dtype=object)
    delta, horizon = setting.environment.discount, setting.environment.horizon
    titles = setting.program.names
    value_rows = np.array([t.startswith("value ") for t in titles]) & definition
    residual = _largest(gaps, whole, value_rows, unit)
    error = residual / (1 - delta) if horizon is None else residual * horizon
    deviation = _largest(gaps, whole, definition & ~value_rows, unit) + delta * error
    loose = np.zeros(data.width, dtype=object)
    # A common denominator for the two errors, so that the rows' slack stays in integers.
    bottom = error.denominator * deviation.denominator
    loose[kinds == "X"] = error.numerator * deviation.denominator
    loose[kinds == "D"] = deviation.numerator * error.denominator
    open_by = replace(data, nums=np.abs(data.nums)).products(loose)
    if ((gaps * bottom - open_by * unit)[~(definition | ties)] < 0).any() or gaps[ties].any():
        return None
    return np.where(payments, point, 0), unit


def _largest(gaps: IntArray, scales: IntArray, rows: NDArray[np.bool_], unit: int) -> Fraction:
    places = np.flatnonzero(rows).tolist()
    return max((Fraction(abs(int(gaps[k])), int(scales[k]) * unit) for k in places), default=Fraction(0))


def _implied(
    data: Rows, point: IntArray, columns: NDArray[np.bool_], rows: NDArray[np.bool_], unit: int, lift: int
) -> IntArray:
    """Return the rounded values of some columns that satisfy as many definition rows, the other columns given.

    ``unit`` is a power of two times ``lift``.
    """
    from scipy.sparse.linalg import spsolve

    cols, lines = np.flatnonzero(columns), np.flatnonzero(rows)
    square = data.square(lines, cols, False).astype(np.float64).tocsc()
    rest = data.rights * unit - data.products(np.where(columns, 0, point))
    right = np.array([float(Fraction(int(v), unit)) for v in rest[lines]])
    solved = np.atleast_1d(spsolve(square, right))
    bits = (unit // lift).bit_length() - 1
    return np.array([round(v) * lift for v in np.ldexp(solved, bits).tolist()], dtype=object)
