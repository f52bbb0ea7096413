"""Short transfers where there is room: round the payments of an interior point and prove every row by an enclosure.

Payments are rounded to a coarse grid. The payoffs ``X`` and ``D`` that they imply are only enclosed: rounded values with an exact
residual ``r`` are within ``r/(1−δ)`` of the true ones (within ``rT`` over ``T`` periods). A row whose slack exceeds what this leaves open holds.
So the proof is exact, although the exact payoffs, whose denominators may have thousands of bits, are never written down.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.program.linear import DEFINITION
from mechsynth.program.synthesis import Setting
from mechsynth.prove.linear import Rows, elastic, integer_rows, run
from mechsynth.rational import IntArray
from mechsynth.solver.linear import methods

FINE = 44  # bits behind the point of everything that is only enclosed


def interior(setting: Setting) -> tuple[IntArray, int] | None:
    """Return rounded payments (numerators by column, and their denominator) for which every row is proved, or ``None``.

    Only for programs whose requirements are inequalities.
    """
    program = setting.program
    owners = np.array(program.owners)
    definition = owners == DEFINITION
    if (np.array(program.equal) & ~definition).any():
        return None
    data, scales = integer_rows(program)
    scale = max((abs(float(r)) for r in program.rights), default=1.0) or 1.0
    cap = 2.0 ** ceil(np.log2(scale) - 3)
    guess = np.zeros(data.width)
    room = cap
    for part in program.components():
        found = _suggest(program.part(part), definition[part], cap)
        if found is None or -found[1] < 1e-6 * cap:
            return None
        point, slack = found
        used = np.zeros(data.width, dtype=bool)
        used[program.entries[1][np.isin(program.entries[0], part)]] = True
        guess[used] = point[used]
        room = min(room, -slack)
    for finer in (3, 7, 14):
        grid = int(np.floor(np.log2(room))) - finer
        proved = _prove(setting, data, scales, definition, guess, grid)
        if proved is not None:
            return proved
    return None


def _suggest(part: Any, definition: NDArray[np.bool_], cap: float) -> tuple[Any, float] | None:
    """Return a point of one part of the program and how far inside it is (negative), in floats."""
    data, scales = integer_rows(part)
    wide, _ = elastic(data, ~definition, scales)
    cost = np.zeros(wide.width)
    cost[-1] = 1.0
    for options in methods(wide.count):
        end = run(wide, cost, options, floor=-cap)
        if end is not None and np.isfinite(end.point).all():
            return end.point[:-1], float(end.point[-1])
    return None


def _prove(
    setting: Setting,
    data: Rows,
    scales: list[int],
    definition: NDArray[np.bool_],
    guess: NDArray[np.float64],
    grid: int,
) -> tuple[IntArray, int] | None:
    """Round payments to multiples of ``2**grid`` and check every row; ``None`` if one stays open."""
    bits = max(FINE, -grid)
    kinds = np.array(setting.kinds)
    payments = kinds == "transfer"
    if np.abs(guess[payments]).max(initial=0.0) * 2.0 ** (-grid) > 2.0**60:
        return None
    point = np.zeros(data.width, dtype=object)
    steps = np.rint(np.ldexp(guess[payments], -grid)).astype(np.int64).astype(object)
    point[payments] = steps * 2 ** (bits + grid)
    unit = 2**bits
    # Payoffs as floats imply them, then enclosed.
    for row_kind, name in (("value", "X"), ("deviation", "D")):
        columns = kinds == name
        if not columns.any():
            continue
        rows = definition & np.array([title.startswith(f"{row_kind} ") for title in setting.program.names])
        point[columns] = _implied(data, point, columns, rows, unit)
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
    from dataclasses import replace

    open_by = replace(data, nums=np.abs(data.nums)).products(loose)
    if ((gaps * bottom - open_by * unit)[~definition] < 0).any():
        return None
    return np.where(payments, point, 0), unit


def _largest(gaps: IntArray, scales: IntArray, rows: NDArray[np.bool_], unit: int) -> Fraction:
    places = np.flatnonzero(rows).tolist()
    return max((Fraction(abs(int(gaps[k])), int(scales[k]) * unit) for k in places), default=Fraction(0))


def _implied(data: Rows, point: IntArray, columns: NDArray[np.bool_], rows: NDArray[np.bool_], unit: int) -> IntArray:
    """Return the rounded values of some columns that satisfy as many definition rows, the other columns given."""
    from scipy.sparse.linalg import spsolve

    cols, lines = np.flatnonzero(columns), np.flatnonzero(rows)
    square = data.square(lines, cols, False).astype(np.float64).tocsc()
    rest = data.rights * unit - data.products(np.where(columns, 0, point))
    right = np.array([float(Fraction(int(v), unit)) for v in rest[lines]])
    solved = np.atleast_1d(spsolve(square, right))
    return np.array([round(v) for v in np.ldexp(solved, unit.bit_length() - 1).tolist()], dtype=object)
