"""How far efficient payments can leave the Groves family, against programs written down from the definition.

For one agent i, with payments z_t(θ) on the reports of their own period and truthful payoffs X_t(θ), a = a*(θ), ρ = (r, θ^{-i}), b = a*(ρ):

    X_t(θ) = u^i(a, θ) − z_t(θ) + δ E[X_{t+1} | a, θ]                  (stationary: X_{t+1} = X_t)
    X_t(θ) ≥ u^i(b, θ) − z_t(ρ) + δ E[X_{t+1} | b, θ]                  for every lie r

and the question is the greatest Φ(θ) − Φ(θ̄), Φ = W − X, for profiles that differ in the own signal. Nothing is said here of surcharges, private values or plans.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from fractions import Fraction as F
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import z3
from oracles import deviations
from oracles.efficient import efficient, solve_linear
from oracles.model import Model, Profile, drop, insert, number, read
from properties.strategies import data, row
from scipy.optimize import linprog
from test_private_values import INTERDEPENDENT, MOVED, drawn, small

import mechsynth
from mechsynth.check import check
from mechsynth.cli import main
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.result import Result, Status

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
ASK = "uniqueness"
Row = tuple[dict[tuple[str, int, Profile], F], F]  # Σ coefficient · variable, and the right-hand side


def solve(instance: Json, **options: Any) -> Result:
    return mechsynth.solve(mechsynth.loads(data(instance)), ASK, **options)


@cache
def answered(seed: int) -> tuple[Json, Json]:
    """A random environment and its answer, which the checker has accepted."""
    instance = drawn(seed, "shock")
    result = solve(instance)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    return instance, json.loads(result.to_bytes())


def worth(model: Model, i: int, t: int, a: int, told: Profile, true: Profile) -> Row:
    """X_t(true) less what action a and the payment of a report lead to: the variables, and minus the constant."""
    terms: dict[tuple[str, int, Profile], F] = {("x", t, true): F(1), ("z", t, told): F(1)}
    period, following = model.periods[t], model.next_period(t)
    if following is not None and period.kernel is not None:
        for q, chance in period.kernel[a, true].items():
            key = ("x", following, q)
            terms[key] = terms.get(key, F(0)) - model.delta * chance
    return terms, period.utility[i][a, true]


def constraints(model: Model, i: int) -> tuple[list[Row], list[Row]]:
    """The equalities and the inequalities (≥) above; variables ("z" or "x", t, θ)."""
    rule = efficient(model).rule
    truths = [(t, p) for t, period in enumerate(model.periods) for p in period.profiles()]
    equal = [worth(model, i, t, rule[t][p], p, p) for t, p in truths]
    return equal, [worth(model, i, t, rule[t][told], told, true) for t, true, told in pairs(model, i)]


def matrix(rows: list[Row], names: list[tuple[str, int, Profile]]) -> tuple[Any, Any]:
    """The rows in floats."""
    made = np.zeros((len(rows), len(names)))
    for k, (terms, _) in enumerate(rows):
        for name, value in terms.items():
            made[k, names.index(name)] = float(value)
    return made, np.array([float(right) for _, right in rows])


def pairs(model: Model, i: int) -> Iterator[tuple[int, Profile, Profile]]:
    for t, period in enumerate(model.periods):
        for true in period.profiles():
            for k in range(len(period.signals[i])):
                if k != true[i]:
                    yield t, true, insert(drop(true, i), i, k)


def claimed(model: Model, document: Json, i: int, t: int, true: Profile, other: Profile) -> F:
    table = document["certificate"]["most"]
    table = (table if model.horizon is None else table[t])[model.agents[i]]
    for k in (*true, other[i]):
        table = table[k]
    return number(table)


# -- the intervals are those of the definition ---------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(24))
def test_every_end_is_the_optimum_of_the_plain_program(seed: int) -> None:
    instance, document = answered(seed)
    model = read(instance)
    surplus = efficient(model).values
    for i in range(len(model.agents)):
        equal, least = constraints(model, i)
        names = sorted({name for terms, _ in (*equal, *least) for name in terms})
        above, right = matrix(least, names)
        for t, true, other in pairs(model, i):
            cost = np.zeros(len(names))
            cost[names.index(("x", t, true))], cost[names.index(("x", t, other))] = 1.0, -1.0
            found = linprog(cost, -above, -right, *matrix(equal, names), bounds=(None, None))
            assert found.status == 0, found.message
            most = float(surplus[t][true] - surplus[t][other]) - found.fun
            assert float(claimed(model, document, i, t, true, other)) == pytest.approx(most, abs=1e-6, rel=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40, 200))
def test_many(seed: int) -> None:
    test_every_end_is_the_optimum_of_the_plain_program(seed)
    test_every_end_is_attained_by_a_mechanism(seed)
    test_when_the_family_is_all_there_is(seed)


@pytest.mark.parametrize("seed", [s for s in range(40) if s % 3 == 1])
def test_the_widest_end_exactly(seed: int) -> None:
    """With z3 over the rationals: nothing above the end, and the end itself can be had."""
    instance, document = answered(seed)
    model = read(instance)
    surplus = efficient(model).values
    for i in range(len(model.agents)):
        every = list(pairs(model, i))
        if not every:
            continue
        t, true, other = max(every, key=lambda pair: claimed(model, document, i, *pair))
        most = claimed(model, document, i, t, true, other)
        solver = z3.Solver()

        def term(terms: dict[tuple[str, int, Profile], F]) -> Any:
            return z3.Sum([z3.Q(v.numerator, v.denominator) * z3.Real(str(name)) for name, v in terms.items()])

        equal, least = constraints(model, i)
        solver.add([term(terms) == z3.Q(b.numerator, b.denominator) for terms, b in equal])
        solver.add([term(terms) >= z3.Q(b.numerator, b.denominator) for terms, b in least])
        gap = surplus[t][true] - surplus[t][other] - most
        # Φ(θ) − Φ(θ̄) − most
        over = z3.Q(gap.numerator, gap.denominator) - term({("x", t, true): F(1), ("x", t, other): F(-1)})
        assert solver.check(over > 0) == z3.unsat
        assert solver.check(over == 0) == z3.sat


@pytest.mark.parametrize("seed", range(12))
def test_every_end_is_attained_by_a_mechanism(seed: int) -> None:
    """Evaluated by the oracle: no lie pays in any mechanism of the list, and each end is reached in one."""
    instance, document = answered(seed)
    model = read(instance)
    surplus = efficient(model).values
    reached: dict[tuple[int, int, Profile, Profile], F] = {}
    for transfers in [*document["certificate"]["mechanisms"], document["mechanism"]["transfers"]]:
        audit = deviations.one_shot(
            instance, {**document, "mechanism": {**document["mechanism"], "transfers": transfers}}
        )
        assert audit.slack >= 0, audit.least
        for i, name in enumerate(model.agents):
            for t, true, other in pairs(model, i):
                kept = [surplus[t][p] - audit.payoffs[t][name][p] for p in (true, other)]
                key = (i, t, true, other)
                reached[key] = max(reached.get(key, F(0)), kept[0] - kept[1])
    assert all(value == claimed(model, document, *key) for key, value in reached.items())


def test_wide_and_narrow_answers_were_tried() -> None:
    found = [answered(seed)[1] for seed in range(24)]
    assert {document["status"] for document in found} == {"holds", "fails"}
    assert {isinstance(document["certificate"]["most"], list) for document in found} == {True, False}


@pytest.mark.parametrize("seed", range(40))
def test_when_the_family_is_all_there_is(seed: int) -> None:
    """With a finite horizon, only where no own report ever moves the action.

    Ties go to the first action, so a lie loses nothing only towards a later action. Charging the k-th action ε_t k more, ε_t falling fast enough
    with t, then deters every lie and is no Groves payment. Where no report moves an action, payments are Groves payments by themselves.
    """
    instance, document = answered(seed)
    model = read(instance)
    if model.horizon is None:
        assert (number(document["value"]) == 0) == (document["status"] == "holds")
        return
    rule = efficient(model).rule
    moved = any(rule[t][p] != rule[t][q] for i in range(len(model.agents)) for t, p, q in pairs(model, i))
    assert document["status"] == ("fails" if moved else "holds")


@pytest.mark.parametrize("seed", range(10))
def test_other_mechanisms_lie_within(seed: int) -> None:
    """The payments that `implement` finds for other ends, and the pivot mechanism, stay within the intervals; 0 lies in all of them."""
    instance, document = answered(seed)
    model = read(instance)
    environment = mechsynth.loads(data(instance))
    surplus = efficient(model).values
    options: Json = {"transfers": "history-independent", "require": ["pepic"]}
    others = [
        mechsynth.solve(environment, "pivot"),
        mechsynth.solve(environment, "implement", objective="min-max-transfer", **options),
        mechsynth.solve(environment, "implement", objective="min-total-transfer", **options),
    ]
    for other in others:
        audit = deviations.one_shot(instance, other.document())
        assert audit.slack >= 0
        for i, name in enumerate(model.agents):
            for t, true, false in pairs(model, i):
                kept = [surplus[t][p] - audit.payoffs[t][name][p] for p in (true, false)]
                ends = -claimed(model, document, i, t, false, true), claimed(model, document, i, t, true, false)
                assert ends[0] <= min(0, kept[0] - kept[1]) and max(0, kept[0] - kept[1]) <= ends[1]
                if other is others[0]:
                    assert kept[0] == kept[1]


# -- paths, and why they are not enough ----------------------------------------------------------------------------


def chains(seed: int, moves: bool) -> Json:
    """Two agents with three signals, three actions; the next signals are drawn anew, or (`moves`) follow the own ones."""
    rng = random.Random(f"chains {seed}")
    names = ("ann", "bob")

    def chain() -> list[list[str]]:
        rows = [[str(x) for x in row(rng, 3, False)] for _ in range(3)]
        return rows if moves else [rows[0]] * 3

    return {
        "format": "mechsynth-instance/1",
        "name": f"chains-{seed}",
        "horizon": "infinite",
        "discount": "9/10",
        "agents": list(names),
        "signals": {"ann": ["k", "l", "m"], "bob": ["p", "q", "r"]},
        "actions": ["x", "y", "z"],
        "utilities": {n: {"private": [[rng.randint(-9, 9) for _ in range(3)] for _ in range(3)]} for n in names},
        "transition": {"independent": {n: [chain() for _ in range(3)] for n in names}},
    }


def one_period_paths(model: Model, i: int) -> dict[tuple[Profile, Profile], F]:
    """All-pairs shortest paths over the lies of one period, an edge as long as the surplus that it loses."""
    eff = efficient(model)
    period, values, rule = model.periods[0], eff.values[0], eff.rule[0]
    assert period.kernel is not None
    length: dict[tuple[Profile, Profile], F] = {}
    for p, k in product(period.profiles(), range(3)):
        told = insert(drop(p, i), i, k)
        a = rule[told]
        after = sum((x * values[q] for q, x in period.kernel[a, p].items()), F(0))
        length[p, told] = values[p] - sum((u[a, p] for u in period.utility), F(0)) - model.delta * after
    for via in period.profiles():
        for p, q in list(length):
            if drop(via, i) == drop(p, i):
                length[p, q] = min(length[p, q], length[p, via] + length[via, q])
    return length


@pytest.mark.parametrize("seed", range(5))
def test_shortest_paths_where_the_own_signal_does_not_last(seed: int) -> None:
    """The ends are the distances, and the plans are paths: weights 1, from the one signal to the other."""
    instance = chains(seed, moves=False)
    result = solve(instance)
    assert result.check().accepted
    model, document = read(instance), result.document()
    for i, name in enumerate(model.agents):
        length = one_period_paths(model, i)
        for t, true, other in pairs(model, i):
            assert claimed(model, document, i, t, true, other) == length[true, other]
        for proof in document["certificate"]["proofs"][name]:
            assert {lie["weight"] for lie in proof["lies"]} == {"1"}
            assert len({json.dumps({**lie["signals"], name: ""}) for lie in proof["lies"]}) == 1


def test_paths_of_one_period_are_not_the_answer_where_it_does() -> None:
    """The lies of tomorrow, and what payments of tomorrow leave today, make the ends smaller or larger than such distances."""
    signs = set()
    for seed in range(4):
        instance = chains(seed, moves=True)
        result = solve(instance)
        assert result.check().accepted
        model, document = read(instance), result.document()
        for i in range(2):
            length = one_period_paths(model, i)
            for t, true, other in pairs(model, i):
                gap = claimed(model, document, i, t, true, other) - length[true, other]
                signs.add((gap > 0) - (gap < 0))
    assert {-1, 1} <= signs


# -- Yoon's Example 1 ----------------------------------------------------------------------------------------------


def example(count: int, persistence: F = F(3, 4), discount: F = F(9, 10), cost: F = F(1, 2)) -> Json:
    """Example 1 of Yoon 2021b on the midpoints of `count` cells; the chain by its distribution function, before the wrap."""
    grid = [F(2 * k + 1, 2 * count) for k in range(count)]

    def below(start: F, level: F) -> F:
        """P(γ start + (1−γ) ω ≤ level), ω uniform on (−1, 1)."""
        omega = (level - persistence * start) / (1 - persistence)
        return min(max((omega + 1) / 2, F(0)), F(1))

    chain = [
        [
            str(sum((below(x, F(j + 1, count) + n) - below(x, F(j, count) + n) for n in (-1, 0, 1)), F(0)))
            for j in range(count)
        ]
        for x in grid
    ]
    return {
        "format": "mechsynth-instance/1",
        "name": "example-1",
        "horizon": "infinite",
        "discount": str(discount),
        "agents": ["buyer", "monopolist"],
        "signals": {"buyer": [str(x) for x in grid], "monopolist": ["-"]},
        "actions": ["keep", "sell"],
        "utilities": {
            "buyer": {"private": [[0] * count, [str(x) for x in grid]]},
            "monopolist": {"private": [[0], [str(-cost)]]},
        },
        "transition": {"independent": {"buyer": chain, "monopolist": [[1]]}},
    }


def sales(instance: Json, cost: F) -> list[F]:
    """h = (I − δP)⁻¹ 1[θ > c]: the expected discounted number of units that each type will buy."""
    model = read(instance)
    kernel = model.periods[0].kernel
    assert kernel is not None
    types = [F(x) for x in instance["signals"]["buyer"]]
    matrix = [
        [F(int(j == k)) - model.delta * kernel[0, (k, 0)][j, 0] for j in range(len(types))] for k in range(len(types))
    ]
    return solve_linear(matrix, [F(int(x > cost)) for x in types])


@pytest.mark.parametrize(("persistence", "cost"), [(F(3, 4), F(1, 2)), (F(1, 4), F(1, 3)), (F(9, 10), F(4, 5))])
@pytest.mark.parametrize("count", [4, 8])
def test_the_example_in_closed_form(count: int, persistence: F, cost: F) -> None:
    """Only a posted price is left, anywhere between the types next to the cost, so Φ(θ) − Φ(θ̄) = (price − cost)(h(θ) − h(θ̄))."""
    instance = example(count, persistence, cost=cost)
    types = [F(x) for x in instance["signals"]["buyer"]]
    low, high = max(x for x in types if x < cost), min(x for x in types if x > cost)
    bought = sales(instance, cost)
    result = solve(instance)
    assert result.check().accepted
    model, document = read(instance), result.document()
    for t, true, other in pairs(model, 0):
        gap = bought[true[0]] - bought[other[0]]
        most = max((low - cost) * gap, (high - cost) * gap)
        assert claimed(model, document, 0, t, true, other) == most
    assert number(document["value"]) == (high - low) * (max(bought) - min(bought))


def test_it_closes_as_the_grid_is_refined() -> None:
    widths = [number(solve(example(count)).value) for count in (2, 4, 8, 16, 32)]
    assert all(wide > 1.8 * narrow > 0 for wide, narrow in pairwise(widths))


def test_the_page_says_what_the_closed_form_says() -> None:
    page = (ROOT / "docs" / "uniqueness.md").read_text(encoding="utf-8")
    rows = {
        cells[0].strip(): [c.strip() for c in cells[1:]] for cells in re.findall(r"^\|" + r"([^|]*)\|" * 7, page, re.M)
    }
    for count in (2, 4, 8, 16):
        bought = sales(example(count), F(1, 2))
        half = F(1, 2 * count)
        price, across, widest, between, width, scaled = rows[str(count)]
        assert price == f"{F(1, 2) - half} … {F(1, 2) + half}"
        gap = float(half * abs(bought[count // 2] - bought[count // 2 - 1]))
        assert across == f"{-gap:.6f} … {gap:.6f}"
        top = float(half * (max(bought) - min(bought)))
        assert widest == f"{-top:.6f} … {top:.6f}"
        assert width == f"{2 * top:.6f}" and scaled == f"{2 * top * count:.6f}"
        types = [F(2 * k + 1, 2 * count) for k in range(count)]
        assert {bought[types.index(F(x))] for x in between.split(", ")} == {max(bought), min(bought)}
    # E[θ' a*(θ̄')] at θ̄ = 3/10: sold only where the type is wrapped at 0, which happens with probability (1 − γ − γ θ̄) / (2 (1 − γ)); a type above θ̄ is wrapped less often
    persistence = F(3, 4)
    left = persistence * (1 - persistence - persistence * F(3, 10)) / (2 * (1 - persistence))
    right = left - persistence / (2 * (1 - persistence))
    assert f"the left derivative `{left}` and the right derivative `{right}`".replace("-", "−") in page
    assert (ROOT / "docs" / "uniqueness.svg").exists() and "uniqueness.svg" in page


# -- what does not matter ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [F(1, 10**9), F(10**9), F(7, 3)])
def test_the_unit_of_money_does_not_matter(factor: F) -> None:
    for seed in (1, 2):
        instance = chains(seed, moves=True)
        scaled = copy.deepcopy(instance)
        for name, table in scaled["utilities"].items():
            scaled["utilities"][name] = {"private": [[str(F(x) * factor) for x in line] for line in table["private"]]}
        one, other = solve(instance), solve(scaled)
        assert other.check().accepted
        first, second = (np.array(r.document()["certificate"]["most"]["ann"]).ravel().tolist() for r in (one, other))
        assert [F(x) * factor for x in first] == [F(x) for x in second]


def test_what_an_agent_enjoys_anyway_does_not_matter() -> None:
    """Where actions do not move signals, adding to a utility what depends on the own signal alone changes nothing that a lie loses."""
    instance = chains(3, moves=True)
    for chain in instance["transition"]["independent"].values():
        chain[:] = [chain[0]] * 3
    other = copy.deepcopy(instance)
    for line in other["utilities"]["ann"]["private"]:
        line[0] += 5
        line[2] -= 3
    one, two = solve(instance).document(), solve(other).document()
    assert one["certificate"]["most"] == two["certificate"]["most"]


# -- where the theorem does not reach, and what the checker refuses ------------------------------------------------


@pytest.mark.parametrize("instance", [INTERDEPENDENT, MOVED])
def test_refused(instance: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"private|moves them"):
        solve(instance)
    path = tmp_path / "instance.json"
    path.write_bytes(data(instance))
    assert main(["solve", str(path), "--ask", ASK]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_without_time_nothing_is_claimed() -> None:
    result = solve(chains(0, moves=True), time_limit=1e-9)
    assert result.status == Status.UNKNOWN
    assert not result.check().accepted


def refused(document: Json, raw: bytes) -> bool:
    try:
        verdict = check(document, raw)
    except MechsynthError as error:
        assert str(error)
        return True
    return not verdict.accepted


def corruptions(document: Json) -> Iterator[tuple[str, Json]]:
    """Answers that are false, or whose proof has a hole."""

    def changed(*path: Any, to: Any) -> Json:
        bent = copy.deepcopy(document)
        place: Any = bent
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to(place[path[-1]])
        return bent

    def moved(step: F) -> Any:
        return lambda value: str(F(value) + step)

    lead = () if isinstance(document["certificate"]["most"], dict) else (0,)
    name = document["witness"]["agent"]
    for step in (F(1, 97), F(-1, 97)):
        yield "value", changed("value", to=moved(step))
        yield "least", changed("witness", "least", to=moved(step))
        yield "most of the witness", changed("witness", "most", to=moved(step))
        for k, mechanism in enumerate(document["certificate"]["mechanisms"]):
            table = mechanism if isinstance(mechanism, dict) else mechanism[0]
            path = ("certificate", "mechanisms", k, *lead, name, "now")
            for index in product(*map(range, np.shape(table[name]["now"]))):
                # far enough for some lie to pay, whatever the mechanism is listed for
                yield f"mechanism {k} at {index}", changed(*path, *index, to=moved(step * 97_000))
        table = document["certificate"]["most"] if not lead else document["certificate"]["most"][0]
        for index in product(*map(range, np.shape(table[name]))):
            yield f"most at {index}", changed("certificate", "most", *lead, name, *index, to=moved(step))
        for k, proof in enumerate(document["certificate"]["proofs"][name]):
            for j, _ in enumerate(proof["lies"]):
                path = ("certificate", "proofs", name, k, "lies", j)
                yield f"loss {k} {j}", changed(*path, "loss", to=moved(step))
    for k, proof in enumerate(document["certificate"]["proofs"][name]):
        path = ("certificate", "proofs", name, k)
        yield (
            f"turned {k}",
            changed(*path, "lies", to=lambda lies: [{**x, "weight": str(-F(x["weight"]))} for x in lies]),
        )
        yield f"empty {k}", changed(*path, "lies", to=lambda lies: [])
        if len(proof["lies"]) > 1:
            yield f"dropped {k}", changed(*path, "lies", to=lambda lies: lies[1:])
            yield f"weight {k}", changed(*path, "lies", 0, "weight", to=moved(F(1, 97)))
    yield "no mechanism", changed("certificate", "mechanisms", to=lambda _: [])
    yield "no proofs", changed("certificate", "proofs", to=lambda _: {})
    yield "status", {**document, "status": "holds", "witness": None}
    yield "no witness", {**document, "witness": None}
    yield "no value", {**document, "value": None}
    yield "no transfers", changed("mechanism", to=lambda m: {"allocation": m["allocation"]})
    yield "other end", changed("witness", to=lambda w: {**w, "signal": w["against"], "against": w["signal"]})
    for key in ("most", "proof"):
        bent = copy.deepcopy(document)
        del bent["certificate"][key]
        yield f"no {key}", bent
    nothing = json.loads(json.dumps(document["certificate"]["proof"]), parse_int=lambda _: None)
    yield "proof of nothing", changed("certificate", "proof", to=lambda _: nothing)


CORRUPTED = {
    "small": small(),
    "three periods": small(horizon=3),
    "example": example(3, cost=F(2, 5)),
    "chains": chains(1, moves=True),
}


@pytest.mark.parametrize("name", CORRUPTED)
def test_what_is_not_true_is_refused(name: str) -> None:
    raw = data(CORRUPTED[name])
    document = json.loads(solve(CORRUPTED[name]).to_bytes())
    assert document["status"] == "fails" and check(document, raw).accepted
    planted = list(corruptions(document))
    assert len(planted) > 30
    for what, bent in planted if name == "small" else random.Random(name).sample(planted, 30):
        assert refused(bent, raw), what


def test_holding_is_not_claimed_for_nothing() -> None:
    """An answer with no proofs at all is accepted only where nothing needs one."""
    seed = next(s for s in range(40) if answered(s)[1]["status"] == "holds" and len(answered(s)[0]["agents"]) > 1)
    instance, document = answered(seed)
    raw = data(instance)
    assert check(document, raw).accepted
    assert refused({**document, "value": "1"}, raw)
    assert refused({**document, "status": "fails", "witness": {"kind": "interval"}}, raw)
    bent = copy.deepcopy(document)
    first = (
        bent["certificate"]["mechanisms"][0] if bent["certificate"]["mechanisms"] else bent["mechanism"]["transfers"]
    )
    table = (first if isinstance(first, dict) else first[0])[instance["agents"][0]]
    table["later"] = [[["1"]]]
    assert refused(bent, raw)


def test_interdependent_values_are_refused_by_the_checker_too() -> None:
    """The same numbers for an instance in which the other's utility looks at the signal: the derivation needs private values."""
    document = json.loads(solve(small()).to_bytes())
    other = data(INTERDEPENDENT)
    environment = mechsynth.loads(other)
    document["instance"]["sha256"] = mechsynth.solve(environment, "policy").document()["instance"]["sha256"]
    document["mechanism"]["allocation"] = mechsynth.solve(environment, "policy").document()["mechanism"]["allocation"]
    document["certificate"].pop("ties")
    assert "not private" in str(check(document, other).reason)


