"""Parameters at which every family is generated, those where something changes among them."""

from __future__ import annotations

import random
from fractions import Fraction as F
from typing import Any

import mechsynth
from mechsynth.environment import Environment
from mechsynth.families import families
from mechsynth.suite.expected import expected_in

Case = tuple[str, dict[str, Any], int]

TINY = F(1, 10**9)
CASES: list[Case] = [
    ("oil-leases", {}, 0),
    ("oil-leases", {"correlation": TINY}, 0),
    ("oil-leases", {"correlation": -1}, 0),
    ("oil-leases", {"correlation": 1, "discount": "1/100"}, 0),
    ("repeated-auction", {}, 0),
    ("repeated-auction", {"link": 1, "bidders": 2}, 0),
    ("repeated-auction", {"link": TINY, "bidders": 2, "gamma": 1}, 0),
    ("repeated-auction", {"link": 0, "bidders": 2, "gamma": 0}, 0),
    ("hand-over", {"noise": 1, "bidders": 2}, 0),
    ("hand-over", {"noise": 0, "bidders": 2, "signals": 3, "gamma": 3}, 0),
    ("independent-chains", {"gamma": 0, "bidders": 3}, 0),
    ("independent-chains", {"gamma": 1}, 0),
    ("independent-chains", {"gamma": 1 + TINY, "signals": 3}, 0),
    ("independent-chains", {"gamma": TINY, "signals": 3, "persistence": 1}, 0),
    ("bilateral-trade", {"values": 3, "alpha": 0}, 0),
    ("bilateral-trade", {"alpha": 1}, 0),
    ("bilateral-trade", {"horizon": 1, "discount": 1}, 0),
    ("bilateral-trade", {"values": 3, "horizon": 4, "alpha": "1/3"}, 0),
    ("bilateral-trade", {"values": 2, "chain": "absorbing", "discount": "999999/1000000"}, 0),
    ("bilateral-trade", {"values": 3, "chain": "random", "horizon": 3}, 5),
    ("hidden-state", {"signals": 2}, 1),
    ("hidden-state", {"states": 3, "signals": 4, "discount": 1}, 2),
    ("planted-hull", {"signals": 2, "outcomes": 2, "gap": -1}, 0),
    ("planted-hull", {"signals": 2, "outcomes": 2, "distance": "3/8"}, 0),
    ("planted-hull", {"signals": 4, "outcomes": 4, "gap": 0}, 3),
    ("planted-hull", {"gap": TINY}, 4),
    ("planted-hull", {"gap": -TINY}, 4),
    ("planted-hull", {"signals": 5, "outcomes": 6, "distance": "1/9"}, 4),
    ("more-signals", {"signals": 5, "outcomes": 4, "degree": 4}, 1),
    ("more-signals", {"signals": 5, "outcomes": 4, "degree": 3}, 1),
    ("more-signals", {"signals": 7, "degree": 0}, 2),
    ("full-rank", {"agents": 3, "signals": 2, "actions": 1}, 2),
    ("private-values", {"actions": 3}, 4),
    ("private-values", {"horizon": 1, "discount": 1}, 5),
    ("interdependent", {"horizon": 3}, 6),
    ("kln7", {}, 0),
    ("kln7", {"types": 8, "times": 2}, 0),
    ("kln7", {"types": 8, "times": "11/3"}, 0),
    ("kln7", {"types": 4, "times": "17/5"}, 0),
    ("kln7", {"types": 4, "times": F(17, 5) + TINY}, 0),
    ("kln7", {"types": 3, "plus": 0}, 0),
    ("kln-separable", {"types": 8}, 0),
    ("kln-separable", {"types": 3, "cost": "1/2"}, 0),
    ("kln-separable", {"kind": "additive", "types": 4, "cost": "3/2"}, 0),
    ("battaglini", {}, 0),
    ("battaglini", {"high": 5, "horizon": 4}, 0),
    ("battaglini", {"high": 5, "horizon": 3, "stay": "1/4", "rise": "3/4"}, 0),
    ("battaglini", {"horizon": 3, "cost": "5/2", "stay": 1, "rise": 0, "start": "1/5", "discount": "1/2"}, 0),
    ("sequential-screening", {}, 0),
    ("sequential-screening", {"points": 3, "leisure": "9/10"}, 0),
    ("bandit-auction", {}, 0),
    ("bandit-auction", {"low": 1, "high": 5, "success": "1/3", "discount": "3/4"}, 0),
]


def shown(case: Case) -> str:
    name, params, seed = case
    return "-".join([name, *(f"{key}={value}".replace("/", "_") for key, value in params.items()), str(seed)])


def drawn(rng: random.Random) -> Case:
    """A family at random parameters, small enough to be solved; the parameters may not fit together."""
    small = {
        "bidders": (2, 3),
        "agents": (2, 3),
        "actions": (1, 3),
        "states": (2, 4),
        "outcomes": (2, 5),
        "values": (2, 4),
        "degree": (0, 5),
        "horizon": (1, 4),
    }
    numbers = {
        "gamma": (0, 1, F(1, 3), F(3, 2), 1 - TINY),
        "gap": (0, 0, 1, -1, TINY, -TINY),
        "distance": (0, F(1, 100), F(1, 20), TINY),
        "discount": (F(1, 2), F(9, 10), F(99, 100), 1),
    }
    family = rng.choice(list(families().values()))
    params: dict[str, Any] = {}
    for parameter in family.parameters:
        if rng.random() < 0.3:
            continue
        if parameter.words and (parameter.low is None or rng.random() < 0.5):
            value: Any = rng.choice(parameter.words)
        elif parameter.whole:
            one = family.name in ("planted-hull", "more-signals")
            value = rng.randint(*small.get(parameter.name, (2, 6) if one else (2, 3)))
        else:
            ends = (parameter.low, parameter.high, F(1, 2), F(1, 3), TINY)
            value = rng.choice(numbers.get(parameter.name, ends))
        params[parameter.name] = value
    return family.name, params, rng.randint(0, 10**6)


def confirm(environment: Environment, *, patient: bool = False) -> int:
    """Solve everything that an instance expects, and have it checked; return how much of it was proved.

    ``patient``: a wish list may stay ``unknown``; nothing may come out otherwise than expected.
    """
    proved = 0
    for each in expected_in(environment.extra):
        result = mechsynth.solve(environment, **each.question)
        if patient and result.status == "unknown" and each.question["ask"] == "implement":
            continue
        assert result.status == each.status, each
        assert each.value is None or result.value == each.value, each
        assert each.strength is None or result.strength == each.strength, each
        assert result.strength == "exact"
        verdict = result.check()
        assert verdict.accepted, (each, verdict.reason)
        proved += 1
    return proved
