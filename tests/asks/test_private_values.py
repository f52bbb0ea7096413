"""Team, pivot and Groves mechanisms and the entry fees that pay for them, against the definitions in plain Fractions.

Payments are positive when the agent pays. W_{-i} is the value of the environment in which agent i enjoys nothing and all actions remain.

    team    X^i = W        pivot   X^i = W − W_{-i}        groves   X^i = W − Φ_i(θ^{-i})
    lump-sum-budget        Σ_i min_k E[X^i | θ_1^i = k] − Σ_i E X^i + E W,   X^i = W − W_{-i}

and no lie pays after any history (`oracles.deviations`).
"""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace
from fractions import Fraction as F
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from oracles import deviations
from oracles.efficient import Values, discounted, efficient
from oracles.model import Model, load, number, read
from properties.strategies import box, data, nest, row

import mechsynth
from mechsynth.check import check
from mechsynth.cli import main
from mechsynth.construct import groves
from mechsynth.construct.case import Case
from mechsynth.errors import InputError, UsageError
from mechsynth.mechanism import Mechanism
from mechsynth.result import Result, Status

Json = dict[str, Any]
LIBRARY = Path(__file__).resolve().parents[2] / "instances"
NAMES = ("ann", "bob", "cyd")
LABELS = {"ann": "klm", "bob": "pqr", "cyd": "xyz"}
ASKS = ("team", "pivot", "groves")
SEEDS = range(40)
ALPHAS = [F(0), F(1, 3), F(1, 2), F(3, 4), F(9, 10)]


def drawn(seed: int, kind: str) -> Json:
    """A random environment with private values.

    `kind` is the law of the next signals: `free`, anything at all; `shock`, each signal moves itself, but a common shock correlates them.
    """
    rng = random.Random(f"{kind} {seed}")
    count = rng.choice((1, 2, 2, 2, 3))
    horizon = rng.choice(("infinite", "infinite", 1, 2, 3))
    names = NAMES[:count]
    changes = horizon in (2, 3) and rng.random() < 0.5
    stages = horizon if changes else 1
    sizes = [tuple(rng.randint(1, 3 if count < 3 else 2) for _ in names) for _ in range(stages)]
    made = []
    for t in range(stages):
        actions = rng.randint(1, 3)
        following = sizes[t + 1] if changes and t + 1 < stages else sizes[0]
        stage: Json = {
            "signals": {n: list(LABELS[n][:k]) for n, k in zip(names, sizes[t])},
            "actions": [f"a{k}" for k in range(actions)],
            "utilities": {
                n: {
                    "private": [
                        [str(F(rng.randint(-6, 6), rng.choice((1, 2, 3)))) for _ in range(k)] for _ in range(actions)
                    ]
                }
                for n, k in zip(names, sizes[t])
            },
        }
        if horizon != 1 and not (changes and t == stages - 1):
            stage["transition"] = law(rng, kind, actions, sizes[t], following)
        made.append(stage)
    instance: Json = {
        "format": "mechsynth-instance/1",
        "name": f"drawn-{seed}",
        "horizon": horizon,
        "discount": rng.choice(("1/2", "9/10", "2/3" if horizon == "infinite" else "1")),
        "agents": list(names),
        **({"periods": made} if changes else made[0]),
    }
    chances = row(rng, len(box(sizes[0])), zeros=rng.random() < 0.5)
    instance["prior"] = nest(dict(zip(box(sizes[0]), chances)), sizes[0])
    return instance


def law(rng: random.Random, kind: str, actions: int, sizes: tuple[int, ...], following: tuple[int, ...]) -> Any:
    """A kernel over `[a][θ][θ']`."""
    kernel: dict[tuple[int, ...], F] = {}
    zeros = rng.random() < 0.5
    for a in range(actions):
        if kind == "free":
            for p in box(sizes):
                kernel |= {(a, *p, *q): x for q, x in zip(box(following), row(rng, len(box(following)), zeros))}
            continue
        shock = row(rng, 2, zeros=False)
        own = [[[row(rng, m, zeros) for _ in range(n)] for n, m in zip(sizes, following)] for _ in shock]
        for p, q in product(box(sizes), box(following)):
            total = F(0)
            for weight, chain in zip(shock, own):
                term = weight
                for j, (k, m) in enumerate(zip(p, q)):
                    term *= chain[j][k][m]
                total += term
            kernel[a, *p, *q] = total
    return nest(kernel, (actions, *sizes, *following))


