"""The rows of `implement` against the checker that wrote every requirement twice: same verdict on genuine and on corrupted results."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from fractions import Fraction as F
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import answers, check, read_instance, synthesis
from mechsynth.check.claims import implement
from mechsynth.errors import MechsynthError, UsageError

Json = dict[str, Any]

INSTANCES = Path(__file__).resolve().parents[2] / "instances"
NAMES = ["bilateral-trade-persistent", "liu2014-oil-leases", "hull-but-implementable", "no-correlation-private"]
CLASSES = ("history-independent", "vcg-type", "contingent", "full", "contingent+now", "full+now")
WISHES = (
    ["residual-claimant"],
    ["participation:ex-post", "budget:ex-ante"],
    ["participation:interim", "budget:per-period"],
    ["participation:entry", "surplus:full"],
    ["participation:ex-ante", "budget:ex-post"],
    ["surplus:every-history", "bounded:3"],
    ["no-subsidy"],
)
OBJECTIVES = (
    "min-max-transfer",
    "min-total-transfer",
    "max-revenue",
    "min-rent",
    "min-subsidy",
    "min-epsilon",
)


def judged(document: Json, model: Any, room: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, str]:
    """Whether a room takes a result, and the statement; a malformed one is not taken."""
    monkeypatch.setattr(answers, "synthesis", room)
    try:
        verdict = check(json.dumps(document).encode(), model)
    except MechsynthError as error:
        return False, str(error)
    return verdict.accepted, verdict.statement


@cache
def results(name: str) -> list[Json]:
    env = mechsynth.load(INSTANCES / f"{name}.json")
    questions = [(["pepic", *wish], "feasibility", {}) for wish in WISHES]
    questions += [(["pepic"], objective, {}) for objective in OBJECTIVES]
    questions += [
        (["pepic", "budget:ex-post", "participation:ex-post", "surplus:full"], "feasibility", {"relax": True})
    ]
    found = []
    for kind in CLASSES:
        for require, objective, more in questions:
            try:
                result = mechsynth.solve(env, "implement", transfers=kind, require=require, objective=objective, **more)
            except UsageError:  # a wish that the question refuses for this instance
                continue
            if str(result.status) != "unknown":
                found.append(json.loads(result.to_bytes()))
    return found


def numbers(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all exact numbers below a value."""
    if isinstance(value, dict):
        return [place for key, entry in value.items() for place in numbers(entry, (*path, key))]
    if isinstance(value, list):
        return [place for key, entry in enumerate(value) for place in numbers(entry, (*path, key))]
    if not isinstance(value, str):
        return []
    try:
        F(value)
    except ValueError:
        return []
    return [path]


def bent(result: Json, rng: random.Random) -> Json:
    """One number of a result moved, turned around or doubled; or another class, wish or objective asked for."""
    bad = copy.deepcopy(result)
    places = [place for key in ("mechanism", "witness", "certificate", "value") for place in numbers(bad[key], (key,))]
    if places and rng.random() < 0.7:
        place = rng.choice(places)
        entry: Any = bad
        for key in place[:-1]:
            entry = entry[key]
        old = F(entry[place[-1]])
        entry[place[-1]] = str(rng.choice([old + 1, -old, old * 2, old - F(1, 7), F(0)]))
    elif rng.random() < 0.5:
        bad["question"]["transfers"] = rng.choice(CLASSES)
    else:
        extra = rng.choice(["participation:ex-post", "residual-claimant", "no-subsidy", "budget:ex-post"])
        bad["question"]["require"] = sorted({"pepic", extra})
    return bad


@pytest.mark.parametrize("name", NAMES)
def test_both_take_and_refuse_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Genuine results are taken with the same statement; of bent ones whatever one takes the other takes."""
    model, rng = read_instance((INSTANCES / f"{name}.json").read_bytes()), random.Random(name)
    seen: Counter[tuple[str, bool]] = Counter()
    for result in results(name):
        new, old = (judged(result, model, room, monkeypatch) for room in (implement, synthesis))
        assert new[0], (result["question"], new)
        assert new == old
        for _ in range(2):
            bad = bent(result, rng)
            new, old = (judged(bad, model, room, monkeypatch) for room in (implement, synthesis))
            assert new[0] == old[0], (bad["question"], new, old)
            seen[result["status"], new[0]] += 1
    assert len({status for status, _ in seen}) >= 3
    assert sum(count for (_, taken), count in seen.items() if not taken) > 30
