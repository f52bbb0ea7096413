"""A linear program in free columns with integer rows: what the synthesis builds, floats solve and exact arithmetic proves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.program.labelled import AT_LEAST, EQUAL, Program, Row
from mechsynth.rational import IntArray, narrow
from mechsynth.run import Run

Index = NDArray[np.int64]

DEFINITION = "definition"
"""The owner of rows that only say what a column means: they can always be satisfied."""


@dataclass(eq=False)
class LinearProgram:
    """Rows ``Σ num/den · column (= or ≥) right``.

    Attributes
    ----------
    columns:
        Names of the columns.
    names, owners, equal, dens, rights:
        Per row: its name, the requirement it belongs to, whether it is an equality, the denominator of its
        coefficients, its right-hand side.
    objective:
        Coefficients of what is minimized, by column index; empty for feasibility.
    limit:
        Of a column, by its index, how large it can be when no payment exceeds ``M``: ``(base, slope)`` of ``base + slope · M``; ``None``
        where payments say nothing about it.
    spare:
        Per row: whether a refutation can often do without it.
    run:
        How long it may take to decide it.
    masses:
        By name of row, the probability of what the row speaks of, by which its slack is divided to be a gain; 1 where it is not listed.
    """

    columns: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    equal: list[bool] = field(default_factory=list)
    dens: list[int] = field(default_factory=list)
    rights: list[Fraction] = field(default_factory=list)
    objective: dict[int, Fraction] = field(default_factory=dict)
    limit: Callable[[int], tuple[Fraction, Fraction] | None] | None = None
    spare: list[bool] = field(default_factory=list)
    _rows: list[Index] = field(default_factory=list)
    _cols: list[Index] = field(default_factory=list)
    _nums: list[IntArray] = field(default_factory=list)
    run: Run = field(default_factory=Run)
    masses: dict[str, Fraction] = field(default_factory=dict)

    @classmethod
    def of(cls, program: Program) -> LinearProgram:
        """Return a labelled program in this form."""
        from math import lcm

        result = cls(list(program.columns))
        place = {name: k for k, name in enumerate(program.columns)}
        for row in program.rows:
            den = lcm(*(value.denominator for value in row.coefficients.values()))
            cols = np.array([[place[name] for name in row.coefficients]], dtype=np.int64)
            nums = np.array([[int(value * den) for value in row.coefficients.values()]], dtype=object)
            result.add_rows([row.name], [cols], [narrow(nums)], den, [row.right], "", row.sense == EQUAL)
        result.objective = {place[name]: value for name, value in program.objective.items()}
        return result

    def add_columns(self, names: Iterable[str]) -> Index:
        """Append free columns and return their indices."""
        start = len(self.columns)
        self.columns += names
        return np.arange(start, len(self.columns))

    def add_rows(
        self,
        names: Sequence[str],
        cols: Sequence[Index],
        nums: Sequence[IntArray],
        den: int,
        rights: Sequence[Fraction],
        owner: str,
        equal: bool = False,
    ) -> None:
        """Append rows: ``cols[j]`` and ``nums[j]`` are ``(R,)`` or ``(R, k)``; what is zero is left out, what repeats adds up."""
        start, count = len(self.names), len(names)
        if not count:
            return
        self.__dict__.pop("entries", None)
        self.names += names
        self.owners += [owner] * count
        self.equal += [equal] * count
        self.dens += [den] * count
        self.spare += [False] * count
        self.rights += rights
        index = np.arange(start, start + count)
        for col, num in zip(cols, nums, strict=True):
            wide = col.reshape(count, -1)
            values = np.broadcast_to(
                np.asarray(num).reshape(count, -1) if np.ndim(num) else np.asarray(num), wide.shape
            )
            keep = values != 0
            self._rows.append(np.broadcast_to(index[:, None], wide.shape)[keep])
            self._cols.append(wide[keep])
            self._nums.append(values[keep])

    def mark_spare(self, spare: NDArray[np.bool_]) -> None:
        """Say of the rows that were appended last which of them exact arithmetic can do without at first."""
        if spare.size:
            self.spare[-spare.size :] = spare.tolist()

    def extend(self, rows: Index, cols: Index, nums: IntArray) -> None:
        """Add ``num`` (over the row's own denominator) at places of existing rows."""
        self._rows.append(rows)
        self._cols.append(cols)
        self._nums.append(narrow(np.asarray(nums, dtype=object)))
        self.__dict__.pop("entries", None)

    @cached_property
    def entries(self) -> tuple[Index, Index, IntArray]:
        """Rows, columns and numerators of the nonzero coefficients, sorted by row then column, each place once."""
        rows = np.concatenate(self._rows) if self._rows else np.zeros(0, dtype=np.int64)
        cols = np.concatenate(self._cols) if self._cols else np.zeros(0, dtype=np.int64)
        nums = (
            np.concatenate([n.astype(object) for n in self._nums])
            if any(n.dtype == object for n in self._nums)
            else (np.concatenate(self._nums) if self._nums else np.zeros(0, dtype=np.int64))
        )
        key = rows * max(len(self.columns), 1) + cols
        order = np.argsort(key, kind="stable")
        key, nums = key[order], nums[order]
        first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if key.size else np.zeros(0, dtype=np.int64)
        sums = np.add.reduceat(nums, first) if first.size else nums
        keep = sums != 0
        return rows[order][first][keep], cols[order][first][keep], np.asarray(sums[keep])

    def products(self, point: IntArray) -> IntArray:
        """Return ``Σ num · point`` of every row, exactly; ``point`` holds one integer per column."""
        rows, cols, nums = self.entries
        terms = nums.astype(object) * point.astype(object)[cols]
        total = np.zeros(len(self.names), dtype=object)
        if rows.size:
            first = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
            total[rows[first]] = np.add.reduceat(terms, first)
        return total

    def labelled(self) -> Program:
        """Return the program with every coefficient under its column's name, for export and users' own constraints."""
        rows, cols, nums = self.entries
        bounds = np.searchsorted(rows, np.arange(len(self.names) + 1))
        program = Program(list(self.columns))
        for k, name in enumerate(self.names):
            place = slice(bounds[k], bounds[k + 1])
            coefficients = {
                self.columns[c]: Fraction(int(v), self.dens[k])
                for c, v in zip(cols[place].tolist(), nums[place].tolist(), strict=True)
            }
            program.rows.append(Row(name, coefficients, EQUAL if self.equal[k] else AT_LEAST, self.rights[k]))
        program.objective = {self.columns[c]: v for c, v in self.objective.items()}
        return program

    def restricted(self, keep: Sequence[str]) -> LinearProgram:
        """Return the program with the definitions and the rows of the given owners only."""
        wanted = set(keep) | {DEFINITION}
        mask = np.array([owner in wanted for owner in self.owners], dtype=bool)
        return self.part(np.flatnonzero(mask))

    def part(self, rows: Index) -> LinearProgram:
        """Return the program with some of the rows and all columns."""
        old_rows, cols, nums = self.entries
        place = np.full(len(self.names), -1)
        place[rows] = np.arange(rows.size)
        inside = place[old_rows] >= 0
        chosen = rows.tolist()
        return LinearProgram(
            self.columns,
            [self.names[k] for k in chosen],
            [self.owners[k] for k in chosen],
            [self.equal[k] for k in chosen],
            [self.dens[k] for k in chosen],
            [self.rights[k] for k in chosen],
            dict(self.objective),
            self.limit,
            [self.spare[k] for k in chosen],
            [place[old_rows[inside]]],
            [cols[inside]],
            [nums[inside]],
            self.run,
            self.masses,
        )

    def mass(self, row: int) -> Fraction:
        """Return the probability of what a row speaks of."""
        return self.masses.get(self.names[row], Fraction(1))

    def components(self) -> list[Index]:
        """Return the rows of each independent part of the program, largest first."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        rows, cols, _ = self.entries
        count, size = len(self.names), len(self.names) + len(self.columns)
        tied = sorted(self.objective)
        across = np.append(cols + count, np.array(tied[1:], dtype=np.int64) + count)
        down = np.append(rows, np.array(tied[:-1], dtype=np.int64) + count)
        graph: Any = coo_array((np.ones(across.size), (down, across)), shape=(size, size))
        _, labels = connected_components(graph, directed=False)
        own = labels[:count]
        parts = [np.flatnonzero(own == label) for label in np.unique(own)]
        return sorted(parts, key=len, reverse=True)
