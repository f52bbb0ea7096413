"""Values that separate: ``A(x) B(a, s)`` or ``A(x) C(a) + B(a, s)``, x the first signal and s what is seen later (Kakade, Lobel and Nazerzadeh 2011, section 4).

An agent's later signals are *states* ``(x, s)``: each is led to by one first signal x, and the k-th state of every x, in file order, is the same s. Nobody's
utility or next signal depends on the others' signals here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np

from mechsynth.environment import Environment

Column = tuple[int, int, int]
"""Period, action, part."""


@dataclass(frozen=True, eq=False)
class States:
    """An agent's signals, taken apart.

    Attributes
    ----------
    environment, agent:
        Whose.
    first:
        Its first signals: all of period 1; those of positive probability where the horizon is infinite.
    origin:
        Per period and signal, the place in ``first`` of the signal that leads there; -1 where nothing does.
    part:
        Per period and signal, the number of s; -1 likewise.
    parts:
        Per period, how many s there are.
    """

    environment: Environment
    agent: int
    first: list[int]
    origin: list[list[int]]
    part: list[list[int]]
    parts: list[int]

    def signal(self, t: int, x: int, s: int) -> int:
        """Return the signal of a first signal and a part, by numbers."""
        return self._signals[t - 1][x, s]

    @cached_property
    def _signals(self) -> list[dict[tuple[int, int], int]]:
        return [
            {key: k for k, key in enumerate(zip(origin, part, strict=True))}
            for origin, part in zip(self.origin, self.part, strict=True)
        ]

    def columns(self) -> list[Column]:
        """Return periods, actions and parts, in file order."""
        return [
            (t, a, s)
            for t in range(1, self.environment.last + 1)
            for a in range(len(self.environment.period(t).actions))
            for s in range(self.parts[t - 1])
        ]

    def values(self) -> list[dict[Column, Fraction]]:
        """Return the utility by first signal, and by column."""
        signals = self._signals
        return [
            {(t, a, s): worth(self.environment, self.agent, t, a, signals[t - 1][x, s]) for t, a, s in self.columns()}
            for x in range(len(self.first))
        ]


def worth(environment: Environment, agent: int, t: int, action: int, own: int) -> Fraction:
    """Return a private utility."""
    place = [0] * len(environment.agents)
    place[agent] = own
    return environment.period(t).utilities.fraction(agent, action, *place)


def chain(environment: Environment, agent: int, t: int) -> list[list[list[Fraction]]]:
    """Return the law of an agent's next signal by action and own signal; the others' signals do not matter."""
    period = environment.period(t)
    assert period.transition is not None
    count = len(environment.agents)
    axes = tuple(1 + count + j for j in range(count) if j != agent)
    num = period.transition.num.astype(object).sum(axis=axes) if axes else period.transition.num.astype(object)
    for j in reversed(range(count)):
        if j != agent:
            num = np.take(num, 0, axis=1 + j)
    return [[[Fraction(int(v), period.transition.den) for v in row] for row in rows] for rows in num]


def firsts(environment: Environment, agent: int) -> list[int]:
    """Return the first signals that states are told apart by."""
    every = list(range(len(environment.period(1).signals[agent])))
    if environment.horizon is not None:
        return every
    return [k for k in every if prior_of(environment, agent)[k]]


def prior_of(environment: Environment, agent: int) -> list[Fraction]:
    """Return the law of an agent's first signal."""
    prior = environment.prior
    assert prior is not None
    axes = tuple(j for j in range(len(environment.agents)) if j != agent)
    return [Fraction(int(v), prior.den) for v in prior.num.astype(object).sum(axis=axes).reshape(-1)]


Witness = dict[str, object]


def states(environment: Environment, agent: int) -> States | Witness:
    """Take an agent's signals apart, or return what speaks against it; signals that nothing leads to are left aside."""
    first = firsts(environment, agent)
    names = [environment.period(1).signals[agent][k] for k in first]
    reached = _reached(environment, agent, first)
    origin, part, parts = [], [], []
    for t in range(1, environment.last + 1):
        own: list[int] = []
        labels = environment.period(t).signals[agent]
        for k, from_ in enumerate(reached[t - 1]):
            if len(from_) > 1:
                pair = [names[x] for x in sorted(from_)[:2]]
                cell = {**_period(environment, t), "signal": labels[k]}
                return _minor(environment, agent, {"first": {"first": pair, "cell": cell}})
            own.append(min(from_, default=-1))
        counts = [own.count(x) for x in range(len(first))]
        for x, count in enumerate(counts):
            if count != counts[0]:
                cell = {**_period(environment, t), "counts": [counts[0], count]}
                return _minor(environment, agent, {"counts": {"first": [names[0], names[x]], "cell": cell}})
        origin.append(own)
        part.append([own[:k].count(x) if x >= 0 else -1 for k, x in enumerate(own)])
        parts.append(counts[0])
    return States(environment, agent, first, origin, part, parts)


