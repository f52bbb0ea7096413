"""How far a signal's beliefs are from the hull of the others': exact squared distances and directions that prove them.

Liu 2025 asks for a positive infimum. The nearest point of a hull solves a small quadratic program; floats suggest which
signals carry it, the optimality conditions are then solved and checked exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from mechsynth.prove.dependence import primitive
from mechsynth.rational import IntArray


@dataclass(frozen=True)
class Nearest:
    """The nearest point of the hull of the other signals.

    Attributes
    ----------
    squared:
        Its squared Euclidean distance from ``μ_r``.
    weights:
        ``λ_k`` of the point, zero at ``r``.
    direction:
        ``h``, integers: the direction from ``μ_r`` to the point.
    """

    squared: Fraction
    weights: tuple[Fraction, ...]
    direction: tuple[int, ...]


def support(rows: IntArray, den: int, report: int) -> tuple[list[int], float, tuple[int, ...] | None]:
    """Suggest where the nearest point lies: the signals that seem to carry it, its squared distance, a short direction to it."""
    from mechsynth.solver.nearest import nonnegative

    others = [k for k in range(rows.shape[0]) if k != report]
    # min |D x|² + (Σx − 1)² over x ≥ 0 has its minimum on the ray of the nearest point.
    steps = np.array([(rows[k] - rows[report]) / den for k in others], dtype=np.float64).T
    size = float(np.abs(steps).max(initial=0.0)) or 1.0
    weights = nonnegative(np.vstack([steps / size, np.ones(len(others))]), np.append(np.zeros(rows.shape[1]), 1.0))
    total = float(weights.sum()) or 1.0
    point = steps @ (weights / total)
    top = float(np.abs(point).max(initial=0.0))
    direction = tuple(int(v) for v in np.rint(point / top * 2**14)) if top > 0 else None
    return [k for k, w in zip(others, weights, strict=True) if w > 1e-11 * total], float(point @ point), direction


def nearest(rows: IntArray, den: int, report: int, carriers: list[int]) -> Nearest | None:
    """Return the nearest point if the carriers are right: the optimality conditions hold exactly; else ``None``."""
    import flint

    n = rows.shape[0]
    steps = {k: [int(a) - int(b) for a, b in zip(rows[k], rows[report], strict=True)] for k in range(n) if k != report}
    size = len(carriers)
    if size == 0:
        return None
    gram = [[sum(a * b for a, b in zip(steps[k], steps[j], strict=True)) for j in carriers] for k in carriers]
    # On the affine hull: G λ ∝ 1. Adding 1·1ᵀ keeps the direction and is nonsingular when the carriers are affinely independent.
    matrix = flint.fmpz_mat(size, size, [value + 1 for line in gram for value in line])
    if matrix.det() == 0:
        return None
    solved = flint.fmpq_mat(matrix).solve(flint.fmpq_mat(size, 1, [flint.fmpq(1)] * size))
    raw = [Fraction(int(solved[k, 0].p), int(solved[k, 0].q)) for k in range(size)]
    total = sum(raw, Fraction(0))
    if total <= 0 or any(w < 0 for w in raw):
        return None
    weights = [Fraction(0)] * n
    for k, w in zip(carriers, raw, strict=True):
        weights[k] = w / total
    m = rows.shape[1]
    point = [sum((weights[k] * steps[k][j] for k in carriers), Fraction(0)) for j in range(m)]
    square = sum((x * x for x in point), Fraction(0))
    if any(sum((x * s for x, s in zip(point, steps[k], strict=True)), Fraction(0)) < square for k in steps):
        return None
    scale = lcm(*(x.denominator for x in point))
    direction = primitive([int(x * scale) for x in point]) if square else [0] * m
    return Nearest(square / Fraction(den) ** 2, tuple(weights), tuple(direction))


def certifies(rows: IntArray, den: int, report: int, direction: tuple[int, ...], squared: Fraction) -> bool:
    """Return whether a direction proves that no point of the hull is closer than that: ``(min h·(μ_k − μ_r))² ≥ squared · h·h``."""
    least = min(
        sum(h * (int(a) - int(b)) for h, a, b in zip(direction, rows[k], rows[report], strict=True))
        for k in range(rows.shape[0])
        if k != report
    )
    return least > 0 and Fraction(least * least, den * den) >= squared * sum(h * h for h in direction)
