"""The checker against the one of before, which wrote every requirement three times and shares no room with it: same verdicts.

`old_checker` is kept as it was. Genuine answers are taken by both with the same statement; of bent ones whatever one takes the other takes; and where
the checker names a row that the mechanism breaks, the old one's arithmetic says that it is broken, and by how much.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections import Counter
from fractions import Fraction as F
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check, read_instance
from mechsynth.errors import MechsynthError, UsageError
from oracles import old_checker
from oracles.old_checker.evaluation import evaluate_mechanism
from oracles.old_checker.mechanism import read_allocation, read_transfers
from oracles.old_checker.program import Program
from oracles.old_checker.text import decode
from oracles.old_checker.values import Values
from oracles.old_checker.written import values_of

Json = dict[str, Any]

INSTANCES = Path(__file__).resolve().parents[2] / "instances"
NAMES = sorted(path.stem for path in INSTANCES.glob("*.json") if path.name != "index.json")
CLASSES = ("history-independent", "vcg-type", "contingent", "full", "contingent+now", "full+now")
WISHES = (
    ["pepic", "residual-claimant"],
    ["pepic", "participation:ex-post", "budget:ex-ante"],
    ["pepic", "participation:interim", "budget:per-period"],
    ["pepic", "participation:entry", "surplus:full"],
    ["pepic", "participation:ex-ante", "budget:ex-post"],
    ["pepic", "surplus:every-history", "bounded:3"],
    ["pepic", "no-subsidy", "equal-shares"],
    ["pepic", "no-payoff"],
)
OBJECTIVES = ("min-max-transfer", "min-total-transfer", "max-revenue", "min-rent", "min-subsidy", "min-epsilon")
QUESTIONS: list[tuple[str, Json]] = [
    *((ask, {}) for ask in ("policy", "static", "ladder", "team", "pivot", "groves", "generalized-vcg", "uniqueness")),
    ("lump-sum-budget", {}),
    *((ask, {"scope": scope}) for ask in ("convex-independence", "spanning") for scope in ("all", "policy")),
    *((ask, {"scope": scope}) for ask in ("contingent", "vcg-type") for scope in ("all", "policy")),
    *((ask, {"last_period": "constant"}) for ask in ("contingent", "vcg-type")),
    *((ask, {"transfers": kind}) for ask in ("budget-balanced", "surplus-extraction") for kind in ("contingent", "vcg-type")),
    *(("ex-ante-balanced", {"scope": scope}) for scope in ("all", "policy")),
]  # fmt: skip


def wishes(seed: str) -> list[tuple[str, Json]]:
    """Some wish lists, others for every instance."""
    rng = random.Random(seed)
    found: list[Json] = [{"require": rng.choice(WISHES), "transfers": kind} for kind in CLASSES]
    found += [
        {"require": ["pepic"], "transfers": rng.choice(CLASSES), "objective": objective} for objective in OBJECTIVES
    ]
    found.append({"require": WISHES[4], "transfers": "vcg-type", "relax": True})
    return [("implement", options) for options in found]


@cache
def results(name: str) -> list[Json]:
    env, found = mechsynth.load(INSTANCES / f"{name}.json"), []
    for ask, options in [*QUESTIONS, *wishes(name)]:
        if options.get("last_period") and env.horizon is None:
            continue
        try:
            result = mechsynth.solve(env, ask, time_limit=20, **options)
        except UsageError:  # the question is not about such an instance
            continue
        document = json.loads(result.to_bytes())
        if document["status"] == "unknown":
            continue
        if ask == "ladder":
            # the checker of before knows truth ex post alone, not given what agents know
            answers = document["certificate"]["answers"]
            document["certificate"]["answers"] = [each for each in answers if not {"pbic", "bnic"} & {*each["question"].get("require", ())}]
        found.append(document)
    return found


def said(checker: Any, document: Json, model: Any) -> tuple[bool | None, str, str]:
    """What a checker says: whether it takes a result (None: it is malformed), why not, and the statement."""
    try:
        verdict = checker(json.dumps(document).encode(), model)
    except MechsynthError as error:
        return None, str(error), ""
    return verdict.accepted, verdict.reason or "", verdict.statement


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], str]]:
    """Every text below a value, with its place."""
    if isinstance(value, dict):
        return [
            leaf for key, entry in value.items() for leaf in leaves(entry, (*path, key)) if not key.startswith("x-")
        ]
    if isinstance(value, list):
        return [leaf for key, entry in enumerate(value) for leaf in leaves(entry, (*path, key))]
    return [(path, value)] if isinstance(value, str) else []


def bent(result: Json, rng: random.Random) -> Json:
    """One number of a result moved, turned around or doubled; a label put in the place of another; or another question."""
    bad = copy.deepcopy(result)
    places = [leaf for key in ("mechanism", "witness", "certificate", "value") for leaf in leaves(bad[key], (key,))]
    numbers = [leaf for leaf in places if re.fullmatch(r"-?\d+(/\d+)?", leaf[1])]
    if numbers and rng.random() < 0.7:
        path, text = rng.choice(numbers)
        old = F(text)
        put(bad, path, str(rng.choice([old + 1, -old, old * 2, old - F(1, 7), F(0)])))
    elif places and rng.random() < 0.5:
        path, _ = rng.choice(places)
        put(bad, path, rng.choice(places)[1])
    elif bad["question"]["ask"] == "implement":
        key, values = rng.choice([("transfers", CLASSES), ("require", WISHES), ("objective", OBJECTIVES)])
        bad["question"][key] = rng.choice(values)
    else:
        bad["question"]["scope"] = "all" if bad["question"].get("scope") == "policy" else "policy"
    return bad


def put(document: Json, path: tuple[Any, ...], text: str) -> None:
    place: Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = text


ROW = re.compile(r"(.+): (?:slack|off by) (\S+?)(?: < 0|, not 0)")


def slack_in_old_arithmetic(document: Json, model: Any, name: str) -> F | None:
    """The slack of a row of `implement` at the mechanism of a result; None if it has no such row."""
    question = document["question"]
    root, numbers = decode(json.dumps(document).encode(), "result")
    rule = read_allocation(root["mechanism"]["allocation"], model)
    values = Values(model, rule)
    paid = read_transfers(root["mechanism"]["transfers"], model, rule, numbers)
    bounds = {entry: F(entry.removeprefix("bounded:")) for entry in question["require"] if entry.startswith("bounded:")}
    program = Program(model, rule, values, question["transfers"], question["require"], "feasibility", bounds)
    facts = evaluate_mechanism(model, rule, paid, values).facts
    for row in program.rows():
        if row.name == name:
            entries, den = row.entries()
            point = values_of(set(entries), program.columns, facts)
            return sum((point[column] * top for column, top in entries.items()), F(0)) / den - row.right()
    return None


@pytest.mark.parametrize("name", NAMES)
def test_both_checkers_say_the_same(name: str) -> None:
    raw, rng = (INSTANCES / f"{name}.json").read_bytes(), random.Random(name)
    model, old_model = read_instance(raw), old_checker.read_instance(raw)
    seen: Counter[tuple[str, bool | None]] = Counter()
    named = 0
    for result in results(name):
        new, old = said(check, result, model), said(old_checker.check, result, old_model)
        assert new[0], (result["question"], new)
        assert new == old
        for _ in range(3):
            bad = bent(result, rng)
            new, old = said(check, bad, model), said(old_checker.check, bad, old_model)
            assert new[0] is old[0], (bad["question"], new, old)
            seen[bad["question"]["ask"], new[0]] += 1
            found = ROW.fullmatch(new[1])
            implement = bad["question"]["ask"] == "implement" and bad["status"] == "feasible"
            if new[0] is False and implement and found:
                there = slack_in_old_arithmetic(bad, old_model, found[1])
                if found[1].startswith(("participation:interim", "participation:entry")):
                    # told per unit of probability; the row weighs it
                    assert there is not None and F(found[2]) <= there < 0, new
                else:
                    assert there == F(found[2]), new
                named += 1
    assert len({ask for ask, _ in seen}) > 5
    assert sum(count for (_, taken), count in seen.items() if not taken) > 30
    assert name not in ("liu2014-oil-leases", "three-period-varying") or named
