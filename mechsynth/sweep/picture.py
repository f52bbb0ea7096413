"""The map as a picture: marks of different shapes, so that it can be read without colour, and the closed form on top.

Numbers become floats here, to be drawn, and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import pairwise
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
FINE = 101  # values along each axis at which the closed form is looked at for its curve
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
        fixed = "".join(f", {name} = {value}" for name, value in found.fixed.items())
        title = f"{found.grid.family.name}{fixed}: {_question(found)}"
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
            zorder=1.5,  # below the marks, whose colours it would mix with
            label=label,
        )
        label = None
    _curve(found, axes)
    axes.set_ylabel(_label(up))
    axes.set_xlim(*_limits(across))
    axes.set_ylim(*_limits(up))


def _curve(found: Map, axes: Any) -> None:
    """Draw where the closed form turns in a plane: the zeros of its ``edge``, interpolated on a fine lattice."""
    import numpy as np

    form = found.grid.form(found.question)
    across, up = found.grid.axes
    if form is None or across.whole or up.whole:
        return
    xs, ys = _lattice(across), _lattice(up)
    heights = np.full((len(ys), len(xs)), np.nan)
    rest = found.grid.params((xs[0], ys[0]))
    for i, x in enumerate(xs):
        for j, y in enumerate(ys):
            edge = form.edge({**rest, across.name: x, up.name: y})
            if edge is not None:
                heights[j, i] = float(edge)
    finite = heights[np.isfinite(heights)]
    if finite.size and finite.min() <= 0 <= finite.max():
        lines = ([float(x) for x in xs], [float(y) for y in ys], heights)
        axes.contour(*lines, levels=[0.0], colors=[CURVE], linewidths=1.4)
        axes.plot([], [], color=CURVE, linewidth=1.4, label=_formula(found))


def _turns(found: Map, axes: Any) -> None:
    """Draw where the closed form turns on a line, to the width of the picture's own lines."""
    form = found.grid.form(found.question)
    (across,) = found.grid.axes
    if form is None or across.whole:
        return
    label: str | None = _formula(found)
    edges = [(x, form.edge(found.grid.params((x,)))) for x in _lattice(across)]
    for (low, below), (high, above) in pairwise(edges):
        if below is None or above is None or below * above > 0 or below == 0 != above:
            continue
        # Linear between two of FINE values: less than a line's width from the zero.
        at = high if below == above else low + (high - low) * below / (below - above)
        axes.axvline(float(at), color=CURVE, linewidth=1.4, label=label)
        label = None


def _formula(found: Map) -> str:
    words = f"closed form: {found.formula}"
    return words if len(words) <= 90 else words[:87] + "…"


def _line(found: Map, axes: Any) -> None:
    """Draw the value over a parameter, or the status where there is no value."""
    (across,) = found.grid.axes
    values = {point: value_of(row) for point, row in found.all.items()}
    shown = [value for value in values.values() if value is not None]
    levels: list[str] = [status for status, _ in _groups(found, every=True)]
    for status, points in _groups(found, every=True):
        if not shown:
            _marks(axes, points, [float(levels.index(status))] * len(points), status, 5.0)
            continue
        with_value = [(point, value) for point in points if (value := values[point]) is not None]
        without = [point for point in points if values[point] is None]
        if with_value:
            _marks(axes, [point for point, _ in with_value], [float(value) for _, value in with_value], status, 5.0)
        if without:  # at the foot, where no value is mistaken for theirs
            foot = {"transform": axes.get_xaxis_transform()}
            _marks(axes, without, [0.04] * len(without), f"{status}, no value" if with_value else status, 5.0, **foot)
    if shown:
        axes.set_ylabel("value")
    else:
        axes.set_yticks(range(len(levels)), levels)
        axes.set_ylim(-0.5, len(levels) - 0.5)
    label = _ends_label(found)
    for bracket in found.brackets:
        axes.axvspan(float(bracket.low), float(bracket.high), color=ENDS, alpha=0.5, linewidth=1.0, label=label)
        label = None
    _turns(found, axes)
    axes.set_xlim(*_limits(across))
    axes.grid(True, color="#DDDDDD", linewidth=0.6)


def _groups(found: Map, *, every: bool = False) -> Iterable[tuple[str, list[Point]]]:
    """Return the points by status, sorted; what is not proved is unknown."""
    groups: dict[str, list[Point]] = {}
    for point, row in sorted((found.all if every else found.points).items()):
        groups.setdefault(row.status if row.proved else "unknown", []).append(point)
    return sorted(groups.items())


def _marks(axes: Any, points: list[Point], heights: list[float], status: str, size: float, **more: Any) -> None:
    colour, marker, filled = STYLES.get(status.partition(",")[0], STYLES["unknown"])
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
        **more,
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
