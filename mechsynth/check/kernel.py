"""Rows, and the three ways in which they prove something.

A *row* is a slack: a linear form in columns (payoffs, payments, whatever a question adds) that is at least 0, or exactly 0.

- *Met*: at a mechanism as it is played the slacks are numbers, and none has the wrong sign.
- *Derived*: slacks added up with multipliers, at least 0 on inequalities, give a form that is at least 0 wherever the rows
  hold. A negative number derived is a contradiction: nothing meets the rows. ``objective - value`` derived is a bound.
- *Along a ray*: no slack falls and no equality moves, so whatever meets the rows can go on along it.

Rows stand in blocks: one place in the text of a requirement makes one array of rows. Labels and slacks are made for the rows
that are asked for. Numbers are integers over a denominator (:class:`~mechsynth.check.exact.Exact`); a form without columns is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from .exact import Array, Exact, objects
from .text import number_text, show
from .verdict import Ledger, Refuted

Column: TypeAlias = int

# the families of rows that belong to no requirement: what payoffs are, and what an objective adds
DEFINITION, OBJECTIVE = "definition", "objective"


@dataclass(frozen=True, eq=False)
class State:
    """Where rows hold: arrays of indices, one entry a row; None where rows do not depend on it.

    Parameters
    ----------
    history:
        The reports of the period before; -1 is the start of the game.
    profile:
        The true signals of the period.
    own:
        An agent's own signal, where she knows no more.
    past, drawn:
        Her own signal of the period before, where it is not what she reported, and the action drawn, where the rule draws.
    column:
        The payment that a row is about.
    """

    history: Any = None
    profile: Any = None
    own: Any = None
    past: Any = None
    drawn: Any = None
    column: Any = None

    def __len__(self) -> int:
        return next((len(index) for index in self._given().values()), 1)

    def _given(self) -> dict[str, Any]:
        return {name: index for name, index in vars(self).items() if index is not None}

    def take(self, rows: Array) -> State:
        """Return some of the rows."""
        return State(**{name: index[rows] for name, index in self._given().items()})

    def one(self, row: int) -> State:
        """Return a single row, every index a number."""
        return State(**{name: int(index[row]) for name, index in self._given().items()})

    def each(self) -> Iterator[State]:
        """Return the rows one by one, every index a number."""
        given = self._given()
        if not given:
            yield self
        for places in zip(*(index.tolist() for index in given.values()), strict=True):
            yield State(**dict(zip(given, places, strict=True)))


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


@dataclass(frozen=True, eq=False)
class Rows:
    """A block of rows that one requirement makes.

    Parameters
    ----------
    family:
        The requirement, or ``definition`` or ``objective``.
    equal:
        Whether the slacks are zero; else they are at least zero.
    head:
        What all names begin with, up to a space.
    state:
        Where the rows hold.
    slack, label:
        Make the slacks at some of the states, and the name of one.
    mass:
        Makes what a slack is to be divided by to be a number per event, e.g. the probability of an own signal; None is 1.
    """

    family: str
    equal: bool
    head: str
    state: State
    slack: Callable[[State], Form]
    label: Callable[[State], str]
    mass: Callable[[State], Exact] | None = None

    def name(self, row: int) -> str:
        """Return the name of a row."""
        return self.label(self.state.one(row))


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
        for den, column, value in form.entries(row):
            part = self.parts.setdefault(den * factor.denominator, {})
            part[column] = part.get(column, 0) + value * factor.numerator

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


# -- met ------------------------------------------------------------------------------------------------------------


def met(blocks: Iterable[Rows], ledger: Ledger, added: Mapping[Column, Fraction] | None = None) -> None:
    """Ask that every row is met at a mechanism; ``added`` has the values of the columns that are left."""
    for block in blocks:
        if len(block.state) == 0:
            continue
        form = block.slack(block.state)
        _right(form, added or {}, block.equal, block.name, ledger)


def _right(
    form: Form, added: Mapping[Column, Fraction], equal: bool, name: Callable[[int], str], ledger: Ledger
) -> None:
    number = _number(form, added)
    ledger.rows += number.num.size
    if form.rest is None:
        wrong = np.flatnonzero(number.num != 0 if equal else number.num < 0)
    else:
        maybe = (
            np.flatnonzero((number + form.rest.bound(upper=False)).num < 0) if not equal else np.arange(number.num.size)
        )
        exact = (number[maybe] + form.rest.at(maybe)).num if maybe.size else maybe
        wrong = maybe[np.flatnonzero(exact != 0 if equal else exact < 0)]
    if wrong.size:
        row = int(wrong[0])
        slack = number_text(number.at(row) + (form.rest.at(np.array([row])).at(0) if form.rest else 0))
        raise Refuted(f"{name(row)}: " + (f"off by {slack}, not 0" if equal else f"slack {slack} < 0"))


def _number(form: Form, added: Mapping[Column, Fraction]) -> Exact:
    total = form.const
    for part in form.terms:
        values = [
            sum((added[int(c)] * int(v) for c, v in zip(columns, nums, strict=True) if v), Fraction(0)) / int(den)
            for columns, nums, den in zip(part.column, part.num, part.den, strict=True)
        ]
        total = total + Exact(objects([v.numerator for v in values]), objects([v.denominator for v in values]))
    return total


def least(blocks: Iterable[Rows]) -> dict[Column, Fraction]:
    """Return the least value, of every column that a mechanism leaves free, with which all the rows that it enters are met.

    Such a column stands alone in its rows, with a coefficient above zero (its mass).
    """
    found: dict[Column, Fraction] = {}
    for block in blocks:
        form = block.slack(block.state) if len(block.state) else Form.of(Fraction(0), 0)
        for part in form.terms:
            needs = Exact(-form.const.num * part.den, form.const.den * part.num[:, 0])
            for column in np.unique(part.column[:, 0]).tolist():
                value = greatest(needs[part.column[:, 0] == column])
                found[column] = max(value, found.get(column, value))
    return found


def greatest(values: Exact) -> Fraction:
    """Return the greatest of some numbers, at least one."""
    return max(
        Fraction(int(n), int(d)) for n, d in zip(values.num, np.broadcast_to(values.den, values.shape), strict=True)
    )


def tightest(blocks: Iterable[Rows]) -> tuple[Fraction, str] | None:
    """Return the least slack per unit of mass over all rows, and the name of the row; None without rows."""
    best: tuple[Fraction, str] | None = None
    for block in blocks:
        if len(block.state) == 0:
            continue
        form = block.slack(block.state)
        mass = None if block.mass is None else block.mass(block.state)
        for row in range(form.const.num.size):
            value = form.at(row) if mass is None else form.at(row) / mass.at(row)
            if best is None or value < best[0]:
                best = value, block.name(row)
    return best


def kept(blocks: Iterable[Rows]) -> list[Rows]:
    """Return blocks whose slacks are made once, to be asked several things; no row of theirs can be taken apart any more."""
    return [replace(block, slack=partial(_made, block.slack(block.state))) for block in blocks]


def _made(form: Form, _: State) -> Form:
    return form


def extreme(blocks: Iterable[Rows], value: Fraction, sign: int, words: str, ledger: Ledger) -> None:
    """Ask that no slack is below (sign 1) or above (-1) a value."""
    for block in blocks:
        form = (block.slack(block.state) - Form.of(value, len(block.state))).times(Fraction(sign))
        _right(form, {}, False, partial(_against, words, block), ledger)


def _against(words: str, block: Rows, row: int) -> str:
    return f"{words}, against {block.name(row)}"


# -- derived --------------------------------------------------------------------------------------------------------


def derived(
    blocks: Iterable[Rows],
    multipliers: Mapping[str, Fraction],
    ledger: Ledger,
    families: Collection[str] | None = None,
    sizes: dict[str, Fraction] | None = None,
) -> Sum:
    """Return ``Σ y · slack``, a form that is at least 0 wherever the rows hold.

    Parameters
    ----------
    multipliers:
        By name of row.
    families:
        Besides definitions, the families whose rows may be used; None allows all.
    sizes:
        Is filled with ``Σ |y| · mass`` per family.

    Raises
    ------
    Refuted
        If a name is no row, an inequality has a negative multiplier, or a row is of another family.
    """
    total, left = Sum(), set(multipliers)
    heads = _heads(multipliers)
    for block in blocks:
        if block.head not in heads:
            continue
        names = [block.label(state) for state in block.state.each()]
        rows = [row for row, name in enumerate(names) if name in multipliers]
        for row in rows:
            if names[row] not in left:
                raise Refuted(f"multipliers: two rows are called {show(names[row])}")  # pragma: no cover
            left.discard(names[row])
        used = [row for row in rows if multipliers[names[row]]]
        if used:
            part = replace(block, state=block.state.take(np.array(used)))
            weigh(part, [multipliers[names[row]] for row in used], total, ledger, families, sizes)
    if left:
        raise Refuted(f"multipliers: {show(min(left))} is no row of the program")
    return total


def weigh(
    block: Rows,
    factors: Sequence[Fraction],
    total: Sum,
    ledger: Ledger,
    families: Collection[str] | None = None,
    sizes: dict[str, Fraction] | None = None,
) -> None:
    """Add every row of a block with its multiplier, as :func:`derived` does."""
    form = block.slack(block.state)
    mass = None if block.mass is None or sizes is None else block.mass(block.state)
    known = families is None or block.family == DEFINITION or block.family in families
    for row, factor in enumerate(factors):
        fine = block.equal or factor >= 0
        if not (fine and known):
            words = f"{number_text(factor)} < 0, the row is an inequality"
            raise Refuted(
                f"multiplier of {block.name(row)}: {words if not fine else 'the row does not belong to the conflict'}"
            )
        ledger.rows += 1
        total.add(factor, form, row)
        if sizes is not None:
            size = abs(factor) * (1 if mass is None else mass.at(row))
            sizes[block.family] = sizes.get(block.family, Fraction(0)) + size


def _heads(names: Iterable[str]) -> set[str]:
    """Return every beginning of a name that ends before a space, and the names."""
    found: set[str] = set()
    for name in names:
        end = -1
        while (end := name.find(" ", end + 1)) >= 0:
            found.add(name[:end])
        found.add(name)
    return found


def no_columns(columns: Mapping[Column, Fraction], name: Callable[[Column], str], ledger: Ledger) -> None:
    """Ask that a sum has no column left."""
    ledger.rows += 1
    if columns:
        column = min(columns, key=name)
        raise Refuted(f"multipliers, column {name(column)}: off by {number_text(columns[column])}, not 0")


def contradiction(total: Sum, name: Callable[[Column], str], ledger: Ledger) -> Fraction:
    """Ask that a number below 0 was derived; return how far below."""
    no_columns(total.columns(), name, ledger)
    shortfall = -total.const
    ledger.claim(shortfall > 0, f"shortfall {number_text(shortfall)} is not above 0")
    return shortfall


def bound(total: Sum, objective: Form, name: Callable[[Column], str], ledger: Ledger) -> Fraction:
    """Ask that ``objective - value`` was derived; return the value, below which the objective cannot be."""
    rest = Sum(total.plain, {den: dict(part) for den, part in total.parts.items()}, list(total.rests))
    rest.add(Fraction(-1), objective, 0)
    no_columns(rest.columns(), name, ledger)
    return -rest.const


def ray(blocks: Iterable[Rows], objective: Form, places: Mapping[Column, Fraction], ledger: Ledger) -> None:
    """Ask that no slack falls along a direction, no equality moves, and the objective falls."""
    for block in blocks:
        if len(block.state) == 0:
            continue
        form = block.slack(block.state)
        for row in range(form.const.num.size):
            change = _along(form, row, places)
            ledger.rows += 1
            if change != 0 if block.equal else change < 0:
                how = "off by {}, not 0" if block.equal else "slack {} < 0"
                raise Refuted(f"certificate.ray, {block.name(row)}: {how.format(number_text(change))}")
    change = _along(objective, 0, places)
    ledger.claim(change < 0, f"certificate.ray: the objective changes by {number_text(change)}, which is not below 0")


def _along(form: Form, row: int, places: Mapping[Column, Fraction]) -> Fraction:
    found = (places[c] * Fraction(value, den) for den, c, value in form.entries(row) if c in places)
    return sum(found, Fraction(0))


def only(blocks: Iterable[Rows], families: Sequence[str]) -> Iterator[Rows]:
    """Return the blocks of some families."""
    return (block for block in blocks if block.family in families)
