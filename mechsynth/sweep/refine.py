"""Where an answer turns: between neighbouring points with different answers, brackets halved as often as is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from mechsynth.sweep.grid import Axis, Grid, Point

Verdict = Callable[[Point], str | None]
"""The status that is proved at a point; empty if the answer there is not proved, ``None`` if it was not asked."""


@dataclass(frozen=True)
class Bracket:
    """Two points on a line along an axis whose proved answers differ: somewhere from the one to the other the answer turns.

    Nothing is said about how often it turns in between.

    Attributes
    ----------
    axis:
        The index of the axis.
    at:
        The point with the lower value.
    low, high:
        The values on the axis.
    below, above:
        The statuses there.
    """

    axis: int
    at: Point
    low: Fraction
    high: Fraction
    below: str
    above: str

    @property
    def width(self) -> Fraction:
        """The distance of its ends."""
        return self.high - self.low

    def point(self, value: Fraction) -> Point:
        """Return the point on its line with this value on the axis."""
        return (*self.at[: self.axis], value, *self.at[self.axis + 1 :])

    def halved(self, axis: Axis, verdict: Verdict) -> Bracket | Point | None:
        """Return the half in which the answer turns, or the point to ask first; ``None`` where nothing lies between, or nothing is proved there."""
        middle = axis.middle(self.low, self.high)
        if middle is None:
            return None
        point = self.point(middle)
        found = verdict(point)
        if found is None:
            return point
        if not found:
            return None
        if found == self.below:
            return replace(self, at=point, low=middle)
        return replace(self, high=middle, above=found)


@dataclass(frozen=True)
class Boundary:
    """The brackets as far as the answers go.

    Attributes
    ----------
    brackets:
        By axis, and by the point with the lower value.
    used:
        The points between those of the grid that they rest on, and those on the way to them.
    wanted:
        The points to ask before they can be halved further.
    """

    brackets: tuple[Bracket, ...]
    used: frozenset[Point]
    wanted: tuple[Point, ...]


def boundary(grid: Grid, verdict: Verdict, halvings: int) -> Boundary:
    """Return the brackets between neighbouring points of a grid whose proved answers differ, each halved up to so many times.

    It depends on the answers alone, so a run that was cut off comes to the same points.
    """
    brackets: list[Bracket] = []
    used: set[Point] = set()
    wanted: dict[Point, None] = {}
    for bracket in _first(grid, verdict):
        axis = grid.axes[bracket.axis]
        for _ in range(halvings):
            half = bracket.halved(axis, verdict)
            middle = axis.middle(bracket.low, bracket.high)
            if isinstance(half, tuple):
                wanted[half] = None
                break
            if middle is not None:
                used.add(bracket.point(middle))
            if half is None:
                break
            bracket = half
        brackets.append(bracket)
    return Boundary(tuple(brackets), frozenset(used), tuple(wanted))


def _first(grid: Grid, verdict: Verdict) -> Iterator[Bracket]:
    """Yield the pairs of neighbours of a grid whose proved answers differ."""
    for k, axis in enumerate(grid.axes):
        following = dict(pairwise(axis.values))
        for point in grid.points():
            if point[k] not in following:
                continue
            beyond = (*point[:k], following[point[k]], *point[k + 1 :])
            below, above = verdict(point), verdict(beyond)
            if below and above and below != above:
                yield Bracket(k, point, point[k], beyond[k], below, above)


def widths(brackets: Sequence[Bracket], axis: int) -> tuple[Fraction, ...]:
    """Return the widths that the brackets along an axis have, increasing."""
    return tuple(sorted({bracket.width for bracket in brackets if bracket.axis == axis}))
