"""The best mechanism over all rules as one linear program, in sequence form.

A *history* ``h`` is what the mechanism remembers of earlier reports (and of earlier actions, where an action moves the signals), a *node* is a history and a
reported profile. Columns: ``z(h,θ,a) ≥ 0``, the chance that the mechanism's lotteries play the actions of ``h`` and then ``a``, if these are the reports; and
``Y^i(h,θ)``, agent ``i``'s truthful payoff from the node on times the chance of its history. So products of lotteries stay linear. Payments are eliminated:
``P^i(h,θ) = Σ_a z u^i + δ Σ μ Y^i(next) − Y^i(h,θ)``. Rows, for every agent, history, true profile ``θ`` and report ``r``, ``ρ = (r, θ^{-i})``:

    Y^i(h,θ) − Y^i(h,ρ) ≥ Σ_a z(h,ρ,a)[u^i(a,θ) − u^i(a,ρ)] + δ Σ_a Σ_θ' [μ(θ'|a,θ) − μ(θ'|a,ρ)] Y^i(h,ρ,a,θ').

Signals are Markov, so the row at the history of a lie is the double lie: no other deviation is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.environment import Environment
from mechsynth.prove.rows import Rows
from mechsynth.rational import IntArray, narrow
from mechsynth.run import Run

Index = NDArray[np.int64]


def controlled(environment: Environment) -> bool:
    """Return whether an action moves the next signals, in some period."""
    for t in environment.linked:
        num = environment.period(t).kernel().num
        if (num != num[:1]).any():
            return True
    return False


@dataclass(frozen=True, eq=False)
class Tree:
    """The nodes of the mechanisms of a finite horizon.

    Attributes
    ----------
    environment:
        The model, with a last period.
    memory:
        What a lottery and a payment look at beside the current reports: ``full`` (all earlier ones), ``first-and-current``, ``current``.
    moved:
        Whether actions move the signals; then histories have the actions, too, and memory is full.
    """

    environment: Environment
    memory: str
    moved: bool

    @property
    def last(self) -> int:
        """``T``."""
        return self.environment.last

    def profiles(self, t: int) -> int:
        """``|Θ_t|``."""
        return self.environment.period(t).size

    def actions(self, t: int) -> int:
        """``|A_t|``."""
        return len(self.environment.period(t).actions)

    def histories(self, t: int) -> int:
        """How many histories period ``t`` has."""
        if t == 1 or self.memory == "current":
            return 1
        if self.memory == "first-and-current":
            return self.profiles(1)
        count = 1
        for s in range(1, t):
            count *= self.profiles(s) * (self.actions(s) if self.moved else 1)
        return count

    def following(self, t: int, history: Any, profile: Any, action: Any) -> Any:
        """Return the history of period ``t + 1`` after a history, reports and an action."""
        if self.memory == "current":
            return 0 * history
        if self.memory == "first-and-current":
            return 0 * history + profile if t == 1 else history
        node = history * self.profiles(t) + profile
        return node * self.actions(t) + action if self.moved else node

    @property
    def branches(self) -> dict[int, tuple[int, ...]]:
        """The actions that a sum over the next signals runs over: all where they matter, else one that stands for all."""
        return {t: tuple(range(self.actions(t))) if self.moved else (0,) for t in range(1, self.last + 1)}

    def lottery(self, t: int) -> int:
        """Return the first column of ``z`` of a period."""
        return sum(self.histories(s) * self.profiles(s) * self.actions(s) for s in range(1, t))

    def payoff(self, t: int, agent: int) -> int:
        """Return the first column of ``Y`` of an agent in a period."""
        agents = len(self.environment.agents)
        before = sum(self.histories(s) * self.profiles(s) * agents for s in range(1, t))
        own = agent * self.histories(t) * self.profiles(t) if agent else 0
        return self.lottery(self.last + 1) + before + own

    def seen(self, agent: int) -> list[str]:
        """Return whose signals an agent sees when it joins: its own and those of public agents."""
        names = self.environment.agents
        return [name for j, name in enumerate(names) if j == agent or j in self.environment.public]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self.payoff(self.last + 1, 0)

    def chances(self, t: int) -> list[list[Fraction]]:
        """Return ``Pr(h,θ)`` by history and profile: the chance of the signals, given the actions of the history."""
        prior = self.environment.prior
        assert prior is not None
        flat = prior.reshape(-1)
        found = [[flat.fraction(p) for p in range(self.profiles(1))]]
        for s in range(1, t):
            kernel, after = self.environment.period(s).kernel(), self.profiles(s + 1)
            following = [[Fraction(0)] * after for _ in range(self.histories(s + 1))]
            for h, row in enumerate(found):
                for p, chance in enumerate(row):
                    for a in self.branches[s] if chance else ():
                        target = following[self.following(s, h, p, a)]
                        for q in range(after):
                            target[q] += chance * kernel.fraction(a, p, q)
            found = following
        return found


@dataclass(frozen=True, eq=False)
class Lie:
    """The rows of one lie of one agent in one period, one row a history.

    Attributes
    ----------
    start, period, agent, truth, told:
        Its first row; where; the true profile and the reported one, as numbers.
    scale:
        By what its rows were multiplied to be whole.
    """

    start: int
    period: int
    agent: int
    truth: int
    told: int
    scale: int


@dataclass(frozen=True, eq=False)
class Sequence:
    """The program: rows, what is minimized, and where rows came from.

    Attributes
    ----------
    rows, cost, den:
        As `mechsynth.prove.exact.decide` takes them.
    lies:
        The rows of incentives.
    joining:
        The rows of participation: the row, the agent, the profiles that it speaks of, and by what it was multiplied.
    """

    rows: Rows
    cost: IntArray
    den: int
    lies: list[Lie]
    joining: list[tuple[int, int, tuple[int, ...], int]]


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


def sequence(tree: Tree, participation: str, run: Run) -> Sequence:
    """Write the program of the largest revenue.

    Parameters
    ----------
    tree:
        The nodes.
    participation:
        ``entry``: every first signal of positive probability expects at least 0; ``ex-post``: at every first profile.
    run:
        How long deciding it may take.
    """
    writer, lies = _Writer(), []
    for t in range(1, tree.last + 1):
        _lotteries(tree, writer, t)
        lies += _lies(tree, writer, t)
    joining = _joining(tree, writer, participation)
    floors = np.arange(tree.width) < tree.lottery(tree.last + 1)
    cost, den = _cost(tree)
    return Sequence(writer.rows(tree.width, floors, run), cost, den, lies, joining)


def _lotteries(tree: Tree, writer: _Writer, t: int) -> None:
    """The chances of a node add up to that of its history."""
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


def _lies(tree: Tree, writer: _Writer, t: int) -> list[Lie]:
    environment, period = tree.environment, tree.environment.period(t)
    histories, profiles = np.arange(tree.histories(t)), tree.profiles(t)
    utilities = period.utilities.reshape(len(environment.agents), tree.actions(t), profiles)
    kernel = period.kernel() if t < tree.last else None
    delta = environment.discount
    scale = lcm(utilities.den, 1 if kernel is None else kernel.den * delta.denominator)
    places = np.array(np.unravel_index(np.arange(profiles), period.shape)).T
    found = []
    for i in environment.players:
        own, payoff = scale // utilities.den, tree.payoff(t, i)
        for truth in range(profiles):
            for report in range(period.shape[i]):
                if report == places[truth][i]:
                    continue
                lie = places[truth].copy()
                lie[i] = report
                told = int(np.ravel_multi_index(tuple(lie), period.shape))
                rows = writer.open(histories.size, False)
                found.append(Lie(int(rows[0]), t, i, truth, told, scale))
                writer.put(rows, payoff + histories * profiles + truth, scale)
                writer.put(rows, payoff + histories * profiles + told, -scale)
                for a in range(tree.actions(t)):
                    gain = int(utilities.num[i, a, truth]) - int(utilities.num[i, a, told])
                    column = tree.lottery(t) + (histories * profiles + told) * tree.actions(t) + a
                    writer.put(rows, column, -own * gain)
                if kernel is None:
                    continue
                weight = scale // (kernel.den * delta.denominator) * delta.numerator
                for a in tree.branches[t]:
                    after = tree.payoff(t + 1, i) + tree.following(t, histories, told, a) * tree.profiles(t + 1)
                    for q in range(tree.profiles(t + 1)):
                        shift = int(kernel.num[a, truth, q]) - int(kernel.num[a, told, q])
                        writer.put(rows, after + q, -weight * shift)
    return found


def _joining(tree: Tree, writer: _Writer, participation: str) -> list[tuple[int, int, tuple[int, ...], int]]:
    period, prior = tree.environment.period(1), tree.environment.prior
    assert prior is not None
    flat = prior.reshape(-1)
    found: list[tuple[int, int, tuple[int, ...], int]] = []
    places = list(product(*map(range, period.shape)))
    for i in tree.environment.players:
        leaving = period.leaving(i)
        groups: dict[Any, list[int]] = {}
        for p, place in enumerate(places):
            view = tuple(place[j] for j in range(len(place)) if j == i or j in tree.environment.public)
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


def _cost(tree: Tree) -> tuple[IntArray, int]:
    """Return ``−revenue``: the truthful payoffs less the surplus."""
    cost = [Fraction(0)] * tree.width
    factor = Fraction(1)
    for t in range(1, tree.last + 1):
        surplus = tree.environment.period(t).surplus().reshape(tree.actions(t), tree.profiles(t))
        for h, row in enumerate(tree.chances(t)):
            for p, chance in enumerate(row):
                if t == 1:
                    for i in tree.environment.players:
                        cost[tree.payoff(1, i) + p] = chance
                if chance:
                    start = tree.lottery(t) + (h * tree.profiles(t) + p) * tree.actions(t)
                    for a in range(tree.actions(t)):
                        cost[start + a] = -factor * chance * surplus.fraction(a, p)
        factor *= tree.environment.discount
    den = lcm(*(value.denominator for value in cost))
    return np.array([int(value * den) for value in cost], dtype=object), den
