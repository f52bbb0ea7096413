"""The efficient rule against another policy iteration, with ties, nearly ties, and in time."""

from __future__ import annotations

import random
import time
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from oracles.efficient import efficient, expected_value
from oracles.model import read

import mechsynth
from mechsynth.efficient import efficient_rule, solve_discounted
from mechsynth.rational import Rationals

Json = dict[str, Any]


def drawn(seed: int, horizon: Any = "infinite", discount: str = "9/10", ties: bool = True) -> Json:
    """Two agents, sizes 3 and 2, three actions, the second often a copy of the first."""
    rng = random.Random(seed)

    def row() -> list[list[str]]:
        weights = [rng.randint(0, 4) for _ in range(6)]
        weights[rng.randrange(6)] += 1
        return [[str(F(w, sum(weights))) for w in weights[2 * k : 2 * k + 2]] for k in range(3)]

    utilities = {
        n: [[[str(F(rng.randint(-9, 9), 3)) for _ in range(2)] for _ in range(3)] for _ in range(3)] for n in "AB"
    }
    transition = [[[row() for _ in range(2)] for _ in range(3)] for _ in range(3)]
    if ties:
        for p in range(3):
            for q in range(2):
                if rng.random() < 0.5:
                    transition[1][p][q] = transition[0][p][q]
                    for n in "AB":
                        utilities[n][1][p][q] = utilities[n][0][p][q]
    instance: Json = {
        "format": "mechsynth-instance/1",
        "name": "drawn",
        "horizon": horizon,
        "discount": discount,
        "agents": ["A", "B"],
        "signals": {"A": ["1", "2", "3"], "B": ["1", "2"]},
        "actions": ["x", "y", "z"],
        "utilities": utilities,
        "prior": [["1/6"] * 2] * 3,
    }
    if horizon != 1:
        instance["transition"] = transition
    return instance


def environment(instance: Json) -> mechsynth.Environment:
    return mechsynth.Environment(
        instance["agents"], **{k: v for k, v in instance.items() if k not in ("format", "agents")}
    )


@pytest.mark.parametrize(
    "horizon, discount", [("infinite", "9/10"), ("infinite", "1/7"), (1, "1"), (3, "1"), (4, "2/3")]
)
@pytest.mark.parametrize("seed", range(6))
def test_values_actions_and_ties(seed: int, horizon: Any, discount: str) -> None:
    """W, the first optimal action and the set of optimal actions at every profile of every period; E W_1."""
    instance = drawn(seed, horizon, discount)
    model = read(instance)
    eff = efficient(model)
    rule = efficient_rule(environment(instance))
    for t in range(len(model.periods)):
        values = rule.value(t + 1)
        for flat, p in enumerate(model.periods[t].profiles()):
            assert F(int(values.num.ravel()[flat]), values.den) == eff.values[t][p]
            assert rule.actions[t][p] == eff.rule[t][p]
            assert np.flatnonzero(rule.optimal[t][:, flat]).tolist() == eff.optimal[t][p]
    assert rule.expected_surplus() == expected_value(model, eff)


def test_ties_do_occur() -> None:
    """The environments above have ties, by the oracle: in most of them some profile has two optimal actions."""
    found = [efficient(read(drawn(seed))).optimal[0].values() for seed in range(6)]
    assert sum(any(len(best) > 1 for best in one) for one in found) >= 3


@pytest.mark.parametrize("by", [F(1, 10**9), F(1, 10**16), F(1, 10**18), F(1, 10**40)])
@pytest.mark.parametrize("better", [0, 1])
def test_nearly_ties(by: F, better: int) -> None:
    """Two actions with one kernel, one of them worth 1e-9 … 1e-40 more everywhere: it is the only optimal one."""
    instance = drawn(3, ties=False)
    instance["actions"] = ["x", "y"]
    instance["transition"] = [instance["transition"][0]] * 2
    for n in "AB":
        first = instance["utilities"][n][0]
        second = [[str(F(v) + (by if n == "A" else 0)) for v in line] for line in first]
        instance["utilities"][n] = [first, second] if better else [second, first]
    rule = efficient_rule(environment(instance))
    assert (rule.actions[0] == better).all()
    assert (rule.optimal[0].sum(0) == 1).all()


