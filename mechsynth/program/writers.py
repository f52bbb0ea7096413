"""Programs as MPS and LP files, exact: from fractions to digits, without a float between.

A row says the same after it is multiplied by a positive number, so its numbers can be whole. The objective cannot be multiplied, or its optimum
would be another: where it has fractions or a constant, it becomes one more column, ``value{}``, that a row of the same name defines,

    den · value{} − Σ (den · c_j) x_j  =  den · constant,

and this column alone is optimized. So the optimum of the file is that of the program in every reader, also in those that drop a constant.
Columns are never scaled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from mechsynth.errors import InputError
from mechsynth.program.labelled import EQUAL, Program
from mechsynth.program.names import file_names
from mechsynth.rational import text

NUMBERS = ("integers", "long", "rational")
"""How numbers are written: whole and such that readers of floats take them as they are; whole of any length; fractions p/q, rows unscaled."""
COEFFICIENT = 10**15
"""Readers of floats refuse a coefficient of this size (HiGHS) though floats could hold it."""
RIGHT = 2**53
"""Up to here every whole number is a float."""
OBJECTIVE, VALUE, NONE = "objective{}", "value{}", "nothing{}"  # no name of a program becomes one of these
TOKEN = 250  # characters of one word in an LP file; some readers take lines of 255
LINE = 80


@dataclass(frozen=True)
class _Line:
    """A row as it is written: entries by column index."""

    name: str
    entries: list[tuple[int, Fraction]]
    equal: bool
    right: Fraction


@dataclass(frozen=True)
class _Sheet:
    """A program as it is written."""

    columns: list[str]
    rows: list[_Line]
    objective: list[tuple[int, Fraction]]
    sense: str


def text_of(program: Program, ending: str, numbers: str = "integers", place: str = "the program") -> str:
    """Return the text of an MPS file (free format) or an LP file (of CPLEX).

    Parameters
    ----------
    program:
        The program.
    ending:
        ``".mps"`` or ``".lp"``.
    numbers:
        One of `NUMBERS`.
    place:
        Where errors are.

    Raises
    ------
    InputError
        Where the format, or readers of floats with ``integers``, cannot hold a number exactly.
    """
    if numbers not in NUMBERS:
        raise InputError("numbers", f"{numbers!r} is no way to write numbers", f"choose one of {', '.join(NUMBERS)}")
    sheet = _sheet(program, numbers != "rational")
    if numbers == "integers":
        _refuse_long(sheet, place)
    if ending == ".mps":
        return "\n".join(_mps(sheet)) + "\n"
    return "\n".join(_lp(sheet, place)) + "\n"


def _sheet(program: Program, whole: bool) -> _Sheet:
    names = list(program.columns)
    place = {name: k for k, name in enumerate(names)}
    columns = file_names(names)
    rows = []
    for name, row in zip(file_names([row.name for row in program.rows]), program.rows, strict=True):
        rows.append(_line(name, _entries(row.coefficients, place), row.sense == EQUAL, row.right, whole))
    objective = _entries(program.objective, place)
    broken = whole and any(value.denominator != 1 for _, value in objective)
    if broken or program.constant:
        entries = [*((k, -value) for k, value in objective), (len(columns), Fraction(1))]
        rows.append(_line(VALUE, entries, True, program.constant, whole))
        objective = [(len(columns), Fraction(1))]
        columns.append(VALUE)
    if not columns:
        columns.append(NONE)
    return _Sheet(columns, rows, objective, program.sense)


def _entries(coefficients: Mapping[str, Fraction], place: Mapping[str, int]) -> list[tuple[int, Fraction]]:
    return sorted((place[name], Fraction(value)) for name, value in coefficients.items() if value)


def _line(name: str, entries: list[tuple[int, Fraction]], equal: bool, right: Fraction, whole: bool) -> _Line:
    if whole:
        den = lcm(right.denominator, *(value.denominator for _, value in entries))
        nums = [value.numerator * (den // value.denominator) for _, value in entries]
        side = right.numerator * (den // right.denominator)
        common = gcd(side, *nums) or 1
        entries = [(k, Fraction(num // common)) for (k, _), num in zip(entries, nums, strict=True)]
        right = Fraction(side // common)
    return _Line(name, entries, equal, Fraction(right))


def _refuse_long(sheet: _Sheet, place: str) -> None:
    remedy = "--numbers long or --numbers rational, for a reader that is exact"
    for row in [*sheet.rows, _Line(OBJECTIVE, sheet.objective, True, Fraction(0))]:
        top = max((abs(value) for _, value in row.entries), default=Fraction(0))
        if top >= COEFFICIENT:
            said = f"{row.name[:80]} has a coefficient of {len(text(top))} digits in whole numbers, and readers of floats refuse 10^15"
            raise InputError(place, said, remedy)
        if abs(row.right) > RIGHT:
            said = f"the right-hand side of {row.name[:80]} is a whole number beyond 2^53, which floats round"
            raise InputError(place, said, remedy)


def _mps(sheet: _Sheet) -> Iterator[str]:
    yield "NAME program"
    if sheet.sense == "max":
        yield "OBJSENSE"
        yield "    MAX"
    yield "ROWS"
    yield f" N {OBJECTIVE}"
    own: list[list[tuple[str, Fraction]]] = [[] for _ in sheet.columns]
    for k, value in sheet.objective:
        own[k].append((OBJECTIVE, value))
    for row in sheet.rows:
        yield f" {'E' if row.equal else 'G'} {row.name}"
        for k, value in row.entries:
            own[k].append((row.name, value))
    yield "COLUMNS"
    for name, entries in zip(sheet.columns, own, strict=True):
        for row_name, value in entries or [(OBJECTIVE, Fraction(0))]:
            yield f" {name} {row_name} {text(value)}"
    yield "RHS"
    for row in sheet.rows:
        if row.right:
            yield f" RHS {row.name} {text(row.right)}"
    yield "BOUNDS"
    for name in sheet.columns:
        yield f" FR BOUND {name}"
    yield "ENDATA"


def _lp(sheet: _Sheet, place: str) -> Iterator[str]:
    seen = {k for row in sheet.rows for k, _ in row.entries} | {k for k, _ in sheet.objective}
    # A column is known to a reader once it stands somewhere, and an objective or a row must hold one.
    unseen = [(k, Fraction(0)) for k in range(len(sheet.columns)) if k not in seen]
    objective = [*sheet.objective, *unseen] or [(0, Fraction(0))]
    yield "Maximize" if sheet.sense == "max" else "Minimize"
    yield from _wrapped([f"{OBJECTIVE}:", *_terms(objective, sheet, place)])
    yield "Subject To"
    for row in sheet.rows:
        right = _token(row.right, place)
        terms = _terms(row.entries or [(0, Fraction(0))], sheet, place)
        yield from _wrapped([f"{row.name}:", *terms, "=" if row.equal else ">=", right])
    yield "Bounds"
    for name in sheet.columns:
        yield f" {name} free"
    yield "End"


def _terms(entries: list[tuple[int, Fraction]], sheet: _Sheet, place: str) -> Iterator[str]:
    for k, value in entries:
        yield "-" if value < 0 else "+"
        yield _token(abs(value), place)
        yield sheet.columns[k]


def _token(value: Fraction, place: str) -> str:
    told = text(value)
    if len(told) > TOKEN:
        raise InputError(
            place, f"a number of {len(told)} characters is too long for a line of an LP file", "end it with .mps"
        )
    return told


def _wrapped(words: list[str]) -> Iterator[str]:
    """Yield lines of at most `LINE` characters, or of one word where it is longer."""
    line = ""
    for word in words:
        if line and len(line) + len(word) >= LINE:
            yield line
            line = ""
        line += f" {word}"
    yield line