def _reached(environment: Environment, agent: int, first: list[int]) -> list[list[set[int]]]:
    """Return, by period and signal, the first signals that lead there."""
    if environment.horizon is None:
        law = chain(environment, agent, 1)
        found: list[set[int]] = [set() for _ in environment.period(1).signals[agent]]
        for x, start in enumerate(first):
            front = [start]
            while front:
                k = front.pop()
                if x not in found[k]:
                    found[k].add(x)
                    front += [q for rows in law for q, c in enumerate(rows[k]) if c]
        return [found]
    by_period = [[{k} for k in first]]
    for t in range(1, environment.last):
        law, now = chain(environment, agent, t), by_period[-1]
        following: list[set[int]] = [set() for _ in environment.period(t + 1).signals[agent]]
        for rows in law:
            for k, row in enumerate(rows):
                for q, c in enumerate(row):
                    if c:
                        following[q] |= now[k]
        by_period.append(following)
    return by_period


def laws_differ(own: States) -> Witness | None:
    """Return two first signals under which s moves differently; ``None`` where it does not look at x."""
    environment, agent = own.environment, own.agent
    for t in environment.linked:
        law = chain(environment, agent, t)
        now, later = t - 1, t if environment.horizon is not None else 0
        for a, s, q in (
            (a, s, q) for a in range(len(law)) for s in range(own.parts[now]) for q in range(own.parts[later])
        ):
            chances = [law[a][own.signal(now + 1, x, s)][own.signal(later + 1, x, q)] for x in range(len(own.first))]
            for x, chance in enumerate(chances):
                if chance != chances[0]:
                    pair = (0, x)
                    names = environment.period(t).signals[agent]
                    after = environment.period(later + 1).signals[agent]
                    cell = {
                        **_period(environment, t),
                        "action": environment.period(t).actions[a],
                        "signals": [names[own.signal(now + 1, y, s)] for y in pair],
                        "next": [after[own.signal(later + 1, y, q)] for y in pair],
                    }
                    return _minor(environment, agent, {"chances": {"first": _named(own, pair), "cell": cell}})
    return None


@dataclass(frozen=True, eq=False)
class Form:
    """How an agent's values separate.

    Attributes
    ----------
    own:
        The signals.
    additive:
        ``A(x) C(a) + B(a, s)``; else ``A(x) B(a, s)``.
    level:
        ``A`` by first signal: additive, 0 at the first one.
    slope:
        ``C`` by period and action, where additive.
    weights:
        ``α`` by first signal, or what ``C`` is multiplied with in ``β``; ``None`` where they are not defined.
    """

    own: States
    additive: bool
    level: list[Fraction]
    slope: list[list[Fraction]]
    weights: list[Fraction] | None

    @property
    def regular(self) -> bool | None:
        """Whether weights rise: ``A`` does not fall, ``C ≥ 0``, and the weights do not fall."""
        if self.weights is None:
            return None
        rising = [self.level, self.weights]
        fine = all(one <= two for row in rising for one, two in pairwise(row))
        return fine and all(c >= 0 for row in self.slope for c in row)


def form(own: States) -> Form | Witness:
    """Return how an agent's values separate, or the minors that say that they do not."""
    environment, agent, table = own.environment, own.agent, own.values()
    found, against = [], {}
    level = _ranked(table)
    if isinstance(level, list):
        found.append(Form(own, False, level, [], _alpha(own, level)))
    else:
        against["multiplicative"] = _cells(own, *level)
    added = _added(own, table)
    if len(added) == 2:
        found.append(Form(own, True, added[0], added[1], _beta(own, added[0])))
    else:
        against["additive"] = _cells(own, added[0], added[1])
    if not found:
        return _minor(environment, agent, against)
    return max(found, key=lambda each: (each.weights is not None, not each.additive))


def _ranked(table: list[dict[Column, Fraction]]) -> list[Fraction] | tuple[tuple[int, int], list[Column]]:
    """Return ``A`` of a table of rank one at most, or two rows and two columns with a minor that is not 0."""
    columns = list(table[0])
    pivot = next(((x, c) for c in columns for x, row in enumerate(table) if row[c]), None)
    if pivot is None:
        return [Fraction(1)] * len(table)
    y, d = pivot
    for x, row in enumerate(table):
        for c in columns:
            if row[c] * table[y][d] != row[d] * table[y][c]:
                return (min(x, y), max(x, y)), sorted([c, d])
    level = [row[d] for row in table]
    return [-v for v in level] if max(level) <= 0 else level


