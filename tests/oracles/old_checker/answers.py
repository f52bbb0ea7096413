"""One function for each kind of question: what its answer has to prove, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from mechsynth.errors import InputError

from . import linked, private, synthesis, thresholds, uniqueness
from .blocks import check_holds, last_with_blocks
from .envelope import Claim
from .exact import Array, Exact
from .mechanism import Payments, read_allocation, read_period, read_profile, read_transfers
from .model import Model
from .negative import RULE_ONLY, excluded, refuted_program
from .payments import check_incentives, check_residual, check_shapes, last_lies, last_payoff, rows_at
from .question import CONDITIONS, GROVES, LINKED, RESIDUAL
from .targets import LESS, targets_of
from .text import flatten, items, label, show, table
from .tried import check_tried
from .values import Values, mean, read_vector
from .verdict import Ledger, Refuted, equal
from .witnesses import check_failures

_CERTIFICATES = {
    ("policy", "optimal"): ("ties", "values"),
    ("convex-independence", "holds"): ("ties", "blocks", "separators", "distance"),
    ("convex-independence", "fails"): ("ties", "failures"),
    ("spanning", "holds"): ("ties", "blocks"),
    ("spanning", "fails"): ("ties", "failures"),
    ("static", "feasible"): ("ties", "incentives"),
    ("static", "infeasible"): ("ties", "failures"),
    ("contingent", "feasible"): ("ties", "incentives", "payoffs"),
    ("contingent", "infeasible"): ("ties", "failures", "now"),
    ("vcg-type", "feasible"): ("ties", "incentives", "payoffs"),
    ("vcg-type", "infeasible"): ("ties", "failures", "now"),
    ("budget-balanced", "feasible"): ("ties",),
    ("budget-balanced", "infeasible"): ("ties", "failures"),
    ("ex-ante-balanced", "feasible"): ("ties",),
    ("ex-ante-balanced", "infeasible"): ("ties", "failures", "now"),
    ("surplus-extraction", "feasible"): ("ties",),
    ("surplus-extraction", "infeasible"): ("ties", "failures"),
    ("generalized-vcg", "feasible"): ("ties", "influence", "thresholds", "violations"),
    ("generalized-vcg", "infeasible"): ("ties", "influence", "now", "violations", "farkas"),
    ("uniqueness", "holds"): ("ties", "most", "proof", "proofs", "mechanisms"),
    ("uniqueness", "fails"): ("ties", "most", "proof", "proofs", "mechanisms"),
    ("team", "feasible"): ("ties", "totals"),
    ("pivot", "feasible"): ("ties", "marginal", "without", "totals"),
    ("groves", "feasible"): ("ties", "distribution", "totals"),
    ("lump-sum-budget", "feasible"): ("ties", "fees", "chains", "theorem", "star", "discounts"),
    ("lump-sum-budget", "infeasible"): ("ties", "fees", "chains", "theorem", "star", "discounts"),
    ("implement", "feasible"): ("ties", "requirements", "tried"),
    ("implement", "optimal"): ("ties", "multipliers", "requirements", "tried"),
    ("implement", "unbounded"): ("ties", "ray", "requirements", "tried"),
    ("implement", "infeasible"): ("ties", "bound", "relaxations", "minimal", "requirements", "tried"),
    ("implement", "unknown"): ("ties", "bound", "minimal", "requirements", "tried"),
}


Known: TypeAlias = dict[tuple[Any, ...], tuple[Values, list[Array]]]


def check_answer(claim: Claim, model: Model, ledger: Ledger, known: Known | None = None) -> str:
    """Check a claim of any kind but ``ladder``; return the statement that is proved.

    Parameters
    ----------
    known:
        Rules of this instance that were found efficient before, shared by the answers of a ladder.

    Raises
    ------
    Refuted
        At the first row that fails.
    InputError
        If the result is malformed.
    """
    allowed = _CERTIFICATES[claim.ask, claim.status]
    certificate = table(claim.certificate, "certificate", (), allowed)
    rule: list[Array] | None = None
    values: Values | None = None
    if claim.mechanism is not None:
        rule = read_allocation(claim.mechanism["allocation"], model)
        if claim.constant is not None and (rule[-1] != claim.constant).any():
            raise Refuted("the last period does not have the constant action of the question at every profile")
        key = (claim.constant is not None, *(actions.tobytes() for actions in rule))
        known = {} if known is None else known
        if key in known:
            values, signs = known[key]
            values.suggestions += _suggestions(claim, model)
        else:
            values = Values(model, rule, claim.constant is not None, _suggestions(claim, model))
            signs = values.check_efficient(ledger)
            known[key] = values, signs
        _check_ties(claim, model, signs, ledger)
        if claim.ask != "policy":
            _check_first(claim, model, rule, signs, ledger)
    elif certificate.get("ties") is not None:
        raise InputError("certificate.ties", "stand in an answer that is about no rule", "remove them")
    if claim.ask == "policy":
        assert values is not None
        return _policy(claim, model, values, ledger)
    if claim.ask == "uniqueness":
        assert rule is not None
        assert values is not None
        return uniqueness.judge(claim, model, rule, values, ledger)
    if claim.status == "holds":
        check_holds(claim, model, rule, ledger)
        return _holds_statement(claim, model)
    if claim.status == "fails":
        ledger.claim(claim.value is None, "a value in a negative answer")
        words = check_failures(claim, model, rule, None, ledger)
        return _fails_statement(claim, model, words)
    assert rule is not None
    assert values is not None
    if claim.ask == "implement":
        said = synthesis.judge(claim, model, rule, values, ledger)
        return said + check_tried(claim, model, rule, lambda part: check_answer(part, model, ledger, known), ledger)
    if claim.ask == "generalized-vcg":
        return thresholds.judge(claim, model, rule, values, ledger)
    if claim.ask in GROVES:
        return private.judge(claim, model, rule, values, ledger)
    if claim.ask in LINKED:
        if claim.status == "infeasible" and claim.ask == "ex-ante-balanced":
            # it asks for the same transfers, and for payments at the start besides
            claim = replace(claim, ask=claim.asked.transfers)
        else:
            return linked.judge(claim, model, rule, values, ledger)
    if claim.status == "infeasible":
        return _infeasible(claim, model, rule, values, ledger)
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    if claim.ask == "static":
        check_shapes(claim, model, paid)
        lies = last_lies(model, rule, paid[-1])
        for lie in lies:
            ledger.not_negative(lie.bracket, lie.names(model))
        check_incentives(claim, model, lies, None, ledger)
        return (
            f"In period {model.count}, taken by itself, truth is an ex post equilibrium of the efficient rule listed "
            f"with the payments listed{'; earlier periods are not asked about' if model.count > 1 else ''}."
        )
    lies = check_residual(claim, model, rule, values, paid, ledger)
    check_incentives(claim, model, lies, values, ledger)
    _check_payoffs(claim, model, rule, values, paid[-1], ledger)
    return _feasible_statement(claim, model)


def _suggestions(claim: Claim, model: Model) -> list[Exact]:
    """Return claimed exact values of an infinite horizon: the equation itself decides whether they are true."""
    if model.horizon is not None:
        return []
    certificate, sizes = claim.certificate, model.period(0).sizes
    found: list[Any] = []
    if claim.ask == "policy" and isinstance(certificate.get("values"), list):
        found = certificate["values"][:1]
    elif claim.ask in RESIDUAL and isinstance(certificate.get("payoffs"), dict):
        found = list(certificate["payoffs"].values())[:1]
    result = []
    for value in found:
        leaves, _ = flatten(value, [(size, False) for size in sizes], "certificate")
        result.append(read_vector(claim.numbers.pairs(leaves, "certificate"), "certificate"))
    return result


def _check_ties(claim: Claim, model: Model, signs: Sequence[Array], ledger: Ledger) -> None:
    """Ask that ``certificate.ties`` lists exactly the profiles with several optimal actions, and all of these."""
    told = claim.certificate.get("ties")
    if told is None:
        # What is shown of listed payments, or of what is believed under the rule, is shown whatever else is efficient. That no payments do it, or none
        # better, is about this rule alone: there a result that lists no ties says that there are none.
        shown = claim.status in ("feasible", "unbounded", "holds") and claim.ask != "uniqueness"
        if shown or claim.ask in ("policy", *CONDITIONS):
            return
        told = []
    listed: dict[tuple[int, int], list[int]] = {}
    for k, entry in enumerate(items(told, "certificate.ties")):
        at = f"certificate.ties[{k}]"
        keys = ("signals", "actions")
        table(entry, at, keys if model.horizon is None else ("period", *keys))
        t = read_period(entry, model, at)
        profile = read_profile(entry["signals"], model, t, f"{at}.signals")
        if (t, profile) in listed:
            raise InputError(at, "this profile stands twice", "keep one")
        known = model.period(t).action_index
        listed[t, profile] = [label(a, known, f"{at}.actions", "action") for a in items(entry["actions"], at)]
    for t, sign in enumerate(signs):
        period = model.period(t)
        if claim.constant is not None and t == model.count - 1:
            continue
        tied = np.flatnonzero((sign == 0).sum(axis=0) > 1).tolist()
        for profile in range(period.profiles) if listed else tied:
            best = np.flatnonzero(sign[:, profile] == 0).tolist()
            said = listed.pop((t, int(profile)), None)
            ledger.claim(
                said == (best if len(best) > 1 else None),
                f"ties{model.when(t)} at {period.name(int(profile))}: the optimal actions are "
                + ", ".join(show(period.actions[a]) for a in best),
            )
    ledger.claim(not listed, "ties in a period that is exempt from efficiency")


def _check_first(claim: Claim, model: Model, rule: Sequence[Array], signs: Sequence[Array], ledger: Ledger) -> None:
    """Ask that the rule takes the first of several optimal actions: which is taken decides what can be implemented, and a question is about one rule."""
    for t, sign in enumerate(signs):
        if claim.constant is not None and t == model.count - 1:
            continue
        period = model.period(t)
        other = np.flatnonzero(rule[t] != (sign == 0).argmax(axis=0))
        ledger.rows += period.profiles
        if other.size:
            raise Refuted(
                f"ties{model.when(t)} at {period.name(int(other[0]))}: the rule is efficient, but the question is about the one that takes "
                "the first of several optimal actions in file order"
            )


def _policy(claim: Claim, model: Model, values: Values, ledger: Ledger) -> str:
    claimed = claim.certificate.get("values")
    if claimed is not None:
        if len(items(claimed, "certificate.values")) != model.count:
            raise InputError("certificate.values", f"length {len(claimed)}", f"one entry a period: {model.count}")
        for t, entry in enumerate(claimed):
            period, at = model.period(t), f"certificate.values[{t}]"
            leaves, _ = flatten(entry, [(size, False) for size in period.sizes], at)
            said = Exact.of(claim.numbers.pairs(leaves, at), (period.profiles,))
            ledger.zero(said - values.exact(t), rows_at(period, np.arange(period.profiles), f"value{model.when(t)}"))
    if model.prior is None:
        ledger.claim(claim.value is None, "a value, although the instance has no prior")
        return "The rule listed is efficient: no action at any profile of any period gives more social surplus."
    found = mean(model.prior, values.exact(0))
    if claim.value is None:
        raise Refuted("no value, although the instance has a prior")
    equal(claim.numbers.fraction(claim.value, "value"), found, "value", ledger)
    return (
        "The rule listed is efficient: no action at any profile of any period gives more social surplus; "
        "its expected surplus under the prior is the value stated."
    )


def _infeasible(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check a negative answer about transfers."""
    if claim.certificate.get("now") is not None:
        raise Refuted(
            f"certificate.now: {LESS}: it is one choice of the last period's payments, which the question leaves free; "
            "ask the same question anew"
        )
    if isinstance(claim.witness, dict) and claim.witness.get("kind") == "farkas":
        return refuted_program(claim, model, rule, values, ledger)
    words = check_failures(claim, model, rule, targets_of(claim, model, rule, values), ledger)
    kind = claim.witness.get("kind") if isinstance(claim.witness, dict) else None
    if kind == "cycle":
        return (
            "No payments whatever make truth an ex post equilibrium of the last period under the rule listed "
            f"({words}){RULE_ONLY}"
        )
    return f"{excluded(claim, model)} ({words}){RULE_ONLY}"


