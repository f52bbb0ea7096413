"""Questions that had two answers, or the wrong one: what transfers of a class can do is asked once, and the last period's payments belong to it.

What is right was found elsewhere: the positive answers stand beside the inputs as results of their own, or z3 finds transfers from the definitions.
"""

from __future__ import annotations

import json
import random
import time
from fractions import Fraction as F
from typing import Any

import pytest
from oracles import wishes
from oracles.model import read
from trials_reading import HERE, environment, solved

import mechsynth
from mechsynth.check import check

Json = dict[str, Any]
CLASSES = ("contingent", "vcg-type")


def instance(name: str) -> bytes:
    return (HERE / f"{name}.json").read_bytes()


def verdict(result: str, name: str) -> Any:
    return check((HERE / f"{result}.json").read_bytes(), instance(name))


def independently(name: str, kind: str, *require: str) -> bool:
    """Whether z3 finds transfers of the class under which truth is an equilibrium and the requirements hold."""
    model = read(json.loads(instance(name)))
    return wishes.decide(model, kind, require) is not None


@pytest.mark.parametrize("kind", CLASSES)
def test_a_lie_that_loses_surplus_is_asked_for_less(kind: str) -> None:
    name = "lies-that-lose-surplus"
    assert solved(name, kind).status == "feasible"
    assert independently(name, kind, "residual-claimant")


def test_of_two_answers_to_one_question_one_is_refused() -> None:
    name = "lies-that-lose-surplus"
    assert verdict(f"{name}.feasible", name).accepted
    refused = verdict(f"{name}.infeasible", name)
    assert not refused.accepted
    assert "proves less than was asked" in refused.reason and "--scope all" in refused.reason
    document = json.loads((HERE / f"{name}.infeasible.json").read_text(encoding="utf-8"))
    document["question"]["scope"] = "all"
    assert check(json.dumps(document).encode(), instance(name)).accepted


@pytest.mark.parametrize("kind", CLASSES)
def test_a_witness_against_one_choice_of_last_payments_is_refused(kind: str) -> None:
    name = "last-payments-are-free"
    refused = verdict(f"{name}.{kind}", name)
    assert not refused.accepted
    assert "proves less than was asked" in refused.reason and "ask the same question anew" in refused.reason
    assert solved(name, kind).status == "feasible"
    assert independently(name, kind, "residual-claimant")
    # the same witness without saying which payments it was computed with
    document = json.loads((HERE / f"{name}.{kind}.json").read_text(encoding="utf-8"))
    del document["certificate"]["now"]
    again = check(json.dumps(document).encode(), instance(name))
    assert not again.accepted


@pytest.mark.parametrize("kind", CLASSES)
def test_utilities_of_very_different_size(kind: str) -> None:
    name = "last-period-of-unequal-utilities"
    assert verdict(f"{name}.{kind}", name).accepted
    assert solved(name, kind).status == "feasible"


def test_later_payments_of_the_generalized_vcg_mechanism() -> None:
    name = "later-payments-are-free"
    assert verdict(f"{name}.feasible", name).accepted
    assert solved(name, "generalized-vcg").status == "feasible"


@pytest.mark.parametrize("kind", CLASSES)
def test_fifteen_signals(kind: str) -> None:
    assert solved("private-fifteen-signals", kind).status == "feasible"


def private(signals: int, actions: int, seed: int) -> Json:
    """Two agents with private values and independent chains, two periods."""
    rng, agents = random.Random(seed), ("ann", "bob")

    def chain() -> list[list[str]]:
        rows = [[rng.randint(1, 9) for _ in range(signals)] for _ in range(signals)]
        return [[str(F(w, sum(row))) for w in row] for row in rows]

    def period() -> Json:
        own = {a: {"private": [[rng.randint(0, 40) for _ in range(signals)] for _ in range(actions)]} for a in agents}
        labels = {a: [f"{a}{k}" for k in range(signals)] for a in agents}
        return {"signals": labels, "actions": [f"a{k}" for k in range(actions)], "utilities": own}

    first = {**period(), "transition": {"independent": {a: chain() for a in agents}}}
    header = {"format": "mechsynth-instance/1", "name": "private", "horizon": 2, "discount": "9/10"}
    return {**header, "agents": list(agents), "periods": [first, period()]}


@pytest.mark.parametrize("kind", CLASSES)
def test_twenty_five_signals(kind: str) -> None:
    """Private values: Groves payments in the last period and the others' utilities before it always do. In seconds of this process, so that others do not count."""
    env = mechsynth.loads(json.dumps(private(25, 3, 1)))
    start = time.process_time()
    result = mechsynth.solve(env, kind)
    assert time.process_time() - start < 5
    assert result.status == "feasible"
    assert result.check().accepted


def test_with_one_period_the_question_is_static() -> None:
    """Nothing is paid later, and no payoff is asked for: `contingent`, `vcg-type` and `static` agree."""
    for name in ("liu2014-auction-1", "liu2014-auction-2"):
        static = mechsynth.solve(environment(name), "static")
        for kind in CLASSES:
            assert solved(name, kind).status == static.status
            same = solved(name, "implement", transfers=kind, require=["residual-claimant"])
            assert same.status == static.status
