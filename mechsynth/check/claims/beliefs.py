"""``convex-independence`` and ``spanning``: conditions on beliefs, block by block.

What settles a block where a condition holds is in ``blocks.py``. Where it fails, weights of the own signals make their beliefs cancel: a convex combination
of the others' that is one's own belief, or a dependence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Dependence, Invariant, Mixture

from ..blocks import (
    Block,
    block_at,
    check_convex,
    check_holds,
    last_with_blocks,
    mixture,
    profiles_of_blocks,
)
from ..envelope import Claim, witness
from ..exact import Array
from ..mechanism import period_of
from ..model import Model
from ..text import items, label, show
from ..values import Values
from ..verdict import Ledger, Refuted


def judge(claim: Claim, model: Model, rule: Sequence[Array] | None, values: Values | None, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    if claim.status == "holds":
        check_holds(claim, model, rule, ledger)
        return _holds_statement(claim, model)
    ledger.claim(claim.value is None, "a value in a negative answer")
    return _fails_statement(claim, model, check_combinations(claim, model, rule, ledger))


def _idle(model: Model) -> str:
    """Return why a condition on beliefs has nothing to test, empty where it has."""
    if last_with_blocks(model) == 0:
        return "; there is one period only, so there is no block, and nothing was tested"
    if len(model.agents) == 1:
        return "; there is one agent only, so there are no others to expect anything of, and payments have nothing to look at"
    if all(model.period(t).sizes[i] == 1 for t in range(last_with_blocks(model)) for i in model.players):
        return "; every agent has one signal only, so nothing was tested"
    return ""


def _holds_statement(claim: Claim, model: Model) -> str:
    every = "every block of an available action" if model.limited else "every block"
    scope = every if claim.scope == "all" else "every block that the efficient rule listed uses"
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


def check_combinations(claim: Claim, model: Model, rule: Sequence[Array] | None, ledger: Ledger) -> str:
    """Ask that the witness of a failed condition, and every one in ``certificate.failures``, is valid; return the first in words."""
    kind: type[Mixture | Dependence] = Mixture if claim.ask == "convex-independence" else Dependence
    words: list[str] = []
    seen: set[Any] = set()
    for entry, at in failures(claim):
        found = witness(kind, entry, at, claim.numbers)
        combination = read_combination(found, model, at)
        block, text = combination.block, combination.name(model)
        signed = combination.weights
        chosen = np.ones(model.period(block.t).sizes[block.agent], dtype=bool)
        if claim.scope == "policy":
            assert rule is not None
            chosen = rule[block.t][profiles_of_blocks(model, block.t, block.agent)[block.others]] == block.action
        if combination.own is None:
            ledger.claim(any(signed.values()), f"{text}: all weights are zero")
            ledger.claim(bool(chosen.any()), f"{text}: no own signal makes the rule take this action")
        else:
            others = {k: weight for k, weight in signed.items() if k != combination.own}
            check_convex(others, combination.own, block, model, ledger)
            ledger.claim(bool(chosen[combination.own]), f"{text}: the rule takes another action at this own signal")
        left = mixture(block.columns(model), signed)
        ledger.zero(left, lambda index, text=text: f"{text}: entry {index[0]} of the combination")  # type: ignore[misc]
        ledger.claim(found.shortfall is None, f"{text}: a condition has no shortfall")
        once(seen, (block, combination.own), at)
        words.append(text)
    return words[0]


def failures(claim: Claim) -> Iterator[tuple[Any, str]]:
    """Return the witness and the other failures listed, each with its place."""
    found = [claim.witness]
    if claim.certificate.get("failures") is not None:
        found = items(claim.certificate["failures"], "certificate.failures")
        if not found or found[0] != claim.witness:
            raise Refuted("certificate.failures does not begin with the witness")
    for k, entry in enumerate(found):
        yield entry, "witness" if k == 0 else f"certificate.failures[{k}]"


def once(seen: set[Any], key: Any, place: str) -> None:
    """Ask that a failure is listed once."""
    if key in seen:
        raise InputError(place, "this failure stands twice", "keep one")
    seen.add(key)


@dataclass(frozen=True, eq=False)
class Combination:
    """Weights of the own signals of a block, -1 at the signal that the others imitate, if there is one."""

    block: Block
    own: int | None
    weights: dict[int, Fraction]

    def name(self, model: Model) -> str:
        """Return its place in words."""
        words = self.block.name(model)
        if self.own is None:
            return words
        return f"{words}, own signal {show(model.period(self.block.t).signals[self.block.agent][self.own])}"


def read_combination(found: Mixture | Dependence | Invariant, model: Model, place: str) -> Combination:
    """Return the weights of a witness about a block, as indices; a mixture imitates one own signal."""
    last = last_with_blocks(model)
    if last == 0:
        raise Refuted("a block, although no period has a transition")
    t = 0 if isinstance(found, Invariant) else period_of(found, model, place, None if model.horizon is None else last)
    block = block_at(model, t, found.agent, found.action, found.others, place)
    known = model.period(t).signal_index[block.agent]
    weights = {label(k, known, f"{place}.weights", "own signal"): weight for k, weight in found.weights.items()}
    if isinstance(found, Dependence) or found.type_ is None:
        return Combination(block, None, weights)
    own = label(found.type_, known, f"{place}.type", "own signal")
    if own in weights:
        raise Refuted(f"{block.name(model)}: the combination uses the own signal it should give")
    return Combination(block, own, {**weights, own: Fraction(-1)})
