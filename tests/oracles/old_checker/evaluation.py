r"""What any mechanism is worth to the agents, whatever its transfers look at.

.. math::
   G^i(ρ, θ) = u^i(a^*(ρ),θ) - now^i(ρ) + δ \sum_{θ'} μ(θ' | a^*(ρ),θ) [X^i(θ') - later^i(θ'; ρ, a^*(ρ))],
   \qquad X^i(θ) = G^i(θ, θ)

and truth is periodic ex post incentive compatible iff :math:`X^i(θ) - due(θ) ≥ G^i(ρ,θ) - due(ρ)` after every history,
:math:`due(·) = later^i(·; ρ_{t-1}, a^*(ρ_{t-1}))` for every profile :math:`ρ_{t-1}` of previous reports, on or off the truthful path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from .exact import Array, Exact
from .facts import Fact, Facts, labels, next_index
from .mechanism import Payments
from .model import Model
from .text import show
from .values import Values, fixed_point
from .verdict import Ledger, Refuted


@dataclass(frozen=True)
class IncentiveRow:
    """One incentive constraint, in the labels of the instance.

    Parameters
    ----------
    agent, period, signals, report:
        Who lies, when (from 1; None when the horizon is infinite), at which true profile, with which report.
    history:
        The reports of the period before, where what is due from them matters; else None.
    slack:
        What the lie loses. Negative: it gains.
    """

    agent: str
    period: int | None
    signals: tuple[str, ...]
    report: str
    history: tuple[str, ...] | None
    slack: Fraction

    def __str__(self) -> str:
        when = "" if self.period is None else f" in period {self.period}"
        after = "" if self.history is None else f" after the reports ({', '.join(map(show, self.history))})"
        at = ", ".join(map(show, self.signals))
        return f"incentive of {show(self.agent)}{when} at ({at}) reporting {show(self.report)}{after}"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A mechanism, evaluated exactly.

    Parameters
    ----------
    payoffs:
        ``payoffs[t][i]``: object array ``[θ^1]…[θ^N]`` of ``Fraction``, agent ``i``'s truthful continuation payoff
        ``X_t^i(θ)`` without what is due from the period before, and without ``first`` (one period when the horizon is
        infinite).
    surplus:
        ``surplus[t]``: likewise, the social surplus ``W_t(θ)`` of the rule.
    least:
        The incentive constraint with the least slack; None if no agent can lie.
    efficient:
        Whether the rule is efficient in every period.
    inefficiency:
        Where the rule is first beaten, in words; None if it is efficient.
    rows:
        How many incentive constraints were evaluated.
    facts:
        Who gains and pays what along truthful play, computed when asked for; the properties below read it.
    """

    payoffs: tuple[tuple[Array, ...], ...]
    surplus: tuple[Array, ...]
    least: IncentiveRow | None
    efficient: bool
    inefficiency: str | None
    rows: int
    facts: Facts

    @property
    def incentive_compatible(self) -> bool:
        """Whether truth is periodic ex post incentive compatible."""
        return self.least is None or self.least.slack >= 0

    @property
    def start(self) -> tuple[Array, ...]:
        """Per agent, ``[θ^1]…[θ^N]`` of ``Fraction``: the truthful payoff from period 1 on, ``first`` included."""
        sizes = self.facts.model.period(0).sizes
        return tuple(payoff.fractions().reshape(sizes) for payoff in self.facts.start)

    @property
    def participation_ex_post(self) -> Fact:
        """The least truthful payoff after any reports of the period before and any profile that can follow them.

        At the start every profile counts. What is due is paid.
        """
        return self.facts.participation_ex_post

    @property
    def participation_interim(self) -> Fact | None:
        """The least payoff expected given the own signal and the reports before; the start only with a prior."""
        return self.facts.participation_interim

    @property
    def participation_ex_ante(self) -> Fact | None:
        """The least expected payoff of an agent at the start; None without a prior."""
        return self.facts.participation_ex_ante

    @property
    def budgets(self) -> tuple[Fact, ...]:
        """The expected sum of the payments made in a period, after every truthful profile of the period before.

        At the start with the prior; without one the start is left out, unless nothing is ever paid then.
        """
        return self.facts.budgets

    @property
    def unbalanced(self) -> Fact | None:
        """The first place where the payments do not add up to zero ex post; None if they do after all reports."""
        return self.facts.unbalanced

    @property
    def expected_payments(self) -> Fraction | None:
        """The expected discounted sum of all payments; None without a prior."""
        return self.facts.expected_payments

    @property
    def payments_of_agents(self) -> tuple[Fraction, ...] | None:
        """The expected discounted payments of every agent; None without a prior."""
        return self.facts.payments_of_agents

    @property
    def expected_surplus(self) -> Fraction | None:
        """``E W_1`` of the rule; None without a prior."""
        return self.facts.expected_surplus

    @property
    def rents(self) -> tuple[Fraction, ...] | None:
        """The expected payoff of every agent from period 1 on; None without a prior."""
        return self.facts.rents

    @property
    def totals(self) -> tuple[Fact, Fact]:
        """The least and the greatest sum of the agents' payoffs, over reports before and profiles that can follow them."""
        return self.facts.totals

    @cached_property
    def misaligned(self) -> Fact | None:
        """The first place before the last period where an agent's payoff is not the surplus; None if it always is."""
        return self.facts.off_share("residual-claimant", Fraction(1))

    @property
    def residual_claimant(self) -> bool:
        """Whether truth gives every agent the social surplus in every period before the last, ``first`` left out."""
        return self.misaligned is None


