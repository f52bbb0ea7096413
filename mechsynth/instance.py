"""Instance files (``mechsynth-instance/1`` and ``/2``) in and out, exact in both directions.

A file is written in the lowest format that can say it, and a file of format 1 that uses what only format 2 has is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from fractions import Fraction
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from mechsynth import files
from mechsynth.compact import is_compact
from mechsynth.environment import INFINITE, Environment, Period, _setter
from mechsynth.errors import InputError, MechsynthError
from mechsynth.public import refuse_unread
from mechsynth.rational import MAX_DIGITS, Rationals, ratio_strings, text

FORMAT, SECOND = "mechsynth-instance/1", "mechsynth-instance/2"
_NOTES = ("title", "source", "notes", "tags")
_KEYS = (
    "format",
    "name",
    "horizon",
    "discount",
    "agents",
    "prior",
    "periods",
    "signals",
    "actions",
    "utilities",
    "transition",
)
_LATER = ("public", "available", "outside", "observed", "parameters")


class Literal(str):
    """A JSON decimal, kept at its digits; its own type, so that a number is not taken for a label."""


def load(path: str | os.PathLike[str], *, normalize: bool = False) -> Environment:
    """Read an instance file.

    Parameters
    ----------
    path:
        The file.
    normalize:
        Divide every row of probabilities by its sum, exactly, instead of refusing those that do not add to 1.

    Raises
    ------
    InputError, TooLargeError
        Naming the file, the place in it and the remedy.
    """
    name = os.fspath(path)
    if not name:
        raise InputError("INSTANCE", "an empty file name", "name an instance file")
    data = files.read(name, "an instance file")
    try:
        return loads(data, normalize=normalize)
    except MechsynthError as error:
        raise error.within(name) from None


def loads(given: str | bytes | bytearray | Mapping[str, Any], *, normalize: bool = False) -> Environment:
    """Read an instance from the text or the bytes of a file, or from the object that they hold; see `load`.

    Parameters
    ----------
    given:
        Text or bytes in JSON, as `json.loads` takes them, or what `json.loads` makes of them. Numbers in an object are whole
        numbers, fractions and strings; floats are not exact and are refused.
    normalize:
        As for `load`.

    Raises
    ------
    InputError, TooLargeError
        Naming the place and the remedy.
    """
    data = _data(given)
    document = read_json(data)
    if not isinstance(document, dict):
        raise InputError("", "no JSON object", f'start with {{"format": "{FORMAT}", …}}')
    if document.get("format") not in (FORMAT, SECOND):
        raise InputError("format", f"{_short(document.get('format'))} is not {FORMAT!r}", "say which format this is")
    if document["format"] == FORMAT:
        _refuse_second(document)
    refuse_unread(document, "")
    for key in document:
        if key not in _KEYS + _LATER and key not in _NOTES and not key.startswith("x-"):
            raise InputError(_short(key), "an unknown key", 'begin keys of your own with "x-"')
    name, title = document.get("name", ""), document.get("title", "")
    for key, value in (("name", name), ("title", title)):
        if type(value) is not str:
            raise InputError(key, "no string", "write it as a string")
    if document.get("horizon") is None:
        raise InputError("horizon", "missing", 'write a whole number from 1 on, or "infinite"')
    periods = document.get("periods")
    if periods is not None and not isinstance(periods, list):
        raise InputError("periods", "no list", "give one object a period")
    environment = Environment(
        document.get("agents"),  # type: ignore[arg-type]  # a missing list is refused by name
        signals=document.get("signals"),
        actions=document.get("actions"),
        utilities=_object(document.get("utilities"), "utilities"),
        transition=document.get("transition"),
        available=document.get("available"),
        outside=_object(document.get("outside"), "outside"),
        public=document.get("public"),
        periods=periods,
        horizon=_plain(document["horizon"], "horizon"),
        discount=_plain(document.get("discount"), "discount"),
        prior=document.get("prior"),
        name=name,
        title=title,
        normalize=normalize,
        extra={key: value for key, value in document.items() if key in _NOTES[1:] or key.startswith("x-")},
    )
    put = _setter(environment)
    put("digest", hashlib.sha256(data).hexdigest())
    put("source_bytes", data)
    return environment


def _refuse_second(document: dict[str, object]) -> None:
    """Refuse, in a file of format 1, what only format 2 says."""
    why = (f"belongs to {SECOND!r}, and this file says {FORMAT!r}", f'write "format": "{SECOND}"')
    periods = document.get("periods")
    stages = [("", document)]
    if isinstance(periods, list):
        stages += [(f"periods[{t}].", entry) for t, entry in enumerate(periods) if isinstance(entry, dict)]
    for place, stage in stages:
        for key in _LATER:
            if key in stage:
                raise InputError(f"{place}{key}", *why)
        for key in ("prior", "utilities", "transition"):
            _refuse_short(stage.get(key), f"{place}{key}", why)


def _refuse_short(value: object, place: str, why: tuple[str, str]) -> None:
    if isinstance(value, dict):
        for key, entry in value.items():
            if key == "mixture" and not place.rpartition("utilities")[1]:
                raise InputError(place, f"a mixture {why[0]}", why[1])
            if is_compact(entry):
                raise InputError(f"{place}.{key}", f"a short table {why[0]}", why[1])
            _refuse_short(entry, f"{place}.{key}", why)
        if is_compact(value) and place.rpartition(".")[2] in ("prior", "transition"):
            raise InputError(place, f"a short table {why[0]}", why[1])


def _data(given: object) -> bytes:
    """Return the bytes of a file for what stands for one."""
    if isinstance(given, str):
        try:
            return given.encode()
        except UnicodeEncodeError as error:
            place = f"character {error.start}"
            raise InputError(place, "a lone surrogate is no character", "write whole characters") from None
    if isinstance(given, (bytes, bytearray)):
        return bytes(given)
    if isinstance(given, Mapping):
        try:
            return json.dumps(_exact(given, ""), ensure_ascii=True).encode()
        except RecursionError:
            raise InputError("", "nested too deep", "no instance or result needs such nesting") from None
    raise InputError(
        "", f"{type(given).__name__} is no instance", "give text, bytes or a mapping; mechsynth.load takes a file name"
    )


def _exact(value: object, place: str) -> Any:
    """Return a value as JSON can hold it exactly."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (Fraction, Integral)):
        exact = Fraction(value) if isinstance(value, Fraction) else int(value)
        if max(abs(exact.numerator), exact.denominator) >= 10**MAX_DIGITS:
            raise InputError(place, f"a number of more than {MAX_DIGITS} digits", "write a shorter one")
        return text(exact) if isinstance(exact, Fraction) else exact
    if isinstance(value, (list, tuple)):
        return [_exact(each, f"{place}[{k}]") for k, each in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise InputError(place, f"the key {_short(key)} is no string", "write it as a string")
        return {key: _exact(each, f"{place}.{key}" if place else key) for key, each in value.items()}
    raise InputError(
        place,
        f"{_short(value)} is a {type(value).__name__}",
        "write exact numbers: whole numbers, fractions or strings",
    )


def _object(value: object, place: str) -> Any:
    if value is not None and not isinstance(value, dict):
        raise InputError(place, "no object", "give every agent's part")
    return value


def _plain(value: object, place: str) -> Any:
    if isinstance(value, (dict, list)):
        raise InputError(place, "no number", "write a number")
    return value


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def read_json(data: bytes) -> Any:
    """Read JSON with decimals kept at their digits.

    Raises
    ------
    InputError
        For bytes that are no UTF-8, malformed JSON, NaN and infinities, keys that stand twice, integers of more than
        4000 digits, and nesting that no format here needs.
    """
    try:
        root = json.loads(
            data.decode("utf-8"),
            parse_float=Literal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object_once,
        )
        if b"\\u" in data:
            _refuse_surrogates(root)
        return root
    except RecursionError:
        raise InputError("", "nested too deep", "no instance or result needs such nesting") from None
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start}", "no UTF-8", "save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise InputError(f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}", "correct it") from None


