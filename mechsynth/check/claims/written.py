"""Requirements that are none of the format's: their rows stand in the result (``docs/certificates.md``, ``implement``).

What such a requirement is called says nothing. It is taken as the rows that are written, and the statement says so. The rows
stand on payoffs and payments; they are rows like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import lcm

from mechsynth.errors import InputError

from ..block import Column, Rows, State
from ..forms import Form
from ..frames import Frame
from ..question import Question
from ..rows import REQUIREMENTS
from ..text import Numbers, TooLargeInput, describe, items, mapping, show, table
from ..verdict import Refuted

_PLACE = "certificate.requirements"
_MAX_BITS = 1_000_000


@dataclass(frozen=True)
class Written:
    """``Σ coefficient · column (= or >=) right``, as it stands in a result.

    Parameters
    ----------
    name:
        The requirement's name, and behind a space whatever tells its rows apart.
    columns, num, den:
        The columns, and their integer coefficients over a denominator.
    equal:
        Whether the row is an equality.
    right:
        The right side.
    """

    name: str
    columns: tuple[Column, ...]
    num: tuple[int, ...]
    den: int
    equal: bool
    right: Fraction


def written_rows(f: Frame, head: str, rows: Sequence[Written]) -> Iterator[Rows]:
    """Return the rows of a requirement that the result writes out."""
    for row in rows:
        yield Rows(head, row.equal, row.name, State(), partial(_slack, f, row), partial(_name, row))


def _slack(f: Frame, row: Written, _: State) -> Form:
    return f.combination(row.columns, row.num, row.den) - Form.of(row.right, 1)


def _name(row: Written, _: State) -> str:
    return row.name


def read_written(value: object, asked: Question, f: Frame, numbers: Numbers) -> dict[str, list[Written]]:
    """Return the rows of every requirement of the question that is none of the format's, in the order of the question.

    Raises
    ------
    InputError
        If the rows of one are missing, or there are rows of something else, or rows that cannot be read in one way only.
    """
    found = mapping({} if value is None else value, _PLACE, "write {requirement: [row, ...]}")
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
    for column in f.columns.every():
        title = f.columns.name(column)
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
        num = tuple(int(coefficient * den) for coefficient in exact.values())
        right = numbers.fraction(data["right"], f"{at}.right")
        rows.append(Written(name, tuple(exact), num, den, sense == "=", right))
    return rows


def said(written: Mapping[str, Sequence[Written]], names: Iterable[str]) -> str:
    """Return what a statement has to add about the requirements that it names: they are rows, whatever they are called."""
    parts = []
    for name in names:
        if name in written:
            count = len(written[name])
            parts.append(f"{name} was taken as the {count} row{'' if count == 1 else 's'} written in the result")
    return f" Here {', and '.join(parts)}: what the name promises was not checked." if parts else ""
