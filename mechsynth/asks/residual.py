"""Residual-claimant transfers: what `contingent` and `vcg-type` share (Liu 2014, Theorems 3.1 and 3.2).

Next period's payment leaves the agent, in expectation, the others' surplus of today, so that her continuation payoff is
the social surplus and truth serves her best. With a finite horizon the last period is implemented on its own, or plays a
constant action (Liu 2025, Corollary 3.3).

A negative answer says that the agent cannot be made residual claimant by such transfers under this rule; with a last
period that has payments, under those payments. It does not say that no such transfers implement the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.asks.blocks import Stack, stacks
from mechsynth.asks.incentives import Extremes, dynamic_slack, static_slack, surplus_lost, told
from mechsynth.asks.last_period import LastPeriod, last_period, now_tables, surplus_less_payoff
from mechsynth.asks.question import Question
from mechsynth.beliefs import targets, used
from mechsynth.mechanism import Mechanism, Table
from mechsynth.rational import Rationals
from mechsynth.result import Result, Status


@dataclass(frozen=True, eq=False)
class Linked:
    """What a class of transfers makes of one stack of blocks.

    Attributes
    ----------
    failures:
        Witnesses of the blocks that have no transfers.
    table:
        The ``later`` table, if nothing fails.
    expected:
        ``μ_k·p_r − c_k`` at ``[θ^{-i}, r, k]`` in the block that report ``r`` leads to, if nothing fails.
    """

    failures: list[dict[str, Any]]
    table: Table | None
    expected: Rationals | None


Room = Callable[[Question, Stack, Rationals, str], Linked]


def answer(question: Question, ask: str, room: Room) -> Result:
    """Answer `contingent` or `vcg-type`, given what the class makes of a stack of blocks."""
    environment = question.environment
    scope = question.scope or "policy"
    asked: dict[str, Any] = {
        "ask": ask,
        "scope": scope,
        "transfers": ask,
        "require": ["pepic", "residual-claimant"],
        "objective": "feasibility",
    }
    if environment.horizon is not None:
        asked["last-period"] = _last_word(question)
    end = _end(question)
    certificate: dict[str, Any] = {"ties": question.ties()}

    def negative(failures: list[dict[str, Any]]) -> Result:
        certificate["failures"] = failures
        return Result(
            question=asked,
            status=Status.INFEASIBLE,
            mechanism=Mechanism(environment, question.actions),
            witness=failures[0],
            certificate=certificate,
            environment=environment,
        )

    if end is not None and end.payments is None:
        return negative(list(end.cycles))
    payments = None if end is None else end.payments
    tables: list[dict[str, dict[str, Table]]] = [{} for _ in range(environment.last)]
    extremes = Extremes() if told(question) else None
    failures: list[dict[str, Any]] = []
    lost: dict[int, Rationals] = {}
    for stack in stacks(question, scope):
        t, agent = stack.t, stack.agent
        bracket = None
        if payments is not None and t == environment.last - 1:
            bracket = surplus_less_payoff(question, payments, agent)
        linked = room(question, stack, targets(environment, t, agent, bracket), scope)
        failures += linked.failures
        if failures or linked.table is None or linked.expected is None:
            continue
        tables[t - 1][environment.agents[agent]] = {"later": linked.table}
        if extremes is not None:
            if t not in lost:
                lost[t] = surplus_lost(question, t)
            slack = dynamic_slack(question, t, agent, lost[t], linked.expected.num, linked.expected.den)
            extremes.add(question, t, agent, slack)
    if failures:
        if payments is not None and question.constant is None and environment.last > 1:
            certificate["now"] = {
                name: kinds["now"].document() for name, kinds in now_tables(question, payments).items()
            }
        return negative(failures)
    if payments is not None:
        for name, kinds in now_tables(question, payments).items():
            tables[-1].setdefault(name, {}).update(kinds)
        if extremes is not None:
            for agent, own in enumerate(payments):
                extremes.add(question, environment.last, agent, static_slack(question, own, agent))
    if extremes is not None:
        certificate["incentives"] = extremes.document()
        certificate["payoffs"] = _payoffs(question, payments)
    return Result(
        question=asked,
        status=Status.FEASIBLE,
        mechanism=Mechanism(environment, question.actions, tuple(tables)),
        certificate=certificate,
        environment=environment,
    )


def _last_word(question: Question) -> str:
    if question.constant is None:
        return "efficient"
    return f"constant:{question.environment.period(question.environment.last).actions[question.constant]}"


def _end(question: Question) -> LastPeriod | None:
    """Return the last period's payments or cycles; zero payments where it is constant; ``None`` without a last period."""
    environment = question.environment
    if environment.horizon is None:
        return None
    if question.constant is not None:
        shape = environment.period(environment.last).shape
        zero = Rationals(np.zeros(shape, dtype=np.int64))
        return LastPeriod(tuple(zero for _ in environment.agents), ())
    return last_period(question)


def _payoffs(question: Question, payments: tuple[Rationals, ...] | None) -> dict[str, Any]:
    """Return the truthful payoffs from period 1: the social surplus, unless period 1 is the last."""
    environment = question.environment
    shape = environment.period(1).shape
    value = question.rule.value(1)
    nested = {}
    for agent, name in enumerate(environment.agents):
        own = value
        if environment.last == 1 and payments is not None:
            own = value - surplus_less_payoff(question, payments, agent)
        nested[name] = own.reshape(*shape).strings()
    return nested


def later_shape(question: Question, stack: Stack) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the signal counts of everybody now and next."""
    environment = question.environment
    following = stack.t if environment.horizon is None else stack.t + 1
    return environment.period(stack.t).shape, environment.period(following).shape


def block_targets(stack: Stack, c: Rationals) -> Rationals:
    """Return the targets of the stack's blocks, ``(B, n)``."""
    return Rationals(c.num[stack.action, stack.others], c.den)


def gap(eta: Sequence[Fraction | int], goal: Rationals) -> Fraction:
    """Return ``Σ η_k c_k``."""
    return sum((e * Fraction(int(c), goal.den) for e, c in zip(eta, goal.num.tolist(), strict=True)), Fraction(0))


def block_of(question: Question, stack: Stack) -> Any:
    """Return the position in the stack of the block that each report leads to, ``(|Θ^{-i}|, n)``."""
    rule = used(question.at(stack.t), stack.agent)
    position = {(int(a), int(o)): b for b, (a, o) in enumerate(zip(stack.action, stack.others, strict=True))}
    others, n = rule.shape
    flat = [position[int(rule[o, k]), o] for o in range(others) for k in range(n)]
    return np.array(flat, dtype=np.int64).reshape(others, n)
