"""`optimal`: known optima, the agent's best replies by plain enumeration, floats from the definition, forged proofs."""

from __future__ import annotations

import copy
import json
import random
import tempfile
from fractions import Fraction
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from scipy.optimize import linprog

import mechsynth
from mechsynth import instance
from mechsynth.check import check
from mechsynth.errors import InputError, UsageError
from mechsynth.result.document import Document

Json = dict[str, Any]


def buyer(values: list[list[str]], chances: list[str], moves: list[list[list[str]]], *, delta: str = "1", cost: str = "0", idle: bool = False) -> Json:
    """One buyer of a good a period, ``keep`` or ``sell``, and a seller with a cost and nothing to report.

    ``idle``: nothing can be sold in period 1.
    """
    periods = []
    for t, own in enumerate(values):
        quiet = idle and t == 0
        labels = [f"v{k}" for k in range(len(own))]
        goods = [["0"] * len(own)] if quiet else [["0"] * len(own), own]
        costs = [["0"]] if quiet else [["0"], [f"-{cost}" if cost != "0" else "0"]]
        period: Json = {
            "signals": {"buyer": labels, "seller": ["-"]},
            "actions": ["keep"] if quiet else ["keep", "sell"],
            "utilities": {"buyer": {"private": goods}, "seller": {"private": costs}},
        }
        if t < len(moves):
            period["transition"] = {"independent": {"buyer": moves[t], "seller": [["1"]]}}
        periods.append(period)
    return {
        "format": "mechsynth-instance/1",
        "name": "seller-and-buyer",
        "horizon": len(values),
        "discount": delta,
        "agents": ["buyer", "seller"],
        "prior": {"independent": {"buyer": chances, "seller": ["1"]}},
        "periods": periods,
    }


STAY = [["3/4", "1/4"], ["1/4", "3/4"]]
EVEN = [["1/3"] * 3] * 3
SAME = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
KNOWN: dict[str, tuple[Json, str]] = {
    # Battaglini 2005, two types 2 and 3, free goods, ρ = (3/4 − 1/4)/(3/4) = 2/3: revenue = Σ_t Pr(H_t) 3 + Pr(low after a high) 2 + Pr(low ever since) (2 − (2/3)^(t-1)):
    # 3/2 + 1/2 · 1; 3/2 + 1/8 · 2 + 3/8 · 4/3 = 9/4; 3/2 + 7/32 · 2 + 9/32 · 14/9 = 19/8.
    "battaglini, T = 2": (buyer([["2", "3"]] * 2, ["1/2", "1/2"], [STAY]), "17/4"),
    "battaglini, T = 3": (buyer([["2", "3"]] * 3, ["1/2", "1/2"], [STAY] * 2), "53/8"),
    # Baron and Besanko 1984: the optimum of one period is 4/3 (price 2 to two thirds). Independent later types: the whole later surplus, 2, up front.
    "types are drawn anew": (buyer([["1", "2", "3"]] * 2, ["1/3"] * 3, [EVEN], delta="1/2"), "7/3"),
    # Types that stay: the optimum of one period, in every period: (1 + 1/2) 4/3.
    "types stay": (buyer([["1", "2", "3"]] * 2, ["1/3"] * 3, [SAME], delta="1/2"), "2"),
    # Courty and Li 2000: leisure pays 3/2 for sure; business 7/4 with a refund of 1; all surplus: 1/3 · 1/2 + 2/3 · 3/4.
    "refunds": (buyer([["0", "0"], ["1/2", "3/2", "5/2"]], ["1/3", "2/3"], [[["0", "1", "0"], ["1/2", "0", "1/2"]]], cost="1", idle=True), "2/3"),
    # t0 has 4, 7, 8 with 1/5, 3/5, 1/5, t1 has 7. The good at 4 with chance 1/3 leaves t1 a rent of 3q/5 − 1/5 = 0: a lottery; without one 33/5.
    "a lottery": (buyer([["0", "0"], ["4", "7", "8"]], ["1/3", "2/3"], [[["1/5", "3/5", "1/5"], ["0", "1", "0"]]], idle=True), "301/45"),
    # KLN, section 7: plus at 9/4 or 11/4, times at 5 or 15. Selling to the low type at plus forces times, too: 29/8 − 21/4 < 0. So the high type alone, at 71/8.
    "plus and times": (
        buyer([["0", "0"], ["9/4", "5", "11/4", "15"]], ["1/2", "1/2"], [[["1/2", "1/2", "0", "0"], ["0", "0", "1/2", "1/2"]]], idle=True),
        "71/16",
    ),
    # Separable, and the relaxed optimum 45/8 is out of reach: cost 11/2, high buys whatever low's strike up to 12: serving low is worth 37/8, excluding it 11/2.
    "separable": (
        buyer([["0", "0"], ["10", "12", "15", "18"]], ["1/2", "1/2"], [[["1/2", "1/2", "0", "0"], ["0", "0", "1/2", "1/2"]]], cost="11/2", idle=True),
        "11/2",
    ),
}


