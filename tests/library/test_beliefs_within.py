"""What the instances of beliefs within a period state, by the library and its checker."""

from __future__ import annotations

from typing import Any

import pytest
from library_files import INSTANCES

import mechsynth
from mechsynth.suite.expected import expected

EVERY = [(path.stem, known) for path in sorted((INSTANCES / "beliefs").glob("*.json")) for known in expected(path)]


def test_they_are_there() -> None:
    assert len({name for name, _ in EVERY}) >= 5 and len(EVERY) >= 20


@pytest.mark.parametrize(("name", "known"), EVERY, ids=lambda part: part if isinstance(part, str) else "-".join(map(str, part.question.values())))
def test_every_stated_answer(name: str, known: Any) -> None:
    """Status and value as stated, each with a reason that fits on paper, and accepted by the checker."""
    options = {key.replace("-", "_"): value for key, value in known.question.items() if key != "ask"}
    result = mechsynth.solve(mechsynth.load(INSTANCES / "beliefs" / f"{name}.json"), known.question["ask"], **options)
    assert result.status == known.status
    assert known.value is None or result.value == known.value
    verdict = result.check()
    assert verdict.accepted, verdict.reason
