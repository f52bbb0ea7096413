"""`--ties all`: every efficient rule is tried; a *no* and an optimum cover all that draw no lots."""

from __future__ import annotations

import copy
import itertools
import json
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check

Json = dict[str, Any]
INSTANCES = Path(__file__).resolve().parents[2] / "instances"


def world(values: list[int], other: list[int], actions: tuple[str, str] = ("a", "b")) -> str:
    """One period: action `a` is worth ``values[k]`` to x at her signal k and ``other[k]`` to y, who has one signal; `b` is worth nothing."""
    count = len(values)
    zero = [[0]] * count
    own, rest = [[v] for v in values], [[v] for v in other]
    order = [0, 1] if actions == ("a", "b") else [1, 0]
    return json.dumps(
        {
            "format": "mechsynth-instance/1",
            "name": "ties",
            "horizon": 1,
            "discount": "1",
            "agents": ["x", "y"],
            "prior": [[str(F(1, count))]] * count,
            "signals": {"x": [str(k) for k in range(count)], "y": ["-"]},
            "actions": list(actions),
            "utilities": {"x": [[own, zero][k] for k in order], "y": [[rest, zero][k] for k in order]},
        }
    )


SECOND = world([0, 1], [0, -2])  # a tie at 0, b at 1: with a at 0 the lies exchange it and gain 1, with b there is nothing to lie for
NONE = world([0, 1, 2], [1, -1, -3])  # a at 0, a tie at 1, b at 2: x wants a the more the higher her signal, whatever is done at 1


def rules(instance: Json) -> list[tuple[int, ...]]:
    """The efficient rules of such a world, by enumeration."""
    u = instance["utilities"]
    count = len(instance["signals"]["x"])
    worth = [[u["x"][a][k][0] + u["y"][a][k][0] for a in range(2)] for k in range(count)]
    return [rule for rule in itertools.product(range(2), repeat=count) if all(worth[k][rule[k]] == max(worth[k]) for k in range(count))]


def implementable(instance: Json, rule: tuple[int, ...]) -> bool:
    """Rochet for all pairs, which suffices for values that rise: no two signals gain by exchanging their actions."""
    u = instance["utilities"]["x"]
    return all(u[rule[k]][k][0] + u[rule[r]][r][0] >= u[rule[r]][k][0] + u[rule[k]][r][0] for k in range(len(rule)) for r in range(len(rule)))


def test_the_worlds_are_as_they_say() -> None:
    second, none = json.loads(SECOND), json.loads(NONE)
    assert [implementable(second, rule) for rule in rules(second)] == [False, True]
    assert [implementable(none, rule) for rule in rules(none)] == [False, False]


@pytest.mark.parametrize(("ask", "options"), [("implement", {"transfers": "history-independent"}), ("contingent", {}), ("vcg-type", {})])
def test_another_efficient_rule_may_do(ask: str, options: Json) -> None:
    env = mechsynth.loads(SECOND)
    assert str(mechsynth.solve(env, ask, **options).status) == "infeasible"
    found = mechsynth.solve(env, ask, ties="all", **options)
    assert str(found.status) == "feasible"
    assert [record["action"] for record in found.document()["mechanism"]["allocation"]] == ["b", "b"]
    assert found.document()["format"] == "mechsynth-result/2"
    verdict = found.check()
    assert verdict.accepted, verdict.reason
    assert "one of the efficient rules" in " ".join(found.explain().split())
    forged = copy.deepcopy(found.document())
    del forged["question"]["ties"]
    forged["format"] = "mechsynth-result/1"
    refused = check(forged, SECOND.encode())
    assert not refused.accepted
    assert "the first of several optimal actions" in str(refused.reason)


@pytest.mark.parametrize(("ask", "options"), [("implement", {"transfers": "history-independent"}), ("contingent", {}), ("vcg-type", {})])
def test_a_no_covers_every_efficient_rule(ask: str, options: Json) -> None:
    found = mechsynth.solve(mechsynth.loads(NONE), ask, ties="all", **options)
    assert str(found.status) == "infeasible"
    verdict = found.check()
    assert verdict.accepted, verdict.reason
    assert verdict.statement.endswith("Nor does it any other of the 2 efficient rules that draw no lots: all of them are tried.")
    assert "not tried" not in verdict.statement.replace("other rules are not tried", "")
    assert "every efficient rule was tried" in " ".join(found.explain().split())
    (other,) = found.certificate["rules"]
    assert [record["action"] for record in other["mechanism"]["allocation"]] == ["a", "b", "b"]


def _refused(found: Json, data: str) -> str:
    try:
        verdict = check(found, data.encode())
    except mechsynth.InputError as error:
        return str(error)
    assert not verdict.accepted
    return str(verdict.reason)


