"""One question, one answer, on instances of format 2: z3's rows from the definitions, and programs of floats written anew, share no code with the package."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from oracles import draws, second
from oracles.efficient import efficient
from oracles.model import Model, Profile, read

import mechsynth

from .trial import Trial

cvxpy = pytest.importorskip("cvxpy")


@pytest.mark.parametrize("flavour", draws.FLAVOURS)
def test_trials(flavour: str) -> None:
    """Every question says what z3 and `implement` say, each takes the other's mechanism, and no rival is accepted."""
    counts: Counter[str] = Counter()
    for seed in (0, 1):
        report = Trial(second.instance(seed, flavour, most=6), seed, most=6).run(blocks=2, lists=2)
        assert report.contradictions == []
        counts.update(report.counts)
    assert counts["oracle decided"] >= 4
    assert counts["rivals"] >= 5


# -- a program from the definition: payments after every history, lies of the players alone ---------------------------


def lie(p: Profile, i: int, r: int) -> Profile:
    return (*p[:i], r, *p[i + 1 :])


def revenue(model: Model, participation: str, incentives: str = "pepic") -> float | None:
    """The most that can be collected under the efficient rule by any payments, by an LP in floats; None: nothing is feasible.

    One or two periods. What is paid in period 2 may look at all reports of both periods. With `pbic` an agent knows her own signals, the
    public states, what the others truly reported before, and what she said herself, true or not.
    """
    rule, prior, delta = efficient(model).rule, model.prior, float(model.delta)
    assert prior is not None
    first, later = model.periods[0], model.periods[1] if model.horizon == 2 else None
    pay1 = {(i, p): cvxpy.Variable() for i in model.players for p in first.profiles()}
    pay2 = {(i, p, q): cvxpy.Variable() for i in model.players for p in first.profiles() for q in (later.profiles() if later else [])}
    rows: list[Any] = []

    def end(i: int, told: Profile, q: Profile, said: Profile) -> Any:
        assert later is not None
        return float(later.utility[i][rule[1][said], q]) - pay2[i, told, said]

    def worth(i: int, p: Profile, said: Profile) -> Any:
        a = rule[0][said]
        total = float(first.utility[i][a, p]) - pay1[i, said]
        if later is not None:
            assert first.kernel is not None
            total = total + delta * sum(float(x) * end(i, said, q, q) for q, x in first.kernel[a, p].items() if x)
        return total

    def believed(i: int, law: dict[Profile, Fraction], gain: Any, period: Any) -> None:
        for seen in {model.view(i, p) for p, x in law.items() if x}:
            part = [p for p, x in law.items() if x and model.view(i, p) == seen]
            for r in range(len(period.signals[i])):
                if r != part[0][i]:
                    rows.append(sum(float(law[p]) * gain(p, lie(p, i, r)) for p in part) <= 0)

    reached = {p for p, x in prior.items() if x}
    for i in model.players if incentives == "pbic" else ():
        believed(i, prior, lambda p, said, i=i: worth(i, p, said) - worth(i, p, p), first)
        for h in first.profiles() if later else ():
            for said in range(len(first.signals[i])):
                assert first.kernel is not None
                told = lie(h, i, said)
                law = first.kernel[rule[0][told], h]
                believed(i, law, lambda q, wrong, i=i, told=told: end(i, told, q, wrong) - end(i, told, q, q), later)
    for i in model.players:
        for p in first.profiles() if incentives == "pepic" else ():
            rows += [worth(i, p, p) >= worth(i, p, lie(p, i, r)) for r in range(len(first.signals[i])) if r != p[i]]
            for q in later.profiles() if later else []:
                assert later is not None
                rows += [end(i, p, q, q) >= end(i, p, q, lie(q, i, r)) for r in range(len(later.signals[i])) if r != q[i]]
        cases = [(prior, {p: worth(i, p, p) for p in first.profiles()}, first)]
        for h in reached if later else ():
            assert later is not None and first.kernel is not None
            cases.append((first.kernel[rule[0][h], h], {q: end(i, h, q, q) for q in later.profiles()}, later))
        for law, stay, period in cases:
            for seen in {model.view(i, p) if participation == "interim" else p for p in law}:
                part = [p for p, x in law.items() if x and (model.view(i, p) if participation == "interim" else p) == seen]
                if part:
                    rows.append(sum(float(law[p]) * (stay[p] - float(period.leaving(i, p))) for p in part) >= 0)
    total = 0.0
    for p, x in prior.items():
        for i in model.players:
            total = total + float(x) * pay1[i, p]
            if later is not None and x:
                assert first.kernel is not None
                total = total + float(x) * delta * sum(float(y) * pay2[i, p, q] for q, y in first.kernel[rule[0][p], p].items() if y)
    problem = cvxpy.Problem(cvxpy.Maximize(total), rows)
    problem.solve(solver="HIGHS")
    return None if problem.status in ("infeasible", "infeasible_inaccurate") else float(problem.value)


