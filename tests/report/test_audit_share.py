"""The share of the surplus that an audit tells is of what is above leaving, and is told where there is something to take."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

import mechsynth
from mechsynth.audit import Audit, audit
from mechsynth.instance import to_bytes


def judged(value: int, leave: int | None, price: int) -> Audit:
    """One period, one agent with one signal, who gets `value`, pays `price` and could leave for `leave`."""
    made: dict[str, Any] = {
        "format": "mechsynth-instance/2",
        "name": "one-buyer",
        "horizon": 1,
        "discount": 1,
        "agents": ["buyer"],
        "signals": {"buyer": ["v"]},
        "actions": ["sell"],
        "utilities": {"buyer": [[value]]},
        "prior": [1],
    }
    if leave is None:
        made["format"] = "mechsynth-instance/1"
    else:
        made["outside"] = {"buyer": {"own": [leave]}}
    environment = mechsynth.loads(json.dumps(made))
    answer = mechsynth.solve(environment, "implement", transfers="history-independent").document()
    answer["mechanism"]["transfers"] = [
        {"agent": "buyer", "period": 1, "reports": {"buyer": "v"}, "payment": str(price)}
    ]
    return audit(json.dumps(answer).encode(), to_bytes(environment))


def test_the_share_is_of_what_is_above_leaving() -> None:
    """A value of 4, leaving is worth 1, the price 3 takes all that is above; 3/4 of the surplus."""
    found = judged(4, 1, 3)
    assert found.extracted() == 1
    assert "Expected rents: buyer 0. Share of the surplus above what leaving is worth extracted: 1." in found.words()
    plain = judged(4, None, 3)
    assert plain.extracted() == Fraction(3, 4)
    assert "Expected rents: buyer 1. Share of the surplus extracted: 3/4." in plain.words()


@pytest.mark.parametrize(("value", "leave"), [(-2, None), (0, None), (4, 5)])
def test_no_share_where_there_is_nothing_to_take(value: int, leave: int | None) -> None:
    """A share of less than nothing would read as full extraction where money is paid in."""
    found = judged(value, leave, -1)
    assert found.extracted() is None
    assert "Share" not in found.words()
    assert f"Expected rents: buyer {value + 1 - (leave or 0)}." in found.words()
