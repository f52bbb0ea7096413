"""The schemas of the formats fit the files, the registry and the reader; what a reader refuses they refuse."""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import mechsynth
from mechsynth.asks import REGISTRY
from mechsynth.asks.options import OBJECTIVES, TRANSFERS
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.result import Status, Strength
from mechsynth.result.codec import key_of
from mechsynth.result.document import About, Document, Payment, Played
from mechsynth.result.schema import FORMATS, schema
from mechsynth.result.witness import Witness

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
OTHER = ("mechanisms", "continuous")  # results, and instances of a format that has no schema yet
FILES = sorted(path for path in (ROOT / "instances").rglob("*.json") if path.stem != "index" and path.parent.name not in OTHER)
TOP = sorted(path for path in (ROOT / "instances").glob("*.json") if path.stem != "index")


def valid(format: str, value: object) -> bool:
    return bool(jsonschema.Draft202012Validator(schema(format)).is_valid(value))


def test_there_is_one_for_every_format() -> None:
    for format in FORMATS:
        jsonschema.Draft202012Validator.check_schema(schema(format))
        assert mechsynth.schema(format)["title"] == format
    with pytest.raises(UsageError, match="did you mean mechsynth-result/2"):
        schema("mechsynth-result/3")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_instances_of_the_library(path: Path) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    if value["format"] == "mechsynth-instance/2":
        assert valid("mechsynth-instance/2", value) and not valid("mechsynth-instance/1", value | {"format": "mechsynth-instance/1"})
        return
    assert valid("mechsynth-instance/1", value)
    assert not valid("mechsynth-instance/2", value), "an instance says which format it is"
    assert valid("mechsynth-instance/2", value | {"format": "mechsynth-instance/2"})


@pytest.mark.parametrize("path", TOP, ids=lambda path: path.stem)
def test_answers_about_the_library(path: Path) -> None:
    environment = mechsynth.load(path)
    options: list[tuple[str, dict[str, Any]]] = [(ask, {}) for ask in REGISTRY]
    options += [("implement", {"transfers": "full+now", "require": ["budget:ex-post"]}), ("implement", {"objective": "min-epsilon"})]
    options += [(ask, {"scope": "all", "last_period": "constant"}) for ask in ("contingent", "vcg-type")]
    count = 0
    for ask, told in options:
        try:
            value = json.loads(mechsynth.solve(environment, ask, **told).to_bytes())
        except MechsynthError:
            continue
        assert valid(value["format"], value), ask
        assert valid("mechsynth-result/2", value | {"format": "mechsynth-result/2"}), ask
        count += 1
    assert count >= 6


def keys(kind: Any) -> tuple[set[str], set[str]]:
    """The keys of a record, and those that are always there."""
    fields = [field for field in dataclasses.fields(kind) if field.name not in ("extra", "order")]
    needed = [f for f in fields if f.default is dataclasses.MISSING or f.name == "kind" or f.metadata.get("always")]
    return {key_of(field.name) for field in fields}, {key_of(field.name) for field in needed}


KINDS_OF_TWO = {"out-of-reach", "balance", "identifiability", "invariant", "minor", "gap", "prepared"}


@pytest.mark.parametrize("version", [1, 2])
def test_they_speak_of_what_the_reader_knows(version: int) -> None:
    found = schema(f"mechsynth-result/{version}")
    defs, more = found["$defs"], found["properties"]
    witnesses = {entry["properties"]["kind"]["const"]: entry for entry in defs["witness"]["anyOf"]}
    known = {get_args(get_type_hints(kind)["kind"])[0]: kind for kind in get_args(Witness)}
    assert (version == 1 or set(known) <= set(witnesses)) and (version == 2 or set(known) == set(witnesses) | KINDS_OF_TWO)
    known = {name: kind for name, kind in known.items() if name in witnesses}
    for name, kind in known.items():
        every, needed = keys(kind)
        assert set(witnesses[name]["properties"]) == every and set(witnesses[name]["required"]) >= needed - {"conflict"}
    for kind, entry in ((About, more["instance"]), (Played, defs["played"]), (Payment, defs["payment"]), (Document, found)):
        every, needed = keys(kind)
        assert set(entry["required"]) == needed
        assert set(entry["properties"]) == every if version == 1 else set(entry["properties"]) > every
    assert set(more["status"]["enum"]) == set(map(str, Status)) and set(more["strength"]["enum"]) == set(map(str, Strength))


