"""Questions that floats left undecided, or took minutes for: what exact arithmetic says, and z3 and a bound by pencil beside it.

z3 gets the rows of `oracles.wishes`, which come from the definitions. That an optimum cannot be bettered: the same rows with an objective better
by 1e-9 have no solution.
"""

from __future__ import annotations

import json
from fractions import Fraction as F
from typing import Any

import pytest
from oracles import wishes
from oracles.efficient import efficient
from oracles.model import Model, read
from trials_reading import HERE, solved


def model(name: str) -> Model:
    return read(json.loads((HERE / f"{name}.json").read_text(encoding="utf-8")))


def test_subsidies_refused() -> None:
    """No payment to anybody, balanced in every period, and two agents who want different things: impossible."""
    result = solved(
        "subsidies-refused",
        "implement",
        transfers="contingent+now",
        require=["no-subsidy", "budget:per-period"],
        objective="min-max-transfer",
    )
    assert result.status == "infeasible"
    assert wishes.decide(model("subsidies-refused"), "contingent+now", ["no-subsidy", "budget:per-period"]) is None


def rent_at_most(name: str, kind: str, require: list[str], most: F) -> bool:
    """Whether z3 finds transfers under which all agents together never keep more than an amount on the truthful path."""
    whole = wishes.Wishes(model(name), kind)
    rows = whole.all(require)
    rents: dict[Any, dict[Any, F]] = {}
    for row in whole.rows("participation:ex-post"):
        t, _, history, theta = row.place
        wishes.add(rents.setdefault((t, history, theta), {None: most}), row.form, -1)
    rows += [wishes.Row("rent", place, form, False) for place, form in rents.items()]
    solver, _ = wishes.solver_of(rows, 120)
    verdict = str(solver.check())
    assert verdict in ("sat", "unsat")
    return verdict == "sat"


def test_patient_agents_and_a_balanced_budget() -> None:
    """δ = 1 − 1e-9: the least rent is a number of nineteen digits, and no less will do."""
    require = ["budget:ex-post", "budget:per-period"]
    result = solved("patient-balanced", "implement", transfers="full", require=require, objective="min-rent")
    assert result.status == "optimal"
    least = F(str(result.value))
    assert rent_at_most("patient-balanced", "full", require, least)
    assert not rent_at_most("patient-balanced", "full", require, least - F(1, 10**9))


def revenue_at_least(name: str, kind: str, require: list[str], least: F) -> bool:
    """Whether z3 finds transfers with an expected revenue of at least an amount."""
    whole = wishes.Wishes(model(name), kind)
    form: dict[Any, F] = {None: -least}
    wishes.add(form, whole.revenue())
    solver, _ = wishes.solver_of([*whole.all(require), wishes.Row("revenue", (), form, False)], 600)
    verdict = str(solver.check())
    assert verdict in ("sat", "unsat")
    return verdict == "sat"


def most_of_three_agents() -> F:
    """The answer, which the checker has accepted."""
    require = ["participation:interim"]
    result = solved(
        "full-rank-three-agents", "implement", transfers="contingent", require=require, objective="max-revenue"
    )
    assert result.status == "optimal"
    return F(str(result.value))


def test_revenue_from_three_agents() -> None:
    """Nobody's expected payoff is below 0, so the revenue is at most the expected surplus."""
    surplus = efficient(model("full-rank-three-agents")).values[0]
    assert 0 < most_of_three_agents() < sum(surplus.values()) / 27  # the prior is uniform


@pytest.mark.slow
def test_no_more_revenue_from_three_agents() -> None:
    most = most_of_three_agents()
    assert revenue_at_least("full-rank-three-agents", "contingent", ["participation:interim"], most)
    assert not revenue_at_least("full-rank-three-agents", "contingent", ["participation:interim"], most + F(1, 10**6))


@pytest.mark.parametrize("kind", ["contingent", "vcg-type"])
def test_utilities_of_unequal_size(kind: str) -> None:
    """Utilities in a ratio of 1e9 and more: payments exist in both classes, by either way of asking."""
    require = ["residual-claimant"]
    assert wishes.decide(model("utilities-of-unequal-size"), kind, require) is not None
    assert solved("utilities-of-unequal-size", kind, scope="policy").status == "feasible"
    assert solved("utilities-of-unequal-size", "implement", transfers=kind, require=require).status == "feasible"


def test_thresholds_of_an_impatient_chain() -> None:
    assert wishes.decide(model("impatient-thresholds"), "history-independent", []) is not None
    assert solved("impatient-thresholds", "generalized-vcg").status == "feasible"
