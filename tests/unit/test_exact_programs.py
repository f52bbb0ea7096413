"""Linear programs whose answers were planted, and small ones against z3: `prove.exact.decide` and the exact simplex alone.

Numbers from 1e-9 to 1e11 stand in one program, right-hand sides miss a contradiction by 1e-30, rows repeat, columns are free or not; what is returned
is checked here with fractions.
"""

from __future__ import annotations

import dataclasses
import random
import time
from dataclasses import dataclass
from fractions import Fraction as F
from math import lcm
from typing import Any

import numpy as np
import pytest

from mechsynth.errors import OutOfTime
from mechsynth.prove import exact
from mechsynth.prove.rows import Rows
from mechsynth.prove.walk import Kind, walk
from mechsynth.run import Run

SIZES = (F(1), F(1), F(1), F(3), F(1, 2), F(10**9), F(1, 10**9), F(10**11), F(1, 3))


@dataclass
class Planted:
    """Rows ``a x (= or ≥) b``, a cost, and what they come to."""

    a: list[list[F]]
    b: list[F]
    equal: list[bool]
    floors: list[bool]
    cost: list[F]
    kind: Kind
    value: F | None = None

    def rows(self) -> tuple[Rows, list[int], Any, int]:
        """Integer rows with the factor of each, and the cost over a denominator."""
        factors = [lcm(*(v.denominator for v in [*line, right])) for line, right in zip(self.a, self.b)]
        places = [(i, j) for i, line in enumerate(self.a) for j, v in enumerate(line) if v]
        nums = np.zeros(len(places), dtype=object)
        nums[:] = [int(self.a[i][j] * factors[i]) for i, j in places]
        rights = np.zeros(len(self.b), dtype=object)
        rights[:] = [int(v * f) for v, f in zip(self.b, factors)]
        den = lcm(*(v.denominator for v in self.cost))
        cost = np.zeros(len(self.cost), dtype=object)
        cost[:] = [int(v * den) for v in self.cost]
        at = np.array(places, dtype=np.int64).reshape(-1, 2)
        data = Rows(at[:, 0], at[:, 1], nums, rights, np.array(self.equal, dtype=bool), len(self.cost), np.array(self.floors))
        return data, factors, cost, den


def dot(left: list[F], right: list[F]) -> F:
    return sum((x * y for x, y in zip(left, right)), F(0))


def vector(found: Any) -> list[F]:
    num, den = found
    assert den > 0
    return [F(int(v), den) for v in num.tolist()]


def judge(case: Planted, found: Any, factors: list[int], den: int) -> None:
    """The answer is the planted one, and its proof holds."""
    assert found is not None and found.kind is case.kind, (found, case.kind)
    columns = list(zip(*case.a))

    def inside(x: list[F], rights: list[F]) -> bool:
        gaps = [dot(line, x) - right for line, right in zip(case.a, rights)]
        return all(g == 0 if e else g >= 0 for g, e in zip(gaps, case.equal)) and all(
            v >= 0 for v, f in zip(x, case.floors) if f
        )

    if found.kind is not Kind.INFEASIBLE:
        point = vector(found.point)
        assert inside(point, case.b)
    if found.multipliers is not None:
        y = [v * f for v, f in zip(vector(found.multipliers), factors)]
        assert all(v >= 0 for v, e in zip(y, case.equal) if not e)
        cost = [F(0)] * len(case.cost) if found.kind is Kind.INFEASIBLE else case.cost
        for column, c, floor in zip(columns, cost, case.floors):
            assert dot(list(column), y) <= c if floor else dot(list(column), y) == c
        assert dot(y, case.b) > 0 if found.kind is Kind.INFEASIBLE else dot(y, case.b) == dot(case.cost, point)
    assert (found.multipliers is None) == (found.kind in (Kind.FEASIBLE, Kind.UNBOUNDED))
    if found.kind is Kind.OPTIMAL and case.value is not None:
        assert dot(case.cost, point) == case.value
    if found.kind is Kind.UNBOUNDED:
        ray = vector(found.ray)
        assert inside(ray, [F(0)] * len(case.b)) and dot(case.cost, ray) < 0


def numbers(rng: random.Random, size: int, wide: bool) -> list[F]:
    sizes = SIZES if wide else SIZES[:4]
    return [rng.choice((0, 0, 1, -1, 2, -3, 5)) * rng.choice(sizes) for _ in range(size)]


def base(rng: random.Random, wide: bool) -> tuple[list[list[F]], list[F], list[bool], list[bool], list[F]]:
    """Rows, right-hand sides with many of them tight at a point, and the point."""
    m, n = rng.randrange(2, 12), rng.randrange(1, 9)
    floors = [rng.random() < 0.5 for _ in range(n)]
    x = [abs(v) if f else v for v, f in zip(numbers(rng, n, wide), floors)]
    a = [numbers(rng, n, wide) for _ in range(m)]
    if rng.random() < 0.4:  # rows that follow from others
        a.append([u + v for u, v in zip(a[0], a[1])])
        a.append([2 * v for v in a[0]])
    equal = [rng.random() < 0.3 for _ in a]
    tight = [e or rng.random() < 0.6 for e in equal]
    b = [dot(line, x) - (0 if t else rng.choice((F(1), F(1, 10**9), F(10**9)))) for line, t in zip(a, tight)]
    return a, b, equal, floors, x


