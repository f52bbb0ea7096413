"""Answers: the rule and its ties first, then the room of the question (``claims/``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from mechsynth.errors import InputError

from .claims import beliefs, groves, implement, thresholds, transfers, uniqueness
from .envelope import Claim
from .exact import Array, Exact
from .mechanism import read_allocation, read_entry, read_profile
from .model import Model
from .question import CONDITIONS, GROVES, LINKED, RESIDUAL
from .text import flatten, items, label, show, table
from .tried import check_tried
from .values import Values, mean, read_vector
from .verdict import Ledger, Refuted, equal

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
    if claim.ask in CONDITIONS:
        return beliefs.judge(claim, model, rule, ledger)
    assert rule is not None
    assert values is not None
    said = _ROOMS[claim.ask](claim, model, rule, values, ledger)
    if claim.ask == "implement":
        said += check_tried(claim, model, rule, lambda part: check_answer(part, model, ledger, known), ledger)
    return said


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
        t = read_entry(entry, model, at, ("signals", "actions"))
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


def _policy(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    claimed = claim.certificate.get("values")
    if claimed is not None:
        if len(items(claimed, "certificate.values")) != model.count:
            raise InputError("certificate.values", f"length {len(claimed)}", f"one entry a period: {model.count}")
        for t, entry in enumerate(claimed):
            period, at = model.period(t), f"certificate.values[{t}]"
            leaves, _ = flatten(entry, [(size, False) for size in period.sizes], at)
            said = Exact.of(claim.numbers.pairs(leaves, at), (period.profiles,))
            ledger.zero(said - values.exact(t), period.names(f"value{model.when(t)}"))
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


Room: TypeAlias = Callable[[Claim, Model, list[Array], Values, Ledger], str]

# what every question about a rule claims; positive and negative answers are judged in one room, by the same rows
_ROOMS: dict[str, Room] = {
    "policy": _policy,
    "implement": implement.judge,
    **dict.fromkeys(("static", *RESIDUAL, *LINKED), transfers.judge),
    **dict.fromkeys(GROVES, groves.judge),
    "generalized-vcg": thresholds.judge,
    "uniqueness": uniqueness.judge,
}
