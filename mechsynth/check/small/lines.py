"""Numbers and linear forms as lists of fractions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass
class Line:
    """A number and coefficients of columns."""

    const: Fraction = Fraction(0)
    terms: dict[Any, Fraction] = field(default_factory=dict)

    def add(self, factor: Fraction, other: Line) -> None:
        """Add a multiple of another form."""
        self.const += factor * other.const
        for column, value in other.terms.items():
            total = self.terms.get(column, Fraction(0)) + factor * value
            if total:
                self.terms[column] = total
            else:
                self.terms.pop(column, None)


class Form(list[Line]):
    """Linear forms, one a row."""

    def _with(self, factor: Fraction, other: Form) -> Form:
        found = self.times(Fraction(1))
        for mine, line in zip(found, other, strict=True):
            mine.add(factor, line)
        return found

    def __add__(self, other: Form) -> Form:  # type: ignore[override]
        return self._with(Fraction(1), other)

    def __sub__(self, other: Form) -> Form:
        return self._with(Fraction(-1), other)

    def __neg__(self) -> Form:
        return self.times(Fraction(-1))

    def times(self, factor: Fraction) -> Form:
        """Return a multiple."""
        return Form(Line(line.const * factor, {c: v * factor for c, v in line.terms.items()}) for line in self)

    def by(self, masses: Iterable[Fraction]) -> Form:
        """Return every row multiplied by a number of its own."""
        return Form(Form([line]).times(mass)[0] for line, mass in zip(self, masses, strict=True))


def numbers(values: Iterable[Fraction]) -> Form:
    """Return numbers as forms."""
    return Form(Line(Fraction(value)) for value in values)
