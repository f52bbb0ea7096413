"""What payments after the others' next signals can make an agent expect, as functions of its own signal: an exact vector space of polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from mechsynth.continuous.polynomials import Exponents, Polynomial

Row = list[Fraction]


@dataclass(frozen=True)
class Span:
    """Expectations of powers of the others' next signals.

    Attributes
    ----------
    powers:
        Exponents of the others' next signals, one each for a basis.
    rows:
        What they make expected: by basis element the coefficients of ``1, x, …, x^d`` in the own signal.
    """

    powers: list[Exponents]
    rows: list[Row]

    def solve(self, target: Sequence[Fraction]) -> Row | None:
        """Return weights of the basis whose expectation is ``Σ target_k x^k``; None where there are none."""
        width = max(len(target), *(len(row) for row in self.rows))
        columns = [[*row, *[Fraction(0)] * (width - len(row))] for row in self.rows]
        goal = [*target, *[Fraction(0)] * (width - len(target))]
        lines = [[column[k] for column in columns] + [goal[k]] for k in range(width)]
        pivots = reduced(lines, len(columns))
        if any(line[-1] and not any(line[:-1]) for line in lines):
            return None
        found = [Fraction(0)] * len(columns)
        for row, column in enumerate(pivots):
            found[column] = lines[row][-1]
        return found


def reduced(lines: list[Row], width: int) -> list[int]:
    """Bring rows to reduced echelon form; return the pivot columns."""
    pivots: list[int] = []
    for column in range(width):
        top = len(pivots)
        row = next((k for k in range(top, len(lines)) if lines[k][column]), None)
        if row is None:
            continue
        lines[top], lines[row] = lines[row], lines[top]
        lines[top] = [value / lines[top][column] for value in lines[top]]
        for k, line in enumerate(lines):
            if k != top and line[column]:
                lines[k] = [a - line[column] * b for a, b in zip(line, lines[top], strict=True)]
        pivots.append(column)
    return pivots


def null(rows: Sequence[Row]) -> list[Row]:
    """Return a basis of the vectors ``w`` with ``Σ_j w_j rows[·][j] = 0``."""
    lines = [list(row) for row in rows]
    width = len(lines[0])
    pivots = reduced(lines, width)
    found = []
    for free in (k for k in range(width) if k not in pivots):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for row, column in enumerate(pivots):
            vector[column] = -lines[row][free]
        found.append(vector)
    return found


def span(density: Polynomial, agent: int, count: int) -> Span:
    """Return what can be made expected at given signals of the others, in which the density has no power left.

    Powers of the others' next signals up to those of the density are enough: beyond its own functions of them nothing is seen.
    """
    others = [count + j for j in range(count) if j != agent]
    degree = density.degree(agent)
    powers: list[Exponents] = []
    rows: list[Row] = []
    for key in product(*(range(density.degree(k) + 1) for k in others)):
        power = [0] * (2 * count)
        for k, e in zip(others, key, strict=True):
            power[k] = e
        expected = (density * Polynomial.of(2 * count, [(tuple(power), Fraction(1))])).averaged(range(count, 2 * count))
        row = coefficients(expected, agent, degree)
        if not independent([*rows, row]):
            continue
        powers.append(key)
        rows.append(row)
    return Span(powers, rows)


def independent(rows: Sequence[Row]) -> bool:
    """Return whether rows are independent."""
    lines = [list(row) for row in rows]
    return len(reduced(lines, len(lines[0]))) == len(lines)


def coefficients(polynomial: Polynomial, variable: int, degree: int | None = None) -> Row:
    """Return the coefficients of the powers of one variable, of a polynomial in it alone."""
    degree = polynomial.degree(variable) if degree is None else degree
    found = [Fraction(0)] * (degree + 1)
    for key, value in polynomial.terms.items():
        assert not any(e for k, e in enumerate(key) if k != variable)
        found[key[variable]] += value
    return found