def ask(document: Json, **options: Any) -> Any:
    return mechsynth.solve(_load(document), "optimal", **options)


def _load(document: Json) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instance.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return mechsynth.load(str(path))


@pytest.mark.parametrize("name", KNOWN)
def test_known_optima(name: str) -> None:
    document, value = KNOWN[name]
    result = ask(document)
    assert (str(result.status), result.value) == ("optimal", value)
    assert result.check().accepted


def test_history_is_needed() -> None:
    """Two types, 1 and 4: 33/8 with all of memory; a mechanism that looks at current reports alone earns 4 (two periods); 101/16 and 49/8 with three."""
    two = buyer([["1", "4"]] * 2, ["1/2", "1/2"], [STAY])
    three = buyer([["1", "4"]] * 3, ["1/2", "1/2"], [STAY] * 2)
    found = {(t, memory): ask(d, memory=memory) for t, d in ((2, two), (3, three)) for memory in ("full", "first-and-current", "current")}
    values = {key: result.value for key, result in found.items()}
    assert values == {
        (2, "full"): "33/8",
        (2, "first-and-current"): "33/8",
        (2, "current"): "4",
        (3, "full"): "203/32",
        (3, "first-and-current"): "101/16",
        (3, "current"): "49/8",
    }
    assert all(result.check().accepted for result in found.values())


def test_one_period_is_myerson() -> None:
    """Values 1, 2, 3, 7 with chances 1/8, 3/8, 1/4, 1/4: the best price earns the most, as virtual values say."""
    values, chances = [1, 2, 3, 7], [Fraction(1, 8), Fraction(3, 8), Fraction(1, 4), Fraction(1, 4)]
    best = max(v * sum(c for w, c in zip(values, chances, strict=True) if w >= v) for v in values)
    result = ask(buyer([[str(v) for v in values]], [str(c) for c in chances], []))
    assert Fraction(result.value) == best
    assert result.check().accepted


# -- random environments ----------------------------------------------------------------------------------------------


def drawn(seed: int) -> Json:
    """A small environment: one or two agents, private or interdependent values, actions that move signals or do not."""
    dice = random.Random(seed)
    agents = ["a", "b"][: dice.choice((1, 1, 2))]
    horizon = 1 if dice.random() < 0.2 else 2
    sizes = [[dice.randint(2, 3 if len(agents) == 1 else 2) for _ in agents] for _ in range(horizon)]
    moved = dice.random() < 0.4

    def law(count: int) -> list[Fraction]:
        weights = [dice.choice((0, 1, 1, 2, 3)) for _ in range(count)]
        weights[dice.randrange(count)] += 1
        return [Fraction(w, sum(weights)) for w in weights]

    def nest(shape: list[int], flat: list[Any]) -> Any:
        for length in shape[:0:-1]:
            flat = [flat[k : k + length] for k in range(0, len(flat), length)]
        return flat

    periods: list[Json] = []
    for t, own in enumerate(sizes):
        count = int(np.prod(own))
        entry: Json = {
            "signals": {name: [f"s{k}" for k in range(n)] for name, n in zip(agents, own, strict=True)},
            "actions": ["no", "yes"],
            "utilities": {
                name: [nest(own, [0] * count), nest(own, [dice.randint(-2, 6) for _ in range(count)])] for name in agents
            },
        }
        if t + 1 < horizon:
            after = int(np.prod(sizes[t + 1]))
            rows = [[nest(sizes[t + 1], [str(c) for c in law(after)]) for _ in range(count)] for _ in range(2 if moved else 1)]
            entry["transition"] = [nest(own, row) for row in rows]
        periods.append(entry)
    first = [str(c) for c in law(int(np.prod(sizes[0])))]
    return {
        "format": "mechsynth-instance/1",
        "name": f"drawn-{seed}",
        "horizon": horizon,
        "discount": dice.choice(("1", "1/2", "9/10")),
        "agents": agents,
        "prior": nest(sizes[0], first),
        "periods": periods,
    }


