"""The table of docs/states.md: every question stands in it once, and refuses what it is said to refuse, and nothing else of format 2."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from pages import ROOT

import mechsynth
from mechsynth.errors import MechsynthError
from mechsynth.result.ask import registry

ALONE = "ladder"  # no question of its own: solve without --ask
FILES = sorted((ROOT / "instances" / "states").glob("*.json"))
STATES = ("public states", "not always available")
LEAVING = ("leaving is worth", "outside options")


@cache
def table() -> dict[str, tuple[bool, bool]]:
    """By question: whether it refuses public states, and whether it refuses values of leaving."""
    text = (ROOT / "docs" / "states.md").read_text(encoding="utf-8").partition("| question |")[2]
    lines = [line.split("|") for line in text.splitlines() if line.startswith("| [")]
    found: dict[str, tuple[bool, bool]] = {}
    for _, names, states, leaving, *_ in lines:
        for name in re.findall(r"\[([a-z-]+)\]", names):
            assert name not in found
            found[name] = states.strip().startswith("refused"), leaving.strip().startswith("refused")
    return found


def test_every_question_stands_there() -> None:
    assert set(table()) == set(registry()) - {ALONE}


@pytest.mark.parametrize("ask", sorted(set(registry()) - {ALONE}))
def test_what_is_refused(ask: str) -> None:
    """A refusal for public states or for values of leaving is met where the table says so, and nowhere else."""
    refuses = table()[ask]
    met = [False, False]
    for path in FILES:
        environment = mechsynth.load(path)
        try:
            mechsynth.solve(environment, ask)
        except MechsynthError as error:
            words = str(error)
            for k, signs in enumerate((STATES, LEAVING)):
                said = any(sign in words for sign in signs)
                assert not said or refuses[k], (ask, path.name, words)
                met[k] |= said
    if ask != "auction":  # the instances here are refused for other reasons first
        for k, what in enumerate(("public states", "values of leaving")):
            assert met[k] or not refuses[k] or _other_reason(ask, k), f"{ask} does not refuse {what}"


def _other_reason(ask: str, k: int) -> bool:
    """Whether the instances here that have it are refused for another reason first."""
    return (ask, k) == ("surplus-extraction", 1)  # wants an infinite horizon


def test_files_have_each_of_them() -> None:
    texts = [Path(path).read_text(encoding="utf-8") for path in FILES]
    for key in ('"public"', '"available"', '"outside"'):
        assert any(key in text for text in texts)
