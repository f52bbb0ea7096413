"""Sparse systems in exact arithmetic: ``B x = b`` by lifting, against FLINT's dense elimination; and budgets restored after rounding."""

from __future__ import annotations

import random
import time
from fractions import Fraction as F

import flint
import numpy as np
import pytest
from scipy.sparse import csr_array

from mechsynth.prove.bounded import power_below
from mechsynth.prove.lifting import approximate_sparse, solve_sparse
from mechsynth.prove.rows import Rows
from mechsynth.prove.ties import restore, tied


def system(rng: random.Random, size: int, top: int) -> tuple[list[list[int]], list[int]]:
    """A sparse integer matrix with a nonzero diagonal, entries up to ``top``, and a right-hand side."""
    matrix = [[0] * size for _ in range(size)]
    for k in range(size):
        matrix[k][k] = rng.choice((-1, 1)) * rng.randint(1, top)
        for _ in range(rng.randint(0, 3)):
            matrix[k][rng.randrange(size)] = rng.randint(-top, top)
    return matrix, [rng.randint(-top, top) * rng.randint(0, 1) for _ in range(size)]


def dense(matrix: list[list[int]], right: list[int]) -> list[F] | None:
    try:
        solved = flint.fmpq_mat(flint.fmpz_mat(matrix)).solve(flint.fmpq_mat(flint.fmpz_mat([[v] for v in right])))
    except ZeroDivisionError:
        return None
    return [F(int(v.p), int(v.q)) for v in solved.entries()]


@pytest.mark.parametrize("top", [1, 30, 7200, 2**31, 2**45])
@pytest.mark.parametrize("seed", range(12))
def test_lifting_solves_exactly(seed: int, top: int) -> None:
    """Where lifting answers, it answers what elimination does; entries of 2^45 do not fit the fast multiplication, and are left or right."""
    rng = random.Random(1000 * seed + top.bit_length())
    matrix, right = system(rng, rng.choice((1, 2, 5, 20, 60)), top)
    expected = dense(matrix, right)
    found = solve_sparse(csr_array(np.array(matrix, dtype=np.int64)), np.array(right, dtype=object))
    if expected is None:
        assert found is None or not any(right)
        return
    assert found is not None
    num, den = found
    assert [F(int(v), den) for v in num] == expected


def test_lifting_of_long_answers() -> None:
    """Answers of more than a thousand bits."""
    rng = random.Random(5)
    matrix, right = system(rng, 90, 10**5)
    found = solve_sparse(csr_array(np.array(matrix, dtype=np.int64)), np.array(right, dtype=object))
    assert found is not None and found[1].bit_length() > 1000
    assert [F(int(v), found[1]) for v in found[0]] == dense(matrix, right)


def test_lifting_gives_up_in_time() -> None:
    matrix, right = system(random.Random(5), 90, 10**5)
    given = csr_array(np.array(matrix, dtype=np.int64)), np.array(right, dtype=object)
    assert solve_sparse(*given, time.monotonic() - 1) is None


def test_singular_systems_are_left() -> None:
    matrix = csr_array(np.array([[1, 2], [2, 4]], dtype=np.int64))
    assert solve_sparse(matrix, np.array([1, 0], dtype=object)) is None


@pytest.mark.parametrize("seed", range(20))
def test_approximate_solutions(seed: int) -> None:
    """Within a unit of the last of the bits that were asked for, scaled by the solution's condition."""
    rng = random.Random(seed)
    matrix, right = system(rng, rng.choice((3, 10, 30)), 100)
    expected = dense(matrix, right)
    if expected is None:
        return
    found = approximate_sparse(csr_array(np.array(matrix, dtype=np.int64)), np.array(right, dtype=object), 150)
    assert found is not None
    num, den = found
    assert den & (den - 1) == 0
    assert all(abs(F(int(v), den) - x) < F(1, 2**100) for v, x in zip(num, expected))


@pytest.mark.parametrize(
    "value, power",
    [(F(1), None), (F(1, 2), None), (F(3, 2), 1), (F(10), 1), (F(101, 10), 10), (F(10**30), 10**29), (F(10**30 + 1), 10**30)],
)
def test_powers_below(value: F, power: int | None) -> None:
    """The largest power of ten that is strictly less."""
    assert power_below(value) == power


# ---------------------------------------------------------------------------------------------- ties


def rows_of(table: list[list[int]], rights: list[int]) -> Rows:
    at = [(k, j, v) for k, line in enumerate(table) for j, v in enumerate(line) if v]
    rows, cols, nums = (np.array([entry[k] for entry in at], dtype=np.int64) for k in range(3))
    count, width = len(table), len(table[0])
    floors = np.zeros(width, dtype=bool)
    return Rows(rows, cols, nums, np.array(rights, dtype=object), np.ones(count, dtype=bool), width, floors)


@pytest.mark.parametrize("seed", range(60))
def test_ties_hold_exactly_after_rounding(seed: int) -> None:
    """``A p = b`` has a solution; rounding it breaks the rows, and restoring mends every one, moving each payment by little."""
    rng = random.Random(seed)
    count, width = rng.randint(1, 5), rng.randint(2, 9)
    table = [[rng.choice((0, 0, 1, 1, 2, -3)) for _ in range(width)] for _ in range(count)]
    if seed % 3 == 0:  # equalities that follow from others
        table.append([a + b for a, b in zip(table[0], table[-1])])
    point = [F(rng.randint(-50, 50), rng.choice((1, 3, 7))) for _ in range(width)]
    true = [sum((a * x for a, x in zip(line, point)), F(0)) for line in table]
    table, whole = [[21 * a for a in line] for line in table], [int(21 * v) for v in true]
    data, unit = rows_of(table, whole), 2**20
    rounded = np.array([round(x * unit) for x in point], dtype=object)
    ties = np.ones(len(table), dtype=bool)
    restored = restore(data, ties, rounded, unit)
    assert restored is not None
    num, lift = restored
    moved = [F(int(v), unit * lift) for v in num]
    assert [sum((a * x for a, x in zip(line, moved)), F(0)) for line in table] == whole
    assert all(abs(x - y) < F(1, 100) for x, y in zip(moved, point))


def test_balanced_budgets_keep_denominators_short() -> None:
    """Two budgets of three agents that share no payment: everybody's share of the error is a third."""
    data = rows_of([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], [0, 0])
    point = np.array([5, -4, 1, 3, 3, -6], dtype=object)
    num, lift = restore(data, np.array([True, True]), point, 8) or (None, None)
    assert lift == 3 and num is not None
    assert [int(v) for v in num] == [13, -14, 1, 9, 9, -18]


def test_contradicting_ties_are_left() -> None:
    data = rows_of([[1, 1], [1, 1]], [0, 1])
    assert restore(data, np.array([True, True]), np.array([0, 0], dtype=object), 1) is None


def test_only_equalities_among_payments_are_ties() -> None:
    data = rows_of([[1, 1, 0], [0, 1, 1]], [0, 0])
    everything = np.array([True, True])
    assert tied(data, np.array([True, True, False]), everything) is None
    assert tied(data, np.array([True, True, False]), np.array([True, False])).tolist() == [True, False]
