"""Multipliers of the rows of windows: a plan of lies, each after what was reported before."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from mechsynth.construct.ahead.sight import Sight
from mechsynth.construct.ahead.windows import Row, Windows
from mechsynth.result.rowname import RowName, profile_name, quoted

Window = tuple[int, ...]
"""Profiles that were reported, the oldest first."""


def whole(rows: Windows, listed: list[Row], multipliers: list[Fraction]) -> dict[str, Fraction]:
    """Return multipliers by the names of the rows, those of the columns ``Z`` spread over the windows that they stand for."""
    shares: dict[tuple[object, ...], dict[int, Fraction]] = {}
    for row, y in zip(listed, multipliers, strict=True):
        if row.kind == "most" and y:
            *place, own = row.place
            shares.setdefault(tuple(place), {})[own] = y
    found: dict[str, Fraction] = {}
    for row, y in zip(listed, multipliers, strict=True):
        if not y or row.kind == "most":
            continue
        if row.kind == "pepic":
            t, true, r, suffix = row.place
            for window, part in _spread(rows, t, true, r, suffix, y, shares):
                _add(found, _lie(rows, t, true, r, window), part)
        elif row.kind == "value":
            _add(found, value_name(rows, *row.place), y)
        else:
            t, action, true, r, *most = row.place
            _add(found, target_name(rows.sight, t, action, true, r), -y if most else y)
    return {name: y for name, y in found.items() if y}


def _add(found: dict[str, Fraction], name: str, y: Fraction) -> None:
    found[name] = found.get(name, Fraction(0)) + y


def _spread(
    rows: Windows,
    t: int,
    true: int,
    r: int,
    suffix: Window,
    y: Fraction,
    shares: dict[tuple[object, ...], dict[int, Fraction]],
) -> list[tuple[Window, Fraction]]:
    """Return windows with the others' reports given and weights that add up to ``y``, in which every own report has its share by age."""
    parts: list[list[tuple[int, Fraction]]] = []
    for age in range(len(suffix), 0, -1):
        members = rows.sight.profiles(rows.before(t, age))[suffix[len(suffix) - age]]
        given = shares.get((t, age, suffix[len(suffix) - age :], true, r), {0: Fraction(1)})
        total = sum(given.values())
        parts.append([(members[own], y * share / total) for own, share in given.items()])
    if not parts:
        return [((), y)]
    # walk through all ages at once: each step ends the share of one own report
    found, places, left = [], [0] * len(parts), [part[0][1] for part in parts]
    while True:
        step = min(left)
        if step:
            found.append((tuple(part[at][0] for part, at in zip(parts, places, strict=True)), step))
        left = [value - step for value in left]
        for n, part in enumerate(parts):
            while left[n] == 0 and places[n] < len(part):
                places[n] += 1
                left[n] = part[places[n]][1] if places[n] < len(part) else Fraction(0)
                if places[n] == len(part):
                    break
        if any(places[n] == len(part) for n, part in enumerate(parts)):
            return found


# -- names ------------------------------------------------------------------------------------------------------------


def labels(sight: Sight, t: int, profile: int) -> tuple[str, ...]:
    """Return the labels of a profile."""
    return list(product(*sight.case.environment.period(t).signals))[profile]


def _when(sight: Sight, t: int) -> int | None:
    return None if sight.case.environment.horizon is None else t


def _agent(sight: Sight) -> str:
    return sight.case.environment.agents[sight.agent]


def _lie(rows: Windows, t: int, true: int, r: int, window: Window) -> str:
    sight = rows.sight
    own = sight.case.environment.period(t).signals[sight.agent][r]
    name = str(RowName("pepic", _agent(sight), _when(sight, t), signals=labels(sight, t, true), report=own))
    past = [profile_name(labels(sight, rows.before(t, len(window) - n), profile)) for n, profile in enumerate(window)]
    return " ".join([name, "after", *past] if past else [name])


def value_name(rows: Windows, t: int, true: int) -> str:
    """Return the name of the row of what truth pays."""
    sight = rows.sight
    return str(RowName(rows.truth, _agent(sight), _when(sight, t), signals=labels(sight, t, true)))


def target_name(sight: Sight, t: int, action: int, true: int, r: int) -> str:
    """Return the name of a row of scope all: the target after an action, the own report ``r``."""
    own = sight.case.environment.period(t).signals[sight.agent][r]
    name = str(RowName("pepic", _agent(sight), _when(sight, t), signals=labels(sight, t, true), report=own))
    played = quoted(sight.case.environment.period(t).actions[action])
    return f"target{name.removeprefix('pepic')} a={played}"