class Plain:
    """An instance of two periods at most, read from the document by plain loops."""

    def __init__(self, document: Json) -> None:
        self.names = document["agents"]
        self.delta = Fraction(document["discount"])
        self.periods = document["periods"]
        self.profiles = [list(product(*(range(len(p["signals"][n])) for n in self.names))) for p in self.periods]
        self.moved = len(self.periods) > 1 and any(
            self.move(a, p, q) != self.move(0, p, q) for a in range(2) for p in self.profiles[0] for q in self.profiles[1]
        )

    def value(self, t: int, agent: int, action: int, profile: tuple[int, ...]) -> Fraction:
        entry = self.periods[t]["utilities"][self.names[agent]][action]
        for k in profile:
            entry = entry[k]
        return Fraction(entry)

    def move(self, action: int, profile: tuple[int, ...], after: tuple[int, ...]) -> Fraction:
        table = self.periods[0]["transition"]
        entry = table[action if len(table) > 1 else 0]
        for k in (*profile, *after):
            entry = entry[k]
        return Fraction(entry)

    def prior(self, document: Json, profile: tuple[int, ...]) -> Fraction:
        entry = document["prior"]
        for k in profile:
            entry = entry[k]
        return Fraction(entry)


def floats(document: Json, participation: str) -> float:
    """The optimum in floats, from the definition: chances of whole plans ``(a_1, a_2)`` and payments, whole deviation strategies as rows."""
    m = Plain(document)
    agents, horizon = range(len(m.names)), len(m.periods)
    column: dict[Any, int] = {}

    def at(*key: Any) -> int:
        return column.setdefault(key, len(column))

    # joint chances x(θ1,a1) and y(θ1,a1,θ2,a2) = chance of a1 times that of a2; payments times the chance of what went before
    equal: list[dict[int, float]] = []
    for p in m.profiles[0]:
        equal.append({at("x", p, a): 1.0 for a in range(2)})
    ones = len(equal)
    if horizon == 2:
        for p, q, a in product(m.profiles[0], m.profiles[1], range(2)):
            equal.append({**{at("y", p, a, q, b): 1.0 for b in range(2)}, at("x", p, a): -1.0})

    def payoff(i: int, truth: Any, told: Any, plan: Any) -> dict[int, float]:
        """Her payoff at a true first profile: reports ``told`` and then ``plan[action][true second profile]`` → reported second signal."""
        row: dict[int, float] = {}

        def add(col: int, value: float) -> None:
            row[col] = row.get(col, 0.0) + value

        add(at("p", i, told), -1.0)
        for a in range(2):
            add(at("x", told, a), float(m.value(0, i, a, truth)))
            if horizon == 1:
                continue
            for q in m.profiles[1]:
                c = float(m.delta * m.move(a, truth, q))
                if not c:
                    continue
                said = tuple(plan[a, q] if j == i else s for j, s in enumerate(q))
                add(at("r", i, told, a, said), -c)
                for b in range(2):
                    add(at("y", told, a, said, b), c * float(m.value(1, i, b, q)))
        return row

    below: list[dict[int, float]] = []
    honest = {(a, q): None for a in range(2) for q in (m.profiles[1] if horizon == 2 else [])}
    for i, p in product(agents, m.profiles[0]):
        truth = payoff(i, p, p, {(a, q): q[i] for a, q in honest})
        for k in range(len(m.periods[0]["signals"][m.names[i]])):
            told = tuple(k if j == i else s for j, s in enumerate(p))
            # the best second report is chosen point by point: a variable at least as large as each
            row = payoff(i, p, told, {(a, q): q[i] for a, q in honest})
            if horizon == 2:
                for col in [c for key, c in column.items() if key[0] in ("r", "y") and key[1 if key[0] == "y" else 2] == told]:
                    row.pop(col, None)
                for a, q in honest:
                    c = float(m.delta * m.move(a, p, q))
                    if c:
                        row[at("best", i, told, a, q)] = c
            if told == p and horizon == 1:
                continue
            both = dict(row)
            for col, v in truth.items():
                both[col] = both.get(col, 0.0) - v
            below.append(both)
    if horizon == 2:
        for i, told, a, q in product(agents, m.profiles[0], range(2), m.profiles[1]):
            for k in range(len(m.periods[1]["signals"][m.names[i]])):
                said = tuple(k if j == i else s for j, s in enumerate(q))
                row = {at("best", i, told, a, q): -1.0, at("r", i, told, a, said): -1.0}
                for b in range(2):
                    row[at("y", told, a, said, b)] = float(m.value(1, i, b, q))
                below.append(row)
            # truth is best there: the payoff from truth is the largest (also where the history is never reached)
            row = {at("best", i, told, a, q): 1.0, at("r", i, told, a, q): 1.0}
            for b in range(2):
                row[at("y", told, a, q, b)] = -float(m.value(1, i, b, q))
            below.append(row)
    chance = {p: float(m.prior(document, p)) for p in m.profiles[0]}
    for i in agents:
        groups: dict[Any, list[Any]] = {}
        for p in m.profiles[0]:
            groups.setdefault(p if participation == "ex-post" else p[i], []).append(p)
        for members in groups.values():
            total: dict[int, float] = {}
            for p in members:
                weight = 1.0 if participation == "ex-post" else chance[p]
                for col, v in payoff(i, p, p, {(a, q): q[i] for a, q in honest}).items():
                    total[col] = total.get(col, 0.0) - weight * v
            below.append(total)
    cost: dict[int, float] = {}
    for i, p in product(agents, m.profiles[0]):
        cost[at("p", i, p)] = cost.get(at("p", i, p), 0.0) - chance[p]
        if horizon == 2:
            for a, q in product(range(2), m.profiles[1]):
                c = float(m.delta * m.move(a, p, q)) * chance[p]
                cost[at("r", i, p, a, q)] = cost.get(at("r", i, p, a, q), 0.0) - c
    width = len(column)

    def dense(rows: list[dict[int, float]]) -> np.ndarray[Any, Any]:
        table = np.zeros((len(rows), width))
        for k, row in enumerate(rows):
            for col, v in row.items():
                table[k, col] = v
        return table

    bounds = [(0, None) if key[0] in ("x", "y") else (None, None) for key in column]
    objective = np.zeros(width)
    for col, v in cost.items():
        objective[col] = v
    right = np.array([1.0] * ones + [0.0] * (len(equal) - ones))
    # without history of actions where none matters, the two programs have the same optimum: a plan may as well forget them
    found = linprog(objective, A_ub=dense(below), b_ub=np.zeros(len(below)), A_eq=dense(equal), b_eq=right, bounds=bounds, method="highs")
    assert found.status == 0, found.message
    return -float(found.fun)


