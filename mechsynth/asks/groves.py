"""A dynamic Groves mechanism of one's own (Yoon 2021b, Definition 1').

``φ_i(θ^{-i})`` is what agent ``i`` pays per period on top of the team mechanism while the others are served best, ``Φ_i`` its discounted sum under the rule that is best for the others,

    ``Φ_i(θ^{-i}) = φ_i(θ^{-i}) + δ E[Φ_i(θ'^{-i}) | a*_{-i}(θ^{-i}), θ^{-i}]``,

and ``now^i(θ) = Φ_i(θ^{-i}) − Σ_{j≠i} u^j(a*(θ), θ^j) − δ E[Φ_i(θ'^{-i}) | a*(θ), θ^{-i}]`` (positive: the agent pays), so that ``X^i = W − Φ_i``. The second expectation corrects for the
rule that is really played; charging ``φ_i`` alone would let a lie move what is charged later. ``φ = 0`` is the team mechanism, ``φ_i = Σ_{j≠i} u^j(a*_{-i}, ·)`` the pivot mechanism.
With ``φ = 0`` private values are enough; else nobody's signal may move the others' next signals. See `mechsynth.asks.groves_family`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from mechsynth.asks.groves_family import (
    asked_for,
    payments,
    periods,
    refuse_influence,
    refuse_interdependent,
    transfers_of,
)
from mechsynth.asks.question import Question
from mechsynth.efficient import efficient_rule, solve_discounted
from mechsynth.errors import InputError
from mechsynth.mechanism import Mechanism
from mechsynth.rational import Rationals, rational
from mechsynth.reading import exact_array, spread
from mechsynth.result import Result, Status

ASK = "groves"


def answer(question: Question) -> Result:
    """Give the Groves mechanism of the distribution rule ``question.phi``.

    Raises
    ------
    UsageError
        When values are not private, or ``phi`` is given and an agent's signal moves the others'.
    InputError
        When ``phi`` is malformed.
    """
    asked = asked_for(question, ASK, ["pepic"])
    refuse_interdependent(question, ASK)
    environment = question.environment
    phi = question.phi
    if phi is not None:
        refuse_influence(question, ASK)
        if isinstance(phi, Mapping):
            for name in phi:
                if name not in environment.agents:
                    raise InputError(f"phi.{name}", "no such agent", f"the agents are {', '.join(environment.agents)}")
        elif not callable(phi):
            raise InputError("phi", "neither a function nor a mapping", "give phi(agent, period, others)")
    now = []
    for i, name in enumerate(environment.agents):
        given = phi is not None and (not isinstance(phi, Mapping) or name in phi)
        base = _discounted(question, i, [_read(question, phi, i, t) for t in periods(question)]) if given else None
        now.append(payments(question, i, base))
    return Result(
        question=asked,
        status=Status.FEASIBLE,
        mechanism=Mechanism(environment, question.actions, transfers_of(question, now)),
        certificate={"ties": question.ties()},
        environment=environment,
    )


def _read(question: Question, phi: Any, agent: int, t: int) -> Rationals:
    """Return ``φ_i`` of a period over the profiles, shape ``(|Θ|,)``."""
    environment = question.environment
    name, period = environment.agents[agent], environment.period(t)
    rest = [period.signals[j] for j in environment.others(agent)]
    shape = tuple(map(len, rest))
    endless = environment.horizon is None
    place = f"phi.{name}" if endless else f"phi.{name}[{t - 1}]"
    if isinstance(phi, Mapping):
        value = phi[name]
        if not endless:
            if not isinstance(value, (list, tuple)) or len(value) != environment.horizon:
                raise InputError(f"phi.{name}", "no list of as many arrays as there are periods", "give one a period")
            value = value[t - 1]
        array = exact_array(value, place) if rest else Rationals.from_fractions([rational(value, place)], ())
        axes = [
            (f"{environment.agents[j]}'s signals", n) for j, n in zip(environment.others(agent), shape, strict=True)
        ]
        array = spread(array, axes, place)
    else:
        found = (phi(name, None if endless else t, others) for others in product(*rest))
        values: list[Fraction] = [rational(value, place) for value in found]
        array = Rationals.from_fractions(values, shape)
    whole = np.broadcast_to(np.expand_dims(array.num, agent), period.shape)
    return Rationals(np.ascontiguousarray(whole).reshape(-1), array.den)


def _discounted(question: Question, agent: int, flow: list[Rationals]) -> list[Rationals]:
    """Return ``Φ_i`` per distinct period, over the profiles: it does not look at the own signal, which moves nobody else's."""
    environment = question.environment
    rule = efficient_rule(environment.without(agent))
    result: list[Rationals] = []
    for t in reversed(periods(question)):
        period = environment.period(t)
        value = flow[t - 1]
        if period.transition is not None:
            chosen = rule.at(t).ravel()
            kernel = period.kernel()
            rows = Rationals(kernel.num[chosen, np.arange(chosen.size)], kernel.den)
            if environment.horizon is None:
                value = solve_discounted(rows, value.reshape(-1, 1), environment.discount).reshape(-1)
            else:
                value = value + (rows @ result[-1].reshape(-1, 1)).reshape(-1) * environment.discount
        result.append(value.reduce())
    return result[::-1]
