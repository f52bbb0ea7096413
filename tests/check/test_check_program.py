"""The two frames against each other, on random environments.

A mechanism of a class is one point of the program: the value of every column is read off its tables with loops. A row over columns has there
exactly the slack that the same row has over the mechanism as it is played.
"""

from __future__ import annotations

import itertools
import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from test_check_oracle import AGENTS, Json, World, nested, result_of

from mechsynth.check import read_instance
from mechsynth.check.claims.implement import Wish
from mechsynth.check.kernel import least, met
from mechsynth.check.kind import Class
from mechsynth.check.mechanism import read_allocation, read_transfers
from mechsynth.check.played import Played
from mechsynth.check.question import Question
from mechsynth.check.rows import definitions
from mechsynth.check.text import decode
from mechsynth.check.unknown import Unknown
from mechsynth.check.values import Values
from mechsynth.check.verdict import Ledger
from mechsynth.evaluation import evaluate, evaluate_mechanism
from mechsynth.result.vocabulary import TRANSFERS

REQUIREMENTS = [
    "pepic",
    "residual-claimant",
    "equal-shares",
    "no-payoff",
    "participation:ex-post",
    "participation:interim",
    "participation:ex-ante",
    "budget:ex-ante",
    "budget:per-period",
    "budget:ex-post",
    "bounded:3",
    "no-subsidy",
    "surplus:full",
    "surplus:every-history",
]
OBJECTIVES = ["min-max-transfer", "min-total-transfer", "max-revenue", "min-rent", "min-subsidy", "min-epsilon"]


def with_prior(world: World, rng: Any) -> Json:
    sizes = world.sizes[0]
    weights = rng.integers(0, 4, sizes)
    weights[0, 0] += 1
    total = int(weights.sum())
    return {**world.instance(), "prior": [[str(Fraction(int(w), total)) for w in row] for row in weights]}


def in_class(world: World, transfers: str, mechanism: Json, rng: Any) -> Json:
    """Replace the transfers by random ones of the class, few and small, so that some rows hold and some do not."""
    kind = transfers.removesuffix("+now")
    tables = []
    scale = int(rng.integers(0, 3)) * 2

    def draw(*_: int) -> str:
        return str(Fraction(int(rng.integers(-scale, scale + 1)), 2))

    for t in range(world.count):
        entry: Json = {agent: {} for agent in AGENTS}
        for i, agent in enumerate(AGENTS):
            n = world.sizes[t]
            if world.last(t) or transfers.endswith("+now") or kind == "history-independent":
                entry[agent]["now"] = nested(draw, n)
            if not world.last(t) and kind != "history-independent":
                m = list(world.sizes[world.after(t)])
                own, then = list(n), list(m)
                if kind == "vcg-type":
                    own[i] = 1
                if kind != "full":
                    then[i] = 1
                entry[agent]["later"] = nested(draw, (2, *own, *then))
        tables.append(entry)
    return {"allocation": mechanism["allocation"], "transfers": tables[0] if world.horizon is None else tables}


def point_of(world: World, unknown: Unknown, found: Any, mechanism: Json) -> dict[str, Fraction]:
    """Return the value of every column by name, read from the tables with loops."""
    tables = [mechanism["transfers"]] if world.horizon is None else mechanism["transfers"]
    point: dict[str, Fraction] = {}
    x = [[{p: found.payoffs[t][i][p] for p in world.profiles(t)} for i in (0, 1)] for t in range(world.count)]

    def label(p: tuple[int, ...], hidden: int | None = None) -> str:
        return "(" + ",".join("*" if j == hidden else f"{AGENTS[j]}{k}" for j, k in enumerate(p)) + ")"

    def look(table: Any, *places: int) -> Fraction:
        for k in places:
            table = table[k if len(table) > 1 else 0]
        return Fraction(table)

    def paid(t: int, i: int, told: tuple[int, ...]) -> Fraction:
        entry = tables[t][AGENTS[i]]
        return look(entry["now"], *told) if "now" in entry else Fraction(0)

    def owed(t: int, i: int, told: tuple[int, ...], q: tuple[int, ...]) -> Fraction:
        entry = tables[t][AGENTS[i]]
        return look(entry["later"], world.rule[t][told], *told, *q) if "later" in entry else Fraction(0)

    kind = "full" if unknown.kind.own_next else "contingent" if unknown.kind.own_report else "vcg-type"
    for t, i in itertools.product(range(world.count), (0, 1)):
        when = "" if world.horizon is None else f"t={t + 1} "
        who = f"{AGENTS[i]} {when}"
        entry = tables[t][AGENTS[i]]
        for p in world.profiles(t):
            point[f"X {who}{label(p)}"] = x[t][i][p]
            if "now" in entry:
                point[f"now {who}{label(p)}"] = paid(t, i, p)
            if "later" in entry:
                for q in world.profiles(world.after(t)):
                    here = label(p) if kind != "vcg-type" else f"{label(p, i)} a={'xy'[world.rule[t][p]]}"
                    then = label(q, None if kind == "full" else i)
                    point[f"later {who}{here}->{then}"] = owed(t, i, p, q)
            if kind != "full":
                continue
            for r in range(world.sizes[t][i]):
                if r == p[i]:
                    continue
                told = (r, p[1]) if i == 0 else (p[0], r)
                worth = world.u[t][i, world.rule[t][told], p] - paid(t, i, told)
                if not world.last(t):
                    after = world.after(t)
                    for q in world.profiles(after):
                        weight = world.mu[t][world.rule[t][told], p, q]
                        worth += world.delta * weight * (x[after][i][q] - owed(t, i, told, q))
                point[f"D {who}{label(p)}->{AGENTS[i]}{r}"] = worth
    return point