def test_a_tie_that_only_exact_values_see() -> None:
    """Two actions that cost and gain alike in different ways: x gives 1/3 now, y nothing now and 1/3 · 1/δ more tomorrow."""
    delta = F(2, 3)
    gain = F(1, 3)
    # one agent; from "poor" action y leads to "rich", where (gain/δ) more is earned once, and back to "poor"
    instance: Json = {
        "format": "mechsynth-instance/1",
        "name": "tie",
        "horizon": "infinite",
        "discount": str(delta),
        "agents": ["A"],
        "signals": {"A": ["poor", "rich"]},
        "actions": ["x", "y"],
        "utilities": {"A": [[str(gain), str(gain + gain / delta)], ["0", str(gain + gain / delta)]]},
        "transition": [[["1", "0"], ["1", "0"]], [["0", "1"], ["1", "0"]]],
    }
    rule = efficient_rule(environment(instance))
    # W(poor) = gain/(1−δ); y from poor: δ (gain + gain/δ + δ W(poor)) = δ gain + gain + δ² W(poor) = W(poor)
    assert rule.optimal[0][:, 0].tolist() == [True, True]
    assert rule.optimal[0][:, 1].tolist() == [True, True]
    assert rule.value(1).fraction(0) == gain / (1 - delta)


@pytest.mark.parametrize("ties", [False, True])
def test_four_hundred_profiles_and_ten_actions(ties: bool) -> None:
    """20 × 20 profiles, 10 actions, 1.6 million probabilities: seconds; optimal by the exact Bellman equation of its values.

    With `ties` two actions are one at every profile, which no rounding can settle.
    """
    rng = np.random.default_rng(5)
    weights = rng.integers(1, 50, size=(10, 400, 400)).astype(np.int64)
    weights[:, :, -1] += 20000 - weights.sum(-1)  # every row adds to 20000
    utilities = rng.integers(-1000, 1000, size=(2, 10, 20, 20))
    if ties:
        weights[7], utilities[:, 7] = weights[2], utilities[:, 2]
    env = mechsynth.Environment(
        ["A", "B"],
        signals=[str(k) for k in range(20)],
        actions=[str(k) for k in range(10)],
        utilities={"A": utilities[0], "B": utilities[1]},
        transition=Rationals(weights.reshape(10, 20, 20, 20, 20), 20000),
        discount="9/10",
    )
    start = time.process_time()
    rule = efficient_rule(env)
    took = time.process_time() - start
    assert took < 40
    if ties:
        assert (rule.optimal[0][2] == rule.optimal[0][7]).all()
        assert not (rule.actions[0] == 7).any()
        assert rule.optimal[0][2].any()
    # a float policy iteration knows the best action where the gap is visible
    surplus = utilities.sum(0).reshape(10, 400).astype(float)
    kernel = weights / 20000.0
    values = np.zeros(400)
    for _ in range(400):
        total = surplus + 0.9 * (kernel @ values)
        values = total.max(0)
    ranked = np.sort(total, axis=0)
    clear = ranked[-1] - ranked[-2] > 1e-6
    assert (rule.actions[0].ravel()[clear] == total.argmax(0)[clear]).all()
    if not ties:
        assert clear.all()


@pytest.mark.parametrize("seed", range(5))
def test_discounted_systems(seed: int) -> None:
    """(I − δP) X = R, multiplied out in Fractions."""
    rng = random.Random(seed)
    n, k = 5, 2
    rows = []
    for _ in range(n):
        weights = [rng.randint(0, 5) for _ in range(n - 1)]
        rows.append([*weights, 24 - sum(weights)])
    right = [[rng.randint(-9, 9) for _ in range(k)] for _ in range(n)]
    delta = F(rng.randint(1, 9), 10)
    found = solve_discounted(Rationals(np.array(rows), 24), Rationals(np.array(right), 7), delta)
    x = [[F(int(v), found.den) for v in line] for line in found.num.tolist()]
    for p in range(n):
        for c in range(k):
            assert x[p][c] - delta * sum(F(rows[p][q], 24) * x[q][c] for q in range(n)) == F(right[p][c], 7)
