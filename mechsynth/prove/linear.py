"""Linear programs in free columns, decided exactly from the basis that a float solver ends with.

*Feasibility*: one slack ``s ≥ 0`` on every row that asks for something is minimized. That program always has an optimum; its
exact vertex with ``s = 0`` is a point, its exact dual is the Farkas vector. *Optimization*: an exact vertex and an exact dual of
the same value. The square systems of a basis are solved by lifting (`lifting.solve_sparse`); every row is then checked in
integers. Statuses are never looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.errors import OutOfTime
from mechsynth.prove.bounded import bounded
from mechsynth.prove.lifting import solve_sparse
from mechsynth.prove.rows import Exact, Rows, elastic, integer_rows
from mechsynth.prove.simplex import feasible_point
from mechsynth.rational import IntArray
from mechsynth.solver.linear import DEADLINE, End, methods, minimize

ORDINARY = (2.0**-20, 2.0**30)  # sizes of right-hand sides that floats are left to see as they are
LONG = 128  # bits of a denominator above which multipliers are scaled to integers
SMALL = 3_000  # rows times columns of a program that is decided without floats where they prove nothing
DENSE = 400  # size up to which a square system that lifting does not solve is solved by dense elimination


def run(data: Rows, cost: NDArray[np.float64], options: dict[str, Any], floor: float = 0.0) -> End | None:
    """Minimize in floats; ``floor`` is what the floored columns must be at least.

    Money has no unit: where the right-hand sides are far from 1 they are divided by a power of two, and the end says by which.
    """
    unit = Fraction(1)
    lower = _sides(data, unit)
    largest = np.abs(lower[data.rights != 0]).max(initial=0.0)
    if np.any(data.rights) and not ORDINARY[0] <= largest <= ORDINARY[1]:
        top = max(abs(Fraction(int(b), int(s))) for b, s in zip(data.rights, data.scales, strict=True))
        unit = Fraction(2) ** (top.numerator.bit_length() - top.denominator.bit_length())
        lower = _sides(data, unit)
    upper = np.where(data.equal, lower, np.inf)
    floors = np.where(data.floors, float(Fraction(floor) / unit), -np.inf)
    end = minimize(cost, data.matrix(), lower, upper, floors, options)
    return end if end is None or unit == 1 else replace(end, unit=unit)


def _sides(data: Rows, unit: Fraction) -> NDArray[np.float64]:
    """Return the right-hand sides of the scaled rows in multiples of ``unit``."""
    over, under = unit.denominator, unit.numerator
    return np.array([_ratio(int(b) * over, int(s) * under) for b, s in zip(data.rights, data.scales, strict=True)])


def _ratio(value: int, scale: int) -> float:
    try:
        return value / scale
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def vertex(data: Rows, end: End) -> Exact | None:
    """Return the exact vertex of a basis if it satisfies every row; ``None`` otherwise."""
    solved = _solve(data, end, False, data.rights[end.rows])
    if solved is None:
        return None
    num, den = solved
    point = np.zeros(data.width, dtype=object)
    point[end.columns] = num
    return (point, den) if satisfies(data, point, den) else None


def _solve(data: Rows, end: End, transpose: bool, right: IntArray) -> Exact | None:
    """Solve the square system of a basis exactly."""
    if data.nums.dtype != object:
        solved = solve_sparse(data.square(end.rows, end.columns, transpose), right, DEADLINE.get())
        if solved is not None:
            return solved
    size = end.rows.size
    if size > DENSE:
        return None
    import flint

    place_row, place_col = np.full(data.count, -1), np.full(data.width, -1)
    place_row[end.rows], place_col[end.columns] = np.arange(size), np.arange(size)
    dense = [0] * (size * size)
    for r, c, v in zip(data.rows.tolist(), data.cols.tolist(), data.nums.tolist(), strict=True):
        down, across = int(place_row[r]), int(place_col[c])
        if down >= 0 and across >= 0:
            dense[across * size + down if transpose else down * size + across] = v
    try:
        num, den = flint.fmpz_mat(size, size, dense).solve(flint.fmpz_mat(size, 1, right.tolist())).numer_denom()
    except ZeroDivisionError:
        return None
    return np.array([int(v) for v in num.entries()], dtype=object), int(den)


def satisfies(data: Rows, point: IntArray, den: int) -> bool:
    """Return whether ``point / den`` satisfies every row and floor, exactly."""
    gaps = data.products(point) - data.rights * den
    if (gaps < 0).any() or (gaps[data.equal] != 0).any():
        return False
    return not (point[data.floors] < 0).any()


def dual(data: Rows, end: End, cost: IntArray, cost_den: int) -> Exact | None:
    """Return the exact dual of a basis if it is feasible: ``y ≥ 0`` off the equalities, ``Aᵀy = cost`` (``≤`` at floored columns)."""
    solved = _solve(data, end, True, cost[end.columns])
    if solved is None:
        return None
    num, den = solved
    multipliers = np.zeros(data.count, dtype=object)
    multipliers[end.rows] = num
    if (multipliers[~data.equal] < 0).any():
        return None
    gaps = cost * den - data.combination(multipliers)
    if (gaps[~data.floors] != 0).any() or (gaps[data.floors] < 0).any():
        return None
    return multipliers, den * cost_den


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was proved.

    Attributes
    ----------
    point:
        A solution, by column; numerators and denominator.
    multipliers:
        Farkas multipliers or optimal duals, by row of the program, unscaled.
    value:
        The optimum, or how much a Farkas vector falls short.
    bound:
        The multipliers exclude only solutions whose payments are at most this; ``None`` where they are exact and exclude all.
    """

    point: Exact | None = None
    multipliers: dict[int, Fraction] | None = None
    value: Fraction | None = None
    bound: int | None = None


