"""Requirements that are none of the format's: their rows stand in the result (``docs/certificates.md``, ``implement``).

What such a requirement is called says nothing. It is taken as the rows that are written, and the statement says so. The rows
stand on payoffs and payments: at a mechanism they are evaluated with the values that the mechanism gives these columns,
and multipliers use them as rows of the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from mechsynth.errors import InputError

from .columns import Column, Columns
from .facts import Facts, single, weighted
from .question import REQUIREMENTS, Question
from .text import Numbers, TooLargeInput, describe, items, number_text, show, table
from .verdict import Ledger, Refuted

_PLACE = "certificate.requirements"
_MAX_BITS = 1_000_000


@dataclass(frozen=True)
class Written:
    """``Σ coefficient · column (= or >=) right``, as it stands in a result.

    Parameters
    ----------
    name:
        The requirement's name, and behind a space whatever tells its rows apart.
    entries:
        Integer coefficients by column, and their denominator.
    equal:
        Whether the row is an equality.
    right:
        The right side.
    """

    name: str
    entries: tuple[dict[Column, int], int]
    equal: bool
    right: Fraction


def read_written(value: object, asked: Question, columns: Columns, numbers: Numbers) -> dict[str, list[Written]]:
    """Return the rows of every requirement of the question that is none of the format's, in the order of the question.

    Raises
    ------
    InputError
        If the rows of one are missing, or there are rows of something else, or rows that cannot be read in one way only.
    """
    found = {} if value is None else value
    if not isinstance(found, dict):
        raise InputError(_PLACE, f"expected an object, found {describe(found)}", "write {requirement: [row, ...]}")
    for name in found:
        at = f"{_PLACE}.{show(name)}"
        if name in asked.require and name not in asked.written:
            raise InputError(at, "a requirement of the format needs no rows", "remove them, or name it otherwise")
        if name not in asked.written:
            raise InputError(at, "is not required by the question", "remove it, or add it to question.require")
    for name in asked.written:
        if name not in found:
            at = f"question.require[{asked.require.index(name)}]"
            remedy = f"write them, or require one of {', '.join(REQUIREMENTS)}, bounded:B"
            raise InputError(
                at, f"{show(name)} is no requirement of the format, and {_PLACE} has no rows of it", remedy
            )
    if not found:
        return {}
    known: dict[str, Column] = {}
    for column in columns.every():
        title = columns.name(column)
        if known.setdefault(title, column) != column:
            raise Refuted(f"two columns are called {show(title)}")  # pragma: no cover
    return {name: _rows(found[name], name, known, numbers) for name in asked.written}


def _rows(value: object, own: str, known: Mapping[str, Column], numbers: Numbers) -> list[Written]:
    place = f"{_PLACE}.{show(own)}"
    rows: list[Written] = []
    seen: set[str] = set()
    for k, entry in enumerate(items(value, place)):
        at = f"{place}[{k}]"
        data = table(entry, at, ("row", "coefficients", "sense", "right"))
        name, sense = data["row"], data["sense"]
        # rows of other requirements, definitions and objectives begin otherwise, so no two rows share a name
        if not isinstance(name, str) or not (name == own or name.startswith(f"{own} ")):
            raise InputError(f"{at}.row", f"found {describe(name)}", f"let it begin with {show(own)} and a space")
        if name in seen:
            raise InputError(f"{at}.row", f"two rows are called {show(name)}", "give each a name of its own")
        seen.add(name)
        if not isinstance(sense, str) or sense not in (">=", "="):
            raise InputError(f"{at}.sense", f"found {describe(sense)}", '">=" or "="')
        if not isinstance(data["coefficients"], dict):
            found = describe(data["coefficients"])
            raise InputError(f"{at}.coefficients", f"expected an object, found {found}", "write {column: number}")
        exact: dict[Column, Fraction] = {}
        for title, number in data["coefficients"].items():
            if title not in known:
                raise InputError(
                    f"{at}.coefficients",
                    f"{show(title)} is no column of this class of transfers",
                    "use its X, D, now and later columns; what an objective adds is none of them",
                )
            exact[known[title]] = numbers.fraction(number, f"{at}.coefficients.{show(title)}")
        den = 1
        for factor in {coefficient.denominator for coefficient in exact.values()}:
            den = lcm(den, factor)
            if den.bit_length() > _MAX_BITS:
                raise TooLargeInput(
                    f"{at}.coefficients", f"their common denominator has over {_MAX_BITS} bits", "use shorter numbers"
                )
        entries = {column: int(coefficient * den) for column, coefficient in exact.items()}
        rows.append(Written(name, (entries, den), sense == "=", numbers.fraction(data["right"], f"{at}.right")))
    return rows


def said(written: Mapping[str, Sequence[Written]], names: Iterable[str]) -> str:
    """Return what a statement has to add about the requirements that it names: they are rows, whatever they are called."""
    parts = []
    for name in names:
        if name in written:
            count = len(written[name])
            parts.append(f"{name} was taken as the {count} row{'' if count == 1 else 's'} written in the result")
    return f" Here {', and '.join(parts)}: what the name promises was not checked." if parts else ""


def check_written(written: Mapping[str, Sequence[Written]], columns: Columns, facts: Facts, ledger: Ledger) -> None:
    """Ask that a mechanism meets every row, its columns taken at the values that the mechanism gives them."""
    used = {column for rows in written.values() for row in rows for column in row.entries[0]}
    values = values_of(used, columns, facts) if used else {}
    for rows in written.values():
        for row in rows:
            found, den = row.entries
            total = sum((values[column] * top for column, top in found.items()), Fraction(0)) / den
            gap = total - row.right
            if row.equal:
                ledger.claim(gap == 0, f"{show(row.name)}: off by {number_text(gap)}, not 0")
            else:
                ledger.claim(gap >= 0, f"{show(row.name)}: slack {number_text(gap)} < 0")


def values_of(used: set[Column], columns: Columns, facts: Facts) -> dict[Column, Fraction]:
    """Return what a mechanism of the class gives the columns that are used."""
    model = facts.model
    values: dict[Column, Fraction] = {}
    for t in range(model.count):
        period, last = model.period(t), model.kernel(t) is None
        for agent in facts.agents:
            payoffs, now = facts.payoffs[t][agent], facts.paid[t][agent].now_at(period.sizes)
            for profile in range(period.profiles):
                column = columns.payoff(t, agent, profile)
                if column in used:
                    values[column] = payoffs.at(profile)
                if columns.now_in(t):
                    column = columns.now(t, agent, profile)
                    if column in used:
                        values[column] = now.at(profile)
                if not last and columns.has_later:
                    _later(t, agent, profile, used, values, columns, facts)
                if not columns.blind:
                    _deviations(t, agent, profile, used, values, columns, facts)
    return values


def _later(
    t: int, agent: int, told: int, used: set[Column], values: dict[Column, Fraction], columns: Columns, facts: Facts
) -> None:
    """Add what is paid later after one report."""
    then = facts.model.following(t)
    named = [(columns.later(t, agent, told, q), q) for q in range(facts.model.period(then).profiles)]
    if used.isdisjoint(column for column, _ in named):
        return
    due = facts.due(then, agent, told)
    for column, profile in named:
        if column in used:
            values[column] = Fraction(0) if due is None else due.at(profile)


def _deviations(
    t: int, agent: int, profile: int, used: set[Column], values: dict[Column, Fraction], columns: Columns, facts: Facts
) -> None:
    """Add what an agent gets by each lie at a profile and truth from then on, before what is due: ``G^i(ρ, θ)``."""
    model, period = facts.model, facts.model.period(t)
    for report in range(period.sizes[agent]):
        column = columns.deviation(t, agent, profile, report)
        if column not in used:
            continue
        told = int(period.lie(agent, report)[profile])
        action, kernel = int(facts.rule[t][told]), model.kernel(t)
        worth = period.utilities[agent].at(action, profile) - facts.paid[t][agent].now_at(period.sizes).at(told)
        if kernel is not None:
            rest = single(facts.net(model.following(t), agent, told))
            chances = kernel.weights[action, profile], int(kernel.den[action, profile])
            worth += model.discount * weighted(*chances, rest)
        values[column] = worth