def test_they_speak_of_the_questions_there_are() -> None:
    asked = schema("mechsynth-result/1")["$defs"]["question"]["properties"]
    assert sorted(asked["ask"]["enum"]) == sorted(REGISTRY)
    assert tuple(asked["transfers"]["enum"]) == TRANSFERS and tuple(asked["objective"]["enum"]) == OBJECTIVES


LEASES = json.loads((ROOT / "instances" / "liu2014-oil-leases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "mechsynth-result/1"),
        (["horizon"], 0),
        (["horizon"], "finite"),
        (["discount"], "1/0"),
        (["discount"], "one"),
        (["agents"], []),
        (["agents"], ["a", "a"]),
        (["agents", 0], 1),
        (["colour"], "red"),
        (["prior"], [[None]]),
        (["prior"], []),
        (["signals"], {"firm1": ["4"], "firm2": ["-"]}),
        (["periods", 0, "colour"], 1),
        (["periods", 0, "utilities", "firm1"], {"privat": [[1]]}),
        (["periods", 0, "signals", "firm1"], ["4", "4"]),
        (["periods", 0, "utilities", "firm1", 0], "x"),
    ],
)
def test_bad_instances(path: list[Any], value: Any) -> None:
    """Refused by the reader, and by the schema before it."""
    bad = copy.deepcopy(LEASES)
    at = bad
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    assert not valid("mechsynth-instance/1", bad)
    with pytest.raises(MechsynthError):
        mechsynth.loads(json.dumps(bad))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["status"], "maybe"),
        (["strength"], "sure"),
        (["value"], 3),
        (["value"], "2/-4"),
        (["colour"], 1),
        (["question", "ask"], "price"),
        (["question", "colour"], 1),
        (["instance", "sha256"], "00"),
        (["mechanism", "allocation", 0, "action"], 3),
        (["mechanism", "transfers"], "none"),
        (["mechanism", "transfers"], [{"agent": "firm1", "payment": 3}]),
        (["witness"], {"kind": "mixture"}),
        (["witness"], {"kind": "budget", "shortfall": "0.5"}),
        (["certificate"], []),
    ],
)
def test_bad_results(path: list[Any], value: Any) -> None:
    bad = json.loads(mechsynth.solve(mechsynth.loads(json.dumps(LEASES)), "vcg-type").to_bytes())
    assert valid("mechsynth-result/1", bad)
    at = bad
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    assert not valid("mechsynth-result/1", bad)


SECOND: list[tuple[str, dict[str, Any]]] = [  # what only format 2 can say
    ("instance", {"public": ["weather"]}),
    ("instance", {"parameters": {"v": {"from": 0, "to": "1/2", "include": [True, False]}}}),
    ("instance", {"prior": {"mixture": [{"weight": "1/2", "independent": {"firm1": ["1/2"]}}]}}),
    ("instance", {"prior": {"sparse": [[0, 0, "1"]], "shape": [1, 1]}}),
    ("instance", {"prior": {"packed": "AQ==", "type": "i8", "shape": [1, 1], "denominator": "2"}}),
    ("result", {"bounds": ["1/2", "3"], "value": None}),
    ("result", {"attained": False}),
    ("result", {"question": {"ask": "optimal", "incentives": "pbic", "at": {"v": "1/3"}}}),
    ("result", {"witness": {"kind": "minor", "agent": "firm1", "parts": {"first": {"first": ["4", "6"]}}}}),
    ("result", {"mechanism": {"allocation": [{"signals": {"a": "1"}, "action": {"go": "1/3", "stay": "2/3"}}], "transfers": None}}),
]


@pytest.mark.parametrize(("kind", "more"), SECOND)
def test_what_format_2_can_say_besides(kind: str, more: dict[str, Any]) -> None:
    if kind == "instance":
        base = LEASES
    else:
        base = json.loads(mechsynth.solve(mechsynth.loads(json.dumps(LEASES)), "vcg-type").to_bytes())
    assert not valid(f"mechsynth-{kind}/1", base | more)
    assert valid(f"mechsynth-{kind}/2", base | more | {"format": f"mechsynth-{kind}/2"})
