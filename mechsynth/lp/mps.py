"""MPS files, fixed or free, read exactly.

Sections NAME, OBJSENSE, ROWS, COLUMNS, RHS, RANGES, BOUNDS, ENDATA. The first N row is the objective, other N rows bind nothing; the right-hand side of the
objective is *minus* its constant. A file is read free first, by its spaces, and by the columns of the fixed format only where that fails: there names may have spaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from mechsynth.errors import InputError, did_you_mean
from mechsynth.lp.numbers import number, placed
from mechsynth.lp.program import Bounds, Program, Row

SECTIONS = ("NAME", "OBJSENSE", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA")
FIELDS = ((1, 3), (4, 12), (14, 22), (24, 36), (39, 47), (49, 61))
SENSES = {"MIN": False, "MINIMIZE": False, "MAX": True, "MAXIMIZE": True}
KINDS = {"N", "L", "G", "E"}
VALUED = {"UP", "LO", "FX"}
BARE = {"FR", "MI", "PL"}
WHOLE = {"BV", "LI", "UI", "SC", "SI"}
Fields = list[str]


def parse(text: str) -> Program:
    """Return the program in a text.

    Raises
    ------
    InputError
        Naming the line.
    """
    try:
        return _Reader(text, _free).read()
    except InputError as error:
        try:
            return _Reader(text, _fixed).read()
        except InputError:
            raise error from None


def _free(line: str) -> Fields:
    return line.split()


def _fixed(line: str) -> Fields:
    found = [line[a:b].strip() for a, b in FIELDS]
    if "".join(line.split()) != "".join("".join(found).split()):
        return []  # something stands between the fields
    while found and not found[-1]:
        found.pop()
    return found if found and found[0] else found[1:]


class _Reader:
    def __init__(self, text: str, split: Callable[[str], Fields]) -> None:
        self.text, self.split = text, split
        self.program = Program()
        self.objective: str | None = None
        self.ignored: set[str] = set()
        self.rights: dict[str, Fraction] = {}
        self.kinds: dict[str, str] = {}
        self.ranges: dict[str, tuple[Fraction, int]] = {}
        self.sets: dict[str, str] = {}
        self.uppers: dict[str, int] = {}
        self.done: set[tuple[str, str]] = set()
        self.line = 0

    def wrong(self, problem: str, remedy: str) -> InputError:
        return InputError(f"line {self.line}", problem, remedy)

    def lines(self) -> Iterator[str]:
        for at, line in enumerate(self.text.splitlines(), 1):
            self.line = at
            if line.strip() and not line.startswith("*"):
                yield line

    def read(self) -> Program:
        section = ""
        seen: list[str] = []
        for line in self.lines():
            if line[0].isspace():
                if section not in _ENTRIES:
                    raise self.wrong("data outside a section that has any", "begin with NAME, ROWS, COLUMNS")
                fields = self.split(line)
                if not fields:
                    raise self.wrong("text outside the columns of the fixed format", "part fields by spaces")
                _ENTRIES[section](self, fields)
                continue
            words = line.split()
            section = words[0].upper()
            if section not in SECTIONS:
                remedy = did_you_mean(section, SECTIONS) or "this decides linear programs: give their sections alone"
                raise self.wrong(f"the section {words[0]}", remedy)
            if section in seen:
                raise self.wrong(f"a second section {section}", "join the two")
            if section in ("COLUMNS", "RHS", "RANGES", "BOUNDS") and "ROWS" not in seen:
                raise self.wrong(f"{section} before ROWS", "put the sections in their order")
            if section in ("RHS", "RANGES", "BOUNDS") and "COLUMNS" not in seen:
                raise self.wrong(f"{section} before COLUMNS", "put the sections in their order")
            seen.append(section)
            if section == "OBJSENSE" and len(words) > 1:
                self.sense(words[1:])
            elif section != "NAME" and len(words) > 1:
                raise self.wrong(f"more than {section} in its line", "put data on lines that begin with a space")
            if section == "ENDATA":
                return self.finished()
        self.line = max(self.line, 1)
        raise self.wrong("the file ends without ENDATA", "give the whole file")

    def sense(self, fields: Fields) -> None:
        if len(fields) != 1 or fields[0].upper() not in SENSES or ("OBJSENSE", "") in self.done:
            raise self.wrong("no sense of an objective", "write MIN or MAX once")
        self.done.add(("OBJSENSE", ""))
        self.program.maximize = SENSES[fields[0].upper()]

    def row(self, fields: Fields) -> None:
        if len(fields) != 2 or fields[0].upper() not in KINDS:
            raise self.wrong("no row", "write its kind, N, L, G or E, and its name")
        kind, name = fields[0].upper(), fields[1]
        if name in self.kinds:
            raise self.wrong(f"a second row {name}", "give every row a name of its own")
        self.kinds[name] = kind
        if kind != "N":
            self.program.rows[name] = Row({})
        elif self.objective is None:
            self.objective = name
        else:
            self.ignored.add(name)

    def known(self, name: str) -> str:
        if name not in self.kinds:
            raise self.wrong(f"no row {name} is in ROWS", did_you_mean(name, self.kinds) or "add it there")
        return name

    def column(self, fields: Fields) -> None:
        if "'MARKER'" in fields:
            raise self.wrong("a marker of integer columns", "this decides linear programs: leave the markers out")
        if len(fields) not in (3, 5):
            raise self.wrong("no entries of a column", "write COLUMN ROW NUMBER, or two pairs of ROW NUMBER")
        name = fields[0]
        self.program.columns.setdefault(name, Bounds())
        for row, text in zip(fields[1::2], fields[2::2], strict=True):
            if (self.known(row), name) in self.done:
                raise self.wrong(f"a second number for row {row} and column {name}", "write their sum once")
            self.done.add((row, name))
            value = number(text, self.line)
            if row == self.objective:
                self.program.cost[name] = value
            elif row not in self.ignored:
                self.program.rows[row].terms[name] = value

    def pairs(self, fields: Fields, section: str) -> Iterator[tuple[str, Fraction]]:
        if len(fields) not in (2, 3, 4, 5):
            raise self.wrong(f"no entries of {section}", "write SET ROW NUMBER, or two pairs of ROW NUMBER")
        if len(fields) % 2:
            self.one_set(fields[0], section)
            fields = fields[1:]
        else:
            self.one_set("", section)
        for row, text in zip(fields[::2], fields[1::2], strict=True):
            if (section, self.known(row)) in self.done:
                raise self.wrong(f"a second number for row {row} in {section}", "keep one of them")
            self.done.add((section, row))
            yield row, number(text, self.line)

    def one_set(self, name: str, section: str) -> None:
        if self.sets.setdefault(section, name) != name:
            raise self.wrong(f"a second set {name} of {section}", "keep the set that is meant")

    def right(self, fields: Fields) -> None:
        for row, value in self.pairs(fields, "RHS"):
            if row == self.objective:
                self.program.constant = -value
            else:
                self.rights[row] = value

    def range(self, fields: Fields) -> None:
        for row, value in self.pairs(fields, "RANGES"):
            if self.kinds[row] == "N":
                raise self.wrong(f"a range of {row}, which is no constraint", "leave it out")
            self.ranges[row] = value, self.line

    def bound(self, fields: Fields) -> None:
        kind = fields[0].upper() if fields else ""
        if kind in WHOLE:
            raise self.wrong(
                f"a bound of kind {kind}, of integer or semi-continuous columns",
                "this decides linear programs: use UP, LO or FX",
            )
        columns = self.program.columns
        if kind in VALUED and len(fields) in (3, 4):
            group, name, text = (fields[1] if len(fields) == 4 else ""), fields[-2], fields[-1]
        elif kind in BARE and len(fields) in (2, 3, 4):
            after = fields[1:]
            place = (
                1 if len(after) == 3 or (len(after) == 2 and (after[1] in columns or after[0] not in columns)) else 0
            )
            group, name, text = (after[0] if place else ""), after[place], "0"
        else:
            raise self.wrong("no bound", f"write its kind ({', '.join(sorted(VALUED | BARE))}), SET, COLUMN and number")
        if name not in columns:
            raise self.wrong(f"no column {name} is in COLUMNS", did_you_mean(name, columns) or "add it there")
        self.one_set(group, "BOUNDS")
        ends = columns[name]
        lower = {"LO": True, "FX": True, "FR": True, "MI": True}.get(kind, False)
        upper = kind not in ("LO", "MI")
        for end, wanted in (("lower", lower), ("upper", upper)):
            if wanted and (f"BOUNDS {end}", name) in self.done:
                raise self.wrong(f"a second {end} bound of {name}", "keep the one that is meant")
            if wanted:
                self.done.add((f"BOUNDS {end}", name))
        if kind == "FX":
            value = number(text, self.line)
            ends.lower = ends.upper = value
            ends.said = True
            return
        if lower:
            ends.lower = placed(True, text, self.line) if kind == "LO" else None
            ends.said = True
        if upper:
            ends.upper = placed(False, text, self.line) if kind == "UP" else None
            self.uppers[name] = self.line

    def finished(self) -> Program:
        for name, row in self.program.rows.items():
            kind, right = self.kinds[name], self.rights.get(name, Fraction(0))
            row.lower = None if kind == "L" else right
            row.upper = None if kind == "G" else right
            if name in self.ranges:
                width = self.ranges[name][0]
                if kind == "G" or (kind == "E" and width >= 0):
                    row.upper = right + abs(width)
                else:
                    row.lower = right - abs(width)
            row.terms = {column: value for column, value in row.terms.items() if value}
        self.program.cost = {column: value for column, value in self.program.cost.items() if value}
        return self.program.closed(self.uppers)


_ENTRIES: dict[str, Callable[[_Reader, Fields], None]] = {
    "OBJSENSE": _Reader.sense,
    "ROWS": _Reader.row,
    "COLUMNS": _Reader.column,
    "RHS": _Reader.right,
    "RANGES": _Reader.range,
    "BOUNDS": _Reader.bound,
}
