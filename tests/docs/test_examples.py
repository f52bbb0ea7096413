"""Every example of the README and of the pages of docs/ runs, and prints what is shown ("..." stands for anything).

Commands and Python blocks of a page run in its order, in one folder and one namespace, since one writes what the next reads. A `text` block after
a Python block is what that block prints. A `sh` block takes minutes or other machines: it is parsed, and run by a test of its page. JSON blocks are JSON, and those that are instances load.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest
from pages import PAGES, ROOT, blocks, commands, commands_of, pattern

import mechsynth
from mechsynth.cli import main, parser


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which the paths of the pages exist."""
    for name in ("instances", "docs"):
        os.symlink(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def run(command: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command in this process; return its exit code."""
    program, *arguments = shlex.split(command)
    if program == "mechsynth":
        if arguments[0] == "sweep" or arguments[:2] == ["suite", "run"]:
            arguments += ["--workers", "1"]  # what is printed does not depend on it
        return main(arguments)
    assert program == "python", f"{command}: the pages run mechsynth, and Python files"
    monkeypatch.setattr(sys, "argv", arguments)
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code)
            return 1
        return end.code or 0
    return 0


def test_pages_show_commands() -> None:
    assert "README.md" in PAGES
    assert len(commands("README.md")) >= 3
    assert sum(len(commands(page)) for page in PAGES) >= 40


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(block.language in ("console", "python") for block in blocks(page))]
)
def test_examples_print_what_the_page_shows(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, object] = {}
    shown = blocks(page)
    for k, block in enumerate(shown):
        if block.language == "console":
            for command, output in commands_of(block):
                follow(page, command, output, monkeypatch)
        elif block.language == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                # Blank lines first, so that a traceback names the line of the page.
                exec(compile("\n" * block.line + block.text, page, "exec"), namespace)
            expected = shown[k + 1].text if k + 1 < len(shown) and shown[k + 1].language == "text" else ""
            assert re.fullmatch(pattern(expected), printed.getvalue()), (page, block.line, printed.getvalue())


def follow(page: str, command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = run(command, monkeypatch)
    # A page that shows a failure shows its code: the last line of the output.
    expected, stated = 0, re.search(r"\nexit code (\d)\s*$", "\n" + output)
    if stated:
        expected, output = int(stated[1]), output[: output.rindex("exit code")]
    assert code == expected, (page, command, printed.getvalue())
    assert re.fullmatch(pattern(output), printed.getvalue()), (page, command, printed.getvalue())


@pytest.mark.parametrize("page", PAGES)
def test_json_of_a_page_is_json(page: str) -> None:
    for block in blocks(page):
        if block.language == "json":
            found = json.loads(block.text)
            if isinstance(found, dict) and found.get("format") == "mechsynth-instance/1":
                mechsynth.loads(block.text.encode())


@pytest.mark.parametrize("page", PAGES)
def test_blocks_are_of_a_kind_that_is_tested(page: str) -> None:
    """A block of another language would be an example that nobody runs."""
    known = {"console", "python", "text", "json", "sh", "{toctree}", "{eval-rst}", "{questions}"}
    assert not {block.language.split(" ")[0] for block in blocks(page)} - known


@pytest.mark.parametrize("page", [page for page in PAGES if any(block.language == "sh" for block in blocks(page))])
def test_commands_that_are_not_run_here_can_be_read(page: str) -> None:
    for block in blocks(page):
        for line in block.text.splitlines() if block.language == "sh" else ():
            program, *arguments = shlex.split(line, comments=True)
            if program == "mechsynth":
                parser().parse_args(arguments)


def test_a_wrong_example_is_found() -> None:
    assert re.fullmatch(pattern("one\n...\nlast li..."), "one\ntwo\nthree\nlast line\n")
    assert not re.fullmatch(pattern("one\n...\nlast"), "one\ntwo\n")
    assert not re.fullmatch(pattern("one\ntwo"), "one\nzero\ntwo\n")
    assert not re.fullmatch(pattern(""), "something\n")
