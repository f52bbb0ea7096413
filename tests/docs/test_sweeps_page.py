"""docs/sweeps.md: its commands run and print what it shows, its Python prints what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from mechsynth.cli import main
from mechsynth.sweep import command

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def pattern(shown: str) -> str:
    """A line of dots stands for any lines, dots within a line for anything on it."""
    kept = [
        r"[\s\S]*?" if line == "..." else ".*".join(map(re.escape, line.split("..."))) for line in shown.split("\n")
    ]
    return r"\s*" + r"\s*".join(kept) + r"\s*"


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks("console"):
        written, _, shown = block.removeprefix("$ mechsynth ").partition("\n")
        # One process: what is printed does not depend on it.
        assert main([*shlex.split(written), "--workers", "1"]) == 0
        printed = capsys.readouterr().out
        assert re.fullmatch(pattern(shown.strip()), printed), (written, printed)
    assert {path.suffix for path in tmp_path.iterdir()} == {".db", ".csv", ".svg", ".png"}
    (program,) = blocks("python")
    exec(compile(program, "sweeps.md", "exec"), {})
    assert capsys.readouterr().out == blocks("text")[1]


@pytest.mark.slow
def test_the_large_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (written,) = blocks("sh")
    assert main([*shlex.split(written)[1:], "--workers", "2"]) == 0
    assert capsys.readouterr().out == blocks("text")[0]


def test_the_closed_forms_of_the_page_are_those_of_the_families() -> None:
    from mechsynth.families.closed import FORMS

    table = PAGE.partition("| family | question | closed form |")[2].partition("\n\n")[0]
    assert set(
        re.findall(r"`([a-z]+-[a-z]+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if line))
    ) == {form.family for form in FORMS}


def test_every_option_is_named_on_the_page() -> None:
    import argparse

    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(), lambda text: None)
    said = parser.parse_args(["sweep", "bilateral-trade", "--ask", "policy", "-o", "x"])
    for name in vars(said):
        if name not in ("family", "run", "output", "time_limit", "retry", "workers"):
            assert f"--{name.replace('_', '-')}" in PAGE, name
