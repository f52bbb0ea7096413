"""Small exact programs put together row by row: is there a point, or multipliers against one?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

import numpy as np

from mechsynth.errors import OutOfTime
from mechsynth.prove.exact import decide
from mechsynth.prove.rows import Rows
from mechsynth.prove.walk import Kind
from mechsynth.rational import narrow
from mechsynth.run import Run

Term = tuple[int, int]
"""A column and its whole coefficient."""


@dataclass(eq=False)
class Lines:
    """Rows ``Σ coefficient · column (= or ≥) right`` in free columns.

    Attributes
    ----------
    width:
        The number of columns.
    run:
        How long it may take.
    """

    width: int
    run: Run = field(default_factory=Run)
    _entries: list[tuple[int, int, int]] = field(default_factory=list)
    _rights: list[int] = field(default_factory=list)
    _equal: list[bool] = field(default_factory=list)

    def add(self, terms: Iterable[Term], right: int = 0, *, equal: bool) -> None:
        """Append a row; terms of one column add up."""
        row: dict[int, int] = {}
        for column, value in terms:
            row[column] = row.get(column, 0) + int(value)
        self._entries += [(len(self._rights), column, value) for column, value in row.items() if value]
        self._rights.append(int(right))
        self._equal.append(equal)

    def decide(self) -> tuple[list[Fraction] | None, list[Fraction]]:
        """Return a point and nothing; or ``None`` and multipliers of the rows that refute every point.

        The multipliers are at least 0 off the equalities, the rows add up to 0 with them, and the right-hand sides to more than 0.

        Raises
        ------
        OutOfTime
            When the time is over, or the program is too large to be decided exactly.
        """
        rows, cols, nums = (list(part) for part in zip(*self._entries, strict=True)) if self._entries else ([], [], [])
        data = Rows(
            np.array(rows, dtype=np.int64),
            np.array(cols, dtype=np.int64),
            narrow(np.array(nums, dtype=object)),
            np.array(self._rights, dtype=object),
            np.array(self._equal, dtype=bool),
            self.width,
            np.zeros(self.width, dtype=bool),
            self.run,
        )
        self.run.check()
        found = decide(data)
        if found is None:
            raise OutOfTime("", "a program of the question is too large to be decided exactly", "use fewer signals")
        if found.kind is Kind.INFEASIBLE:
            assert found.multipliers is not None
            num, den = found.multipliers
            return None, [Fraction(int(v), den) for v in num]
        assert found.point is not None
        num, den = found.point
        return [Fraction(int(v), den) for v in num], []


def whole(values: Iterable[Fraction]) -> list[int]:
    """Return the numbers times the least that makes all of them whole."""
    listed = list(values)
    den = lcm(*(value.denominator for value in listed))
    return [int(value * den) for value in listed]
