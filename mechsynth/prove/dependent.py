"""Blocks with dependent beliefs, many at once.

With ``N`` a basis of the dependences of a block, the payments of report ``r`` exist iff some slacks ``s ≥ 0``, zero at ``r``, have
``N (c + s) = 0``. Floats find ``N``, walk through all those programs in lockstep and suggest slacks or a witness; then rounding
and the shift prove the payments, and the exact null vector of a witness's support proves the witness. What this leaves
open (no slack at all, near ties) is settled one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mechsynth.prove.dependence import primitive
from mechsynth.prove.lotteries import Lotteries, shift
from mechsynth.rational import IntArray, Rationals, matmul
from mechsynth.solver.phase_one import phase_one

TABLEAU = 1_500_000  # entries of the programs that are walked through together


@dataclass(frozen=True, eq=False)
class Partial:
    """What stacked arithmetic proved about dependent blocks.

    Attributes
    ----------
    lotteries:
        Payments, see `Lotteries`.
    failures:
        The dependence that excludes ``p_r``, by ``(block, report)``.
    """

    lotteries: Lotteries
    failures: dict[tuple[int, int], list[int]]


def dependent(
    rows: IntArray,
    den: int,
    lines: IntArray,
    lines_den: int,
    want: NDArray[np.bool_],
    slack: Fraction,
    grid: Fraction,
) -> Partial:
    """Prove what stacked arithmetic can about the wanted reports of blocks with dependent beliefs.

    Parameters
    ----------
    rows, den:
        ``(B, n, m)`` numerators of ``μ_k``.
    lines, lines_den:
        ``(B, n, n)`` numerators: the targets ``c`` that each report faces.
    want:
        ``(B, n)``.
    slack, grid:
        What to leave off the report, and what to round payments to.
    """
    count, n, m = rows.shape
    floats = Rationals(rows, den).floats()
    values, vectors = np.linalg.eigh(floats @ floats.transpose(0, 2, 1))
    null = values < 1e-11 * values[:, -1:]
    goal = Rationals(lines, lines_den).floats()
    guess = np.full((count, n, m), np.nan)
    failures: dict[tuple[int, int], list[int]] = {}
    batch = _Batch(rows, lines, floats, values, vectors, goal, want, float(slack), guess, failures)
    for q in np.unique(null.sum(1)).tolist():
        if q == 0:
            continue
        group = np.flatnonzero(null.sum(1) == q)
        step = max(1, TABLEAU // (n * q * (n + q + 1)))
        for start in range(0, group.size, step):
            part = group[start : start + step]
            _suggest(batch, part, q)
    return Partial(shift(rows, den, lines, lines_den, guess, grid), failures)


@dataclass(frozen=True, eq=False)
class _Batch:
    """Blocks of one size: their rows and lines, exact and in floats, the spectrum of their Gram matrices, and what is filled in."""

    rows: IntArray
    lines: IntArray
    floats: NDArray[np.float64]
    values: NDArray[np.float64]
    vectors: NDArray[np.float64]
    goal: NDArray[np.float64]
    want: NDArray[np.bool_]
    slack: float
    guess: NDArray[np.float64]
    failures: dict[tuple[int, int], list[int]]


def _suggest(batch: _Batch, part: NDArray[np.int64], q: int) -> None:
    """Walk through the programs of some blocks with ``q`` dependences each; fill guesses and proved failures."""
    rows, lines, floats, goal = batch.rows, batch.lines, batch.floats, batch.goal
    values, vectors, want = batch.values, batch.vectors, batch.want
    n = floats.shape[1]
    basis = vectors[part, :, :q].transpose(0, 2, 1)  # (b, q, n)
    at, report = np.nonzero(want[part])
    if not at.size:
        return
    aims = goal[part[at], report] + batch.slack * (
        np.arange(n)[None, :] != report[:, None]
    )  # c plus the slack to leave
    right = -(basis[at] @ aims[:, :, None])[..., 0]
    found = phase_one(basis[at], right, np.arange(n)[None, :] != report[:, None])
    good = np.flatnonzero(found.feasible)
    if good.size:
        weights = np.where(np.arange(n)[None, :] >= q, 1.0 / np.maximum(values[part], 1e-300), 0.0)
        inverse = (vectors[part] * weights[:, None, :]) @ vectors[part].transpose(0, 2, 1)
        expected = aims[good] + found.point[good]
        combined = (inverse[at[good]] @ expected[:, :, None])[..., 0]
        batch.guess[part[at[good]], report[good]] = (combined[:, None, :] @ floats[part[at[good]]])[:, 0]
    bad = np.flatnonzero(found.infeasible)
    if bad.size:
        etas = (found.multipliers[bad][:, None, :] @ basis[at[bad]])[:, 0]
        blocks, reports = part[at[bad]], report[bad]
        whole, short = _short_dependences(rows, blocks, etas, reports)
        known: dict[tuple[int, bytes], list[list[int]]] = {}
        for k, (b, r) in enumerate(zip(blocks.tolist(), reports.tolist(), strict=True)):
            candidates = [whole[k].tolist()] if short[k] else _exact(rows[b], etas[k], b, r, known)
            for candidate in candidates:
                total = sum(w * int(c) for w, c in zip(candidate, lines[b, r].tolist(), strict=True))
                witness = candidate if total > 0 else [-w for w in candidate]
                if total and all(w >= 0 for j, w in enumerate(witness) if j != r):
                    batch.failures[b, r] = witness
                    break


def _short_dependences(
    rows: IntArray, blocks: NDArray[np.int64], etas: NDArray[np.float64], reports: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Round suggested dependences to whole numbers where a small common denominator fits; return them and which are exact."""
    own = np.abs(etas[np.arange(etas.shape[0]), reports])
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = etas / own[:, None]
    unit = np.where(np.isfinite(unit), unit, 0.5)
    whole = np.zeros(etas.shape, dtype=np.int64)
    open_yet = np.abs(unit).max(1) < 2.0**20
    for factor in range(1, 49):
        scaled = unit * factor
        near = np.rint(scaled)
        fits = open_yet & (np.abs(scaled - near).max(1) < 1e-6)
        whole[fits] = near[fits].astype(np.int64)
        open_yet &= ~fits
        if not open_yet.any():
            break
    exact = np.zeros(etas.shape[0], dtype=bool)
    step = max(1, TABLEAU // max(rows.shape[1] * rows.shape[2], 1))
    for start in range(0, etas.shape[0], step):
        piece = slice(start, start + step)
        product = matmul(whole[piece][:, None, :], rows[blocks[piece]])[:, 0]
        exact[piece] = (product == 0).all(1) & (whole[piece] != 0).any(1)
    return whole, exact


def _exact(
    rows: IntArray, eta: NDArray[np.float64], block: int, report: int, known: dict[tuple[int, bytes], list[list[int]]]
) -> list[list[int]]:
    """Return exact dependences on the support of a suggested one, the shortest first."""
    carried = np.abs(eta) > 1e-7 * np.abs(eta).max()
    carried[report] = True
    key = (block, carried.tobytes())
    if key not in known:
        support = np.flatnonzero(carried).tolist()
        found = []
        for line in near_dependences(rows[support], eta[support]):
            full = [0] * rows.shape[0]
            for k, w in zip(support, line, strict=True):
                full[k] = w
            found.append(full)
        known[key] = found
    return known[key]


def near_dependences(rows: IntArray, eta: NDArray[np.float64]) -> list[list[int]]:
    """Return exact dependences of a few rows as primitive integer vectors: a basis, and one near a suggestion if there are several.

    The rows are mixed down to as many columns as there are rows before the exact elimination; what it returns is checked
    against all columns.
    """
    import flint

    size, m = rows.shape
    mixed = matmul(rows, _mixer(m, size)) if m > size else rows
    matrix = flint.fmpz_mat(mixed.shape[1], size, mixed.T.ravel().tolist())
    space, nullity = matrix.nullspace()
    count = int(nullity)
    table = space.tolist()
    basis = [primitive([int(table[k][j]) for k in range(size)]) for j in range(count)]
    if m > size and basis and np.any(matmul(np.array(basis, dtype=object), rows)):
        return []
    if count < 2:
        return basis
    tops = [max(map(abs, vector)) for vector in basis]
    unit = np.array([[v / top for v in vector] for vector, top in zip(basis, tops, strict=True)])
    coordinates = np.linalg.lstsq(unit.T, eta / np.abs(eta).max(), rcond=None)[0]
    if not np.abs(coordinates).max() < 2.0**30:
        return basis
    # Off the report the suggestion is positive on its support, so a small rounding leaves it so.
    weights = [
        round(Fraction(round(float(c) * 2**34), top) * max(tops)) for c, top in zip(coordinates, tops, strict=True)
    ]
    near = [sum(w * vector[k] for w, vector in zip(weights, basis, strict=True)) for k in range(size)]
    return [*basis, primitive(near)] if any(near) else basis


@lru_cache(maxsize=256)
def _mixer(rows: int, columns: int) -> IntArray:
    """Return fixed small integers that mix outcomes; any choice is sound, a random one is enough almost surely."""
    return np.random.default_rng(rows * 1009 + columns).integers(-8, 9, size=(rows, columns))
