"""The payments of `mechsynth.asks.generalized_vcg.thresholds` when the horizon is infinite: a fixed point.

The payoffs contain the payments, and the payments are sums of steps between payoffs. Which step is (4) and which one is held at a bound is a *pattern*; for a given pattern everything is linear,

    ``V = u* − p + δ P V``,    ``p = Σ ± V(a, θ) + Σ ± W(a, θ)``,    ``V(a, θ) = u(a, θ) + δ K(a, θ)·V``,

and one exact linear system gives the payoffs. Floats look for a pattern that reproduces itself, beginning with (4) everywhere; what they find is solved exactly, and every constraint is checked exactly, so they decide
nothing. The map need not contract, hence a pattern may not be found although payments exist.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mechsynth.asks.generalized_vcg import thresholds
from mechsynth.beliefs import used
from mechsynth.construct.case import Case
from mechsynth.rational import IntArray, Rationals, narrow

Floats: TypeAlias = NDArray[np.float64]
Cell: TypeAlias = tuple[int, int]  # an action and the flat index of a profile

ROUNDS = 30
CLOSE = 1e-9


@dataclass
class Sum:
    """``Σ own · V(a, θ) + Σ society · W(a, θ)`` with integer coefficients."""

    own: Counter[Cell] = field(default_factory=Counter)
    society: Counter[Cell] = field(default_factory=Counter)

    def plus(self, other: Sum) -> Sum:
        """Return the sum of both."""
        own, society = Counter(self.own), Counter(self.society)
        for cells, more in ((own, other.own), (society, other.society)):
            for cell, count in more.items():
                cells[cell] += count
        return Sum(own, society)


class Search:
    """The search for one agent's fixed point."""

    def __init__(self, case: Case, agent: int) -> None:
        self.case, self.agent = case, agent
        environment = case.environment
        self.delta = environment.discount
        period = environment.period(1)
        self.shape = period.shape
        self.grid = thresholds.grid(period.shape, agent)
        self.rule = used(case.at(1), agent)
        self.chosen = case.at(1).ravel()
        self.every = np.arange(period.size)
        self.kernel = period.kernel()
        self.utility = period.utilities[agent].reshape(len(period.actions), -1)
        self.society = thresholds.society(case, 1)

    def payments(self) -> tuple[Rationals | None, Rationals | None]:
        """Return payments over ``[θ^1]…[θ^N]`` that leave no lie a gain, if the search finds any; and those of (4) everywhere, if they exist."""
        pattern = [[self._formula(b, k) for k in range(1, self.rule.shape[1])] for b in range(self.rule.shape[0])]
        first = self._exact(pattern)
        if first is None or self._works(first):
            return first, first
        seen = []
        for _ in range(ROUNDS):
            payoff = self._payoff(pattern)
            if payoff is None:
                break
            pattern = self._pattern(payoff)
            if pattern in seen:
                break
            seen.append(pattern)
        found = self._exact(pattern) if seen else None
        return (found if found is not None and self._works(found) else None), first

    def _works(self, paid: Rationals) -> bool:
        (after,) = thresholds.payoffs(self.case, self.agent, [paid])
        own = thresholds.worth(self.case, 1, self.agent, after)
        here = thresholds.stage(self.case, 1, self.agent, own, self.society)
        flat = paid.reshape(-1)
        return thresholds.holds(here, flat.num[self.grid], flat.den)

    # -- patterns: what every signal pays more than another one of the same others ---------------------------------

    def _formula(self, b: int, k: int) -> tuple[int, Sum]:
        """Return the step of (4) from the signal below."""
        new, old, at = int(self.rule[b, k]), int(self.rule[b, k - 1]), int(self.grid[b, k])
        if new == old:
            return k - 1, Sum()
        return k - 1, Sum(Counter({(new, at): 1, (old, at): -1}), Counter({(new, at): -1, (old, at): 1}))

    def _loss(self, b: int, path: list[int], sign: int) -> Sum:
        """Return ``± Σ V(a*(x), x) − V(a*(y), x)`` over the steps ``x → y`` of a path."""
        cells: Counter[Cell] = Counter()
        for x, y in itertools.pairwise(path):
            cells[int(self.rule[b, x]), int(self.grid[b, x])] += sign
            cells[int(self.rule[b, y]), int(self.grid[b, x])] -= sign
        return Sum(cells)

    def _pattern(self, payoff: Floats) -> list[list[tuple[int, Sum]]]:
        """Return the pattern of the payments that these payoffs call for."""
        own = self.utility.floats() + float(self.delta) * (self.kernel.floats() @ payoff)
        here = thresholds.Stage(1, self.agent, own[:, self.grid], self.society.floats()[:, self.grid], 1, self.rule)
        bounds, after = _closure(here.losses)
        slack = CLOSE * (1.0 + float(np.abs(own).max(initial=0.0)))
        count, length = self.rule.shape
        paid = np.zeros((count, length))
        pattern: list[list[tuple[int, Sum]]] = [[] for _ in range(count)]
        for k in range(1, length):
            least, most = thresholds.limits(paid, bounds, k)
            asked = paid[:, k - 1] + here.formula(k)
            for b in range(count):
                if asked[b] < least[b] - slack and least[b] <= most[b] + slack:
                    r = int((paid[b, :k] - bounds[b, :k, k]).argmax())
                    pattern[b].append((r, self._loss(b, _path(after[b], r, k), -1)))
                    paid[b, k] = least[b]
                elif asked[b] > most[b] + slack and least[b] <= most[b] + slack:
                    r = int((paid[b, :k] + bounds[b, k, :k]).argmin())
                    pattern[b].append((r, self._loss(b, _path(after[b], k, r), 1)))
                    paid[b, k] = most[b]
                else:
                    pattern[b].append(self._formula(b, k))
                    paid[b, k] = asked[b]
        return pattern

    # -- what a pattern comes to ------------------------------------------------------------------------------------

    def _sums(self, pattern: list[list[tuple[int, Sum]]]) -> list[Sum]:
        """Return the payments of a pattern, by flat profile."""
        found = [Sum() for _ in range(self.every.size)]
        for b, steps in enumerate(pattern):
            for k, (base, step) in enumerate(steps, 1):
                found[self.grid[b, k]] = found[self.grid[b, base]].plus(step)
        return found

    def _system(self, pattern: list[list[tuple[int, Sum]]]) -> tuple[IntArray, int, IntArray, int]:
        """Return ``(I − δ P + δ αK) V = u* − αu − βw`` as integers over one denominator on each side."""
        top, bottom = self.delta.numerator, self.delta.denominator
        weights = self.kernel.num
        left = weights[self.chosen, self.every].astype(object) * -top
        left[self.every, self.every] += bottom * self.kernel.den
        flow = Rationals(self.utility.num[self.chosen, self.every], self.utility.den)
        due = Rationals(np.zeros(self.every.size, dtype=object), 1)
        for sums, worth in (("own", self.utility), ("society", self.society)):
            total = np.zeros(self.every.size, dtype=object)
            for place, payment in enumerate(self._sums(pattern)):
                for (a, at), count in getattr(payment, sums).items():
                    total[place] += count * int(worth.num[a, at])
                    if sums == "own":
                        left[place] += weights[a, at].astype(object) * (top * count)
            due = due + Rationals(total, worth.den)
        right = flow - due
        return left, bottom * self.kernel.den, right.num, right.den

    def _payoff(self, pattern: list[list[tuple[int, Sum]]]) -> Floats | None:
        """Return the payoffs of a pattern in floats; ``None`` where they have none."""
        left, den, right, below = self._system(pattern)
        try:
            found = np.linalg.solve(Rationals(left, den).floats(), Rationals(right, below).floats())
        except np.linalg.LinAlgError:
            return None
        return np.asarray(found, dtype=np.float64) if np.isfinite(found).all() else None

    def _exact(self, pattern: list[list[tuple[int, Sum]]]) -> Rationals | None:
        """Return the payments of a pattern over ``[θ^1]…[θ^N]``, exact; ``None`` where the system is singular."""
        import flint

        left, den, right, below = self._system(pattern)
        size = self.every.size
        matrix = flint.fmpz_mat(size, size, [int(x) for x in left.ravel()])
        try:
            solved = matrix.solve(flint.fmpz_mat(size, 1, [int(x) * den for x in right]))
        except ZeroDivisionError:
            return None
        num, common = solved.numer_denom()
        flat = np.array([int(x) for x in num.entries()], dtype=object)
        payoff = Rationals(narrow(flat), int(common) * below).reduce()
        own = thresholds.worth(self.case, 1, self.agent, payoff)
        parts = []
        for sums, worth in (("own", own), ("society", self.society)):
            total = [
                sum(count * int(worth.num[cell]) for cell, count in getattr(payment, sums).items())
                for payment in self._sums(pattern)
            ]
            parts.append(Rationals(np.array(total, dtype=object), worth.den))
        paid = (parts[0] + parts[1]).reduce()
        return Rationals(narrow(paid.num).reshape(self.shape), paid.den)


def _closure(losses: Any) -> tuple[Floats, NDArray[np.int64]]:
    """Return shortest paths of a stack of graphs in floats, and the first step of each."""
    found = np.array(losses, dtype=np.float64)
    length = found.shape[-1]
    index = np.arange(length)
    after = np.broadcast_to(index, found.shape).copy()
    slack = CLOSE * (1.0 + float(np.abs(found).max(initial=0.0)))
    for via in range(length):
        through = found[:, :, via, None] + found[:, None, via, :]
        shorter = through < found - slack
        shorter[:, index, index] = False
        found = np.where(shorter, through, found)
        after = np.where(shorter, np.broadcast_to(after[:, :, via, None], after.shape), after)
    return found, after


def _path(after: NDArray[np.int64], start: int, end: int) -> list[int]:
    """Return the signals of a shortest path; straight where a negative cycle leads astray."""
    path = [start]
    while path[-1] != end:
        path.append(int(after[path[-1], end]))
        if len(path) > after.shape[0]:
            return [start, end]
    return path
