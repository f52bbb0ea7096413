r"""What an agent must expect to pay next period for the target payoff: exactly, and after a lie at least.

Let every agent keep the share ``s`` of the surplus, ``X = s W`` (1: residual claimant; 1/N: equal shares; 0: nothing). With ``a`` the action that the report
leads to, and ``k`` the own signal, truth asks for ``μ_k·p = c_k`` and a lie for ``μ_k·p ≥ c_k − s (W(k) − Q(a, k))/δ``, where

    ``c(a, θ) = [u^i(a,θ) − s Σ_j u^j(a,θ)]/δ + [t = T−1] E[V_T^i − s W_T | a,θ]``,      ``V_T^i = u_T^i(a_T*) − p_T^i``.

Derivation: ``u^i(a,k) + δ E[X'|a,k] − δ μ_k·p ≤ s W(k)``, and ``Q(a,k) = Σ_j u^j(a,k) + δ E[W'|a,k]``. The loss ``W − Q ≥ 0`` is zero at the signals that lead to ``a`` themselves.
The scope ``all`` asks every action for ``c`` alone, as Liu 2014 does: that suffices, and is no question about transfers any more.

Exact losses over an infinite horizon have thousands of digits. A lower bound of them suffices for a yes, an upper bound for a no; exact ones are looked at only where
the bounds leave the answer open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np

from mechsynth.beliefs import by_own
from mechsynth.construct.case import Case
from mechsynth.construct.slacks import surplus_lost, told
from mechsynth.efficient import expectation
from mechsynth.rational import IntArray, Rationals, magnitude, narrow, scaled, text

FINE = 128  # bits to which losses over an infinite horizon are enclosed, relative to the largest surplus
COARSE = 24  # bits of them that the block engine sees
DIGITS = 6  # digits of a shortfall whose exact value is long
SHORT = 60  # characters of an exact shortfall that is still told


@dataclass(frozen=True, eq=False)
class Losses:
    """``W(θ) − Q(a, θ)`` of one period, shape ``(|A|, |Θ|)``.

    Attributes
    ----------
    low, high:
        Bounds; both are 0 where the loss is proved to be 0, and equal where they are exact.
    exact:
        Returns the exact numbers.
    """

    low: Rationals
    high: Rationals
    exact: Callable[[], Rationals]


def losses(case: Case, t: int) -> Losses:
    """Return what every action loses of the surplus in period ``t`` (from 1; not the last)."""
    found: Losses = case.once(
        ("losses", t), lambda: _enclosed(case) if case.environment.horizon is None else _finite(case, t)
    )
    return found


def _finite(case: Case, t: int) -> Losses:
    exact = surplus_lost(case, t).reduce()
    return Losses(exact, exact, lambda: exact)


def _enclosed(case: Case) -> Losses:
    """Return bounds of the losses over an infinite horizon.

    Any vector ``W̃`` has ``|W − W̃| ≤ max|T W̃ − W̃|/(1−δ)`` under the rule; floats propose it, the residual is exact.
    """
    environment, rule = case.environment, case.rule
    kept: list[Rationals] = []

    def exact() -> Rationals:
        if not kept:
            kept.append(surplus_lost(case, 1))
        return kept[0]

    period, delta = environment.period(1), environment.discount
    kernel, chosen = period.kernel(), rule.at(1).ravel()
    index = np.arange(chosen.size)
    total = period.surplus().reshape(len(period.actions), -1)
    flow = Rationals(total.num[chosen, index], total.den)
    found = _proposed(flow, Rationals(kernel.num[chosen, index], kernel.den), delta)
    if found is None:
        whole = exact()
        return Losses(whole, whole, exact)
    value, error = found
    worth = total + expectation(kernel, value) * delta
    gap = Rationals(value.num[None], value.den) - worth
    # both W and Q are off by at most the error
    room = 2 * error
    bottom = value.den
    tied = rule.optimal[0]
    lift, below = gap.num.astype(object) * bottom, gap.den
    low = lift // below - (-(-room.numerator * bottom // room.denominator))
    high = -(-lift // below) + (-(-room.numerator * bottom // room.denominator))
    low, high = np.where(tied, 0, np.maximum(low, 0)), np.where(tied, 0, high)
    return Losses(Rationals(narrow(low), bottom), Rationals(narrow(high), bottom), exact)


def _proposed(flow: Rationals, rows: Rationals, delta: Fraction) -> tuple[Rationals, Fraction] | None:
    """Return a vector near the solution of ``W = flow + δ P W`` over a power of two, and a proved bound of its error."""
    top = Fraction(max(magnitude(flow.num), 1), flow.den)
    bits = max(0, FINE - (top.numerator.bit_length() - top.denominator.bit_length()))
    matrix = np.eye(flow.num.size) - float(delta) * rows.floats()
    best: tuple[IntArray, Fraction] | None = None
    vector: IntArray = np.zeros(flow.num.size, dtype=object)
    for _ in range(6):
        after = (rows @ Rationals(narrow(vector), 1 << bits).reshape(-1, 1)).reshape(-1)
        residual = flow + after * delta - Rationals(narrow(vector), 1 << bits)
        size = Fraction(magnitude(residual.num), residual.den)
        if best is not None and size * 4 > best[1]:
            break
        best = vector, size
        if size == 0:
            break
        # relative to its size, so that floats hold the step
        floats = (residual * (1 / size)).floats()
        try:
            step = np.linalg.solve(matrix, floats)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(step).all():
            return None
        factor = size * (1 << bits)
        vector = vector + np.array([round(Fraction(float(v)) * factor) for v in step], dtype=object)
    if best is None or best[1] * 2**40 > top:
        return None
    return Rationals(narrow(best[0]), 1 << bits), best[1] / (1 - delta)


@dataclass(frozen=True, eq=False)
class Aims:
    """The targets of one agent in one period.

    Attributes
    ----------
    case, t, agent:
        Whose they are.
    full:
        ``c``, shape ``(|A|, |Θ^{-i}|, |Θ^i|)``.
    share:
        ``s``; 0 also where lies are to meet ``c`` itself (scope ``all``).
    """

    case: Case
    t: int
    agent: int
    full: Rationals
    share: Fraction

    @property
    def weaker(self) -> bool:
        """Whether lies are asked for less than ``c``."""
        return self.share != 0

    @cached_property
    def _losses(self) -> tuple[Rationals, Rationals]:
        """Bounds of ``s (W − Q)/δ`` in the shape of ``full``."""
        found = losses(self.case, self.t)
        shape = self.case.environment.period(self.t).shape
        factor = self.share / self.case.environment.discount
        sides = []
        for side in (found.low, found.high):
            moved = by_own(side.num.reshape(-1, *shape), self.agent)
            sides.append(Rationals(moved, side.den) * factor)
        return sides[0], sides[1]

    def low(self, action: IntArray, others: IntArray) -> Rationals:
        """Return targets ``(B, n)`` of some blocks for whose lies a bound of their loss is taken off, rounded down."""
        full = Rationals(self.full.num[action, others], self.full.den)
        less = self._losses[0]
        part = Rationals(less.num[action, others], less.den)
        scale = max(abs(full.floats()).max(initial=0.0), part.floats().max(initial=0.0))
        if not 0.0 < scale < 2.0**900:
            return full - part
        bits = COARSE - int(np.frexp(scale)[1])
        grid = Fraction(2) ** -bits
        num = part.num.astype(object) * grid.denominator // (part.den * grid.numerator)
        return full - Rationals(narrow(np.asarray(num * grid.numerator)), grid.denominator)

    def exact(self, action: IntArray, others: IntArray) -> Rationals:
        """Return the exact targets ``(B, n)`` of some blocks."""
        full = Rationals(self.full.num[action, others], self.full.den)
        shape = self.case.environment.period(self.t).shape
        loss = losses(self.case, self.t).exact()
        moved = by_own(loss.num.reshape(-1, *shape), self.agent)[action, others]
        return (full - Rationals(moved, loss.den) * (self.share / self.case.environment.discount)).reduce()

    def gap(self, action: int, others: int, eta: Sequence[Fraction | int]) -> tuple[Fraction, Fraction]:
        """Return bounds of ``Σ η_k c̃_k`` for the weaker targets ``c̃`` of a block; ``η_k ≥ 0`` wherever something is lost."""
        base = weighted(eta, self.full[action, others])
        if not self.weaker:
            return base, base
        low, high = self._losses
        return base - weighted(eta, high[action, others]), base - weighted(eta, low[action, others])

    def stated(self, action: int, others: int, eta: Sequence[Fraction | int], unit: Fraction) -> Fraction:
        """Return ``Σ η_k c̃_k / unit`` as a witness states it: exactly, or where that is long rounded down to a few digits."""
        low, high = (bound / unit for bound in self.gap(action, others, eta))
        if low == high:
            return low
        if told(self.case):
            exact = self._exact_gap(action, others, eta) / unit
            return exact if len(text(exact)) <= SHORT else rounded_down(exact)
        if low > 0 and rounded_down(low) == rounded_down(high):
            return rounded_down(low)
        return rounded_down(self._exact_gap(action, others, eta) / unit)

    def _exact_gap(self, action: int, others: int, eta: Sequence[Fraction | int]) -> Fraction:
        place = np.array([action]), np.array([others])
        return weighted(eta, self.exact(*place)[0])


def weighted(eta: Sequence[Fraction | int], values: Rationals) -> Fraction:
    """Return ``Σ η_k v_k``."""
    scale = lcm(*(e.denominator for e in eta))
    total = sum(e.numerator * (scale // e.denominator) * v for e, v in zip(eta, values.num.tolist(), strict=True) if e)
    return Fraction(total, values.den * scale)


def rounded_down(value: Fraction) -> Fraction:
    """Return a positive number rounded down to `DIGITS` significant decimal digits."""
    place = len(str(value.numerator // value.denominator)) if value >= 1 else 0
    if value < 1:
        while value * Fraction(10) ** (1 - place) < 1:
            place -= 1
    unit = Fraction(10) ** (place - DIGITS)
    return value // unit * unit


def settle_anew(
    failures: dict[tuple[int, int], Sequence[Fraction | int]],
    stack: Any,
    aims: Aims,
    again: Callable[[IntArray, Rationals], dict[tuple[int, int], Sequence[Fraction | int]]],
) -> None:
    """Decide failures under ``c`` anew under the weaker targets of lies, first with bounds of the losses, then with exact ones.

    Parameters
    ----------
    failures:
        By ``(block, report)``; what turns out to have payments is struck off.
    again:
        Decides the open reports of some blocks of the stack under other targets ``(B, n)``, keeps what payments it finds, and returns the failures by
        ``(position among the blocks, report)``.
    """
    if not aims.weaker:
        return

    def proved(block: int, eta: Sequence[Fraction | int]) -> bool:
        return aims.gap(int(stack.action[block]), int(stack.others[block]), eta)[0] > 0

    for targets in (aims.low, aims.exact):
        left = {key: eta for key, eta in failures.items() if not proved(key[0], eta)}
        if not left:
            return
        blocks = np.array(sorted({block for block, _ in left}))
        found = again(blocks, targets(stack.action[blocks], stack.others[blocks]))
        for block, report in left:
            del failures[block, report]
        place = {int(block): k for k, block in enumerate(blocks.tolist())}
        for block, report in left:
            if (place[block], report) in found:
                failures[block, report] = found[place[block], report]


def target(case: Case, t: int, agent: int, share: Fraction, weaker: bool, kept: Rationals | None = None) -> Aims:
    """Return the targets of an agent that is to keep a share of the surplus.

    Parameters
    ----------
    kept:
        ``V_T^i`` over the profiles of period ``T``, shape ``(|Θ_T|,)``, if ``t = T − 1``; else ``None``.
    """
    environment = case.environment
    period, delta = environment.period(t), environment.discount
    flow = period.utilities[agent] - period.surplus() * share
    if kept is not None:
        surplus = case.rule.value(environment.last)
        after = (period.kernel() @ (kept - surplus * share).reshape(-1, 1)).reshape(*flow.shape)
        flow = flow + after * delta
    full = Rationals(scaled(by_own(flow.num, agent), delta.denominator), flow.den * delta.numerator).reduce()
    return Aims(case, t, agent, full, share if weaker else Fraction(0))
