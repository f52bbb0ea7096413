"""Residual-claimant transfers: what `contingent` and `vcg-type` share (Liu 2014, Theorems 3.1 and 3.2).

Next period's payment leaves the agent, in expectation, the others' surplus of today, so that her continuation payoff is
the social surplus and truth serves her best. With a finite horizon the last period is implemented on its own, or plays a
constant action (Liu 2025, Corollary 3.3).

A negative answer says that the agent cannot be made residual claimant by such transfers under this rule; with a last
period that has payments, under those payments. It does not say that no such transfers implement the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.asks.blocks import Stack, stacks
from mechsynth.asks.incentives import Extremes, dynamic_slack, static_slack, surplus_lost, told
from mechsynth.asks.last_period import LastPeriod, last_period, now_tables, surplus_less_payoff
from mechsynth.asks.question import Question
from mechsynth.beliefs import targets, used
from mechsynth.errors import InputError, OutOfTime
from mechsynth.mechanism import Mechanism, Table
from mechsynth.rational import Rationals
from mechsynth.reading import exact_array
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
        Returns ``μ_k·p_r − c_k`` at ``[θ^{-i}, r, k]`` in the block that report ``r`` leads to, if nothing fails.
    """

    failures: list[dict[str, Any]]
    table: Table | None = None
    expected: Callable[[], Rationals] | None = None


@dataclass(frozen=True)
class Room:
    """One class of residual-claimant transfers.

    Attributes
    ----------
    ask:
        Its name.
    decide:
        Decides a stack of blocks, given the targets of its agent and period.
    resume:
        Takes a table that an earlier run settled if it satisfies every row, else ``None``.
    """

    ask: str
    decide: Callable[[Question, Stack, Rationals, str], Linked]
    resume: Callable[[Question, Stack, Rationals, str, Rationals], Linked | None]


def answer(question: Question, room: Room) -> Result:
    """Answer `contingent` or `vcg-type`, given what the class makes of a stack of blocks."""
    environment = question.environment
    scope = question.scope or "policy"
    asked: dict[str, Any] = {
        "ask": room.ask,
        "scope": scope,
        "transfers": room.ask,
        "require": ["pepic", "residual-claimant"],
        "objective": "feasibility",
    }
    if environment.horizon is not None:
        asked["last-period"] = _last_word(question)
    end = _end(question)
    certificate: dict[str, Any] = {"ties": question.ties()}

    def result(status: Status, tables: Sequence[Mapping[str, Mapping[str, Table]]] | None, **more: Any) -> Result:
        mechanism = Mechanism(environment, question.actions, None if tables is None else tuple(tables))
        return Result(asked, status, mechanism=mechanism, certificate=certificate, environment=environment, **more)

    if end is not None and end.payments is None:
        certificate["failures"] = list(end.cycles)
        return result(Status.INFEASIBLE, None, witness=end.cycles[0])
    payments = None if end is None else end.payments
    tables: list[dict[str, dict[str, Table]]] = [{} for _ in range(environment.last)]
    extremes = Extremes() if told(question) else None
    failures: list[dict[str, Any]] = []
    settled: list[dict[str, Any]] = []
    lost: dict[int, Rationals] = {}
    late = None
    try:
        for stack in stacks(question, scope):
            t, agent = stack.t, stack.agent
            bracket = None
            if payments is not None and t == environment.last - 1:
                bracket = surplus_less_payoff(question, payments, agent)
            linked = _linked(question, stack, targets(environment, t, agent, bracket), scope, room)
            settled.append({**question.period_key(t), "agent": environment.agents[agent]})
            failures += linked.failures
            if failures or linked.table is None or linked.expected is None:
                continue
            tables[t - 1][environment.agents[agent]] = {"later": linked.table}
            if extremes is not None:
                if t not in lost:
                    lost[t] = surplus_lost(question, t)
                expected = linked.expected()
                extremes.add(question, t, agent, dynamic_slack(question, t, agent, lost[t], expected.num, expected.den))
    except OutOfTime as error:
        late = error
    if failures:
        certificate["failures"] = failures
        if payments is not None and question.constant is None and environment.last > 1:
            certificate["now"] = {
                name: kinds["now"].document() for name, kinds in now_tables(question, payments).items()
            }
        return result(Status.INFEASIBLE, None, witness=failures[0])
    if payments is not None:
        for name, kinds in now_tables(question, payments).items():
            tables[-1].setdefault(name, {}).update(kinds)
    if late is not None:
        certificate["reason"] = late.problem
        certificate["settled"] = settled
        return result(Status.UNKNOWN, tables)
    if extremes is not None:
        for agent, own in enumerate(payments or ()):
            extremes.add(question, environment.last, agent, static_slack(question, own, agent))
        certificate["incentives"] = extremes.document()
        certificate["payoffs"] = _payoffs(question, payments)
    return result(Status.FEASIBLE, tables)


def _linked(question: Question, stack: Stack, c: Rationals, scope: str, room: Room) -> Linked:
    """Decide a stack of blocks, or take what an earlier run settled if it still passes every row."""
    earlier = None if question.resume is None else earlier_table(question, stack)
    if earlier is not None:
        taken = room.resume(question, stack, c, scope, earlier)
        if taken is not None:
            return taken
    return room.decide(question, stack, c, scope)


def earlier_table(question: Question, stack: Stack) -> Rationals | None:
    """Return the ``later`` table that the result to go on from has for this stack, if it is one at all."""
    mechanism = (question.resume or {}).get("mechanism")
    transfers = mechanism.get("transfers") if isinstance(mechanism, Mapping) else None
    if isinstance(transfers, list) and question.environment.horizon is not None and len(transfers) >= stack.t:
        transfers = transfers[stack.t - 1]
    own = transfers.get(question.environment.agents[stack.agent]) if isinstance(transfers, Mapping) else None
    table = own.get("later") if isinstance(own, Mapping) else None
    if table is None:
        return None
    try:
        return exact_array(table, "later")
    except InputError:
        return None


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
