"""Conflicts of requirements: each is a proof, minimal, and dissolved by what it is said to cost.

With the rows ``a_k · x (= or ≥) b_k`` of the wish list's program:

    proof        y_k ≥ 0 on inequalities, Σ y_k a_k = 0, Σ y_k b_k > 0, and only rows of the conflict or definitions are used
    minimal      without any one of its requirements the rest has a solution
    relaxation   with s on every row of one requirement (``≥ b − s``, ``|a x − b| ≤ s``) there is a solution iff s ≥ the least amount reported
"""

from __future__ import annotations

import copy
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction as F
from functools import cache
from math import lcm
from typing import Any

import numpy as np
import pytest
import z3
from test_implement import WISHES, environment, feasible, solve, value

import mechsynth
from mechsynth.asks.implement import Implement
from mechsynth.asks.implement import solve as implement
from mechsynth.check import check
from mechsynth.construct import case as cases
from mechsynth.environment import Environment
from mechsynth.errors import MechsynthError
from mechsynth.instance import to_bytes
from mechsynth.program.labelled import EQUAL, Program
from mechsynth.program.linear import DEFINITION, LinearProgram
from mechsynth.result import Result
from mechsynth.result.vocabulary import TRANSFERS

Json = dict[str, Any]
Case = tuple[int, str, tuple[str, ...]]
POOL = (*WISHES, "bounded:1/2", "bounded:3")
BINDING = (
    "bounded:1/4",
    "bounded:1/2",
    "budget:ex-post",
    "budget:per-period",
    "no-subsidy",
    "participation:ex-post",
    "participation:ex-ante",
)
"""Wishes that the incentives have to be weighed against."""
COUNT = 80  # conflicts
DRAWN = 180  # wish lists


def case(seed: int) -> Case:
    """A random wish list: environment, class, two to four requirements besides ``pepic``; every third one is hard on the incentives."""
    rng = random.Random(seed)
    pool = POOL if seed % 3 else BINDING
    return seed % 40, rng.choice(TRANSFERS), tuple(rng.sample(pool, rng.randint(2, 4 if seed % 3 else 3)))


def program_of(env: Environment, transfers: str, wishes: Sequence[str]) -> LinearProgram:
    """The program of a wish list."""
    ask = Implement(transfers=transfers, require=tuple(wishes))
    return implement.build(ask, cases.Case(env), implement.wish_list(ask)).program


@cache
def answers() -> list[tuple[Case, Result]]:
    """Random wish lists, answered; every answer is accepted by the checker."""
    return [(drawn, solve(environment(drawn[0]), drawn[1], *drawn[2])) for drawn in map(case, range(DRAWN))]


def conflicts() -> list[tuple[Case, Result]]:
    """The first `COUNT` of them that have no solution."""
    return [(drawn, result) for drawn, result in answers() if result.status == "infeasible"][:COUNT]


def conflict(result: Result) -> list[str]:
    """The requirements that are at odds."""
    assert result.witness is not None
    return list(result.witness["conflict"])


def has_point(program: LinearProgram) -> bool:
    """Whether a program has a solution; the exact point or the exact multipliers are verified here."""
    outcome = implement.feasible(program)
    assert outcome is not None
    rows = program.labelled()
    if outcome.point is not None:
        num, den = outcome.point
        point = {name: F(int(v), den) for name, v in zip(rows.columns, num, strict=True)}
        assert rows.violations(point) == {}
        return True
    assert outcome.multipliers is not None
    assert refutes(rows, {program.names[k]: y for k, y in outcome.multipliers.items()})
    return False


def refutes(rows: Program, multipliers: dict[str, F]) -> bool:
    """Whether multipliers of named rows add up to ``0 ≥ something positive``."""
    named = {row.name: row for row in rows.rows}
    total: dict[str, F] = {}
    right = F(0)
    for name, y in multipliers.items():
        row = named[name]
        if row.sense != EQUAL and y < 0:
            return False
        for column, c in row.coefficients.items():
            total[column] = total.get(column, F(0)) + y * c
        right += y * row.right
    return not any(total.values()) and right > 0


