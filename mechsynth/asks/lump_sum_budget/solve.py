"""Do entry fees pay for the pivot mechanism? (Yoon 2021a, section 3.3, condition (*), for any environment of the kind.)

On top of the pivot mechanism every agent pays a lump sum once, at the start, the largest that keeps each of her types in: ``K_i = min_k E[X_1^i(θ_1) − o^i | θ_1^i = k]``
over her first signals (and the public ones: one fee for all of them) of positive probability, ``X^i = W − W_{-i}``, ``o`` what leaving is worth. The budget is ``Σ_i K_i + E Σ_t δ^{t-1} Σ_i now_t^i = Σ_i K_i − Σ_i E X_1^i + E W_1``: the fees less the expected deficit.

Where the first signals are independent, ``E[W_{-i} | θ_1^i = k]`` does not depend on ``k``: the budget is ``Σ_i min_k E[W_1 | θ_1^i = k] − (N − 1) E W_1`` for every dynamic Groves
mechanism, however the others would fare without an agent. So it answers Yoon's question, too, whose ``W_{-i}`` is 0 since nobody trades alone.

Where the environment has the structure, the answer says more: the two sides of condition (*) by the Stein equation for two agents with chains of their own
(`mechsynth.asks.lump_sum_budget.stein`, which must agree); all discount factors at which the budget balances (`mechsynth.asks.lump_sum_budget.discounts`); and which of Theorems 5 and 6 applies (`mechsynth.asks.lump_sum_budget.exogenous`).
"""

from __future__ import annotations

from fractions import Fraction

from mechsynth.asks.lump_sum_budget import LumpSumBudget, discounts, exogenous
from mechsynth.asks.lump_sum_budget.stein import Star, condition_star, solve_stein
from mechsynth.construct.case import Case
from mechsynth.construct.groves import (
    payments,
    transfers_of,
    value_without,
)
from mechsynth.mechanism import Mechanism, Table
from mechsynth.rational import Rationals, text
from mechsynth.result import Result, Status
from mechsynth.result.codec import write
from mechsynth.result.witness import Shortfall
from mechsynth.run import Run

LARGE = 400  # profiles up to which the structure of the chains is looked at


def answer(ask: LumpSumBudget, case: Case, run: Run) -> Result:
    """Decide whether the largest entry fees that keep every type in cover the expected deficit of the pivot mechanism.

    Raises
    ------
    UsageError
        Without a prior, when values are not private, or an agent's signal moves the others'; or where ``ask.critical_discount`` insists on all discount
        factors and an action moves the signals, the horizon is finite, or there are too many profiles.
    """
    environment = case.environment
    prior = environment.prior
    assert prior is not None
    if ask.critical_discount:
        discounts.refuse(case)
    base = [value_without(case, i) for i in run.over(environment.players)]
    surplus = case.rule.value(1)
    weights, total = prior.reshape(-1), Fraction(0)
    expected = (weights * surplus).sum(0).fraction()
    fees: list[Fraction] = []
    for i, own in zip(run.over(environment.players), base, strict=True):
        payoff = surplus - own[0]
        fees.append(_largest_fee(case, payoff - environment.period(1).leaving(i), i))
        total += fees[-1] - (weights * payoff).sum(0).fraction()
    budget = total + expected
    mechanism, witness = Mechanism.of_rule(case.rule), None
    if budget >= 0:
        now = [payments(case, i, own) for i, own in zip(run.over(environment.players), base, strict=True)]
        transfers = transfers_of(case, now)
        for name, fee in zip(environment.player_names, fees, strict=True):
            once = Rationals.from_fractions([fee], (1,) * len(environment.agents))
            kinds = transfers[0][name]
            if environment.horizon is None:
                kinds["first"] = Table(once)
            else:
                kinds["now"] = Table((kinds["now"].entries + once).reduce())
        mechanism = Mechanism(environment, case.actions, transfers)
    else:
        witness = write(Shortfall(shortfall=-budget))
    return Result(
        question=ask.document(),
        status=Status.FEASIBLE if budget >= 0 else Status.INFEASIBLE,
        value=text(budget),
        mechanism=mechanism,
        witness=witness,
        certificate={
            "ties": case.ties(),
            "fees": {name: text(fee) for name, fee in zip(environment.player_names, fees, strict=True)},
            **_patience(ask, case, budget, run),
        },
        environment=environment,
    )


def _patience(ask: LumpSumBudget, case: Case, budget: Fraction, run: Run) -> dict[str, object]:
    """Return what the structure of the chains adds to the certificate: ``chains``, ``theorem``, ``star``, ``discounts``; nothing of format 2."""
    if case.environment.needs_second:
        return {}
    law = exogenous.exogenous(case)
    if law is None or law.shape[0] > LARGE:
        return {}
    found: dict[str, object] = {}
    run.check()
    own = exogenous.own_chains(case, law)
    if own is not None:
        found["chains"] = chains = exogenous.structure(case, own)
        theorem = exogenous.theorem(case, law, chains)
        if theorem is not None:
            found["theorem"] = theorem
        star = _star(case, own)
        if star is not None:
            assert star.slack == budget, "condition (*) and the budget disagree"
            fees = zip(case.environment.agents, star.fees, strict=True)
            found["star"] = {"deficit": text(star.deficit), "fees": {name: text(fee) for name, fee in fees}}
    run.check()
    quick = law.shape[0] <= discounts.QUICK
    if quick if ask.critical_discount is None else ask.critical_discount:
        found["discounts"] = discounts.balanced(case, law)
    return found


def _star(case: Case, own: list[Rationals]) -> Star | None:
    """Return both sides of condition (*) for two agents whose first signals are independent."""
    starts = exogenous.own_priors(case)
    if len(own) != 2 or starts is None:
        return None
    period = case.environment.period(1)
    surplus = period.surplus()
    best = exogenous.fractions(Rationals(surplus.num.max(axis=0), surplus.den))
    seller, buyer = (exogenous.fractions(chain) for chain in own)
    x, y = (exogenous.fractions(start) for start in starts)
    return condition_star(solve_stein(seller, buyer, best, case.environment.discount), x, y)


def _largest_fee(case: Case, payoff: Rationals, agent: int) -> Fraction:
    """Return the least ``E[X^i − o^i | own signal, public ones]`` over those that come."""
    environment, prior = case.environment, case.environment.prior
    assert prior is not None
    hidden = tuple(j for j in environment.players if j != agent)
    shaped = payoff.reshape(*prior.shape)
    mass, worth = (prior.sum(hidden), (prior * shaped).sum(hidden)) if hidden else (prior, prior * shaped)
    flat, total = mass.reshape(-1), worth.reshape(-1)
    return min(total.fraction(k) / flat.fraction(k) for k in range(flat.shape[0]) if flat.num[k])
