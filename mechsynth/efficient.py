"""The efficient rule, exact: what to do at every profile, where ties leave a choice, and what it is worth.

``W_t(θ) = max_a Σ_i u_t^i(a,θ) + δ E[W_{t+1}(θ') | a,θ]``, ``W_{T+1} = 0`` (Liu 2014, equation (1)). Finite horizon: backward
induction. Infinite: policy iteration, in floats to find a candidate and then proved exactly. Ties go to the first action
in file order and are reported, since the choice decides what can be implemented.

The values of a policy on hundreds of profiles have denominators of thousands of bits. Where no two actions tie, a short
proof of efficiency exists: for a rounded ``W̃`` with exact residual ``r = max |T W̃ − W̃|``, the true values are within
``r/(1−δ)``, and an action whose ``Q̃`` stands more than ``2δr/(1−δ)`` above the others is the only optimal one. Only what this
leaves open needs the exact values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.environment import Environment
from mechsynth.past import Past
from mechsynth.rational import Rationals, magnitude, matmul, narrow, scaled

IntVector = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rule:
    """An efficient allocation rule.

    Attributes
    ----------
    environment:
        What it is efficient in.
    actions:
        For every distinct period an integer array of the shape of the profiles: the index of the action.
    ties:
        For every distinct period a boolean array ``(|A|, |Θ|)``: the optimal actions at every profile.
    """

    environment: Environment
    actions: tuple[NDArray[np.int64], ...]
    optimal: tuple[NDArray[np.bool_], ...]
    _values: tuple[Rationals, ...] | None = field(default=None, repr=False)

    @cached_property
    def values(self) -> tuple[Rationals, ...]:
        """``W`` for every distinct period, shape ``(|Θ|,)``, exact."""
        if self._values is not None:
            return self._values
        period = self.environment.period(1)
        chosen = self.actions[0].ravel()
        return (policy_values(period.kernel(), _rows(period.surplus(), chosen), chosen, self.environment.discount),)

    def at(self, t: int) -> NDArray[np.int64]:
        """Return the actions of period ``t`` (from 1), in the shape of its profiles."""
        return self.actions[min(t, len(self.actions)) - 1]

    def value(self, t: int) -> Rationals:
        """Return ``W_t`` (from 1), shape ``(|Θ_t|,)``."""
        return self.values[min(t, len(self.values)) - 1]

    def claimed(self, t: int, agent: int) -> Rationals:
        """Return what an agent gets who gets the whole, in period ``t`` (from 1): ``W_t``."""
        return self.value(t)

    def past(self, t: int) -> Past:
        """Return the histories that period ``t`` (from 1) leaves: one a profile."""
        return Past.pure(self.at(t).ravel())

    def tied(self) -> bool:
        """Return whether any profile leaves a choice among optimal actions."""
        return any(bool((mask.sum(0) > 1).any()) for mask in self.optimal)

    def expected_surplus(self) -> Fraction | None:
        """Return ``E W_1(θ_1)``, or ``None`` without a prior."""
        prior = self.environment.prior
        if prior is None:
            return None
        product = prior.reshape(1, -1) @ self.value(1).reshape(-1, 1)
        return product.fraction(0, 0)


def _rows(array: Rationals, chosen: IntVector) -> Rationals:
    """Return ``array[chosen[θ], θ]`` of an array over ``(a, θ^1, …, θ^N)``, flat."""
    flat = array.reshape(array.shape[0], -1)
    return Rationals(flat.num[chosen, np.arange(chosen.size)], array.den)


def efficient_rule(environment: Environment) -> Rule:
    """Return the efficient rule, with ties broken by the first action in file order.

    Exact in every case: floats only suggest where to look.
    """
    return _infinite(environment) if environment.horizon is None else _finite(environment)


def _finite(environment: Environment) -> Rule:
    actions: list[NDArray[np.int64]] = []
    optimal: list[NDArray[np.bool_]] = []
    values: list[Rationals] = []
    following: Rationals | None = None
    for t in range(environment.last, 0, -1):
        period = environment.period(t)
        total = period.surplus().reshape(len(period.actions), period.size)
        if following is not None:
            total = total + expectation(period.kernel(), following) * environment.discount
        mask = _best(total, period.choices())
        best = np.take_along_axis(total.num, mask.argmax(0)[None], 0)[0]
        following = Rationals(narrow(np.asarray(best)), total.den).reduce()
        actions.append(np.asarray(mask.argmax(0), dtype=np.int64).reshape(period.shape))
        optimal.append(np.asarray(mask, dtype=np.bool_))
        values.append(following)
    return Rule(environment, tuple(actions[::-1]), tuple(optimal[::-1]), tuple(values[::-1]))


def expectation(kernel: Rationals, values: Rationals) -> Rationals:
    """Return ``E[f(θ') | a, θ]``, shape ``(|A|, |Θ|)``, for a kernel ``(|A|, |Θ|, |Θ'|)`` and ``f`` of shape ``(|Θ'|,)``."""
    return Rationals(matmul(kernel.num, values.num.reshape(-1, 1))[..., 0], kernel.den * values.den)


def _best(total: Rationals, available: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which actions are best among the available ones; both over ``(a, θ)``."""
    num = total.num
    if available.all():
        return np.asarray(num == num.max(axis=0), dtype=np.bool_)
    least = num.min() if num.size else 0
    best = np.where(available, num, least).max(axis=0)
    return np.asarray((num == best) & available, dtype=np.bool_)


def policy_values(kernel: Rationals, surplus: Rationals, chosen: IntVector, delta: Fraction) -> Rationals:
    """Solve ``(I − δ P) W = U`` exactly, for the kernel's rows ``P`` of a policy and its surplus ``U``, shape ``(|Θ|,)``."""
    rows = kernel.num[chosen, np.arange(chosen.size)]
    return solve_discounted(Rationals(rows, kernel.den), surplus.reshape(-1, 1), delta).reshape(-1)


def solve_discounted(rows: Rationals, right: Rationals, delta: Fraction) -> Rationals:
    """Solve ``(I − δ P) X = R`` exactly; ``P`` is ``(n, n)``, ``R`` is ``(n, k)``, both rational."""
    import flint

    size = rows.shape[0]
    scale = delta.denominator * rows.den
    system = (rows.num.astype(object) * -delta.numerator) + np.eye(size, dtype=object) * scale
    target = right.num.astype(object) * scale
    matrix = flint.fmpz_mat(size, size, [int(v) for v in system.ravel()])
    vector = flint.fmpz_mat(size, right.shape[1], [int(v) for v in target.ravel()])
    num, den = matrix.solve(vector).numer_denom()
    flat = np.array([int(v) for v in num.entries()], dtype=object).reshape(size, right.shape[1])
    return Rationals(narrow(flat), int(den) * right.den).reduce()


def _infinite(environment: Environment) -> Rule:
    period = environment.period(1)
    delta = environment.discount
    surplus = period.surplus().reshape(len(period.actions), period.size)
    kernel = period.kernel()
    open_ = period.choices()
    chosen, guess = _float_policy(surplus.floats(), kernel, float(delta), open_)
    settled = _short_proof(surplus, kernel, delta, guess, open_)
    if settled is not None:
        actions = np.asarray(settled.argmax(0), dtype=np.int64).reshape(period.shape)
        return Rule(environment, (actions,), (settled,))
    while True:
        values = policy_values(kernel, _rows(surplus, chosen), chosen, delta)
        total = surplus + expectation(kernel, values) * delta
        mask = _best(total, open_)
        if mask[chosen, np.arange(chosen.size)].all():
            actions = np.asarray(mask.argmax(0), dtype=np.int64).reshape(period.shape)
            return Rule(environment, (actions,), (mask,), (values,))
        # Howard's step: every profile that can be improved is, so values rise and no policy comes back.
        keep = mask[chosen, np.arange(chosen.size)]
        chosen = np.where(keep, chosen, mask.argmax(0))


def _float_policy(
    surplus: NDArray[np.float64], kernel: Rationals, delta: float, available: NDArray[np.bool_]
) -> tuple[IntVector, NDArray[np.float64]]:
    """Return a policy that looks optimal and its values, by policy iteration in floats."""
    size = surplus.shape[1]
    index = np.arange(size)
    barred = np.where(available, 0.0, -np.inf)
    chosen = np.asarray((surplus + barred).argmax(0), dtype=np.int64)
    values: NDArray[np.float64] = np.zeros(size)
    for _ in range(200):
        rows = Rationals(kernel.num[chosen, index], kernel.den).floats()
        try:
            values = np.asarray(np.linalg.solve(np.eye(size) - delta * rows, surplus[chosen, index]), dtype=np.float64)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(values).all():
            break
        total = surplus.copy()
        for a in range(surplus.shape[0]):  # an action at a time: the kernel is never copied to floats as a whole
            total[a] += delta * (Rationals(kernel.num[a], kernel.den).floats() @ values)
        slack = 1e-9 * (1.0 + np.abs(total).max())
        total += barred
        better = total.max(0) > total[chosen, index] + slack
        if not better.any():
            break
        chosen = np.where(better, total.argmax(0), chosen)
    return chosen, np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)


def _short_proof(
    surplus: Rationals, kernel: Rationals, delta: Fraction, guess: NDArray[Any], available: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Return the mask of the only optimal actions if rounded values prove it, else ``None``."""
    top = float(np.abs(guess).max(initial=0.0))
    if not top < 2.0**60:
        return None
    bits = max(0, 40 - int(np.ceil(np.log2(top + 1.0))))
    rounded = Rationals(np.rint(guess * 2.0**bits).astype(np.int64), 2**bits)
    total = surplus + expectation(kernel, rounded) * delta
    over = rounded.over(total.den) if total.den % rounded.den == 0 else None
    if over is None:
        total = Rationals(scaled(total.num, rounded.den), total.den * rounded.den)
        over = rounded.over(total.den)
    num = total.num
    if not available.all():
        num = num.astype(object)
        # An action that is not available stands far enough below the others to leave every gap as it is.
        far = magnitude(total.num) + magnitude(over)
        num[~available] = -(far + 2 * delta.denominator * far + 1)
    ranked = np.sort(num, axis=0)
    best = ranked[-1]
    residual = magnitude(np.asarray(best - over))
    if total.shape[0] > 1:
        gap = int((best - ranked[-2]).min())
        # gap > 2 δ r / (1 − δ), in integers
        if gap * (delta.denominator - delta.numerator) <= 2 * delta.numerator * residual:
            return None
    return np.asarray(num == best, dtype=np.bool_)
