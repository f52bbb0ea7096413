"""The points of a sweep: exact values of one or two parameters of a family, everything else fixed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

from mechsynth.errors import MechsynthError, UsageError
from mechsynth.families import document_bytes, family_of
from mechsynth.families.closed import ClosedForm, closed_forms
from mechsynth.families.family import Family
from mechsynth.rational import rational, text
from mechsynth.suite.expected import Expected, expected_in
from mechsynth.suite.plan import Line
from mechsynth.suite.questions import in_full

MOST = 100_000
"""Points that a grid may have."""

Point: TypeAlias = tuple[Fraction, ...]
"""The values of the swept parameters, in the order of the axes."""


@dataclass(frozen=True)
class Axis:
    """One swept parameter.

    Attributes
    ----------
    name:
        The parameter.
    values:
        Its values, increasing.
    whole:
        Whether only whole numbers lie between them.
    """

    name: str
    values: tuple[Fraction, ...]
    whole: bool

    def middle(self, low: Fraction, high: Fraction) -> Fraction | None:
        """Return the value half-way; ``None`` where there is none in between."""
        if not self.whole:
            return (low + high) / 2
        middle = Fraction((low + high) // 2)
        return middle if middle > low else None


@dataclass(frozen=True)
class Grid:
    """A family, the axes, and the values of its other parameters.

    Attributes
    ----------
    family:
        Where the instances come from.
    axes:
        One or two.
    fixed:
        Exact values of other parameters; those left out have their defaults.
    seed:
        For what is drawn at random; the same at every point.
    """

    family: Family
    axes: tuple[Axis, ...]
    fixed: Mapping[str, Any]
    seed: int = 0

    @property
    def size(self) -> int:
        """How many points there are."""
        return prod(len(axis.values) for axis in self.axes)

    def points(self) -> Iterator[Point]:
        """Yield the points, the last axis fastest."""
        return product(*(axis.values for axis in self.axes))

    def params(self, point: Point) -> dict[str, object]:
        """Return the value of every parameter at a point, defaults filled in."""
        here = {axis.name: value for axis, value in zip(self.axes, point, strict=True)}
        return self.family.read({**self.fixed, **here})

    def name(self, point: Point) -> str:
        """Return what a table calls the instance: the family, the swept parameters, and whatever has not its default."""
        shown = {axis.name: text(value) for axis, value in zip(self.axes, point, strict=True)}
        defaults = {parameter.name: parameter.default for parameter in self.family.parameters}
        for name, value in self.fixed.items():
            if value != defaults[name]:
                shown[name] = value if isinstance(value, str) else text(value)
        if self.seed:
            shown["seed"] = str(self.seed)
        return " ".join([self.family.name, *(f"{name}={value}" for name, value in shown.items())])

    def instance(self, point: Point) -> bytes:
        """Return the bytes of the instance file of a point.

        Raises
        ------
        UsageError
            Where the family has no instance there.
        """
        return document_bytes(self.family.name, self.params(point), self.seed)

    def line(self, point: Point, question: Mapping[str, Any]) -> Line:
        """Return a point and a question as a line of a table, with what is known of the answer beforehand."""
        data = self.instance(point)
        asked = in_full(question)
        known = [each for each in expected_in(json.loads(data)) if in_full(each.question) == asked]
        form = self.form(question)
        status = None if form is None else form.status(self.params(point))
        if form is not None and status is not None and all(each.status != status for each in known):
            known.append(Expected(dict(question), status, None, None, form.source))
        name = self.name(point)
        return Line(name, Path(name), dict(question), hashlib.sha256(data).hexdigest(), tuple(known))

    def form(self, question: Mapping[str, Any]) -> ClosedForm | None:
        """Return the closed form of a question, if the family has one."""
        asked = in_full(question)
        forms = closed_forms(self.family.name)
        return next((form for form in forms if any(in_full(each) == asked for each in form.questions)), None)


def grid_of(family: str, over: Sequence[str], params: Mapping[str, Any] | None = None, seed: int = 0) -> Grid:
    """Return the grid of a family over parameters written ``NAME=FIRST:LAST:COUNT`` or ``NAME=A,B,C``.

    Every number is exact; ``a:b:n`` stands for n equally spaced values, both ends included.

    Raises
    ------
    UsageError
        For anything that is no such grid, a parameter that does not exist or is given twice, and values out of range.
    """
    known = family_of(family)
    if not 1 <= len(over) <= 2:
        raise UsageError(
            "--over", f"{len(over)} parameters are no line and no plane" if over else "missing", "give one or two"
        )
    fixed: dict[str, object] = {}
    for name, value in (params or {}).items():
        parameter = known.parameter(name)
        if parameter.name in fixed:
            raise UsageError(f"--param {name}", f"{parameter.name} stands twice", "write it once")
        fixed[parameter.name] = parameter.read(value)
    axes: list[Axis] = []
    for words in over:
        axis = _axis(known, words)
        if axis.name in fixed or any(axis.name == other.name for other in axes):
            raise UsageError(f"--over {axis.name}", "the parameter stands twice", "fix it or sweep over it, once")
        axes.append(axis)
    grid = Grid(known, tuple(axes), fixed, seed)
    if grid.size > MOST:
        raise UsageError("--over", f"{grid.size} points, more than {MOST}", "take fewer")
    return grid


def _axis(family: Family, words: str) -> Axis:
    name, equals, written = words.partition("=")
    if not equals or not written:
        raise UsageError(f"--over {words[:60]}", "no NAME=VALUES", "write NAME=FIRST:LAST:COUNT or NAME=A,B,C")
    parameter = family.parameter(name, "--over")
    place = f"--over {name}"
    values = _spaced(written, place) if ":" in written else _listed(written, place)
    try:
        for value in values:
            parameter.read(value)
    except UsageError as error:
        raise UsageError(place, error.problem, error.remedy) from None
    return Axis(parameter.name, tuple(values), parameter.whole)


def _spaced(written: str, place: str) -> list[Fraction]:
    parts = written.split(":")
    if len(parts) != 3:
        raise UsageError(place, f"{written[:60]!r} is not FIRST:LAST:COUNT", "write three parts, say 0:1:41")
    first, last = (_number(part, place) for part in parts[:2])
    if not (parts[2].isascii() and parts[2].isdigit()) or len(parts[2]) > 9 or not 2 <= int(parts[2]) <= MOST:
        raise UsageError(place, f"{parts[2][:60]!r} is no number of values", f"give a whole number from 2 to {MOST}")
    if not first < last:
        raise UsageError(place, f"{parts[0][:60]} is not below {parts[1][:60]}", "write the smaller end first")
    step = (last - first) / (int(parts[2]) - 1)
    return [first + k * step for k in range(int(parts[2]))]


def _listed(written: str, place: str) -> list[Fraction]:
    values = sorted(_number(part, place) for part in written.split(","))
    if len(values) < 2:
        raise UsageError(place, "one value alone", "give several, or fix it by --param")
    for low, high in pairwise(values):
        if low == high:
            raise UsageError(place, f"{text(low)[:60]} stands twice", "give each value once")
    return values


def _number(written: str, place: str) -> Fraction:
    try:
        return rational(written, place)
    except MechsynthError:
        raise UsageError(
            place, f"{written[:60]!r} is no exact number", "write numbers such as 0, 1/40 or 0.25"
        ) from None