def decided(rows: Program) -> bool:
    """Whether a program has a solution, by z3."""
    solver = z3.Solver()
    columns = {name: z3.Real(f"x{k}") for k, name in enumerate(rows.columns)}
    for row in rows.rows:
        terms = [z3.Q(c.numerator, c.denominator) * columns[name] for name, c in row.coefficients.items()]
        left, right = z3.Sum(*terms) if terms else z3.RealVal(0), z3.Q(row.right.numerator, row.right.denominator)
        solver.add(left == right if row.sense == EQUAL else left >= right)
    verdict = solver.check()
    assert verdict in (z3.sat, z3.unsat)
    return verdict == z3.sat


def loosened(program: LinearProgram, wish: str, slack: F) -> LinearProgram:
    """The program with every row of one requirement missed by at most ``slack``: an equality becomes two inequalities."""
    result = LinearProgram()
    result.add_columns(program.columns)
    place = {name: k for k, name in enumerate(program.columns)}
    for row, owner in zip(program.labelled().rows, program.owners, strict=True):
        den = lcm(*(c.denominator for c in row.coefficients.values()))
        cols = np.array([[place[name] for name in row.coefficients]], dtype=np.int64)
        nums = np.array([[int(c * den) for c in row.coefficients.values()]], dtype=object)
        equal = row.sense == EQUAL
        if owner != wish:
            result.add_rows([row.name], [cols], [nums], den, [row.right], owner, equal)
            continue
        result.add_rows([row.name], [cols], [nums], den, [row.right - slack], owner)
        if equal:
            result.add_rows([f"{row.name} mirrored"], [cols], [-nums], den, [-row.right - slack], owner)
    return result


# --- proofs and minimality ---------------------------------------------------------------------------------------------


def test_there_are_enough_conflicts() -> None:
    """At least 50 of many kinds: over every class, of one to several requirements, with and without ``pepic``."""
    found = conflicts()
    assert len(found) >= 50
    assert {drawn[1] for drawn, _ in found} == set(TRANSFERS)
    kinds = Counter(tuple(sorted(conflict(result))) for _, result in found)
    assert len(kinds) >= 15
    assert {len(kind) for kind in kinds} >= {1, 2, 3}
    assert {"pepic" in kind for kind in kinds} == {True, False}


def test_conflicts_are_proofs() -> None:
    """The rows named by the witness add up to a contradiction, they belong to the conflict, and the shortfall is theirs."""
    for (seed, transfers, wishes), result in conflicts():
        program = program_of(environment(seed), transfers, wishes)
        rows = program.labelled()
        assert result.witness is not None
        multipliers = {name: F(y) for name, y in result.witness["multipliers"].items()}
        assert refutes(rows, multipliers)
        rights = {row.name: row.right for row in rows.rows}
        assert F(result.witness["shortfall"]) == sum((y * rights[name] for name, y in multipliers.items()), F(0))
        owners = dict(zip(program.names, program.owners, strict=True))
        assert {owners[name] for name in multipliers} - {DEFINITION} <= set(conflict(result))
        assert set(conflict(result)) <= {"pepic", *wishes}


def test_conflicts_have_no_solution_and_are_minimal() -> None:
    """The conflict alone has no solution; dropping any one of its requirements, the rest has one."""
    dropped = 0
    for (seed, transfers, wishes), result in conflicts():
        env, odds = environment(seed), conflict(result)
        program = program_of(env, transfers, wishes)
        assert not has_point(program.restricted(odds))
        for wish in odds:
            rest = [other for other in odds if other != wish]
            assert has_point(program.restricted(rest)), (seed, transfers, odds, wish)
            if "pepic" in rest:
                assert feasible(env, transfers, *rest)
            dropped += 1
        if "pepic" in odds:
            again = solve(env, transfers, *odds)
            assert sorted(conflict(again)) == sorted(odds)
    assert dropped >= 100


def test_kept_requirements_stay_out_of_the_bargain() -> None:
    """With ``keep`` every other requirement of the conflict is needed beside those that are kept."""
    for (seed, transfers, wishes), _ in conflicts()[:12]:
        env, keep = environment(seed), (wishes[0],)
        result = mechsynth.solve(env, "implement", transfers=transfers, require=["pepic", *wishes], keep=keep)
        assert result.status == "infeasible"
        assert result.check().accepted
        program = program_of(env, transfers, wishes)
        for wish in set(conflict(result)) - set(keep):
            rest = {*conflict(result), *keep} - {wish}
            assert has_point(program.restricted(sorted(rest)))


