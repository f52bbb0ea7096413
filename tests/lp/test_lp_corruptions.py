"""Every leaf of results of every kind, with other values: refused, or true all the same by the arithmetic of these tests."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction as F
from typing import Any

import pytest
from planted import as_mps, planted
from test_planted import judge, meets, numbers, solved

from mechsynth.check.programs import check_program
from mechsynth.errors import MechsynthError


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list) and value:
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(entry, (*place, key))
    else:
        yield place


def others(old: Any, names: list[str]) -> list[Any]:
    if isinstance(old, bool):
        return [not old, None, "true"]
    if isinstance(old, int):
        return [old + 1, -1, str(old), None]
    if old is None:
        return ["1", "0", {}, [], {names[0]: "1"}]
    if not isinstance(old, str):
        return [None, "1", {"nobody": "1"}]
    found: list[Any] = [None, 1, "", [old], "nobody", "01", "1/0", "nan", *names]
    found += ["optimal", "feasible", "infeasible", "unbounded", "unknown", "maximize", "minimize", ">=", "<=", "mps", "lp"]
    try:
        number = F(old)
    except ValueError:
        return [v for v in found if v != old]
    near = [number + F(1, 2**40), number - F(1, 2**40), -number, number + 1, F(0), number * 2]
    return [v for v in [*found, *map(str, near), f"{number.numerator * 2}/{number.denominator * 2}"] if v != old]


def planted_at(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    bad = copy.deepcopy(document)
    node = bad
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    return bad


# What may be otherwise and still be true: other points are points, and asking to keep fewer or more rows is another question.
SEEDS = [seed for seed in range(40) if len(planted(seed).columns) <= 4]


def test_there_are_results_of_every_kind() -> None:
    assert {planted(seed).status for seed in SEEDS} == {"optimal", "infeasible", "unbounded", "feasible"}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_leaf(seed: int) -> None:
    case = planted(seed)
    keep = list(case.rows)[:1]
    data = as_mps(case).encode()
    document = solved(case, "mps", keep=keep if seed % 2 else ())[2]
    names = [*case.columns, *case.rows]
    refused = true = 0
    for place in leaves(document):
        for value in others(document_at(document, place), names):
            bad = planted_at(document, place, value)
            try:
                accepted = check_program(json.dumps(bad).encode(), data).accepted
            except MechsynthError:
                accepted = False
            if not accepted:
                refused += 1
                continue
            true += 1
            assert place[0] in ("point", "ray", "conflict", "question"), (place, value)
            if place[0] in ("point", "ray"):
                judge(case, bad)
            elif place[0] == "conflict":
                assert place[2] == "without"
                entry = bad["conflict"][place[1]]
                if entry["without"] is not None:
                    own = ("row" if "row" in entry else "bound", entry.get("row", entry.get("bound")), entry["sense"])
                    stays = {s[:3] for s in case.sides() if s[1] in document["question"]["keep"] and s[0] == "row"}
                    point = numbers(entry["without"])
                    assert meets(case, point, (keys_of(document) | stays) - {own}) and not meets(case, point, {own})
            else:
                # what must stay is part of the question; it is accepted otherwise only where no conflict hangs on it
                assert place[1] in ("keep", "keep_bounds")
    assert refused > 5 * true and refused > 50


def keys_of(document: Any) -> set[tuple[str, str, str]]:
    return {("row" if "row" in e else "bound", e.get("row", e.get("bound")), e["sense"]) for e in document["conflict"]}


def document_at(document: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        document = document[key]
    return document


@pytest.mark.parametrize("key", ["program", "question", "status", "value", "point", "ray", "multipliers", "shortfall", "conflict", "format"])
def test_a_missing_key_is_refused(key: str) -> None:
    case = planted(1)
    document = solved(case, "mps")[2]
    del document[key]
    with pytest.raises(MechsynthError):
        check_program(json.dumps(document).encode(), as_mps(case).encode())
