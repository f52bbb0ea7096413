"""The proofs of small programs: what they return is multiplied out here, and another party says which answer is right."""

from __future__ import annotations

import random
from fractions import Fraction as F
from itertools import combinations, permutations

import numpy as np
import pytest
import z3

from mechsynth.engine import lotteries, spanning
from mechsynth.prove.dependence import Block, dependences, primitive
from mechsynth.prove.distance import certifies, nearest, support
from mechsynth.prove.paths import central_payments, distances, negative_cycle
from mechsynth.prove.rank import independent
from mechsynth.prove.repair import read_basis
from mechsynth.prove.simplex import feasible_point
from mechsynth.rational import Rationals


def real(x: F | int) -> object:
    return z3.RealVal(str(F(x)))


def z3_holds(rows: list[object]) -> bool:
    solver = z3.SolverFor("QF_LRA")
    solver.add(*rows)
    return bool(solver.check() == z3.sat)


# ---------------------------------------------------------------------------------------------- simplex


def solvable(matrix: list[list[int]], right: list[F]) -> bool:
    s = [z3.Real(f"s{k}") for k in range(len(matrix[0]))]
    rows = [x >= 0 for x in s]
    for line, value in zip(matrix, right):
        rows.append(z3.Sum([real(a) * x for a, x in zip(line, s)]) == real(value))
    return z3_holds(rows)


@pytest.mark.parametrize("seed", range(120))
def test_the_exact_simplex(seed: int) -> None:
    """N s = v, s ≥ 0: a solution, or y with yᵀN ≥ 0 and y·v < 0; which one, z3 says."""
    rng = random.Random(seed)
    q, n = rng.randint(1, 4), rng.randint(1, 6)
    matrix = [[rng.choice((-3, -2, -1, 0, 0, 1, 2, 3)) for _ in range(n)] for _ in range(q)]
    if q > 1 and rng.random() < 0.4:  # dependent rows
        matrix[-1] = [2 * v for v in matrix[0]]
    if rng.random() < 0.5:  # a right-hand side that has a solution, often a degenerate one
        point = [F(rng.choice((0, 0, 1, 2)), rng.choice((1, 3))) for _ in range(n)]
        right = [sum((a * x for a, x in zip(line, point)), F(0)) for line in matrix]
    else:
        right = [F(rng.randint(-3, 3), rng.choice((1, 2))) for _ in range(q)]
    solution, y = feasible_point(matrix, right)
    assert (solution is None) != (y is None)
    assert (solution is not None) == solvable(matrix, right)
    if solution is not None:
        assert min(solution) >= 0
        assert [sum((a * x for a, x in zip(line, solution)), F(0)) for line in matrix] == right
    if y is not None:
        assert all(sum((w * line[k] for w, line in zip(y, matrix)), F(0)) >= 0 for k in range(n))
        assert sum((w * v for w, v in zip(y, right)), F(0)) < 0


def test_the_exact_simplex_does_not_cycle() -> None:
    """Beale's example, on which the rule of the largest coefficient cycles, as a system with slacks."""
    matrix = [
        [1, -240, -4, 36, 4, 0, 0],  # 1/4 x4 − 60 x5 − 1/25 x6 + 9 x7 + s1 = 0, times 4 and 25 where needed
        [1, -180, -1, 6, 0, 2, 0],
        [0, 0, 1, 0, 0, 0, 1],
    ]
    solution, y = feasible_point(matrix, [F(0), F(0), F(1)])
    assert y is None and solution is not None
    assert [sum((a * x for a, x in zip(line, solution)), F(0)) for line in matrix] == [0, 0, 1]


# ---------------------------------------------------------------------------------------------- blocks


