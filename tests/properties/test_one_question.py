"""Block questions of scope `policy` are `implement` with their class and their requirement on truthful payoffs: one question, one answer.

    contingent, vcg-type, ex-ante-balanced   residual-claimant      budget-balanced   equal-shares      surplus-extraction   no-payoff

z3 decides the same from the definitions (`oracles.wishes`, and block by block `oracles.transfers`). What is accepted for one question is never accepted with the
opposite answer: mechanisms and witnesses of neighbouring questions are put under the question's name and offered to the checker.
"""

from __future__ import annotations

import copy
import json
from fractions import Fraction as F
from typing import Any

import pytest
from oracles import draws, transfers, wishes
from oracles.model import insert, marginal, read

import mechsynth
from mechsynth.check import check

Json = dict[str, Any]
CLASSES = ("contingent", "vcg-type")
PAYOFF = {
    "contingent": "residual-claimant",
    "vcg-type": "residual-claimant",
    "ex-ante-balanced": "residual-claimant",
    "budget-balanced": "equal-shares",
    "surplus-extraction": "no-payoff",
}
SEEDS = range(3)


def questions(instance: Json) -> list[tuple[str, str]]:
    """The block questions that apply, each with its class."""
    found = [(kind, kind) for kind in CLASSES]
    endless = instance["horizon"] == "infinite"
    costs = any(x < 0 for period in read(instance).periods for u in period.utility for x in u.values())
    for kind in CLASSES:
        found += [("budget-balanced", kind)] if endless else []
        found += [("surplus-extraction", kind)] if endless and not costs else []
        found += [("ex-ante-balanced", kind)] if "prior" in instance and len(instance["agents"]) > 1 else []
    return found


def accepted(document: Json, raw: bytes) -> bool:
    return check(json.dumps(document).encode(), raw).accepted


def answers(instance: Json, raw: bytes) -> dict[tuple[str, str], Json]:
    """Every block question's answer, accepted by the checker."""
    env, found = mechsynth.loads(raw), {}
    for ask, kind in questions(instance):
        options = {} if ask in CLASSES else {"transfers": kind}
        document = mechsynth.solve(env, ask, **options).document()
        assert document["status"] in ("feasible", "infeasible"), (ask, kind, document["certificate"])
        verdict = check(json.dumps(document).encode(), raw)
        assert verdict.accepted, (ask, kind, verdict.reason)
        found[ask, kind] = document
    return found


@pytest.mark.parametrize("flavour", draws.FLAVOURS)
@pytest.mark.parametrize("seed", SEEDS)
def test_one_question_one_answer(flavour: str, seed: int) -> None:
    instance = draws.instance(1000 + seed, flavour)
    raw = json.dumps(instance).encode()
    env, model = mechsynth.loads(raw), read(instance)
    found = answers(instance, raw)
    for (ask, kind), document in found.items():
        same = mechsynth.solve(env, "implement", transfers=kind, require=[PAYOFF[ask]], relax=False).document()
        assert same["status"] == document["status"], (ask, kind)
        assert accepted(same, raw)
        by_definition = wishes.decide(model, kind, [PAYOFF[ask]]) is not None
        assert by_definition == (document["status"] == "feasible"), (ask, kind)
        if ask in CLASSES:
            assert transfers.feasible(model, ask) == by_definition
            whole = mechsynth.solve(env, ask, scope="all").document()
            assert accepted(whole, raw)
            # the paper's condition suffices
            assert document["status"] == "feasible" or whole["status"] != "feasible"
            assert transfers.feasible(model, ask, "all") == (whole["status"] == "feasible")
    for ask in ("residual-claimant", "equal-shares", "no-payoff"):
        yes = {kind for (name, kind), document in found.items() if PAYOFF[name] == ask and document["status"] == "feasible"}
        assert "vcg-type" not in yes or "contingent" in yes


def as_question(document: Json, question: Json) -> Json:
    """A result under another question's name."""
    return {**copy.deepcopy(document), "question": copy.deepcopy(question)}


