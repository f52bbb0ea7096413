"""Every answer on random environments, against parties that share no code with it."""

from __future__ import annotations

import os
from fractions import Fraction

import pytest
from hypothesis import given, settings
from judged import Json, answer, judge_transfers
from oracles import deviations, transfers, witness
from oracles.efficient import efficient, expected_value
from oracles.model import read
from strategies import environments

MECHANISMS = [(ask, scope) for ask in ("contingent", "vcg-type") for scope in ("policy", "all")]
MORE = int(os.environ.get("MECHSYNTH_EXAMPLES", "600"))


def check_policy(instance: Json) -> None:
    """W = max_a Σ u + δ E[W'] by another policy iteration; the first optimal action; E W_1 under the prior."""
    document = answer(instance, "policy")
    model = read(instance)
    eff = efficient(model)
    expected = expected_value(model, eff)
    assert document["value"] == (None if expected is None else str(expected))
    ties = {(r.get("period", 1), *r["signals"].values()): r["actions"] for r in document["certificate"]["ties"]}
    found = {(r.get("period", 1), *r["signals"].values()): r["action"] for r in document["mechanism"]["allocation"]}
    for t, period in enumerate(model.periods):
        for p in period.profiles():
            key = (t + 1, *(own[k] for own, k in zip(period.signals, p)))
            best = [period.actions[a] for a in eff.optimal[t][p]]
            assert found[key] == best[0]
            assert ties.get(key, best[:1]) == best


def check_condition(instance: Json, ask: str, scope: str) -> None:
    """No column in the hull of the others (linearly independent columns), in every block in scope, by z3."""
    document = answer(instance, ask, scope=scope)
    decide = transfers.convex_independence if ask == "convex-independence" else transfers.spanning
    assert document["status"] == ("holds" if decide(read(instance), scope) else "fails")
    if document["status"] == "fails":
        assert witness.problems(instance, document) == []


def check_static(instance: Json) -> None:
    """u(a*(θ),θ) − p(θ) ≥ u(a*(r),θ) − p(r) in the last period; a negative cycle of lies excludes it."""
    document = answer(instance, "static")
    model = read(instance)
    assert document["status"] == ("feasible" if transfers.static(model) else "infeasible")
    if document["status"] == "feasible":
        assert deviations.one_shot(instance, document, [len(model.periods)]).slack >= 0
    else:
        assert witness.problems(instance, document) == []


@given(environments())
@settings(max_examples=60)
def test_the_rule_is_efficient(instance: Json) -> None:
    check_policy(instance)


@pytest.mark.parametrize("scope", ["all", "policy"])
@pytest.mark.parametrize("ask", ["convex-independence", "spanning"])
@given(instance=environments(horizons=("infinite", 2, 3)))
@settings(max_examples=40)
def test_conditions_are_decided_rightly(instance: Json, ask: str, scope: str) -> None:
    check_condition(instance, ask, scope)


@given(environments(horizons=(1, 2, 3)))
@settings(max_examples=60)
def test_the_last_period_is_decided_rightly(instance: Json) -> None:
    check_static(instance)


@pytest.mark.parametrize("ask, scope", MECHANISMS)
@given(instance=environments())
@settings(max_examples=60)
def test_transfers_are_decided_rightly(instance: Json, ask: str, scope: str) -> None:
    """Feasible: PEPIC, and X_t = W_t before the last period. Infeasible: a valid witness. Both as z3 says."""
    judge_transfers(instance, answer(instance, ask, scope=scope))


@pytest.mark.parametrize("ask, scope", MECHANISMS)
@given(instance=environments(horizons=(2, 3)))
@settings(max_examples=30)
def test_transfers_with_a_constant_last_period(instance: Json, ask: str, scope: str) -> None:
    """Corollary 3.3 of Liu 2025: one action in the last period, nothing paid there, and all before it as always."""
    document = answer(instance, ask, scope=scope, last_period="constant")
    last = len(read(instance).periods)
    chosen = {r["action"] for r in document["mechanism"]["allocation"] if r["period"] == last}
    assert document["question"]["last-period"] == f"constant:{chosen.pop()}" and not chosen
    judge_transfers(instance, document)


