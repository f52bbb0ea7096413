"""Programs that `mechsynth export` writes, decided as any other: what `solve` says of the question they stand for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mechsynth import lp
from mechsynth.check.programs import check_program
from mechsynth.cli import main
from mechsynth.lp.document import document

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("ending", ["mps", "lp"])
@pytest.mark.parametrize(
    "options,status",
    [(("--transfers", "full"), "feasible"), (("--transfers", "full", "--require", "budget:ex-post"), "infeasible")],
)
def test_the_leases(ending: str, options: tuple[str, ...], status: str, tmp_path: Path) -> None:
    path = tmp_path / f"leases.{ending}"
    instance = ROOT / "instances" / "liu2014-oil-leases.json"
    assert main(["export", str(instance), "--ask", "implement", *options, "-o", str(path)]) == 0
    program, data = lp.read(path)
    answer = lp.decide(program)
    assert answer.status.value == status
    assert check_program(json.dumps(document(answer, program, data)).encode(), data).accepted
    result = tmp_path / "result.json"
    assert main(["solve", str(instance), "--ask", "implement", *options, "-o", str(result)]) == 0
    assert json.loads(result.read_text())["status"] == status


@pytest.mark.parametrize("ending", ["mps", "lp"])
def test_the_value_is_the_one_of_solve(ending: str, tmp_path: Path) -> None:
    instance = str(ROOT / "instances" / "liu2014-oil-leases.json")
    asked = ["--ask", "implement", "--transfers", "full", "--objective", "max-revenue"]
    asked += ["--require", "participation:interim"]
    path, result = tmp_path / f"leases.{ending}", tmp_path / "result.json"
    assert main(["export", instance, *asked, "-o", str(path)]) == 0
    assert main(["solve", instance, *asked, "-o", str(result)]) == 0
    answer = lp.decide(lp.read(path)[0])
    assert str(answer.value) == json.loads(result.read_text())["value"]
