"""What the first report alone allows: a screening program over consistent deviations (Pavan, Segal and Toikka 2014; Yoon 2021a, section 2; KLN 2011, section 3).

Agent i with the first signal x may report r, and from then on the chain of r that goes with its own true chain: the two are *comonotone*, in file order, given
what is done. What the others see of it has the law of a true r, so payments are expected to be those of r, and only utilities differ:

    U(x) − U(r) ≥ Σ_t δ^{t−1} Σ Pr(θ_t, ρ^t) Σ_a z(ρ^t, a) [u(a, θ_t, ρ_t^{-i}) − u(a, ρ_t)]

with ``z`` the chances of actions after reports ``ρ^t``, and ``U`` what a first signal expects. Every mechanism in which truth is an equilibrium meets these rows.
First signals are independent, and each agent's next signal looks at its own signal and at the action alone. With *shocks* the designer also sees what moves
the signals: states ``(ε, θ)``, ε the cell of [0, 1] that all laws of the period, as distribution functions in file order, cut out.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise, product
from math import lcm, prod

import numpy as np

from mechsynth.construct.separable import chain, prior_of
from mechsynth.construct.tree import controlled
from mechsynth.environment import Environment
from mechsynth.prove.rows import Rows
from mechsynth.rational import IntArray, narrow
from mechsynth.run import Run

Law = dict[int, Fraction]


@dataclass(frozen=True, eq=False)
class Chain:
    """One agent's states.

    Attributes
    ----------
    first:
        The chances of the first states, all positive.
    signal:
        Per period, the signal of each state.
    law:
        Per period but the last, by action and state: the chances of the next states, in their order.
    """

    first: Law
    signal: list[list[int]]
    law: list[list[list[Law]]]


def paths(environment: Environment, agent: int) -> Chain:
    """Return the chain of an agent's own signals."""
    first = {k: f for k, f in enumerate(prior_of(environment, agent)) if f}
    signal = [list(range(len(environment.period(t).signals[agent]))) for t in range(1, environment.last + 1)]
    law = [
        [[{q: c for q, c in enumerate(row) if c} for row in rows] for rows in chain(environment, agent, t)]
        for t in range(1, environment.last)
    ]
    return Chain(first, signal, law)


def shocks(environment: Environment, agent: int) -> Chain:
    """Return the chain in which every state also tells the shock that led there: shocks of a period first, signals next, in order."""
    plain = paths(environment, agent)
    signal, law = [plain.signal[0]], []
    for t in range(1, environment.last):
        cuts = sorted(
            {c for rows in plain.law[t - 1] for row in rows for c in accumulate(row.values())} | {Fraction(0)}
        )
        cells = list(pairwise(cuts))
        moves = [[_quantiles(row, cells) for row in rows] for rows in plain.law[t - 1]]
        states = sorted({(e, q) for rows in moves for row in rows for e, q in enumerate(row)})
        number = {state: k for k, state in enumerate(states)}
        law.append(
            [
                [
                    {number[e, q]: high - low for (e, q), (low, high) in zip(enumerate(rows[k]), cells, strict=True)}
                    for k in signal[-1]
                ]
                for rows in moves
            ]
        )
        signal.append([q for _, q in states])
    return Chain(plain.first, signal, law)


def _quantiles(row: Law, cells: list[tuple[Fraction, Fraction]]) -> list[int]:
    """Return, for every cell, the state whose part of the distribution function holds it."""
    found, states, tops = [], list(row), list(accumulate(row.values()))
    at = 0
    for low, _ in cells:
        while tops[at] <= low:
            at += 1
        found.append(states[at])
    return found


def together(left: Law, right: Law) -> dict[tuple[int, int], Fraction]:
    """Return the comonotone law of two: from the lowest of both on, as much as both still have."""
    found: dict[tuple[int, int], Fraction] = {}
    one, two = list(left.items()), list(right.items())
    i = j = 0
    had, has = one[0][1], two[0][1]
    while True:
        share = min(had, has)
        found[one[i][0], two[j][0]] = share
        had, has = had - share, has - share
        if not had:
            i += 1
            if i == len(one):
                return found
            had = one[i][1]
        if not has:
            j += 1
            has = two[j][1]


@dataclass(frozen=True, eq=False)
class Node:
    """Reports so far.

    Attributes
    ----------
    parent, action:
        The number of the node before, in its period, and the action taken there (0 where none moves signals); -1 in period 1.
    states:
        What is reported now, by agent.
    chance:
        Of the reports, if they are true, given the actions.
    """

    parent: int
    action: int
    states: tuple[int, ...]
    chance: Fraction


