"""`relaxed`: known bounds, floats from the definition by common shocks, never below `optimal`, forged proofs."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction as F
from itertools import accumulate, pairwise, product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from test_optimal import SAME, STAY, buyer

import mechsynth
from mechsynth import check as checker
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.families import document_bytes

Json = dict[str, Any]

THIRD = ["1/3"] * 3
HALF_STAYS = [["2/3", "1/6", "1/6"], ["1/6", "2/3", "1/6"], ["1/6", "1/6", "2/3"]]
KEPT = [["1/2", "1/2", "0", "0"], ["0", "0", "1/2", "1/2"]]
KNOWN: dict[str, tuple[Json, str, str]] = {
    # by hand: + at 9/4 (rent 1/2 of the high type), × to the high type alone
    "plus and times": (buyer([["0", "0"], ["9/4", "5", "11/4", "15"]], ["1/2", "1/2"], [KEPT], idle=True), "39/8", "39/8"),
    # the optimum by Battaglini's formula; shocks let the rule look at what moved the value
    "battaglini 2, 5": (buyer([["2", "5"]] * 3, ["1/2", "1/2"], [STAY] * 2), "67/8", "35/4"),
    "battaglini 2, 3": (buyer([["2", "3"]] * 3, ["1/2", "1/2"], [STAY] * 2), "53/8", "53/8"),
    # ψ_1 = −1, 1, 3; ψ_2(1,·) = −1/2, 2, 3; ψ_2(2,·) = 1, 5/4, 3; ψ_2(3,·) = 1, 2, 3: 4/3 + 29/18
    "yoon, mixture": (buyer([["1", "2", "3"]] * 2, THIRD, [HALF_STAYS]), "53/18", "3"),
    # ψ_2(2,2) = 2 − 8 · 3/4 < 0 < ψ_2(2,1)
    "yoon, not monotone": (buyer([["1", "2", "10"]] * 2, THIRD, [HALF_STAYS]), "62/9", "127/18"),
    "types stay": (buyer([["1", "2", "3"]] * 2, THIRD, [SAME], delta="1/2"), "2", "2"),
    # separable, 2 and 3 with 5 or 6 at the cost 11/2: virtual values 1 and 3: 0 + 1/2 at 6, and 15, 18: (1/2 + 19/2 + 25/2)/4 = 45/8
    "separable": (buyer([["0", "0"], ["10", "12", "15", "18"]], ["1/2", "1/2"], [KEPT], cost="11/2", idle=True), "45/8", "45/8"),
}


def load(document: Json) -> Any:
    return mechsynth.loads(json.dumps(document))


@pytest.mark.parametrize("name", KNOWN)
def test_known_bounds(name: str) -> None:
    document, paths, shocks = KNOWN[name]
    for reveal, value in (("paths", paths), ("shocks", shocks)):
        result = mechsynth.solve(load(document), "relaxed", reveal=reveal)
        assert (str(result.status), result.value) == ("holds", value), reveal
        assert result.check().accepted


# -- the definition, by common shocks -----------------------------------------------------------------------------------


def by_shocks(values: list[list[F]], prior: list[F], moves: list[list[list[F]]], delta: F, cost: F, reveal: str) -> float:
    """The bound for one buyer: every path of shocks leads each first type along a path of its own; the rule looks at the report and the shocks, or at the path reported."""
    types, periods = range(len(prior)), range(len(values))
    cells = []
    for law in moves:
        ends = sorted({c for row in law for c in accumulate(row)} | {F(0), F(1)})
        cells.append([(low, high - low) for low, high in pairwise(ends) if high > low])
    columns: dict[Any, int] = {}
    cost_row: dict[int, float] = {}
    gains: dict[tuple[int, int], dict[int, float]] = {(x, r): {} for x in types for r in types if x != r}

    def walk(x: int, shocks: tuple[int, ...]) -> tuple[int, ...]:
        found = [x]
        for t, e in enumerate(shocks):
            tops = list(accumulate(moves[t][found[-1]]))
            found.append(next(k for k, top in enumerate(tops) if top > cells[t][e][0]))
        return tuple(found)

    for t in periods:
        for shocks in product(*(range(len(c)) for c in cells[:t])):
            chance = delta**t
            for s, e in enumerate(shocks):
                chance *= cells[s][e][1]
            for r in types:
                told = walk(r, shocks)
                key = (t, r, shocks) if reveal == "shocks" else (t, told)
                column = columns.setdefault(key, len(columns))
                value = values[t][told[-1]]
                cost_row[column] = cost_row.get(column, 0.0) - float(prior[r] * chance * (value - cost))
                for x in types:
                    if x != r:
                        gains[x, r][column] = gains[x, r].get(column, 0.0) + float(chance * (values[t][walk(x, shocks)[-1]] - value))
    width, count = len(columns), len(prior)
    objective = np.zeros(width + count)
    for column, weight in cost_row.items():
        objective[column] = weight
    objective[width:] = [float(f) for f in prior]
    rows = []
    for (x, r), gain in gains.items():
        row = np.zeros(width + count)
        for column, weight in gain.items():
            row[column] = weight
        row[width + x] -= 1
        row[width + r] += 1
        rows.append(row)
    found = linprog(objective, A_ub=np.array(rows), b_ub=np.zeros(len(rows)), bounds=[(0, 1)] * width + [(0, None)] * count, method="highs")
    assert found.status == 0
    return -float(found.fun)


def law(rng: random.Random, count: int) -> list[F]:
    weights = [rng.choice((0, 1, 1, 2, 3)) for _ in range(count)]
    weights[rng.randrange(count)] += 1
    return [F(w, sum(weights)) for w in weights]


def test_random_buyers_by_common_shocks() -> None:
    rng, above = random.Random(29), 0
    for _ in range(60):
        periods = rng.choice((1, 2, 2, 3))
        sizes = [rng.randint(2, 3)] + [rng.randint(1, 3) for _ in range(periods - 1)]
        values = [[F(rng.randint(-1, 6)) for _ in range(n)] for n in sizes]
        prior = [f + F(1, 10) for f in law(rng, sizes[0])]
        prior = [f / sum(prior) for f in prior]
        moves = [[law(rng, sizes[t + 1]) for _ in range(sizes[t])] for t in range(periods - 1)]
        delta, cost = rng.choice((F(1), F(1, 2))), rng.choice((F(0), F(1), F(3, 2)))
        document = buyer(
            [[str(v) for v in own] for own in values],
            [str(f) for f in prior],
            [[[str(c) for c in row] for row in rows] for rows in moves],
            delta=str(delta),
            cost=str(cost),
        )
        bounds = []
        for reveal in ("paths", "shocks"):
            result = mechsynth.solve(load(document), "relaxed", reveal=reveal)
            assert result.check().accepted
            assert abs(float(F(result.value)) - by_shocks(values, prior, moves, delta, cost, reveal)) < 1e-7
            bounds.append(F(result.value))
        best = F(mechsynth.solve(load(document), "optimal").value)
        assert best <= bounds[0] <= bounds[1]
        above += best < bounds[0]
    assert above >= 1


def independent(seed: int) -> Json:
    """One or two agents with interdependent values, whose signals move each for itself, by actions or not."""
    rng = random.Random(seed)
    agents = ["a", "b"][: rng.choice((1, 2, 2))]
    periods = rng.choice((1, 2, 2))
    sizes = [[2 for _ in agents] for _ in range(periods)]
    moved = rng.random() < 0.5

    def table(shape: list[int], make: Any) -> Any:
        return make() if not shape else [table(shape[1:], make) for _ in range(shape[0])]

    stages = []
    for t in range(periods):
        actions = [f"a{k}" for k in range(rng.randint(1, 2) + 1)]
        stage: Json = {
            "signals": {name: [f"s{k}" for k in range(n)] for name, n in zip(agents, sizes[t], strict=True)},
            "actions": actions,
            "utilities": {name: table([len(actions), *sizes[t]], lambda: rng.randint(-2, 4)) for name in agents},
        }
        if t + 1 < periods:
            lead = [len(actions)] if moved else []
            stage["transition"] = {
                "independent": {
                    name: table([*lead, n], lambda t=t, i=i: [str(c) for c in law(rng, sizes[t + 1][i])])
                    for i, (name, n) in enumerate(zip(agents, sizes[t], strict=True))
                }
            }
        stages.append(stage)
    return {
        "format": "mechsynth-instance/1",
        "name": "independent",
        "horizon": periods,
        "discount": rng.choice(("1", "2/3")),
        "agents": agents,
        "prior": {"independent": {name: [str(c) for c in law(rng, n)] for name, n in zip(agents, sizes[0], strict=True)}},
        "periods": stages,
    }


def never_below(seed: int) -> None:
    """No mechanism earns more than the bound, in either sense of truth; and shocks never lower it."""
    environment = load(independent(seed))
    found = {reveal: mechsynth.solve(environment, "relaxed", reveal=reveal) for reveal in ("paths", "shocks")}
    assert all(result.check().accepted for result in found.values())
    bounds = {reveal: F(result.value) for reveal, result in found.items()}
    assert bounds["paths"] <= bounds["shocks"]
    for incentives in ("pepic", "pbic"):
        best = mechsynth.solve(environment, "optimal", incentives=incentives)
        if best.value is not None:
            assert F(best.value) <= bounds["paths"], incentives
    rule = mechsynth.solve(environment, "implement", transfers="full+now", require=["participation:entry"], objective="max-revenue")
    if rule.status == "optimal":
        assert F(rule.value) <= bounds["paths"]


def test_no_mechanism_earns_more_than_the_bound() -> None:
    for seed in range(40):
        never_below(seed)


@pytest.mark.slow
def test_no_mechanism_earns_more_than_the_bound_in_many() -> None:
    for seed in range(40, 600):
        never_below(seed)


# -- the closed form ----------------------------------------------------------------------------------------------------


def psi(result: Any) -> dict[tuple[str, ...], F]:
    told = result.certificate["closed"]["virtual"]
    return {tuple(row["reports"]): F(row["values"][1]) - F(row["values"][0]) for row in told}


def test_yoons_virtual_values() -> None:
    """Values 1, 2, 3 that stay with chance 2/3: ψ_1 = −1, 1, 3; ψ_2(1,·) = −1/2, 2, 3; ψ_2(2,·) = 1, 5/4, 3; ψ_2(3,·) = 1, 2, 3; 4/3 + 29/18."""
    result = mechsynth.solve(load(KNOWN["yoon, mixture"][0]), "relaxed")
    wanted = [[-1, 1, 3], [F(-1, 2), 2, 3], [1, F(5, 4), 3], [1, 2, 3]]
    names = ["v0", "v1", "v2"]
    found = psi(result)
    assert [found[(k,)] for k in names] == wanted[0]
    assert [[found[k, q] for q in names] for k in names] == wanted[1:]
    assert result.certificate["closed"]["value"] == result.value == "53/18"
    assert "no other lie about the first signal counts" in result.explain()


def test_where_the_closed_form_is_too_much() -> None:
    """1, 2, 10: ψ_2(2,2) = 2 − 8 · 3/4 = −4 below ψ_2(2,1) = 1: the formula comes to 7, the rows to 62/9."""
    result = mechsynth.solve(load(KNOWN["yoon, not monotone"][0]), "relaxed")
    found = psi(result)
    assert (found["v1", "v0"], found["v1", "v1"]) == (1, -4)
    assert (result.value, result.certificate["closed"]["value"]) == ("62/9", "7") and result.check().accepted
    words = result.explain()
    assert "too much" in words and "not monotone" in words


def test_forged_virtual_values_are_refused() -> None:
    raw = json.dumps(KNOWN["yoon, mixture"][0]).encode()
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "relaxed").to_bytes())
    assert accepted(good, raw)
    for change in (
        lambda closed: closed.update(value="3"),
        lambda closed: closed["virtual"][4]["values"].__setitem__(1, "0"),
        lambda closed: closed["virtual"][4].update(reports=["v0", "v2"]),
        lambda closed: closed["virtual"].pop(),
    ):
        bad = copy.deepcopy(good)
        change(bad["certificate"]["closed"])
        assert bad != good and not accepted(bad, raw)
    bad = copy.deepcopy(good)
    del bad["certificate"]["closed"]
    assert accepted(bad, raw), "it is no part of the bound"


# -- refusals and forgeries ---------------------------------------------------------------------------------------------


def test_correlated_agents_are_refused() -> None:
    document = next(each for seed in range(9) if len((each := independent(seed))["agents"]) == 2)
    document["prior"] = [["1/2", "0"], ["0", "1/2"]]
    with pytest.raises(UsageError, match=r"correlated: \(s0, s0\) has probability 1/2"):
        mechsynth.solve(load(document), "relaxed")


def accepted(document: Json, raw: bytes) -> bool:
    try:
        return bool(checker.check(json.dumps(document), raw).accepted)
    except MechsynthError:
        return False


def test_forged_bounds_are_refused() -> None:
    raw = document_bytes("battaglini", {"horizon": 3, "high": 5})
    result = mechsynth.solve(mechsynth.loads(raw), "relaxed")
    good = json.loads(result.to_bytes())
    assert accepted(good, raw) and good["value"] == "67/8"
    proof = good["certificate"]

    def forged(change: Any) -> Json:
        bad = copy.deepcopy(good)
        change(bad)
        assert bad != good
        return bad

    def lower(bad: Json) -> None:
        bad["value"] = "8"

    def lottery(bad: Json) -> None:
        bad["certificate"]["lotteries"][0][0] = ["1/2", "1/2"] if proof["lotteries"][0][0] != ["1/2", "1/2"] else ["1", "0"]

    def payoff(bad: Json) -> None:
        bad["certificate"]["payoffs"]["buyer"]["high"] = "0"

    def weight(bad: Json) -> None:
        bad["certificate"]["tempted"][0]["weight"] = "1"

    def missing(bad: Json) -> None:
        bad["certificate"]["tempted"] = []

    def negative(bad: Json) -> None:
        bad["certificate"]["tempted"].append({"agent": "buyer", "signal": "low", "report": "high", "weight": "-1/2"})

    def reveal(bad: Json) -> None:
        bad["question"]["reveal"] = "shocks"

    def short(bad: Json) -> None:
        bad["certificate"]["lotteries"][1].pop()

    for change in (lower, lottery, payoff, weight, missing, negative, reveal, short):
        assert not accepted(forged(change), raw), change.__name__


def test_a_worse_rule_with_its_own_value_is_refused() -> None:
    """Nothing is sold: lotteries and payoffs that meet the rows, but come to 0, which is not the bound."""
    raw = document_bytes("battaglini", {})
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "relaxed").to_bytes())
    bad = copy.deepcopy(good)
    bad["certificate"]["lotteries"] = [[["1", "0"] for _ in rows] for rows in good["certificate"]["lotteries"]]
    bad["certificate"]["payoffs"] = {"buyer": {"low": "0", "high": "0"}, "seller": {"-": "0"}}
    assert not accepted(bad, raw)
    assert not accepted({**bad, "value": "0"}, raw)
