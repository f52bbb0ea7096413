"""Small questions of every kind, with the answers that the package gives when nothing limits it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from oracles import draws

import mechsynth
from mechsynth.check import check

Json = dict[str, Any]

Question = tuple[str, Json]


def implement(transfers: str, *require: str, objective: str = "feasibility") -> Question:
    """A wish list."""
    return "implement", {"transfers": transfers, "require": list(require), "objective": objective}


WISHES = [
    implement("contingent"),
    implement("vcg-type", "residual-claimant"),
    implement("full", "budget:ex-post", "bounded:1/9"),
    implement("history-independent", objective="min-epsilon"),
    implement("contingent", "participation:ex-post", objective="min-max-transfer"),
]
CASES: dict[str, tuple[Json, list[Question]]] = {
    "endless": (
        draws.instance(3, "ordinary", horizon="infinite", agents=2, most=4),
        [
            *((ask, {}) for ask in ("contingent", "policy", "spanning", "budget-balanced", "ex-ante-balanced")),
            implement("contingent+now", "participation:interim", objective="max-revenue"),
            *WISHES,
        ],
    ),
    "two periods": (
        draws.instance(1, "ordinary", horizon=2, agents=2, most=4),
        [*((ask, {}) for ask in ("contingent", "vcg-type", "static", "convex-independence")), WISHES[1]],
    ),
    "once": (
        draws.instance(2, "ties", horizon=1, agents=2, most=6),
        [*((ask, {}) for ask in ("contingent", "convex-independence", "spanning")), WISHES[3]],
    ),
    "chains": (
        draws.instance(4, "chains", horizon="infinite", agents=2, most=4),
        [(ask, {}) for ask in ("vcg-type", "team", "pivot", "groves", "uniqueness", "generalized-vcg")],
    ),
    # the payments in the middle of what implements the last period leave no residual claimants, others do
    "last payments": (
        draws.instance(6, "private", horizon=2, agents=2, most=6),
        [("contingent", {}), ("vcg-type", {}), ("ex-ante-balanced", {})],
    ),
    "near": (
        draws.instance(6, "near", horizon="infinite", agents=2, most=6),
        [("contingent", {}), ("convex-independence", {}), WISHES[2]],
    ),
}


def ask(name: str, number: int, **more: Any) -> tuple[str, Any]:
    """Status and value of an answer; `refused` and the message where the package refuses.

    What is answered has to be accepted by the checker; what is unknown must not be.
    """
    instance, questions = CASES[name]
    question, options = questions[number]
    raw = json.dumps(instance).encode()
    try:
        result = mechsynth.solve(mechsynth.loads(raw), question, workers=1, **options, **more)
    except mechsynth.MechsynthError as error:
        return "refused", str(error)
    document = json.loads(result.to_bytes())
    try:
        accepted = check(result.to_bytes(), raw).accepted
    except mechsynth.MechsynthError as error:
        return "refused", str(error)
    if document["status"] != "unknown" and not accepted:
        return "rejected", document["status"]
    if document["strength"] == "verified":
        return "verified", document["status"]
    return document["status"], document["value"]


@cache
def usual() -> dict[tuple[str, int], tuple[str, Any]]:
    """Every answer without anything in the way."""
    return {(name, k): ask(name, k) for name, (_, questions) in CASES.items() for k in range(len(questions))}
