"""`optimal --periods T`: an infinite horizon between two numbers."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from functools import cache
from typing import Any

import jsonschema
import pytest

import mechsynth
from mechsynth import instance
from mechsynth.check import check
from mechsynth.errors import InputError, UsageError

Json = dict[str, Any]


def buyer(high: str) -> Json:
    """Values 2 and ``high``, half and half, that stay with chance 3/4; discount 1/2."""
    return {
        "format": "mechsynth-instance/1",
        "name": "persistent-buyer-for-ever",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": ["buyer", "seller"],
        "prior": {"independent": {"buyer": ["1/2", "1/2"], "seller": ["1"]}},
        "signals": {"buyer": ["2", high], "seller": ["-"]},
        "actions": ["keep", "sell"],
        "utilities": {"buyer": {"private": [["0", "0"], ["2", high]]}, "seller": {"private": [["0"], ["0"]]}},
        "transition": {"independent": {"buyer": [["3/4", "1/4"], ["1/4", "3/4"]], "seller": [["1"]]}},
    }


def between(document: Json, periods: int, **options: Any) -> tuple[Fraction, Fraction]:
    result = mechsynth.solve(mechsynth.loads(json.dumps(document)), "optimal", periods=str(periods), **options)
    assert result.status == "feasible" and result.value is None
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    jsonschema.validate(result.document(), mechsynth.schema("mechsynth-result/2"))
    low, high = map(Fraction, result.bounds)
    return low, high


@pytest.mark.parametrize(("high", "value"), [("3", Fraction(13, 3)), ("5", Fraction(11, 2))])
def test_battaglini(high: str, value: Fraction) -> None:
    """Battaglini 2005 for ever: 13/3 and 11/2; the two numbers come closer, and it is always between them.

    Σ_t 2^-(t-1) [high/2 + 2 Pr(low after a high) + Pr(low ever since)(2 − (high − 2) (2/3)^(t-1))^+], Pr(low ever since) = (3/4)^(t-1)/2: with 3, 3 + 2 (1/2 · 2 − 4/5) + (8/5 − 2/3)
    = 13/3: Σ 2^-(t-1) (3/4)^(t-1)/2 = 4/5 and, times (2/3)^(t-1), 2/3.
    """
    widths = []
    for periods in (1, 2, 4, 6):
        low, above = between(buyer(high), periods)
        assert low <= value <= above
        widths.append(above - low)
    assert widths == sorted(widths, reverse=True) and widths[-1] < widths[0] / 16


def test_truncation_is_a_finite_question() -> None:
    """What the mechanism of T periods earns is the optimum of the finite horizon."""
    finite = buyer("5") | {"horizon": 4}
    result = mechsynth.solve(mechsynth.loads(json.dumps(finite)), "optimal")
    assert between(buyer("5"), 4)[0] == Fraction(result.value)
    assert between(buyer("5"), 4, participation="ex-post")[0] <= Fraction(result.value)


def threatened() -> Json:
    """A good is worth 1 or 2 at once. Later each type has an item of its own, worth 2 to it and nothing to the other; discount 1/3.

    For ever: the low type pays 2 for the good and its item, the high one 3; in the other's contract the high one would have 2 for 2, the low one 1 for 3. That is all
    of the surplus, 3/2 + 1. One period alone earns 1, and all later surplus is at most 1/3 · 2/(1 − 1/3) = 1: what comes later does not only earn, it also deters.
    """
    states = ["low", "high", "low later", "high later"]
    good, low, high = (["1", "2", "0", "0"], ["0", "0", "2", "0"], ["0", "0", "0", "2"])
    later = [["0", "0", "1", "0"], ["0", "0", "0", "1"], ["0", "0", "1", "0"], ["0", "0", "0", "1"]]
    return {
        "format": "mechsynth-instance/1",
        "name": "items-that-deter",
        "horizon": "infinite",
        "discount": "1/3",
        "agents": ["buyer"],
        "prior": ["1/2", "1/2", "0", "0"],
        "signals": {"buyer": states},
        "actions": ["keep", "good", "low item", "high item"],
        "utilities": {"buyer": [["0"] * 4, good, low, high]},
        "transition": [later],
    }


def test_what_comes_later_deters() -> None:
    """The bound is not what one period earns and all later surplus: 1 + 1 < 5/2."""
    document, value = threatened(), Fraction(5, 2)
    low, above = between(document, 1)
    assert low == 1 and above >= value
    low, above = between(document, 3)
    assert 2 < low <= value <= above


@cache
def _answer() -> Any:
    return mechsynth.solve(mechsynth.loads(json.dumps(buyer("3"))), "optimal", periods="2")


def refused(change: Any) -> str:
    result = _answer()
    forged = copy.deepcopy(result.document())
    change(forged)
    try:
        verdict = check(json.dumps(forged), instance.to_bytes(result.environment))
    except InputError as error:
        return str(error)
    assert not verdict.accepted
    return str(verdict.reason)


def test_forged_answers_are_refused() -> None:
    low, above = _answer().bounds
    assert "bounds[1]" in refused(lambda d: d.update(bounds=[low, str(Fraction(above) - Fraction(1, 100))]))
    assert "bounds[0]" in refused(lambda d: d.update(bounds=[str(Fraction(low) + Fraction(1, 100)), above]))
    assert "feasible, with bounds" in refused(lambda d: (d.update(status="optimal", value=low), d.pop("bounds")))
    assert "flow of" in refused(lambda d: d["certificate"].update(tempted=[]))
    assert "length 2" in refused(lambda d: d["question"].update(periods="3"))
    assert "question.periods" in refused(lambda d: d["question"].pop("periods"))
    assert "question.periods" in refused(lambda d: d["question"].update(periods="0"))
    assert "question.periods" in refused(lambda d: d["question"].update(weights="0,1"))
    assert "incentive of buyer" in refused(lambda d: d["mechanism"]["allocation"]["tree"][0]["payments"].update(buyer=["-9", "0"]))


def test_words() -> None:
    words = " ".join(_answer().explain().split())
    assert "It has 2 periods; after them an action is taken for ever that is worth nothing" in words and "Which is best was not settled" in words


def test_refusals() -> None:
    def ask(document: Json, **options: Any) -> None:
        mechsynth.solve(mechsynth.loads(json.dumps(document)), "optimal", **options)

    with pytest.raises(UsageError, match="--periods"):
        ask(buyer("3"))
    with pytest.raises(UsageError, match="finite"):
        ask(buyer("3") | {"horizon": 2}, periods="2")
    with pytest.raises(UsageError, match="revenue alone"):
        ask(buyer("3"), periods="2", weights="0,1")
    with pytest.raises(UsageError, match="too many"):
        ask(buyer("3"), periods="40")
    kept = buyer("3")
    kept["utilities"]["buyer"]["private"][0] = ["0", "1"]
    with pytest.raises(UsageError, match="no action is worth 0"):
        ask(kept, periods="2")
    two = buyer("3")
    two["signals"]["seller"] = ["-", "+"]
    two["prior"]["independent"]["seller"] = ["1/2", "1/2"]
    two["utilities"]["seller"]["private"] = [["0", "0"], ["0", "0"]]
    two["transition"]["independent"]["seller"] = [["1", "0"], ["0", "1"]]
    with pytest.raises(UsageError, match="several agents"):
        ask(two, periods="2")
