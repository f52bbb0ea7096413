"""What a sweep found: statuses over the parameters, the boundary in brackets, agreement with what is known; in words and as data."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from mechsynth import files
from mechsynth.rational import text
from mechsynth.suite.questions import text as spelled
from mechsynth.suite.table import Row, csv_bytes
from mechsynth.sweep.grid import Grid, Point
from mechsynth.sweep.refine import Bracket, widths

POINTS = ("status", "value", "proved", "closed_form")
ENDS = ("high", "below", "above")
"""The columns of the two CSV files after those of the parameters."""
SHOWN = 20  # points and brackets that are named in words


@dataclass(frozen=True, eq=False)
class Map:
    """The answers of a sweep.

    Attributes
    ----------
    grid, question:
        What was asked.
    points:
        The line of every point of the grid.
    between:
        The lines of the points between them that were asked for the boundary.
    brackets:
        Where the answer turns.
    halvings:
        How often the brackets were to be halved.
    """

    grid: Grid
    question: Mapping[str, Any]
    points: Mapping[Point, Row]
    between: Mapping[Point, Row]
    brackets: tuple[Bracket, ...]
    halvings: int

    @cached_property
    def all(self) -> dict[Point, Row]:
        """Every line, by its point."""
        return {**self.points, **self.between}

    @cached_property
    def closed(self) -> dict[Point, str]:
        """What the closed form says, at every point where it says something."""
        form = self.grid.form(self.question)
        if form is None:
            return {}
        found = {point: form.status(self.grid.params(point)) for point in self.all}
        return {point: status for point, status in found.items() if status is not None}

    @cached_property
    def edge(self) -> list[Point]:
        """The points on the boundary of the closed form itself."""
        form = self.grid.form(self.question)
        return [] if form is None else [point for point in self.all if form.edge(self.grid.params(point)) == 0]

    @cached_property
    def formula(self) -> str:
        """The closed form in words; empty if there is none."""
        form = self.grid.form(self.question)
        if form is None:
            return ""
        words = dict.fromkeys(form.words(self.grid.params(point)) for point in self.points)
        return "; ".join(filter(None, words))

    @property
    def fixed(self) -> dict[str, str]:
        """The values that were given to other parameters, as exact strings."""
        given = self.grid.fixed.items()
        return {name: value if isinstance(value, str) else text(value) for name, value in given}

    @property
    def disagreeing(self) -> list[Point]:
        """The points whose answer is not that of the closed form."""
        return [
            point
            for point, status in self.closed.items()
            if self.all[point].solved and self.all[point].status != status
        ]

    @property
    def contradicted(self) -> list[Row]:
        """The lines whose answer is not what was known of it, from the closed form or from the family's own expected answers."""
        return [row for row in self.all.values() if row.agrees == "no"]

    @property
    def refused(self) -> list[Row]:
        """The lines whose answer the checker refuses."""
        return [row for row in self.all.values() if row.refused]

    @property
    def open(self) -> list[Row]:
        """The lines without a proved answer that are not refused either."""
        return [row for row in self.all.values() if not row.proved and not row.refused]

    @property
    def code(self) -> int:
        """The exit code: 1 if a check fails or what is known is contradicted, 3 if something stayed unknown, else 0."""
        if self.refused or self.contradicted or self.disagreeing:
            return 1
        return 3 if self.open else 0

    def statuses(self) -> dict[str, int]:
        """Return how many points of the grid have which status; what is not proved counts as unknown."""
        found = Counter(row.status if row.proved else "unknown" for row in self.points.values())
        return dict(sorted(found.items(), key=lambda item: (item[0] == "unknown", item[0])))

    def document(self) -> dict[str, Any]:
        """Return the map as JSON data; all numbers of the model are exact strings."""
        names = [axis.name for axis in self.grid.axes]
        known = sum(bool(row.expected) for row in self.all.values())
        return {
            "family": self.grid.family.name,
            "question": dict(self.question),
            "axes": {axis.name: [text(value) for value in axis.values] for axis in self.grid.axes},
            "fixed": self.fixed,
            "seed": self.grid.seed,
            "statuses": self.statuses(),
            "points": [
                {"at": _at(names, point), "status": row.status, "value": row.value, "proved": row.proved}
                for point, row in self.points.items()
            ],
            "lines": len(self.all),
            "proved": sum(row.proved for row in self.all.values()),
            "closed_form": {
                "words": self.formula,
                "compared": len(self.closed),
                "agree": len(self.closed) - len(self.disagreeing) - self._unanswered,
                "disagree": [_at(names, point) for point in self.disagreeing],
                "on_its_boundary": len(self.edge),
            },
            "expected": known,
            "agree": sum(row.agrees == "yes" for row in self.all.values()),
            "contradicted": [row.instance for row in self.contradicted],
            "refused": [row.instance for row in self.refused],
            "open": [{"instance": row.instance, "status": row.status, "error": row.error} for row in self.open],
            "halvings": self.halvings,
            "brackets": [self._bracket(bracket) for bracket in self.brackets],
        }

    @property
    def _unanswered(self) -> int:
        return sum(not self.all[point].solved for point in self.closed)

    def _bracket(self, bracket: Bracket) -> dict[str, Any]:
        names = [axis.name for axis in self.grid.axes]
        others = {name: value for k, (name, value) in enumerate(_at(names, bracket.at).items()) if k != bracket.axis}
        return {
            "along": names[bracket.axis],
            "at": others,
            "low": text(bracket.low),
            "high": text(bracket.high),
            "width": text(bracket.width),
            "below": bracket.below,
            "above": bracket.above,
        }

    def words(self) -> str:
        """Return the summary and a list of what is not as it should be."""
        grid, rows = self.grid, self.all
        axes = " × ".join(axis.name for axis in grid.axes)
        sizes = " × ".join(str(len(axis.values)) for axis in grid.axes)
        sizes = f"{sizes} = {grid.size}" if len(grid.axes) > 1 else sizes
        proved = sum(row.proved for row in rows.values())
        fixed = "".join(f" {name}={value}" for name, value in self.fixed.items())
        lines = [f"{grid.family.name}{fixed} over {axes}, {sizes} points: {_asked(self.question)}"]
        counts = self.statuses()
        width = max(map(len, counts))
        lines += [f"  {status:<{width}} {count:>{len(str(grid.size))}}" for status, count in counts.items()]
        further = f", {len(self.between)} of them between the points of the grid" if self.between else ""
        lines.append(f"{proved} of {len(rows)} answers proved and accepted by the checker{further}.")
        if self.closed:
            agree = len(self.closed) - len(self.disagreeing) - self._unanswered
            form = grid.form(self.question)
            assert form is not None
            lines.append(f"Closed form: {self.formula} ({form.source}).")
            lines.append(
                f"  {len(self.closed)} points compared: {agree} agree, {len(self.disagreeing)} disagree; "
                f"on its boundary: {len(self.edge)}."
            )
        known = [row for row in rows.values() if row.expected]
        agree = sum(row.agrees == "yes" for row in known)
        if known:
            lines.append(f"{len(known)} expected answers: {agree} agree, {len(self.contradicted)} contradicted.")
        lines += self._boundary_words()
        names = [axis.name for axis in grid.axes]
        lines += _list(
            "Not as the closed form has it",
            [f"{_written(names, point)}: {rows[point].status}, not {self.closed[point]}" for point in self.disagreeing],
        )
        lines += _list(
            "Contradicted", [f"{row.instance}: {row.status}, expected {row.expected}" for row in self.contradicted]
        )
        lines += _list("Refused by the checker", [f"{row.instance}: {row.said}" for row in self.refused])
        lines += _list("Not proved", [f"{row.instance}: {row.error or row.status}" for row in self.open])
        return "\n".join(lines)

    def _boundary_words(self) -> list[str]:
        if not self.brackets:
            return ["The answer is the same at all points."] if len(self.statuses()) == 1 else []
        parts = []
        for k, axis in enumerate(self.grid.axes):
            found = widths(self.brackets, k)
            if found:
                count = sum(bracket.axis == k for bracket in self.brackets)
                wide = text(found[0]) if len(found) == 1 else f"{text(found[0])} to {text(found[-1])}"
                parts.append(f"{count} along {axis.name} of width {wide}")
        lines = [
            f"The answer turns within {_count(len(self.brackets), 'bracket')}, both ends proved: {', '.join(parts)}."
        ]
        if len(self.grid.axes) == 1:
            name = self.grid.axes[0].name
            named = [
                f"  {name} from {text(each.low)} ({each.below}) to {text(each.high)} ({each.above})"
                for each in self.brackets
            ]
            lines += named[:SHOWN] + ([f"  … and {len(named) - SHOWN} more."] if len(named) > SHOWN else [])
        return lines

    @staticmethod
    def refuse_foreign(table: str | os.PathLike[str]) -> None:
        """Refuse a table whose map would take the place of a CSV file that is not ours.

        Raises
        ------
        InputError
            Naming such a file.
        """
        place = Path(os.fspath(table))
        files.beside(place.with_suffix(".map.csv"), POINTS)
        files.beside(place.with_suffix(".brackets.csv"), ENDS)

    def export(self, table: str | os.PathLike[str]) -> tuple[Path, Path]:
        """Write the map and its brackets as CSV files beside the table, numbers as exact strings; return their places."""
        from mechsynth.instance import write_whole

        names = [axis.name for axis in self.grid.axes]
        place = Path(os.fspath(table))
        points, brackets = place.with_suffix(".map.csv"), place.with_suffix(".brackets.csv")
        lines = [
            [*map(text, point), row.status, row.value, "yes" if row.proved else "no", self.closed.get(point, "")]
            for point, row in sorted(self.all.items())
        ]
        write_whole(points, csv_bytes([*names, *POINTS], lines))
        ends = [
            [names[each.axis], *map(text, each.point(each.low)), text(each.high), each.below, each.above]
            for each in self.brackets
        ]
        write_whole(brackets, csv_bytes(["along", *names, *ENDS], ends))
        return points, brackets


def _at(names: list[str], point: Point) -> dict[str, str]:
    return {name: text(value) for name, value in zip(names, point, strict=True)}


def _written(names: list[str], point: Point) -> str:
    return " ".join(f"{name}={value}" for name, value in _at(names, point).items())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _asked(question: Mapping[str, Any]) -> str:
    """Return a question in words: the ask alone, or all of it as it is written."""
    return str(question["ask"]) if len(question) == 1 else spelled(question)


def _list(title: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    more = [f"  … and {len(lines) - SHOWN} more, all in the table."] if len(lines) > SHOWN else []
    return [f"{title}:", *(f"  {' '.join(line.split())}" for line in lines[:SHOWN]), *more]


def value_of(row: Row) -> Fraction | None:
    """Return the exact value of a proved answer, ``None`` where it has none."""
    try:
        return Fraction(row.value) if row.proved and row.value else None
    except ValueError:  # a value that is no rational number
        return None
