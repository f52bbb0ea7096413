r"""Transfers of a positive answer, and the targets of a negative one.

Write :math:`Q(a,θ) = \sum_j u^j(a,θ) + δE[W'|a,θ]` and
:math:`g^i(a,θ) = \sum_{j≠i} u^j(a,θ) + [t = T-1]\, δ E[W_T - V_T^i | a,θ]`. For the *bracket*

.. math:: B^i(ρ,θ) = g^i(a,θ) + δ E[p^i(θ'; ρ, a) | a,θ], \qquad a = a^*(ρ),

- the truthful payoff is the social surplus in every period before the last iff :math:`B^i(θ,θ) = 0` everywhere: then
  :math:`X` and :math:`W` solve the same equations, which have one solution;
- then the loss of the lie :math:`ρ` at :math:`θ` is :math:`X^i(θ) - G^i(ρ,θ) = [W(θ) - Q(a,θ)] + B^i(ρ,θ)`, and what is due from
  the period before cancels, since ``later`` does not look at the own next report.

The first term is known not to be negative once the rule is efficient, so that long numbers are needed only for
lies whose bracket is negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.errors import InputError

from .envelope import Claim
from .exact import Array, Exact
from .mechanism import Payments, read_period, read_profile
from .model import Model, Period
from .text import label, number_text, show, table
from .values import SCALE, Values
from .verdict import Ledger, Name, Refuted, equal


@dataclass(frozen=True, eq=False)
class Lie:
    """The rows of one lie, over all true profiles: the slack is ``gap + bracket``.

    Parameters
    ----------
    true:
        The profiles at which reporting ``report`` is a lie.
    action:
        The action that the lie brings about there.
    bracket:
        The exact part of the slack.
    low, high:
        Bounds of the other part, integers over ``2**SCALE``; both 0 only where it is exactly 0.
    """

    t: int
    agent: int
    report: int
    true: Array
    action: Array
    bracket: Exact
    low: Array
    high: Array

    def name(self, model: Model, row: int) -> str:
        """Return a row in words."""
        period, agent = model.period(self.t), self.agent
        told = show(period.signals[agent][self.report])
        at = period.name(int(self.true[row]))
        return f"incentive of {show(model.agents[agent])}{model.when(self.t)} at {at} reporting {told}"

    def names(self, model: Model, before: str = "") -> Name:
        """Return the names of the rows."""
        return lambda index: before + self.name(model, index[0])

    def only(self, rows: Array) -> Lie:
        """Return some of the rows."""
        true, action = self.true[rows], self.action[rows]
        return Lie(self.t, self.agent, self.report, true, action, self.bracket[rows], self.low[rows], self.high[rows])

    def proved(self, value: Fraction, sign: int) -> Array:
        """Say of each row whether the bounds prove a slack of at least (sign 1) or at most (-1) ``value``."""
        bound = Exact(self.low if sign > 0 else self.high, np.array(1 << SCALE, dtype=object))
        slack = self.bracket + bound - Exact.constant(value)
        return np.asarray(slack.num * sign >= 0, dtype=bool)

    def exact(self, values: Values | None) -> Exact:
        """Return the exact slack of every row."""
        if values is None or not (self.low.any() or self.high.any()):
            return self.bracket
        return values.exact_gaps(self.t)[self.action, self.true] + self.bracket


def last_payoff(model: Model, rule: Sequence[Array], agent: int, paid: Payments) -> Exact:
    """Return ``V_T^i(θ) = u_T^i(a_T*(θ), θ) - p_T^i(θ)``."""
    t = model.count - 1
    period = model.period(t)
    utility = period.utilities[agent][rule[t], np.arange(period.profiles)]
    return utility - paid.now_at(period.sizes)


def last_lies(model: Model, rule: Sequence[Array], paid: Sequence[Payments]) -> list[Lie]:
    """Return the rows of all lies of the last period, where there is no continuation."""
    t = model.count - 1
    period = model.period(t)
    result = []
    for agent, size in enumerate(period.sizes):
        truth = last_payoff(model, rule, agent, paid[agent])
        fee = paid[agent].now_at(period.sizes)
        for report in range(size):
            true = np.flatnonzero(period.own[agent] != report)
            if true.size == 0:
                continue
            told = period.lie(agent, report)[true]
            action = rule[t][told]
            slack = truth[true] - (period.utilities[agent][action, true] - fee[told])
            none = np.zeros(true.size, dtype=object)
            result.append(Lie(t, agent, report, true, action, slack, none, none))
    return result


def externality(model: Model, values: Values, rule: Sequence[Array], t: int, agent: int, last: Payments) -> Exact:
    """Return ``g^i(a, θ)``, shape ``(actions, profiles)``; ``last`` are the payments of the last period."""
    period = model.period(t)
    total = period.surplus - period.utilities[agent]
    if model.horizon is not None and t == model.horizon - 2:
        kernel = model.kernel(t)
        assert kernel is not None
        bracket = values.flow(t + 1) - last_payoff(model, rule, agent, last)
        num, den = bracket.common("utilities")
        total = total + kernel.expect(num, den).times(model.discount)
    return total


def check_shapes(claim: Claim, model: Model, paid: Sequence[Sequence[Payments]]) -> None:
    """Ask that the payments are of the class of the question."""
    for t, agents in enumerate(paid):
        last = model.kernel(t) is None
        for agent, payments in enumerate(agents):
            who = f"{show(model.agents[agent])}{model.when(t)}"
            if payments.first is not None:
                raise Refuted(f"payments of {who}: a payment at the start only is not in the class {claim.ask}")
            if claim.ask == "static" and (payments.later is not None or (payments.now is not None and not last)):
                raise Refuted(f"payments of {who}: static payments are made now, in the last period only")
            if claim.ask == "static":
                continue
            if payments.now is not None and (not last or claim.constant is not None):
                raise Refuted(f"payments of {who}: a payment now is not in the class {claim.ask}")
            if payments.later is not None:
                looks, count = payments.later.looks, len(model.agents)
                if looks[1 + count + agent]:
                    raise Refuted(f"payments of {who}: they look at the own next report, {claim.ask} transfers do not")
                if claim.ask == "vcg-type" and looks[1 + agent]:
                    raise Refuted(f"payments of {who}: they look at the own report, vcg-type transfers do not")


def check_residual(
    claim: Claim,
    model: Model,
    rule: Sequence[Array],
    values: Values,
    paid: Sequence[Sequence[Payments]],
    ledger: Ledger,
) -> list[Lie]:
    """Check transfers that make every agent residual claimant; return all rows of lies.

    The rule must have been found efficient before.
    """
    check_shapes(claim, model, paid)
    lies: list[Lie] = []
    final = model.count - 1
    # the last period first: the targets before it are computed with its payments
    for t in sorted(range(model.count), key=lambda t: model.kernel(t) is not None):
        if model.kernel(t) is None:
            if claim.constant is not None:
                wrong = np.flatnonzero(rule[t] != claim.constant)
                ledger.claim(wrong.size == 0, "the last period does not have the constant action of the question")
            for lie in last_lies(model, rule, paid[t]):
                ledger.not_negative(lie.bracket, lie.names(model))
                lies.append(lie)
            continue
        gaps = values.gaps(t)
        for agent in range(len(model.agents)):
            burden = externality(model, values, rule, t, agent, paid[final][agent])
            if claim.scope == "all":
                check_every_action(claim, model, t, agent, burden, paid[t][agent], ledger)
            lies += _check_period(model, rule, values, gaps, t, agent, burden, paid[t][agent], ledger)
    return lies


def _owed(model: Model, t: int, burden: Exact, paid: Payments, action: Array, told: Array, true: Array) -> Exact:
    """Return the bracket ``g + δ E[p]`` at arrays of indices."""
    kernel = model.kernel(t)
    assert kernel is not None
    bracket = burden[action, true]
    if paid.later is not None:
        bracket = bracket + paid.later.expected(kernel, action, told, true).times(model.discount)
    return bracket


def _check_period(
    model: Model,
    rule: Sequence[Array],
    values: Values,
    gaps: tuple[Array, Array],
    t: int,
    agent: int,
    burden: Exact,
    paid: Payments,
    ledger: Ledger,
) -> list[Lie]:
    """Check one agent in one period, along the rule."""
    period = model.period(t)
    every, actions, result = np.arange(period.profiles), rule[t], []
    who = show(model.agents[agent])
    # X - W, period by period, is minus the bracket
    surplus = -_owed(model, t, burden, paid, actions, every, every)
    ledger.zero(surplus, rows_at(period, every, f"payoff of {who}{model.when(t)}, against the social surplus,"))
    for report in range(period.sizes[agent]):
        true = np.flatnonzero(period.own[agent] != report)
        if true.size == 0:
            continue
        told = period.lie(agent, report)[true]
        action = actions[told]
        bracket = _owed(model, t, burden, paid, action, told, true)
        # the rule was found efficient, so a loss is never negative
        low, high = np.maximum(gaps[0][action, true], 0), np.maximum(gaps[1][action, true], 0)
        lie = Lie(t, agent, report, true, action, bracket, low, high)
        settled = lie.proved(Fraction(0), 1)
        ledger.rows += true.size
        if not settled.all():
            rest = lie.only(np.flatnonzero(~settled))
            ledger.not_negative(rest.exact(values), rest.names(model))
        result.append(lie)
    return result


def check_every_action(
    claim: Claim, model: Model, t: int, agent: int, burden: Exact, paid: Payments, ledger: Ledger
) -> None:
    """Check ``μ_r·p_r = c_r`` and ``μ_k·p_r >= c_k`` (or ``=``) in every block, whatever the action."""
    period = model.period(t)
    every, who = np.arange(period.profiles), show(model.agents[agent])
    for a, action_name in enumerate(period.actions):
        action = np.full(period.profiles, a)
        for report in range(period.sizes[agent]):
            told = period.lie(agent, report)
            owed = _owed(model, t, burden, paid, action, told, every)
            words = f"target of {who}{model.when(t)}, action {show(action_name)}, report {show(period.signals[agent][report])}"
            truth = every if claim.ask == "vcg-type" else np.flatnonzero(period.own[agent] == report)
            lies = np.flatnonzero(period.own[agent] != report)

            ledger.zero(owed[truth], rows_at(period, truth, words))
            if claim.ask == "vcg-type":
                break  # these payments do not look at the own report: one report stands for all
            ledger.not_negative(owed[lies], rows_at(period, lies, words))


def rows_at(period: Period, rows: Array, words: str) -> Name:
    """Return the names of rows that are profiles."""
    return lambda index: f"{words} at {period.name(int(rows[index[0]]))}"


def check_incentives(claim: Claim, model: Model, lies: Sequence[Lie], values: Values | None, ledger: Ledger) -> None:
    """Check ``certificate.incentives``: the least and the greatest slack over all rows, and where."""
    claimed = claim.certificate.get("incentives")
    if claimed is None:
        return
    table(claimed, "certificate.incentives", ("tightest", "slackest"))
    for key, sign in (("tightest", 1), ("slackest", -1)):
        at, entry = f"certificate.incentives.{key}", claimed[key]
        if entry is None or not lies:
            ledger.claim(entry is None and not lies, f"{key} incentive: null goes with no lies, and only with them")
            continue
        keys = ("agent", "signals", "report", "slack")
        table(entry, at, keys if model.horizon is None else ("period", *keys))
        t = read_period(entry, model, at)
        agent = label(entry["agent"], model.agent_index, f"{at}.agent", "agent")
        true = read_profile(entry["signals"], model, t, f"{at}.signals")
        report = label(entry["report"], model.period(t).signal_index[agent], f"{at}.report", "own signal")
        slack = claim.numbers.fraction(entry["slack"], f"{at}.slack")
        found: Fraction | None = None
        for lie in lies:
            if (lie.t, lie.agent, lie.report) == (t, agent, report):
                rows = np.flatnonzero(lie.true == true)
                if rows.size:
                    found = lie.exact(values).at(int(rows[0]))
        if found is None:
            raise InputError(at, "not a lie that this answer is about", "name the true profile and another report")
        equal(slack, found, f"{key} incentive", ledger)
        for lie in lies:
            ledger.rows += lie.true.size
            rest = lie.only(np.flatnonzero(~lie.proved(slack, sign)))
            if rest.true.size == 0:
                continue
            exact = rest.exact(values) - Exact.constant(slack)
            worse = np.flatnonzero(exact.num * sign < 0)
            if worse.size:
                row = int(worse[0])
                gap = number_text(exact.at(row) + slack)
                raise Refuted(
                    f"{key} incentive: {rest.name(model, row)} has slack {gap}, the result says {number_text(slack)}"
                )
