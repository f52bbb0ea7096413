"""A linear program with names, exactly as its file says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple

from mechsynth.errors import InputError

Numbers = dict[str, Fraction]
"""Coefficients or values by column; what is not there is 0."""


class Side(NamedTuple):
    """One inequality of a program: an end of a row or of the bounds of a column.

    Attributes
    ----------
    kind:
        ``row`` or ``bound``.
    name:
        Of the row or column.
    sense:
        ``>=`` or ``<=``.
    """

    kind: Literal["row", "bound"]
    name: str
    sense: Literal[">=", "<="]


@dataclass
class Row:
    """``lower ≤ Σ terms · x ≤ upper``; ``None`` where an end is missing."""

    terms: Numbers
    lower: Fraction | None = None
    upper: Fraction | None = None


@dataclass
class Bounds:
    """``lower ≤ x ≤ upper``; ``None`` where a column is unbounded. ``said`` is whether the file says anything of the lower end."""

    lower: Fraction | None = field(default_factory=Fraction)
    upper: Fraction | None = None
    said: bool = False


@dataclass
class Program:
    """A linear program.

    Attributes
    ----------
    rows, columns:
        By name, in the order of the file; a column is at least 0 unless the file says otherwise.
    cost, constant:
        The objective ``cost · x + constant``.
    maximize:
        Its sense.
    form:
        ``mps`` or ``lp``.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    columns: dict[str, Bounds] = field(default_factory=dict)
    cost: Numbers = field(default_factory=dict)
    constant: Fraction = Fraction(0)
    maximize: bool = False
    form: str = "mps"

    def sides(self) -> Iterator[Side]:
        """Yield the inequalities, rows first."""
        for name, row in self.rows.items():
            if row.lower is not None:
                yield Side("row", name, ">=")
            if row.upper is not None:
                yield Side("row", name, "<=")
        for name, bounds in self.columns.items():
            if bounds.lower is not None:
                yield Side("bound", name, ">=")
            if bounds.upper is not None:
                yield Side("bound", name, "<=")

    def terms(self, side: Side) -> Numbers:
        """Return the left-hand side of an inequality."""
        return self.rows[side.name].terms if side.kind == "row" else {side.name: Fraction(1)}

    def right(self, side: Side) -> Fraction:
        """Return the right-hand side of an inequality."""
        ends = self.rows[side.name] if side.kind == "row" else self.columns[side.name]
        value = ends.lower if side.sense == ">=" else ends.upper
        assert value is not None
        return value

    def closed(self, lines: dict[str, int]) -> Program:
        """Return the program if its bounds mean the same to every reader.

        Parameters
        ----------
        lines:
            The line where the upper bound of a column stands.

        Raises
        ------
        InputError
            For an upper bound below 0 without a lower one: to some readers the lower bound is then 0, to others there is none.
        """
        for name, bounds in self.columns.items():
            if bounds.upper is not None and bounds.upper < 0 and not bounds.said:
                raise InputError(
                    f"line {lines[name]}",
                    f"the upper bound of {name} is below 0 and it has no lower bound, which readers of this format understand in two ways",
                    "write the lower bound, 0 or -inf (MI), too",
                )
        return self
