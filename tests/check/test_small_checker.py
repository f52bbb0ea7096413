"""The small checker, on lists of fractions, runs the same rows: it takes what the checker takes, and refuses what moves a row."""

from __future__ import annotations

import ast
import copy
import json
import sys
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check, small
from mechsynth.errors import MechsynthError, UsageError

Json = dict[str, Any]

INSTANCES = Path(__file__).resolve().parents[2] / "instances"
NAMES = sorted(path.stem for path in INSTANCES.glob("*.json") if path.name != "index.json")
QUESTIONS: list[tuple[str, Json]] = [
    ("static", {}),
    ("contingent", {}),
    ("vcg-type", {}),
    ("budget-balanced", {}),
    ("surplus-extraction", {}),
    ("implement", {"transfers": "contingent", "require": ["pepic", "participation:interim"]}),
    ("implement", {"transfers": "contingent", "require": ["pepic"], "objective": "max-revenue"}),
    ("implement", {"transfers": "vcg-type", "require": ["pepic"], "objective": "min-epsilon"}),
    ("implement", {"transfers": "history-independent", "require": ["pepic", "budget:ex-post"]}),
    ("implement", {"transfers": "full", "require": ["pepic", "participation:ex-post", "budget:per-period"]}),
]


def answers(name: str) -> list[Json]:
    """Every answer about an instance that is a proof."""
    env, found = mechsynth.load(INSTANCES / f"{name}.json"), []
    for ask, options in QUESTIONS:
        try:
            result = mechsynth.solve(env, ask, **options)
        except UsageError:  # the question is not about such an instance
            continue
        if result.strength == "exact" and str(result.status) not in ("unknown", "unbounded"):
            found.append(json.loads(result.to_bytes()))
    return found


def taken(document: Json, raw: bytes) -> bool:
    try:
        small.check(json.dumps(document).encode(), raw)
    except small.Unproved:
        return False
    return True


def moved(document: Json) -> list[Json]:
    """The result with one number of its proof moved: a payment, a weight or a multiplier, and the value or shortfall."""
    found = []
    parts = [
        document["mechanism"].get("transfers"),
        (document["witness"] or {}).get("weights"),
        (document["witness"] or {}).get("multipliers"),
        document["certificate"].get("multipliers"),
    ]
    for k, part in enumerate(parts):
        if part:
            for step in (1, F(-1, 7)):
                bad = copy.deepcopy(document)
                _first(
                    [
                        bad["mechanism"].get("transfers"),
                        (bad["witness"] or {}).get("weights"),
                        (bad["witness"] or {}).get("multipliers"),
                        bad["certificate"].get("multipliers"),
                    ][k],
                    step,
                )
                found.append(bad)
    for holder, key in ((document, "value"), (document["witness"], "shortfall")):
        if holder and holder.get(key) is not None:
            bad = copy.deepcopy(document)
            target = bad if holder is document else bad["witness"]
            target[key] = str(F(target[key]) + 1)
            found.append(bad)
    return found


def _first(value: Any, step: F | int) -> bool:
    """Add to the first number below a value."""
    for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(entry, str):
            value[key] = str(F(entry) + step)
            return True
        if _first(entry, step):
            return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_both_checkers_say_the_same(name: str) -> None:
    """Every answer is taken by both; with a number moved each is taken by both or by neither."""
    raw, refused = (INSTANCES / f"{name}.json").read_bytes(), 0
    documents = answers(name)
    assert documents
    for document in documents:
        assert check(json.dumps(document), raw).accepted
        assert taken(document, raw)
        for bad in moved(document):
            for entry in (
                "incentives",
                "payoffs",
                "failures",
            ):  # they say more, which the small checker does not look at
                bad["certificate"].pop(entry, None)
            try:
                other = check(json.dumps(bad), raw).accepted
            except MechsynthError:
                other = False
            assert taken(bad, raw) == other, (bad["question"], bad["status"])
            refused += not other
    assert refused >= len(documents)


def test_what_it_does_not_know_it_does_not_judge() -> None:
    raw = (INSTANCES / "liu2014-oil-leases.json").read_bytes()
    result = mechsynth.solve(mechsynth.loads(raw), "policy")
    with pytest.raises(small.Unknown):
        small.check(result.to_bytes(), raw)


def test_it_needs_the_standard_library_alone() -> None:
    """What it imports, and what that imports from the package, is of the standard library."""
    root = Path(small.__file__).parents[1]
    paths = [*(root / "small").glob("*.py"), root / "rows.py", root / "flows.py", root / "block.py"]
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        idle = [node for node in tree.body if isinstance(node, ast.If)]  # imports for types only
        skip = {id(inner) for node in idle for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if id(node) in skip or not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            if isinstance(node, ast.ImportFrom) and node.level:
                assert node.module is not None
                assert node.module.split(".")[0] in ("block", "rows", "flows", "claims", "trees", "frame", "instance", "knowing", "lines", "naming"), path
                continue
            names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert all(str(found).split(".")[0] in sys.stdlib_module_names for found in names), (path, names)