def beliefs(rng: random.Random, n: int, m: int, den: int, rank: int) -> np.ndarray:
    """n probability vectors over m outcomes, over `den`, all mixtures of `rank` of them (so rank ≤ `rank`)."""
    while True:
        base = []
        for _ in range(rank):
            cuts = sorted(rng.randint(0, den) for _ in range(m - 1))
            base.append([b - a for a, b in zip([0, *cuts], [*cuts, den])])
        rows = []
        for k in range(n):
            if k < rank:
                rows.append([v * 6 for v in base[k]])
            else:
                cuts = sorted(rng.randint(0, 6) for _ in range(rank - 1))
                weights = [b - a for a, b in zip([0, *cuts], [*cuts, 6])]
                rows.append([sum(w * line[j] for w, line in zip(weights, base)) for j in range(m)])
        order = list(range(n))
        rng.shuffle(order)
        return np.array([rows[k] for k in order], dtype=np.int64)


def block_solvable(rows: np.ndarray, den: int, targets: list[F], equal: list[bool]) -> bool:
    p = [z3.Real(f"p{j}") for j in range(rows.shape[1])]
    wanted = []
    for line, c, e in zip(rows.tolist(), targets, equal):
        paid = z3.Sum([real(F(v, den)) * x for v, x in zip(line, p)])
        wanted.append(paid == real(c) if e else paid >= real(c))
    return z3_holds(wanted)


@pytest.mark.parametrize("seed", range(150))
def test_block_programs(seed: int) -> None:
    """μ_k·p = c_k at equalities, ≥ elsewhere: payments, or η with Σ η_k μ_k = 0, η ≥ 0 off the equalities and Σ η_k c_k > 0.

    One to five dependences, so that both the signs of one and the basis of several are used.
    """
    rng = random.Random(seed)
    n, m = rng.randint(2, 7), rng.randint(1, 4)
    rank = rng.randint(1, min(n, m))
    rows = beliefs(rng, n, m, 12, rank)
    den = 72
    p = [F(rng.randint(-6, 6), 2) for _ in range(m)]
    at = [sum((F(int(v), den) * x for v, x in zip(line, p)), F(0)) for line in rows]
    equal = [rng.random() < 0.4 for _ in range(n)]
    mood = rng.choice(("exact", "loose", "off"))
    targets = [
        c
        - (0 if e or mood == "exact" else F(rng.randint(0, 2)))
        + (F(rng.randint(-1, 1), 10**12) if mood == "off" else 0)
        for c, e in zip(at, equal)
    ]
    block = Block(rows, den)
    slacks, eta = block.witness(targets, equal)
    assert (slacks is None) != (eta is None)
    assert (slacks is not None) == block_solvable(rows, den, targets, equal)
    if slacks is not None:
        assert all(s == 0 if e else s >= 0 for s, e in zip(slacks, equal))
        found = block.payments([c + s for c, s in zip(targets, slacks)])
        for line, c, s in zip(rows.tolist(), targets, slacks):
            assert sum((F(v, den) * x for v, x in zip(line, found)), F(0)) == c + s
    if eta is not None:
        assert all(sum((e * int(rows[k, j]) for k, e in enumerate(eta)), F(0)) == 0 for j in range(m))
        assert all(w >= 0 for w, e in zip(eta, equal) if not e)
        assert sum((w * c for w, c in zip(eta, targets)), F(0)) > 0


