"""What a program file says: inequalities by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from mechsynth.errors import InputError

Key = tuple[str, str, str]
"""``row`` or ``bound``, the name, ``>=`` or ``<=``."""
Terms = dict[str, Fraction]

MAX_LENGTH = 4000  # digits of a number, and its exponent
NO_BOUND = 10**20  # a bound of a column of this size is none
_PARTS = re.compile(r"([+-]?)(?:(\d+)/(\d+)|(\d*)(?:\.(\d*))?(?:[eE]([+-]?)0*(\d{1,4}))?)", re.ASCII)


@dataclass
class Source:
    """A program as its file says it.

    Attributes
    ----------
    inequalities:
        Left-hand and right-hand side of each.
    names, columns:
        Of rows and columns, in the order of the file.
    cost, constant, maximize:
        The objective.
    """

    inequalities: dict[Key, tuple[Terms, Fraction]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)
    cost: Terms = field(default_factory=dict)
    constant: Fraction = Fraction(0)
    maximize: bool = False

    def state(self, kind: str, name: str, terms: Terms, ends: tuple[Fraction | None, Fraction | None]) -> None:
        """Note the two ends of a row or of a column's bounds."""
        kept = {column: value for column, value in terms.items() if value}
        for sense, end in zip((">=", "<="), ends, strict=True):
            if end is not None:
                self.inequalities[kind, name, sense] = kept, end

    def bounds(self, lowers: dict[str, Fraction | None], uppers: dict[str, Fraction | None]) -> None:
        """Note the bounds of all columns: at least 0 where the file says nothing."""
        for name in self.columns:
            upper = uppers.get(name)
            if upper is not None and upper < 0 and name not in lowers:
                raise InputError("", f"{name} has an upper bound below 0 and no lower bound", "write it too")
            self.state("bound", name, {name: Fraction(1)}, (lowers.get(name, Fraction(0)), upper))


def exact(text: str, place: str) -> Fraction:
    """Return a number at its digits."""
    parts = _PARTS.fullmatch(text)
    if parts is None or len(text) > MAX_LENGTH or not (parts[2] or parts[4] or parts[5]):
        raise InputError(place, f"{text[:40]!r} is not an exact number of a reasonable length", "write digits")
    if parts[2]:
        if not int(parts[3]):
            raise InputError(place, "a denominator of 0", "write a number")
        value = Fraction(int(parts[2]), int(parts[3]))
    else:
        decimals = parts[5] or ""
        power = int(parts[7] or 0)
        if power > MAX_LENGTH:
            raise InputError(place, f"the exponent of {text[:40]!r}", "write a smaller number")
        value = Fraction(int((parts[4] or "") + decimals), 10 ** len(decimals))
        value = value / 10**power if parts[6] == "-" else value * 10**power
    return -value if parts[1] == "-" else value


def end(text: str, upper: bool, place: str) -> Fraction | None:
    """Return a bound of a column; ``None`` if it is infinite."""
    if re.fullmatch(r"[+-]?inf(inity)?", text, re.IGNORECASE):
        infinite = True
    else:
        value = exact(text, place)
        if abs(value) < NO_BOUND:
            return value
        infinite = True
    if infinite and (text[0] == "-") == upper:
        raise InputError(place, f"a bound of {text[:40]} leaves nothing", "write a number")
    return None
