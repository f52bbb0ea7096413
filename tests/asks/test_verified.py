"""Answers of strength ``verified``: rounded multipliers ``y ≥ 0`` and a bound ``M``.

With the residual ``r = Aᵀy`` a mechanism would satisfy ``r · x ≥ y · b``. If ``y · b > Σ_j |r_j| |x_j|`` whenever no payment exceeds ``M``, there is
none with such payments. The multiplication is done again here, with payoffs bounded by iterating their recursion.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from fractions import Fraction as F
from functools import cache
from typing import Any

import numpy as np
import pytest
from properties.strategies import data
from test_conflicts import POOL, Case, case, program_of
from test_implement import environment, small

import mechsynth
from mechsynth.asks.implement import solve as implement
from mechsynth.check import check
from mechsynth.environment import Environment
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.instance import to_bytes
from mechsynth.program.synthesis import Setting
from mechsynth.prove import lifting, parts
from mechsynth.result import Result, Status, Strength

Json = dict[str, Any]


def verified(env: Environment, transfers: str, *require: str) -> Result:
    return mechsynth.solve(env, "implement", transfers=transfers, require=require, strength="verified")


@cache
def answers() -> list[tuple[Case, Result]]:
    return [(drawn, verified(environment(drawn[0]), drawn[1], *drawn[2])) for drawn in map(case, range(60))]


def bounded_ones() -> list[tuple[Case, Result]]:
    return [(drawn, result) for drawn, result in answers() if result.strength is Strength.VERIFIED]


def open_ones() -> list[tuple[Case, Result]]:
    """Those whose requirements keep no payment small."""
    return [(drawn, result) for drawn, result in bounded_ones() if not any(w.startswith("bounded") for w in drawn[2])]


def payoff(env: Environment, most: F) -> F:
    """The most that payoffs can be, period by period: ``max |u| + M`` now, ``δM`` owed, and the rest of the horizon."""
    largest = max(
        F(abs(int(n)), period.utilities.den)
        for period in (env.period(t) for t in range(1, env.last + 1))
        for n in period.utilities.num.ravel()
    )
    each = largest + most + env.discount * most
    if env.horizon is None:
        return each / (1 - env.discount)
    total = F(0)
    for _ in range(env.horizon):
        total = each + env.discount * total
    return total


def excludes(env: Environment, drawn: Case, result: Result, most: F) -> bool:
    """Whether the multipliers exclude payments up to ``most``, multiplied out in fractions."""
    rows = program_of(env, drawn[1], drawn[2]).labelled()
    assert result.witness is not None
    left = {name: F(value) for name, value in result.witness["multipliers"].items()}
    residual: dict[str, F] = {}
    total = F(0)
    for row in rows.rows:
        y = left.pop(row.name, F(0))
        assert y >= 0 or row.sense == "="
        total += y * row.right
        for column, value in row.coefficients.items():
            residual[column] = residual.get(column, F(0)) + y * value
    assert not left and total == F(result.witness["shortfall"])
    size = {"X": payoff(env, most), "D": payoff(env, most)}
    return total > sum((abs(v) * size.get(name.split(" ")[0], most) for name, v in residual.items()), F(0))


def fits(found: Result, exact: Status) -> bool:
    """Whether an answer is the exact one; a bound that no requirement keeps leaves a no open."""
    return found.status is exact or (exact is Status.INFEASIBLE and found.status is Status.UNKNOWN and bool(found.certificate["bound"]))


def test_both_strengths_agree() -> None:
    """What is excluded within a bound has no solution at all, says the exact answer; and what has one is found."""
    assert len(bounded_ones()) >= 15
    for drawn, result in answers():
        exact = mechsynth.solve(environment(drawn[0]), "implement", transfers=drawn[1], require=drawn[2])
        assert fits(result, exact.status), drawn


def test_a_bound_is_a_no_only_where_a_requirement_keeps_it() -> None:
    """Larger payments are excluded by the requirement ``bounded:B`` with B up to the bound, and by nothing else."""
    kept = 0
    assert len(open_ones()) >= 8
    for drawn, result in open_ones():
        assert result.status is Status.UNKNOWN
        document = json.loads(result.to_bytes())
        document["status"] = "infeasible"
        verdict = check(document, to_bytes(environment(drawn[0])))
        assert not verdict.accepted and "proves less than was asked" in (verdict.reason or "")
        assert "Ask the same question anew" in (verdict.reason or "")
        closed = verified(environment(drawn[0]), drawn[1], *drawn[2], "bounded:1000")
        if closed.strength is Strength.VERIFIED:
            kept += 1
            assert closed.status is Status.INFEASIBLE and closed.check().accepted
            assert closed.witness is not None and "bounded:1000" in closed.witness["conflict"]
            larger = json.loads(closed.to_bytes())
            larger["certificate"]["bound"] = "999"
            assert not check(larger, to_bytes(environment(drawn[0]))).accepted
    assert kept >= 5


def test_the_words_of_a_bound() -> None:
    for _, result in open_ones()[:4]:
        verdict, words = result.check(), " ".join(result.explain().split())
        power = f"10^{len(str(result.certificate['bound'])) - 1}"
        assert verdict.accepted and verdict.statement.startswith("The question is not decided; this is proved: No ")
        assert f"payments of at most {power} in absolute value" in verdict.statement and "not excluded" in verdict.statement
        assert "Unknown: the question is not decided. This is proved: No" in words
        assert f"payments of at most {power} in absolute value" in words and "No. No" not in words


def test_bounds_are_large_and_proved() -> None:
    for drawn, result in bounded_ones():
        env = environment(drawn[0])
        bound = F(str(result.certificate["bound"]))
        assert bound >= 10**9, drawn
        assert excludes(env, drawn, result, bound), drawn
        verdict = result.check()
        assert verdict.accepted, (drawn, verdict)
        assert "verified" in result.explain()


def test_numbers_are_short() -> None:
    for _, result in bounded_ones():
        assert result.witness is not None
        assert all(len(value) < 90 for value in result.witness["multipliers"].values())


def bent(document: Json, rng: random.Random) -> Iterator[tuple[str, Json]]:
    """What must not be believed."""

    def copied() -> Json:
        return copy.deepcopy(document)

    multipliers = document["witness"]["multipliers"]
    names = list(multipliers)
    other = copied()
    other["certificate"]["bound"] = str(int(document["certificate"]["bound"]) * 10**60)
    yield "a bound that is too large", other
    for value in ("0", "-5", "x"):
        other = copied()
        other["certificate"]["bound"] = value
        yield f"the bound {value}", other
    other = copied()
    del other["certificate"]["bound"]
    yield "no bound", other
    other = copied()
    other["strength"] = "exact"
    yield "exact with a bound", other
    del other["certificate"]["bound"]
    other = copy.deepcopy(other)
    yield "exact with a residual", other
    name = rng.choice(names)
    other = copied()
    other["witness"]["multipliers"][name] = str(F(multipliers[name]) + F(1, 10**6))
    yield f"{name} moved", other
    other = copied()
    del other["witness"]["multipliers"][name]
    yield f"{name} left out", other
    inequality = next((n for n in names if n.startswith("pepic")), None)
    if inequality is not None:
        other = copied()
        other["witness"]["multipliers"][inequality] = str(-F(multipliers[inequality]))
        yield "a rate below 0", other
    other = copied()
    other["witness"]["shortfall"] = str(2 * F(document["witness"]["shortfall"]))
    yield "another shortfall", other


def test_bent_answers_are_refused() -> None:
    rng = random.Random(1)
    done = 0
    for drawn, result in bounded_ones()[:12]:
        env = environment(drawn[0])
        document = json.loads(result.to_bytes())
        assert check(document, to_bytes(env)).accepted
        exact_zero = all(F(v).denominator < 10**6 for v in document["witness"]["multipliers"].values())
        for what, other in bent(document, rng):
            if exact_zero and what in ("a bound that is too large", "exact with a residual"):
                continue  # such multipliers are exact as they stand
            try:
                accepted = check(other, to_bytes(env)).accepted
            except MechsynthError:
                accepted = False
            assert not accepted, (drawn, what)
            done += 1
    assert done >= 80


def test_other_answers_cannot_be_verified() -> None:
    env = environment(3)
    for ask, transfers in (("implement", "full"), ("contingent", None), ("policy", None)):
        result = mechsynth.solve(env, ask, transfers=transfers)
        document = json.loads(result.to_bytes())
        document["strength"] = "verified"
        assert not check(document, to_bytes(env)).accepted


def test_multipliers_that_are_too_long_are_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where exact multipliers would take too long the answer falls back on rounded ones, unasked, and says so."""
    from mechsynth.prove import linear, systems

    monkeypatch.setattr(lifting, "MOST_STEPS", 2)
    monkeypatch.setattr(systems, "DENSE", 0)
    monkeypatch.setattr(systems, "FEW", 0)
    monkeypatch.setattr(systems, "FILL", 0)
    monkeypatch.setattr(linear, "WORK", 0)
    drawn, exact = next((d, r) for d, r in answers() if r.strength is Strength.VERIFIED)
    result = mechsynth.solve(environment(drawn[0]), "implement", transfers=drawn[1], require=drawn[2])
    assert (result.status, result.strength) == (exact.status, Strength.VERIFIED)
    assert result.check().accepted


