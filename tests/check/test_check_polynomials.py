"""The checker's signs of polynomials, against polynomials whose roots were put there.

p = ± Π (q_i δ − p_i)^{m_i} · (factors without real roots),   the roots p_i/q_i and their multiplicities m_i are known.
"""

from __future__ import annotations

import random
from fractions import Fraction as F
from itertools import pairwise

import pytest

from mechsynth.check.polynomials import (
    changes,
    common_divisor,
    derivative,
    divide,
    exactly,
    multiply,
    no_root,
    primitive,
    sign_at,
    square_free,
    trim,
)

SEEDS = range(40)
NO_REAL_ROOT = ([1, 0, 1], [1, -1, 1], [5, 4, 1])


def made(seed: int) -> tuple[list[int], dict[F, int]]:
    """A polynomial and its real roots with multiplicities."""
    rng = random.Random(seed)
    roots: dict[F, int] = {}
    p = [rng.choice((-3, -1, 1, 2))]
    for _ in range(rng.randint(0, 4)):
        r = F(rng.randint(-8, 16), rng.choice((1, 3, 8)))
        multiplicity = rng.choice((1, 1, 1, 2, 3))
        roots[r] = roots.get(r, 0) + multiplicity
        for _ in range(multiplicity):
            p = multiply(p, [-r.numerator, r.denominator])
    for _ in range(rng.randint(0, 2)):
        p = multiply(p, rng.choice(NO_REAL_ROOT))
    return p, roots


def crossing(seed: int) -> tuple[F, F]:
    rng = random.Random(f"interval {seed}")
    a = F(rng.randint(-20, 20), rng.choice((1, 3, 7)))
    return a, a + F(rng.randint(1, 30), rng.choice((1, 5, 8)))


def parallel(p: list[int], q: list[int]) -> bool:
    return len(p) == len(q) and all(x * q[-1] == y * p[-1] for x, y in zip(p, q))


@pytest.mark.parametrize("seed", SEEDS)
def test_signs(seed: int) -> None:
    p, roots = made(seed)
    rng = random.Random(seed)
    for x in [*roots, *(F(rng.randint(-90, 200), 11) for _ in range(5))]:
        value = sum(c * x**k for k, c in enumerate(p))
        assert sign_at(p, x) == (value > 0) - (value < 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_descartes_never_counts_too_few(seed: int) -> None:
    """The number of roots in the open interval, with multiplicity, plus an even number; ends do not count."""
    p, roots = made(seed)
    for k in range(6):
        a, b = crossing(100 * seed + k)
        inside = sum(m for r, m in roots.items() if a < r < b)
        found = changes(p, a, b)
        assert found >= inside and (found - inside) % 2 == 0
    for r in roots:
        found = changes(p, r, r + F(1, 1000))
        assert found >= sum(m for s, m in roots.items() if r < s < r + F(1, 1000))


@pytest.mark.parametrize("seed", SEEDS)
def test_no_root_is_decided(seed: int) -> None:
    p, roots = made(seed)
    whole, odd = square_free(p)
    for k in range(6):
        a, b = crossing(100 * seed + k)
        assert no_root(whole, a, b) == (not any(a < r < b for r in roots))
        assert no_root(odd, a, b) == (not any(a < r < b and m % 2 for r, m in roots.items()))
    ends = sorted(roots)
    for a, b in pairwise(ends):
        assert no_root(whole, a, b) and not no_root(whole, a - 1, b)


@pytest.mark.parametrize("seed", SEEDS)
def test_square_free(seed: int) -> None:
    p, roots = made(seed)
    whole, odd = square_free(p)
    assert all(sign_at(whole, r) == 0 for r in roots)
    assert all((sign_at(odd, r) == 0) == (m % 2 == 1) for r, m in roots.items())
    assert len(common_divisor(whole, derivative(whole))) == 1
    assert not divide(p, whole)[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_division_and_common_divisors(seed: int) -> None:
    p, roots = made(seed)
    q, others = made(seed + 1000)
    shared = common_divisor(multiply(p, q), multiply(p, p))
    assert not divide(shared, p)[1]
    common = common_divisor(p, q)
    assert not divide(p, common)[1] and not divide(q, common)[1]
    assert all(sign_at(common, r) == 0 for r in set(roots) & set(others))
    assert parallel(exactly(multiply(p, q), q), primitive(p))
    quotient = exactly(multiply(p, q), q)
    assert quotient[-1] * p[-1] > 0  # the factor left out is positive


def test_borders() -> None:
    assert trim([1, 0, 0]) == [1] and trim([0]) == []
    assert changes([5], F(0), F(1)) == 0 and no_root([5], F(0), F(1))
    assert changes([0, 1], F(0), F(1)) == 0 and changes([-1, 1], F(0), F(1)) == 0
    assert changes([-1, 2], F(0), F(1)) == 1
    # 10^-9 apart, and complex ones as near
    assert not no_root([-1, 2 * 10**9], F(0), F(1, 10**9))
    assert no_root([1 + 10**18, -4 * 10**18, 4 * 10**18], F(0), F(1))
