"""docs/families.md names every family and every parameter."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mechsynth.families import families
from mechsynth.suite.expected import expected_in

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "families.md").read_text(encoding="utf-8")


def test_the_table_is_complete() -> None:
    rows = {
        found.group(1): found.group(0) for found in re.finditer(r"^\| `([a-z0-9-]+)` \|.*$", PAGE, flags=re.MULTILINE)
    }
    assert set(rows) == set(families())
    auctions, last = rows["repeated-auction"], rows["private-values"]
    for family in families().values():
        shown = rows[family.name]
        if "| the same" in shown:
            shown += last if family.name == "interdependent" else auctions
        for parameter in family.parameters:
            assert f"`{parameter.name}`" in shown, (family.name, parameter.name)


def test_the_form_of_the_page_is_read() -> None:
    (entry,) = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
    (known,) = expected_in({"x-expected": [json.loads(entry)]})
    assert known.question == {"ask": "contingent", "scope": "all"}
    assert known.status == "infeasible"
