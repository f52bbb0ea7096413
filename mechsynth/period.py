"""One period of an environment: signals, actions, utilities, what is available, what leaving is worth, how signals move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm, prod

import numpy as np

from mechsynth.errors import InputError
from mechsynth.rational import Rationals
from mechsynth.reading import Labels, Mask


@dataclass(frozen=True, eq=False)
class Period:
    """What one period holds.

    Attributes
    ----------
    signals:
        ``Θ_t^i``: the labels of every agent's signals, agents in order.
    actions:
        ``A_t``: the labels of the actions.
    utilities:
        Shape ``(N, |A|, |Θ^1|, …, |Θ^N|)``.
    transition:
        Shape ``(|A|, |Θ^1|, …, |Θ^N|, |Θ'^1|, …, |Θ'^N|)``; ``None`` in the last period.
    available:
        Which actions there are, shape ``(|A|, |Θ^1|, …, |Θ^N|)``; varies with public states alone; ``None``: all, always. Utilities
        and rows of the transition are 0 where an action is not available; nothing reads them.
    outside:
        The total value of leaving in this period, what is due left aside, shape ``(N, |Θ^1|, …, |Θ^N|)``; ``None``: 0.
    """

    signals: tuple[Labels, ...]
    actions: Labels
    utilities: Rationals
    transition: Rationals | None
    available: Mask | None = None
    outside: Rationals | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """``(|Θ^1|, …, |Θ^N|)``."""
        return tuple(map(len, self.signals))

    @property
    def size(self) -> int:
        """``|Θ|``, the number of profiles."""
        return prod(self.shape)

    def surplus(self) -> Rationals:
        """Return ``Σ_i u^i(a, θ)``, shape ``(|A|, |Θ^1|, …, |Θ^N|)``."""
        return self.utilities.sum(0)

    def choices(self) -> Mask:
        """Return which actions are available over flat profiles, shape ``(|A|, |Θ|)``."""
        if self.available is None:
            return np.ones((len(self.actions), self.size), dtype=np.bool_)
        return self.available.reshape(len(self.actions), self.size)

    def leaving(self, i: int) -> Rationals:
        """Return agent ``i``'s value of leaving over flat profiles, shape ``(|Θ|,)``."""
        if self.outside is None:
            return Rationals(np.zeros(self.size, dtype=np.int64))
        return self.outside[i].reshape(self.size)

    def kernel(self) -> Rationals:
        """Return the transition over flat profiles, shape ``(|A|, |Θ|, |Θ'|)``."""
        if self.transition is None:
            raise InputError("", "the last period has no transition")
        return self.transition.reshape(len(self.actions), self.size, -1)


def stack(parts: Sequence[Rationals]) -> Rationals:
    """Return exact arrays of one shape, stacked along a new first axis over a common denominator."""
    den = lcm(*(part.den for part in parts))
    nums = [part.over(den) for part in parts]
    return Rationals(
        np.stack([num.astype(object) for num in nums] if any(n.dtype == object for n in nums) else nums), den
    )
