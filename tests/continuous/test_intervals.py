"""Signals on [0, 1]: known answers with their numbers; drawn ones against grids, and against integrals from the definition."""

from __future__ import annotations

import copy
import itertools
import json
import math
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from mechsynth import cli
from mechsynth.check.smooth import check_smooth
from mechsynth.continuous import reading, solve
from mechsynth.continuous.words import explain
from mechsynth.errors import InputError
from mechsynth.run import Run

Json = dict[str, Any]
Poly = list[tuple[Fraction, tuple[int, ...]]]
INSTANCES = Path(__file__).resolve().parents[2] / "instances" / "continuous"


def solved(raw: bytes, ask: str) -> Json:
    environment = reading.loads(raw)
    document = solve.document(solve.answer(ask, environment, Run()), environment)
    if document["status"] != "unknown":
        verdict = check_smooth(json.dumps(document).encode(), raw)
        assert verdict.accepted, verdict.reason
    assert len(explain(document).split()) > 10
    return document


def accepted(document: Json, raw: bytes) -> bool:
    try:
        return check_smooth(json.dumps(document).encode(), raw).accepted
    except InputError:
        return False


# -- from the definition ----------------------------------------------------------------------------------------------------


def poly(listed: Any) -> Poly:
    return [(Fraction(c), tuple(powers)) for c, powers in listed]


def value(p: Poly, point: Any) -> Fraction:
    return sum((c * math.prod((x**e for x, e in zip(point, powers, strict=True)), start=Fraction(1)) for c, powers in p), Fraction(0))


def expected(payment: Poly, law: Poly, true: Any, told: Any) -> Fraction:
    """The integral over all next signals of the payment at the reports times the density at the signals."""
    count = len(true)
    total = Fraction(0)
    for (c, k), (d, m) in itertools.product(payment, law):
        part = c * d * math.prod((x**e for x, e in zip((*told, *true), (*k[:count], *m[:count]), strict=True)), start=Fraction(1))
        total += part / math.prod(a + b + 1 for a, b in zip(k[count:], m[count:], strict=True))
    return total


def misses(raw: bytes, document: Json, draws: int = 25, seed: int = 1) -> tuple[Fraction, Fraction]:
    """By how much expected payments miss the target at drawn signals: at the truth, and below it after drawn lies."""
    env, rng = json.loads(raw), random.Random(seed)
    count, delta = len(env["agents"]), Fraction(env["discount"])
    truth = lies = Fraction(0)
    for (i, name), a in itertools.product(enumerate(env["agents"]), range(len(env["actions"]))):
        law = poly(env["transition"][a if len(env["transition"]) > 1 else 0])
        payment = poly(document["payments"][name][a])
        for _ in range(draws):
            true = [Fraction(rng.randint(0, 40), 40) for _ in range(count)]
            told = [*true]
            told[i] = Fraction(rng.randint(0, 40), 40)
            goal = -sum(value(poly(own[a if len(own) > 1 else 0]), true) for j, own in env["utilities"].items() if j != name) / delta
            truth = max(truth, abs(expected(payment, law, true, true) - goal))
            lies = max(lies, goal - expected(payment, law, true, told))
    return truth, lies


# -- known answers ------------------------------------------------------------------------------------------------------------


def payments(document: Json, name: str, action: int) -> set[tuple[str, tuple[int, ...]]]:
    return {(c, tuple(powers)) for c, powers in document["payments"][name][action]}


def test_a_line_is_hit() -> None:
    """u² = 3x: c = −6x, and p(s) = 15 − 36 s has that expectation."""
    raw = (INSTANCES / "line.json").read_bytes()
    document = solved(raw, "vcg-type")
    assert document["status"] == "feasible"
    assert payments(document, "one", 1) == {("15", (0, 0, 0, 0)), ("-36", (0, 0, 0, 1))}
    assert misses(raw, document) == (0, 0)


def test_a_cube_is_missed_by_a_quarter() -> None:
    """u² = 4x³: c = −8x³, and the least error of polynomials of degree 2 is 8/32 (Chebyshev), with signs that alternate at 0, 1/4, 3/4, 1."""
    raw = (INSTANCES / "cube.json").read_bytes()
    document = solved(raw, "vcg-type")
    assert (document["status"], document["bounds"]) == ("infeasible", ["1/4", "1/4"])
    assert payments(document, "one", 1) == {("1/2", (0, 0, 0, 0)), ("75", (0, 0, 0, 1)), ("-120", (0, 0, 0, 2))}
    witness = document["witness"]
    assert witness["points"] == ["0", "1/4", "3/4", "1"]
    assert witness["weights"] in (["1/6", "-1/3", "1/3", "-1/6"], ["-1/6", "1/3", "-1/3", "1/6"])
    assert misses(raw, document)[0] == Fraction(1, 4)
    assert solved(raw, "contingent")["status"] == "feasible"


