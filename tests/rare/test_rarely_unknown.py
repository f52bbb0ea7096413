"""Small questions are decided: `unknown` is rare, and what is said is accepted by the checker.

A part of the drawn questions here, all of them (30,000 ordinary and 5,000 near a tie, each within ten seconds of the processor) where slow tests are asked
for; `counting.py` asks them in pieces and writes down which were not decided.
"""

from __future__ import annotations

from collections import Counter

import pytest
from counting import LATE, asked

DECIDED = ("feasible", "infeasible", "optimal", "unbounded", "holds", "fails")


def counted(near: bool, seeds: range) -> tuple[Counter[str], list[int]]:
    """How often each status was the answer, and which questions took too long."""
    counts: Counter[str] = Counter()
    late = []
    for seed in seeds:
        status, seconds, wrong = asked(seed, near)
        assert wrong is None or status == "unknown", (near, seed, wrong)
        counts[status] += 1
        if seconds > LATE:
            late.append(seed)
    return counts, late


@pytest.mark.parametrize("first", [100, 1100, 20100])
def test_ordinary_questions(first: int) -> None:
    counts, _ = counted(False, range(first, first + 40))
    assert counts["unknown"] == 0 and sum(map(counts.__getitem__, DECIDED)) >= 30


@pytest.mark.parametrize("first", [0, 100, 2000])
def test_questions_near_a_tie(first: int) -> None:
    counts, _ = counted(True, range(first, first + 20))
    assert counts["unknown"] == 0 and sum(map(counts.__getitem__, DECIDED)) >= 15


@pytest.mark.parametrize("seed", [1737, 3553])
def test_a_float_solver_that_goes_in_circles_is_stopped(seed: int) -> None:
    """HiGHS turns round at one vertex of these programs until the time is over; stopped early, the exact walk decides them."""
    status, seconds, wrong = asked(seed, True)
    assert (status, wrong) == ({1737: "infeasible", 3553: "optimal"}[seed], None)
    assert seconds < LATE


def test_all_sorts_are_drawn() -> None:
    """The questions of this file are yes and no, optimal and without end."""
    counts, _ = counted(False, range(40))
    assert all(counts[status] for status in ("feasible", "infeasible", "optimal", "unbounded"))


@pytest.mark.slow
def test_all_ordinary_questions() -> None:
    counts, late = counted(False, range(30_000))
    assert counts["unknown"] <= 1 and not late


@pytest.mark.slow
def test_all_questions_near_a_tie() -> None:
    counts, late = counted(True, range(5_000))
    assert counts["unknown"] <= 10 and not late
