"""`check`, `audit`, `explain`, `report` with a time limit: no verdict and exit code 3, whatever they were at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mechsynth.cli import main

LEASES = str(Path(__file__).resolve().parents[2] / "instances" / "liu2014-oil-leases.json")
WORK = {
    "check": "mechsynth.check.check",
    "audit": "mechsynth.audit.audit",
    "explain": "mechsynth.words.explain",
    "report": "mechsynth.report.page",
}


def endless(*_: Any, **__: Any) -> NoReturn:
    while True:
        pass


def command(name: str, result: Path) -> list[str]:
    files = [LEASES, str(result)] if name == "audit" else [str(result), LEASES]
    return [name, *files, *(["-o", str(result.with_suffix(".html"))] if name == "report" else [])]


@pytest.fixture
def result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    at = tmp_path / "r.json"
    assert main(["solve", LEASES, "--ask", "contingent", "-o", str(at)]) == 0
    capsys.readouterr()
    return at


@pytest.mark.parametrize("name", WORK)
def test_work_without_end(
    name: str, result: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WORK[name], endless)
    assert main([*command(name, result), "--time-limit", "0.2"]) == 3
    said = capsys.readouterr()
    assert said.out == f"unknown: {name} was not finished within 0.2 s; nothing is said of {result}\n" and not said.err
    assert main([*command(name, result), "--time-limit", "0.2", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["status"] == "unknown"
    assert {path.name for path in result.parent.iterdir()} == {"r.json"}


@pytest.mark.parametrize("name", WORK)
def test_work_that_ends_in_time(name: str, result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it says without a limit."""
    assert main(command(name, result)) == 0
    usual = capsys.readouterr().out
    assert main([*command(name, result), "--time-limit", "3600"]) == 0
    assert capsys.readouterr().out == usual


@pytest.mark.parametrize("limit", ["-1", "nan", "inf", "1e9"])
def test_a_limit_that_is_none(limit: str, result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command("check", result), "--time-limit", limit]) == 2
    assert "is no limit" in capsys.readouterr().err
