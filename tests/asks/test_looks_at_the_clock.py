"""Questions without a search look at the clock before every agent, so that a limit ends them with the rest undone and not by being interrupted."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

import mechsynth
from mechsynth.asks import REGISTRY
from mechsynth.construct.case import Case
from mechsynth.errors import OutOfTime
from mechsynth.result.ask import part
from mechsynth.run import Run

PRIVATE = Path(__file__).resolve().parents[2] / "instances" / "bilateral-trade-persistent.json"


class Over(OutOfTime):
    """The limit of these tests."""


@pytest.mark.parametrize("name", ["policy", "static", "team", "pivot", "groves", "lump-sum-budget"])
def test_every_agent_is_preceded_by_a_look_at_the_clock(name: str) -> None:
    """Whichever look finds that time is over, the work ends there; and without a limit the answer is what it is."""
    environment = mechsynth.load(PRIVATE)
    room, asked, looks = part(name, "solve"), REGISTRY[name](), 0

    def look(self: Run, last: int) -> None:
        nonlocal looks
        looks += 1
        if looks == last:
            raise Over("", "late", "")

    with mock.patch.object(Run, "check", lambda self: look(self, 0)):
        answer = room.answer(asked, Case(environment), Run())
    total = looks
    assert total >= (len(environment.agents) if name != "policy" else 1)
    for last in range(1, total + 1):
        looks = 0
        with mock.patch.object(Run, "check", lambda self, last=last: look(self, last)), pytest.raises(Over):
            room.answer(asked, Case(environment), Run())
        assert looks == last
    assert answer.document() == room.answer(asked, Case(environment), Run(time_limit=1000)).document()