def decide(
    program: Any, soft: NDArray[np.bool_], exact: bool = True, start: End | None = None, points: bool = True
) -> Outcome | None:
    """Find an exact point of a program, or Farkas multipliers; ``None`` if neither could be proved.

    Multipliers are exact where that ends in time; else, or at once without ``exact``, short ones with a bound (`bounded`).

    ``soft`` marks the rows that ask for something; the others must be satisfiable by themselves. ``start`` is where a run on these rows has
    ended before. Without ``points`` only multipliers are looked for, and only where the first run suggests them.
    """
    data, scales = integer_rows(program)
    wide, source = elastic(data, soft, scales)
    cost = np.zeros(wide.width)
    cost[-1] = 1.0
    whole_cost = np.zeros(wide.width, dtype=object)
    whole_cost[-1] = 1

    def refuted(end: End) -> Outcome | None:
        proof = dual(wide, end, whole_cost, 1)
        if proof is None:
            return None
        num, den = proof
        if den.bit_length() > LONG:  # a multiple proves the same; without denominators it is half as long
            shared = gcd(*(int(v) for v in num[num != 0])) or 1
            num, den = num // shared, 1
        value = Fraction(sum(int(a) * int(b) for a, b in zip(num, wide.rights, strict=True) if a and b), den)
        return Outcome(multipliers=_unscaled(num, den, source, scales), value=value) if value > 0 else None

    def nearly_refuted(end: End) -> Outcome | None:
        short = None if program.limit is None else bounded(wide, end, whole_cost, program.limit)
        if short is None:
            return None
        multipliers = _unscaled(short.multipliers, short.den, source, scales)
        return Outcome(multipliers=multipliers, value=short.shortfall, bound=short.bound)

    def against(end: End) -> Outcome | None:
        return refuted(end) if exact else nearly_refuted(end) or refuted(end)

    second: Outcome | None = None
    settings: list[dict[str, Any] | None] = [*([] if start is None else [None]), *methods(wide.count)]
    for options in settings:
        try:
            end = start if options is None else run(wide, cost, options)
        except OutOfTime:
            if second is None:
                raise
            break
        if end is None:
            continue
        looks_feasible = end.point[-1] < 1e-7
        if not points:
            return None if looks_feasible else against(end)
        for attempt in (True, False):
            if attempt == looks_feasible:
                found = vertex(wide, end)
                if found is not None and found[0][-1] == 0:
                    return Outcome(point=(found[0][:-1], found[1]))
                continue
            outcome = against(end)
            if outcome is not None:
                return outcome
            if second is None and not looks_feasible:
                second = nearly_refuted(end)
    return _by_hand(data, scales) or second


