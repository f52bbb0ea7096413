r"""Mechanisms for private values (``docs/certificates.md``): whatever the theorems assume, what they promise is checked.

===================  ======================================================================
question             truthful payoff, in every period
===================  ======================================================================
``team``             :math:`W`
``pivot``            :math:`W - W_{-i}`
``groves``           :math:`W - Φ_i`, where :math:`Φ_i` does not look at the own signal
``lump-sum-budget``  :math:`W - W_{-i}`, before the entry fees
===================  ======================================================================

:math:`W_{-i}` is the most that the others can get together from all the actions:

.. math:: W_{-i,t}(θ) = \max_a \sum_{j≠i} u_t^j(a, θ) + δ E[W_{-i,t+1}(θ') | a, θ].
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mechsynth.errors import InputError

from .chains import check_chains, check_star
from .discounts import check_discounts
from .envelope import Claim
from .evaluation import evaluate_mechanism
from .exact import Array, Exact
from .mechanism import Payments, read_transfers
from .model import Model
from .payments import rows_at
from .text import describe, flatten, label, number_text, show, table
from .values import Values, fixed_point, mean
from .verdict import Ledger, Refuted, equal

_WHAT = {
    "team": "gives every agent the social surplus",
    "pivot": "gives every agent its marginal contribution, the surplus less the most that the others can get alone,",
    "groves": "gives every agent the social surplus less an amount that does not depend on its own signal",
}


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer about an efficient rule; return the statement that is proved."""
    if claim.ask == "lump-sum-budget":
        return _lump_sum(claim, model, rule, values, ledger)
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    found = _compatible(claim, model, rule, paid, values, ledger)
    for agent in range(len(model.agents)):
        if claim.ask == "groves":
            _distribution(model, values, found, agent, ledger)
        else:
            base = without(model, agent) if claim.ask == "pivot" else None
            _worth(model, values, found, agent, base, ledger)
            if base is not None:
                _told(claim, model, agent, "marginal", values.exact(0) - base[0], ledger)
                _told(claim, model, agent, "without", base[0], ledger)
        if claim.certificate.get("totals") is not None:
            _told(claim, model, agent, "totals", _enjoyed(model, rule, agent) - found[0][agent], ledger)
        _told(claim, model, agent, "distribution", values.exact(0) - found[0][agent], ledger)
    return (
        "With the payments listed, truth is periodic ex post incentive compatible after every history under the rule listed, "
        f"which is efficient, and {_WHAT[claim.ask]} in every period."
    )


def without(model: Model, agent: int) -> list[Exact]:
    """Return ``W_{-i}`` per period, shape ``(profiles,)``, each over one denominator."""
    if model.horizon is None:
        return [_stationary_without(model, agent)]
    result: list[Exact] = []
    for t in range(model.count - 1, -1, -1):
        worth, den = _worths(model, agent, t, result[-1] if result else None)
        result.append(Exact(worth.max(axis=0), np.array(den, dtype=object)))
    return result[::-1]


def _worths(model: Model, agent: int, t: int, after: Exact | None) -> tuple[Array, int]:
    """Return what every action is worth to the others, ``(actions, profiles)``, over one denominator."""
    period, kernel = model.period(t), model.kernel(t)
    worth = period.surplus - period.utilities[agent]
    if kernel is not None and after is not None:
        worth = worth + kernel.expect(*after.common("values")).times(model.discount)
    return worth.common("values")


def _stationary_without(model: Model, agent: int) -> Exact:
    """Return ``W_{-i}`` by policy iteration: values of a policy rise until no action at any profile is worth more."""
    period = model.period(0)
    every = np.arange(period.profiles)
    flow = period.surplus - period.utilities[agent]
    policy = np.asarray(_worths(model, agent, 0, None)[0].argmax(axis=0))
    while True:
        value = fixed_point(model, policy, flow[policy, every])
        worth, _ = _worths(model, agent, 0, value)
        best = np.asarray(worth.max(axis=0) > worth[policy, every], dtype=bool)
        if not best.any():
            return value
        policy = np.where(best, worth.argmax(axis=0), policy)


