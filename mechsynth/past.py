"""Histories: the reports of a period together with the action that was drawn after them.

The draw is public and comes after the reports. Histories are numbered profile by profile, within one the actions in file order; where nothing is drawn the
number of a history is that of its profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mechsynth.rational import IntArray, Rationals

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Past:
    """The histories that a period leaves, and the chances of their actions.

    Attributes
    ----------
    told, drawn:
        Reports and action of every history, ``(|H|,)``; those of positive chance.
    num, den:
        The chance of the action after the reports.
    """

    told: Places
    drawn: Places
    num: IntArray
    den: int = 1

    @classmethod
    def pure(cls, actions: Places) -> Past:
        """Return the histories of a rule that takes one action at every profile."""
        return cls(np.arange(actions.size), actions, np.ones(actions.size, dtype=np.int64))

    @classmethod
    def of(cls, chances: Rationals) -> Past:
        """Return the histories of chances ``(|A|, |Θ|)``."""
        told, drawn = np.nonzero(chances.num.T)
        return cls(told, drawn, np.asarray(chances.num[drawn, told]), chances.den)

    @property
    def draws(self) -> bool:
        """Whether any action is drawn among several."""
        return bool(self.told.size > self.told[-1] + 1)

    @cached_property
    def several(self) -> NDArray[np.bool_]:
        """Of every history, whether another action could have been drawn after the same reports."""
        return np.asarray(np.bincount(self.told)[self.told] > 1)

    def after(self, told: Places) -> tuple[Places, Places]:
        """Return the histories that reports can lead to: the place of the reports in ``told``, and the history."""
        counts = np.bincount(self.told)
        first = np.append(0, np.cumsum(counts)[:-1])
        row = np.repeat(np.arange(told.size), counts[told])
        step = np.arange(row.size) - np.repeat(np.cumsum(counts[told]) - counts[told], counts[told])
        return row, first[told][row] + step

    @cached_property
    def layers(self) -> list[tuple[IntArray, Places]]:
        """Numerators of chances and histories by profile, ``(|Θ|,)`` each, as often as there are actions at most; a missing one has chance 0."""
        counts = np.bincount(self.told)
        first = np.append(0, np.cumsum(counts)[:-1])
        found = []
        for k in range(int(counts.max())):
            place = np.where(counts > k, first + k, first)
            found.append((np.where(counts > k, self.num[place], 0), place))
        return found