def test_z3_agrees() -> None:
    """On at least 60 small programs the answer is what z3 finds in real arithmetic, both ways."""
    found: Counter[str] = Counter()
    for (seed, transfers, wishes), result in answers():
        rows = program_of(environment(seed), transfers, wishes).labelled()
        if len(rows.rows) > 105 or found[result.status] >= 36:
            continue
        assert decided(rows) == (result.status == "feasible"), (seed, transfers, wishes)
        found[result.status] += 1
    assert sum(found.values()) >= 60
    assert min(found["feasible"], found["infeasible"]) >= 15


# --- relaxations ---------------------------------------------------------------------------------------------------------


def relaxations(result: Result) -> dict[str, F]:
    """By how much each requirement of a conflict must be relaxed."""
    return {each["requirement"]: F(each["least"]) for each in result.relaxations}


def test_relaxations_dissolve_conflicts() -> None:
    """The rows of one requirement missed by the least amount, the rest of the conflict as it is: a solution; by a thousandth less: none."""
    tried = 0
    for (seed, transfers, wishes), result in conflicts()[:40]:
        odds = conflict(result)
        least = relaxations(result)
        assert set(least) == set(odds)
        program = program_of(environment(seed), transfers, wishes).restricted(odds)
        for wish, amount in least.items():
            assert amount > 0
            assert has_point(loosened(program, wish, amount)), (seed, transfers, wishes, wish)
            assert not has_point(loosened(program, wish, amount * F(999, 1000))), (seed, transfers, wishes, wish)
            tried += 1
    assert tried >= 30


def test_relaxed_incentives_are_min_epsilon() -> None:
    """What ``pepic`` must be relaxed by is the least ε given the rest of the conflict."""
    tried = 0
    for (seed, transfers, _), result in conflicts():
        least = relaxations(result)
        if "pepic" in least:
            rest = [wish for wish in least if wish != "pepic"]
            assert value(solve(environment(seed), transfers, *rest, objective="min-epsilon")) == least["pepic"]
            tried += 1
    assert tried >= 20


def test_relaxed_bounds() -> None:
    """``bounded:B`` with least amount ``s``: ``bounded:B + s`` has a solution beside the rest of the conflict, a little less has none."""
    tried = 0
    for (seed, transfers, _), result in conflicts():
        least, env = relaxations(result), environment(seed)
        for wish in least:
            if not wish.startswith("bounded:") or "pepic" not in least:
                continue
            bound, rest = F(wish.removeprefix("bounded:")), [other for other in least if other != wish]
            assert feasible(env, transfers, *rest, f"bounded:{bound + least[wish]}")
            assert not feasible(env, transfers, *rest, f"bounded:{bound + least[wish] * F(999, 1000)}")
            assert value(solve(env, transfers, *rest, objective="min-max-transfer")) == bound + least[wish]
            tried += 1
    assert tried >= 5


# --- corruptions -----------------------------------------------------------------------------------------------------------


def refused(document: Json, env: Environment) -> bool:
    """Whether the checker does not accept a document: with a reason, or as malformed."""
    try:
        verdict = check(json.dumps(document).encode(), to_bytes(env))
    except MechsynthError as error:
        assert str(error)
        return True
    assert verdict.accepted == (verdict.reason is None)
    return not verdict.accepted


def changed(document: Json, path: str, new: Any) -> Json:
    """A copy with one entry replaced; ``None`` removes it."""
    result = copy.deepcopy(document)
    *steps, last = path.split("|")
    place: Any = result
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if new is None:
        del place[last]
    else:
        place[last] = new
    return result


def bent_multipliers(document: Json, path: str, rows: Program, rng: random.Random) -> Iterator[tuple[str, Json]]:
    """Multipliers changed, left out, of the wrong sign, moved to other rows or to rows that are none."""
    *steps, last = path.split("|")
    place: Any = document
    for step in (*steps, last):
        place = place[step]
    named = {row.name: row for row in rows.rows}
    used = [name for name in place if named[name].coefficients]
    name = rng.choice(used)
    y = F(place[name])
    yield "changed multiplier", changed(document, f"{path}|{name}", str(y + F(1, 7)))
    yield "tiny change", changed(document, f"{path}|{name}", str(y + F(1, 10**12)))
    yield "negated multiplier", changed(document, f"{path}|{name}", str(-y))
    yield "left out", changed(document, f"{path}|{name}", None)
    without = changed(document, f"{path}|{name}", None)
    yield "no such row", changed(without, f"{path}|{name} after nothing", str(y))
    others = [row.name for row in rows.rows if row.name not in place and row.coefficients != named[name].coefficients]
    if others:
        yield "other row", changed(without, f"{path}|{rng.choice(others)}", str(y))
        yield "one more row", changed(document, f"{path}|{rng.choice(others)}", "1")
    every = {other: str(-F(v)) for other, v in place.items()}
    yield "all negated", changed(document, path, every)
    yield "all dropped", changed(document, path, {})


