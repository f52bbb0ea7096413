"""What efficient incentive compatible payments of one agent can be: a surcharge on every action, given the others' reports.

With private values let ``z_t(θ)`` be what agent ``i`` pays in period ``t`` (positive: the agent pays), ``Z_t(θ) = z_t(θ) + δ E[Z_{t+1}(θ') | a*(θ), θ]`` the total transfer of Yoon 2021b,
and ``Φ = Z + V_{-i} = W − X``, what she keeps less than the surplus. The surcharge is what she pays beyond the team mechanism,

    ``g_t(θ) = z_t(θ) + Σ_{j≠i} u^j(a*(θ), θ^j)``,      ``Φ_t(θ) = g_t(θ) + δ E[Φ_{t+1}(θ') | a*(θ), θ]``.

Who reports ``ρ = (r, θ^{-i})`` at ``θ`` and the truth from then on loses, with ``b = a*(ρ)``,

    ``X(θ) − [u^i(b,θ) − z(ρ) + δ E[X' | b,θ]] = L(b, θ) + g(ρ) + δ E[Φ' | b,θ] − Φ(θ)``,      ``L(b, θ) = W(θ) − Q(b, θ) ≥ 0``,

since private values make ``Σ_{j≠i} u^j(b, ·)`` the same at ``ρ`` and ``θ``. ``L`` is the surplus that the lie loses. Two consequences:

- Two signals with the same action, given ``θ^{-i}``, are charged the same, or one would report the other (``L = 0`` both ways): ``g`` is a number per action that the rule takes, given ``θ^{-i}``.
- ``Φ_t(θ) ≤ L_t(b, θ) + g_t(b, θ^{-i}) + δ E[Φ_{t+1} | b, θ]`` for every other such action ``b`` is all that incentives ask of payments that look at the reports of their own period.

Where the own signal does not move the others' next signals, adding any ``F_t(θ^{-i})`` to ``Φ`` changes no row: the Groves mechanisms are the ``Φ`` that do not look at the own signal. One surcharge
for every ``θ^{-i}`` can therefore be put to 0, that of the first own signal's action; it is the charge of Yoon's distribution rule with that action as ``â_i``. What is left is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import numpy as np
from numpy.typing import NDArray

from mechsynth.beliefs import by_own, used
from mechsynth.construct.case import Case
from mechsynth.construct.slacks import surplus_lost
from mechsynth.efficient import solve_discounted
from mechsynth.program.linear import LinearProgram
from mechsynth.rational import Rationals, narrow, scaled
from mechsynth.run import Run

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Lie:
    """A report of one agent that changes the action.

    Attributes
    ----------
    t, profile:
        The period (from 1) and the flat index of the true profile.
    report:
        The index of the own signal that is reported: the first one with this action.
    loss:
        The surplus that it loses, ``L``.
    """

    t: int
    profile: int
    report: int
    loss: Fraction


@dataclass(frozen=True, eq=False)
class Surcharges:
    """The surcharges of one agent, what they add up to, and the program that bounds them.

    Attributes
    ----------
    agent:
        The index of the agent.
    count:
        How many surcharges are left to choose.
    places:
        Per distinct period, shape ``(|Θ_t|,)``: which of them the truth at a profile is charged, −1 for none.
    blocks:
        Per distinct period, shape ``(|Θ^{-i}|, |Θ^i|)``: the flat indices of the profiles.
    program:
        Columns ``Φ_t(θ)``, period by period, and after them the surcharges; first the rows that define ``Φ``, then one for every lie.
    lies:
        What the later rows are about, in their order.
    """

    agent: int
    count: int
    places: tuple[Index, ...]
    blocks: tuple[Index, ...]
    program: LinearProgram
    lies: tuple[Lie, ...]

    @property
    def defined(self) -> int:
        """How many columns are ``Φ``: as many as there are rows that define it."""
        return sum(place.size for place in self.places)

    def column(self, t: int, profile: int) -> int:
        """Return the column of ``Φ_t(θ)``, ``t`` from 1."""
        return sum(place.size for place in self.places[: t - 1]) + profile


def surcharges(case: Case, run: Run, agent: int) -> Surcharges:
    """Return what incentives ask of an agent's surcharges."""
    environment = case.environment
    periods = range(1, environment.last + 1)
    blocks = tuple(_blocks(case, t, agent) for t in periods)
    places: list[Index] = []
    first: list[list[dict[int, int]]] = []
    count = 0
    for t in periods:
        place, reports, count = _numbered(case, t, agent, blocks[t - 1], count)
        places.append(place)
        first.append(reports)
    program = LinearProgram(run=run)
    heads = [program.add_columns([""] * place.size) for place in places]
    charged = program.add_columns([""] * count)
    for t in periods:
        truth = (np.arange(places[t - 1].size), case.at(t).ravel(), places[t - 1])
        _rows(case, t, program, heads, charged, truth, None)
    lies: list[Lie] = []
    for t in periods:
        lost = surplus_lost(case, t) if t in case.linked else _lost_last(case, t)
        chosen = case.at(t).ravel()
        found = [
            (profile, action, int(places[t - 1][profiles[report]]), report)
            for profiles, reports in zip(blocks[t - 1].tolist(), first[t - 1], strict=True)
            for profile in profiles
            for action, report in reports.items()
            if action != chosen[profile]
        ]
        if found:
            true, action, charge, _ = np.array(found, dtype=np.int64).T
            new = [Lie(t, profile, report, lost.fraction(a, profile)) for profile, a, _, report in found]
            _rows(case, t, program, heads, charged, (true, action, charge), new)
            lies += new
    return Surcharges(agent, count, tuple(places), blocks, program, tuple(lies))


