"""A vocabulary of random environments, as JSON objects of `mechsynth-instance/1`.

What shapes an environment (agents, sizes, horizon, what is planted in it) is drawn by Hypothesis and shrinks; the numbers
come from a generator seeded by it. All numbers are rationals of small denominators, written as strings.

Planted on purpose, since random data hardly ever has them:

* zeros of the kernel;
* *twins*: two own signals with the same row of the kernel (two equal columns in every block);
* *mixtures*: a signal whose row is an exact mixture of the rows of others (a point of the hull in every block), with
  utilities that follow the mixture, exceed it, or have nothing to do with it;
* *ties*: actions that are copies of each other at some profiles.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

AGENTS = ("ann", "bob", "cyd")
SIGNALS = {"ann": "klmn", "bob": "pqrs", "cyd": "wxyz"}
ACTIONS = ("go", "wait", "stop")
LARGEST = {1: 4, 2: 9, 3: 12}  # profiles, by the number of agents


def nest(values: dict[tuple[int, ...], Any], sizes: tuple[int, ...]) -> Any:
    """Nested lists out of a dictionary over index tuples, every number an exact string."""

    def build(prefix: tuple[int, ...]) -> Any:
        if len(prefix) == len(sizes):
            return str(values[prefix])
        return [build((*prefix, k)) for k in range(sizes[len(prefix)])]

    return build(())


def box(sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All index tuples below the sizes."""
    return list(product(*map(range, sizes)))


def row(rng: random.Random, length: int, zeros: bool) -> list[Fraction]:
    """A probability vector of a small denominator."""
    while True:
        weights = [rng.choice((0, 0, 1, 2) if zeros else (1, 2, 3)) for _ in range(length)]
        if sum(weights):
            return [Fraction(w, sum(weights)) for w in weights]


def mixture_weights(rng: random.Random, count: int) -> list[Fraction]:
    """Weights of a mixture of `count` things, at least one of them positive."""
    return row(rng, count, zeros=True)


def sized(draw: Any, count: int) -> tuple[int, ...]:
    """Signal counts of every agent, bounded so that oracles stay fast."""
    sizes = [draw(st.integers(1, 4)) for _ in range(count)]
    while prod(sizes) > LARGEST[count]:
        sizes[sizes.index(max(sizes))] -= 1
    return tuple(sizes)


@st.composite
def environments(
    draw: Any,
    *,
    horizons: tuple[Any, ...] = ("infinite", 1, 2, 3),
    agents: tuple[int, int] = (1, 3),
    plant: bool = True,
    varying: bool = True,
) -> Json:
    """A random environment as the JSON object of an instance file."""
    count = draw(st.integers(*agents))
    horizon = draw(st.sampled_from(horizons))
    finite = horizon != "infinite"
    changes = finite and varying and horizon > 1 and draw(st.booleans())
    zeros = draw(st.booleans())
    planted = draw(st.sampled_from(("nothing", "twins", "mixture", "mixture"))) if plant else "nothing"
    follow = draw(st.sampled_from(("exact", "short", "over", "free")))
    tied = draw(st.booleans()) if plant else False
    private = draw(st.booleans())
    rng = random.Random(draw(st.integers(0, 2**20)))
    names = AGENTS[:count]
    periods = horizon if changes else 1
    sizes = [sized(draw, count) for _ in range(periods)]
    actions = [draw(st.integers(1, 3)) for _ in range(periods)]
    stages = []
    for t in range(periods):
        following = sizes[(t + 1) % periods] if changes else sizes[0]
        last = finite and (horizon == 1 or (changes and t == periods - 1))
        stage: Json = {
            "signals": {n: list(SIGNALS[n][: sizes[t][i]]) for i, n in enumerate(names)},
            "actions": list(ACTIONS[: actions[t]]),
        }
        kernel, utilities = _numbers(
            rng, sizes[t], actions[t], following, zeros, (planted, follow) if not last else ("nothing", ""), private
        )
        if tied and actions[t] > 1:
            _tie(rng, kernel, utilities, sizes[t])
        stage["utilities"] = {n: nest(utilities[i], (actions[t], *sizes[t])) for i, n in enumerate(names)}
        if not last:
            flat = {(*key, *q): x for key, line in kernel.items() for q, x in zip(box(following), line, strict=True)}
            stage["transition"] = nest(flat, (actions[t], *sizes[t], *following))
        stages.append(stage)
    discount = draw(st.sampled_from(("1/2", "9/10", "1" if finite else "2/3")))
    instance: Json = {
        "format": "mechsynth-instance/1",
        "name": "drawn",
        "horizon": horizon,
        "discount": discount,
        "agents": list(names),
    }
    if draw(st.booleans()):
        line = row(rng, prod(sizes[0]), zeros)
        instance["prior"] = nest(dict(zip(box(sizes[0]), line, strict=True)), sizes[0])
    if changes:
        instance["periods"] = stages
    else:
        instance |= stages[0]
    return instance


