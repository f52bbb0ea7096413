"""No corruption of a valid result is accepted: the checker refuses it, or says what is malformed."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from typing import Any

import pytest
from planting import NAMES, case_of, instance_bytes, plants, questions, strangers

import mechsynth
from mechsynth.check import check, read_instance
from mechsynth.errors import MechsynthError

Json = dict[str, Any]


@cache
def valid_results(name: str) -> list[Json]:
    """Every answer about an instance, each accepted before anything is planted."""
    raw = instance_bytes(name)
    environment = mechsynth.loads(raw)
    found = []
    for ask, options in questions(name):
        result = mechsynth.solve(environment, ask, **options)
        verdict = check(result.to_bytes(), raw)
        assert verdict.accepted, (name, ask, options, verdict.reason)
        # read again, so that what is corrupted is what stands in the file
        found.append(json.loads(result.to_bytes()))
    return found


def accepted(document: Json, instance: Any) -> bool:
    """Whether the checker takes it; a refusal is a verdict with a reason, or an error of the package."""
    try:
        verdict = check(json.dumps(document).encode(), instance)
    except MechsynthError as error:
        assert str(error)
        return False
    assert verdict.accepted == (verdict.reason is None)
    return verdict.accepted


@cache
def planted(name: str) -> list[tuple[str, str, str, Json]]:
    """Every corruption of every answer about an instance."""
    found = []
    for result in valid_results(name):
        question = json.dumps(result["question"], sort_keys=True)
        case = case_of(name, result)
        found += [(kind, what, question, bad) for kind, what, bad in plants(case)]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_corruption_is_rejected(name: str) -> None:
    """Each is false by a definition or refused by an oracle (see `planting`), so the checker must not accept it."""
    model = read_instance(instance_bytes(name))
    taken = [(k, what, question) for k, what, question, bad in planted(name) if accepted(bad, model)]
    assert not taken


def test_mechanisms_of_other_instances_are_rejected() -> None:
    """With name and digest forged: labels that do not fit, or transfers where a witness says that there are none."""
    documents = {name: valid_results(name) for name in NAMES}
    found = list(strangers(NAMES, documents))
    models = {name: read_instance(instance_bytes(name)) for name in NAMES}
    assert any("hull" in what.split(" → ")[0] and "hull" in taker for _, what, taker, _ in found)
    assert not [(what, bad["question"]) for _, what, taker, bad in found if accepted(bad, models[taker])]
    assert len(found) > 50


def test_there_are_enough_corruptions() -> None:
    """At least 300 of at least 30 kinds; each document differs from its original, and no two from one original agree."""
    kinds: Counter[str] = Counter()
    for name in NAMES:
        originals = [json.dumps(result, sort_keys=True) for result in valid_results(name)]
        for kind, what, _, bad in planted(name):
            text = json.dumps(bad, sort_keys=True)
            assert text not in originals, (name, kind, what)
            kinds[kind] += 1
    assert sum(kinds.values()) >= 300
    needed = {
        "changed payment",
        "sign of a payment",
        "swapped label",
        "swapped action",
        "moved weight",
        "sign of a weight",
        "stale sha256",
        "dropped record",
        "doubled record",
        "changed status",
        "changed ask",
        "changed scope",
        "changed class",
        "changed strength",
        "changed value",
        "cut table",
        "changed shortfall",
        "changed period",
        "changed distance",
        "changed ties",
        "changed payoffs",
        "changed incentives",
        "changed values",
        "changed separator",
        "changed last-period",
        "changed cycle",
        "dropped table",
        "dropped weight",
        "dropped witness",
    }
    assert not needed - set(kinds)


def test_a_result_for_other_bytes_is_rejected() -> None:
    """The digest is of the bytes: one blank more in the instance, and its results are stale."""
    for name in NAMES[:3]:
        for result in valid_results(name):
            assert not accepted(result, instance_bytes(name) + b" ")
