"""The tightest and the slackest incentive constraint of a residual-claimant mechanism, exact.

Under such transfers the lie ``r`` of type ``k`` loses ``[W(θ) − Q(a, θ)] + δ (μ_k·p_r − c_k)`` with ``a = a*(r, θ^{-i})``: what the other action costs society, and
what the lottery costs her.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np

from mechsynth.beliefs import by_own, used
from mechsynth.construct.case import Case
from mechsynth.construct.last_period import losses
from mechsynth.efficient import expectation
from mechsynth.rational import IntArray, Rationals, scaled, text

SHORT = 80  # profiles up to which exact values over an infinite horizon are short enough to be told


class Extremes:
    """Keeps the least and the greatest slack seen."""

    def __init__(self) -> None:
        self.least: tuple[Fraction, dict[str, object]] | None = None
        self.most: tuple[Fraction, dict[str, object]] | None = None

    def add(self, case: Case, t: int, agent: int, slack: Rationals) -> None:
        """Look at the slacks of one agent in one period, ``[θ^{-i}, k, r]``: type ``k`` reports ``r``."""
        _, n, _ = slack.shape
        if n < 2:
            return
        off = ~np.eye(n, dtype=bool)
        num = slack.num[:, off]  # (others, n(n−1)), in C order of (k, r)
        places = np.argwhere(off)
        for flat, least in ((int(num.argmin()), True), (int(num.argmax()), False)):
            others, place = divmod(flat, num.shape[1])
            value = Fraction(int(num[others, place]), slack.den)
            kept = self.least if least else self.most
            if kept is None or (value < kept[0] if least else value > kept[0]):
                k, r = (int(v) for v in places[place])
                row = (value, _row(case, t, agent, others, k, r, value))
                if least:
                    self.least = row
                else:
                    self.most = row

    def document(self) -> dict[str, object]:
        """Return the certificate's record."""
        return {
            "tightest": None if self.least is None else self.least[1],
            "slackest": None if self.most is None else self.most[1],
        }


def _row(case: Case, t: int, agent: int, others: int, own: int, report: int, slack: Fraction) -> dict[str, object]:
    period = case.environment.period(t)
    agents = case.environment.agents
    rest = list(product(*(period.signals[j] for j in case.environment.others(agent))))[others]
    labels = list(rest)
    labels.insert(agent, period.signals[agent][own])
    return {
        **case.period_key(t),
        "agent": agents[agent],
        "signals": dict(zip(agents, labels, strict=True)),
        "report": period.signals[agent][report],
        "slack": text(slack),
    }


def static_slack(case: Case, payments: Rationals, agent: int) -> Rationals:
    """Return ``ℓ(k, r) − p(k) + p(r)`` of the last period at ``[θ^{-i}, k, r]``."""
    paid = Rationals(by_own(payments.num[None], agent)[0], payments.den)  # (others, n)
    return losses(case, agent) + Rationals(paid.num[:, None, :], paid.den) - Rationals(paid.num[:, :, None], paid.den)


def static_rows(case: Case, payments: tuple[Rationals, ...]) -> dict[str, object]:
    """Return the extremes of the last period alone."""
    extremes = Extremes()
    for agent, own in enumerate(payments):
        if agent in case.environment.public:
            continue
        extremes.add(case, case.environment.last, agent, static_slack(case, own, agent))
    return extremes.document()


def told(case: Case) -> bool:
    """Return whether exact slacks and payoffs are short enough to be told."""
    environment = case.environment
    sizes = sum(environment.period(t).size for t in range(1, environment.last + 1))
    return sizes <= SHORT if environment.horizon is None else sizes <= 50 * SHORT


def surplus_lost(case: Case, t: int) -> Rationals:
    """Return ``W(θ) − Q(a, θ)``, shape ``(|A|, |Θ|)``: what an action costs society."""
    environment = case.environment
    period = environment.period(t)
    total = period.surplus().reshape(len(period.actions), -1)
    following = case.rule.value(t if environment.horizon is None else t + 1)
    total = total + expectation(period.kernel(), following) * environment.discount
    value = case.rule.value(t)
    return Rationals(value.num[None], value.den) - total


def dynamic_slack(case: Case, t: int, agent: int, lost: Rationals, expected: IntArray, den: int) -> Rationals:
    """Return the slacks of one agent in period ``t`` at ``[θ^{-i}, k, r]``.

    Parameters
    ----------
    lost:
        See `surplus_lost`.
    expected, den:
        ``μ_k·p_r − c_k`` at ``[θ^{-i}, r, k]`` in the block of the action that report ``r`` leads to.
    """
    environment = case.environment
    period = environment.period(t)
    by_action = by_own(lost.num.reshape(-1, *period.shape), agent)  # (A, others, n)
    rule = used(case.at(t), agent)
    others = np.arange(rule.shape[0])[:, None, None]
    types = np.arange(rule.shape[1])[None, :, None]
    cost = Rationals(by_action[rule[:, None, :], others, types], lost.den)
    delta = environment.discount
    num = scaled(expected, delta.numerator)
    return cost + Rationals(num.transpose(0, 2, 1), den * delta.denominator)
