"""From a family, parameters and a seed to an environment and the bytes of its file."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mechsynth.errors import UsageError
from mechsynth.families.draws import Draws
from mechsynth.families.family import Family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mechsynth.environment import Environment

FORMAT = "mechsynth-instance/1"
ROOMS = ("leases", "auctions", "trade", "revealed", "hulls", "drawn", "screening", "revenue")
LARGEST_SEED = 2**63 - 1
LONGEST = 100
"""Characters of a name that tells all parameters; a longer one tells their digest."""


def families() -> dict[str, Family]:
    """Return every family by its name."""
    return {family.name: family for room in ROOMS for family in import_module(f"mechsynth.families.{room}").FAMILIES}


def family_of(name: str) -> Family:
    """Return the family of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    known = families()
    if name not in known:
        raise UsageError("FAMILY", f"{str(name)[:60]!r} is no family", f"choose one of {', '.join(known)}")
    return known[name]


def generate(family: str, *, seed: int = 0, params: Mapping[str, Any] | None = None, **more: Any) -> Environment:
    """Return the environment of a family at some parameters.

    ``mechsynth.save(environment, path)`` writes the same bytes as `mechsynth generate`; the answers that are known beforehand stand in ``environment.extra["x-expected"]``.

    Parameters
    ----------
    family:
        Its name; see `families`.
    seed:
        What is drawn at random depends on it, and on the family, alone.
    params, more:
        The family's parameters, in a mapping or by name, as ints, fractions or exact strings; floats are refused. What is left out has its default.

    Raises
    ------
    UsageError
        For an unknown family or parameter, one given twice, and values out of range, naming the parameter and the remedy.
    """
    from mechsynth.instance import loads

    given = dict(params or {})
    for name, value in more.items():
        if name in given:
            raise UsageError(f"--param {name}", "stands twice", "give it in params or by name")
        given[name] = value
    return loads(document_bytes(family, given, seed))


def document_bytes(name: str, params: Mapping[str, Any], seed: int = 0) -> bytes:
    """Return the bytes of the instance file of a family; see `generate`."""
    family = family_of(name)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
        raise UsageError("--seed", f"{seed!r} is no seed", "give a whole number from 0 on, below 2^63")
    given = family.read(params)
    draft = family.make(given, Draws(family.name, seed))
    shown = {key: value if isinstance(value, str) else _number(value) for key, value in given.items()}
    defaults = {parameter.name: parameter.default for parameter in family.parameters}
    changed = [f"{key}={_plain(value)}" for key, value in shown.items() if given[key] != defaults[key]]
    label = "-".join([name, *changed, *([f"seed={seed}"] if seed else [])])
    if len(label) > LONGEST:
        label = f"{name}-{hashlib.sha256(label.encode()).hexdigest()[:16]}"
    document = {
        "format": FORMAT,
        "name": label,
        "title": draft.title,
        "source": family.source,
        "notes": draft.notes,
        "tags": ["generated", name, *draft.tags],
        **draft.body,
        "x-family": {"name": name, "params": shown, "seed": seed},
        "x-expected": draft.expected,
    }
    return _written(document)


def _plain(value: Any) -> str:
    """Return a number as part of a name that is fit for a file."""
    return str(value).replace("/", "_")


def _number(value: Any) -> Any:
    """Return fractions as exact strings and whole numbers as integers, everywhere in a JSON value."""
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    if isinstance(value, dict):
        return {key: _number(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_number(each) for each in value]
    return value


def _written(document: dict[str, object]) -> bytes:
    """Return the file: one key a line, one expected answer a line."""
    lines = []
    for key, value in document.items():
        if key == "x-expected" and isinstance(value, list):
            answers = ",\n".join(f"    {json.dumps(entry, ensure_ascii=False)}" for entry in value)
            lines.append(f'  "{key}": [\n{answers}\n  ]')
        else:
            lines.append(f'  "{key}": {json.dumps(_number(value), ensure_ascii=False)}')
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()