def _compatible(
    claim: Claim, model: Model, rule: list[Array], paid: list[list[Payments]], values: Values, ledger: Ledger
) -> list[list[Exact]]:
    """Ask for payments of the class and for PEPIC; return the truthful payoffs without ``first``."""
    for agents in paid:
        for agent, payments in enumerate(agents):
            who = f"payments of {show(model.agents[agent])}"
            if payments.later is not None:
                raise Refuted(f"{who}: a payment later does not belong to {claim.ask}")
            if payments.first is not None and claim.ask != "lump-sum-budget":
                raise Refuted(f"{who}: a payment at the start only does not belong to {claim.ask}")
    found = evaluate_mechanism(model, rule, paid, values)
    ledger.rows += found.rows
    if found.least is not None:
        ledger.claim(found.least.slack >= 0, f"{found.least}: slack {number_text(found.least.slack)} < 0")
    return [list(agents) for agents in found.facts.payoffs]


def _worth(
    model: Model, values: Values, payoffs: list[list[Exact]], agent: int, base: list[Exact] | None, ledger: Ledger
) -> None:
    """Ask that the truthful payoff is ``W``, less ``base``."""
    for t in range(model.count):
        period = model.period(t)
        gap = payoffs[t][agent] - values.exact(t)
        gap = gap if base is None else gap + base[t]
        what = "the surplus" if base is None else "the marginal contribution"
        name = f"payoff of {show(model.agents[agent])}{model.when(t)}, against {what},"
        ledger.zero(gap, rows_at(period, np.arange(period.profiles), name))


def _distribution(model: Model, values: Values, payoffs: list[list[Exact]], agent: int, ledger: Ledger) -> None:
    """Ask that ``W - X`` does not look at the own signal."""
    for t in range(model.count):
        period = model.period(t)
        kept = values.exact(t) - payoffs[t][agent]
        name = f"surplus less payoff of {show(model.agents[agent])}{model.when(t)}, against its first signal,"
        ledger.zero(kept - kept[period.lie(agent, 0)], rows_at(period, np.arange(period.profiles), name))


_TOLD = {
    "marginal": "marginal contribution",
    "without": "the most that the others get without",
    "totals": "expected discounted payments",
    "distribution": "surplus less payoff",
}


def _told(claim: Claim, model: Model, agent: int, key: str, true: Exact, ledger: Ledger) -> None:
    """Check an agent's table of the first period under a key of the certificate."""
    claimed = claim.certificate.get(key)
    if claimed is None:
        return
    if not isinstance(claimed, dict):
        raise InputError(f"certificate.{key}", f"expected an object, found {describe(claimed)}", "write {agent: table}")
    for name in claimed:
        label(name, model.agent_index, f"certificate.{key}", "agent")
    if model.agents[agent] not in claimed:
        return
    period, at = model.period(0), f"certificate.{key}.{show(model.agents[agent])}"
    leaves, shape = flatten(claimed[model.agents[agent]], [(size, True) for size in period.sizes], at)
    said = Exact.of(claim.numbers.pairs(leaves, at), shape).broadcast(period.sizes).reshape(period.profiles)
    name = f"{_TOLD[key]} of {show(model.agents[agent])}"
    ledger.zero(said - true, rows_at(period, np.arange(period.profiles), name))


def _enjoyed(model: Model, rule: list[Array], agent: int) -> Exact:
    """Return ``V_1^i``: what an agent enjoys under the rule, discounted, before any payment."""
    after: Exact | None = None
    for t in range(model.count - 1, -1, -1):
        period, kernel = model.period(t), model.kernel(t)
        every = np.arange(period.profiles)
        flow = period.utilities[agent][rule[t], every]
        if model.horizon is None:
            return fixed_point(model, rule[t], flow)
        if kernel is not None and after is not None:
            flow = flow + kernel.expect(*after.common("values"))[rule[t], every].times(model.discount)
        num, den = flow.common("values")
        after = Exact(num, np.array(den, dtype=object))
    assert after is not None
    return after


