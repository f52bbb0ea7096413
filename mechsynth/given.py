"""Rules that a person gives: tables of actions or lotteries, constant rules, maximizers of weighted utilities (``mechsynth-rule/1``).

A rule file is ``{"format": "mechsynth-rule/1", "name": ..., "rule": TABLE}`` with the table ``[θ^1]…[θ^N]`` of labels or lotteries ``{label: "p/q"}`` (a list of
such tables, one a period, when the horizon is finite); or ``{"weights": {player: "p/q"}, "bonus": {action: "p/q"}, "ties": "first"}``; or ``{"constant": label}``.
A result file stands for its allocation. Lotteries are drawn after the reports, the draw is public.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth import files
from mechsynth.efficient import Rule, efficient_rule, expectation, solve_discounted
from mechsynth.environment import Environment
from mechsynth.errors import InputError, MechsynthError, did_you_mean
from mechsynth.past import Past
from mechsynth.period import stack
from mechsynth.rational import Rationals, narrow, nest, rational, text

FORMAT = "mechsynth-rule/1"


@dataclass(frozen=True, eq=False)
class Given:
    """A rule that is given, in an environment.

    Attributes
    ----------
    environment:
        Where it is played.
    chances:
        Per distinct period the chance of every action after every profile of reports, ``(|A|, |Θ|)``.
    kind, name:
        ``"table"``, ``"constant"`` or ``"weighted"``, and what it is called.
    said:
        What its file says of it but for format and name: the constant action, or the weights; empty for a table.
    source:
        The text of its file, where it has one.
    weighted:
        Of a weighted rule the environment in which utilities are weighted, where the rule is efficient.
    weights:
        Of a weighted rule the weight of every agent, 0 of those that are public.
    """

    environment: Environment
    chances: tuple[Rationals, ...]
    kind: str
    name: str
    said: Mapping[str, object]
    weighted: Rule | None = None
    weights: tuple[Fraction, ...] = ()
    source: str = ""

    def past(self, t: int) -> Past:
        """Return the histories that period ``t`` (from 1) leaves."""
        return self._pasts[min(t, len(self._pasts)) - 1]

    @cached_property
    def _pasts(self) -> tuple[Past, ...]:
        return tuple(map(Past.of, self.chances))

    @property
    def draws(self) -> bool:
        """Whether any action is drawn among several."""
        return any(past.draws for past in self._pasts)

    @cached_property
    def actions(self) -> tuple[NDArray[np.int64], ...]:
        """The action at every profile in its shape; where several are drawn the first of them."""
        found = []
        for t, chances in enumerate(self.chances, 1):
            first = (chances.num != 0).argmax(axis=0)
            found.append(np.asarray(first, dtype=np.int64).reshape(self.environment.period(t).shape))
        return tuple(found)

    @cached_property
    def values(self) -> tuple[Rationals, ...]:
        """``W``, the surplus of this rule from each distinct period on, ``(|Θ|,)``."""
        environment, found = self.environment, []
        following: Rationals | None = None
        for t in range(environment.last, 0, -1):
            period, chances = environment.period(t), self.chances[min(t, len(self.chances)) - 1]
            flow = period.surplus().reshape(len(period.actions), period.size)
            if environment.horizon is None:
                rows = (period.kernel() * _wide(chances)).sum(0)
                return (
                    solve_discounted(rows, (flow * chances).sum(0).reshape(-1, 1), environment.discount).reshape(-1),
                )
            if following is not None:
                flow = flow + expectation(period.kernel(), following) * environment.discount
            following = (flow * chances).sum(0).reduce()
            found.append(following)
        return tuple(found[::-1])

    def value(self, t: int) -> Rationals:
        """Return the surplus of this rule from period ``t`` (from 1) on."""
        return self.values[min(t, len(self.values)) - 1]

    def claimed(self, t: int, agent: int) -> Rationals:
        """Return what an agent gets who gets the whole: the surplus of the rule; of a weighted one its weighted surplus over her weight."""
        if self.weighted is None:
            return self.value(t)
        return self.weighted.value(t) * (1 / self.weights[agent])

    def expected_surplus(self) -> Fraction | None:
        """Return the expected surplus of this rule, or ``None`` without a prior."""
        prior = self.environment.prior
        if prior is None:
            return None
        return (prior.reshape(1, -1) @ self.value(1).reshape(-1, 1)).fraction(0, 0)

    def within(self, optimal: Sequence[NDArray[np.bool_]]) -> bool:
        """Whether only actions of certain sets are ever taken, Booleans ``(|A|, |Θ|)`` per distinct period."""
        return all(
            bool(optimal[min(t, len(optimal) - 1)][past.drawn, past.told].all()) for t, past in enumerate(self._pasts)
        )

    def allocation(self) -> list[dict[str, object]]:
        """Return the records of the rule: every profile of every period."""
        return allocation(self.environment, self.chances)

    @cached_property
    def text(self) -> str:
        """The text of a rule file that says it, which results carry: of its own file, byte for byte, where it has one."""
        return self.source or json.dumps(self.written(), ensure_ascii=False)

    def written(self) -> dict[str, object]:
        """Return the JSON object of a rule file that says the same."""
        if self.said:
            return {"format": FORMAT, "name": self.name, **self.said}
        records, tables = self.allocation(), []
        for t in range(1, len(self.chances) + 1):
            entries = [record["action"] for record in records if record.get("period", t) == t]
            tables.append(nest(entries, self.environment.period(t).shape))
        endless = self.environment.horizon is None
        return {"format": FORMAT, "name": self.name, "rule": tables[0] if endless else tables}

    def document(self) -> dict[str, object]:
        """Return what the question of a result says of the rule; ``sha256`` is the digest of its text."""
        digest = hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
        return {"kind": self.kind, "name": self.name, "sha256": digest}


def _wide(chances: Rationals) -> Rationals:
    return chances.reshape(*chances.shape, 1)


def allocation(environment: Environment, chances: Sequence[Rationals]) -> list[dict[str, object]]:
    """Return records of a rule with lotteries, an action alone where it is certain."""
    records: list[dict[str, object]] = []
    for t in range(1, environment.last + 1):
        period, table = environment.period(t), chances[min(t, len(chances)) - 1]
        for k, profile in enumerate(product(*period.signals)):
            record: dict[str, object] = {} if environment.horizon is None else {"period": t}
            record["signals"] = dict(zip(environment.agents, profile, strict=True))
            drawn = np.flatnonzero(table.num[:, k]).tolist()
            if len(drawn) == 1:
                record["action"] = period.actions[drawn[0]]
            else:
                record["action"] = {period.actions[a]: text(table.fraction(a, k)) for a in drawn}
            records.append(record)
    return records


# -- reading ----------------------------------------------------------------------------------------------------------


def given(rule: Any, environment: Environment) -> Given:
    """Return a rule from the path of a file, its JSON object, a result, or an object that was made before.

    Raises
    ------
    InputError
        For what is malformed or does not fit the environment, naming the place.
    """
    if isinstance(rule, Given):
        return (
            rule if rule.environment is environment else replace(_read(rule.written(), environment), source=rule.source)
        )
    if isinstance(rule, Mapping):
        return _read(rule, environment)
    if hasattr(rule, "document"):
        return _read(rule.document(), environment)
    path = os.fspath(rule)
    from mechsynth import instance

    try:
        data = files.read(path, "a rule file")
        document = instance.read_json(data)
        found = _read(document, environment)
    except MechsynthError as error:
        raise (error if error.place == path else error.within(path)) from None
    return replace(found, source=data.decode() if document["format"] == FORMAT else "")


def _read(document: Any, environment: Environment) -> Given:
    form = document.get("format") if isinstance(document, Mapping) else None
    if isinstance(form, str) and form.startswith(("mechsynth-result/", "mechsynth-mechanism/")):
        rules = document.get("mechanism") if form.startswith("mechsynth-result/") else document
        records = rules.get("allocation") if isinstance(rules, Mapping) else None
        if not isinstance(records, list):
            raise InputError("mechanism.allocation", "is missing", "give a result that lists its rule")
        about = document.get("instance")
        name = about.get("name") if isinstance(about, Mapping) else None
        return _table(environment, _from_records(records, environment), name if isinstance(name, str) else "allocation")
    if form != FORMAT:
        raise InputError("format", f"found {form!r}", f"write {FORMAT}, or give a result file")
    name = document.get("name", "rule")
    if not isinstance(name, str):
        raise InputError("name", f"found {name!r}", "write a string")
    known = {"format", "name", "rule", "weights", "bonus", "ties", "constant", "title", "source", "notes", "tags"}
    for key in document:
        if key not in known and not key.startswith("x-"):
            raise InputError(key, "an unknown key", did_you_mean(key, known) + "leave it out")
    kinds = [key for key in ("rule", "weights", "constant") if key in document]
    if len(kinds) != 1:
        raise InputError("rule", f"{len(kinds)} of rule, weights and constant", "write exactly one of them")
    if "weights" in document:
        return _weighted(document, environment, name)
    for key in ("bonus", "ties"):
        if key in document:
            raise InputError(key, "belongs to weights", "leave it out")
    if "constant" in document:
        return _constant(document["constant"], environment, name)
    return _table(environment, _tables(document["rule"], environment), name)


def _table(environment: Environment, tables: list[list[Any]], name: str) -> Given:
    """Return a rule from what stands at every profile of every distinct period."""
    chances = []
    for t, entries in enumerate(tables, 1):
        period = environment.period(t)
        columns = [_chances(entry, environment, t, k) for k, entry in enumerate(entries)]
        flat = Rationals.from_fractions([x for column in columns for x in column], (period.size, len(period.actions)))
        chances.append(flat.transpose(1, 0))
    return Given(environment, tuple(chances), "table", name, {})


def _chances(entry: Any, environment: Environment, t: int, profile: int) -> list[Fraction]:
    """Return the chances of all actions from what a table says at a profile."""
    period = environment.period(t)
    labels = list(product(*period.signals))[profile] if period.size < 5000 else ()
    place = f"rule, period {t}, at ({', '.join(labels)})"
    lottery = {entry: 1} if isinstance(entry, str) else entry
    if not isinstance(lottery, Mapping) or not lottery:
        raise InputError(place, f"found {entry!r}", 'write the label of an action, or {label: "p/q"}')
    found = [Fraction(0)] * len(period.actions)
    for label, chance in lottery.items():
        a = _action(label, period.actions, place)
        found[a] = rational(chance, place)
        if found[a] < 0:
            raise InputError(place, f"{label!r} has the probability {text(found[a])}", "write one of at least 0")
        if found[a] and not period.choices()[a, profile]:
            raise InputError(place, f"{label!r} is not available there", "take an action that is")
    if sum(found) != 1:
        raise InputError(place, f"the probabilities add up to {text(sum(found, Fraction(0)))}", "make them add up to 1")
    return found


def _action(label: Any, actions: Sequence[str], place: str) -> int:
    if not isinstance(label, str) or label not in actions:
        raise InputError(
            place, f"{label!r} is no action", f"{did_you_mean(label, actions)}choose of {', '.join(actions)}"
        )
    return actions.index(label)


def _tables(rule: Any, environment: Environment) -> list[list[Any]]:
    """Return the entries of every distinct period, flat."""
    count = environment.last if environment.horizon is not None else 1
    nested = [rule] if environment.horizon is None else rule
    if not isinstance(nested, list) or len(nested) != count:
        raise InputError("rule", "not one table a period", f"write a list of {count} tables [θ^1]…[θ^N]")
    return [_flat(table, environment.period(t).shape, f"rule[{t - 1}]") for t, table in enumerate(nested, 1)]


def _flat(table: Any, shape: tuple[int, ...], place: str) -> list[Any]:
    level, found = [table], []
    for axis, length in enumerate(shape, 1):
        counts = {len(entry) if isinstance(entry, list) else 0 for entry in level}
        if len(counts) > 1 or not counts <= {1, length}:
            problem = (
                f"axis {axis} is not a list of {length}" if len(counts) == 1 else f"axis {axis} has different lengths"
            )
            raise InputError(place, problem, "write one entry per signal, or one for all of them")
        found.append(counts.pop())
        level = [leaf for entry in level for leaf in entry]
    places = np.broadcast_to(np.arange(len(level)).reshape(found), shape).ravel()
    return [level[k] for k in places.tolist()]


def _from_records(records: Sequence[Any], environment: Environment) -> list[list[Any]]:
    """Return the entries of every distinct period from the records of a result."""
    count = environment.last if environment.horizon is not None else 1
    found: list[dict[tuple[str, ...], Any]] = [{} for _ in range(count)]
    for k, record in enumerate(records):
        place = f"mechanism.allocation[{k}]"
        signals = record.get("signals") if isinstance(record, Mapping) else None
        if not isinstance(signals, Mapping) or set(signals) != set(environment.agents) or "action" not in record:
            raise InputError(place, "no record of a rule", "write signals of every agent, and the action")
        if record.get("history"):
            raise InputError(f"{place}.history", "the rule looks at what came before", "give one that does not")
        t = record.get("period", 1)
        if not isinstance(t, int) or not 1 <= t <= count:
            raise InputError(f"{place}.period", f"found {t!r}", f"write a number from 1 to {count}")
        found[t - 1][tuple(signals[name] for name in environment.agents)] = record["action"]
    tables = []
    for t, entries in enumerate(found, 1):
        profiles = list(product(*environment.period(t).signals))
        missing = [theta for theta in profiles if theta not in entries]
        if missing or len(entries) != len(profiles):
            raise InputError("mechanism.allocation", f"does not list each profile of period {t} once", "list each once")
        tables.append([entries[theta] for theta in profiles])
    return tables


def _constant(label: Any, environment: Environment, name: str) -> Given:
    tables = []
    for t in range(1, environment.last + 1):
        _action(label, environment.period(t).actions, f"constant, period {t}")
        tables.append([label] * environment.period(t).size)
    found = _table(environment, tables, name)
    return replace(found, kind="constant", said={"constant": label})


def _weighted(document: Mapping[str, Any], environment: Environment, name: str) -> Given:
    weights, bonus = document["weights"], document.get("bonus", {})
    if document.get("ties", "first") != "first":
        raise InputError("ties", f"found {document['ties']!r}", 'write "first": the first of several best actions')
    if not isinstance(weights, Mapping) or set(weights) != set(environment.player_names):
        raise InputError("weights", "not one for every player", f"name {', '.join(environment.player_names)}")
    numbers = {agent: rational(weights[agent], f"weights.{agent}") for agent in environment.player_names}
    for agent, value in numbers.items():
        if value <= 0:
            raise InputError(f"weights.{agent}", f"{text(value)} is not above 0", "give every player a weight above 0")
    if not isinstance(bonus, Mapping):
        raise InputError("bonus", "no object", 'write {action: "p/q"}')
    every = {label for t in range(1, environment.last + 1) for label in environment.period(t).actions}
    extra: dict[str, Fraction] = {}
    for label, value in bonus.items():
        _action(label, sorted(every), "bonus")
        extra[label] = rational(value, f"bonus.{label}")
    own = tuple(numbers.get(agent, Fraction(0)) for agent in environment.agents)
    weighed = efficient_rule(weighed_environment(environment, own, extra))
    chances = []
    for t, actions in enumerate(weighed.actions, 1):
        size = len(environment.period(t).actions)
        chances.append(Rationals((np.arange(size)[:, None] == actions.ravel()[None]).astype(np.int64)))
    said = {
        "weights": {agent: text(value) for agent, value in numbers.items()},
        "bonus": {label: text(value) for label, value in sorted(extra.items()) if value},
        "ties": "first",
    }
    return Given(environment, tuple(chances), "weighted", name, said, weighed, own)


def weighed_environment(
    environment: Environment, weights: Sequence[Fraction], bonus: Mapping[str, Fraction]
) -> Environment:
    """Return the environment in which every utility is weighted, and every action has its bonus: its surplus is what a weighted rule makes most of."""
    first = next(i for i in environment.players)
    periods = []
    for t in range(1, (1 if environment.stationary else environment.last) + 1):
        period = environment.period(t)
        parts = [period.utilities[i] * weights[i] for i in range(len(environment.agents))]
        added = Rationals.from_fractions(
            [bonus.get(label, Fraction(0)) for label in period.actions], (len(period.actions),)
        )
        shape = (len(period.actions), *([1] * len(period.shape)))
        parts[first] = parts[first] + added.reshape(*shape).broadcast_to(parts[first].shape)
        periods.append(replace(period, utilities=_lean(stack(parts))))
    return environment.with_periods(periods)


def _lean(values: Rationals) -> Rationals:
    reduced = values.reduce()
    return Rationals(narrow(np.asarray(reduced.num)), reduced.den)
