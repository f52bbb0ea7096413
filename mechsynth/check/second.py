"""What only ``mechsynth-instance/2`` says, read by the checker: public agents, availability, values of leaving, short tables."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .exact import Array, Exact
from .text import Numbers, TooLargeInput, describe, flatten, items, label, show, table

SECOND = "mechsynth-instance/2"
KEYS = ("public", "available", "outside")
_BYTES = {"i8": 1, "i16": 2, "i32": 4, "i64": 8}
MAX_SHORT = 100_000_000  # entries of one table that is written in short

Axes = list[tuple[int, bool]]


def public_places(value: object, agents: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places of the agents that everybody sees; never all of them."""
    known = {name: i for i, name in enumerate(agents)}
    found = [label(name, known, "public", "agent") for name in items(value, "public")]
    if len(set(found)) < len(found):
        raise InputError("public", "a name stands twice", "list every name once")
    if len(found) == len(agents):
        raise InputError("public", "every agent is public", "leave out those who have a secret")
    return tuple(sorted(found))


def availability(
    value: object, public: Sequence[int], actions: int, sizes: tuple[int, ...], place: str
) -> Array | None:
    """Return what is available, Booleans ``(actions, *sizes)``; None where everything is."""
    lengths = [(actions, True)] + [(size, i in public) for i, size in enumerate(sizes)]
    mask = _booleans(value, lengths, place)
    if not mask.any(axis=0).all():
        raise InputError(place, "no action is available at some profile", "make one available at every profile")
    return None if mask.all() else mask


def _booleans(value: object, lengths: Axes, place: str) -> Array:
    if not lengths:
        if not isinstance(value, bool):
            raise InputError(place, f"expected true or false, found {describe(value)}", "write a truth value")
        return np.array(value, dtype=bool)
    size, free = lengths[0]
    found = items(value, place)
    if len(found) not in (1, size):
        raise InputError(place, f"a list of length {len(found)}", f"it should be {size} or 1")
    if len(found) > 1 and not free:
        remedy = "make the signal public or give the action a cost"
        raise InputError(place, "availability may depend on public states only", remedy)
    parts = np.stack([_booleans(entry, lengths[1:], f"{place}[{k}]") for k, entry in enumerate(found)])
    return np.broadcast_to(parts, tuple(size for size, _ in lengths))


def leaving(
    value: object,
    agents: tuple[str, ...],
    public: Sequence[int],
    sizes: tuple[int, ...],
    numbers: Numbers,
    place: str,
) -> tuple[Exact, ...] | None:
    """Return every agent's value of leaving over the profiles; None where all of them are 0."""
    found: list[Exact] = []
    data = table(value, place, (), agents)
    for i, name in enumerate(agents):
        at = f"{place}.{show(name)}"
        if name not in data:
            found.append(Exact.constant(Fraction(0), (prod(sizes),)))
            continue
        if i in public:
            raise InputError(at, "a public agent cannot leave", "leave it out")
        entry = data[name]
        if isinstance(entry, dict) and "own" in entry:
            leaves, shape = leaves_of(table(entry, at, ("own",))["own"], [(sizes[i], True)], numbers, at)
            shape = (*(1,) * i, shape[0], *(1,) * (len(sizes) - i - 1))
        else:
            leaves, shape = leaves_of(entry, [(size, True) for size in sizes], numbers, at)
        exact = Exact.of(numbers.pairs(leaves, at), shape)
        found.append(exact.broadcast(sizes).reshape(prod(sizes)))
    return tuple(found) if any(any(x != 0 for x in part.num.flat) for part in found) else None


def short(value: object) -> bool:
    """Say whether a value is a table written in short."""
    return isinstance(value, dict) and ("packed" in value or "sparse" in value)


