"""Programs rebuilt from public reports of wrong statuses; each file names its source. What is expected is derived here or there by hand."""

from __future__ import annotations

import json
from fractions import Fraction as F
from pathlib import Path

import pytest

from mechsynth import lp
from mechsynth.check.programs import check_program
from mechsynth.lp.document import document

FOLDER = Path(__file__).parent / "reported"

# p: a s + t <= u, n: b s + t >= v; without t: (b - a) s >= v - u for every pair
UNDER = [(15018, 0), (15029, 2), (15042, 4), (15060, 6), (15072, 8), (15081, 10)]
OVER = [(15028, 1), (15041, 3), (15058, 5), (15070, 7), (15080, 9), (15107, 11)]
LEAST = max(F(v - u, b - a) for a, u in UNDER for b, v in OVER if b > a)

EXPECTED: dict[str, tuple[str, F | None]] = {
    "clp-217.lp": ("optimal", F(0)),
    # 9 c0 - 2 c2 + 124 with c1 = -62; r2: 10 c0 <= 6 c2 - 67; so c2 = 14, the most that r1 leaves
    "highs-1530.mps": ("optimal", 9 * F(6 * 14 - 67, 10) - 2 * 14 + 124),
    "highs-1807.mps": ("infeasible", None),
    "highs-1966.lp": ("infeasible", None),
    "highs-2867.lp": ("infeasible", None),
    "highs-295.lp": ("optimal", F(-2)),
    "highs-648.mps": ("unbounded", None),
    "or-tools-3850.lp": ("feasible", F(1)),
    "quantecon-725.lp": ("optimal", 10 * F("-392.62555556")),
    "scipy-11618.lp": ("infeasible", None),
    "scipy-6139.lp": ("optimal", LEAST),
    # x0 = x3 = 0 by r3; then 1008 x1 + 13380 x2 <= 1116 x4 with x1 = x4 = 1
    "scipy-8174.lp": ("optimal", 2 + F(1116 - 1008, 13380)),
    "scipy-8234.lp": ("infeasible", None),
    "scipy-8664.lp": ("infeasible", None),
    "sympy-28089.lp": ("infeasible", None),
}


def test_all_are_here() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in FOLDER.iterdir())
    assert all("https://github.com/" in path.read_text() for path in FOLDER.iterdir())


def test_the_expected_value_of_a_pair_of_rows() -> None:
    """No pair asks for s at most something below the least value."""
    assert all((b - a) * LEAST >= v - u for a, u in UNDER for b, v in OVER)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_right_with_a_certificate(name: str) -> None:
    program, data = lp.read(FOLDER / name)
    answer = lp.decide(program)
    assert (answer.status.value, answer.value) == EXPECTED[name]
    assert answer.conflict is None or answer.conflict.minimal
    verdict = check_program(json.dumps(document(answer, program, data)).encode(), data)
    assert verdict.accepted, verdict.reason


def test_conflicts_are_the_ones_that_the_reports_name() -> None:
    def conflict(name: str) -> set[tuple[str, str]]:
        answer = lp.decide(lp.read(FOLDER / name)[0])
        assert answer.conflict is not None
        return {(side.name, side.sense) for side in answer.conflict.sides}

    assert conflict("highs-1807.mps") == {("r0", "<="), ("r1", ">=")}
    assert conflict("highs-1966.lp") == {("top", "<="), ("low", ">=")}
    assert conflict("highs-2867.lp") == {("a", ">="), ("b", ">="), ("c", "<=")}
    assert conflict("scipy-11618.lp") == {("e", "<="), ("x", ">=")}
    assert conflict("scipy-8234.lp") == {("u2", "<="), ("x0", ">="), ("x1", "<=")}
