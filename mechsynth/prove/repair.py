"""From the basis that a float solver ended with to an exact answer, whichever of the two it proves.

Measured on block programs that miss feasibility by 1e-7 and less, HiGHS says "optimal" in most of them, and the exact
reading of its own last basis is right in all: so the status is ignored and the basis is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mechsynth.solver.highs import SlackProgram

Vector = list[Fraction]


def read_basis(
    null: Sequence[Sequence[int]], right: Sequence[Fraction], equal: Sequence[bool], columns: Sequence[int]
) -> tuple[Vector | None, Vector | None]:
    """Read a basis of ``max t : N s' + (N 1) t = v`` (see `SlackProgram`) exactly.

    Parameters
    ----------
    null, right, equal:
        ``N`` as ``q`` integer vectors, ``v``, and where the slack must be zero.
    columns:
        The basic columns; ``n`` stands for ``t``.

    Returns
    -------
    ``(s, None)``, exact slacks; or ``(None, y)`` with ``yᵀN ≥ 0`` off the equalities and ``y·v < 0``; or ``(None, None)`` when the basis
    proves neither.
    """
    import flint

    n, q = len(equal), len(null)
    inner = [k for k in range(n) if not equal[k]]
    if len(columns) != q:
        return None, None

    def column(j: int) -> list[int]:
        if j < n:
            return [line[j] for line in null]
        return [sum(line[k] for k in inner) for line in null]

    square = flint.fmpz_mat(q, q, [column(j)[row] for row in range(q) for j in columns])
    if square.det() == 0:
        return None, None
    rational = flint.fmpq_mat(square)
    target = list(right)
    if n not in columns:
        target = [value - Fraction(SlackProgram.cap) * step for value, step in zip(target, column(n), strict=True)]
    vector = flint.fmpq_mat(q, 1, [flint.fmpq(v.numerator, v.denominator) for v in target])
    solved = rational.solve(vector)
    basic = {j: _fraction(solved[place, 0]) for place, j in enumerate(columns)}
    common = basic.get(n, Fraction(SlackProgram.cap))
    slack = [Fraction(0) if equal[k] else basic.get(k, Fraction(0)) + common for k in range(n)]
    if all(value >= 0 for value in slack) and all(basic.get(k, Fraction(0)) == 0 for k in range(n) if equal[k]):
        return slack, None
    if n in columns:
        unit = flint.fmpq_mat(q, 1, [flint.fmpq(int(j == n)) for j in columns])
        dual = rational.transpose().solve(unit)
        multipliers = [_fraction(dual[row, 0]) for row in range(q)]
        for sign in (1, -1):
            y = [sign * value for value in multipliers]
            gains = sum((a * b for a, b in zip(y, right, strict=True)), Fraction(0))
            if gains < 0 and all(sum(a * line[k] for a, line in zip(y, null, strict=True)) >= 0 for k in inner):
                return None, y
    return None, None


def _fraction(value: object) -> Fraction:
    return Fraction(int(value.p), int(value.q))  # type: ignore[attr-defined]  # flint has no type stubs
