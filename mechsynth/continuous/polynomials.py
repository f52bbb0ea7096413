"""Polynomials in several variables with rational coefficients, and their Bernstein coefficients on the unit box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb, prod

Exponents = tuple[int, ...]
DEEPEST = 60  # halvings of a box after which a zero inside is not come closer to


@dataclass(frozen=True)
class Polynomial:
    """A polynomial.

    Attributes
    ----------
    size:
        The number of variables.
    terms:
        Coefficients by exponents; none is 0.
    """

    size: int
    terms: Mapping[Exponents, Fraction]

    @classmethod
    def of(cls, size: int, terms: Iterable[tuple[Exponents, Fraction]]) -> Polynomial:
        """Return the sum of terms."""
        total: dict[Exponents, Fraction] = {}
        for exponents, coefficient in terms:
            total[exponents] = total.get(exponents, Fraction(0)) + coefficient
        return cls(size, {key: value for key, value in total.items() if value})

    @classmethod
    def number(cls, size: int, value: Fraction) -> Polynomial:
        """Return a constant."""
        return cls.of(size, [((0,) * size, value)])

    def __add__(self, other: Polynomial) -> Polynomial:
        return Polynomial.of(self.size, [*self.terms.items(), *other.terms.items()])

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + other * Fraction(-1)

    def __mul__(self, other: Polynomial | Fraction) -> Polynomial:
        if isinstance(other, Fraction):
            return Polynomial.of(self.size, [(key, value * other) for key, value in self.terms.items()])
        return Polynomial.of(
            self.size,
            [
                (tuple(i + j for i, j in zip(a, b, strict=True)), x * y)
                for (a, x), (b, y) in product(self.terms.items(), other.terms.items())
            ],
        )

    def degree(self, k: int) -> int:
        """Return the degree in a variable."""
        return max((key[k] for key in self.terms), default=0)

    def placed(self, size: int, places: Sequence[int]) -> Polynomial:
        """Return the polynomial in other variables: the k-th becomes the one at ``places[k]``, several may become one."""

        def moved(key: Exponents) -> Exponents:
            found = [0] * size
            for place, power in zip(places, key, strict=True):
                found[place] += power
            return tuple(found)

        return Polynomial.of(size, [(moved(key), value) for key, value in self.terms.items()])

    def averaged(self, variables: Iterable[int]) -> Polynomial:
        """Return the integral over [0, 1] in some variables, which are still counted."""
        out = set(variables)

        def part(key: Exponents, value: Fraction) -> tuple[Exponents, Fraction]:
            rest = tuple(0 if k in out else power for k, power in enumerate(key))
            return rest, value / prod(power + 1 for k, power in enumerate(key) if k in out)

        return Polynomial.of(self.size, [part(key, value) for key, value in self.terms.items()])

    def at(self, values: Mapping[int, Fraction]) -> Polynomial:
        """Return the polynomial with numbers in place of some variables, which are still counted."""

        def part(key: Exponents, value: Fraction) -> tuple[Exponents, Fraction]:
            rest = tuple(0 if k in values else power for k, power in enumerate(key))
            return rest, value * prod(
                (values[k] ** power for k, power in enumerate(key) if k in values), start=Fraction(1)
            )

        return Polynomial.of(self.size, [part(key, value) for key, value in self.terms.items()])

    def value(self, point: Sequence[Fraction]) -> Fraction:
        """Return the value at a point."""
        return sum(
            (
                v * prod((x**e for x, e in zip(point, key, strict=True)), start=Fraction(1))
                for key, v in self.terms.items()
            ),
            Fraction(0),
        )

    def split(self, variables: Sequence[int]) -> dict[Exponents, Polynomial]:
        """Return, by powers of some variables, what is multiplied with them."""
        found: dict[Exponents, list[tuple[Exponents, Fraction]]] = {}
        for key, value in self.terms.items():
            rest = tuple(0 if k in variables else power for k, power in enumerate(key))
            found.setdefault(tuple(key[k] for k in variables), []).append((rest, value))
        return {key: Polynomial.of(self.size, terms) for key, terms in found.items()}

    def derivative(self, k: int) -> Polynomial:
        """Return the derivative in a variable."""
        down = [((*key[:k], key[k] - 1, *key[k + 1 :]), value * key[k]) for key, value in self.terms.items() if key[k]]
        return Polynomial.of(self.size, down)

    def bernstein(self) -> list[Fraction]:
        """Return the Bernstein coefficients on the unit box: their largest and least bound the polynomial there."""
        degrees = [self.degree(k) for k in range(self.size)]
        found = dict.fromkeys(product(*(range(d + 1) for d in degrees)), Fraction(0))
        for key, value in self.terms.items():
            for place in product(*(range(e, d + 1) for e, d in zip(key, degrees, strict=True))):
                share = prod(
                    (Fraction(comb(i, e), comb(d, e)) for i, e, d in zip(place, key, degrees, strict=True)),
                    start=Fraction(1),
                )
                found[place] += share * value
        return list(found.values())

    def halves(self, k: int) -> tuple[Polynomial, Polynomial]:
        """Return the polynomial on the two halves of the box in a variable, each stretched to the unit box."""
        half = Fraction(1, 2)
        low = Polynomial.of(self.size, [(key, value * half ** key[k]) for key, value in self.terms.items()])
        high = []
        for key, value in self.terms.items():
            for j in range(key[k] + 1):
                high.append(((*key[:k], j, *key[k + 1 :]), value * comb(key[k], j) * half ** key[k]))
        return low, Polynomial.of(self.size, high)

    def not_negative(self, boxes: int) -> bool:
        """Return whether Bernstein coefficients prove it at least 0 on the unit box, cut into so many boxes at most; False decides nothing."""
        left = [(self, 0)]
        while left and boxes > 0:
            here, depth = left.pop()
            boxes -= 1
            if min(here.bernstein()) >= 0:
                continue
            if any(here.value(corner) < 0 for corner in product((Fraction(0), Fraction(1)), repeat=self.size)):
                return False
            if depth == DEEPEST:
                return False
            moving = [k for k in range(self.size) if self.degree(k)]
            left += [(part, depth + 1) for part in here.halves(moving[depth % len(moving)])]
        return not left
