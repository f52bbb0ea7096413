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
from mechsynth.prove.rows import Exact, Rows, elastic, integer_rows
from mechsynth.prove.systems import solve
from mechsynth.prove.walk import Basis, Kind, Walked, walk
from mechsynth.prove.zoom import zoom
from mechsynth.rational import IntArray, narrow
from mechsynth.solver.linear import End, methods, minimize
from mechsynth.solver.scaling import equilibrium, scaled

ORDINARY = (2.0**-20, 2.0**30)  # sizes of right-hand sides that floats are left to see as they are
LONG = 128  # bits of a denominator above which multipliers are scaled to integers
LIGHT = 3_000  # rows and columns of a program that is walked through exactly as soon as one basis proves nothing
ASIDE = 60  # steps of an exact walk for an answer that is only given beside another
WORK = 20_000_000  # steps times rows and columns after which an exact walk without a time limit is given up


def run(data: Rows, cost: NDArray[np.float64], options: dict[str, object], floor: float = 0.0) -> End | None:
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
    matrix = data.matrix()
    down, across = equilibrium(matrix)
    if across is not None:
        matrix, lower, cost = scaled(matrix, down, across), lower * down, cost * across
    upper = np.where(data.equal, lower, np.inf)
    least = np.full(data.width, float(Fraction(floor) / unit))
    floors = np.where(data.floors, least if across is None else least / across, -np.inf)
    end = minimize(cost, matrix, lower, upper, floors, data.within(options))
    if end is not None and across is not None:
        end = replace(end, point=end.point * across, duals=end.duals * down)
    return end if end is None or unit == 1 else replace(end, unit=unit)


def _sides(data: Rows, unit: Fraction) -> NDArray[np.float64]:
    """Return the right-hand sides of the scaled rows in multiples of ``unit``."""
    over, under = unit.denominator, unit.numerator
    return np.array([ratio(int(b) * over, int(s) * under) for b, s in zip(data.rights, data.scales, strict=True)])


def ratio(value: int, scale: int) -> float:
    """Return a quotient of integers as a float, infinite where it is beyond them."""
    try:
        return value / scale
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def vertex(data: Rows, end: End) -> Exact | None:
    """Return the exact vertex of a basis if it satisfies every row; ``None`` otherwise."""
    solved = solve(data, end.rows, end.columns, False, data.rights[end.rows])
    if solved is None:
        return None
    num, den = solved
    point = np.zeros(data.width, dtype=object)
    point[end.columns] = num
    return (point, den) if satisfies(data, point, den) else None


def satisfies(data: Rows, point: IntArray, den: int) -> bool:
    """Return whether ``point / den`` satisfies every row and floor, exactly."""
    gaps = data.products(point) - data.rights * den
    if (gaps < 0).any() or (gaps[data.equal] != 0).any():
        return False
    return not (point[data.floors] < 0).any()


def refutes(data: Rows, multipliers: IntArray) -> bool:
    """Return whether ``y ≥ 0`` off the equalities, ``Aᵀy = 0`` (``≤`` at floored columns) and ``b·y > 0``, exactly."""
    return (
        attains(data, (multipliers, 1), np.zeros(data.width, dtype=object)) and total(multipliers, data.rights, 1) > 0
    )


def keeps(data: Rows, direction: IntArray) -> bool:
    """Return whether a direction never leaves the rows and floors, exactly."""
    slopes = data.products(direction)
    return not ((slopes < 0).any() or slopes[data.equal].any() or (direction[data.floors] < 0).any())


def dual(data: Rows, end: End, cost: IntArray, cost_den: int) -> Exact | None:
    """Return the exact dual of a basis if it is feasible: ``y ≥ 0`` off the equalities, ``Aᵀy = cost`` (``≤`` at floored columns)."""
    solved = solve(data, end.rows, end.columns, True, cost[end.columns])
    if solved is None:
        return None
    num, den = solved
    multipliers = np.zeros(data.count, dtype=object)
    multipliers[end.rows] = num
    return (multipliers, den * cost_den) if attains(data, (multipliers, den), cost) else None


