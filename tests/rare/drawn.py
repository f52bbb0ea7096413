"""Questions about small environments, drawn by seed: ordinary ones, and ones that come close to a tie.

At most nine profiles; one to three agents; one, two, three or infinitely many periods; every class, requirement and objective. *Near*: own
signals whose rows of the kernel miss a mixture of the other rows by 1e-12 to 1e-25 (or equal it), discount factors next to 0 and 1,
utilities in ratios of 1e9.
"""

from __future__ import annotations

import random
from fractions import Fraction as F
from itertools import product
from math import prod
from typing import Any

Json = dict[str, Any]

CLASSES = ("history-independent", "vcg-type", "contingent", "contingent+now", "full", "full+now")
WISHES = (
    "residual-claimant",
    "budget:ex-post",
    "budget:per-period",
    "budget:ex-ante",
    "no-subsidy",
    "participation:ex-post",
    "participation:interim",
    "participation:ex-ante",
)
OBJECTIVES = (
    "feasibility",
    "feasibility",
    "feasibility",
    "min-max-transfer",
    "min-total-transfer",
    "max-revenue",
    "min-rent",
    "min-subsidy",
    "min-epsilon",
)
NEAR_DISCOUNTS = (F(1, 10**9), F(1, 10**6), 1 - F(1, 10**6), 1 - F(1, 10**9))
DISCOUNTS = (F(1, 2), F(9, 10), F(19, 20), F(2, 3), F(1, 10))
AGENTS = ("ann", "bob", "cyd")


def box(sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    return list(product(*map(range, sizes)))


def nest(values: dict[tuple[int, ...], Any], sizes: tuple[int, ...]) -> Any:
    def build(prefix: tuple[int, ...]) -> Any:
        if len(prefix) == len(sizes):
            return str(values[prefix])
        return [build((*prefix, k)) for k in range(sizes[len(prefix)])]

    return build(())


def drawn(seed: int, near: bool) -> tuple[Json, Json]:
    """An instance and a question (the keyword arguments of `mechsynth.solve`)."""
    rng = random.Random(f"{'near' if near else 'ordinary'} {seed}")
    count = rng.choice((1, 2, 2, 2, 2, 3))
    while True:
        sizes = tuple(rng.choice((1, 2, 2, 3, 3, 4)) for _ in range(count))
        if 2 <= prod(sizes) <= 9:
            break
    horizon: Any = rng.choice(("infinite", "infinite", 1, 2, 2, 3))
    actions = rng.choice((1, 2, 2, 3))
    kinds = rng.sample(("hull", "discount", "ratio"), rng.choice((1, 1, 2, 3))) if near else []
    discount = rng.choice(NEAR_DISCOUNTS if "discount" in kinds else DISCOUNTS)
    private = rng.random() < 0.4
    profiles, names = box(sizes), AGENTS[:count]
    instance: Json = {
        "format": "mechsynth-instance/1",
        "name": "drawn",
        "horizon": horizon,
        "discount": str(discount),
        "agents": list(names),
        "signals": {n: [f"{n[0]}{k}" for k in range(s)] for n, s in zip(names, sizes)},
        "actions": [f"x{k}" for k in range(actions)],
        "utilities": {n: _utilities(rng, i, sizes, actions, private, "ratio" in kinds) for i, n in enumerate(names)},
        "prior": nest(dict(zip(profiles, _row(rng, len(profiles)))), sizes),
    }
    if horizon != 1:
        kernel = _kernel(rng, sizes, actions, "hull" in kinds)
        flat = {(*key, *p): x for key, line in kernel.items() for p, x in zip(profiles, line)}
        instance["transition"] = nest(flat, (actions, *sizes, *sizes))
    return instance, _question(rng, private, count)


def _question(rng: random.Random, private: bool, count: int) -> Json:
    ask = rng.choice(("implement",) * 8 + ("generalized-vcg", "uniqueness"))
    if ask != "implement":
        return {"ask": ask}
    wishes = rng.sample(WISHES, rng.choice((0, 0, 1, 1, 2, 2, 3)))
    if rng.random() < 0.15:
        wishes.append(f"bounded:{rng.choice(('1', '10', '1/2'))}")
    return {
        "ask": ask,
        "transfers": rng.choice(CLASSES),
        "require": wishes,
        "objective": rng.choice(OBJECTIVES),
    }


def _row(rng: random.Random, length: int) -> list[F]:
    while True:
        weights = [rng.choice((0, 0, 1, 2, 3)) for _ in range(length)]
        if sum(weights):
            return [F(w, sum(weights)) for w in weights]


def _utilities(rng: random.Random, agent: int, sizes: tuple[int, ...], actions: int, private: bool, ratio: bool) -> Any:
    scales = [F(1), F(10**9), F(1, 10**9)] if ratio else [F(1)]
    values: dict[tuple[int, ...], F] = {}
    memory: dict[tuple[int, int], F] = {}
    for key in box((actions, *sizes)):
        value = rng.randrange(0, 10) * rng.choice(scales)
        if private:
            value = memory.setdefault((key[0], key[1 + agent]), value)
        values[key] = value
    if not private:
        return nest(values, (actions, *sizes))
    table = {key: value for key, value in memory.items()}
    return {"private": nest(table, (actions, sizes[agent]))}


def _kernel(rng: random.Random, sizes: tuple[int, ...], actions: int, near: bool) -> dict[tuple[int, ...], list[F]]:
    length = prod(sizes)
    kernel = {key: _row(rng, length) for key in box((actions, *sizes))}
    agent = rng.randrange(len(sizes))
    if sizes[agent] > 1 and (near or rng.random() < 0.4):
        # one own signal's row is a mixture of the others', exactly or but for a tiny step towards another row
        last = sizes[agent] - 1
        weights = _row(rng, last)
        for key in kernel:
            if key[1 + agent] != last:
                continue
            others = [(*key[: 1 + agent], k, *key[2 + agent :]) for k in range(last)]
            mixed = [sum((w * kernel[o][j] for w, o in zip(weights, others)), F(0)) for j in range(length)]
            step = F(rng.choice((1, 1, 3, 7)), 10 ** rng.randrange(12, 26)) if near and rng.random() < 0.8 else F(0)
            kernel[key] = [(1 - step) * x + step * y for x, y in zip(mixed, _row(rng, length))]
    return kernel
