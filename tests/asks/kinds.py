"""Instances of every kind, small enough that every question can be asked about each, and what each of them lacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import z3
from oracles import draws, model, second

from mechsynth.families import document_bytes

ROOT = Path(__file__).resolve().parents[2]


def library(name: str) -> bytes:
    return (ROOT / "instances" / f"{name}.json").read_bytes()


def _drawn(seed: int, flavour: str, *, prior: bool = True, **more: Any) -> bytes:
    """An instance of a seed, with the prior that all first signals are equally likely, or with none."""
    document = draws.instance(seed, flavour, **more)
    document.pop("prior", None)
    if prior:
        first = document if "signals" in document else document["periods"][0]
        sizes = [len(first["signals"][name]) for name in document["agents"]]
        even = Fraction(1, len(draws.box(sizes)))
        document["prior"] = draws.nest(sizes, lambda _: even)
    return json.dumps(document).encode()


def _second(seed: int, flavour: str, **more: Any) -> bytes:
    """An instance of format 2, with the prior that all first signals are equally likely."""
    document = second.instance(seed, flavour, **more)
    first = document.get("periods", [document])[0]
    sizes = [len(first["signals"][name]) for name in document["agents"]]
    document["prior"] = draws.nest(sizes, lambda _: Fraction(1, len(draws.box(sizes))))
    return json.dumps(document).encode()


def arms() -> dict[str, Any]:
    """Two arms, new, good or bad, of which the first use tells; a weighs 2, b 3; δ = 1/2."""
    stay, use = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, "1/2", "1/2"], [0, 1, 0], [0, 0, 1]]
    pays = {"a": [1, 2, 0], "b": ["3/2", 3, 0]}
    names = list(pays)
    return {
        "format": "mechsynth-instance/1",
        "name": "two-arms",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": names,
        "prior": {"independent": {name: [1, 0, 0] for name in names}},
        "signals": {name: ["new", "good", "bad"] for name in names},
        "actions": ["keep", *names],
        "utilities": {name: {"private": [pays[name] if action == name else [0, 0, 0] for action in ("keep", *names)]} for name in names},
        "transition": {"independent": {name: [use if action == name else stay for action in ("keep", *names)] for name in names}},
    }


QUICK: dict[str, Callable[[], bytes]] = {
    "leases": lambda: library("liu2014-oil-leases"),
    "endless": lambda: library("no-correlation"),
    "once": lambda: _drawn(2, "ties", horizon=1, agents=2, most=6),
    "endless, no prior": lambda: _drawn(3, "ordinary", horizon="infinite", agents=2, most=4, prior=False),
    "chains": lambda: _drawn(4, "chains", horizon="infinite", agents=2, most=4),
    "in a state": lambda: _second(4, "private", parts=("public", "available"), horizon=2, agents=3, most=8),
    "in a state, endless": lambda: _second(2, "ordinary", parts=("public", "available"), horizon="infinite", agents=2, most=4),
    "free to leave": lambda: _second(1, "ordinary", parts=("outside",), horizon="infinite", agents=2, most=4),
    "two arms": lambda: json.dumps(arms()).encode(),
    "a buyer": lambda: document_bytes("kln-separable", {}),
    "alone": lambda: _drawn(5, "ordinary", horizon=2, agents=1, most=3),
    "once, independent": lambda: library("incentives/agv-project"),
    "once, correlated": lambda: library("incentives/myerson-correlated"),
    "an auction": lambda: library("auctions/collinear"),
}
SLOW: dict[str, Callable[[], bytes]] = {
    **{name: lambda name=name: library(name) for name in ("liu2014-auction-1", "no-correlation-private")},
    **{name: lambda name=name: library(name) for name in ("bilateral-trade-persistent", "hull-not-residual-claimant")},
    "alone, endless": lambda: _drawn(7, "ordinary", horizon="infinite", agents=1, most=3),
    "alone, once": lambda: _drawn(8, "private", horizon=1, agents=1, most=3),
    **{
        f"{flavour}, {horizon}": lambda flavour=flavour, horizon=horizon: _drawn(9, flavour, horizon=horizon, agents=2, most=4)
        for flavour in ("ordinary", "zeros", "silent", "private", "chains", "worthless", "near")
        for horizon in (1, 2, "infinite")
    },
}


def _independent(env: Any) -> bool:
    """Whether all laws are products of laws of the agents, each of which looks at the own signal and the action alone."""
    laws: list[tuple[Any, dict[tuple[int, ...], Fraction]]] = [(None, env.prior)]
    for t, period in enumerate(env.periods):
        if env.next_period(t) is not None:
            laws += [((t, a, p), period.kernel[a, p]) for a in range(len(period.actions)) for p in period.profiles() if period.there(a, p)]
    own_laws: dict[Any, dict[int, Fraction]] = {}
    for place, law in laws:
        own: list[dict[int, Fraction]] = [{} for _ in env.agents]
        for profile, chance in law.items():
            for i, k in enumerate(profile):
                own[i][k] = own[i].get(k, Fraction(0)) + chance
        for profile in product(*own):
            chance = Fraction(1)
            for i, k in enumerate(profile):
                chance *= own[i][k]
            if chance != law.get(profile, 0):
                return False
        if place is not None:
            t, a, p = place
            for i, each in enumerate(own):
                positive = {k: c for k, c in each.items() if c}
                if own_laws.setdefault((t, a, i, p[i]), positive) != positive:
                    return False
    return True


def _weighed(env: Any) -> bool:
    """Whether values separate with weights that do not fall, by the definition; own laws and private values are taken for granted, and a prior."""
    return all(_weighs(env, i) for i in range(len(env.agents)))


def _weighs(env: Any, i: int) -> bool:
    def own(t: int, k: int) -> tuple[int, ...]:
        return tuple(k if j == i else 0 for j in range(len(env.agents)))

    def step(t: int, a: int, k: int) -> dict[int, Fraction]:
        found: dict[int, Fraction] = {}
        for after, chance in env.periods[t].kernel[a, own(t, k)].items():
            if chance:
                found[after[i]] = found.get(after[i], Fraction(0)) + chance
        return found

    sizes = [len(period.signals[i]) for period in env.periods]
    first = [sum((c for p, c in env.prior.items() if p[i] == k), Fraction(0)) for k in range(sizes[0])]
    if not all(first):
        return False
    states = [[{k} for k in range(sizes[0])]]  # per period, by first signal: where it can be
    for t in range(len(env.periods) - 1):
        actions = range(len(env.periods[t].actions))
        states.append([{q for k in held for a in actions for q in step(t, a, k)} for held in states[t]])
    parts = [[sorted(held) for held in period] for period in states]
    for period in parts:
        if len({len(held) for held in period}) > 1 or sum(map(len, period)) > len(set().union(*period)):
            return False
    for t in range(len(env.periods) - 1):
        for a, s, q in product(range(len(env.periods[t].actions)), range(len(parts[t][0])), range(len(parts[t + 1][0]))):
            if len({step(t, a, parts[t][x][s]).get(parts[t + 1][x][q], Fraction(0)) for x in range(sizes[0])}) > 1:
                return False
    columns = [(t, a, s) for t, period in enumerate(env.periods) for a in range(len(period.actions)) for s in range(len(parts[t][0]))]
    table = [[env.periods[t].utility[i][a, own(t, parts[t][x][s])] for t, a, s in columns] for x in range(sizes[0])]
    hazard = [sum(first[k + 1 :], Fraction(0)) / f for k, f in enumerate(first)]

    def rising(row: list[Fraction]) -> bool:
        return all(one <= two for one, two in pairwise(row))

    fits = []
    pivot = next((c for c in range(len(columns)) if any(row[c] for row in table)), None)
    if all(p[c] * q[d] == p[d] * q[c] for p, q in product(table, table) for c, d in product(range(len(columns)), repeat=2)):
        level = [Fraction(1)] * sizes[0] if pivot is None else [row[pivot] for row in table]
        level = [-v for v in level] if max(level) <= 0 else level
        if min(level) > 0:
            up = [*(b - a for a, b in pairwise(level)), Fraction(0)]
            fits.append(rising(level) and rising([1 - h * u / v for h, u, v in zip(hazard, up, level, strict=True)]))
    rise = [[v - w for v, w in zip(row, table[0], strict=True)] for row in table]
    flat = all(rise[x][c] == rise[x][d] for x in range(sizes[0]) for c, d in product(range(len(columns)), repeat=2) if columns[c][:2] == columns[d][:2])
    if not fits and flat and all(p[c] * q[d] == p[d] * q[c] for p, q in product(rise, rise) for c, d in product(range(len(columns)), repeat=2)):
        pivot = next((c for c in range(len(columns)) if any(row[c] for row in rise)), None)
        if pivot is None:
            return True
        level = [row[pivot] for row in rise]
        level = [-v for v in level] if max(level) <= 0 else level
        top = next(x for x, v in enumerate(level) if v)
        slope = [v / level[top] for v in rise[top]]
        up = [*(b - a for a, b in pairwise(level)), Fraction(0)]
        fits.append(rising(level) and rising([-h * u for h, u in zip(hazard, up, strict=True)]) and min(slope) >= 0)
    return bool(fits) and fits[0]


def _own_law(env: Any, i: int, a: int, profile: tuple[int, ...]) -> dict[int, Fraction]:
    found: dict[int, Fraction] = {}
    for after, chance in env.periods[0].kernel[a, profile].items():
        if chance:
            found[after[i]] = found.get(after[i], Fraction(0)) + chance
    return found


def _bandit(env: Any) -> bool:
    """Whether each agent is moved or paid by one action at most, no two by one, and somebody is; signals left at once for good are left aside."""
    period, agents = env.periods[0], range(len(env.agents))
    actions, taken = range(len(period.actions)), set()
    for i in agents:
        size = len(period.signals[i])

        def at(k: int, i: int = i) -> tuple[int, ...]:
            return tuple(k if j == i else 0 for j in agents)

        law = {(a, k): _own_law(env, i, a, at(k)) for a in actions for k in range(size)}
        pays = {(a, k): period.utility[i][a, at(k)] for a in actions for k in range(size)}
        entered = {q for (_, k), row in law.items() for q in row if q != k}
        opening = {
            k
            for k in range(size)
            if k not in entered and all(k not in law[a, k] and law[a, k] == law[0, k] and not pays[a, k] for a in actions)
        }
        used = {a for a in actions for k in range(size) if k not in opening and (law[a, k] != {k: 1} or pays[a, k])}
        if len(used) > 1 or used & taken:
            return False
        taken |= used
    return bool(taken)


def lacks(raw: bytes) -> set[str]:
    """The needs of `mechsynth.result.ask.Needs` that an instance does not meet, by their definitions."""
    found: set[str] = set()
    env = model.read(json.loads(raw, parse_float=str))
    found |= {"finite"} if env.horizon is None else {"infinite"}
    found |= {"two_agents"} if len(env.players) < 2 else set()
    found |= {"prior"} if env.prior is None else set()
    found |= set() if env.horizon == 1 else {"one_period"}
    if len(env.players) < len(env.agents) or any(not p.there(a, q) for p in env.periods for a in range(len(p.actions)) for q in p.profiles()):
        found.add("plain")
    found |= set() if env.horizon is None else {"constant_end"}
    found |= {"auction"} if json.loads(raw)["format"] == "mechsynth-instance/2" or not _sells(env) else set()
    if env.prior is not None and not _independent(env):
        found.add("independent")
    told = [i for i in env.players if any(len(period.signals[i]) > 1 for period in env.periods)]
    if env.horizon is None or len(told) != 1 or len(env.periods) < 2 or any(len(period.actions) != 2 for period in env.periods[1:]):
        found.add("one_buyer")
    if env.horizon is None and "plain" not in found and not _bandit(env):
        found.add("bandit")
    if env.horizon is not None and env.prior is not None and not {"plain", "independent"} & found and not _weighed(env):
        found.add("weighed")
    first = [len(own) for own in env.periods[0].signals]
    if env.prior is not None:
        found |= {"unmixed"} if any(_mixed(env.prior, first, i) for i in env.players) else set()
    for t, period in enumerate(env.periods):
        sizes = [len(own) for own in period.signals]
        if any(period.leaving(i, p) for i in env.players for p in period.profiles()):
            found.add("no_outside")
        for i in env.players:
            if any(value < 0 for value in period.utility[i].values()):
                found.add("utilities")
            own: dict[tuple[int, tuple[int, ...]], set[Fraction]] = {}
            for (a, profile), value in period.utility[i].items():
                own.setdefault((a, env.view(i, profile)), set()).add(value)
            if any(len(values) > 1 for values in own.values()):
                found.add("private_values")
            if env.next_period(t) is None:
                continue
            for a, others in product(range(len(period.actions)), model.box(sizes[:i] + sizes[i + 1 :])):
                if not period.there(a, model.insert(others, i, 0)):
                    continue
                rows = [model.marginal(env, t, i, a, model.insert(others, i, k)) for k in range(sizes[i])]
                if any({k: p for k, p in row.items() if p} != {k: p for k, p in rows[0].items() if p} for row in rows):
                    found.add("no_influence")
    return found


def _mixed(prior: dict[tuple[int, ...], Fraction], sizes: list[int], i: int) -> bool:
    """Whether one belief of an agent is a mixture of those with her other signals: asked of z3."""
    rest = model.box(sizes[:i] + sizes[i + 1 :])
    rows = {k: [prior.get(model.insert(others, i, k), Fraction(0)) for others in rest] for k in range(sizes[i])}
    rows = {k: [p / sum(row) for p in row] for k, row in rows.items() if sum(row)}
    for r, row in rows.items():
        solver, weights = z3.Solver(), {k: z3.Real(f"w{k}") for k in rows if k != r}
        solver.add(*(w >= 0 for w in weights.values()))
        for at, wanted in enumerate(row):
            solver.add(z3.Sum([w * z3.Q(*rows[k][at].as_integer_ratio()) for k, w in weights.items()] or [z3.RealVal(0)]) == z3.Q(*wanted.as_integer_ratio()))
        if solver.check() == z3.sat:
            return True
    return False


def _sells(env: model.Model) -> bool:
    """Whether every period that another follows sells an object as `auction` takes it: one winner by action, values that add up signal by signal, the others' γ > 1 times the own."""
    ratios: list[set[Fraction]] = []
    for t, period in enumerate(env.periods):
        if env.next_period(t) is None:
            continue
        assert period.kernel is not None
        every, count = period.profiles(), len(env.agents)
        gains = [[i for i in env.players if any(period.utility[i].get((a, p), 0) for p in every)] for a in range(len(period.actions))]
        if sorted(gains) != [[i] for i in range(count)] or count < 2:
            return False
        if any(period.kernel[a, p] != period.kernel[0, p] for a, p in product(range(len(gains)), every)):
            return False
        value = [{p: period.utility[i][gains.index([i]), p] for p in every} for i in range(count)]
        ratios.append(set())
        for p, j in product(every, range(count)):
            low = (*p[:j], 0, *p[j + 1 :])
            floor = tuple(k if i == j else 0 for i, k in enumerate(p))
            base = (0,) * count
            moved = [own[p] - own[low] for own in value]
            if any(own[p] - own[low] != own[floor] - own[base] for own in value) or (any(moved) and not moved[j]):
                return False
            ratios[-1] |= {moved[i] / moved[j] for i in range(count) if moved[j] and i != j}
    return bool(ratios) and all(len(own) == 1 and min(own) > 1 for own in ratios)
