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

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Shortfall

from ..block import Rows, State
from ..chains import check_chains, check_star
from ..discounts import check_discounts
from ..envelope import Claim, witness
from ..exact import Array, Exact
from ..forms import Form
from ..frames import Frame
from ..kernel import met
from ..kind import Class
from ..mechanism import Payments, read_transfers
from ..model import Model
from ..played import Played
from ..rows import pepic
from ..text import flatten, label, mapping, number_text, show
from ..values import Values, fixed_point, mean
from ..verdict import Ledger, Refuted, equal

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
    f = _played(claim, model, rule, paid, values, ledger)
    for agent in model.players:
        payoff = f.payoffs[0][agent]
        if claim.ask == "groves":
            met(distribution(f, agent), ledger)
        else:
            base = without(model, agent) if claim.ask == "pivot" else None
            met(payoffs_are(f, agent, base), ledger)
            if base is not None:
                _told(claim, model, agent, "marginal", values.exact(0) - base[0], ledger)
                _told(claim, model, agent, "without", base[0], ledger)
        if claim.certificate.get("totals") is not None:
            _told(claim, model, agent, "totals", f.enjoyed[agent] - payoff, ledger)
        _told(claim, model, agent, "distribution", values.exact(0) - payoff, ledger)
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
    period = model.period(t)
    num, den = model.worth(t, period.surplus - period.utilities[agent], after).common("values")
    return np.where(period.choices, num, num.min() - 1), den


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


def _played(
    claim: Claim, model: Model, rule: list[Array], paid: list[list[Payments]], values: Values, ledger: Ledger
) -> Played:
    """Ask for payments of the class and for ``pepic``; return the mechanism."""
    kind = replace(Class.named("history-independent"), first=claim.ask == "lump-sum-budget")
    kind.ask(model, paid)
    f = Played(model, rule, values, kind, paid)
    met(pepic(f), ledger)
    return f


def payoffs_are(f: Frame, agent: int, base: list[Exact] | None, back: Fraction = Fraction(0)) -> Iterator[Rows]:
    """An agent's payoff is the surplus, less ``base``; ``back`` is what she pays once among the payments of period 1."""
    for t in f.periods:
        place = f.place("payoff", t, agent)
        fee = back if t == 0 else Fraction(0)
        slack = partial(_off, f, t, agent, None if base is None else base[t], fee)
        yield Rows("payoff", True, place.head, State(profile=f.profiles(t)), slack, place.profile)


def _off(f: Frame, t: int, agent: int, base: Exact | None, back: Fraction, s: State) -> Form:
    gap = f.payoff(t, agent, s.profile) - f.surplus(t, s.profile) + Form.of(back, len(s))
    return gap if base is None else gap + Form(base[s.profile])


def distribution(f: Frame, agent: int) -> Iterator[Rows]:
    """The surplus less an agent's payoff does not look at her signal."""
    for t in f.periods:
        place = f.place("surplus less payoff", t, agent)
        where = State(profile=f.profiles(t))
        yield Rows("distribution", True, place.head, where, partial(_moves, f, t, agent), place.profile)


def _moves(f: Frame, t: int, agent: int, s: State) -> Form:
    first = f.says(t, agent, 0, s.profile)
    kept = f.surplus(t, s.profile) - f.payoff(t, agent, s.profile)
    return kept - (f.surplus(t, first) - f.payoff(t, agent, first))


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
    mapping(claimed, f"certificate.{key}", "write {agent: table}")
    for name in claimed:
        label(name, model.player_index, f"certificate.{key}", "agent")
    if model.agents[agent] not in claimed:
        return
    period, at = model.period(0), f"certificate.{key}.{show(model.agents[agent])}"
    leaves, shape = flatten(claimed[model.agents[agent]], [(size, True) for size in period.sizes], at)
    said = Exact.of(claim.numbers.pairs(leaves, at), shape).broadcast(period.sizes).reshape(period.profiles)
    name = f"{_TOLD[key]} of {show(model.agents[agent])}"
    ledger.zero(said - true, period.names(name))


