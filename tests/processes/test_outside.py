"""What a process meets outside: a standard output that is closed, full or gone, and faults of the program itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
LEASES = str(ROOT / "instances" / "liu2014-oil-leases.json")
PATIENCE = 300  # seconds; a machine may be busy
COMMANDS: list[tuple[str, ...]] = [
    ("solve", LEASES),
    ("solve", LEASES, "--ask", "contingent", "--json"),
    ("generate", "--list", "--json"),
    ("suite", "list", str(ROOT / "instances")),
    ("lp", str(ROOT / "docs" / "examples" / "plan.lp")),
]


def shell(words: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command line from a shell, whose redirections stand in ``words``."""
    command = f'exec "$@" {words}'
    return subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-m", "mechsynth", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: " ".join(map(os.path.basename, words)))
@pytest.mark.parametrize(
    ("words", "problem"), [(">&-", "is closed"), (">/dev/full", "cannot be written (No space left")]
)
def test_a_standard_output_that_takes_nothing(arguments: tuple[str, ...], words: str, problem: str) -> None:
    """One line, exit code 2: what was to be said was not said."""
    ended = shell(words, *arguments)
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith(f"mechsynth: standard output: {problem}") and ended.stderr.count("\n") == 1


def test_a_closed_standard_output_stops_before_anything_is_written(tmp_path: Path) -> None:
    """No file that is opened may become standard output in its place."""
    assert shell(">&-", "solve", LEASES, "-o", str(tmp_path / "r.json")).returncode == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [("solve", LEASES, "--ask", "policy"), ("solve", "missing.json"), ("guess",)])
def test_a_closed_standard_error(arguments: tuple[str, ...]) -> None:
    """What is said there is lost; the exit code is the same, and it is not said elsewhere."""
    ended, usual = shell("2>&-", *arguments), shell("", *arguments)
    assert (ended.returncode, ended.stdout) == (usual.returncode, usual.stdout)
    assert ended.stderr == ""


FAULT = """
import sys
from mechsynth.commands import {room}
def fail(*_, **__):
    raise {error}
{room}.{function} = fail
from mechsynth.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "error", ["ZeroDivisionError('two\\nlines')", "AssertionError", "KeyError('x')", "OSError(5, 'a disk')"]
)
@pytest.mark.parametrize(("room", "function", "command"), [("judge", "read", "check"), ("judge", "read", "audit")])
def test_a_fault_is_no_verdict(room: str, function: str, command: str, error: str) -> None:
    """1 means that a check fails; what nobody meant to raise is exit code 70 and one line."""
    program = FAULT.format(room=room, function=function, error=error)
    ended = subprocess.run(
        [sys.executable, "-c", program, command, LEASES, LEASES],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (ended.returncode, ended.stdout) == (70, "")
    assert ended.stderr.count("\n") == 1 and "a fault of this program" in ended.stderr


def crowd(agents: int, horizon: int | str) -> dict[str, Any]:
    """So many agents, none of whom knows anything."""
    names = [f"a{i}" for i in range(agents)]
    document: dict[str, Any] = {
        "format": "mechsynth-instance/1",
        "horizon": horizon,
        "discount": "1/2",
        "agents": names,
        "signals": {name: ["-"] for name in names},
        "actions": ["x", "y"],
        "utilities": {name: {"private": [[0], [1]]} for name in names},
    }
    if horizon != 1:
        document["transition"] = {"independent": {name: [["1"]] for name in names}}
    return document


@pytest.mark.parametrize("horizon", [1, 2, "infinite"])
@pytest.mark.parametrize("agents", [15, 70])
def test_many_agents(agents: int, horizon: int | str, tmp_path: Path) -> None:
    """Fifteen are answered; more than arrays have axes for are refused in one line, by the checker too."""
    path, result = tmp_path / "crowd.json", tmp_path / "r.json"
    path.write_text(json.dumps(crowd(agents, horizon)), encoding="utf-8")
    ended = shell("", "solve", str(path), "--ask", "policy", "-o", str(result))
    if agents == 15:
        assert ended.returncode == 0, ended.stderr
        assert shell("", "check", str(result), str(path)).returncode == 0
        return
    assert ended.returncode == 2 and ended.stderr.count("\n") == 1 and "crowd.json: agents: 70 of them" in ended.stderr
    import hashlib

    about = {"name": "", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    given = {"format": "mechsynth-result/1", "instance": about, "question": {"ask": "policy"}, "status": "optimal"}
    result.write_text(json.dumps(given | {"strength": "exact", "value": "70"}), encoding="utf-8")
    for arguments in (("check", str(result), str(path)), ("audit", str(path), str(result))):
        ended = shell("", *arguments)
        assert ended.returncode == 2 and ended.stderr.count("\n") == 1 and "agents" in ended.stderr, ended.stderr


def test_a_page_of_payments_of_ten_thousand_digits(tmp_path: Path) -> None:
    """They are shown rounded; the file has all their digits."""
    result, page = ROOT / "tests" / "trials" / "payments-of-ten-thousand-digits.json", tmp_path / "r.html"
    ended = shell("", "report", str(result), "-o", str(page), cwd=tmp_path)
    assert ended.returncode in (0, 1) and ended.stderr == ""
    assert "e+9999" in page.read_text(encoding="utf-8").replace("E", "e")