@dataclass(frozen=True, eq=False)
class Screen:
    """All reports that are possible, and the program over them.

    Attributes
    ----------
    environment:
        The model, with a last period; independent agents.
    reveal:
        ``paths`` or ``shocks``.
    """

    environment: Environment
    reveal: str

    @cached_property
    def moved(self) -> bool:
        """Whether some action moves signals."""
        return controlled(self.environment)

    @cached_property
    def chains(self) -> list[Chain]:
        """The chains, by agent."""
        make = shocks if self.reveal == "shocks" else paths
        return [make(self.environment, i) for i in range(len(self.environment.agents))]

    def actions(self, t: int) -> int:
        """Return ``|A_t|``."""
        return len(self.environment.period(t).actions)

    @cached_property
    def nodes(self) -> list[list[Node]]:
        """By period: histories in order, then reports, the last agent fastest."""
        start = [
            Node(
                -1,
                -1,
                tuple(states),
                prod((c.first[k] for c, k in zip(self.chains, states, strict=True)), start=Fraction(1)),
            )
            for states in product(*(c.first for c in self.chains))
        ]
        found = [start]
        for t in range(1, self.environment.last):
            following = []
            for number, node in enumerate(found[-1]):
                for a in range(self.actions(t) if self.moved else 1):
                    laws = [c.law[t - 1][a][k] for c, k in zip(self.chains, node.states, strict=True)]
                    for states in product(*laws):
                        chance = prod(law[k] for law, k in zip(laws, states, strict=True))
                        following.append(Node(number, a, tuple(states), node.chance * chance))
            found.append(following)
        return found

    @cached_property
    def children(self) -> list[dict[tuple[int, int, tuple[int, ...]], int]]:
        """By period, the number of the node that follows a node, an action and reports."""
        return [{(n.parent, n.action, n.states): k for k, n in enumerate(nodes)} for nodes in self.nodes]

    def column(self, t: int) -> int:
        """Return the first column of the chances of a period."""
        return sum(len(self.nodes[s - 1]) * self.actions(s) for s in range(1, t))

    @cached_property
    def size(self) -> int:
        """How many nodes and actions there are; counted without listing them."""
        total, level = 0, dict.fromkeys(product(*(c.first for c in self.chains)), 1)
        for t in range(1, self.environment.last + 1):
            total += sum(level.values()) * self.actions(t)
            if t == self.environment.last or total > 10**7:
                return total
            following: dict[tuple[int, ...], int] = {}
            for states, count in level.items():
                for a in range(self.actions(t) if self.moved else 1):
                    for after in product(*(c.law[t - 1][a][k] for c, k in zip(self.chains, states, strict=True))):
                        following[after] = following.get(after, 0) + count
            level = following
        return total

    @cached_property
    def payoffs(self) -> dict[tuple[int, int], int]:
        """The columns of what first signals expect, by agent and first signal; public agents have none."""
        pairs = [(i, x) for i in self.environment.players for x in self.chains[i].first]
        return {pair: self.column(self.environment.last + 1) + k for k, pair in enumerate(pairs)}

    def utility(self, t: int, agent: int, action: int, states: tuple[int, ...]) -> Fraction:
        """Return a utility at states."""
        signals = [c.signal[t - 1][k] for c, k in zip(self.chains, states, strict=True)]
        return self.environment.period(t).utilities.fraction(agent, action, *signals)

    def gains(self, agent: int, truth: int, told: int) -> dict[int, Fraction]:
        """Return by column what a first signal that reports another has more than the other, by utilities alone."""
        found: dict[int, Fraction] = {}
        own, factor = self.chains[agent].first[told], Fraction(1)
        level = {k: {truth: n.chance / own} for k, n in enumerate(self.nodes[0]) if n.states[agent] == told}
        for t in range(1, self.environment.last + 1):
            start = self.column(t)
            for k, truths in level.items():
                states = self.nodes[t - 1][k].states
                for a in range(self.actions(t)):
                    base = self.utility(t, agent, a, states)
                    more = sum(
                        (w * (self.utility(t, agent, a, _with(states, agent, x)) - base) for x, w in truths.items()),
                        Fraction(0),
                    )
                    if more:
                        found[start + k * self.actions(t) + a] = factor * more
            factor *= self.environment.discount
            if t < self.environment.last:
                level = self._onward(t, agent, level)
        return found

    def _onward(self, t: int, agent: int, level: dict[int, dict[int, Fraction]]) -> dict[int, dict[int, Fraction]]:
        """Return the joint law of reports and truth one period later."""
        following: dict[int, dict[int, Fraction]] = {}
        own = self.chains[agent].law[t - 1]
        for k, truths in level.items():
            states = self.nodes[t - 1][k].states
            for a in range(self.actions(t) if self.moved else 1):
                laws = [c.law[t - 1][a][s] for c, s in zip(self.chains, states, strict=True)]
                rest = [law if j != agent else {-1: Fraction(1)} for j, law in enumerate(laws)]
                for others in product(*rest):
                    chance = prod((law[s] for law, s in zip(rest, others, strict=True)), start=Fraction(1))
                    for x, weight in truths.items():
                        for (true, told), share in together(own[a][x], own[a][states[agent]]).items():
                            after = self.children[t][k, a, _with(others, agent, told)]
                            truths_then = following.setdefault(after, {})
                            truths_then[true] = truths_then.get(true, Fraction(0)) + weight * chance * share
        return following


