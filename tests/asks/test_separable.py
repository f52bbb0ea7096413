"""`separable` against the definition: every pair of rows and of columns; known environments; forged answers."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction as F
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth import check as checker
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.families import document_bytes

Json = dict[str, Any]
Table = list[list[list[F]]]  # first signal, action, part
REVENUE = Path(__file__).resolve().parents[2] / "instances" / "revenue"


def instance(table: Table, law: list[list[F]], prior: list[F] | None = None) -> Json:
    """One agent; values of period 2 by first signal, action and part, and the law of the part by first signal."""
    first, actions, parts = len(table), len(table[0]), len(table[0][0])
    own = [[[table[x][a][s] for x in range(first) for s in range(parts)] for a in range(actions)]]
    rows = [[law[x][s] if y == x else F(0) for y in range(first) for s in range(parts)] for x in range(first)]
    told: Any = json.loads(json.dumps([own, rows], default=str))
    return {
        "format": "mechsynth-instance/1",
        "name": "parts",
        "horizon": 2,
        "discount": "1",
        "agents": ["one"],
        "prior": [str(f) for f in prior or [F(1, first)] * first],
        "periods": [
            {"signals": {"one": [f"x{x}" for x in range(first)]}, "actions": ["-"], "utilities": {"one": [[0] * first]}, "transition": [told[1]]},
            {
                "signals": {"one": [f"x{x},{s}" for x in range(first) for s in range(parts)]},
                "actions": [f"a{a}" for a in range(actions)],
                "utilities": {"one": told[0][0]},
            },
        ],
    }


def multiplicative(table: Table) -> bool:
    """By the definition of rank one: every minor of the table, and of nothing else, is 0."""
    flat = [[v for row in own for v in row] for own in table]
    return all(p[i] * q[j] == p[j] * q[i] for p, q in combinations(flat, 2) for i, j in combinations(range(len(flat[0])), 2))


def additive(table: Table) -> bool:
    """Differences between first signals do not look at the part, and are of rank one in first signal and action."""
    actions = range(len(table[0]))
    if any(len({p[a][s] - q[a][s] for s in range(len(p[a]))}) > 1 for p, q in combinations(table, 2) for a in actions):
        return False
    rises = [[own[a][0] - table[0][a][0] for a in actions] for own in table]
    return all(p[i] * q[j] == p[j] * q[i] for p, q in combinations(rises, 2) for i, j in combinations(actions, 2))


def drawn(rng: random.Random) -> tuple[Table, list[list[F]]]:
    first, actions, parts = rng.randint(1, 3), rng.randint(1, 3), rng.randint(1, 3)
    kind, low = rng.choice(("multiplicative", "additive", "any")), rng.choice((-2, 0, 1))
    level = [F(rng.randint(low, 4)) for _ in range(first)]
    slope = [F(rng.randint(-1, 2)) for _ in range(actions)]
    rest = [[F(rng.randint(-2, 3)) for _ in range(parts)] for _ in range(actions)]
    table = [
        [[level[x] * rest[a][s] if kind == "multiplicative" else level[x] * slope[a] + rest[a][s] for s in range(parts)] for a in range(actions)] for x in range(first)
    ]
    if kind == "any" or rng.random() < 0.3:
        table[rng.randrange(first)][rng.randrange(actions)][rng.randrange(parts)] += rng.choice((F(1), F(-1, 3)))
    weights = [F(rng.randint(1, 4)) for _ in range(parts)]
    law = [[w / sum(weights) for w in weights] for _ in range(first)]
    if rng.random() < 0.15 and parts > 1:
        law[-1] = [law[-1][0] / 2, law[-1][1] + law[-1][0] / 2, *law[-1][2:]]
    return table, law


def accepted(document: Json, raw: bytes) -> bool:
    try:
        return checker.check(json.dumps(document), raw).accepted
    except MechsynthError:
        return False


def test_random_environments_by_the_definition() -> None:
    rng, seen = random.Random(13), {"holds": 0, "fails": 0}
    for _ in range(400):
        table, law = drawn(rng)
        same = all(row == law[0] for row in law)
        raw = json.dumps(instance(table, law)).encode()
        result = mechsynth.solve(mechsynth.loads(raw), "separable")
        wanted = "holds" if same and (multiplicative(table) or additive(table)) else "fails"
        assert result.status == wanted, (table, law)
        verdict = checker.check(result.to_bytes(), raw)
        assert verdict.accepted, verdict.reason
        seen[wanted] += 1
        if wanted == "holds":
            told = json.loads(result.to_bytes())["certificate"]["agents"]["one"]
            rebuilt = (told["form"] == "multiplicative" and multiplicative(table)) or (told["form"] == "additive" and additive(table))
            assert rebuilt
            weights_are_myersons(told, table, [F(1, len(table))] * len(table))
    assert min(seen.values()) > 100, seen


def weights_are_myersons(told: Json, table: Table, prior: list[F]) -> None:
    """Weighed values are what remains after the rents of all higher first signals: ``f_k w_k = f_k v_k − Σ_{j>k} f_j (v_{k+1} − v_k)``."""
    weights = told.get("alpha") or told.get("beta")
    if weights is None:
        assert told["form"] == "multiplicative" and min(F(v) for v in told["A"]) <= 0
        return
    for x, a, s in product(range(len(table)), range(len(table[0])), range(len(table[0][0]))):
        value = table[x][a][s]
        rise = table[x + 1][a][s] - value if x + 1 < len(table) else F(0)
        slope = F(told["C"][1][a]) if told["form"] == "additive" else F(0)
        virtual = F(weights[x]) * value if told["form"] == "multiplicative" else value + F(weights[x]) * slope
        assert prior[x] * virtual == prior[x] * value - sum(prior[x + 1 :]) * rise


KNOWN: list[tuple[str, Json, Json]] = [
    # x s with x in {1/4, 3/4}: α = 1 − (1/2)/(1/2) · 2, and 1 at the top
    ("kln-separable", {}, {"form": "multiplicative", "alpha": ["-1", "1"], "regular": True}),
    # x + s: β = −(1 − F)/f (1/K)
    ("kln-separable", {"kind": "additive", "types": 3}, {"form": "additive", "A": ["0", "1/3", "2/3"], "beta": ["-2/3", "-1/3", "0"], "regular": True}),
    ("bandit-auction", {}, {"form": "multiplicative", "alpha": ["1/2", "1"], "regular": True}),
    ("kln7", {"times": 1}, {"form": "additive", "beta": ["-1/2", "0"]}),
    ("kln7", {"plus": 0}, {"form": "multiplicative", "alpha": ["-1", "1"]}),
]


@pytest.mark.parametrize(("family", "params", "told"), KNOWN)
def test_known_weights(family: str, params: Json, told: Json) -> None:
    raw = document_bytes(family, params)
    result = mechsynth.solve(mechsynth.loads(raw), "separable")
    assert result.status == "holds" and result.check().accepted
    found = next(iter(json.loads(result.to_bytes())["certificate"]["agents"].values()))
    assert {key: found[key] for key in told} == told


def test_not_regular() -> None:
    """Values 1, 5, 6 with chances 1/10, 8/10, 1/10: α = 1 − 9 · 4, 1 − 1/8 · 1/5, 1 rises; with 8/10, 1/10, 1/10 at 1, 2, 9 it falls: 1 − 1/4, 1 − 7/2, 1."""
    for values, prior, regular in (([1, 5, 6], ["1/10", "8/10", "1/10"], True), ([1, 2, 9], ["8/10", "1/10", "1/10"], False)):
        table = [[[F(0)], [F(v)]] for v in values]
        raw = json.dumps(instance(table, [[F(1)]] * 3, [F(p) for p in prior])).encode()
        result = mechsynth.solve(mechsynth.loads(raw), "separable")
        assert result.certificate["agents"]["one"]["regular"] is regular and result.check().accepted
        assert ("falls from 3/4 to" in result.explain()) is not regular


def test_a_seller_whose_cost_rises_is_not_regular() -> None:
    """Costs 1 and 2 after a sale: A (x) C with C = −1."""
    table = [[[F(0), F(1)], [F(-1), F(0)]], [[F(0), F(1)], [F(-2), F(-1)]]]
    raw = json.dumps(instance(table, [[F(1, 2)] * 2] * 2)).encode()
    result = mechsynth.solve(mechsynth.loads(raw), "separable")
    told = result.certificate["agents"]["one"]
    assert (told["form"], told["C"][1], told["regular"]) == ("additive", ["0", "-1"], False) or told["C"][1] == ["0", "1"]
    assert result.check().accepted


def test_correlated_first_signals_have_no_weights() -> None:
    document = instance([[[F(0)], [F(1)]], [[F(0)], [F(2)]]], [[F(1)]] * 2)
    document["agents"] = ["one", "two"]
    document["prior"] = [["1/2", "0"], ["0", "1/2"]]
    for t, period in enumerate(document["periods"]):
        own = period["utilities"]["one"]
        period["utilities"] = {"one": {"private": own}, "two": {"private": [[0, 0]] * len(period["actions"])}}
        period["signals"]["two"] = ["l", "r"]
        if t == 0:
            period["transition"] = {"independent": {"one": period["transition"][0], "two": [[1, 0], [0, 1]]}}
    raw = json.dumps(document).encode()
    result = mechsynth.solve(mechsynth.loads(raw), "separable")
    assert result.status == "holds" and result.certificate["agents"]["one"]["alpha"] is None
    assert result.check().accepted and "not defined" in result.explain()


def test_interdependent_values_are_refused() -> None:
    path = Path(__file__).resolve().parents[2] / "instances" / "liu2014-oil-leases.json"
    with pytest.raises(UsageError, match="not private"):
        mechsynth.solve(mechsynth.load(path), "separable")


def test_forged_answers_are_refused() -> None:
    raw = document_bytes("kln-separable", {"kind": "additive", "types": 3})
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "separable").to_bytes())
    assert accepted(good, raw)
    own = good["certificate"]["agents"]["buyer"]
    for key, value in (
        ("A", ["0", "1/3", "1"]),
        ("C", [["0"], ["0", "2"]]),
        ("C", [["1"], ["0", "1"]][::-1]),
        ("beta", ["-2/3", "-1/3", "1"]),
        ("beta", None),
        ("regular", False),
        ("regular", None),
        ("form", "multiplicative"),
    ):
        bad = copy.deepcopy(good)
        assert own[key] != value
        bad["certificate"]["agents"]["buyer"][key] = value
        assert not accepted(bad, raw), key
    bad = copy.deepcopy(good)
    del bad["certificate"]["agents"]["seller"]
    assert not accepted(bad, raw)


def test_forged_minors_are_refused() -> None:
    """Cells that are in proportion, of another first signal, of another part; and the same reasons where values do separate."""
    raw = document_bytes("kln7", {"types": 3})
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "separable").to_bytes())
    assert accepted(good, raw)
    parts = good["witness"]["parts"]
    for key in ("multiplicative", "additive"):
        cells = parts[key]["cells"]
        for change in (
            lambda part: part["cells"].__setitem__(1, part["cells"][0]),
            lambda part: part["cells"].pop(),
            lambda part: part["first"].reverse(),
            lambda part: part["cells"][0]["signals"].__setitem__(0, "5/6,+"),
            lambda part: part["cells"][0]["signals"].__setitem__(0, "1/6,*"),
            lambda part: part["cells"][0].__setitem__("action", "keep"),
        ):
            bad = copy.deepcopy(good)
            change(bad["witness"]["parts"][key])
            assert not accepted(bad, raw) or bad["witness"]["parts"][key]["cells"] == cells
        bad = copy.deepcopy(good)
        del bad["witness"]["parts"][key]
        assert not accepted(bad, raw)
    other = document_bytes("kln7", {"types": 3, "plus": 0})
    bad = copy.deepcopy(good)
    separable = json.loads(mechsynth.solve(mechsynth.loads(other), "separable").to_bytes())
    bad["instance"], bad["x-labels"] = separable["instance"], separable.get("x-labels")
    assert not accepted({k: v for k, v in bad.items() if v is not None}, other)


@pytest.mark.parametrize(
    ("family", "params", "reason"),
    [("battaglini", {}, "first"), ("sequential-screening", {}, "counts"), ("battaglini", {"stay": 1}, "first")],
)
def test_other_reasons(family: str, params: Json, reason: str) -> None:
    raw = document_bytes(family, params)
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "separable").to_bytes())
    assert list(good["witness"]["parts"]) == [reason] and accepted(good, raw)
    for value in (good["witness"]["parts"][reason]["first"][:1], good["witness"]["parts"][reason]["first"][::-1][:1] * 2):
        bad = copy.deepcopy(good)
        bad["witness"]["parts"][reason]["first"] = value
        assert not accepted(bad, raw)


def test_a_law_that_looks_at_the_first_signal() -> None:
    raw = json.dumps(instance([[[F(1), F(2)]], [[F(2), F(4)]]], [[F(1, 2), F(1, 2)], [F(1, 3), F(2, 3)]])).encode()
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "separable").to_bytes())
    assert list(good["witness"]["parts"]) == ["chances"] and accepted(good, raw)
    same = json.dumps(instance([[[F(1), F(2)]], [[F(2), F(4)]]], [[F(1, 2), F(1, 2)]] * 2)).encode()
    honest = json.loads(mechsynth.solve(mechsynth.loads(same), "separable").to_bytes())
    assert honest["status"] == "holds"
    assert not accepted(good | {"instance": honest["instance"]}, same)


def test_a_gap_on_the_grid_is_no_matter_of_separation() -> None:
    """2 and 3 with s in {5, 6} separate, though the bound 45/8 is out of reach."""
    table = [[[F(0), F(0)], [F(5 * x), F(6 * x)]] for x in (2, 3)]
    raw = json.dumps(instance(table, [[F(1, 2)] * 2] * 2)).encode()
    result = mechsynth.solve(mechsynth.loads(raw), "separable")
    assert result.status == "holds" and result.certificate["agents"]["one"]["alpha"] == ["1/2", "1"]
