"""Any rule and any target: where beliefs are convexly independent contingent payments reach them (before the last period), whatever the rule; a cycle of the last period forbids all.

The kernels here are made so that each agent's signal moves what the other will report next: the other's next signal is the own one with the largest weight, so the beliefs of three
signals over three reports are the rows of a strictly diagonally dominant matrix, which are independent, after every action; stacked over the actions that a lottery draws they stay so.
"""

from __future__ import annotations

import itertools
import json
import random
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check

from .from_definition import Game, possible

Json = dict[str, Any]
THREE = ("0", "1", "2")
PROFILES = list(itertools.product(range(3), range(3)))


def world(seed: int, last: str = "constant") -> tuple[Json, Json]:
    """An instance of two periods, and a rule: any lotteries in the first; in the second one action, or one that falls in the own signal."""
    rng = random.Random(seed)

    def chances(own: int) -> list[F]:
        weights = [rng.randrange(1, 4) for _ in range(3)]
        weights[own] = 10
        return [F(w, sum(weights)) for w in weights]

    def row(x: int, y: int) -> list[list[str]]:
        of_y, of_x = chances(x), chances(y)  # each one's next signal follows the other's signal now
        return [[str(of_x[i] * of_y[j]) for j in range(3)] for i in range(3)]

    def table() -> list[list[list[int]]]:
        return [[[rng.randrange(-9, 10) for _ in range(3)] for _ in range(3)] for _ in range(2)]

    periods = [
        {
            "signals": {"x": list(THREE), "y": list(THREE)},
            "actions": ["a", "b"],
            "utilities": {"x": table(), "y": table()},
            "transition": [[[row(i, j) for j in range(3)] for i in range(3)] for _ in range(2)],
        },
        {"signals": {"x": list(THREE), "y": list(THREE)}, "actions": ["a", "b"], "utilities": {"x": table(), "y": table()}},
    ]
    if last == "falling":  # a is worth k to x, and is taken at the lowest signal alone
        periods[1]["utilities"]["x"] = [[[k] * 3 for k in range(3)], [[0] * 3] * 3]
    def first() -> object:
        share = rng.randrange(1, 4)
        return rng.choice(["a", "b", {"a": f"{share}/4", "b": f"{4 - share}/4"}])

    second = [["a"]] if last == "constant" else [["a"], [{"a": "1/2", "b": "1/2"}], ["b"]]
    rule = {"format": "mechsynth-rule/1", "name": "any", "rule": [[[first() for _ in range(3)] for _ in range(3)], second]}
    instance = {
        "format": "mechsynth-instance/1",
        "name": "any",
        "horizon": 2,
        "discount": str(F(rng.randrange(1, 5), 4)),
        "agents": ["x", "y"],
        "prior": [["1/9"] * 3] * 3,
        "periods": periods,
    }
    return instance, rule


class Target:
    """Every agent's payoff of period 1 is a given number at every profile."""

    name = "target"

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.payoffs = [[F(rng.randrange(-20, 21), rng.randrange(1, 4)) for _ in PROFILES] for _ in range(2)]

    def rows(self, setting: mechsynth.Setting) -> None:
        for i, own in enumerate(self.payoffs):
            for k, value in enumerate(own):
                setting.row(self.name, f"{setting.names[i]} {setting.profiles[0][k]}", {setting.X[0][i][k]: 1}, "=", value)


WISHES = ("residual-claimant", "equal-shares", "no-payoff", "target")


@pytest.mark.parametrize("seed", range(200))
def test_any_rule_and_any_target_is_reached_by_contingent_payments(seed: int) -> None:
    instance, rule = world(seed)
    env = mechsynth.loads(json.dumps(instance))
    wish: Any = WISHES[seed % 4]
    require = [Target(seed) if wish == "target" else wish]
    result = mechsynth.solve(env, "implement", transfers="contingent", require=require, rule=rule, workers=1)
    assert str(result.status) == "feasible"
    assert result.check().accepted, result.check().reason


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("ask", ["contingent", "vcg-type", "static"])
def test_a_cycle_of_the_last_period_is_the_witness(seed: int, ask: str) -> None:
    """Where `a` is worth k and its chance is 1, 1/2, 0: the lies of a cycle exchange chances and gain (Rochet)."""
    instance, rule = world(seed, "falling")
    env = mechsynth.loads(json.dumps(instance))
    result = mechsynth.solve(env, ask, rule=rule, workers=1)
    assert str(result.status) == "infeasible"
    witness = result.document()["witness"]
    assert (witness["kind"], witness["agent"], witness["period"]) == ("cycle", "x", 2)
    cycle = [int(k) for k in witness["cycle"]]
    chance = [F(1), F(1, 2), F(0)]
    weight = sum(k * (chance[k] - chance[r]) for k, r in zip(cycle, cycle[1:] + cycle[:1], strict=True))
    assert F(witness["shortfall"]) == -weight > 0
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    assert "cycle of x in period 2" in verdict.statement
    assert "No." in result.explain()


