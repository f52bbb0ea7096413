"""The nodes of mechanisms with histories: what a lottery and a payment look at, and which columns of the program stand for them.

A *history* ``h`` is what the mechanism remembers of earlier reports (and of earlier actions, where an action moves the signals), a *node* is a history and a
reported profile. Columns: ``z(h,θ,a) ≥ 0``, the chance that the mechanism's lotteries play the actions of ``h`` and then ``a``, if these are the reports; and
``Y^i(h,θ)``, agent ``i``'s truthful payoff from the node on times the chance of its history. The program is `mechsynth.construct.sequence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from mechsynth.environment import Environment


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

    @cached_property
    def never(self) -> dict[int, frozenset[int]]:
        """The histories, by period, that follow an action that is not available: nothing ever leads there."""
        found: dict[int, frozenset[int]] = {1: frozenset()}
        for t in range(1, self.last if self.moved else 0):
            choices = self.environment.period(t).choices()
            last = found[t]
            found[t + 1] = frozenset(
                self.following(t, h, p, a)
                for h, p, a in product(range(self.histories(t)), range(self.profiles(t)), range(self.actions(t)))
                if h in last or not choices[a, p]
            )
        return found

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
