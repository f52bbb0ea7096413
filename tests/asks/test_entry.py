"""`participation:entry`: interim, at the start only; so the most that any efficient PEPIC mechanism raises is never less than what fees on top of the pivot mechanism do.

A fee K once is a fee (1 − δ) K per period, so the pivot mechanism with entry fees is among those that `implement` chooses from.
"""

from __future__ import annotations

import json
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from asks.test_groves_accounts import revenue
from asks.test_private_values import drawn
from oracles import deviations
from oracles.efficient import efficient
from oracles.model import read
from properties.strategies import data

import mechsynth
from mechsynth.check import check
from mechsynth.errors import UsageError
from mechsynth.trade import bilateral_trade

LIBRARY = Path(__file__).resolve().parents[2] / "instances"


def most(environment: mechsynth.Environment, transfers: str = "history-independent") -> Any:
    result = mechsynth.solve(
        environment, "implement", transfers=transfers, require=["participation:entry"], objective="max-revenue"
    )
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    return result


@pytest.mark.parametrize("seed", range(8))
def test_the_best_is_at_least_the_pivot_mechanism_s(seed: int) -> None:
    instance = drawn(seed, "shock")
    environment = mechsynth.loads(data(instance))
    result = most(environment)
    value = F(str(result.value))
    assert value >= F(str(mechsynth.solve(environment, "lump-sum-budget", critical_discount=False).value))
    assert value >= revenue(environment)  # which asks for participation after every history
    # what the mechanism raises, and that every first type stays, from its payoffs
    model = read(instance)
    audit = deviations.one_shot(instance, result.document())
    assert audit.slack >= 0 and model.prior is not None
    surplus = efficient(model).values[0]
    raised = sum(x * surplus[p] for p, x in model.prior.items())
    for i, name in enumerate(model.agents):
        kept = audit.payoffs[0][name]
        raised -= sum(x * kept[p] for p, x in model.prior.items())
        for k in range(len(model.periods[0].signals[i])):
            assert sum(x * kept[p] for p, x in model.prior.items() if p[i] == k) >= 0
    assert raised == value


def test_the_start_only() -> None:
    """Types that lose later are kept in by entry participation and not by interim participation: the audit says which."""
    found = 0
    for seed in range(5):
        environment = mechsynth.loads(data(drawn(seed, "shock")))
        document = json.loads(most(environment).to_bytes())
        document["question"]["require"] = ["pepic", "participation:interim"]
        document["question"]["objective"] = "feasibility"
        document["status"], document["value"] = "feasible", None
        document["certificate"].pop("multipliers", None)
        verdict = check(document, mechsynth.instance.to_bytes(environment))
        if not verdict.accepted:
            assert "participation:interim" in str(verdict.reason)
            found += 1
    assert found


def test_a_conflict_names_it() -> None:
    """Costs 0, 10, 20, 30 and values one above, drawn anew every period, little patience: nothing that is efficient pays for itself.

    A seller must be paid at least the highest cost that trades with the buyer's value, a buyer can be charged at most the lowest value that trades with the cost.
    """
    even = [[F(1, 4)] * 4] * 4
    environment = bilateral_trade([1, 11, 21, 31], even, even, "1/10", costs=[0, 10, 20, 30])
    result = mechsynth.solve(
        environment,
        "implement",
        transfers="history-independent",
        require=["budget:ex-ante", "participation:entry"],
    )
    assert result.status == "infeasible" and result.witness is not None
    assert set(result.witness["conflict"]) == {"pepic", "budget:ex-ante", "participation:entry"}
    assert any(row.startswith("participation:entry ") for row in result.witness["multipliers"])
    assert result.check().accepted and "participation" in result.explain()
    assert F(str(most(environment).value)) < 0


def test_it_needs_a_prior() -> None:
    instance = json.loads((LIBRARY / "bilateral-trade-persistent.json").read_text())
    del instance["prior"]
    with pytest.raises(UsageError, match="prior"):
        mechsynth.solve(mechsynth.loads(data(instance)), "implement", require=["participation:entry"])
