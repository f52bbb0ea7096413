"""Kernels and utilities that miss a boundary by 1e-12 … 1e-60: every verdict is exact, whatever floats say.

One action, agent A sees the signal, B's next report is drawn by it; A's block is the list of columns below. The columns are in
the plane of the probability vectors, so their hulls can be drawn: what is in the hull and what is not is known by pencil.
"""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest
from judged import answer, judge_transfers
from oracles import transfers
from oracles.model import read

Column = tuple[F, ...]


def over(den: int, *rows: tuple[int, ...]) -> list[Column]:
    return [tuple(F(x, den) for x in row) for row in rows]


# name: (columns, r, a step that leaves the hull of the others from column r; it adds to zero)
SHAPES: dict[str, tuple[list[Column], int, Column]] = {
    # r is the middle of a segment in the plane of three outcomes; any step across the segment leaves it
    "segment": (over(8, (6, 1, 1), (4, 2, 2), (2, 3, 3)), 1, (F(0), F(1), F(-1))),
    # r is the middle of an edge of a triangle, the step points away from the third corner
    "edge of a triangle": (over(12, (8, 2, 2), (2, 8, 2), (2, 2, 8), (5, 5, 2)), 3, (F(1), F(1), F(-2))),
    # five signals, three outcomes: a quadrilateral and the middle of one of its sides
    "side of a quadrilateral": (
        over(40, (20, 10, 10), (10, 20, 10), (8, 16, 16), (16, 8, 16), (15, 15, 10)),
        4,
        (F(1), F(1), F(-2)),
    ),
    # r equals another signal
    "twin": (over(4, (2, 1, 1), (2, 1, 1), (1, 1, 2)), 1, (F(0), F(1), F(-1))),
    # four outcomes, r in the middle of a triangle that is a facet of a tetrahedron
    "facet": (
        over(36, (18, 6, 6, 6), (6, 18, 6, 6), (6, 6, 18, 6), (6, 6, 6, 18), (10, 10, 10, 6)),
        4,
        (F(1), F(1), F(1), F(-3)),
    ),
}
TINY = [F(1, 10**15), F(1, 10**30), F(1, 10**60)]


def moved(columns: list[Column], r: int, step: Column, by: F) -> list[Column]:
    return [tuple(x + by * s for x, s in zip(c, step, strict=True)) if k == r else c for k, c in enumerate(columns)]


def environment(columns: list[Column], gains: list[F] | None = None, delta: F = F(1, 2)) -> dict[str, Any]:
    """A's next signal is uniform, B's next report is drawn from A's column; u^A = 0 and u^B = `gains` in A's signal."""
    n, m = len(columns), len(columns[0])
    return {
        "format": "mechsynth-instance/1",
        "name": "near",
        "horizon": "infinite",
        "discount": str(delta),
        "agents": ["A", "B"],
        "signals": {"A": [f"s{k}" for k in range(n)], "B": [f"o{j}" for j in range(m)]},
        "actions": ["go"],
        "utilities": {
            "A": {"private": [["0"]]},
            "B": [[[str(g)] for g in gains]] if gains is not None else [[["0"]]],
        },
        # [a][A][B: 1][A'][B']
        "transition": [[[[[str(x / n) for x in column]] * n] for column in columns]],
    }


def failing_types(instance: dict[str, Any]) -> set[str]:
    """The signals of A that some witness puts into the hull."""
    document = answer(instance, "convex-independence", scope="all")
    listed = document["certificate"].get("failures", [])
    # B's own signals tell it nothing, so the condition fails for B whatever A's columns are
    assert document["status"] == "fails" and any(w["agent"] == "B" for w in listed)
    return {w["type"] for w in listed if w["agent"] == "A"}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_column_exactly_in_the_hull(shape: str) -> None:
    """μ_r = Σ λ_k μ_k exactly: r is in the hull."""
    columns, r, _ = SHAPES[shape]
    assert f"s{r}" in failing_types(environment(columns))


