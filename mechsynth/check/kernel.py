"""Rows, and the three ways in which they prove something.

A *row* is a slack: a linear form in columns (payoffs, payments, whatever a question adds) that is at least 0, or exactly 0.

- *Met*: at a mechanism as it is played the slacks are numbers, and none has the wrong sign.
- *Derived*: slacks added up with multipliers, at least 0 on inequalities, give a form that is at least 0 wherever the rows
  hold. A negative number derived is a contradiction: nothing meets the rows. ``objective - value`` derived is a bound.
- *Along a ray*: no slack falls and no equality moves, so whatever meets the rows can go on along it.

Rows stand in blocks (``block.py``): one place in the text of a requirement makes one array of rows. Labels and slacks are made for the rows that are
asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from .block import DEFINITION, INCENTIVES, Column, Rows
from .exact import Exact, objects
from .forms import Form, Sum
from .names import beginnings
from .text import number_text, show
from .verdict import Ledger, Refuted

# -- met ------------------------------------------------------------------------------------------------------------


def met(blocks: Iterable[Rows], ledger: Ledger, added: Mapping[Column, Fraction] | None = None) -> None:
    """Ask that every row is met at a mechanism; ``added`` has the values of the columns that are left.

    Raises
    ------
    Refuted
        At the first block with a row that is not: its first equality, or its worst inequality, with the slack per unit of mass.
    """
    for block in blocks:
        if len(block.state) == 0:
            continue
        wrong = _wrong(block.slack(block.state), block.equal, added or {}, ledger)
        if not wrong:
            continue
        mass = None if block.mass is None else block.mass(block.state)
        slacks = {row: value if mass is None else value / mass.at(row) for row, value in wrong.items()}
        row = min(slacks) if block.equal else min(slacks, key=slacks.__getitem__)
        slack = number_text(slacks[row])
        raise Refuted(f"{block.name(row)}: " + (f"off by {slack}, not 0" if block.equal else f"slack {slack} < 0"))


def _wrong(form: Form, equal: bool, added: Mapping[Column, Fraction], ledger: Ledger) -> dict[int, Fraction]:
    """Return the rows with the wrong sign, and their slacks; bounds settle a row where they can."""
    number = _number(form, added)
    ledger.rows += number.num.size
    if form.rest is None:
        return {int(k): number.at(int(k)) for k in np.flatnonzero(number.num != 0 if equal else number.num < 0)}
    maybe = np.arange(number.num.size)
    if not equal:
        maybe = np.flatnonzero((number + form.rest.bound(upper=False)).num < 0)
    if not maybe.size:
        return {}
    exact = number[maybe] + form.rest.at(maybe)
    return {int(maybe[k]): exact.at(int(k)) for k in np.flatnonzero(exact.num != 0 if equal else exact.num < 0)}


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
                value = needs[part.column[:, 0] == column].greatest()
                found[column] = max(value, found.get(column, value))
    return found


def extreme(blocks: Iterable[Rows], value: Fraction, sign: int, words: str, ledger: Ledger) -> None:
    """Ask that no slack is below (sign 1) or above (-1) a value."""
    for block in blocks:
        form = block.slack(block.state)
        beyond = (form - Form.of(value, len(block.state))).times(Fraction(sign))
        for row in _wrong(beyond, False, {}, ledger):
            found = f"{block.name(row)} has slack {number_text(form.at(row))}"
            raise Refuted(f"{words}: {found}, the result says {number_text(value)}")


# -- derived --------------------------------------------------------------------------------------------------------


def derived(
    blocks: Iterable[Rows],
    multipliers: Mapping[str, Fraction],
    ledger: Ledger,
    families: Collection[str] | None = None,
    sizes: dict[str, Fraction] | None = None,
    masses: dict[str, Fraction] | None = None,
) -> Sum:
    """Return ``Σ y · slack``, a form that is at least 0 wherever the rows hold.

    Parameters
    ----------
    multipliers:
        By name of row.
    families:
        Besides definitions, the families whose rows may be used; None allows all.
    sizes:
        Is filled with ``Σ |y|`` per family, for incentives given what an agent knows with ``Σ |y| · mass``.
    masses:
        Is filled with the masses of the rows that are used and have one.

    Raises
    ------
    Refuted
        If a name is no row, an inequality has a negative multiplier, or a row is of another family.
    """
    total, left = Sum(), set(multipliers)
    heads = beginnings(multipliers)
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
            if masses is not None and block.mass is not None:
                mass = block.mass(part.state)
                masses |= {names[row]: mass.at(k) for k, row in enumerate(used)}
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
    mass = None if block.mass is None or sizes is None or block.family not in INCENTIVES else block.mass(block.state)
    known = families is None or block.family == DEFINITION or block.family in families
    for row, factor in enumerate(factors):
        words = f"multiplier of {block.name(row)}: " if not known or factor < 0 else ""
        ledger.claim(block.equal or factor >= 0, f"{words}{number_text(factor)} < 0, the row is an inequality")
        ledger.claim(known, f"{words}the row does not belong to the conflict")
        total.add(factor, form, row)
        if sizes is not None:
            size = abs(factor) * (1 if mass is None else mass.at(row))
            sizes[block.family] = sizes.get(block.family, Fraction(0)) + size


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
