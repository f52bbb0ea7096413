"""The best mechanism of one or two periods, from the definition: floats over whole plans, and best replies to a mechanism in fractions.

Ex post is meant of all signals, also of those that never come; given what is known, of what can come.

Columns: chances of whole plans (a first action, then a second one), payments times the chance of what went before, and for every state after a lie the best that a
report can bring. States after a lie have the agent's own last true signal beside what was reported, whether or not it matters. Nothing of the package is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

Json = dict[str, Any]
Profile = tuple[int, ...]


class Model:
    """An instance of one or two periods with dense tables, and two actions a period or more."""

    def __init__(self, document: Json) -> None:
        self.names: list[str] = document["agents"]
        self.agents = range(len(self.names))
        self.delta = Fraction(document["discount"])
        self.periods = document["periods"]
        self.last = len(self.periods) - 1
        self.signals = [[range(len(p["signals"][n])) for n in self.names] for p in self.periods]
        self.profiles: list[list[Profile]] = [list(product(*own)) for own in self.signals]
        self.actions = [range(len(p["actions"])) for p in self.periods]
        self._prior = document["prior"]
        self.moved = self.last > 0 and any(
            self.move(a, p, q) != self.move(0, p, q) for a in self.actions[0] for p in self.profiles[0] for q in self.profiles[1]
        )

    def value(self, t: int, i: int, a: int, p: Profile) -> Fraction:
        return Fraction(_at(self.periods[t]["utilities"][self.names[i]][a], p))

    def surplus(self, t: int, a: int, p: Profile) -> Fraction:
        return sum((self.value(t, i, a, p) for i in self.agents), Fraction(0))

    def move(self, a: int, p: Profile, q: Profile) -> Fraction:
        table = self.periods[0]["transition"]
        return Fraction(_at(table[a if len(table) > 1 else 0], (*p, *q)))

    def prior(self, p: Profile) -> Fraction:
        return Fraction(_at(self._prior, p))

    def views(self, t: int, i: int, incentives: str) -> Iterator[list[Profile]]:
        """Yield what an agent cannot tell apart within a period before it reports."""
        groups: dict[Any, list[Profile]] = defaultdict(list)
        for p in self.profiles[t]:
            groups[p if incentives == "pepic" else p[i]].append(p)
        yield from groups.values()


def _at(table: Any, place: Profile) -> Any:
    for k in place:
        table = table[k]
    return table


def changed(p: Profile, i: int, k: int) -> Profile:
    return tuple(k if j == i else s for j, s in enumerate(p))


def floats(
    document: Json,
    *,
    incentives: str = "pepic",
    participation: str = "entry",
    weights: tuple[int, int] = (1, 0),
    budget: Fraction | None = None,
    rule: tuple[dict[Profile, int], dict[tuple[Profile, Profile], int]] | None = None,
) -> float | None:
    """Return the largest weighted sum of revenue and surplus; None where the budget is out of reach.

    ``rule``: the action of every first profile, and of every pair of profiles; then these are played, and nothing is owed after others.
    """
    m = Model(document)
    column: dict[Any, int] = {}
    rows: list[tuple[dict[int, Fraction], Fraction]] = []  # form ≥ number
    same: list[tuple[dict[int, Fraction], Fraction]] = []

    def at(*key: Any) -> int:
        return column.setdefault(key, len(column))

    def plus(form: dict[int, Fraction], other: dict[int, Fraction], factor: Fraction | int = 1) -> None:
        for c, v in other.items():
            form[c] = form.get(c, Fraction(0)) + factor * v

    one = Fraction(1)
    for p in m.profiles[0]:
        same.append(({at("x", p, a): one for a in m.actions[0]}, one))
        for a, q in product(m.actions[0], m.profiles[1]) if m.last else ():
            same.append(({**{at("y", p, a, q, b): one for b in m.actions[1]}, at("x", p, a): -one}, Fraction(0)))

    def now(i: int, truth: Profile, told: Profile) -> dict[int, Fraction]:
        form = {at("x", told, a): m.value(0, i, a, truth) for a in m.actions[0]}
        form[at("pay", i, told)] = -one
        return form

    def then(i: int, told: Profile, a: int, truth: Profile, said: Profile) -> dict[int, Fraction]:
        form = {at("y", told, a, said, b): m.value(1, i, b, truth) for b in m.actions[1]}
        form[at("owe", i, told, a, said)] = -one
        return form

    def honest(i: int, p: Profile) -> dict[int, Fraction]:
        form = now(i, p, p)
        for a, q in product(m.actions[0], m.profiles[1]) if m.last else ():
            if chance := m.move(a, p, q):
                plus(form, then(i, p, a, q, q), m.delta * chance)
        return form

    def replies(i: int, p: Profile, told: Profile) -> dict[int, Fraction]:
        """A lie at ``p``, and from then on the best report in every state."""
        form = now(i, p, told)
        for a in m.actions[0] if m.last else ():
            for view in m.views(1, i, incentives):
                if any(m.move(a, p, q) for q in view):
                    plus(form, {at("best", i, p, told, a, view[0][i] if incentives == "pbic" else view[0]): m.delta})
        return form

    for i in m.agents:
        for p in m.profiles[0] if m.last else ():
            for k, a, view in product(m.signals[0][i], m.actions[0], m.views(1, i, incentives)):
                told = changed(p, i, k)
                law = [(q, m.move(a, p, q)) for q in view]
                if not any(chance for _, chance in law):
                    if incentives == "pepic" and told == p:
                        # whatever the signals: truth is a best reply there, too, although it never comes to it
                        for s in m.signals[1][i]:
                            form = then(i, p, a, view[0], view[0])
                            plus(form, then(i, p, a, view[0], changed(view[0], i, s)), -1)
                            rows.append((form, Fraction(0)))
                    continue
                best = at("best", i, p, told, a, view[0][i] if incentives == "pbic" else view[0])
                truth: dict[int, Fraction] = {}
                for q, chance in law:
                    plus(truth, then(i, told, a, q, q), chance)
                for s in m.signals[1][i]:
                    form: dict[int, Fraction] = {best: one}
                    for q, chance in law:
                        plus(form, then(i, told, a, q, changed(q, i, s)), -chance)
                    rows.append((form, Fraction(0)))
                if told == p:
                    # truth is a best reply after truth
                    form = dict(truth)
                    plus(form, {best: -one})
                    rows.append((form, Fraction(0)))
        for view, k in product(m.views(0, i, incentives), m.signals[0][i]):
            form = {}
            for p in view:
                weight = one if incentives == "pepic" else m.prior(p)
                plus(form, honest(i, p), weight)
                plus(form, replies(i, p, changed(p, i, k)), -weight)
            rows.append((form, Fraction(0)))
        joining = "pepic" if participation == "ex-post" else "pbic"
        for view in m.views(0, i, joining):
            form = {}
            for p in view:
                plus(form, honest(i, p), one if participation == "ex-post" else m.prior(p))
            rows.append((form, Fraction(0)))
        if participation == "withdrawal":
            for p in m.profiles[0]:
                if not m.last and m.prior(p):
                    rows.append((now(i, p, p), Fraction(0)))
                elif m.last:
                    same.append(({at("pay", i, p): one}, Fraction(0)))
                    for a, q in product(m.actions[0], m.profiles[1]):
                        if m.prior(p) * m.move(a, p, q):
                            rows.append((then(i, p, a, q, q), Fraction(0)))
    for p in m.profiles[0] if rule is not None else ():
        assert rule is not None
        same.append(({at("x", p, rule[0][p]): one}, one))
        for q in m.profiles[1] if m.last else ():
            same.append(({at("y", p, rule[0][p], q, rule[1][p, q]): one}, one))
            same.extend(({at("owe", i, p, a, q): one}, Fraction(0)) for i in m.agents for a in m.actions[0] if a != rule[0][p])
    surplus: dict[int, Fraction] = {}
    revenue: dict[int, Fraction] = {}
    for p in m.profiles[0]:
        for a in m.actions[0]:
            plus(surplus, {at("x", p, a): m.prior(p) * m.surplus(0, a, p)})
            for q, b in product(m.profiles[1], m.actions[1]) if m.last else ():
                plus(surplus, {at("y", p, a, q, b): m.delta * m.prior(p) * m.move(a, p, q) * m.surplus(1, b, q)})
        for i in m.agents:
            plus(revenue, {at("pay", i, p): m.prior(p)})
            for a, q in product(m.actions[0], m.profiles[1]) if m.last else ():
                plus(revenue, {at("owe", i, p, a, q): m.delta * m.prior(p) * m.move(a, p, q)})
    if budget is not None:
        rows.append((revenue, budget))
    aim: dict[int, Fraction] = {}
    plus(aim, revenue, weights[0])
    plus(aim, surplus, weights[1])
    return _largest(aim, rows, same, column)


def surely(document: Json, **options: Any) -> float | None:
    """Return the largest weighted sum without lotteries, by trying every rule."""
    m = Model(document)
    pairs = list(product(m.profiles[0], m.profiles[1])) if m.last else []
    found = []
    for first in product(m.actions[0], repeat=len(m.profiles[0])):
        for second in product(m.actions[m.last], repeat=len(pairs)):
            rule = dict(zip(m.profiles[0], first, strict=True)), dict(zip(pairs, second, strict=True))
            found.append(floats(document, rule=rule, **options))
    return max((value for value in found if value is not None), default=None)


def _largest(aim: dict[int, Fraction], rows: Any, same: Any, column: dict[Any, int]) -> float | None:
    def sparse(forms: Any) -> Any:
        at = [(k, c, float(v)) for k, (form, _) in enumerate(forms) for c, v in form.items()]
        r, c, v = zip(*at, strict=True)
        return csr_array((v, (r, c)), shape=(len(forms), len(column)))

    cost = np.zeros(len(column))
    for c, v in aim.items():
        cost[c] = -float(v)
    bounds = [(0, None) if key[0] in ("x", "y") else (None, None) for key in column]
    below, above = -sparse(rows), [-float(right) for _, right in rows]
    found = linprog(cost, A_ub=below, b_ub=above, A_eq=sparse(same), b_eq=[float(r) for _, r in same], bounds=bounds, method="highs")
    if found.status == 2:
        return None
    assert found.status == 0, found.message
    return -float(found.fun)


def meets(document: Json, tree: list[Json], *, incentives: str = "pepic", participation: str = "entry") -> tuple[Fraction, Fraction]:
    """Ask that truth is a best reply to a mechanism, against any reports in any periods, and that everybody joins; return revenue and surplus."""
    return _played(document, tree, incentives, participation)


def truthful(document: Json, tree: list[Json], *, incentives: str = "pepic") -> None:
    """Ask that truth is a best reply, alone."""
    _played(document, tree, incentives, "")


def earns(document: Json, tree: list[Json]) -> tuple[Fraction, Fraction]:
    """Return revenue and surplus, and ask nothing."""
    return _played(document, tree, "", "")


def _played(document: Json, tree: list[Json], incentives: str, participation: str) -> tuple[Fraction, Fraction]:
    m = Model(document)
    index = [{p: k for k, p in enumerate(ps)} for ps in m.profiles]
    kept: dict[Any, Fraction] = {}

    def lottery(t: int, past: Any, p: Profile) -> list[Fraction]:
        table = tree[t]["allocation"]
        for k in past:
            table = table[k]
        return [Fraction(z) for z in table[index[t][p]]]

    def paid(t: int, i: int, past: Any, p: Profile) -> Fraction:
        table = tree[t]["payments"][m.names[i]]
        for k in past:
            table = table[k]
        return Fraction(table[index[t][p]])

    def past(told: Profile, a: int) -> tuple[int, ...]:
        return (index[0][told], a) if m.moved else (index[0][told],)

    def one(t: int, i: int, h: Any, truth: Profile, said: Profile) -> Fraction:
        return sum((z * m.value(t, i, b, truth) for b, z in enumerate(lottery(t, h, said)) if z), -paid(t, i, h, said))

    def whole(i: int, p: Profile, told: Profile, later: Callable[[int, Any, list[tuple[Profile, Fraction]], Profile], Fraction]) -> Fraction:
        total = one(0, i, (), p, told)
        for a, z in enumerate(lottery(0, (), told)) if m.last else ():
            for view in m.views(1, i, incentives) if z else ():
                law = [(q, m.move(a, p, q)) for q in view]
                if any(c for _, c in law):
                    total += m.delta * z * later(i, past(told, a), law, told)
        return total

    def truth(i: int, h: Any, law: list[tuple[Profile, Fraction]], _: Profile) -> Fraction:
        return sum((c * one(1, i, h, q, q) for q, c in law if c), Fraction(0))

    def best(i: int, h: Any, law: list[tuple[Profile, Fraction]], told: Profile) -> Fraction:
        key = (i, h, tuple(law))
        if key not in kept:
            kept[key] = max(sum((c * one(1, i, h, q, changed(q, i, s)) for q, c in law if c), Fraction(0)) for s in m.signals[1][i])
        return kept[key]

    for i in m.agents:
        for view, k in product(m.views(0, i, incentives), m.signals[0][i]) if incentives else ():
            slack = Fraction(0)
            for p in view:
                weight = Fraction(1) if incentives == "pepic" else m.prior(p)
                slack += weight * (whole(i, p, p, truth) - whole(i, p, changed(p, i, k), best))
                if weight and m.last:
                    assert whole(i, p, p, truth) == whole(i, p, p, best)
            assert slack >= 0
        for view in m.views(0, i, "pepic" if participation == "ex-post" else "pbic") if participation else ():
            assert sum((m.prior(p) if participation != "ex-post" else 1) * whole(i, p, p, truth) for p in view) >= 0
        if participation == "withdrawal":
            for p in m.profiles[0]:
                assert not m.last or paid(0, i, (), p) == 0
                if not m.last:
                    assert not m.prior(p) or one(0, i, (), p, p) >= 0
                for a, z in enumerate(lottery(0, (), p)) if m.last else ():
                    for q in m.profiles[1]:
                        assert not (z * m.prior(p) * m.move(a, p, q)) or one(1, i, past(p, a), q, q) >= 0
    revenue = surplus = Fraction(0)
    for p in m.profiles[0]:
        revenue += m.prior(p) * sum(paid(0, i, (), p) for i in m.agents)
        for a, z in enumerate(lottery(0, (), p)):
            surplus += m.prior(p) * z * m.surplus(0, a, p)
            for q in m.profiles[1] if z and m.last else ():
                chance = m.prior(p) * z * m.delta * m.move(a, p, q)
                revenue += chance * sum(paid(1, i, past(p, a), q) for i in m.agents)
                surplus += chance * sum(y * m.surplus(1, b, q) for b, y in enumerate(lottery(1, past(p, a), q)))
    return revenue, surplus