@pytest.mark.parametrize("power", [3, 6, 9, 12, 20])
def test_payments_beyond_every_bound_are_not_excluded_by_mistake(power: int) -> None:
    """Beliefs that differ by 10^-k need payments of some 10^k: there are such payments, so no proof may say that there are none."""
    small = F(1, 10**power)
    kernel = [[[[[F(1, 2) + s * small, F(1, 2) - s * small]]] for s in (0, 1)]]
    env = Environment(
        ["one", "two"],
        horizon=2,
        discount=1,
        periods=[
            {
                "signals": {"one": ["l", "h"], "two": ["-"]},
                "actions": ["a", "b"],
                "utilities": {"one": [[[0], [0]], [[5], [0]]], "two": [[[6], [0]], [[0], [3]]]},
                "transition": [kernel[0], kernel[0]],
            },
            {
                "signals": {"one": ["-"], "two": ["l", "h"]},
                "actions": ["only"],
                "utilities": {"one": [[[0, 0]]], "two": [[[0, 0]]]},
            },
        ],
    )
    for strength in ("exact", "verified"):
        result = mechsynth.solve(env, "implement", transfers="contingent", strength=strength)
        assert result.status is Status.FEASIBLE and result.check().accepted
        bounded = mechsynth.solve(
            env, "implement", transfers="contingent", require=["bounded:100"], strength=strength
        )
        assert bounded.status is Status.INFEASIBLE and bounded.check().accepted


