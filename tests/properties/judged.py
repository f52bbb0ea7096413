"""What the independent parties say about an answer: the checker, the deviations by brute force, the witnesses, z3."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from oracles import deviations, transfers, witness
from oracles.efficient import efficient
from oracles.mechanism import Mechanism
from oracles.model import Model, at, number, read

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


def last_payments(model: Model, document: Json) -> dict[int, dict[tuple[int, ...], Fraction]] | None:
    """The payments of the last period that an answer speaks of; None where it has no last period."""
    if model.horizon is None:
        return None
    profiles = model.periods[-1].profiles()
    if document["status"] == "feasible":
        mechanism = Mechanism(model, document)
        return {i: {p: mechanism.now(len(model.periods) - 1, i, p) for p in profiles} for i in range(len(model.agents))}
    tables = document["certificate"].get("now", {})
    return {
        i: {p: number(at(tables[n], p)) if n in tables else Fraction(0) for p in profiles}
        for i, n in enumerate(model.agents)
    }


def judge_transfers(instance: Json, document: Json) -> None:
    """A mechanism answer is what brute force and z3 find.

    Feasible: no one-shot lie pays after any history, and truth leaves every agent the social surplus before the last
    period. Infeasible: the witness proves it, and z3 finds no transfers either (under the payments that the answer
    computed with).
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
    now = last_payments(model, document)
    assert transfers.feasible(model, question["ask"], question["scope"], now=now, last_action=action) == feasible
