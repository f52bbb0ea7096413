"""Careful access to data that a stranger wrote: every step names its place when it fails."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NoReturn

from mechsynth.errors import InputError

_LONGEST_LABEL = 60
_LONGEST_PLACE = 200
_RESULT = "give a result file as mechsynth solve writes it"
_LABELS = "give names as they stand under x-labels in a result file"
_PLAIN = re.compile(r"[\w.+\-/]+(:[\w.+\-/]+)*")


def clean(label: str, longest: int = _LONGEST_LABEL) -> str:
    """Return a label fit for a terminal: control and formatting characters are shown as escapes, long ones cut."""
    shown = "".join(_visible(character) for character in label[:longest])
    return shown if len(label) <= longest else shown + "…"


def _visible(character: str) -> str:
    kind = unicodedata.category(character)
    if not (kind.startswith("C") or kind in ("Zl", "Zp")):
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def word(label: str) -> str:
    """Return a label as it stands in a sentence: in quotation marks unless it reads as one word."""
    shown = clean(label)
    return shown if _PLAIN.fullmatch(shown) else f"“{shown}”"


def fail(place: str, problem: str, remedy: str = "") -> NoReturn:
    """Raise the error that names the place in the result; where nothing better is known, the remedy is a sound file."""
    if not remedy:
        remedy = _LABELS if place.startswith("labels") else _RESULT
    raise InputError(clean(place, _LONGEST_PLACE), problem, remedy)


def mapping(value: object, place: str) -> Mapping[str, object]:
    """Return ``value`` as an object with string keys."""
    if not isinstance(value, Mapping):
        fail(place, f"{_what(value)} where an object should be")
    for key in value:
        if not isinstance(key, str):
            fail(place, "a key that is not a string")
    return value


def sequence(value: object, place: str) -> Sequence[object]:
    """Return ``value`` as a list."""
    if not isinstance(value, (list, tuple)):
        fail(place, f"{_what(value)} where a list should be")
    return value


def text(value: object, place: str) -> str:
    """Return ``value`` as a string."""
    if not isinstance(value, str):
        fail(place, f"{_what(value)} where a string should be")
    return value


def item(parent: Mapping[str, object], key: str, place: str) -> object:
    """Return ``parent[key]``, or say that it is missing."""
    if key not in parent:
        fail(place, f"no {key!r} in it")
    return parent[key]


def period(parent: Mapping[str, object], place: str) -> int | None:
    """Return the period, counted from 1, or None where it is left out (an infinite horizon)."""
    value = parent.get("period")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        fail(f"{place}.period", "periods are whole numbers from 1 on")
    return value


def labels(value: object, place: str) -> dict[str, str]:
    """Return an object whose values are strings, such as ``{agent: signal}``."""
    return {key: text(entry, f"{place}.{key}") for key, entry in mapping(value, place).items()}


def texts(value: object, place: str) -> tuple[str, ...]:
    """Return a list of strings."""
    return tuple(text(entry, f"{place}[{index}]") for index, entry in enumerate(sequence(value, place)))


def _what(value: object) -> str:
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "something else")
