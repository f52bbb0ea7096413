"""Families: what they foretell is so, their files are the same everywhere, and bad parameters are refused."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from bad_input.refusals import refused
from families.family_cases import CASES, TINY, Case, confirm, drawn, shown
from oracles import transfers
from oracles.efficient import efficient, expected_value
from oracles.model import read

import mechsynth
from mechsynth.cli import main
from mechsynth.errors import UsageError
from mechsynth.families import document_bytes, families, generate, revenue, screening
from mechsynth.families.draws import Draws
from mechsynth.suite.expected import expected_in

LIBRARY = Path(__file__).resolve().parents[2] / "instances"


def known(environment: Any, ask: str, **options: str) -> Any:
    """The one expectation about a question."""
    (found,) = [each for each in expected_in(environment.extra) if each.question == {"ask": ask, **options}]
    return found


# --- what is foretold is so ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=shown)
def test_expected_answers_are_found_and_proved(case: Case) -> None:
    name, params, seed = case
    environment = generate(name, seed=seed, params=params)
    assert confirm(environment) == len(expected_in(environment.extra)) >= 1


@pytest.mark.slow
def test_expected_answers_at_random_parameters() -> None:
    """Nothing comes out otherwise than foretold; hardly anything stays open."""
    rng, done, known, proved = random.Random(6), 0, 0, 0
    while done < 200:
        name, params, seed = drawn(rng)
        try:
            environment = generate(name, seed=seed, params=params)
        except UsageError:
            continue
        known += len(expected_in(environment.extra))
        proved += confirm(environment, patient=True)
        done += 1
    assert proved >= known * 99 // 100


@pytest.mark.parametrize("case", CASES, ids=shown)
def test_expected_answers_by_the_oracles(case: Case) -> None:
    """By code that shares nothing with the package: the value of the rule, the conditions, and residual claimants."""
    name, params, seed = case
    data = document_bytes(name, params, seed)
    environment, model = mechsynth.loads(data), read(json.loads(data))
    best = efficient(model)
    for each in expected_in(environment.extra):
        ask, scope = each.question["ask"], each.question.get("scope", "")
        if ask == "policy" and each.value is not None:
            assert expected_value(model, best) == F(each.value)
        elif ask in ("convex-independence", "spanning"):
            decide = transfers.convex_independence if ask == "convex-independence" else transfers.spanning
            assert decide(model, scope, best.rule) == (each.status == "holds"), each
        elif ask == "static":
            assert transfers.static(model, best.rule) == (each.status == "feasible")
        elif ask in ("contingent", "vcg-type"):
            assert transfers.feasible(model, ask, scope) == (each.status == "feasible"), each


def test_every_family_is_among_the_cases() -> None:
    assert {name for name, _, _ in CASES} == set(families())


# --- closed forms, against the papers --------------------------------------------------------------------------------


def test_leases_and_auction_of_the_papers() -> None:
    """At the papers' numbers the families give the values of the papers' instances."""
    for family, params, name in (
        ("oil-leases", {}, "liu2014-oil-leases"),
        ("repeated-auction", {}, "liu2025-repeated-auction"),
    ):
        stated = json.loads((LIBRARY / f"{name}.json").read_text(encoding="utf-8"), parse_float=str)
        assert known(generate(family, params=params), "policy").value == stated["x-expected"]["E W_1"]
        ours, theirs = read(json.loads(document_bytes(family, params))), read(stated)
        assert efficient(ours).values == efficient(theirs).values


@pytest.mark.parametrize("alpha", [F(0), F(1, 3), F(1, 2), F(2, 3), F(9, 10), F(1)])
def test_trade_of_two_values_balances_from_yoons_patience_on(alpha: F) -> None:
    """Yoon 2021a, 3.3.2: δ ≥ 1/(3 − 2α), equality included; δ < 1 never suffices at α = 1."""
    least = 1 / (3 - 2 * alpha)
    for discount, status in ((least - TINY, "infeasible"), (least, "feasible"), (least + TINY, "feasible")):
        if discount < 1:
            stated = known(generate("bilateral-trade", alpha=alpha, discount=discount), "lump-sum-budget")
            assert stated.status == status
            assert (F(stated.value) == 0) == (discount == least)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_symmetric_trade_balances_from_its_own_patience_on(size: int) -> None:
    """δ ≥ 1/(2 − β), β = (Kα−1)/(K−1), by the package at the boundary; and Yoon's S has the same budget."""
    alpha = F(3, 5)
    beta = (size * alpha - 1) / (size - 1)
    least = 1 / (2 - beta)
    for discount in (least - TINY, least):
        environment = generate("bilateral-trade", values=size, alpha=alpha, discount=discount)
        stated = known(environment, "lump-sum-budget")
        found = mechsynth.solve(environment, "lump-sum-budget")
        assert (found.status, found.value) == (stated.status, stated.value)
        assert (stated.status == "feasible") == (discount == least)
        gains, other, power = [[F(max(j - i, 0)) for j in range(size)] for i in range(size)], F(0), F(1)
        chain = [[alpha if i == j else (1 - alpha) / (size - 1) for j in range(size)] for i in range(size)]
        for _ in range(80):  # the sum of Yoon's series, up to what is left of it
            worst = sum(gains[-1]) / size + sum(line[0] for line in gains) / size
            other += power * (worst - sum(map(sum, gains)) / size**2)
            power *= discount
            forward = [[sum(p * g for p, g in zip(row, column)) for column in zip(*gains)] for row in chain]
            gains = [[sum(g * p for g, p in zip(line, row)) for row in chain] for line in forward]
            gains = [[F(round(g * 2**80), 2**80) for g in line] for line in gains]
        assert abs(other - F(stated.value)) <= power / (1 - discount) * size * 2 + F(1, 2**60)


