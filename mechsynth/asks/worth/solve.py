"""What is it worth to hear each agent in time: the surplus that is lost where an agent's signal becomes known only after the action of its period.

Let the designer choose every action knowing all earlier signals and actions and the others' signals of today, not agent ``i``'s. With ``Q_t(a, θ) = Σ_j u_t^j(a, θ) +
δ U_t(a, θ)``, the most that is to come after action ``a`` at ``θ`` is

    U_t(a, θ) = Σ_{θ'^{-i}} max_b Σ_{θ'^i} π(θ' | a, θ) Q_{t+1}(b, θ'),   U_T = 0,

and the same sum over the prior is the most that there is at all. What the efficient rule has more is what agent ``i``'s reports are worth, at least 0, and no more
than what they are worth against never hearing her: such a rule would know less. Finite horizon: backward induction. Infinite: policy iteration on ``U``, from the
policy that floats find; every policy is solved exactly, and the end is the equation itself, whose solution is unique.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.asks.worth import Worth
from mechsynth.construct.case import Case
from mechsynth.efficient import solve_discounted
from mechsynth.environment import Environment
from mechsynth.errors import TooLargeError
from mechsynth.mechanism import Mechanism
from mechsynth.period import Period
from mechsynth.rational import IntArray, Rationals, narrow, nest, scaled, text
from mechsynth.result import Result, Status
from mechsynth.run import Run

MAX_PRODUCTS = 4_000_000  # products of one period that are still added up
MAX_EQUATIONS = 300  # pairs of an action and a profile for which an infinite horizon is still solved exactly


def answer(ask: Worth, case: Case, run: Run) -> Result:
    """Return the worth of each agent's reports; ``value`` is ``E W_1(θ_1)``."""
    environment, surplus = case.environment, case.rule.expected_surplus()
    assert environment.prior is not None
    assert surplus is not None
    _refuse_large(environment)
    worth: dict[str, str] = {}
    after: dict[str, object] = {}
    for agent in environment.players:
        name = environment.agents[agent]
        run.say("agents", agent, len(environment.agents))
        first = environment.period(1)
        ahead: Rationals | None
        if environment.horizon is None:
            ahead = _endless(environment, agent, run)
            after[name] = [nest(row.strings(), first.shape) for row in (ahead[a] for a in range(len(first.actions)))]
        else:
            ahead = _finite(environment, agent, run)
        prior = environment.prior.reshape(1, 1, -1)
        late, _ = _best(first, prior, _total(environment, 1, ahead), agent)
        worth[name] = text(surplus - late.fraction(0, 0))
    return Result(
        question=ask.document(),
        status=Status.OPTIMAL,
        value=text(surplus),
        mechanism=Mechanism.of_rule(case.rule),
        certificate={"ties": case.ties(), "worth": worth} | ({"after": after} if after else {}),
        environment=environment,
    )


def _refuse_large(environment: Environment) -> None:
    for t in range(1, environment.last + 1):
        period = environment.period(t)
        following = environment.period(t if environment.horizon is None else min(t + 1, environment.last))
        states = len(period.actions) * period.size
        if states * following.size * len(following.actions) > MAX_PRODUCTS:
            raise TooLargeError(
                "ask worth", f"more than {MAX_PRODUCTS} products in a period", "take a smaller instance"
            )
        if environment.horizon is None and states > MAX_EQUATIONS:
            problem = f"{states} pairs of an action and a profile, and {MAX_EQUATIONS} are solved exactly"
            raise TooLargeError("ask worth", problem, "take a smaller instance, or a finite horizon")


