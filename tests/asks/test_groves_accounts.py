"""What team, pivot and Groves results tell besides payments, a decision rule of one's own, and what other efficient mechanisms can do.

    Z_i = V_i − X_i = Φ_i − V_{-i}   (Yoon 2021b, Definition 1),   Φ_i(θ^{-i}) = φ_i(θ^{-i}) + δ E[Φ_i | â_i(θ^{-i}), θ^{-i}]   (Definition 1')

with V_i the discounted sum of what i enjoys under the efficient rule, before payments.
"""

from __future__ import annotations

import copy
import json
import random
import shlex
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from asks.test_private_values import data, drawn, small, some_phi, without
from oracles import deviations
from oracles.efficient import Values, discounted, efficient
from oracles.model import Model, number, read
from properties.strategies import box, nest, row

import mechsynth
from mechsynth.check import check
from mechsynth.errors import InputError, UsageError
from mechsynth.result import Result

Json = dict[str, Any]
LIBRARY = Path(__file__).resolve().parents[2] / "instances"


def solve(instance: Json, ask: str, **options: Any) -> Result:
    return mechsynth.solve(mechsynth.loads(data(instance)), ask, **options)


def summed(model: Model, rule: list[dict[Any, int]], flow: Any) -> list[Values]:
    """E Σ δ^s f_s under a rule, per distinct period; `flow(t, a, p)`."""
    if model.horizon is None:
        period = model.periods[0]
        assert period.kernel is not None
        step = {p: period.kernel[a, p] for p, a in rule[0].items()}
        return [discounted({p: flow(0, a, p) for p, a in rule[0].items()}, step, model.delta)]
    found: list[Values] = []
    for t in reversed(range(model.horizon)):
        period = model.periods[t]
        now = {}
        for p, a in rule[t].items():
            now[p] = flow(t, a, p)
            if found and period.kernel is not None:
                now[p] += model.delta * sum((x * found[0][q] for q, x in period.kernel[a, p].items()), F(0))
        found.insert(0, now)
    return found


def told(table: Any, p: tuple[int, ...]) -> F:
    for k in p:
        table = table[0] if len(table) == 1 else table[k]
    return number(table)


@pytest.mark.parametrize("seed", range(14))
def test_accounts(seed: int) -> None:
    """Total payments are V_i − X_i; the pivot mechanism's tables are W_{-i} and W − W_{-i}; they stand wherever they are short."""
    instance = drawn(seed, "shock")
    model = read(instance)
    eff = efficient(model)
    for ask in ("team", "pivot", "groves"):
        result = solve(instance, ask, **({"phi": some_phi} if ask == "groves" else {}))
        assert result.check().accepted
        document = result.document()
        payoffs = deviations.one_shot(instance, document).payoffs[0]
        certificate = document["certificate"]
        for i, name in enumerate(model.agents):
            enjoyed = summed(model, eff.rule, lambda t, a, p, i=i: model.periods[t].utility[i][a, p])[0]
            others = summed(
                model,
                eff.rule,
                lambda t, a, p, i=i: sum((u[a, p] for j, u in enumerate(model.periods[t].utility) if j != i), F(0)),
            )[0]
            alone = without(model, i)[0]
            for p, value in enjoyed.items():
                total = told(certificate["totals"][name], p)
                assert total == value - payoffs[name][p]
                if ask == "pivot":
                    assert told(certificate["without"][name], p) == alone[p] == total + others[p]
                    assert told(certificate["marginal"][name], p) == eff.values[0][p] - alone[p]
                if ask == "groves":
                    assert told(certificate["distribution"][name], p) == eff.values[0][p] - payoffs[name][p]
                    assert told(certificate["distribution"][name], p) == total + others[p]


def some_rule(agent: str, period: int | None, others: tuple[str, ...]) -> int:
    return sum(map(ord, agent + "".join(others))) + (period or 0)


