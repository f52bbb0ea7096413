r"""The values of a rule, and whether it is efficient.

.. math:: W_t(θ) = \sum_i u_t^i(a^*_t(θ), θ) + δ E[W_{t+1}(θ') | a^*_t(θ), θ], \qquad W_{T+1} = 0.

The rule is efficient iff no action at any profile of any period gives more. Exact
values can have very many digits, so they are computed only where needed: rigorous bounds come first.

- Finite horizon: backward induction in fixed point, rounded down and up.
- Infinite horizon: any vector :math:`\tilde W` has :math:`|W - \tilde W| \le \max|T\tilde W - \tilde W| / (1-δ)`, the
  residual computed exactly. Floats propose the vector; the bound holds whatever they propose.
- Two actions with the same surplus and the same transition at a profile are worth the same: no number is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import flint
import numpy as np

from .exact import Array, Exact, dot, objects
from .model import Kernel, Model
from .play import Play
from .text import TooLargeInput, number_text, show
from .verdict import Ledger, Refuted

# Bounds are integers over 2**SCALE.
SCALE = 160
_ONE = 1 << SCALE
# Above this many profiles no exact linear system is solved.
MAX_SYSTEM = 3_000


def fixed_point(model: Model, rule: Array | Play, flow: Exact, suggestions: Sequence[Exact] = ()) -> Exact:
    """Return the exact solution of ``X = flow + δ P X``, ``P`` the transition under the rule.

    Parameters
    ----------
    model:
        An instance of infinite horizon.
    rule:
        Action at every profile, or what is played there.
    flow:
        Payoff per period at every profile, shape ``(profiles,)``.
    suggestions:
        Vectors to try first. None of them is believed: the solution is the one that satisfies the equation,
        and it is unique since ``δ < 1`` and the rows of ``P`` add up to one.
    """
    kernel = model.kernel(0)
    assert kernel is not None
    play = rule if isinstance(rule, Play) else Play.pure(rule)
    count = play.profiles
    every = np.arange(count)
    weights, den, most = play.transition(kernel)

    def solves(vector: Exact) -> bool:
        num, common = vector.common("values")
        after = Exact(dot(weights, most, num), den * common)
        gap = flow + after.times(model.discount) - Exact(num, np.array(common, dtype=object))
        return bool((gap.num == 0).all())

    for suggestion in suggestions:
        if suggestion.shape == (count,) and solves(suggestion):
            return suggestion
    if count > MAX_SYSTEM:
        raise TooLargeInput("signals", f"an exact linear system of {count} equations", f"at most {MAX_SYSTEM}")
    top, bottom = model.discount.numerator, model.discount.denominator
    # row θ times den(θ) · bottom: integers on the left-hand side
    matrix = weights.astype(object) * -top
    matrix[every, every] += den * bottom
    scale = den * bottom
    vector = solved(matrix, Exact(flow.num * scale, flow.den)).single("values")
    if not solves(vector):
        raise Refuted("the exact values of the rule could not be computed")  # pragma: no cover
    return vector


def solved(matrix: Array, right: Exact) -> Exact:
    """Return the solution of a nonsingular system of integers ``matrix`` and rational right-hand sides."""
    count = len(matrix)
    sides = [flint.fmpq(int(n), int(d)) for n, d in zip(right.num, np.broadcast_to(right.den, (count,)), strict=True)]
    left = flint.fmpq_mat(flint.fmpz_mat(count, count, [int(x) for x in matrix.ravel()]))
    solve: Any = left.solve  # its stub does not know the algorithms
    found = solve(flint.fmpq_mat(count, 1, sides), algorithm="dixon" if count > 20 else None)
    pairs = [(int(x.p), int(x.q)) for x in found.entries()]
    return Exact(objects([n for n, _ in pairs]), objects([d for _, d in pairs]))


def resolvent(
    kernel: Kernel, discount: Fraction, vectors: Sequence[Sequence[Fraction]]
) -> tuple[Fraction, list[list[Fraction]]]:
    """Return ``det(I − δP)`` and the exact solutions of ``X = v + δ P X``, ``P`` the transition after the first action.

    Parameters
    ----------
    discount:
        ``0 ≤ δ < 1``.
    vectors:
        The ``v``, each of as many numbers as there are profiles.
    """
    count = kernel.weights.shape[1]
    top, bottom = discount.numerator, discount.denominator
    entries = []
    for p in range(count):
        den = int(kernel.den[0, p])
        entries += [
            flint.fmpq((den * bottom if p == q else 0) - top * int(x), den * bottom)
            for q, x in enumerate(kernel.weights[0, p])
        ]
    left = flint.fmpq_mat(count, count, entries)
    right = [flint.fmpq(v[p].numerator, v[p].denominator) for p in range(count) for v in vectors]
    solved = left.solve(flint.fmpq_mat(count, len(vectors), right))
    whole = left.det()
    columns = [[Fraction(int(solved[p, j].p), int(solved[p, j].q)) for p in range(count)] for j in range(len(vectors))]
    return Fraction(int(whole.p), int(whole.q)), columns


def propose(model: Model, weights: Array, den: Array, bound: int, flow: Exact) -> tuple[Array, int] | None:
    """Return integers over ``2**SCALE`` near the solution of ``X = flow + δ P X``, and a bound of the error.

    The error bound is proved in integers. None where floats cannot even propose (overflow).
    """
    count = len(den)
    top, bottom = model.discount.numerator, model.discount.denominator
    try:
        matrix = np.eye(count) - float(model.discount) * (weights / den[:, None]).astype(float)
        inverse = np.linalg.inv(matrix)
        flows = flow.floor(_ONE)
        vector = np.zeros(count, dtype=object)
        worst = None
        for _ in range(8):
            after = dot(weights, bound, vector) * top
            # |T X - X| with the two roundings (of the flow, of the division), one unit each
            residual = flows + after // (den * bottom) - vector
            error = int(np.abs(residual).max()) + 2
            if worst is not None and error * 4 > worst[1]:
                break
            worst = (vector, error)
            # relative to the largest, so that floats hold it
            size = max(error.bit_length() - 60, 0)
            step = inverse @ (residual >> size).astype(float)
            if not np.isfinite(step).all():
                break
            vector = vector + objects([int(x) << size for x in np.rint(step)])
    except (OverflowError, np.linalg.LinAlgError, FloatingPointError, MemoryError):
        return None
    if worst is None:
        return None
    slack = 1 - model.discount
    # |X - X~| <= error / (1 - δ), rounded up
    return worst[0], -(-worst[1] * slack.denominator // slack.numerator)


class Values:
    """Values of the rule in every period: bounds at once, exact numbers on demand.

    Parameters
    ----------
    model:
        The instance.
    rule:
        Per period, the action at every profile. With a constant last period, that of period ``T`` is ignored:
        the last period is then valued at its efficient actions.
    constant:
        Whether the last period is exempt (``last-period: constant``).
    suggestions:
        Claimed exact values (infinite horizon), to try before solving.
    """

    called, which = "the efficient rule listed", "the rule listed, which is efficient,"
    untried = "other efficient rules, if there are ties, are not tried"

    def __init__(
        self, model: Model, rule: Sequence[Array], constant: bool = False, suggestions: Sequence[Exact] = ()
    ) -> None:
        self.model, self.constant = model, constant
        self.rule = list(rule)
        self.suggestions = list(suggestions)
        if constant:
            last = model.period(model.count - 1)
            num, _ = last.surplus.common("utilities")
            self.rule[-1] = np.argmax(np.where(last.choices, num, num.min() - 1), axis=0)
        self._exact: dict[int, Exact] = {}
        self._gaps: dict[int, Exact] = {}

    def flow(self, t: int) -> Exact:
        """Return the surplus of one period under the rule."""
        period = self.model.period(t)
        return period.surplus[self.rule[t], np.arange(period.profiles)]

    def claimed(self, t: int, agent: int) -> Exact:
        """Return what an agent gets who gets the whole: ``W``, over one denominator."""
        return self.exact(t)

    def exact(self, t: int) -> Exact:
        """Return ``W`` in the period with index ``t``, over one denominator."""
        if self.model.horizon is None:
            if 0 not in self._exact:
                self._exact[0] = fixed_point(self.model, self.rule[0], self.flow(0), self.suggestions)
            return self._exact[0]
        for s in range(self.model.count - 1, t - 1, -1):
            if s not in self._exact:
                value = self.flow(s)
                kernel = self.model.kernel(s)
                if kernel is not None:
                    num, den = self._exact[s + 1].common("values")
                    rows = (self.rule[s], np.arange(len(self.rule[s])))
                    after = Exact(dot(kernel.weights[rows], kernel.bound, num), kernel.den[rows] * den)
                    value = value + after.times(self.model.discount)
                self._exact[s] = value.single("values")
        return self._exact[t]

    @cached_property
    def bounds(self) -> list[tuple[Array, Array]] | None:
        """Per period, lower and upper bounds of ``W`` as integers over ``2**SCALE``; None if there are none."""
        model = self.model
        if model.horizon is None:
            kernel = model.kernel(0)
            assert kernel is not None
            rows = (self.rule[0], np.arange(len(self.rule[0])))
            found = propose(model, kernel.weights[rows], kernel.den[rows], kernel.bound, self.flow(0))
            return None if found is None else [(found[0] - found[1], found[0] + found[1])]
        result: list[tuple[Array, Array]] = []
        for t in range(model.count - 1, -1, -1):
            flow = self.flow(t)
            low, high = flow.floor(_ONE), flow.ceil(_ONE)
            kernel = model.kernel(t)
            if kernel is not None:
                rows = (self.rule[t], np.arange(len(self.rule[t])))
                after = self._after(kernel, kernel.weights[rows], kernel.den[rows], result[-1])
                low, high = low + after[0], high + after[1]
            result.append((low, high))
        return result[::-1]

    def _after(self, kernel: Kernel, weights: Array, den: Array, value: tuple[Array, Array]) -> tuple[Array, Array]:
        """Return bounds of ``δ E[W']``."""
        top, below = self.model.discount.numerator, den * self.model.discount.denominator
        low = dot(weights, kernel.bound, value[0]) * top // below
        high = -(-dot(weights, kernel.bound, value[1]) * top // below)
        return low, high

    def gaps(self, t: int) -> tuple[Array, Array]:
        """Return bounds ``(low, high)`` of what each action loses against the rule's, ``W(θ) - Q(a, θ)``.

        Integers over ``2**SCALE``, shape ``(actions, profiles)``; exactly zero where the action is the rule's,
        or has the same surplus and transition. Where no bounds exist they come from exact values.
        """
        period, kernel, rule = self.model.period(t), self.model.kernel(t), self.rule[t]
        every = np.arange(period.profiles)
        surplus = period.surplus
        if self.bounds is None:
            exact = self.exact_gaps(t)
            return exact.floor(_ONE), exact.ceil(_ONE)
        low, high = surplus.floor(_ONE), surplus.ceil(_ONE)
        same = (surplus - surplus[rule, every]).num == 0
        if kernel is not None:
            after = self._after(kernel, kernel.weights, kernel.den, self.bounds[self.model.following(t)])
            low, high = low + after[0], high + after[1]
            for a in range(len(period.actions)):
                # rows over different denominators are compared crosswise
                maybe = np.flatnonzero(same[a] & (rule != a))
                left = kernel.weights[a, maybe].astype(object) * kernel.den[rule[maybe], maybe][:, None]
                right = kernel.weights[rule[maybe], maybe].astype(object) * kernel.den[a, maybe][:, None]
                same[a, maybe] = (left == right).all(axis=1)
        value = self.bounds[t]
        gap_low, gap_high = value[0] - high, value[1] - low
        gap_low[same], gap_high[same] = 0, 0
        return gap_low, gap_high

    def exact_gaps(self, t: int) -> Exact:
        """Return ``W(θ) - Q(a, θ)`` exactly, shape ``(actions, profiles)``."""
        if t in self._gaps:
            return self._gaps[t]
        after = None if self.model.kernel(t) is None else self.exact(self.model.following(t))
        self._gaps[t] = self.exact(t) - self.model.worth(t, self.model.period(t).surplus, after)
        return self._gaps[t]

    def signs(self, t: int) -> Array:
        """Return the exact sign of every gap of a period: 1 (worse than the rule), 0 (a tie), -1 (better).

        An action that is not available counts as worse.
        """
        low, high = self.gaps(t)
        signs = np.where(low > 0, 1, np.where(high < 0, -1, 0))
        if ((low <= 0) & (high >= 0) & ((low != 0) | (high != 0)) & self.model.period(t).choices).any():
            gaps = self.exact_gaps(t).num
            signs = np.where(gaps > 0, 1, np.where(gaps < 0, -1, 0))
        return np.asarray(np.where(self.model.period(t).choices, signs, 1), dtype=int)

    def check_efficient(self, ledger: Ledger, what: str = "efficiency") -> list[Array]:
        """Ask that no action at any profile of any period beats the rule; return the signs of the gaps."""
        every = []
        for t in range(self.model.count):
            signs = self.signs(t)
            if (signs < 0).any():
                action, profile = (int(k) for k in np.argwhere(signs < 0)[0])
                period = self.model.period(t)
                # a lower bound of the loss would not be exact: take the exact value for the message
                slack = number_text(self.exact_gaps(t).at(action, profile))
                words = f"{what}{self.model.when(t)} at {period.name(profile)}"
                other, own = show(period.actions[action]), show(period.actions[self.rule[t][profile]])
                raise Refuted(f"{words}: {other} beats the rule's {own}: slack {slack} < 0")
            ledger.rows += signs.size
            every.append(signs)
        return every


def mean(prior: Exact, values: Exact) -> Fraction:
    """Return the expectation of ``values`` under the prior."""
    num, den = values.common("values")
    total = sum(int(p) * int(x) for p, x in zip(prior.num, num, strict=True))
    return Fraction(total, int(prior.den[()]) * den)