@pytest.mark.parametrize("flavour", draws.FLAVOURS)
@pytest.mark.parametrize("seed", SEEDS)
def test_what_proves_one_name_proves_the_other(flavour: str, seed: int) -> None:
    """A mechanism of a smaller class or of a stronger condition is one of the larger; multipliers are multipliers of the same rows."""
    instance = draws.instance(2000 + seed, flavour)
    raw = json.dumps(instance).encode()
    env, found = mechsynth.loads(raw), answers(instance, raw)
    for kind in CLASSES:
        document = found[kind, kind]
        question = {"ask": "implement", "transfers": kind, "require": ["pepic", "residual-claimant"], "objective": "feasibility"}
        if document["status"] == "feasible":
            bare = {**as_question(document, question), "certificate": {"ties": document["certificate"]["ties"]}}
            assert accepted(bare, raw)
        elif document["witness"]["kind"] == "farkas":
            assert accepted(as_question(document, question), raw)
    if found["vcg-type", "vcg-type"]["status"] == "feasible":
        assert accepted(as_question(found["vcg-type", "vcg-type"], found["contingent", "contingent"]["question"]), raw)
    for kind in CLASSES:
        whole = mechsynth.solve(env, kind, scope="all").document()
        if whole["status"] == "feasible":
            assert accepted(as_question(whole, found[kind, kind]["question"]), raw)


def mixtures(instance: Json, document: Json) -> list[Json]:
    """Negative answers to the question of a positive one: equal beliefs of two signals, with every shortfall that somebody might write."""
    model, question = read(instance), document["question"]
    rivals = []
    for t, period in enumerate(model.periods):
        if period.kernel is None:
            continue
        for i, agent in enumerate(model.agents):
            rest = [j for j in range(len(model.agents)) if j != i]
            for a, action in enumerate(period.actions):
                for theta in period.profiles():
                    others = tuple(theta[j] for j in rest)
                    law = marginal(model, t, i, a, theta)
                    for k, label in enumerate(period.signals[i]):
                        if k == theta[i] or marginal(model, t, i, a, insert(others, i, k)) != law:
                            continue
                        block: Json = {"agent": agent, "action": action, "others": {}}
                        block["others"] = {model.agents[j]: period.signals[j][theta[j]] for j in rest}
                        if model.horizon is not None:
                            block["period"] = t + 1
                        own = period.signals[i][theta[i]]
                        if question["transfers"] == "contingent":
                            block |= {"kind": "convex-combination", "type": own, "weights": {label: "1"}}
                        else:
                            block |= {"kind": "dependence", "weights": {label: "1", own: "-1"}}
                        rivals.append(block)
    return rivals


@pytest.mark.parametrize("flavour", ["silent", "ties", "chains", "private"])
@pytest.mark.parametrize("seed", range(4))
def test_never_both(flavour: str, seed: int) -> None:
    """Beside an accepted mechanism no witness is accepted, whatever shortfall is written: with nothing, little, or the full charges of the paper at stake."""
    instance = draws.instance(3000 + seed, flavour)
    raw = json.dumps(instance).encode()
    for (ask, kind), document in answers(instance, raw).items():
        if document["status"] != "feasible":
            continue
        negative = {**copy.deepcopy(document), "status": "infeasible", "certificate": {"ties": document["certificate"]["ties"]}}
        del negative["mechanism"]["transfers"]
        model = read(instance)
        for block in mixtures(instance, document)[:40]:
            t, i = block.get("period", 1) - 1, model.agents.index(block["agent"])
            period = model.periods[t]
            a = period.actions.index(block["action"])
            full = F(0)
            signs = {**({block["type"]: F(-1)} if "type" in block else {}), **{k: F(w) for k, w in block["weights"].items()}}
            for label, w in signs.items():
                others = tuple(
                    period.signals[j].index(block["others"][name]) for j, name in enumerate(model.agents) if j != i
                )
                theta = insert(others, i, period.signals[i].index(label))
                flows = [u[a, theta] for u in period.utility]
                share = {"budget-balanced": F(1, len(flows)), "surplus-extraction": F(0)}.get(ask, F(1))
                full += w * (flows[i] - share * sum(flows, F(0))) / model.delta
            for shortfall in (full, F(0), F(1), F(1, 10**6)):
                assert not accepted({**negative, "witness": {**block, "shortfall": str(shortfall)}}, raw), (ask, kind, block)
