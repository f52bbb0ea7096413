"""Programs of fifty columns whose rows contradict each other by 1e-9 in their sum, or touch."""

from __future__ import annotations

import json
import random
from fractions import Fraction as F

import pytest
from planted import Case, as_mps, dot
from test_planted import judge

from mechsynth import lp
from mechsynth.check.programs import check_program
from mechsynth.lp import mps
from mechsynth.lp.document import document


def chain(seed: int, miss: F) -> Case:
    """Rows that hold with equality at one point, and one row that says that their sum is less by ``miss``."""
    rng = random.Random(seed)
    case = Case(status="infeasible" if miss > 0 else "feasible")
    names = [f"x{k}" for k in range(50)]
    x = {name: rng.choice((F(0), F(0), F(1), F(5, 2), F(7))) for name in names}
    total: dict[str, F] = {}
    case.columns = {name: (F(0), None) for name in names}
    for k in range(40):
        terms = {name: F(rng.choice((-9, -5, -2, 1, 3, 7)), 10) for name in rng.sample(names, 6)}
        case.rows[f"r{k}"] = terms, dot(terms, x), None
        for name, value in terms.items():
            total[name] = total.get(name, F(0)) + value
    case.rows["sum"] = total, None, dot(total, x) - miss
    case.value = F(0)
    return case


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("miss", [F(1, 10**9), F(0)])
def test_a_sum_that_misses_by_little(seed: int, miss: F) -> None:
    case = chain(seed, miss)
    text = as_mps(case)
    program = mps.parse(text)
    answer = lp.decide(program)
    found = document(answer, program, text.encode())
    judge(case, found)
    assert check_program(json.dumps(found).encode(), text.encode()).accepted
