"""Generated result files of every kind go through the codec and come out byte for byte, in whatever order their keys stand and with keys of others."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest
from one_answer import asked
from oracles import draws, wishes

import mechsynth
from mechsynth.asks import REGISTRY
from mechsynth.result.document import Document

Json = dict[str, Any]
DRESSED = 3  # of every file: as many more with its keys in another order
OBJECTIVES = ("min-max-transfer", "min-total-transfer", "max-revenue", "min-rent", "min-subsidy", "min-epsilon")
LABELS = ("", "ü", '"', "a b", "(x,y)->z", "\\", "t=1", "≤", "0", "-1/2", "null")


def question(rng: random.Random) -> tuple[str, Json]:
    """A question with random options; some do not go with an instance."""
    ask = rng.choice([*REGISTRY, *["implement"] * 6])
    if ask == "implement":
        options: Json = {"transfers": rng.choice(list(wishes.KINDS)), "require": rng.sample(asked.REQUIREMENTS, rng.choice((0, 1, 2, 3)))}
        return ask, options | ({"objective": rng.choice(OBJECTIVES)} if rng.random() < 0.4 else {})
    options = {"scope": rng.choice(("all", "policy"))} if rng.random() < 0.3 else {}
    if rng.random() < 0.2:
        options["transfers"] = rng.choice(("contingent", "vcg-type"))
    return ask, options


def relabelled(instance: Json, rng: random.Random) -> Json:
    """The instance with other names of its agents: odd characters, and words that mean something in names of rows."""
    names = dict(zip(instance["agents"], rng.sample(LABELS, len(instance["agents"]))))
    changed: Json = json.loads(json.dumps(instance))

    def walk(node: Any) -> Any:
        if isinstance(node, dict):
            return {names.get(key, key): walk(value) for key, value in node.items()}
        return [walk(entry) for entry in node] if isinstance(node, list) else node

    changed = {key: walk(value) for key, value in changed.items()}
    changed["agents"] = [names[name] for name in instance["agents"]]
    return changed


def dressed(value: Any, rng: random.Random, top: bool = True) -> Any:
    """The same with the keys of every object in another order, and keys of others at the top."""
    if isinstance(value, list):
        return [dressed(entry, rng, False) for entry in value]
    if not isinstance(value, dict):
        return value
    pairs = [(key, dressed(entry, rng, False)) for key, entry in value.items()]
    if top and rng.random() < 0.5:
        pairs.append(("x-" + rng.choice(("mine", "note", "ü")), rng.choice((None, [1, {"a": "b"}], "1/2", {"x-y": []}))))
    rng.shuffle(pairs)
    return dict(pairs)


def round_trips(first: int, wanted: int) -> Counter[tuple[str, str]]:
    """Go on with seeds until so many files came out as they went in; how many of each question and status."""
    seen: Counter[tuple[str, str]] = Counter()
    seed = first
    while sum(seen.values()) < wanted:
        rng = random.Random(seed)
        instance = draws.instance(seed, rng.choice(draws.FLAVOURS), agents=rng.choice((1, 2, 2, 2, 3)), most=4)
        if rng.random() < 0.5:
            instance = relabelled(instance, rng)
        environment = mechsynth.loads(json.dumps(instance).encode())
        for _ in range(4):
            ask, options = question(rng)
            try:
                data = mechsynth.solve(environment, ask, workers=1, time_limit=rng.choice((2, 2, 2, 0)), **options).to_bytes()
            except mechsynth.MechsynthError:
                continue  # not a question about this instance
            document = json.loads(data)
            assert Document.of(document).to_bytes() == data, (seed, ask, options)
            seen[ask, document["status"]] += 1
            for _ in range(DRESSED):
                other = dressed(document, rng)
                text = json.dumps(other, ensure_ascii=False)
                again = json.loads(Document.of(other).to_bytes())
                assert json.dumps(again, ensure_ascii=False) == text, (seed, ask, options)
                seen[ask, document["status"]] += 1
        seed += 1
    return seen


def test_a_sample_of_files() -> None:
    seen = round_trips(1, 240)
    assert len(seen) > 15


@pytest.mark.slow
def test_ten_thousand_files() -> None:
    seen = round_trips(10_000, 10_000)
    assert {ask for ask, _ in seen} == set(REGISTRY)
    assert {status for _, status in seen} >= {"feasible", "infeasible", "optimal", "holds", "fails", "unknown"}