def _with(states: tuple[int, ...], agent: int, own: int) -> tuple[int, ...]:
    return (*states[:agent], own, *states[agent + 1 :])


@dataclass(frozen=True, eq=False)
class Program:
    """The rows, and what they are about.

    Attributes
    ----------
    rows, cost, den:
        As `mechsynth.prove.exact.decide` takes them.
    lies, joining:
        The rows of lies ``(agent, x, r)`` and of participation ``(agent, x)``: the row, and by what it was multiplied.
    """

    rows: Rows
    cost: IntArray
    den: int
    lies: dict[tuple[int, int, int], tuple[int, int]]
    joining: dict[tuple[int, int], tuple[int, int]]


def program(screen: Screen, run: Run) -> Program:
    """Write the program of the largest revenue that the first report alone allows."""
    environment = screen.environment
    entries: list[tuple[int, int, int]] = []
    rights: list[int] = []
    equal: list[bool] = []

    def add(row: dict[int, Fraction], right: Fraction, tight: bool) -> tuple[int, int]:
        scale = lcm(right.denominator, *(v.denominator for v in row.values()))
        number = len(rights)
        entries.extend((number, c, int(v * scale)) for c, v in row.items() if v)
        rights.append(int(right * scale))
        equal.append(tight)
        return number, scale

    for t in range(1, environment.last + 1):
        many = screen.actions(t)
        for k, node in enumerate(screen.nodes[t - 1]):
            row = {screen.column(t) + k * many + a: Fraction(1) for a in range(many)}
            whole = t == 1 or not screen.moved
            if not whole:
                row[screen.column(t - 1) + node.parent * screen.actions(t - 1) + node.action] = Fraction(-1)
            add(row, Fraction(int(whole)), True)
    lies, joining = {}, {}
    for (i, x), column in screen.payoffs.items():
        run.check()
        for r in screen.chains[i].first:
            if r != x:
                row = {c: -v for c, v in screen.gains(i, x, r).items()}
                lies[i, x, r] = add(
                    {column: Fraction(1), screen.payoffs[i, r]: Fraction(-1), **row}, Fraction(0), False
                )
        joining[i, x] = add({column: Fraction(1)}, leaving(screen, i, x), False)
    width = screen.column(environment.last + 1) + len(screen.payoffs)
    cost = [Fraction(0)] * width
    factor = Fraction(1)
    for t in range(1, environment.last + 1):
        for k, node in enumerate(screen.nodes[t - 1]):
            for a in range(screen.actions(t)):
                every = (screen.utility(t, i, a, node.states) for i in environment.players)
                cost[screen.column(t) + k * screen.actions(t) + a] = -factor * node.chance * sum(every, Fraction(0))
        factor *= environment.discount
    for (i, x), column in screen.payoffs.items():
        cost[column] = screen.chains[i].first[x]
    den = lcm(*(v.denominator for v in cost))
    lines, cols = (np.array([entry[k] for entry in entries], dtype=np.int64) for k in (0, 1))
    nums: IntArray = np.array([entry[2] for entry in entries], dtype=object)
    floors = np.arange(width) < screen.column(environment.last + 1)
    rows = Rows(
        lines,
        cols,
        narrow(nums),
        np.array(rights, dtype=object),
        np.array(equal, dtype=np.bool_),
        width,
        floors,
        run,
    )
    return Program(rows, np.array([int(v * den) for v in cost], dtype=object), den, lies, joining)


def leaving(screen: Screen, agent: int, own: int) -> Fraction:
    """Return what a first signal expects from leaving at once."""
    period, total = screen.environment.period(1), Fraction(0)
    worth = period.leaving(agent).reshape(*period.shape)
    for node in screen.nodes[0]:
        if node.states[agent] == own:
            total += node.chance / screen.chains[agent].first[own] * worth.fraction(*node.states)
    return total