def best_replies(document: Json, tree: list[Json], participation: str) -> Fraction:
    """Ask by plain enumeration that truth is a best reply to the mechanism at every history that can be reached, any lies later; return the revenue."""
    m = Plain(document)
    horizon = len(m.periods)
    index = [{p: k for k, p in enumerate(ps)} for ps in m.profiles]

    def second(p: Any, a: int) -> tuple[Any, Any]:
        if m.moved:
            return tree[1]["allocation"][index[0][p]][a], {n: v[index[0][p]][a] for n, v in tree[1]["payments"].items()}
        return tree[1]["allocation"][index[0][p]], {n: v[index[0][p]] for n, v in tree[1]["payments"].items()}

    def later(i: int, told: Any, a: int, truth: Any, report: int) -> Fraction:
        lotteries, paid = second(told, a)
        said = tuple(report if j == i else s for j, s in enumerate(truth))
        k = index[1][said]
        gain = sum(Fraction(c) * m.value(1, i, b, truth) for b, c in enumerate(lotteries[k]))
        return gain - Fraction(paid[m.names[i]][k])

    def total(i: int, truth: Any, told: Any, honest: bool) -> Fraction:
        value = -Fraction(tree[0]["payments"][m.names[i]][index[0][told]])
        for a, c in enumerate(tree[0]["allocation"][index[0][told]]):
            chance = Fraction(c)
            if not chance:
                continue
            value += chance * m.value(0, i, a, truth)
            if horizon == 2:
                for q in m.profiles[1]:
                    weight = m.delta * m.move(a, truth, q)
                    options = range(len(m.periods[1]["signals"][m.names[i]]))
                    best = later(i, told, a, q, q[i]) if honest else max(later(i, told, a, q, k) for k in options)
                    value += chance * weight * best
        return value

    for i in range(len(m.names)):
        by_signal: dict[int, Fraction] = {}
        for p in m.profiles[0]:
            truth = total(i, p, p, True)
            for k in range(len(m.periods[0]["signals"][m.names[i]])):
                told = tuple(k if j == i else s for j, s in enumerate(p))
                assert truth >= total(i, p, told, False)
            by_signal[p[i]] = by_signal.get(p[i], Fraction(0)) + m.prior(document, p) * truth
            assert participation == "entry" or truth >= 0
            if horizon == 2:
                for a, c in enumerate(tree[0]["allocation"][index[0][p]]):
                    if Fraction(c):
                        for q in m.profiles[1]:
                            for k in range(len(m.periods[1]["signals"][m.names[i]])):
                                assert later(i, p, a, q, q[i]) >= later(i, p, a, q, k)
        assert participation == "ex-post" or all(v >= 0 for v in by_signal.values())
    revenue = Fraction(0)
    for p in m.profiles[0]:
        paid = sum(Fraction(own[index[0][p]]) for own in tree[0]["payments"].values())
        if horizon == 2:
            for a, c in enumerate(tree[0]["allocation"][index[0][p]]):
                for q in m.profiles[1]:
                    after = sum(Fraction(own[index[1][q]]) for own in second(p, a)[1].values())
                    paid += Fraction(c) * m.delta * m.move(a, p, q) * after
        revenue += m.prior(document, p) * paid
    return revenue


