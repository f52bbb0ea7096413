"""Where the best is a limit that no mechanism was found for, the answer says so."""

from __future__ import annotations

import json

import pytest

import mechsynth
from mechsynth.asks.optimal import solve as program

BUYER = {
    "format": "mechsynth-instance/1",
    "name": "buyer",
    "horizon": 1,
    "discount": 1,
    "agents": ["buyer"],
    "signals": {"buyer": ["1", "3"]},
    "actions": ["sell", "keep"],
    "utilities": {"buyer": [[1, 3], [0, 0]]},
    "prior": ["1/2", "1/2"],
}


def test_an_unknown_answer_tells_the_value_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A price of 3 that half of the buyers pay earns 3/2, more than the price 1."""
    environment = mechsynth.loads(json.dumps(BUYER))
    assert mechsynth.solve(environment, "optimal").value == "3/2"
    monkeypatch.setattr(program, "settle", lambda tree, written, found: None)
    answer = mechsynth.solve(environment, "optimal")
    assert answer.status == "unknown" and answer.value is None
    words = " ".join(answer.explain().split())
    assert "has the value 3/2" in words and "no mechanism plays that point" in words
    assert not answer.check().accepted
