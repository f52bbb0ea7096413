"""Answers that were computed by hand or by other programs: what stands in the files under ``x-expected``, each with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import small

DATA = Path(__file__).parent / "data"
NOTIONS = ("pepic", "pbic", "bnic")


def cases() -> list[Any]:
    found = []
    for path in sorted(DATA.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        for k, told in enumerate([*data.get("x-expected", []), *data.get("x-min-epsilon", [])]):
            if told["notion"] in NOTIONS and "rule" not in told and (told["notion"] == "bnic" or "exit:interim" not in told["require"]):
                found.append(pytest.param(path, told, id=f"{path.stem}-{k}-{told['notion']}"))
    return found


@pytest.mark.parametrize(("path", "told"), cases())
def test_known(path: Path, told: dict[str, Any]) -> None:
    goal = told.get("objective") or ("max-revenue" if "value" in told else "feasibility")
    result = mechsynth.solve(
        mechsynth.load(path),
        "implement",
        incentives=told["notion"],
        transfers=told["transfers"],
        require=told["require"],
        objective=goal,
    )
    assert (result.value if "value" in told else result.status.value) == told.get("value", told.get("status")), told["why"]
    assert result.question["require"] == [told["notion"], *told["require"]]
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    small.check(result.to_bytes(), path.read_bytes())


def test_no_file_is_passed_over() -> None:
    """Every file that this room is about has answers that are asked."""
    told = [case.values for case in cases()]
    assert {path.stem[:3] for path, _ in told} >= {f"b{k:02}" for k in (1, 2, 4, 5, 6, 7, 12, 13, 14, 17, 18)}
