"""Rule files and results about rules fit their schemas, and are read and written back byte for byte."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.result.document import Document
from mechsynth.result.schema import schema
from mechsynth.suite.expected import expected

jsonschema = pytest.importorskip("jsonschema")
INSTANCES = Path(__file__).resolve().parents[2] / "instances"
RULES = [path for path in sorted((INSTANCES / "mechanisms").glob("*.json")) if json.loads(path.read_bytes())["format"] == "mechsynth-rule/1"]
ASKED = [(path, known.question) for path in sorted((INSTANCES / "rules").glob("*.json")) for known in expected(path) if "rule" in known.question]


def valid(format: str, value: object) -> bool:
    return bool(jsonschema.Draft202012Validator(schema(format)).is_valid(value))


def test_rule_files_of_the_library() -> None:
    assert len(RULES) >= 5
    assert all(valid("mechsynth-rule/1", json.loads(path.read_bytes())) for path in RULES)
    assert all(valid("mechsynth-rule/1", question["rule"]) for _, question in ASKED)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "mechsynth-rule/2"},
        {"rule": "a"},
        {"rule": [{}]},
        {"rule": [{"a": True}]},
        {"constant": "a"},
        {"bonus": {"a": 1}},
        {"ties": "first"},
        {"kind": "table"},
    ],
)
def test_what_is_no_rule_file(change: dict[str, Any]) -> None:
    good: dict[str, Any] = {"format": "mechsynth-rule/1", "name": "r", "rule": [["a", {"a": "1/2", "b": 0.5}]], "x-mine": 1}
    assert valid("mechsynth-rule/1", good)
    assert not valid("mechsynth-rule/1", good | change)


@pytest.mark.parametrize(("path", "question"), ASKED, ids=lambda part: part.stem if isinstance(part, Path) else part["rule"]["name"])
def test_results_about_rules(path: Path, question: dict[str, Any]) -> None:
    result = mechsynth.solve(str(path), **question)
    value = json.loads(result.to_bytes())
    assert valid("mechsynth-result/2", value)
    assert Document.of(value).to_bytes() == result.to_bytes()
    for change in ({"kind": "any"}, {"sha256": "0"}, {"weights": {}}):
        wrong = copy.deepcopy(value)
        wrong["question"]["rule"] |= change
        assert not valid("mechsynth-result/2", wrong)
    assert not valid("mechsynth-result/1", value | {"format": "mechsynth-result/1"})


def test_results_about_every_efficient_rule() -> None:
    result = mechsynth.solve(
        str(INSTANCES / "rules" / "trade-at-ties.json"),
        "implement",
        transfers="history-independent",
        incentives="pbic",
        require=["participation:interim"],
        objective="max-revenue",
        ties="all",
    )
    value = json.loads(result.to_bytes())
    assert valid("mechsynth-result/2", value)
    assert Document.of(value).to_bytes() == result.to_bytes()
