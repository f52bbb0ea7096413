r"""What any mechanism is worth to the agents, whatever its transfers look at (mathematics.md, 6).

.. math::
   G^i(ρ, θ) = u^i(a^*(ρ),θ) - now^i(ρ) + δ \sum_{θ'} μ(θ' | a^*(ρ),θ) [X^i(θ') - later^i(θ'; ρ, a^*(ρ))],
   \qquad X^i(θ) = G^i(θ, θ)

and truth is periodic ex post incentive compatible iff :math:`X^i(θ) - due(θ) ≥ G^i(ρ,θ) - due(ρ)` after every history,
:math:`due(·) = later^i(·; ρ_{t-1}, a^*(ρ_{t-1}))` for every profile :math:`ρ_{t-1}` of previous reports, on or off the truthful path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .exact import Array, Exact
from .mechanism import Later, Payments
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
        ``X_t^i(θ)`` without what is due from the period before (one period when the horizon is infinite).
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
    """

    payoffs: tuple[tuple[Array, ...], ...]
    surplus: tuple[Array, ...]
    least: IncentiveRow | None
    efficient: bool
    inefficiency: str | None
    rows: int

    @property
    def incentive_compatible(self) -> bool:
        """Whether truth is periodic ex post incentive compatible."""
        return self.least is None or self.least.slack >= 0


def evaluate_mechanism(model: Model, rule: Sequence[Array], paid: Sequence[Sequence[Payments]]) -> Evaluation:
    """Evaluate a rule with payments, ``paid[t][i]``."""
    values = Values(model, rule)
    ledger = Ledger()
    problem = None
    try:
        values.check_efficient(ledger)
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
    for t in range(count):
        period, kernel = model.period(t), model.kernel(t)
        for i in agents:
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
                    total = slack if more is None else slack - more
                    rows += true.size
                    row, value = _least(total)
                    if best is None or value < best.slack:
                        best = _name(model, t, i, int(true[row]), report, history, row, value)
    return Evaluation(
        payoffs=tuple(
            tuple(payoff.fractions().reshape(model.period(t).sizes) for payoff in payoffs[t]) for t in range(count)
        ),
        surplus=tuple(values.exact(t).fractions().reshape(model.period(t).sizes) for t in range(count)),
        least=best,
        efficient=problem is None,
        inefficiency=problem,
        rows=rows,
    )


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

    In the first period nothing is due. With an infinite horizon a period is both the first and a later one.
    """
    nothing: list[tuple[Exact | None, Array | None]] = [(None, None)]
    before = t if model.horizon is None else t - 1
    if before < 0:
        return nothing
    later = paid[before][agent].later
    if later is None or not later.looks[1 + len(model.agents) + agent]:
        return nothing
    truth, lie = _next_index(model, later, t, true), _next_index(model, later, t, told)
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


def _next_index(model: Model, later: Later, t: int, profiles: Array) -> Array:
    """Return, for profiles of period ``t``, the entry of a ``later`` vector of the period before."""
    index = np.zeros(len(profiles), dtype=np.int64)
    for j, size in enumerate(later.sizes):
        index = index * size + (model.period(t).own[j][profiles] if size > 1 else 0)
    return index


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
        past = _labels(model, t if model.horizon is None else t - 1, int(history[row]))
    return IncentiveRow(
        agent=model.agents[agent],
        period=None if model.horizon is None else t + 1,
        signals=_labels(model, t, true),
        report=period.signals[agent][report],
        history=past,
        slack=slack,
    )


def _labels(model: Model, t: int, profile: int) -> tuple[str, ...]:
    period = model.period(t)
    return tuple(period.signals[j][int(own[profile])] for j, own in enumerate(period.own))
