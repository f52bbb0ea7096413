"""Files for other programs: exact, with names kept apart, and with the optimum that the result calls its value."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction as F
from pathlib import Path

import highspy
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lp_text import Read, of_lp, of_mps
from scipy.optimize import linprog

import mechsynth
from mechsynth.cli import main
from mechsynth.errors import InputError
from mechsynth.program.labelled import AT_LEAST, EQUAL, Program, Row
from mechsynth.program.names import file_name, file_names
from mechsynth.program.objectives import OBJECTIVES
from mechsynth.program.writers import text_of
from mechsynth.solver.quiet import highs, run

ROOT = Path(__file__).resolve().parents[2]
TRIALS = ROOT / "tests" / "trials"
READERS: dict[str, Callable[[str], Read]] = {".mps": of_mps, ".lp": of_lp}
LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9_.,(){}~]*")


def same(program: Program, read: Read) -> None:
    """The file is the program: every row times a positive number, the same objective, every column free."""
    columns = read.free[: len(program.columns)]
    place = dict(zip(columns, program.columns, strict=True))
    extra = [name for name in read.free if name not in place]
    assert len(set(read.free)) == len(read.free)
    assert read.columns() == set(read.free)
    rows = list(read.rows.values())
    assert len(rows) == len(program.rows) + bool(extra and program.objective)
    for row, (entries, sense, right) in zip(program.rows, rows, strict=False):
        assert (sense == "=") is (row.sense == EQUAL)
        told = {place[name]: value for name, value in entries.items() if value}
        meant = {name: value for name, value in row.coefficients.items() if value}
        assert set(told) == set(meant)
        pairs = [*((told[n], meant[n]) for n in told), (right, row.right)]
        factors = {one / other for one, other in pairs if other}
        assert len(factors) <= 1
        assert all(factor > 0 for factor in factors)
        assert all(one == 0 for one, other in pairs if not other)
    objective = {name: value for name, value in read.objective.items() if value}
    constant = F(0)
    if extra and program.objective:
        (name,) = extra
        entries, sense, right = rows[-1]
        assert sense == "="
        assert objective == {name: F(1)}
        own = entries[name]
        constant = right / own
        objective = {n: -value / own for n, value in entries.items() if n != name}
    assert read.sense == program.sense
    assert constant == program.constant
    assert {place[n]: v for n, v in objective.items()} == {n: v for n, v in program.objective.items() if v}


def scipy_optimum(read: Read) -> tuple[int, float]:
    """Status and optimum by scipy; 0 optimal, 2 infeasible, 3 unbounded."""
    columns = {name: k for k, name in enumerate(read.free)}
    sign = -1 if read.sense == "max" else 1
    cost = np.zeros(len(columns))
    for name, value in read.objective.items():
        cost[columns[name]] = sign * float(value)
    parts: dict[str, tuple[list[np.ndarray], list[float]]] = {"=": ([], []), ">=": ([], [])}
    for entries, sense, right in read.rows.values():
        line = np.zeros(len(columns))
        for name, value in entries.items():
            line[columns[name]] = float(value)
        parts[sense][0].append(line)
        parts[sense][1].append(float(right))
    equal, least = parts["="], parts[">="]
    found = linprog(
        cost,
        A_ub=-np.array(least[0]) if least[0] else None,
        b_ub=-np.array(least[1]) if least[0] else None,
        A_eq=np.array(equal[0]) if equal[0] else None,
        b_eq=np.array(equal[1]) if equal[0] else None,
        bounds=(None, None),
    )
    return found.status, sign * found.fun if found.status == 0 else float("nan")


def highs_optimum(path: Path) -> tuple[str, float]:
    solver = highs()
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    run(solver)
    return str(solver.getModelStatus()).rpartition("k")[2], solver.getInfo().objective_function_value


WISHES = {
    "feasibility": ["budget:ex-ante"],
    "min-max-transfer": [],
    "min-total-transfer": [],
    "max-revenue": ["participation:ex-post"],
    "min-rent": ["no-subsidy"],
    "min-subsidy": ["participation:ex-post"],
    "min-epsilon": ["budget:ex-post"],
}
NAMES = ["liu2014-oil-leases", "hull-but-implementable", "more-signals-than-outcomes", "no-correlation"]
MORE = sorted(path.stem for path in (ROOT / "instances").glob("*.json") if path.stem not in {"index", *NAMES})
CASES = [(name, objective) for name in NAMES[:2] for objective in OBJECTIVES]
SLOW = [pytest.param(name, o, marks=pytest.mark.slow) for name in [*NAMES[2:], *MORE] for o in OBJECTIVES]
BY_STATUS = {"optimal": 0, "feasible": 0, "infeasible": 2, "unbounded": 3}


@pytest.mark.parametrize(("name", "objective"), [*CASES, *SLOW])
def test_the_optimum_of_the_file_is_the_value(name: str, objective: str, tmp_path: Path) -> None:
    """Read back by HiGHS, by scipy from the text, and in cvxpy, whatever is optimized."""
    env = mechsynth.load(ROOT / "instances" / f"{name}.json")
    asked = {"transfers": "contingent", "require": WISHES[objective], "objective": objective}
    try:
        program = mechsynth.program_of(env, **asked)
        result = mechsynth.solve(env, "implement", relax=False, **asked)
    except mechsynth.UsageError as refused:  # a prior is needed, and there is none
        pytest.skip(str(refused))
    aim = None if result.value is None else float(F(result.value))
    status = BY_STATUS[result.status]
    for ending, reader in READERS.items():
        path = tmp_path / f"program{ending}"
        mechsynth.export(program, path)
        read = reader(path.read_text())
        same(program, read)
        found, value = scipy_optimum(read)
        assert found == status or (found == 4 and status == 3)
        told, seen = highs_optimum(path)
        if status == 0:
            assert told == "Optimal"
            if aim is not None:
                assert value == pytest.approx(aim, rel=1e-6, abs=1e-6)
                assert seen == pytest.approx(aim, rel=1e-6, abs=1e-6)
        else:
            assert told in {"Infeasible", "Unbounded", "UnboundedOrInfeasible"}
    problem = program.to_cvxpy().problem
    problem.solve(solver="HIGHS")
    if aim is not None and status == 0:
        assert problem.value == pytest.approx(aim, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("ending", [".mps", ".lp"])
def test_the_largest_revenue_from_the_coin(ending: str, tmp_path: Path) -> None:
    """Two bidders of correlated values 10 or 100 (Myerson 1981, section 7): all of the expected surplus, (10 + 100 + 100)/3, can be had."""
    path = tmp_path / f"p{ending}"
    place = str(TRIALS / "correlated-values-coin.json")
    asked = ["--require", "participation:interim", "--objective", "max-revenue"]
    assert main(["export", place, *asked, "-o", str(path)]) == 0
    read = READERS[ending](path.read_text())
    assert read.sense == "max"
    assert scipy_optimum(read)[1] == pytest.approx(70)
    assert highs_optimum(path)[1] == pytest.approx(70)


@pytest.mark.parametrize("ask", ["implement", "contingent", "vcg-type"])
@pytest.mark.parametrize("numbers", ["integers", "long", "rational"])
@pytest.mark.parametrize("ending", [".mps", ".lp"])
@pytest.mark.parametrize("name", ["liu2014-oil-leases", "hull-not-residual-claimant"])
def test_every_ask_that_has_a_program(name: str, ask: str, numbers: str, ending: str) -> None:
    program = mechsynth.program_of(mechsynth.load(ROOT / "instances" / f"{name}.json"), ask)
    read = READERS[ending](text_of(program, ending, numbers))
    same(program, read)
    for row, (entries, _, right) in zip(program.rows, read.rows.values(), strict=False):
        if numbers == "rational":
            assert right == row.right
        else:
            assert all(value.denominator == 1 for value in [*entries.values(), right])


HARD = {
    "2^53 + 1": F(2**53 + 1),
    "10^15": F(10**15),
    "24 digits": F(123456789012345678901234),
    "a denominator of 24 digits": F(1, 123456789012345678901234),
    "near a half": F(10**25 // 2 + 1, 10**25),
    "5,000 digits": F(10**5000 + 1, 7),
}


def of_numbers(value: F) -> Program:
    """Two rows and an objective in which the number stands beside a 3."""
    rows = [
        Row("first", {"x": value, "y": F(3)}, EQUAL, F(1, 2)),
        Row("second", {"x": F(-3), "y": F(1, 5)}, AT_LEAST, -value),
        Row("empty", {}, AT_LEAST, F(-1)),
    ]
    return Program(["x", "y", "alone"], rows, {"x": -value, "y": F(1, 3)}, "max", value / 2)


@pytest.mark.parametrize("value", HARD.values(), ids=HARD)
@pytest.mark.parametrize("ending", [".mps", ".lp"])
def test_numbers_that_floats_do_not_hold(value: F, ending: str) -> None:
    """Refused for readers of floats, exact for others; a number of 5,000 digits has no place in a line of an LP file."""
    program = of_numbers(value)
    with pytest.raises(InputError, match="--numbers long or --numbers rational"):
        text_of(program, ending)
    for numbers in ("long", "rational"):
        if ending == ".lp" and value > 10**300:
            with pytest.raises(InputError, match=r"end it with \.mps"):
                text_of(program, ending, numbers)
            continue
        same(program, READERS[ending](text_of(program, ending, numbers)))


@pytest.mark.parametrize("ending", [".mps", ".lp"])
def test_what_is_not_refused_reaches_a_reader_of_floats_unchanged(ending: str, tmp_path: Path) -> None:
    """The largest numbers that are written by default: HiGHS holds every digit."""
    top, right = 10**15 - 1, 2**53
    program = Program(["x", "y"], [Row("r", {"x": F(top), "y": F(1)}, AT_LEAST, F(right))], {"y": F(1)})
    path = tmp_path / f"p{ending}"
    mechsynth.export(program, path)
    solver = highs()
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    found = solver.getLp()
    assert sorted(int(v) for v in found.a_matrix_.value_) == [1, top]
    assert int(found.row_lower_[0]) == right
    for coefficient, side in ((top + 1, 1), (1, right + 1)):
        row = Row("r", {"x": F(coefficient), "y": F(7)}, AT_LEAST, F(side))
        with pytest.raises(InputError):
            text_of(Program(["x", "y"], [row]), ending)


@pytest.mark.parametrize("name", ["utilities-of-fifteen-digits", "utility-beyond-two-to-53"])
@pytest.mark.parametrize("ending", [".mps", ".lp"])
def test_refused_from_the_shell_with_the_remedy(
    name: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, place = tmp_path / f"p{ending}", TRIALS / f"{name}.json"
    assert main(["export", str(place), "-o", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "--numbers long" in said
    assert not path.exists()
    program = mechsynth.program_of(mechsynth.load(place))
    for numbers in ("long", "rational"):
        assert main(["export", str(place), "-o", str(path), "--numbers", numbers]) == 0
        same(program, READERS[ending](path.read_text()))


@pytest.mark.parametrize("ending", [".mps", ".lp"])
def test_labels_that_became_one_name(ending: str, tmp_path: Path) -> None:
    """Signals ``s!``, ``s?`` and ``s_1``: as many columns and rows in the file as in the program, and HiGHS reads them all."""
    path = tmp_path / f"p{ending}"
    program = mechsynth.program_of(mechsynth.load(TRIALS / "labels-of-odd-characters.json"))
    mechsynth.export(program, path)
    same(program, READERS[ending](path.read_text()))
    solver = highs()
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    assert (solver.getNumCol(), solver.getNumRow()) == (len(program.columns), len(program.rows))


ODD = st.text(alphabet=st.sampled_from("ae1 _-><=[]|{}~!?.,()é\n%:"), max_size=8)


@given(ODD, ODD)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) is (one == other)


@given(st.lists(st.text(max_size=400), unique=True, max_size=6), st.text(min_size=190, max_size=300))
def test_names_in_a_file_are_short_legal_and_apart(names: list[str], start: str) -> None:
    """Also where they are long and differ only at their ends."""
    every = list(dict.fromkeys([*names, *(f"{start}{k}" for k in range(3))]))
    told = file_names(every)
    assert len(set(told)) == len(every)
    assert all(LEGAL.fullmatch(name) and len(name) <= 255 for name in told)


@pytest.mark.parametrize(
    "name",
    ["free", "e5", "E", "inf", "Infinity", "end", "st", "e-5", "nan", "5", ".5", "objective", "value", "", "RHS"],
)
@pytest.mark.parametrize("ending", [".mps", ".lp"])
def test_names_that_a_reader_could_misread(name: str, ending: str, tmp_path: Path) -> None:
    """A keyword, a number or an empty name as a column and as a row: HiGHS sees one column, and x ≥ 3 in it; the optimum is 1 + 3/2."""
    program = Program([name, "y"], [Row(name, {name: F(1)}, AT_LEAST, F(3)), Row("y", {"y": F(1)}, EQUAL, F(2))])
    program.objective, program.constant = {name: F(1, 2)}, F(1)
    path = tmp_path / f"p{ending}"
    mechsynth.export(program, path)
    same(program, READERS[ending](path.read_text()))
    assert highs_optimum(path)[1] == pytest.approx(2.5)


def test_lines_of_an_lp_file_are_short() -> None:
    """No line of more than 255 characters, of names and numbers as long as they come."""
    columns = [f"{'long ' * 50}{k}" for k in range(30)]
    row = Row("sum " * 80, dict.fromkeys(columns, F(10**200, 3)), AT_LEAST, F(1))
    program = Program(columns, [row], {columns[0]: F(1)})
    read = of_lp(text_of(program, ".lp", "long"))
    same(program, read)
    assert max(map(len, read.lines)) <= 255


def test_signals_with_commas_are_columns_of_their_own() -> None:
    """Reports ``("x", "y,z")`` and ``("x,y", "z")`` of two others are different outcomes, though both read ``x,y,z``."""
    env = mechsynth.Environment(
        ["a", "b", "c"],
        signals={"a": ["0", "1"], "b": ["x", "x,y"], "c": ["z", "y,z"]},
        actions=["one", "two"],
        utilities={name: np.arange(16).reshape(2, 2, 2, 2) % (3 + k) for k, name in enumerate("abc")},
        transition=mechsynth.rational.Rationals(np.ones((2, 2, 2, 2, 2, 2, 2), dtype=np.int64), 8),
        discount="1/2",
    )
    program = mechsynth.program_of(env, "contingent")
    outcomes = {name.partition("| next ")[2] for name in program.columns if name.startswith("later[a ")}
    assert len(outcomes) == 4


def test_a_program_without_rows_or_columns(tmp_path: Path) -> None:
    """Nothing to meet is feasible, and the file still is one."""
    for ending in READERS:
        path = tmp_path / f"p{ending}"
        mechsynth.export(Program(), path)
        assert highs_optimum(path)[0] == "Optimal"
    assert Program(["x"]).to_cvxpy().problem.solve(solver="HIGHS") == pytest.approx(0)
