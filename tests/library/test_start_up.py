"""What starting up costs: nothing heavy is imported before it is needed."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest

pytestmark = pytest.mark.processes
HEAVY = ("numpy", "cvxpy", "highspy", "rich", "scipy", "networkx", "flint", "matplotlib", "jinja2")
# Seconds of a processor: a third of that is needed on a machine of today, and twice that where its cores are shared with others.
LIMIT = 0.6 if os.environ.get("CI") == "true" else 0.3

PATIENCE = 300  # seconds; a machine may be busy

LIST = f"\nimport sys; print(sorted(m for m in {HEAVY!r} if m in sys.modules))"


def loaded(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code + LIST], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
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
    """`mechsynth --help`, from starting the process to its end: the time of the processor, whatever else the machine does, best of five."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "mechsynth", "--help"], capture_output=True, text=True, timeout=PATIENCE
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.returncode == 0 and "solve" in done.stdout
    assert min(times) < LIMIT, times
