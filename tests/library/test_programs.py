"""Programs that leave the package: cvxpy, MPS and LP files, custom requirements; and how a run is cut short and resumed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import mechsynth
from mechsynth.cli import main
from mechsynth.rational import Rationals
from mechsynth.solver.quiet import highs, run

INSTANCES = Path(__file__).resolve().parents[2] / "instances"


def load(name: str) -> mechsynth.Environment:
    return mechsynth.load(INSTANCES / f"{name}.json")


CASES = [  # by the pencil-and-paper reasons in the instances' x-why
    ("liu2014-oil-leases", "contingent", True),
    ("liu2014-oil-leases", "vcg-type", True),
    ("hull-not-residual-claimant", "contingent", False),
    ("hull-not-residual-claimant", "vcg-type", False),
    ("hull-but-implementable", "contingent", True),
]


@pytest.mark.parametrize(("name", "ask", "feasible"), CASES)
def test_the_program_in_cvxpy_has_the_same_answer(name: str, ask: str, feasible: bool) -> None:
    """`Program.to_cvxpy` is the program that was proved: cvxpy finds it feasible or not as the proof says."""
    found = mechsynth.program_of(load(name), ask).to_cvxpy()
    found.problem.solve(solver="HIGHS")
    assert (found.problem.status == "optimal") is feasible


def test_a_users_own_constraint_and_objective() -> None:
    """Oil leases: with the last period's payments free, the largest payment of the joint program can be made smaller than 31."""
    import cvxpy

    program = mechsynth.program_of(load("liu2014-oil-leases"), "contingent")
    found = program.to_cvxpy()
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.norm_inf(found.vector)), found.problem.constraints)
    problem.solve(solver="HIGHS")
    # firm 1 at 6 must expect to receive 12 whatever it paid out, so no payment rule does with less.
    assert 12 - 1e-6 <= problem.value <= 31
    point = {name: Fraction(float(found.variables[name].value)).limit_denominator(1000) for name in program.columns}
    assert set(program.violations(point)) <= {row.name for row in program.rows}


@pytest.mark.parametrize("ending", ["lp", "mps"])
@pytest.mark.parametrize(("name", "ask", "feasible"), CASES)
def test_exported_files_have_the_same_answer(name: str, ask: str, feasible: bool, ending: str, tmp_path: Path) -> None:
    """The file, read back by the solver, is feasible exactly when the proof says so, and its rows carry readable names."""
    import highspy

    path = tmp_path / f"program.{ending}"
    mechsynth.export(mechsynth.program_of(load(name), ask), path)
    solver = highs()
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    run(solver)
    assert (solver.getModelStatus() == highspy.HighsModelStatus.kOptimal) is feasible
    assert re.search(r"target_of_firm1_at_4", path.read_text())


