"""What files mean, held against HiGHS's readers of the same formats: coefficients, bounds, objective and sense agree up to the rounding of floats."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path
from typing import Any

import highspy
import pytest
from planted import Case, as_lp, as_mps, planted
from test_program_files import MPS

from mechsynth.lp import Program, read
from mechsynth.solver.quiet import highs

INF = highspy.kHighsInf


def model(path: Path) -> Any:
    """What HiGHS reads; nothing where it reads no such file."""
    solver = highs()
    return None if solver.readModel(str(path)) == highspy.HighsStatus.kError else solver.getLp()


def agree(program: Program, told: Any) -> None:
    rows, columns = list(told.row_names_), list(told.col_names_)
    assert rows == list(program.rows) and set(columns) == set(program.columns)

    def near(exact: F | None, value: float, missing: float) -> bool:
        return value == missing if exact is None else value == float(exact)

    for name, low, high in zip(rows, told.row_lower_, told.row_upper_):
        row = program.rows[name]
        for exact, value, missing in ((row.lower, low, -INF), (row.upper, high, INF)):
            # the other end of a range is a sum, which floats round
            assert near(exact, value, missing) or (exact is not None and abs(value - float(exact)) <= 1e-12 * max(1, abs(value), abs(low), abs(high) if high < INF else 0)), (name, exact, value)
    for name, low, high, cost in zip(columns, told.col_lower_, told.col_upper_, told.col_cost_):
        bounds = program.columns[name]
        assert near(bounds.lower, low, -INF) and near(bounds.upper, high, INF), (name, bounds, low, high)
        assert cost == float(program.cost.get(name, F(0)))
    assert told.offset_ == float(program.constant)
    assert (told.sense_ == highspy.ObjSense.kMaximize) == program.maximize
    seen = {}
    for k, name in enumerate(columns):
        for at in range(told.a_matrix_.start_[k], told.a_matrix_.start_[k + 1]):
            seen[rows[told.a_matrix_.index_[at]], name] = told.a_matrix_.value_[at]
    # HiGHS drops what is below its least value of a coefficient, when it reads or when it is given a model
    wanted = {(r, c): float(v) for r, row in program.rows.items() for c, v in row.terms.items()}
    assert {k: v for k, v in seen.items() if abs(v) > 1e-9} == {k: v for k, v in wanted.items() if abs(v) > 1e-9}


def ordinary(case: Case) -> bool:
    """Whether no number is one that HiGHS takes for infinite, or refuses."""
    ends = [end for _, low, high in case.rows.values() for end in (low, high)]
    ends += [end for both in case.columns.values() for end in both]
    terms = [value for row, _, _ in case.rows.values() for value in row.values()]
    return all(end is None or abs(end) < 10**20 for end in [*ends, *case.cost.values()]) and all(abs(v) < 10**15 for v in terms)


def two_ended(case: Case) -> bool:
    """Whether a row has a number on either side, which its LP reader refuses."""
    return any(None not in (low, high) and low != high for _, low, high in case.rows.values())


MPS_SEEDS = [seed for seed in range(80) if ordinary(planted(seed))]
LP_SEEDS = [seed for seed in range(160) if ordinary(planted(seed)) and not two_ended(planted(seed))]


def test_there_is_something_to_read() -> None:
    assert len(MPS_SEEDS) >= 50 and len(LP_SEEDS) >= 50


@pytest.mark.parametrize("form,seed", [*(("mps", seed) for seed in MPS_SEEDS), *(("lp", seed) for seed in LP_SEEDS)])
def test_highs_reads_the_same(form: str, seed: int, tmp_path: Path) -> None:
    case = planted(seed)
    path = tmp_path / f"p.{form}"
    path.write_text(as_mps(case) if form == "mps" else as_lp(case, quotients=False))
    found = model(path)
    assert found is not None
    agree(read(path)[0], found)


def test_highs_reads_every_section_the_same(tmp_path: Path) -> None:
    path = tmp_path / "p.mps"
    path.write_text(MPS)
    found = model(path)
    assert found is not None
    agree(read(path)[0], found)


@pytest.mark.parametrize("name", sorted(p.name for p in (Path(__file__).parent / "reported").iterdir()))
def test_highs_reads_the_reported_programs_the_same(name: str) -> None:
    path = Path(__file__).parent / "reported" / name
    found = model(path)
    assert found is not None
    agree(read(path)[0], found)
