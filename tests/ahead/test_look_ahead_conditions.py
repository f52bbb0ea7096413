"""Convex independence and spanning with a look-ahead: known answers, laws added up path by path, and forged proofs."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import z3

import mechsynth
from mechsynth.errors import MechsynthError

from .words import Told, drawn, rank

KNOWN = Path(__file__).resolve().parents[2] / "instances" / "look-ahead"
ASKS = ("convex-independence", "spanning")


def environment(name: str) -> mechsynth.Environment:
    return mechsynth.load(KNOWN / f"{name}.json")


def asked(of: mechsynth.Environment, ask: str, scope: str, look: Any) -> dict[str, Any]:
    answer = mechsynth.solve(of, ask, scope=scope, look_ahead=look)
    verdict = answer.check()
    assert verdict.accepted, verdict.reason
    assert answer.explain()
    found: dict[str, Any] = json.loads(answer.to_bytes())
    return found


# Dimensions of O_1, O_2, … of agent one, and the smallest look-ahead of her blocks with all actions; derived by hand from the chains.
DIMENSIONS = {
    "counter": ([2, 4, 6], 2),  # x counts down: the next report tells 0 from the rest, the second 1 from 2
    "plateau": ([2, 4, 6, 8], None),  # after reset signals 2 and 3 go to the same state
    "tight": ([2, 3, 4], 3),  # 1 + |Θ| − |Θ^{-i}| = 1 + 4 − 2: the bound is attained
    "never": ([2, 4], None),  # 1 looks for ever like ½·0 + ½·2
    "hidden": ([2], None),  # independent chains
    "spanning-24": ([2, 4, 6], 2),
    "spanning-40": ([2, 4, 6], 2),
    "spanning-54": ([2, 4, 6], 2),
}


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("name", DIMENSIONS)
def test_known_dimensions_and_lengths(name: str, ask: str) -> None:
    of, (dimensions, length) = environment(name), DIMENSIONS[name]
    found = asked(of, ask, "all", "auto")
    assert found["certificate"]["dimensions"]["one"] == dimensions
    own = found["certificate"]["agents"]["one"]
    assert own.get("look-ahead") == length and ("never" in own) == (length is None)
    # in every instance here some block of agent two never shows anything: a reset, or an action after which her signal is drawn anew
    assert found["status"] == "fails" and "never" in found["certificate"]["agents"]["two"]


@pytest.mark.parametrize("ask", ASKS)
def test_the_bound_is_attained(ask: str) -> None:
    """Of agent one: at 1 and 2 a failure, at 3 none; along the rule two periods are enough for both agents."""
    of = environment("tight")
    for k, fails in ((1, True), (2, True), (3, False)):
        found = asked(of, ask, "all", k)
        whose = {entry["agent"] for entry in found["certificate"]["failures"]}
        assert ("one" in whose) is fails and "two" in whose
    assert [asked(of, ask, "policy", k)["status"] for k in (1, 2, 3)] == ["fails", "holds", "holds"]
    assert asked(of, ask, "policy", "auto")["certificate"]["agents"] == {
        "one": {**asked(of, ask, "policy", "auto")["certificate"]["agents"]["one"], "look-ahead": 2},
        "two": {"look-ahead": 1, **({"separators": []} if ask == "convex-independence" else {})},
    }


@pytest.mark.parametrize("ask", ASKS)
def test_the_bound_is_attained_by_all_who_report(ask: str) -> None:
    """With agent two's signal public, agent one alone reports: every action, 1, 2 and 3 periods, and 3 = 1 + |Θ| − |Θ^{-i}|."""
    of = environment("tight-public")
    assert [asked(of, ask, "all", k)["status"] for k in (1, 2, 3)] == ["fails", "fails", "holds"]
    found = asked(of, ask, "all", "auto")
    assert found["status"] == "holds" and found["certificate"]["agents"]["one"]["look-ahead"] == 3 == 1 + 4 - 2


def test_never_is_told() -> None:
    of = environment("never")
    answer = mechsynth.solve(of, "convex-independence", look_ahead="auto")
    assert answer.witness is not None and answer.witness["kind"] == "invariant" and answer.witness["weights"] == {"0": "1/2", "2": "1/2"}
    (row,) = [[Fraction(v) for v in row] for row in answer.witness["basis"]]
    assert [v / row[0] for v in row] == [1, 1, -2, -2, 1, 1]
    told = " ".join(answer.explain().split())
    assert "Signal 1 looks for ever like a half-half mixture of 0 and 2" in told


def mixed(rows: list[list[Fraction]], own: int) -> bool:
    """Whether one row is a mixture of the others."""
    solver = z3.Solver()
    weights = [z3.Real(f"w{k}") for k in range(len(rows))]
    solver.add(weights[own] == 0, z3.Sum(weights) == 1, *(w >= 0 for w in weights))
    for column in range(len(rows[0])):
        solver.add(z3.Sum([w * z3.Q(row[column].numerator, row[column].denominator) for w, row in zip(weights, rows, strict=True)]) == z3.Q(rows[own][column].numerator, rows[own][column].denominator))
    return bool(solver.check() == z3.sat)