def test_export_from_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.lp"
    arguments = [str(INSTANCES / "liu2014-oil-leases.json"), "--transfers", "full", "--require", "budget:ex-post"]
    assert main(["export", *arguments, "-o", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(path)
    assert "budget{of}ex~post" in path.read_text()
    assert main(["export", *arguments, "-o", str(tmp_path / "p.txt")]) == 2
    assert "end it with .mps or .lp" in capsys.readouterr().err


@dataclass(frozen=True)
class WinnerNeverPaysMore:
    """A requirement of a user's own: nobody pays more than ``most`` in the last period."""

    most: Fraction
    name: str = "x-last-period-cap"

    def rows(self, setting: mechsynth.program.synthesis.Setting) -> None:  # type: ignore[name-defined]
        for i, now in enumerate(setting.now[-1]):
            if now is not None:
                names = [f"{self.name} {i} {k}" for k in range(now.size)]
                one = np.ones(now.size, dtype=np.int64)
                setting.program.add_rows(names, [now], [-one], 1, [-self.most] * now.size, self.name)


def test_a_requirement_of_a_users_own() -> None:
    """Auction 2 alone: p(6) − p(4) must lie in [6, 12] (section 3.1 of Liu 2014). With payments in [0, B]: B = 6 does, B = 5 does not."""
    env = load("liu2014-auction-2")
    for most, status in ((6, "feasible"), (5, "infeasible")):
        wishes = ["no-subsidy", WinnerNeverPaysMore(Fraction(most))]
        found = mechsynth.solve(env, "implement", transfers="history-independent", require=wishes)
        assert found.status == status
        if status == "infeasible":
            assert found.witness is not None
            assert set(found.witness["conflict"]) == {"pepic", "no-subsidy", "x-last-period-cap"}


def random_environment(agents: int, signals: int, actions: int, seed: int) -> mechsynth.Environment:
    rng = np.random.default_rng(seed)
    size = signals**agents
    rows = rng.integers(1, 30, size=(actions, size, size))
    rows = np.floor(rows / rows.sum(-1, keepdims=True) * 5040).astype(np.int64)
    rows[..., 0] += 5040 - rows.sum(-1)
    names = [f"a{i}" for i in range(agents)]
    shape = (signals,) * agents
    return mechsynth.Environment(
        names,
        signals=[f"s{k}" for k in range(signals)],
        actions=[f"x{k}" for k in range(actions)],
        utilities={name: rng.integers(0, 50, (actions, *shape)) for name in names},
        transition=Rationals(rows.reshape((actions, *shape, *shape)), 5040),
        discount="9/10",
        name=f"random-{seed}",
    )


@pytest.mark.parametrize("ask", ["convex-independence", "contingent", "vcg-type"])
def test_the_answer_does_not_depend_on_the_number_of_workers(ask: str) -> None:
    """Byte for byte."""
    env = random_environment(3, 5, 2, 0)
    files = {mechsynth.solve(env, ask, scope="all", workers=workers, distance=False).to_bytes() for workers in (1, 2, 3)}
    assert len(files) == 1


@pytest.mark.parametrize("ask", ["contingent", "vcg-type"])
def test_a_time_limit_leaves_what_is_settled_and_a_run_resumes(ask: str, tmp_path: Path) -> None:
    """Without time nothing is settled; what an earlier run settled is taken over, and a bent payment is not believed."""
    env = random_environment(2, 4, 2, 1)
    none = mechsynth.solve(env, ask, time_limit=0.0)
    assert none.status == "unknown"
    assert none.certificate["settled"] == []
    assert not none.check().accepted
    whole = mechsynth.solve(env, ask)
    partial = json.loads(none.to_bytes())
    partial["mechanism"]["transfers"] = {"a0": json.loads(whole.to_bytes())["mechanism"]["transfers"]["a0"]}
    resumed = mechsynth.solve(env, ask, resume=partial)
    assert resumed.status == "feasible"
    assert resumed.check().accepted
    bent = json.loads(json.dumps(partial))
    table = bent["mechanism"]["transfers"]["a0"]["later"]
    while isinstance(table[0], list):
        table = table[0]
    table[0] = str(Fraction(table[0]) + 1)
    assert mechsynth.solve(env, ask, resume=bent).check().accepted


def test_the_shell_says_unknown_with_exit_code_3_and_resumes(tmp_path: Path) -> None:
    instance, first, second = tmp_path / "i.json", tmp_path / "1.json", tmp_path / "2.json"
    mechsynth.save(random_environment(2, 4, 2, 1), instance)
    assert main(["solve", str(instance), "--ask", "contingent", "--time-limit", "0", "-o", str(first), "--json"]) == 3
    assert main(["check", str(first), str(instance)]) == 1
    assert main(["solve", str(instance), "--ask", "contingent", "--resume", str(first), "-o", str(second)]) == 0
    assert main(["check", str(second), str(instance)]) == 0
    other = tmp_path / "other.json"
    mechsynth.save(random_environment(2, 4, 2, 2), other)
    assert main(["solve", str(other), "--ask", "contingent", "--resume", str(first)]) == 2


def test_implement_keeps_to_its_time_limit() -> None:
    """No time: unknown, which proves nothing; no limit: the same question is answered."""
    env = load("liu2014-oil-leases")
    late = mechsynth.solve(env, "implement", transfers="full", require=["budget:ex-post"], time_limit=0.0)
    assert (late.status, late.strength) == ("unknown", "numerical")
    assert not late.check().accepted
    assert mechsynth.solve(env, "implement", transfers="full", require=["budget:ex-post"]).status == "infeasible"


def test_a_program_that_ends_one_pivot_too_early() -> None:
    """``full+now`` contains ``full``, so what the larger class cannot do the smaller cannot; here the usual float tolerances stop short."""
    env = mechsynth.load(INSTANCES.parent / "tests" / "asks" / "data" / "near-tie.json")
    for transfers in ("full+now", "full"):
        result = mechsynth.solve(env, "implement", transfers=transfers, require=["budget:ex-post"])
        assert result.status == "infeasible"
        assert result.check().accepted


def test_the_command_knows_the_numbers_of_the_writers() -> None:
    """It names them in its help, for which it does not load what writes them."""
    from mechsynth.commands import export
    from mechsynth.program import writers

    assert export.NUMBERS == writers.NUMBERS
