"""Instances from seeds, as JSON objects: ordinary ones and those at which floats, cut-offs and special cases go wrong.

A *flavour* says what is unusual. Everything is drawn from one generator, so a seed and its flavour are an instance for ever.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

Json = dict[str, Any]
Row = list[Fraction]

NAMES = ("ann", "bob", "cyd", "dee")
ACTIONS = ("go", "wait", "stop")
FLAVOURS = (
    "ordinary",
    "unequal",  # utilities of agents or signals in ratios of 1e6 to 1e12
    "near",  # beliefs within 1e-12 to 1e-25 of a hull
    "patient",  # a discount factor within 1e-6 or 1e-9 of 0 or 1
    "wild",  # the three above at once
    "ties",  # few different utilities, actions that copy each other
    "zeros",  # impossible transitions and first signals
    "silent",  # signals that move nothing: equal rows
    "private",  # private values
    "chains",  # private values and independent chains
    "worthless",  # utilities that are all 0 for some agent
)
MOST = {1: 5, 2: 9, 3: 8, 4: 16}  # profiles, by the number of agents


def instance(seed: int, flavour: str, *, horizon: Any = None, agents: int | None = None, most: int | None = None) -> Json:
    """The instance of a seed; `horizon`, `agents` and the largest number of profiles may be fixed."""
    rng = random.Random(f"{flavour} {seed}")
    count = agents or rng.choice((1, 2, 2, 2, 2, 3, 3, 4))
    horizon = horizon or rng.choice((1, 2, 2, 3, "infinite", "infinite"))
    finite = horizon != "infinite"
    varying = finite and horizon > 1 and rng.random() < 0.5
    stages = horizon if varying else 1
    largest = min(most or MOST[count], 6 if horizon == 3 else 99)
    sizes = [_sizes(rng, count, largest) for _ in range(stages)]
    choices = [rng.choice((1, 2, 2, 3)) for _ in range(stages)]
    chains = flavour == "chains" or (flavour == "private" and rng.random() < 0.3)
    made: list[Json] = []
    for t in range(stages):
        last = finite and (horizon == 1 or (varying and t == stages - 1))
        following = sizes[(t + 1) % stages]
        stage: Json = {
            "signals": {NAMES[i]: [f"{NAMES[i][0]}{k}" for k in range(n)] for i, n in enumerate(sizes[t])},
            "actions": list(ACTIONS[: choices[t]]),
            "utilities": _utilities(rng, flavour, sizes[t], choices[t]),
        }
        if not last:
            kernel = _independent if chains else _kernel
            stage["transition"] = kernel(rng, flavour, sizes[t], choices[t], following)
        made.append(stage)
    document: Json = {
        "format": "mechsynth-instance/1",
        "name": f"{flavour}-{seed}",
        "horizon": horizon,
        "discount": str(_discount(rng, flavour, finite)),
        "agents": list(NAMES[:count]),
    }
    if rng.random() < 0.7:
        document["prior"] = _prior(rng, flavour, sizes[0], chains)
    if varying:
        document["periods"] = made
    else:
        document.update(made[0])
        if horizon == 1:
            document.pop("transition", None)
    return document


def _sizes(rng: random.Random, count: int, largest: int) -> list[int]:
    sizes = [rng.choice((1, 2, 2, 3, 3, 4)) for _ in range(count)]
    while prod(sizes) > largest:
        k = rng.choice([k for k, n in enumerate(sizes) if n > 1])
        sizes[k] -= 1
    return sizes


def box(sizes: list[int]) -> list[tuple[int, ...]]:
    """All index tuples below the sizes, the last one fastest."""
    return list(product(*map(range, sizes)))


def nest(sizes: list[int], entry: Callable[[tuple[int, ...]], Any], prefix: tuple[int, ...] = ()) -> Any:
    """Nested lists of exact strings."""
    if len(prefix) == len(sizes):
        return str(entry(prefix))
    return [nest(sizes, entry, (*prefix, k)) for k in range(sizes[len(prefix)])]


def _discount(rng: random.Random, flavour: str, finite: bool) -> Fraction:
    tiny = rng.choice((Fraction(1, 10**6), Fraction(1, 10**9)))
    if flavour in ("patient", "wild") and rng.random() < 0.8:
        return rng.choice((tiny, 1 - tiny))
    ordinary = [Fraction(1, 2), Fraction(9, 10), Fraction(1, 3), Fraction(2, 3)]
    return rng.choice(ordinary + [Fraction(1)] * (2 * finite))


def _utilities(rng: random.Random, flavour: str, sizes: list[int], actions: int) -> Json:
    found: Json = {}
    private = flavour in ("private", "chains") or rng.random() < 0.2
    idle = rng.randrange(len(sizes)) if flavour == "worthless" else -1
    copied = flavour == "ties" and actions > 1 and rng.random() < 0.5
    for i, n in enumerate(sizes):
        unit = Fraction(10) ** rng.choice((-12, -6, 0, 0, 6, 12)) if flavour in ("unequal", "wild") else Fraction(1)

        def one(unit: Fraction = unit, i: int = i) -> Fraction:
            if i == idle:
                return Fraction(0)
            if flavour == "ties":
                return Fraction(rng.choice((0, 0, 1, 1, 2)))
            if flavour in ("unequal", "wild") and rng.random() < 0.2:
                return unit * rng.randint(-9, 9) * Fraction(10) ** rng.choice((-9, 9))
            return unit * Fraction(rng.randint(-12, 12), rng.choice((1, 1, 2, 3)))

        shape = [actions, n] if private else [actions, *sizes]
        table = {index: one() for index in box(shape)}
        if copied:
            for index in box(shape[1:]):
                table[(1, *index)] = table[(0, *index)]
        spelled = nest(shape, table.__getitem__)
        found[NAMES[i]] = {"private": spelled} if private else spelled
    return found


def _law(rng: random.Random, length: int, zeros: bool) -> Row:
    while True:
        weights = [rng.choice((0, 0, 1, 2) if zeros else (1, 2, 3, 5)) for _ in range(length)]
        if sum(weights):
            return [Fraction(w, sum(weights)) for w in weights]


def _kernel(rng: random.Random, flavour: str, sizes: list[int], actions: int, following: list[int]) -> Any:
    """Rows μ(· | a, θ), spelled out, with what the flavour plants in one agent's own signal."""
    zeros = flavour == "zeros" or rng.random() < 0.15
    length = prod(following)
    rows = {index: _law(rng, length, zeros) for index in box([actions, *sizes])}
    planted = {"near": ("near", "near", "mixture"), "wild": ("near", "mixture"), "silent": ("silent", "twins")}
    what = rng.choice(planted.get(flavour, ("nothing", "nothing", "mixture", "twins", "silent", "still")))
    many = [i for i, n in enumerate(sizes) if n > 1]
    if many and what != "nothing":
        i = rng.choice(many)
        for a in range(actions):
            for others in box([n for j, n in enumerate(sizes) if j != i]):
                _plant(rng, what, rows, [(a, *others[:i], k, *others[i:]) for k in range(sizes[i])])
    shape = [actions, *sizes]
    flat = {(*index, *q): x for index, row in rows.items() for q, x in zip(box(following), row, strict=True)}
    if what == "still" and actions > 1:  # actions that move nothing
        flat = {key: flat[(0, *key[1:])] for key in flat}
    return nest([*shape, *following], flat.__getitem__)