@pytest.mark.parametrize("seed", range(40))
def test_random_environments(seed: int) -> None:
    """Truth is a best reply to the mechanism found, it earns the value, and floats find no better one. (A limit that no mechanism attains is `unknown`.)"""
    document = drawn(seed)
    participation = ("entry", "ex-post")[seed % 2]
    result = ask(document, participation=participation)
    if str(result.status) == "unknown":
        assert len(document["agents"]) == 2, "with one agent the optimum is attained"
        return
    assert result.check().accepted
    value = Fraction(result.value)
    assert best_replies(document, result.document()["mechanism"]["allocation"]["tree"], participation) == value
    assert abs(float(value) - floats(document, participation)) < 1e-6


@pytest.mark.parametrize("seed", range(0, 40, 5))
def test_not_below_the_efficient_rule(seed: int) -> None:
    document = drawn(seed)
    result, other = ask(document), mechsynth.solve(
        _load(document), "implement", transfers="full+now", require=["pepic", "participation:entry"], objective="max-revenue"
    )
    if str(result.status) == "optimal" and str(other.status) == "optimal":
        assert Fraction(result.value) >= Fraction(other.value)


# -- forged -----------------------------------------------------------------------------------------------------------


@cache
def _sold() -> tuple[Json, bytes]:
    document = KNOWN["battaglini, T = 2"][0]
    result = ask(document)
    return result.document(), instance.to_bytes(result.environment)


def refused(change: Any) -> str:
    document, raw = _sold()
    forged = copy.deepcopy(document)
    change(forged)
    try:
        verdict = check(json.dumps(forged), raw)
    except InputError as error:
        return str(error)
    assert not verdict.accepted
    return str(verdict.reason)


