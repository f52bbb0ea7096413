"""The checker of docs/examples, written from the description of the files alone: it accepts what the library proves and refuses what is planted."""

from __future__ import annotations

import ast
import importlib.util
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from corruptions.planting import NAMES, case_of, instance_bytes, plants
from pages import ROOT

import mechsynth
from mechsynth.check import check

SOURCE = ROOT / "docs" / "examples" / "second_checker.py"
CONDITIONS = ("convex-independence", "spanning")
MECHANISMS = ("contingent", "vcg-type")
FEW = ("liu2014-oil-leases", "hull-not-residual-claimant", "hidden-last-period", "no-correlation")
# The second checker does not look at the digest of the instance.
BESIDE = {"stale sha256"}


@cache
def second() -> ModuleType:
    spec = importlib.util.spec_from_file_location("second_checker", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def instance(name: str) -> Any:
    return second().load(ROOT / "instances" / f"{name}.json")


def refused(document: Any, about: Any) -> bool:
    try:
        second().check(document, about)
    except second().Refused:
        return True
    return False


@cache
def answers(name: str) -> list[Any]:
    """What the second checker knows about an instance: documents as they stand in files."""
    environment = mechsynth.loads(instance_bytes(name))
    found = []
    for ask in (*CONDITIONS, *MECHANISMS):
        ends = ["efficient", "constant"] if ask in MECHANISMS and environment.horizon else ["efficient"]
        for scope in ("all", "policy"):
            for end in ends:
                result = mechsynth.solve(environment, ask, scope=scope, last_period=end, distance=False)
                if result.status.value != "holds":
                    found.append(json.loads(result.to_bytes()))
    return found


def test_it_shares_nothing() -> None:
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert imported == {"fractions", "json", "sys"}


@pytest.mark.parametrize("name", NAMES)
def test_it_accepts_what_the_library_proves(name: str) -> None:
    about = instance(name)
    for document in answers(name):
        second().check(document, about)


def test_it_reads_records() -> None:
    """The leases' payments as records, two of which fit the same event."""
    about = instance("liu2014-oil-leases")
    (document,) = (
        found
        for found in answers("liu2014-oil-leases")
        if found["question"] == {**found["question"], "ask": "vcg-type", "scope": "policy", "last-period": "efficient"}
    )
    # By hand: with the price 8 in the last auction, g of firm1 is (3, 9) after firm1 and (9, 21) after firm2, and firm2 is to be paid
    # 7 + 3/4·7 + 1/4·8 at 4 and 0 + 1/4·7 + 3/4·8 at 6. -12, -3 and -20 - 7 solve the two systems of firm1 with 3/4 and 1/4.
    records: list[dict[str, Any]] = [
        {"agent": "firm1", "period": 1, "action": "firm1", "next": {"firm2": "6"}, "payment": "-12"},
        {"agent": "firm1", "period": 1, "action": "firm2", "next": {"firm2": "4"}, "payment": "-3"},
        {"agent": "firm1", "period": 1, "action": "firm2", "next": {"firm2": "6"}, "payment": "-20"},
        {"agent": "firm1", "period": 1, "action": "firm2", "next": {"firm2": "6"}, "payment": "-7"},
        {"agent": "firm2", "period": 1, "reports": {"firm1": "4"}, "next": {}, "payment": "-57/4"},
        {"agent": "firm2", "period": 1, "reports": {"firm1": "6"}, "next": {}, "payment": "-31/4"},
        {"agent": "firm2", "period": 2, "reports": {"firm2": "6"}, "payment": "8"},
    ]
    good = {**document, "mechanism": {**document["mechanism"], "transfers": records}, "certificate": {}}
    assert check(json.dumps(good).encode(), instance_bytes("liu2014-oil-leases")).accepted
    second().check(good, about)
    for k, record in enumerate(records):
        # Another payment, nobody's payment, and (of firm1) one that looks at the own report, which the class does not.
        changes: list[dict[str, Any]] = [{"payment": "1"}, {"agent": "firm3"}]
        changes += [{"reports": {"firm1": "6"}}] if record["agent"] == "firm1" else []
        for change in changes:
            changed = [*records[:k], {**record, **change}, *records[k + 1 :]]
            assert refused({**good, "mechanism": {**good["mechanism"], "transfers": changed}}, about), (k, change)
    # A set of one signal tells nothing: naming it changes nothing.
    named = [*records[:4], {**records[4], "reports": {"firm1": "4", "firm2": "-"}}, *records[5:]]
    second().check({**good, "mechanism": {**good["mechanism"], "transfers": named}}, about)


def corrupted(name: str) -> Iterator[tuple[str, str, Any]]:
    for document in answers(name):
        if document["question"]["scope"] != "policy":
            continue
        for kind, what, bad in plants(case_of(name, document)):
            if kind not in BESIDE:
                yield kind, what, bad


def test_it_refuses_what_is_planted() -> None:
    kinds: Counter[str] = Counter()
    taken = []
    for name in FEW:
        about = instance(name)
        for kind, what, bad in corrupted(name):
            kinds[kind] += 1
            if not refused(bad, about):
                taken.append((name, kind, what, bad["question"]))
    assert not taken
    needed = {
        "changed payment",
        "sign of a payment",
        "moved weight",
        "sign of a weight",
        "swapped action",
        "changed cycle",
        "changed status",
    }
    assert not needed - set(kinds)
    assert sum(kinds.values()) > 300


def test_it_refuses_a_shortfall_that_is_not_there() -> None:
    for name in ("hull-not-residual-claimant", "more-signals-than-outcomes"):
        about = instance(name)
        for document in answers(name):
            if document["witness"] is None:
                continue
            shortfall = document["witness"]["shortfall"]
            for claimed in ("0", "-1", "10000", None if shortfall else "1"):
                assert refused({**document, "witness": {**document["witness"], "shortfall": claimed}}, about)
