r"""What an agent can ever see of the others: laws of their next reports, on the path of the rule, in a reduced basis of words.

Fix an agent; ``y = θ^{-i}``. A *word* is a list of the others' profiles, one a period. Given the action ``a`` and the profile ``θ``, with truth from the next
period on,

    ``Pr(y_1 … y_j | a, θ) = μ(·|a,θ) D_{y_1} P D_{y_2} P … D_{y_j} 1``,      ``P(θ'|θ) = μ(θ' | a*(θ), θ)``,

``D_y`` the indicator of ``θ^{-i} = y``. The functions ``f_w = D_{y_1} P … D_{y_j} 1`` of words of at most ``k`` letters span ``O_k``, of dimension ``|Θ|`` at most; each vector
of the basis carries its word. ``O_{j+1} = span{D_y P f : f ∈ O_j}``, so once ``O_{k+1} = O_k`` nothing more is ever seen (infinite horizon). Only the first step follows the
action of the block, every later one the rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import numpy as np

from mechsynth.beliefs import by_own
from mechsynth.construct.ahead.spans import Span, Vector
from mechsynth.construct.case import Case

Word = tuple[int, ...]
"""Flat indices of the others' profiles, of the next period first."""


@dataclass(eq=False)
class Sight:
    """The laws of one agent.

    Attributes
    ----------
    case, agent:
        The rule, and the index of the agent.
    """

    case: Case
    agent: int
    _bases: dict[tuple[int, int], list[tuple[Word, Vector]]] = field(default_factory=dict)

    @property
    def stationary(self) -> bool:
        """Whether the horizon is infinite; then every period is period 1."""
        return self.case.environment.horizon is None

    def after(self, t: int) -> int:
        """Return the period after one."""
        return t if self.stationary else t + 1

    def left(self, t: int, k: int) -> int:
        """Return how many of ``k`` periods after period ``t`` there are."""
        horizon = self.case.environment.horizon
        return k if horizon is None else min(k, horizon - t)

    def others(self, t: int) -> list[int]:
        """Return ``θ^{-i}`` of every profile of a period, as a flat index."""
        found: list[int] = self.case.once(("others", t, self.agent), lambda: self._others(t))
        return found

    def _others(self, t: int) -> list[int]:
        where = self.profiles(t)
        found = [0] * sum(len(row) for row in where)
        for y, row in enumerate(where):
            for p in row:
                found[p] = y
        return found

    def profiles(self, t: int) -> list[list[int]]:
        """Return the flat index of every profile, by ``θ^{-i}`` and ``θ^i``."""
        shape = self.case.environment.period(t).shape
        every = np.arange(int(np.prod(shape))).reshape(1, *shape)
        found: list[list[int]] = by_own(every, self.agent)[0].tolist()
        return found

    def law(self, t: int, action: int, profile: int) -> dict[int, Fraction]:
        """Return the probabilities of the next profiles, those above 0."""
        laws: list[list[dict[int, Fraction]]] = self.case.once(("laws", t), lambda: _laws(self.case, t))
        return laws[action][profile]

    def rule(self, t: int, profile: int) -> int:
        """Return the action of the rule."""
        return int(self.case.at(t).ravel()[profile])

    def mean(self, t: int, action: int, profile: int, values: Vector) -> Fraction:
        """Return ``E[f(θ') | a, θ]``."""
        return sum((p * values[q] for q, p in self.law(t, action, profile).items()), Fraction(0))

    def prefixed(self, t: int, letter: int, values: Vector) -> Vector:
        """Return ``D_y P f`` over the profiles of period ``t``, ``f`` over those of the next."""
        return tuple(
            self.mean(t, self.rule(t, p), p, values) if y == letter else Fraction(0)
            for p, y in enumerate(self.others(t))
        )

    def word(self, t: int, word: Word) -> Vector:
        """Return ``f_w`` over the profiles of the period of its first letter."""
        first, rest = word[0], word[1:]
        if rest:
            return self.prefixed(t, first, self.word(self.after(t), rest))
        return tuple(Fraction(y == first) for y in self.others(t))

    def basis(self, t: int, length: int) -> list[tuple[Word, Vector]]:
        """Return words of at most ``length`` letters, the first in period ``t``, and their functions: a basis of what all such words span."""
        t = 1 if self.stationary else t
        if (t, length) not in self._bases:
            self._bases[t, length] = self._basis(t, length)
        return self._bases[t, length]

    def _basis(self, t: int, length: int) -> list[tuple[Word, Vector]]:
        letters = range(len(self.profiles(t)))
        if length == 1:
            return [((y,), self.word(t, (y,))) for y in letters]
        found, span = list(self.basis(t, length - 1)), Span()
        for _, values in found:
            span.add(values)
        for y, (rest, values) in product(letters, self.basis(self.after(t), length - 1)):
            longer = self.prefixed(t, y, values)
            if span.add(longer):
                found.append(((y, *rest), longer))
        return found

    def dimensions(self) -> list[int]:
        """Return the dimensions of ``O_1, O_2, …`` up to the last that grows (infinite horizon)."""
        found = [len(self.basis(1, 1))]
        while (more := len(self.basis(1, len(found) + 1))) > found[-1]:
            found.append(more)
        return found

    def rows(self, t: int, action: int, others: int, k: int) -> list[Vector]:
        """Return ``Pr(w | a, (κ, θ^{-i}))`` by own signal ``κ``, over the words of the basis of ``k`` letters at most."""
        basis = self.basis(self.after(t), self.left(t, k))
        return [tuple(self.mean(t, action, p, f) for _, f in basis) for p in self.profiles(t)[others]]

    def labels(self, t: int, word: Word) -> list[dict[str, str]]:
        """Return a word as a file tells it, its first letter in the period after ``t``."""
        environment, found = self.case.environment, []
        rest = environment.others(self.agent)
        for letter in word:
            t = self.after(t)
            signals = environment.period(t).signals
            profile = list(product(*(signals[j] for j in rest)))[letter]
            found.append({environment.agents[j]: s for j, s in zip(rest, profile, strict=True)})
        return found


def _laws(case: Case, t: int) -> list[list[dict[int, Fraction]]]:
    kernel = case.environment.period(t).kernel()
    found: list[list[dict[int, Fraction]]] = []
    for matrix in kernel.num:
        found.append([{int(q): Fraction(int(row[q]), kernel.den) for q in np.flatnonzero(row)} for row in matrix])
    return found


def sights(case: Case) -> dict[int, Sight]:
    """Return the laws of every player, by index."""
    found: dict[int, Sight] = case.once("sights", lambda: {i: Sight(case, i) for i in case.environment.players})
    return found


def longest(case: Case) -> int:
    """Return the number of periods beyond which nothing more is seen of anybody's signals: past it no block changes."""
    horizon = case.environment.horizon
    if horizon is not None:
        return max(1, horizon - 1)
    return max((len(sight.dimensions()) for sight in sights(case).values()), default=1)


def invariant(sight: Sight, v: Vector) -> list[Vector]:
    """Return a basis of ``span{v D_{y_1} P … D_{y_j} P}``: what a difference of beliefs becomes, whatever is reported (infinite horizon)."""
    basis: list[Vector] = []
    span, open_ = Span(), [v]
    while open_:
        row = open_.pop()
        if not span.add(row):
            continue
        basis.append(row)
        for y in range(len(sight.profiles(1))):
            moved = [Fraction(0)] * len(row)
            for p in sight.profiles(1)[y]:
                for q, share in sight.law(1, sight.rule(1, p), p).items() if row[p] else ():
                    moved[q] += row[p] * share
            open_.append(tuple(moved))
    return basis
