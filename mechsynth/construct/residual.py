"""Residual-claimant transfers: what `contingent` and `vcg-type` share (Liu 2014, Theorems 3.1 and 3.2).

Next period's payment leaves the agent, in expectation, the others' surplus of today, so that her continuation payoff is
the social surplus and truth serves her best. With a finite horizon the last period is implemented on its own, or plays a
constant action (Liu 2025, Corollary 3.3).

A negative answer says that no such transfers implement this rule and make every agent residual claimant, whatever is paid in the last period. It does not say that no such transfers
implement the rule and leave an agent another rent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.beliefs import by_own
from mechsynth.construct.aims import Aims, target
from mechsynth.construct.blocks import Stack
from mechsynth.construct.blockwise import Linked, Room, Scoped, settle
from mechsynth.construct.case import Case
from mechsynth.construct.last_choice import Search
from mechsynth.construct.last_period import LastPeriod, last_payoff, last_period, now_tables
from mechsynth.construct.slacks import Extremes, dynamic_slack, static_slack, surplus_lost, told
from mechsynth.errors import InputError
from mechsynth.mechanism import Mechanism, Table
from mechsynth.rational import Rationals
from mechsynth.reading import exact_array
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Scoped, case: Case, run: Run, room: Room) -> Result:
    """Answer `contingent` or `vcg-type`, given what the class makes of a stack of blocks."""
    return construct(ask, case, run, room, Extremes() if told(case) else None)


def construct(
    ask: Scoped, case: Case, run: Run, room: Room, extremes: Extremes | None, share: Fraction = Fraction(1)
) -> Result:
    """Build transfers of a class that leave every agent a share of the surplus before the last period.

    Parameters
    ----------
    extremes:
        Where to keep the tightest and the slackest incentive constraint; ``None`` not to tell them, nor the payoffs.
    share:
        Of the surplus; 1 for residual claimants.

    What the blocks before the last period ask depends on the last period's payments, which are free: see `mechsynth.construct.last_choice`.
    """
    environment, asked = case.environment, ask.document()
    if environment.horizon is not None:
        asked["last-period"] = last_word(case)
    end = _end(case)
    certificate: dict[str, object] = {"ties": case.ties()}

    def result(status: Status, tables: Sequence[Mapping[str, Mapping[str, Table]]] | None, **more: Any) -> Result:
        mechanism = Mechanism(environment, case.actions, None if tables is None else tuple(tables))
        return Result(asked, status, mechanism=mechanism, certificate=certificate, environment=environment, **more)

    if end is not None and end.payments is None:
        certificate["failures"] = list(end.cycles)
        return result(Status.INFEASIBLE, None, witness=end.cycles[0])
    payments = None if end is None or end.payments is None else list(end.payments)
    lost: dict[int, Rationals] = {}
    weaker = ask.scope == "policy"
    free = payments is not None and case.constant is None

    def aims(t: int, agent: int) -> Aims:
        ending = payments is not None and t == environment.last - 1
        kept = last_payoff(case, payments, agent) if payments is not None and ending else None
        return target(case, t, agent, share, weaker, kept)

    def choose(stack: Stack) -> Linked | None:
        assert payments is not None
        found = Search(case, run, room, stack, share, ask.scope).decide(_earlier(case, run, stack.agent))
        if found.failures:
            return Linked(found.failures)
        if found.payments is not None:
            payments[stack.agent] = found.payments
        return found.linked

    def seen(stack: Stack, linked: Linked) -> None:
        if extremes is None or linked.expected is None:
            return
        t, agent = stack.t, stack.agent
        if t not in lost:
            lost[t] = surplus_lost(case, t)
        expected = linked.expected()
        extremes.add(case, t, agent, dynamic_slack(case, t, agent, lost[t], expected.num, expected.den))

    found = settle(case, run, room, ask.scope, aims, seen, choose if free else None)
    if found.failures:
        alone = [failure for failure in found.failures if failure["kind"] != "farkas"]
        if alone:
            certificate["failures"] = alone
        return result(Status.INFEASIBLE, None, witness=(alone or found.failures)[0])
    tables = found.tables
    if payments is not None:
        for name, kinds in now_tables(case, payments).items():
            tables[-1].setdefault(name, {}).update(kinds)
    if found.late is not None or found.undecided:
        certificate["reason"] = found.late or _undecided(found.undecided)
        certificate["settled"] = found.settled
        return result(Status.UNKNOWN, tables)
    if extremes is not None:
        for agent, own in enumerate(payments or ()):
            if agent in environment.public:
                continue
            extremes.add(case, environment.last, agent, static_slack(case, own, agent))
        certificate["incentives"] = extremes.document()
        certificate["payoffs"] = payoffs(case, payments)
    return result(Status.FEASIBLE, tables)


def _undecided(places: Sequence[Mapping[str, Any]]) -> str:
    names = ", ".join(dict.fromkeys(place["agent"] for place in places))
    return f"for {names} neither payments of the last period under which the blocks before it have transfers were found, nor a proof that there are none"


def _earlier(case: Case, run: Run, agent: int) -> Rationals | None:
    """Return the last period's payments ``[θ^{-i}, θ^i]`` of a result to go on from, if it has any."""
    mechanism = (run.resume or {}).get("mechanism")
    transfers = mechanism.get("transfers") if isinstance(mechanism, Mapping) else None
    environment = case.environment
    if not isinstance(transfers, list) or len(transfers) != environment.last or not isinstance(transfers[-1], Mapping):
        return None
    own = transfers[-1].get(environment.agents[agent])
    if not isinstance(own, Mapping) or "now" not in own:
        return None
    try:
        table = exact_array(own["now"], "now")
    except InputError:
        return None
    shape = environment.period(environment.last).shape
    if len(table.shape) != len(shape) or any(n not in (1, full) for n, full in zip(table.shape, shape, strict=True)):
        return None
    wide = table.broadcast_to(shape)
    return Rationals(by_own(wide.num[None], agent)[0], wide.den)


def last_word(case: Case) -> str:
    """Return what the last period does, as a question tells it."""
    if case.constant is None:
        return "efficient"
    return f"constant:{case.environment.period(case.environment.last).actions[case.constant]}"


def _end(case: Case) -> LastPeriod | None:
    """Return the last period's payments or cycles; zero payments where it is constant; ``None`` without a last period."""
    environment = case.environment
    if environment.horizon is None:
        return None
    if case.constant is not None:
        shape = environment.period(environment.last).shape
        zero = Rationals(np.zeros(shape, dtype=np.int64))
        return LastPeriod(tuple(zero for _ in environment.agents), ())
    return last_period(case)


def payoffs(case: Case, payments: Sequence[Rationals] | None = None) -> dict[str, object]:
    """Return the truthful payoffs from period 1: the social surplus, unless period 1 is the last."""
    environment = case.environment
    shape = environment.period(1).shape
    value = case.rule.value(1)
    nested = {}
    for agent in environment.players:
        own, name = value, environment.agents[agent]
        if environment.last == 1 and payments is not None:
            own = last_payoff(case, payments, agent)
        nested[name] = own.reshape(*shape).strings()
    return nested
