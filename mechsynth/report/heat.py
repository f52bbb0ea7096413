"""Transfers as heat maps: one table an agent, a period and a kind, every payment in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from mechsynth.report.blocks import Block, Cell, Grid, Say
from mechsynth.report.text import label, magnitude, number_cell, profile, shade
from mechsynth.words.names import Names
from mechsynth.words.numbers import Number, counted, number
from mechsynth.words.transfers import read

MOST_CELLS = 1200  # on a page
MOST_TABLES = 24
MOST_ROWS, MOST_COLUMNS = 32, 16


@dataclass(frozen=True)
class _Place:
    """Where a table of payments stands: its agent, the period of the report and its kind."""

    agent: str
    period: int | None
    kind: str
    table: Any


def heat_maps(transfers: object, names: Names) -> list[Block]:
    """Return the payments of ``mechanism.transfers`` in table form; records, written by hand, are listed by the words.

    Raises
    ------
    InputError
        Where the tables do not have the shape of the signals.
    """
    if transfers is not None:
        read(transfers, names)
    places = list(_places(transfers, names))
    if not places:
        return []
    blocks: list[Block] = [
        Say(
            "A positive number is what the agent pays, a negative one (−) what it receives; an empty cell is 0. Darker is more. "
            "Hovering over a cell shows the exact number where it is rounded (≈)."
        )
    ]
    room, left_out, silent = MOST_CELLS, 0, []
    for place in places:
        if room <= 0 or len(blocks) > MOST_TABLES:
            left_out += 1
            continue
        grid = _grid(place, names)
        if grid is None:
            silent.append(_what(place))
            continue
        room -= sum(map(len, grid.rows))
        blocks.append(grid)
    if silent:
        blocks.append(Say(f"Always 0: {'; '.join(silent[:8])}{'; …' if len(silent) > 8 else ''}."))
    if left_out:
        blocks.append(Say(f"{counted(left_out, 'more table')} of payments left out here; the result file has them."))
    return blocks


def _places(transfers: object, names: Names) -> Iterator[_Place]:
    if isinstance(transfers, Mapping):
        periods: Sequence[tuple[int | None, Any]] = [(None, transfers)]
    elif isinstance(transfers, Sequence) and all(isinstance(t, Mapping) and "payment" not in t for t in transfers):
        periods = [(t + 1, entry) for t, entry in enumerate(transfers)]
    else:
        return
    for period, tables in periods:
        for agent in names.agents:
            for kind in ("first", "now", "later"):
                table = (tables.get(agent) or {}).get(kind)
                if table is not None:
                    yield _Place(agent, period, kind, table)


def _what(place: _Place, verb: str = "") -> str:
    agent = f"{label(place.agent)}{verb}"
    if place.kind == "first":
        return f"{agent} in period 1, once"
    if place.period is None:
        return f"{agent} {'one period after the report' if place.kind == 'later' else 'in the period of the report'}"
    return f"{agent} in period {place.period + (place.kind == 'later')}, by the reports of period {place.period}"


def _shape(node: Any) -> list[int]:
    shape = []
    while isinstance(node, list):
        shape.append(len(node))
        node = node[0]
    return shape


def _grid(place: _Place, names: Names) -> Grid | None:
    """Return one table; ``None`` if nothing is paid by it."""
    later, count = place.kind == "later", len(names.agents)
    shape, first = _shape(place.table), int(place.kind == "later")
    follow = names.following(place.period)
    now = [j for j in range(count) if shape[first + j] > 1]
    then = [j for j in range(count) if later and shape[first + count + j] > 1]
    across = [(follow, j, first + count + j) for j in then]
    down = [(place.period, j, first + j) for j in now]
    if not later and len(down) > 1:  # the others' reports go across, the own report down
        own = [part for part in down if names.agents[part[1]] == place.agent] or down[:1]
        across, down = [part for part in down if part not in own], own
    acting = later and shape[0] > 1
    taken = _taken(names, place.period, now) if acting else {}
    known = names.at(place.period).actions
    every = product(range(shape[0]) if acting else (0,), *(range(shape[axis]) for *_, axis in down))
    used = (row for row in every if not (taken and known) or known[row[0]] in taken.get(row[1:], (known[row[0]],)))
    rows = list(islice(used, MOST_ROWS + 1))
    columns = list(islice(product(*(range(shape[axis]) for *_, axis in across)), MOST_COLUMNS + 1))
    base = [0] * len(shape)

    def value(row: tuple[int, ...], column: tuple[int, ...]) -> Number:
        index = list(base)
        if acting:
            index[0] = row[0]
        for (_, _, axis), k in zip([*down, *across], [*row[1:], *column], strict=True):
            index[axis] = k
        node = place.table
        for k in index:
            node = node[k]
        return number(node, "mechanism.transfers")

    kept_rows, kept_columns = rows[:MOST_ROWS], columns[:MOST_COLUMNS]
    values = [[value(row, column) for column in kept_columns] for row in kept_rows]
    largest = max((abs(magnitude(v)) for line in values for v in line), default=0.0)
    whole = len(rows) == len(kept_rows) and len(columns) == len(kept_columns)
    if largest == 0 and whole:
        return None
    who = ", ".join(label(names.agents[j], 16) for _, j, _ in down)
    heads = [*(["action"] if acting else []), *([f"reports of {who}"] if down else [])]
    tops = [
        profile(_signal(names, t, j, k) for (t, j, _), k in zip(across, column, strict=True)) for column in kept_columns
    ]
    body = []
    for row, line in zip(kept_rows, values, strict=True):
        lead = [Cell(label(names.action(place.period, row[0]), 16))] if acting else []
        if down:
            lead.append(Cell(", ".join(_signal(names, t, j, k) for (t, j, _), k in zip(down, row[1:], strict=True))))
        cells = [
            number_cell(v, f"{label(place.agent)} {'pays' if v > 0 else 'receives'}", shade(v, largest))
            if v
            else Cell("", "0")
            for v in line
        ]
        body.append((*(lead or [Cell("always")]), *cells))
    whose = ", ".join(label(names.agents[j], 16) for _, j, _ in across)
    what = f"{'next reports' if later else 'reports'} of {whose}" if across else ""
    gone = [
        what
        for what, full, kept in (("more rows", rows, kept_rows), ("more columns", columns, kept_columns))
        if len(full) > len(kept)
    ]
    return Grid(
        f"{_what(place, ' pays')}{f'. Columns: {what}' if what else ''}",
        (*(heads or ["reports"]), *(top or "payment" for top in tops)),
        tuple(body),
        max(1, len(heads)),
        f"{' and '.join(gone).capitalize()} are left out; the result file has them." if gone else "",
    )


def _signal(names: Names, period: int | None, agent: int, k: int) -> str:
    known = names.at(period).signals.get(names.agents[agent], ())
    return label(known[k], 16) if k < len(known) else f"no. {k + 1}"


def _taken(names: Names, period: int | None, looked: list[int]) -> dict[tuple[int, ...], set[str]]:
    """Return the actions that the rule takes, by the indices of the reports that a table looks at."""
    known = names.at(period)
    place = [{s: k for k, s in enumerate(known.signals.get(agent, ()))} for agent in names.agents]
    if not all(place):
        return {}
    found: dict[tuple[int, ...], set[str]] = {}
    for reports in known.rule:
        found.setdefault(tuple(place[j][reports[j]] for j in looked), set()).update(known.taken(reports))
    return found
