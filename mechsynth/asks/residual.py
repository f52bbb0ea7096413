"""Residual-claimant transfers: what `contingent` and `vcg-type` share (Liu 2014, Theorems 3.1 and 3.2).

Next period's payment leaves the agent, in expectation, the others' surplus of today, so that her continuation payoff is
the social surplus and truth serves her best. With a finite horizon the last period is implemented on its own, or plays a
constant action (Liu 2025, Corollary 3.3).

A negative answer says that the agent cannot be made residual claimant by such transfers under this rule; with a last
period that has payments, under those payments. It does not say that no such transfers implement the rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mechsynth.asks.blocks import Stack
from mechsynth.asks.incentives import Extremes, dynamic_slack, static_slack, surplus_lost, told
from mechsynth.asks.joint import last_payments
from mechsynth.asks.last_period import LastPeriod, last_period, now_tables, surplus_less_payoff
from mechsynth.asks.linked import Linked, Room, settle
from mechsynth.asks.question import Question
from mechsynth.beliefs import targets
from mechsynth.mechanism import Mechanism, Table
from mechsynth.rational import Rationals
from mechsynth.result import Result, Status


def answer(question: Question, room: Room) -> Result:
    """Answer `contingent` or `vcg-type`, given what the class makes of a stack of blocks."""
    asked = {
        "ask": room.ask,
        "scope": question.scope or "policy",
        "transfers": room.ask,
        "require": ["pepic", "residual-claimant"],
        "objective": "feasibility",
    }
    return construct(question, asked, room, Extremes() if told(question) else None)


def construct(
    question: Question, asked: dict[str, Any], room: Room, extremes: Extremes | None, end: LastPeriod | None = None
) -> Result:
    """Build residual-claimant transfers of a class.

    Parameters
    ----------
    asked:
        The question as in the result; the last period is added to it.
    extremes:
        Where to keep the tightest and the slackest incentive constraint; ``None`` not to tell them, nor the payoffs.
    end:
        The last period's payments, where they are not to be those in the middle of what implements it.

    What the blocks before the last period ask depends on the last period's payments. Where the middle ones fail, the joint
    program says whether others do better, and those are taken.
    """
    environment = question.environment
    if environment.horizon is not None:
        asked = {**asked, "last-period": _last_word(question)}
    middle = end is None
    end = _end(question) if middle else end
    certificate: dict[str, Any] = {"ties": question.ties()}

    def result(status: Status, tables: Sequence[Mapping[str, Mapping[str, Table]]] | None, **more: Any) -> Result:
        mechanism = Mechanism(environment, question.actions, None if tables is None else tuple(tables))
        return Result(asked, status, mechanism=mechanism, certificate=certificate, environment=environment, **more)

    if end is not None and end.payments is None:
        certificate["failures"] = list(end.cycles)
        return result(Status.INFEASIBLE, None, witness=end.cycles[0])
    payments = None if end is None else end.payments
    lost: dict[int, Rationals] = {}

    def aims(t: int, agent: int) -> Rationals:
        ending = payments is not None and t == environment.last - 1
        bracket = surplus_less_payoff(question, payments, agent) if payments is not None and ending else None
        return targets(environment, t, agent, bracket)

    def seen(stack: Stack, linked: Linked) -> None:
        if extremes is None or linked.expected is None:
            return
        t, agent = stack.t, stack.agent
        if t not in lost:
            lost[t] = surplus_lost(question, t)
        expected = linked.expected()
        extremes.add(question, t, agent, dynamic_slack(question, t, agent, lost[t], expected.num, expected.den))

    found = settle(question, room, asked["scope"], aims, seen)
    last = environment.last - 1
    if middle and payments is not None and any(failure["period"] == last for failure in found.failures):
        others = last_payments(question, room.ask, asked["scope"])
        if others is not None:
            fresh = None if extremes is None else Extremes()
            return construct(question, asked, room, fresh, LastPeriod(others, ()))
    if found.failures:
        certificate["failures"] = found.failures
        if payments is not None and question.constant is None and environment.last > 1:
            certificate["now"] = {
                name: kinds["now"].document() for name, kinds in now_tables(question, payments).items()
            }
        return result(Status.INFEASIBLE, None, witness=found.failures[0])
    tables = found.tables
    if payments is not None:
        for name, kinds in now_tables(question, payments).items():
            tables[-1].setdefault(name, {}).update(kinds)
    if found.late is not None:
        certificate["reason"] = found.late
        certificate["settled"] = found.settled
        return result(Status.UNKNOWN, tables)
    if extremes is not None:
        for agent, own in enumerate(payments or ()):
            extremes.add(question, environment.last, agent, static_slack(question, own, agent))
        certificate["incentives"] = extremes.document()
        certificate["payoffs"] = _payoffs(question, payments)
    return result(Status.FEASIBLE, tables)


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
