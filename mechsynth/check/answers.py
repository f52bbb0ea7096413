"""Answers: the rule and its ties first, then what the question claims; positive and negative answers are judged in one room, by the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from mechsynth.errors import InputError

from .asked import asked_of
from .envelope import Claim
from .exact import Array, Exact
from .given import read_given
from .mechanism import read_allocation, read_entry, read_profile
from .model import Model
from .play import Rule, plays
from .text import flatten, items, label, show, table
from .tried import check_every, check_tried, check_weaker
from .values import Values
from .verdict import Ledger, Refuted

Known: TypeAlias = dict[tuple[Any, ...], tuple[Values, list[Array]]]


def check_answer(claim: Claim, model: Model, ledger: Ledger, known: Known | None = None) -> str:
    """Check a claim of any kind but those that consist of others; return the statement that is proved.

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
    kind = asked_of(claim.ask)
    certificate = table(claim.certificate, "certificate", (), kind.certificates[claim.status])
    rule: Rule | None = None
    values: Values | None = None
    signs: list[Array] = []
    if claim.asked.rule is not None:
        given = read_given(claim, model, ledger)
        rule, values = given.plays, given
        if "ties" in certificate:
            raise InputError("certificate.ties", "stand in an answer about a rule that is given", "remove them")
    elif "rule" in certificate or "claims" in certificate:
        raise InputError("certificate", "has a rule that the question does not give", "remove it")
    elif claim.mechanism is not None and not kind.grown:
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
        if not (kind.any_rule or (claim.asked.every and claim.status != "infeasible")):
            _check_first(claim, model, rule, signs, ledger)
        if claim.constant is None:
            ledger.proved.append("efficient")
    elif certificate.get("ties") is not None:
        raise InputError("certificate.ties", "stand in an answer that is about no rule", "remove them")
    if claim.asked.every and values is not None:
        values.untried = "the others are below"
    said = kind.judge(claim, model, rule, values, ledger)
    if "tried" in kind.certificates[claim.status] and rule is not None:
        said += check_tried(claim, model, rule, lambda part: check_answer(part, model, ledger, known), ledger)
    if "weaker" in kind.certificates[claim.status] and rule is not None:
        said += check_weaker(claim, model, rule, lambda part: check_answer(part, model, ledger, known), ledger)
    if claim.asked.every:
        said += check_every(
            claim, model, plays(rule or ()), signs, lambda part: check_answer(part, model, ledger), ledger
        )
    elif claim.certificate.get("rules") is not None:
        raise InputError("certificate.rules", "stand in an answer about one rule", "remove them")
    return said


def _suggestions(claim: Claim, model: Model) -> list[Exact]:
    """Return claimed exact values of an infinite horizon: the equation itself decides whether they are true."""
    if model.horizon is not None:
        return []
    given, sizes = claim.certificate.get(asked_of(claim.ask).hint), model.period(0).sizes
    found = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else []
    result = []
    for value in found[:1]:
        leaves, _ = flatten(value, [(size, False) for size in sizes], "certificate")
        result.append(Exact.of(claim.numbers.pairs(leaves, "certificate"), (len(leaves),)).single("certificate"))
    return result


def _check_ties(claim: Claim, model: Model, signs: Sequence[Array], ledger: Ledger) -> None:
    """Ask that ``certificate.ties`` lists exactly the profiles with several optimal actions, and all of these."""
    told, kind = claim.certificate.get("ties"), asked_of(claim.ask)
    if told is None:
        # What is shown of listed payments, or of what is believed under the rule, is shown whatever else is efficient. That no payments do it, or none
        # better, is about this rule alone: there a result that lists no ties says that there are none.
        shown = claim.status in ("feasible", "unbounded", "holds") and not kind.against
        if shown or kind.any_rule or kind.beliefs:
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
