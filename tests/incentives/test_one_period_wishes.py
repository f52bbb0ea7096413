"""One period, everything at once: incentives given what is known, money, exit and what leaving is worth, against a linear program from the definition.

The program has one unknown per player and profile of reports, and is written here from what the words of docs/asks/implement.md say.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from oracles import draws, second
from oracles.mechanism import Mechanism
from oracles.model import Model, Profile, drop, insert, read
from scipy.optimize import linprog

import mechsynth
from mechsynth.check import small

Json = dict[str, Any]
Form = dict[Any, F]  # Σ form[i, ρ] · payment + form[None], must be at least 0
SEEDS = range(36)
LARGEST = 10**5  # payments that floats look at; the draws have utilities below 20 and probabilities above 1/1000
PAIRS = ("participation:interim", "participation:ex-ante", "participation:ex-post", "exit:interim")


def drawn(seed: int) -> tuple[Json, Model, str, tuple[str, ...]]:
    """An instance of one period with a prior, every second of format 2; a notion; wishes."""
    rng = random.Random(f"one period {seed}")
    make = second.instance if seed % 2 else draws.instance
    for k in range(999):
        data = make(1000 * seed + k, rng.choice(("ordinary", "zeros", "private", "ties")), horizon=1, most=6)
        model = read(data) if "prior" in data else None
        if model is not None and min(x for x in (model.prior or {}).values() if x) >= F(1, 1000):
            break
    else:
        raise AssertionError
    notion = ("pbic", "bnic")[seed // 2 % 2]
    names = [model.agents[i] for i in model.players]
    parts = [F(rng.randint(1, 3)) for _ in names]
    money = [
        "budget:ex-post", "budget:ex-ante", "no-deficit:ex-post", "no-subsidy", "surplus:full",
        f"cap:{rng.choice(('0', '1', '3'))}", f"cap:{rng.choice(names)}={rng.choice(('0', '2'))}", f"liability:{rng.choice(('0', '1', '2'))}", f"bounded:{rng.choice(('1', '4'))}",
        "split:" + ",".join(f"{name}={x / sum(parts)}" for name, x in zip(names, parts)),
    ]  # fmt: skip
    stay = [wish for wish in PAIRS if wish != "exit:interim" or notion == "bnic"]
    return data, model, notion, (*rng.sample(money, rng.choice((0, 1, 1, 2))), *rng.sample(stay, rng.choice((0, 1, 1))))


class Definition:
    """What an instance of one period asks of payments."""

    def __init__(self, model: Model, rule: dict[Profile, int]) -> None:
        assert model.prior is not None
        self.model, self.rule, self.prior, self.period = model, rule, model.prior, model.periods[0]
        self.profiles = self.period.profiles()
        self.at_least: list[Form] = []
        self.zero: list[Form] = []

    def gets(self, i: int, p: Profile, told: Profile, weight: F) -> Form:
        """``weight`` times what a player gets at a profile when that is reported."""
        return {None: weight * self.period.utility[i][self.rule[told], p], (i, told): -weight}

    def truths(self) -> None:
        """No lie is worth more in expectation, given what a player sees."""
        for i in self.model.players:
            sees: dict[Profile, list[Profile]] = {}
            for p in self.profiles:
                if self.prior[p]:
                    sees.setdefault(self.model.view(i, p), []).append(p)
            for possible in sees.values():
                for r in range(len(self.period.signals[i])):
                    row: Form = {}
                    for p in possible:
                        add(row, self.gets(i, p, p, self.prior[p]))
                        add(row, self.gets(i, p, insert(drop(p, i), i, r), self.prior[p]), -1)
                    self.at_least.append(row)

    def above(self, i: int, profiles: list[Profile]) -> Form:
        """What a player expects to gain by taking part, over some profiles, with the prior as weights."""
        row: Form = {}
        for p in profiles:
            add(row, self.gets(i, p, p, self.prior[p]))
            add(row, {None: -self.prior[p] * self.period.leaving(i, p)})
        return row

    def wish(self, name: str) -> None:
        """Add what one requirement asks."""
        head, _, tail = name.partition(":")
        players = self.model.players
        paid = [{(i, p): F(1) for i in players} for p in self.profiles]
        gains = {i: self.above(i, self.profiles) for i in players}
        every = total(list(gains.values()))
        if name in ("budget:ex-post", "no-deficit:ex-post"):
            (self.zero if head == "budget" else self.at_least).extend(paid)
        elif name == "budget:ex-ante":
            self.at_least.append(total([{key: self.prior[key[1]] * x for key, x in row.items()} for row in paid]))
        elif name == "no-subsidy":
            self.at_least += [{(i, p): F(1)} for i in players for p in self.profiles]
        elif name == "surplus:full":
            self.zero.append(every)
        elif head in ("cap", "bounded"):
            who, _, most = tail.rpartition("=")
            for i in players:
                if not who or self.model.agents[i] == who:
                    self.at_least += [{None: F(most), (i, p): F(-1)} for p in self.profiles]
                    if head == "bounded":
                        self.at_least += [{None: F(most), (i, p): F(1)} for p in self.profiles]
        elif head == "liability":
            for i in players:
                self.at_least += [total([self.gets(i, p, p, F(1)), {None: F(tail)}]) for p in self.profiles]
        elif head == "split":
            for name_, share in (part.split("=") for part in tail.split(",")):
                row = dict(gains[self.model.agents.index(name_)])
                add(row, every, -F(share))
                self.zero.append(row)
        else:
            for i in players:
                groups: dict[Any, list[Profile]] = {}
                for p in self.profiles:
                    if self.prior[p]:
                        key = {"participation:ex-ante": None, "participation:ex-post": p}.get(name, self.model.view(i, p))
                        groups.setdefault(key, []).append(p)
                self.at_least += [self.above(i, group) for group in groups.values()]

    def solved(self, revenue: bool) -> tuple[float, float | None]:
        """By floats: the least slack that every row can be given, and where that is 0 the largest revenue."""
        keys = [(i, p) for i in self.model.players for p in self.profiles]
        rows = [*self.at_least, *self.zero, *({key: -x for key, x in row.items()} for row in self.zero)]
        matrix = np.array([[-float(row.get(key, 0)) for key in keys] for row in rows]).reshape(len(rows), len(keys))
        right = np.array([float(row.get(None, 0)) for row in rows])
        wide = np.hstack([matrix, -np.ones((len(rows), 1))])
        bounds: list[Any] = [(-LARGEST, LARGEST)] * len(keys)
        first = linprog(np.append(np.zeros(len(keys)), 1.0), wide, right, bounds=[*bounds, (0, None)], method="highs")
        assert first.status == 0
        if first.fun > 1e-6 or not revenue:
            return float(first.fun), None
        best = linprog([-float(self.prior[p]) for _, p in keys], matrix, right + 1e-9, bounds=bounds, method="highs")
        return float(first.fun), -float(best.fun)


def add(form: Form, other: Form, times: F | int = 1) -> None:
    for key, x in other.items():
        form[key] = form.get(key, F(0)) + times * x


def total(forms: list[Form]) -> Form:
    found: Form = {}
    for form in forms:
        add(found, form)
    return found



@pytest.mark.parametrize("seed", SEEDS)
def test_one_period_from_the_definition(seed: int) -> None:
    """Yes and no are those of the definition, and so is the largest revenue where somebody takes part; both checkers agree."""
    data, model, notion, require = drawn(seed)
    raw = json.dumps(data).encode()
    environment = mechsynth.loads(raw)
    rule = Mechanism(model, json.loads(mechsynth.solve(environment, "policy").to_bytes())).rule[0]
    definition = Definition(model, rule)
    definition.truths()
    for wish in require:
        definition.wish(wish)
    ends = any(wish in PAIRS for wish in require)
    slack, revenue = definition.solved(ends)
    assert not 1e-7 < slack < 1e-4, "too close for floats: draw another"
    options: Json = {"incentives": notion, "transfers": "history-independent", "require": require}
    answer = mechsynth.solve(environment, "implement", relax=False, **options)
    assert (answer.status.value, slack > 1e-5) in {("feasible", False), ("infeasible", True)}, (seed, notion, require, slack)
    verdict = answer.check()
    assert verdict.accepted, verdict.reason
    small.check(answer.to_bytes(), raw)
    if revenue is not None and revenue < LARGEST / 1000:
        best = mechsynth.solve(environment, "implement", objective="max-revenue", **options)
        assert best.value is not None and best.check().accepted
        assert abs(float(F(best.value)) - revenue) < 1e-4 * (1 + abs(revenue)), (seed, notion, require)


def test_both_answers_are_met_with_both_notions() -> None:
    """By the definition alone: the draws have a yes and a no for each notion."""
    met = set()
    for seed in SEEDS:
        data, model, notion, require = drawn(seed)
        rule = Mechanism(model, json.loads(mechsynth.solve(mechsynth.loads(json.dumps(data)), "policy").to_bytes())).rule[0]
        definition = Definition(model, rule)
        definition.truths()
        for wish in require:
            definition.wish(wish)
        met.add((notion, definition.solved(False)[0] < 1e-6))
    assert met == {("pbic", True), ("pbic", False), ("bnic", True), ("bnic", False)}
