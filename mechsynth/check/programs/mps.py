"""The checker's own reading of MPS files: lines are sorted into sections first, and understood section by section."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mechsynth.errors import InputError

from .source import Source, Terms, end, exact

_CUTS = (1, 4, 14, 24, 39, 49)
_STOPS = (3, 12, 22, 36, 47, 61)
_KNOWN = ("NAME", "OBJSENSE", "ROWS", "COLUMNS", "RHS", "RANGES", "BOUNDS", "ENDATA")
Line = tuple[str, list[str]]


def read_mps(text: str) -> Source:
    """Return what a file says, its fields parted by spaces, or by columns if that makes no sense."""
    try:
        return _understood(_sections(text, False))
    except InputError as error:
        try:
            return _understood(_sections(text, True))
        except InputError:
            raise error from None


def _sections(text: str, fixed: bool) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    now: list[Line] | None = None
    for at, line in enumerate(text.splitlines(), 1):
        if line[:1] == "*" or not line.strip():
            continue
        place = f"line {at}"
        if not line[0].isspace():
            head, *rest = line.split()
            head = head.upper()
            if head not in _KNOWN or head in found:
                raise InputError(place, f"the section {head[:40]}", "a linear program has each of its sections once")
            now = found[head] = []
            if head == "ENDATA":
                return found
            if rest and head == "OBJSENSE":
                now.append((place, rest))
            elif rest and head != "NAME":
                raise InputError(place, "data beside the name of a section", "begin a line")
            continue
        if now is None:
            raise InputError(place, "data before any section", "begin with NAME")
        if fixed:
            fields = [line[a:b].strip() for a, b in zip(_CUTS, _STOPS, strict=True)]
            fields = fields[0 if fields[0] else 1 :]
            while fields and not fields[-1]:
                fields.pop()
            gaps = zip((0, *_STOPS), (*_CUTS, len(line)), strict=True)
            if not fields or any(line[a:b].strip() for a, b in gaps):
                raise InputError(place, "text between the fields", "keep to the columns of the format")
        else:
            fields = line.split()
        now.append((place, fields))
    raise InputError("", "no ENDATA", "give the whole file")


def _understood(sections: dict[str, list[Line]]) -> Source:
    source = Source()
    senses = [fields for _, fields in sections.get("OBJSENSE", [])]
    if senses:
        word = senses[0][0].upper() if len(senses) == 1 and len(senses[0]) == 1 else ""
        if word not in ("MIN", "MAX", "MINIMIZE", "MAXIMIZE"):
            raise InputError("OBJSENSE", "no sense", "write MIN or MAX")
        source.maximize = word.startswith("MAX")
    kinds: dict[str, str] = {}
    for place, fields in sections.get("ROWS", []):
        if len(fields) != 2 or fields[0].upper() not in ("N", "L", "G", "E") or fields[1] in kinds:
            raise InputError(place, "no row, or a second one of its name", "write KIND NAME")
        kinds[fields[1]] = fields[0].upper()
    objective = next((name for name, kind in kinds.items() if kind == "N"), None)
    source.names = [name for name, kind in kinds.items() if kind != "N"]
    lefts: dict[str, Terms] = {name: {} for name in kinds}
    for place, fields in sections.get("COLUMNS", []):
        if len(fields) not in (3, 5) or "'MARKER'" in fields:
            raise InputError(place, "no entries of a continuous column", "write COLUMN ROW NUMBER")
        source.columns[fields[0]] = None
        for row, text in _two(fields[1:]):
            if row not in lefts or fields[0] in lefts[row]:
                raise InputError(place, f"row {row[:40]} is not there, or twice", "write each number once")
            lefts[row][fields[0]] = exact(text, place)
    rights, spans = _by_row(sections.get("RHS", []), kinds), _by_row(sections.get("RANGES", []), kinds)
    if objective is not None:
        source.cost = {name: value for name, value in lefts[objective].items() if value}
        source.constant = -rights.get(objective, Fraction(0))
    for name in source.names:
        source.state("row", name, lefts[name], _ends(kinds[name], rights.get(name, Fraction(0)), spans.get(name)))
    if any(kinds[name] == "N" for name in spans):
        raise InputError("RANGES", "a range of a row that binds nothing", "leave it out")
    _bounds(source, sections.get("BOUNDS", []))
    return source


def _two(fields: list[str]) -> Iterator[tuple[str, str]]:
    return zip(fields[::2], fields[1::2], strict=True)


def _by_row(lines: list[Line], kinds: dict[str, str]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    groups = set()
    for place, fields in lines:
        odd = len(fields) % 2
        groups.add(fields[0] if odd else "")
        if not 2 <= len(fields) <= 5 or len(groups) > 1:
            raise InputError(place, "no entries, or those of a second set", "write SET ROW NUMBER")
        for row, text in _two(fields[odd:]):
            if row not in kinds or row in found:
                raise InputError(place, f"row {row[:40]} is not there, or twice", "write each number once")
            found[row] = exact(text, place)
    return found


def _ends(kind: str, right: Fraction, span: Fraction | None) -> tuple[Fraction | None, Fraction | None]:
    if span is None:
        return (None if kind == "L" else right), (None if kind == "G" else right)
    if kind == "G" or (kind == "E" and span >= 0):
        return right, right + abs(span)
    return right - abs(span), right


def _bounds(source: Source, lines: list[Line]) -> None:
    lowers: dict[str, Fraction | None] = {}
    uppers: dict[str, Fraction | None] = {}
    groups = set()
    for place, fields in lines:
        kind = fields[0].upper()
        rest = fields[1:]
        if kind in ("UP", "LO", "FX") and len(rest) in (2, 3):
            group, name, text = (rest[0] if len(rest) == 3 else ""), rest[-2], rest[-1]
        elif kind in ("FR", "MI", "PL") and len(rest) in (1, 2, 3):
            grouped = len(rest) == 3 or (len(rest) == 2 and rest[1] in source.columns)
            group, name, text = (rest[0] if grouped else ""), rest[1 if grouped else 0], ""
        else:
            raise InputError(place, f"a bound of kind {kind[:40]}", "a linear program has UP, LO, FX, FR, MI and PL")
        groups.add(group)
        low, high = kind in ("LO", "FX", "FR", "MI"), kind in ("UP", "FX", "FR", "PL")
        if name not in source.columns or (low and name in lowers) or (high and name in uppers) or len(groups) > 1:
            raise InputError(place, f"column {name[:40]} is not there, or has two such bounds", "write each once")
        if low:
            lowers[name] = exact(text, place) if kind == "FX" else end(text, False, place) if text else None
        if high:
            uppers[name] = exact(text, place) if kind == "FX" else end(text, True, place) if text else None
    source.bounds(lowers, uppers)
