"""Extraction where somebody has a cost, or the horizon is finite: `implement` answers, and `surplus-extraction` says so.

`hold-up-with-cost`: E W = 3/4. `correlated-twice`: an auction whose two types are correlated, twice, E W = 67/20. `trade-two-types`: one period, private
values; the efficient budget misses balance by 5/4 when every type takes part.
"""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from trials_reading import environment, said, solved

import mechsynth
from mechsynth.errors import UsageError


@pytest.mark.parametrize("name", ["hold-up-with-cost", "correlated-twice", "trade-two-types"])
def test_full_surplus_is_asked_of_costs_too(name: str) -> None:
    """Without participation the whole surplus can be taken wherever truth can be had: an agent pays a constant."""
    text = said(name, "implement", transfers="full+now", require=["surplus:full"])
    assert "Participation and budget balance were not asked." in text


@pytest.mark.parametrize(
    "name, value", [("hold-up-with-cost", F(3, 4)), ("correlated-twice", F(67, 20)), ("trade-two-types", F(-5, 4))]
)
def test_revenue_says_how_much(name: str, value: F) -> None:
    """The sum of what all pay is at most the surplus, and attains it where `surplus:full` and participation hold together."""
    require = ["participation:interim"]
    result = solved(name, "implement", transfers="full+now", require=require, objective="max-revenue")
    assert result.value is not None and F(result.value) == value
    surplus = mechsynth.solve(environment(name), "policy").value
    assert surplus is not None
    full = solved(name, "implement", transfers="full+now", require=["surplus:full", *require])
    assert full.status == ("feasible" if value == F(surplus) else "infeasible")


@pytest.mark.parametrize("name", ["hold-up-with-cost", "correlated-twice", "trade-two-types"])
def test_the_refusal_says_what_answers(name: str) -> None:
    with pytest.raises(UsageError, match=r"ask implement .*surplus:full"):
        mechsynth.solve(environment(name), "surplus-extraction")
