"""Questions as data: one spelling for each, so that a line of a table is found again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import mechsynth.asks  # noqa: F401  (fills the registry)
from mechsynth.errors import InputError, MechsynthError, UsageError, did_you_mean
from mechsynth.result.ask import Kind, every_option, in_flags, named
from mechsynth.result.ask import question as ask_of
from mechsynth.result.vocabulary import UNNAMED

LADDER = {"ask": UNNAMED}


def text(question: Mapping[str, Any]) -> str:
    """Return the one spelling of a question: JSON in ASCII, keys sorted, no blanks."""
    return json.dumps(question, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def question(value: object, place: str) -> dict[str, object]:
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
    found: dict[str, object] = {"ask": UNNAMED}
    for key, entry in value.items():
        found[key] = option(key, entry, f"{place}.{key}")
    return found


def option(name: str, value: object, place: str) -> object:
    """Return an option of a question as it stands in a file: a word, a list of words, true or false; a file or what it holds.

    Raises
    ------
    InputError
        For anything else, naming ``place``.
    """
    known = {"ask": Kind.WORD, **{each: declared.kind for each, declared in every_option().items()}}
    kind = known.get(name, Kind.OBJECT)
    if kind is Kind.OBJECT:
        names = [each for each, of in known.items() if of is not Kind.OBJECT]
        raise InputError(place, "an unknown key", f"{did_you_mean(name, names)}known are {', '.join(names)}")
    if kind is Kind.WORDS:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise InputError(place, "no list of names", "write a list of strings")
        return list(map(str, value))
    if kind is Kind.SWITCH:
        if not isinstance(value, bool):
            raise InputError(place, "neither true nor false", "write one of them")
        return value
    if kind is Kind.FILE and isinstance(value, dict):
        return value
    if not isinstance(value, str) or not value:
        raise InputError(place, "no string" if value is not None else "missing", "write it as a string")
    return str(value)


def in_full(asked: Mapping[str, Any]) -> dict[str, object]:
    """Return a question with its defaults written out, so that two ways to write it compare equal; one that cannot be asked as it is."""
    told = dict(asked)
    try:
        ask = ask_of(told.pop("ask", UNNAMED), told)
    except UsageError:
        return dict(asked)
    return {"ask": ask.name, **{name: getattr(ask, name) for name in ask.options()}}


def of_option(value: str) -> dict[str, object]:
    """Return the question of an ``--ask`` option: a word, or a JSON object.

    Raises
    ------
    UsageError
        For anything else, and for an ask that this version does not know.
    """
    from mechsynth.instance import read_json

    try:
        found = question(read_json(value.encode()) if value.lstrip().startswith("{") else value, "question")
    except MechsynthError as error:
        raise UsageError("--ask", f"{value!r}: {error}", "") from None
    try:
        named(found["ask"])
    except UsageError as error:
        raise in_flags(error) from None
    return found
