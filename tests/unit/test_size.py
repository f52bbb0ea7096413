"""The house stays readable: no long file, no function of many arguments, no record without a type."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "mechsynth"
FILES = sorted(PACKAGE.rglob("*.py"))
# Public, all arguments with names, most of them with defaults.
PUBLIC = {"api.solve", "environment.__init__", "trade.bilateral_trade"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_function_takes_more_than_seven_arguments() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                told = node.args
                names = [each.arg for each in (*told.posonlyargs, *told.args, *told.kwonlyargs)]
                count = len(names) + bool(told.vararg) + bool(told.kwarg) - (names[:1] in (["self"], ["cls"]))
                assert count <= 7 or f"{path.stem}.{node.name}" in PUBLIC, (path, node.lineno, count)


def test_few_records_can_hold_anything() -> None:
    """`dict[str, Any]` is for what users read of files; inside, records say what they are, or are objects that have to be looked at first."""
    assert sum(path.read_text(encoding="utf-8").count("dict[str, Any]") for path in FILES) < 60