class Impossible:
    """A user's requirement: the first payoff is 0 and 1."""

    def __init__(self, name: str) -> None:
        self.name = name

    def rows(self, setting: Setting) -> None:
        column = setting.X[0][0][:1]
        one = np.ones(1, dtype=np.int64)
        for value in (0, 1):
            setting.program.add_rows([f"{self.name} {value}"], [column], [one], 1, [F(value)], self.name, equal=True)


def test_names_do_not_make_a_requirement_evident() -> None:
    """Without incentives a balanced budget is evident; what only bears its name is refused, and under another name is a conflict by itself."""
    with pytest.raises(UsageError, match=r"'budget:ex-post' is taken.*choose another name"):
        mechsynth.solve(environment(1), "implement", transfers="full", require=[Impossible("budget:ex-post")])
    result = mechsynth.solve(environment(1), "implement", transfers="full", require=[Impossible("both")])
    assert result.status is Status.INFEASIBLE and result.check().accepted
    assert result.witness is not None and result.witness["conflict"] == ["both"]


def test_balanced_payments_are_short() -> None:
    """Three agents, ex post balance with room to spare: payments on a coarse grid, not a vertex of a hundred digits."""
    env = mechsynth.load("instances/ex-post-balance-three-agents.json")
    for transfers in ("contingent", "full"):
        result = mechsynth.solve(env, "implement", transfers=transfers, require=["budget:ex-post"])
        assert result.status is Status.FEASIBLE and result.check().accepted
        assert result.mechanism is not None
        document = json.loads(result.to_bytes())
        text = json.dumps(document["mechanism"]["transfers"])
        assert max(len(number.strip('"')) for number in text.replace("[", " ").replace("]", " ").replace(",", " ").split()) < 16


