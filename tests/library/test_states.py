"""What the instances with public states, availability and values of leaving state, by the library, its checker and the small one."""

from __future__ import annotations

from typing import Any

import pytest
from library_files import INSTANCES

import mechsynth
from mechsynth.check.small.claims import Unknown
from mechsynth.check.small.claims import check as small
from mechsynth.instance import to_bytes
from mechsynth.suite.expected import expected

EVERY = [(path.stem, known) for path in sorted((INSTANCES / "states").glob("*.json")) for known in expected(path)]


def test_they_are_there() -> None:
    assert len({name for name, _ in EVERY}) >= 5 and len(EVERY) >= 20


@pytest.mark.parametrize(("name", "known"), EVERY, ids=lambda part: part if isinstance(part, str) else "-".join(map(str, part.question.values())))
def test_every_stated_answer(name: str, known: Any) -> None:
    """Status and value as stated, each with a reason that fits on paper; accepted by the checker, and by the small one where it knows the question."""
    environment = mechsynth.load(INSTANCES / "states" / f"{name}.json")
    options = {key.replace("-", "_"): value for key, value in known.question.items() if key != "ask"}
    result = mechsynth.solve(environment, known.question["ask"], **options)
    assert result.status == known.status
    assert known.value is None or result.value == known.value
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    try:
        small(result.to_bytes(), to_bytes(environment))
    except Unknown:
        assert known.question["ask"] not in ("implement", "contingent") or "incentives" in known.question
    assert "public" in result.explain() or not environment.public