def _best(following: Period, weights: Rationals, total: Rationals, agent: int) -> tuple[Rationals, IntArray]:
    """Return ``Σ_{θ'^{-i}} max_b Σ_{θ'^i} weight(θ') Q(b, θ')`` for weights ``(m, n, |Θ'|)``, shape ``(m, n)``, and the actions that attain it."""
    shape = (*weights.shape[:2], *following.shape)
    each = [
        (weights.num.astype(object) * row).reshape(shape).sum(axis=2 + agent).reshape(*weights.shape[:2], -1)
        for row in total.num.astype(object)
    ]
    stacked = np.stack(each)
    there = _there(following, agent)
    if not there.all():
        stacked = np.where(there[:, None, None, :], stacked, stacked.min(axis=0)[None] - 1)
    return Rationals(narrow(stacked.max(axis=0).sum(axis=-1)), weights.den * total.den).reduce(), stacked.argmax(axis=0)


def _there(period: Period, agent: int) -> NDArray[np.bool_]:
    """Return which actions are available, ``(|A|, |Θ^{-i}|)``: that looks at no secret."""
    mask = period.choices().reshape(len(period.actions), *period.shape).take(0, axis=1 + agent)
    return np.asarray(mask.reshape(len(period.actions), -1), dtype=np.bool_)


def _total(environment: Environment, t: int, ahead: Rationals | None) -> Rationals:
    """Return ``Q_t``, shape ``(|A|, |Θ|)``."""
    period = environment.period(t)
    now = period.surplus().reshape(len(period.actions), period.size)
    return now if ahead is None else now + ahead * environment.discount


def _finite(environment: Environment, agent: int, run: Run) -> Rationals | None:
    """Return ``U_1``; None where there is one period only."""
    ahead: Rationals | None = None
    for t in range(environment.last - 1, 0, -1):
        run.check()
        total = _total(environment, t + 1, ahead)
        ahead, _ = _best(environment.period(t + 1), environment.period(t).kernel(), total, agent)
    return ahead


def _endless(environment: Environment, agent: int, run: Run) -> Rationals:
    """Return the solution ``U`` of the stationary equation, shape ``(|A|, |Θ|)``."""
    period, kernel = environment.period(1), environment.period(1).kernel()
    now, count = _total(environment, 1, None), len(period.actions)
    chosen = _guess(period, kernel.floats(), now.floats(), float(environment.discount), agent)
    others = (
        np.ravel_multi_index(
            np.delete(np.indices(period.shape).reshape(len(period.shape), -1), agent, axis=0),
            tuple(np.delete(period.shape, agent)),
        )
        if len(period.shape) > 1
        else np.zeros(period.size, dtype=np.int64)
    )
    while True:
        run.check()
        taken = chosen[:, :, others]  # the action at every next profile, after every action and profile
        rows = np.zeros((count, period.size, count, period.size), dtype=object)
        a, p, following = np.indices(taken.shape)
        rows[a, p, taken, following] = kernel.num
        flat = rows.reshape(count * period.size, -1)
        right = Rationals(narrow(flat @ now.num.astype(object).reshape(-1, 1)), kernel.den * now.den)
        ahead = solve_discounted(Rationals(flat, kernel.den), right, environment.discount).reshape(count, period.size)
        better, chosen = _best(period, kernel, now + ahead * environment.discount, agent)
        if not (scaled(better.num, ahead.den) - scaled(ahead.num, better.den)).any():
            return ahead


def _guess(period: Period, kernel: Any, now: Any, discount: float, agent: int) -> IntArray:
    """Return the actions that floats find best in 201 rounds, for every action, profile and next signals of the others."""
    shape, ahead = (*kernel.shape[:2], *period.shape), np.zeros_like(now)
    barred = np.where(_there(period, agent), 0.0, -np.inf)[:, None, None, :]
    for _ in range(201):
        each = np.stack(
            [
                (kernel * row).reshape(shape).sum(axis=2 + agent).reshape(*kernel.shape[:2], -1)
                for row in now + discount * ahead
            ]
        )
        each = each + barred
        ahead = each.max(axis=0).sum(axis=-1)
    found: IntArray = each.argmax(axis=0)
    return found
