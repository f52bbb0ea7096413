"""Bets on the others' reports that take everything (Crémer and McLean 1988, Theorem 2); one period, nobody public.

Let ``β_k`` be what an agent believes of the others' reports with signal ``k``. Where no ``β_r`` is a mixture of the other ``β_k`` there are *bets* ``h_r`` with ``h_r·β_r = 0`` and
``h_r·β_k ≥ 1`` for every other ``k`` that she can have. Let ``g(k → r)`` be what she expects to enjoy with ``k`` when she says ``r``, less what leaving is worth to her with ``k``. She pays

``now^i(r, θ^{-i}) = g(r → r) + M_r h_r(θ^{-i})``,  ``M_r = max(0, max_k (g(k → r) − g(r → r))/(h_r·β_k))``,

so the truth leaves her with what leaving is worth, and no lie with more. For a report of a signal that nobody can have she pays the largest ``g(k → r)``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.construct.apart import apart, mixture
from mechsynth.construct.case import Case
from mechsynth.construct.within import Situation, situations
from mechsynth.errors import UsageError
from mechsynth.mechanism import Table
from mechsynth.rational import IntArray, Rationals, shown
from mechsynth.run import Run


def bets(situation: Situation, player: int, run: Run) -> dict[int, list[Fraction]] | tuple[int, dict[int, Fraction]]:
    """Return ``h_r`` for every signal that the player can have, over the others' profiles; or a signal without one, and the mixture that its belief is."""
    columns, possible = situation.columns(player), situation.possible(player)
    found: dict[int, list[Fraction]] = {}
    for r in possible:
        run.check()
        others = {k: columns[k] for k in possible if k != r}
        held = apart([columns[r]], list(others.values()), run, [sum(column) for column in others.values()])
        if held.lottery is None:
            return r, mixture(held, columns[r], others)
        found[r] = held.lottery
    return found


def refuse_mixed(case: Case, place: str, remedy: str) -> None:
    """Ask that no belief of an agent is a mixture of those of her other signals.

    Raises
    ------
    UsageError
        Naming one, with the weights.
    """
    (situation,) = situations(case.environment)
    for i, own in enumerate(situation.signals):
        found = _bets(case, situation, i)
        if isinstance(found, tuple):
            signal, weights = found
            mixed = " + ".join(f"{shown(weight)}·{own[k]}" for k, weight in sorted(weights.items()))
            raise UsageError(
                place,
                f"what {situation.names[i]} believes of the others' reports with {own[signal]} is a mixture of what it believes with other signals: {mixed}",
                remedy,
            )


def _bets(case: Case, situation: Situation, player: int) -> Any:
    return case.once(("bets", player), lambda: bets(situation, player, Run()))


def payments(case: Case, run: Run) -> list[Table]:
    """Return what every player pays by the reports, where no belief is a mixture of others."""
    environment = case.environment
    period = environment.period(1)
    (situation,) = situations(environment)
    chosen = case.at(1)
    found = []
    for i in range(len(situation.names)):
        run.check()
        own: dict[int, list[Fraction]] = _bets(case, situation, i)
        gains = _gains(case, situation, i, chosen)
        table = np.empty(period.shape, dtype=object)
        by_own = np.moveaxis(table, i, 0)
        rest = by_own.shape[1:]
        columns = situation.columns(i)
        for r in range(period.shape[i]):
            if r not in own:
                by_own[r] = max(gains[k, r] for k in own)
                continue
            size = Fraction(0)
            for k in own:
                if k != r:
                    bet = sum((w * h for w, h in zip(columns[k], own[r], strict=True)), Fraction(0)) / sum(columns[k])
                    size = max(size, (gains[k, r] - gains[r, r]) / bet)
            paid = np.empty(len(own[r]), dtype=object)
            paid[:] = [gains[r, r] + size * h for h in own[r]]
            by_own[r] = paid.reshape(rest)
        found.append(Table(Rationals.from_fractions(table.ravel().tolist(), period.shape)))
    return found


def _gains(case: Case, situation: Situation, player: int, chosen: IntArray) -> dict[tuple[int, int], Fraction]:
    """Return ``g(k → r)`` for every ``k`` that the player can have and every report."""
    period = case.environment.period(1)
    utility, outside = period.utilities, period.outside
    columns = situation.columns(player)
    places = np.moveaxis(np.arange(period.size).reshape(period.shape), player, 0).reshape(period.shape[player], -1)
    flat, actions = utility.num[player].reshape(len(period.actions), -1), chosen.ravel()
    found = {}
    for k in situation.possible(player):
        mass = sum(columns[k])
        left = Fraction(0)
        if outside is not None:
            own = outside.num[player].ravel()
            left = Fraction(sum(w * int(own[at]) for w, at in zip(columns[k], places[k], strict=True)), outside.den)
        for r in range(period.shape[player]):
            gained = sum(
                w * int(flat[actions[said], true])
                for w, said, true in zip(columns[k], places[r], places[k], strict=True)
            )
            found[k, r] = (Fraction(gained, utility.den) - left) / mass
    return found
