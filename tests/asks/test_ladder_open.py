"""A ladder with an open rung is open: its file claims every answer, and the words say which are missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

import mechsynth
from mechsynth import asks
from mechsynth.asks.ladder import solve as ladder
from mechsynth.commands.solve import _show
from mechsynth.construct.case import Case
from mechsynth.result import Result, Status
from mechsynth.run import Run

SMALLEST = "The smallest class that makes every agent residual claimant: vcg-type"


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        ("spanning", SMALLEST, "smaller ones"),
        ("contingent", SMALLEST, "smaller ones"),
        ("vcg-type", "of which some smaller ones were not decided: contingent", "The smallest class"),
    ],
)
def test_an_open_rung_leaves_the_ladder_open(
    name: str, said: str, unsaid: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = asks.answer

    def answer(ask: asks.Ask, case: Case, run: Run) -> Result:
        result = whole(ask, case, run)
        return replace(result, status=Status.UNKNOWN) if ask.name == name else result

    monkeypatch.setattr(asks, "answer", answer)
    env = mechsynth.load("instances/liu2014-oil-leases.json")
    result = ladder.answer(asks.Ladder(), Case(env), Run())
    assert result.status is Status.UNKNOWN
    assert not result.check().accepted
    _show(result)
    words = capsys.readouterr().out
    assert said in words
    assert unsaid not in words
    assert f"Not decided: {name}." in words
