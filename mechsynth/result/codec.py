"""Typed records and JSON: dataclasses are read strictly and written back byte for byte.

Whoever reads says what a number is (`exact` where nothing is said): the checker, whose numbers JSON itself may write, and the words, which also show floats.
A field is a key, ``_`` written ``-`` (a trailing ``_`` is dropped, for words that Python keeps). A field with a default may be missing, and is left out where it
has it. Numbers are written as exact strings. Keys that begin with ``x-`` are kept and not looked at; other keys that no field has are errors, which name the place. The order of keys is kept.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from mechsynth.errors import InputError, did_you_mean

T = TypeVar("T")
Reader = Callable[[object, str], Any]
_EXACT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:/[1-9][0-9]*)?")
_CHUNK = 4000  # Python neither reads nor writes more digits than that at once


@dataclasses.dataclass(frozen=True, kw_only=True)
class Record:
    """What can be read from JSON and written to it.

    Attributes
    ----------
    extra:
        The keys that begin with ``x-``.
    order:
        The keys in the order in which they were read; what is made here is written in the order of its fields.
    """

    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    order: tuple[str, ...] = dataclasses.field(default=(), compare=False, repr=False)


_OWN = {field.name for field in dataclasses.fields(Record)}


def read(kind: type[T], value: object, place: str = "", number: Reader | None = None) -> T:
    """Return a record of a kind from a JSON value.

    Parameters
    ----------
    number:
        What reads a number at a place; `exact` where it is left out.

    Raises
    ------
    InputError
        For anything that is not written as the kind says, naming the place.
    """
    found: T = _read(kind, value, place, number or exact)
    return found


def write(value: Any) -> Any:
    """Return a record as a JSON value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _object(value)
    if isinstance(value, Fraction):
        return text(value)
    if isinstance(value, Mapping):
        return {key: write(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [write(entry) for entry in value]
    return value


def _object(record: Any) -> dict[str, object]:
    kind: Any = type(record)
    found: dict[str, object] = {}
    for name, key, _ in _keys(kind):
        value, field = getattr(record, name), kind.__dataclass_fields__[name]
        always = key in record.order or (not record.order and (name == "kind" or field.metadata.get("always", False)))
        if always or not _has_default(field) or value != field.default:
            found[key] = write(value)
    found |= record.extra
    return {key: found[key] for key in record.order} | found if record.order else found


def always(default: Any = None) -> Any:
    """Return a field that is written even where it has its default."""
    return dataclasses.field(default=default, metadata={"always": True})


def key_of(name: str) -> str:
    """Return the key of a field."""
    return name.rstrip("_").replace("_", "-")


@cache
def _keys(kind: Hashable) -> tuple[tuple[str, str, Any], ...]:
    """Return name, key and type of every field of a record."""
    record: Any = kind
    hints = typing.get_type_hints(record)
    fields = [field for field in dataclasses.fields(record) if field.name not in _OWN]
    return tuple((field.name, key_of(field.name), hints[field.name]) for field in fields)


def _has_default(field: Any) -> bool:
    return field.default is not dataclasses.MISSING


def _read(kind: Any, value: object, place: str, number: Reader) -> Any:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any or kind is object:
        return value
    if origin in (types.UnionType, typing.Union):
        return _one_of(parts, value, place, number)
    if origin is typing.Literal:
        if type(value) is not str or value not in parts:
            raise InputError(place, f"{_clip(value)} is not one of {', '.join(parts)}", did_you_mean(value, parts))
        return value
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, place, number)
    if origin is tuple:
        if type(value) is not list:
            raise InputError(place, f"{_clip(value)} is no list", "write a list")
        return tuple(_read(parts[0], entry, f"{place}[{k}]", number) for k, entry in enumerate(value))
    if origin is not None and issubclass(origin, Mapping):
        return {key: _read(parts[1], entry, _at(place, key), number) for key, entry in _object_of(value, place).items()}
    if kind is Fraction:
        return number(value, place)
    if kind is int and type(value) is tuple:  # the checker's numbers are pairs
        value = int(number(value, place)) if value[1] == 1 else value
    if type(value) is not kind:
        raise InputError(place, f"{_clip(value)} is no {_NAMES[kind]}", f"write a {_NAMES[kind]}")
    return value


_NAMES = {str: "string", int: "whole number", bool: "truth value"}


def _one_of(parts: tuple[Any, ...], value: object, place: str, number: Reader) -> Any:
    """Return a value of one of several kinds: ``null``, or an object that says its ``kind``, or what stands alone."""
    if value is None and types.NoneType in parts:
        return None
    rest = [part for part in parts if part is not types.NoneType]
    if len(rest) == 1:
        return _read(rest[0], value, place, number)
    if str in rest:
        other = next(part for part in rest if part is not str)
        return _read(other if type(value) is dict else str, value, place, number)
    lists = [part for part in rest if typing.get_origin(part) is tuple]
    if lists:
        others = [part for part in rest if part not in lists]
        return _read(lists[0] if type(value) is list else others[0], value, place, number)
    kinds = {typing.get_args(typing.get_type_hints(part)["kind"])[0]: part for part in rest}
    named = value.get("kind") if type(value) is dict else None
    if type(named) is not str or named not in kinds:
        remedy = did_you_mean(named, kinds) + f"choose one of {', '.join(kinds)}"
        raise InputError(_at(place, "kind"), "missing" if named is None else f"{_clip(named)} is none", remedy)
    return _read(kinds[named], value, place, number)


def _record(kind: Any, value: object, place: str, number: Reader) -> Any:
    given = _object_of(value, place)
    keys = _keys(kind)
    known = {key for _, key, _ in keys}
    for key in given:
        if key not in known and not key.startswith("x-"):
            raise InputError(_at(place, key), "an unknown key", did_you_mean(key, known) + "leave it out")
    found: dict[str, object] = {}
    for name, key, hint in keys:
        if key in given:
            found[name] = _read(hint, given[key], _at(place, key), number)
        elif not _has_default(kind.__dataclass_fields__[name]):
            raise InputError(_at(place, key), "missing", "write it")
    extra = {key: entry for key, entry in given.items() if key not in known}
    return kind(**found, extra=extra, order=tuple(given))


def _object_of(value: object, place: str) -> Mapping[str, Any]:
    """Return an object of JSON."""
    if type(value) is not dict or any(type(key) is not str for key in value):
        raise InputError(place, f"{_clip(value)} is no object", "write an object")
    return value


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _clip(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def exact(value: object, place: str = "") -> Fraction:
    """Return the number that an exact string (``"-4"``, ``"61/4"``, in lowest terms) says.

    Raises
    ------
    InputError
        For anything else.
    """
    if type(value) is not str or not _EXACT.fullmatch(value):
        raise InputError(place, f"{_clip(value)} is no exact number", 'write it as "-4" or "61/4"')
    head, _, bottom = value.partition("/")
    found = Fraction(_whole(head), _whole(bottom) if bottom else 1)
    if (bottom and _whole(bottom) in (1,)) or found.denominator != (_whole(bottom) if bottom else 1) or value == "-0":
        raise InputError(place, f"{_clip(value)} is not in lowest terms", "write it in lowest terms")
    return found


def text(value: Fraction | int) -> str:
    """Return the exact string of a number, ``"p/q"`` or ``"p"``."""
    top, bottom = value.numerator, value.denominator
    return _digits(top) if bottom == 1 else f"{_digits(top)}/{_digits(bottom)}"


def _whole(digits: str) -> int:
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits)
    value = 0
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        value = value * 10 ** len(chunk) + int(chunk)
    return sign * value


def _digits(value: int) -> str:
    if value < 0:
        return f"-{_digits(-value)}"
    parts: list[str] = []
    unit = 10**_CHUNK
    while value >= unit:
        value, low = divmod(value, unit)
        parts.append(str(low).zfill(_CHUNK))
    return "".join([str(value), *reversed(parts)])