def asked(instance: dict[str, Any], participation: str, **options: Any) -> Any:
    environment = mechsynth.loads(json.dumps(instance))
    wishes = [f"participation:{participation}"]
    return mechsynth.solve(environment, "implement", transfers="full+now", require=wishes, objective="max-revenue", relax=False, **options)


def drawn(seed: int, parts: tuple[str, ...] = second.PARTS, **fixed: Any) -> dict[str, Any]:
    """An instance of one or two periods with a prior."""
    made = second.instance(seed, "ordinary", parts, horizon=1 + seed % 2, most=6, **fixed)
    stage = made.get("periods", [made])[0]
    sizes = [len(stage["signals"][name]) for name in made["agents"]]
    if "prior" not in made:
        made["prior"] = second.mixture(random.Random(seed), made["agents"], sizes)
    return made


@pytest.mark.parametrize("incentives", ["pepic", "pbic"])
@pytest.mark.parametrize("seed", range(40))
def test_revenue_from_the_definition(seed: int, incentives: str) -> None:
    """A public state is part of what everybody knows, and nobody lies about it; what is not available is never played; staying is held against leaving."""
    instance, sense = drawn(seed), ("interim", "ex-post")[seed // 2 % 2]
    expected, result = revenue(read(instance), sense, incentives), asked(instance, sense, incentives=incentives)
    assert result.check().accepted
    if expected is None:
        assert result.status == "infeasible"
    else:
        assert result.status == "optimal"
        assert float(Fraction(result.value)) == pytest.approx(expected, rel=1e-5, abs=1e-5)


def payoffs(result: Any) -> tuple[str, str | None]:
    return str(result.status), result.value


@pytest.mark.parametrize("seed", range(20))
def test_what_is_not_available_is_an_action_that_ruins(seed: int) -> None:
    """The same answer where the action is there and costs each player a fortune: nobody plays it, in truth or after a lie."""
    instance = drawn(seed, ("public", "available"))
    model, ruin = read(instance), copy.deepcopy(instance)
    for t, stage in enumerate(ruin.get("periods", [ruin])):
        period = model.periods[t]
        sizes = [len(stage["signals"][name]) for name in ruin["agents"]]
        for i in model.players:
            stage["utilities"][ruin["agents"][i]] = [
                draws.nest(sizes, lambda p, a=a, i=i, period=period: period.utility[i][a, p] if period.there(a, p) else Fraction(-(10**6)))
                for a in range(len(period.actions))
            ]
        if period.kernel is not None:
            following = period.kernel
            after = [len(s) for s in model.periods[model.next_period(t) or 0].signals]
            stage["transition"] = [
                full(sizes, lambda p, a=a, k=following, after=after: draws.nest(after, lambda q: k[a, p][q] if (a, p) in k else Fraction(int(not any(q)))))
                for a in range(len(period.actions))
            ]
        del stage["available"]
    for sense in ("ex-post", "interim"):
        mine, other = asked(instance, sense), asked(ruin, sense)
        assert mine.check().accepted and other.check().accepted
        assert payoffs(mine) == payoffs(other)
        assert mine.document()["mechanism"]["allocation"] == other.document()["mechanism"]["allocation"]


def full(sizes: list[int], entry: Any, prefix: Profile = ()) -> Any:
    if len(prefix) == len(sizes):
        return entry(prefix)
    return [full(sizes, entry, (*prefix, k)) for k in range(sizes[len(prefix)])]


@pytest.mark.parametrize("seed", range(12))
def test_an_action_that_is_never_there_may_be_left_out(seed: int) -> None:
    """The same answers, to every question, without it."""
    instance = drawn(seed, ("public", "outside"))
    more = copy.deepcopy(instance)
    for stage in more.get("periods", [more]):
        count = len(stage["actions"])
        short = [1] * len(more["agents"])
        stage["actions"] = [*stage["actions"], "never"]
        stage["available"] = [full(short, lambda _: True) for _ in range(count)] + [full(short, lambda _: False)]
        for name, own in stage["utilities"].items():
            key = own["private"] if isinstance(own, dict) else own
            key.append(second.nulls(key[0]))
            assert stage["utilities"][name] is own
        if "transition" in stage:
            stage["transition"] = [*stage["transition"], second.nulls(stage["transition"][0])]
    for ask, options in (
        ("policy", {}), ("contingent", {}), ("contingent", {"scope": "all"}), ("vcg-type", {"scope": "all"}),
        ("convex-independence", {}), ("spanning", {}), ("generalized-vcg", {}), ("implement", {"transfers": "full", "require": ["participation:interim"]}),
    ):
        mine, other = (mechsynth.solve(mechsynth.loads(json.dumps(x)), ask, **options) for x in (instance, more))
        assert mine.check().accepted and other.check().accepted
        assert payoffs(mine) == payoffs(other), ask


@pytest.mark.parametrize("seed", range(0, 24, 2))
def test_leaving_is_a_shift_of_utilities(seed: int) -> None:
    """One period: what leaving is worth at a profile taken off every action's utility there, and 0 outside, is the same to the designer."""
    instance = drawn(seed, ("public", "available", "outside"))
    model, shifted = read(instance), copy.deepcopy(instance)
    sizes = [len(shifted["signals"][name]) for name in shifted["agents"]]
    (period,) = model.periods
    for i in model.players:
        shifted["utilities"][shifted["agents"][i]] = [
            draws.nest(sizes, lambda p, a=a, i=i: period.utility[i].get((a, p), Fraction(0)) - period.leaving(i, p)) for a in range(len(period.actions))
        ]
    del shifted["outside"]
    for sense in ("ex-post", "interim"):
        mine, other = asked(instance, sense), asked(shifted, sense)
        assert payoffs(mine) == payoffs(other)
    for wish in ("surplus:full", "surplus:every-history", "participation:ex-ante"):
        mine, other = (
            mechsynth.solve(mechsynth.loads(json.dumps(x)), "implement", transfers="full+now", require=[wish, "participation:interim"], relax=False)
            for x in (instance, shifted)
        )
        assert mine.check().accepted and other.check().accepted
        assert payoffs(mine) == payoffs(other), wish


def test_seen_before_and_seen_after() -> None:
    """The state that is known before the report leaves nothing to bet on: 1; known after it: all of E v = 2."""
    base = {
        "name": "state", "horizon": 1, "discount": 1, "agents": ["firm", "demand"], "prior": [["3/8", "1/8"], ["1/8", "3/8"]],
        "signals": {"firm": ["1", "3"], "demand": ["bust", "boom"]}, "actions": ["sell"],
    }
    own = {"private": [[1, 3]]}
    before = {"format": "mechsynth-instance/2", **base, "public": ["demand"], "utilities": {"firm": own}}
    after = {"format": "mechsynth-instance/1", **base, "utilities": {"firm": own, "demand": {"private": [[0, 0]]}}}
    assert asked(before, "interim").value == "1" and asked(after, "interim").value == "2"
