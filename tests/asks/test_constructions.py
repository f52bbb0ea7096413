"""The balanced budgets and the extraction of the surplus, against the definitions in plain Fractions.

Payments are positive when the agent pays. With P^i(θ) = E[Σ_t δ^{t-1} p_t^i | θ_1 = θ] under truth and X^i the truthful payoff before what is due:

    budget-balanced      X^i = W/N,   Σ_i E[later^i(θ'; θ) | a*(θ), θ] = 0 at every θ
    ex-ante-balanced     X_1^i + first^i = W_1 (horizon > 1),   Σ_i E P^i(θ_1) = 0
    surplus-extraction   X^i = 0,   later ≤ 0,   Σ_i E P^i(θ_1) = E W(θ_1)

and no lie pays after any history (`oracles.deviations`). Negative answers are judged by `oracles.witness`.
"""

from __future__ import annotations

import json
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import deviations, witness
from oracles.efficient import discounted, efficient
from oracles.mechanism import Mechanism
from oracles.model import Model, Profile, at, blocks, drop, insert, load, number, read
from properties.strategies import box, data, environments, nest

import mechsynth
from mechsynth.check import check
from mechsynth.errors import UsageError

Json = dict[str, Any]
LIBRARY = Path(__file__).resolve().parents[2] / "instances"
NAMES = sorted(path.stem for path in LIBRARY.glob("*.json") if path.name != "index.json")
ENDLESS = [name for name in NAMES if load(LIBRARY / f"{name}.json")["horizon"] == "infinite"]
WAYS = [(transfers, scope) for transfers in ("contingent", "vcg-type") for scope in ("policy", "all")]
CLASS_LENGTHS = {"contingent": (None, 1), "vcg-type": (1, 1)}  # on the own report and the own next report


def library(name: str) -> Json:
    return load(LIBRARY / f"{name}.json")


def solve(instance: Json, ask: str, **options: Any) -> Json:
    return mechsynth.solve(mechsynth.loads(data(instance)), ask, **options).document()


def uniform(instance: Json) -> Json:
    """The instance with a prior, if it has none: weights 0, 1, 2, 0, 1, 2, … over the profiles, so that some signals never come."""
    if instance.get("prior") is not None:
        return instance
    model = read(instance)
    profiles = model.periods[0].profiles()
    weights = {p: F(k % 3) if len(profiles) > 1 else F(1) for k, p in enumerate(profiles)}
    total = sum(weights.values())
    sizes = tuple(len(own) for own in model.periods[0].signals)
    return {**instance, "prior": nest({p: w / total for p, w in weights.items()}, sizes)}


def lifted(instance: Json) -> Json:
    """The instance with a constant added to every agent's utilities, so that the least of them is not negative."""
    model = read(instance)
    period = model.periods[0]
    sizes = (len(period.actions), *(len(own) for own in period.signals))
    utilities = {}
    for i, name in enumerate(model.agents):
        low = min(0, *period.utility[i].values())
        utilities[name] = nest({key: period.utility[i][key[0], key[1:]] - low for key in box(sizes)}, sizes)
    return {**instance, "utilities": utilities}


def length(nested: Any) -> tuple[int, ...]:
    """The lengths of the axes of a table."""
    return (len(nested), *length(nested[0])) if isinstance(nested, list) else ()


def expected_payments(model: Model, mech: Mechanism, i: int) -> dict[Profile, F]:
    """P^i(θ) = now(θ) + δ Σ_θ' μ(θ' | a*(θ), θ) [later(θ'; θ) + P^i(θ')], without `first`."""

    def step(t: int, p: Profile) -> dict[Profile, F]:
        kernel = model.periods[t].kernel
        return {} if kernel is None else kernel[mech.rule[t][p], p]

    def flow(t: int, p: Profile) -> F:
        a = mech.rule[t][p]
        return mech.now(t, i, p) + model.delta * sum(
            (x * mech.later(t, i, a, p, q) for q, x in step(t, p).items()), F(0)
        )

    if model.horizon is None:
        return discounted({p: flow(0, p) for p in mech.rule[0]}, {p: step(0, p) for p in mech.rule[0]}, model.delta)
    values: dict[Profile, F] = {}
    for t in reversed(range(len(model.periods))):
        values = {
            p: flow(t, p) + model.delta * sum((x * values[q] for q, x in step(t, p).items()), F(0))
            for p in mech.rule[t]
        }
    return values


