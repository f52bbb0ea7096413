"""Multipliers of named rows: what they add up to, column by column."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from mechsynth.errors import InputError

from .columns import Column
from .pieces import Entries
from .program import DEFINITION, Program
from .text import Numbers, describe, number_text, show
from .verdict import Ledger, Refuted


class Sum:
    """A sum of sparse rows; numbers over different denominators are kept apart until the end."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[Column, int]] = {}

    def add(self, multiplier: Fraction, entries: Entries) -> None:
        """Add a multiple of a row."""
        found, den = entries
        part = self._parts.setdefault(multiplier.denominator * den, {})
        top = multiplier.numerator
        for column, value in found.items():
            part[column] = part.get(column, 0) + top * value

    def nonzero(self) -> dict[Column, Fraction]:
        """Return the columns where the sum is not zero."""
        total: dict[Column, Fraction] = {}
        for den, part in self._parts.items():
            for column, value in part.items():
                if value:
                    total[column] = total.get(column, Fraction(0)) + Fraction(value, den)
        return {column: value for column, value in total.items() if value}


def read_multipliers(value: object, numbers: Numbers, place: str) -> dict[str, Fraction]:
    """Return ``{name: number}``."""
    if not isinstance(value, dict):
        raise InputError(place, f"expected an object, found {describe(value)}", "write {row name: number}")
    return {name: numbers.fraction(entry, f"{place}.{show(name)}") for name, entry in value.items()}


def combine(
    program: Program, multipliers: dict[str, Fraction], families: Collection[str] | None, ledger: Ledger
) -> tuple[Sum, Fraction]:
    """Return ``Σ y · row`` and ``Σ y · right side``.

    Parameters
    ----------
    multipliers:
        By row name.
    families:
        Besides definitions, the families whose rows may be used; None allows all.

    Raises
    ------
    Refuted
        If a name is no row of the program, an inequality has a negative multiplier, or a row is of another family.
    """
    total, right, left = Sum(), Fraction(0), set(multipliers)
    for row in program.rows({name.split(" ", 1)[0] for name in multipliers}):
        multiplier = multipliers.get(row.name)
        if multiplier is None:
            continue
        if row.name not in left:
            raise Refuted(f"multipliers: two rows are called {show(row.name)}")  # pragma: no cover
        left.discard(row.name)
        if multiplier == 0:
            continue
        if not row.equal:
            ledger.claim(
                multiplier > 0, f"multiplier of {row.name}: {number_text(multiplier)} < 0, the row is an inequality"
            )
        if families is not None:
            known = row.family == DEFINITION or row.family in families
            ledger.claim(known, f"multiplier of {row.name}: the row does not belong to the conflict")
        total.add(multiplier, row.entries())
        right += multiplier * row.right()
    if left:
        raise Refuted(f"multipliers: {show(min(left))} is no row of the program")
    return total, right


def check_columns(program: Program, total: Sum, ledger: Ledger) -> None:
    """Ask that a sum is zero at every column."""
    rest = total.nonzero()
    ledger.rows += 1
    if rest:
        column = min(rest, key=program.columns.name)
        name = program.columns.name(column)
        raise Refuted(f"multipliers, column {name}: off by {number_text(rest[column])}, not 0")


def check_bound(program: Program, total: Sum, right: Fraction, bound: Fraction, ledger: Ledger) -> None:
    """Ask that a sum excludes every solution whose payments are at most ``bound``.

    With the residual ``r`` of the sum a solution ``x`` satisfies ``r · x ≥ right``. It has none if ``right > Σ_j |r_j| |x_j|`` for the largest sizes
    ``|x_j|`` that the columns can have: ``bound`` for payments, and for payoffs what utilities and payments add up to.
    """
    most = Fraction(0)
    for column, rest in total.nonzero().items():
        reach = program.columns.reach(column)
        if reach is None:
            raise Refuted(f"multipliers, column {program.columns.name(column)}: off by {number_text(rest)}, not 0")
        most += abs(rest) * (reach[0] + reach[1] * bound)
    ledger.claim(right > most, f"certificate.bound: with payments up to it the rows leave {number_text(most - right)}")


def check_ray(program: Program, ray: dict[str, Fraction], ledger: Ledger) -> None:
    """Ask that a direction breaks no row with right side 0, and lowers the objective."""
    places: dict[Column, Fraction] = {}
    left, (objective, scale) = dict(ray), program.objective()
    for column in {*program.columns.every(), *program.added}:
        value = left.pop(program.columns.name(column), None)
        if value:
            places[column] = value
    if left:
        raise Refuted(f"certificate.ray: {show(min(left))} is no column of the program")

    def along(entries: Entries) -> Fraction:
        found, den = entries
        return sum((places[c] * v for c, v in found.items() if c in places), Fraction(0)) / den

    for row in program.rows():
        change = along(row.entries())
        words = f"certificate.ray, {row.name}: "
        if row.equal:
            ledger.claim(change == 0, f"{words}off by {number_text(change)}, not 0")
        else:
            ledger.claim(change >= 0, f"{words}slack {number_text(change)} < 0")
    change = along((objective, scale))
    ledger.claim(change < 0, f"certificate.ray: the objective changes by {number_text(change)}, which is not below 0")
