"""One instance on trial: the rows of `pbic` and `bnic` against the best of all strategies, and the three notions against each other."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from oracles import draws
from oracles.knowing import most, possible
from oracles.mechanism import Mechanism
from oracles.model import read
from oracles.wishes import KINDS

import mechsynth
from mechsynth.check import check, small

FLAVOURS = ("ordinary", "ties", "zeros", "silent", "private", "chains", "near")
NOTIONS = ("pepic", "pbic", "bnic")


@dataclass
class Seen:
    """How often what was seen."""

    yes: dict[str, int] = field(default_factory=dict)
    no: dict[str, int] = field(default_factory=dict)
    open: int = 0

    def count(self, notion: str, holds: bool) -> None:
        """Count a verdict."""
        into = self.yes if holds else self.no
        into[notion] = into.get(notion, 0) + 1


def drawn(seed: int) -> dict[str, Any]:
    """A small instance with a prior and one to three periods."""
    rng = random.Random(seed)
    horizon = rng.choice((1, 2, 2, 2, 3))
    for k in range(1000):
        found = draws.instance(1000 * seed + k, rng.choice(FLAVOURS), horizon=horizon, agents=rng.choice((1, 2, 2, 2, 3)), most=4 if horizon == 3 else 6)
        if "prior" in found:
            return found
    raise AssertionError


def tried(seed: int, seen: Seen, programs: bool = True) -> None:
    """Try one instance: mechanisms with random payments, those of positive answers, and the answers themselves."""
    rng = random.Random(-seed - 1)
    data = drawn(seed)
    raw = json.dumps(data).encode()
    model = read(data)
    kind = rng.choice(list(KINDS))
    environment = mechsynth.loads(raw)
    answers = {each: mechsynth.solve(environment, "implement", incentives=each, transfers=kind) for each in NOTIONS}
    holds = {each: answers[each].status.value == "feasible" for each in NOTIONS}
    assert all(answer.status.value in ("feasible", "infeasible") for answer in answers.values()), seed
    assert holds["pepic"] <= holds["pbic"] <= holds["bnic"], seed
    for each, answer in answers.items():
        verdict = answer.check()
        assert verdict.accepted, (seed, each, verdict.reason)
        if each != "pepic":
            small.check(answer.to_bytes(), raw)
    start = json.loads(answers["pepic"].to_bytes())
    given = [json.loads(answer.to_bytes())["mechanism"].get("transfers") for answer in answers.values()]
    for tables in [*given, None]:
        chosen = _payments(rng, environment, kind, tables)
        for notion in ("pbic", "bnic"):
            _compare(seed, start, chosen, raw, model, kind, notion, seen)
    if not programs:
        return
    rule = Mechanism(model, start).rule
    for notion in ("pbic", "bnic"):
        found = possible(model, rule, kind, notion)
        if found is None:
            seen.open += 1
        else:
            assert found == holds[notion], (seed, notion, kind)
            seen.count(f"{notion} by floats", found)


def _payments(rng: random.Random, environment: Any, kind: str, tables: Any) -> Any:
    """Payments of a class: those given, one of them moved perhaps; or any."""
    if tables is None:
        full = mechsynth.solve(environment, "implement", transfers=kind, incentives="pepic", objective="min-epsilon")
        tables = json.loads(full.to_bytes())["mechanism"]["transfers"]
    found = json.loads(json.dumps(tables))
    leaves = list(_leaves(found))
    for place, k in rng.sample(leaves, min(len(leaves), rng.choice((0, 0, 1, 2)))):
        place[k] = str(Fraction(place[k]) + rng.choice((Fraction(-1), Fraction(1), Fraction(1, 7), Fraction(-9, 2))))
    return found


def _leaves(value: Any) -> Any:
    for key, part in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(part, dict | list):
            yield from _leaves(part)
        else:
            yield value, key


def _compare(seed: int, start: Any, transfers: Any, raw: bytes, model: Any, kind: str, notion: str, seen: Seen) -> None:
    told = {**start, "status": "feasible", "strength": "exact", "witness": None, "certificate": {"ties": start["certificate"]["ties"]}}
    told["question"] = {**start["question"], "require": [notion]}
    told["mechanism"] = {"allocation": start["mechanism"]["allocation"], "transfers": transfers}
    mechanism = Mechanism(model, told)

    def price(key: Any) -> Fraction:
        what, t, i, sees, *after = key
        if what == "now":
            return mechanism.now(t, i, sees)
        reports, action = (sees, None) if KINDS[kind].own_report else ((*sees[0][:i], 0, *sees[0][i:]), sees[1])
        then = after[0] if KINDS[kind].own_next else (*after[0][:i], 0, *after[0][i:])
        a = mechanism.rule[t][reports] if action is None else action
        return mechanism.later(t, i, a, reports, then)

    gain = most(model, mechanism.rule, kind, notion, price)
    verdict = check(json.dumps(told).encode(), raw)
    assert verdict.accepted == (gain == 0), (seed, notion, kind, gain, verdict.reason)
    try:
        small.check(json.dumps(told).encode(), raw)
        accepted = True
    except small.Unproved:
        accepted = False
    assert accepted == verdict.accepted, (seed, notion)
    seen.count(notion, gain == 0)