@pytest.mark.parametrize("seed", range(12))
def test_drawn_instances(seed: int) -> None:
    """Every answer at k = 1, 2, 3 against the laws of all words of exactly k letters; what holds at k holds at k + 1; the smallest is the smallest."""
    of = mechsynth.loads(json.dumps(drawn(seed)))
    told = Told(of, mechsynth.solve(of, "policy").document()["mechanism"]["allocation"])
    for scope in ("all", "policy"):
        for ask in ASKS:
            truth: dict[int, dict[str, bool]] = {}
            for k in (1, 2, 3, 4):
                truth[k] = {}
                for agent, name in enumerate(told.agents):
                    fine = True
                    for action, members, need in told.blocks(agent, scope):
                        laws = [told.law(agent, action, p, k) for p in members]
                        words = sorted({word for law in laws for word in law})
                        rows = [[law.get(word, Fraction(0)) for word in words] for law in laws]
                        independent = rank(rows) == len(rows)
                        fine &= independent or (ask == "convex-independence" and not any(mixed(rows, own) for own in need))
                    truth[k][name] = fine
                if k > 1:
                    assert all(truth[k][name] or not truth[k - 1][name] for name in told.agents)
                if k < 4:
                    assert asked(of, ask, scope, k)["status"] == ("holds" if all(truth[k].values()) else "fails"), (scope, ask, k)
            given = asked(of, ask, scope, "auto")["certificate"]["agents"]
            for name in told.agents:  # |Θ| = 6 and two or three profiles of the others: by 5 everything is seen, and here by 4
                smallest = next((k for k in truth if truth[k][name]), None)
                assert given[name].get("look-ahead") == smallest, (scope, ask, name)


@pytest.mark.parametrize("ask", ASKS)
def test_one_period_is_what_it_was(ask: str) -> None:
    """Byte for byte, said or not."""
    of = environment("counter")
    assert mechsynth.solve(of, ask, look_ahead=1).to_bytes() == mechsynth.solve(of, ask).to_bytes()
    assert b"look_ahead" not in mechsynth.solve(of, ask).to_bytes()


def test_a_finite_horizon_ends() -> None:
    """With T periods there are T − t reports left: from the last but one on, a longer look-ahead sees nothing more."""
    document = json.loads((KNOWN / "counter.json").read_text())
    short = mechsynth.loads(json.dumps(document | {"horizon": 2}))
    assert asked(short, "spanning", "policy", 2)["status"] == "fails"
    long = mechsynth.loads(json.dumps(document | {"horizon": 4}))
    found = asked(long, "convex-independence", "policy", "auto")
    assert found["status"] == "fails" and found["witness"]["kind"] == "convex-combination" and found["witness"]["period"] >= 1
    # in period 3 one more report is left, and signals 1 and 2 expect the same of it
    places = {(entry["agent"], entry["period"]) for entry in asked(long, "convex-independence", "policy", 2)["certificate"]["failures"]}
    assert ("one", 3) in places and ("one", 1) not in places and ("one", 2) not in places


def forged(found: dict[str, Any], of: mechsynth.Environment) -> bool:
    from mechsynth.check import check
    from mechsynth.instance import to_bytes

    try:
        return not check(json.dumps(found), to_bytes(of)).accepted
    except MechsynthError:
        return True


def changed(found: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    copied = copy.deepcopy(found)
    at: Any = copied
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = to
    return copied


def test_forged_proofs_are_refused() -> None:
    of = environment("tight")
    for ask in ASKS:
        good = asked(of, ask, "policy", 2)
        assert not forged(good, of)
        assert forged(changed(good, "question", "look_ahead", to=1), of)
        assert forged(changed(good, "status", to="fails"), of)
        bare = copy.deepcopy(good)
        del bare["question"]["look_ahead"]
        assert forged(bare, of) and forged(bare | {"format": "mechsynth-result/1"}, of), "one period is not enough"
        bad = asked(of, ask, "all", 2)
        assert not forged(bad, of)
        for k in (3, 4):
            more = changed(bad, "question", "look_ahead", to=k)
            more["certificate"]["failures"] = [entry for entry in bad["certificate"]["failures"] if entry["agent"] == "one"]
            assert forged(more | {"witness": more["certificate"]["failures"][0]}, of), "what is seen in the third report"
        auto = asked(of, ask, "policy", "auto")
        assert not forged(auto, of)
        assert forged(changed(auto, "certificate", "agents", "one", "look-ahead", to=1), of)
        assert forged(changed(auto, "certificate", "agents", "one", "look-ahead", to=3), of), "not the smallest"
        assert forged(changed(auto, "certificate", "dimensions", "one", to=[2, 3]), of)
        assert forged(changed(auto, "certificate", "dimensions", "one", to=[2, 3, 4, 4]), of)
        missing = copy.deepcopy(auto)
        del missing["certificate"]["agents"]["two"]
        assert forged(missing, of)
    of = environment("never")
    good = asked(of, "convex-independence", "all", "auto")
    assert not forged(good, of)

    def both(*path: Any, to: Any) -> dict[str, Any]:
        return changed(changed(good, "witness", *path, to=to), "certificate", "agents", "one", "never", *path, to=to)

    assert not forged(both("weights", "0", to="1/2"), of)
    assert forged(both("weights", to={"0": "1"}), of)
    assert forged(both("basis", 0, 0, to="7"), of)
    assert forged(both("basis", to=[]), of)
    assert forged(both("shortfall", to="1"), of)
    counter = environment("counter")
    stranger = asked(counter, "spanning", "all", "auto")
    assert forged(changed(stranger, "certificate", "agents", "one", to={"never": stranger["certificate"]["agents"]["one"]["before"]}), counter)


@pytest.mark.parametrize("value", ["0", "00", "-1", "two", "1.5", "1000", 0, True])
def test_what_is_no_number_of_periods(value: Any) -> None:
    with pytest.raises(MechsynthError, match="look_ahead"):
        mechsynth.solve(environment("hidden"), "spanning", look_ahead=value)