# -- words and command ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CORRUPTED)
def test_the_words(name: str) -> None:
    result = solve(CORRUPTED[name])
    text = result.explain()
    assert text.splitlines()[3].startswith("No.") and max(map(len, text.splitlines())) <= 100
    witness = result.document()["witness"]
    assert "Why not more than" in text and "Why not less than" in text
    if len(witness["most"]) < 20:
        assert witness["most"] in text


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(ROOT / "instances" / "no-correlation-private.json")
    out = str(tmp_path / "result.json")
    assert main(["solve", path, "--ask", ASK, "-o", out]) == 0
    assert main(["check", out, path]) == 0
    assert main(["explain", out]) == 0
    capsys.readouterr()
    assert main(["audit", path, out, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["efficient"] is True
    assert main(["solve", path, "--ask", ASK, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["question"]["ask"] == ASK


@pytest.mark.parametrize("unit", [F(10) ** 400, F(1, 10**400)], ids=["1e400", "1e-400"])
@pytest.mark.filterwarnings("error")
def test_losses_beyond_the_floats(unit: F) -> None:
    """One period, one buyer of value 1 or 3 and a seller of cost 2: what 3 pays more than 1 is between 1 and 3, and a Groves mechanism charges 2.

    With Φ = W − X and w = (0, 1) at the two values, Φ(3) − Φ(1) = p(3) − p(1) − 2 is any number from −1 to 1, in every unit of money.
    """
    instance = {
        "format": "mechsynth-instance/1",
        "name": "unit",
        "horizon": 1,
        "discount": "1",
        "agents": ["buyer", "seller"],
        "signals": {"buyer": ["1", "3"], "seller": ["2"]},
        "actions": ["keep", "sell"],
        "utilities": {
            "buyer": {"private": [["0", "0"], [str(unit), str(3 * unit)]]},
            "seller": {"private": [["0"], [str(-2 * unit)]]},
        },
    }
    result = solve(instance)
    assert result.check().accepted
    document = json.loads(result.to_bytes())
    assert document["status"] == "fails"
    assert F(document["value"]) == 2 * unit
    assert [F(document["witness"][key]) for key in ("least", "most")] == [-unit, unit]
