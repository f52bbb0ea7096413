"""A small reader of LP and MPS text in fractions, written from the descriptions of the formats: it shares nothing with what is tested."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction as F


@dataclass
class Read:
    """What a file says; ``rows`` hold coefficients, sense and right-hand side by name."""

    sense: str = "min"
    objective: dict[str, F] = field(default_factory=dict)
    rows: dict[str, tuple[dict[str, F], str, F]] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def columns(self) -> set[str]:
        return set(self.objective).union(*(row[0] for row in self.rows.values()))


def number(word: str) -> F:
    """An integer or ``p/q`` of any length, digit by digit: Python refuses more than 4300 digits at once."""
    top, _, bottom = word.removeprefix("-").partition("/")
    value = F(_whole(top), _whole(bottom or "1"))
    return -value if word.startswith("-") else value


def _whole(digits: str) -> int:
    assert digits.isdecimal()
    value = 0
    for start in range(0, len(digits), 1000):
        part = digits[start : start + 1000]
        value = value * 10 ** len(part) + int(part)
    return value


def of_mps(text: str) -> Read:
    read, section, senses, objective = Read(lines=text.splitlines()), "", {}, None
    entries: dict[str, dict[str, F]] = {}
    rights: dict[str, F] = {}
    assert read.lines[0].split()[0] == "NAME"
    for line in read.lines[1:]:
        words = line.split()
        if not line.startswith(" "):
            section = words[0]
            continue
        if section == "OBJSENSE":
            read.sense = words[0].lower()
        elif section == "ROWS":
            kind, name = words
            assert name not in senses
            assert name != objective
            if kind == "N":
                assert objective is None
                objective = name
            else:
                senses[name] = {"E": "=", "G": ">="}[kind]
                entries[name] = {}
        elif section == "COLUMNS":
            column, row, value = words
            target = read.objective if row == objective else entries[row]
            assert column not in target
            target[column] = number(value)
        elif section == "RHS":
            _, row, value = words
            assert row != objective
            rights[row] = number(value)
        elif section == "BOUNDS":
            kind, _, column = words
            assert kind == "FR"
            read.free.append(column)
    assert section == "ENDATA"
    read.rows = {name: (entries[name], senses[name], rights.get(name, F(0))) for name in senses}
    return read


def of_lp(text: str) -> Read:
    read = Read(lines=text.splitlines())
    words = [word for line in read.lines for word in line.split()]
    read.sense = {"Minimize": "min", "Maximize": "max"}[words.pop(0)]
    start, bounds = words.index("Subject"), words.index("Bounds")
    assert words[start + 1] == "To"
    assert words[-1] == "End"
    assert words[0].endswith(":")
    read.objective, rest = _terms(words[1:start])
    assert not rest
    left = words[start + 2 : bounds]
    while left:
        name = left.pop(0)
        assert name.endswith(":")
        assert name[:-1] not in read.rows
        coefficients, left = _terms(left)
        sense, right, *left = left
        read.rows[name[:-1]] = (coefficients, sense, number(right))
    ends = words[bounds + 1 : -1]
    assert set(ends[1::2]) <= {"free"}
    read.free = ends[::2]
    return read


def _terms(words: list[str]) -> tuple[dict[str, F], list[str]]:
    found: dict[str, F] = {}
    k = 0
    while k < len(words) and words[k] in "+-":
        sign, value, column = words[k : k + 3]
        assert column not in found
        found[column] = number(value) * (1 if sign == "+" else -1)
        k += 3
    return found, words[k:]
