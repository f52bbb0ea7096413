"""docs/suites.md: its suite file is one."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from mechsynth.suite.plan import lines

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "suites.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_suite_file_is_one(tmp_path: Path) -> None:
    os.symlink(ROOT / "instances" / "liu2014-oil-leases.json", tmp_path / "liu2014-oil-leases.json")
    os.symlink(ROOT / "instances" / "liu2014-auction-1.json", tmp_path / "liu2014-auction-1.json")
    (tmp_path / "suite.json").write_text(blocks("json")[0], encoding="utf-8")
    found = lines([str(tmp_path / "suite.json")])
    asked = [(line.instance.split("-")[1], line.question["ask"]) for line in found]
    assert asked == [("auction", "static"), ("oil", "implement"), ("oil", "vcg-type")]
    assert "infeasible" in {known.status for known in found[0].expected}
    json.loads(blocks("json")[0])
