"""Inclusions past comfort: 15 and more signals, utilities in ratios of 1e12.

What a smaller class or a construction can do, a larger question can: its mechanism, under the larger question's name, is accepted, and the larger
question, where it is asked by itself, does not say no.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction as F
from typing import Any

import pytest
from oracles.draws import nest

import mechsynth
from mechsynth.check import check

Json = dict[str, Any]


def law(rng: random.Random, length: int) -> list[F]:
    weights = [rng.randint(1, 9) for _ in range(length)]
    return [F(w, sum(weights)) for w in weights]


def trade(sizes: tuple[int, int], horizon: Any, ratio: int = 0, seed: int = 0) -> Json:
    """Private values and independent chains; the second agent's utilities are 10^ratio times as large."""
    rng = random.Random(seed)
    worth = [[F(rng.randint(0, 60), 4) for _ in range(n)] for n in sizes]
    scale = F(10) ** ratio
    return {
        "format": "mechsynth-instance/1",
        "name": "many signals",
        "horizon": horizon,
        "discount": "9/10",
        "agents": ["ann", "bob"],
        "signals": {"ann": [f"a{k}" for k in range(sizes[0])], "bob": [f"b{k}" for k in range(sizes[1])]},
        "actions": ["for ann", "for bob"],
        "utilities": {
            "ann": {"private": [[str(x) for x in worth[0]], ["0"] * sizes[0]]},
            "bob": {"private": [["0"] * sizes[1], [str(x * scale) for x in worth[1]]]},
        },
        "transition": {"independent": {n: [[str(x) for x in law(rng, m)] for _ in range(m)] for n, m in zip(("ann", "bob"), sizes)}},
    }


def correlated(sizes: tuple[int, int], ratio: int, seed: int = 0) -> Json:
    """One action, an infinite horizon, everybody's next signals drawn by all signals; both know something of the other's."""
    rng = random.Random(seed)
    shape = [1, *sizes, *sizes]
    rows = {(a, b): law(rng, sizes[0] * sizes[1]) for a in range(sizes[0]) for b in range(sizes[1])}
    scale = F(10) ** ratio
    return {
        "format": "mechsynth-instance/1",
        "name": "many signals",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": ["ann", "bob"],
        "signals": {"ann": [f"a{k}" for k in range(sizes[0])], "bob": [f"b{k}" for k in range(sizes[1])]},
        "actions": ["go"],
        "utilities": {
            "ann": nest([1, *sizes], lambda index: F(rng.randint(-9, 9))),
            "bob": nest([1, *sizes], lambda index: scale * F(rng.randint(-9, 9), 7)),
        },
        "transition": nest(shape, lambda index: rows[index[1:3]][index[3] * sizes[1] + index[4]]),
    }


def answered(instance: Json, ask: str, **options: Any) -> Json:
    """An answer that the checker accepts, or an unknown one."""
    raw = json.dumps(instance).encode()
    result = mechsynth.solve(mechsynth.loads(raw), ask, **options)
    document: Json = json.loads(result.to_bytes())
    assert document["status"] == "unknown" or check(result.to_bytes(), raw).accepted
    return document


def taken(instance: Json, document: Json, transfers: str, *require: str) -> bool:
    """Whether the mechanism is accepted as an answer to a wish list."""
    question = {"ask": "implement", "transfers": transfers, "require": ["pepic", *require], "objective": "feasibility"}
    larger = {
        "format": "mechsynth-result/1",
        "instance": document["instance"],
        "question": question,
        "status": "feasible",
        "strength": "exact",
        "value": None,
        "mechanism": document["mechanism"],
        "witness": None,
        "certificate": {},
    }
    return check(json.dumps(larger).encode(), json.dumps(instance).encode()).accepted


@pytest.mark.parametrize("ratio", [0, 12, -12])
def test_vcg_type_within_contingent_with_a_last_period(ratio: int) -> None:
    """2 × 15 signals, T = 2, private values: Groves payments of the last period leave everybody residual claimant."""
    instance = trade((15, 15), 2, ratio)
    small = answered(instance, "vcg-type")
    assert small["status"] == "feasible"
    assert answered(instance, "contingent")["status"] == "feasible"
    assert taken(instance, small, "vcg-type", "residual-claimant")
    assert taken(instance, small, "contingent", "residual-claimant")


@pytest.mark.parametrize("ratio", [0, 12, -12])
@pytest.mark.parametrize("horizon", [2, "infinite"])
def test_groves_mechanisms_within_every_class_that_pays_now(horizon: Any, ratio: int) -> None:
    """Pivot and team are history-independent, and so contingent+now; with 16 × 15 signals."""
    instance = trade((16, 15), horizon, ratio)
    for ask in ("pivot", "team"):
        document = answered(instance, ask)
        assert document["status"] == "feasible"
        assert taken(instance, document, "history-independent")
        assert taken(instance, document, "contingent+now")


@pytest.mark.parametrize("ratio", [0, 12, -12])
def test_classes_of_residual_claimants(ratio: int) -> None:
    """15 × 15 signals that tell a lot of each other's next: the beliefs are independent, so that every class works."""
    instance = correlated((15, 15), ratio)
    small = answered(instance, "vcg-type")
    assert small["status"] == "feasible"
    assert taken(instance, small, "contingent", "residual-claimant")
    assert taken(instance, small, "full", "residual-claimant")
    assert answered(instance, "contingent")["status"] == "feasible"
    shares = answered(instance, "budget-balanced", transfers="vcg-type")
    assert shares["status"] == "feasible"
    assert taken(instance, shares, "contingent", "budget:per-period")
