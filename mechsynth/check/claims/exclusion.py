"""Negative answers about payments that leave every agent a share of the surplus: contradictions derived from the rows of the question.

A witness of a block weighs the rows of that block: ``value`` where truth leads to its action, ``pepic`` where a lie does (in scope ``all`` the
targets). A cycle weighs ``pepic`` rows of the last period by one. Multipliers name rows of ``implement`` with the requirement of the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Cycle, Dependence, Mixture

from ..block import Rows, State
from ..blocks import others_name, profiles_of_blocks
from ..envelope import Claim, witness
from ..forms import Sum
from ..given import Given
from ..kernel import contradiction, derived, weigh
from ..kind import Class
from ..mechanism import period_of, read_others
from ..model import Model
from ..play import Rule
from ..residual import ClaimedUnknown
from ..rows import lie, truth
from ..text import describe, label, number_text, show
from ..unknown import Unknown
from ..values import Values
from ..verdict import Ledger, Refuted, equal
from .beliefs import Combination, failures, once, read_combination
from .implement import Wish, read_witness

RULE_ONLY = "; this is about the rule listed, and other efficient rules, if there are ties, are not tried."
LESS = "proves less than was asked"
AGAIN = "ask the same question anew, or this condition with --scope all"
DIGITS = 6

PAYOFF = {"budget-balanced": "equal-shares", "surplus-extraction": "no-payoff"}
_GIVES = {
    "residual-claimant": "leave every agent the social surplus",
    "equal-shares": "leave every agent an equal share of the social surplus",
    "no-payoff": "leave no agent anything but the bonus that is due",
}
_CLASS = {
    "contingent": "the others' next reports, the reports and the action",
    "vcg-type": "the others' next reports, the others' reports and the action",
}
_KINDS = {"contingent": "convex-combination", "vcg-type": "dependence", "history-independent": "cycle"}


def infeasible(
    claim: Claim, model: Model, rule: Rule, values: Values, kind: Class, share: Fraction, ledger: Ledger
) -> str:
    """Check a negative answer; return the statement that is proved."""
    if claim.certificate.get("now") is not None:
        raise Refuted(
            f"certificate.now: {LESS}: it is one choice of the last period's payments, which the question leaves free; "
            "ask the same question anew"
        )
    witness = claim.witness.get("kind") if isinstance(claim.witness, dict) else None
    if claim.asked.rule is not None and witness not in ("farkas", "cycle"):
        raise InputError("witness.kind", f"found {describe(witness)}", "farkas or cycle: the rule is given")
    if witness == "farkas" and claim.asked.ask != "static":
        return _program(claim, Unknown(model, rule, values, kind), share, ledger)
    words = _failures(claim, ClaimedUnknown(model, rule, values, kind, share), ledger)
    if witness == "cycle":
        return f"No payments whatever make truth an ex post equilibrium of the last period under {_rule(claim, values)} ({words}){_alone(claim)}"
    return f"{_excluded(claim, model, values)} ({words}){_alone(claim)}"


def _requirement(claim: Claim) -> str:
    return PAYOFF.get(claim.asked.ask, "residual-claimant")


def _excluded(claim: Claim, model: Model, values: Values) -> str:
    kind = claim.asked.transfers
    looks = f"{'stationary ' if model.horizon is None else ''}payments that look only at {_CLASS[kind]}"
    if claim.scope == "all":
        exact = (
            "for every own signal" if kind == "vcg-type" else "after truth, and at least that target after every lie"
        )
        return (
            f"No {looks} have expectations that are the target of {claim.asked.ask} {exact}, in every block, whatever{' available' if model.limited else ''} action it is of; that "
            "condition is sufficient for such transfers under every rule, and this does not exclude them under the rule listed"
        )
    when = "in every period" if model.horizon is None else "in every period before the last"
    if claim.constant is not None:
        when += ", the last one playing the constant action"
    gives = _GIVES[_requirement(claim)] if claim.asked.rule is None else f"leave every agent {whole(values)}"
    return (
        f"No {looks} make truth periodic ex post incentive compatible under {_rule(claim, values)} and {gives} {when}"
    )


def whole(values: Values) -> str:
    """Return what an agent gets who gets the whole, under a rule that is given."""
    weighted = isinstance(values, Given) and values.weighted is not None
    return "the weighted surplus over its own weight" if weighted else "the surplus of the rule"


def _rule(claim: Claim, values: Values) -> str:
    return "the rule listed" if claim.asked.rule is None else values.called.rstrip(",")


def _alone(claim: Claim) -> str:
    if claim.asked.every:
        return "; this is about the rule listed."
    return RULE_ONLY if claim.asked.rule is None else "; other rules are not tried."


def _program(claim: Claim, f: Unknown, share: Fraction, ledger: Ledger) -> str:
    """Check multipliers: of the rows of ``implement`` with the same class and requirements, in scope ``all`` of those of the condition.

    The condition's rows are the targets of the period before the last and, called ``incentive``, the ``pepic`` rows of the last.
    """
    if claim.asked.rule is None and (f.model.horizon in (None, 1) or claim.constant is not None):
        raise Refuted("witness: multipliers, although no payments of an efficient last period follow a block")
    if claim.certificate.get("failures") is not None:
        raise Refuted("certificate.failures beside multipliers")
    require = ("pepic", _requirement(claim))
    wish = Wish(replace(claim.asked, require=require, objective="feasibility"), {})
    conflict, y, shortfall = read_witness(claim, require, ledger)
    if claim.scope == "all":
        total = derived(_last_two(ClaimedUnknown(f.model, f.rule, f.values, f.kind, share)), y, ledger)
    else:
        total = derived(wish.program(f), y, ledger, conflict)
    equal(shortfall, contradiction(total, f.columns.name, ledger), "shortfall", ledger)
    last = "" if f.model.horizon is None else ", whatever is paid in the last period"
    return (
        f"{_excluded(claim, f.model, f.values)}{last} (multipliers of {', '.join(map(show, conflict))}){_alone(claim)}"
    )


def _last_two(f: ClaimedUnknown) -> Iterator[Rows]:
    last = f.model.count - 1
    yield from f.every_action([last - 1])
    for t, i, message, true in f.lies():
        if t == last:
            yield lie(f, t, i, message, State(profile=true), head="incentive")


# -- blocks and cycles ----------------------------------------------------------------------------------------------


def _failures(claim: Claim, f: ClaimedUnknown, ledger: Ledger) -> str:
    """Ask that the witness, and every one in ``certificate.failures``, derives a contradiction; return the first in words."""
    seen: set[Any] = set()
    words = []
    known = dict.fromkeys((_KINDS[claim.asked.transfers], "cycle"))
    for entry, at in failures(claim):
        kind = entry.get("kind") if isinstance(entry, dict) else None
        if not isinstance(kind, str) or kind not in known:
            raise InputError(f"{at}.kind", f"found {describe(kind)}", f"one of {', '.join(known)}")
        key, text = (_cycle if kind == "cycle" else _block)(entry, claim, f, at, ledger)
        once(seen, key, at)
        words.append(text)
    return words[0]


def _block(value: object, claim: Claim, f: ClaimedUnknown, at: str, ledger: Ledger) -> tuple[tuple[Any, ...], str]:
    """Weigh the rows of a block."""
    contingent = claim.asked.transfers == "contingent"
    kind: type[Mixture | Dependence] = Mixture if contingent else Dependence
    entry = witness(kind, value, at, claim.numbers)
    found = read_combination(entry, f.model, at)
    words, total = found.name(f.model), Sum()
    ledger.claim(any(found.weights.values()), f"{words}: all weights are zero")
    for rows, factors in _rows(claim, f, found, ledger):
        weigh(rows, factors, total, ledger)
    _cancels(f, total, words, ledger)
    if entry.shortfall is None:
        raise InputError(f"{at}.shortfall", "found null", "write how far below 0 the weights add up")
    _short(f, total, entry.shortfall, f.model.discount if claim.scope == "policy" else Fraction(1), words, ledger)
    return (found.block, found.own), words


def _rows(claim: Claim, f: ClaimedUnknown, found: Combination, ledger: Ledger) -> Iterator[tuple[Rows, list[Fraction]]]:
    """Return the rows of a block at its own signals, and their weights."""
    block, own, weights, words = found.block, found.own, found.weights, found.block.name(f.model)
    t, agent = block.t, block.agent
    members = profiles_of_blocks(f.model, t, agent)[block.others]
    chosen = f.rule[t][members] == block.action
    message = own
    if claim.scope == "policy":
        message = int(np.flatnonzero(chosen)[0]) if own is None and chosen.any() else own
        fine = message is not None and bool(chosen[message])
        ledger.claim(
            fine, f"{words}: the rule takes another action at {'every own signal' if own is None else 'its own signal'}"
        )
        exact = chosen if own is None else np.arange(members.size) == own
    else:
        exact = np.full(members.size, own is None) | (np.arange(members.size) == own)
    for is_truth in (True, False):
        signals = [k for k, weight in weights.items() if weight and bool(exact[k]) == is_truth]
        state = State(profile=members[signals])
        if not signals:
            continue
        if claim.scope == "all":
            rows = f.targets(t, agent, message, block.action, state)
        else:
            assert message is not None
            rows = truth(f, t, agent, state) if is_truth else lie(f, t, agent, message, state)
        yield rows, [weights[k] for k in signals]


def _cancels(f: ClaimedUnknown, total: Sum, words: str, ledger: Ledger) -> None:
    """Ask that no payment is left."""
    left = total.columns()
    ledger.rows += 1
    if any(f.columns.place(column)[0] == "now" for column in left):
        raise Refuted(
            f"{words}: {LESS}: other payments in period {f.model.horizon} change what these weights add up to, and the question "
            "leaves those payments free; ask the same question anew"
        )
    for column, value in left.items():
        raise Refuted(f"{words}: {f.columns.name(column)} in the combination: off by {number_text(value)}, not 0")


def _short(f: ClaimedUnknown, total: Sum, stated: Fraction, unit: Fraction, words: str, ledger: Ledger) -> None:
    """Ask that the number derived is below 0, and by as many units as is stated.

    Over an infinite horizon exact losses can have thousands of digits. A shortfall may then be stated rounded down to six significant digits.
    """
    base = -total.plain / unit
    if total.rests and stated == base and total.const != total.plain:
        raise Refuted(
            f"{words}: {LESS}: shortfall {number_text(stated)} is against targets that also lies have to meet in full, "
            f"although a lie to another action loses surplus; {AGAIN}"
        )
    if f.model.horizon is None and total.rests:
        low, high = -total.bound(upper=True) / unit, -total.bound(upper=False) / unit
        if low > 0 and rounded_down(low) == rounded_down(high) == stated:
            return
    found = -total.const / unit
    if f.model.horizon is None and total.rests and found > 0 and rounded_down(found) == stated:
        return
    equal(stated, found, f"{words}: shortfall", ledger)
    ledger.claim(found > 0, f"{words}: shortfall {number_text(found)} is not above 0")


def rounded_down(value: Fraction) -> Fraction:
    """Return the largest number of six significant decimal digits that is not above a positive number."""
    ten, exponent = Fraction(10), 0
    while ten ** (exponent + 1) <= value:
        exponent += 1
    while ten**exponent > value:
        exponent -= 1
    unit = ten ** (exponent + 1 - DIGITS)
    return (value / unit).__floor__() * unit


def _cycle(value: object, claim: Claim, f: ClaimedUnknown, at: str, ledger: Ledger) -> tuple[tuple[Any, ...], str]:
    """Weigh the lies around a cycle by one."""
    model = f.model
    if claim.constant is not None:
        raise Refuted("a cycle refutes the efficient last period, but the last period is constant")
    if model.horizon is None:
        raise Refuted("a cycle of the last period, although the horizon is infinite")
    entry = witness(Cycle, value, at, claim.numbers)
    t = period_of(entry, model, at)
    if t != model.horizon - 1:
        raise Refuted(f"a cycle in period {t + 1}, not in the last one")
    agent = label(entry.agent, model.player_index, f"{at}.agent", "agent")
    others = read_others(entry.others, agent, model, t, f"{at}.others")
    words = f"cycle of {show(model.agents[agent])} in period {t + 1}, others {others_name(model, t, agent, others)}"
    cycle = read_cycle(entry.cycle, model, t, agent, f"{at}.cycle")
    total = around(f, t, agent, others, cycle, ledger)
    _cancels(f, total, words, ledger)
    equal(entry.shortfall, -total.const, f"{words}: shortfall", ledger)
    ledger.claim(total.const < 0, f"{words}: its weight {number_text(total.const)} is not below 0")
    return ("cycle", agent, others, tuple(np.roll(cycle, -int(np.argmin(cycle))).tolist())), words


def read_cycle(signals: Sequence[str], model: Model, t: int, agent: int, place: str) -> list[int]:
    """Return the own signals of a cycle."""
    known = model.period(t).signal_index[agent]
    cycle = [label(signal, known, place, "own signal") for signal in signals]
    if len(cycle) < 2 or len(set(cycle)) != len(cycle):
        raise InputError(place, "not a cycle of distinct signals", "name at least two, each once")
    return cycle


def around(f: ClaimedUnknown, t: int, agent: int, others: int, cycle: Sequence[int], ledger: Ledger) -> Sum:
    """Return the sum of the lies around a cycle of own signals, each saying the next."""
    members, total = profiles_of_blocks(f.model, t, agent)[others], Sum()
    for k, r in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        weigh(lie(f, t, agent, r, State(profile=members[[k]])), [Fraction(1)], total, ledger)
    return total