SEEDS = range(30)


def small(seed: int) -> Game:
    """A game of two periods whose last rule is one action in half of the cases, so that not all fail there."""
    game = Game.drawn(900 + seed, 2)
    if seed % 2:
        game.rule[1] = {key: [F(1), F(0)] for key in game.rule[1]}
    if seed % 6 == 1:  # nobody's signal moves anything
        game.kernel = [dict.fromkeys(row, row[0, 0]) for row in game.kernel]
    return game


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ask", ["contingent", "vcg-type"])
def test_residual_claimants_under_given_rules_by_definition(seed: int, ask: str) -> None:
    game = small(seed)
    env = mechsynth.loads(json.dumps(game.instance()))
    result = mechsynth.solve(env, ask, rule=game.file(), workers=1)
    assert (str(result.status) == "feasible") == possible(game, ask, ["pepic", "residual-claimant"])
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    assert result.explain()
    same = mechsynth.solve(env, "implement", transfers=ask, require=["residual-claimant"], rule=game.file(), workers=1)
    assert same.status == result.status


def test_all_ends_occur() -> None:
    found = set()
    for seed in SEEDS:
        game = small(seed)
        result = mechsynth.solve(mechsynth.loads(json.dumps(game.instance())), "contingent", rule=game.file(), workers=1)
        found.add((str(result.status), (result.witness or {}).get("kind")))
    assert found == {("feasible", None), ("infeasible", "cycle"), ("infeasible", "farkas")}


def test_what_is_about_the_efficient_rule_alone_is_refused() -> None:
    instance, rule = world(1)
    env = mechsynth.loads(json.dumps(instance))
    with pytest.raises(mechsynth.UsageError, match="scope: "):
        mechsynth.solve(env, "contingent", scope="all", rule=rule)
    with pytest.raises(mechsynth.UsageError, match="last_period: "):
        mechsynth.solve(env, "contingent", last_period="constant", rule=rule)
    with pytest.raises(mechsynth.UsageError, match="rule: means nothing to pivot"):
        mechsynth.solve(env, "pivot", rule=rule)


def test_forged_answers_about_residual_claimants() -> None:
    """A payoff that is not the surplus, a block witness, a scope."""
    instance, rule = world(2)
    raw = json.dumps(instance)
    found = mechsynth.solve(mechsynth.loads(raw), "contingent", rule=rule).document()

    def more(entry: Any) -> Any:
        return [more(each) for each in entry] if isinstance(entry, list) else str(F(entry) + 1)

    own = found["mechanism"]["transfers"][0]["x"]
    own["later"] = more(own["later"])
    verdict = check(json.dumps(found), raw.encode())
    assert not verdict.accepted
    assert "payoff against the surplus of the rule, residual-claimant x t=1" in str(verdict.reason)
    found["question"]["scope"] = "all"
    with pytest.raises(mechsynth.InputError, match="scope policy"):
        check(json.dumps(found), raw.encode())


LIBRARY = Path(__file__).resolve().parents[2] / "instances"
FEW = ("liu2014-oil-leases", "hull-but-implementable", "hull-not-residual-claimant", "more-signals-than-outcomes", "no-correlation", "three-period-varying")
SOME = [LIBRARY / f"{name}.json" for name in FEW] + sorted((LIBRARY / "states").glob("*.json"))


@pytest.mark.parametrize("path", SOME, ids=lambda path: path.stem)
def test_the_efficient_rule_given_is_the_efficient_rule(path: Path) -> None:
    """By blocks, and by rows with targets: the same answer where both are asked, public states and what is not available included."""
    env = mechsynth.load(path)
    rule = mechsynth.solve(env, "policy").document()
    count = 0
    for ask, options in (("contingent", {}), ("vcg-type", {}), ("static", {}), ("implement", {"transfers": "full", "require": ["budget:ex-post"]})):
        try:
            first = mechsynth.solve(env, ask, workers=1, **options)
        except mechsynth.UsageError:
            continue
        given = mechsynth.solve(env, ask, rule=rule, workers=1, **options)
        assert given.status == first.status
        verdict = given.check()
        assert verdict.accepted, verdict.reason
        assert verdict.claims == ("efficient",)
        count += 1
    assert count