def test_two_periods_of_trade() -> None:
    """Yoon 2021a, 3.3.1 B: without discounting they balance if and only if α ≤ 1/2, by 1/2 − α."""
    for alpha in (F(0), F(1, 2), F(1, 2) + TINY, F(1)):
        stated = known(generate("bilateral-trade", alpha=alpha, horizon=2, discount=1), "lump-sum-budget")
        assert F(stated.value) == F(1, 2) - alpha


@pytest.mark.parametrize("seed", range(6))
def test_the_planted_signal_is_as_far_as_was_asked(seed: int) -> None:
    """In total variation d from the mixture it was moved from, and no nearer to any other: the last outcome alone tells d."""
    data = json.loads(document_bytes("planted-hull", {"signals": 4, "outcomes": 5, "distance": "1/30"}, seed))
    first = data["periods"][0]
    rows = dict(zip(first["signals"]["sender"], [[F(x) for x in line[0][0]] for line in first["transition"][0]]))
    mixed = rows.pop("mixed")
    weights = [F(word) for word in data["notes"].split(" is ", 1)[1].replace(",", "").split() if word[0].isdigit()][:3]
    assert sum(weights) == 1
    nearest = [sum(w * line[j] for w, line in zip(weights, (rows["s1"], rows["s2"], rows["s3"]))) for j in range(5)]
    assert sum(abs(x - y) for x, y in zip(mixed, nearest)) / 2 == F(1, 30)
    assert {mixed[-1] - line[-1] for line in rows.values()} == {F(1, 30)}
    squared = sum((x - y) ** 2 for x, y in zip(mixed, nearest))
    value = next(e["value"] for e in data["x-expected"] if e["question"]["ask"] == "convex-independence")
    assert F(value) == squared


# --- what a seller can earn ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "family, params, value",
    [
        # by hand: 29/8 - 21/4 < 0, so the item goes to 3/4 alone, at 71/8, half of the time
        ("kln7", {"types": 2}, F(71, 16)),
        # one price at which 5/8 joins: half of them buy at (21 · 5/8 + 2)/2; at 3/8 three of four do, at 79/16, which is less
        ("kln7", {"types": 4}, F(1, 2) * (F(21 * 5, 8) + 2) / 2),
        # φ_k = (4k - 17)/16: at + all eight, Σ (2 + φ) = 16 + 1/2; at × the upper four, 2 Σ φ = 2 · 4 · 9/16; each half of the time
        ("kln7", {"types": 8, "times": 2}, (16 + F(8, 16) + 2 * 4 * F(9, 16)) / 16),
        # μ_H = 1/2: nothing is held back, since 2 >= 1: 5/2 + 5/2 less the rent (1 + 1/2)/2
        ("battaglini", {}, F(17, 4)),
        ("battaglini", {"horizon": 3}, F(53, 8)),
        ("battaglini", {"horizon": 4}, F(145, 16)),
        ("battaglini", {"horizon": 3, "high": 5}, F(67, 8)),
        ("sequential-screening", {}, F(2, 3)),
        ("sequential-screening", {"points": 4}, F(2, 3)),
    ],
)
def test_known_revenue(family: str, params: dict[str, Any], value: F) -> None:
    assert F(known(generate(family, params=params), "optimal").value) == value