@pytest.mark.parametrize(("degree", "least"), [(0, 4.0), (1, 1.5396), (3, 0.0)])
def test_the_cube_by_the_degree_of_the_density(degree: int, least: float) -> None:
    """Without correlation half of the range is missed; with one power more than two, nothing."""
    raw = legendre(degree, {"utilities": {"one": [[]], "two": [[["4", [3, 0]]]]}, "actions": ["sell"]})
    document = solved(raw, "vcg-type")
    low, high = (float(Fraction(end)) for end in document["bounds"])
    assert low <= high <= low + 2**-20
    assert high == pytest.approx(least, abs=1e-4)


def test_a_threshold_that_is_irrational() -> None:
    """c = −6x + 2x³ and K = 6: what is charged less the target is (x − r)² (6 − 2x − 4r), and no less K does near (1, 1)."""
    raw = (INSTANCES / "threshold.json").read_bytes()
    document = solved(raw, "contingent")
    assert document["status"] == "feasible"
    assert payments(document, "one", 1) == {
        ("9", (0, 0, 0, 0)), ("30", (1, 0, 0, 0)), ("-9", (2, 0, 0, 0)), ("-4", (3, 0, 0, 0)),
        ("-60", (0, 0, 0, 1)), ("-72", (1, 0, 0, 1)), ("36", (2, 0, 0, 1)), ("60", (0, 0, 0, 2)),
    }  # fmt: skip
    assert misses(raw, document, 40) == (0, 0)
    # K = 6 - 1/10: −K/10 (x − r)² less in what is charged, of expectation −(x² − 2 r x + r²)/10
    less = {(0, 0, 0, 0): Fraction(1), (0, 0, 0, 1): Fraction(-10), (0, 0, 0, 2): Fraction(10)}
    law = poly(json.loads(raw)["transition"][0])
    square = lambda x: expected([(c, k) for k, c in less.items()], law, [x, Fraction(0)], [x, Fraction(0)])  # noqa: E731
    points = [Fraction(0), Fraction(1, 2), Fraction(1)]
    assert [square(x) for x in points] != [0, 0, 0]
    bent = copy.deepcopy(document)
    bent["payments"]["one"][1] = [[str(Fraction(c) - (Fraction(6, 10) if k == [0, 0, 0, 2] else 0)), k] for c, k in document["payments"]["one"][1]]
    assert not accepted(bent, raw)


# -- drawn --------------------------------------------------------------------------------------------------------------------

SHIFTED = [[1], [-1, 2], [1, -6, 6], [-1, 12, -30, 20], [1, -20, 90, -140, 70]]


def legendre(degree: int, more: Json, weights: list[Fraction] | None = None) -> bytes:
    """Two agents whose next signals look at the other's signal of today by `1 + Σ a_j P_j(s) P_j(x)`, `P_j` the shifted Legendre polynomials."""
    weights = weights or [Fraction(1, max(degree, 1))] * degree
    law: dict[tuple[int, ...], Fraction] = {}
    one = {(0, 0): Fraction(1)}
    for j, weight in enumerate(weights, 1):
        for (k, a), (m, b) in itertools.product(enumerate(SHIFTED[j]), repeat=2):
            one[k, m] = one.get((k, m), Fraction(0)) + weight * a * b
    for ((x, s), c), ((y, t), d) in itertools.product(one.items(), repeat=2):
        key = (x, y, t, s)
        law[key] = law.get(key, Fraction(0)) + c * d
    document: Json = {
        "format": "mechsynth-continuous/1", "name": "drawn", "horizon": "infinite", "discount": "1/2", "agents": ["one", "two"],
        "signals": {name: {"interval": ["0", "1"]} for name in ("one", "two")}, "actions": ["sell", "keep"],
        "transition": [[[str(c), list(k)] for k, c in law.items() if c]], **more,
    }  # fmt: skip
    return json.dumps(document).encode()


