"""Witnesses of negative answers: convex combinations, dependences, and cycles of lies."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .blocks import check_convex, mixture, others_name, profiles_of_blocks, read_block, read_weights
from .envelope import Claim
from .exact import Array
from .mechanism import read_others, read_period
from .model import Model
from .question import CONDITIONS
from .targets import Targets
from .text import describe, items, label, number_text, show, table
from .verdict import Ledger, Refuted, equal

# Which kind of witness refutes which question.
_KINDS = {
    "convex-independence": ("convex-combination",),
    "spanning": ("dependence",),
    "contingent": ("convex-combination", "cycle"),
    "vcg-type": ("dependence", "cycle"),
    "static": ("cycle",),
}


def check_failures(
    claim: Claim, model: Model, rule: Sequence[Array] | None, targets: Targets | None, ledger: Ledger
) -> str:
    """Ask that the witness, and every one in ``certificate.failures``, is valid; return the first in words.

    ``targets`` is None for the pure conditions.
    """
    found = [claim.witness]
    if claim.certificate.get("failures") is not None:
        found = items(claim.certificate["failures"], "certificate.failures")
        if not found or found[0] != claim.witness:
            raise Refuted("certificate.failures does not begin with the witness")
    seen: set[tuple[Any, ...]] = set()
    words = []
    for k, entry in enumerate(found):
        at = "witness" if k == 0 else f"certificate.failures[{k}]"
        key, text = _check_witness(entry, claim, model, rule, targets, ledger, at)
        if key in seen:
            raise InputError(at, "this failure stands twice", "keep one")
        seen.add(key)
        words.append(text)
    return words[0]


def _check_witness(
    value: object,
    claim: Claim,
    model: Model,
    rule: Sequence[Array] | None,
    targets: Targets | None,
    ledger: Ledger,
    at: str,
) -> tuple[tuple[Any, ...], str]:
    kind = value.get("kind") if isinstance(value, dict) else None
    known = _KINDS[claim.ask]
    if not isinstance(kind, str) or kind not in known:
        raise InputError(f"{at}.kind", f"found {describe(kind)}", f"one of {', '.join(known)}")
    if kind == "cycle":
        if claim.constant is not None:
            raise Refuted("a cycle refutes the efficient last period, but the last period is constant")
        assert rule is not None
        return _check_cycle(value, claim, model, rule, ledger, at)
    keys = ["kind", "agent", "action", "others", "weights", "shortfall"]
    keys += ["type"] if kind == "convex-combination" else []
    entry = table(value, at, keys if model.horizon is None else ["period", *keys])
    block = read_block(entry, model, at)
    period, words = model.period(block.t), block.name(model)
    members = profiles_of_blocks(model, block.t, block.agent)[block.others]
    weights = read_weights(entry["weights"], block, claim, model, f"{at}.weights")
    labels = period.signals[block.agent]
    if kind == "convex-combination":
        own = label(entry["type"], period.signal_index[block.agent], f"{at}.type", "own signal")
        check_convex(weights, own, block, model, ledger)
        if claim.scope == "policy":
            assert rule is not None
            ledger.claim(
                bool(rule[block.t][members[own]] == block.action),
                f"{words}: the rule takes another action when the own signal is {show(labels[own])}",
            )
        signed = {**weights, own: Fraction(-1)}
        key: tuple[Any, ...] = (block, own)
        text = f"{words}, own signal {show(labels[own])}"
    else:
        ledger.claim(any(weight != 0 for weight in weights.values()), f"{words}: all weights are zero")
        if claim.scope == "policy":
            assert rule is not None
            chosen = rule[block.t][members]
            ledger.claim(
                bool((chosen == block.action).any()), f"{words}: no own signal makes the rule take this action"
            )
            if claim.ask == "vcg-type":
                # only an inequality is asked where the report is a lie
                for k, weight in weights.items():
                    fine = weight >= 0 or bool(chosen[k] == block.action)
                    ledger.claim(fine, f"{words}: negative weight of {show(labels[k])}, where only a bound is asked")
        signed, key, text = weights, (block,), words
    ledger.zero(mixture(block.columns(model), signed), lambda index: f"{words}: entry {index[0]} of the combination")
    if claim.ask in CONDITIONS:
        ledger.claim(entry["shortfall"] is None, f"{words}: a condition has no shortfall")
        return key, text
    assert targets is not None
    targets.check(claim.numbers.fraction(entry["shortfall"], f"{at}.shortfall"), block, members, signed, ledger)
    return key, text


def _check_cycle(
    value: object, claim: Claim, model: Model, rule: Sequence[Array], ledger: Ledger, at: str
) -> tuple[tuple[Any, ...], str]:
    if model.horizon is None:
        raise Refuted("a cycle of the last period, although the horizon is infinite")
    entry = table(value, at, ("kind", "agent", "period", "others", "cycle", "shortfall"))
    t = read_period(entry, model, at)
    if t != model.horizon - 1:
        raise Refuted(f"a cycle in period {t + 1}, not in the last one")
    agent = label(entry["agent"], model.agent_index, f"{at}.agent", "agent")
    others = read_others(entry["others"], agent, model, t, f"{at}.others")
    period = model.period(t)
    cycle = [
        label(signal, period.signal_index[agent], f"{at}.cycle", "own signal")
        for signal in items(entry["cycle"], f"{at}.cycle")
    ]
    if len(cycle) < 2 or len(set(cycle)) != len(cycle):
        raise InputError(f"{at}.cycle", "not a cycle of distinct signals", "name at least two, each once")
    members = profiles_of_blocks(model, t, agent)[others]
    utility, told = period.utilities[agent], rule[t]
    total = Fraction(0)
    for k, r in zip(cycle, cycle[1:] + cycle[:1], strict=True):
        true = int(members[k])
        total += utility.at(int(told[true]), true) - utility.at(int(told[members[r]]), true)
    words = f"cycle of {show(model.agents[agent])} in period {t + 1}, others {others_name(model, t, agent, others)}"
    equal(claim.numbers.fraction(entry["shortfall"], f"{at}.shortfall"), -total, f"{words}: shortfall", ledger)
    ledger.claim(total < 0, f"{words}: its weight {number_text(total)} is not below 0")
    return ("cycle", agent, others, tuple(np.roll(cycle, -int(np.argmin(cycle))).tolist())), words
