"""`optimal --lotteries no`: every rule tried, the known example, forged divisions."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from forgery import put, refused
from oracles import whole_plans
from oracles.trees import drawn

import mechsynth
from mechsynth.construct import sure

Json = dict[str, Any]
LOTTERY = Path(__file__).resolve().parents[2] / "instances" / "revenue" / "a-lottery-earns-more.json"
SMALL = [seed for seed in range(400) if (d := drawn(seed))["horizon"] == 2 and [len(p["signals"]["a"]) for p in d["periods"]] == [2, 2] and len(d["agents"]) == 1][:16]


def ask(document: Json, **options: Any) -> Any:
    return mechsynth.solve(mechsynth.loads(json.dumps(document)), "optimal", lotteries="no", **options)


@pytest.mark.parametrize("seed", SMALL)
def test_every_rule(seed: int) -> None:
    """The best of all 64 rules, each with its best payments."""
    document = drawn(seed)
    terms: list[dict[str, Any]] = [{}, {"participation": "withdrawal"}, {"weights": (0, 1), "budget": Fraction(1)}]
    chosen = terms[seed % 3]
    options = {k: v if isinstance(v, str) else ",".join(map(str, v)) if isinstance(v, tuple) else str(v) for k, v in chosen.items()}
    result = ask(document, **options)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    best = whole_plans.surely(document, **chosen)
    if result.status == "infeasible":
        assert best is None
        return
    assert result.status == "optimal" and best is not None
    assert abs(float(Fraction(result.value)) - best) < 1e-6
    drawn_by_lot = mechsynth.solve(mechsynth.loads(json.dumps(document)), "optimal", **options)
    assert Fraction(result.value) <= Fraction(drawn_by_lot.value)
    tree = result.document()["mechanism"]["allocation"]["tree"]
    revenue, surplus = whole_plans.meets(document, tree, participation=chosen.get("participation", "entry"))
    assert Fraction(result.value) == (surplus if "weights" in chosen else revenue)


def _lottery() -> Any:
    return mechsynth.solve(str(LOTTERY), "optimal", lotteries="no")


def test_the_known_example() -> None:
    """301/45 with a lottery; 33/5 without: what t0 expects is asked up front, and t1 pays it, too."""
    result = _lottery()
    assert (result.status, result.value) == ("optimal", "33/5") and result.check().accepted
    assert "No action is drawn by lot" in " ".join(result.explain().split())


def test_what_was_not_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any division the bound is that with lotteries, and nothing is called the best."""
    monkeypatch.setattr(sure, "MOST", 1)
    result = _lottery()
    assert (result.status, result.value, result.bounds) == ("feasible", None, ("33/5", "301/45"))
    verdict = result.check()
    assert verdict.accepted and "Which is best was not settled" in verdict.statement
    words = " ".join(result.explain().split())
    assert "The mechanism listed has 33/5, and none has more than 301/45" in words and "Which is best was not settled" in words
    assert "bounds[1]" in refused(put("33/5", "bounds", 1), result)
    assert "bounds[0]" in refused(put("301/45", "bounds", 0), result)
    assert "bounds" in refused(lambda d: d.pop("bounds"), result)
    assert "status" in refused(lambda d: d["question"].update(lotteries="yes"), result)


def test_forged_divisions_are_refused() -> None:
    result = _lottery()
    parts = result.document()["certificate"]["branches"]["actions"]
    assert set(parts) == {"keep", "sell"}
    assert "not all that are available" in refused(lambda d: d["certificate"]["branches"]["actions"].pop("keep"), result)
    assert "what the mechanism has" in refused(put("301/45", "value"), result)
    assert "give" in refused(lambda d: d["certificate"]["branches"]["actions"].update(give=parts["keep"]), result)
    whole = mechsynth.solve(str(LOTTERY), "optimal").document()
    leaf = {"objective": "1", **{key: whole["certificate"][key] for key in ("tempted", "joined")}}
    assert "something may have more" in refused(put(leaf, "certificate", "branches"), result)
    assert "flow of" in refused(put(leaf | {"objective": "0"}, "certificate", "branches"), result)
    assert "drawn by lot" in refused(put(whole["mechanism"], "mechanism"), result)
    swapped = {"keep": parts["sell"], "sell": parts["keep"]}
    assert refused(put(swapped, "certificate", "branches", "actions"), result)
