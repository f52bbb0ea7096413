"""A dynamic Groves mechanism of one's own (Yoon 2021b, Definition 1').

``φ_i(θ^{-i})`` is what agent ``i`` pays per period on top of the team mechanism while a decision rule ``â_i(θ^{-i})`` is followed, ``Φ_i`` its discounted sum under that rule,

    ``Φ_i(θ^{-i}) = φ_i(θ^{-i}) + δ E[Φ_i(θ'^{-i}) | â_i(θ^{-i}), θ^{-i}]``,

``â_i = a*_{-i}``, what is best for the others, unless another is given,

and ``now^i(θ) = Φ_i(θ^{-i}) − Σ_{j≠i} u^j(a*(θ), θ^j) − δ E[Φ_i(θ'^{-i}) | a*(θ), θ^{-i}]`` (positive: the agent pays), so that ``X^i = W − Φ_i``. The second expectation corrects for the
rule that is really played; charging ``φ_i`` alone would let a lie move what is charged later. ``φ = 0`` is the team mechanism, ``φ_i = Σ_{j≠i} u^j(a*_{-i}, ·)`` with ``â_i = a*_{-i}`` the pivot mechanism.
With ``φ = 0`` private values are enough; else nobody's signal may move the others' next signals. See `mechsynth.construct.groves`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from mechsynth.asks.groves import Groves
from mechsynth.construct.case import Case
from mechsynth.construct.groves import (
    accounts,
    added_up,
    payments,
    periods,
    transfers_of,
)
from mechsynth.efficient import efficient_rule
from mechsynth.errors import InputError, UsageError
from mechsynth.mechanism import Mechanism
from mechsynth.rational import IntArray, Rationals, rational
from mechsynth.reading import agent_of, exact_array, spread
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Groves, case: Case, run: Run) -> Result:
    """Give the Groves mechanism of the distribution rule ``phi`` and the decision rule ``decide``.

    Raises
    ------
    UsageError
        When values are not private, or ``phi`` is given and an agent's signal moves the others'.
    InputError
        When ``phi`` or ``decide`` is malformed.
    """
    environment = case.environment
    phi = ask.phi
    _refuse_malformed(case, "phi", phi)
    _refuse_malformed(case, "decide", ask.decide)
    if ask.decide is not None and phi is None:
        raise UsageError("decide", "a decision rule without anything that it adds up", "give phi, too")
    base: list[list[Rationals] | None] = []
    for i in run.over(environment.players):
        name = environment.agents[i]
        if phi is None or (isinstance(phi, Mapping) and name not in phi):
            base.append(None)
            continue
        base.append(added_up(case, _decisions(ask, case, i), [_read(case, phi, i, t) for t in periods(case)]))
    now = [payments(case, i, own) for i, own in zip(run.over(environment.players), base, strict=True)]
    return Result(
        question=ask.document(),
        status=Status.FEASIBLE,
        mechanism=Mechanism(environment, case.actions, transfers_of(case, now)),
        certificate={"ties": case.ties(), **accounts(case, None if phi is None else "distribution", base)},
        environment=environment,
    )


def _read(case: Case, phi: Any, agent: int, t: int) -> Rationals:
    """Return ``φ_i`` of a period over the profiles, shape ``(|Θ|,)``."""
    environment = case.environment
    name, period = environment.agents[agent], environment.period(t)
    rest = [period.signals[j] for j in environment.others(agent)]
    shape = tuple(map(len, rest))
    place = _place(case, "phi", name, t)
    if isinstance(phi, Mapping):
        value = _of_period(case, "phi", phi, name, t)
        array = exact_array(value, place) if rest else Rationals.from_fractions([rational(value, place)], ())
        axes = [
            (f"{environment.agents[j]}'s signals", n) for j, n in zip(environment.others(agent), shape, strict=True)
        ]
        array = spread(array, axes, place)
    else:
        found = (phi(name, None if environment.horizon is None else t, others) for others in product(*rest))
        values: list[Fraction] = [rational(value, place) for value in found]
        array = Rationals.from_fractions(values, shape)
    return Rationals(_over_profiles(array.num, agent, period.shape), array.den)


def _decisions(ask: Groves, case: Case, agent: int) -> list[IntArray]:
    """Return ``â_i`` per distinct period over the profiles, as indices of actions."""
    environment = case.environment
    name, given = environment.agents[agent], ask.decide
    if given is None or (isinstance(given, Mapping) and name not in given):
        rule = efficient_rule(environment.without(agent))
        return [rule.at(t).ravel() for t in periods(case)]
    result: list[IntArray] = []
    for t in periods(case):
        period = environment.period(t)
        rest = [period.signals[j] for j in environment.others(agent)]
        shape = tuple(map(len, rest))
        place = _place(case, "decide", name, t)
        if isinstance(given, Mapping):
            labels = np.asarray(_of_period(case, "decide", given, name, t), dtype=object)
            if labels.ndim != len(shape) or any(n not in (1, m) for n, m in zip(labels.shape, shape, strict=True)):
                raise InputError(
                    place,
                    f"an array of shape {labels.shape}",
                    f"give an action for each of {shape}, the others' signals",
                )
            chosen = np.broadcast_to(labels, shape).ravel().tolist()
        else:
            when = None if environment.horizon is None else t
            chosen = [given(name, when, others) for others in product(*rest)]
        for label in chosen:
            if not isinstance(label, str) or label not in period.actions:
                raise InputError(place, f"{label!r} is no action", f"choose one of {', '.join(period.actions)}")
        index = np.array([period.actions.index(label) for label in chosen], dtype=np.int64).reshape(shape)
        result.append(_over_profiles(index, agent, period.shape))
    return result


def _refuse_malformed(case: Case, key: str, given: Any) -> None:
    agents = case.environment.player_names
    if isinstance(given, Mapping):
        for name in given:
            agent_of(name, agents, key)
    elif given is not None and not callable(given):
        raise InputError(key, "neither a function nor a mapping", f"give {key}(agent, period, others)")


def _place(case: Case, key: str, name: str, t: int) -> str:
    return f"{key}.{name}" if case.environment.horizon is None else f"{key}.{name}[{t - 1}]"


def _of_period(case: Case, key: str, given: Mapping[str, Any], name: str, t: int) -> Any:
    """Return an agent's entry of a mapping, that of the period when the horizon is finite."""
    value, horizon = given[name], case.environment.horizon
    if horizon is None:
        return value
    if not isinstance(value, (list, tuple)) or len(value) != horizon:
        raise InputError(f"{key}.{name}", "no list of as many arrays as there are periods", "give one a period")
    return value[t - 1]


def _over_profiles(array: IntArray, agent: int, shape: tuple[int, ...]) -> IntArray:
    """Return an array over the others' signals as one over the profiles, flat."""
    return np.ascontiguousarray(np.broadcast_to(np.expand_dims(array, agent), shape)).reshape(-1)