def leaves_of(value: object, axes: Axes, numbers: Numbers, place: str) -> tuple[list[Any], tuple[int, ...]]:
    """Return the leaves of a table, nested or in short, and its shape; ``axes`` as for ``flatten``."""
    if not short(value):
        return flatten(value, axes, place)
    assert isinstance(value, dict)
    keys = ("packed", "type", "shape", "denominator") if "packed" in value else ("sparse", "shape")
    data = table(value, place, keys)
    if set(data) != set(keys):
        raise InputError(place, "keys of its own in a short table", "remove them")
    shape = tuple(_whole(entry, f"{place}.shape") for entry in items(data["shape"], f"{place}.shape"))
    if len(shape) != len(axes):
        raise InputError(f"{place}.shape", f"{len(shape)} axes", f"it should be {len(axes)}")
    for k, (length, (size, may_be_one)) in enumerate(zip(shape, axes, strict=True)):
        if length != size and not (may_be_one and length == 1):
            raise InputError(f"{place}.shape", f"axis {k + 1} has length {length}", f"it should be {size}")
    if prod(shape) > MAX_SHORT:
        raise TooLargeInput(place, f"a table of {prod(shape)} numbers", f"keep it within {MAX_SHORT}")
    if "packed" in data:
        return _unpacked(data, prod(shape), numbers, place), shape
    return _listed(data["sparse"], shape, numbers, f"{place}.sparse"), shape


def _whole(value: object, place: str) -> int:
    if not isinstance(value, tuple) or value[1] != 1 or value[0] < 0:
        raise InputError(place, f"{describe(value)} is no whole number", "count from 0")
    return int(value[0])


def _unpacked(data: Mapping[str, Any], count: int, numbers: Numbers, place: str) -> list[Any]:
    kind, text = data["type"], data["packed"]
    if not isinstance(kind, str) or kind not in _BYTES:
        raise InputError(f"{place}.type", f"{describe(kind)} is no type", f"choose {', '.join(_BYTES)}")
    denominator = numbers.fraction(data["denominator"], f"{place}.denominator")
    if denominator.denominator != 1 or denominator < 1:
        raise InputError(f"{place}.denominator", "no denominator", "write a whole number from 1 on")
    if not isinstance(text, str):
        raise InputError(f"{place}.packed", f"expected a text, found {describe(text)}", "write base64")
    try:
        raw = base64.b64decode(text.encode("ascii", "replace"), validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{place}.packed", "not base64", "write base64") from None
    width = _BYTES[kind]
    if len(raw) != width * count:
        raise InputError(f"{place}.packed", f"{len(raw)} bytes", f"the shape asks for {width * count}")
    den = denominator.numerator
    values = (int.from_bytes(raw[k : k + width], "little", signed=True) for k in range(0, len(raw), width))
    return [(value, den) for value in values]


def _listed(value: object, shape: tuple[int, ...], numbers: Numbers, place: str) -> list[Any]:
    found: list[Any] = [(0, 1)] * prod(shape)
    seen: set[int] = set()
    for k, entry in enumerate(items(value, place)):
        at = f"{place}[{k}]"
        *index, number = items(entry, at) or [None]
        if len(index) != len(shape):
            raise InputError(at, f"{len(index)} indices", f"it should be {len(shape)}")
        flat = 0
        for part, length in zip(index, shape, strict=True):
            step = _whole(part, at)
            if step >= length:
                raise InputError(at, f"the index {step} on an axis of length {length}", "count from 0")
            flat = flat * length + step
        if flat in seen:
            raise InputError(at, "an index that stands twice", "list every entry once")
        seen.add(flat)
        found[flat] = numbers.pair(number, at)
    return found


def needed(available: Array, kept: Sequence[int], lead: tuple[int, ...]) -> Array:
    """Say which entries of a table some available action reads.

    ``kept`` are the axes of ``available`` that the table has, ``lead`` its lengths along them (1: does not depend).
    """
    found = np.asarray(available)
    for axis in range(found.ndim):
        if axis not in kept or lead[list(kept).index(axis)] == 1:
            found = np.asarray(np.any(found, axis=axis, keepdims=True))
    return found.reshape(lead)


def filled(leaves: list[Any], read: Array, tail: int, place: str) -> list[Any]:
    """Return the leaves with those replaced that nothing reads: a ``tail`` of successive leaves for each entry of ``read``."""
    flags = read.ravel().tolist()
    result = []
    for k, leaf in enumerate(leaves):
        used = flags[k // tail]
        if leaf is None and used:
            raise InputError(place, "null where an action is available", "give a number")
        result.append(leaf if used else (0, 1))
    return result
