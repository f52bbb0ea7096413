r"""Signs of integer polynomials on rational intervals, proved by Descartes' rule.

A polynomial is a list of Python integers, the constant first, without zeros at its end; ``[]`` is 0. For
:math:`q(y) = (1+y)^d \, p((a + b y)/(1+y))` the number of sign changes among the coefficients of :math:`q` is the number of
roots of :math:`p` in the open interval :math:`(a, b)`, counted with multiplicity, plus an even number. So 0 changes prove that
there is none, and 1 change that there is exactly one and a simple one. Halving the interval decides every square-free
polynomial in the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd
from typing import TypeAlias

Poly: TypeAlias = list[int]


def trim(coefficients: Sequence[int]) -> Poly:
    """Return the polynomial without zeros at its end."""
    found = list(coefficients)
    while found and found[-1] == 0:
        found.pop()
    return found


def primitive(p: Poly) -> Poly:
    """Divide by the greatest common divisor of the coefficients, which is positive: signs stay."""
    common = gcd(*p) if p else 1
    return [c // common for c in p] if common > 1 else p


def sign_at(p: Poly, x: Fraction) -> int:
    """Return the sign of ``p(x)``."""
    top, bottom = x.numerator, x.denominator
    value, power = 0, 1
    for c in reversed(p):
        value, power = value * top + c * power, power * bottom
    return (value > 0) - (value < 0)


def derivative(p: Poly) -> Poly:
    """Return ``p'``."""
    return trim([k * c for k, c in enumerate(p)][1:])


def divide(p: Poly, q: Poly) -> tuple[Poly, Poly]:
    """Return quotient and remainder of ``c p`` by ``q`` for some integer ``c > 0``, both divided by a positive number each."""
    remainder, quotient = list(p), [0] * max(len(p) - len(q) + 1, 0)
    lead = q[-1]
    while len(remainder) >= len(q):
        shift, head = len(remainder) - len(q), remainder[-1]
        common = gcd(head, lead)
        up, factor = abs(lead) // common, head // common * (1 if lead > 0 else -1)
        remainder = [c * up for c in remainder]
        quotient = [c * up for c in quotient]
        quotient[shift] += factor
        for k, c in enumerate(q):
            remainder[shift + k] -= factor * c
        remainder = trim(remainder)
    return primitive(quotient), primitive(remainder)


def common_divisor(p: Poly, q: Poly) -> Poly:
    """Return the greatest common divisor, primitive, its sign left open (Euclid with primitive remainders)."""
    p, q = primitive(p), primitive(q)
    while q:
        p, q = q, divide(p, q)[1] if len(p) >= len(q) else p
    return p


def exactly(p: Poly, q: Poly) -> Poly:
    """Return ``p / q`` up to a positive factor, where ``q`` divides ``p``."""
    quotient, remainder = divide(p, q)
    assert not remainder, "not a divisor"
    return quotient


def square_free(p: Poly) -> tuple[Poly, Poly]:
    """Return the product of the distinct factors of ``p``, and that of those with odd multiplicity (each up to its sign; Yun)."""
    whole: Poly = [1]
    odd: Poly = [1]
    shared = common_divisor(p, derivative(p))
    rest = exactly(p, shared)  # each distinct factor once
    multiplicity = 1
    while len(rest) > 1:
        after = common_divisor(rest, shared)
        factor = exactly(rest, after)  # the factors of exactly this multiplicity
        whole = multiply(whole, factor)
        if multiplicity % 2:
            odd = multiply(odd, factor)
        shared, rest = exactly(shared, after), after
        multiplicity += 1
    return primitive(whole), primitive(odd)


def multiply(p: Poly, q: Poly) -> Poly:
    """Return the product."""
    if not p or not q:
        return []
    found = [0] * (len(p) + len(q) - 1)
    for k, c in enumerate(p):
        for m, d in enumerate(q):
            found[k + m] += c * d
    return found


def changes(p: Poly, a: Fraction, b: Fraction) -> int:
    """Return the number of sign changes that bounds the roots of ``p`` in the open interval ``(a, b)``."""
    scale = a.denominator * b.denominator
    low, width = a.numerator * b.denominator, b.numerator * a.denominator - a.numerator * b.denominator
    # scale^d p((low + width z)/scale), then z = 1/(1+y): reversed and shifted by 1
    degree = len(p) - 1
    shifted = _shift([c * scale ** (degree - k) for k, c in enumerate(p)], low)
    stretched = [c * width**k for k, c in enumerate(shifted)]
    signs = [c > 0 for c in _shift(stretched[::-1], 1) if c]
    return sum(signs[k] != signs[k + 1] for k in range(len(signs) - 1))


def _shift(p: Poly, by: int) -> Poly:
    """Return ``p(x + by)``."""
    found = list(p)
    for k in range(len(found) - 1):
        for m in range(len(found) - 2, k - 1, -1):
            found[m] += by * found[m + 1]
    return found


def no_root(p: Poly, a: Fraction, b: Fraction) -> bool:
    """Say whether a square-free ``p``, not 0, has no root in the open interval ``(a, b)``."""
    left = [(a, b)]
    while left:
        low, high = left.pop()
        if low >= high:
            continue
        found = changes(p, low, high)
        if found == 0:
            continue
        middle = (low + high) / 2
        if found == 1 or sign_at(p, middle) == 0:
            return False
        left += [(low, middle), (middle, high)]
    return True
