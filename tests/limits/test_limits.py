"""Limits: every size limit, cut-off and time limit at its least. Answers may turn into `unknown`, and into nothing else."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

from . import battery, register


def changed(**more: Any) -> list[str]:
    """The questions whose answers turned into another one than `unknown` or a refusal."""
    found = []
    for (name, k), before in battery.usual().items():
        after = battery.ask(name, k, **more)
        if after != before and after[0] not in ("unknown", "refused"):
            found.append(f"{name}: {battery.CASES[name][1][k]}: {before} became {after}")
    return found


def test_the_register_is_complete() -> None:
    """A new number at module level has to be entered, with its least value or with the reason why it limits nothing."""
    assert set(register.numbers()) == set(register.LEAST) | set(register.NONE)
    assert not set(register.LEAST) & set(register.NONE)


def test_the_battery_answers() -> None:
    """Without limits everything is decided, both ways, and the refusals are those of questions that do not fit."""
    statuses = [status for status, _ in battery.usual().values()]
    assert not {"unknown", "rejected", "verified"} & set(statuses)
    for status in ("feasible", "infeasible", "optimal", "holds", "fails"):
        assert statuses.count(status) >= 2, status
    assert statuses.count("refused") == 0


READERS = ("mechsynth.check.", "mechsynth.rational.", "mechsynth.engine.")
EACH = [pytest.param(name, marks=[pytest.mark.slow] * name.startswith(READERS)) for name in register.LEAST]


@pytest.mark.parametrize("limit", EACH)
def test_a_limit_at_its_least(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One limit at a time."""
    battery.usual()
    for module in register.bound(limit):
        monkeypatch.setattr(module, limit.rpartition(".")[2], register.LEAST[limit])
    assert changed() == []


def test_words_and_pieces_at_their_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number beyond a machine's word, everything in pieces of 1: all the same answers, none of them unknown."""
    before = battery.usual()
    for limit in ("check.exact.SAFE", "check.text._CHUNK", "rational.EXACT_FLOAT", "rational.WORD", "engine.run.PIECE"):
        for module in register.bound(f"mechsynth.{limit}"):
            monkeypatch.setattr(module, limit.rpartition(".")[2], register.LEAST[f"mechsynth.{limit}"])
    assert {key: battery.ask(*key) for key in before} == before


@pytest.mark.parametrize("looks", [0, 1, 2, 4, 8, 16, 32])
def test_a_time_limit_that_passes_at_any_moment(looks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands still for a number of looks at it, then it is too late."""
    battery.usual()
    ticks = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: 0.0 if next(ticks) <= looks else 1e6)
    found = []
    for (name, k), before in battery.usual().items():
        ticks = itertools.count()
        after = battery.ask(name, k, time_limit=60.0)
        if after != before and after[0] not in ("unknown", "refused"):
            found.append(f"{name}: {battery.CASES[name][1][k]}: {before} became {after}")
    assert found == []


def test_no_time_at_all() -> None:
    """A time limit of 0."""
    assert changed(time_limit=0.0) == []
