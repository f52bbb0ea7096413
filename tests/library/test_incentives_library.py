"""What the instances about incentives given what an agent knows state, by the library, its checker and the small one."""

from __future__ import annotations

from typing import Any

import pytest
from library_files import INSTANCES

import mechsynth
from mechsynth.audit import audit
from mechsynth.check.small.claims import check as small
from mechsynth.instance import to_bytes
from mechsynth.suite.expected import expected

FOLDER = INSTANCES / "incentives"
EVERY = [(path.stem, known) for path in sorted(FOLDER.glob("*.json")) for known in expected(path)]


def test_they_are_there() -> None:
    assert len({name for name, _ in EVERY}) >= 6 and len(EVERY) >= 17 and all(known.why for _, known in EVERY)


@pytest.mark.parametrize(("name", "known"), EVERY, ids=lambda part: part if isinstance(part, str) else "-".join(map(str, part.question.values())))
def test_every_stated_answer(name: str, known: Any) -> None:
    """Status and value as stated; accepted by both checkers."""
    environment = mechsynth.load(FOLDER / f"{name}.json")
    options = {key.replace("-", "_"): value for key, value in known.question.items() if key != "ask"}
    result = mechsynth.solve(environment, known.question["ask"], **options)
    assert result.status == known.status and result.value == known.value
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    if known.question["ask"] == "implement":  # values of a rule are no rows, constructions have claims of their own
        small(result.to_bytes(), to_bytes(environment))


def test_what_myerson_published() -> None:
    """1981, section 7: an equilibrium in expectation that takes everything, and not one ex post: at (100, 10) a report of 10 gains 60."""
    found = audit((INSTANCES / "mechanisms" / "myerson-published.json").read_bytes(), (FOLDER / "myerson-correlated.json").read_bytes()).document()
    assert (found["pepic"], found["pbic"], found["bnic"], found["least-slack"]) == (False, True, True, "-60")
    assert set(found["rents"].values()) == {"0"} and found["surplus-extracted"] == "1"
