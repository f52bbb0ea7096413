"""Rows of linear programs in integers, as they are solved and proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.rational import IntArray, magnitude, narrow
from mechsynth.run import Run


@dataclass(frozen=True, eq=False)
class Rows:
    """Integer rows ``Σ num · x (= or ≥) right``.

    Attributes
    ----------
    rows, cols, nums:
        The nonzero coefficients.
    rights:
        Integers.
    equal:
        Where a row is an equality.
    width:
        The number of columns.
    floors:
        Columns that must be at least 0 (the others are free).
    run:
        How long it may take to decide them.
    """

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    nums: IntArray
    rights: IntArray
    equal: NDArray[np.bool_]
    width: int
    floors: NDArray[np.bool_]
    run: Run = field(default_factory=Run)

    def within(self, options: Mapping[str, object]) -> dict[str, object]:
        """Return the options of a solver with the time that is left.

        Raises
        ------
        OutOfTime
            When none is.
        """
        left = self.run.left()
        return dict(options) if left is None else {"time_limit": left, **options}

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.rights)

    @cached_property
    def scales(self) -> IntArray:
        """The largest coefficient of every row: floats see rows of about unit size."""
        tops = np.ones(self.count, dtype=self.nums.dtype)
        np.maximum.at(tops, self.rows, np.abs(self.nums))
        return tops

    def matrix(self) -> Any:
        """Return the rows in floats, scaled, as a CSC matrix."""
        from scipy.sparse import csc_array

        # Integers of any length divide to floats; turned into floats first they could overflow.
        values = np.asarray(self.nums / self.scales[self.rows], dtype=np.float64)
        return csc_array((values, (self.rows, self.cols)), shape=(self.count, self.width))

    def square(self, rows: NDArray[np.int64], cols: NDArray[np.int64], transpose: bool) -> Any:
        """Return the integer matrix of some rows and columns as CSR."""
        from scipy.sparse import csr_array

        place_row, place_col = np.full(self.count, -1), np.full(self.width, -1)
        place_row[rows], place_col[cols] = np.arange(rows.size), np.arange(cols.size)
        down, across = place_row[self.rows], place_col[self.cols]
        inside = (down >= 0) & (across >= 0)
        down, across = down[inside], across[inside]
        data = self.nums[inside].astype(np.int64)
        shape = (cols.size, rows.size) if transpose else (rows.size, cols.size)
        return csr_array((data, (across, down) if transpose else (down, across)), shape=shape)

    def products(self, point: IntArray) -> IntArray:
        """Return ``A x``, exactly."""
        return _accumulate(self.rows, self.nums, point[self.cols], self.count)

    def combination(self, multipliers: IntArray) -> IntArray:
        """Return ``Aᵀ y``, exactly."""
        return _accumulate(self.cols, self.nums, multipliers[self.rows], self.width)


def _accumulate(places: NDArray[np.int64], nums: IntArray, factors: IntArray, size: int) -> IntArray:
    keep = factors != 0
    places, nums, factors = places[keep], nums[keep], factors[keep]
    total = np.zeros(size, dtype=object)
    if places.size:
        order = np.argsort(places, kind="stable")
        terms = nums[order].astype(object) * factors[order].astype(object)
        sorted_places = places[order]
        first = np.flatnonzero(np.append(True, sorted_places[1:] != sorted_places[:-1]))
        total[sorted_places[first]] = np.add.reduceat(terms, first)
    return total


Exact = tuple[IntArray, int]


def integer_rows(program: Any) -> tuple[Rows, list[int]]:
    """Return a `LinearProgram`'s rows scaled to integers, and the whole factor of each row."""
    rows, cols, nums = program.entries
    factors, whole_rights = [], []
    for right, den in zip(program.rights, program.dens, strict=True):
        scaled_right = right * den if right else right
        factors.append(scaled_right.denominator)
        whole_rights.append(scaled_right.numerator)
    if any(factor != 1 for factor in factors):
        scaled = nums.astype(object) * np.array(factors, dtype=object)[rows]
    else:
        scaled = nums
    rights = np.array(whole_rights, dtype=object)
    wholes = np.array([d * f for d, f in zip(program.dens, factors, strict=True)], dtype=object)
    scaled, rights, wholes = _shortened(rows, scaled, rights, wholes)
    width = len(program.columns)
    data = Rows(rows, cols, scaled, rights, np.array(program.equal), width, np.zeros(width, dtype=bool), program.run)
    return data, wholes.tolist()


def _shortened(
    rows: NDArray[np.int64], nums: IntArray, rights: IntArray, wholes: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Divide every long row by what its numbers and its factor have in common.

    Rows of a kernel share one denominator; that of a single row is often a small part of it, and words are enough for the numbers then.
    """
    nums = narrow(nums)
    if nums.dtype != object or not nums.size:
        return nums, rights, wholes
    first = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
    own = rows[first]
    shared = np.gcd(np.gcd.reduceat(np.abs(nums), first), np.gcd(np.abs(rights[own]), wholes[own]))
    common = np.ones(len(rights), dtype=object)
    common[own] = shared
    return narrow(nums // common[rows]), rights // common, wholes // common


def elastic(data: Rows, soft: NDArray[np.bool_], scales: list[int]) -> tuple[Rows, NDArray[np.int64]]:
    """Add one slack ``s ≥ 0``, the last column, to the soft rows; soft equalities become two rows.

    ``s`` is in the units of the rows before they were scaled to integers.

    Returns the rows, and for each of them the row it came from, ``−1 − k`` where it is the negative half of row ``k``.
    """
    pairs = np.flatnonzero(soft & data.equal)
    mirrored = np.isin(data.rows, pairs)
    place = np.full(data.count, -1)
    place[pairs] = data.count + np.arange(pairs.size)
    weights = np.array(scales, dtype=object)
    if magnitude(weights) < 2**62:
        weights = weights.astype(np.int64)
    soft_rows = np.flatnonzero(soft)
    rows = np.concatenate([data.rows, place[data.rows[mirrored]], soft_rows, place[pairs]])
    cols = np.concatenate([data.cols, data.cols[mirrored], np.full(soft_rows.size + pairs.size, data.width)])
    nums = np.concatenate([data.nums, -data.nums[mirrored], weights[soft_rows], weights[pairs]])
    rights = np.concatenate([data.rights, -data.rights[pairs]])
    equal = np.concatenate([data.equal & ~soft, np.zeros(pairs.size, dtype=bool)])
    source = np.concatenate([np.arange(data.count), -1 - pairs])
    floors = np.append(data.floors, True)
    return Rows(rows, cols, nums, rights, equal, data.width + 1, floors, data.run), source
