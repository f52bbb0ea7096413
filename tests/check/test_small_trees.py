"""The small checker reads mechanisms with histories anew: it takes what the checker takes, and refuses one number that is moved."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from oracles.trees import drawn, longer

import mechsynth
from mechsynth import instance
from mechsynth.check import check, small
from mechsynth.errors import InputError

Json = dict[str, Any]
CHOICES: list[dict[str, str]] = [{}, {"incentives": "pbic"}, {"participation": "ex-post"}, {"participation": "withdrawal"}, {"weights": "0,1", "budget": "1"}]


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of the numbers of a mechanism and of multipliers."""
    if isinstance(value, dict):
        for key, entry in value.items():
            if key not in ("signals", "history", "report", "agent", "action", "virtual"):
                yield from numbers(entry, (*path, key))
    elif isinstance(value, list):
        for k, entry in enumerate(value):
            yield from numbers(entry, (*path, k))
    elif isinstance(value, str):
        yield path


def moved(document: Json, path: tuple[Any, ...]) -> Json:
    """The same with one number 1/7 larger."""
    found = copy.deepcopy(document)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = str(Fraction(place[path[-1]]) + Fraction(1, 7))
    return found


def large(document: Json, raw: bytes) -> bool:
    try:
        return check(json.dumps(document), raw).accepted
    except InputError:
        return False


def little(document: Json, raw: bytes) -> bool:
    try:
        small.check(json.dumps(document).encode(), raw)
    except small.Unproved:
        return False
    return True


@pytest.mark.parametrize("seed", range(500, 520))
def test_both_say_the_same_of_every_number_that_is_moved(seed: int) -> None:
    chosen = CHOICES[seed % len(CHOICES)]
    document = longer(seed) if seed % 7 == 6 else drawn(seed, known=True)
    result = mechsynth.solve(mechsynth.loads(json.dumps(document)), "optimal", **chosen)
    raw, told = instance.to_bytes(result.environment), result.document()
    if result.status != "optimal" or result.attained is False:
        with pytest.raises(small.Unknown):
            small.check(result.to_bytes(), raw)
        return
    assert large(told, raw) and little(told, raw)
    told["certificate"].pop("virtual", None)
    places = [("value",), *(("mechanism", *p) for p in numbers(told["mechanism"])), *(("certificate", *p) for p in numbers(told["certificate"]))]
    refused = 0
    for place in places[:: max(1, len(places) // 12)]:
        forged = moved(told, place)
        verdicts = large(forged, raw), little(forged, raw)
        assert verdicts[0] == verdicts[1], place
        refused += not verdicts[0]
    assert refused


def test_what_it_does_not_know() -> None:
    document = drawn(501)
    for options in ({"lotteries": "no"}, {"budget": "1000"}):
        result = mechsynth.solve(mechsynth.loads(json.dumps(document)), "optimal", **options)
        assert result.check().accepted
        with pytest.raises(small.Unknown):
            small.check(result.to_bytes(), instance.to_bytes(result.environment))