Failed = tuple[tuple[int, ...], list[Column], None]


def _added(own: States, table: list[dict[Column, Fraction]]) -> tuple[list[Fraction], list[list[Fraction]]] | Failed:
    """Return ``A`` and ``C``, or the rows and columns that say no: two columns of an action, or a minor of the differences."""
    environment = own.environment
    rises: list[dict[Column, Fraction]] = [{} for _ in table]
    for t, a, s in own.columns():
        for x, row in enumerate(table):
            rise = row[t, a, s] - table[0][t, a, s]
            if rise != row[t, a, 0] - table[0][t, a, 0]:
                return (0, x), [(t, a, 0), (t, a, s)], None
            rises[x][t, a, 0] = rise
    level = _ranked(rises)
    if not isinstance(level, list):
        rows, columns = level
        return (0, *rows), columns, None
    counts = [len(environment.period(t).actions) for t in range(1, environment.last + 1)]
    top = next((x for x, v in enumerate(level) if v and any(rises[x].values())), None)
    if top is None:
        return [Fraction(0)] * len(table), [[Fraction(0)] * n for n in counts]
    slope = [[rises[top][t, a, 0] / level[top] for a in range(n)] for t, n in enumerate(counts, start=1)]
    return level, slope


def _alpha(own: States, level: list[Fraction]) -> list[Fraction] | None:
    """Return ``1 − (1 − F_k)/f_k (A_{k+1} − A_k)/A_k``; ``None`` unless A and f are positive and first signals independent."""
    law = _hazards(own)
    if law is None or min(level) <= 0:
        return None
    rises = [*(two - one for one, two in pairwise(level)), Fraction(0)]
    return [1 - h * r / a for h, r, a in zip(law, rises, level, strict=True)]


def _beta(own: States, level: list[Fraction]) -> list[Fraction] | None:
    """Return ``−(1 − F_k)/f_k (A_{k+1} − A_k)``."""
    law = _hazards(own)
    if law is None:
        return None
    rises = [*(two - one for one, two in pairwise(level)), Fraction(0)]
    return [-h * r for h, r in zip(law, rises, strict=True)]


def _hazards(own: States) -> list[Fraction] | None:
    """Return ``(1 − F_k)/f_k`` by first signal; ``None`` where some f is 0, or where first signals are correlated."""
    law = [prior_of(own.environment, own.agent)[k] for k in own.first]
    if min(law) <= 0 or not independent(own.environment):
        return None
    return [sum(law[k + 1 :], Fraction(0)) / f for k, f in enumerate(law)]


def independent(environment: Environment) -> bool:
    """Return whether the prior is the product of its own laws."""
    prior = environment.prior
    assert prior is not None
    product = np.ones((), dtype=object)
    for i in range(len(environment.agents)):
        own = prior.num.astype(object).sum(axis=tuple(j for j in range(len(environment.agents)) if j != i))
        product = np.multiply.outer(product, own)
    return bool((product == prior.num.astype(object) * prior.den ** (len(environment.agents) - 1)).all())


def forms(environment: Environment) -> Iterator[Form | Witness]:
    """Yield how every agent's values separate, until one's do not."""
    for agent in range(len(environment.agents)):
        own = states(environment, agent)
        bad = own if isinstance(own, dict) else laws_differ(own)
        found = bad if bad is not None else form(own)  # type: ignore[arg-type]
        yield found
        if isinstance(found, dict):
            return


def _cells(own: States, rows: tuple[int, ...], columns: list[Column]) -> dict[str, object]:
    period = own.environment.period
    cells = [
        {
            **_period(own.environment, t),
            "action": period(t).actions[a],
            "signals": [period(t).signals[own.agent][own.signal(t, x, s)] for x in rows],
        }
        for t, a, s in columns
    ]
    return {"first": _named(own, rows), "cells": cells}


def _named(own: States, rows: tuple[int, ...]) -> list[str]:
    labels = own.environment.period(1).signals[own.agent]
    return [labels[own.first[x]] for x in rows]


def _minor(environment: Environment, agent: int, parts: Mapping[str, object]) -> Witness:
    return {"kind": "minor", "agent": environment.agents[agent], "parts": parts}


def _period(environment: Environment, t: int) -> dict[str, object]:
    return {} if environment.horizon is None else {"period": t}
