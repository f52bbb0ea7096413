"""Random instances of one or two periods, with dense tables, for questions about mechanisms with histories."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
from typing import Any

Json = dict[str, Any]


def nest(shape: list[int], flat: list[Any]) -> Any:
    for length in shape[:0:-1]:
        flat = [flat[k : k + length] for k in range(0, len(flat), length)]
    return flat


def drawn(seed: int, *, known: bool = False) -> Json:
    """One or two agents, one or two periods, interdependent or private values, zeros among the chances; ``known``: beliefs are the same after truth and lies."""
    dice = random.Random(seed)
    agents = ["a", "b"][: dice.choice((1, 2, 2))]
    horizon = 1 if dice.random() < 0.15 else 2
    sizes = [[dice.randint(2, 3 if len(agents) == 1 else 2) for _ in agents] for _ in range(horizon)]
    moved = dice.random() < 0.5

    def law(count: int) -> list[Fraction]:
        weights = [dice.choice((0, 1, 1, 2, 3)) for _ in range(count)]
        weights[dice.randrange(count)] += 1
        return [Fraction(w, sum(weights)) for w in weights]

    def rows(own: list[int], after: list[int]) -> list[list[str]]:
        kind = dice.choice(("chains", "alike"))
        alike = law(after[0] * after[-1] if len(after) == 2 else after[0])
        chains = [[law(m) for _ in range(n)] for n, m in zip(own, after, strict=True)]
        found = []
        for p in product(*map(range, own)):
            if kind == "alike":
                found.append(list(map(str, alike)))
                continue
            joint = [Fraction(1)]
            for chain, k in zip(chains, p, strict=True):
                joint = [c * d for c in joint for d in chain[k]]
            found.append(list(map(str, joint)))
        return found

    periods: list[Json] = []
    for t, own in enumerate(sizes):
        count = len(list(product(*map(range, own))))
        entry: Json = {
            "signals": {name: [f"s{k}" for k in range(n)] for name, n in zip(agents, own, strict=True)},
            "actions": ["no", "yes"],
            "utilities": {name: [nest(own, [0] * count), nest(own, [dice.randint(-2, 6) for _ in range(count)])] for name in agents},
        }
        if t + 1 < horizon:
            after = sizes[t + 1]
            many = len(list(product(*map(range, after))))
            tables = []
            for _ in range(2 if moved else 1):
                table = rows(own, after) if known else [list(map(str, law(many))) for _ in range(count)]
                tables.append(nest(own, [nest(after, row) for row in table]))
            entry["transition"] = tables
        periods.append(entry)
    first = law(len(list(product(*map(range, sizes[0])))))
    return {
        "format": "mechsynth-instance/1",
        "name": f"drawn-{seed}",
        "horizon": horizon,
        "discount": dice.choice(("1", "1/2", "9/10")),
        "agents": agents,
        "prior": nest(sizes[0], list(map(str, first))),
        "periods": periods,
    }


def longer(seed: int) -> Json:
    """One buyer in three periods, values that move or stay, a cost, actions that move the value or do not."""
    dice = random.Random(seed)
    n = dice.choice((2, 2, 3))
    moved = n == 2 and dice.random() < 0.4
    values = [[str(v) for v in sorted(dice.sample(range(9), n))] for _ in range(3)]
    cost = str(dice.randint(-2, 0))

    def law() -> list[str]:
        weights = [dice.choice((0, 1, 2, 3)) for _ in range(n)]
        weights[dice.randrange(n)] += 1
        return [str(Fraction(w, sum(weights))) for w in weights]

    periods: list[Json] = []
    for t in range(3):
        entry: Json = {
            "signals": {"buyer": [f"s{k}" for k in range(n)], "seller": ["-"]},
            "actions": ["no", "yes"],
            "utilities": {"buyer": [[["0"]] * n, [[v] for v in values[t]]], "seller": [[["0"]] * n, [[cost]] * n]},
        }
        if t < 2:
            entry["transition"] = [[[[[c] for c in law()]] for _ in range(n)] for _ in range(2 if moved else 1)]
        periods.append(entry)
    return {
        "format": "mechsynth-instance/1",
        "name": f"longer-{seed}",
        "horizon": 3,
        "discount": dice.choice(("1", "1/2", "9/10")),
        "agents": ["buyer", "seller"],
        "prior": [[c] for c in law()],
        "periods": periods,
    }
