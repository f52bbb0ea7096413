"""Multipliers of the condition that asks every action (scope ``all``), with the payments of the last period as unknowns.

Rows, for the period ``t = T-1`` and the agents, with ``c`` as in `targets` for nothing paid in the last period:

========================  ==================================================================  ================================
``target``, contingent    ``E[later(θ'^{-i}; r, a, θ^{-i}) + now_T(θ') | a, θ] ≥ c(a, θ)``,   ``target i t=… (θ)->r a=ACTION``
                          an equality where ``r`` is the own signal of ``θ``
``target``, vcg-type      the same without ``r``, an equality everywhere                      ``target i t=… (θ) a=ACTION``
``incentive``             ``now_T(ρ) - now_T(θ) ≥ u_T(a*(ρ), θ) - u_T(a*(θ), θ)``             ``incentive i t=… (θ)->r``
========================  ==================================================================  ================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from .exact import Array
from .model import Model
from .names import Names, written
from .targets import Targets
from .text import number_text, show
from .verdict import Ledger, Refuted

Entries: TypeAlias = dict[tuple[object, ...], Fraction]
Row: TypeAlias = tuple[str, bool, Fraction, Entries]


def exclude(
    model: Model,
    rule: Sequence[Array],
    targets: Targets,
    contingent: bool,
    multipliers: dict[str, Fraction],
    ledger: Ledger,
) -> Fraction:
    """Ask that multipliers of the rows cancel in every payment; return what they add up to on the right.

    Raises
    ------
    Refuted
        If a name is no row, an inequality has a negative multiplier, or a payment is left.
    """
    assert model.horizon is not None
    total: Entries = {}
    right, left = Fraction(0), set(multipliers)
    for name, equal, side, entries in _rows(model, rule, targets, contingent, left):
        y = multipliers[name]
        left.discard(name)
        if not equal:
            ledger.claim(y >= 0, f"multiplier of {name}: {number_text(y)} < 0, the row is an inequality")
        right += y * side
        for column, value in entries.items():
            total[column] = total.get(column, Fraction(0)) + y * value
    if left:
        raise Refuted(f"multipliers: {show(min(left))} is no row of the program")
    rest = [value for value in total.values() if value]
    ledger.claim(not rest, f"multipliers: {len(rest)} payments do not cancel")
    return right


def _rows(model: Model, rule: Sequence[Array], targets: Targets, contingent: bool, wanted: set[str]) -> Iterator[Row]:
    names, wanted = Names(model), set(wanted)
    last = model.count - 1
    for agent in range(len(model.agents)):
        for t, make in ((last - 1, _targets), (last, _incentives)):
            for row in make(model, rule, targets, contingent, names, t, agent, wanted):
                if row[0] in wanted:
                    yield row


def _targets(
    model: Model,
    rule: Sequence[Array],
    targets: Targets,
    contingent: bool,
    names: Names,
    t: int,
    agent: int,
    wanted: set[str],
) -> Iterator[Row]:
    period, after, kernel = model.period(t), model.period(t + 1), model.kernel(t)
    assert kernel is not None
    base, hidden = period.lie(agent, 0), after.lie(agent, 0)
    for a, label in enumerate(period.actions):
        for profile in range(period.profiles):
            for report in range(period.sizes[agent]) if contingent else (None,):
                what = names.profile(t, profile) if report is None else names.lie(t, agent, profile, report)
                name = f"{names.place('target', t, agent, what)} a={written(label)}"
                if name not in wanted:
                    continue
                entries: Entries = {}
                den = int(kernel.den[a, profile])
                for q in np.flatnonzero(kernel.weights[a, profile]).tolist():
                    chance = Fraction(int(kernel.weights[a, profile, q]), den)
                    for column in (("later", agent, report, a, int(base[profile]), int(hidden[q])), ("now", agent, q)):
                        entries[column] = entries.get(column, Fraction(0)) + chance
                equal = report is None or int(period.own[agent][profile]) == report
                yield name, equal, targets.full(t, agent).at(a, profile), entries


def _incentives(
    model: Model,
    rule: Sequence[Array],
    targets: Targets,
    contingent: bool,
    names: Names,
    t: int,
    agent: int,
    wanted: set[str],
) -> Iterator[Row]:
    period, utility = model.period(t), model.period(t).utilities[agent]
    for report in range(period.sizes[agent]):
        told = period.lie(agent, report)
        for profile in range(period.profiles):
            name = names.place("incentive", t, agent, names.lie(t, agent, profile, report))
            if int(period.own[agent][profile]) == report or name not in wanted:
                continue
            lie = int(told[profile])
            gain = utility.at(int(rule[t][lie]), profile) - utility.at(int(rule[t][profile]), profile)
            yield name, False, gain, {("now", agent, lie): Fraction(1), ("now", agent, profile): Fraction(-1)}
