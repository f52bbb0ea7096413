"""Questions as data: one spelling for each, so that a line of a table is found again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mechsynth.errors import InputError, MechsynthError, UsageError
from mechsynth.suite.job import OPTIONS

LADDER = {"ask": "ladder"}
LISTS = ("require", "keep")


def text(question: Mapping[str, Any]) -> str:
    """Return the one spelling of a question: JSON in ASCII, keys sorted, no blanks."""
    return json.dumps(question, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def question(value: object, place: str) -> dict[str, Any]:
    """Return a question written as a word (``"vcg-type"``, ``"vcg-type:all"``) or as an object of `mechsynth.solve`'s arguments.

    Raises
    ------
    InputError
        For anything else, naming ``place``.
    """
    if isinstance(value, str) and value:
        ask, _, scope = value.partition(":")
        return {"ask": ask, "scope": scope} if scope else {"ask": ask}
    if not isinstance(value, dict):
        raise InputError(place, "no question", 'write "ASK", "ASK:SCOPE" or {"ask": …, …}')
    found: dict[str, Any] = {"ask": "ladder"}
    for key, entry in value.items():
        if key not in ("ask", *OPTIONS):
            raise InputError(f"{place}.{key}", "an unknown key", f"known are ask, {', '.join(OPTIONS)}")
        found[key] = _option(key, entry, f"{place}.{key}")
    return found


def _option(key: str, entry: object, place: str) -> object:
    if key in LISTS:
        if not isinstance(entry, list) or not all(isinstance(word, str) for word in entry):
            raise InputError(place, "no list of names", "write a list of strings")
        return list(map(str, entry))
    if key == "distance":
        if not isinstance(entry, bool):
            raise InputError(place, "neither true nor false", "write one of them")
        return entry
    if not isinstance(entry, str):
        raise InputError(place, "no string", "write it as a string")
    return str(entry)


def of_option(value: str) -> dict[str, Any]:
    """Return the question of an ``--ask`` option: a word, or a JSON object.

    Raises
    ------
    UsageError
        For anything else, and for an ask that this version does not know.
    """
    from mechsynth.asks import ROOMS
    from mechsynth.instance import read_json

    try:
        found = question(read_json(value.encode()) if value.lstrip().startswith("{") else value, "question")
    except MechsynthError as error:
        raise UsageError("--ask", f"{value!r}: {error}", "") from None
    if found["ask"] not in ROOMS:
        raise UsageError(
            "--ask", f"{found['ask']!r} is no question of this version", f"choose one of {', '.join(ROOMS)}"
        )
    return found