def _numbered(case: Case, t: int, agent: int, blocks: Index, count: int) -> tuple[Index, list[dict[int, int]], int]:
    """Number the surcharges of a period from ``count`` on: that of every profile, the first report that leads to each action, the next number."""
    place = np.full(case.environment.period(t).size, -1, dtype=np.int64)
    first = []
    for profiles, actions in zip(blocks, used(case.at(t), agent), strict=True):
        reports: dict[int, int] = {}
        numbers: dict[int, int] = {}
        for k, action in enumerate(actions.tolist()):
            if action not in reports:
                reports[action] = k
                numbers[action] = -1 if len(reports) == 1 else count
                count += len(reports) > 1
            place[profiles[k]] = numbers[action]
        first.append(reports)
    return place, first, count


def _lost_last(case: Case, t: int) -> Rationals:
    """Return ``W(θ) − Q(a, θ)`` of a last period, shape ``(|A|, |Θ|)``."""
    period = case.environment.period(t)
    value = case.rule.value(t)
    return Rationals(value.num[None], value.den) - period.surplus().reshape(len(period.actions), -1)


def _blocks(case: Case, t: int, agent: int) -> Index:
    shape = case.environment.period(t).shape
    flat = np.arange(case.environment.period(t).size).reshape(1, *shape)
    return np.asarray(by_own(flat, agent)[0])


def _rows(
    case: Case,
    t: int,
    program: LinearProgram,
    heads: list[Index],
    charged: Index,
    what: tuple[Index, Index, Index],
    lies: list[Lie] | None,
) -> None:
    """Add ``g + δ E[Φ' | a, θ] − Φ(θ)``, equal to 0 for the truth, at least ``−L`` for lies; ``what`` is profile, action and surcharge of every row."""
    environment = case.environment
    linked = t in case.linked
    delta = environment.discount
    kernel = environment.period(t).kernel() if linked else None
    following = heads[0 if environment.horizon is None else min(t, environment.last - 1)]
    for k, (profile, action, charge) in enumerate(zip(*(part.tolist() for part in what), strict=True)):
        cols, nums, den = [heads[t - 1][profile]], [-1], 1
        if kernel is not None:
            chances = scaled(kernel.num[action, profile], delta.numerator)
            support = np.flatnonzero(chances)
            den = kernel.den * delta.denominator
            cols += following[support].tolist()
            nums = [-den, *chances[support].tolist()]
        if charge >= 0:
            cols.append(charged[charge])
            nums.append(den)
        # the kernel's denominator serves all its rows: a row of its own needs a shorter one
        shared = gcd(den, *nums)
        row = np.array([[value // shared for value in nums]], dtype=object)
        right = Fraction(0) if lies is None else -lies[k].loss
        program.add_rows(
            [""], [np.array([cols], dtype=np.int64)], [narrow(row)], den // shared, [right], "", lies is None
        )


def totals(case: Case, found: Surcharges) -> list[Rationals]:
    """Return how ``Φ_t`` depends on the surcharges: per distinct period, shape ``(|Θ_t|, count)``."""
    environment = case.environment
    result: list[Rationals] = []
    for t in range(environment.last, 0, -1):
        place = found.places[t - 1]
        flow = Rationals((place[:, None] == np.arange(found.count)).astype(np.int64))
        if t in case.linked:
            kernel, chosen = environment.period(t).kernel(), case.at(t).ravel()
            rows = Rationals(kernel.num[chosen, np.arange(chosen.size)], kernel.den)
            if environment.horizon is None:
                flow = solve_discounted(rows, flow, environment.discount)
            else:
                flow = flow + (rows @ result[-1]) * environment.discount
        result.append(flow.reduce())
    return result[::-1]