def attains(data: Rows, multipliers: Exact, cost: IntArray) -> bool:
    """Return whether ``y ≥ 0`` off the equalities and ``Aᵀy = cost`` (``≤`` at floored columns), exactly."""
    num, den = multipliers
    if (num[~data.equal] < 0).any():
        return False
    gaps = cost * den - data.combination(num)
    return not (gaps[~data.floors] != 0).any() and not (gaps[data.floors] < 0).any()


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
    ray:
        A direction, by column, that can be followed from the point without end while the objective falls.
    seen:
        The optimum that floats saw, where none was proved.
    """

    point: Exact | None = None
    multipliers: dict[int, Fraction] | None = None
    value: Fraction | None = None
    bound: int | None = None
    ray: Exact | None = None
    seen: float | None = None


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
        num, den = _short(*proof)
        value = total(num, wide.rights, den)
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
    last: Basis | None = None
    settings: list[dict[str, object] | None] = [*([] if start is None else [None]), *methods(wide.count)]
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
        last = np.unique(np.where(source < 0, -1 - source, source)[end.rows]), end.columns[end.columns < data.width]
        if options is not None and data.count + data.width <= LIGHT:
            break
    try:
        return _closer(data, scales, last) or second
    except OutOfTime:
        if second is None:
            raise
        return second


def limits(data: Rows) -> tuple[int | None, float | None]:
    """Return the steps and the time that an exact walk may take."""
    deadline = data.run.deadline
    return None if deadline is not None else WORK // (data.count + data.width), deadline


def _closer(data: Rows, scales: list[int], last: Basis | None) -> Outcome | None:
    """Decide from a basis that proves nothing: look closer in floats, then walk exactly."""
    closer = None if last is None else zoom(data, last)
    if closer is not None and closer.point is not None:
        return Outcome(point=closer.point) if satisfies(data, *closer.point) else None
    if closer is not None and closer.multipliers is not None and refutes(data, closer.multipliers[0]):
        return _refuted(data, scales, closer.multipliers)
    return _settled(data, scales, walk(data, None, last if closer is None else closer.basis, *limits(data)))


def _settled(data: Rows, scales: list[int], walked: Walked | None) -> Outcome | None:
    """Return what an exact walk without a cost found, checked."""
    if walked is None:
        return None
    if walked.point is not None:
        return Outcome(point=walked.point) if satisfies(data, *walked.point) else None
    assert walked.multipliers is not None
    return _refuted(data, scales, walked.multipliers)


def _refuted(data: Rows, scales: list[int], multipliers: Exact) -> Outcome | None:
    """Return multipliers if they refute the rows."""
    num, den = _short(*multipliers)
    if not refutes(data, num):
        return None
    return Outcome(multipliers=_unscaled(num, den, np.arange(data.count), scales), value=total(num, data.rights, den))


def _short(num: IntArray, den: int) -> Exact:
    """Return a positive multiple of multipliers without a long denominator: it proves the same and is half as long."""
    if den.bit_length() <= LONG:
        return num, den
    shared = gcd(*(int(v) for v in num[num != 0])) or 1
    return num // shared, 1


def total(left: IntArray, right: IntArray, den: int) -> Fraction:
    """Return ``left · right / den``, exactly."""
    return Fraction(sum(int(a) * int(b) for a, b in zip(left, right, strict=True) if a and b), den)


def optimize(program: Any) -> Outcome | None:
    """Minimize a feasible program's objective: an exact vertex and an exact dual of equal value; ``None`` if not proved."""
    data, scales = integer_rows(program)
    den = lcm(*(v.denominator for v in program.objective.values()))
    cost = np.zeros(data.width, dtype=object)
    for k, v in program.objective.items():
        cost[k] = int(v * den)
    return _optimum(data, cost, den, np.arange(data.count), scales)


def least_relaxation(program: Any, soft: NDArray[np.bool_]) -> Outcome | None:
    """Return the least slack ``s ≥ 0``, times the mass of each row, on the soft rows that makes a program feasible; the other rows must be satisfiable.

    ``None`` also where that would take long.
    """
    data, scales = integer_rows(program)
    parts = [program.mass(k) for k in range(data.count)]
    common = lcm(*(part.denominator for part in parts))
    if common > 1:
        data = replace(data, nums=narrow(data.nums.astype(object) * common), rights=data.rights * common)
        scales = [scale * common for scale in scales]
    weights = [int(part * scale) for part, scale in zip(parts, scales, strict=True)]
    wide, source = elastic(data, soft, weights)
    cost = np.zeros(wide.width, dtype=object)
    cost[-1] = 1
    return _optimum(wide, cost, 1, source, scales, ASIDE)


def _optimum(
    data: Rows, cost: IntArray, den: int, source: NDArray[np.int64], scales: list[int], most: int | None = None
) -> Outcome | None:
    floats = np.array([ratio(int(v), den) for v in cost])
    last: Basis | None = None
    seen: float | None = None
    try:
        for options in methods(data.count):
            end = run(data, floats, options)
            if end is None:
                continue
            last = end.rows, end.columns
            seen = float(floats @ end.point) * float(end.unit)
            found = vertex(data, end)
            proof = None if found is None else dual(data, end, cost, den)
            if found is not None and proof is not None:
                return _both(data, cost, den, found, proof, source, scales)
            if data.count + data.width <= LIGHT:
                break
        steps, deadline = limits(data)
        walked = walk(data, cost, last, steps if most is None else most, deadline)
    except OutOfTime as late:
        late.seen = seen
        raise
    if walked is None or walked.point is None or not satisfies(data, *walked.point):
        return Outcome(seen=seen)
    if walked.kind is Kind.UNBOUNDED:
        assert walked.ray is not None
        num = walked.ray[0]
        falls = keeps(data, num) and total(cost, num, 1) < 0
        return Outcome(walked.point, ray=walked.ray) if falls else None
    if walked.multipliers is None or not attains(data, walked.multipliers, cost):
        return None
    num, bottom = walked.multipliers
    return _both(data, cost, den, walked.point, (num, bottom * den), source, scales)


def _both(
    data: Rows, cost: IntArray, den: int, found: Exact, proof: Exact, source: NDArray[np.int64], scales: list[int]
) -> Outcome | None:
    """Return a point and multipliers if they prove the same value."""
    value = total(cost, found[0], den * found[1])
    equal = value == total(proof[0], data.rights, proof[1])
    return Outcome(found, _unscaled(*proof, source, scales), value) if equal else None


def _unscaled(num: IntArray, den: int, source: NDArray[np.int64], scales: list[int]) -> dict[int, Fraction]:
    """Return multipliers of the program's own rows: halves of an equality subtract."""
    found: dict[int, Fraction] = {}
    for at in np.flatnonzero(num).tolist():
        k = int(source[at])
        row, sign = (k, 1) if k >= 0 else (-1 - k, -1)
        value = found.get(row, Fraction(0)) + sign * Fraction(int(num[at]), den) * scales[row]
        found[row] = value
    return {row: value for row, value in found.items() if value}
