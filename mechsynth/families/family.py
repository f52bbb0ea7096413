"""What a family is: parameters, a maker, and the answers that are known before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from mechsynth.errors import MechsynthError, UsageError
from mechsynth.families.draws import Draws
from mechsynth.rational import rational, text

MOST = 1_000_000
"""Numbers that the tables of a generated instance may have."""

INFINITE = "infinite"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a family.

    Attributes
    ----------
    name, default, about:
        The default is exact: a whole number, a fraction, or a word.
    low, high:
        The range; ``None`` for a word.
    above, below:
        Whether ``low`` and ``high`` themselves are excluded.
    words:
        What may be written besides, or instead, of a number.
    whole:
        Whether only whole numbers will do.
    also:
        Other names that it goes by.
    """

    name: str
    default: int | Fraction | str
    about: str
    low: Fraction | int | None = None
    high: Fraction | int | None = None
    above: bool = False
    below: bool = False
    words: tuple[str, ...] = ()
    whole: bool = False
    also: tuple[str, ...] = ()

    @property
    def range(self) -> str:
        """What may be given, in words."""
        parts = []
        if self.low is not None and self.high is not None:
            left, right = "(" if self.above else "[", ")" if self.below else "]"
            kind = "a whole number" if self.whole else "a number"
            parts.append(f"{kind} in {left}{text(Fraction(self.low))}, {text(Fraction(self.high))}{right}")
        return " or ".join([*parts, *self.words])

    def read(self, value: Any) -> Any:
        """Return the exact value that was given: an ``int`` where only whole numbers will do, a ``Fraction``, or a word.

        Raises
        ------
        UsageError
            Naming the parameter and its range.
        """
        place = f"--param {self.name}"
        if isinstance(value, str) and value in self.words:
            return value
        if self.low is None or self.high is None:
            raise UsageError(place, f"{_clip(repr(value))} is none of its words", f"choose {self.range}")
        try:
            number = rational(value, place)
        except MechsynthError:
            raise UsageError(place, f"{_clip(repr(value))} is no exact number", f"give {self.range}") from None
        inside = (self.low < number or (not self.above and self.low == number)) and (
            number < self.high or (not self.below and number == self.high)
        )
        if not inside or (self.whole and number.denominator != 1):
            raise UsageError(place, f"{_clip(text(number))} is out of range", f"give {self.range}")
        return number.numerator if self.whole else number


@dataclass(eq=False)
class Draft:
    """An instance in the making.

    Attributes
    ----------
    body:
        The keys of the instance file from ``horizon`` on, with numbers as fractions.
    title, notes:
        What the instance shows.
    expected:
        The entries of `x-expected`.
    tags:
        For filters.
    """

    body: dict[str, object]
    title: str
    notes: str
    expected: list[dict[str, object]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)

    def expect(self, status: str, why: str, *asks: str, value: Fraction | None = None, **options: Any) -> None:
        """State the answer to one ask or to several that share the reason."""
        for ask in asks:
            entry: dict[str, object] = {"question": {"ask": ask, **options}, "status": status}
            if value is not None:
                entry["value"] = text(value)
            self.expected.append({**entry, "why": why})

    def both_scopes(self, status: str, why: str, *asks: str) -> None:
        """State the answers for every action and for those that the rule plays."""
        for scope in ("all", "policy"):
            self.expect(status, why, *asks, scope=scope)


Maker = Callable[[Mapping[str, Any], Draws], Draft]


@dataclass(frozen=True)
class Family:
    """A parametric family of instances.

    Attributes
    ----------
    name, about, source:
        One line each.
    parameters:
        In the order of the documentation.
    make:
        Makes the instance of some parameters; what is drawn at random comes from the stream alone.
    seeded:
        Whether anything is drawn at random.
    """

    name: str
    about: str
    source: str
    parameters: tuple[Parameter, ...]
    make: Maker
    seeded: bool

    def read(self, given: Mapping[str, Any]) -> dict[str, object]:
        """Return every parameter's exact value, defaults filled in.

        Raises
        ------
        UsageError
            For an unknown parameter or a value out of range.
        """
        values: dict[str, object] = {}
        for name, value in given.items():
            parameter = self.parameter(name)
            if parameter.name in values:
                raise UsageError(f"--param {name}", f"{parameter.name} stands twice", "write it once")
            values[parameter.name] = value
        return {each.name: each.read(values.get(each.name, each.default)) for each in self.parameters}

    def parameter(self, name: str, option: str = "--param") -> Parameter:
        """Return the parameter of a name, or of another name that it goes by.

        Raises
        ------
        UsageError
            If there is none; it names the option.
        """
        for parameter in self.parameters:
            if name == parameter.name or name in parameter.also:
                return parameter
        known = ", ".join(parameter.name for parameter in self.parameters)
        raise UsageError(f"{option} {_clip(name)}", f"{self.name} has no such parameter", f"it has {known}")


def _clip(words: str) -> str:
    """Return what was given, short enough for one line."""
    return words if len(words) <= 60 else words[:57] + "…"


def discount(default: Fraction, *, finite: bool = False) -> Parameter:
    """Return the parameter ``discount``; 1 is allowed when the horizon is finite."""
    about = "the discount factor δ, delta for short"
    return Parameter("discount", default, about, 0, 1, above=True, below=not finite, also=("delta",))


def refuse_large(count: int, names: str) -> None:
    """Refuse tables of more than `MOST` numbers before they are made.

    Raises
    ------
    UsageError
        Naming the parameters to make smaller.
    """
    if count > MOST:
        raise UsageError("--param", f"the tables would have {count} numbers, more than {MOST}", f"make {names} smaller")


def box(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield all index tuples below the sizes, the last index fastest."""
    return product(*map(range, sizes))


def nest(values: Sequence[Any], sizes: Sequence[int]) -> Any:
    """Return a flat table, last index fastest, as nested lists."""
    if len(sizes) <= 1:
        return list(values)
    step = prod(sizes[1:])
    return [nest(values[k * step : (k + 1) * step], sizes[1:]) for k in range(sizes[0])]


def labels(prefix: str, count: int) -> list[str]:
    """Return numbered labels, from 1."""
    return [f"{prefix}{k}" for k in range(1, count + 1)]


def even(count: int) -> list[Fraction]:
    """Return the uniform distribution."""
    return [Fraction(1, count)] * count
