"""A sparse square matrix of integers, factorized exactly: elimination with the pivot that fills least, in rational numbers.

Bases of linear programs are close to triangular, so there is little to eliminate, and numbers stay about as long as those of the solution. One
factorization serves the matrix and its transpose.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from math import lcm
from typing import Any

import numpy as np

from mechsynth.errors import LATE, OutOfTime
from mechsynth.rational import IntArray

Line = dict[int, Any]
"""Entries by place; `flint.fmpq`."""


class Factors:
    """``B = L U`` up to the order of rows and columns.

    Parameters
    ----------
    lines:
        The rows of ``B``: nonzero integers by column.
    most:
        Entries filled in after which to give up.
    deadline:
        When to give up, on the clock of `time.monotonic`.

    Raises
    ------
    ZeroDivisionError
        When the matrix is singular.
    MemoryError
        When more than ``most`` entries would be filled in.
    OutOfTime
        When the deadline passes.
    """

    def __init__(self, lines: Sequence[dict[int, int]], most: int, deadline: float | None = None) -> None:
        from flint import fmpq

        work: list[Line] = [{c: fmpq(v) for c, v in line.items()} for line in lines]
        self.size = len(work)
        across: list[set[int]] = [set() for _ in work]
        for r, line in enumerate(work):
            for c in line:
                across[c].add(r)
        # rows and columns that are to be looked at, by how many entries they hold
        self.pivots: list[tuple[int, int, Any]] = []
        self.below: list[list[tuple[int, Any]]] = []  # per pivot: rows and what was subtracted from them
        self.right: list[Line] = []  # per pivot: the rest of its row
        left = set(range(self.size))
        short = [(len(line), r) for r, line in enumerate(work)]
        heapify(short)
        single_columns = [c for c in range(self.size) if len(across[c]) == 1]
        single_rows = [r for r in range(self.size) if len(work[r]) == 1]
        filled = 0
        while left:
            r, c = self._choose(work, across, left, short, single_rows, single_columns)
            line = work[r]
            pivot = line.pop(c)
            left.discard(r)
            across[c].discard(r)
            for k in line:
                across[k].discard(r)
                if len(across[k]) == 1:
                    single_columns.append(k)
            below = []
            for other in sorted(across[c]):
                target = work[other]
                factor = target.pop(c) / pivot
                below.append((other, factor))
                for k, v in line.items():
                    old = target.get(k)
                    if old is None:
                        target[k] = -factor * v
                        across[k].add(other)
                        filled += 1
                        continue
                    new = old - factor * v
                    if new:
                        target[k] = new
                    else:
                        del target[k]
                        across[k].discard(other)
                        if len(across[k]) == 1:
                            single_columns.append(k)
                if len(target) == 1:
                    single_rows.append(other)
                heappush(short, (len(target), other))
            if filled > most:
                raise MemoryError
            if deadline is not None and time.monotonic() > deadline:
                raise OutOfTime("", LATE, "allow more time")
            across[c] = set()
            self.pivots.append((r, c, pivot))
            self.below.append(below)
            self.right.append(line)

    @staticmethod
    def _choose(
        work: list[Line],
        across: list[set[int]],
        left: set[int],
        short: list[tuple[int, int]],
        single_rows: list[int],
        single_columns: list[int],
    ) -> tuple[int, int]:
        """Return the next pivot: one that fills nothing where there is one, else of the shortest row its shortest column."""
        while single_columns:
            c = single_columns.pop()
            if len(across[c]) == 1:
                return next(iter(across[c])), c
        while single_rows:
            r = single_rows.pop()
            if r in left and len(work[r]) == 1:
                return r, next(iter(work[r]))
        count, r = heappop(short)
        while r not in left or count != len(work[r]):
            count, r = heappop(short)
        if not work[r]:
            raise ZeroDivisionError
        return r, min(work[r], key=lambda k: (len(across[k]), k))

    def solve(self, right: Sequence[int]) -> tuple[IntArray, int]:
        """Solve ``B x = b``: numerators and a positive denominator."""
        from flint import fmpq

        rest = [fmpq(int(v)) for v in right]
        for (r, _, _), below in zip(self.pivots, self.below, strict=True):
            value = rest[r]
            if value:
                for other, factor in below:
                    rest[other] -= factor * value
        found = [fmpq(0)] * self.size
        for (r, c, pivot), line in zip(reversed(self.pivots), reversed(self.right), strict=True):
            value = rest[r]
            for k, v in line.items():
                if found[k]:
                    value -= v * found[k]
            if value:
                found[c] = value / pivot
        return common(found)

    def solve_transposed(self, right: Sequence[int]) -> tuple[IntArray, int]:
        """Solve ``Bᵀ y = c``: numerators and a positive denominator."""
        from flint import fmpq

        rest = [fmpq(int(v)) for v in right]
        found = [fmpq(0)] * self.size
        for (r, c, pivot), line in zip(self.pivots, self.right, strict=True):
            value = rest[c]
            if value:
                value /= pivot
                found[r] = value
                for k, v in line.items():
                    rest[k] -= v * value
        for (r, _, _), below in zip(reversed(self.pivots), reversed(self.below), strict=True):
            value = found[r]
            for other, factor in below:
                if found[other]:
                    value -= factor * found[other]
            found[r] = value
        return common(found)


def common(values: Sequence[Any]) -> tuple[IntArray, int]:
    """Return rational numbers over their least common denominator."""
    dens = [int(v.q) for v in values]
    den = lcm(*dens) if dens else 1
    num = [int(v.p) * (den // q) for v, q in zip(values, dens, strict=True)]
    found = np.zeros(len(num), dtype=object)
    found[:] = num
    return found, den
