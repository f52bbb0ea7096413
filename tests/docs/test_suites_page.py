"""docs/suites.md: its commands run and print what it shows, its suite file is one, its Python prints what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from mechsynth.check import check
from mechsynth.cli import main
from mechsynth.suite.plan import lines

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "suites.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def pattern(shown: str) -> str:
    """A line of dots stands for any lines, dots within a line for anything on it."""
    kept = [
        r"[\s\S]*?" if line == "..." else ".*".join(map(re.escape, line.split("..."))) for line in shown.split("\n")
    ]
    return r"\s*" + r"\s*".join(kept) + r"\s*"


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    os.symlink(ROOT / "instances", tmp_path / "instances")
    monkeypatch.chdir(tmp_path)
    codes = []
    for block in blocks("console"):
        command, _, shown = block.removeprefix("$ mechsynth ").partition("\n")
        # One process: what is printed does not depend on it.
        codes.append(main(shlex.split(command) + (["--workers", "1"] if "suite run" in command else [])))
        printed = capsys.readouterr().out
        assert re.fullmatch(pattern(shown.strip()), printed), (command, printed)
    assert codes == [3, 0]
    from_table, with_jobs = blocks("python")
    space: dict[str, object] = {}
    exec(compile(from_table, "suites.md", "exec"), space)
    assert check(space["result"], space["instance"]).accepted  # type: ignore[arg-type]
    exec(compile(with_jobs, "suites.md", "exec"), {})
    assert capsys.readouterr().out == blocks("text")[0]


def test_the_suite_file_is_one(tmp_path: Path) -> None:
    os.symlink(ROOT / "instances" / "liu2014-oil-leases.json", tmp_path / "liu2014-oil-leases.json")
    os.symlink(ROOT / "instances" / "liu2014-auction-1.json", tmp_path / "liu2014-auction-1.json")
    (tmp_path / "suite.json").write_text(blocks("json")[0], encoding="utf-8")
    found = lines([str(tmp_path / "suite.json")])
    asked = [(line.instance.split("-")[1], line.question["ask"]) for line in found]
    assert asked == [("auction", "static"), ("oil", "implement"), ("oil", "vcg-type")]
    assert "infeasible" in {known.status for known in found[0].expected}
    json.loads(blocks("json")[0])
