"""What agents believe of each other's reports of the same period: the prior, read agent by agent.

A *situation* is what everybody sees before reporting: the signals of the public agents, nothing where there are none. In a situation the weights
``w(θ)`` of the players' profiles are whole numbers, the prior times a common factor. The column of agent ``i``'s signal ``k`` is ``m_k(θ^{-i}) = w(k, θ^{-i})``,
not divided by its sum: a signal of sum 0 is one that nobody ever has, and has no belief. Reports run over all signals, having one over the possible ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from mechsynth.environment import Environment
from mechsynth.prove.lines import Lines, Term
from mechsynth.rational import IntArray, text
from mechsynth.run import Run

Plan = dict[tuple[int, int], Fraction]
"""Rates at which one own signal (the first) is reported as another (the second)."""


@dataclass(frozen=True, eq=False)
class Situation:
    """What is believed once the public signals are seen.

    Attributes
    ----------
    known:
        The public signals by the name of the agent.
    names:
        The names of the players.
    signals:
        The labels of their signals.
    weights:
        Whole numbers, one axis a player.
    """

    known: Mapping[str, str]
    names: tuple[str, ...]
    signals: tuple[tuple[str, ...], ...]
    weights: IntArray

    @cached_property
    def total(self) -> int:
        """What all weights add up to."""
        return int(self.weights.astype(object).sum())

    @cached_property
    def profiles(self) -> list[tuple[int, ...]]:
        """All profiles of the players, the last fastest."""
        return list(product(*(range(size) for size in self.weights.shape)))

    def columns(self, player: int) -> list[list[int]]:
        """Return ``m_k`` of every own signal: entries over the others' profiles, the last fastest."""
        moved = np.moveaxis(self.weights, player, 0).reshape(self.weights.shape[player], -1)
        return [[int(value) for value in column] for column in moved]

    def possible(self, player: int) -> list[int]:
        """Return the own signals that have a probability above 0."""
        return [k for k, column in enumerate(self.columns(player)) if any(column)]

    def lies(self, player: int) -> list[tuple[int, int]]:
        """Return ``(k, r)``: a possible signal and another report."""
        return [(k, r) for k in self.possible(player) for r in range(self.weights.shape[player]) if r != k]

    def cells(self, player: int, report: int) -> list[int]:
        """Return the places, in the order of `profiles`, of a report with every profile of the others."""
        flat = np.arange(self.weights.size).reshape(self.weights.shape)
        return [int(at) for at in np.moveaxis(flat, player, 0)[report].reshape(-1)]

    def labels(self, profile: tuple[int, ...]) -> dict[str, str]:
        """Return the labels of a profile by the names of the players."""
        return {name: own[k] for name, own, k in zip(self.names, self.signals, profile, strict=True)}


def situations(environment: Environment) -> Iterator[Situation]:
    """Yield the situations of positive probability of the first period, by the order of the public signals."""
    prior, period = environment.prior, environment.period(1)
    assert prior is not None
    public, players = environment.public, environment.players
    shaped = prior.num.reshape(period.shape)
    for seen in product(*(range(period.shape[j]) for j in public)):
        index = [slice(None)] * len(period.shape)
        for j, k in zip(public, seen, strict=True):
            index[j] = k  # type: ignore[call-overload]
        weights = shaped[tuple(index)]
        if weights.any():
            known = {environment.agents[j]: period.signals[j][k] for j, k in zip(public, seen, strict=True)}
            names = tuple(environment.agents[i] for i in players)
            yield Situation(known, names, tuple(tuple(period.signals[i]) for i in players), weights)


def equal_beliefs(situation: Situation) -> tuple[int, int, int] | None:
    """Return a player and two of her signals ``(i, r, k)`` with the same belief, if there are any."""
    for i in range(len(situation.names)):
        columns, possible = situation.columns(i), situation.possible(i)
        for at, r in enumerate(possible):
            for k in possible[at + 1 :]:
                left, right = sum(columns[r]), sum(columns[k])
                if all(a * right == b * left for a, b in zip(columns[r], columns[k], strict=True)):
                    return i, r, k
    return None


def scores(situation: Situation, player: int) -> dict[int, list[Fraction]]:
    """Return what is paid *to* her for each possible report: the quadratic score ``2β_r(θ^{-i}) − |β_r|²``, strictly proper where beliefs differ."""
    found = {}
    columns = situation.columns(player)
    for r in situation.possible(player):
        mass = sum(columns[r])
        square = Fraction(sum(v * v for v in columns[r]), mass * mass)
        found[r] = [Fraction(2 * v, mass) - square for v in columns[r]]
    return found