def test_forged_answers_about_all_rules() -> None:
    found = mechsynth.solve(mechsynth.loads(NONE), "implement", transfers="history-independent", ties="all").document()
    gone = copy.deepcopy(found)
    del gone["certificate"]["rules"]
    assert "1 of 2 efficient rules" in _refused(gone, NONE)
    twice = copy.deepcopy(found)
    twice["certificate"]["rules"] *= 2
    assert "stands twice" in _refused(twice, NONE)
    other = copy.deepcopy(found)
    other["certificate"]["rules"][0]["question"]["transfers"] = "full"
    assert "another question" in _refused(other, NONE)
    unclaimed = copy.deepcopy(found)
    del unclaimed["certificate"]["rules"][0]["certificate"]["claims"]
    assert "another question" in _refused(unclaimed, NONE)
    false = copy.deepcopy(found)
    false["certificate"]["rules"][0]["witness"]["shortfall"] = "7"
    assert "shortfall" in _refused(false, NONE)
    beside = copy.deepcopy(found)
    del beside["question"]["ties"]
    beside["format"] = "mechsynth-result/1"
    assert "certificate.rules" in _refused(beside, NONE)
    drawn = copy.deepcopy(found)
    lots = {"format": "mechsynth-rule/1", "name": "efficient", "rule": [[["a"], [{"a": "1/2", "b": "1/2"}], ["b"]]]}
    coin = mechsynth.solve(mechsynth.loads(NONE), "implement", transfers="history-independent", rule=lots, relax=False).document()
    assert coin["certificate"]["claims"] == ["efficient"]
    drawn["certificate"]["rules"] = [coin]
    assert "a rule that draws" in _refused(drawn, NONE)
    second = mechsynth.solve(mechsynth.loads(SECOND), "implement", transfers="history-independent").document()
    does = {"format": "mechsynth-rule/1", "name": "efficient", "rule": [[["b"]]]}
    mixed = copy.deepcopy(second)
    mixed["question"]["ties"], mixed["format"] = "all", "mechsynth-result/2"
    mixed["certificate"]["rules"] = [mechsynth.solve(mechsynth.loads(SECOND), "implement", transfers="history-independent", rule=does).document()]
    assert 'status "feasible": not settled' in _refused(mixed, SECOND)
    had = mechsynth.solve(mechsynth.loads(SECOND), "implement", transfers="history-independent", ties="all").document()
    had["certificate"]["rules"] = []
    assert "certificate.rules" in _refused(had, SECOND)
    inefficient = copy.deepcopy(found)
    for record in inefficient["mechanism"]["allocation"]:
        record["action"] = "b"
    assert "efficiency" in _refused(inefficient, NONE)


def test_the_best_over_all_rules() -> None:
    """Trade at ties costs 3/64 for each of four; with `trade` first in file order the first rule earns -5/32, the best one 1/32."""
    raw = json.loads((INSTANCES / "rules" / "trade-at-ties.json").read_bytes())
    raw["actions"] = raw["actions"][::-1]
    for agent in raw["utilities"].values():
        agent["private"] = agent["private"][::-1]
    data = json.dumps(raw)
    options: Json = {"transfers": "history-independent", "incentives": "pbic", "require": ["participation:interim"], "objective": "max-revenue"}
    env = mechsynth.loads(data)
    assert mechsynth.solve(env, "implement", **options).value == "-5/32"
    found = mechsynth.solve(env, "implement", ties="all", **options)
    assert (str(found.status), found.value) == ("optimal", "1/32")
    assert len(found.certificate["rules"]) == 15
    values = sorted(F(each["value"]) for each in found.certificate["rules"])
    assert values == sorted(F(1, 32) - F(3, 64) * n for n in (1,) * 4 + (2,) * 6 + (3,) * 4 + (4,))
    verdict = found.check()
    assert verdict.accepted, verdict.reason
    assert verdict.statement.endswith("Nor does better any other of the 16 efficient rules that draw no lots: all of them are tried.")
    worse = copy.deepcopy(found.document())
    best = next(k for k, each in enumerate(worse["certificate"]["rules"]) if each["value"] == "-1/64")
    other = worse["certificate"]["rules"][best]
    # the answer about another rule in front, the best one among the others
    front = copy.deepcopy(other)
    front["question"] = dict(worse["question"])
    front["certificate"] = {k: v for k, v in other["certificate"].items() if k not in ("rule", "claims")}
    front["certificate"]["ties"] = worse["certificate"]["ties"]
    front["certificate"]["rules"] = [each for each in worse["certificate"]["rules"] if each is not other]
    assert "15 of 16 efficient rules" in _refused(front, data)
    front["certificate"]["rules"].append(mechsynth.solve(env, "implement", rule=found, **options).document())
    assert "1/32 is better than the value of the result" in _refused(front, data)


def test_what_ties_do_not_go_with() -> None:
    env = mechsynth.loads(SECOND)
    rule = {"format": "mechsynth-rule/1", "constant": "a"}
    for ask, options in (
        ("implement", {"rule": rule}),
        ("implement", {"transfers": "smallest"}),
        ("contingent", {"scope": "all"}),
        ("contingent", {"last_period": "constant"}),
    ):
        with pytest.raises(mechsynth.UsageError, match="ties: beside"):
            mechsynth.solve(env, ask, ties="all", **options)


def test_more_rules_than_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mechsynth.asks.tied.MOST", 1)
    found = mechsynth.solve(mechsynth.loads(NONE), "implement", transfers="history-independent", ties="all")
    assert str(found.status) == "unknown"
    assert "there are 2 efficient rules" in found.certificate["reason"]


def test_without_ties_nothing_is_left_open() -> None:
    data = world([1, 2], [0, 0])
    found = mechsynth.solve(mechsynth.loads(world([0, 1], [1, -2])), "implement", transfers="history-independent", ties="all")
    assert str(found.status) == "infeasible"
    assert found.check().statement.endswith("There is no other efficient rule.")
    assert str(mechsynth.solve(mechsynth.loads(data), "implement", transfers="history-independent", ties="all").status) == "feasible"