def test_negative_correlation_has_no_formula() -> None:
    """Battaglini's formula exceeds what any mechanism earns where high is followed by low: 111/8 against 107/8 over four periods."""
    params = {"high": 5, "horizon": 4, "stay": "1/4", "rise": "3/4"}
    environment = generate("battaglini", params=params)
    assert [each.question["ask"] for each in expected_in(environment.extra)] == ["policy", "separable"]
    formula = revenue.battaglini_formula({key: F(v) for key, v in environment.extra["x-family"]["params"].items() if key != "horizon"} | {"horizon": 4})
    assert formula == F(111, 8)
    best = mechsynth.solve(environment, "optimal")
    assert best.value == "107/8" and best.check().accepted


@pytest.mark.parametrize("count, plus", [(2, F(2)), (4, F(2)), (3, F(1)), (5, F(3, 2))])
def test_the_edge_of_the_gap(count: int, plus: F) -> None:
    """At ``(x_1 + c_+)/x_{k*}`` the relaxed bound is attained, above it no longer: by the program, which knows no formula."""
    edge = screening.kln7_edge(count, plus)
    assert edge is not None
    for times, attained in ((edge, True), (edge + F(1, 100), False)):
        found = mechsynth.solve(generate("kln7", types=count, plus=plus, times=times), "optimal")
        bound = screening.kln7_relaxed(count, plus, times)
        assert found.value is not None and (F(found.value) == bound) is attained and F(found.value) <= bound


def test_where_strike_prices_do_not_attain_the_bound() -> None:
    """Two buyers with 2 and 3, s in {5, 6}, cost 11/2: whatever L's strike up to 12, H buys always: 11 - 9/2 + 13/4 < 11."""
    whole = [F(2), F(3)], [F(5), F(6)], F(11, 2), False
    assert screening.contracts(*whole) == (F(45, 8), False)
    assert screening.contracts([F(2), F(3)], [F(1), F(2)], F(5, 4), False) == (F(29, 16), True)


# --- the same everywhere ---------------------------------------------------------------------------------------------


