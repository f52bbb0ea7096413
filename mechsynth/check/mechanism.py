"""The mechanism of a result: an action for every profile, and payments as tables or as records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any, Protocol, TypeAlias

import numpy as np

from mechsynth.errors import InputError

from .exact import Array, Exact, Rows
from .model import Model
from .play import Play, Rule, plays
from .text import Numbers, TooLargeInput, describe, flatten, items, label, mapping, number_text, show, table

MAX_CELLS = 50_000_000


@dataclass(frozen=True, eq=False)
class Later:
    """What an agent pays one period after the report.

    Parameters
    ----------
    rows:
        One vector per combination of action and reports that the payment looks at, over the next reports
        that it looks at.
    index:
        ``(actions, profiles)``: which row.
    looks:
        Per axis ``[a][θ^1]…[θ^N][θ'^1]…[θ'^N]``: whether its length is not 1.
    sizes:
        The lengths of the next reports' axes.
    """

    rows: Rows
    index: Array
    looks: tuple[bool, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Payments:
    """Payments of one agent in one period; None is no payment.

    Parameters
    ----------
    now:
        Paid in the period of the report, shape ``[θ^1]…[θ^N]`` with axes of length 1.
    later:
        Paid one period after it.
    first:
        Paid once, at the start, shape ``[θ^1]…[θ^N]`` with axes of length 1 (infinite horizon only: with a finite one
        it is a part of ``now`` of period 1).
    """

    now: Exact | None = None
    later: Later | None = None
    first: Exact | None = None

    def now_at(self, sizes: tuple[int, ...]) -> Exact:
        """Return the payments now for every profile, shape ``(profiles,)``."""
        if self.now is None:
            return Exact.constant(Fraction(0), (prod(sizes),))
        return self.now.broadcast(sizes).reshape(prod(sizes))


def read_allocation(value: object, model: Model, place: str = "mechanism.allocation") -> list[Array]:
    """Return the action of every profile, per period; every profile must be listed exactly once."""

    def chosen(entry: object, t: int, profile: int, at: str) -> int:
        return label(entry, model.period(t).action_index, at, "action of this period")

    rule = [np.array(actions) for actions in listed(value, model, place, chosen)]
    for t, actions in enumerate(rule):
        wrong = np.flatnonzero(~model.period(t).choices[actions, np.arange(actions.size)])
        if wrong.size:
            raise _unavailable(place, model, t, int(actions[wrong[0]]), int(wrong[0]))
    return rule


def listed(value: object, model: Model, place: str, read: Callable[[object, int, int, str], Any]) -> list[list[Any]]:
    """Return what ``read`` makes of the action of every profile, per period; every profile must be listed exactly once."""
    found: list[dict[int, Any]] = [{} for _ in range(model.count)]
    for k, entry in enumerate(items(value, place)):
        at = f"{place}[{k}]"
        t = read_entry(entry, model, at, ("signals", "action"))
        profile = read_profile(entry["signals"], model, t, f"{at}.signals")
        if profile in found[t]:
            raise InputError(at, f"{model.period(t).name(profile)} is listed twice", "list every profile once")
        found[t][profile] = read(entry["action"], t, profile, f"{at}.action")
    for t, own in enumerate(found):
        if len(own) < model.period(t).profiles:
            missing = next(p for p in range(model.period(t).profiles) if p not in own)
            name = model.period(t).name(missing)
            raise InputError(place, f"{name}{model.when(t)} is not listed", "list every profile once")
    return [[own[p] for p in range(len(own))] for own in found]


def read_plays(value: object, model: Model, numbers: Numbers, place: str = "mechanism.allocation") -> list[Play]:
    """Return what is played at every profile, per period: an action, or a lottery."""

    def drawn(entry: object, t: int, profile: int, at: str) -> Lottery:
        return lottery(entry, model, t, profile, numbers, at)

    return [Play.of(entries) for entries in listed(value, model, place, drawn)]


def _unavailable(place: str, model: Model, t: int, action: int, profile: int) -> InputError:
    chosen, where = model.period(t).actions[action], model.period(t).name(profile)
    return InputError(place, f"{show(chosen)} is not available at {where}{model.when(t)}", "take one that is")


Lottery: TypeAlias = list[tuple[int, Fraction]]


def lottery(entry: object, model: Model, t: int, profile: int, numbers: Numbers, place: str) -> Lottery:
    """Return the actions that an entry of a rule draws, in file order, with their chances above 0: a label, or ``{label: "p/q"}``."""
    chances: dict[int, Fraction] = {}
    for name, value in (
        {entry: (1, 1)} if isinstance(entry, str) else mapping(entry, place, "write an action")
    ).items():
        action = label(name, model.period(t).action_index, place, "action of this period")
        chances[action] = numbers.fraction(value, f"{place}.{show(name)}")
        if chances[action] < 0:
            raise InputError(f"{place}.{show(name)}", "a probability below 0", "write one of at least 0")
        if chances[action] and not model.period(t).choices[action, profile]:
            raise _unavailable(place, model, t, action, profile)
    if sum(chances.values()) != 1:
        total = number_text(sum(chances.values(), Fraction(0)))
        raise InputError(place, f"the probabilities add up to {total}", "make them add up to 1")
    return [(action, chances[action]) for action in sorted(chances) if chances[action]]


def read_period(entry: Mapping[str, Any], model: Model, place: str, last: int | None = None) -> int:
    """Return the index of the period that ``entry`` names (0 when the horizon is infinite)."""
    if model.horizon is None:
        return 0
    last = model.horizon if last is None else last
    value = entry.get("period")
    if not isinstance(value, tuple) or value[1] != 1 or not 1 <= value[0] <= last:
        raise InputError(f"{place}.period", f"found {describe(value)}", f"a whole number from 1 to {last}")
    return int(value[0]) - 1


class Dated(Protocol):
    """A record that names its period, where there are several."""

    @property
    def period(self) -> int | None:
        """The period, from 1."""

    @property
    def order(self) -> tuple[str, ...]:
        """The keys that it was written with."""


def period_of(found: Dated, model: Model, place: str, last: int | None = None) -> int:
    """Return the index of the period of a record, which has none when the horizon is infinite."""
    if model.horizon is None and "period" in found.order:
        raise InputError(place, 'unknown key "period"', "remove it: the horizon is infinite")
    value = None if found.period is None else (found.period, 1)
    return read_period({"period": value}, model, place, last)


def read_entry(entry: object, model: Model, place: str, keys: Sequence[str]) -> int:
    """Ask for the keys of an entry, with a finite horizon ``period`` too; return the index of its period."""
    found = table(entry, place, keys if model.horizon is None else ("period", *keys))
    return read_period(found, model, place)


def read_profile(value: object, model: Model, t: int, place: str) -> int:
    """Return the index of a full profile ``{agent: signal}``."""
    index = 0
    found = _signals(value, model, t, place)
    for j, size in enumerate(model.period(t).sizes):
        if j not in found:
            raise InputError(place, f"the agent {show(model.agents[j])} is missing", "name every agent")
        index = index * size + found[j]
    return index


def read_others(value: object, agent: int, model: Model, t: int, place: str) -> int:
    """Return the index of a profile of everybody but ``agent``."""
    index = 0
    found = _signals(value, model, t, place)
    if agent in found:
        raise InputError(place, f"names {show(model.agents[agent])} herself", "name the others only")
    for j, size in enumerate(model.period(t).sizes):
        if j != agent:
            if j not in found:
                raise InputError(place, f"the agent {show(model.agents[j])} is missing", "name all the others")
            index = index * size + found[j]
    return index


def _signals(value: object, model: Model, t: int, place: str) -> dict[int, int]:
    period = model.period(t)
    found = {}
    for agent, signal in mapping(value, place, "write {agent: signal}").items():
        j = label(agent, model.agent_index, place, "agent")
        found[j] = label(signal, period.signal_index[j], place, f"signal of {show(agent)}{model.when(t)}")
    return found


def read_transfers(
    value: object, model: Model, rule: Rule, numbers: Numbers, place: str = "mechanism.transfers"
) -> list[list[Payments]]:
    """Return the payments per period and agent, from tables or from records."""
    if isinstance(value, dict):
        if model.horizon is not None:
            raise InputError(place, "one object for a finite horizon", "write a list of objects, one a period")
        return [read_tables(value, model, 0, numbers, place)]
    entries = items(value, place)
    if all(isinstance(entry, dict) and isinstance(entry.get("agent"), str) for entry in entries):
        return _records(entries, model, rule, numbers, place)
    if model.horizon is None:
        raise InputError(place, "a list that is not of records", "write records, or one object of tables")
    if len(entries) != model.horizon:
        raise InputError(place, f"{len(entries)} entries for horizon {model.horizon}", "give one object a period")
    return [read_tables(entry, model, t, numbers, f"{place}[{t}]") for t, entry in enumerate(entries)]


def _payer(name: object, model: Model, place: str) -> int:
    if isinstance(name, str) and name in model.agents and name not in model.player_index:
        raise InputError(place, f"{show(name)} is public, and neither pays nor receives", "remove the payment")
    return label(name, model.player_index, place, "agent")


def read_tables(value: object, model: Model, t: int, numbers: Numbers, place: str) -> list[Payments]:
    """Return the payments of one period from ``{agent: {"now": TABLE, "later": TABLE, "first": TABLE}}``."""
    result = [Payments() for _ in model.agents]
    for agent, entry in mapping(value, place, "write {agent: tables}").items():
        i = _payer(agent, model, place)
        at = f"{place}.{show(agent)}"
        table(entry, at, (), ("now", "later", "first"))
        if "now" in entry:
            result[i] = replace(result[i], now=read_now(entry["now"], model, t, numbers, f"{at}.now"))
        if "first" in entry:
            if model.horizon is not None:
                raise InputError(f"{at}.first", "the horizon is finite", 'add it to "now" of period 1')
            result[i] = replace(result[i], first=read_now(entry["first"], model, t, numbers, f"{at}.first"))
        if "later" in entry:
            if model.kernel(t) is None:
                raise InputError(f"{at}.later", "nothing comes after this period", "remove it")
            later = model.period(model.following(t)).sizes
            axes = [(size, True) for size in (len(model.period(t).actions), *model.period(t).sizes, *later)]
            leaves, shape = flatten(entry["later"], axes, f"{at}.later")
            pairs = numbers.pairs(leaves, f"{at}.later")
            result[i] = replace(result[i], later=_later(pairs, shape, model, t, f"{at}.later"))
    return result


def read_now(value: object, model: Model, t: int, numbers: Numbers, place: str) -> Exact:
    """Return a table ``now[θ^1]…[θ^N]``."""
    leaves, shape = flatten(value, [(size, True) for size in model.period(t).sizes], place)
    return Exact.of(numbers.pairs(leaves, place), shape)


def _later(pairs: Sequence[tuple[int, int]], shape: tuple[int, ...], model: Model, t: int, place: str) -> Later:
    period, count = model.period(t), len(model.agents)
    lead, then = shape[: 1 + count], shape[1 + count :]
    rows = Rows.of(pairs, (prod(lead),), prod(then), place)
    full = (len(period.actions), *period.sizes)
    index = np.broadcast_to(np.arange(prod(lead)).reshape(lead), full).reshape(full[0], period.profiles)
    return Later(rows, index, tuple(length > 1 for length in shape), then)


def _records(
    entries: Sequence[Mapping[str, Any]], model: Model, rule: Rule, numbers: Numbers, place: str
) -> list[list[Payments]]:
    """Return the payments that records describe: records that fit the same event add up."""
    result = [[Payments() for _ in model.agents] for _ in range(model.count)]
    now: dict[tuple[int, int], list[Any]] = {}
    later: dict[tuple[int, int], list[Any]] = {}
    keys = ("agent", "payment") if model.horizon is None else ("agent", "period", "payment")
    for k, entry in enumerate(entries):
        at = f"{place}[{k}]"
        table(entry, at, keys, ("reports", "action", "next"))
        i = _payer(entry["agent"], model, f"{at}.agent")
        t = read_period(entry, model, at)
        reports = _signals(entry.get("reports", {}), model, t, f"{at}.reports")
        action = None
        if "action" in entry:
            action = label(entry["action"], model.period(t).action_index, f"{at}.action", "action of this period")
        payment = numbers.fraction(entry["payment"], f"{at}.payment")
        if "next" not in entry:
            now.setdefault((t, i), []).append((reports, action, payment))
            continue
        if model.kernel(t) is None:
            raise InputError(f"{at}.next", "nothing comes after this period", "remove the record")
        if isinstance(entry["next"], list):
            remedy = "payments that do so answer questions with a look-ahead; mechsynth audit looks at them"
            raise InputError(f"{at}.next", "waits for the reports of several periods", remedy)
        then = _signals(entry["next"], model, model.following(t), f"{at}.next")
        later.setdefault((t, i), []).append((reports, action, then, payment))
    cells = 0
    for (t, i), found in now.items():
        period, play = model.period(t), plays(rule)[t]
        looks = {j for reports, _, _ in found for j in reports}
        if any(action is not None for _, action, _ in found):
            # the action is the rule's, so such a payment looks at whatever the rule looks at
            looks = set(range(len(model.agents)))
        shape = tuple(size if j in looks else 1 for j, size in enumerate(period.sizes))
        cells = _room(cells, prod(shape), place)
        total = _zeros(shape)
        for reports, action, payment in found:
            where = tuple(reports.get(j, slice(None)) for j in range(len(shape)))
            mask = np.zeros(shape, dtype=bool)
            mask[where] = True
            if action is not None:
                taken = np.zeros(shape, dtype=bool)
                taken.ravel()[play.told[play.drawn == action]] = True
                mask &= taken
                if play.several[(play.drawn == action) & mask.ravel()[play.told]].any():
                    raise InputError(
                        place, "a payment that looks at an action is made before the action is drawn", "write next"
                    )
            total[mask] += payment
        pairs = [(value.numerator, value.denominator) for value in total.flat]
        result[t][i] = replace(result[t][i], now=Exact.of(pairs, shape))
    for (t, i), found in later.items():
        period, after = model.period(t), model.period(model.following(t))
        seen = {j for reports, _, _, _ in found for j in reports}
        next_seen = {j for _, _, then, _ in found for j in then}
        acts = any(action is not None for _, action, _, _ in found)
        shape = (
            len(period.actions) if acts else 1,
            *(size if j in seen else 1 for j, size in enumerate(period.sizes)),
            *(size if j in next_seen else 1 for j, size in enumerate(after.sizes)),
        )
        cells = _room(cells, prod(shape), place)
        total = _zeros(shape)
        for reports, action, then, payment in found:
            part: tuple[Any, ...] = (slice(None) if action is None else action,)
            part += tuple(reports.get(j, slice(None)) for j in range(len(period.sizes)))
            part += tuple(then.get(j, slice(None)) for j in range(len(after.sizes)))
            total[part] += payment
        pairs = [(value.numerator, value.denominator) for value in total.flat]
        result[t][i] = replace(result[t][i], later=_later(pairs, shape, model, t, place))
    return result


def _room(cells: int, more: int, place: str) -> int:
    if cells + more > MAX_CELLS:
        raise TooLargeInput(place, f"{cells + more} payments once it is written out", f"keep it below {MAX_CELLS}")
    return cells + more


def _zeros(shape: tuple[int, ...]) -> Array:
    total = np.empty(shape, dtype=object)
    total[...] = Fraction(0)
    return total
