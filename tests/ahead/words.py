"""Laws of the others' next reports, added up over every path from the definition; instances drawn by number."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from typing import Any

import mechsynth

Law = dict[tuple[int, ...], Fraction]


class Told:
    """An instance of infinite horizon with its rule, read off arrays and files alone."""

    def __init__(self, environment: mechsynth.Environment, allocation: list[dict[str, Any]]) -> None:
        self.environment = environment
        period = environment.period(1)
        self.period, self.signals, self.agents = period, period.signals, environment.agents
        self.profiles = list(product(*(range(len(own)) for own in period.signals)))
        labels = {tuple(own[k] for own, k in zip(period.signals, p, strict=True)): p for p in self.profiles}
        self.rule = {labels[tuple(entry["signals"][a] for a in self.agents)]: period.actions.index(entry["action"]) for entry in allocation}
        self.kernel = period.kernel()

    def step(self, action: int, profile: tuple[int, ...]) -> dict[tuple[int, ...], Fraction]:
        row = self.kernel.num[action, self.profiles.index(profile)]
        return {p: Fraction(int(w), self.kernel.den) for p, w in zip(self.profiles, row, strict=True) if w}

    def law(self, agent: int, action: int, profile: tuple[int, ...], length: int) -> Law:
        """The probabilities of the others' reports of exactly so many next periods: every path of profiles, one by one."""
        found: Law = {}
        paths = [((), profile, Fraction(1))]
        for n in range(length):
            paths = [((*word, after[:agent] + after[agent + 1 :]), after, p * q) for word, at, p in paths for after, q in self.step(action if n == 0 else self.rule[at], at).items()]
        for word, _, p in paths:
            found[word] = found.get(word, Fraction(0)) + p
        return found

    def blocks(self, agent: int, scope: str) -> list[tuple[int, list[tuple[int, ...]], list[int]]]:
        """Action, profiles by own signal, own signals in scope."""
        found = []
        for action in range(len(self.period.actions)):
            for rest in product(*(range(len(own)) for j, own in enumerate(self.signals) if j != agent)):
                members = [(*rest[:agent], k, *rest[agent:]) for k in range(len(self.signals[agent]))]
                need = [k for k, p in enumerate(members) if scope == "all" or self.rule[p] == action]
                if need:
                    found.append((action, members, need))
        return found


def rank(rows: list[list[Fraction]]) -> int:
    left, found = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left = [[a - row[column] / pivot[column] * b for a, b in zip(row, pivot, strict=True)] for row in left]
        found += 1
    return found


def drawn(seed: int, *, horizon: int | str = "infinite", signals: tuple[int, int] = (3, 2), hidden: bool = True, count: bool = False) -> dict[str, Any]:
    """An instance in which the second agent's next signal tells little of the first's, with ``count`` the utilities of the library; all numbers are small fractions."""
    dice = random.Random(seed)
    n, m = signals

    def row(size: int) -> list[Fraction]:
        weights = [dice.choice((0, 0, 1, 1, 2)) for _ in range(size)]
        weights[dice.randrange(size)] += 1
        return [Fraction(w, sum(weights)) for w in weights]

    kinds = [row(m) for _ in range(2)]
    transition = []
    for _ in range(2):
        tell = [dice.choice(kinds) for _ in range(n)]
        table = []
        for x in range(n):
            own = row(n)
            table.append([[[str(a * b) for b in (tell[x] if hidden else row(m))] for a in own] for _ in range(m)])
        transition.append(table)
    # what either enjoys hangs on agent one's signal alone: agent two has nothing to hide but what she expects
    if count:  # the values of the library: agent one wants 1 and 2 more than two does, and only 1 is hers to have
        utilities = {"one": [[["0"], ["1"], ["2"]], [["0"]] * 3], "two": [[["0"]] * 3, [["1"], ["0"], ["4"]]]}
    else:
        utilities = {name: [[[str(v)] for v in (dice.randrange(-4, 5) for _ in range(n))] for _ in range(2)] for name in ("one", "two")}
    return {
        "format": "mechsynth-instance/1",
        "name": f"drawn-{seed}",
        "horizon": horizon,
        "discount": "1/2",
        "agents": ["one", "two"],
        "signals": {"one": [str(k) for k in range(n)], "two": [str(k) for k in range(m)]},
        "actions": ["a", "b"],
        "prior": [[str(Fraction(1, n * m))] * m for _ in range(n)],
        "utilities": utilities,
        "transition": transition,
    }
