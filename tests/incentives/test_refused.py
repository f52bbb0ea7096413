"""What is no proof about `pbic` or `bnic` is refused by both checkers, and what is no name either."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check, small
from mechsynth.errors import InputError, UsageError

DATA = Path(__file__).parent / "data"
Json = dict[str, Any]


def made(name: str, **options: Any) -> tuple[Json, bytes]:
    path = DATA / f"{name}.json"
    return json.loads(mechsynth.solve(mechsynth.load(path), "implement", **options).to_bytes()), path.read_bytes()


def refused(result: Json, raw: bytes, alone: bool = False) -> None:
    data = json.dumps(result).encode()
    try:
        verdict = check(data, raw)
        assert not verdict.accepted
    except InputError:
        pass
    if not alone:
        with pytest.raises((small.Unproved, small.Unknown, KeyError)):
            small.check(data, raw)


HIDDEN = {"transfers": "full", "require": []}


@pytest.mark.parametrize("notion", ["pbic", "bnic"])
def test_every_multiplier_counts(notion: str) -> None:
    """A multiplier left out, doubled or turned round leaves columns."""
    result, raw = made("b12-own-lie", incentives=notion, **HIDDEN)
    result["certificate"].pop("weaker", None)
    assert check(json.dumps(result).encode(), raw).accepted
    rates = result["witness"]["multipliers"]
    for name in rates:
        for change in (Fraction(0), 2 * Fraction(rates[name]), -Fraction(rates[name])):
            other = copy.deepcopy(result)
            other["witness"]["multipliers"][name] = str(change)
            refused(other, raw)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r["question"].update(require=["pepic", "pbic"]),
        lambda r: r["question"].update(require=[]),
        lambda r: r["question"].update(require=["pepic"]),
        lambda r: r["witness"].update(conflict=["bnic"]),
        lambda r: r["witness"].update(shortfall="2"),
    ],
)
def test_another_question(change: Callable[[Json], None]) -> None:
    """The same numbers are no answer to another notion, or to two."""
    result, raw = made("b12-own-lie", incentives="pbic", **HIDDEN)
    result["certificate"].pop("weaker", None)
    change(result)
    refused(result, raw)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["masses"].update(dict.fromkeys(c["masses"], "1")),
        lambda c: c["masses"].pop(next(iter(c["masses"]))),
        lambda c: c["masses"].update({"pbic firm1 t=9 (4)->6": "1/2"}),
        lambda c: c["relaxations"][0].update(least="1"),
        lambda c: c["relaxations"][0].update(least="3"),
        lambda c: c["weaker"].update(status="feasible"),
        lambda c: c["weaker"]["question"].update(require=["pbic"]),
        lambda c: c["weaker"]["question"].update(transfers="contingent"),
        lambda c: c["weaker"]["witness"].update(shortfall="5"),
    ],
)
def test_what_stands_beside(change: Callable[[Json], None]) -> None:
    """Masses, the least that has to give, and the answer with the weaker notion are proved or refused."""
    result, raw = made("b12-own-lie", incentives="pbic", **HIDDEN)
    assert check(json.dumps(result).encode(), raw).accepted
    change(result["certificate"])
    refused(result, raw, alone=True)


def test_a_nash_equilibrium_is_no_more_than_that() -> None:
    """Transfers that punish the first lie are accepted for ``bnic``, and refused for ``pbic``."""
    result, raw = made("b13-own-lie-detectable", incentives="bnic", **HIDDEN)
    assert check(json.dumps(result).encode(), raw).accepted
    small.check(json.dumps(result).encode(), raw)
    result["question"]["require"] = ["pbic"]
    refused(result, raw)


def test_payments_that_are_moved() -> None:
    """In the project of three types no payment of the budget-balanced mechanism can be moved by 1 without harm."""
    result, raw = made("b01-agv-project", incentives="pbic", transfers="history-independent", require=["budget:ex-post"])
    table = result["mechanism"]["transfers"][0]["one"]["now"]
    for row in range(3):
        for column in range(3):
            other = copy.deepcopy(result)
            other["mechanism"]["transfers"][0]["one"]["now"][row][column] = str(Fraction(table[row][column]) + 1)
            refused(other, raw)


def test_what_cannot_be_asked() -> None:
    """Two notions at once, an unknown one, and beliefs without a prior."""
    path = DATA / "b01-agv-project.json"
    environment = mechsynth.load(path)
    with pytest.raises(UsageError, match="pbic and bnic"):
        mechsynth.solve(environment, "implement", incentives="bnic", require=["pbic"])
    with pytest.raises(UsageError, match="no notion"):
        mechsynth.solve(environment, "implement", incentives="bayes")
    data = json.loads(path.read_bytes())
    del data["prior"]
    bare = json.dumps(data).encode()
    with pytest.raises(UsageError, match="no prior"):
        mechsynth.solve(mechsynth.loads(bare), "implement", incentives="pbic")
    result, _ = made("b01-agv-project", incentives="pbic", transfers="history-independent")
    result["instance"] = json.loads(mechsynth.solve(mechsynth.loads(bare), "policy").to_bytes())["instance"]
    refused(result, bare, alone=True)
