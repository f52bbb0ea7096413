"""One period against a program written from the definition, and independent types: own lies come free."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import product
from typing import Any

import cvxpy as cp
import pytest
from oracles import draws
from oracles.mechanism import Mechanism
from oracles.model import insert, read

import mechsynth
from mechsynth.asks.implement import Implement
from mechsynth.asks.implement.solve import build, wish_list
from mechsynth.construct.case import Case
from mechsynth.result.rowname import parse_row


def one_period(seed: int) -> dict[str, Any]:
    for k in range(999):
        data = draws.instance(100 * seed + k, ("ordinary", "zeros", "private")[seed % 3], horizon=1, agents=2, most=6)
        if "prior" in data:
            return data
    raise AssertionError


@pytest.mark.parametrize("seed", range(20))
def test_one_period(seed: int) -> None:
    """Bayesian incentives of one period: with a balanced budget or without, and the most that can be collected."""
    data = one_period(seed)
    model, raw = read(data), json.dumps(data).encode()
    environment = mechsynth.loads(raw)
    rule = Mechanism(model, json.loads(mechsynth.solve(environment, "policy").to_bytes())).rule[0]
    period, prior = model.periods[0], model.prior
    assert prior is not None
    profiles = period.profiles()
    pay = {(i, p): cp.Variable() for i in (0, 1) for p in profiles}
    rows, stay = [], []
    for i in (0, 1):
        for k, r in product(range(len(period.signals[i])), repeat=2):
            at = [p for p in profiles if p[i] == k and prior[p]]
            if not at:
                continue

            def worth(report: int, i: int = i, at: list[Any] = at) -> Any:
                told = {p: insert(p[:i] + p[i + 1 :], i, report) for p in at}
                return sum(float(prior[p]) * (float(period.utility[i][rule[told[p]], p]) - pay[i, told[p]]) for p in at)

            if k == r:
                stay.append(worth(k) >= 0)
            else:
                rows.append(worth(k) >= worth(r))
    limits = [cp.abs(p) <= 1e5 for p in pay.values()]
    balanced = [pay[0, p] + pay[1, p] == 0 for p in profiles]
    slack = cp.Variable(nonneg=True)
    loose = [row.args[1] - row.args[0] + slack >= 0 for row in rows]
    for require, more in (([], []), (["budget:ex-post"], balanced)):
        found = cp.Problem(cp.Minimize(slack), [*loose, *more, *limits])
        found.solve(solver="HIGHS")
        answer = mechsynth.solve(environment, "implement", incentives="pbic", transfers="history-independent", require=require)
        assert answer.check().accepted
        assert (found.value < 1e-6) == (answer.status == "feasible"), (seed, require, found.value)
    revenue = cp.Problem(cp.Maximize(sum(float(prior[p]) * (pay[0, p] + pay[1, p]) for p in profiles)), [*rows, *stay, *limits])
    revenue.solve(solver="HIGHS")
    answer = mechsynth.solve(
        environment, "implement", incentives="pbic", transfers="history-independent", require=["participation:interim"], objective="max-revenue"
    )
    assert (answer.status == "optimal") == (revenue.status == "optimal")
    if answer.value is not None:
        assert abs(float(Fraction(answer.value)) - revenue.value) < 1e-5 * (1 + abs(revenue.value))


def chains(seed: int, full: bool) -> bytes:
    """Two agents with independent types, of full support or with zeros."""
    rng = random.Random(seed)

    def law() -> list[str]:
        weights = [rng.choice((1, 2, 3) if full else (0, 0, 1, 2)) for _ in range(2)]
        total = sum(weights)
        return [str(Fraction(w, total)) for w in weights] if total else ["1", "0"]

    data = {
        "format": "mechsynth-instance/1", "name": "chains", "horizon": 2, "discount": "1", "agents": ["a", "b"],
        "prior": {"independent": {"a": law(), "b": law()}},
        "signals": {"a": ["0", "1"], "b": ["0", "1"]}, "actions": ["x", "y"],
        "utilities": {g: [[[rng.randint(-5, 5) for _ in range(2)] for _ in range(2)] for _ in range(2)] for g in "ab"},
        "transition": {"independent": {g: [[law() for _ in range(2)] for _ in range(2)] for g in "ab"}},
    }  # fmt: skip
    return json.dumps(data).encode()


@pytest.mark.parametrize("kind", ["full", "full+now", "contingent"])
@pytest.mark.parametrize("seed", range(8))
def test_own_lies_come_free(seed: int, kind: str) -> None:
    """Independent types of full support: every row after an own lie repeats one after the truth, and none is left in the program."""
    environment = mechsynth.loads(chains(seed, full=True))
    ask = Implement(transfers=kind, incentives="pbic")
    names = [parse_row(name) for name in build(ask, Case(environment), wish_list(ask)).program.names if name.startswith("pbic ")]
    assert names and all(name.told is None for name in names)
    # the checker knows the rows after own lies, and finds the transfers to meet them
    answer = mechsynth.solve(environment, ask)
    assert answer.check().accepted


def test_own_lies_do_not_come_free_with_zeros() -> None:
    """A signal that is possible after a lie only has rows of its own: they stay."""
    told = 0
    for seed in range(12):
        ask = Implement(transfers="full", incentives="pbic")
        program = build(ask, Case(mechsynth.loads(chains(seed, full=False))), wish_list(ask)).program
        told += sum(name.startswith("pbic ") and parse_row(name).told is not None for name in program.names)
    assert told