def evaluate_mechanism(
    model: Model, rule: Sequence[Array], paid: Sequence[Sequence[Payments]], values: Values | None = None
) -> Evaluation:
    """Evaluate a rule with payments, ``paid[t][i]``.

    Parameters
    ----------
    values:
        The values of exactly this rule, if it was found efficient before.
    """
    problem = None
    if values is None:
        values = Values(model, rule)
        try:
            values.check_efficient(Ledger())
        except Refuted as refuted:
            problem = str(refuted)
    count, agents = model.count, range(len(model.agents))
    payoffs: list[list[Exact]] = [[] for _ in range(count)]
    for t in range(count - 1, -1, -1):
        kernel, period = model.kernel(t), model.period(t)
        every = np.arange(period.profiles)
        for i in agents:
            flow = _flow(model, rule, paid, t, i, rule[t], every, every)
            if model.horizon is None:
                payoffs[t].append(fixed_point(model, rule[t], flow))
                continue
            if kernel is not None:
                num, den = payoffs[t + 1][i].common("payoffs")
                flow = flow + kernel.expect(num, den)[rule[t], every].times(model.discount)
            num, den = flow.common("payoffs")
            payoffs[t].append(Exact(num, np.array(den, dtype=object)))
    best: IncentiveRow | None = None
    rows = 0
    for part in incentive_constraints(model, rule, paid, payoffs):
        rows += part.true.size
        row, value = _least(part.slack)
        if best is None or value < best.slack:
            best = part.row(row)
    return Evaluation(
        payoffs=tuple(
            tuple(payoff.fractions().reshape(model.period(t).sizes) for payoff in payoffs[t]) for t in range(count)
        ),
        surplus=tuple(values.exact(t).fractions().reshape(model.period(t).sizes) for t in range(count)),
        least=best,
        efficient=problem is None,
        inefficiency=problem,
        rows=rows,
        facts=Facts(model, rule, paid, payoffs, values),
    )


@dataclass(frozen=True, eq=False)
class Constraints:
    """The incentive constraints of one agent in one period about one report.

    Parameters
    ----------
    model, t, agent, report:
        Where; ``t`` from 0, agent and report by their indices.
    true:
        The true profiles, all those with another own signal.
    history:
        For each, the reports of the period before after which the lie loses least; None where nothing is due.
    slack:
        For each, what the lie loses.
    """

    model: Model
    t: int
    agent: int
    report: int
    true: Array
    history: Array | None
    slack: Exact

    def row(self, k: int) -> IncentiveRow:
        """Return one of them, named."""
        return _name(self.model, self.t, self.agent, int(self.true[k]), self.report, self.history, k, self.slack.at(k))


