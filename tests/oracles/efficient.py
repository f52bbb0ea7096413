"""The efficient values and rule, exactly.

    W_t(θ) = max_a Σ_i u_t^i(a,θ) + δ Σ_θ' μ(θ' | a,θ) W_{t+1}(θ'),        W_{T+1} = 0

Backward induction when the horizon is finite. Otherwise policy iteration: the values of a policy solve
(I − δP) W = U in Fractions, a policy changes only where another action is strictly better, and it ends because
there are finitely many policies. Ties go to the first action in file order.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .model import Model, Profile

Values = dict[Profile, Fraction]


@dataclass(frozen=True)
class Efficient:
    """Per period: values, the first optimal action, and all the optimal actions."""

    values: list[Values]
    rule: list[dict[Profile, int]]
    optimal: list[dict[Profile, list[int]]]


def solve_linear(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """The solution of a nonsingular square system, by Gauss-Jordan elimination."""
    n = len(matrix)
    rows = [list(map(Fraction, row)) + [Fraction(b)] for row, b in zip(matrix, right)]
    for c in range(n):
        pivot = next(r for r in range(c, n) if rows[r][c] != 0)
        rows[c], rows[pivot] = rows[pivot], rows[c]
        scale = rows[c][c]
        rows[c] = [x / scale for x in rows[c]]
        for r in range(n):
            factor = rows[r][c]
            if r != c and factor != 0:
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[c])]
    return [row[n] for row in rows]


def discounted(flow: Values, step: dict[Profile, dict[Profile, Fraction]], delta: Fraction) -> Values:
    """The solution x of x(θ) = flow(θ) + δ Σ_θ' step(θ)(θ') x(θ')."""
    states = list(flow)
    matrix = [[Fraction(int(p == q)) - delta * step[p].get(q, Fraction(0)) for q in states] for p in states]
    return dict(zip(states, solve_linear(matrix, [flow[p] for p in states])))


def _surplus(model: Model, t: int, a: int, p: Profile, following: Values | None) -> Fraction:
    period = model.periods[t]
    total = sum((u[a, p] for u in period.utility), Fraction(0))
    if following is not None and period.kernel is not None:
        total += model.delta * sum((x * following[q] for q, x in period.kernel[a, p].items()), Fraction(0))
    return total


def _best(model: Model, t: int, following: Values | None) -> tuple[Values, dict[Profile, list[int]]]:
    values, optimal = {}, {}
    for p in model.periods[t].profiles():
        there = [a for a in range(len(model.periods[t].actions)) if model.periods[t].there(a, p)]
        options = {a: _surplus(model, t, a, p, following) for a in there}
        values[p] = max(options.values())
        optimal[p] = [a for a, x in options.items() if x == values[p]]
    return values, optimal


def _stationary(model: Model) -> Values:
    period = model.periods[0]
    assert period.kernel is not None
    rule = {p: next(a for a in range(len(period.actions)) if period.there(a, p)) for p in period.profiles()}
    while True:
        flow = {p: sum((u[a, p] for u in period.utility), Fraction(0)) for p, a in rule.items()}
        values = discounted(flow, {p: period.kernel[a, p] for p, a in rule.items()}, model.delta)
        best, optimal = _best(model, 0, values)
        if best == values:
            return values
        rule = {p: a if best[p] == values[p] else optimal[p][0] for p, a in rule.items()}


def efficient(model: Model) -> Efficient:
    """The efficient rule of an environment, with every tie."""
    if model.horizon is None:
        values = _stationary(model)
        steps = [_best(model, 0, values)]
    else:
        steps, following = [], None
        for t in reversed(range(model.horizon)):
            steps.insert(0, _best(model, t, following))
            following = steps[0][0]
    return Efficient([v for v, _ in steps], [{p: o[0] for p, o in opt.items()} for _, opt in steps],
                     [opt for _, opt in steps])


def expected_value(model: Model, eff: Efficient) -> Fraction | None:
    """E W_1(θ_1) under the prior."""
    if model.prior is None:
        return None
    return sum((x * eff.values[0][p] for p, x in model.prior.items()), Fraction(0))