def drawn(seed: int) -> tuple[bytes, int, list[Fraction]]:
    """A density of degree 1 to 3, and a utility of agent two of degree 2 to 6 in the signal of agent one."""
    rng = random.Random(seed)
    degree = rng.randint(1, 3)
    share = Fraction(rng.randint(1, 4), 4)
    weights = [share * Fraction(rng.choice((1, 2, -1, 1)), 3 * degree) for _ in range(degree)]
    coefficients = [Fraction(rng.randint(-6, 6), rng.choice((1, 2, 3))) for _ in range(rng.randint(2, 6) + 1)]
    utility = [[str(c), [k, 0]] for k, c in enumerate(coefficients) if c]
    return legendre(degree, {"utilities": {"one": [[]], "two": [utility]}, "actions": ["sell"]}, weights), degree, coefficients


def on_a_grid(degree: int, coefficients: list[Fraction], points: int = 200) -> float:
    """The least error on a grid of signals, by a linear program in floats: the best polynomial of the degree of the density."""
    xs = np.linspace(0, 1, points)
    powers = np.stack([xs**k for k in range(degree + 1)], axis=1)
    goal = -2 * np.polynomial.polynomial.polyval(xs, [float(c) for c in coefficients])
    one = np.ones((points, 1))
    found = linprog([0.0] * (degree + 1) + [1.0], A_ub=np.block([[powers, -one], [-powers, -one]]), b_ub=np.concatenate([goal, -goal]),
                    bounds=[(None, None)] * (degree + 2))  # fmt: skip
    return float(found.fun)


@pytest.mark.parametrize("seed", range(16))
def test_drawn_targets_between_two_proofs(seed: int) -> None:
    """No grid has more than the proved error, and both ends are within 2^-20."""
    raw, degree, coefficients = drawn(seed)
    document = solved(raw, "vcg-type")
    grid = on_a_grid(degree, coefficients)
    exact = all(c == 0 for c in coefficients[degree + 1 :])
    assert (document["status"] == "feasible") == exact
    low, high = map(Fraction, document["bounds"])
    assert low <= high <= low + Fraction(1, 2**20)
    assert grid <= float(high) + 1e-9
    assert misses(raw, document)[0] <= high


@pytest.mark.parametrize("seed", range(16))
def test_drawn_lies_are_charged(seed: int) -> None:
    """With squares among what can be expected there are contingent payments; with lines alone where the target is concave, and a mixture says no where it is not."""
    raw, degree, coefficients = drawn(seed)
    document = solved(raw, "contingent")
    xs = [Fraction(k, 64) for k in range(65)]
    target = [-2 * sum(c * x**k for k, c in enumerate(coefficients)) for x in xs]
    bends = [a - 2 * b + c for a, b, c in zip(target, target[1:], target[2:], strict=False)]
    if degree >= 2:
        assert document["status"] == "feasible"
    elif max(bends) > 0:
        assert document["status"] in ("infeasible", "unknown") if max(bends) < Fraction(1, 1000) else document["status"] == "infeasible"
    if document["payments"]:
        assert misses(raw, document) == (0, 0)


def test_laws_that_look_at_both_signals() -> None:
    """1 + ½ P_1(s') P_1(x) + ¼ P_1(s') P_1(y): what is expected of s' moves with both, payments look at the other's signal of today."""
    law: dict[tuple[int, ...], Fraction] = {(0, 0, 0, 0): Fraction(1)}
    for weight, x in ((Fraction(1, 2), 0), (Fraction(1, 4), 1)):
        for (k, a), (m, b) in itertools.product(enumerate(SHIFTED[1]), repeat=2):
            key = [0, 0, 0, m]
            key[x] = k
            law[tuple(key)] = law.get(tuple(key), Fraction(0)) + weight * a * b
    more = {"utilities": {"one": [[]], "two": [[["3", [1, 1]], ["1", [0, 2]]]]}, "actions": ["sell"], "transition": [[[str(c), list(k)] for k, c in law.items()]]}
    raw = legendre(1, more)
    document = solved(raw, "vcg-type")
    assert document["status"] == "feasible"
    assert misses(raw, document, 60) == (0, 0)


