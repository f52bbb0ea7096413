"""Instances, read anew."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

Laws = list[dict[int, Fraction]]


def number(value: Any) -> Fraction:
    """Return an exact number: an integer, a decimal at its digits, or a text."""
    return Fraction(value if isinstance(value, str | int) else str(value))


def table(value: Any, sizes: Sequence[int]) -> list[Fraction]:
    """Return a nested table flat, axes of length 1 repeated."""
    if not sizes:
        return [number(value)]
    parts = [table(entry, sizes[1:]) for entry in value]
    return [x for k in range(sizes[0]) for x in (parts[0] if len(parts) == 1 else parts[k])]


class Instance:
    """An instance: per period the labels, utilities ``[agent][action][profile]`` and laws ``[action][profile]``."""

    def __init__(self, data: bytes) -> None:
        root = json.loads(data, parse_float=str)
        self.agents: list[str] = root["agents"]
        self.horizon: int | None = None if root["horizon"] == "infinite" else root["horizon"]
        self.discount = number(root["discount"])
        self.count = self.horizon or 1
        stages = root.get("periods") or [root] * self.count
        self.signals = [[stage["signals"][name] for name in self.agents] for stage in stages]
        self.actions: list[list[str]] = [stage["actions"] for stage in stages]
        self.sizes = [[len(labels) for labels in signals] for signals in self.signals]
        self.profiles = [list(product(*map(range, sizes))) for sizes in self.sizes]
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

    def _utility(self, stage: Any, t: int, i: int) -> list[list[Fraction]]:
        value, actions = stage["utilities"][self.agents[i]], len(self.actions[t])
        if isinstance(value, dict):
            flat = table(value["private"], (actions, self.sizes[t][i]))
            own = self.sizes[t][i]
            return [[flat[a * own + p[i]] for p in self.profiles[t]] for a in range(actions)]
        flat, count = table(value, (actions, *self.sizes[t])), len(self.profiles[t])
        return [flat[a * count : (a + 1) * count] for a in range(actions)]

    def _laws(self, value: Any, t: int) -> list[Laws]:
        then, actions = self.follows(t), range(len(self.actions[t]))
        assert then is not None
        here, after = self.profiles[t], self.profiles[then]
        if isinstance(value, dict):
            chains = []
            for i, name in enumerate(self.agents):
                own = value["independent"][name]
                deep = isinstance(own[0][0], list)
                flat = table(own if deep else [own], (len(actions), self.sizes[t][i], self.sizes[then][i]))
                chains.append(flat)

            def chance(a: int, p: Sequence[int], q: Sequence[int]) -> Fraction:
                m, n = self.sizes[t], self.sizes[then]
                return prod((chains[i][(a * m[i] + p[i]) * n[i] + q[i]] for i in range(len(m))), start=Fraction(1))

            return [[sparse(chance(a, p, q) for q in after) for p in here] for a in actions]
        flat, size = table(value, (len(actions), *self.sizes[t], *self.sizes[then])), len(after)
        rows = [sparse(flat[k : k + size]) for k in range(0, len(flat), size)]
        return [rows[a * len(here) : (a + 1) * len(here)] for a in actions]

    def _prior(self, value: Any) -> dict[int, Fraction] | None:
        if value is None:
            return None
        if isinstance(value, dict):
            own = [[number(x) for x in value["independent"][name]] for name in self.agents]
            return sparse(prod((own[i][k] for i, k in enumerate(p)), start=Fraction(1)) for p in self.profiles[0])
        return sparse(table(value, self.sizes[0]))


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
        for k in range(size):
            pivot = next(r for r in range(k, size) if rows[r][k])
            rows[k], rows[pivot] = rows[pivot], rows[k]
            rows[k] = [x / rows[k][k] for x in rows[k]]
            for r in range(size):
                if r != k and rows[r][k]:
                    rows[r] = [x - rows[r][k] * y for x, y in zip(rows[r], rows[k], strict=True)]
        return [[row[-1] for row in rows]]
    found: list[list[Fraction]] = []
    for t in reversed(range(instance.count)):
        laws, after = instance.laws[t], found[0] if found else []
        more = [mean(laws[a][p], after) if laws is not None else Fraction(0) for p, a in enumerate(rule[t])]
        found.insert(0, [x + delta * y for x, y in zip(flows[t], more, strict=True)])
    return found


def mean(law: dict[int, Fraction], values: Sequence[Fraction]) -> Fraction:
    """Return an expectation."""
    return sum((w * values[q] for q, w in law.items()), Fraction(0))