@pytest.mark.parametrize("transfers", TRANSFERS)
@pytest.mark.parametrize("horizon", [1, 2, 3, None])
@pytest.mark.parametrize("seed", range(3))
def test_rows_say_what_playing_says(seed: int, horizon: int | None, transfers: str) -> None:
    rng = np.random.default_rng([seed, horizon or 0, TRANSFERS.index(transfers)])
    world = World(100 + seed, horizon)
    instance = with_prior(world, rng)
    mechanism = in_class(world, transfers, world.mechanism(), rng)
    model = read_instance(json.dumps(instance).encode())
    root, numbers = decode(json.dumps(result_of(instance, mechanism)).encode(), "result")
    rule = read_allocation(root["mechanism"]["allocation"], model)
    paid = read_transfers(root["mechanism"]["transfers"], model, rule, numbers)
    kind = Class.named(transfers)
    kind.ask(model, paid)
    values = Values(model, rule)
    found = evaluate_mechanism(model, rule, paid, values)
    unknown, played = Unknown(model, rule, values, kind), Played(model, rule, values, kind, paid)
    point = point_of(world, unknown, found, mechanism)
    assert {unknown.columns.name(c) for c in unknown.columns.every()} == set(point)
    bounds = {"bounded:3": Fraction(3)}
    met(definitions(played), Ledger())
    for objective in OBJECTIVES:
        wish = Wish(Question("implement", "", None, transfers, tuple(REQUIREMENTS), objective, bounds), {})
        added = least(wish.holding(played))
        value = wish.attained(played, added)
        whole = point | dict.fromkeys(("largest", "rent", "subsidy", "epsilon"), value)
        whole |= {f"size {name}": abs(p) for name, p in point.items()}

        def at(form: Any, row: int, whole: dict[str, Fraction] = whole) -> Fraction:
            terms = form.plain(row).items()
            return form.const.at(row) + sum((v * whole[unknown.columns.name(c)] for c, v in terms), Fraction(0))

        seen = set()
        for block, same in zip(wish.program(unknown), wish.program(played), strict=True):
            assert (block.family, block.equal, block.head) == (same.family, same.equal, same.head)
            slack, number = block.slack(block.state), same.slack(same.state)
            for row in range(len(block.state)):
                name = block.name(row)
                assert name == same.name(row)
                assert name not in seen
                seen.add(name)
                assert name == block.head or name.startswith(f"{block.head} ")
                assert at(slack, row) == at(number, row), name
        assert at(wish.minimized(unknown), 0) == (-value if objective == "max-revenue" else value)
        # an objective's columns are as small as its rows allow
        low = [at(b.slack(b.state), row) for b in wish.holding(unknown) for row in range(len(b.state))]
        assert min(low, default=Fraction(0)) == 0


@pytest.mark.parametrize("horizon", [2, None])
def test_payments_of_agents_add_up(horizon: int | None) -> None:
    rng = np.random.default_rng(5)
    world = World(7, horizon)
    instance = with_prior(world, rng)
    found = evaluate(result_of(instance, world.mechanism()), json.dumps(instance).encode())
    assert found.payments_of_agents is not None
    assert sum(found.payments_of_agents) == found.expected_payments
    # the definition, by following the prior: sum over periods of δ^{t-1} times the expected payments
    if horizon == 2:
        prior = {(k, j): Fraction(instance["prior"][k][j]) for k, j in world.profiles(0)}
        for i in (0, 1):
            total = Fraction(0)
            for p, chance in prior.items():
                a = world.rule[0][p]
                total += chance * world.now[0][i, p]
                for q in world.profiles(1):
                    due = world.later[0][i, a, p, q] + world.now[1][i, q]
                    total += chance * world.delta * world.mu[0][a, p, q] * due
            assert found.payments_of_agents[i] == total