def test_actions_that_move_signals() -> None:
    """After one action the next signals say little of today's, after the other more: each has payments of its own, and one target is missed."""
    strong = json.loads(legendre(2, {}, [Fraction(1, 2), Fraction(1, 4)]))["transition"][0]
    weak = json.loads(legendre(1, {}, [Fraction(1, 3)]))["transition"][0]
    utilities = {"one": [[["1", [0, 1]]], []], "two": [[["-2", [2, 0]]], [["1", [2, 0]], ["3", [1, 1]]]]}
    more = {"utilities": utilities, "actions": ["fish", "rest"], "transition": [strong, weak]}
    raw = legendre(2, more)
    document = solved(raw, "contingent")
    assert document["status"] == "feasible", "after fish squares can be expected; after rest c = −2x² − 6xy is concave in x, and tangents do"
    assert misses(raw, document, 60) == (0, 0)
    weaker = solved(raw, "vcg-type")
    assert weaker["status"] == "infeasible"
    assert weaker["bounds"] == ["1/4", "1/4"], "2x² is missed by 2/8 by lines, at 0, 1/2, 1"
    assert weaker["witness"]["action"] == "rest"


# -- forgeries and refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "ask"), [("line", "vcg-type"), ("cube", "vcg-type"), ("cube", "contingent"), ("threshold", "contingent")])
def test_every_number_counts(name: str, ask: str) -> None:
    raw = (INSTANCES / f"{name}.json").read_bytes()
    document = solved(raw, ask)
    for agent, own in document["payments"].items():
        for a, terms in enumerate(own):
            for k in range(len(terms)):
                bent = copy.deepcopy(document)
                bent["payments"][agent][a][k][0] = str(Fraction(terms[k][0]) + Fraction(1, 1000))
                assert not accepted(bent, raw), (agent, a, terms[k])
    for bounds in (["0", "0"], ["1/8", "1/8"], ["1/4", "1/8"], ["1/3", "1/3"]):
        assert accepted({**document, "bounds": bounds}, raw) == (bounds == document["bounds"])
    if document["witness"]:
        for key, k in itertools.product(("points", "weights"), range(4)):
            bent = copy.deepcopy(document)
            bent["witness"][key][k] = str(Fraction(bent["witness"][key][k]) + (Fraction(1, 100) if k == 0 else -Fraction(1, 100)))
            assert not accepted(bent, raw), (key, k)
    for status in ("feasible", "infeasible", "unknown", "optimal"):
        assert accepted({**document, "status": status}, raw) == (status == document["status"])
    assert not accepted({**document, "instance": {"sha256": "0" * 64}}, raw)
    other = "contingent" if ask == "vcg-type" else "vcg-type"
    if document["status"] == "infeasible" or any(k[0] for own in document["payments"].values() for terms in own for _, k in terms):
        assert not accepted({**document, "question": {"ask": other, "scope": "all"}}, raw)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["transition"][0].append(["1", [1, 0, 0, 0]]), "does not integrate to 1"),
        (lambda d: d["transition"].__setitem__(0, [["2", [0, 0, 1, 0]], ["4", [0, 0, 1, 1]], ["-1", [0, 0, 0, 0]]]), "at least 0"),
        (lambda d: d.__setitem__("horizon", 2), "infinite"),
        (lambda d: d["signals"]["one"].__setitem__("interval", ["0", "2"]), "interval|from 0 to 1"),
        (lambda d: d.__setitem__("prior", []), "prior|unknown"),
        (lambda d: d["utilities"].pop("one"), "utilities"),
    ],
)
def test_what_is_no_such_instance(change: Any, words: str) -> None:
    document = json.loads((INSTANCES / "line.json").read_bytes())
    change(document)
    raw = json.dumps(document).encode()
    with pytest.raises(InputError, match=words):
        reading.loads(raw)
    honest = solved((INSTANCES / "line.json").read_bytes(), "vcg-type")
    honest["instance"]["sha256"] = __import__("hashlib").sha256(raw).hexdigest()
    with pytest.raises(InputError):
        check_smooth(json.dumps(honest).encode(), raw)


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, result = str(INSTANCES / "cube.json"), str(tmp_path / "r.json")
    assert cli.main(["solve", path, "--ask", "vcg-type", "-o", result]) == 0
    assert "the least error is 1/4" in capsys.readouterr().out
    assert cli.main(["check", result, path]) == 0
    assert capsys.readouterr().out.startswith("accepted: ")
    assert cli.main(["explain", result]) == 0
    assert cli.main(["solve", path, "--ask", "spanning"]) == 2
    assert cli.main(["solve", path, "--ask", "vcg-type", "--scope", "policy"]) == 2
    capsys.readouterr()
    assert cli.main(["solve", path, "--ask", "contingent", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "feasible"