def test_the_stream_is_splitmix64() -> None:
    """The first numbers that the published algorithm gives from the state 1234567."""
    draws = Draws("any", 0)
    draws._state = 1234567
    assert [draws.bits() for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_whole_numbers_are_in_range_and_all_occur() -> None:
    draws = Draws("any", 1)
    seen = [draws.whole(-2, 4) for _ in range(700)]
    assert set(seen) == set(range(-2, 5))
    assert all(60 < seen.count(value) < 145 for value in set(seen))
    assert sorted(draws.shuffled(range(9))) == list(range(9))
    assert sum(draws.chances(5, 0, 3)) == 1


PINNED = {
    ("oil-leases", 0): "e23d4d51ee422979",
    ("oil-leases", 1): "a9484350f496d9b3",
    ("repeated-auction", 0): "3c68187448c51bb9",
    ("repeated-auction", 1): "7beb695a18d3775f",
    ("hand-over", 0): "5105f315f960b9c9",
    ("hand-over", 1): "17bfd05fd2d2c621",
    ("independent-chains", 0): "b893a53e9e6d37a1",
    ("independent-chains", 1): "b63468c1de0dbf9e",
    ("bilateral-trade", 0): "ff47aede14800b5e",
    ("bilateral-trade", 1): "88e0e787c0700d0d",
    ("hidden-state", 0): "9e059960d78d61be",
    ("hidden-state", 1): "fe512e2d741dc0eb",
    ("planted-hull", 0): "9b8c3e1eb1bdeb6d",
    ("planted-hull", 1): "879e0b9ec2c028b9",
    ("more-signals", 0): "97361d9a02a99505",
    ("more-signals", 1): "a45e38d4d24e28f9",
    ("full-rank", 0): "d28d4289a89956f6",
    ("full-rank", 1): "603c6b86e39f3d17",
    ("private-values", 0): "36a3b68e8ec79048",
    ("private-values", 1): "1ef1d3cf5c1f4935",
    ("interdependent", 0): "0c8151ed50235436",
    ("interdependent", 1): "2864fc0d7213aa4e",
    ("kln7", 0): "6f4483eac69e3d0b",
    ("kln7", 1): "6e495bc674ce3089",
    ("kln-separable", 0): "8138e8b66edc4059",
    ("kln-separable", 1): "6be3b2dd477aa9eb",
    ("sequential-screening", 0): "f59afa86fe12757f",
    ("sequential-screening", 1): "a1d065b9f529968a",
    ("battaglini", 0): "9807f0abceb7ad8e",
    ("battaglini", 1): "cb95241e8349a0b9",
    ("bandit-auction", 0): "8f7e1698790111e8",
    ("bandit-auction", 1): "5f5655f1d2c7a6cf",
}


def test_pinned_digests() -> None:
    """The bytes of every family at its defaults, and at another seed."""
    for (name, seed), digest in PINNED.items():
        assert hashlib.sha256(document_bytes(name, {}, seed)).hexdigest()[:16] == digest, (name, seed)
    assert {name for name, _ in PINNED} == set(families())


def test_the_library_is_what_its_families_give() -> None:
    """Every generated instance of the library says how to make it, and is made so, byte by byte."""
    files = sorted((LIBRARY / "families").glob("*.json"))
    assert {json.loads(path.read_bytes())["x-family"]["name"] for path in files} == set(families())
    for path in files:
        made = json.loads(path.read_bytes())["x-family"]
        assert document_bytes(made["name"], made["params"], made["seed"]) == path.read_bytes(), path.name


@pytest.mark.processes
def test_another_process_gives_the_same_bytes() -> None:
    """Whatever the order of hashes is there."""
    code = (
        "import hashlib, sys; from mechsynth.families import document_bytes, families\n"
        "print(hashlib.sha256(b''.join(document_bytes(n, {}, 7) for n in families())).hexdigest())"
    )
    here = hashlib.sha256(b"".join(document_bytes(name, {}, 7) for name in families())).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": "5"}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == here


def test_seeds_matter_where_something_is_drawn() -> None:
    for family in families().values():
        one, two = (json.loads(document_bytes(family.name, {}, seed)) for seed in (1, 2))
        if family.name == "bilateral-trade":
            one, two = (json.loads(document_bytes(family.name, {"chain": "random"}, seed)) for seed in (1, 2))
        for document in (one, two):
            del document["name"], document["x-family"]
        assert (one != two) == family.seeded, family.name


def test_ways_to_write_a_number_make_one_instance() -> None:
    for value in ("1/2", "0.5", "5e-1", F(1, 2)):
        assert generate("oil-leases", correlation=value).digest == generate("oil-leases").digest


def test_names_tell_instances_apart_and_stay_short() -> None:
    many = [{"discount": F(1, 10**k)} for k in (1, 2, 500, 501)] + [{"correlation": F(-1, 3)}, {}]
    names = [generate("oil-leases", params=params).name for params in many]
    assert len(set(names)) == len(many) and max(map(len, names)) <= 100
    assert names[-2:] == ["oil-leases-correlation=-1_3", "oil-leases"]
    assert not any("/" in name for name in names)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_writes_what_the_function_makes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "trade.json"
    assert main(["generate", "bilateral-trade", "--param", "values=3", "--param", "alpha=0.7", "-o", str(target)]) == 0
    assert "expected answers" in capsys.readouterr().out
    environment = generate("bilateral-trade", values=3, alpha="7/10")
    assert environment.digest == hashlib.sha256(target.read_bytes()).hexdigest()
    mechsynth.save(environment, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == target.read_bytes()
    assert main(["generate", "bilateral-trade", "--param", "values=3", "--param", "alpha=0.7", "--json"]) == 0
    assert capsys.readouterr().out.encode() == target.read_bytes()


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Every family, every parameter with its default, by every way to ask."""
    assert main(["generate"]) == 0
    words = capsys.readouterr().out
    assert main(["generate", "--list"]) == 0
    assert capsys.readouterr().out == words
    assert main(["generate", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in listed] == list(families())
    for entry in listed:
        assert entry["name"] in words
        for parameter in entry["parameters"]:
            assert f"{parameter['name']}={parameter['default']}" in words
            assert generate(entry["name"], params={parameter["name"]: parameter["default"]}).digest == (
                generate(entry["name"]).digest
            )
    assert main(["generate", "hand-over", "--list"]) == 0
    one = capsys.readouterr().out
    assert "noise" in one and "bilateral-trade" not in one


BAD = [
    (["generate", "no-family", "-o", "x.json"], "no-family"),
    (["generate", "oil-leases"], "-o"),
    (["generate", "oil-leases", "--param", "rho=1", "-o", "x.json"], "correlation"),
    (["generate", "oil-leases", "--param", "correlation", "-o", "x.json"], "NAME=VALUE"),
    (["generate", "oil-leases", "--param", "correlation=1", "--param", "correlation=0", "-o", "x.json"], "once"),
    (["generate", "oil-leases", "--param", "correlation=2", "-o", "x.json"], "[-1, 1]"),
    (["generate", "oil-leases", "--param", "correlation=1/0", "-o", "x.json"], "correlation"),
    (["generate", "oil-leases", "--param", "correlation=nan", "-o", "x.json"], "correlation"),
    (["generate", "oil-leases", "--param", "correlation=" + "9" * 5000, "-o", "x.json"], "correlation"),
    (["generate", "oil-leases", "--param", "discount=0", "-o", "x.json"], "(0, 1]"),
    (["generate", "repeated-auction", "--param", "discount=1", "-o", "x.json"], "(0, 1)"),
    (["generate", "repeated-auction", "--param", "bidders=2.5", "-o", "x.json"], "whole"),
    (["generate", "repeated-auction", "--param", "bidders=8", "--param", "signals=20", "-o", "x.json"], "smaller"),
    (["generate", "bilateral-trade", "--param", "discount=1", "-o", "x.json"], "finite horizon"),
    (["generate", "bilateral-trade", "--param", "chain=straight", "-o", "x.json"], "absorbing"),
    (["generate", "bilateral-trade", "--param", "horizon=never", "-o", "x.json"], "infinite"),
    (["generate", "planted-hull", "--param", "distance=1/2", "-o", "x.json"], "at most 1/8"),
    (["generate", "planted-hull", "--param", "signals=5", "-o", "x.json"], "outcomes"),
    (["generate", "more-signals", "--param", "outcomes=4", "-o", "x.json"], "at least 5"),
    (["generate", "more-signals", "--param", "degree=4", "-o", "x.json"], "at most 3"),
    (["generate", "full-rank", "--param", "agents=6", "--param", "signals=30", "-o", "x.json"], "smaller"),
    (["generate", "private-values", "--param", "discount=1", "-o", "x.json"], "finite horizon"),
    (["generate", "interdependent", "--seed", "-1", "-o", "x.json"], "--seed"),
    (["generate", "interdependent", "--seed", "1.5", "-o", "x.json"], "--seed"),
    (["generate", "interdependent", "--seed", str(2**63), "-o", "x.json"], "2^63"),
    (["generate", "interdependent", "-o", "nowhere/x.json"], "nowhere"),
    (["generate", "--param", "x=1"], "FAMILY"),
]


@pytest.mark.parametrize("arguments, word", BAD, ids=lambda value: "-".join(value[1:])[:60] if isinstance(value, list) else "")
def test_bad_parameters(
    arguments: list[str], word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(capsys, arguments, word)
    assert not list(tmp_path.iterdir())


def test_floats_and_doubles_are_refused_from_python() -> None:
    with pytest.raises(UsageError, match="correlation"):
        generate("oil-leases", correlation=0.5)
    with pytest.raises(UsageError, match="twice"):
        generate("oil-leases", params={"correlation": 0}, correlation=0)
    with pytest.raises(UsageError, match="seed"):
        generate("oil-leases", seed=True)
