"""Bytes to JSON values, strictly, and text to exact numbers.

The reader trusts nothing: duplicate keys, ``NaN``, exponents that no memory holds, nesting that no
stack holds, and text that is not UTF-8 are refused with one line that names the place.

A JSON number becomes a *pair* ``(numerator, denominator)`` in lowest terms, the denominator positive;
nothing else in a decoded file is a tuple. A string stays a string, and :func:`pair` turns it into the
same pair where a number is expected.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd
from typing import Any, TypeAlias

from mechsynth.errors import InputError, TooLargeError

Pair: TypeAlias = tuple[int, int]

MAX_EXPONENT = 10_000
MAX_DIGITS = 200_000
# int() refuses longer decimal strings (a protection of the interpreter), so they are cut below it.
_CHUNK = 4_000

_DECIMAL = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
_QUOTIENT = re.compile(r"([+-]?)([0-9]+)/([0-9]+)")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class TooLargeInput(InputError, TooLargeError):
    """A file that asks for more memory or time than anybody has; raised from an estimate."""


def show(label: object) -> str:
    """Return a label or a number's text as it can stand in a one-line message."""
    text = label if isinstance(label, str) and label.isprintable() and label else ascii(label)
    return text if len(text) <= 60 else text[:57] + "..."


def number_text(value: Fraction) -> str:
    """Return an exact number for a message; a very long one is rounded and says so."""
    size = value.numerator.bit_length() + value.denominator.bit_length()
    if size < 600:
        return str(value)
    sign, numerator = ("-" if value < 0 else ""), abs(value.numerator)
    shift = numerator.bit_length() - value.denominator.bit_length()
    # log10(2) to five digits; only a message hangs on it
    exponent = (shift * 30103) // 100000
    scaled = numerator * 10**6 // (value.denominator * 10**exponent) if exponent >= 0 else None
    if scaled is None:
        scaled = numerator * 10 ** (6 - exponent) // value.denominator
    return f"about {sign}{scaled / 10**6:.6g}e{exponent} (a fraction of {size} bits)"


def _digits(text: str) -> int:
    if len(text) <= _CHUNK:
        return int(text)
    low = len(text) // 2
    return _digits(text[:-low]) * int(10**low) + _digits(text[-low:])