def _refuse_surrogates(value: object) -> None:
    """Refuse halves of characters: no file could hold them, and so no answer."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InputError(repr(value), "a lone surrogate is no character", "write whole characters") from None
    elif isinstance(value, list):
        for entry in value:
            _refuse_surrogates(entry)
    elif isinstance(value, dict):
        for key, entry in value.items():
            _refuse_surrogates(key)
            _refuse_surrogates(entry)


def _integer(literal: str) -> int:
    if len(literal) > MAX_DIGITS:
        raise InputError("", f"an integer of {len(literal)} digits", f"write at most {MAX_DIGITS}")
    return int(literal)


def _constant(literal: str) -> Any:
    raise InputError("", f"{literal} is not a number that can be exact", "write a finite number")


def _object_once(pairs: list[tuple[str, Any]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InputError(_short(key), "a key that stands twice", "keep one of them")
            seen.add(key)
    return result


def document(environment: Environment) -> dict[str, object]:
    """Return the environment as the JSON object of an instance file, all axes written out."""
    kind = SECOND if environment.needs_second else FORMAT
    result: dict[str, object] = {"format": kind, "name": environment.name}
    if environment.title:
        result["title"] = environment.title
    result["horizon"] = INFINITE if environment.horizon is None else environment.horizon
    result["discount"] = text(environment.discount)
    result["agents"] = list(environment.agents)
    if environment.public:
        result["public"] = [environment.agents[i] for i in environment.public]
    if environment.prior is not None:
        result["prior"] = environment.prior.strings()
    if environment.stationary:
        result |= _period(environment.period(1), environment)
    else:
        result["periods"] = [_period(period, environment) for period in environment.periods]
    return result | dict(environment.extra)


def _period(period: Period, environment: Environment) -> dict[str, object]:
    result: dict[str, object] = {
        "signals": {name: list(own) for name, own in zip(environment.agents, period.signals, strict=True)},
        "actions": list(period.actions),
        "utilities": {environment.agents[i]: _holed(period.utilities[i], period) for i in environment.players},
    }
    if period.transition is not None:
        result["transition"] = _holed(period.transition, period)
    if period.available is not None:
        private = tuple(1 + i for i in environment.players)
        result["available"] = np.any(period.available, axis=private, keepdims=True).tolist()
    if period.outside is not None:
        every = [(environment.agents[i], period.outside[i]) for i in environment.players]
        result["outside"] = {name: own.strings() for name, own in every if own.num.any()}
    return result


def _holed(array: Rationals, period: Period) -> Any:
    """Return exact strings, null where the action is not available."""
    if period.available is None:
        return array.strings()
    mask = period.available
    every = np.broadcast_to(mask.reshape(mask.shape + (1,) * (array.num.ndim - mask.ndim)), array.shape)
    flat = [
        word if yes else None
        for word, yes in zip(ratio_strings(array.num.ravel(), array.den), every.ravel().tolist(), strict=True)
    ]
    return np.array(flat, dtype=object).reshape(array.shape).tolist()


def to_bytes(environment: Environment) -> bytes:
    """Return the bytes of the environment's instance file: those it was read from, if it was."""
    if environment.source_bytes is not None:
        return environment.source_bytes
    return (json.dumps(document(environment), ensure_ascii=False) + "\n").encode()


def digest(environment: Environment) -> str:
    """Return the SHA-256 of the bytes of the environment's instance file."""
    if environment.digest is None:
        data = to_bytes(environment)
        put = _setter(environment)
        put("source_bytes", data)
        put("digest", hashlib.sha256(data).hexdigest())
    assert environment.digest is not None
    return environment.digest


def save(environment: Environment, path: str | os.PathLike[str]) -> None:
    """Write the environment's instance file, whole or not at all."""
    write_whole(path, to_bytes(environment))


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file beside its place and move it there, so that nobody ever sees half of it.

    Raises
    ------
    InputError
        If it cannot be written; nothing is left behind.
    """
    import tempfile

    target = Path(os.fspath(path))
    temporary = ""
    try:
        if target.exists() and not target.is_file():
            # A device or a pipe (/dev/stdout) has no half-written state to protect.
            with target.open("wb") as stream:
                stream.write(data)
            return
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name[:80]}.", delete=False) as stream:
            temporary = stream.name
            stream.write(data)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, target)
        temporary = ""
    except OSError as error:
        raise InputError(str(target), f"cannot be written ({error.strerror})", "choose another place") from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