def _lump_sum(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check the budget of the pivot mechanism with entry fees, and where it is not negative the mechanism itself."""
    prior = model.prior
    assert prior is not None
    base = [without(model, agent) for agent in range(len(model.agents))]
    worth = [values.exact(0) - own[0] for own in base]
    fees = [_largest_fee(model, agent, payoff) for agent, payoff in enumerate(worth)]
    deficit = sum((mean(prior, payoff) for payoff in worth), Fraction(0)) - mean(prior, values.exact(0))
    budget = sum(fees, Fraction(0)) - deficit
    if claim.value is None:
        raise Refuted("no value, although a budget was computed")
    equal(claim.numbers.fraction(claim.value, "value"), budget, "value", ledger)
    _claimed_fees(claim, model, fees, ledger)
    ledger.claim(
        claim.status == ("feasible" if budget >= 0 else "infeasible"),
        f'status "{claim.status}", but the expected budget is {number_text(budget)}',
    )
    patience = _patience(claim, model, values, budget, ledger)
    about = "the largest entry fees that keep in, expecting at least 0 at the start, every first signal that the prior allows"
    if claim.status == "infeasible":
        witness = table(claim.witness, "witness", ("kind", "shortfall"))
        if witness["kind"] != "budget":
            raise InputError("witness.kind", f"found {describe(witness['kind'])}", "it should be budget")
        said = claim.numbers.fraction(witness["shortfall"], "witness.shortfall")
        equal(said, -budget, "witness.shortfall", ledger)
        return (
            "Under the rule listed, which is efficient, payments now that give every agent its marginal contribution, together with "
            f"{about}, are expected to run the deficit stated as the shortfall; other transfers are not asked about.{patience}"
        )
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    payoffs = _compatible(claim, model, rule, paid, values, ledger)
    for agent, fee in enumerate(fees):
        first = paid[0][agent].first
        charge = Exact.constant(fee, (model.period(0).profiles,))
        if model.horizon is None:
            name = f"entry fee of {show(model.agents[agent])}"
            period = model.period(0)
            asked = Exact.constant(Fraction(0), ()) if first is None else first
            once = asked.broadcast(period.sizes).reshape(period.profiles)
            ledger.zero(once - charge, rows_at(period, np.arange(period.profiles), name))
        else:
            # the fee is a part of ``now`` of period 1
            payoffs[0][agent] = payoffs[0][agent] + charge
        _worth(model, values, payoffs, agent, base[agent], ledger)
    return (
        "With the payments listed, truth is periodic ex post incentive compatible after every history under the rule listed, which is "
        f"efficient; before the entry fees every agent gets its marginal contribution in every period, the fees are {about}, and all "
        f"payments together are expected to be the value stated, which is not negative.{patience}"
    )


def _patience(claim: Claim, model: Model, values: Values, budget: Fraction, ledger: Ledger) -> str:
    """Check what the certificate says about the chains and about other discount factors; return what that proves."""
    certificate = claim.certificate
    words = check_chains(certificate, model, ledger)
    check_star(certificate, model, values.exact(0), budget, claim.numbers, ledger)
    if certificate.get("discounts") is not None:
        words += check_discounts(certificate["discounts"], model, claim.numbers, ledger)
    return words


def _largest_fee(model: Model, agent: int, payoff: Exact) -> Fraction:
    """Return the least of ``E[payoff | own signal]`` over the signals that come."""
    prior, period = model.prior, model.period(0)
    assert prior is not None
    found = []
    for k in range(period.sizes[agent]):
        here = period.own[agent] == k
        mass = sum((Fraction(int(p)) for p in prior.num[here]), Fraction(0))
        if mass:
            weighted = (prior.at(int(p)) * payoff.at(int(p)) for p in np.flatnonzero(here))
            found.append(sum(weighted, Fraction(0)) * int(prior.den[()]) / mass)
    return min(found)


def _claimed_fees(claim: Claim, model: Model, fees: list[Fraction], ledger: Ledger) -> None:
    """Check ``certificate.fees``."""
    claimed = claim.certificate.get("fees")
    if claimed is None:
        return
    if not isinstance(claimed, dict):
        raise InputError("certificate.fees", f"expected an object, found {describe(claimed)}", "write {agent: fee}")
    for name, fee in claimed.items():
        agent = label(name, model.agent_index, "certificate.fees", "agent")
        said = claim.numbers.fraction(fee, f"certificate.fees.{show(name)}")
        equal(said, fees[agent], f"entry fee of {show(name)}", ledger)
