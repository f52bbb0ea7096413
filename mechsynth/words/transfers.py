"""Transfers in words: records and tables read into one list of payments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mechsynth.result.document import Payment
from mechsynth.words import reading, typed
from mechsynth.words.names import Names
from mechsynth.words.numbers import Number, listed, number, paid, size
from mechsynth.words.reading import clean, fail

HEADS = ("agent", "reported in", "reports", "after action", "paid in", "next reports", "payment")


@dataclass(frozen=True)
class Entry:
    """One non-zero payment, its parts ready to be printed; an empty part is one that it does not depend on.

    ``next`` is None where the payment is made in the period of the report; ``once`` marks one that is made in period 1
    only, under an infinite horizon. It is made ``wait`` periods after the report.
    """

    agent: str
    period: int | None
    reports: str
    action: str
    next: str | None
    payment: Number
    once: bool = False
    wait: int = 1

    def cells(self) -> list[str]:
        """Return the entry as a row under `HEADS`."""
        time = "" if self.period is None else f"period {self.period}"
        follow = self.next or ""
        return [clean(self.agent), time, self.reports, self.action, self.due, follow, paid(self.payment, short=True)]

    @property
    def due(self) -> str:
        """When it is paid."""
        if self.once:
            return "period 1, once"
        if self.period is None:
            if self.next is None:
                return "same period"
            return "next period" if self.wait == 1 else f"{self.wait} periods later"
        return f"period {self.period if self.next is None else self.period + self.wait}"

    def condition(self) -> str:
        """Return what it depends on, as the end of a sentence: empty, or ``, if the reports are ...``."""
        parts = [f"the reports {self.reports}"] if self.reports else []
        parts += [f"action {self.action}"] if self.action else []
        parts += [f"the next reports {self.next}"] if self.next else []
        return f", after {listed(parts)}" if parts else ""


@dataclass(frozen=True)
class Transfers:
    """All payments that are not zero; ``idle`` counts those after actions that the rule never takes."""

    entries: list[Entry]
    idle: int
    records: bool

    def largest(self) -> Entry | None:
        """Return the first payment that is largest in absolute value."""
        return max(self.entries, key=lambda entry: size(entry.payment), default=None)


def read(value: object, names: Names) -> Transfers:
    """Read ``mechanism.transfers`` in either form.

    Raises
    ------
    InputError
        Where a record or a table is not one, or a table's shape does not fit the signals.
    """
    place = "mechanism.transfers"
    if isinstance(value, Mapping):
        return _tables([(None, reading.mapping(value, place), place)], names)
    listing = reading.sequence(value, place)
    objects = [reading.mapping(entry, f"{place}[{index}]") for index, entry in enumerate(listing)]
    if all("payment" in entry and not isinstance(entry["payment"], Mapping) for entry in objects):
        return _records(objects, names, place)
    return _tables([(t + 1, entry, f"{place}[{t}]") for t, entry in enumerate(objects)], names)


@dataclass(frozen=True, kw_only=True)
class Dated(Payment):
    """A payment that may also look at all earlier reports, the oldest first (format 2)."""

    history: tuple[Mapping[str, Any], ...] | None = None


def _since(history: tuple[Mapping[str, Any], ...] | None) -> str:
    if history is None:
        return ""
    told = ["(" + ", ".join(map(clean, entry.get("signals", {}).values())) + ")" for entry in history]
    return f" after {', '.join(told)}"


def _records(records: Sequence[Mapping[str, object]], names: Names, place: str) -> Transfers:
    entries = []
    for index, record in enumerate(records):
        paid = typed.record(Dated, record, f"{place}[{index}]")
        if paid.period is not None and paid.period < 1:
            fail(f"{place}[{index}].period", "periods are whole numbers from 1 on")
        entry = Entry(
            agent=paid.agent,
            period=paid.period,
            reports=_told(paid.reports or {}) + _since(paid.history),
            action="" if paid.action is None else clean(paid.action),
            next=None if paid.next is None else _later(paid.next),
            wait=len(paid.next) if isinstance(paid.next, tuple) else 1,
            payment=paid.payment,
        )
        if entry.payment != 0:
            entries.append(entry)
    return Transfers(entries, 0, True)


def _later(reports: Mapping[str, str] | tuple[Mapping[str, str], ...]) -> str:
    """Return the next reports, those of several periods one after the other."""
    return ", then ".join(map(_told, reports)) if isinstance(reports, tuple) else _told(reports)


def _told(reports: Mapping[str, str]) -> str:
    return ", ".join(f"{clean(agent)}: {clean(signal)}" for agent, signal in reports.items())


def _tables(periods: Sequence[tuple[int | None, Mapping[str, object], str]], names: Names) -> Transfers:
    entries: list[Entry] = []
    idle = 0
    for period, tables, place in periods:
        agents = names.agents or tuple(tables)
        for agent, pair in tables.items():
            if agent not in agents:
                fail(place, f"{clean(agent)} is not an agent of the allocation")
            where = f"{place}.{agent}"
            for key, table in reading.mapping(pair, where).items():
                if key not in ("now", "later", "first"):
                    fail(where, f"{clean(key)!r} is neither now nor later nor first")
                if key == "first" and period is not None:
                    fail(where, "first under a finite horizon", "put it into now of period 1")
                if table is not None:
                    found, unused = _table(table, key == "later", agent, period, agents, names, f"{where}.{key}")
                    entries += [replace(entry, once=True) for entry in found] if key == "first" else found
                    idle += unused
    order = {agent: index for index, agent in enumerate(names.agents)}
    entries.sort(key=lambda entry: (not entry.once, order.get(entry.agent, 0), entry.period or 0))
    return Transfers(entries, idle, False)


def _table(
    table: object, later: bool, agent: str, period: int | None, agents: tuple[str, ...], names: Names, place: str
) -> tuple[list[Entry], int]:
    count = len(agents)
    first = 1 if later else 0
    follow = names.following(period)
    shape = _shape(table, first + count * (2 if later else 1), place)
    for axis, length in enumerate(shape[first:]):
        size = names.size(period if axis < count else follow, agents[axis % count])
        if size is not None and length not in (1, size):
            fail(
                place,
                f"axis {first + axis + 1} has length {length} where there are {size} signals",
                "see docs/certificates.md, tables of transfers",
            )
    cells, shape = _shrunk(list(_cells(table, shape, place)), shape)
    known = names.at(period).actions
    if later and known and shape[0] not in (1, len(known)):
        fail(
            place,
            f"axis 1 has length {shape[0]} where there are {len(known)} actions",
            "see docs/certificates.md, tables of transfers",
        )
    looked = [j for j in range(count) if shape[first + j] > 1]
    taken = _taken(period, looked, agents, names) if later else {}
    phrases: dict[tuple[object, ...], str] = {}

    def profile(t: int | None, axes: list[int], at: tuple[int, ...]) -> str:
        key = (t, *((j, at[j]) for j in axes))
        if key not in phrases:
            phrases[key] = ", ".join(f"{clean(agents[j])}: {names.signal(t, agents[j], at[j])}" for j in axes)
        return phrases[key]

    entries, idle = [], 0
    for index, payment in cells:
        if payment == 0:
            continue
        actions = taken.get(tuple(index[first + j] for j in looked), frozenset())
        action = ""
        if later and shape[0] > 1:
            action = names.action(period, index[0])
            if known and actions and known[index[0]] not in actions:
                idle += 1
                continue
        elif len(actions) == 1:
            action = clean(next(iter(actions)))
        nexts = None
        if later:
            nexts = profile(follow, [j for j in range(count) if shape[first + count + j] > 1], index[first + count :])
        told = profile(period, looked, index[first:])
        entries.append(Entry(agent, period, told, action, nexts, payment))
    return entries, idle


def _taken(
    period: int | None, looked: list[int], agents: tuple[str, ...], names: Names
) -> dict[tuple[int, ...], frozenset[str]]:
    """Return the actions that the rule can take, by the indices of the reports that a table looks at."""
    known = names.at(period)
    place = {a: {s: k for k, s in enumerate(known.signals.get(a, ()))} for a in agents}
    if any(not place[a] for a in agents):
        return {}
    found: dict[tuple[int, ...], set[str]] = {}
    for profile in known.rule:
        found.setdefault(tuple(place[agents[j]][profile[j]] for j in looked), set()).update(known.taken(profile))
    return {key: frozenset(actions) for key, actions in found.items()}


def _shape(table: object, depth: int, place: str) -> list[int]:
    shape = []
    node = table
    for _ in range(depth):
        level = reading.sequence(node, place)
        if not level:
            fail(place, "an empty list in a table")
        shape.append(len(level))
        node = level[0]
    return shape


def _cells(table: object, shape: list[int], place: str) -> Iterator[tuple[tuple[int, ...], Number]]:
    """Yield indices and numbers of a nested array; equal strings are read once."""
    seen: dict[str, Number] = {}

    def walk(node: object, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Number]]:
        if len(path) == len(shape):
            if not isinstance(node, str):
                yield path, number(node, _spot(place, path))
                return
            if node not in seen:
                seen[node] = number(node, _spot(place, path))
            yield path, seen[node]
            return
        level = node if isinstance(node, list) else reading.sequence(node, _spot(place, path))
        if len(level) != shape[len(path)]:
            fail(_spot(place, path), f"{len(level)} entries where its neighbours have {shape[len(path)]}")
        for index, entry in enumerate(level):
            yield from walk(entry, (*path, index))

    return walk(table, ())


def _shrunk(
    cells: list[tuple[tuple[int, ...], Number]], shape: list[int]
) -> tuple[list[tuple[tuple[int, ...], Number]], list[int]]:
    """Return cells and shape with every axis along which the payments are constant of length 1: they do not depend on it."""
    for axis, length in enumerate(shape):
        if length == 1:
            continue
        step = 1
        for other in shape[axis + 1 :]:
            step *= other
        first = [cells[k - (k // step % length) * step][1] for k in range(len(cells))]
        if all(cell[1] == payment for cell, payment in zip(cells, first, strict=True)):
            cells = [cell for k, cell in enumerate(cells) if k // step % length == 0]
            shape = [*shape[:axis], 1, *shape[axis + 1 :]]
    return cells, shape


def _spot(place: str, path: tuple[int, ...]) -> str:
    return place + "".join(f"[{index}]" for index in path)


def nested(value: object, depth: int, place: str) -> Iterator[tuple[tuple[int, ...], Number]]:
    """Yield indices and numbers of a nested array of a known depth."""
    yield from _cells(value, _shape(value, depth, place), place)