def test_forged_results_are_refused() -> None:
    def put(value: Any, *path: Any) -> Any:
        def change(document: Json) -> None:
            place: Any = document
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value

        return change

    assert "revenue of the mechanism" in refused(put("9/2", "value"))
    assert "revenue of the mechanism" in refused(put("4", "value"))
    assert "not a lottery" in refused(put(["1/2", "1/3"], "mechanism", "allocation", "tree", 0, "allocation", 0))
    assert "not a lottery" in refused(put(["-1", "2"], "mechanism", "allocation", "tree", 0, "allocation", 0))
    assert "incentive of buyer" in refused(put("100", "mechanism", "allocation", "tree", 1, "payments", "buyer", 0, 0))
    assert "incentive of buyer" in refused(put("-100", "mechanism", "allocation", "tree", 0, "payments", "buyer", 0))
    assert "flow of" in refused(put([], "certificate", "tempted"))
    assert "flow of" in refused(put([], "certificate", "joined"))
    assert "< 0" in refused(put("-1", "certificate", "tempted", 0, "weight"))
    assert "cannot say" in refused(put("mechsynth-result/1", "format"))
    assert "question.lotteries" in refused(put("perhaps", "question", "lotteries"))

    def dearer(document: Json) -> None:
        for own in (document["mechanism"]["allocation"]["tree"][0]["payments"]["buyer"],):
            own[:] = [str(Fraction(v) + 1) for v in own]
        document["value"] = str(Fraction(document["value"]) + 1)

    assert "participation of buyer" in refused(dearer)

    def cheaper(document: Json) -> None:
        for own in (document["mechanism"]["allocation"]["tree"][0]["payments"]["buyer"],):
            own[:] = [str(Fraction(v) - 1) for v in own]
        document["value"] = str(Fraction(document["value"]) - 1)

    assert "the bound on revenue" in refused(cheaper)


def test_refusals() -> None:
    moved = next(d for d in map(drawn, range(100)) if Plain(d).moved)
    with pytest.raises(UsageError, match="histories count"):
        ask(moved, memory="current")


def test_words() -> None:
    told = ask(KNOWN["a lottery"][0]).explain()
    assert "301/45" in told
    assert "none earns more" in told
    assert "with chance" in told


def test_virtual_values() -> None:
    """Battaglini 2005 with 2 and 5: a sale to whoever has said 2 ever since is worth 2 − 3 (2/3)^(t−1) to the seller; every other one what it is worth."""
    result = ask(buyer([["2", "5"]] * 3, ["1/2", "1/2"], [STAY] * 2))
    listed = result.document()["certificate"]["virtual"]
    held = {len(entry["history"]): entry["virtual"] for entry in listed if entry["surplus"] != entry["virtual"]}
    assert held == {0: "-1", 1: "0", 2: "2/3"}
    for entry in listed:
        low = all(step["signals"]["buyer"] == "v0" for step in [*entry["history"], entry])
        assert low or entry["surplus"] == entry["virtual"]
    words = result.explain()
    assert "What is held back" in words and "v0 then v0 then v0  sell    2        2/3" in words
    forged = copy.deepcopy(result.document())
    forged["certificate"]["virtual"][0]["virtual"] = "7"
    verdict = check(json.dumps(forged), instance.to_bytes(result.environment))
    assert not verdict.accepted and "virtual" in str(verdict.reason)
    forged["certificate"].pop("virtual")
    assert check(json.dumps(forged), instance.to_bytes(result.environment)).accepted


def ironed(values: list[int], chances: list[Fraction]) -> list[Fraction]:
    """Virtual values, ironed: the slopes of the concave hull of revenue over the chance of selling."""
    tail = [sum(chances[k:], Fraction(0)) for k in range(len(values))]
    points = [(Fraction(0), Fraction(0)), *((tail[k], values[k] * tail[k]) for k in range(len(values) - 1, -1, -1))]
    hull: list[tuple[Fraction, Fraction]] = []
    for point in points:
        while len(hull) > 1 and (hull[-1][1] - hull[-2][1]) * (point[0] - hull[-1][0]) <= (point[1] - hull[-1][1]) * (hull[-1][0] - hull[-2][0]):
            hull.pop()
        hull.append(point)
    slopes = []
    for k in range(len(values)):
        left, right = next((a, b) for a, b in pairwise(hull) if a[0] < tail[k] <= b[0])
        slopes.append((right[1] - left[1]) / (right[0] - left[0]))
    return slopes