@pytest.mark.parametrize("by", [0, 1, -1])
@pytest.mark.parametrize("power", [12, 18, 30, 60])
@pytest.mark.parametrize("n", [5, 6, 8])
def test_several_dependences_near_a_tie(n: int, power: int, by: int) -> None:
    """n points of a parabola in the plane and the middle r of the first and the last: c_r at the least mixture ± 10^-power.

    Targets are −x² at x_k = k: the mixture of the ends charges the least of all mixtures that give the middle, −(n−1)²/2, and
    the mixture of neighbours the most; transfers exist iff no mixture charges more than c_r.
    """
    last = n - 1
    # columns: (x, n − 1 − x) over n − 1, so that every signal is determined by its mean x; r has mean (n−1)/2
    scale = 2 * last
    rows = np.array([[2 * x, scale - 2 * x] for x in range(n)] + [[last, scale - last]], dtype=np.int64)
    targets = [F(-x * x) for x in range(n)]
    lower, upper = (last // 2, -(-last // 2))
    most = F(-(lower * lower + upper * upper), 2)  # −x² is concave: the closest neighbours charge the most
    targets.append(most + F(by, 10**power))
    equal = [False] * n + [True]
    slacks, eta = Block(rows, scale).witness(targets, equal)
    assert (slacks is not None) == (by >= 0)
    if eta is not None:
        assert sum((w * c for w, c in zip(eta, targets)), F(0)) > 0


@pytest.mark.parametrize("seed", range(20))
def test_dependences(seed: int) -> None:
    """A basis of {η : Σ η_k rows_k = 0}: every vector is one, whole and primitive, and there are n − rank of them."""
    rng = random.Random(seed)
    n, m = rng.randint(1, 6), rng.randint(1, 4)
    rank = rng.randint(1, min(n, m))
    rows = beliefs(rng, n, m, 10, rank)
    basis = dependences(rows)
    true_rank = max(
        size
        for size in range(min(n, m) + 1)
        if size == 0
        or any(
            determinant([[int(rows[k, j]) for j in columns] for k in chosen]) != 0
            for chosen in combinations(range(n), size)
            for columns in combinations(range(m), size)
        )
    )
    assert len(basis) == n - true_rank
    for eta in basis:
        assert any(eta) and all(sum(e * int(rows[k, j]) for k, e in enumerate(eta)) == 0 for j in range(m))
        assert np.gcd.reduce(eta) == 1
    settled = bool(independent(rows[None], int(rows[0].sum()))[0])
    assert true_rank == n or not settled


def determinant(matrix: list[list[int]]) -> int:
    """By permutations."""
    n = len(matrix)
    total = 0
    for order in permutations(range(n)):
        sign = 1
        for a, b in combinations(range(n), 2):
            sign = -sign if order[a] > order[b] else sign
        term = sign
        for k in range(n):
            term *= matrix[k][order[k]]
        total += term
    return total


def test_primitive() -> None:
    assert primitive([6, -9, 0]) == [2, -3, 0]
    assert primitive([0, 0]) == [0, 0]
    assert primitive([5]) == [1] and primitive([-5]) == [-1]


@pytest.mark.parametrize("power", [3, 9, 15, 17, 25])
def test_rank_of_nearly_dependent_beliefs(power: int) -> None:
    """(1/2, 1/2) and (1/2 + 10^-power, 1/2 − 10^-power) are independent; a stack never calls the dependent twin so."""
    half = 10**power
    rows = [np.array([[half, half], [half + d, half - d]], dtype=object) for d in (0, 1)]
    stack = Rationals(np.array(rows, dtype=object), 2 * half)
    if 2 * half < 2**62:
        stack = Rationals(stack.num.astype(np.int64), 2 * half)
    found = independent(stack.num, stack.den)
    assert not found[0]
    missing = spanning(stack, np.array([True, True]))
    assert list(missing) == [0]
    assert missing[0][0] * half + missing[0][1] * half == 0 and any(missing[0])


@pytest.mark.parametrize("seed", range(20))
def test_stacks_of_blocks(seed: int) -> None:
    """The engine on a stack: for every wanted report exact payments, or a dependence that excludes them; z3 agrees."""
    rng = random.Random(seed)
    count, n, m = 5, rng.randint(2, 5), rng.randint(2, 4)
    den = 72
    rows = np.array([beliefs(rng, n, m, 12, rng.randint(1, min(n, m))) for _ in range(count)])
    targets = np.array([[rng.randint(-6, 6) for _ in range(n)] for _ in range(count)])
    need = np.array([[rng.random() < 0.8 for _ in range(n)] for _ in range(count)])
    decision = lotteries(Rationals(rows, den), Rationals(targets, 5), need)
    for b in range(count):
        goal = [F(int(c), 5) for c in targets[b]]
        for r in range(n):
            if not need[b, r]:
                assert (b, r) not in decision.failures
                continue
            equal = [k == r for k in range(n)]
            failed = (b, r) in decision.failures
            assert failed != block_solvable(rows[b], den, goal, equal)
            if failed:
                eta = decision.failures[b, r]
                assert all(sum((e * int(rows[b, k, j]) for k, e in enumerate(eta)), F(0)) == 0 for j in range(m))
                assert all(e >= 0 for k, e in enumerate(eta) if k != r)
                assert sum((e * c for e, c in zip(eta, goal)), F(0)) > 0
            else:
                payment = decision.payment(b, r)
                p = [F(int(v), payment.den) for v in payment.num.tolist()]
                paid = [sum((F(int(v), den) * x for v, x in zip(line, p)), F(0)) for line in rows[b]]
                assert paid[r] == goal[r] and all(x >= c for x, c in zip(paid, goal))


def test_a_basis_that_proves_nothing_is_not_believed() -> None:
    """Singular, too short or of the wrong sign: (None, None), never a false proof.

    N = (1, 1, −1), v = 1, inequalities everywhere: s = (1, 0, 0) solves it.
    """
    null, right, equal = [[1, 1, -1]], [F(1)], [False] * 3
    assert read_basis(null, right, equal, []) == (None, None)
    slack, y = read_basis(null, right, equal, [0])
    assert y is None
    if slack is not None:
        assert slack[0] + slack[1] - slack[2] == 1 and min(slack) >= 0
    # a column of zeros is no basis
    assert read_basis([[0, 1]], [F(1)], [False] * 2, [0]) == (None, None)
    for columns in ([0], [1], [2], [3]):
        slack, y = read_basis(null, right, equal, columns)
        assert y is None or (all(y[0] * v >= 0 for v in null[0]) and y[0] < 0)


# ---------------------------------------------------------------------------------------------- paths


def least_cycle(losses: list[list[int]]) -> int:
    """The least weight of a simple cycle, by enumeration."""
    n = len(losses)
    best = 0
    for size in range(2, n + 1):
        for chosen in combinations(range(n), size):
            for rest in permutations(chosen[1:]):
                cycle = [chosen[0], *rest]
                best = min(best, sum(losses[a][b] for a, b in zip(cycle, cycle[1:] + cycle[:1])))
    return best


@pytest.mark.parametrize("scale", [1, 10**9, 2**61, 10**25])
@pytest.mark.parametrize("seed", range(25))
def test_difference_constraints(seed: int, scale: int) -> None:
    """p(k) − p(r) ≤ ℓ(k, r): payments that satisfy every one, or a simple cycle of negative weight; as enumeration says."""
    rng = random.Random(seed)
    n = rng.randint(1, 5)
    low = rng.choice((-3, -1, 0))
    losses = [[0 if k == r else rng.randint(low, 4) * scale + rng.randint(-1, 1) for r in range(n)] for k in range(n)]
    dtype = object if scale * 5 >= 2**62 else np.int64
    stack = np.array([losses], dtype=dtype)
    found, fine = distances(stack)
    assert bool(fine[0]) == (least_cycle(losses) >= 0)
    if fine[0]:
        scaled = [int(v) for v in central_payments(found)[0]]  # 2n times the payments
        assert scaled[0] == 0
        for k in range(n):
            for r in range(n):
                assert scaled[k] - scaled[r] <= 2 * n * losses[k][r]
                assert int(found[0, k, r]) <= losses[k][r]
    else:
        cycle = negative_cycle(stack[0])
        assert len(set(cycle)) == len(cycle) >= 2
        forward = sum(losses[a][b] for a, b in zip(cycle, cycle[1:] + cycle[:1]))
        back = sum(losses[b][a] for a, b in zip(cycle, cycle[1:] + cycle[:1]))
        assert min(forward, back) < 0


def test_a_stack_of_graphs_keeps_them_apart() -> None:
    """A negative cycle in one graph says nothing about its neighbours."""
    fine = [[0, 3], [-2, 0]]
    bad = [[0, 3], [-4, 0]]
    _, verdicts = distances(np.array([fine, bad, fine], dtype=np.int64))
    assert verdicts.tolist() == [True, False, True]


# ---------------------------------------------------------------------------------------------- distance


def solve(matrix: list[list[F]], right: list[F]) -> list[F] | None:
    n = len(matrix)
    rows = [[*line, b] for line, b in zip(matrix, right)]
    for c in range(n):
        pivot = next((r for r in range(c, n) if rows[r][c] != 0), None)
        if pivot is None:
            return None
        rows[c], rows[pivot] = rows[pivot], rows[c]
        rows[c] = [x / rows[c][c] for x in rows[c]]
        for r in range(n):
            if r != c:
                rows[r] = [x - rows[r][c] * y for x, y in zip(rows[r], rows[c])]
    return [row[-1] for row in rows]


def brute_distance(points: list[list[F]], target: list[F]) -> F:
    """The least squared distance from `target` to the hull, over the affine hull of every subset of the points."""
    best: F | None = None
    for size in range(1, len(points) + 1):
        for chosen in combinations(points, size):
            steps = [[a - b for a, b in zip(p, target)] for p in chosen]
            # minimize |Σ λ s|² with Σ λ = 1: (G 1; 1ᵀ 0)(λ, μ) = (0, 1)
            gram = [[sum((a * b for a, b in zip(p, q)), F(0)) for q in steps] + [F(1)] for p in steps]
            found = solve([*gram, [F(1)] * size + [F(0)]], [F(0)] * size + [F(1)])
            if found is None or min(found[:-1]) < 0:
                continue
            point = [sum((w * s[j] for w, s in zip(found, steps)), F(0)) for j in range(len(target))]
            squared = sum((x * x for x in point), F(0))
            best = squared if best is None else min(best, squared)
    assert best is not None
    return best


@pytest.mark.parametrize("seed", range(60))
def test_the_nearest_point_of_a_hull(seed: int) -> None:
    """Squared distance, weights and direction against every subset of the points; exact."""
    rng = random.Random(seed)
    n, m = rng.randint(2, 6), rng.randint(2, 4)
    rows = beliefs(rng, n, m, 12, min(n, m) if rng.random() < 0.7 else rng.randint(1, min(n, m)))
    den = 72
    points = [[F(int(v), den) for v in line] for line in rows]
    for r in range(n):
        rest = [p for k, p in enumerate(points) if k != r]
        true = brute_distance(rest, points[r])
        carriers, guess, _ = support(rows, den, r)
        assert abs(guess - float(true)) < 1e-9
        for chosen in [carriers, *([[k for k in range(n) if k != r]])]:
            found = nearest(rows, den, r, chosen)
            if found is None:
                continue
            assert found.squared == true
            assert found.weights[r] == 0 and min(found.weights) >= 0 and sum(found.weights) == 1
            point = [sum((w * p[j] for w, p in zip(found.weights, points)), F(0)) for j in range(m)]
            assert sum(((a - b) ** 2 for a, b in zip(point, points[r])), F(0)) == true
            if true > 0:
                assert certifies(rows, den, r, found.direction, true)
                assert not certifies(rows, den, r, found.direction, true * (1 + F(1, 10**12)))


def test_independent_points_always_have_an_exact_nearest_point() -> None:
    """The corners of a simplex, over 3: from a corner to the middle of the opposite side of a triangle, 1 + 1/2 of squared edges."""
    rows = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.int64)
    carriers, _, _ = support(rows, 1, 0)
    found = nearest(rows, 1, 0, carriers)
    assert found is not None
    assert found.squared == F(3, 2) and found.weights == (0, F(1, 2), F(1, 2))
