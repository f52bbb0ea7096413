"""Pages of every kind of verdict, made once and shared by the tests."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from conftest import INSTANCES

import mechsynth
from mechsynth import instance
from mechsynth.report import page
from mechsynth.report.subject import Subject, open_subject

# What a person sees first: the mark and the word of the verdict.
KINDS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "vcg-type": ("liu2014-oil-leases", "vcg-type", {}, "Feasible"),
    "contingent, four outcomes": ("liu2025-repeated-auction", "contingent", {}, "Feasible"),
    "mixture": ("hull-not-residual-claimant", "contingent", {}, "Infeasible"),
    "dependence": ("more-signals-than-outcomes", "spanning", {}, "Fails"),
    "charges at odds": ("hull-not-residual-claimant", "vcg-type", {}, "Infeasible"),
    "condition fails": ("no-correlation", "convex-independence", {}, "Fails"),
    "condition holds": ("three-period-varying", "convex-independence", {}, "Holds"),
    "spanning holds": ("liu2014-oil-leases", "spanning", {}, "Holds"),
    "cycle": ("liu2014-auction-1", "static", {}, "Infeasible"),
    "policy": ("liu2025-repeated-auction", "policy", {}, "Optimal"),
    "conflict": (
        "liu2014-oil-leases",
        "implement",
        {"transfers": "full", "require": ["budget:ex-post"]},
        "Infeasible",
    ),
    "optimal": (
        "liu2014-oil-leases",
        "implement",
        {"transfers": "contingent", "require": ["participation:ex-post"], "objective": "max-revenue"},
        "Optimal",
    ),
    "smallest": (
        "ex-post-balance-needs-full",
        "implement",
        {"transfers": "smallest", "require": ["budget:ex-post"]},
        "Feasible",
    ),
    "lump-sum": ("no-correlation-private", "lump-sum-budget", {}, "Feasible"),
    "patience": ("bilateral-trade-irrational", "lump-sum-budget", {}, "Feasible"),
    "freedom": ("no-correlation-private", "uniqueness", {}, "Fails"),
    "ladder": ("hull-not-residual-claimant", "ladder", {}, "Infeasible"),
    "unknown": ("liu2025-repeated-auction", "contingent", {"time_limit": 1e-9}, "Unknown"),
}


@cache
def solved(kind: str) -> tuple[bytes, bytes]:
    """Return the result file and the instance file of a kind."""
    name, ask, options, _ = KINDS[kind]
    environment = mechsynth.load(INSTANCES / f"{name}.json")
    return mechsynth.solve(environment, ask, workers=1, **options).to_bytes(), instance.to_bytes(environment)


def subject(result: bytes, data: bytes | None) -> Subject:
    """Return the subject of a page."""
    return open_subject(json.loads(result), result, data)


@cache
def page_of(kind: str) -> str:
    """Return the page of a kind."""
    return page(subject(*solved(kind)))