@pytest.mark.parametrize("seed", range(12))
def test_two_bidders_are_myerson(seed: int) -> None:
    """One item, two bidders with independent values: E of the larger ironed virtual value, if it is above 0, in every sense of truth and participation."""
    dice = random.Random(seed)
    values = [sorted(dice.sample(range(1, 12), 3)) for _ in range(2)]
    weights = [[dice.randint(1, 6) for _ in range(3)] for _ in range(2)]
    chances = [[Fraction(w, sum(own)) for w in own] for own in weights]
    slopes = [ironed(v, c) for v, c in zip(values, chances, strict=True)]
    best = sum((p * q * max(x, y, Fraction(0)) for p, x in zip(chances[0], slopes[0], strict=True) for q, y in zip(chances[1], slopes[1], strict=True)), Fraction(0))
    nobody = ["0"] * 3
    told = [[str(v) for v in own] for own in values]
    document = {
        "format": "mechsynth-instance/1",
        "name": "auction",
        "horizon": 1,
        "discount": "1",
        "agents": ["a", "b"],
        "prior": {"independent": {"a": [str(c) for c in chances[0]], "b": [str(c) for c in chances[1]]}},
        "periods": [
            {
                "signals": {"a": told[0], "b": told[1]},
                "actions": ["keep", "to a", "to b"],
                "utilities": {"a": {"private": [nobody, told[0], nobody]}, "b": {"private": [nobody, nobody, told[1]]}},
            }
        ],
    }
    for options in ({}, {"participation": "ex-post"}, {"incentives": "pbic"}):
        result = ask(document, **options)
        assert Fraction(result.value) == best and result.check().accepted


def test_file() -> None:
    """The file is one of format 2, by its schema, and the codec writes it back byte for byte."""
    result = ask(KNOWN["a lottery"][0])
    document = result.document()
    jsonschema.validate(document, mechsynth.schema("mechsynth-result/2"))
    assert Document.of(document).to_bytes() == result.to_bytes()


def test_leaving_is_worth_something() -> None:
    """Values 2 and 3, half and half; leaving is worth 1 to the low type. It keeps 1, so the high one keeps 1 + 1: 5/2 − 3/2. (Not selling to the low type: 3/2 − 1.)"""
    document = buyer([["2", "3"]], ["1/2", "1/2"], [])
    document["format"] = "mechsynth-instance/2"
    document["periods"][0]["outside"] = {"buyer": {"own": ["1", "0"]}, "seller": {"own": ["0"]}}
    result = ask(document)
    assert result.value == "1" and result.check().accepted


def test_a_state_that_everybody_sees() -> None:
    """In one state nothing can be sold; in the other the value is 1 or 3: a price of 3 earns 3/2, half of the time."""
    document: Json = {
        "format": "mechsynth-instance/2",
        "name": "open-or-closed",
        "horizon": 1,
        "discount": "1",
        "agents": ["shop", "buyer"],
        "public": ["shop"],
        "prior": {"independent": {"shop": ["1/2", "1/2"], "buyer": ["1/2", "1/2"]}},
        "periods": [
            {
                "signals": {"shop": ["closed", "open"], "buyer": ["low", "high"]},
                "actions": ["keep", "sell"],
                "available": [[[True], [True]], [[False], [True]]],
                "utilities": {"buyer": {"private": [["0", "0"], ["1", "3"]]}},
            }
        ],
    }
    result = ask(document)
    assert result.value == "3/4" and result.check().accepted
    sold = copy.deepcopy(result.document())
    sold["mechanism"]["allocation"]["tree"][0]["allocation"][0] = ["0", "1"]
    verdict = check(json.dumps(sold), instance.to_bytes(result.environment))
    assert not verdict.accepted and "not available" in str(verdict.reason)


def test_temptations_say_where() -> None:
    """What the others have is told where they have more than one signal; a seller without any is left out."""
    told = ask(KNOWN["a lottery"][0]).explain()
    lines = [line for line in told.splitlines() if " reporting " in line]
    document = ask(KNOWN["a lottery"][0]).document()
    stages = KNOWN["a lottery"][0].get("periods", [KNOWN["a lottery"][0]])
    assert lines
    for line, entry in zip(lines, sorted(document["certificate"]["tempted"], key=lambda e: -Fraction(e["weight"])), strict=False):
        signals = stages[len(entry["history"]) if len(stages) > 1 else 0]["signals"]
        several = [name for name in signals if len(signals[name]) > 1 and name != entry["agent"]]
        assert all(f"{name} has " in line for name in several) and (" has " in line) == bool(several)