def incentive_constraints(
    model: Model, rule: Sequence[Array], paid: Sequence[Sequence[Payments]], payoffs: Sequence[Sequence[Exact]]
) -> Iterator[Constraints]:
    """Yield every incentive constraint of a mechanism whose truthful payoffs are ``payoffs[t][i]``."""
    for t in range(model.count):
        period, kernel = model.period(t), model.kernel(t)
        for i in range(len(model.agents)):
            after: Exact | None = None
            if kernel is not None:
                num, den = payoffs[model.following(t)][i].common("payoffs")
                after = kernel.expect(num, den).times(model.discount)
            for report in range(period.sizes[i]):
                true = np.flatnonzero(period.own[i] != report)
                if true.size == 0:
                    continue
                told = period.lie(i, report)[true]
                action = rule[t][told]
                worth = _flow(model, rule, paid, t, i, action, told, true)
                if after is not None:
                    worth = worth + after[action, true]
                slack = payoffs[t][i][true] - worth
                for more, history in _due(model, rule, paid, t, i, true, told):
                    yield Constraints(model, t, i, report, true, history, slack if more is None else slack - more)


def _flow(
    model: Model,
    rule: Sequence[Array],
    paid: Sequence[Sequence[Payments]],
    t: int,
    agent: int,
    action: Array,
    told: Array,
    true: Array,
) -> Exact:
    """Return utility minus the payment now minus the discounted expected payment later."""
    period, kernel, payments = model.period(t), model.kernel(t), paid[t][agent]
    flow = period.utilities[agent][action, true]
    if payments.now is not None:
        flow = flow - payments.now_at(period.sizes)[told]
    if payments.later is not None and kernel is not None:
        flow = flow - payments.later.expected(kernel, action, told, true).times(model.discount)
    return flow


def _due(
    model: Model,
    rule: Sequence[Array],
    paid: Sequence[Sequence[Payments]],
    t: int,
    agent: int,
    true: Array,
    told: Array,
) -> list[tuple[Exact | None, Array | None]]:
    """Return the worst ``due(θ) - due(ρ)`` over histories and which history it is; None where nothing is due.

    In the first period nothing is due, but ``first``. With an infinite horizon a period is both the first and a later one.
    """
    nothing: list[tuple[Exact | None, Array | None]] = [(None, None)]
    before = t if model.horizon is None else t - 1
    if before < 0:
        return nothing
    later = paid[before][agent].later
    blind = later is None or not later.looks[1 + len(model.agents) + agent]
    start = paid[t][agent].first
    if start is not None:
        fee = start.broadcast(model.period(t).sizes).reshape(model.period(t).profiles)
        # where nothing of ``later`` matters, the periods after the first have a row of their own, without the fee
        nothing = [(fee[true] - fee[told], None), *(nothing if blind else [])]
    if later is None or blind:
        return nothing
    truth, lie = next_index(model, later, t, true), next_index(model, later, t, told)
    histories = np.arange(model.period(before).profiles)
    used, first = np.unique(later.index[rule[before], histories], return_index=True)
    worst: Exact | None = None
    which = np.zeros(true.size, dtype=np.int64)
    for row, history in zip(used, first, strict=True):
        num = later.rows.num[row].astype(object)
        due = Exact(num[truth] - num[lie], np.array(int(later.rows.den[row]), dtype=object))
        if worst is None:
            worst, which[:] = due, history
            continue
        larger = np.asarray((due - worst).num > 0, dtype=bool)
        which[larger] = history
        den = np.where(larger, due.den, worst.den).astype(object)
        worst = Exact(np.where(larger, due.num, worst.num).astype(object), den)
    found: list[tuple[Exact | None, Array | None]] = [(worst, which)]
    return nothing + found if model.horizon is None else found


def _least(slack: Exact) -> tuple[int, Fraction]:
    """Return the row with the least number, and that number."""
    if slack.den.ndim == 0:
        row = int(np.argmin(slack.num))
        return row, slack.at(row)
    best = 0
    for row in range(1, len(slack.num)):
        if slack.num[row] * slack.den[best] < slack.num[best] * slack.den[row]:
            best = row
    return best, slack.at(best)


def _name(
    model: Model, t: int, agent: int, true: int, report: int, history: Array | None, row: int, slack: Fraction
) -> IncentiveRow:
    period = model.period(t)
    past = None
    if history is not None:
        past = labels(model, t if model.horizon is None else t - 1, int(history[row]))
    return IncentiveRow(
        agent=model.agents[agent],
        period=None if model.horizon is None else t + 1,
        signals=labels(model, t, true),
        report=period.signals[agent][report],
        history=past,
        slack=slack,
    )
