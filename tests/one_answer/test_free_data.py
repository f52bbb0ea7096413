"""Free data: whatever a certificate may choose is chosen otherwise; no accepted *no* contradicts an accepted *yes*."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest
from oracles import draws

import mechsynth

from . import free_data
from .asked import Asked, Bench, Json, wish_list

SEEDS = range(24)


def finite(flavours: tuple[str, ...], horizons: tuple[int, ...]) -> Iterator[tuple[int, Bench]]:
    for seed in SEEDS:
        flavour, horizon = flavours[seed % len(flavours)], horizons[seed % len(horizons)]
        yield seed, Bench(draws.instance(seed, flavour, horizon=horizon, agents=2, most=6))


def positive(bench: Bench, asked: Asked) -> Json | None:
    """The answer if it is a yes that the checker accepts."""
    try:
        document = bench.solve(asked)
    except mechsynth.MechsynthError:
        return None
    return document if document["status"] == "feasible" and bench.accepted(document) else None


def refused(bench: Bench, rivals: Iterator[Json]) -> int:
    """How many rivals there are; none may be accepted."""
    count = 0
    for rival in rivals:
        assert not bench.accepted(rival), json.dumps(rival)
        count += 1
    return count


def test_later_payments_of_generalized_vcg() -> None:
    """A cycle under one choice of later payments denies nothing where another choice works."""
    count = 0
    for seed, bench in finite(("ordinary", "ties", "private"), (2, 3)):
        document = positive(bench, Asked("generalized-vcg", "history-independent", ()))
        if document is not None:
            count += refused(bench, free_data.later_payments(bench, document, random.Random(seed)))
    assert count >= 10


@pytest.mark.parametrize("ask", ["contingent", "vcg-type"])
def test_last_payments_of_block_questions(ask: str) -> None:
    """A mixture or dependence under one choice of last payments denies nothing where another choice works."""
    count = 0
    for seed, bench in finite(("ordinary", "chains", "private", "silent"), (2, 3)):
        asked = Asked(ask, ask, ("residual-claimant",), {"scope": "policy"})
        document = positive(bench, asked)
        if document is not None:
            count += refused(bench, free_data.last_payments(bench, asked, document, random.Random(seed)))
    assert count >= 10


def test_bounds_on_payments() -> None:
    """Rows that leave something over within a bound deny nothing where larger payments work."""
    count = 0
    for seed, bench in finite(("ordinary", "ties", "private"), (2, 3)):
        asked = wish_list(bench.model, ("contingent", "full", "history-independent")[seed % 3], ())
        document = positive(bench, asked)
        if document is not None:
            count += refused(bench, free_data.bounds(bench, asked, document))
    assert count >= 10