def solve(instance: Json, ask: str, **options: Any) -> Result:
    return mechsynth.solve(mechsynth.loads(data(instance)), ask, **options)


def without(model: Model, i: int) -> list[Values]:
    """W_{-i}."""
    periods = [
        replace(period, utility=[{key: F(0) for key in u} if j == i else u for j, u in enumerate(period.utility)])
        for period in model.periods
    ]
    return efficient(replace(model, periods=periods)).values


def judge(instance: Json, ask: str, **options: Any) -> Json:
    """The checker accepts, no lie pays, and the payoffs are what the theorem says."""
    result = solve(instance, ask, **options)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    document = result.document()
    model = read(instance)
    audit = deviations.one_shot(instance, document)
    assert audit.slack >= 0, audit.least
    if model.horizon is not None:
        assert deviations.best_response_gain(instance, document) == 0
    surplus = efficient(model).values
    for i, name in enumerate(model.agents):
        alone = without(model, i)
        for t, own in enumerate(audit.payoffs):
            for p, kept in own[name].items():
                if ask == "team":
                    assert kept == surplus[t][p]
                elif ask == "pivot":
                    assert kept == surplus[t][p] - alone[t][p]
                    if t == 0 and "marginal" in document["certificate"]:
                        told = document["certificate"]["marginal"][name]
                        for k in p:
                            told = told[k]
                        assert number(told) == kept
    return document


@pytest.mark.parametrize("seed", SEEDS)
def test_team(seed: int) -> None:
    """Private values are enough: the next signals may depend on everything, and on each other."""
    judge(drawn(seed, "free"), "team")


@pytest.mark.parametrize("seed", SEEDS)
def test_pivot(seed: int) -> None:
    """Private values, and nobody's signal moves the others'; that a shock correlates them does no harm."""
    judge(drawn(seed, "shock"), "pivot")


def some_phi(agent: str, period: int | None, others: tuple[str, ...]) -> F:
    return F(sum(map(ord, agent + "".join(others))) % 7 - 3, 1 + (period or 2))


@pytest.mark.parametrize("seed", range(20))
def test_groves(seed: int) -> None:
    judge(drawn(seed, "shock"), "groves", phi=some_phi)
    judge(drawn(seed, "free"), "groves")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 240))
def test_many(seed: int) -> None:
    judge(drawn(seed, "free"), "team")
    judge(drawn(seed, "shock"), "pivot")
    judge(drawn(seed, "shock"), "groves", phi=some_phi)
    judge_budget(drawn(seed, "shock"))


@pytest.mark.parametrize("seed", range(12))
def test_the_family_has_its_two_members(seed: int) -> None:
    """Definition 1: no distribution is the team mechanism, what the others get alone per period is the pivot mechanism."""
    instance = drawn(seed, "shock")
    model = read(instance)
    transfers = {ask: solve(instance, ask).document()["mechanism"]["transfers"] for ask in ("team", "pivot")}
    assert solve(instance, "groves").document()["mechanism"]["transfers"] == transfers["team"]
    phi: Json = {}
    for i, name in enumerate(model.agents):
        periods = [
            replace(period, utility=[{key: F(0) for key in u} if j == i else u for j, u in enumerate(period.utility)])
            for period in model.periods
        ]
        alone = efficient(replace(model, periods=periods))
        arrays = []
        for period, rule in zip(periods, alone.rule):
            rest = tuple(len(own) for j, own in enumerate(period.signals) if j != i)
            flow = {
                q: sum((u[rule[q[:i] + (0,) + q[i:]], q[:i] + (0,) + q[i:]] for u in period.utility), F(0))
                for q in box(rest)
            }
            arrays.append(nest(flow, rest))
        phi[name] = arrays[0] if model.horizon is None else arrays
    result = solve(instance, "groves", phi=phi)
    assert result.document()["mechanism"]["transfers"] == transfers["pivot"]
    assert result.check().accepted


# -- where the theorems do not reach -------------------------------------------------------------------------------


