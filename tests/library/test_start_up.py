"""What starting up costs: nothing heavy is imported before it is needed."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

import pytest

HEAVY = ("numpy", "cvxpy", "highspy", "rich", "scipy", "networkx", "flint", "matplotlib", "jinja2")
# 0.3 s on an idle machine; machines of continuous integration are shared and about half as fast.
LIMIT = 0.6 if os.environ.get("CI") == "true" else 0.3

LIST = f"\nimport sys; print(sorted(m for m in {HEAVY!r} if m in sys.modules))"


def loaded(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code + LIST], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip().splitlines()[-1]


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert loaded("import mechsynth") == "[]"


@pytest.mark.parametrize(
    "command",
    ["[]", "['solve']", "['check']", "['explain']", "['report']", "['generate']", "['suite', 'list']", "['sweep']"],
)
def test_help_imports_nothing_heavy(command: str) -> None:
    code = f"""
from mechsynth.cli import main
try:
    main({command} + ['--help'])
except SystemExit as stop:
    assert not stop.code
"""
    assert loaded(code) == "[]"


def test_checking_and_explaining_need_no_solver() -> None:
    """The checker and the words are independent of the solver: neither highspy nor cvxpy is loaded by them."""
    code = "import mechsynth.check, mechsynth.words"
    found = loaded(code)
    assert "highspy" not in found and "cvxpy" not in found


def test_help_is_quick() -> None:
    """`mechsynth --help`, from starting the process to its end, median of five."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "mechsynth", "--help"], capture_output=True, text=True, timeout=60)
        times.append(time.perf_counter() - start)
        assert done.returncode == 0 and "solve" in done.stdout
    assert statistics.median(times) < LIMIT