def balanced(model: Model, i: int, a: int, theta: Profile) -> F:
    """c = ξ^i/δ, ξ^i = u^i − (1/N) Σ_j u^j."""
    flows = [u[a, theta] for u in model.periods[0].utility]
    return (flows[i] - sum(flows, F(0)) / len(flows)) / model.delta


def judge_class(model: Model, document: Json, kinds: set[str]) -> None:
    """The tables are of these kinds, and `later` does not look at what its class does not."""
    own, following = CLASS_LENGTHS[document["question"]["transfers"]]
    count = len(model.agents)
    tables = document["mechanism"]["transfers"]
    assert set(tables) == set(model.agents)
    for i, name in enumerate(model.agents):
        assert set(tables[name]) == kinds
        axes = length(tables[name]["later"])
        sizes = [len(s) for s in model.periods[0].signals]
        assert axes[0] in (1, len(model.periods[0].actions))
        # an axis along which the payments happen to be constant has length 1, too
        assert axes[1 + i] in (1, own or sizes[i]) and axes[1 + count + i] in (1, following)
        assert all(axes[1 + j] in (1, sizes[j]) and axes[1 + count + j] in (1, sizes[j]) for j in range(count) if j != i)


def judge_budget(instance: Json, document: Json) -> None:
    """Proposition 3.7: truth is a best reply, leaves everybody W/N, and the payments are expected to add to zero."""
    if document["status"] == "infeasible":
        assert witness.problems(instance, document) == []
        return
    assert document["status"] == "feasible" and set(document["certificate"]) == {"ties"}
    model = read(instance)
    judge_class(model, document, {"later"})
    mech, count = Mechanism(model, document), len(model.agents)
    audit = deviations.one_shot(instance, document)
    assert audit.slack >= 0, audit.least
    surplus = efficient(model).values[0]
    for name in model.agents:
        assert audit.payoffs[0][name] == {p: w / count for p, w in surplus.items()}
    kernel = model.periods[0].kernel
    assert kernel is not None
    for p, a in mech.rule[0].items():
        assert sum(x * mech.later(0, i, a, p, q) for i in range(count) for q, x in kernel[a, p].items()) == 0
    if document["question"]["scope"] == "policy":
        return
    contingent = document["question"]["transfers"] == "contingent"
    for _, i, a, others in blocks(model):
        profiles = [insert(others, i, k) for k in range(len(model.periods[0].signals[i]))]
        for theta in profiles:
            for rho in profiles:
                paid = sum((x * mech.later(0, i, a, rho, q) for q, x in kernel[a, theta].items()), F(0))
                goal = balanced(model, i, a, theta)
                assert paid == goal if rho == theta or not contingent else paid >= goal


def judge_extraction(instance: Json, document: Json) -> None:
    """Proposition 4.1: truth is a best reply and worth nothing before a bonus; all of E W is collected."""
    if document["status"] == "infeasible":
        assert witness.problems(instance, document) == []
        return
    assert document["status"] == "feasible" and set(document["certificate"]) == {"ties"}
    model = read(instance)
    judge_class(model, document, {"now", "later"})
    mech = Mechanism(model, document)
    audit = deviations.one_shot(instance, document)
    assert audit.slack >= 0, audit.least
    period, profiles = model.periods[0], model.periods[0].profiles()
    surplus = efficient(model).values[0]
    paid = [expected_payments(model, mech, i) for i in range(len(model.agents))]
    for p in profiles:
        assert sum(own[p] for own in paid) == surplus[p]
    if model.prior is not None:
        collected = sum(x * own[p] for p, x in model.prior.items() for own in paid)
        assert collected == sum(x * surplus[p] for p, x in model.prior.items())
    actions = range(len(period.actions))
    for i, name in enumerate(model.agents):
        assert set(audit.payoffs[0][name].values()) == {F(0)}
        assert all(mech.later(0, i, a, p, q) <= 0 for a in actions for p in profiles for q in profiles)
        for p, a in mech.rule[0].items():
            # the price is K = max |q| of the block, q = later + K
            price = mech.now(0, i, p) / model.delta
            same = [r for k in range(len(period.signals[i])) if mech.rule[0][r := insert(drop(p, i), i, k)] == a]
            every = [insert(drop(p, i), i, k) for k in range(len(period.signals[i]))]
            reports = same if document["question"]["scope"] == "policy" else every
            assert price == max(abs(mech.later(0, i, a, r, q) + price) for r in reports for q in profiles)