def _lump_sum(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check the budget of the pivot mechanism with entry fees, and where it is not negative the mechanism itself."""
    prior = model.prior
    assert prior is not None
    base = {agent: without(model, agent) for agent in model.players}
    worth = {agent: values.exact(0) - own[0] for agent, own in base.items()}
    fees = {agent: _largest_fee(model, agent, payoff) for agent, payoff in worth.items()}
    deficit = sum((mean(prior, payoff) for payoff in worth.values()), Fraction(0)) - mean(prior, values.exact(0))
    budget = sum(fees.values(), Fraction(0)) - deficit
    if claim.value is None:
        raise Refuted("no value, although a budget was computed")
    equal(claim.numbers.fraction(claim.value, "value"), budget, "value", ledger)
    _claimed_fees(claim, model, fees, ledger)
    ledger.claim(
        claim.status == ("feasible" if budget >= 0 else "infeasible"),
        f'status "{claim.status}", but the expected budget is {number_text(budget)}',
    )
    patience = _patience(claim, model, values, budget, ledger)
    least = "0" if model.period(0).outside is None else "what leaving is worth"
    about = f"the largest entry fees that keep in, expecting at least {least} at the start, every first signal that the prior allows"
    if model.public:
        about += ", the same fee at all public signals"
    if claim.status == "infeasible":
        equal(
            witness(Shortfall, claim.witness, "witness", claim.numbers).shortfall, -budget, "witness.shortfall", ledger
        )
        return (
            "Under the rule listed, which is efficient, payments now that give every agent its marginal contribution, together with "
            f"{about}, are expected to run the deficit stated as the shortfall; other transfers are not asked about.{patience}"
        )
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    f = _played(claim, model, rule, paid, values, ledger)
    for agent, fee in fees.items():
        if model.horizon is None:
            name = f"entry fee of {show(model.agents[agent])}"
            once = f.due(0, agent, np.full(model.period(0).profiles, -1), f.profiles(0)).const
            charge = Exact.constant(fee, once.shape)
            ledger.zero(once - charge, model.period(0).names(name))
        # with a finite horizon the fee is a part of ``now`` of period 1
        met(payoffs_are(f, agent, base[agent], Fraction(0) if model.horizon is None else fee), ledger)
    return (
        "With the payments listed, truth is periodic ex post incentive compatible after every history under the rule listed, which is "
        f"efficient; before the entry fees every agent gets its marginal contribution in every period, the fees are {about}, and all "
        f"payments together are expected to be the value stated, which is not negative.{patience}"
    )


def _patience(claim: Claim, model: Model, values: Values, budget: Fraction, ledger: Ledger) -> str:
    """Check what the certificate says about the chains and about other discount factors; return what that proves."""
    certificate = claim.certificate
    if model.second:
        for key in ("chains", "theorem", "star", "discounts"):
            if certificate.get(key) is not None:
                raise InputError(f"certificate.{key}", "is not about instances of format 2", "remove it")
        return ""
    words = check_chains(certificate, model, ledger)
    check_star(certificate, model, values.exact(0), budget, claim.numbers, ledger)
    if certificate.get("discounts") is not None:
        words += check_discounts(certificate["discounts"], model, claim.numbers, ledger)
    return words


def _largest_fee(model: Model, agent: int, payoff: Exact) -> Fraction:
    """Return the least of ``E[payoff - outside | own signal, public ones]`` over those that come."""
    prior, period, seen = model.prior, model.period(0), model.view(0, agent)
    assert prior is not None
    if period.outside is not None:
        payoff = payoff - period.outside[agent]
    found = []
    for k in np.unique(seen).tolist():
        here = seen == k
        mass = sum((Fraction(int(p)) for p in prior.num[here]), Fraction(0))
        if mass:
            weighted = (prior.at(int(p)) * payoff.at(int(p)) for p in np.flatnonzero(here))
            found.append(sum(weighted, Fraction(0)) * int(prior.den[()]) / mass)
    return min(found)


def _claimed_fees(claim: Claim, model: Model, fees: dict[int, Fraction], ledger: Ledger) -> None:
    """Check ``certificate.fees``."""
    claimed = claim.certificate.get("fees")
    if claimed is None:
        return
    mapping(claimed, "certificate.fees", "write {agent: fee}")
    for name, fee in claimed.items():
        agent = label(name, model.player_index, "certificate.fees", "agent")
        said = claim.numbers.fraction(fee, f"certificate.fees.{show(name)}")
        equal(said, fees[agent], f"entry fee of {show(name)}", ledger)
