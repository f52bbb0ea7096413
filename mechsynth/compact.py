"""Tables of numbers in short: packed integers over one denominator, and lists of the entries that are not 0.

``{"packed": base64, "type": "i8" | "i16" | "i32" | "i64", "shape": […], "denominator": "D"}`` holds integers in C order,
little-endian; the value is integer / D. ``{"sparse": [[i_1, …, i_n, "p/q"], …], "shape": […]}`` lists entries by their index.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from mechsynth.errors import InputError, TooLargeError
from mechsynth.rational import WORD, Rationals, magnitude, rational

PACKED, SPARSE = {"packed", "type", "shape", "denominator"}, {"sparse", "shape"}
_TYPES = {"i8": "<i1", "i16": "<i2", "i32": "<i4", "i64": "<i8"}
MAX_COMPACT = 100_000_000
"""Entries of one table that is written in short; a short text could claim any number of them."""


def is_compact(values: object) -> bool:
    """Return whether a value is a table written in short."""
    return isinstance(values, Mapping) and ("packed" in values or "sparse" in values)


def read_compact(values: Mapping[str, Any], place: str) -> Rationals:
    """Return a table that is written in short.

    Raises
    ------
    InputError, TooLargeError
        Naming the place and the remedy.
    """
    want = PACKED if "packed" in values else SPARSE
    if set(values) != want:
        raise InputError(place, f"a short table with {', '.join(sorted(map(repr, values)))}", f"give {sorted(want)}")
    shape = _shape(values["shape"], f"{place}.shape")
    return _packed(values, shape, place) if "packed" in values else _sparse(values["sparse"], shape, place)


def _shape(value: object, place: str) -> tuple[int, ...]:
    if not isinstance(value, (list, tuple)) or not value or len(value) > 64:
        raise InputError(place, "no list of lengths", "give one length per axis")
    for k, length in enumerate(value):
        if type(length) is not int or length < 1:
            raise InputError(f"{place}[{k}]", f"{length!r} is no length", "write a whole number from 1 on")
    if prod(value) > MAX_COMPACT:
        raise TooLargeError(place, f"a table of {prod(value)} numbers", f"keep it within {MAX_COMPACT}")
    return tuple(value)


def _packed(values: Mapping[str, Any], shape: tuple[int, ...], place: str) -> Rationals:
    kind = values["type"]
    if type(kind) is not str or kind not in _TYPES:
        raise InputError(f"{place}.type", f"{str(kind)[:40]!r} is no type", f"choose {', '.join(_TYPES)}")
    den = rational(values["denominator"], f"{place}.denominator")
    if den.denominator != 1 or den < 1:
        raise InputError(f"{place}.denominator", f"{den} is no denominator", "write a whole number from 1 on")
    text = values["packed"]
    if type(text) is not str:
        raise InputError(f"{place}.packed", "no string", "write the bytes in base64")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{place}.packed", "not base64", "write the bytes in base64") from None
    dtype = np.dtype(_TYPES[kind])
    need = prod(shape) * dtype.itemsize
    if len(data) != need:
        raise InputError(f"{place}.packed", f"{len(data)} bytes where the shape asks for {need}", "correct one of them")
    wide = np.frombuffer(data, dtype=dtype).astype(np.int64)
    num = wide if _small(wide) else wide.astype(object)
    return Rationals(num.reshape(shape), int(den)).reduce()


def _small(array: np.ndarray[Any, Any]) -> bool:
    # The least int64 has no absolute value of its own kind: Python integers compare.
    return magnitude(array) < WORD


def _sparse(entries: object, shape: tuple[int, ...], place: str) -> Rationals:
    if not isinstance(entries, (list, tuple)):
        raise InputError(f"{place}.sparse", "no list", "give one list per entry: its indices, then its number")
    known: dict[int, Fraction] = {}
    for k, entry in enumerate(entries):
        at = f"{place}.sparse[{k}]"
        if not isinstance(entry, (list, tuple)) or len(entry) != len(shape) + 1:
            raise InputError(at, f"no list of {len(shape)} indices and a number", "write [i_1, …, i_n, number]")
        flat = 0
        for axis, (index, length) in enumerate(zip(entry, shape, strict=False)):
            if type(index) is not int or not 0 <= index < length:
                raise InputError(f"{at}[{axis}]", f"{index!r} is no index", f"count from 0 to {length - 1}")
            flat = flat * length + index
        if flat in known:
            raise InputError(at, f"the index {list(entry[:-1])} stands twice", "list every entry once")
        known[flat] = rational(entry[-1], f"{at}[{len(shape)}]")
    listed = Rationals.from_fractions(known.values(), (len(known),))
    num = np.zeros(prod(shape), dtype=listed.num.dtype)
    if known:
        num[list(known)] = listed.num
    return Rationals(num.reshape(shape), listed.den)
