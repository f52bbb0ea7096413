"""The best mechanism over all rules as one linear program, in sequence form (the columns are those of `mechsynth.construct.tree`).

Products of lotteries stay linear, and payments are eliminated: ``P^i(h,θ) = Σ_a z u^i + δ Σ μ Y^i(next) − Y^i(h,θ)``. Rows, for every agent, history, true
profile ``θ`` and report ``r``, ``ρ = (r, θ^{-i})``:

    Y^i(h,θ) − Y^i(h,ρ) ≥ Σ_a z(h,ρ,a)[u^i(a,θ) − u^i(a,ρ)] + δ Σ_a Σ_θ' [μ(θ'|a,θ) − μ(θ'|a,ρ)] Y^i(h,ρ,a,θ').

Signals are Markov, so the row at the history of a lie is the double lie: no other deviation is left. ``pbic``: the expectation of these rows over the others'
signals, given what the agent knows; it is the same after truth and after any lie of its own, or the question is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.construct.informed import informed, places
from mechsynth.construct.tree import Tree
from mechsynth.prove.rows import Rows
from mechsynth.rational import IntArray, narrow
from mechsynth.run import Run

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Terms:
    """What is asked of a mechanism, and what it is to have most of.

    Attributes
    ----------
    incentives:
        ``pepic`` or ``pbic``.
    participation:
        ``entry``: every first signal of positive probability expects at least what leaving is worth; ``ex-post``: at every first profile; ``withdrawal``: as
        ``entry``, nothing is paid before the last period, and there, all signals known, every agent may still leave.
    revenue, surplus:
        The weights of the two in the objective.
    budget:
        What the expected revenue must be at least; ``None`` for no such requirement.
    tail:
        By how much payoffs of the last period, which then stands for all that follow, may differ between two signals; ``None`` where it is a period as others.
    """

    incentives: str = "pepic"
    participation: str = "entry"
    revenue: Fraction = Fraction(1)
    surplus: Fraction = Fraction(0)
    budget: Fraction | None = None
    tail: Fraction | None = None


@dataclass(frozen=True, eq=False)
class Lie:
    """The rows of one lie of one agent in one period, one row a history.

    Attributes
    ----------
    start, histories:
        Its first row; the histories, in the order of the rows.
    period, agent, truth, told:
        Where; a true profile with the signal and a reported one, as numbers.
    members:
        The profiles that the row is an expectation over: the true one, the reported one, an integer weight.
    scale:
        By what its rows were multiplied to be whole, the weights having become chances.
    """

    start: int
    histories: Index
    period: int
    agent: int
    truth: int
    told: int
    members: tuple[tuple[int, int, int], ...]
    scale: int


@dataclass(frozen=True, eq=False)
class Held:
    """Rows about one agent and one profile of a period, one row a history: what is paid is 0, or what it has is no less than what leaving is worth.

    Attributes
    ----------
    start, histories, period, agent, profile, scale:
        As of a lie.
    """

    start: int
    histories: Index
    period: int
    agent: int
    profile: int
    scale: int


@dataclass(frozen=True, eq=False)
class Sequence:
    """The program: rows, what is minimized, and where rows came from.

    Attributes
    ----------
    rows, cost, den:
        As `mechsynth.prove.exact.decide` takes them.
    expected:
        Whether incentives are expectations over the others' signals.
    lies:
        The rows of incentives.
    joining:
        The rows of participation: the row, the agent, the profiles that it speaks of, and by what it was multiplied.
    unpaid, staying:
        The rows of withdrawal.
    budget:
        The row of the budget and by what it was multiplied; ``None`` without one.
    """

    rows: Rows
    cost: IntArray
    den: int
    expected: bool
    lies: list[Lie]
    joining: list[tuple[int, int, tuple[int, ...], int]]
    unpaid: list[Held]
    staying: list[Held]
    budget: tuple[int, int] | None


class _Writer:
    def __init__(self) -> None:
        self.parts: list[tuple[Index, Index, IntArray]] = []
        self.rights: list[Fraction | int] = []
        self.equal: list[bool] = []

    def open(self, count: int, equal: bool, right: Fraction | int = 0) -> Index:
        start = len(self.rights)
        self.rights += [right] * count
        self.equal += [equal] * count
        return np.arange(start, start + count)

    def put(self, rows: Index, cols: Any, num: int) -> None:
        if num:
            self.parts.append((rows, np.broadcast_to(cols, rows.shape), np.full(rows.shape, num, dtype=object)))

    def rows(self, width: int, floors: NDArray[np.bool_], run: Run) -> Rows:
        rows, cols, nums = (np.concatenate([part[k] for part in self.parts]) for k in range(3))
        key = rows.astype(np.int64) * width + cols
        order = np.argsort(key, kind="stable")
        first = np.flatnonzero(np.append(True, np.diff(key[order]) != 0))
        sums = np.add.reduceat(nums[order], first)
        keep = sums != 0
        rights = np.array(self.rights, dtype=object)
        equal = np.array(self.equal, dtype=np.bool_)
        place = order[first][keep]
        return Rows(rows[place], cols[place], narrow(sums[keep]), rights, equal, width, floors, run)


def sequence(tree: Tree, terms: Terms, run: Run) -> Sequence:
    """Write the program of the best mechanism.

    Parameters
    ----------
    tree:
        The nodes; with ``pbic`` of full memory.
    terms:
        What is asked of it.
    run:
        How long deciding it may take.

    Raises
    ------
    UsageError
        With ``pbic``, where what an agent believes after a lie depends on what is true.
    """
    writer, lies, unpaid = _Writer(), [], []
    for t in range(1, tree.last + 1):
        _lotteries(tree, writer, t)
        lies += _lies(tree, writer, t, terms)
    joining = _joining(tree, writer, terms.participation)
    staying: list[Held] = []
    if terms.participation == "withdrawal":
        unpaid = [held for t in range(1, tree.last) for held in _unpaid(tree, writer, t)]
        staying = _staying(tree, writer)
    floors = np.arange(tree.width) < tree.lottery(tree.last + 1)
    surplus, truthful = _totals(tree)
    budget = None
    if terms.budget is not None:
        budget = _budget(writer, surplus, truthful, terms.budget)
    cost = [terms.revenue * y - (terms.revenue + terms.surplus) * s for s, y in zip(surplus, truthful, strict=True)]
    den = lcm(*(value.denominator for value in cost))
    least = np.array([int(value * den) for value in cost], dtype=object)
    rows = writer.rows(tree.width, floors, run)
    return Sequence(rows, least, den, terms.incentives == "pbic", lies, joining, unpaid, staying, budget)


def _lotteries(tree: Tree, writer: _Writer, t: int) -> None:
    """The chances of a node add up to that of its history; nothing is owed where nothing ever leads."""
    histories, profiles, actions = tree.histories(t), tree.profiles(t), tree.actions(t)
    nodes = np.arange(histories * profiles)
    whole = t == 1 or not tree.moved
    rows = writer.open(nodes.size, True, 1 if whole else 0)
    for a in range(actions):
        writer.put(rows, tree.lottery(t) + nodes * actions + a, 1)
    if not whole:
        writer.put(rows, tree.lottery(t - 1) + nodes // profiles, -1)
    choices = tree.environment.period(t).choices()
    for a, p in np.argwhere(~choices).tolist():
        column = tree.lottery(t) + (np.arange(histories) * profiles + p) * actions + a
        writer.put(writer.open(histories, False), column, -1)
    never = np.array(sorted(tree.never.get(t, ())), dtype=np.int64)
    for i in tree.environment.players if never.size else ():
        for p in range(profiles):
            writer.put(writer.open(never.size, True), tree.payoff(t, i) + never * profiles + p, 1)


def _lies(tree: Tree, writer: _Writer, t: int, terms: Terms) -> list[Lie]:
    found = []
    for i in tree.environment.players:
        for histories, members in informed(tree, t, i, terms.incentives):
            tail = terms.tail if t == tree.last else None
            found += _lies_there(tree, writer, (t, i), histories, members, tail)
    return found


def _lies_there(
    tree: Tree,
    writer: _Writer,
    where: tuple[int, int],
    histories: Index,
    known: tuple[tuple[int, int], ...],
    tail: Fraction | None,
) -> list[Lie]:
    """Write the rows of every lie about one signal."""
    t, i = where
    environment, period = tree.environment, tree.environment.period(t)
    profiles, spots = tree.profiles(t), places(tree, t)
    utilities = period.utilities.reshape(len(environment.agents), tree.actions(t), profiles)
    kernel = period.kernel() if t < tree.last else None
    delta, payoff = environment.discount, tree.payoff(t, i)
    scale = lcm(utilities.den, 1 if kernel is None else kernel.den * delta.denominator)
    scale = lcm(scale, 1 if tail is None else tail.denominator)
    mass = sum(weight for _, weight in known)
    later = 0 if kernel is None else scale // (kernel.den * delta.denominator) * delta.numerator
    found = []
    for report in range(period.shape[i]):
        if report == spots[known[0][0]][i]:
            continue
        rows, members = writer.open(histories.size, False), []
        for truth, weight in known:
            lie = spots[truth].copy()
            lie[i] = report
            told = int(np.ravel_multi_index(tuple(lie), period.shape))
            members.append((truth, told, weight))
            writer.put(rows, payoff + histories * profiles + truth, scale * weight)
            writer.put(rows, payoff + histories * profiles + told, -scale * weight)
            for a in range(tree.actions(t)):
                gain = int(utilities.num[i, a, truth]) - int(utilities.num[i, a, told])
                own = scale // utilities.den * gain if tail is None else -int(scale * tail)
                column = tree.lottery(t) + (histories * profiles + told) * tree.actions(t) + a
                writer.put(rows, column, -own * weight)
            if kernel is None:
                continue
            for a in tree.branches[t]:
                after = tree.payoff(t + 1, i) + tree.following(t, histories, told, a) * tree.profiles(t + 1)
                for q in range(tree.profiles(t + 1)):
                    shift = int(kernel.num[a, truth, q]) - int(kernel.num[a, told, q])
                    writer.put(rows, after + q, -later * weight * shift)
        found.append(Lie(int(rows[0]), histories, t, i, members[0][0], members[0][1], tuple(members), scale * mass))
    return found


def _joining(tree: Tree, writer: _Writer, participation: str) -> list[tuple[int, int, tuple[int, ...], int]]:
    period, prior = tree.environment.period(1), tree.environment.prior
    assert prior is not None
    flat, public = prior.reshape(-1), tree.environment.public
    found: list[tuple[int, int, tuple[int, ...], int]] = []
    for i in tree.environment.players:
        leaving = period.leaving(i)
        groups: dict[Any, list[int]] = {}
        for p, place in enumerate(places(tree, 1).tolist()):
            view = tuple(place[j] for j in range(len(place)) if j == i or j in public)
            groups.setdefault(p if participation == "ex-post" else view, []).append(p)
        for profiles in groups.values():
            weights = [1 if participation == "ex-post" else int(flat.num[p]) for p in profiles]
            if not any(weights):
                continue
            least = sum((w * leaving.fraction(p) for p, w in zip(profiles, weights, strict=True)), Fraction(0))
            row = writer.open(1, False, least.numerator)
            for p, weight in zip(profiles, weights, strict=True):
                writer.put(row, tree.payoff(1, i) + p, weight * least.denominator)
            scale = (1 if participation == "ex-post" else flat.den) * least.denominator
            found.append((int(row[0]), i, tuple(profiles), scale))
    return found


def _unpaid(tree: Tree, writer: _Writer, t: int) -> list[Held]:
    """Nothing is paid in a period: what is expected now is what is had now and expected later."""
    environment, period, histories = tree.environment, tree.environment.period(t), np.arange(tree.histories(t))
    profiles, kernel, delta = tree.profiles(t), period.kernel(), environment.discount
    utilities = period.utilities.reshape(len(environment.agents), tree.actions(t), profiles)
    scale = lcm(utilities.den, kernel.den * delta.denominator)
    later = scale // (kernel.den * delta.denominator) * delta.numerator
    found = []
    for i in environment.players:
        for p in range(profiles):
            rows = writer.open(histories.size, True)
            found.append(Held(int(rows[0]), histories, t, i, p, scale))
            writer.put(rows, tree.payoff(t, i) + histories * profiles + p, -scale)
            for a in range(tree.actions(t)):
                own = scale // utilities.den * int(utilities.num[i, a, p])
                writer.put(rows, tree.lottery(t) + (histories * profiles + p) * tree.actions(t) + a, own)
            for a in tree.branches[t]:
                after = tree.payoff(t + 1, i) + tree.following(t, histories, p, a) * tree.profiles(t + 1)
                for q in range(tree.profiles(t + 1)):
                    writer.put(rows, after + q, later * int(kernel.num[a, p, q]))
    return found


def _staying(tree: Tree, writer: _Writer) -> list[Held]:
    """In the last period, all signals known, nobody who may be there has less than what leaving is worth."""
    t, environment = tree.last, tree.environment
    profiles, chances = tree.profiles(t), tree.chances(t)
    found = []
    for i in environment.players:
        leaving = environment.period(t).leaving(i)
        for p in range(profiles):
            histories = np.array([h for h, row in enumerate(chances) if row[p]], dtype=np.int64)
            if not histories.size:
                continue
            least = leaving.fraction(p)
            whole = t == 1 or not tree.moved
            rows = writer.open(histories.size, False, least.numerator if whole else 0)
            found.append(Held(int(rows[0]), histories, t, i, p, least.denominator))
            writer.put(rows, tree.payoff(t, i) + histories * profiles + p, least.denominator)
            if not whole:
                writer.put(rows, tree.lottery(t - 1) + histories, -least.numerator)
    return found


def _totals(tree: Tree) -> tuple[list[Fraction], list[Fraction]]:
    """Return, by column, what it adds to the expected surplus, and to what the agents expect together."""
    surplus, truthful = [Fraction(0)] * tree.width, [Fraction(0)] * tree.width
    factor = Fraction(1)
    for t in range(1, tree.last + 1):
        total = tree.environment.period(t).surplus().reshape(tree.actions(t), tree.profiles(t))
        for h, row in enumerate(tree.chances(t)):
            for p, chance in enumerate(row):
                if t == 1:
                    for i in tree.environment.players:
                        truthful[tree.payoff(1, i) + p] = chance
                if chance:
                    start = tree.lottery(t) + (h * tree.profiles(t) + p) * tree.actions(t)
                    for a in range(tree.actions(t)):
                        surplus[start + a] = factor * chance * total.fraction(a, p)
        factor *= tree.environment.discount
    return surplus, truthful


def _budget(writer: _Writer, surplus: list[Fraction], truthful: list[Fraction], budget: Fraction) -> tuple[int, int]:
    """The expected revenue, the surplus less what the agents expect, is at least a number."""
    scale = lcm(budget.denominator, *(v.denominator for v in surplus), *(v.denominator for v in truthful))
    row = writer.open(1, False, int(budget * scale))
    for column, (plus, minus) in enumerate(zip(surplus, truthful, strict=True)):
        writer.put(row, column, int((plus - minus) * scale))
    return int(row[0]), scale
