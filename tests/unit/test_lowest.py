"""The lowest versions that CI installs are the lowest that are allowed, one for each requirement of the package and of its tests."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def release(version: str) -> tuple[int, ...]:
    """A version as numbers, without zeros at its end: 1.26 and 1.26.0 are the same."""
    numbers = [int(part) for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def test_lowest_versions_are_those_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    allowed = {}
    for requirement in (*project["dependencies"], *extras["test"], *extras["docs"]):
        name, bound = re.fullmatch(r"([A-Za-z0-9-]+)>=([0-9.]+)", requirement).groups()  # type: ignore[union-attr]
        assert allowed.setdefault(name, release(bound)) == release(bound), requirement
    lines = (ROOT / ".ci" / "lowest.txt").read_text(encoding="utf-8").splitlines()
    tried = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert {name: release(version) for name, version in tried.items()} == allowed
