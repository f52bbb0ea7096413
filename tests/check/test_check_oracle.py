"""Random small environments against the definition, written out with fractions and loops.

The definition: truth is compared with every lie, at every profile, after every history.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from mechsynth.check import check, read_instance
from mechsynth.check.exact import dot, independent
from mechsynth.evaluation import evaluate

Json = dict[str, Any]
AGENTS = ["a", "b"]


class World:
    """A random environment of two agents, kept as plain dictionaries."""

    def __init__(self, seed: int, horizon: int | None) -> None:
        rng = np.random.default_rng(seed)
        self.horizon, self.count = horizon, horizon or 1
        self.delta = Fraction(2, 3)
        self.sizes = (
            [(2, 3)] * self.count
            if horizon is None
            else [tuple(rng.integers(1, 4, 2).tolist()) for _ in range(horizon)]
        )
        self.actions = 2
        self.u: list[dict[Any, Fraction]] = []
        self.mu: list[dict[Any, Fraction]] = []
        self.rule: list[dict[Any, int]] = []
        self.now: list[dict[Any, Fraction]] = []
        self.later: list[dict[Any, Fraction]] = []
        for t in range(self.count):
            self.u.append(
                {
                    (i, a, p): Fraction(int(rng.integers(-9, 9)), int(rng.integers(1, 4)))
                    for i in (0, 1)
                    for a in (0, 1)
                    for p in self.profiles(t)
                }
            )
            self.rule.append({p: int(rng.integers(0, 2)) for p in self.profiles(t)})
            self.now.append({(i, p): Fraction(int(rng.integers(-3, 3))) for i in (0, 1) for p in self.profiles(t)})
            self.mu.append({})
            self.later.append({})
            if self.last(t):
                continue
            then = self.profiles(self.after(t))
            for a in (0, 1):
                for p in self.profiles(t):
                    row = [int(x) for x in rng.integers(0, 5, len(then))]
                    row[0] += 1
                    for q, x in zip(then, row):
                        self.mu[t][a, p, q] = Fraction(x, sum(row))
                        for i in (0, 1):
                            self.later[t][i, a, p, q] = Fraction(int(rng.integers(-4, 5)), int(rng.integers(1, 3)))

    def profiles(self, t: int) -> list[tuple[int, ...]]:
        return list(itertools.product(*(range(n) for n in self.sizes[t])))

    def after(self, t: int) -> int:
        return t if self.horizon is None else t + 1

    def last(self, t: int) -> bool:
        return self.horizon is not None and t == self.horizon - 1

    def instance(self) -> Json:
        def nest(f: Any, *sizes: int) -> Any:
            return nested(f, sizes)

        stages = []
        for t in range(self.count):
            n = self.sizes[t]
            stage: Json = {
                "signals": {agent: [f"{agent}{k}" for k in range(n[i])] for i, agent in enumerate(AGENTS)},
                "actions": ["x", "y"],
                "utilities": {
                    agent: nest(lambda a, k, j, i=i, t=t: str(self.u[t][i, a, (k, j)]), 2, *n)
                    for i, agent in enumerate(AGENTS)
                },
            }
            if not self.last(t):
                m = self.sizes[self.after(t)]
                stage["transition"] = nest(lambda a, k, j, q, r, t=t: str(self.mu[t][a, (k, j), (q, r)]), 2, *n, *m)
            stages.append(stage)
        head: Json = {"format": "mechsynth-instance/1", "name": "random", "discount": "2/3", "agents": AGENTS}
        if self.horizon is None:
            return {**head, "horizon": "infinite", **stages[0]}
        return {**head, "horizon": self.horizon, "periods": stages}

    def mechanism(self) -> Json:
        allocation, tables = [], []
        for t in range(self.count):
            n, entry = self.sizes[t], {}
            for p in self.profiles(t):
                row: Json = {"signals": {agent: f"{agent}{p[i]}" for i, agent in enumerate(AGENTS)}}
                row["action"] = "xy"[self.rule[t][p]]
                allocation.append(row if self.horizon is None else {"period": t + 1, **row})
            for i, agent in enumerate(AGENTS):
                entry[agent] = {"now": nested(lambda k, j, i=i, t=t: str(self.now[t][i, (k, j)]), n)}
                if not self.last(t):
                    m = self.sizes[self.after(t)]
                    entry[agent]["later"] = nested(
                        lambda a, k, j, q, r, i=i, t=t: str(self.later[t][i, a, (k, j), (q, r)]), (2, *n, *m)
                    )
            tables.append(entry)
        return {"allocation": allocation, "transfers": tables[0] if self.horizon is None else tables}

    def worth(self, t: int, i: int, told: Any, true: Any, x: dict[Any, Fraction]) -> Fraction:
        a = self.rule[t][told]
        value = self.u[t][i, a, true] - self.now[t][i, told]
        if not self.last(t):
            for q in self.profiles(self.after(t)):
                value += self.delta * self.mu[t][a, true, q] * (x[q] - self.later[t][i, a, told, q])
        return value


def nested(f: Any, sizes: Any) -> Any:
    def build(done: tuple[int, ...]) -> Any:
        if len(done) == len(sizes):
            return f(*done)
        return [build((*done, k)) for k in range(sizes[len(done)])]

    return build(())


def result_of(instance: Json, mechanism: Json) -> Json:
    return {
        "format": "mechsynth-result/1",
        "instance": {"name": instance["name"], "sha256": hashlib.sha256(json.dumps(instance).encode()).hexdigest()},
        "question": {"ask": "implement"},
        "status": "feasible",
        "strength": "exact",
        "mechanism": mechanism,
    }


@pytest.mark.parametrize("horizon", [1, 2, 3, None])
@pytest.mark.parametrize("seed", range(6))
def test_evaluation_is_the_definition(seed: int, horizon: int | None) -> None:
    world = World(seed, horizon)
    instance = world.instance()
    found = evaluate(result_of(instance, world.mechanism()), json.dumps(instance).encode())
    x: list[list[dict[Any, Fraction]]] = [[{}, {}] for _ in range(world.count)]
    for t in reversed(range(world.count)):
        for i in (0, 1):
            read = {p: found.payoffs[t][i][p] for p in world.profiles(t)}
            after = read if horizon is None else ({} if world.last(t) else x[t + 1][i])
            # the payoffs satisfy their recursion; with an infinite horizon it has one solution
            assert read == {p: world.worth(t, i, p, p, after) for p in world.profiles(t)}
            x[t][i] = read
    least: Fraction | None = None
    for t in range(world.count):
        for i in (0, 1):
            after = {} if world.last(t) else x[world.after(t)][i]
            for true in world.profiles(t):
                for r in range(world.sizes[t][i]):
                    if r == true[i]:
                        continue
                    told = (r, true[1]) if i == 0 else (true[0], r)
                    slack = x[t][i][true] - world.worth(t, i, told, true, after)
                    histories: list[Fraction] = [Fraction(0)] if horizon is None or t == 0 else []
                    before = t if horizon is None else t - 1
                    if before >= 0:
                        for h in world.profiles(before):
                            a = world.rule[before][h]
                            due = world.later[before]
                            histories.append(due[i, a, h, true] - due[i, a, h, told])
                    worst = slack - max(histories)
                    least = worst if least is None else min(least, worst)
    assert (None if found.least is None else found.least.slack) == least
    # efficiency, by the definition too
    efficient = True
    for t in range(world.count):
        for p in world.profiles(t):
            for a in (0, 1):
                other = world.u[t][0, a, p] + world.u[t][1, a, p]
                if not world.last(t):
                    later = world.after(t)
                    other += world.delta * sum(
                        world.mu[t][a, p, q] * found.surplus[later][q] for q in world.profiles(later)
                    )
                if a == world.rule[t][p]:
                    assert other == found.surplus[t][p]
                efficient &= other <= found.surplus[t][p]
    assert found.efficient == efficient


def test_dot_is_exact_beyond_machine_integers() -> None:
    rng = np.random.default_rng(1)
    weights = rng.integers(0, 1 << 40, (5, 7))
    values = np.array([[int(x) ** 9 for x in row] for row in rng.integers(-(10**6), 10**6, (5, 7))], dtype=object)
    bound = max(int(x) for x in weights.sum(axis=1))
    expected = [sum(int(w) * v for w, v in zip(*rows)) for rows in zip(weights.tolist(), values.tolist())]
    assert dot(weights, bound, values).tolist() == expected
    assert dot(weights.astype(object), bound, values).tolist() == expected
    small = rng.integers(-5, 5, (5, 7))
    assert dot(weights, bound, small).tolist() == [
        sum(int(w) * int(v) for w, v in zip(*r)) for r in zip(weights, small)
    ]


def test_independent() -> None:
    """Rows with a determinant that is zero modulo one of the primes are independent all the same; dependent ones never are."""
    prime = 2147483629
    stack = np.array([[[prime, 0], [0, 1]], [[1, 2], [2, 4]], [[0, 1], [1, 0]], [[0, 0], [0, 1]]], dtype=np.int64)
    assert independent(stack).tolist() == [True, False, True, False]
    assert independent(stack.astype(object)).tolist() == [True, False, True, False]
    assert independent(np.array([[[1, 2, 3], [2, 4, 7]], [[1, 2, 3], [2, 4, 6]]])).tolist() == [True, False]
    assert independent(np.array([[[1], [2]]])).tolist() == [False]


@pytest.mark.parametrize("nudge", ["0", "1/10000000000000000000000000000000000000000000000000000000000000000000000000"])
def test_near_ties_are_told_from_ties(nudge: str) -> None:
    """One agent, two signals that swap for sure, δ = 1/2; action "wait" gives the same value as "go", up to 1e-73.

    go: u = 1 at both signals, hence W = 2; wait: u = 1 - 1/2·2 + 1/2·2 = 1 with the signal kept instead of swapped.
    """
    instance = {
        "format": "mechsynth-instance/1",
        "name": "near",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": ["a"],
        "signals": {"a": ["s", "t"]},
        "actions": ["go", "wait"],
        "utilities": {"a": [["1", "1"], [str(1 + Fraction(nudge)), "1"]]},
        "transition": [[["0", "1"], ["1", "0"]], [["1", "0"], ["0", "1"]]],
    }
    data = json.dumps(instance).encode()
    allocation = [{"signals": {"a": s}, "action": "go"} for s in "st"]
    result = result_of(instance, {"allocation": allocation}) | {"question": {"ask": "policy"}, "status": "optimal"}
    verdict = check(result, data)
    assert verdict.accepted == (nudge == "0")
    if nudge == "0":
        ties = [{"signals": {"a": s}, "actions": ["go", "wait"]} for s in "st"]
        assert check(result | {"certificate": {"ties": ties, "values": [["2", "2"]]}}, data).accepted
        assert not check(result | {"certificate": {"ties": ties[:1]}}, data).accepted
    else:
        assert verdict.reason is not None
        assert "efficiency at (s)" in verdict.reason


def test_short_forms_and_stationary_horizons_read_the_same() -> None:
    short = {
        "format": "mechsynth-instance/1",
        "horizon": 3,
        "discount": "0.9",
        "agents": ["a", "b"],
        "signals": {"a": ["0", "1"], "b": ["0", "1", "2"]},
        "actions": ["x", "y"],
        "utilities": {"a": {"private": [[1, 2], [3, 4]]}, "b": [[[[5]][0]], [[[6]][0]]]},
        "transition": {
            "independent": {
                "a": [["1/2", "1/2"], ["1/3", "2/3"]],
                "b": [[["1/4", "1/4", "1/2"]], [["0", "1e0", "0"]]],
            }
        },
        "prior": {"independent": {"a": ["1/2", "1/2"], "b": ["1/3", "1/3", "1/3"]}},
    }
    model = read_instance(json.dumps(short).encode())
    kernel = model.kernel(1)
    assert kernel is not None
    assert model.kernel(2) is None
    own = [[Fraction(1, 2), Fraction(1, 2)], [Fraction(1, 3), Fraction(2, 3)]]
    other = [[Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)], [Fraction(0), Fraction(1), Fraction(0)]]
    for a, k, j, q, r in itertools.product(range(2), range(2), range(3), range(2), range(3)):
        found = Fraction(int(kernel.weights[a, 3 * k + j, 3 * q + r]), kernel.den[a, 3 * k + j])
        assert found == own[k][q] * other[a][r]
        assert model.period(0).utilities[0].at(a, 3 * k + j) == 1 + 2 * a + k
        assert model.period(0).utilities[1].at(a, 3 * k + j) == 5 + a
    assert model.prior is not None
    assert model.prior.at(4) == Fraction(1, 6)
