"""A result about a linear program, held against the program's file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError

from ..text import Numbers, decode, items, number_text, show, table
from ..verdict import Verdict
from .lp import read_lp
from .mps import read_mps
from .source import Key, Source, Terms

FORMAT = "mechsynth-lp/1"
_KEYS = ("format", "program", "question", "status", "value", "point", "ray", "multipliers", "shortfall", "conflict")
_CLAIMS = {
    "optimal": {"value", "point", "multipliers"},
    "feasible": {"value", "point"},
    "unbounded": {"point", "ray"},
    "infeasible": {"multipliers", "shortfall", "conflict"},
}


class _Refused(Exception):
    """The result does not prove what it claims."""


def is_about_program(result: bytes) -> bool:
    """Return whether the bytes of a result say that they are about a linear program."""
    if f'"{FORMAT}"'.encode() not in result:
        return False
    try:
        return decode(result, "result")[0].get("format") == FORMAT
    except InputError:
        return False


def check_program(result: bytes, data: bytes) -> Verdict:
    """Check a result about a linear program.

    Parameters
    ----------
    result, data:
        The bytes of the result and of the program's file.

    Raises
    ------
    InputError
        Where one of them cannot be what it says it is.
    """
    document, numbers = decode(result, "result")
    table(document, "result", _KEYS)
    if document["format"] != FORMAT:
        raise InputError("result: format", f"{show(document['format'])} is no format of this", f"write {FORMAT}")
    about = table(document["program"], "result: program", ("sha256", "form", "rows", "columns"))
    if about["sha256"] != hashlib.sha256(data).hexdigest():
        raise InputError("result: program.sha256", "a result for another program", "give the file that it is about")
    if about["form"] not in ("mps", "lp"):
        raise InputError("result: program.form", "is neither mps nor lp", "say which format the file has")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("program", "is no text in UTF-8", "save it as text") from None
    source = read_mps(text) if about["form"] == "mps" else read_lp(text)
    checker = _Checker(source, document, numbers)
    try:
        statement = checker.statement(about)
    except _Refused as refusal:
        return Verdict(False, str(refusal), "", checker.count)
    return Verdict(True, None, statement, checker.count)


class _Checker:
    def __init__(self, source: Source, document: Mapping[str, Any], numbers: Numbers) -> None:
        self.source, self.document, self.numbers = source, document, numbers
        self.count = 0

    def statement(self, about: Mapping[str, Any]) -> str:
        source, document = self.source, self.document
        for key, size in (("rows", len(source.names)), ("columns", len(source.columns))):
            if about[key] != (size, 1):
                raise _Refused(f"program.{key}: the file has {size}")
        asked = table(document["question"], "result: question", ("sense", "keep", "keep_bounds"))
        if asked["sense"] != ("maximize" if source.maximize else "minimize"):
            raise _Refused("question.sense: the file says otherwise")
        kept = items(asked["keep"], "result: question.keep")
        if any(not isinstance(name, str) for name in kept) or kept != [n for n in source.names if n in set(kept)]:
            raise _Refused("question.keep: not rows of the file in its order")
        if not isinstance(asked["keep_bounds"], bool):
            raise _Refused("question.keep_bounds: neither true nor false")
        status = document["status"]
        if status == "unknown":
            raise _Refused("the result says that nothing was proved")
        if not isinstance(status, str) or status not in _CLAIMS:
            raise InputError("result: status", f"{show(status)} is no status", f"one of {', '.join(_CLAIMS)}")
        for key in ("value", "point", "ray", "multipliers", "shortfall", "conflict"):
            if (document[key] is not None) != (key in _CLAIMS[status]):
                raise _Refused(f"{key}: {'missing' if document[key] is None else 'not of a result'} ({status})")
        if status == "infeasible":
            return self.infeasible(set(kept), asked["keep_bounds"])
        point = self.values(document["point"], "point")
        self.meets(point, source.inequalities, "point")
        if status == "unbounded":
            return self.unbounded()
        value: Fraction = _dot(source.cost, point) + source.constant
        if self.number(document["value"], "value") != value:
            raise _Refused(f"value: the point has {number_text(value)}")
        extent = f"{_many(len(source.names), 'row')} and {_many(len(source.columns), 'column')}"
        if status == "feasible":
            if source.cost:
                raise _Refused("status: the program has an objective")
            return f"the linear program of {extent} has a point"
        self.bounded(value)
        word = "largest" if source.maximize else "least"
        return f"the {word} value of the objective over the linear program of {extent} is {number_text(value)}"

    def number(self, value: object, place: str) -> Fraction:
        """Return a number, written as numbers are here: a text, in lowest terms."""
        found = self.numbers.fraction(value, f"result: {place}")
        if not isinstance(value, str) or (len(value) < 4000 and value != str(found)):
            raise _Refused(f"{place}: a number that is not a text in lowest terms")
        return found

    def values(self, value: object, place: str) -> Terms:
        if not isinstance(value, dict):
            raise _Refused(f"{place}: no values by column")
        for name in value:
            if name not in self.source.columns:
                raise _Refused(f"{place}: the program has no column {show(name)}")
        found = {name: self.number(v, f"{place}.{show(name)}") for name, v in value.items()}
        if not all(found.values()):
            raise _Refused(f"{place}: columns that are 0 are left out")
        return found

    def key(self, value: Mapping[str, Any], place: str) -> Key:
        kinds = [kind for kind in ("row", "bound") if kind in value]
        if len(kinds) != 1:
            raise _Refused(f"{place}: neither a row nor a bound")
        key = (kinds[0], value[kinds[0]], value.get("sense"))
        if any(not isinstance(part, str) for part in key) or key not in self.source.inequalities:
            raise _Refused(f"{place}: the program has no such inequality")
        return key

    def multipliers(self) -> dict[Key, Fraction]:
        found: dict[Key, Fraction] = {}
        for k, entry in enumerate(items(self.document["multipliers"], "result: multipliers")):
            place = f"multipliers[{k}]"
            if not isinstance(entry, dict) or len(entry) != 3 or "multiplier" not in entry:
                raise _Refused(f"{place}: no multiplier of an inequality")
            key, value = self.key(entry, place), self.number(entry["multiplier"], place)
            if value <= 0 or key in found:
                raise _Refused(f"{place}: not above 0, or a second one of its inequality")
            found[key] = value
        return found

    def summed(self, multipliers: dict[Key, Fraction]) -> tuple[Terms, Fraction]:
        """Return the inequalities, all turned into ``≥``, multiplied and added up."""
        left: Terms = {}
        right = Fraction(0)
        for key, value in multipliers.items():
            terms, bound = self.source.inequalities[key]
            factor = value if key[2] == ">=" else -value
            right += factor * bound
            for name, number in terms.items():
                left[name] = left.get(name, Fraction(0)) + factor * number
        self.count += len(self.source.columns)
        return {name: value for name, value in left.items() if value}, right

    def meets(self, point: Terms, keys: Iterable[Key], place: str) -> None:
        for key in keys:
            terms, bound = self.source.inequalities[key]
            gap = _dot(terms, point) - bound
            self.count += 1
            if gap < 0 if key[2] == ">=" else gap > 0:
                raise _Refused(f"{place}: misses {key[0]} {show(key[1])} {key[2]} by {number_text(abs(gap))}")

    def bounded(self, value: Fraction) -> None:
        left, right = self.summed(self.multipliers())
        sign = -1 if self.source.maximize else 1
        if {name: sign * number for name, number in left.items()} != self.source.cost:
            raise _Refused("multipliers: they do not add up to the objective")
        if sign * right + self.source.constant != value:
            raise _Refused(
                f"multipliers: they bound the objective by {number_text(sign * right + self.source.constant)}"
            )

    def unbounded(self) -> str:
        ray = self.values(self.document["ray"], "ray")
        for key, (terms, _) in self.source.inequalities.items():
            slope = _dot(terms, ray)
            self.count += 1
            if slope < 0 if key[2] == ">=" else slope > 0:
                raise _Refused(f"ray: leaves {key[0]} {show(key[1])} {key[2]}")
        gain = _dot(self.source.cost, ray)
        if gain <= 0 if self.source.maximize else gain >= 0:
            raise _Refused("ray: the objective gets no better along it")
        return f"the objective {'grows' if self.source.maximize else 'falls'} without end over the linear program"

    def infeasible(self, kept: set[str], bounds_kept: bool) -> str:
        multipliers = self.multipliers()
        left, right = self.summed(multipliers)
        if left:
            raise _Refused(f"multipliers: they do not cancel column {show(next(iter(left)))}")
        if right <= 0 or self.number(self.document["shortfall"], "shortfall") != right:
            raise _Refused(f"shortfall: the multipliers give {number_text(right)}")

        def stays(key: Key) -> bool:
            return bounds_kept if key[0] == "bound" else key[1] in kept

        conflict: dict[Key, object] = {}
        for k, entry in enumerate(items(self.document["conflict"], "result: conflict")):
            if not isinstance(entry, dict) or len(entry) != 3 or "without" not in entry:
                raise _Refused(f"conflict[{k}]: no inequality of a conflict")
            key = self.key(entry, f"conflict[{k}]")
            if key in conflict:
                raise _Refused(f"conflict[{k}]: a second time")
            conflict[key] = entry["without"]
        if set(conflict) != {key for key in multipliers if not stays(key)}:
            raise _Refused("conflict: not the inequalities with multipliers that may be given up")
        fixed = [key for key in self.source.inequalities if stays(key)]
        needed = 0
        for key, shown in conflict.items():
            if shown is not None:
                place = f"conflict, without {key[0]} {show(key[1])}"
                self.meets(self.values(shown, place), [*fixed, *(other for other in conflict if other != key)], place)
                needed += 1
        given = " and ".join(
            [*([f"the {_many(len(kept), 'row')} kept"] if kept else []), *(["all bounds"] if bounds_kept else [])]
        )
        beside = f" given {given}" if given else ""
        size = len(conflict)
        some = f"{needed} of them are" if needed < size else "each of them is" if size > 1 else "it is"
        tail = f"; {some} needed" if size else ""
        inequalities = "1 inequality contradicts itself" if size == 1 else f"{size} inequalities contradict each other"
        what = f"{inequalities}{beside}" if size else f"{given} cannot be met at once"
        return f"the linear program has no point: {what}{tail}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _dot(terms: Terms, point: Terms) -> Fraction:
    short, long = (terms, point) if len(terms) < len(point) else (point, terms)
    total = Fraction(0)
    for name, value in short.items():
        if name in long:
            total += value * long[name]
    return total
