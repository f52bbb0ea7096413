"""The last resort: an exact rational simplex for ``N s = v, s ≥ 0``.

Small and slow. It is reached when the basis that a float solver ends with proves neither answer. Bland's rule makes it
finite; every pivot is exact, so what it returns needs no tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def feasible_point(
    matrix: Sequence[Sequence[int]], right: Sequence[Fraction | int]
) -> tuple[list[Fraction] | None, list[Fraction] | None]:
    """Decide ``N s = v, s ≥ 0``.

    Parameters
    ----------
    matrix:
        ``N``, ``(q, n)`` integers.
    right:
        ``v``, ``q`` rational numbers.

    Returns
    -------
    ``(s, None)`` with a solution, or ``(None, y)`` with ``yᵀN ≥ 0`` and ``y·v < 0`` (Farkas).
    """
    rows, columns = len(matrix), len(matrix[0]) if matrix else 0
    signs = [-1 if value < 0 else 1 for value in right]
    # Columns: s, one artificial per row, the right-hand side.
    table = [
        [Fraction(sign * value) for value in line]
        + [Fraction(int(k == j)) for j in range(rows)]
        + [Fraction(sign * right[k])]
        for k, (line, sign) in enumerate(zip(matrix, signs, strict=True))
    ]
    basis = [columns + k for k in range(rows)]
    # Reduced costs of "minimize the sum of the artificials".
    cost = [-sum((line[j] for line in table), Fraction(0)) for j in range(columns)]
    cost += [Fraction(0)] * rows + [-sum((line[-1] for line in table), Fraction(0))]
    while True:
        enter = next((j for j in range(columns) if cost[j] < 0), None)
        if enter is None:
            break
        leave = _leaving_row(table, basis, enter)
        _pivot(table, cost, leave, enter)
        basis[leave] = enter
    if cost[-1] == 0:
        point = [Fraction(0)] * columns
        for k, j in enumerate(basis):
            if j < columns:
                point[j] = table[k][-1]
        return point, None
    # The dual of phase one: reduced cost of artificial k is 1 − y_k (its column is a unit column times the sign).
    duals = [Fraction(sign) * (1 - cost[columns + k]) for k, sign in enumerate(signs)]
    return None, [-value for value in duals]


def _leaving_row(table: list[list[Fraction]], basis: list[int], enter: int) -> int:
    ratios = [(line[-1] / line[enter], basis[k], k) for k, line in enumerate(table) if line[enter] > 0]
    return min(ratios)[2]  # phase one is bounded, so some row always leaves


def _pivot(table: list[list[Fraction]], cost: list[Fraction], leave: int, enter: int) -> None:
    pivot = table[leave][enter]
    table[leave] = [value / pivot for value in table[leave]]
    chosen = table[leave]
    for k, line in enumerate(table):
        factor = line[enter]
        if k != leave and factor:
            table[k] = [value - factor * other for value, other in zip(line, chosen, strict=True)]
    factor = cost[enter]
    cost[:] = [value - factor * other for value, other in zip(cost, chosen, strict=True)]
