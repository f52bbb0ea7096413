"""The README's examples: every command runs, and prints what the README shows ("..." stands for anything)."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from pathlib import Path

import pytest

from mechsynth.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """Return the commands that call mechsynth itself, with what they should print."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            if command.startswith("mechsynth "):
                found.append((command, output))
    return found


def pattern(output: str) -> str:
    """Return a pattern in which a line of dots stands for any lines, and dots at a line's end for its rest."""
    lines = []
    for line in output.strip().splitlines():
        if line == "...":
            lines.append(r"[\s\S]*?")
        else:
            lines.append(re.escape(line.removesuffix("...")) + (".*" if line.endswith("...") else ""))
    return r"\s*" + r"\n*".join(lines) + r"\s*"


def test_readme_shows_commands() -> None:
    assert len(examples()) >= 3


def test_examples_print_what_the_readme_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, since one writes what the next reads."""
    os.symlink(ROOT / "instances", tmp_path / "instances")
    monkeypatch.chdir(tmp_path)
    for command, output in examples():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = main(shlex.split(command)[1:])
        assert code == 0, command
        assert re.fullmatch(pattern(output), printed.getvalue()), (command, printed.getvalue())


def test_python_example_prints_what_the_readme_shows(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("python")
    (expected,) = blocks("text")
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out == expected