def small(**changes: Any) -> Json:
    """Two agents, two signals each, independent chains."""
    chain = [["3/4", "1/4"], ["1/3", "2/3"]]
    return {
        "format": "mechsynth-instance/1",
        "name": "small",
        "horizon": "infinite",
        "discount": "9/10",
        "agents": ["ann", "bob"],
        "signals": {"ann": ["k", "l"], "bob": ["p", "q"]},
        "actions": ["go", "wait"],
        "utilities": {"ann": {"private": [[3, -2], [0, 0]]}, "bob": {"private": [[-1, 2], [0, 0]]}},
        "transition": {"independent": {"ann": chain, "bob": chain}},
        "prior": {"independent": {"ann": ["1/2", "1/2"], "bob": ["1/2", "1/2"]}},
        **changes,
    }


INTERDEPENDENT = small(utilities={"ann": {"private": [[3, -2], [0, 0]]}, "bob": [[[-1, 2], [9, 9]], [[0, 0], [0, 0]]]})
# bob's next signal follows ann's
MOVED = small(
    transition=nest(
        {
            (a, *p, *q): F(1, 2) * (F(7, 8) if q[1] == p[0] else F(1, 8))
            for a in range(2)
            for p in box((2, 2))
            for q in box((2, 2))
        },
        (2, 2, 2, 2, 2),
    )
)
# she moves it only where they go
MOVED_BY_GOING = small(
    utilities={"ann": {"private": [[-2, -1], [0, 0]]}, "bob": {"private": [[-3, 2], [0, 0]]}},
    transition=nest(
        {
            (a, *p, *q): F(1, 2) * (F(1, 2) if a else F(7, 8) if q[1] == p[0] else F(1, 8))
            for a in range(2)
            for p in box((2, 2))
            for q in box((2, 2))
        },
        (2, 2, 2, 2, 2),
    ),
)


@pytest.mark.parametrize("ask", [*ASKS, "lump-sum-budget"])
def test_interdependent_values_are_refused(ask: str) -> None:
    with pytest.raises(UsageError) as caught:
        solve(INTERDEPENDENT, ask)
    words = str(caught.value)
    assert "the utility of bob after go is -1 at (k, p) and 9 at (l, p)" in words
    assert "the signal of ann" in words and "ask vcg-type" in words


@pytest.mark.parametrize(("ask", "options"), [("pivot", {}), ("lump-sum-budget", {}), ("groves", {"phi": some_phi})])
def test_a_signal_that_moves_the_others_is_refused(ask: str, options: Json) -> None:
    with pytest.raises(UsageError) as caught:
        solve(MOVED, ask, **options)
    words = str(caught.value)
    assert "after go the next reports (p) of bob have probability 7/8 at (k, p) and 1/8 at (l, p)" in words
    assert "the signal of ann moves them" in words and "ask team" in words


def test_the_team_mechanism_does_not_mind() -> None:
    judge(MOVED, "team")
    judge(MOVED, "groves")


def test_a_finite_horizon_names_the_period() -> None:
    stage = {key: MOVED[key] for key in ("signals", "actions", "utilities")}
    calm = small()["transition"]
    periods = [{**stage, "transition": calm}, {**stage, "transition": MOVED["transition"]}, stage]
    instance = {key: value for key, value in small().items() if key not in (*stage, "transition")}
    with pytest.raises(UsageError, match=r"after go in period 2 the next reports \(p\) of bob"):
        solve({**instance, "horizon": 3, "periods": periods}, "pivot")


def by_formula(instance: Json, ask: str) -> Result:
    """The payments of the formula, whether the theorem applies or not."""
    environment = mechsynth.loads(data(instance))
    question = Case(environment)
    base = [None if ask == "team" else groves.value_without(question, i) for i in range(2)]
    now = [groves.payments(question, i, own) for i, own in enumerate(base)]
    return Result(
        question={"ask": ask, "transfers": "history-independent", "require": ["pepic"], "objective": "feasibility"},
        status=Status.FEASIBLE,
        mechanism=Mechanism(environment, question.actions, groves.transfers_of(question, now)),
        environment=environment,
    )


@pytest.mark.parametrize(("instance", "ask"), [(INTERDEPENDENT, "team"), (MOVED_BY_GOING, "pivot")])
def test_the_refusals_are_needed(instance: Json, ask: str) -> None:
    """Where the theorem is refused a lie can pay, and the checker says so."""
    result = by_formula(instance, ask)
    assert deviations.one_shot(instance, result.document()).slack < 0
    verdict = result.check()
    assert not verdict.accepted and "pepic " in str(verdict.reason)
    with pytest.raises(UsageError):
        solve(instance, ask)