Kernel = dict[tuple[int, ...], list[Fraction]]
Utility = dict[tuple[int, ...], Fraction]


def _numbers(
    rng: random.Random,
    sizes: tuple[int, ...],
    actions: int,
    following: tuple[int, ...],
    zeros: bool,
    plan: tuple[str, str],
    private: bool,
) -> tuple[Kernel, list[Utility]]:
    """A kernel `[a, θ] → row` and utilities `[a, θ]`, with what the plan asks for."""
    keys = [(a, *p) for a in range(actions) for p in box(sizes)]
    kernel = {key: row(rng, prod(following), zeros) for key in keys}
    utilities: list[Utility] = []
    for i in range(len(sizes)):
        base: dict[Any, Fraction] = {}
        utilities.append(
            {
                key: base.setdefault((key[0], key[1 + i]) if private else key, Fraction(rng.randint(-6, 6), 2))
                for key in keys
            }
        )
    planted, follow = plan
    rich = [i for i, size in enumerate(sizes) if size >= (2 if planted == "twins" else 3)]
    if planted != "nothing" and rich:
        i = rng.choice(rich)
        r = rng.randrange(sizes[i])
        rest = [k for k in range(sizes[i]) if k != r]
        weights = mixture_weights(rng, len(rest))
        if planted == "twins":
            weights = [Fraction(int(k == 0)) for k in range(len(rest))]
        step = {"exact": Fraction(0), "short": Fraction(-1, 3), "over": Fraction(1, 3), "free": Fraction(0)}[follow]
        for a in range(actions):
            for p in box(sizes):
                if p[i] != r:
                    continue
                sources = [(a, *p[:i], k, *p[i + 1 :]) for k in rest]
                kernel[(a, *p)] = [
                    sum((w * kernel[s][q] for w, s in zip(weights, sources, strict=True)), Fraction(0))
                    for q in range(prod(following))
                ]
                for utility in utilities if follow != "free" else []:
                    mixed = sum((w * utility[s] for w, s in zip(weights, sources, strict=True)), Fraction(0))
                    utility[(a, *p)] = mixed + step
    return kernel, utilities


def _tie(rng: random.Random, kernel: Kernel, utilities: list[Utility], sizes: tuple[int, ...]) -> None:
    """Make the second action a copy of the first at some profiles; one agent may gain what another loses."""
    for p in box(sizes):
        if rng.random() < 0.6:
            kernel[(1, *p)] = list(kernel[(0, *p)])
            for utility in utilities:
                utility[(1, *p)] = utility[(0, *p)]
            if len(utilities) > 1:
                step = Fraction(rng.randint(-2, 2))
                utilities[0][(1, *p)] += step
                utilities[1][(1, *p)] -= step


def data(instance: Json) -> bytes:
    """The bytes of an instance file."""
    return json.dumps(instance).encode()


def stages_of(instance: Json) -> list[Json]:
    """The objects that hold signals, actions, utilities and transitions."""
    return list(instance["periods"]) if "periods" in instance else [instance]


def mapped(nested: Any, change: Any) -> Any:
    """Nested lists with every number changed."""
    if isinstance(nested, list):
        return [mapped(item, change) for item in nested]
    return str(change(Fraction(nested)))


def copied(instance: Json) -> Json:
    """A deep copy."""
    result: Json = json.loads(json.dumps(instance))
    return result


