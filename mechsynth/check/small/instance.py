"""Instances, read anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

Laws = list[dict[int, Fraction]]


def number(value: Any) -> Fraction:
    """Return an exact number: an integer, a decimal at its digits, or a text."""
    return Fraction(value if isinstance(value, str | int) else str(value))


def table(value: Any, sizes: Sequence[int], leaf: Callable[[Any], Any] = number) -> list[Any]:
    """Return a nested table flat, axes of length 1 repeated."""
    if not sizes:
        return [leaf(value)]
    parts = [table(entry, sizes[1:], leaf) for entry in value]
    return [x for k in range(sizes[0]) for x in (parts[0] if len(parts) == 1 else parts[k])]


def maybe(value: Any) -> Fraction | None:
    """Return an exact number, or nothing for null."""
    return None if value is None else number(value)


class Instance:
    """An instance: per period the labels, utilities ``[agent][action][profile]`` and laws ``[action][profile]``."""

    def __init__(self, data: bytes) -> None:
        root = json.loads(data, parse_float=str)
        self.agents: list[str] = root["agents"]
        self.public = [i for i, name in enumerate(self.agents) if name in root.get("public", ())]
        self.players = [i for i in range(len(self.agents)) if i not in self.public]
        self.horizon: int | None = None if root["horizon"] == "infinite" else root["horizon"]
        self.discount = number(root["discount"])
        self.count = self.horizon or 1
        stages = root.get("periods") or [root] * self.count
        self.signals = [[stage["signals"][name] for name in self.agents] for stage in stages]
        self.actions: list[list[str]] = [stage["actions"] for stage in stages]
        self.sizes = [[len(labels) for labels in signals] for signals in self.signals]
        self.profiles = [list(product(*map(range, sizes))) for sizes in self.sizes]
        self.available: list[list[list[bool]]] = []
        for t, stage in enumerate(stages):
            count = len(self.profiles[t])
            shape = (len(self.actions[t]), *self.sizes[t])
            flat = table(stage["available"], shape, bool) if "available" in stage else [True] * count * shape[0]
            self.available.append([flat[k : k + count] for k in range(0, len(flat), count)])
        self.outside = [[self._outside(stage, t, i) for i in range(len(self.agents))] for t, stage in enumerate(stages)]
        self.utilities = [
            [self._utility(stage, t, i) for i in range(len(self.agents))] for t, stage in enumerate(stages)
        ]
        self.laws = [
            self._laws(stages[t]["transition"], t) if self.follows(t) is not None else None for t in range(self.count)
        ]
        self.prior = self._prior(root.get("prior"))

    def follows(self, t: int) -> int | None:
        """Return the period after one."""
        return t if self.horizon is None else t + 1 if t + 1 < self.horizon else None

    def view(self, t: int, agent: int, profile: int) -> int:
        """Return the number of what an agent sees of a profile: her own signal and the public ones."""
        seen = 0
        for j, k in enumerate(self.profiles[t][profile]):
            if j == agent or j in self.public:
                seen = seen * self.sizes[t][j] + k
        return seen

    def _outside(self, stage: Any, t: int, i: int) -> list[Fraction]:
        value = stage.get("outside", {}).get(self.agents[i])
        if value is None:
            return [Fraction(0)] * len(self.profiles[t])
        if isinstance(value, dict):
            own = table(value["own"], (self.sizes[t][i],))
            return [own[p[i]] for p in self.profiles[t]]
        return table(value, self.sizes[t])

    def _utility(self, stage: Any, t: int, i: int) -> list[list[Fraction]]:
        if i in self.public:
            return [[Fraction(0)] * len(self.profiles[t]) for _ in self.actions[t]]
        found = self._enjoyed(stage, t, i)
        for a, row in enumerate(found):
            for p, yes in enumerate(self.available[t][a]):
                row[p] = row[p] if yes else Fraction(0)
        return found

    def _enjoyed(self, stage: Any, t: int, i: int) -> list[list[Any]]:
        value, actions = stage["utilities"][self.agents[i]], len(self.actions[t])
        if isinstance(value, dict):
            flat = table(value["private"], (actions, self.sizes[t][i]), maybe)
            own = self.sizes[t][i]
            return [[flat[a * own + p[i]] for p in self.profiles[t]] for a in range(actions)]
        flat, count = table(value, (actions, *self.sizes[t]), maybe), len(self.profiles[t])
        return [flat[a * count : (a + 1) * count] for a in range(actions)]

    def _laws(self, value: Any, t: int) -> list[Laws]:
        then, actions = self.follows(t), range(len(self.actions[t]))
        assert then is not None
        here, after = self.profiles[t], self.profiles[then]
        yes = self.available[t]
        if isinstance(value, dict):
            parts = value.get("mixture", [{"weight": 1, **value}])
            lead = (len(actions), *self.sizes[t])
            weights = [table(_nested(part["weight"], len(lead)), lead, maybe) for part in parts]
            chances = [self._product(part["independent"], t, then) for part in parts]

            def chance(a: int, p: int, q: Sequence[int]) -> Fraction:
                mixed = (w[a * len(here) + p] * each(a, here[p], q) for w, each in zip(weights, chances, strict=True))
                return sum(mixed, Fraction(0))

            return [
                [sparse(chance(a, p, q) for q in after) if yes[a][p] else {} for p in range(len(here))] for a in actions
            ]
        flat, size = table(value, (len(actions), *self.sizes[t], *self.sizes[then]), maybe), len(after)
        flat = [x if yes[k // size // len(here)][k // size % len(here)] else Fraction(0) for k, x in enumerate(flat)]
        rows = [sparse(flat[k : k + size]) for k in range(0, len(flat), size)]
        return [rows[a * len(here) : (a + 1) * len(here)] for a in actions]

    def _product(self, value: Any, t: int, then: int) -> Callable[[int, Sequence[int], Sequence[int]], Fraction]:
        m, n, chains = self.sizes[t], self.sizes[then], []
        for i, name in enumerate(self.agents):
            own = value[name]
            deep = isinstance(own[0][0], list)
            chains.append(table(own if deep else [own], (len(self.actions[t]), m[i], n[i]), maybe))

        def chance(a: int, p: Sequence[int], q: Sequence[int]) -> Fraction:
            return prod((chains[i][(a * m[i] + p[i]) * n[i] + q[i]] for i in range(len(m))), start=Fraction(1))

        return chance

    def _prior(self, value: Any) -> dict[int, Fraction] | None:
        if value is None:
            return None
        if isinstance(value, dict):
            parts = value.get("mixture", [{"weight": 1, **value}])
            total = [Fraction(0)] * len(self.profiles[0])
            for part in parts:
                own = [[number(x) for x in part["independent"][name]] for name in self.agents]
                for p, place in enumerate(self.profiles[0]):
                    total[p] += number(part["weight"]) * prod(
                        (own[i][k] for i, k in enumerate(place)), start=Fraction(1)
                    )
            return sparse(total)
        return sparse(table(value, self.sizes[0]))


def _nested(value: Any, depth: int) -> Any:
    """Return a number as a table with axes of length 1."""
    if isinstance(value, list):
        return value
    return value if depth == 0 else [_nested(value, depth - 1)]


def sparse(values: Iterable[Fraction]) -> dict[int, Fraction]:
    """Return what is not zero, by index."""
    return {k: x for k, x in enumerate(values) if x}


def solve(instance: Instance, rule: list[list[int]], flows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Return the solution of ``X = flow + δ E[X']`` under a rule, per period."""
    delta = instance.discount
    if instance.horizon is None:
        laws, size = instance.laws[0], len(rule[0])
        assert laws is not None
        rows = [
            [(p == q) - delta * laws[rule[0][p]][p].get(q, 0) for q in range(size)] + [flows[0][p]] for p in range(size)
        ]
        return [eliminate(rows)]
    found: list[list[Fraction]] = []
    for t in reversed(range(instance.count)):
        laws, after = instance.laws[t], found[0] if found else []
        more = [mean(laws[a][p], after) if laws is not None else Fraction(0) for p, a in enumerate(rule[t])]
        found.insert(0, [x + delta * y for x, y in zip(flows[t], more, strict=True)])
    return found


def eliminate(rows: list[list[Fraction]]) -> list[Fraction]:
    """Return the solution of a nonsingular system, every row with its right-hand side at the end."""
    size = len(rows)
    for k in range(size):
        pivot = next(r for r in range(k, size) if rows[r][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for r in range(size):
            if r != k and rows[r][k]:
                rows[r] = [x - rows[r][k] * y for x, y in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows]


def mean(law: dict[int, Fraction], values: Sequence[Fraction]) -> Fraction:
    """Return an expectation."""
    return sum((w * values[q] for q, w in law.items()), Fraction(0))
