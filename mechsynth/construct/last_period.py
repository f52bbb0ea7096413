"""The last period as a one-period problem: payments that implement its rule, or the cycle that forbids them (Assumption 4).

For agent ``i`` and the others' signals, ``p(k) − p(r) ≤ ℓ(k, r) = u^i(a*(k),k) − u^i(a*(r),k)``, in expectation where the action is drawn: shortest paths give the payments, a negative
cycle of lies excludes them (Rochet).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mechsynth.beliefs import by_own, used
from mechsynth.construct import witnesses
from mechsynth.construct.case import Case
from mechsynth.mechanism import Table
from mechsynth.prove.paths import central_payments, distances, negative_cycle
from mechsynth.rational import IntArray, Rationals, magnitude, widen
from mechsynth.result.codec import write
from mechsynth.run import Run


@dataclass(frozen=True, eq=False)
class LastPeriod:
    """What the last period comes to.

    Attributes
    ----------
    payments:
        ``p_T^i`` over ``[θ^1]…[θ^N]``, per agent (0 of public ones); ``None`` if some agent's rule cannot be implemented.
    cycles:
        The witnesses, one per agent and others' signals that fail.
    """

    payments: tuple[Rationals, ...] | None
    cycles: tuple[dict[str, object], ...]


def losses(case: Case, agent: int) -> Rationals:
    """Return ``ℓ(k, r)`` at ``[θ^{-i}, k, r]`` for the last period, shape ``(|Θ^{-i}|, n, n)``."""
    environment = case.environment
    t = environment.last
    utility = environment.period(t).utilities[agent]
    by_action = by_own(utility.num, agent)  # (A, others, n): utility of type k after action a
    if case.given is not None:
        shape, chances = environment.period(t).shape, case.given.chances[min(t, len(case.given.chances)) - 1]
        drawn = by_own(chances.num.reshape(-1, *shape), agent)
        mean = np.einsum("abk,abr->bkr", by_action.astype(object), drawn.astype(object))
        truth = np.einsum("bkk->bk", mean)
        return Rationals(truth[:, :, None] - mean, utility.den * chances.den).reduce()
    rule = used(case.at(t), agent)  # (others, n): action after report r
    others = np.arange(rule.shape[0])[:, None, None]
    types = np.arange(rule.shape[1])[None, :, None]
    after = by_action[rule[:, None, :], others, types]  # [others, k, r]
    truth = np.einsum("bkk->bk", after)
    bound = 2 * magnitude(after)
    return Rationals(widen(truth, bound)[:, :, None] - widen(after, bound), utility.den)


def last_period(case: Case, run: Run | None = None) -> LastPeriod:
    """Implement the rule of the last period, or say which chains of lies forbid it."""
    environment = case.environment
    t = environment.last
    shape = environment.period(t).shape
    payments: list[Rationals] = []
    cycles: list[dict[str, object]] = []
    for agent in (run or Run()).over(range(len(environment.agents))):
        if agent in environment.public:
            payments.append(Rationals(np.zeros(shape, dtype=np.int64)))
            continue
        gains = losses(case, agent)
        found, fine = distances(gains.num)
        for b in np.flatnonzero(~fine).tolist():
            cycles.append(_cycle(case, agent, b, gains.num[b], gains.den))
        if fine.all():
            middle = central_payments(found)  # (others, n)
            payments.append(spread(Rationals(middle, 2 * shape[agent] * gains.den).reduce(), agent, shape))
    return LastPeriod(None if cycles else tuple(payments), tuple(cycles))


def spread(payments: Rationals, agent: int, shape: tuple[int, ...]) -> Rationals:
    """Return payments over ``(|Θ^{-i}|, n)`` as an array over ``[θ^1]…[θ^N]``."""
    rest = tuple(length for j, length in enumerate(shape) if j != agent)
    return Rationals(np.moveaxis(payments.num.reshape(*rest, shape[agent]), -1, agent), payments.den)


def _cycle(case: Case, agent: int, others: int, gains: IntArray, den: int) -> dict[str, object]:
    environment = case.environment
    t = environment.last
    cycle = negative_cycle(gains)
    weight = sum(int(gains[k, r]) for k, r in zip(cycle, cycle[1:] + cycle[:1], strict=True))
    if weight >= 0:  # networkx follows its edges the other way round
        cycle = cycle[::-1]
        weight = sum(int(gains[k, r]) for k, r in zip(cycle, cycle[1:] + cycle[:1], strict=True))
    assert weight < 0, "the search for a negative cycle returned none"
    found = witnesses.cycle(case, witnesses.Place(t, agent, 0, others), cycle, Fraction(-weight, den))
    return dict(write(replace(found, order=("kind", "agent", "period", "others", "cycle", "shortfall"))))


def now_tables(case: Case, payments: Sequence[Rationals]) -> dict[str, dict[str, Table]]:
    """Return the ``now`` tables of the agents that pay anything in the last period."""
    return {
        name: {"now": Table(own)}
        for name, own in zip(case.environment.agents, payments, strict=True)
        if magnitude(own.num)
    }


def last_payoff(case: Case, payments: Sequence[Rationals], agent: int) -> Rationals:
    """Return ``V_T^i = u_T^i(a_T) − p_T^i`` over the profiles of period ``T``, shape ``(|Θ_T|,)``."""
    environment = case.environment
    t = environment.last
    period = environment.period(t)
    chosen = case.at(t).ravel()
    utility = period.utilities[agent].reshape(len(period.actions), -1)
    own = Rationals(utility.num[chosen, np.arange(chosen.size)], utility.den)
    return (own - payments[agent].reshape(-1)).reduce()