def _by_hand(data: Rows, scales: list[int]) -> Outcome | None:
    """Decide a small program without floats, where they were blind: multipliers ``y`` with ``Aᵀy = 0``, ``b·y = 1``, or a point from their refutation."""
    if data.count * data.width > SMALL:
        return None
    mirrored = np.flatnonzero(data.equal)
    table = np.zeros((data.width + 1, data.count + mirrored.size), dtype=object)
    table[data.cols, data.rows] = data.nums
    table[-1, : data.count] = data.rights
    table[:, data.count :] = -table[:, mirrored]
    right = [Fraction(0)] * data.width + [Fraction(1)]
    solution, against = feasible_point(table.tolist(), right)
    if solution is not None:
        source = np.concatenate([np.arange(data.count), -1 - mirrored])
        den = lcm(*(v.denominator for v in solution))
        num = np.array([int(v * den) for v in solution], dtype=object)
        return Outcome(multipliers=_unscaled(num, den, source, scales), value=Fraction(1))
    assert against is not None  # w·A ≥ −w_b·b on inequalities, equal on equalities, and w_b < 0
    point = [Fraction(v) / -against[-1] for v in against[:-1]]
    den = lcm(*(v.denominator for v in point))
    found = np.array([int(v * den) for v in point], dtype=object)
    return Outcome(point=(found, den)) if satisfies(data, found, den) else None


def optimize(program: Any) -> Outcome | None:
    """Minimize a feasible program's objective: an exact vertex and an exact dual of equal value; ``None`` if not proved."""
    data, scales = integer_rows(program)
    den = lcm(*(v.denominator for v in program.objective.values()))
    cost = np.zeros(data.width, dtype=object)
    for k, v in program.objective.items():
        cost[k] = int(v * den)
    return _optimum(data, cost, den, np.arange(data.count), scales)


def least_relaxation(program: Any, soft: NDArray[np.bool_]) -> Outcome | None:
    """Return the least slack ``s ≥ 0`` on the soft rows that makes a program feasible; the other rows must be satisfiable."""
    data, scales = integer_rows(program)
    wide, source = elastic(data, soft, scales)
    cost = np.zeros(wide.width, dtype=object)
    cost[-1] = 1
    return _optimum(wide, cost, 1, source, scales)


def _optimum(data: Rows, cost: IntArray, den: int, source: NDArray[np.int64], scales: list[int]) -> Outcome | None:
    floats = np.array([_ratio(int(v), den) for v in cost])
    for options in methods(data.count):
        end = run(data, floats, options)
        if end is None:
            continue
        found = vertex(data, end)
        proof = None if found is None else dual(data, end, cost, den)
        if found is None or proof is None:
            continue
        value = Fraction(sum(int(a) * int(b) for a, b in zip(cost, found[0], strict=True)), den * found[1])
        bound = Fraction(sum(int(a) * int(b) for a, b in zip(proof[0], data.rights, strict=True)), proof[1])
        if value == bound:
            return Outcome(found, _unscaled(*proof, source, scales), value)
    return None


def _unscaled(num: IntArray, den: int, source: NDArray[np.int64], scales: list[int]) -> dict[int, Fraction]:
    """Return multipliers of the program's own rows: halves of an equality subtract."""
    found: dict[int, Fraction] = {}
    for at in np.flatnonzero(num).tolist():
        k = int(source[at])
        row, sign = (k, 1) if k >= 0 else (-1 - k, -1)
        value = found.get(row, Fraction(0)) + sign * Fraction(int(num[at]), den) * scales[row]
        found[row] = value
    return {row: value for row, value in found.items() if value}
