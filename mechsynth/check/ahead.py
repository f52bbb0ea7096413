r"""What is seen of an agent several periods ahead: the others' reports on the path of the rule, truth from the next period on.

A *word* is a list of the others' profiles. With :math:`P` the transition under the rule and :math:`D_y` the indicator of :math:`θ^{-i} = y`, a word has after an action
:math:`a` at :math:`θ` the probability :math:`μ(·|a,θ) D_{y_1} P D_{y_2} ⋯ D_{y_j} 1`. Everything is a vector of fractions over profiles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from mechsynth.errors import InputError

from .blocks import Block, profiles_of_blocks
from .exact import Array
from .mechanism import read_others
from .model import Model
from .text import items, show

Vector = list[Fraction]
ZERO = Fraction(0)


def reduced(rows: Sequence[Vector]) -> list[Vector]:
    """Return independent rows with the same span: the reduced echelon form, by elimination in integers."""
    found: dict[int, list[int]] = {}
    for row in rows:
        common = lcm(*(value.denominator for value in row))
        left = [int(value * common) for value in row]
        for place, base in found.items():
            left = _less(left, base, place)
        lead = next((j for j, value in enumerate(left) if value), None)
        if lead is not None:
            found = {place: _less(base, left, lead) for place, base in found.items()} | {lead: left}
    return [[Fraction(value, found[place][place]) for value in found[place]] for place in sorted(found)]


def _less(row: list[int], base: list[int], place: int) -> list[int]:
    """Return a multiple of a row less a multiple of another, 0 at a place."""
    if not row[place]:
        return row
    times, by = base[place], row[place]
    found = [times * a - by * b for a, b in zip(row, base, strict=True)]
    common = gcd(*found)
    return [value // common for value in found] if common > 1 else found


@dataclass(eq=False)
class Ahead:
    """The laws of one agent under a rule.

    Parameters
    ----------
    model, rule, agent:
        The instance, the action at every profile per period, whose.
    """

    model: Model
    rule: Sequence[Array]
    agent: int
    _laws: dict[tuple[int, int, int], dict[int, Fraction]] = field(default_factory=dict)
    _seen: dict[tuple[int, int], list[Vector]] = field(default_factory=dict)

    def left(self, t: int, k: int) -> int:
        """Return how many of ``k`` periods after one there are."""
        return k if self.model.horizon is None else min(k, self.model.horizon - 1 - t)

    def law(self, t: int, action: int, profile: int) -> dict[int, Fraction]:
        """Return the probabilities of the next profiles, those above 0."""
        key = (t, action, profile)
        if key not in self._laws:
            kernel = self.model.kernel(t)
            assert kernel is not None
            row, den = kernel.weights[action, profile], int(kernel.den[action, profile])
            self._laws[key] = {q: Fraction(int(w), den) for q, w in enumerate(row) if w}
        return self._laws[key]

    def played(self, t: int, profile: int) -> dict[int, Fraction]:
        """Return the probabilities of the next profiles under the rule."""
        return self.law(t, int(self.rule[t][profile]), profile)

    def members(self, t: int) -> list[list[int]]:
        """Return the profiles by ``θ^{-i}``, and by own signal within."""
        found: list[list[int]] = profiles_of_blocks(self.model, t, self.agent).tolist()
        return found

    def before(self, t: int, letter: int, after: Vector) -> Vector:
        """Return ``D_y P f``: the expectation of ``f`` over the next profiles, where the others are at ``y``."""
        found = [ZERO] * self.model.period(t).profiles
        for p in self.members(t)[letter]:
            found[p] = sum((share * after[q] for q, share in self.played(t, p).items()), ZERO)
        return found

    def onward(self, t: int, letter: int, weights: Vector) -> Vector:
        """Return ``b D_y P``: what weights over profiles become once the others are seen at ``y``."""
        found = [ZERO] * self.model.period(self.model.following(t)).profiles
        for p in self.members(t)[letter]:
            for q, share in self.played(t, p).items() if weights[p] else ():
                found[q] += weights[p] * share
        return found

    def word(self, t: int, word: Sequence[int]) -> Vector:
        """Return the probability that the others report a word from period ``t`` on, by the profile of that period."""
        if len(word) > 1:
            return self.before(t, word[0], self.word(self.model.following(t), word[1:]))
        found = [ZERO] * self.model.period(t).profiles
        for p in self.members(t)[word[0]]:
            found[p] = Fraction(1)
        return found

    def seen(self, t: int, length: int) -> list[Vector]:
        """Return a basis of the functions of all words of at most ``length`` letters from period ``t`` on."""
        key = (t, length)
        if key not in self._seen:
            letters = range(len(self.members(t)))
            rows = [self.word(t, [y]) for y in letters]
            if length > 1:
                then = self.model.following(t)
                # of the words of the next period those of a basis are enough
                rows += [self.before(t, y, f) for y in letters for f in self.seen(then, length - 1)]
            self._seen[key] = reduced(rows)
        return self._seen[key]

    def columns(self, block: Block, k: int) -> list[Vector]:
        """Return, by own signal, what is expected of a basis of the functions of ``k`` letters at most."""
        then = self.model.following(block.t)
        basis = self.seen(then, self.left(block.t, k))
        laws = [self.law(block.t, block.action, p) for p in self.members(block.t)[block.others]]
        return [[sum((share * f[q] for q, share in law.items()), ZERO) for f in basis] for law in laws]

    def difference(self, block: Block, weights: Mapping[int, Fraction]) -> Vector:
        """Return ``Σ w_κ μ(·|a, (κ, θ^{-i}))`` over the next profiles."""
        found = [ZERO] * self.model.period(self.model.following(block.t)).profiles
        for own, weight in weights.items():
            for q, share in self.law(block.t, block.action, self.members(block.t)[block.others][own]).items():
                found[q] += weight * share
        return found

    def visible(self, t: int, weights: Vector, k: int) -> list[int] | None:
        """Return a word of at most ``k`` letters from period ``t`` on whose weight is not 0; None where there is none."""
        rows: list[tuple[list[int], Vector]] = [([], weights)]
        for n in range(k):
            moved: list[tuple[list[int], Vector]] = []
            for word, row in rows:
                for y, members in enumerate(self.members(t)):
                    if sum((row[p] for p in members), ZERO):
                        return [*word, y]
                    if n + 1 < k:
                        moved.append(([*word, y], self.onward(t, y, row)))
            # rows that others span show nothing that these do not show
            kept: list[tuple[list[int], Vector]] = []
            for word, row in moved:
                if len(reduced([*(r for _, r in kept), row])) > len(kept):
                    kept.append((word, row))
            rows, t = kept, self.model.following(t)
            if not rows:
                return None
        return None

    def read_word(self, value: object, t: int, most: int, place: str) -> list[int]:
        """Return the letters of a word whose first is in period ``t``."""
        entries = items(value, place)
        if not 1 <= len(entries) <= most:
            raise InputError(place, f"{len(entries)} reports", f"from 1 to {most}")
        found = []
        for k, entry in enumerate(entries):
            found.append(read_others(entry, self.agent, self.model, t, f"{place}[{k}]"))
            t = self.model.following(t)
        return found

    def tell(self, t: int, word: Sequence[int]) -> str:
        """Return a word as people read it."""
        told: list[str] = []
        for letter in word:
            period = self.model.period(t)
            profile = self.members(t)[letter][0]
            parts: list[Any] = [
                f"{show(self.model.agents[j])}={show(period.signals[j][int(period.own[j][profile])])}"
                for j in range(len(self.model.agents))
                if j != self.agent
            ]
            told.append(", ".join(parts))
            t = self.model.following(t)
        return ", then ".join(told)
