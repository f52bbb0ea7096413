"""An instance as text, bytes or the object itself is one instance; what is not exact or no instance is refused by name."""

from __future__ import annotations

import json
from collections import OrderedDict
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import mechsynth

FILES = sorted((Path(__file__).resolve().parents[2] / "instances").glob("*.json"))
LEASE: dict[str, Any] = {
    "format": "mechsynth-instance/1",
    "name": "λease",
    "horizon": "infinite",
    "discount": "1/2",
    "agents": ["A"],
    "signals": {"A": ["l", "h"]},
    "actions": ["x"],
    "utilities": {"A": [[0, 1]]},
    "transition": [[["1/2", "1/2"], ["1/2", "1/2"]]],
}


@pytest.mark.parametrize("path", [path for path in FILES if path.name != "index.json"], ids=lambda path: path.stem)
def test_every_way_to_give_an_instance(path: Path) -> None:
    """The bytes and the text are the file, with its digest; the object is the same environment."""
    data = path.read_bytes()
    for same in (data, bytearray(data), data.decode()):
        env = mechsynth.loads(same)
        assert env.digest == mechsynth.load(path).digest and mechsynth.instance.to_bytes(env) == data
    model = json.loads(data, parse_float=str)
    expected = mechsynth.instance.document(mechsynth.load(path))
    for given in (model, MappingProxyType(model), OrderedDict(model), json.dumps(model)):
        assert mechsynth.instance.document(mechsynth.loads(given)) == expected


def test_an_object_is_written_as_a_file_would_be() -> None:
    """Its digest is that of its bytes, and a result about it is accepted."""
    env = mechsynth.loads(LEASE)
    assert env.digest == mechsynth.loads(mechsynth.instance.to_bytes(env)).digest
    assert mechsynth.solve(env, "policy").check().accepted


def test_exact_numbers_of_python() -> None:
    half = Fraction(1, 2)
    given = LEASE | {
        "discount": half,
        "transition": (((half, half), [half, half]),),
        "utilities": {"A": [[np.int64(0), 1]]},
    }
    assert mechsynth.instance.document(mechsynth.loads(given)) == mechsynth.instance.document(mechsynth.loads(LEASE))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (LEASE | {"discount": 0.5}, "discount: 0.5 is a float"),
        (LEASE | {"utilities": {"A": [[0, 1.0]]}}, r"utilities\.A\[0\]\[1\]: 1\.0 is a float"),
        (LEASE | {"discount": float("nan")}, "discount: nan is a float"),
        (LEASE | {"discount": Fraction(1, 10**4000)}, "discount: a number of more than 4000 digits"),
        (LEASE | {"utilities": {"A": [[0, 10**9000]]}}, r"utilities\.A\[0\]\[1\]: a number of more than"),
        (LEASE | {"transition": np.zeros(2)}, "transition: .* is a ndarray"),
        (LEASE | {"x-own": {1: 2}}, "x-own: the key 1 is no string"),
        (LEASE | {"name": "\ud800"}, "surrogate"),
        ('{"name": "\ud800"}', "character 10: a lone surrogate"),
        ("{", "line 1 column 2: not JSON"),
        ("", "line 1 column 1: not JSON"),
        ([LEASE], "list is no instance"),
        (None, "NoneType is no instance"),
        (Path("instance.json"), "Path is no instance; .*mechsynth.load takes a file name"),
        ({}, "format"),
    ],
)
def test_what_is_refused(given: Any, words: str) -> None:
    with pytest.raises(mechsynth.InputError, match=words):
        mechsynth.loads(given)


def test_an_object_without_end_is_refused() -> None:
    endless: dict[str, Any] = dict(LEASE)
    endless["x-self"] = endless
    with pytest.raises(mechsynth.InputError, match="nested too deep"):
        mechsynth.loads(endless)
