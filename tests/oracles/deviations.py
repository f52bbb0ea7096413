"""Every lie in a mechanism, by brute force.

`X` is the truthful continuation payoff without what last period's reports make due. When θ is true and ρ = (r, θ^{-i})
is reported now, truth from then on gives agent i

    G^i(ρ, θ) = u^i(a*(ρ),θ) − now^i(ρ) + δ Σ_θ' μ(θ' | a*(ρ),θ) [X^i(θ') − later^i(θ'; ρ, a*(ρ))],     X^i(θ) = G^i(θ,θ)

The mechanism is periodic ex post incentive compatible iff G^i(θ,θ) − due(θ) ≥ G^i(ρ,θ) − due(ρ) after every report
profile of the period before (and at the start, with nothing due). `best_response_gain` lets the agent lie in every
period instead, by dynamic programming: by the one-shot principle it finds a gain iff some single lie pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .efficient import Values, discounted
from .mechanism import Mechanism
from .model import Model, Profile, drop, insert, labels, read


@dataclass(frozen=True)
class Lie:
    """One incentive constraint: what the lie loses (negative: gains) after which history."""

    slack: Fraction
    period: int
    agent: str
    signals: str
    report: str
    history: str | None


@dataclass(frozen=True)
class Audit:
    """`payoffs[t][agent]` is X_t; `least` the tightest constraint, None when nobody can lie; `lies` all of them."""

    payoffs: list[dict[str, Values]]
    least: Lie | None
    lies: list[Lie]

    @property
    def slack(self) -> Fraction:
        """The least slack; 0 when nobody can lie."""
        return Fraction(0) if self.least is None else self.least.slack


def _normalized(result: dict[str, Any]) -> bool:
    return bool(result.get("instance", {}).get("normalized", False))


def truthful(model: Model, mech: Mechanism, i: int) -> list[Values]:
    """X_t^i(θ) for every period."""
    def flow(t: int, p: Profile) -> Fraction:
        a = mech.rule[t][p]
        kernel = model.periods[t].kernel
        total = model.periods[t].utility[i][a, p] - mech.now(t, i, p)
        if kernel is not None:
            total -= model.delta * sum((x * mech.later(t, i, a, p, q) for q, x in kernel[a, p].items()), Fraction(0))
        return total

    if model.horizon is None:
        kernel = model.periods[0].kernel
        assert kernel is not None
        rule = mech.rule[0]
        return [discounted({p: flow(0, p) for p in rule}, {p: kernel[a, p] for p, a in rule.items()}, model.delta)]
    payoffs: list[Values] = []
    for t in reversed(range(model.horizon)):
        kernel = model.periods[t].kernel
        values = {p: flow(t, p) for p in model.periods[t].profiles()}
        if kernel is not None:
            for p in values:
                values[p] += model.delta * sum((x * payoffs[0][q] for q, x in kernel[mech.rule[t][p], p].items()),
                                               Fraction(0))
        payoffs.insert(0, values)
    return payoffs


def after_report(model: Model, mech: Mechanism, i: int, t: int, rho: Profile, theta: Profile,
                 following: Values | None) -> Fraction:
    """G^i(ρ, θ), with `following` the payoffs of the next period."""
    a = mech.rule[t][rho]
    kernel = model.periods[t].kernel
    total = model.periods[t].utility[i][a, theta] - mech.now(t, i, rho)
    if kernel is not None:
        assert following is not None
        total += model.delta * sum((x * (following[q] - mech.later(t, i, a, rho, q))
                                    for q, x in kernel[a, theta].items()), Fraction(0))
    return total


def histories(model: Model, mech: Mechanism, t: int) -> list[tuple[int, int, Profile] | None]:
    """(period, action, reports) of the period before; None at the very start."""
    first: list[tuple[int, int, Profile] | None] = [None] if t == 0 else []
    before = 0 if model.horizon is None else t - 1
    return first if before < 0 else first + [(before, a, p) for p, a in mech.rule[before].items()]


def due(mech: Mechanism, i: int, history: tuple[int, int, Profile] | None, reports: Profile) -> Fraction:
    """What last period's reports make agent i pay at today's reports."""
    return Fraction(0) if history is None else mech.later(history[0], i, history[1], history[2], reports)


def one_shot(instance: dict[str, Any], result: dict[str, Any], periods: list[int] | None = None) -> Audit:
    """Every one-shot lie after every history (`periods`: only these, counted from 1)."""
    model = read(instance, _normalized(result))
    mech = Mechanism(model, result)
    payoffs: list[dict[str, Values]] = [{} for _ in model.periods]
    lies: list[Lie] = []
    for i, agent in enumerate(model.agents):
        truth = truthful(model, mech, i)
        for t, period in enumerate(model.periods):
            payoffs[t][agent] = truth[t]
            if periods is not None and t + 1 not in periods:
                continue
            upcoming = model.next_period(t)
            following = None if upcoming is None else truth[upcoming]
            for theta in period.profiles():
                for r in range(len(period.signals[i])):
                    if r == theta[i]:
                        continue
                    rho = insert(drop(theta, i), i, r)
                    loss = truth[t][theta] - after_report(model, mech, i, t, rho, theta, following)
                    for past in histories(model, mech, t):
                        slack = loss - due(mech, i, past, theta) + due(mech, i, past, rho)
                        told = None if past is None else labels(model, past[0], past[2])
                        lies.append(Lie(slack, t + 1, agent, labels(model, t, theta), period.signals[i][r], told))
    return Audit(payoffs, min(lies, key=lambda lie: lie.slack, default=None), lies)


def best_response_gain(instance: dict[str, Any], result: dict[str, Any]) -> Fraction:
    """The most that any agent gains over truth by lying in any number of periods (finite horizon).

    The state is (reports of the period before, true profile): the others are truthful, but the own past
    reports may be lies, so what is due and the truth are remembered apart. The maximum is over all states
    of all periods, on or off the truthful path; 0 iff the mechanism is PEPIC.
    """
    model = read(instance, _normalized(result))
    if model.horizon is None:
        raise ValueError("finite horizon only")
    mech, gain = Mechanism(model, result), Fraction(0)
    for i in range(len(model.agents)):
        truth = truthful(model, mech, i)
        best: dict[tuple[Profile | None, Profile], Fraction] = {}
        for t in reversed(range(model.horizon)):
            period, current = model.periods[t], {}
            for past in histories(model, mech, t):
                for theta in period.profiles():
                    options = []
                    for r in range(len(period.signals[i])):
                        rho = insert(drop(theta, i), i, r)
                        a = mech.rule[t][rho]
                        payoff = period.utility[i][a, theta] - mech.now(t, i, rho) - due(mech, i, past, rho)
                        if period.kernel is not None:
                            payoff += model.delta * sum((x * best[rho, q] for q, x in period.kernel[a, theta].items()),
                                                        Fraction(0))
                        options.append(payoff)
                    key = (None if past is None else past[2], theta)
                    current[key] = max(options)
                    gain = max(gain, current[key] - truth[t][theta] + due(mech, i, past, theta))
            best = current
    return gain


def best_reply(instance: dict[str, Any], result: dict[str, Any]) -> Fraction:
    """The most that any agent gains over truth by lying in any number of periods, whatever the horizon.

    With an infinite horizon the agent's own problem has the states (reports of the period before, true profile). Policy iteration
    starts at "always report the first signal" and ends where no report is better; the start of the game is a state with nothing due.
    """
    model = read(instance, _normalized(result))
    if model.horizon is not None:
        return best_response_gain(instance, result)
    mech, gain = Mechanism(model, result), Fraction(0)
    profiles = model.periods[0].profiles()
    for i in range(len(model.agents)):
        states: list[tuple[Profile | None, Profile]] = [(h, theta) for h in [None, *profiles] for theta in profiles]
        plan = {state: insert(drop(state[1], i), i, 0) for state in states}
        while True:
            values = _plan_values(model, mech, i, plan)
            better = {}
            for state in states:
                options = [insert(drop(state[1], i), i, r) for r in range(len(model.periods[0].signals[i]))]
                best = max(options, key=lambda rho: _reply(model, mech, i, state, rho, values))
                if _reply(model, mech, i, state, best, values) > values[state]:
                    better[state] = best
            if not better:
                break
            plan.update(better)
        truth = truthful(model, mech, i)[0]
        for h, theta in states:
            owed = Fraction(0) if h is None else due(mech, i, (0, mech.rule[0][h], h), theta)
            gain = max(gain, values[h, theta] - truth[theta] + owed)
    return gain


def _reply(model: Model, mech: Mechanism, i: int, state: tuple[Profile | None, Profile], rho: Profile, values: Any) -> Fraction:
    """What a report is worth, with `values` from then on."""
    (h, theta), a, kernel = state, mech.rule[0][rho], model.periods[0].kernel
    assert kernel is not None
    total = model.periods[0].utility[i][a, theta] - mech.now(0, i, rho)
    total -= Fraction(0) if h is None else due(mech, i, (0, mech.rule[0][h], h), rho)
    return total + model.delta * sum((x * values[rho, q] for q, x in kernel[a, theta].items() if x), Fraction(0))


def _plan_values(model: Model, mech: Mechanism, i: int, plan: dict[tuple[Profile | None, Profile], Profile]) -> Any:
    """The values of a plan of reports, by an exact linear system."""
    kernel = model.periods[0].kernel
    assert kernel is not None
    nothing = dict.fromkeys(plan, Fraction(0))
    # values are summed over next states (ρ, θ'), and only these are unknowns of the system
    keys = {state: k for k, state in enumerate(plan)}
    flow = {k: _reply(model, mech, i, state, plan[state], nothing) for state, k in keys.items()}
    step = {
        k: {keys[plan[state], q]: x for q, x in kernel[mech.rule[0][plan[state]], state[1]].items() if x} for state, k in keys.items()
    }
    found = discounted({(k,): x for k, x in flow.items()}, {(k,): {(j,): x for j, x in row.items()} for k, row in step.items()}, model.delta)
    return {state: found[(k,)] for state, k in keys.items()}