def planted(seed: int) -> Planted:
    rng = random.Random(seed)
    wide = rng.random() < 0.6
    a, b, equal, floors, x = base(rng, wide)
    n, kind = len(x), rng.choice((Kind.OPTIMAL, Kind.INFEASIBLE, Kind.UNBOUNDED))
    if kind is Kind.OPTIMAL:
        # any multipliers on rows that are tight at x, any reduced cost on floored columns that are 0
        y = [
            F(0) if dot(line, x) != right else (F(1) if e else abs(v)) * v if e else abs(v)
            for line, right, e, v in zip(a, b, equal, numbers(rng, len(a), wide))
        ]
        cost = [dot([line[j] for line in a], y) for j in range(n)]
        cost = [c + (abs(v) if f and not u else 0) for c, v, f, u in zip(cost, numbers(rng, n, wide), floors, x)]
        return Planted(a, b, equal, floors, cost, kind, dot(cost, x))
    if kind is Kind.INFEASIBLE:
        # one more row that contradicts a sum of the others by very little
        miss = F(1, 10 ** rng.choice((0, 9, 15, 30)))
        y = [F(rng.randrange(0, 4)) for _ in a]
        a.append([-dot([line[j] for line in a], y) for j in range(n)])
        b.append(-dot(y, b) + miss)
        equal.append(rng.random() < 0.3)
        return Planted(a, b, equal, floors, numbers(rng, n, wide), kind)
    ray = [abs(v) if f else v for v, f in zip(numbers(rng, n, wide), floors)]
    if not any(ray):
        ray[0] = F(1)
    for k, line in enumerate(a):
        slope = dot(line, ray)
        if slope < 0:
            a[k], b[k] = [-v for v in line], -dot(line, x) - 1
        if slope:
            equal[k] = False
    cost = numbers(rng, n, wide)
    slope = dot(cost, ray)
    if slope > 0:
        cost = [-v for v in cost]
    if not slope:
        j = next(j for j, v in enumerate(ray) if v)
        cost[j] -= ray[j]
    return Planted(a, b, equal, floors, cost, kind)


@pytest.mark.parametrize("first", range(0, 600, 50))
def test_planted_answers(first: int) -> None:
    """Optimum, contradiction or ray, as planted; by all rungs, by the exact simplex alone, and feasibility alone."""
    for seed in range(first, first + 50):
        case = planted(seed)
        data, factors, cost, den = case.rows()
        judge(case, exact.decide(data, cost, den), factors, den)
        alone = walk(data, cost)
        assert alone is not None and alone.kind is case.kind
        any_point = exact.decide(data)
        assert any_point is not None
        assert any_point.kind is (Kind.INFEASIBLE if case.kind is Kind.INFEASIBLE else Kind.FEASIBLE)


def test_all_kinds_are_planted() -> None:
    kinds = [planted(seed).kind for seed in range(600)]
    assert min(map(kinds.count, (Kind.OPTIMAL, Kind.INFEASIBLE, Kind.UNBOUNDED))) > 100


@pytest.mark.parametrize("first", range(0, 400, 50))
def test_against_z3(first: int) -> None:
    """Small programs of small numbers, many of them degenerate, infeasible or unbounded."""
    import z3

    for seed in range(first, first + 50):
        rng = random.Random(f"z3 {seed}")
        m, n = rng.randrange(1, 7), rng.randrange(1, 5)
        sizes = rng.choice(((F(1),), (F(1), F(10**9), F(1, 10**12))))
        a = [[rng.choice((0, 0, 1, -1, 2)) * rng.choice(sizes) for _ in range(n)] for _ in range(m)]
        b = [rng.choice((0, 0, 1, -1)) * rng.choice(sizes) for _ in range(m)]
        equal, floors = [rng.random() < 0.25 for _ in a], [rng.random() < 0.5 for _ in range(n)]
        cost = [F(rng.choice((0, 1, 1, -1, 2))) for _ in range(n)]
        case = Planted(a, b, equal, floors, cost, Kind.OPTIMAL)
        solver = z3.Optimize()
        xs = [z3.Real(f"x{j}") for j in range(n)]
        for line, right, e in zip(a, b, equal):
            left = z3.Sum([z3.Q(v.numerator, v.denominator) * x for v, x in zip(line, xs)])
            right = z3.Q(right.numerator, right.denominator)
            solver.add(left == right if e else left >= right)
        solver.add([x >= 0 for x, f in zip(xs, floors) if f])
        goal = solver.minimize(z3.Sum([z3.Q(v.numerator, v.denominator) * x for v, x in zip(cost, xs)]))
        if solver.check() == z3.unsat:
            case.kind = Kind.INFEASIBLE
        else:
            low = str(solver.lower(goal))
            case.value = None if "oo" in low else F(low)
            case.kind = Kind.UNBOUNDED if "oo" in low else Kind.OPTIMAL
        data, factors, whole, den = case.rows()
        judge(case, exact.decide(data, whole, den), factors, den)