def _check_payoffs(
    claim: Claim, model: Model, rule: list[Array], values: Values, last: Sequence[Payments], ledger: Ledger
) -> None:
    """Check ``certificate.payoffs``: ``X_1^i``, which is ``W_1`` unless period 1 is the last."""
    claimed = claim.certificate.get("payoffs")
    if claimed is None:
        return
    if not isinstance(claimed, dict):
        raise InputError("certificate.payoffs", "expected an object", "write {agent: table}")
    period = model.period(0)
    for agent, entry in claimed.items():
        i = label(agent, model.agent_index, "certificate.payoffs", "agent")
        at = f"certificate.payoffs.{show(agent)}"
        leaves, _ = flatten(entry, [(size, False) for size in period.sizes], at)
        said = Exact.of(claim.numbers.pairs(leaves, at), (period.profiles,))
        true = last_payoff(model, rule, i, last[i]) if model.horizon == 1 else values.exact(0)
        ledger.zero(said - true, rows_at(period, np.arange(period.profiles), f"payoff of {show(agent)}"))


def _idle(model: Model) -> str:
    """Return why a condition on beliefs has nothing to test, empty where it has."""
    if last_with_blocks(model) == 0:
        return "; there is one period only, so there is no block, and nothing was tested"
    if len(model.agents) == 1:
        return "; there is one agent only, so there are no others to expect anything of, and payments have nothing to look at"
    if all(size == 1 for t in range(last_with_blocks(model)) for size in model.period(t).sizes):
        return "; every agent has one signal only, so nothing was tested"
    return ""


