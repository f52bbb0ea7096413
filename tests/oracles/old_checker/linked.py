r"""Block constructions beside ``contingent`` and ``vcg-type``: budgets balanced, surplus extracted (``docs/certificates.md``).

======================  ======================================  ===============================
question                target of a block, times ``δ``          truthful payoff
======================  ======================================  ===============================
``budget-balanced``     :math:`u^i - \frac1N \sum_j u^j`        :math:`W / N`
``surplus-extraction``  :math:`u^i`                             0
``ex-ante-balanced``    that of the residual claimant           :math:`W`, before ``first``
======================  ======================================  ===============================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from .envelope import Claim
from .evaluation import Evaluation, evaluate_mechanism
from .exact import Array, Exact
from .mechanism import Payments, read_transfers
from .model import Model
from .negative import RULE_ONLY, excluded
from .payments import Lie, check_every_action, check_residual, rows_at
from .targets import targets_of
from .text import number_text, show
from .values import Values
from .verdict import Ledger, Refuted
from .witnesses import check_failures


def burden(claim: Claim, model: Model, agent: int) -> Exact:
    """Return minus ``δ`` times the target of an agent, shape ``(actions, profiles)``."""
    period = model.period(0)
    utility = period.utilities[agent]
    if claim.asked.ask == "surplus-extraction":
        return -utility
    return period.surplus.times(Fraction(1, len(model.agents))) - utility


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer about an efficient rule; return the statement that is proved.

    Negative answers to ``ex-ante-balanced`` are those of its class and are judged there.
    """
    if claim.status == "infeasible":
        return _infeasible(claim, model, rule, values, ledger)
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    if claim.ask == "ex-ante-balanced":
        return _ex_ante(claim, model, rule, values, paid, ledger)
    check_linked_class(claim, model, paid)
    if claim.ask == "budget-balanced" and claim.scope == "all":
        as_class = replace(claim, ask=claim.asked.transfers)
        for agent in range(len(model.agents)):
            check_every_action(as_class, model, 0, agent, burden(claim, model, agent), paid[0][agent], ledger)
    found = evaluate_mechanism(model, rule, paid, values)
    _compatible(found, ledger)
    period = model.period(0)
    every = np.arange(period.profiles)
    share = values.exact(0).times(Fraction(1, len(model.agents)))
    for agent, payoff in enumerate(found.facts.payoffs[0]):
        who = show(model.agents[agent])
        if claim.ask == "budget-balanced":
            ledger.zero(payoff - share, rows_at(period, every, f"payoff of {who}, against its share of the surplus,"))
        else:
            ledger.zero(payoff, rows_at(period, every, f"payoff of {who}"))
    if claim.ask == "budget-balanced":
        for fact in found.budgets:
            ledger.claim(fact.value == 0, f"{fact.name}: off by {number_text(fact.value)}, not 0")
        return (
            f"With the {claim.asked.transfers} transfers listed, truth is periodic ex post incentive compatible after every "
            "history under the rule listed, which is efficient; every agent gets an equal share of the surplus and the "
            f"expected payments of every period add up to zero{_scope(claim)}."
        )
    for agent, payments in enumerate(paid[0]):
        if payments.later is not None:
            wrong = np.argwhere(payments.later.rows.num > 0)
            ledger.claim(
                wrong.size == 0,
                f"payments of {show(model.agents[agent])}: a payment later that is above 0, not a bonus",
            )
    return (
        f"With the {claim.asked.transfers} bonuses and the payments now that are listed, truth is periodic ex post incentive "
        "compatible after every history under the rule listed, which is efficient; every agent's payoff is 0 before the "
        "bonus that is due, so the expected payments are the whole surplus, and nobody ever wants to leave."
    )


def check_linked_class(claim: Claim, model: Model, paid: Sequence[Sequence[Payments]]) -> None:
    """Ask that payments are of the class of the question."""
    transfers = claim.asked.transfers
    for agent, payments in enumerate(paid[0]):
        who = f"payments of {show(model.agents[agent])}"
        if payments.first is not None:
            raise Refuted(f"{who}: a payment at the start only does not belong to {claim.ask}")
        if payments.now is not None and claim.ask == "budget-balanced":
            raise Refuted(f"{who}: a payment now does not belong to {claim.ask}")
        if payments.later is not None:
            looks = payments.later.looks
            if looks[1 + len(model.agents) + agent]:
                raise Refuted(f"{who}: they look at the own next report, {transfers} transfers do not")
            if transfers == "vcg-type" and looks[1 + agent]:
                raise Refuted(f"{who}: they look at the own report, vcg-type transfers do not")


def _compatible(found: Evaluation, ledger: Ledger) -> None:
    ledger.rows += found.rows
    if found.least is not None:
        ledger.claim(found.least.slack >= 0, f"{found.least}: slack {number_text(found.least.slack)} < 0")


def _ex_ante(
    claim: Claim, model: Model, rule: list[Array], values: Values, paid: list[list[Payments]], ledger: Ledger
) -> str:
    """Check residual-claimant transfers with a payment in period 1 on top."""
    stripped = [list(agents) for agents in paid]
    if model.horizon is None:
        stripped[0] = [replace(payments, first=None) for payments in paid[0]]
    elif model.horizon > 1 or claim.constant is not None:
        # nothing else is paid now in period 1
        stripped[0] = [replace(payments, now=None) for payments in paid[0]]
    as_class = replace(claim, ask=claim.asked.transfers)
    lies: list[Lie] = check_residual(as_class, model, rule, values, stripped, ledger)
    found = evaluate_mechanism(model, rule, paid, values if claim.constant is None else None)
    if lies:
        _compatible(found, ledger)
    payments = found.expected_payments
    assert payments is not None
    ledger.claim(payments == 0, f"budget:ex-ante: expected payments off by {number_text(payments)}, not 0")
    return (
        f"With the {claim.asked.transfers} transfers and the payments in period 1 that are listed, truth is periodic ex post "
        "incentive compatible after every history under the rule listed; but for the payments in period 1 every agent gets "
        f"the social surplus in every period before the last, and all payments together are expected to be zero{_scope(claim)}."
    )


def _scope(claim: Claim) -> str:
    return "; the targets are met in every block, for every action" if claim.scope == "all" else ""


def _infeasible(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    targets = targets_of(claim, model, rule, values)
    words = check_failures(replace(claim, ask=claim.asked.transfers), model, rule, targets, ledger)
    return f"{excluded(claim, model)} ({words}){RULE_ONLY}"