def _read_number(text: str) -> Pair:
    """Return the pair that ``text`` stands for, or raise ``InputError`` without a place."""
    if len(text) < 300 and text.isascii():
        # what files mostly hold, "p" and "p/q", without the patterns below
        top, slash, bottom = text.partition("/")
        if top[top[:1] in ("-", "+") :].isdigit() and (bottom.isdigit() if slash else True):
            numerator, denominator = int(top), int(bottom) if slash else 1
            if denominator:
                common = gcd(numerator, denominator)
                return (numerator // common, denominator // common)
    if len(text) > 2 * MAX_DIGITS:
        raise TooLargeInput("", f"a number of {len(text)} characters", f"keep numbers below {MAX_DIGITS} digits")
    match = _DECIMAL.fullmatch(text)
    if match:
        sign, whole, part, power = match.groups()
        part = part or ""
        if len(whole) + len(part) > MAX_DIGITS:
            raise TooLargeInput("", "a number with too many digits", f"keep numbers below {MAX_DIGITS} digits")
        exponent = 0
        if power is not None:
            size = power.lstrip("+-0") or "0"
            if len(size) > 6 or int(size) > MAX_EXPONENT:
                raise TooLargeInput("", f"exponent {show(power)}", f"keep exponents within ±{MAX_EXPONENT}")
            exponent = -int(size) if power.startswith("-") else int(size)
        numerator, exponent = _digits(whole + part), exponent - len(part)
        if exponent >= 0:
            numerator, denominator = numerator * 10**exponent, 1
        else:
            denominator = 10**-exponent
    else:
        match = _QUOTIENT.fullmatch(text)
        if not match:
            raise InputError("", f"{show(text)} is not an exact number", 'write an integer, "p/q" or a decimal')
        sign, top, bottom = match.groups()
        if max(len(top), len(bottom)) > MAX_DIGITS:
            raise TooLargeInput("", "a number with too many digits", f"keep numbers below {MAX_DIGITS} digits")
        numerator, denominator = _digits(top), _digits(bottom)
        if denominator == 0:
            raise InputError("", f"{show(text)} has denominator zero", "write a number")
    common = gcd(numerator, denominator)
    numerator, denominator = numerator // common, denominator // common
    return (-numerator if sign == "-" else numerator, denominator)


class _Numbers(dict[str, Pair]):
    """Text of a number to its pair, each text read once (files repeat few numbers often)."""

    def __missing__(self, text: str) -> Pair:
        if len(self) > 200_000:
            self.clear()
        value = self[text] = _read_number(text)
        return value


class Numbers:
    """Reader of the numbers of one file: JSON numbers and strings alike."""

    def __init__(self) -> None:
        self._known = _Numbers()
        self.token = self._known.__getitem__

    def pair(self, value: object, place: str) -> Pair:
        """Return the pair of one decoded value; a Boolean, a list or another text is an error."""
        if type(value) is tuple:
            return value
        if type(value) is not str:
            raise InputError(place, f"expected a number, found {describe(value)}", 'write an integer or "p/q"')
        try:
            return self.token(value)
        except InputError as error:
            raise error.within(place) from None

    def pairs(self, values: Iterable[object], place: str) -> list[Pair]:
        """Return the pairs of many decoded values."""
        token, pair = self.token, self.pair
        try:
            return [
                value if type(value) is tuple else token(value) if type(value) is str else pair(value, place)
                for value in values
            ]
        except InputError as error:
            raise (error if error.place else error.within(place)) from None

    def fraction(self, value: object, place: str) -> Fraction:
        """Return one decoded value as a ``Fraction``."""
        return Fraction(*self.pair(value, place))


def describe(value: object) -> str:
    """Name a decoded value in words, for a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"a list of length {len(value)}"
    if isinstance(value, dict):
        return "an object"
    return "a number" if isinstance(value, tuple) else f"the text {show(value)}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InputError(show(key), "the key stands twice in one object", "keep one")
            seen.add(key)
    return found


def _constant(text: str) -> Any:
    raise InputError("", f"{text} is not an exact number", "write an integer or a fraction")


def _refuse_surrogates(root: object) -> None:
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            try:
                value.encode()
            except UnicodeEncodeError:
                raise InputError(show(value), "a lone surrogate is not a character", "write whole characters") from None
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            stack.extend(value)
            stack.extend(value.values())


def decode(data: bytes, what: str) -> tuple[dict[str, Any], Numbers]:
    """Decode the JSON object in ``data``.

    Parameters
    ----------
    data:
        The bytes of the file.
    what:
        "instance" or "result", for messages.

    Returns
    -------
    The object, and the reader of its numbers.

    Raises
    ------
    InputError
        Whatever is wrong with the bytes.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(what, f"byte {error.start} is not UTF-8", "save the file as UTF-8") from None
    if text.startswith("\ufeff"):
        raise InputError(what, "begins with a byte order mark", "save the file as UTF-8 without it")
    numbers = Numbers()
    try:
        root = json.loads(
            text,
            parse_int=numbers.token,
            parse_float=numbers.token,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except InputError as error:
        raise error.within(what) from None
    except json.JSONDecodeError as error:
        place = f"{what}: line {error.lineno} column {error.colno}"
        raise InputError(place, f"not JSON: {error.msg}", "correct the file") from None
    except RecursionError:
        raise InputError(what, "nested too deeply", "no file of this format is") from None
    if _SURROGATE_ESCAPE.search(text):
        _refuse_surrogates(root)
    if not isinstance(root, dict):
        raise InputError(what, f"expected an object, found {describe(root)}", "see the format's page")
    return root, numbers


def encode(result: Mapping[str, Any] | str | bytes) -> bytes:
    """Return a result as bytes, so that everything goes through the same strict reader."""
    if isinstance(result, bytes | bytearray | memoryview):
        return bytes(result)
    try:
        if not isinstance(result, str):
            result = json.dumps(dict(result), allow_nan=False)
        return result.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError("result", "a lone surrogate is not a character", "write whole characters") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError("result", f"cannot be written as JSON: {error}", "pass its bytes") from None


def table(value: object, place: str, keys: Iterable[str] = (), optional: Iterable[str] = ()) -> dict[str, Any]:
    """Return ``value`` if it is an object with all of ``keys``, and nothing else but ``optional`` and ``x-`` keys."""
    if not isinstance(value, dict):
        raise InputError(place, f"expected an object, found {describe(value)}", "see the format's page")
    needed = list(keys)  # in the order given, so that the first missing one is always the same
    for key in needed:
        if key not in value:
            raise InputError(place, f'the key "{key}" is missing', "add it")
    allowed = {*needed, *optional}
    for key in value:
        if key not in allowed and not key.startswith("x-"):
            raise InputError(place, f'unknown key "{show(key)}"', "remove it, or begin it with x-")
    return value


def items(value: object, place: str) -> list[Any]:
    """Return ``value`` if it is a list."""
    if not isinstance(value, list):
        raise InputError(place, f"expected a list, found {describe(value)}", "see the format's page")
    return value


def mapping(value: object, place: str, remedy: str) -> dict[str, Any]:
    """Return an object with any keys."""
    if not isinstance(value, dict):
        raise InputError(place, f"expected an object, found {describe(value)}", remedy)
    return value


def label(value: object, known: Mapping[str, int], place: str, what: str) -> int:
    """Return the index of a label in ``known``."""
    if not isinstance(value, str) or value not in known:
        raise InputError(place, f"{describe(value)} is no {what}", f"known: {show(', '.join(known))}")
    return known[value]


def flatten(value: object, axes: list[tuple[int, bool]], place: str) -> tuple[list[Any], tuple[int, ...]]:
    """Return the leaves of a rectangular nested list in C order, and its shape.

    ``axes`` has one ``(length, may_be_one)`` per level: ``may_be_one`` allows the length 1 that says
    "does not depend on it".
    """
    level: list[Any] = [value]
    shape = []
    for depth, (length, may_be_one) in enumerate(axes):
        for entry in level:
            if type(entry) is not list:
                raise InputError(place, f"axis {depth + 1}: expected a list, found {describe(entry)}", "nest it so")
        found = len(level[0])
        if found != length and not (may_be_one and found == 1):
            choice = f"{length} or 1" if may_be_one and length != 1 else f"{length}"
            raise InputError(place, f"axis {depth + 1} has length {found}", f"it should be {choice}")
        if any(len(entry) != found for entry in level):
            raise InputError(place, f"axis {depth + 1} has lists of different lengths", "make it rectangular")
        level = [leaf for entry in level for leaf in entry]
        shape.append(found)
    return level, tuple(shape)