def test_what_no_action_moves() -> None:
    """Where no action moves the next signals, the pivot payments are those of a single period, and true whatever the correlation."""
    result = by_formula(MOVED, "pivot")
    assert deviations.one_shot(MOVED, result.document()).slack >= 0
    assert result.check().accepted
    model = read(MOVED)
    (utility,) = (period.utility for period in model.periods)
    mechanism = deviations.Mechanism(model, result.document())
    for i in range(2):
        for p, a in mechanism.rule[0].items():
            other = utility[1 - i]
            assert mechanism.now(0, i, p) == max(other[b, p] for b in range(2)) - other[a, p]


def test_without_a_prior_there_is_no_budget() -> None:
    with pytest.raises(UsageError, match="no prior"):
        solve({key: value for key, value in small().items() if key != "prior"}, "lump-sum-budget")


@pytest.mark.parametrize(
    ("phi", "words"),
    [
        (3, "phi: neither a function"),
        ({"eve": [1, 2]}, "phi.eve: no such agent"),
        ({"ann": [1, 2, 3]}, "phi.ann: 3 entries"),
        ({"ann": [0.5, 1]}, "phi.ann"),
        (lambda agent, period, others: None, "phi.ann"),
    ],
)
def test_a_malformed_distribution_is_refused(phi: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        solve(small(), "groves", phi=phi)


# -- entry fees ----------------------------------------------------------------------------------------------------


def judge_budget(instance: Json) -> Json:
    """The budget, the fees and the mechanism, each from its definition."""
    result = solve(instance, "lump-sum-budget")
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    document = result.document()
    model = read(instance)
    prior = model.prior
    assert prior is not None
    surplus = efficient(model).values[0]
    total, fees = F(0), {}
    for i, name in enumerate(model.agents):
        alone = without(model, i)[0]
        kept = {p: surplus[p] - alone[p] for p in surplus}
        interim = []
        for k in range(len(model.periods[0].signals[i])):
            mass = sum((x for p, x in prior.items() if p[i] == k), F(0))
            if mass:
                interim.append(sum(x * kept[p] for p, x in prior.items() if p[i] == k) / mass)
        fees[name] = min(interim)
        total += min(interim) - sum(x * kept[p] for p, x in prior.items())
    budget = total + sum(x * surplus[p] for p, x in prior.items())
    assert number(document["value"]) == budget
    assert {n: number(x) for n, x in document["certificate"]["fees"].items()} == fees
    assert document["status"] == ("feasible" if budget >= 0 else "infeasible")
    if budget < 0:
        assert document["witness"] == {"kind": "budget", "shortfall": str(-budget)}
        assert "transfers" not in document["mechanism"]
        return document
    audit = deviations.one_shot(instance, document)
    assert audit.slack >= 0
    tables = document["mechanism"]["transfers"]
    collected = F(0)
    for i, name in enumerate(model.agents):
        own = audit.payoffs[0][name]
        if model.horizon is None:
            first = tables[name]["first"]
            while isinstance(first, list):
                assert len(first) == 1
                first = first[0]
            own = {p: x - number(first) for p, x in own.items()}
        assert all(
            sum(x * own[p] for p, x in prior.items() if p[i] == k) >= 0 for k in range(len(model.periods[0].signals[i]))
        )
        collected -= sum(x * own[p] for p, x in prior.items())
    assert collected + sum(x * surplus[p] for p, x in prior.items()) == budget
    return document


@pytest.mark.parametrize("seed", range(25))
def test_random_budgets(seed: int) -> None:
    judge_budget(drawn(seed, "shock"))


def test_both_answers_occur() -> None:
    assert {solve(drawn(seed, "shock"), "lump-sum-budget").status for seed in range(25)} == {
        Status.FEASIBLE,
        Status.INFEASIBLE,
    }


def trade(
    seller: list[list[F]], buyer: list[list[F]], values: list[F], discount: F, horizon: Any = "infinite", **changes: Any
) -> Json:
    """Bilateral trade (Yoon 2021a, 3.3): the seller's cost and the buyer's value are Markov chains on `values`."""
    size = len(values)
    even = [str(F(1, size))] * size
    chains = {
        name: [[str(x) for x in line] for line in chain] for name, chain in (("seller", seller), ("buyer", buyer))
    }
    labels = [str(v) for v in values]
    return {
        "format": "mechsynth-instance/1",
        "name": "bilateral-trade",
        "horizon": horizon,
        "discount": str(discount),
        "agents": ["seller", "buyer"],
        "signals": {"seller": labels, "buyer": labels},
        "actions": ["no", "trade"],
        "utilities": {
            "seller": {"private": [[0] * size, [str(-v) for v in values]]},
            "buyer": {"private": [[0] * size, [str(v) for v in values]]},
        },
        "transition": {"independent": chains},
        "prior": {"independent": {"seller": even, "buyer": even}},
        **changes,
    }


def symmetric(alpha: F) -> list[list[F]]:
    return [[alpha, 1 - alpha], [1 - alpha, alpha]]


@pytest.mark.parametrize("alpha", ALPHAS)
def test_bilateral_trade_balances_from_a_patience_on(alpha: F) -> None:
    """Yoon 2021a, 3.3.2: δ ≥ 1/(3 − 2α), equality included."""
    least = 1 / (3 - 2 * alpha)
    values = [F(0), F(1)]
    for discount, sign in ((least, 0), (least - F(1, 10**12), -1), (least + F(1, 10**12), 1)):
        document = judge_budget(trade(symmetric(alpha), symmetric(alpha), values, discount))
        budget = number(document["value"])
        assert (budget > 0) - (budget < 0) == sign
        gap = 1 / (1 - discount) - 1 / (1 - discount * (2 * alpha - 1))
        assert budget == gap / 2 - 1 / (4 * (1 - discount))


@pytest.mark.parametrize("alpha", [*ALPHAS, F(1)])
def test_two_periods_of_trade(alpha: F) -> None:
    """Yoon 2021a, 3.3.1 B: two periods without discounting balance iff α ≤ 1/2."""
    budget = number(judge_budget(trade(symmetric(alpha), symmetric(alpha), [F(0), F(1)], F(1), horizon=2))["value"])
    assert budget == F(1, 2) - alpha
    sharp = number(
        judge_budget(trade(symmetric(F(1, 2) + F(1, 10**12)), symmetric(F(1, 2)), [F(0), F(1)], F(1), horizon=2))[
            "value"
        ]
    )
    assert sharp < 0


def test_condition_star() -> None:
    """Yoon 2021a, condition (*), from S = V + δ P_s S P_b^T: whose `W_{-i}` is 0, and the budget is the same."""
    rng = random.Random(3)
    for _ in range(6):
        size = rng.choice((2, 3))
        values = [F(k) for k in sorted(rng.sample(range(9), size))]
        seller, buyer = ([row(rng, size, zeros=True) for _ in range(size)] for _ in range(2))
        discount = rng.choice((F(1, 2), F(9, 10)))
        flow = {(i, j): max(values[j] - values[i], F(0)) for i, j in box((size, size))}
        step = {
            (i, j): {(k, m): seller[i][k] * buyer[j][m] for k, m in box((size, size))} for i, j in box((size, size))
        }
        s = discounted(flow, step, discount)
        deficit = sum(s.values()) / size**2
        fees = min(sum(s[i, j] for j in range(size)) for i in range(size)) / size
        fees += min(sum(s[i, j] for i in range(size)) for j in range(size)) / size
        document = judge_budget(trade(seller, buyer, values, discount))
        assert number(document["value"]) == fees - deficit


def test_an_absorbing_worst_type_forbids_balance() -> None:
    """Yoon 2021a, Theorem 6."""
    seller = [[F(1, 2), F(1, 2)], [F(0), F(1)]]
    buyer = [[F(1), F(0)], [F(1, 2), F(1, 2)]]
    for discount in (F(1, 2), F(99, 100), F(10**6 - 1, 10**6)):
        assert judge_budget(trade(seller, buyer, [F(0), F(1)], discount))["status"] == "infeasible"


# -- the checker refuses -------------------------------------------------------------------------------------------


def first_leaf(tables: Any, kind: str) -> list[Any]:
    """The list that holds the first number of the first table of a kind."""
    tables = tables[0] if isinstance(tables, list) else tables
    table: list[Any] = next(iter(tables.values()))[kind]
    while isinstance(table[0], list):
        table = table[0]
    return table


@pytest.mark.parametrize("horizon", ["infinite", 3])
@pytest.mark.parametrize("ask", [*ASKS, "lump-sum-budget"])
def test_a_bent_payment_is_refused(ask: str, horizon: Any) -> None:
    instance = (
        small(horizon=horizon)
        if ask in ASKS
        else trade(symmetric(F(1, 2)), symmetric(F(1, 2)), [F(0), F(1)], F(9, 10), horizon)
    )
    raw = data(instance)
    whole = json.loads(solve(instance, ask).to_bytes())
    assert whole["status"] == "feasible" and check(whole, raw).accepted
    for kind in ("now", "first") if ask not in ASKS and horizon == "infinite" else ("now",):
        for step in (F(1, 7), F(-1, 7)):
            bent = copy.deepcopy(whole)
            leaf = first_leaf(bent["mechanism"]["transfers"], kind)
            leaf[0] = str(F(leaf[0]) + step)
            assert not check(bent, raw).accepted, (kind, step)


def test_claims_that_are_not_true_are_refused() -> None:
    raw = data(small())
    documents = {ask: json.loads(solve(small(), ask).to_bytes()) for ask in ASKS}
    documents["other"] = json.loads(solve(small(), "groves", phi=some_phi).to_bytes())

    def renamed(name: str, ask: str) -> bool:
        changed = copy.deepcopy(documents[name])
        changed["certificate"] = {"ties": changed["certificate"]["ties"]}
        return bool(check({**changed, "question": {**changed["question"], "ask": ask}}, raw).accepted)

    # every member is a Groves mechanism; otherwise a name says what the payoffs are
    assert all(renamed(name, "groves") for name in documents)
    assert renamed("groves", "team")
    assert not any(
        renamed(*pair) for pair in (("team", "pivot"), ("pivot", "team"), ("other", "team"), ("other", "pivot"))
    )
    bent = copy.deepcopy(documents["pivot"])
    bent["certificate"]["marginal"]["ann"][0][0] += "0"
    assert not check(bent, raw).accepted
    # truth-telling alone is not enough for the name: a constant more, to everybody, is refused by team and pivot
    for ask in ("team", "pivot"):
        dearer = copy.deepcopy(documents[ask])
        table = dearer["mechanism"]["transfers"]["ann"]["now"]
        dearer["mechanism"]["transfers"]["ann"]["now"] = [[str(F(x) + 1) for x in line] for line in table]
        assert "payoff ann" in str(check(dearer, raw).reason)


@pytest.mark.parametrize("alpha", [F(1, 3), F(3, 4)])
def test_a_budget_that_is_not_true_is_refused(alpha: F) -> None:
    instance = trade(symmetric(alpha), symmetric(alpha), [F(0), F(1)], F(1), horizon=2)
    raw = data(instance)
    whole = json.loads(solve(instance, "lump-sum-budget").to_bytes())
    assert check(whole, raw).accepted
    other = "infeasible" if whole["status"] == "feasible" else "feasible"
    witness = {"kind": "budget", "shortfall": "1"}
    changes: list[Json] = [
        {"value": "1"},
        {"value": None},
        {"status": other, "witness": witness if other == "infeasible" else None},
    ]
    if whole["witness"]:
        changes.append({"witness": witness})
    fees = {**whole["certificate"], "fees": {"seller": "0"}}
    changes.append({"certificate": fees})
    for change in changes:
        assert not check({**whole, **change}, raw).accepted, change


# -- words and command ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [*ASKS, "lump-sum-budget"])
def test_the_words(ask: str) -> None:
    text = solve(small(), ask).explain()
    assert "what was asked" not in text and max(map(len, text.splitlines())) <= 100


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(LIBRARY / "no-correlation-private.json")
    out = str(tmp_path / "result.json")
    for ask in ASKS:
        assert main(["solve", path, "--ask", ask, "-o", out]) == 0
        assert main(["check", out, path]) == 0
    capsys.readouterr()
    assert main(["solve", str(LIBRARY / "no-correlation.json"), "--ask", "team"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    judge(load(path), "pivot")
