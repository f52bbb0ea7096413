"""Payments that leave every agent a share of the surplus: ``contingent``, ``vcg-type``, ``static``, and what is built on them.

======================  =====================================================================
question                asked besides ``pepic``
======================  =====================================================================
``static``              nothing; of the last period alone
``contingent``          ``residual-claimant``; ``vcg-type`` alike
``budget-balanced``     ``equal-shares``, and so ``budget:per-period``
``surplus-extraction``  ``no-payoff`` before the bonus that is due, and no bonus below 0
``ex-ante-balanced``    ``residual-claimant`` before what is paid once, and all payments together 0
======================  =====================================================================

Scope ``all`` asks the paper's condition of every action besides. A positive answer is a mechanism that meets the rows, its payoffs claimed
(``residual.py``). A negative one derives a contradiction from the same rows: the witness of a block weighs its own, a cycle weighs lies of the last
period by one, multipliers name the rows of ``implement`` with the same requirements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from mechsynth.errors import InputError

from ..block import Rows, State
from ..envelope import Claim
from ..exact import Exact
from ..forms import Form
from ..kernel import extreme, met
from ..kind import Class
from ..mechanism import read_entry, read_profile, read_transfers
from ..model import Model
from ..play import Rule
from ..played import Played
from ..residual import ClaimedPlayed
from ..rows import REQUIREMENTS, definitions, lie, pepic, revenue
from ..text import flatten, label, mapping, number_text, show, table
from ..values import Values, mean
from ..verdict import Ledger, equal, saying
from .exclusion import infeasible, whole


def kind_of(claim: Claim) -> Class:
    """Return the class of payments of a question."""
    ask, transfers = claim.asked.ask, claim.asked.transfers
    if ask == "static":
        return Class("static", (0,))
    kind = Class.named(transfers)
    if ask == "surplus-extraction":
        return replace(kind, now=True)
    return replace(kind, last=claim.constant is None, first=ask == "ex-ante-balanced")


def share_of(claim: Claim, model: Model) -> Fraction:
    """Return the share of the surplus that every agent is to keep."""
    shares = {"budget-balanced": Fraction(1, len(model.players)), "surplus-extraction": Fraction(0)}
    return shares.get(claim.asked.ask, Fraction(1))


def judge(claim: Claim, model: Model, rule: Rule, values: Values, ledger: Ledger) -> str:
    """Check an answer about a rule; return the statement that is proved."""
    kind, share, ask = kind_of(claim), share_of(claim, model), claim.asked.ask
    if claim.status == "infeasible":
        # payments now, where a question has them, add nothing: PEPIC makes them the same wherever a payment later may be
        return infeasible(claim, model, rule, values, replace(kind, first=False, now=False), share, ledger)
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    if ask == "ex-ante-balanced" and model.horizon is not None and (model.horizon > 1 or claim.constant is not None):
        # with a finite horizon what is paid once stands among the payments of period 1
        paid = [[replace(own, now=None, first=own.now) for own in paid[0]], *paid[1:]]
    kind.ask(model, paid)
    if claim.asked.rule is not None and ask != "static":
        return _given(claim, Played(model, rule, values, kind, paid), ledger)
    f = ClaimedPlayed(model, rule, values, kind, paid, share)
    # the last period first: what is asked before it counts with its payments
    lies = _kept(pepic(f, last=True))
    met(lies, ledger)
    if ask != "static":
        with saying(f"payoff against {_KEEPS.get(ask, 'the social surplus')}, "):
            met(definitions(f), ledger)
        if claim.scope == "all" and ask != "surplus-extraction":
            met(f.every_action(), ledger)
        earlier = _kept(pepic(f, last=False))
        met(earlier, ledger)
        lies = [*lies, *earlier]
    if ask in ("static", "contingent", "vcg-type"):
        _incentives(claim, f, lies, ledger)
    return _STATEMENTS[ask](claim, f, ledger)


_KEEPS = {"budget-balanced": "an equal share of the surplus", "surplus-extraction": "nothing"}


def _given(claim: Claim, f: Played, ledger: Ledger) -> str:
    """Check residual claimants under a rule that is given: nothing is known of what lies lose, so every one is looked at."""
    for key in ("incentives", "payoffs"):
        if key in claim.certificate:
            raise InputError(f"certificate.{key}", "stand in an answer about a rule that is given", "remove them")
    met(pepic(f), ledger)
    with saying(f"payoff against {whole(f.values)}, "):
        met(REQUIREMENTS["residual-claimant"](f), ledger)
    when = "in every period" if f.model.horizon is None else "in every period before the last"
    last = "" if f.model.horizon is None else ", the payments of the last period listed"
    return (
        f"With the {claim.ask} transfers listed{last}, truth is periodic ex post incentive compatible after every history under "
        f"{f.values.called.rstrip(',')}, and gives every agent {whole(f.values)} {when}."
    )


# -- what each question adds ----------------------------------------------------------------------------------------


def _static(claim: Claim, f: ClaimedPlayed, ledger: Ledger) -> str:
    return (
        f"In period {f.model.count}, taken by itself, truth is an ex post equilibrium of {f.values.called} "
        f"with the payments listed{'; earlier periods are not asked about' if f.model.count > 1 else ''}."
    )


def _residual(claim: Claim, f: ClaimedPlayed, ledger: Ledger) -> str:
    _payoffs(claim, f, ledger)
    when = "in every period" if f.model.horizon is None else "in every period before the last"
    last = "" if f.model.horizon is None else ", the payments of the last period listed"
    surplus, rule = "the social surplus", ", which is efficient,"
    if claim.constant is not None:
        last, rule = (
            ", the last period playing a constant action without payments",
            ", efficient before the last period,",
        )
        surplus = "the social surplus of an efficient rule that is efficient in the last period too,"
    return (
        f"With the {claim.ask} transfers listed{last}, truth is periodic ex post incentive compatible after every "
        f"history under the rule listed{rule} and gives every agent {surplus} {when}{_scope(claim)}."
    )


def _budget_balanced(claim: Claim, f: ClaimedPlayed, ledger: Ledger) -> str:
    met(REQUIREMENTS["budget:per-period"](f), ledger)
    return (
        f"With the {claim.asked.transfers} transfers listed, truth is periodic ex post incentive compatible after every "
        "history under the rule listed, which is efficient; every agent gets an equal share of the surplus and the "
        f"expected payments of every period add up to zero{_scope(claim)}."
    )


def _extraction(claim: Claim, f: ClaimedPlayed, ledger: Ledger) -> str:
    for agent, payments in enumerate(f.payments_made[0]):
        bonus = payments.later is None or bool((payments.later.rows.num <= 0).all())
        words = f"payments of {show(f.model.agents[agent])}: a payment later that is above 0, not a bonus"
        ledger.claim(bonus, words)
    return (
        f"With the {claim.asked.transfers} bonuses and the payments now that are listed, truth is periodic ex post incentive "
        "compatible after every history under the rule listed, which is efficient; every agent's payoff is 0 before the "
        "bonus that is due, so the expected payments are the whole surplus, and nobody ever wants to leave."
    )


def _ex_ante(claim: Claim, f: ClaimedPlayed, ledger: Ledger) -> str:
    assert f.model.prior is not None
    payments = revenue(f, f.start).at(0)
    if claim.constant is not None:
        # the surplus of the rule as it is played, its last period included
        payments += mean(f.model.prior, Values(f.model, f.rule).exact(0)) - f.expected_surplus
    ledger.claim(payments == 0, f"budget:ex-ante: expected payments off by {number_text(payments)}, not 0")
    return (
        f"With the {claim.asked.transfers} transfers and the payments in period 1 that are listed, truth is periodic ex post "
        "incentive compatible after every history under the rule listed; but for the payments in period 1 every agent gets "
        f"the social surplus in every period before the last, and all payments together are expected to be zero{_scope(claim)}."
    )


_STATEMENTS: dict[str, Callable[[Claim, ClaimedPlayed, Ledger], str]] = {
    "static": _static,
    "contingent": _residual,
    "vcg-type": _residual,
    "budget-balanced": _budget_balanced,
    "surplus-extraction": _extraction,
    "ex-ante-balanced": _ex_ante,
}


def _scope(claim: Claim) -> str:
    return "; the targets are met in every block, for every action" if claim.scope == "all" else ""


def _incentives(claim: Claim, f: ClaimedPlayed, lies: list[Rows], ledger: Ledger) -> None:
    """Check ``certificate.incentives``: the least and the greatest slack over all lies, and where."""
    claimed, model = claim.certificate.get("incentives"), f.model
    if claimed is None:
        return
    table(claimed, "certificate.incentives", ("tightest", "slackest"))
    for key, sign in (("tightest", 1), ("slackest", -1)):
        at, entry = f"certificate.incentives.{key}", claimed[key]
        if entry is None or not lies:
            ledger.claim(entry is None and not lies, f"{key} incentive: null goes with no lies, and only with them")
            continue
        t = read_entry(entry, model, at, ("agent", "signals", "report", "slack"))
        agent = label(entry["agent"], model.player_index, f"{at}.agent", "agent")
        true = read_profile(entry["signals"], model, t, f"{at}.signals")
        report = label(entry["report"], model.period(t).signal_index[agent], f"{at}.report", "own signal")
        told = claim.asked.ask == "static" and f.continues(t)
        if told or report == model.period(t).own[agent][true]:
            raise InputError(at, "not a lie that this answer is about", "name the true profile and another report")
        slack = claim.numbers.fraction(entry["slack"], f"{at}.slack")
        where = State(profile=np.array([true]))
        found = lie(f, t, agent, report, where).slack(where).at(0)
        equal(slack, found, f"{key} incentive", ledger)
        extreme(lies, slack, sign, f"{key} incentive", ledger)


def _payoffs(claim: Claim, f: ClaimedPlayed, ledger: Ledger) -> None:
    """Check ``certificate.payoffs``: ``X_1^i``, which is ``W_1`` unless period 1 is the last."""
    claimed = claim.certificate.get("payoffs")
    if claimed is None:
        return
    mapping(claimed, "certificate.payoffs", "write {agent: table}")
    period = f.model.period(0)
    for agent, entry in claimed.items():
        i = label(agent, f.model.player_index, "certificate.payoffs", "agent")
        at = f"certificate.payoffs.{show(agent)}"
        leaves, _ = flatten(entry, [(size, False) for size in period.sizes], at)
        said = Exact.of(claim.numbers.pairs(leaves, at), (period.profiles,))
        off = said - f.payoff(0, i, f.profiles(0)).const
        ledger.zero(off, period.names(f"payoff of {show(agent)}"))


def _kept(blocks: Iterable[Rows]) -> list[Rows]:
    """Return blocks whose slacks are made once, to be asked several things; no row of theirs can be taken apart any more."""
    return [replace(block, slack=partial(_made, block.slack(block.state))) for block in blocks]


def _made(form: Form, _: State) -> Form:
    return form