@dataclass(frozen=True, eq=False)
class Shared:
    """What comes of asking for payments that add up to something at each profile.

    Attributes
    ----------
    payments:
        For each profile (in the order of `Situation.profiles`): by player, what she pays at each profile.
    plans:
        Where there are none: by player, the rates at which a signal is reported as another, at itself a rate of any sign.
    """

    payments: list[list[list[Fraction]]]
    plans: list[Plan] | None = None


def balancing(situation: Situation, run: Run) -> Shared:
    """Ask, for each profile ``θ̂``, for payments that add up to 1 there and 0 elsewhere, under which no report is better than the truth."""
    return _sums(situation, run, kept=False)


def identifying(situation: Situation, run: Run) -> Shared:
    """Ask, for each ``θ̂``, for payments of sum ``1[θ = θ̂] − μ(θ̂)``, of mean 0 for the truth and at least 0 for every lie."""
    return _sums(situation, run, kept=True)


def _sums(situation: Situation, run: Run, *, kept: bool) -> Shared:
    count = len(situation.profiles)
    flat = [int(v) for v in situation.weights.reshape(-1)]
    total = situation.total
    payments: list[list[list[Fraction]]] = []
    for at in range(count):
        run.check()
        lines = Lines(len(situation.names) * count, run)
        rows = list(_lies(situation, lines, kept=kept))
        for place in range(count):
            terms = [(i * count + place, total) for i in range(len(situation.names))]
            lines.add(terms, total * (place == at) - (flat[at] if kept else 0), equal=True)
        point, multipliers = lines.decide()
        if point is None:
            sums = [total * y for y in multipliers[len(rows) :]]
            return Shared(
                payments, _plans(situation, rows, multipliers, sum(sums, Fraction(0)) if kept else Fraction(0))
            )
        payments.append([point[i * count : (i + 1) * count] for i in range(len(situation.names))])
    return Shared(payments)


def _lies(situation: Situation, lines: Lines, *, kept: bool) -> Iterator[tuple[int, int, int]]:
    """Add the rows of every player's possible signals, and yield whose each row is: ``(i, k, r)``, with ``r = k`` for the mean of the truth."""
    count = len(situation.profiles)
    for i in range(len(situation.names)):
        columns = situation.columns(i)

        def paid(k: int, r: int, sign: int, i: int = i, columns: list[list[int]] = columns) -> list[Term]:
            return [(i * count + at, sign * w) for at, w in zip(situation.cells(i, r), columns[k], strict=True)]

        if kept:
            for k in situation.possible(i):
                lines.add(paid(k, k, 1), equal=True)
                yield i, k, k
        for k, r in situation.lies(i):
            lines.add([*paid(k, r, 1), *([] if kept else paid(k, k, -1))], equal=False)
            yield i, k, r


def _plans(
    situation: Situation, rows: list[tuple[int, int, int]], multipliers: list[Fraction], mean: Fraction
) -> list[Plan]:
    """Return multipliers as rates; ``mean`` is minus the sum of what they make of the profiles, which is taken off along the truth."""
    plans: list[Plan] = [{} for _ in situation.names]
    if mean:
        for i in range(len(situation.names)):
            plans[i] = {(k, k): mean / situation.total for k in situation.possible(i)}
    for (i, k, r), y in zip(rows, multipliers, strict=False):
        if y:
            plans[i][k, r] = plans[i].get((k, r), Fraction(0)) + y
    top = max((abs(y) for plan in plans for y in plan.values()), default=Fraction(1))
    return [{lie: y / top for lie, y in plan.items() if y} for plan in plans]


def told_plans(situation: Situation, plans: list[Plan]) -> dict[str, dict[str, dict[str, str]]]:
    """Return plans by labels: player, own signal, report; players and signals without rates are left out."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name, own, plan in zip(situation.names, situation.signals, plans, strict=True):
        for (k, r), y in sorted(plan.items()):
            found.setdefault(name, {}).setdefault(own[k], {})[own[r]] = text(y)
    return found


def told_payments(situation: Situation, shared: Shared) -> list[dict[str, Any]]:
    """Return payments by labels, one entry a profile."""
    return [
        {
            "others": dict(situation.known),
            "profile": situation.labels(profile),
            "payments": {name: [text(v) for v in row] for name, row in zip(situation.names, paid, strict=True)},
        }
        for profile, paid in zip(situation.profiles, shared.payments, strict=True)
    ]
