"""How close expected payments come to a target on [0, 1]: floats propose points and payments, fractions prove both ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from mechsynth.continuous.polynomials import Polynomial
from mechsynth.continuous.spans import Row, Span, null

ROUNDS = 8  # exchanges of points after which floats have settled
BOXES = 20_000  # pieces into which the interval is cut at most
SLACK = Fraction(1, 2**32)  # what is added to what floats say an error is, in units of its size
FLOOR = 1e-9
GRID = 512


@dataclass(frozen=True)
class Closest:
    """Payments, by the basis of a span, what they miss at most, and points with weights by which no others miss less."""

    prices: Row
    upper: Fraction
    atoms: list[Fraction]
    weights: list[Fraction]
    value: Fraction
    type: Fraction | None = None

    @property
    def lower(self) -> bool:
        """Whether there is a proof that something is missed."""
        return self.value > 0


def _value(row: Sequence[Fraction], x: Fraction) -> Fraction:
    total = Fraction(0)
    for value in reversed(row):
        total = total * x + value
    return total


def _float(row: Sequence[Fraction], xs: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.polynomial.polynomial.polyval(xs, [float(v) for v in row]), dtype=np.float64)


def _near(value: float) -> list[Fraction]:
    """Return fractions near a number in [0, 1], the simplest first."""
    close = [Fraction(value).limit_denominator(n) for n in (8, 64)]
    return [
        min(max(one, Fraction(0)), Fraction(1))
        for one in (*[c for c in close if abs(float(c) - value) < 1e-6], Fraction(round(value * 2**40), 2**40))
    ]


def _minimax(here: Span, target: Row) -> tuple[list[float], list[float]]:
    """Return weights of the basis and the points at which what is missed is largest."""
    from scipy.optimize import linprog

    xs = (1 - np.cos(np.pi * np.arange(GRID + 1) / GRID)) / 2
    size = len(here.rows)
    weights: NDArray[np.float64] = np.zeros(size)
    support: list[float] = []
    for _ in range(ROUNDS):
        basis = np.stack([_float(row, xs) for row in here.rows], axis=1)
        goal = _float(target, xs)
        one = np.ones((xs.size, 1))
        found = linprog(
            [0.0] * size + [1.0],
            A_ub=np.block([[basis, -one], [-basis, -one]]),
            b_ub=np.concatenate([goal, -goal]),
            bounds=[(None, None)] * (size + 1),
            method="highs",
        )
        if found.x is None:
            break
        weights = found.x[:size]
        dual = -np.asarray(found.ineqlin.marginals).reshape(2, -1).sum(0)
        support = xs[dual > FLOOR].tolist()
        rest = np.array([float(v) for v in _rest(here, target, [Fraction(float(w)) for w in weights])])
        roots = (
            np.polynomial.polynomial.polyroots(np.polynomial.polynomial.polyder(rest)) if rest.size > 1 else np.zeros(0)
        )
        inside = [float(r.real) for r in np.atleast_1d(roots) if abs(r.imag) < 1e-6 and 0 <= r.real <= 1]
        more = np.unique(np.concatenate([xs, inside]))
        if more.size == xs.size:
            break
        xs = more
    return weights.tolist(), support


def _rest(here: Span, target: Row, prices: Sequence[Fraction]) -> Row:
    """Return the coefficients of what is missed, target less expectation."""
    width = max(len(target), *(len(row) for row in here.rows))
    found = [*target, *[Fraction(0)] * (width - len(target))]
    for price, row in zip(prices, here.rows, strict=True):
        for k, value in enumerate(row):
            found[k] -= price * value
    return found


def _line(row: Row) -> Polynomial:
    return Polynomial.of(1, [((k,), value) for k, value in enumerate(row)])


def _within(rest: Row, size: Fraction) -> bool:
    """Return whether what is missed is proved to be at most ``size`` in absolute value."""
    bound = Polynomial.number(1, size)
    return (bound - _line(rest)).not_negative(BOXES) and (bound + _line(rest)).not_negative(BOXES)


def closest(here: Span, target: Row) -> Closest:
    """Return payments that miss a target by little, and why none miss by less."""
    floats, support = _minimax(here, target)
    atoms, weights, value = _signed(here, target, support)
    tries = [[Fraction(w).limit_denominator(n) for w in floats] for n in (64, 4096)]
    for prices in tries:
        if value and _within(_rest(here, target, prices), value):
            return Closest(prices, value, atoms, weights, value)
    prices = [Fraction(round(w * 2**44), 2**44) for w in floats]
    rest = _rest(here, target, prices)
    xs = np.linspace(0, 1, 4097)
    seen = float(np.abs(_float(rest, xs)).max())
    step = Fraction(seen) * SLACK + Fraction(1, 2**40)
    while not _within(rest, size := Fraction(ceil((Fraction(seen) + step) * 2**40), 2**40)):
        step *= 8  # floats saw too little, between their points
    return Closest(prices, size, atoms, weights, value)


def _signed(here: Span, target: Row, support: Sequence[float]) -> tuple[list[Fraction], list[Fraction], Fraction]:
    """Return points and weights, sizes adding up to 1, that all expectations of the span cancel on, and what the target comes to."""
    best: tuple[list[Fraction], list[Fraction], Fraction] = ([], [], Fraction(0))
    if not support:
        return best
    for level in range(3):
        atoms = sorted({own[min(level, len(own) - 1)] for own in map(_near, support)})
        for vector in null([[_value(row, x) for x in atoms] for row in here.rows]):
            total = sum((abs(w) for w in vector), Fraction(0))
            weights = [w / total for w in vector]
            value = sum((w * _value(target, x) for w, x in zip(weights, atoms, strict=True)), Fraction(0))
            if value < 0:
                weights, value = [-w for w in weights], -value
            if value > best[2]:
                kept = [(x, w) for x, w in zip(atoms, weights, strict=True) if w]
                best = ([x for x, _ in kept], [w for _, w in kept], value)
    return best


def mixture(here: Span, target: Row) -> Closest | None:
    """Return a mixture of points whose laws mix to the law at another, and half of by how much more it is to be charged; None where floats see none."""
    from scipy.optimize import linprog

    xs = np.linspace(0, 1, 129)
    basis, goal = np.stack([_float(row, xs) for row in here.rows]), _float(target, xs)
    best, gain = None, 1e-7
    for r in range(xs.size):
        found = linprog(
            -goal,
            A_eq=np.vstack([basis, np.ones(xs.size)]),
            b_eq=np.append(basis[:, r], 1.0),
            bounds=(0, None),
            method="highs",
        )
        if found.x is None or found.fun is None:
            continue
        more = -float(found.fun) - float(goal[r])
        if more > gain:
            gain, best = more, (r, [int(k) for k in np.flatnonzero(found.x > FLOOR)])
    if best is None:
        return None
    kind = Fraction(best[0], 128)
    atoms = [Fraction(k, 128) for k in best[1]]
    rows = [*[[_value(row, x) for x in [*atoms, kind]] for row in here.rows], [Fraction(1)] * (len(atoms) + 1)]
    for vector in null(rows):
        if not vector[-1]:
            continue
        weights = [-w / vector[-1] for w in vector[:-1]]
        value = (
            sum((w * _value(target, x) for w, x in zip(weights, atoms, strict=True)), Fraction(0))
            - _value(target, kind)
        ) / 2
        if min(weights) >= 0 and value > 0:
            return Closest([], Fraction(0), atoms, weights, value, kind)
    return None
