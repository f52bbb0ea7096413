"""``implement``: feasible wish lists, what a larger class or a longer list can change, optimal values, and the open questions of the library.

With ``X^i`` the truthful payoff before what is due, classes ordered by what a transfer may look at, and ``P^i = E[Σ_t δ^{t-1} p_t^i]``:

    more transfers    feasible stays feasible: a transfer of the smaller class is one of the larger
    more wishes       infeasible stays infeasible
    two agents        p^1(θ'^2; ρ) + p^2(θ'^1; ρ) = 0 for all θ' makes both constant in θ'
    min-epsilon       0 iff ``pepic`` has a solution
    min-max-transfer  B*: ``bounded:B`` has a solution iff B ≥ B*
    max-revenue       R + Σ_i E X_1^i = E W_1
    min-rent          0 iff ``surplus:every-history`` has a solution, given ``participation:ex-post``
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import random
from collections.abc import Sequence
from fractions import Fraction as F
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from oracles import deviations
from oracles.efficient import efficient, expected_value
from oracles.mechanism import Mechanism
from oracles.model import Model, Profile, box, load, read
from properties.strategies import data, nest, row

import mechsynth
from mechsynth.environment import Environment
from mechsynth.result import Result
from mechsynth.result.vocabulary import TRANSFERS

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "instances"
OURS = ("ex-post-balance-needs-full", "ex-post-balance-three-agents")
AGENTS = ("ann", "bob", "cyd")
SHAPES: tuple[tuple[int, ...], ...] = ((2, 2), (2, 2), (3, 2), (2, 2, 1))


def small(seed: int, shapes: Sequence[tuple[int, ...]] = SHAPES, horizons: Sequence[Any] = ("infinite", 2)) -> Json:
    """A random environment of two actions with u ≥ 0, a kernel of small denominators and a prior; half of them with nearly common interests."""
    rng = random.Random(seed)
    sizes, horizon = rng.choice(shapes), rng.choice(horizons)
    names, zeros, common = AGENTS[: len(sizes)], rng.random() < 0.5, rng.random() < 0.5
    profiles, keys = box(list(sizes)), [(a, *p) for a in range(2) for p in box(list(sizes))]
    kernel = {(*k, *q): x for k in keys for q, x in zip(profiles, row(rng, len(profiles), zeros), strict=True)}
    base = {k: rng.randint(0, 4) for k in keys}
    utilities = {
        n: {k: F(max(0, base[k] + rng.choice((0, 0, -1, 1))) if common else rng.randint(0, 4)) for k in keys}
        for n in names
    }
    instance = {
        "format": "mechsynth-instance/1",
        "name": f"small-{seed}",
        "horizon": horizon,
        "discount": rng.choice(("1/2", "2/3")),
        "agents": list(names),
        "signals": {n: [f"{n[0]}{k}" for k in range(size)] for n, size in zip(names, sizes, strict=True)},
        "actions": ["go", "wait"],
        "prior": nest(dict(zip(profiles, row(rng, len(profiles), False), strict=True)), sizes),
        "utilities": {n: nest(utilities[n], (2, *sizes)) for n in names},
    }
    return instance if horizon == 1 else {**instance, "transition": nest(kernel, (2, *sizes, *sizes))}


@cache
def environment(seed: int, horizons: tuple[Any, ...] = ("infinite", 2)) -> Environment:
    """A random environment."""
    return mechsynth.loads(data(small(seed, horizons=horizons)))


def solve(env: Environment, transfers: str, *require: str, objective: str = "feasibility") -> Result:
    """A result that is proved, and accepted by the checker."""
    result = mechsynth.solve(env, "implement", transfers=transfers, require=["pepic", *require], objective=objective)
    assert result.status != "unknown", (env.name, transfers, require, objective)
    verdict = result.check()
    assert verdict.accepted, (env.name, transfers, require, objective, verdict.reason)
    return result


def feasible(env: Environment, transfers: str, *require: str) -> bool:
    """Whether a wish list has a solution, by proof."""
    return solve(env, transfers, *require).status == "feasible"


def oracle(result: Result) -> tuple[Model, Mechanism, deviations.Audit]:
    """The mechanism of a result and its audit, by the oracles."""
    assert result.environment is not None
    instance = json.loads(mechsynth.instance.to_bytes(result.environment))
    model, document = read(instance), result.document()
    return model, Mechanism(model, document), deviations.one_shot(instance, document)


def paid_later(model: Model, mechanism: Mechanism, t: int, i: int, reports: Profile) -> list[F]:
    """What agent ``i`` pays after some reports, for each of the next ones."""
    upcoming = model.next_period(t)
    assert upcoming is not None
    action = mechanism.rule[t][reports]
    return [mechanism.later(t, i, action, reports, q) for q in model.periods[upcoming].profiles()]


# --- the instances about ex post balance -----------------------------------------------------------------------------


def stated(name: str) -> list[tuple[str, str, tuple[str, ...], str]]:
    """(instance, transfers, requirements, status) of everything an instance states about ``implement``."""
    found = []
    for options, status in load(LIBRARY / f"{name}.json")["x-expected"].get("implement", {}).items():
        words = options.split()
        given = dict(zip(words[::2], words[1::2], strict=True))
        require = tuple(w for w in given.get("--require", "").split(",") if w)
        found.append((name, given["--transfers"], require, status))
    return found


STATED = [case for name in OURS for case in stated(name)]


@pytest.mark.parametrize("case", STATED, ids=lambda case: "-".join([case[0], case[1], *case[2]]))
def test_stated_answers(case: tuple[str, str, tuple[str, ...], str]) -> None:
    """The status is the stated one; a mechanism is PEPIC and adds up to zero, event by event; a conflict names ``budget:ex-post`` where it is asked."""
    name, transfers, require, status = case
    result = solve(mechsynth.load(LIBRARY / f"{name}.json"), transfers, *require)
    assert result.status == status
    if status == "infeasible":
        assert result.witness is not None
        assert set(result.witness["conflict"]) == {"pepic", *require}
        return
    model, mechanism, audit = oracle(result)
    assert audit.slack >= 0
    if "budget:ex-post" in require:
        for p in model.periods[0].profiles():
            assert sum(mechanism.now(0, i, p) for i in range(len(model.agents))) == 0
            columns = [paid_later(model, mechanism, 0, i, p) for i in range(len(model.agents))]
            assert {sum(entry) for entry in zip(*columns, strict=True)} == {F(0)}


def test_balance_needs_the_own_next_report() -> None:
    """2 agents × 3 signals: ``contingent`` implements the rule but not with ex post balance, even with payments now; ``full`` does."""
    cases = {(transfers, require): status for _, transfers, require, status in stated(OURS[0])}
    assert cases["contingent", ()] == cases["full", ("budget:ex-post",)] == "feasible"
    assert cases["contingent", ("budget:ex-post",)] == cases["contingent+now", ("budget:ex-post",)] == "infeasible"
    model = read(load(LIBRARY / f"{OURS[0]}.json"))
    assert [len(own) for own in model.periods[0].signals] == [3, 3]


def test_three_agents_balance() -> None:
    """3 agents × 2 signals: ``contingent`` balances ex post although nothing that ignores the next reports implements the rule."""
    cases = {(transfers, require): status for _, transfers, require, status in stated(OURS[1])}
    assert cases["contingent", ("budget:ex-post",)] == "feasible"
    assert cases["history-independent", ()] == "infeasible"
    model = read(load(LIBRARY / f"{OURS[1]}.json"))
    assert [len(own) for own in model.periods[0].signals] == [2, 2, 2]


def test_everything_is_collected_after_every_history() -> None:
    """A counterexample to Remark 4.2 (Liu 2014), read with interim participation.

    In ``ex-post-balance-three-agents`` a PEPIC mechanism of class ``full+now`` has ``Σ_i (X^i(θ) − due^i(θ; h)) = 0`` at every ``θ`` and ``h``, and
    ``E[X^i − due^i | θ^i, h] ≥ 0`` for every agent, signal and history. With ex post participation there is none.
    """
    env = mechsynth.load(LIBRARY / f"{OURS[1]}.json")
    result = solve(env, "full+now", "participation:interim", "surplus:every-history")
    assert result.status == "feasible"
    model, mechanism, audit = oracle(result)
    assert audit.slack >= 0
    agents, period = range(len(model.agents)), model.periods[0]
    assert period.kernel is not None
    assert model.prior is not None
    for h in [None, *period.profiles()]:
        beliefs = model.prior if h is None else period.kernel[mechanism.rule[0][h], h]
        kept = {
            (i, p): audit.payoffs[0][model.agents[i]][p]
            - (F(0) if h is None else mechanism.later(0, i, mechanism.rule[0][h], h, p))
            for i in agents
            for p in period.profiles()
        }
        for p in period.profiles():
            assert sum(kept[i, p] for i in agents) == 0
        for i in agents:
            for k in range(len(period.signals[i])):
                assert sum(beliefs[p] * kept[i, p] for p in period.profiles() if p[i] == k) >= 0
    assert not feasible(env, "full+now", "participation:ex-post", "surplus:every-history")


# --- two agents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transfers", ["contingent", "vcg-type"])
def test_two_agents_balance_with_constants(transfers: str) -> None:
    """``N = 2``, infinite horizon: what is paid later in a balanced mechanism does not depend on the next reports.

    (With a finite horizon the payments of the last period enter the sum, and what is paid then need not be constant.)
    """
    balanced = later = 0
    for seed in range(60):
        env = mechsynth.loads(data(small(seed, shapes=((2, 2), (3, 2), (2, 3)), horizons=("infinite",))))
        result = solve(env, transfers, "budget:ex-post")
        if result.status != "feasible":
            continue
        balanced += 1
        model, mechanism, audit = oracle(result)
        assert audit.slack >= 0
        for t, period in enumerate(model.periods):
            if model.next_period(t) is None:
                continue
            for p in period.profiles():
                mine, yours = (paid_later(model, mechanism, t, i, p) for i in (0, 1))
                assert len(set(mine)) == len(set(yours)) == 1
                assert mine[0] + yours[0] == 0
                later += mine[0] != 0
    assert balanced >= 15
    assert later  # not only because nobody pays anything


def test_two_agents_gain_nothing_by_contingency() -> None:
    """``N = 2``: balanced ``contingent`` transfers exist iff balanced ``history-independent`` ones do (infinite horizon: a constant later is a constant now)."""
    found = set()
    for seed in range(40):
        env = mechsynth.loads(data(small(seed, shapes=((2, 2), (3, 2)), horizons=("infinite",))))
        answers = {
            feasible(env, kind, "budget:ex-post") for kind in ("history-independent", "contingent", "contingent+now")
        }
        assert len(answers) == 1
        found |= answers
    assert found == {True, False}


# --- monotone ---------------------------------------------------------------------------------------------------------

WISHES = (
    "participation:ex-post",
    "participation:interim",
    "participation:ex-ante",
    "budget:ex-ante",
    "budget:per-period",
    "budget:ex-post",
    "bounded:1",
    "no-subsidy",
    "surplus:full",
    "surplus:every-history",
    "residual-claimant",
)
INSIDE = (
    ("vcg-type", "contingent"),
    ("contingent", "contingent+now"),
    ("contingent", "full"),
    ("contingent+now", "full+now"),
    ("full", "full+now"),
    ("history-independent", "contingent+now"),
)
IN_EFFECT = (("history-independent", "contingent"), ("history-independent", "full"))
TIMELESS = (
    "participation:ex-ante",
    "budget:ex-ante",
    "budget:ex-post",
    "no-subsidy",
    "surplus:full",
    "residual-claimant",
)
"""Wishes that payments ``p`` now and ``p/δ`` one period later meet alike."""


def wish_lists(seed: int) -> list[tuple[str, ...]]:
    """The empty wish list, one of a single wish, one of two, each inside the next."""
    rng = random.Random(1000 + seed)
    pool = rng.sample(WISHES if seed % 2 else TIMELESS, 2)
    return [(), (pool[0],), tuple(pool)]


def test_classes_and_wishes_are_monotone() -> None:
    """A larger class never loses a solution, a longer wish list never finds one."""
    seen: dict[tuple[bool, bool], int] = {}
    for seed in range(16):
        env = environment(seed)
        lists = wish_lists(seed)
        answers = {(kind, wishes): feasible(env, kind, *wishes) for kind in TRANSFERS for wishes in lists}
        for kind in TRANSFERS:
            for fewer, more in itertools.pairwise(lists):
                pair = answers[kind, more], answers[kind, fewer]
                assert pair[1] or not pair[0], (seed, kind, more)
                seen[pair] = seen.get(pair, 0) + 1
        for smaller, larger in INSIDE:
            for wishes in lists:
                assert answers[larger, wishes] or not answers[smaller, wishes], (seed, smaller, larger, wishes)
        if not seed % 2:
            for smaller, larger in IN_EFFECT:
                for wishes in lists:
                    assert answers[larger, wishes] or not answers[smaller, wishes], (seed, smaller, larger, wishes)
    assert seen[False, True] >= 20
    assert seen[True, True] >= 20


# --- optimal values ---------------------------------------------------------------------------------------------------


def value(result: Result) -> F:
    """The optimum of a result that has one."""
    assert result.status == "optimal"
    assert result.value is not None
    return F(result.value)


@pytest.mark.parametrize("transfers", ["history-independent", "contingent", "full"])
def test_min_epsilon(transfers: str) -> None:
    """The least ε is 0 iff truth can be a best reply; it is what the best lie gains in the mechanism of the answer."""
    found = set()
    for seed in range(20):
        env = environment(seed)
        result = solve(env, transfers, objective="min-epsilon")
        least = value(result)
        assert (least == 0) == feasible(env, transfers)
        assert max(F(0), -oracle(result)[2].slack) <= least
        if least:
            assert oracle(result)[2].slack == -least
        found.add(least == 0)
    assert found == {True, False} if transfers != "full" else True in found


@pytest.mark.parametrize("transfers", ["contingent", "full", "history-independent"])
def test_min_max_transfer(transfers: str) -> None:
    """``B*`` is attained by the mechanism, ``bounded:B*`` has a solution and ``bounded:B* − 1/1000`` has none."""
    tried = 0
    for seed in range(24):
        env = environment(seed)
        result = solve(env, transfers, "participation:ex-ante", objective="min-max-transfer")
        if result.status == "infeasible":
            continue
        largest = value(result)
        model, mechanism, audit = oracle(result)
        assert audit.slack >= 0
        payments = [F(0)]
        for t, period in enumerate(model.periods):
            for p in period.profiles():
                for i in range(len(model.agents)):
                    payments.append(mechanism.now(t, i, p))
                    payments += paid_later(model, mechanism, t, i, p) if model.next_period(t) is not None else []
        assert max(map(abs, payments)) == largest
        assert feasible(env, transfers, "participation:ex-ante", f"bounded:{largest}")
        if largest > F(1, 1000):
            tried += 1
            assert not feasible(env, transfers, "participation:ex-ante", f"bounded:{largest - F(1, 1000)}")
    assert tried >= 3


@pytest.mark.parametrize("participation", ["ex-ante", "interim", "ex-post"])
def test_max_revenue(participation: str) -> None:
    """``R + Σ_i E X_1^i = E W_1``, with ``X`` by the oracle; with ex ante participation everything can be collected by ``contingent+now``."""
    tried = 0
    for seed in range(14):
        env = environment(seed)
        result = solve(env, "contingent+now", f"participation:{participation}", objective="max-revenue")
        if result.status == "infeasible":
            assert result.witness is not None
            continue
        tried += 1
        model, _, audit = oracle(result)
        prior = model.prior
        assert prior is not None
        rents = sum((prior[p] * kept[p] for kept in audit.payoffs[0].values() for p in prior), F(0))
        surplus = expected_value(model, efficient(model))
        assert surplus is not None
        assert value(result) + rents == surplus
        assert rents >= 0
        if participation == "ex-ante":
            assert rents == 0
    assert tried >= 5


def test_revenue_falls_with_stronger_participation() -> None:
    """Ex post participation implies interim, interim implies ex ante: the revenues are in that order."""
    for seed in range(10):
        env = environment(seed)
        if not feasible(env, "full+now"):
            continue
        revenues = [
            value(solve(env, "full+now", f"participation:{sense}", objective="max-revenue"))
            for sense in ("ex-post", "interim", "ex-ante")
        ]
        assert revenues == sorted(revenues)


@pytest.mark.parametrize("transfers", ["contingent+now", "full+now"])
def test_min_rent(transfers: str) -> None:
    """Given ex post participation, the least rent is 0 iff nothing need be left after any history."""
    found = set()
    for seed in (*range(12), 22, 51, 55):
        env = environment(seed, ("infinite", 1, 2))
        result = solve(env, transfers, "participation:ex-post", objective="min-rent")
        if result.status == "infeasible":
            continue
        least = value(result)
        assert least >= 0
        assert (least == 0) == feasible(env, transfers, "participation:ex-post", "surplus:every-history")
        found.add(least == 0)
    assert found == {True, False}


def test_unbounded_objectives_are_proved() -> None:
    """Without participation any agent can be charged any constant now: revenue has no upper bound, rents have no lower one."""
    for seed in range(6):
        env = environment(seed)
        if feasible(env, "contingent+now"):
            for objective in ("max-revenue", "min-rent"):
                assert solve(env, "contingent+now", objective=objective).status == "unbounded"


# --- the page about open questions -----------------------------------------------------------------------------------


def test_open_questions_are_up_to_date() -> None:
    """``docs/open-questions.md`` is what its script computes now, every entry from a result that the checker accepts."""
    path = ROOT / "docs" / "open_questions.py"
    spec = importlib.util.spec_from_file_location("open_questions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert path.with_name("open-questions.md").read_text(encoding="utf-8") == module.page()