@pytest.mark.parametrize("seed", range(10))
def test_a_decision_rule_of_ones_own(seed: int) -> None:
    """Φ_i adds φ_i up under â_i, as Definition 1' says; truth stays an equilibrium; functions and tables say the same."""
    instance = drawn(seed, "shock")
    model = read(instance)

    def decide(agent: str, period: int | None, others: tuple[str, ...]) -> str:
        actions = model.periods[(period or 1) - 1].actions
        return str(actions[some_rule(agent, period, others) % len(actions)])

    result = solve(instance, "groves", phi=some_phi, decide=decide)
    assert result.check().accepted
    document = result.document()
    assert deviations.one_shot(instance, document).slack >= 0
    tables: Json = {}
    for i, name in enumerate(model.agents):
        rest = [j for j in range(len(model.agents)) if j != i]
        arrays, rule, flow = [], [], []
        for t, period in enumerate(model.periods):
            when = None if model.horizon is None else t + 1
            names = {p: tuple(period.signals[j][p[j]] for j in rest) for p in period.profiles()}
            rule.append({p: period.actions.index(decide(name, when, q)) for p, q in names.items()})
            flow.append({p: some_phi(name, when, q) for p, q in names.items()})
            sizes = tuple(len(period.signals[j]) for j in rest)
            labels = {q: decide(name, when, tuple(period.signals[j][k] for j, k in zip(rest, q))) for q in box(sizes)}
            arrays.append(nest(labels, sizes))
        tables[name] = arrays[0] if model.horizon is None else arrays
        wanted = summed(model, rule, lambda t, a, p, flow=flow: flow[t][p])[0]
        for p, value in wanted.items():
            assert told(document["certificate"]["distribution"][name], p) == value
    again = solve(instance, "groves", phi=some_phi, decide=tables)
    assert again.document()["mechanism"] == document["mechanism"]


