"""Beliefs as points: on a line, in the triangle, or in a plane through a larger simplex, with the hull and the point in question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.report.svg import BLUE, GREY, INK, ORANGE, PALE, SAND, SKY, WIDTH, Drawing, draw
from mechsynth.report.text import label
from mechsynth.words.numbers import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = NDArray[np.float64]
MOST_NAMED = 12
_MARGIN = 34.0
_HALO = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}


@dataclass(frozen=True)
class Cloud:
    """The beliefs of one block.

    Attributes
    ----------
    names, outcomes:
        The own signals and the others' next reports, fit to be shown.
    beliefs:
        ``[own signal][outcome]``, exact.
    marked:
        The index of the signal in question; ``None`` for a dependence, which has two sides instead.
    weights:
        By index: the mixture that meets the signal in question, or the rates of a dependence.
    dependence:
        Which of the two.
    """

    names: Sequence[str]
    outcomes: Sequence[str]
    beliefs: Sequence[Sequence[Fraction]]
    marked: int | None
    weights: Mapping[int, float]
    dependence: bool


def picture(name: str, caption: str, cloud: Cloud) -> Drawing:
    """Return the block as a drawing: coordinates are floats, chosen so that what is proved can be seen."""
    points = np.array([[float(p) for p in row] for row in cloud.beliefs])
    if points.shape[1] == 2:
        height, frame, flat = 104.0, _line, _on_line(points)
    elif points.shape[1] == 3:
        height, frame, flat = 286.0, _triangle, _in_triangle(points)
    else:
        height, frame, flat = 250.0, None, _projected(points, cloud)
    first, second = _sides(cloud)

    def paint(axes: Axes) -> None:
        if frame is not None:
            frame(axes, cloud.outcomes)
        else:
            axes.text(8, 8, f"a plane through {points.shape[1]} outcomes", fontsize=10, color=GREY)
        _hull(axes, flat[first], SKY, BLUE, "////", "-")
        if second:
            _hull(axes, flat[second], SAND, ORANGE, "\\\\\\\\", "--")
        _dots(axes, flat, cloud, second)
        meeting = _meeting(flat, cloud)
        if meeting is not None:
            axes.plot(
                *meeting, marker="D", markersize=9, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.6
            )

    return draw(name, caption, _told(cloud, points.shape[1]), paint, height)


def _sides(cloud: Cloud) -> tuple[list[int], list[int]]:
    """Return the signals that span the hull, and for a dependence those on its other side."""
    everyone = list(range(len(cloud.names)))
    if cloud.dependence:
        return [k for k in everyone if cloud.weights.get(k, 0) > 0], [
            k for k in everyone if cloud.weights.get(k, 0) < 0
        ]
    return [k for k in everyone if k != cloud.marked], []


def _told(cloud: Cloud, outcomes: int) -> str:
    kind = {2: "A line", 3: "A triangle"}.get(outcomes, f"A plane projection of a simplex with {outcomes} corners")
    text = f"{kind} of beliefs, one point per own signal."
    used = listed([cloud.names[k] for k in sorted(cloud.weights)][:8])
    if cloud.dependence:
        plus, minus = _sides(cloud)
        one, two = (listed([cloud.names[k] for k in side][:8]) for side in (plus, minus))
        return f"{text} The hull of {one} (solid) and that of {two} (dashed) meet at the diamond."
    if cloud.marked is None:
        return f"{text} The hatched area is their hull."
    name = cloud.names[cloud.marked]
    if used and outcomes:
        return f"{text} The hatched area is the hull of the other signals; the cross is signal {name}; the diamond is the mixture of {used}."
    return f"{text} The hatched area is the hull of the other signals; the cross is signal {name}."


def _on_line(points: Points) -> Points:
    return np.column_stack([_MARGIN + points[:, 1] * (WIDTH - 2 * _MARGIN), np.full(len(points), 44.0)])


_CORNERS = np.array([[34.0, 34.0], [WIDTH - 34.0, 34.0], [WIDTH / 2, 34.0 + (WIDTH - 68.0) * 0.866]])


def _in_triangle(points: Points) -> Points:
    return np.asarray(points @ _CORNERS)


def _projected(points: Points, cloud: Cloud) -> Points:
    """Return a plane in which a point outside the hull stays outside: its way from the hull is one of the axes."""
    centre = points.mean(axis=0)
    moved = points - centre
    away = np.zeros(points.shape[1])
    if cloud.marked is not None and not cloud.dependence and len(points) > 1:
        rest = np.delete(points, cloud.marked, axis=0)
        away = points[cloud.marked] - _nearest(points[cloud.marked], rest)
    size = float(np.linalg.norm(away))
    axes = []
    if size > 1e-9:
        axes.append(away / size)
        moved = moved - np.outer(moved @ axes[0], axes[0])
    main = np.linalg.svd(moved, full_matrices=True)[2]
    axes = [*([main[0]] if size > 1e-9 else [main[0], main[1]]), *axes]
    for axis in axes[: len(axes) if size <= 1e-9 else 1]:  # a sign that does not hang on the library's whim
        axis *= 1.0 if axis[int(np.argmax(np.abs(axis)))] > 0 else -1.0
    flat = (points - centre) @ np.array(axes).T
    low, high = flat.min(axis=0), flat.max(axis=0)
    scale = min(w / s for w, s in zip((WIDTH - 90, 150.0), np.maximum(high - low, 1e-12), strict=True))
    return np.asarray(np.array([WIDTH / 2, 132.0]) + (flat - (low + high) / 2) * min(scale, 1e6))


def _nearest(point: Points, hull: Points) -> Points:
    """Return nearly the nearest point of a hull, by non-negative least squares; only the drawing depends on it."""
    from mechsynth.solver.nearest import nonnegative

    heavy = 1e3
    weights = nonnegative(np.vstack([hull.T, heavy * np.ones(len(hull))]), np.append(point, heavy))
    return np.asarray(weights @ hull / max(float(weights.sum()), 1e-12))


def _line(axes: Axes, outcomes: Sequence[str]) -> None:
    axes.plot([_MARGIN, WIDTH - _MARGIN], [44, 44], color=PALE, linewidth=1)
    for k, (x, side) in enumerate(((_MARGIN, "left"), (WIDTH - _MARGIN, "right"))):
        axes.plot([x, x], [38, 50], color=GREY, linewidth=1)
        axes.text(6 if k == 0 else WIDTH - 6, 20, f"surely {label(outcomes[k], 14)}", ha=side, color=GREY)


def _triangle(axes: Axes, outcomes: Sequence[str]) -> None:
    axes.plot(*np.vstack([_CORNERS, _CORNERS[:1]]).T, color=GREY, linewidth=1)
    for corner, text, (side, dy) in zip(
        _CORNERS, outcomes, (("left", -16), ("right", -16), ("center", 10)), strict=True
    ):
        x = {"left": 6.0, "right": WIDTH - 6.0}.get(side, corner[0])
        axes.text(x, corner[1] + dy, f"surely {label(text, 14)}", ha=side, va="center", color=GREY)


def _hull(axes: Axes, points: Points, fill: str, edge: str, hatch: str, line: str) -> None:
    if len(points) == 0:
        return
    spread = points.max(axis=0) - points.min(axis=0)
    corners = None
    if len(points) > 2 and min(spread) > 1e-6:
        from scipy.spatial import ConvexHull, QhullError

        try:
            corners = points[ConvexHull(points).vertices]
        except QhullError:
            corners = None  # all on one line
    if corners is not None:
        axes.fill(*corners.T, facecolor=fill, edgecolor=edge, hatch=hatch, linewidth=1.4, linestyle=line, zorder=1)
        return
    along = points[:, int(np.argmax(spread))]
    ends = points[[int(np.argmin(along)), int(np.argmax(along))]]
    axes.plot(*ends.T, color=fill, linewidth=11, solid_capstyle="round", zorder=1)
    axes.plot(*ends.T, color=edge, linewidth=1.6, linestyle=line, zorder=1.5)


def _dots(axes: Axes, flat: Points, cloud: Cloud, second: list[int]) -> None:
    """Draw the signals; those at one place share a label, and labels that would meet are lifted."""
    groups: dict[tuple[int, int], list[int]] = {}
    for k, point in enumerate(flat):
        groups.setdefault((round(point[0] / 3), round(point[1] / 3)), []).append(k)
    centre = flat.mean(axis=0)
    crowded = len(cloud.names) > MOST_NAMED
    taken: list[tuple[float, float, float]] = []
    for members in sorted(groups.values(), key=lambda group: float(flat[group[0]][0])):
        point = flat[members[0]]
        offending = cloud.marked in members and not cloud.dependence
        style: dict[str, Any] = {"marker": "o", "markersize": 7, "color": BLUE, "zorder": 3}
        if members[0] in second:
            style |= {"marker": "s", "color": ORANGE}
        axes.plot(*point, **style) if not offending or len(members) > 1 else None
        if offending:
            axes.plot(
                *point, marker="X", markersize=11, color=ORANGE, markeredgecolor="white", markeredgewidth=0.7, zorder=4
            )
        if crowded and not offending and not any(k in cloud.weights for k in members):
            continue
        text = ", ".join(cloud.names[k] for k in members[:4]) + (", …" if len(members) > 4 else "")
        up = 1.0 if point[1] >= centre[1] - 1 else -1.0
        x, y = float(point[0]), float(point[1]) + 15 * up
        wide = 3.2 * len(text) + 5
        x = min(max(x, wide), WIDTH - wide)
        while any(abs(x - a) < wide + reach and abs(y - b) < 11 for a, b, reach in taken):
            y += 13 * up
        taken.append((x, y, wide))
        weight = "bold" if offending else "normal"
        axes.text(x, y, text, ha="center", va="center", color=INK, fontweight=weight, bbox=_HALO, zorder=5)


def _meeting(flat: Points, cloud: Cloud) -> Points | None:
    """Return the mixture of a witness: where it meets the signal in question, or where the two hulls meet."""
    if not cloud.weights:
        return None
    used = [k for k in cloud.weights if cloud.weights[k] > 0]
    weights = np.array([cloud.weights[k] for k in used])
    if not used or not weights.sum() > 0:
        return None
    return np.asarray(weights / weights.sum() @ flat[used])
