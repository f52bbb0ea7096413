"""The examples of docs/requirements.md run, and print what the page shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import mechsynth

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, flags=re.DOTALL)


def test_examples_print_what_the_page_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In order: the second goes on from the first."""
    assert len(EXAMPLES) == PAGE.count("```python") == 2
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    for code, expected in EXAMPLES:
        exec(compile(code, "requirements.md", "exec"), names)
        assert capsys.readouterr().out == expected


def test_the_page_names_what_there_is() -> None:
    """Every attribute of a setting that the page names exists."""
    env = mechsynth.load(ROOT / "instances" / "liu2014-oil-leases.json")
    seen: list[mechsynth.Setting] = []

    class Look:
        name = "look"

        def rows(self, setting: mechsynth.Setting) -> None:
            seen.append(setting)

    mechsynth.program_of(env, transfers="full+now", require=[Look()])
    (setting,) = seen
    named = set(re.findall(r"`setting\.(\w+)", PAGE))
    assert {"X", "now", "later", "row", "column", "profiles"} <= named
    assert not [name for name in named if not hasattr(setting, name)]
