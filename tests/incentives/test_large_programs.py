"""Large programs of `bnic` are first looked at with the rows of `pbic`, which imply them: nothing that is said changes by that.

What is large is turned down to nothing here; the answers are those that stand in the files, by hand.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import mechsynth
from mechsynth.asks.implement import solve
from mechsynth.program.believed import Pbic
from mechsynth.program.requirements import requirement

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every program is large; the notions of the programs that are built."""
    monkeypatch.setattr(solve, "LARGE", 0)
    built: list[str] = []
    ordinary = solve.build

    def build(ask: object, case: object, wishes: list[object], *more: object) -> object:
        built.append("pbic" if any(type(wish) is Pbic for wish in wishes) else "other")
        return ordinary(ask, case, wishes, *more)

    monkeypatch.setattr(solve, "build", build)
    return built


@pytest.mark.parametrize(
    ("name", "transfers", "require", "status"),
    [
        ("b07-athey-segal", "full+now", [], "feasible"),  # pbic, too: the balanced team mechanism
        ("b07-athey-segal", "full+now", ["budget:ex-post"], "feasible"),
        ("b13-own-lie-detectable", "full", [], "feasible"),  # pbic fails
        ("b12-own-lie", "full", [], "infeasible"),  # both fail
        ("b14a-two-correlated", "history-independent", ["budget:ex-post"], "infeasible"),  # one period: both fail
    ],
)
def test_the_answer_is_that_of_bnic(name: str, transfers: str, require: list[str], status: str, large: list[str]) -> None:
    environment = mechsynth.load(DATA / f"{name}.json")
    result = mechsynth.solve(environment, "implement", incentives="bnic", transfers=transfers, require=require, relax=False)
    assert result.status == status and result.question["require"] == ["bnic", *require]
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    assert "pbic" in large or status == "feasible"


def test_exit_is_asked_with_its_own_rows(large: list[str]) -> None:
    """A mechanism that meets `pbic` says nothing of who lies and leaves: no short cut."""
    environment = mechsynth.load(DATA / "b15-loan.json")
    result = mechsynth.solve(
        environment, "implement", incentives="bnic", transfers="contingent+now", require=["exit:interim", "liability@1:0"], relax=False
    )
    assert result.check().accepted and result.status == "feasible"
    assert "pbic" not in large


def test_rows_of_a_user_are_not_passed_over(large: list[str]) -> None:
    """A requirement that a user wrote may look at the columns of `bnic`."""

    class Mine:
        name = "mine"

        def rows(self, setting: object) -> None:
            """Nothing."""

    environment = mechsynth.load(DATA / "b13-own-lie-detectable.json")
    result = mechsynth.solve(environment, "implement", incentives="bnic", transfers="full", require=[Mine()], relax=False)
    assert result.status == "feasible" and "pbic" not in large
    assert json.loads(result.to_bytes())["question"]["require"] == ["bnic", "mine"]
    assert type(requirement("pbic")) is Pbic