def _holds_statement(claim: Claim, model: Model) -> str:
    scope = "every block" if claim.scope == "all" else "every block that the efficient rule listed uses"
    if claim.ask == "spanning":
        return f"Spanning holds: in {scope} the beliefs of the own signals are linearly independent{_idle(model)}."
    text = f"Convex independence holds: in {scope} no own signal's belief is a mixture of the others'"
    if claim.scope == "policy":
        text = (
            "Convex independence holds along the efficient rule listed: at every profile the belief of the own signal, "
            "under the rule's action, is no mixture of the other own signals' beliefs"
        )
    if claim.value is not None:
        text += "; the value is the least squared distance of a belief from the hull of the others"
    return f"{text}{_idle(model)}."


def _fails_statement(claim: Claim, model: Model, words: str) -> str:
    what = (
        "the belief of the own signal is a mixture of the other own signals' beliefs"
        if claim.ask == "convex-independence"
        else "the beliefs of the own signals are linearly dependent"
    )
    name = claim.ask.replace("-", " ").capitalize()
    rule = "" if claim.scope == "all" else " along the efficient rule listed"
    return f"{name} fails{rule}: {what} ({words}){_idle(model)}."


def _feasible_statement(claim: Claim, model: Model) -> str:
    when = "in every period" if model.horizon is None else "in every period before the last"
    last = ""
    if model.horizon is not None:
        last = ", the payments of the last period listed"
        if claim.constant is not None:
            last = ", the last period playing a constant action without payments"
    scope = ""
    if claim.scope == "all":
        scope = "; the targets are met in every block, for every action"
    surplus = "the social surplus"
    if claim.constant is not None:
        surplus = "the social surplus of an efficient rule that is efficient in the last period too,"
    return (
        f"With the {claim.ask} transfers listed{last}, truth is periodic ex post incentive compatible after every "
        "history under the rule listed"
        + (", efficient before the last period," if claim.constant is not None else ", which is efficient,")
        + f" and gives every agent {surplus} {when}{scope}."
    )
