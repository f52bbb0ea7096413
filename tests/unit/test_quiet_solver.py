"""HiGHS is made in one place, writes nothing, and runs whatever else in the process uses HiGHS."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FACTORY = ROOT / "mechsynth" / "solver" / "quiet.py"
NEAR_TIE = ROOT / "tests" / "asks" / "data" / "near-tie.json"


def sources() -> list[Path]:
    return [path for folder in ("mechsynth", "benchmarks", "docs", "tests") for path in (ROOT / folder).rglob("*.py")]


def test_one_place_makes_it() -> None:
    """No other file names the classes of highspy that are solvers, called or not."""
    makers = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None
            if named in ("Highs", "_Highs") or (
                isinstance(node, ast.ImportFrom) and any(each.name in ("Highs", "_Highs") for each in node.names)
            ):
                makers.add(path)
    assert makers == {FACTORY}


def process(program: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program as a process of its own, where everything on its descriptors is seen, Python's or not."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", program], capture_output=True, env=environ, timeout=300, cwd=ROOT)


USE = """
import numpy as np
from threading import Thread
from mechsynth.solver.highs import SlackProgram
from mechsynth.solver.linear import minimize, methods
from scipy.sparse import csc_array

def use():
    one = np.ones(1)
    program = SlackProgram(np.array([[1.0, -1.0, 0.5]]))
    assert program.solve(one, np.ones(3, dtype=bool)) is not None
    for options in methods(1):
        end = minimize(np.ones(2), csc_array(np.array([[1.0, 2.0]])), one, one, np.zeros(2), options)
        assert end is not None and abs(end.point @ [1.0, 2.0] - 1) < 1e-6
"""
THREADS = """
threads = [Thread(target=use) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("done")
"""


@pytest.mark.processes
def test_nothing_is_written_by_any_thread() -> None:
    """What the process itself writes is all that stands on its descriptors, though four threads make and run HiGHS."""
    ended = process(USE + THREADS)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"done\n", b"")


@pytest.mark.processes
@pytest.mark.parametrize("threads", [0, 1, 2, 3])
def test_another_highs_may_have_run_before(threads: int) -> None:
    """The number of threads of HiGHS belongs to the process: who asks for another number is refused, and must not be."""
    before = f"""
from highspy import _core
import mechsynth.solver.quiet as quiet
other = quiet.highs()
other.setOptionValue("threads", {threads})
other.addVar(0.0, 1.0)
assert other.run() == _core.HighsStatus.kOk
"""
    ended = process(before + USE + "use()\nprint('done')")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"done\n", b"")


@pytest.mark.processes
def test_an_answer_after_a_users_own_cvxpy() -> None:
    """The same question, before and after cvxpy solved something by HiGHS in this process: no basis was to be had, and the answer was unknown."""
    program = f"""
import cvxpy, mechsynth
env = mechsynth.load({str(NEAR_TIE)!r})
x = cvxpy.Variable()
cvxpy.Problem(cvxpy.Minimize(x), [x >= 1]).solve(solver="HIGHS")
found = mechsynth.solve(env, "implement", transfers="full", require=["budget:ex-post"])
assert found.status == "infeasible", found.status
"""
    ended = process(program)
    assert ended.returncode == 0, ended.stderr
