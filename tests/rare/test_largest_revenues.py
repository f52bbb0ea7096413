"""Many drawn questions about the best mechanism: none is unknown, none contradicts an oracle or another answer."""

from __future__ import annotations

import contextlib
import json
import random
from fractions import Fraction
from typing import Any

import pytest
from oracles import whole_plans
from oracles.replies import no_lies_pay
from oracles.trees import drawn, longer

import mechsynth
from mechsynth import instance
from mechsynth.check import small

Json = dict[str, Any]


def examine(seed: int) -> None:
    """Draw an instance and choices; ask, check, hold to the oracles and to the efficient rule."""
    dice = random.Random(f"choices {seed}")
    document = longer(seed) if seed % 5 == 4 else drawn(seed, known=seed % 2 == 0)
    environment = mechsynth.loads(json.dumps(document))
    chosen: dict[str, Any] = {"participation": dice.choice(("entry", "entry", "ex-post", "withdrawal"))}
    if document["horizon"] < 3 and seed % 2 == 0:
        chosen["incentives"] = dice.choice(("pepic", "pbic"))
    weights = dice.choice(((1, 0), (1, 0), (0, 1), (1, 1), (2, -1)))
    budget = dice.choice((None, None, None, Fraction(0), Fraction(3)))
    words = chosen | {"weights": ",".join(map(str, weights)), "budget": "none" if budget is None else str(budget)}
    result = mechsynth.solve(environment, "optimal", **words)
    assert result.status in ("optimal", "infeasible"), result.certificate
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    with contextlib.suppress(small.Unknown):
        small.check(result.to_bytes(), instance.to_bytes(environment))
    if document["horizon"] < 3:
        best = whole_plans.floats(document, weights=weights, budget=budget, **chosen)
        assert (best is None) == (result.status == "infeasible")
        if best is not None:
            assert abs(float(Fraction(result.value)) - best) < 1e-5 * max(1.0, abs(best))
    if result.status == "infeasible":
        return
    tree = result.document()["mechanism"]["allocation"]["tree"]
    if document["horizon"] < 3:
        revenue, surplus = whole_plans.meets(document, tree, **chosen)
        had = weights[0] * revenue + weights[1] * surplus
        assert had == Fraction(result.value) if result.attained is None else 0 < Fraction(result.value) - had <= Fraction(1, 2**20)
    else:
        no_lies_pay(environment, tree, "full")
    if weights == (1, 0) and budget is None and chosen["participation"] == "entry" and chosen.get("incentives", "pepic") == "pepic":
        efficient = mechsynth.solve(environment, "implement", transfers="full+now", require=["pepic", "participation:entry"], objective="max-revenue")
        assert efficient.status != "unbounded"
        if efficient.status == "optimal":
            assert Fraction(efficient.value) <= Fraction(result.value)


@pytest.mark.parametrize("seed", range(7_000, 7_040))
def test_a_sample(seed: int) -> None:
    examine(seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 5_000, 100))
def test_five_thousand(first: int) -> None:
    for seed in range(first, first + 100):
        examine(seed)
