"""The columns of the synthesis program, as numbers, and what they are called.

Two columns never share a number, so that a sum over columns cannot confuse them, whatever the labels look like.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

import numpy as np

from .exact import Array
from .model import Model
from .names import Names

Column: TypeAlias = int

# columns that objectives add; ``size`` of the payment p is the column -10 - p
EPSILON, LARGEST, RENT, SUBSIDY = -1, -2, -3, -4
_ADDED = {EPSILON: "epsilon", LARGEST: "largest", RENT: "rent", SUBSIDY: "subsidy"}


def size_of(payment: Column) -> Column:
    """Return the column that bounds the size of a payment."""
    return -10 - payment


class Columns:
    """The columns of one class of transfers.

    Parameters
    ----------
    model, rule:
        The instance and the action at every profile.
    transfers:
        The class, e.g. ``full+now``.
    """

    def __init__(self, model: Model, rule: Sequence[Array], transfers: str) -> None:
        self.model, self.rule, self.names = model, [actions.tolist() for actions in rule], Names(model)
        kind = transfers.removesuffix("+now")
        self.has_later = kind != "history-independent"
        self.blind = kind != "full"
        self.own_report = kind != "vcg-type"
        self.always_now = transfers.endswith("+now") or not self.has_later
        self._starts: list[int] = []
        self._blocks: list[tuple[str, int, int]] = []
        self._base: dict[tuple[str, int, int], int] = {}
        count = 0
        for t in range(model.count):
            period = model.period(t)
            last = model.kernel(t) is None
            for i, size in enumerate(period.sizes):
                room = {"X": period.profiles}
                if self.now_in(t):
                    room["now"] = period.profiles
                if self.has_later and not last:
                    after = model.period(model.following(t)).profiles
                    room["later"] = period.profiles * len(period.actions) * after
                if not self.blind:
                    room["D"] = period.profiles * size
                for what, length in room.items():
                    self._starts.append(count)
                    self._blocks.append((what, t, i))
                    self._base[what, t, i] = count
                    count += length
        # where an agent's signal does not count it is replaced by the first one
        self.without_own = [
            [model.period(t).lie(i, 0).tolist() for i in range(len(model.agents))] for t in range(model.count)
        ]

    def now_in(self, t: int) -> bool:
        """Say whether the class has payments now in a period."""
        return self.always_now or self.model.kernel(t) is None

    def later_in(self, t: int) -> bool:
        """Say whether the class has payments later in a period."""
        return self.has_later and self.model.kernel(t) is not None

    def payoff(self, t: int, agent: int, profile: int) -> Column:
        """Return ``X_t^i(θ)``."""
        return self._base["X", t, agent] + profile

    def deviation(self, t: int, agent: int, profile: int, report: int) -> Column:
        """Return ``D_t^i(θ, r)``."""
        return self._base["D", t, agent] + profile * self.model.period(t).sizes[agent] + report

    def now(self, t: int, agent: int, told: int) -> Column:
        """Return ``now_t^i(ρ)``."""
        return self._base["now", t, agent] + told

    def later(self, t: int, agent: int, told: int, profile: int) -> Column:
        """Return ``later_t^i(θ'; ρ)``."""
        action = 0
        if not self.own_report:
            action, told = self.rule[t][told], self.without_own[t][agent][told]
        then = self.model.following(t)
        if self.blind:
            profile = self.without_own[then][agent][profile]
        actions, after = len(self.model.period(t).actions), self.model.period(then).profiles
        return self._base["later", t, agent] + (told * actions + action) * after + profile

    def payments(self) -> Iterator[Column]:
        """Return every ``now`` and ``later`` column once."""
        for t in range(self.model.count):
            count = self.model.period(t).profiles
            for agent in range(len(self.model.agents)):
                if self.now_in(t):
                    for told in range(count):
                        yield self.now(t, agent, told)
                if self.later_in(t):
                    after = range(self.model.period(self.model.following(t)).profiles)
                    yield from dict.fromkeys(self.later(t, agent, told, q) for told in range(count) for q in after)

    def every(self) -> Iterator[Column]:
        """Return every column but those that objectives add."""
        yield from self.payments()
        for (what, t, agent), base in self._base.items():
            period = self.model.period(t)
            if what == "X":
                yield from range(base, base + period.profiles)
            elif what == "D":
                for profile in range(period.profiles):
                    for report in range(period.sizes[agent]):
                        if report != period.own[agent][profile]:
                            yield self.deviation(t, agent, profile, report)

    @cached_property
    def _reach(self) -> tuple[Fraction, Fraction]:
        """How large a payoff can be when no payment exceeds ``M``: ``base + slope · M``.

        In one period the payoff is at most ``max |u| + M + δM``: what is paid now, and later for it.
        """
        delta, horizon = self.model.discount, self.model.horizon
        largest = Fraction(0)
        for t in range(self.model.count):
            for utility in self.model.period(t).utilities:
                sizes = [
                    Fraction(abs(int(n)), int(d))
                    for n, d in zip(
                        utility.num.ravel(), np.broadcast_to(utility.den, utility.num.shape).ravel(), strict=True
                    )
                ]
                largest = max([largest, *sizes])
        lasting = 1 / (1 - delta) if horizon is None else sum((delta**s for s in range(horizon)), Fraction(0))
        return largest * lasting, 2 * lasting

    def reach(self, column: Column) -> tuple[Fraction, Fraction] | None:
        """Return ``base, slope``: a column is at most ``base + slope · M`` in size when no payment exceeds ``M``; None if unknown."""
        if column < 0:
            return None
        what = self._blocks[bisect_right(self._starts, column) - 1][0]
        return self._reach if what in ("X", "D") else (Fraction(0), Fraction(1))

    def name(self, column: Column) -> str:
        """Return the name of a column."""
        if column in _ADDED:
            return _ADDED[column]
        if column < 0:
            return f"size {self.name(-10 - column)}"
        block = bisect_right(self._starts, column) - 1
        rest, (what, t, agent) = column - self._starts[block], self._blocks[block]
        if what == "X":
            return self.names.place("X", t, agent, self.names.profile(t, rest))
        if what == "now":
            return self.names.now(t, agent, rest)
        if what == "D":
            profile, report = divmod(rest, self.model.period(t).sizes[agent])
            return self.names.place("D", t, agent, self.names.lie(t, agent, profile, report))
        rest, profile = divmod(rest, self.model.period(self.model.following(t)).profiles)
        told, action = divmod(rest, len(self.model.period(t).actions))
        return self.names.later(t, agent, told, None if self.own_report else action, self.blind, profile)


def chances(weights: Array) -> list[tuple[int, int]]:
    """Return ``(profile, weight)`` where the weight is not zero."""
    used = np.flatnonzero(weights)
    return [(int(q), int(weights[q])) for q in used]