def scaled(instance: Json, factor: Fraction) -> Json:
    """All utilities times a positive number."""
    result = copied(instance)
    for stage in stages_of(result):
        stage["utilities"] = {n: mapped(u, lambda x: x * factor) for n, u in stage["utilities"].items()}
    return result


def raised(instance: Json, agent: str, constant: Fraction) -> Json:
    """A constant added to one agent's utility in every period."""
    result = copied(instance)
    for stage in stages_of(result):
        stage["utilities"][agent] = mapped(stage["utilities"][agent], lambda x: x + constant)
    return result


def relabelled(instance: Json) -> Json:
    """Other names for agents, signals and actions, in the same order."""
    result = copied(instance)
    result["agents"] = [f"agent {n}" for n in instance["agents"]]
    for stage in stages_of(result):
        stage["actions"] = [f"act {a}" for a in stage["actions"]]
        stage["signals"] = {f"agent {n}": [f"sees {k}" for k in own] for n, own in stage["signals"].items()}
        stage["utilities"] = {f"agent {n}": u for n, u in stage["utilities"].items()}
    return result


def _axes_moved(nested: Any, order: list[int], sizes: list[int]) -> Any:
    """Nested lists with their axes in another order; axis `k` of the result is axis `order[k]` of the argument."""
    found = {}
    for index in box(tuple(sizes)):
        value = nested
        for k in index:
            value = value[k]
        found[tuple(index[j] for j in order)] = value
    return nest(found, tuple(sizes[j] for j in order))


def agents_permuted(instance: Json, order: list[int]) -> Json:
    """The same environment with its agents listed in another order."""
    result = copied(instance)
    count = len(order)
    names = instance["agents"]
    result["agents"] = [names[j] for j in order]
    stages = stages_of(instance)
    shapes = [[len(stage["signals"][n]) for n in names] for stage in stages]
    for t, (stage, old) in enumerate(zip(stages_of(result), stages, strict=True)):
        a = len(old["actions"])
        now = [1 + j for j in order]
        for n in names:
            stage["utilities"][n] = _axes_moved(old["utilities"][n], [0, *now], [a, *shapes[t]])
        if "transition" in old:
            following = shapes[(t + 1) % len(shapes)]
            later = [1 + count + j for j in order]
            stage["transition"] = _axes_moved(old["transition"], [0, *now, *later], [a, *shapes[t], *following])
    if "prior" in instance:
        result["prior"] = _axes_moved(instance["prior"], list(order), shapes[0])
    return result


def _axis_permuted(nested: Any, depth: int, order: list[int]) -> Any:
    if depth == 0:
        return [nested[k] for k in order]
    return [_axis_permuted(item, depth - 1, order) for item in nested]


def signals_permuted(instance: Json, agent: str, seed: int) -> Json:
    """The same environment with one agent's signals listed in another order, in every period."""
    result = copied(instance)
    i, count = instance["agents"].index(agent), len(instance["agents"])
    orders = []
    rng = random.Random(seed)
    for stage in stages_of(instance):
        order = list(range(len(stage["signals"][agent])))
        rng.shuffle(order)
        orders.append(order)
    for t, stage in enumerate(stages_of(result)):
        stage["signals"][agent] = [stage["signals"][agent][k] for k in orders[t]]
        for n in instance["agents"]:
            stage["utilities"][n] = _axis_permuted(stage["utilities"][n], 1 + i, orders[t])
        if "transition" in stage:
            moved = _axis_permuted(stage["transition"], 1 + i, orders[t])
            stage["transition"] = _axis_permuted(moved, 1 + count + i, orders[(t + 1) % len(orders)])
    if "prior" in instance:
        result["prior"] = _axis_permuted(instance["prior"], i, orders[0])
    return result


def with_random_utilities(instance: Json, seed: int) -> Json:
    """The same signals, actions and kernel with other utilities."""
    result = copied(instance)
    rng = random.Random(seed)
    for stage in stages_of(result):
        stage["utilities"] = {
            n: mapped(u, lambda _: Fraction(rng.randint(-12, 12), rng.choice((1, 2, 3))))
            for n, u in stage["utilities"].items()
        }
    return result
