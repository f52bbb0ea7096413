"""Evaluations of mechanisms: the checker of before computed every number with arithmetic of its own, without rows or frames."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles import draws, old_checker
from test_check_oracle import World, result_of
from test_check_program import with_prior

import mechsynth
from mechsynth.evaluation import evaluate

ROOT = Path(__file__).resolve().parents[2]
FACTS = (
    "payoffs", "surplus", "least", "incentive_compatible", "efficient", "inefficiency", "rows", "start", "participation_ex_post",
    "participation_interim", "participation_ex_ante", "budgets", "unbalanced", "expected_payments", "payments_of_agents",
    "expected_surplus", "rents", "totals", "misaligned", "residual_claimant",
)  # fmt: skip
ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("contingent", {}), ("vcg-type", {}), ("pivot", {}), ("budget-balanced", {}), ("ex-ante-balanced", {}), ("surplus-extraction", {}),
    ("implement", {"transfers": "full+now", "require": ["budget:ex-post"]}),
    ("implement", {"transfers": "full", "require": ["participation:ex-post"]}),
    ("implement", {"transfers": "history-independent"}),
)  # fmt: skip


def plain(value: Any) -> Any:
    """Arrays and dataclasses as lists and dictionaries."""
    if isinstance(value, tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if not is_dataclass(value) or isinstance(value, type):
        return value
    # the old evaluation knows no rule that draws: nothing is drawn where the two are compared
    return {name: entry for name, entry in asdict(value).items() if name != "drawn" or entry is not None}


def instances() -> list[tuple[str, bytes]]:
    found = [
        (f"{flavour}-{horizon}", json.dumps(draws.instance(seed, flavour, horizon=horizon, agents=2, most=4)).encode())
        for seed, flavour in enumerate(("silent", "chains", "zeros", "ties"))
        for horizon in (1, 2, 3, "infinite")
    ]
    names = ("liu2014-oil-leases", "three-period-varying", "liu2014-auction-1")
    return found + [(name, (ROOT / "instances" / f"{name}.json").read_bytes()) for name in names]


def compare(document: bytes, raw: bytes) -> None:
    new, old = evaluate(document, raw), old_checker.evaluate(document, raw)
    for fact in FACTS:
        assert plain(getattr(new, fact)) == plain(getattr(old, fact)), fact


@pytest.mark.parametrize("prior", [True, False])
@pytest.mark.parametrize("horizon", [1, 2, 3, None])
@pytest.mark.parametrize("seed", range(8))
def test_facts_of_any_payments(seed: int, horizon: int | None, prior: bool) -> None:
    world = World(200 + seed, horizon)
    instance = with_prior(world, np.random.default_rng(seed)) if prior else world.instance()
    compare(json.dumps(result_of(instance, world.mechanism())).encode(), json.dumps(instance).encode())


def test_facts_of_answers() -> None:
    seen = 0
    for _, raw in instances():
        for kept in (("prior",), ()):
            data = {key: value for key, value in json.loads(raw).items() if key != "prior" or key in kept}
            environment = mechsynth.loads(json.dumps(data).encode())
            for ask, options in ASKED:
                try:
                    document = mechsynth.solve(environment, ask, workers=1, **options).to_bytes()
                except mechsynth.MechsynthError:
                    continue  # not a question about this instance
                if (json.loads(document).get("mechanism") or {}).get("transfers"):
                    compare(document, json.dumps(data).encode())
                    seen += 1
    assert seen > 60
