"""Generalized VCG (Liu 2014, Theorem 3.8), against its definitions in plain Fractions.

With X the truthful payoffs and W the surplus,  V^i(a,θ) = u^i(a,θ) + δ E[X^i(θ')|a,θ],  W(a,θ) = Σ_j u^j(a,θ) + δ E[W(θ')|a,θ].
Payments rise where the rule turns from b to a, at the signal x whose lower neighbour is y:

    (4)  Σ_{j≠i} [u^j(b,x) − u^j(a,x)] + δ E[W − X^i | b,x] − δ E[W − X^i | a,x],      V^i(a,y) − V^i(b,y) ≤ step ≤ V^i(a,x) − V^i(b,x)

*Yes* is judged by `oracles.deviations`, *no* by z3 over every (stationary) history-independent payment rule.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from fractions import Fraction as F
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
import z3
from asks.test_private_values import drawn as private
from asks.test_private_values import without
from oracles import deviations
from oracles.efficient import Values, efficient
from oracles.model import Model, Profile, box, drop, insert, load, number, read
from oracles.transfers import real
from properties.strategies import data, nest, row

import mechsynth
from mechsynth.check import check
from mechsynth.cli import main
from mechsynth.result import Result

Json = dict[str, Any]
LIBRARY = Path(__file__).resolve().parents[2] / "instances"
NAMES = ("ann", "bob", "cyd")
LABELS = {"ann": "klm", "bob": "pqr", "cyd": "xyz"}
ASK = "generalized-vcg"

# where the steps chosen first lead into a cycle or to no fixed point, and other payments do
OTHER_STEPS = [("any", 410), ("any", 422), ("any", 75), ("any", 237), ("rising", 193), ("rising", 467)]
# where a period before the last has a cycle, and no other payments do
STUCK_EARLY = [("any", 68), ("any", 73), ("rising", 60), ("rising", 118)]
SAMPLE = [(kind, seed) for kind in ("any", "rising") for seed in range(22)]


def drawn(seed: int, kind: str) -> Json:
    """Independent chains and interdependent utilities: `any`, or `rising` in all signals and in the number of the action, up to noise."""
    rng = random.Random(f"{kind} {seed}")
    count = rng.choice((2, 2, 2, 3))
    horizon = rng.choice(("infinite", "infinite", 1, 2, 3))
    names = NAMES[:count]
    sizes = tuple(rng.randint(2, 3 if count < 3 else 2) for _ in names)
    actions = rng.randint(2, 3)
    utilities = {}
    for i, name in enumerate(names):
        values = {}
        for a in range(actions):
            base = [F(rng.randint(-4, 4), 2) for _ in names]
            for p in box(list(sizes)):
                if kind == "any":
                    values[a, *p] = F(rng.randint(-6, 6))
                else:
                    rng.randint(0, 3)
                    slope = sum((F(a) * (2 if j == i else F(1, 2)) * k for j, k in enumerate(p)), F(0))
                    values[a, *p] = base[0] + slope + F(rng.randint(-1, 1), 2)
        utilities[name] = nest(values, (actions, *sizes))
    instance: Json = {
        "format": "mechsynth-instance/1",
        "name": f"drawn-{seed}",
        "horizon": horizon,
        "discount": rng.choice(("1/2", "9/10", "2/3" if horizon == "infinite" else "1")),
        "agents": list(names),
        "signals": {n: list(LABELS[n][:k]) for n, k in zip(names, sizes)},
        "actions": [f"a{k}" for k in range(actions)],
        "utilities": utilities,
    }
    if horizon != 1:
        instance["transition"] = {
            "independent": {
                n: [[[str(x) for x in row(rng, k, rng.random() < 0.3)] for _ in range(k)] for _ in range(actions)]
                for n, k in zip(names, sizes)
            }
        }
    return instance


def solve(instance: Json, ask: str = ASK, **options: Any) -> Result:
    return mechsynth.solve(mechsynth.loads(data(instance)), ask, **options)


# -- the definitions -----------------------------------------------------------------------------------------------


def after(model: Model, t: int, a: int, p: Profile, values: Values | None) -> F:
    """δ E[f(θ') | a, θ]."""
    kernel = model.periods[t].kernel
    if kernel is None:
        return F(0)
    assert values is not None
    return model.delta * sum((x * values[q] for q, x in kernel[a, p].items()), F(0))


class Worths:
    """V^i(a,θ), W(a,θ), and (4) as it stands in the paper."""

    def __init__(self, model: Model, payoffs: list[dict[str, Values]]) -> None:
        self.model, self.payoffs, self.best = model, payoffs, efficient(model)

    def _next(self, t: int, i: int) -> Values | None:
        then = self.model.next_period(t)
        return None if then is None else self.payoffs[then][self.model.agents[i]]

    def own(self, t: int, i: int, a: int, p: Profile) -> F:
        return self.model.periods[t].utility[i][a, p] + after(self.model, t, a, p, self._next(t, i))

    def society(self, t: int, a: int, p: Profile) -> F:
        then = self.model.next_period(t)
        values = None if then is None else self.best.values[then]
        return sum((u[a, p] for u in self.model.periods[t].utility), F(0)) + after(self.model, t, a, p, values)

    def formula(self, t: int, i: int, b: int, a: int, x: Profile) -> F:
        """One step of equation (4)."""
        utility, then = self.model.periods[t].utility, self.model.next_period(t)
        total = sum((u[b, x] - u[a, x] for j, u in enumerate(utility) if j != i), F(0))
        if then is not None:
            mine = self.payoffs[then][self.model.agents[i]]
            rest = {q: w - mine[q] for q, w in self.best.values[then].items()}
            total += after(self.model, t, b, x, rest) - after(self.model, t, a, x, rest)
        return total

    def lines(self) -> Iterator[tuple[int, int, Profile, list[Profile]]]:
        """Every period, agent and signals of the others, with the profiles in the order of the own signal."""
        for t, period in enumerate(self.model.periods):
            for i, own in enumerate(period.signals):
                for others in box([len(s) for j, s in enumerate(period.signals) if j != i]):
                    yield t, i, others, [insert(others, i, k) for k in range(len(own))]

    def failing(self) -> set[tuple[int, int, str]]:
        """Period, agent and condition of everything that fails: for b used first at a lower signal than a, with D(k) = (a's worth) − (b's) at k,

        single crossing of W: for no k < r is D(k) ≥ 0 > D(r) or D(k) > 0 ≥ D(r);  increasing differences of V^i: D(k) ≤ D(r) for all k < r.
        """
        found = set()
        for t, i, _, profiles in self.lines():
            rule = [self.best.rule[t][p] for p in profiles]
            for b, a in combinations(sorted(set(rule), key=rule.index), 2):
                for p, q in combinations(profiles, 2):
                    low, high = (self.society(t, a, x) - self.society(t, b, x) for x in (p, q))
                    if (low >= 0 > high) or (low > 0 >= high):
                        found.add((t, i, "single-crossing"))
                    if self.own(t, i, a, p) - self.own(t, i, b, p) > self.own(t, i, a, q) - self.own(t, i, b, q):
                        found.add((t, i, "increasing-differences"))
        return found


def impossible(model: Model) -> bool:
    """Does z3 refute all history-independent payments (stationary ones, when the horizon is infinite), for some agent?"""
    rule = efficient(model).rule
    for i in range(len(model.agents)):
        paid = [{p: z3.Real(f"p{t}{p}") for p in period.profiles()} for t, period in enumerate(model.periods)]
        gets = [{p: z3.Real(f"x{t}{p}") for p in period.profiles()} for t, period in enumerate(model.periods)]
        solver = z3.SolverFor("QF_LRA")
        for t, period in enumerate(model.periods):
            then = model.next_period(t)
            for p in period.profiles():
                for k in range(len(period.signals[i])):
                    told = insert(drop(p, i), i, k)
                    a = rule[t][told]
                    worth = real(period.utility[i][a, p]) - paid[t][told]
                    if period.kernel is not None and then is not None:
                        worth += z3.Sum([real(model.delta * x) * gets[then][q] for q, x in period.kernel[a, p].items()])
                    solver.add(gets[t][p] == worth if told == p else gets[t][p] >= worth)
        if solver.check() == z3.unsat:
            return True
    return False


def judge_cycle(instance: Json, model: Model, document: Json) -> None:
    """With the later payments in the file the lies of the chain gain what the file says, and a condition of the theorem fails there."""
    witness, certificate = document["witness"], document["certificate"]
    now = certificate.get("now", [{}] * len(model.periods))
    assert not any(now[: witness["period"]])
    later = [{name: {"now": table} for name, table in period.items()} for period in now]
    audit = deviations.one_shot(instance, {**document, "mechanism": {**document["mechanism"], "transfers": later}})
    worths, t, i = Worths(model, audit.payoffs), witness["period"] - 1, model.agents.index(witness["agent"])
    assert all(x.slack >= 0 for x in audit.lies if x.agent == witness["agent"] and x.period > witness["period"])
    signals = model.periods[t].signals

    def at(label: str, others: Json) -> Profile:
        return tuple(s.index(label if j == i else others[model.agents[j]]) for j, s in enumerate(signals))

    chain, total = witness["cycle"], F(0)
    for k, r in zip(chain, chain[1:] + chain[:1]):
        true, told = at(k, witness["others"]), at(r, witness["others"])
        total += worths.own(t, i, worths.best.rule[t][told], true) - worths.own(t, i, worths.best.rule[t][true], true)
    assert total == number(witness["shortfall"]) > 0
    assert certificate["violations"]
    for record in certificate["violations"]:
        assert (record["period"] - 1, record["agent"]) == (t, witness["agent"])
        assert (t, i, record["kind"]) in worths.failing()
        b, a = map(model.periods[t].actions.index, record["actions"])
        for signal, difference in zip(record["signals"], record["differences"]):
            p = at(signal, record["others"])
            own = worths.own(t, i, a, p) - worths.own(t, i, b, p)
            all_of_us = worths.society(t, a, p) - worths.society(t, b, p)
            assert number(difference) == (own if record["kind"] == "increasing-differences" else all_of_us)


def judge(instance: Json) -> tuple[Json, Worths | None]:
    """The checker accepts the answer, and the answer is true."""
    result = solve(instance)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    document = json.loads(result.to_bytes())
    model = read(instance)
    if result.status == "infeasible":
        assert impossible(model)
        assert "transfers" not in document["mechanism"]
        if document["witness"]["kind"] == "cycle":
            judge_cycle(instance, model, document)
        return document, None
    assert result.status == "feasible"
    audit = deviations.one_shot(instance, document)
    assert audit.slack >= 0, audit.least
    if model.horizon is not None:
        assert deviations.best_response_gain(instance, document) == 0
    worths = Worths(model, audit.payoffs)
    # the conditions
    listed = {
        (v.get("period", 1) - 1, model.agents.index(v["agent"]), v["kind"])
        for v in document["certificate"]["violations"]
    }
    assert listed == worths.failing()
    # thresholds and steps
    mechanism = deviations.Mechanism(model, document)
    told = {
        (s.get("period", 1) - 1, s["agent"], tuple(s["others"].values()), s["signal"]): s
        for s in document["certificate"]["thresholds"]
    }
    for t, i, others, profiles in worths.lines():
        period, name = model.periods[t], model.agents[i]
        around = tuple(s[k] for s, k in zip([s for j, s in enumerate(period.signals) if j != i], others))
        for k, (y, x) in enumerate(pairwise(profiles), 1):
            b, a = worths.best.rule[t][y], worths.best.rule[t][x]
            step = mechanism.now(t, i, x) - mechanism.now(t, i, y)
            if a == b:
                assert step == 0
                continue
            record = told.pop((t, name, around, period.signals[i][k]))
            assert record["actions"] == [period.actions[b], period.actions[a]]
            assert number(record["step"]) == step
            assert number(record["formula"]) == worths.formula(t, i, b, a, x)
            assert number(record["least"]) == worths.own(t, i, a, y) - worths.own(t, i, b, y)
            assert number(record["most"]) == worths.own(t, i, a, x) - worths.own(t, i, b, x)
            assert number(record["least"]) <= step <= number(record["most"])
    assert not told
    return document, worths


# -- random instances ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "seed"), [*SAMPLE, *OTHER_STEPS, *STUCK_EARLY])
def test_random(kind: str, seed: int) -> None:
    document, worths = judge(drawn(seed, kind))
    if worths is None:
        return
    # nothing for the lowest signal
    model, mechanism = worths.model, deviations.Mechanism(worths.model, document)
    assert all(mechanism.now(t, i, profiles[0]) == 0 for t, i, _, profiles in worths.lines())
    # (4) wherever it works, the gain of the signal below where it falls short of it
    failing = {(t, i) for t, i, _ in worths.failing()}
    if (kind, seed) in OTHER_STEPS:
        return
    for record in document["certificate"]["thresholds"]:
        if (record.get("period", 1) - 1, model.agents.index(record["agent"])) not in failing:
            assert number(record["step"]) == max(number(record["formula"]), number(record["least"]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["any", "rising"])
@pytest.mark.parametrize("seed", range(30, 230))
def test_many(kind: str, seed: int) -> None:
    judge(drawn(seed, kind))


def test_every_kind_of_answer_occurs() -> None:
    seen = set()
    for kind, seed in [*SAMPLE, *STUCK_EARLY]:
        instance = drawn(seed, kind)
        document = solve(instance).document()
        certificate, witness = document["certificate"], document["witness"]
        far = "infinite" if instance["horizon"] == "infinite" else "finite"
        seen.add((far, document["status"], witness and witness["kind"], bool(certificate.get("violations"))))
        seen |= {number(s["formula"]) < number(s["least"]) for s in certificate.get("thresholds", [])}
        seen |= {"farkas besides"} if "farkas" in certificate else set()
    assert seen >= {
        ("finite", "feasible", None, False),
        ("finite", "feasible", None, True),
        ("finite", "infeasible", "cycle", True),
        ("infinite", "feasible", None, False),
        ("infinite", "feasible", None, True),
        ("infinite", "infeasible", "farkas", True),
        "farkas besides",
        True,
        False,
    }


@pytest.mark.parametrize(("kind", "seed"), OTHER_STEPS)
def test_other_steps_are_tried_before_a_no(kind: str, seed: int) -> None:
    """(4), corrected, need not lead to payments though there are some: the program of all payments decides."""
    assert solve(drawn(seed, kind)).status == "feasible"


def test_equation_4_itself_can_fail() -> None:
    """Going is worth 3 or 4 to ann, −5 or 6 to bob. At the threshold (4) charges −6, what bob gains; the low signal would then gain 3 + 6 by going."""
    instance = {
        "format": "mechsynth-instance/1",
        "name": "short-step",
        "horizon": 1,
        "discount": "1",
        "agents": ["ann", "bob"],
        "signals": {"ann": ["low", "high"], "bob": ["-"]},
        "actions": ["wait", "go"],
        # what going is worth: to ann 3, 4; to bob −5, 6
        "utilities": {"ann": [[[0], [0]], [[3], [4]]], "bob": [[[0], [0]], [[-5], [6]]]},
    }
    document, _ = judge(instance)
    (record,) = document["certificate"]["thresholds"]
    assert (record["formula"], record["least"], record["most"], record["step"]) == ("-6", "3", "4", "3")
    bent = copy.deepcopy(document)
    bent["mechanism"]["transfers"][0]["ann"]["now"] = [["0"], ["-6"]]
    del bent["certificate"]["thresholds"]
    assert deviations.one_shot(instance, bent).slack == -9
    assert "pepic ann" in str(check(bent, data(instance)).reason)


# -- private values: Remark 3.9 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_private_values(seed: int) -> None:
    """Then (4) is the pivot mechanism up to h^i(θ^{-i}): in the payoffs, and in the payments h_t − δ E[h_{t+1} | a*(θ), θ^{-i}]."""
    instance = private(seed, "shock")
    document, worths = judge(instance)
    assert worths is not None
    model = worths.model
    assert all(s["step"] == s["formula"] for s in document["certificate"]["thresholds"])
    mechanism = deviations.Mechanism(model, document)
    pivot = deviations.Mechanism(model, solve(instance, "pivot").document())
    for i, name in enumerate(model.agents):
        alone = without(model, i)
        h = [
            {p: worths.best.values[t][p] - alone[t][p] - own[name][p] for p in own[name]}
            for t, own in enumerate(worths.payoffs)
        ]
        for t, period in enumerate(model.periods):
            then = model.next_period(t)
            for p in period.profiles():
                low = insert(drop(p, i), i, 0)
                assert h[t][p] == h[t][low]
                moved = after(model, t, worths.best.rule[t][p], p, None if then is None else h[then])
                assert mechanism.now(t, i, p) - pivot.now(t, i, p) == h[t][p] - moved
                if period.kernel is None or all(
                    period.kernel[a, p] == period.kernel[0, p] for a in range(len(period.actions))
                ):
                    # no action moves anything: the own report does not enter the difference at all
                    assert mechanism.now(t, i, p) - pivot.now(t, i, p) == mechanism.now(t, i, low) - pivot.now(
                        t, i, low
                    )


def absorbing(seed: int, horizon: Any) -> Json:
    """Private values; everybody's lowest signal stays what it is and is worth nothing under every action."""
    rng = random.Random(f"absorbing {seed}")
    names = NAMES[: rng.choice((1, 2, 2, 3))]
    sizes = {n: rng.randint(1, 3 if len(names) < 3 else 2) for n in names}
    actions = rng.randint(1, 3)
    chains = {
        n: [
            [["1", *["0"] * (k - 1)], *([str(x) for x in row(rng, k, True)] for _ in range(k - 1))]
            for _ in range(actions)
        ]
        for n, k in sizes.items()
    }
    return {
        "format": "mechsynth-instance/1",
        "name": f"absorbing-{seed}",
        "horizon": horizon,
        "discount": rng.choice(("1/2", "9/10")),
        "agents": list(names),
        "signals": {n: list(LABELS[n][:k]) for n, k in sizes.items()},
        "actions": [f"a{k}" for k in range(actions)],
        "utilities": {
            n: {"private": [[0, *(str(F(rng.randint(-6, 6), 2)) for _ in range(k - 1))] for _ in range(actions)]}
            for n, k in sizes.items()
        },
        **({} if horizon == 1 else {"transition": {"independent": chains}}),
    }


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("horizon", ["infinite", 1, 3])
def test_a_lowest_signal_that_is_absorbing_and_worth_nothing(seed: int, horizon: Any) -> None:
    """Then the payments are those of pivot, one by one."""
    instance = absorbing(seed, horizon)
    tables = {ask: solve(instance, ask).document()["mechanism"]["transfers"] for ask in (ASK, "pivot")}
    assert tables[ASK] == tables["pivot"]


def test_both_halves_of_that_condition_are_needed() -> None:
    """A lowest signal that actions but the first let go, or that is worth something: somebody's payments differ from pivot's."""
    differ = set()
    for seed in range(12):
        for half in ("left", "worth"):
            instance = absorbing(seed, "infinite")
            for n in instance["agents"]:
                size = len(instance["signals"][n])
                if half == "left":
                    for chain in instance["transition"]["independent"][n][1:]:
                        chain[0] = [str(F(1, size))] * size
                else:
                    for a, values in enumerate(instance["utilities"][n]["private"]):
                        values[0] = (7 * a) % 5
            document, _ = judge(instance)
            if document["mechanism"]["transfers"] != solve(instance, "pivot").document()["mechanism"]["transfers"]:
                differ.add(half)
    assert differ == {"left", "worth"}


# -- interdependent values: v^i = θ^i + γ Σ θ^j ---------------------------------------------------------------------


def auction(gamma: F, horizon: Any, count: int = 2, levels: int = 3) -> Json:
    """One object a period to somebody; the chains are independent and no action moves them."""
    names = NAMES[:count]
    sizes = (levels,) * count
    chain = [[str(F(2 if k == j else 1, levels + 1)) for j in range(levels)] for k in range(levels)]
    value = {
        n: nest(
            {
                (a, *p): (F(p[i] + 1) + gamma * sum(p[j] + 1 for j in range(count) if j != i)) if a == i else F(0)
                for a in range(count)
                for p in box(list(sizes))
            },
            (count, *sizes),
        )
        for i, n in enumerate(names)
    }
    return {
        "format": "mechsynth-instance/1",
        "name": "auction",
        "horizon": horizon,
        "discount": "2/3",
        "agents": list(names),
        "signals": {n: [str(k + 1) for k in range(levels)] for n in names},
        "actions": list(names),
        "utilities": value,
        **({} if horizon == 1 else {"transition": {"independent": dict.fromkeys(names, chain)}}),
    }


@pytest.mark.parametrize("horizon", [1, 2, "infinite"])
@pytest.mark.parametrize("gamma", [F(0), F(1, 2), F(99, 100), F(1)])
def test_where_the_own_signal_counts_most(gamma: F, horizon: Any) -> None:
    document, _ = judge(auction(gamma, horizon))
    assert document["status"] == "feasible" and document["certificate"]["violations"] == []


@pytest.mark.parametrize("horizon", [1, 2, "infinite"])
@pytest.mark.parametrize(("gamma", "count"), [(F(101, 100), 2), (F(3, 2), 2), (F(2), 3)])
def test_where_the_others_signals_count_more(gamma: F, horizon: Any, count: int) -> None:
    """γ > 1: the object moves away from who has the higher signal, who wants it more. The quadruple says by how much: D(k) − D(r) = k − r."""
    document, _ = judge(auction(gamma, horizon, count, levels=3 if count == 2 else 2))
    assert document["status"] == "infeasible"
    (record,) = document["certificate"]["violations"]
    agent = record["agent"]
    assert record["kind"] == "increasing-differences"
    assert record["actions"][0] == agent != record["actions"][1]
    (k, r), (low, high) = map(int, record["signals"]), map(number, record["differences"])
    others = sum(map(int, record["others"].values()))
    assert k < r and (low, high) == (-(k + gamma * others), -(r + gamma * others))


def test_contingent_transfers_do_it_where_signals_move_the_others() -> None:
    """Liu's repeated auction, γ = 3/2."""
    instance = load(LIBRARY / "liu2025-repeated-auction.json")
    document, _ = judge(instance)
    assert document["status"] == "infeasible"
    assert {v["kind"] for v in document["certificate"]["violations"]} == {"increasing-differences"}
    assert document["certificate"]["influence"]["probabilities"] == ["5/8", "11/24"]
    assert solve(instance, "contingent").status == "feasible"


# -- assumptions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(25))
def test_without_independence(seed: int) -> None:
    """Any kernel at all: the answer is proved all the same, and the entry is reported iff there is one."""
    instance = private(seed, "free")
    document, _ = judge(instance)
    model = read(instance)
    moved = False
    for period in model.periods:
        if period.kernel is None:
            continue
        for i, own in enumerate(period.signals):
            for p in period.profiles():
                for a in range(len(period.actions)):
                    laws = []
                    for k in range(len(own)):
                        law: dict[Profile, F] = {}
                        for q, x in period.kernel[a, insert(drop(p, i), i, k)].items():
                            law[drop(q, i)] = law.get(drop(q, i), F(0)) + x
                        laws.append({q: x for q, x in law.items() if x})
                    moved |= any(law != laws[0] for law in laws)
    assert ("influence" in document["certificate"]) == moved


def test_the_only_class_may_be_named() -> None:
    assert solve(auction(F(1, 2), 2), transfers="history-independent").status == "feasible"


def test_a_time_limit() -> None:
    """Nothing is claimed that is not proved: no stationary payments were found, and none were excluded. A cycle given later payments is no answer."""
    result = solve(drawn(0, "any"), time_limit=1e-9)
    assert (result.status, result.strength) == ("unknown", "numerical")
    assert not result.check().accepted and "Unknown" in result.explain()
    kind, seed = STUCK_EARLY[0]
    result = solve(drawn(seed, kind), time_limit=1e-9)
    assert result.status == "unknown" and not result.check().accepted


# -- the checker refuses -------------------------------------------------------------------------------------------


def refused(document: Json, instance: Json, change: Any) -> str:
    bent = copy.deepcopy(document)
    change(bent)
    assert bent != document
    verdict = check(bent, data(instance))
    assert not verdict.accepted
    return str(verdict.reason)


@pytest.mark.parametrize(("kind", "seed"), [("rising", 0), ("rising", 2), ("any", 3), ("any", 6), ("any", 75)])
def test_a_yes_that_is_bent_is_refused(kind: str, seed: int) -> None:
    instance = drawn(seed, kind)
    document, worths = judge(instance)
    assert worths is not None
    steps, certificate = document["certificate"]["thresholds"], document["certificate"]
    assert steps

    def charge(more: F) -> Any:
        """One step, charged a little more than its bounds allow."""

        def change(bent: Json) -> None:
            record, model = steps[0], worths.model
            i, t = model.agents.index(record["agent"]), record.get("period", 1) - 1
            tables = bent["mechanism"]["transfers"]
            table = (tables if isinstance(tables, dict) else tables[t])[record["agent"]]["now"]
            at = [
                model.periods[t].signals[j].index(record["signal"] if j == i else record["others"][n])
                for j, n in enumerate(model.agents)
            ]
            for k in at[:-1]:
                table = table[k]
            table[at[-1]] = str(F(table[at[-1]]) + more)
            bent["certificate"] = {}

        return change

    room = number(steps[0]["most"]) - number(steps[0]["step"])
    dearer = copy.deepcopy(document)
    charge(room + F(1, 10**9))(dearer)
    # over an infinite horizon the bounds move with the payment
    pays = deviations.one_shot(instance, dearer).slack < 0
    assert pays or instance["horizon"] == "infinite"
    assert check(dearer, data(instance)).accepted != pays
    for key in ("step", "formula", "least", "most"):
        assert key in refused(
            document, instance, lambda d, key=key: d["certificate"]["thresholds"][0].update({key: "1/7"})
        )
    assert "leaves out" in refused(document, instance, lambda d: d["certificate"]["thresholds"].pop())
    assert "listed before" in refused(
        document, instance, lambda d: d["certificate"]["thresholds"].append(d["certificate"]["thresholds"][0])
    )
    assert "turns from" in refused(document, instance, lambda d: d["certificate"]["thresholds"][0]["actions"].reverse())
    if certificate["violations"]:
        assert "is not listed" in refused(document, instance, lambda d: d["certificate"]["violations"].pop())
        bend_violations(document, instance)
    # a no that is none
    for witness in ({"kind": "cycle"}, {"kind": "farkas"}):

        def deny(bent: Json, witness: Json = witness) -> None:
            bent["status"], bent["certificate"] = "infeasible", {}
            del bent["mechanism"]["transfers"]
            bent["witness"] = (
                {**witness, "conflict": ["pepic"], "multipliers": {}, "shortfall": "1"}
                if witness["kind"] == "farkas"
                else {
                    "kind": "cycle",
                    "agent": "ann",
                    **({} if instance["horizon"] == "infinite" else {"period": instance["horizon"]}),
                    "others": {n: LABELS[n][0] for n in instance["agents"][1:]},
                    "cycle": ["k", "l"],
                    "shortfall": "1",
                }
            )

        refused(document, instance, deny)


def bend_violations(document: Json, instance: Json) -> None:
    def first(**changes: Any) -> Any:
        return lambda d: d["certificate"]["violations"][0].update(changes)

    record = document["certificate"]["violations"][0]
    low, high = record["differences"]
    assert "does not take" in refused(document, instance, first(actions=record["actions"][::-1]))
    assert "not in their order" in refused(document, instance, first(signals=record["signals"][::-1]))
    assert "difference" in refused(document, instance, first(differences=[low, str(number(high) + 1)]))
    assert "difference" in refused(document, instance, first(differences=[high, low]))
    other = {"single-crossing": "increasing-differences", "increasing-differences": "single-crossing"}[record["kind"]]
    refused(document, instance, first(kind=other))


@pytest.mark.parametrize(("kind", "seed"), STUCK_EARLY)
def test_a_cycle_that_is_bent_is_refused(kind: str, seed: int) -> None:
    instance = drawn(seed, kind)
    document, _ = judge(instance)
    witness, certificate = document["witness"], document["certificate"]
    assert witness["kind"] == "cycle" and witness["period"] < instance["horizon"]
    raw = data(instance)
    # without the multipliers the answer proves less than was asked
    weaker = copy.deepcopy(document)
    del weaker["certificate"]["farkas"]
    verdict = check(weaker, raw)
    assert not verdict.accepted and "proves less than was asked" in str(verdict.reason)
    assert "No history-independent transfers" in check(document, raw).statement

    def cycle(**changes: Any) -> Any:
        return lambda d: d["witness"].update(changes)

    assert "shortfall" in refused(document, instance, cycle(shortfall=str(number(witness["shortfall"]) + 1)))
    last = instance["horizon"]
    name = witness["agent"]

    def dearer(bent: Json) -> None:
        """Later payments that invite lies."""
        own = LABELS[name].index(witness["cycle"][0]) if witness["cycle"][0] in LABELS[name] else 0
        model = read(instance)
        i = model.agents.index(name)
        table = {p: F(1000) if p[i] == own else F(0) for p in model.periods[last - 1].profiles()}
        bent["certificate"]["now"][last - 1] = {
            name: nest(table, tuple(len(s) for s in model.periods[last - 1].signals))
        }
        bent["certificate"].pop("violations")

    assert "certificate.now, incentive of" in refused(document, instance, dearer)
    first = next(iter(certificate["farkas"]["multipliers"]))

    def heavier(bent: Json) -> None:
        multipliers = bent["certificate"]["farkas"]["multipliers"]
        multipliers[first] = str(number(multipliers[first]) + 1)

    refused(document, instance, heavier)
    refused(document, instance, lambda d: d["certificate"]["farkas"].update(shortfall="1/7"))
    if certificate["violations"]:
        bend_violations(document, instance)


def test_a_later_payment_is_needed_where_it_matters() -> None:
    """The cycle of the stuck period with the payments of the later ones left out is another cycle, or none; and no answer in any case."""
    changed = 0
    for kind, seed in STUCK_EARLY:
        instance = drawn(seed, kind)
        document = json.loads(solve(instance).to_bytes())
        for key in ("now", "violations", "farkas"):
            del document["certificate"][key]
        verdict = check(document, data(instance))
        assert not verdict.accepted
        changed += "proves less than was asked" not in str(verdict.reason)
    assert changed


def test_a_no_over_an_infinite_horizon_needs_multipliers() -> None:
    instance = auction(F(3, 2), "infinite")
    document, _ = judge(instance)
    assert document["witness"]["kind"] == "farkas"
    first = next(name for name in document["witness"]["multipliers"] if name.startswith("pepic"))

    def heavier(bent: Json) -> None:
        bent["witness"]["multipliers"][first] += "1"

    refused(document, instance, heavier)
    bend_violations(document, instance)
    chain = {
        "kind": "cycle",
        "agent": "ann",
        "period": 1,
        "others": {"bob": "1"},
        "cycle": ["1", "2"],
        "shortfall": "1",
    }
    assert "stationary" in refused(document, instance, lambda d: d.update(witness=chain))


def test_an_influence_that_is_none_is_refused() -> None:
    path = LIBRARY / "liu2025-repeated-auction.json"
    document = json.loads(mechsynth.solve(path, ASK).to_bytes())
    for change in (
        {"probabilities": ["5/8", "1/2"]},
        {"probabilities": ["5/8", "5/8"]},
        {"signals": ["1", "1"]},
        {"signals": ["2", "1"]},
    ):
        bent = copy.deepcopy(document)
        bent["certificate"]["influence"].update(change)
        assert not check(bent, path.read_bytes()).accepted, change


# -- words and commands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "seed"), [*SAMPLE[::5], *OTHER_STEPS[:2], *STUCK_EARLY])
def test_the_words(kind: str, seed: int) -> None:
    result = solve(drawn(seed, kind))
    text = result.explain()
    assert text.startswith("drawn") and max(map(len, text.splitlines())) <= 100
    assert ("Yes." in text) == (result.status == "feasible") != ("No." in text)
    assert ("conditions of Theorem 3.8 hold for" in text) == (
        result.status == "feasible" and not result.certificate["violations"]
    )


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "result.json")
    for name in ("no-correlation-private", "liu2014-auction-2", "liu2025-repeated-auction", "liu2014-oil-leases"):
        path = str(LIBRARY / f"{name}.json")
        assert main(["solve", path, "--ask", ASK, "-o", out]) == 0
        assert main(["check", out, path]) == 0
        assert main(["explain", out]) == 0
        if json.loads(Path(out).read_text())["status"] == "feasible":
            assert main(["audit", path, out]) == 0
        capsys.readouterr()
        assert main(["solve", path, "--ask", ASK, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["question"]["ask"] == ASK


def test_oil_leases() -> None:
    """The second auction alone: p(6) − p(4) may be anything from 6 to 12, and (4) charges what firm 1 loses, 11. The first alone: the chain 4 → 6 → 4 gains 4."""
    document, _ = judge(load(LIBRARY / "liu2014-auction-2.json"))
    (record,) = document["certificate"]["thresholds"]
    assert (record["step"], record["formula"], record["least"], record["most"]) == ("11", "11", "6", "12")
    document, _ = judge(load(LIBRARY / "liu2014-auction-1.json"))
    assert document["witness"]["shortfall"] == "4" and set(document["witness"]["cycle"]) == {"4", "6"}
