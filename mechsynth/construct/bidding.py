"""Periods in which one object is sold, and the value of it rises with everybody's signal (Liu 2025, the auction with contingent payments).

Every action gives the object to one agent: the others' utilities are 0 then, and the winner's is ``v^i = z^i(θ^i) + γ Σ_{j≠i} z^j(θ^j)`` with numbers ``z`` for the
signals and one ``γ > 1``. Since ``v^i − v^j = (1 − γ)(z^i − z^j)``, the lowest number is the efficient winner.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.environment import Environment
from mechsynth.period import Period


@dataclass(frozen=True)
class Sale:
    """What is sold in a period.

    Attributes
    ----------
    weight:
        ``γ``, what the others' signals weigh.
    values:
        By agent the number ``z`` of each of its signals.
    winner:
        By action the agent that gets the object.
    """

    weight: Fraction
    values: list[list[Fraction]]
    winner: list[int]

    def slope(self) -> Fraction:
        """Return ``B = 1 + γ (N − 1)``: a bid is ``B z``."""
        return 1 + self.weight * (len(self.values) - 1)

    def numbers(self, profile: tuple[int, ...]) -> list[Fraction]:
        """Return the numbers of everybody's signals at a profile."""
        return [own[k] for own, k in zip(self.values, profile, strict=True)]


def sale(period: Period) -> Sale | None:
    """Return what a period sells; ``None`` where it is no such sale."""
    count, shape = len(period.signals), period.shape
    every = list(np.ndindex(*shape))
    of = [
        [[period.utilities.fraction(i, a, *p) for p in every] for a in range(len(period.actions))] for i in range(count)
    ]
    winner = []
    for a in range(len(period.actions)):
        moved = [i for i in range(count) if any(of[i][a])]
        if len(moved) != 1:
            return None
        winner.append(moved[0])
    if count < 2 or sorted(winner) != list(range(count)):
        return None
    worth = [dict(zip(every, of[i][winner.index(i)], strict=True)) for i in range(count)]
    weight = _weight(worth, every)
    if weight is None or weight <= 1:
        return None
    slope = 1 + weight * (count - 1)
    values: list[list[Fraction]] = [[Fraction(0)] * length for length in shape]
    for p in every:
        total = sum((own[p] for own in worth), Fraction(0)) / slope
        for i, own in enumerate(worth):
            values[i][p[i]] = (own[p] - weight * total) / (1 - weight)
    found = Sale(weight, values, winner)
    for p in every:
        numbers = found.numbers(p)
        if any(own[p] != numbers[i] + weight * (sum(numbers) - numbers[i]) for i, own in enumerate(worth)):
            return None
    return found


def _weight(worth: list[dict[tuple[int, ...], Fraction]], every: list[tuple[int, ...]]) -> Fraction | None:
    """Return by how much more a signal moves what the object is worth to another than to its owner."""
    for p in every:
        for j, own in enumerate(worth):
            first = (*p[:j], 0, *p[j + 1 :])
            moved = own[p] - own[first]
            if moved:
                other = worth[1 if j == 0 else 0]
                return (other[p] - other[first]) / moved
    return None


def sales(environment: Environment) -> list[Sale] | None:
    """Return what is sold in every period that another follows; ``None`` where not all of them are such sales, an action moves a signal, or there is a
    public state, an action that is not always available or an outside option."""
    if not environment.linked or environment.needs_second:
        return None
    found = []
    for t in environment.linked:
        kernel = environment.period(t).kernel().num
        one = sale(environment.period(t))
        if one is None or (kernel != kernel[:1]).any():
            return None
        found.append(one)
    return found
