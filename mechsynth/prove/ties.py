"""Equalities among payments alone, such as a balanced budget: restored exactly after the payments were rounded."""

from __future__ import annotations

from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from mechsynth.prove.rows import Rows
from mechsynth.rational import IntArray

DENSE = 100_000  # entries of a group of equalities that is still solved by dense elimination


def tied(data: Rows, payments: NDArray[np.bool_], asked: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return which rows are equalities among payments alone; ``None`` if some equality that is asked for is not."""
    elsewhere = np.zeros(data.count, dtype=bool)
    elsewhere[data.rows[~payments[data.cols]]] = True
    equalities = data.equal & asked
    return None if (equalities & elsewhere).any() else equalities


def restore(data: Rows, ties: NDArray[np.bool_], point: IntArray, unit: int) -> tuple[IntArray, int] | None:
    """Move payments a little, so that every tie holds exactly.

    An equality that shares no payment with another shifts all its payments alike; equalities that do are solved together.

    Parameters
    ----------
    data, ties:
        All rows, and which of them are ties.
    point, unit:
        The payments: numerators by column and their denominator.

    Returns
    -------
    Numerators over ``unit`` times the second value; ``None`` if the ties contradict each other or are too many to solve.
    """
    lines = np.flatnonzero(ties)
    if not lines.size:
        return point, 1
    place = np.full(data.count, -1)
    place[lines] = np.arange(lines.size)
    inside = place[data.rows] >= 0
    rows, cols, nums = place[data.rows[inside]], data.cols[inside], data.nums[inside].astype(object)
    gaps = (data.products(point) - data.rights * unit)[lines]
    group = _groups(rows, cols, lines.size, data.width)
    alone = np.bincount(group)[group] == 1
    moves: list[tuple[NDArray[np.int64], list[int], int]] = []  # columns, numerators and denominator of what is added
    for k in np.flatnonzero(alone & (gaps != 0)).tolist():
        own = rows == k
        total = int(sum(nums[own]))
        if not total:
            alone[k] = False
            continue
        shared = gcd(int(gaps[k]), total)
        moves.append((cols[own], [-int(gaps[k]) // shared] * int(own.sum()), total // shared))
    for g in np.unique(group[~alone]).tolist():
        own = group == g
        solved = _solve(np.flatnonzero(own), rows, cols, nums, gaps)
        if solved is None:
            return None
        moves.append(solved)
    lift = lcm(*(den for _, _, den in moves)) if moves else 1
    moved = point * lift
    for columns, steps, den in moves:
        moved[columns] += np.array(steps, dtype=object) * (lift // den)
    return moved, lift


def _groups(rows: NDArray[np.int64], cols: NDArray[np.int64], count: int, width: int) -> NDArray[np.int64]:
    """Return for every row a number that it shares with the rows it shares columns with."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = count + width
    graph = coo_array((np.ones(rows.size), (rows, count + cols)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(np.unique(labels[:count], return_inverse=True)[1])


def _solve(
    lines: NDArray[np.int64], rows: NDArray[np.int64], cols: NDArray[np.int64], nums: IntArray, gaps: IntArray
) -> tuple[NDArray[np.int64], list[int], int] | None:
    """Return what to add to the pivot columns of some equalities for all of them to hold."""
    import flint

    inside = np.isin(rows, lines)
    used, across = np.unique(cols[inside], return_inverse=True)
    if lines.size * (used.size + 1) > DENSE:
        return None
    down = np.searchsorted(lines, rows[inside])
    table = np.zeros((lines.size, used.size + 1), dtype=object)
    table[down, across] = nums[inside]
    table[:, -1] = -gaps[lines]
    reduced, den, rank = flint.fmpz_mat(table.tolist()).rref()
    entries = np.array([int(v) for v in reduced.entries()], dtype=object).reshape(table.shape)
    pivots = [int(np.flatnonzero(entries[k])[0]) for k in range(rank)]
    if pivots and pivots[-1] == used.size:
        return None
    sign = 1 if int(den) > 0 else -1
    return used[pivots], [sign * int(v) for v in entries[:rank, -1]], abs(int(den))
