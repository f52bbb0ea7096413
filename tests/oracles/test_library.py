"""The instance library against the oracles: every answer and witness that an instance states."""

from __future__ import annotations

import itertools
from fractions import Fraction as F
from typing import Any

import pytest

from . import deviations, transfers, witness
from .efficient import Efficient, efficient, expected_value
from .model import Model, read
from .test_oracles import LIBRARY, instance, named

NAMES = sorted(f.stem for f in LIBRARY.glob("*.json") if f.name != "index.json")
EVERY = {"policy", "convex-independence", "convex-independence:policy", "spanning", "spanning:policy", "contingent",
         "contingent:all", "vcg-type", "vcg-type:all"}


def answer(model: Model, eff: Efficient, key: str) -> str:
    """The status of an `x-expected` key, by the oracles."""
    question, _, last = key.partition(" --last-period constant")
    ask, _, scope = question.partition(":")
    if ask == "policy":
        return "optimal"
    if ask in ("convex-independence", "spanning"):
        decide = transfers.convex_independence if ask == "convex-independence" else transfers.spanning
        return "holds" if decide(model, scope or "all", eff.rule) else "fails"
    if ask == "static":
        return "feasible" if transfers.static(model, eff.rule) else "infeasible"
    action = None
    if question != key:
        action = model.periods[-1].actions.index(last[1:]) if last else 0
    return "feasible" if transfers.feasible(model, ask, scope or "policy", last_action=action) else "infeasible"


@pytest.mark.parametrize("name", NAMES)
def test_library_answers(name: str) -> None:
    """Every expected status, value and rule of an instance is what the oracles find."""
    data = instance(name)
    assert data["name"] == name and data["format"] == "mechsynth-instance/1"
    assert data["notes"] and data["source"] and data["x-why"]
    model, expected = read(data), data["x-expected"]
    eff = efficient(model)
    assert set(expected) >= EVERY and (model.horizon is None) == ("static" not in expected)
    for key, value in expected.items():
        period = int(key[2:]) - 1 if key.startswith("W_") else 0
        if key == "W" or key.startswith("W_"):
            assert named(model, period, eff.values[period]) == {p: F(x) for p, x in value.items()}
        elif key == "E W_1":
            assert expected_value(model, eff) == F(value)
        elif key == "rule":
            rules = value.values() if model.horizon is not None else [value]
            for t, rule in enumerate(rules):
                assert named(model, t, {p: model.periods[t].actions[a] for p, a in eff.rule[t].items()}) == rule
        elif isinstance(value, str):
            assert answer(model, eff, key) == value, key


@pytest.mark.parametrize("name", NAMES)
def test_library_witnesses(name: str) -> None:
    """Every witness that the library states is a proof, and none any more once its numbers are bent."""
    data = instance(name)
    model = read(data)
    for key, w in data["x-expected"].items():
        if not key.endswith(" witness"):
            continue
        ask, _, scope = key.removesuffix(" witness").partition(":")
        default = "all" if ask in ("convex-independence", "spanning") else "policy"
        result = {"question": {"ask": ask, "scope": scope or default}, "witness": w,
                  "mechanism": {"allocation": transfers.allocation_rows(model, efficient(model).rule)},
                  "certificate": {}}
        assert witness.problems(data, result) == []
        bent = {**w, "shortfall": "99"}
        assert witness.problems(data, {**result, "witness": bent}) != []
        if "weights" in w:
            first = next(iter(w["weights"]))
            bent = {**w, "weights": {**w["weights"], first: str(F(w["weights"][first]) + F(1, 7))}}
        else:
            bent = {**w, "cycle": w["cycle"][:1]}
        assert witness.problems(data, {**result, "witness": bent}) != []


def nest(sizes: list[int], values: dict[tuple[int, ...], Any], prefix: tuple[int, ...] = ()) -> Any:
    """A table as nested lists of strings."""
    if len(prefix) == len(sizes):
        return str(values[prefix])
    return [nest(sizes, values, prefix + (k,)) for k in range(sizes[len(prefix)])]


@pytest.mark.parametrize("ask,scope", list(itertools.product(("contingent", "vcg-type"), ("policy", "all"))))
@pytest.mark.parametrize("name", NAMES)
def test_solutions_are_mechanisms(name: str, ask: str, scope: str) -> None:
    """What z3 finds is PEPIC and leaves every agent the surplus: X_t = W_t before the last period."""
    data = instance(name)
    model = read(data)
    result = transfers.solve(model, ask, scope)
    if result is None:
        assert data["x-expected"].get(f"{ask}:{scope}", data["x-expected"][ask]) == "infeasible"
        return
    audit = deviations.one_shot(data, result)
    assert audit.slack >= 0
    for t in range(1 if model.horizon is None else model.horizon - 1):
        for agent in model.agents:
            assert audit.payoffs[t][agent] == efficient(model).values[t]
    if model.horizon is not None:
        assert deviations.best_response_gain(data, result) == 0