def bent_witnesses(document: Json, rows: Program, rng: random.Random) -> Iterator[tuple[str, Json]]:
    """False proofs out of a true one."""
    yield from bent_multipliers(document, "witness|multipliers", rows, rng)
    shortfall = F(document["witness"]["shortfall"])
    yield "shortfall", changed(document, "witness|shortfall", str(2 * shortfall))
    yield "negative shortfall", changed(document, "witness|shortfall", str(-shortfall))
    odds = document["witness"]["conflict"]
    yield "smaller conflict", changed(document, "witness|conflict", odds[1:])
    yield "larger conflict", changed(document, "witness|conflict", [*odds, "bounded:77"])
    require = document["question"]["require"]
    fewer = [wish for wish in require if wish != odds[-1]]
    yield "not required", changed(document, "question|require", fewer)
    yield "feasible", changed(document, "status", "feasible")
    yield "no witness", changed(document, "witness", None)
    yield "other ask", changed(document, "question|ask", "contingent")
    yield "stale digest", changed(document, "instance|sha256", "0" * 64)
    yield "no rule", changed(document, "mechanism|allocation", document["mechanism"]["allocation"][1:])


def entries(tables: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], F]]:
    """Every number of nested tables with its place."""
    if isinstance(tables, (list, dict)):
        pairs = tables.items() if isinstance(tables, dict) else enumerate(tables)
        for key, inner in pairs:
            yield from entries(inner, (*path, key))
    else:
        yield path, F(tables)


