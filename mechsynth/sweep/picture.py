"""The map as a picture: marks of different shapes, so that it can be read without colour, and the closed form on top.

Numbers become floats here, to be drawn, and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from mechsynth.errors import InputError
from mechsynth.suite.summary import picture_kind
from mechsynth.sweep.grid import Axis, Point
from mechsynth.sweep.map import Map, value_of

# Okabe and Ito's colours, told apart without colour vision. Filled against hollow, round against crossed in print.
STYLES = {
    "feasible": ("#0072B2", "o", True),
    "holds": ("#0072B2", "o", True),
    "optimal": ("#0072B2", "o", True),
    "infeasible": ("#D55E00", "x", False),
    "fails": ("#D55E00", "x", False),
    "unbounded": ("#009E73", "^", False),
    "unknown": ("#000000", "s", False),
}
CURVE, ENDS = "#000000", "#CC79A7"
FINE = 241  # values along each axis at which the closed form is looked at for its curve
NAMES = {"alpha": "α", "discount": "δ", "gamma": "γ", "correlation": "ρ"}


def refuse(path: str | os.PathLike[str]) -> None:
    """Refuse a place for a picture before anything is computed.

    Raises
    ------
    InputError
        For an ending other than .svg and .png, and a folder that does not exist.
    """
    name = os.fspath(path)
    if not name:
        raise InputError("--picture", "an empty file name", "end it with .svg or .png")
    picture_kind(name)
    if not os.path.isdir(os.path.dirname(os.path.abspath(name))):
        raise InputError(name, "its folder does not exist", "make it, or choose another place")


def draw(found: Map, path: str | os.PathLike[str]) -> None:
    """Draw a map as an SVG or PNG file, by its ending; the same map gives the same bytes with the same version of the drawing library.

    Raises
    ------
    InputError
        For another ending, or a place that cannot be written.
    """
    from io import BytesIO

    from mechsynth.instance import write_whole

    refuse(path)
    kind = picture_kind(path)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "mechsynth", "svg.fonttype": "none", "font.size": 10}):
        plane = len(found.grid.axes) == 2
        figure = Figure(figsize=(6.4, 6.0) if plane else (6.4, 3.4), layout="constrained")
        axes = figure.add_subplot()
        (_plane if plane else _line)(found, axes)
        axes.set_xlabel(_label(found.grid.axes[0]))
        title = f"{found.grid.family.name}: {_question(found)}"
        axes.set_title(title if len(title) <= 90 else title[:87] + "…", fontsize=10, parse_math=False)
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
        drawn = BytesIO()
        figure.savefig(drawn, format=kind, dpi=110, metadata={"Date": None} if kind == "svg" else {"Software": None})
    write_whole(path, drawn.getvalue())


def _plane(found: Map, axes: Any) -> None:
    """Draw a mark for each point of a plane, the brackets, and the curve of the closed form."""
    across, up = found.grid.axes
    most = max(len(across.values), len(up.values))
    size = min(11.0, 190.0 / most)
    for status, points in _groups(found):
        _marks(axes, points, [float(point[1]) for point in points], status, size)
    label = _ends_label(found)
    for bracket in found.brackets:
        low, high = bracket.point(bracket.low), bracket.point(bracket.high)
        axes.plot(
            [float(low[0]), float(high[0])],
            [float(low[1]), float(high[1])],
            color=ENDS,
            linewidth=1.6,
            marker="|" if bracket.axis == 0 else "_",
            markersize=min(5.0, size),
            label=label,
        )
        label = None
    _curve(found, axes)
    axes.set_ylabel(_label(up))
    axes.set_xlim(*_limits(across))
    axes.set_ylim(*_limits(up))


def _curve(found: Map, axes: Any) -> None:
    """Draw where the closed form turns: the zeros of its ``edge``, interpolated on a fine lattice."""
    import numpy as np
    from matplotlib.lines import Line2D

    form = found.grid.form(found.question)
    if form is None:
        return
    across, up = found.grid.axes
    if across.whole or up.whole:
        return
    xs, ys = _lattice(across), _lattice(up)
    heights = np.full((len(ys), len(xs)), np.nan)
    for i, x in enumerate(xs):
        for j, y in enumerate(ys):
            edge = form.edge(found.grid.params((x, y)))
            if edge is not None:
                heights[j, i] = float(edge)
    finite = heights[np.isfinite(heights)]
    if not finite.size or finite.min() > 0 or finite.max() < 0:
        return
    axes.contour([float(x) for x in xs], [float(y) for y in ys], heights, levels=[0.0], colors=[CURVE], linewidths=1.4)
    axes.add_line(Line2D([], [], color=CURVE, linewidth=1.4, label=f"closed form: {found.formula}"[:80]))


def _line(found: Map, axes: Any) -> None:
    """Draw the value over a parameter, or the status where there is no value."""
    (across,) = found.grid.axes
    values = {point: value_of(row) for point, row in found.all.items()}
    shown = [value for value in values.values() if value is not None]
    levels: list[str] = [status for status, _ in _groups(found, every=True)]
    for status, points in _groups(found, every=True):
        heights = []
        for point in points:
            value = values[point]
            heights.append(float(value) if value is not None else 0.0 if shown else float(levels.index(status)))
        _marks(axes, points, heights, status, 5.0)
    if shown:
        axes.set_ylabel("value")
    else:
        axes.set_yticks(range(len(levels)), levels)
        axes.set_ylim(-0.5, len(levels) - 0.5)
    label = _ends_label(found)
    for bracket in found.brackets:
        axes.axvspan(float(bracket.low), float(bracket.high), color=ENDS, alpha=0.5, linewidth=1.0, label=label)
        label = None
    axes.set_xlim(*_limits(across))
    axes.grid(True, color="#DDDDDD", linewidth=0.6)


def _groups(found: Map, *, every: bool = False) -> Iterable[tuple[str, list[Point]]]:
    """Return the points by status, sorted; what is not proved is unknown."""
    groups: dict[str, list[Point]] = {}
    for point, row in sorted((found.all if every else found.points).items()):
        groups.setdefault(row.status if row.proved else "unknown", []).append(point)
    return sorted(groups.items())


def _marks(axes: Any, points: list[Point], heights: list[float], status: str, size: float) -> None:
    colour, marker, filled = STYLES.get(status, STYLES["unknown"])
    axes.plot(
        [float(point[0]) for point in points],
        heights,
        linestyle="none",
        marker=marker,
        markersize=size,
        color=colour,
        markerfacecolor=colour if filled else "none",
        markeredgewidth=min(1.2, max(0.5, size / 5)),
        label=f"{status} ({len(points)})",
    )


def _ends_label(found: Map) -> str | None:
    return f"brackets of the boundary ({len(found.brackets)})"


def _lattice(axis: Axis) -> list[Any]:
    low, high = axis.values[0], axis.values[-1]
    return [low + (high - low) * k / (FINE - 1) for k in range(FINE)]


def _limits(axis: Axis) -> tuple[float, float]:
    """Return the ends of an axis with half a step of room, so that no mark is cut off."""
    low, high = float(axis.values[0]), float(axis.values[-1])
    room = (high - low) / (2 * (len(axis.values) - 1)) + 0.01 * (high - low)
    return low - room, high + room


def _label(axis: Axis) -> str:
    return f"{axis.name} {NAMES[axis.name]}" if axis.name in NAMES else axis.name


def _question(found: Map) -> str:
    words = [str(found.question["ask"])]
    for name, value in found.question.items():
        if name != "ask":
            words.append(f"{name.replace('_', ' ')} {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return ", ".join(words)
