"""docs/sweeps.md: its large map, its table of closed forms, its options."""

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
        re.findall(r"`([a-z0-9-]+)`", "\n".join(line.split("|")[1] for line in table.splitlines() if line))
    ) == {form.family for form in FORMS}


def test_every_option_is_named_on_the_page() -> None:
    import argparse

    parser = argparse.ArgumentParser()
    command.add(parser.add_subparsers(), lambda text: None)
    said = parser.parse_args(["sweep", "bilateral-trade", "--ask", "policy", "-o", "x"])
    for name in vars(said):
        if name not in ("family", "run", "output", "time_limit", "retry", "workers"):
            assert f"--{name.replace('_', '-')}" in PAGE, name
