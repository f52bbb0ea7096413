"""`mechsynth check --trust` says which lines of the checker a verdict rested on: few enough to be read."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import mechsynth
from mechsynth import cli
from mechsynth.commands.trust import Trust

ROOT = Path(mechsynth.__file__).parent / "check"
LEASES = Path(__file__).resolve().parents[2] / "instances" / "liu2014-oil-leases.json"


@pytest.mark.parametrize(("ask", "most"), [("spanning", 600), ("contingent", 950), ("implement", 900)])
def test_what_must_be_believed_is_short(
    ask: str, most: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "result.json"
    mechsynth.solve(mechsynth.load(LEASES), ask).save(path)
    assert cli.main(["check", str(path), str(LEASES), "--trust", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accepted"]
    assert 200 < sum(part["lines"] for part in found["trust"].values()) <= most
    assert all((ROOT / name).is_file() for name in found["trust"])
    assert ("rows.py" in found["trust"]) == (ask != "spanning")
    assert ("blocks.py" in found["trust"]) == (ask == "spanning")


def test_it_is_told_in_words_after_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "result.json"
    mechsynth.solve(mechsynth.load(LEASES), "policy").save(path)
    assert cli.main(["check", str(path), str(LEASES), "--trust"]) == 0
    verdict, head, *rows = capsys.readouterr().out.splitlines()
    assert verdict.startswith("accepted: ")
    assert head.startswith("This rested on ")
    assert any("answers.py" in row for row in rows)


def test_a_witness_is_read_by_lines_that_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reader of witnesses stands outside the checker, and is believed all the same."""
    instance, path = LEASES.with_name("no-correlation.json"), tmp_path / "result.json"
    result = mechsynth.solve(mechsynth.load(instance), "convex-independence")
    assert result.witness is not None
    result.save(path)
    assert cli.main(["check", str(path), str(instance), "--trust", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["trust"]
    assert found["result/codec.py"]["lines"] > 20 and "read" in found["result/codec.py"]["functions"]
    assert sum(part["lines"] for part in found.values()) <= 650


def test_nothing_is_traced_afterwards() -> None:
    before = sys.gettrace()
    with Trust() as trust:
        pass
    assert trust.lines == {}
    assert sys.gettrace() is before
