"""An exact simplex: linear programs decided by integers alone, from the basis that a float solver ended with.

Rows ``s = A x − b`` with ``s = 0`` or ``s ≥ 0``, columns free or ``x ≥ 0``. *Quantities* are the slacks ``s`` and the columns ``x``; those outside
the basis are 0. The first phase raises the weighted sum of what is below its bound, the second lowers the cost. Each step solves two square
systems of the basis (`factors`, `systems`), so memory stays linear in the program. Most vertices of the programs met here are degenerate, so every
bound is lowered by ``ε`` times a number of its own, with an ``ε`` below everything: values are pairs, compared by their first entry and then by the
second (`_Walk.shifts`), and what is feasible or optimal with shifts is so without them. Where even those do not move the rule of Bland chooses, so that the
walk ends.

What comes back is checked by whoever uses it: a point, multipliers, or a ray.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from heapq import heapify, heappop
from math import gcd, lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mechsynth.errors import LATE, OutOfTime
from mechsynth.prove.factors import Factors
from mechsynth.prove.rows import Exact, Rows
from mechsynth.prove.systems import Index, independent, solve
from mechsynth.rational import IntArray

Basis = tuple[Index, Index]
"""Tight rows, and columns that may differ from 0."""

SPREAD = 16  # bits of the shifts
FEW = 2  # steps without progress before bounds are shifted
FILL = 40  # entries filled in per row of a basis before it is no longer factorized
PATIENCE = 6  # steps that lead nowhere before the rule of Bland takes over


class Kind(Enum):
    """How a walk ended."""

    FEASIBLE = "feasible"
    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"


@dataclass(frozen=True, eq=False)
class Walked:
    """Where a walk ended.

    Attributes
    ----------
    kind:
        What it came to.
    point:
        By column: of a feasible program.
    multipliers:
        By row: ``y ≥ 0`` off the equalities; ``Aᵀy ≤ 0`` (equal at free columns) and ``b·y > 0`` of an infeasible program, ``Aᵀy ≤ cost`` (equal at
        free columns) of an optimal one, both in the units of the cost.
    ray:
        By column: a direction that keeps all rows and along which the cost falls, of an unbounded one.
    rows, columns:
        The last basis: tight rows, and columns that may differ from 0.
    steps:
        How many there were.
    """

    kind: Kind
    point: Exact | None
    multipliers: Exact | None
    ray: Exact | None
    rows: Index
    columns: Index
    steps: int


class _Stop(Exception):
    """The walk cannot go on: a system could not be solved, or the steps are used up."""


class _Step(NamedTuple):
    """The slopes of all quantities along an edge, over a positive denominator."""

    slopes: IntArray
    den: int


def walk(
    data: Rows,
    cost: IntArray | None,
    start: Basis | None = None,
    most: int | None = None,
    deadline: float | None = None,
) -> Walked | None:
    """Decide a program, or optimize over it.

    Parameters
    ----------
    data:
        The rows.
    cost:
        What is minimized, integers by column; ``None`` for feasibility.
    start:
        Tight rows and columns of a basis to start from; what is not independent in them is left out.
    most:
        Steps after which to give up.
    deadline:
        When to give up, on the clock of `time.monotonic`.

    Returns
    -------
    ``None`` if it gave up.

    Raises
    ------
    OutOfTime
        When the deadline passes.
    """
    walker = _Walk(data, most, deadline)
    try:
        walker.begin(start)
        return walker.feasibility() or walker.optimum(cost)
    except _Stop:
        return None


class _Walk:
    def __init__(self, data: Rows, most: int | None, deadline: float | None) -> None:
        self.data, self.most, self.deadline = data, most, deadline
        size = data.count + data.width
        self.fixed = np.zeros(size, dtype=bool)
        self.fixed[: data.count] = data.equal
        self.lower = np.concatenate([~data.equal, data.floors])
        self.free = ~(self.fixed | self.lower)
        self.basic = np.zeros(size, dtype=bool)
        self.basic[: data.count] = True
        self.values: IntArray = np.zeros(size, dtype=object)
        self.den = 1
        self.shifts: IntArray = np.zeros(size, dtype=object)
        self.shift_den = 1
        self.steps = self.still = self.stuck = 0
        units = np.ones(size)
        units[: data.count] = [float(v) if v < 1 << 900 else 2.0**900 for v in data.scales.tolist()]
        self.units = units
        self.lines: list[dict[int, int]] = [{} for _ in range(data.count)]
        for r, c, v in zip(data.rows.tolist(), data.cols.tolist(), data.nums.tolist(), strict=True):
            self.lines[r][c] = v
        self.stale = True
        self.factors: Factors | None = None

    @property
    def rows(self) -> Index:
        return np.flatnonzero(~self.basic[: self.data.count])

    @property
    def columns(self) -> Index:
        return np.flatnonzero(self.basic[self.data.count :])

    def begin(self, start: Basis | None) -> None:
        """Take the basis to start from, or what is independent in it."""
        if start is not None:
            rows, columns = np.unique(start[0]), np.unique(start[1])
            rows = np.concatenate([rows[self.data.equal[rows]], rows[~self.data.equal[rows]]])
            square = independent(self.data, rows, columns)
            if square is None and rows.size == columns.size:
                square = rows, columns
            if square is not None:
                self.basic[square[0]] = False
                self.basic[self.data.count + square[1]] = True
        self.stale = True
        self._place()

    def _place(self) -> None:
        """Compute the vertex of the basis."""
        rows, columns = self.rows, self.columns
        solved = self._solve(rows, columns, False, self.data.rights[rows])
        point = np.zeros(self.data.width, dtype=object)
        point[columns] = solved[0]
        self.den = solved[1]
        self.values = np.concatenate([self.data.products(point) - self.data.rights * self.den, point])

    def _solve(self, rows: Index, columns: Index, transpose: bool, right: IntArray) -> Exact:
        """Solve the system of the basis; it is factorized once, and by other means where it fills up."""
        if self.stale:
            self.stale, self.factors = False, None
            place = dict(zip(columns.tolist(), range(columns.size), strict=True))
            lines = [{place[c]: v for c, v in self.lines[r].items() if c in place} for r in rows.tolist()]
            with suppress(MemoryError, ZeroDivisionError):
                self.factors = Factors(lines, FILL * rows.size, self.deadline)
        if self.factors is not None:
            return self.factors.solve_transposed(right.tolist()) if transpose else self.factors.solve(right.tolist())
        solved = solve(self.data, rows, columns, transpose, right)
        if solved is None:
            raise _Stop
        return solved

    def _tick(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime("", LATE, "allow more time")
        self.steps += 1
        if self.most is not None and self.steps > self.most:
            raise _Stop

    def feasibility(self) -> Walked | None:
        """Walk until nothing is below its bound; or return that this cannot be."""
        while True:
            under = (self.values < 0) | ((self.values == 0) & (self.shifts < 0))
            below = under & self.lower
            off = ((self.values != 0) | (self.shifts != 0)) & self.fixed
            if not (below | off).any():
                return None
            self._tick()
            weights = np.zeros(self.values.size, dtype=object)
            weights[below] = 1
            weights[off] = np.where(under[off], 1, -1)
            gains, prices = self._gains(weights)
            entering = self._entering(gains)
            if entering is None:
                num = weights[: self.data.count] * prices[1] - prices[0]
                return self._end(Kind.INFEASIBLE, multipliers=(num, prices[1]))
            step = self._edge(*entering)
            leaving = self._blocking(step, below, off)
            assert leaving is not None  # the sum of what is below its bound cannot grow for ever
            self._move(entering[0], leaving, step)

    def optimum(self, cost: IntArray | None) -> Walked:
        """Walk from a feasible vertex until the cost cannot be lowered."""
        if cost is None:
            return self._end(Kind.FEASIBLE)
        weights = np.concatenate([np.zeros(self.data.count, dtype=object), -cost])
        nothing = np.zeros(self.values.size, dtype=bool)
        self.still = 0
        while True:
            self._tick()
            gains, prices = self._gains(weights)
            entering = self._entering(gains)
            if entering is None:
                return self._end(Kind.OPTIMAL, multipliers=(-prices[0], prices[1]))
            step = self._edge(*entering)
            leaving = self._blocking(step, nothing, nothing)
            if leaving is None:
                return self._end(Kind.UNBOUNDED, ray=(step.slopes[self.data.count :], step.den))
            self._move(entering[0], leaving, step)

    def _end(self, kind: Kind, multipliers: Exact | None = None, ray: Exact | None = None) -> Walked:
        point = None if kind is Kind.INFEASIBLE else (self.values[self.data.count :], self.den)
        return Walked(kind, point, multipliers, ray, self.rows, self.columns, self.steps)

    def _gains(self, weights: IntArray) -> tuple[IntArray, Exact]:
        """Return what one unit of each quantity outside the basis adds to a weighted sum of all, and the multipliers of the rows behind it."""
        count, rows, columns = self.data.count, self.rows, self.columns
        target = self.data.combination(weights[:count]) + weights[count:]
        solved = self._solve(rows, columns, True, target[columns])
        prices = np.zeros(count, dtype=object)
        prices[rows] = solved[0]
        return np.concatenate([prices, target * solved[1] - self.data.combination(prices)]), (prices, solved[1])

    def _entering(self, gains: IntArray) -> tuple[int, int] | None:
        """Return a quantity that is worth moving, and in which direction; ``None`` if there is none."""
        wanted = ~self.basic & ((self.lower & (gains > 0)) | (self.free & (gains != 0)))
        places = np.flatnonzero(wanted)
        if not places.size:
            return None
        at = int(places[0])
        if self.still < PATIENCE:
            top = max(abs(v) for v in gains[places].tolist())
            sizes = np.array([abs(v) / top for v in gains[places].tolist()]) * self.units[places]
            at = int(places[sizes.argmax()])
        return at, 1 if gains[at] > 0 else -1

    def _edge(self, entering: int, sign: int) -> _Step:
        """Return how all quantities move when one outside the basis does."""
        count, rows, columns = self.data.count, self.rows, self.columns
        point = np.zeros(self.data.width, dtype=object)
        if entering < count:
            right = np.zeros(rows.size, dtype=object)
            right[np.searchsorted(rows, entering)] = sign
        else:
            point[entering - count] = sign
            right = -self.data.products(point)[rows]
        solved = self._solve(rows, columns, False, right)
        point *= solved[1]
        point[columns] = solved[0]
        return _Step(np.concatenate([self.data.products(point), point]), solved[1])

    def _blocking(self, step: _Step, below: NDArray[np.bool_], off: NDArray[np.bool_]) -> int | None:
        """Return the quantity at which to stop along an edge.

        What is beyond its bound already stops where it comes back to it, unless the sum still grows beyond.
        """
        slopes = step.slopes
        falls = slopes < 0
        under = (self.values < 0) | ((self.values == 0) & (self.shifts < 0))
        back = (below & ~falls & (slopes != 0)) | (off & (slopes != 0) & (falls != under))
        stops = self.basic & (back | (self.lower & ~below & falls) | (self.fixed & ~off & (slopes != 0)))
        places = np.flatnonzero(stops).tolist()
        if not places:
            return None
        far = [_Distance(abs(self.values[k]), self._shift(k), abs(slopes[k]), k) for k in places]
        if self.still >= PATIENCE or not (below | off).any():
            return min(far).place
        # The sum rises along the edge; every quantity passed takes its slope from it (twice where it was on the way to a fixed value).
        rise = sum(int(slopes[k]) for k in np.flatnonzero(below).tolist())
        rise += sum(int(slopes[k] if under[k] else -slopes[k]) for k in np.flatnonzero(off).tolist())
        heapify(far)
        while True:
            d = heappop(far)
            rise -= int(d.slope) * (2 if off[d.place] else 1)
            # what is at its fixed value stays there
            if rise <= 0 or not far or (self.fixed[d.place] and not off[d.place]):
                return d.place

    def _shift(self, k: int) -> int:
        """Return by how much a quantity is shifted, away from its bound if it is at it."""
        value, shift = self.values[k], int(self.shifts[k])
        return -shift if value < 0 or (value == 0 and shift < 0) else shift

    def _move(self, entering: int, leaving: int, step: _Step) -> None:
        """Go along an edge until a quantity is 0, and exchange it with the one that moved."""
        slope = int(step.slopes[leaving])
        if self.values[leaving]:
            self.values, self.den = _along(self.values, self.den, step.slopes, leaving, slope)
            self.shifts[:], self.shift_den = 0, 1
            self.still = self.stuck = 0
        elif self.shifts[leaving]:
            self.shifts, self.shift_den = _along(self.shifts, self.shift_den, step.slopes, leaving, slope)
            self.shifts[self.values != 0] = 0  # shifts decide between quantities at their bounds alone
            self.stuck += 1
            self.still = 0
        else:
            self.stuck += 1
            self.still += 1
        self.basic[entering], self.basic[leaving] = True, False
        self.stale = True
        if self.stuck == FEW:
            loose = np.flatnonzero(self.basic & self.lower & (self.values == 0))
            self.shifts[loose] = np.random.default_rng(loose.size).integers(1, 2 << SPREAD, loose.size).astype(object)


def _along(values: IntArray, den: int, slopes: IntArray, leaving: int, slope: int) -> Exact:
    """Return ``values / den`` moved along slopes until one of them is 0."""
    if not values[leaving]:
        return values, den
    num, bottom = -int(values[leaving]), den * slope
    if bottom < 0:
        num, bottom = -num, -bottom
    shared = gcd(num, bottom)
    num, bottom = num // shared, bottom // shared
    common = lcm(den, bottom)
    moved = values * (common // den) + slopes * (num * (common // bottom))
    shared = gcd(common, *moved[moved != 0].tolist())
    return moved // shared, common // shared


class _Distance:
    """``(value + ε shift) / slope`` for a small ``ε``, compared exactly."""

    __slots__ = ("place", "shift", "slope", "value")

    def __init__(self, value: int, shift: int, slope: int, place: int) -> None:
        self.value, self.shift, self.slope, self.place = value, shift, slope, place

    def __lt__(self, other: _Distance) -> bool:
        one, two = self.value * other.slope, other.value * self.slope
        if one != two:
            return one < two
        one, two = self.shift * other.slope, other.shift * self.slope
        return one < two or (one == two and self.place < other.place)
