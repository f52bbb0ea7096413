"""Parts of a result as the records that they are, read by the reader that the checker has, too: `mechsynth.result.codec`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from mechsynth.result import codec
from mechsynth.result.witness import Witness
from mechsynth.words.numbers import number
from mechsynth.words.reading import fail

T = TypeVar("T")
KINDS = {get_args(get_type_hints(kind)["kind"])[0] for kind in get_args(Witness)}


@dataclass(frozen=True)
class Foreign:
    """A witness of a kind that this version does not know; ``entries`` as they stand in the file."""

    kind: str
    entries: Mapping[str, Any]


def record(kind: type[T], value: object, place: str) -> T:
    """Return a record of a kind; numbers may also be decimals, and floats where an answer is numerical.

    Raises
    ------
    InputError
        For anything that is not written as the kind says, naming the place.
    """
    return codec.read(kind, value, place, number)


def witness(value: object, place: str) -> Witness | Foreign:
    """Return a witness as the record of its kind."""
    if not isinstance(value, dict):
        fail(place, "no object", "write an object")
    kind = value.get("kind")
    if not isinstance(kind, str):
        fail(f"{place}.kind", "missing" if kind is None else "no string")
    if kind not in KINDS:
        return Foreign(kind, value)
    return record(tuple[Witness, ...], [value], place)[0]


def entries(found: Witness | Foreign) -> Mapping[str, Any]:
    """Return a witness as it stands in the file."""
    if isinstance(found, Foreign):
        return found.entries
    written: Mapping[str, Any] = codec.write(found)
    return written