def chain(n: int, ratio: F) -> Planted:
    """``x_1 ≥ 1``, ``x_{k+1} ≥ ratio · x_k``: the least ``x_n`` is ``ratio^(n−1)``."""
    a = [[F(int(j == 0)) for j in range(n)]]
    a += [[-ratio if j == k else F(int(j == k + 1)) for j in range(n)] for k in range(n - 1)]
    cost = [F(int(j == n - 1)) for j in range(n)]
    return Planted(a, [F(1)] + [F(0)] * (n - 1), [False] * n, [True] * n, cost, Kind.OPTIMAL, ratio ** (n - 1))


@pytest.mark.parametrize("ratio", [F(10**9), F(1, 10**9), F(3, 7)])
def test_values_far_beyond_the_floats(ratio: F) -> None:
    case = chain(60, ratio)
    data, factors, cost, den = case.rows()
    judge(case, exact.decide(data, cost, den), factors, den)


def test_a_cube_that_leads_astray() -> None:
    """Klee and Minty's cube with edges of 100: the optimum is 100^(n−1), whatever path is taken."""
    n = 8
    a = [[-F(2 * 10 ** (i - j)) if j < i else -F(int(j == i)) for j in range(n)] for i in range(n)]
    b = [-F(100**i) for i in range(n)]
    cost = [-F(10 ** (n - 1 - j)) for j in range(n)]
    case = Planted(a, b, [False] * n, [True] * n, cost, Kind.OPTIMAL, -F(100 ** (n - 1)))
    data, factors, whole, den = case.rows()
    judge(case, exact.decide(data, whole, den), factors, den)
    alone = walk(data, whole)
    assert alone is not None and F(int(whole @ alone.point[0]), alone.point[1]) == case.value  # type: ignore[index]


@pytest.mark.parametrize("patience", [0, 6])
def test_a_vertex_where_walks_turn_in_circles(patience: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beale's example, on which the simplex with the largest reduced cost cycles: the optimum is −1/20."""
    a = [[F(-1, 4), F(60), F(1, 25), F(-9)], [F(-1, 2), F(90), F(1, 50), F(-3)], [F(0), F(0), F(-1), F(0)]]
    cost = [F(-3, 4), F(150), F(-1, 50), F(6)]
    case = Planted(a, [F(0), F(0), F(-1)], [False] * 3, [True] * 4, cost, Kind.OPTIMAL, F(-1, 20))
    data, _, whole, den = case.rows()
    monkeypatch.setattr("mechsynth.prove.walk.PATIENCE", patience)
    alone = walk(data, whole)
    assert alone is not None and alone.kind is Kind.OPTIMAL
    assert F(int(whole @ alone.point[0]), alone.point[1] * den) == case.value  # type: ignore[index]


def test_programs_with_nothing_in_them() -> None:
    """No rows: any point, or no end. A row without columns: true or a contradiction."""
    none = Planted([], [], [], [False], [F(0)], Kind.FEASIBLE)
    data, _, cost, _ = none.rows()
    found = exact.decide(data)
    assert found is not None and found.kind is Kind.FEASIBLE
    found = exact.decide(data, np.array([1], dtype=object))
    assert found is not None and found.kind is Kind.UNBOUNDED
    for right, kind in ((F(0), Kind.OPTIMAL), (F(1), Kind.INFEASIBLE), (F(-1), Kind.OPTIMAL)):
        case = Planted([[F(0)]], [right], [False], [True], [F(2)], kind, F(0) if kind is Kind.OPTIMAL else None)
        data, factors, cost, den = case.rows()
        judge(case, exact.decide(data, cost, den), factors, den)


def test_the_same_program_twice() -> None:
    for seed in range(0, 600, 40):
        data, _, cost, den = planted(seed).rows()
        one, two = exact.decide(data, cost, den), exact.decide(data, cost, den)
        assert one is not None and two is not None
        for left, right in ((one.point, two.point), (one.multipliers, two.multipliers), (one.ray, two.ray)):
            assert (left is None) == (right is None)
            assert left is None or right is None or (left[1] == right[1] and (left[0] == right[0]).all())


def test_a_deadline_that_has_passed() -> None:
    data, _, cost, den = chain(60, F(10**9)).rows()
    with pytest.raises(OutOfTime):
        walk(data, cost, deadline=time.monotonic() - 1)
    with pytest.raises(OutOfTime):
        exact.decide(dataclasses.replace(data, run=Run(deadline=time.monotonic() - 1)), cost, den)


def test_steps_that_are_used_up() -> None:
    data, _, cost, _ = chain(20, F(2)).rows()
    assert walk(data, cost, most=1) is None
