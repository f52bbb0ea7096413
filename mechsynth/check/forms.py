"""Arrays of linear forms: numbers plus coefficients times columns, one form a row.

Numbers are integers over a denominator (:class:`~mechsynth.check.exact.Exact`). A part of a number may be known by bounds first and exactly
only where it is asked for. A form without columns is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from .block import Column
from .exact import Array, Exact


@dataclass(frozen=True, eq=False)
class Term:
    """``Σ_m num[row, m] / den[row] · column[row, m]``, integers over a denominator, one row each."""

    column: Array
    num: Array
    den: Array


@dataclass(frozen=True, eq=False)
class Rest:
    """A part of a number that is known by bounds first: ``factor`` times what lies between integers over ``scale``, exact where asked."""

    low: Array
    high: Array
    scale: int
    exact: Callable[[Array], Exact]
    factor: Fraction = Fraction(1)

    def bound(self, upper: bool) -> Exact:
        """Return a lower or an upper bound of the rows."""
        side = self.high if upper == (self.factor > 0) else self.low
        return Exact(side, np.array(self.scale, dtype=object)).times(self.factor)

    def at(self, rows: Array) -> Exact:
        """Return some rows exactly."""
        return self.exact(rows).times(self.factor)


@dataclass(frozen=True, eq=False)
class Form:
    """Linear forms, one a row: a number, terms, and perhaps a part known by bounds."""

    const: Exact
    terms: tuple[Term, ...] = ()
    rest: Rest | None = None

    @classmethod
    def of(cls, value: Fraction, count: int) -> Form:
        """Return a number, ``count`` times."""
        return cls(Exact.constant(value, (count,)))

    def __add__(self, other: Form) -> Form:
        assert self.rest is None or other.rest is None
        return Form(self.const + other.const, self.terms + other.terms, self.rest or other.rest)

    def __neg__(self) -> Form:
        return self.times(Fraction(-1))

    def __sub__(self, other: Form) -> Form:
        if other.terms or other.rest:
            return self + -other
        return Form(self.const - other.const, self.terms, self.rest)

    def times(self, factor: Fraction) -> Form:
        """Return the forms multiplied by a number."""
        top, den = factor.numerator, factor.denominator
        terms = tuple(Term(part.column, part.num.astype(object) * top, part.den * den) for part in self.terms)
        return Form(self.const.times(factor), terms, self.rest and replace(self.rest, factor=self.rest.factor * factor))

    def by(self, mass: Exact) -> Form:
        """Return every form multiplied by a number of its own; none is known by bounds."""
        assert self.rest is None
        count = self.const.num.size
        top, den = np.broadcast_to(mass.num, (count,)), np.broadcast_to(mass.den, (count,))
        terms = tuple(Term(part.column, part.num.astype(object) * top[:, None], part.den * den) for part in self.terms)
        return Form(Exact(self.const.num * top, self.const.den * den), terms)

    def at(self, row: int) -> Fraction:
        """Return the exact number of one row that has no columns."""
        value = self.const.at(row)
        return value if self.rest is None else value + self.rest.at(np.array([row])).at(0)

    def entries(self, row: int) -> Iterator[tuple[int, Column, int]]:
        """Return ``(denominator, column, numerator)`` of one row, zeros left out; a column may come twice."""
        for part in self.terms:
            den, nums = int(part.den[row]), part.num[row]
            for m in np.flatnonzero(nums):
                yield den, int(part.column[row, m]), int(nums[m])

    def plain(self, row: int) -> dict[Column, Fraction]:
        """Return one row's coefficients by column."""
        total = Sum()
        total.add(Fraction(1), self, row)
        return total.columns()


@dataclass
class Sum:
    """Forms added up; numbers over different denominators, and parts known by bounds, are kept apart until the end."""

    plain: Fraction = Fraction(0)
    parts: dict[int, dict[Column, int]] = field(default_factory=dict)
    rests: list[tuple[Fraction, Rest, int]] = field(default_factory=list)

    def add(self, factor: Fraction, form: Form, row: int) -> None:
        """Add a multiple of one row."""
        self.plain += factor * form.const.at(row)
        if form.rest is not None:
            self.rests.append((factor, form.rest, row))
        top, bottom = factor.numerator, factor.denominator
        for term in form.terms:
            part, nums = self.parts.setdefault(int(term.den[row]) * bottom, {}), term.num[row]
            used = np.flatnonzero(nums)
            for column, value in zip(term.column[row][used].tolist(), nums[used].tolist(), strict=True):
                part[column] = part.get(column, 0) + value * top

    @property
    def const(self) -> Fraction:
        """The number, exactly."""
        exact = (factor * rest.at(np.array([row])).at(0) for factor, rest, row in self.rests)
        return self.plain + sum(exact, Fraction(0))

    def bound(self, upper: bool) -> Fraction:
        """A lower or an upper bound of the number."""
        sides = (factor * rest.bound(upper == (factor > 0)).at(row) for factor, rest, row in self.rests)
        return self.plain + sum(sides, Fraction(0))

    def columns(self) -> dict[Column, Fraction]:
        """Return the columns where the sum is not zero."""
        total: dict[Column, Fraction] = {}
        for den, part in self.parts.items():
            for column, value in part.items():
                if value:
                    total[column] = total.get(column, Fraction(0)) + Fraction(value, den)
        return {column: value for column, value in total.items() if value}
