"""Lie, then leave: ``exit:interim`` with ``bnic`` against programs over whole strategies.

A strategy reports or leaves, given everything that the agent has seen and said. The program here has payments alone as columns; a row is a strategy, written out
as what it is expected to be worth. Strategies are added until the best one against the payments found gains nothing: floats, held against the exact value.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles import draws, second, wishes
from oracles.model import Model, Profile, drop, insert, read
from oracles.wishes import Form, add
from scipy.optimize import linprog

import mechsynth
from mechsynth.check import check, small
from mechsynth.errors import InputError, UsageError

Node = list[tuple[F, Profile]]
BOUND = 4


class Game:
    """One agent against truth by the others, over a finite horizon."""

    def __init__(self, model: Model, kind: str, i: int) -> None:
        self.model, self.asked, self.i = model, wishes.Wishes(model, kind), i

    def nodes(self, law: dict[Profile, F]) -> Iterator[Node]:
        """What the agent can tell apart."""
        seen: dict[Any, Node] = {}
        for theta, x in law.items():
            if x:
                seen.setdefault(self.model.view(self.i, theta), []).append((x, theta))
        yield from seen.values()

    def flow(self, t: int, node: Node, told: Profile | None, r: int) -> Form:
        form: Form = {None: F(0)}
        for x, theta in node:
            rho = insert(drop(theta, self.i), self.i, r)
            add(form, {None: self.model.periods[t].utility[self.i][self.asked.rule[t][rho], theta]}, x)
            add(form, self.asked.now(t, self.i, rho), -x)
            add(form, self.asked.due(t, self.i, told, rho), -x)
        return form

    def leave(self, t: int, node: Node) -> Form:
        return {None: sum((x * self.model.periods[t].leaving(self.i, theta) for x, theta in node), F(0))}

    def after(self, t: int, node: Node, r: int) -> Iterator[tuple[F, Profile, Profile, Node]]:
        """What can follow a report: weight, true profile and reports, and what is known then."""
        kernel = self.model.periods[t].kernel
        if self.model.next_period(t) is None:
            return
        assert kernel is not None
        for x, theta in node:
            rho = insert(drop(theta, self.i), self.i, r)
            for part in self.nodes(kernel[self.asked.rule[t][rho], theta]):
                yield x, theta, rho, part

    def truth(self, t: int, node: Node, told: Profile | None) -> Form:
        k = node[0][1][self.i]
        form = self.flow(t, node, told, k)
        for x, theta, _, part in self.after(t, node, k):
            add(form, self.truth(t + 1, part, theta), self.model.delta * x)
        return form

    def best(self, t: int, node: Node, told: Profile | None, paid: dict[Any, float]) -> tuple[float, Form]:
        """The best strategy from here on; leaving is one after the start."""
        found = [self.leave(t, node)] if t else []
        for r in range(len(self.model.periods[t].signals[self.i])):
            form = self.flow(t, node, told, r)
            for x, _, rho, part in self.after(t, node, r):
                add(form, self.best(t + 1, part, rho, paid)[1], self.model.delta * x)
            found.append(form)
        return max(((value(form, paid), form) for form in found), key=lambda each: each[0])

    def stays(self, t: int, node: Node, told: Profile | None) -> Iterator[Form]:
        """Staying less leaving wherever truth leads to."""
        yield add(self.truth(t, node, told), self.leave(t, node), -1)
        for _, theta, _, part in self.after(t, node, node[0][1][self.i]):
            yield from self.stays(t + 1, part, theta)


def value(form: Form, paid: dict[Any, float]) -> float:
    return float(sum(float(x) * (1.0 if key is None else paid[key]) for key, x in form.items()))


def free_of_loss(game: Game) -> Iterator[Form]:
    """Nobody loses anything in the first period: ``liability@1:0``."""
    period = game.model.periods[0]
    for theta in period.profiles():
        gain = period.utility[game.i][game.asked.rule[0][theta], theta]
        yield add({None: gain}, game.asked.now(0, game.i, theta), -1)


def most(model: Model, kind: str) -> float | None:
    """The largest revenue with payments of at most `BOUND`, ``None`` where truth and staying is not to be had."""
    assert model.prior is not None
    games = [Game(model, kind, i) for i in model.players]
    keys = list(games[0].asked.payments())
    place = {key: k for k, key in enumerate(keys)}
    revenue: Form = {None: F(0)}
    for game in games:
        for node in game.nodes(model.prior):
            own = game.truth(0, node, None)
            add(revenue, {key: -x for key, x in own.items() if key is not None})
    # what an agent pays is what truth is worth less what she enjoys; only payments are in the objective
    goal = np.zeros(len(keys))
    for key, x in revenue.items():
        if key is not None:
            goal[place[key]] = -float(x)
    rows = [form for game in games for node in game.nodes(model.prior) for form in game.stays(0, node, None)]
    rows += [form for game in games for form in free_of_loss(game)]
    for _ in range(400):
        left, right = np.zeros((len(rows), len(keys))), np.zeros(len(rows))
        for k, form in enumerate(rows):
            for key, x in form.items():
                if key is None:
                    right[k] = float(x)
                else:
                    left[k, place[key]] = -float(x)
        found = linprog(goal, A_ub=left, b_ub=right, bounds=[(-BOUND, BOUND)] * len(keys), method="highs")
        if found.status == 2:
            return None
        assert found.status == 0
        paid = dict(zip(keys, found.x, strict=True))
        more = []
        for game in games:
            for node in game.nodes(model.prior):
                worth, form = game.best(0, node, None, paid)
                own = game.truth(0, node, None)
                if worth > value(own, paid) + 1e-6:
                    more.append(add(own, form, -1))
        if not more:
            return float(-found.fun)
        rows += more
    raise AssertionError("no end of strategies")


Json = dict[str, Any]


def drawn(seed: int) -> tuple[Json, str]:
    """Loans: costs first and gains later, signals that last, what leaving is worth; every fourth an instance of another kind."""
    rng = random.Random(seed)
    if seed % 4 == 0:
        data = second.instance(seed, rng.choice(draws.FLAVOURS), horizon=2, most=4)
        if "prior" in data:
            return data, rng.choice(list(wishes.KINDS))
    sizes = (2, rng.choice((1, 2)))
    names, periods = ["firm", "bank"], []
    shared = {"signals": {name: [f"s{k}" for k in range(n)] for name, n in zip(names, sizes, strict=True)}}
    for t in range(2):
        low, high = ((-3, 0), (0, 6))[t]
        actions = ["lend", "not"][: 2 - t]
        own = {
            name: draws.nest([len(actions), *sizes], lambda p, low=low, high=high: rng.randint(low, high) if p[0] == 0 else 0) for name in names
        }
        away = {name: {"own": [rng.choice((-1, 0, 0, 1)) for _ in range(n)]} for name, n in zip(names, sizes, strict=True)}
        periods.append({**shared, "actions": actions, "utilities": own, "outside": away})
    periods[0]["transition"] = [
        [[draws.nest(list(sizes), law(rng, sizes[0] * sizes[1], sizes[1])) for _ in range(sizes[1])] for _ in range(sizes[0])] for _ in range(2)
    ]
    data = {
        "format": "mechsynth-instance/2",
        "name": f"loan-{seed}",
        "horizon": 2,
        "discount": rng.choice(("1", "1/2")),
        "agents": names,
        "prior": draws.nest(list(sizes), law(rng, sizes[0] * sizes[1], sizes[1])),
        "periods": periods,
    }
    return data, rng.choice(("contingent+now", "contingent+now", "full+now", "full", "history-independent"))


def law(rng: random.Random, count: int, width: int) -> Any:
    """A lottery over profiles, as a function of the place."""
    parts = [rng.choice((0, 1, 1, 2, 3)) for _ in range(count)]
    parts[rng.randrange(count)] += 1
    return lambda p: str(F(parts[p[0] * width + p[1]], sum(parts)))


def answered(data: Json, kind: str, *require: str) -> Any:
    return mechsynth.solve(
        mechsynth.loads(json.dumps(data)),
        "implement",
        incentives="bnic",
        transfers=kind,
        require=[*require, f"bounded:{BOUND}", "liability@1:0"],
        objective="max-revenue",
        relax=False,
    )


@pytest.mark.parametrize("seed", range(24))
def test_revenue_over_whole_strategies(seed: int) -> None:
    """The exact optimum is that of the program over strategies, or both say that there is none."""
    data, kind = drawn(seed)
    model = read(data)
    result = answered(data, kind, "exit:interim")
    raw = json.dumps(data).encode()
    verdict = check(result.to_bytes(), raw)
    assert verdict.accepted, verdict.reason
    small.check(result.to_bytes(), raw)
    truth = most(model, kind)
    assert (result.status == "infeasible") == (truth is None)
    if truth is not None:
        assert float(F(result.value)) == pytest.approx(truth, abs=1e-4)


def test_the_draws_have_both_signs_and_exits_that_bind() -> None:
    """By the program over strategies alone: some instances have a largest revenue, some none, and leaving after a lie costs some of them revenue."""
    found = []
    for seed in range(24):
        data, kind = drawn(seed)
        found.append((most(read(data), kind), answered(data, kind, "participation:interim").value))
    assert sum(truth is None for truth, _ in found) >= 1
    assert sum(truth is not None and float(F(other)) > truth + 1e-3 for truth, other in found) >= 4


@pytest.mark.parametrize("seed", range(6))
def test_without_end(seed: int) -> None:
    """Infinite horizon: no strategy that lies and leaves gains against the mechanism, by value iteration over what the agent knows."""
    data = loan_for_ever(seed)
    model = read(data)
    result = answered(data, "contingent+now", "exit:interim")
    assert result.status == "optimal"
    raw = json.dumps(data).encode()
    assert check(result.to_bytes(), raw).accepted
    small.check(result.to_bytes(), raw)
    asked = wishes.Wishes(model, "contingent+now")
    mech = wishes.Mechanism(model, result.document())
    paid = {key: float(x) for key, x in wishes.values_of(asked, mech).items()}
    assert model.prior is not None
    for i in model.players:
        game = Game(model, "contingent+now", i)
        profiles, own = model.periods[0].profiles(), range(len(model.periods[0].signals[i]))
        worth = {(theta, r): 0.0 for theta in profiles for r in own}
        kernel = model.periods[0].kernel
        assert kernel is not None
        for _ in range(60):
            after = {}
            for theta, r in worth:
                rho = insert(drop(theta, i), i, r)
                total = value(game.flow(0, [(F(1), theta)], None, r), paid)
                for node in game.nodes(kernel[asked.rule[0][rho], theta]):
                    options = [value(game.leave(0, node), paid)]
                    for said in own:
                        gain = sum(float(x) * worth[q, said] for x, q in node)
                        options.append(gain - sum(value(asked.due(0, i, rho, insert(drop(q, i), i, said)), paid) * float(x) for x, q in node))
                    total += float(model.delta) * max(options)
                after[theta, r] = total
            worth = after
        for node in game.nodes(model.prior):
            truth = sum(float(x) * paid["X", 0, i, theta] for x, theta in node)
            assert max(sum(float(x) * worth[theta, r] for x, theta in node) for r in own) <= truth + 1e-6


def loan_for_ever(seed: int) -> Json:
    """A firm and a bank that meet in every period, δ = 1/2."""
    rng = random.Random(f"for ever {seed}")
    sizes, names = (2, rng.choice((1, 2))), ["firm", "bank"]
    return {
        "format": "mechsynth-instance/2",
        "name": f"for-ever-{seed}",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": names,
        "prior": draws.nest(list(sizes), law(rng, sizes[0] * sizes[1], sizes[1])),
        "signals": {name: [f"s{k}" for k in range(n)] for name, n in zip(names, sizes, strict=True)},
        "actions": ["lend", "not"],
        "utilities": {name: draws.nest([2, *sizes], lambda p: rng.randint(1, 6) if p[0] == 0 else 1) for name in names},
        "outside": {name: {"own": [rng.choice((0, 1)) for _ in range(n)]} for name, n in zip(names, sizes, strict=True)},
        "transition": [[[draws.nest(list(sizes), law(rng, sizes[0] * sizes[1], sizes[1])) for _ in range(sizes[1])] for _ in range(sizes[0])] for _ in range(2)],
    }


LOAN = (Path(__file__).parent / "data" / "b15-loan.json").read_bytes()


def loan(*require: str, incentives: str = "bnic", **more: Any) -> Any:
    return mechsynth.solve(mechsynth.loads(LOAN), "implement", incentives=incentives, transfers="contingent+now", require=require, **more)


def test_a_loan_that_is_taken_and_not_paid_back() -> None:
    """By hand: 2 lent, 4 paid back, the lender keeps half of the 2 of the good firm: 1. The bad one could take the loan (−1 + 2) and leave, so it is given 1, and
    the good one could say bad: it pays back no more than 3 of the 2 lent. Of (1 − 1)/2 nothing is left."""
    for wish, value_ in (("participation:interim", "1"), ("exit:interim", "0")):
        result = loan(wish, "liability@1:0", objective="max-revenue")
        assert result.value == value_
        assert result.check().accepted
    # the transfers of the first are refused as an answer to the second question, and told why
    document = json.loads(loan("participation:interim", "liability@1:0", objective="max-revenue").to_bytes())
    document["question"] |= {"require": ["bnic", "exit:interim", "liability@1:0"], "objective": "feasibility"}
    document |= {"status": "feasible"}
    document.pop("value", None)
    document["certificate"].pop("multipliers")
    verdict = check(json.dumps(document).encode(), LOAN)
    assert not verdict.accepted
    assert "bnic firm" in str(verdict.reason)


def test_a_conflict_with_exit() -> None:
    """No revenue is left, so none that is above 0 can be asked; the strategy that shows it is told with its end, and leaving is not measured by an amount."""
    result = loan("exit:interim", "liability@1:0", "surplus:full", relax=True)
    assert result.status == "infeasible"
    assert "exit:interim" in result.witness["conflict"]
    assert result.check().accepted
    small.check(result.to_bytes(), LOAN)
    assert "exit:interim" not in [each["requirement"] for each in result.document()["certificate"]["relaxations"]]
    told = " ".join(result.explain().split())
    assert "then leaves (firm, period 2, at firm: none, after the signals firm: bad in period 1, where firm said good): always" in told
    document = json.loads(result.to_bytes())
    name = next(name for name in document["witness"]["multipliers"] if name.startswith("exit:interim"))
    document["witness"]["multipliers"][name] = "1/7"
    assert not check(json.dumps(document).encode(), LOAN).accepted
    document = json.loads(result.to_bytes())
    document["certificate"]["relaxations"][0]["requirement"] = "exit:interim"
    with pytest.raises(InputError):
        check(json.dumps(document).encode(), LOAN)


@pytest.mark.parametrize("incentives", ["pepic", "pbic"])
def test_strategies_need_bnic(incentives: str) -> None:
    """Single lies are no strategies: refused where it is asked, and in a result."""
    with pytest.raises(UsageError):
        loan("exit:interim", incentives=incentives)
    document = json.loads(loan("exit:interim").to_bytes())
    document["question"]["require"][0] = incentives
    with pytest.raises(InputError):
        check(json.dumps(document).encode(), LOAN)
