"""What a rule does in a period: one action after every profile of reports, or a lottery over several.

The draw is public and comes after the reports, so a history is a profile of reports together with the action drawn. Histories are numbered here: profile by
profile, and within one the actions in file order. Where nothing is drawn the number of a history is that of its profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TypeAlias

import numpy as np

from .exact import Array, Exact, objects
from .model import Kernel


@dataclass(frozen=True, eq=False)
class Play:
    """The histories that a period leaves, and their chances.

    Parameters
    ----------
    told, drawn:
        The reports and the action of every history, ``(histories,)``; only what has a positive chance.
    num, den:
        The chance of the action after the reports, integers over one denominator.
    """

    told: Array
    drawn: Array
    num: Array
    den: int

    @classmethod
    def pure(cls, actions: Array) -> Play:
        """Return a rule without lotteries: the action at every profile."""
        return cls(np.arange(actions.size), np.asarray(actions), objects([1] * actions.size), 1)

    @classmethod
    def of(cls, lotteries: Sequence[Sequence[tuple[int, Fraction]]]) -> Play:
        """Return what draws by lotteries, one a profile: actions with chances above 0."""
        flat = [(p, action, chance) for p, lottery in enumerate(lotteries) for action, chance in lottery]
        den = lcm(*(chance.denominator for _, _, chance in flat))
        told, drawn = (np.array([entry[k] for entry in flat]) for k in range(2))
        return cls(told, drawn, objects([int(chance * den) for _, _, chance in flat]), den)

    @property
    def profiles(self) -> int:
        """How many profiles of reports there are."""
        return int(self.told[-1]) + 1

    @property
    def draws(self) -> bool:
        """Whether any action is drawn among several."""
        return len(self.told) > self.profiles

    @cached_property
    def several(self) -> Array:
        """Of every history, whether another action could have been drawn after the same reports."""
        return np.asarray(np.bincount(self.told)[self.told] > 1)

    def at(self, profile: int) -> list[tuple[int, Fraction]]:
        """Return the lottery at a profile: actions with chances above 0, in file order."""
        here = slice(*np.searchsorted(self.told, (profile, profile + 1)))
        chances = zip(self.drawn[here], self.num[here], strict=True)
        return [(int(action), Fraction(int(num), self.den)) for action, num in chances]

    def draws_at(self, told: int) -> bool:
        """Say whether an action is drawn among several after reports."""
        return self.draws and bool((self.told == told).sum() > 1)

    def after(self, told: Array) -> tuple[Array, Array]:
        """Return the histories that reports can lead to: the place of the reports in ``told``, and the history."""
        counts = np.bincount(self.told)
        first = np.append(0, np.cumsum(counts)[:-1])
        row = np.repeat(np.arange(told.size), counts[told])
        step = np.arange(row.size) - np.repeat(np.cumsum(counts[told]) - counts[told], counts[told])
        return row, first[told][row] + step

    def mixed(self, told: Array) -> list[tuple[Exact | None, Array]]:
        """Return chances and places in what :meth:`after` returns, one of each for every one of ``told`` at a time; a missing one has chance 0."""
        row, past = self.after(told)
        if not self.draws:
            return [(None, row)]
        counts = np.bincount(row)
        first = np.append(0, np.cumsum(counts)[:-1])
        found: list[tuple[Exact | None, Array]] = []
        for k in range(int(counts.max())):
            place = first + np.where(counts > k, k, 0)
            chance = np.where(counts > k, self.num[past[place]], 0)
            found.append((Exact(chance, np.array(self.den, dtype=object)), place))
        return found

    @cached_property
    def layers(self) -> list[tuple[Exact | None, Array]]:
        """Histories by profile, as often as there are actions at most, with their chances: ``(profiles,)`` each; None is certain.

        Where a profile has fewer actions its first history stands again, with chance 0.
        """
        return self.mixed(np.arange(self.profiles))

    def mean(self, worth: Exact) -> Exact:
        """Return the mean over what is drawn at every profile of numbers by action and profile."""
        every, total = np.arange(self.profiles), None
        for chance, past in self.layers:
            part = worth[self.drawn[past], every]
            part = (
                part
                if chance is None
                else Exact(part.num * chance.num, np.asarray(part.den * chance.den, dtype=object))
            )
            total = part if total is None else total + part
        assert total is not None
        return total

    def transition(self, kernel: Kernel) -> tuple[Array, Array, int]:
        """Return the transition under the rule: weights ``(profiles, next)``, their denominators, and what no row's sum exceeds."""
        if not self.draws:
            return kernel.weights[self.drawn, self.told], kernel.den[self.drawn, self.told], kernel.bound
        rows, dens = [], []
        for p in range(self.profiles):
            here = np.flatnonzero(self.told == p)
            den = lcm(*(int(kernel.den[self.drawn[h], p]) for h in here))
            total = sum(
                kernel.weights[self.drawn[h], p].astype(object)
                * (int(self.num[h]) * (den // int(kernel.den[self.drawn[h], p])))
                for h in here
            )
            rows.append(total)
            dens.append(den * self.den)
        return np.array(rows, dtype=object), objects(dens), max(dens)


Rule: TypeAlias = Sequence[Array] | Sequence[Play]


def plays(rule: Rule) -> list[Play]:
    """Return what a rule does in every period."""
    return [each if isinstance(each, Play) else Play.pure(each) for each in rule]