def put(document: Json, path: tuple[Any, ...], new: F) -> Json:
    """A copy with one payment replaced."""
    result = copy.deepcopy(document)
    place = result["mechanism"]["transfers"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = str(new)
    return result


def bent_mechanisms(document: Json, rng: random.Random) -> Iterator[tuple[str, Json]]:
    """Balanced payments that no longer balance, and documents that contradict themselves."""
    payments = list(entries(document["mechanism"]["transfers"]))
    for path, payment in rng.sample(payments, min(4, len(payments))):
        yield "changed payment", put(document, path, payment + F(1, 3))
        yield "tiny payment", put(document, path, payment - F(1, 10**15))
    paid = [(path, payment) for path, payment in payments if payment]
    for path, payment in rng.sample(paid, min(2, len(paid))):
        yield "sign of a payment", put(document, path, -payment)
        yield "dropped payment", put(document, path, F(0))
    yield "infeasible", changed(document, "status", "infeasible")
    yield "optimal", changed(document, "status", "optimal")
    yield (
        "no transfers allowed",
        changed(document, "question|require", [*document["question"]["require"], "nobody-pays"]),
    )
    yield "stale digest", changed(document, "instance|sha256", "f" * 64)


@pytest.mark.parametrize("part", range(4))
def test_bent_witnesses_are_refused(part: int) -> None:
    """No change of a Farkas vector, of its conflict or of its question is accepted."""
    count, rng = 0, random.Random(part)
    for (seed, transfers, wishes), result in itertools.islice(conflicts(), 3 * part, 3 * part + 3):
        env = environment(seed)
        document = json.loads(result.to_bytes())
        assert not refused(document, env)
        rows = program_of(env, transfers, wishes).labelled()
        for what, bad in bent_witnesses(document, rows, rng):
            assert bad != document
            assert refused(bad, env), (seed, transfers, wishes, what)
            count += 1
    assert count >= 40


def bent_relaxations(document: Json, k: int, rows: Program, rng: random.Random) -> Iterator[tuple[str, Json]]:
    """False proofs of one relaxation out of a true one."""
    path = f"certificate|relaxations|{k}"
    true = document["certificate"]["relaxations"][k]
    least = F(true["least"])
    yield "less", changed(document, f"{path}|least", str(least * F(99, 100) - F(1, 100)))
    yield "more", changed(document, f"{path}|least", str(least + F(1, 1000)))
    double = {name: str(2 * F(y)) for name, y in true["multipliers"].items()}
    bold = changed(document, f"{path}|multipliers", double)
    yield "multipliers of sizes up to 2", changed(bold, f"{path}|least", str(2 * least))
    name = rng.choice([name for name in true["multipliers"]])
    yield "multiplier left out", changed(document, f"{path}|multipliers|{name}", None)
    yield (
        "multiplier changed",
        changed(document, f"{path}|multipliers|{name}", str(F(true["multipliers"][name]) + F(1, 9))),
    )
    yield "no requirement of the conflict", changed(document, f"{path}|requirement", "bounded:77")
    again = copy.deepcopy(document)
    again["certificate"]["relaxations"].append(copy.deepcopy(true))
    yield "twice", again
    other = [wish for wish in document["witness"]["conflict"] if wish != true["requirement"]]
    if other:
        yield "another requirement", changed(document, f"{path}|requirement", other[0])
    if least:
        nothing = copy.deepcopy(document)
        for numbers in entries(nothing["certificate"]["relaxations"][k]["transfers"]):
            place: Any = nothing["certificate"]["relaxations"][k]["transfers"]
            *steps, last = numbers[0]
            for step in steps:
                place = place[step]
            place[last] = "123456789"
        yield "other transfers", nothing


def test_bent_relaxations_are_refused() -> None:
    """What is enough and what is least are both proved: neither can be changed by itself, nor together."""
    count, rng = 0, random.Random(7)
    for (seed, transfers, wishes), result in itertools.islice(conflicts(), 14):
        env = environment(seed)
        document = json.loads(result.to_bytes())
        told = document["certificate"]["relaxations"]
        assert [each["requirement"] for each in told] == document["witness"]["conflict"]
        assert {each["requirement"]: F(each["least"]) for each in told} == relaxations(result)
        rows = program_of(env, transfers, wishes).labelled()
        for k in range(len(told)):
            for what, bad in bent_relaxations(document, k, rows, rng):
                assert bad != document
                assert refused(bad, env), (seed, transfers, wishes, told[k]["requirement"], what)
                count += 1
    assert count >= 100


def test_bent_mechanisms_are_refused() -> None:
    """No change of a payment is accepted where the payments are to add up to zero."""
    count, rng = 0, random.Random(5)
    for seed in range(16):
        env = environment(seed, ("infinite",))
        for transfers in ("contingent", "full+now"):
            result = solve(env, transfers, "budget:ex-post", "participation:ex-ante")
            if result.status != "feasible":
                continue
            document = json.loads(result.to_bytes())
            for what, bad in bent_mechanisms(document, rng):
                assert refused(bad, env), (seed, transfers, what)
                count += 1
    assert count >= 60


def test_bent_optima_are_refused() -> None:
    """No other value, and no other multipliers, are accepted for an optimum."""
    count, rng = 0, random.Random(6)
    for seed, (transfers, objective) in itertools.product(
        range(4),
        (
            ("contingent", "min-epsilon"),
            ("full", "min-max-transfer"),
            ("contingent+now", "min-rent"),
            ("full", "max-revenue"),
        ),
    ):
        env, require = environment(seed), ("participation:ex-post",)
        result = solve(env, transfers, *require, objective=objective)
        if result.status != "optimal":
            continue
        document = json.loads(result.to_bytes())
        ask = Implement(transfers=transfers, require=require, objective=objective)
        rows = implement.build(ask, cases.Case(env), implement.wish_list(ask)).program.labelled()
        best = value(result)
        bad = [("value", changed(document, "value", str(best + step))) for step in (F(1), F(-1), F(1, 10**9))]
        bad += [("feasible", changed(document, "status", "feasible"))]
        bad += [("no multipliers", changed(document, "certificate|multipliers", None))]
        if document["certificate"]["multipliers"]:
            bad += [
                each
                for each in bent_multipliers(document, "certificate|multipliers", rows, rng)
                if each[0] not in ("negated multiplier", "all negated", "all dropped") or best
            ]
        for what, each in bad:
            assert refused(each, env), (seed, transfers, objective, what)
            count += 1
    assert count >= 60
