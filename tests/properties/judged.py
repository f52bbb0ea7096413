"""What the independent parties say about an answer: the checker, the deviations by brute force, the witnesses, z3."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles import deviations, transfers, witness
from oracles.efficient import efficient
from oracles.model import read

import mechsynth
from mechsynth.check import check

Json = dict[str, Any]


def answer(instance: Json, ask: str, **options: Any) -> Json:
    """The library's answer as a result document, accepted by the checker."""
    from strategies import data

    raw = data(instance)
    result = mechsynth.solve(mechsynth.loads(raw), ask, **options)
    document = result.document()
    verdict = check(result.to_bytes(), raw)
    assert verdict.accepted, (verdict.reason, ask, options, instance)
    assert document["strength"] == "exact"
    return document


def judge_transfers(instance: Json, document: Json) -> None:
    """A mechanism answer is what brute force and z3 find.

    Feasible: no one-shot lie pays after any history, and truth leaves every agent the social surplus before the last
    period. Infeasible: the witness proves it, and z3 finds no transfers either, whatever is paid in the last period.
    """
    model = read(instance)
    question = document["question"]
    constant = question.get("last-period", "efficient").partition(":")[2]
    action = model.periods[-1].actions.index(constant) if constant else None
    feasible = document["status"] == "feasible"
    assert document["status"] in ("feasible", "infeasible")
    if feasible:
        audit = deviations.one_shot(instance, document)
        assert audit.slack >= 0, audit.least
        surplus = efficient(model).values
        for t in range(1 if model.horizon is None else model.horizon - 1):
            for agent in model.agents:
                if action is None or t < len(model.periods) - 1:
                    assert audit.payoffs[t][agent] == surplus[t]
        incentives = document["certificate"]["incentives"]
        slacks = [lie.slack for lie in audit.lies]
        for key, extreme in (("tightest", min), ("slackest", max)):
            assert (incentives[key] is None) == (not slacks)
            if slacks:
                assert Fraction(incentives[key]["slack"]) == extreme(slacks)
    else:
        assert witness.problems(instance, document) == []
    cycle = not feasible and document["witness"]["kind"] == "cycle"
    if cycle:
        assert not transfers.static(model)
        return
    assert transfers.feasible(model, question["ask"], question["scope"], last_action=action) == feasible
