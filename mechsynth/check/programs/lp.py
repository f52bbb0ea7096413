r"""The checker's own reading of LP files: whole rows and bounds are matched by one pattern each, section by section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from mechsynth.errors import InputError

from .source import Source, Terms, end, exact

_MORE = r"A-Za-z0-9_!\"#$%&(),;?@`'{}|~./\[\]\u0080-\U0010ffff"
_NAME = rf"(?>[A-Za-z_!\"#$%&(),;?@`'{{}}|~\u0080-\U0010ffff][{_MORE}]*)"
_NUMBER = r"(?>[0-9]+/[0-9]+(?![0-9.]|[eE][+-]?[0-9])|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
_SIGNS = r"(?:[-+]\s*+)*+"
_VALUE = rf"{_SIGNS}(?:{_NUMBER}|(?:infinity|inf)(?![{_MORE}]))"
_RELATION = r"(?>[<>]=?|=[<>]?)"
_TERM = rf"(?:{_NUMBER}\s*+)?{_NAME}(?!\s*+:)"
_LINEAR = rf"{_SIGNS}{_TERM}(?:\s*+[-+]\s*+{_SIGNS}{_TERM})*+"
_BEFORE = rf"(?:(?P<v0>{_VALUE})\s*+(?P<r0>{_RELATION})\s*+)?"
_AFTER = rf"(?:\s*+(?P<r1>{_RELATION})\s*+(?P<v1>{_VALUE}))?"
_FLAGS = re.IGNORECASE
_BLANK = re.compile(r"\s*+")
_LABEL = re.compile(rf"\s*+(?P<label>{_NAME})\s*+:", _FLAGS)
_ROW = re.compile(rf"\s*+{_BEFORE}(?P<linear>{_LINEAR}){_AFTER}", _FLAGS)
_BOUND = re.compile(rf"\s*+{_BEFORE}(?P<name>{_NAME})(?:(?P<free>\s++free(?![{_MORE}]))|{_AFTER})", _FLAGS)
_FREED = re.compile(rf"\s*+(?P<name>{_NAME})")
_ONE = re.compile(rf"\s*+(?P<signs>{_SIGNS})(?:(?P<number>{_NUMBER})\s*+)?(?P<name>{_NAME})", _FLAGS)
_PART = re.compile(
    rf"\s*+(?P<signs>{_SIGNS})(?:(?P<number>{_NUMBER})\s*+(?P<name>{_NAME})?|(?P<alone>{_NAME}))", _FLAGS
)
_HEADS = (
    ("aim", re.compile(r"\s*(?P<word>minimi[sz]e|maximi[sz]e|minimum|maximum|min|max)\b(?!\s*:)", _FLAGS)),
    ("rows", re.compile(r"\s*(?:subject\s+to|such\s+that|s\.t\.|st\.|st)(?=\s|$)(?!\s*:)", _FLAGS)),
    ("bounds", re.compile(r"\s*bounds?\s*$", _FLAGS)),
    ("free", re.compile(r"\s*free\s*$", _FLAGS)),
    ("end", re.compile(r"\s*end\s*$", _FLAGS)),
    (
        "other",
        re.compile(
            r"\s*(?:generals?|gen|integers?|int|binar(?:y|ies)|bin|semi-continuous|semis?|sos[12]?|pwlobj)\s*$", _FLAGS
        ),
    ),
)


def read_lp(text: str) -> Source:
    """Return what a file says."""
    parts = list(_parts(text))
    source = Source()
    if not parts or parts[0][0] != "aim" or parts[-1][0] != "end" or parts[-1][2].strip():
        raise InputError("", "no objective at the beginning, or no end", "give the whole file")
    source.maximize = parts[0][1].lower().startswith("max")
    _objective(source, parts[0][2])
    kinds = [kind for kind, _, _ in parts[1:-1]]
    if "rows" in kinds[1:] or kinds.count("rows") > 1 or set(kinds) & {"aim", "other", "end"}:
        raise InputError("", "sections that no linear program has, or twice", "give rows, then bounds")
    lowers: dict[str, Fraction | None] = {}
    uppers: dict[str, Fraction | None] = {}
    for kind, _, body in parts[1:-1]:
        if kind == "rows":
            _rows(source, body)
        else:
            _bounds(source, body, kind == "free", lowers, uppers)
    source.bounds(lowers, uppers)
    return source


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    kind, word = "", ""
    body: list[str] = []
    for line in text.splitlines():
        rest = line.partition("\\")[0]
        for name, head in _HEADS:
            found = head.match(rest)
            if found is None or (name == "aim" and (kind or "".join(body).strip())):
                continue
            if kind or "".join(body).strip():
                yield kind, word, "\n".join(body)
            kind, word, body = name, found.groupdict().get("word", ""), []
            rest = rest[found.end() :]
            break
        body.append(rest)
    yield kind, word, "\n".join(body)


def _signed(signs: str, number: str | None, place: str) -> Fraction:
    value = Fraction(1) if number is None else exact(number, place)
    return -value if signs.count("-") % 2 else value


def _objective(source: Source, body: str) -> None:
    label = _LABEL.match(body)
    at, first = (label.end() if label else 0), True
    seen: Terms = {}
    while (at := _past(body, at)) < len(body):
        found = _PART.match(body, at)
        if found is None or not (first or found["signs"]):
            raise InputError("the objective", f"near {body[at : at + 30]!r}", "write terms with signs")
        value, name = _signed(found["signs"], found["number"], "the objective"), found["name"] or found["alone"]
        if name is None:
            source.constant += value
        else:
            _note(source, seen, name, value)
        at, first = found.end(), False
    source.cost = {name: value for name, value in seen.items() if value}


def _past(body: str, at: int) -> int:
    """Return where the blanks end."""
    found = _BLANK.match(body, at)
    return at if found is None else found.end()


def _note(source: Source, terms: Terms, name: str, value: Fraction) -> None:
    if name in terms or name.lower() in ("inf", "infinity"):
        raise InputError("", f"{name[:40]} twice in an expression, or no column", "write its number once")
    terms[name] = value
    source.columns[name] = None


def _rows(source: Source, body: str) -> None:
    at, known = 0, set(source.names)
    while (at := _past(body, at)) < len(body):
        label = _LABEL.match(body, at)
        found = _ROW.match(body, label.end() if label else at)
        name = label["label"] if label else f"R{len(source.names) + 1}"
        if found is None or name in known:
            raise InputError("rows", f"near {body[at : at + 30]!r}", "write NAME: TERMS <= NUMBER")
        terms: Terms = {}
        for one in _ONE.finditer(found["linear"]):
            _note(source, terms, one["name"], _signed(one["signs"], one["number"], name))
        source.names.append(name)
        known.add(name)
        told = _told(found, name)
        lower, upper = (
            None
            if value is None or ("inf" in value.lower() and end(value, sense == "<=", name) is None)
            else exact(value, name)
            for sense, value in ((">=", told.get(">=")), ("<=", told.get("<=")))
        )
        source.state("row", name, terms, (lower, upper))
        at = found.end()


def _told(found: re.Match[str], place: str) -> dict[str, str]:
    """Return the numbers for the two ends of what a pattern matched."""
    told: dict[str, str] = {}
    count = 0
    for value, relation, turned in ((found["v0"], found["r0"], True), (found["v1"], found["r1"], False)):
        if value is None:
            continue
        signs = value.count("-", 0, len(value) - len(value.lstrip("+-\t\n ")))
        bare = ("-" if signs % 2 else "") + value.lstrip("+- \t\n")
        up = "<" in relation
        senses = [">=" if up == turned else "<="] if relation != "=" else [">=", "<="]
        count += len(senses)
        told |= dict.fromkeys(senses, bare)
    if not told or count != len(told):
        raise InputError(place[:40], "no right-hand side, or two for one end", "write NUMBER <= TERMS <= NUMBER")
    return told


def _bounds(
    source: Source,
    body: str,
    free: bool,
    lowers: dict[str, Fraction | None],
    uppers: dict[str, Fraction | None],
) -> None:
    at = 0
    while (at := _past(body, at)) < len(body):
        found = (_FREED if free else _BOUND).match(body, at)
        if found is None or found["name"] not in source.columns:
            raise InputError("bounds", f"near {body[at : at + 30]!r}", "write COLUMN <= NUMBER")
        name = found["name"]
        if free or found["free"]:
            ends: dict[str, Fraction | None] = {">=": None, "<=": None}
        else:
            told = _told(found, name)
            same = len(set(told.values())) == 1 and len(told) == 2 and "=" in (found["r0"], found["r1"])
            ends = {sense: exact(v, name) if same else end(v, sense == "<=", name) for sense, v in told.items()}
        for sense, store in ((">=", lowers), ("<=", uppers)):
            if sense in ends and name in store:
                raise InputError(name[:40], "two bounds for one end", "write one")
            if sense in ends:
                store[name] = ends[sense]
        at = found.end()