def _plant(rng: random.Random, what: str, rows: dict[tuple[int, ...], Row], line: list[tuple[int, ...]]) -> None:
    """Make the last own signal of a block like the others: equal to one, a mixture of them, or nearly so."""
    n = len(line)
    if what == "silent":
        for key in line[1:]:
            rows[key] = rows[line[0]]
    elif what == "twins" or n == 2:
        rows[line[-1]] = _beside(rng, rows[line[0]]) if what == "near" else rows[line[0]]
    elif what in ("mixture", "near"):
        weights = _law(rng, n - 1, zeros=True)
        mixed = [sum((w * rows[key][q] for w, key in zip(weights, line, strict=False)), Fraction(0)) for q in range(len(rows[line[0]]))]
        rows[line[-1]] = _beside(rng, mixed) if what == "near" else mixed


def _beside(rng: random.Random, row: Row) -> Row:
    """A law within 1e-12 to 1e-25 of another."""
    positive = [q for q, x in enumerate(row) if x]
    if len(row) < 2:
        return row
    step = Fraction(rng.choice((1, 2, 3)), 10 ** rng.choice((12, 15, 18, 25)))
    down = rng.choice(positive)
    up = rng.choice([q for q in range(len(row)) if q != down])
    moved = list(row)
    moved[down] -= step
    moved[up] += step
    return moved


def _independent(rng: random.Random, flavour: str, sizes: list[int], actions: int, following: list[int]) -> Any:
    moved = rng.random() < 0.6
    chains: Json = {}
    for i, (n, m) in enumerate(zip(sizes, following, strict=True)):
        shape = [actions, n] if moved else [n]
        rows = {index: _law(rng, m, rng.random() < 0.2) for index in box(shape)}
        chains[NAMES[i]] = nest([*shape, m], lambda index, rows=rows: rows[index[:-1]][index[-1]])
    return {"independent": chains}


def _prior(rng: random.Random, flavour: str, sizes: list[int], chains: bool) -> Any:
    zeros = flavour == "zeros" or rng.random() < 0.2
    if chains and rng.random() < 0.5:
        return {"independent": {NAMES[i]: [str(x) for x in _law(rng, n, zeros)] for i, n in enumerate(sizes)}}
    law = dict(zip(box(sizes), _law(rng, prod(sizes), zeros), strict=True))
    return nest(sizes, law.__getitem__)