@pytest.mark.parametrize("by", TINY, ids=["1e-15", "1e-30", "1e-60"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_column_just_outside_the_hull(shape: str, by: F) -> None:
    """The same column moved out of the hull by 1e-15 or less: no signal of A is in the hull of the others."""
    columns, r, step = SHAPES[shape]
    instance = environment(moved(columns, r, step, by))
    assert failing_types(instance) == set()
    cols = transfers.columns(read(instance), 0, 0, 0, (0,))
    assert not any(transfers.in_hull(cols, k) for k in range(len(cols)))


INWARD = [name for name in SHAPES if name not in ("segment", "twin")]


@pytest.mark.parametrize("by", TINY, ids=["1e-15", "1e-30", "1e-60"])
@pytest.mark.parametrize("shape", INWARD)
def test_a_column_just_inside_the_hull(shape: str, by: F) -> None:
    """Moved the other way, into the hull's interior: still in the hull."""
    columns, r, step = SHAPES[shape]
    assert f"s{r}" in failing_types(environment(moved(columns, r, step, -by)))


@pytest.mark.parametrize("by", TINY, ids=["1e-15", "1e-30", "1e-60"])
def test_nearly_dependent_columns(by: F) -> None:
    """Three columns on a line are dependent; with the middle one 1e-15 beside the line the determinant is not zero."""
    columns, r, step = SHAPES["segment"]
    instance = environment(columns)
    at_rest = answer(instance, "spanning", scope="all")["certificate"]["failures"]
    assert any(w["agent"] == "A" for w in at_rest)
    instance = environment(moved(columns, r, step, by))
    found = answer(instance, "spanning", scope="all")
    # B's columns are all equal, so that the condition fails for B alone
    assert {w["agent"] for w in found["certificate"]["failures"]} == {"B"}


# Targets are c = −u^B/δ; contingent transfers exist iff no mixture with Σ λ_k μ_k = μ_r has Σ λ_k c_k > c_r, that is, iff
# u^B(r) ≤ Σ λ_k u^B(k) for every such mixture.
SQUARE = over(16, (6, 4, 4, 2), (4, 6, 2, 4), (2, 4, 4, 6), (4, 2, 6, 4), (4, 4, 4, 4))
CASES: dict[str, tuple[list[Column], int, list[F], F]] = {
    # name: columns, r, u^B at the others (r's entry is ignored), the least mixture
    "one mixture": (SHAPES["segment"][0], 1, [F(3), F(0), F(8)], F(11, 2)),
    "corner weights": (SHAPES["edge of a triangle"][0], 3, [F(1), F(4), F(-100), F(0)], F(5, 2)),
    # opposite corners of a square: both diagonals give its centre, and so do their mixtures
    "two diagonals": (SQUARE, 4, [F(1), F(7), F(6), F(2), F(0)], F(7, 2)),
    "facet": (SHAPES["facet"][0], 4, [F(1), F(2), F(5), F(-9), F(0)], F(8, 3)),
}
MISS = [F(1, 10**12), F(1, 10**15), F(1, 10**30), F(1, 10**60)]


@pytest.mark.parametrize("scope", ["all", "policy"])
@pytest.mark.parametrize("case", CASES)
def test_targets_exactly_at_the_mixture(case: str, scope: str) -> None:
    """u^B(r) = min Σ λ_k u^B(k): the last point at which transfers exist."""
    columns, r, gains, least = CASES[case]
    at = environment(columns, [least if k == r else g for k, g in enumerate(gains)])
    document = answer(at, "contingent", scope=scope)
    assert document["status"] == "feasible"
    judge_transfers(at, document)


@pytest.mark.parametrize("by", MISS, ids=["1e-12", "1e-15", "1e-30", "1e-60"])
@pytest.mark.parametrize("case", CASES)
def test_targets_that_miss_the_mixture(case: str, by: F) -> None:
    """1e-12 below it: feasible; 1e-12 above: infeasible, and the shortfall is 1e-12/δ exactly where one mixture is the least."""
    columns, r, gains, least = CASES[case]
    for delta in (F(1, 2), F(9, 10)):
        below = environment(columns, [least - by if k == r else g for k, g in enumerate(gains)], delta)
        assert answer(below, "contingent")["status"] == "feasible"
        above = environment(columns, [least + by if k == r else g for k, g in enumerate(gains)], delta)
        document = answer(above, "contingent")
        assert document["status"] == "infeasible"
        failures = [w for w in document["certificate"]["failures"] if w["agent"] == "A" and w["type"] == f"s{r}"]
        assert failures
        assert all(0 < F(w["shortfall"]) <= by / delta for w in failures)


@pytest.mark.parametrize("by", MISS, ids=["1e-12", "1e-15", "1e-30", "1e-60"])
@pytest.mark.parametrize("ask", ["contingent", "vcg-type"])
def test_twins(ask: str, by: F) -> None:
    """Equal columns need equal targets: 1e-12 apart, the twin with the larger gain is charged too much by the other."""
    columns, r, _ = SHAPES["twin"]
    assert answer(environment(columns, [F(5), F(5), F(8)]), ask)["status"] == "feasible"
    for sign in (1, -1):
        document = answer(environment(columns, [F(5), F(5) + sign * by, F(8)]), ask)
        assert document["status"] == "infeasible"
        for w in document["certificate"]["failures"]:
            assert w["agent"] == "A"
            if ask == "contingent":
                assert w["type"] == (f"s{r}" if sign > 0 else "s0")
                assert F(w["shortfall"]) == 2 * by


@pytest.mark.parametrize("by", MISS, ids=["1e-12", "1e-15", "1e-30", "1e-60"])
@pytest.mark.parametrize("sign", [1, -1])
def test_dependences_that_miss_zero(by: F, sign: int) -> None:
    """vcg-type: μ_k·p = c_k for all k; with c_0 − 2 c_1 + c_2 = 0 transfers exist, off by 1e-12 either way they do not."""
    columns = SHAPES["segment"][0]
    exact = environment(columns, [F(3), F(11, 2), F(8)])
    assert answer(exact, "vcg-type")["status"] == "feasible"
    missed = environment(columns, [F(3), F(11, 2) + sign * by, F(8)])
    document = answer(missed, "vcg-type")
    assert document["status"] == "infeasible"
    for w in document["certificate"]["failures"]:
        assert F(w["shortfall"]) / max(abs(F(x)) for x in w["weights"].values()) == 2 * by


@pytest.mark.parametrize("by", [F(1, 10**12), F(1, 10**30)], ids=["1e-12", "1e-30"])
def test_ties_that_are_none(by: F) -> None:
    """Two actions whose surplus differs by 1e-12 or 1e-30 do not tie: the better one is played, whatever stands first."""
    columns = SHAPES["segment"][0]
    base = environment(columns)
    kernel = base["transition"][0]
    for better in (0, 1):
        instance = {**base, "actions": ["first", "second"], "transition": [kernel, kernel]}
        gains = [["0", "0"], ["0", "0"]]
        gains[better] = [str(by), str(by)]
        instance["utilities"] = {"A": {"private": [["0"], ["0"]]}, "B": [[[gains[a][0]]] for a in (0, 1)]}
        document = answer(instance, "policy")
        assert {r["action"] for r in document["mechanism"]["allocation"]} == {["first", "second"][better]}
        assert document["certificate"]["ties"] == []


@pytest.mark.parametrize("unit", [F(10) ** 400, F(1, 10**400)], ids=["1e400", "1e-400"])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("error")
def test_utilities_beyond_the_floats(case: str, unit: F) -> None:
    """Another unit of money changes no answer, not even one in which every float is infinite or 0."""
    columns, r, gains, least = CASES[case]
    for miss, status in ((F(-1), "feasible"), (F(0), "feasible"), (F(1, 10**12), "infeasible")):
        line = [unit * (least + miss if k == r else g) for k, g in enumerate(gains)]
        assert answer(environment(columns, line), "contingent")["status"] == status
        beside = environment(columns, [g + (F(1, 3) if k == r else 0) for k, g in enumerate(line)])
        if unit > 1 and miss:
            assert answer(beside, "contingent", scope="policy")["status"] == status
