"""Polynomials as ``{exponents: coefficient}``, and proofs that one is at least 0 on the unit box."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import comb
from typing import TypeAlias

Terms: TypeAlias = dict[tuple[int, ...], Fraction]
ZERO = Fraction(0)
DEEPEST = 100  # halvings of a box after which nothing is shown


def added(one: Terms, other: Terms, factor: Fraction) -> Terms:
    """Return ``one + factor · other``."""
    found = dict(one)
    for key, value in other.items():
        found[key] = found.get(key, ZERO) + factor * value
    return {key: value for key, value in found.items() if value}


def times(one: Terms, other: Terms) -> Terms:
    """Return the product."""
    found: Terms = {}
    for a, x in one.items():
        for b, y in other.items():
            key = tuple(map(sum, zip(a, b, strict=True)))
            found[key] = found.get(key, ZERO) + x * y
    return {key: value for key, value in found.items() if value}


def integrated(one: Terms, variable: int) -> Terms:
    """Return the integral over a variable from 0 to 1, which keeps its place."""
    found: Terms = {}
    for key, value in one.items():
        rest = (*key[:variable], 0, *key[variable + 1 :])
        found[rest] = found.get(rest, ZERO) + value / (key[variable] + 1)
    return {key: value for key, value in found.items() if value}


def fixed(one: Terms, variable: int, value: Fraction) -> Terms:
    """Return what is left with a number in place of a variable, which keeps its place."""
    found: Terms = {}
    for key, coefficient in one.items():
        rest = (*key[:variable], 0, *key[variable + 1 :])
        found[rest] = found.get(rest, ZERO) + coefficient * value ** key[variable]
    return {key: coefficient for key, coefficient in found.items() if coefficient}


def widened(one: Terms, size: int) -> Terms:
    """Return the same in more variables, the new ones last."""
    return {(*key, *(0,) * (size - len(key))): value for key, value in one.items()}


def swapped(one: Terms, a: int, b: int) -> Terms:
    """Return the polynomial with two variables exchanged."""
    found = {}
    for key, value in one.items():
        new = list(key)
        new[a], new[b] = key[b], key[a]
        found[tuple(new)] = value
    return found


def shifted(one: Terms, variable: int, by: int, sign: int) -> Terms:
    """Return the polynomial at ``variable + sign · by``, two variables."""
    found: Terms = {}
    for key, value in one.items():
        n = key[variable]
        for k in range(n + 1):
            new = list(key)
            new[variable], new[by] = n - k, key[by] + k
            place = tuple(new)
            found[place] = found.get(place, ZERO) + value * comb(n, k) * sign**k
    return {key: value for key, value in found.items() if value}


def not_negative(one: Terms, size: int, boxes: int) -> bool:
    """Return whether it is shown to be at least 0 on the unit box, cut in halves at most so many times; a no shows nothing."""
    queue = [(one, 0)]
    while queue:
        boxes -= 1
        if boxes < 0:
            return False
        here, depth = queue.pop()
        degrees = [max((key[k] for key in here), default=0) for k in range(size)]
        found = _bernstein(here, degrees)
        if all(value >= 0 for value in found.values()):
            continue
        # those at corners of the box are values of the polynomial
        if any(found[corner] < 0 for corner in product(*({0, d} for d in degrees))):
            return False
        cut = max(range(size), key=lambda k: _swing(here, k))
        if not degrees[cut] or depth == DEEPEST:
            return False
        queue += [(_stretched(here, cut, low), depth + 1) for low in (ZERO, Fraction(1, 2))]
    return True


def _bernstein(one: Terms, degrees: list[int]) -> Terms:
    """Return the Bernstein coefficients, variable by variable: ``b_i = Σ_k C(i,k)/C(d,k) a_k``."""
    table = {key: one.get(key, ZERO) for key in product(*(range(d + 1) for d in degrees))}
    for variable, degree in enumerate(degrees):
        new = {}
        for key in table:
            i = key[variable]
            new[key] = sum(
                (
                    Fraction(comb(i, k), comb(degree, k)) * table[(*key[:variable], k, *key[variable + 1 :])]
                    for k in range(i + 1)
                ),
                ZERO,
            )
        table = new
    return table


def _swing(one: Terms, variable: int) -> Fraction:
    return sum((abs(value) * key[variable] for key, value in one.items()), ZERO)


def _stretched(one: Terms, variable: int, low: Fraction) -> Terms:
    """Return the polynomial on ``[low, low + 1/2]`` in a variable, stretched to [0, 1]."""
    found: Terms = {}
    for key, value in one.items():
        n = key[variable]
        for k in range(n + 1):
            factor = comb(n, k) * Fraction(1, 2) ** k * low ** (n - k)
            if factor:
                place = (*key[:variable], k, *key[variable + 1 :])
                found[place] = found.get(place, ZERO) + value * factor
    return {key: value for key, value in found.items() if value}
