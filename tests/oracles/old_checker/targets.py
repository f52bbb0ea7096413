r"""What a witness against a block has to exceed: the targets of an agent that is to keep a share of the surplus.

Let :math:`X_t = s W_t` be asked before the last period (``s``: 1 residual claimant, 1/N equal shares, 0 nothing). With
:math:`V_T^i = u_T^i(a_T^*) - p_T^i` and :math:`[t = T-1]` for the period before the last,

.. math:: c(a, θ) = \bigl(u^i(a,θ) - s \textstyle\sum_j u^j(a,θ)\bigr)/δ + [t = T-1]\, E[V_T^i - s W_T | a,θ],

truth of own signal ``r`` asks for :math:`μ_r \cdot p = c_r`, the lie of ``k`` for :math:`μ_k \cdot p ≥ c_k - s (W(k) - Q(a,k))/δ`, ``a`` the action that the report
leads to. In scope ``all`` every lie is asked for :math:`c_k`. So weights ``w`` with :math:`\sum_k w_k μ_k = 0`, not negative where only a bound is asked, exclude payments iff
:math:`\sum_k w_k` (right side) is above 0: the shortfall.

- The payments :math:`p_T` of an efficient last period are free. A witness of period ``T-1`` is one whatever they are iff the laws of *whole* profiles cancel,
  :math:`\sum_k w_k μ(θ' | a, k) = 0`; then it is computed with :math:`p_T = 0`.
- Over an infinite horizon exact losses can have thousands of digits. A shortfall may then be stated rounded down to six significant decimal digits;
  bounds of the losses prove it where they agree on those digits, exact losses do where they do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .blocks import Block
from .envelope import Claim
from .exact import Array, Exact
from .model import Model
from .text import number_text
from .values import SCALE, Values
from .verdict import Ledger, Refuted, equal

DIGITS = 6

LESS = "proves less than was asked"
AGAIN = "ask the same question anew, or this condition with --scope all"


@dataclass(frozen=True, eq=False)
class Targets:
    """The targets of a question.

    Parameters
    ----------
    share:
        Of the surplus, that every agent is to keep.
    weaker:
        Whether a lie is asked for less than ``c`` (scope ``policy``).
    constant:
        Whether the last period plays a constant action, without payments.
    """

    model: Model
    rule: Sequence[Array]
    values: Values
    share: Fraction
    weaker: bool
    constant: bool = False
    _known: dict[tuple[int, int], Exact] = field(default_factory=dict)

    def full(self, t: int, agent: int) -> Exact:
        """Return ``c``, shape ``(actions, profiles)``, with no payments in the last period."""
        key = (t, agent)
        if key not in self._known:
            model, period = self.model, self.model.period(t)
            flow = period.utilities[agent] - period.surplus.times(self.share)
            total = flow.times(1 / model.discount)
            if model.horizon is not None and t == model.horizon - 2:
                kernel, last = model.kernel(t), model.period(t + 1)
                assert kernel is not None
                kept = last.utilities[agent][self.rule[t + 1], np.arange(last.profiles)]
                kept = kept - self.values.exact(t + 1).times(self.share)
                total = total + kernel.expect(*kept.common("utilities"))
            self._known[key] = total
        return self._known[key]

    def check(
        self, stated: Fraction, block: Block, members: Array, signed: dict[int, Fraction], ledger: Ledger
    ) -> None:
        """Ask that a witness falls short by what it says, and by more than nothing.

        Parameters
        ----------
        members:
            The profile of every own signal of the block.
        signed:
            The weights of the own signals, negative where an equality allows it.
        """
        words = block.name(self.model)
        self._whatever_is_paid_last(block, members, signed, words)
        full = self.full(block.t, block.agent)
        base = sum((w * full.at(block.action, int(members[k])) for k, w in signed.items()), Fraction(0))
        lost = {
            int(members[k]): w
            for k, w in signed.items()
            if self.weaker and self.share and w and self.rule[block.t][members[k]] != block.action
        }
        if lost and stated == base and self._total(block, base, lost, stated) != base:
            raise Refuted(
                f"{words}: {LESS}: shortfall {number_text(stated)} is against targets that also lies have to meet in full, "
                f"although a lie to another action loses surplus; {AGAIN}"
            )
        found = self._total(block, base, lost, stated) if lost else base
        equal(stated, found, f"{words}: shortfall", ledger)
        ledger.claim(found > 0, f"{words}: shortfall {number_text(found)} is not above 0")

    def _whatever_is_paid_last(self, block: Block, members: Array, signed: dict[int, Fraction], words: str) -> None:
        """Ask that payments of the last period, which are free, do not change what the witness adds up to."""
        model = self.model
        if model.horizon is None or block.t != model.horizon - 2 or self.constant:
            return
        kernel = model.kernel(block.t)
        assert kernel is not None
        total = [Fraction(0)] * kernel.weights.shape[-1]
        for k, w in signed.items():
            row, den = kernel.weights[block.action, members[k]], int(kernel.den[block.action, members[k]])
            for q in np.flatnonzero(row):
                total[int(q)] += w * Fraction(int(row[q]), den)
        if any(total):
            raise Refuted(
                f"{words}: {LESS}: other payments in period {model.horizon} change what these weights add up to, and the question "
                "leaves those payments free; ask the same question anew"
            )

    def _total(self, block: Block, base: Fraction, lost: dict[int, Fraction], stated: Fraction) -> Fraction:
        """Return the shortfall: exact, or rounded down where it is stated so over an infinite horizon."""
        factor = self.share / self.model.discount
        if self.model.horizon is None:
            low, high = self.values.gaps(block.t)
            sides = [
                base
                - factor
                * sum((w * Fraction(int(side[block.action, q]), 1 << SCALE) for q, w in lost.items()), Fraction(0))
                for side in (high, np.maximum(low, 0))
            ]
            if sides[0] == sides[1]:
                return sides[0]
            if sides[0] > 0 and rounded_down(sides[0]) == rounded_down(sides[1]) == stated:
                return stated
        gaps = self.values.exact_gaps(block.t)
        exact = base - factor * sum((w * gaps.at(block.action, q) for q, w in lost.items()), Fraction(0))
        if self.model.horizon is None and exact > 0 and rounded_down(exact) == stated:
            return stated
        return exact


def rounded_down(value: Fraction) -> Fraction:
    """Return the largest number of `DIGITS` significant decimal digits that is not above a positive number."""
    ten, exponent = Fraction(10), 0
    while ten ** (exponent + 1) <= value:
        exponent += 1
    while ten**exponent > value:
        exponent -= 1
    unit = ten ** (exponent + 1 - DIGITS)
    return (value / unit).__floor__() * unit


def targets_of(claim: Claim, model: Model, rule: Sequence[Array], values: Values) -> Targets:
    """Return the targets of a question about transfers."""
    ask = claim.asked.ask
    share = {"budget-balanced": Fraction(1, len(model.agents)), "surplus-extraction": Fraction(0)}.get(ask, Fraction(1))
    return Targets(model, rule, values, share, claim.scope == "policy", claim.constant is not None)