def test_the_decision_rule_matters() -> None:
    """Where actions move signals, and does not where φ is constant: Φ = φ/(1 − δ) under any rule."""
    instance = small()
    training = [[["1/2", "1/2"], ["1/3", "2/3"]], [["1", "0"], ["0", "1"]]]
    instance["transition"] = {"independent": {"ann": training, "bob": training}}
    go, wait = ({name: ["go", "go"] if a == "go" else ["wait", "wait"] for name in ("ann", "bob")} for a in ("go", "wait"))
    phi = {"ann": ["1", "0"], "bob": ["0", "2"]}
    found = [solve(instance, "groves", phi=phi, decide=rule).document()["certificate"]["distribution"] for rule in (go, wait)]
    assert found[0] != found[1]
    assert found[1] == {"ann": [["10", "0"]], "bob": [["0"], ["20"]]}
    flat = {"ann": ["1"], "bob": ["3"]}
    one, other = (solve(instance, "groves", phi=flat, decide=rule).document() for rule in (go, wait))
    assert one["mechanism"] == other["mechanism"]
    assert told(one["certificate"]["distribution"]["bob"], (0, 1)) == 30


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"decide": lambda agent, period, others: "go"}, UsageError, "give phi"),
        ({"phi": some_phi, "decide": 3}, InputError, "decide: neither a function"),
        ({"phi": some_phi, "decide": {"eve": ["go", "go"]}}, InputError, "decide.eve: no such agent"),
        ({"phi": some_phi, "decide": {"ann": ["go"] * 3}}, InputError, "decide.ann: an array of shape"),
        ({"phi": some_phi, "decide": {"ann": ["go", "fly"]}}, InputError, "decide.ann: 'fly' is no action"),
        ({"phi": some_phi, "decide": lambda agent, period, others: 0}, InputError, "decide.ann: 0 is no action"),
    ],
)
def test_a_malformed_decision_rule_is_refused(options: Json, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        solve(small(), "groves", **options)


def test_bent_accounts_are_refused() -> None:
    raw = data(small())
    documents = {
        "team": json.loads(solve(small(), "team").to_bytes()),
        "pivot": json.loads(solve(small(), "pivot").to_bytes()),
        "groves": json.loads(solve(small(), "groves", phi=some_phi).to_bytes()),
    }
    keys = {"team": ["totals"], "pivot": ["totals", "without", "marginal"], "groves": ["totals", "distribution"]}
    for ask, document in documents.items():
        assert check(document, raw).accepted
        assert set(document["certificate"]) == {"ties", *keys[ask]}
        for key in keys[ask]:
            for name in ("ann", "bob"):
                bent = copy.deepcopy(document)
                cell = bent["certificate"][key][name]
                while isinstance(cell[0], list):
                    cell = cell[0]
                cell[0] = str(F(cell[0]) + F(1, 10**12))
                reason = str(check(bent, raw).reason)
                assert name in reason and "first signal" not in reason, reason


def test_the_words_tell_the_accounts() -> None:
    text = solve(small(), "pivot").explain()
    assert "pays in all" in text and "the others without it" in text
    assert "surplus less what it gets" in solve(small(), "groves", phi=some_phi).explain()


# -- other efficient mechanisms ------------------------------------------------------------------------------------


def revenue(environment: mechsynth.Environment, transfers: str = "history-independent") -> F:
    result = mechsynth.solve(
        environment, "implement", transfers=transfers, require=["participation:interim"], objective="max-revenue"
    )
    assert result.status == "optimal" and result.check().accepted
    return F(str(result.value))


def budget(environment: mechsynth.Environment) -> F:
    result = mechsynth.solve(environment, "lump-sum-budget")
    assert result.check().accepted
    return F(str(result.value))


def static(seed: int, sizes: tuple[int, int], always: bool) -> Json:
    """One period, private values, independent signals; `always`: one action is best whatever the signals."""
    rng = random.Random(f"static {seed}")
    first = [rng.randint(20, 30) if always else rng.randint(-4, 8) for _ in range(sum(sizes))]
    utilities = {
        name: {"private": [first[k * sizes[0] :][:n], [rng.randint(-4, 8) for _ in range(n)]]}
        for k, (name, n) in enumerate(zip(("ann", "bob"), sizes))
    }
    return {
        "format": "mechsynth-instance/1",
        "name": "static",
        "horizon": 1,
        "discount": "1",
        "agents": ["ann", "bob"],
        "signals": {"ann": [f"k{k}" for k in range(sizes[0])], "bob": [f"p{k}" for k in range(sizes[1])]},
        "actions": ["go", "wait"],
        "utilities": utilities,
        "prior": {
            "independent": {
                name: [str(x) for x in row(rng, n, zeros=False)] for name, n in zip(("ann", "bob"), sizes)
            }
        },
    }


@pytest.mark.parametrize("seed", range(5))
def test_no_efficient_mechanism_raises_less(seed: int) -> None:
    """One period: entry and interim participation are one, so the most that any mechanism raises is at least the pivot mechanism's."""
    environment = mechsynth.loads(data(static(seed, (2 + seed % 2, 3), always=False)))
    assert revenue(environment) >= budget(environment)


@pytest.mark.parametrize("seed", range(6))
def test_where_there_is_no_room(seed: int) -> None:
    """Where no report moves the action, incentives leave nothing but payments that the own report does not enter: both are Σ_i min_k u^i(k).

    The same every period where signals are drawn anew: Σ_i (min_k u^i(k) + δ/(1−δ) E u^i).
    """
    instance = static(seed, (2, 3), always=True)
    environment = mechsynth.loads(data(instance))
    least = sum(min(u["private"][0]) for u in instance["utilities"].values())
    assert budget(environment) == revenue(environment) == least
    if seed > 3:
        return
    priors = instance["prior"]["independent"]
    instance |= {
        "horizon": "infinite",
        "discount": "1/2",
        "transition": {"independent": {name: [chances] * len(chances) for name, chances in priors.items()}},
    }
    mean = sum(
        sum(F(x) * u for x, u in zip(priors[name], instance["utilities"][name]["private"][0])) for name in priors
    )
    environment = mechsynth.loads(data(instance))
    assert budget(environment) == least + mean
    assert revenue(environment) == revenue(environment, "contingent+now") == least + mean


def test_a_price_does_better() -> None:
    """The instance: fees miss 1/6, and a fixed price of 1/2 is efficient, PEPIC, keeps everybody in and balances ex post. It is checked by hand, too."""
    path = LIBRARY / "bilateral-trade-persistent.json"
    environment = mechsynth.load(path)
    told_ = json.loads(path.read_text(encoding="utf-8"))["x-expected"]
    assert budget(environment) == F(told_["lump-sum-budget"]["value"]) == F(-1, 6)
    # all of E W = 1/2, which no mechanism that keeps everybody in can exceed
    assert revenue(environment) == F(1, 2)
    words = mechsynth.solve(environment, "lump-sum-budget").explain()
    assert "ask implement" in " ".join(words.split())
    price = {"seller": [["0", "-1/2"], ["0", "0"]], "buyer": [["0", "1/2"], ["0", "0"]]}
    result = mechsynth.solve(
        environment,
        "implement",
        transfers="history-independent",
        require=["budget:ex-post", "participation:ex-post"],
    )
    document = json.loads(result.to_bytes())
    assert result.status == "feasible"
    document["mechanism"]["transfers"] = {name: {"now": table} for name, table in price.items()}
    assert check(document, path.read_bytes()).accepted


@pytest.mark.parametrize("name", ["bilateral-trade-persistent", "bilateral-trade-irrational"])
def test_stated_answers_about_any_mechanism(name: str) -> None:
    path = LIBRARY / f"{name}.json"
    stated = json.loads(path.read_text(encoding="utf-8"))["x-expected"]["implement"]
    assert stated
    for options, status in stated.items():
        words = shlex.split(options)
        pairs = list(zip(words[::2], words[1::2], strict=True))
        (transfers,) = (value for key, value in pairs if key == "--transfers")
        require = [value for key, value in pairs if key == "--require"]
        result = mechsynth.solve(mechsynth.load(path), "implement", transfers=transfers, require=require)
        assert result.status == status and result.check().accepted