def test_relaxations_on_request() -> None:
    drawn, _ = bounded_ones()[0]
    env = environment(drawn[0])
    asked = mechsynth.solve(env, "implement", transfers=drawn[1], require=drawn[2], relax=True)
    left = mechsynth.solve(env, "implement", transfers=drawn[1], require=drawn[2], relax=False)
    assert len(asked.relaxations) == len(asked.witness["conflict"]) and not left.relaxations  # type: ignore[index]




@pytest.mark.parametrize("digits", [25, 320])
def test_numbers_beyond_every_float(digits: int) -> None:
    """Utilities of 10^320 next to probabilities of thirds: the answer scales with them."""
    model = json.loads(to_bytes(environment(2)))
    for agent, table in model["utilities"].items() if "utilities" in model else ():
        model["utilities"][agent] = _times(table, 10**digits)
    for period in model.get("periods", ()):
        for agent, table in period["utilities"].items():
            period["utilities"][agent] = _times(table, 10**digits)
    large = mechsynth.loads(json.dumps(model).encode())
    for transfers in ("vcg-type", "full"):
        result = mechsynth.solve(large, "implement", transfers=transfers, require=["budget:ex-post"])
        usual = mechsynth.solve(environment(2), "implement", transfers=transfers, require=["budget:ex-post"])
        assert result.status in (usual.status, Status.UNKNOWN)
        if result.status is not Status.UNKNOWN:
            assert result.check().accepted


def _times(table: Any, factor: int) -> Any:
    return [_times(entry, factor) for entry in table] if isinstance(table, list) else str(F(str(table)) * factor)


@cache
def wide(seed: int) -> Environment:
    """Two agents with four and three signals: of the one's three lies at a signal, one is to no neighbour."""
    return mechsynth.loads(data(small(seed, shapes=((4, 3),), horizons=("infinite", 2))))


@pytest.mark.parametrize("seed", range(16))
def test_large_programs_are_decided_as_small_ones(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried first on a large program (a construction, the lies to neighbours, equalities kept hard) changes no verdict."""
    wishes = random.Random(seed).sample(POOL, 2)
    transfers = ("contingent", "full")[seed % 2]
    usual = mechsynth.solve(wide(seed), "implement", transfers=transfers, require=wishes, relax=False)
    for room in (parts, implement):
        monkeypatch.setattr(room, "LARGE", 0)
    for strength in ("exact", "verified"):
        found = mechsynth.solve(wide(seed), "implement", transfers=transfers, require=wishes, strength=strength)
        assert fits(found, usual.status), (wishes, transfers)
        assert found.check().accepted


def test_some_refutations_do_without_lies_to_others_than_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both happen: lies to neighbours refute, and they do not though the whole program is refuted."""
    tried = []
    real = implement.refuted_by_neighbours

    def spy(*given: Any) -> Any:
        tried.append(real(*given))
        return tried[-1]

    monkeypatch.setattr(implement, "refuted_by_neighbours", spy)
    monkeypatch.setattr(implement, "LARGE", 0)
    by_neighbours = by_others = 0
    for seed in range(40):
        before = len(tried)
        result = mechsynth.solve(
            wide(seed), "implement", transfers="full", require=["no-subsidy", "bounded:1/3"], strength="verified"
        )
        if result.status is Status.INFEASIBLE and len(tried) > before:
            by_neighbours += tried[-1] is not None
            by_others += tried[-1] is None
    assert by_neighbours >= 5
    assert by_neighbours + by_others >= 8


def test_an_exact_ladder_has_exact_answers_only() -> None:
    drawn, result = bounded_ones()[0]
    env = environment(drawn[0])
    ladder = json.loads(mechsynth.solve(env).to_bytes())
    assert check(ladder, to_bytes(env)).accepted
    ladder["certificate"]["answers"].append(json.loads(result.to_bytes()))
    assert not check(ladder, to_bytes(env)).accepted