def judge_ex_ante(instance: Json, document: Json) -> None:
    """Section 3.3: residual claimants who pay for each other in period 1, and expected payments of zero."""
    question = document["question"]
    if document["status"] == "infeasible":
        assert witness.problems(instance, document) == []
        return
    assert document["status"] == "feasible" and set(document["certificate"]) == {"ties"}
    model = read(instance)
    mech, count = Mechanism(model, document), len(model.agents)
    audit = deviations.one_shot(instance, document)
    assert audit.slack >= 0, audit.least
    assert model.prior is not None
    bare = solve(instance, question["transfers"], scope=question["scope"], **last_of(question))
    without = Mechanism(model, bare)
    profiles = model.periods[0].profiles()
    fee = [{p: first(model, mech, without, i, p) for p in profiles} for i in range(count)]
    subsidies = [expected_payments(model, without, i) for i in range(count)]
    if model.horizon is None:
        judge_class(model, document, {"first", "later"})
    # Nobody's own report enters her fee, and it is what the others' subsidies come to.
    for i in range(count):
        for p in profiles:
            assert fee[i][p] == fee[i][insert(drop(p, i), i, 0)]
            etas = [eta(model.prior, subsidies[j], j, p[j]) for j in range(count) if j != i]
            if None not in etas:
                assert fee[i][p] == sum(e for e in etas if e is not None) / (count - 1)
    # All of it, the fee included: from the tables, not from the theory.
    whole = [expected_payments(model, mech, i) for i in range(count)]
    if model.horizon is None:
        whole = [{p: own[p] + fee[i][p] for p in profiles} for i, own in enumerate(whole)]
    assert sum(x * own[p] for p, x in model.prior.items() for own in whole) == 0
    if model.horizon != 1:
        surplus = efficient(model).values[0]
        for i, name in enumerate(model.agents):
            for p in profiles:
                kept = audit.payoffs[0][name][p] + (0 if model.horizon is None else fee[i][p])
                assert kept == surplus[p]


def last_of(question: Json) -> dict[str, str]:
    return {"last_period": question["last-period"]} if "last-period" in question else {}


def first(model: Model, mech: Mechanism, without: Mechanism, i: int, p: Profile) -> F:
    """The fee: under its own key, or what `now` of period 1 has more than without it."""
    if model.horizon is None:
        return number(at(mech.transfers[0][model.agents[i]]["first"], p))
    return mech.now(0, i, p) - without.now(0, i, p)


def eta(prior: dict[Profile, F], subsidy: dict[Profile, F], j: int, signal: int) -> F | None:
    """η^j(θ^j) = −E[P^j | θ^j], None for a signal that never comes."""
    mass = sum((x for p, x in prior.items() if p[j] == signal), F(0))
    return -sum((x * subsidy[p] for p, x in prior.items() if p[j] == signal), F(0)) / mass if mass else None


@pytest.mark.parametrize(("transfers", "scope"), WAYS)
@pytest.mark.parametrize("name", ENDLESS)
def test_library_budget_per_period(name: str, transfers: str, scope: str) -> None:
    judge_budget(library(name), solve(library(name), "budget-balanced", transfers=transfers, scope=scope))


@pytest.mark.parametrize(("transfers", "scope"), WAYS)
@pytest.mark.parametrize("name", ENDLESS)
def test_library_extraction(name: str, transfers: str, scope: str) -> None:
    instance = lifted(library(name))
    judge_extraction(instance, solve(instance, "surplus-extraction", transfers=transfers, scope=scope))