@given(environments(horizons=(2, 3), agents=(1, 2)))
@settings(max_examples=30)
def test_no_plan_of_lies_pays(instance: Json) -> None:
    """The one-shot principle, used backwards: not even lying in several periods gains over truth."""
    for ask, scope in MECHANISMS:
        document = answer(instance, ask, scope=scope)
        if document["status"] == "feasible":
            assert deviations.best_response_gain(instance, document) == 0


@given(environments())
@settings(max_examples=30)
def test_everything_at_once_is_the_smallest_class(instance: Json) -> None:
    """The ladder is feasible iff some class is; it carries the first of vcg-type and contingent that works."""
    document = answer(instance, "ladder")
    classes = ["static"] if instance["horizon"] == 1 else ["vcg-type", "contingent"]
    alone = [answer(instance, ask) for ask in classes]
    works = [one for one in alone if one["status"] == "feasible"]
    assert document["status"] == ("feasible" if works else "infeasible")
    chosen = works[0] if works else alone[-1]
    assert document["mechanism"] == chosen["mechanism"]
    assert document["witness"] == chosen["witness"]


@given(environments())
@settings(max_examples=40)
def test_weaker_questions_are_easier(instance: Json) -> None:
    """vcg-type transfers are contingent ones, and scope all asks for more than scope policy (with any last period)."""
    status = {(ask, scope): answer(instance, ask, scope=scope)["status"] for ask, scope in MECHANISMS}
    for scope in ("policy", "all"):
        assert status["contingent", scope] == "feasible" or status["vcg-type", scope] == "infeasible"
    for ask in ("contingent", "vcg-type"):
        assert status[ask, "policy"] == "feasible" or status[ask, "all"] == "infeasible"


@pytest.mark.slow
@given(environments())
@settings(max_examples=MORE)
def test_every_question_on_many_environments(instance: Json) -> None:
    """All of the above, on many more environments."""
    check_policy(instance)
    finite = instance["horizon"] != "infinite"
    if finite:
        check_static(instance)
    for scope in ("all", "policy"):
        check_condition(instance, "convex-independence", scope)
        check_condition(instance, "spanning", scope)
    for ask, scope in MECHANISMS:
        judge_transfers(instance, answer(instance, ask, scope=scope))
        if finite:
            judge_transfers(instance, answer(instance, ask, scope=scope, last_period="constant"))


@given(environments(horizons=("infinite",)))
@settings(max_examples=40)
def test_the_distance_from_the_hull_is_a_distance(instance: Json) -> None:
    """The point of the certificate is in the hull of the others, at exactly the distance that is stated."""
    from oracles.model import insert
    from oracles.transfers import columns

    document = answer(instance, "convex-independence")
    record = document["certificate"].get("distance")
    if record is None:
        # measured unasked wherever it holds and some agent has two signals
        alone = all(len(own) < 2 for own in instance["signals"].values())
        assert document["status"] == "fails" or alone
        return
    model = read(instance)
    i = model.agents.index(record["agent"])
    signals = model.periods[0].signals
    others = tuple(signals[j].index(record["others"][n]) for j, n in enumerate(model.agents) if j != i)
    a = model.periods[0].actions.index(record["action"])
    cols = columns(model, 0, i, a, others)
    r = signals[i].index(record["type"])
    weights = {signals[i].index(k): Fraction(w) for k, w in record["weights"].items()}
    assert r not in weights and min(weights.values()) >= 0 and sum(weights.values()) == 1
    assert insert(others, i, r)[i] == r
    point = {q: sum((w * cols[k][q] for k, w in weights.items()), Fraction(0)) for q in cols[r]}
    squared = sum(((point[q] - cols[r][q]) ** 2 for q in cols[r]), Fraction(0))
    assert squared == Fraction(record["squared"]) == Fraction(document["value"]) > 0