@pytest.mark.parametrize(("transfers", "scope"), WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_library_budget_ex_ante(name: str, transfers: str, scope: str) -> None:
    instance = library(name)
    judge_ex_ante(instance, solve(instance, "ex-ante-balanced", transfers=transfers, scope=scope))
    if instance["horizon"] != "infinite":
        options = {"transfers": transfers, "scope": scope, "last_period": "constant"}
        judge_ex_ante(instance, solve(instance, "ex-ante-balanced", **options))


def test_the_library_has_answers_of_both_kinds() -> None:
    """So that the tests above do not judge witnesses alone, nor mechanisms alone."""
    for ask in ("budget-balanced", "surplus-extraction", "ex-ante-balanced"):
        names = NAMES if ask == "ex-ante-balanced" else ENDLESS
        given = [lifted(library(n)) if ask == "surplus-extraction" else library(n) for n in names]
        assert {solve(i, ask, transfers=t)["status"] for i in given for t in ("contingent", "vcg-type")} == {
            "feasible",
            "infeasible",
        }


@pytest.mark.parametrize(("transfers", "scope"), WAYS)
@given(instance=environments(horizons=("infinite",)))
@settings(max_examples=60)
def test_random_budget_per_period(instance: Json, transfers: str, scope: str) -> None:
    judge_budget(instance, solve(instance, "budget-balanced", transfers=transfers, scope=scope))


@pytest.mark.parametrize(("transfers", "scope"), WAYS)
@given(instance=environments(horizons=("infinite",)).map(lifted))
@settings(max_examples=60)
def test_random_extraction(instance: Json, transfers: str, scope: str) -> None:
    judge_extraction(instance, solve(instance, "surplus-extraction", transfers=transfers, scope=scope))


@pytest.mark.parametrize(("transfers", "scope"), WAYS)
@given(instance=environments(agents=(2, 3)).map(uniform), end=st.sampled_from(("efficient", "constant")))
@settings(max_examples=60)
def test_random_budget_ex_ante(instance: Json, end: str, transfers: str, scope: str) -> None:
    options = {} if instance["horizon"] == "infinite" else {"last_period": end}
    judge_ex_ante(instance, solve(instance, "ex-ante-balanced", transfers=transfers, scope=scope, **options))


@given(instance=environments(horizons=("infinite",), agents=(2, 3), plant=False).map(lifted).map(uniform))
@settings(max_examples=40)
def test_independent_beliefs_are_enough(instance: Json) -> None:
    """Propositions 3.7 and 4.1: where Assumption 3 holds, every construction exists in either class."""
    if solve(instance, "spanning")["status"] == "fails":
        return
    for ask in ("budget-balanced", "surplus-extraction", "ex-ante-balanced"):
        for transfers, scope in WAYS:
            assert solve(instance, ask, transfers=transfers, scope=scope)["status"] == "feasible"


def test_the_question_as_it_is_told() -> None:
    """The class defaults to contingent, the scope to the policy."""
    instance = lifted(library("liu2025-repeated-auction"))
    wanted = {
        "budget-balanced": ["pepic", "budget:per-period"],
        "ex-ante-balanced": ["pepic", "budget:ex-ante"],
        "surplus-extraction": ["pepic", "participation:ex-post", "surplus:full"],
    }
    for ask, require in wanted.items():
        assert solve(instance, ask)["question"] == {
            "ask": ask,
            "scope": "policy",
            "transfers": "contingent",
            "require": require,
            "objective": "feasibility",
        }
    leases = solve(library("liu2014-oil-leases"), "ex-ante-balanced", last_period="constant:firm1")
    assert leases["question"]["last-period"] == "constant:firm1"


def test_the_oil_leases_pay_for_each_other() -> None:
    """Firm 1's fee does not look at its own signal, firm 2 has one signal in period 1, and the budget balances."""
    document = solve(library("liu2014-oil-leases"), "ex-ante-balanced")
    tables = document["mechanism"]["transfers"][0]
    assert length(tables["firm1"]["now"]) == (1, 1)
    assert length(tables["firm2"]["now"]) == (2, 1)


@pytest.mark.parametrize("ask", ["budget-balanced", "surplus-extraction"])
def test_a_finite_horizon_is_refused(ask: str) -> None:
    with pytest.raises(UsageError, match=rf"^ask {ask}: the horizon is finite.*; \w+"):
        solve(library("liu2014-oil-leases"), ask)


def test_the_first_negative_utility_is_named() -> None:
    instance = lifted(library("no-correlation"))
    period = read(instance).periods[0]
    sizes = (len(period.actions), *(len(own) for own in period.signals))
    values = {key: period.utility[1][key[0], key[1:]] for key in box(sizes)}
    values[1, 0, 1] = F(-3, 7)
    values[1, 1, 1] = F(-5)
    name = instance["agents"][1]
    changed = {**instance, "utilities": {**instance["utilities"], name: nest(values, sizes)}}
    at = f"{period.signals[0][0]}, {period.signals[1][1]}"
    with pytest.raises(UsageError) as caught:
        solve(changed, "surplus-extraction")
    assert f"{name} is -3/7 after {period.actions[1]} at ({at})" in str(caught.value)
    assert "ask implement of" in str(caught.value) and "the requirements surplus:full" in str(caught.value)


def test_what_the_fees_need_is_asked_for() -> None:
    """A prior, and somebody else to pay."""
    instance = library("no-correlation")
    with pytest.raises(UsageError, match="no prior"):
        solve({k: v for k, v in instance.items() if k != "prior"}, "ex-ante-balanced")
    alone = {
        "format": "mechsynth-instance/1",
        "name": "alone",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": ["ann"],
        "signals": {"ann": ["k"]},
        "actions": ["go"],
        "utilities": {"ann": [[1]]},
        "transition": [[[1]]],
        "prior": [1],
    }
    with pytest.raises(UsageError, match="nobody"):
        solve(alone, "ex-ante-balanced")
    judge_budget(alone, solve(alone, "budget-balanced"))
    judge_extraction(alone, solve(alone, "surplus-extraction"))


@pytest.mark.parametrize("ask", ["budget-balanced", "ex-ante-balanced", "surplus-extraction"])
def test_other_classes_are_refused(ask: str) -> None:
    with pytest.raises(UsageError, match=r"^transfers: "):
        solve(lifted(library("no-correlation")), ask, transfers="full")


@pytest.mark.parametrize("transfers", ["contingent", "vcg-type"])
@pytest.mark.parametrize("ask", ["budget-balanced", "ex-ante-balanced", "surplus-extraction"])
def test_out_of_time_and_on_from_there(ask: str, transfers: str) -> None:
    """An unfinished answer says so, and the answer reached from it is the one reached at once."""
    instance = lifted(library("liu2025-repeated-auction"))
    early = solve(instance, ask, transfers=transfers, time_limit=0)
    assert early["status"] == "unknown" and early["certificate"]["reason"] and early["certificate"]["settled"] == []
    whole = solve(instance, ask, transfers=transfers)
    assert solve(instance, ask, transfers=transfers, resume=early) == whole
    again = solve(instance, ask, transfers=transfers, resume=whole)
    assert again["status"] == whole["status"]


@pytest.mark.parametrize("transfers", ["contingent", "vcg-type"])
def test_an_unfinished_extraction_carries_the_lotteries(transfers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was settled before the time was up is ``q``; taken up again, it is priced like any other."""
    from mechsynth.construct import blockwise
    from mechsynth.errors import OutOfTime

    instance = lifted(library("liu2025-repeated-auction"))
    decide = blockwise._linked
    calls = []

    def late(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) > 1:
            raise OutOfTime("", "the time limit was reached")
        return decide(*arguments)

    whole = solve(instance, "surplus-extraction", transfers=transfers)
    monkeypatch.setattr(blockwise, "_linked", late)
    early = solve(instance, "surplus-extraction", transfers=transfers)
    monkeypatch.undo()
    assert early["status"] == "unknown"
    assert [set(own) for own in early["mechanism"]["transfers"].values()] == [{"later"}]
    assert solve(instance, "surplus-extraction", transfers=transfers, resume=early) == whole


@pytest.mark.parametrize(("transfers", "scope"), WAYS)
@given(instance=environments(agents=(2, 3)).map(uniform))
@settings(max_examples=25)
def test_the_checker_accepts(instance: Json, transfers: str, scope: str) -> None:
    """Each of the three, both answers, as the file is written."""
    asks = [(instance, "ex-ante-balanced")]
    if instance["horizon"] == "infinite":
        asks += [(instance, "budget-balanced"), (lifted(instance), "surplus-extraction")]
    for each, ask in asks:
        result = mechsynth.solve(mechsynth.loads(data(each)), ask, transfers=transfers, scope=scope)
        verdict = result.check()
        assert verdict.accepted, (ask, verdict.reason)


@pytest.mark.parametrize("name", NAMES)
def test_the_checker_accepts_the_library(name: str) -> None:
    instance = library(name)
    asks = [(instance, "ex-ante-balanced")]
    if name in ENDLESS:
        asks += [(instance, "budget-balanced"), (lifted(instance), "surplus-extraction")]
    for each, ask in asks:
        for transfers, scope in WAYS:
            result = mechsynth.solve(mechsynth.loads(data(each)), ask, transfers=transfers, scope=scope)
            verdict = result.check()
            assert verdict.accepted, (ask, transfers, scope, verdict.reason)


@pytest.mark.parametrize("kind", ["now", "later", "first"])
@pytest.mark.parametrize("ask", ["budget-balanced", "ex-ante-balanced", "surplus-extraction"])
def test_the_checker_refuses_a_bent_payment(ask: str, kind: str) -> None:
    """One payment more or less, and the budget, the payoffs or the bonuses are not those that are claimed."""
    raw = data(lifted(library("liu2025-repeated-auction")))
    for step in (F(1, 7), F(-1, 7)):
        document = json.loads(mechsynth.solve(mechsynth.loads(raw), ask).to_bytes())
        table = next(iter(document["mechanism"]["transfers"].values())).get(kind)
        if table is None:
            continue
        while isinstance(table[0], list):
            table = table[0]
        table[0] = str(F(table[0]) + step)
        assert not check(document, raw).accepted
