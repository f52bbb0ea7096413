"""Residual claimants by payments that look ``k`` periods ahead (Liu 2014, Remark 3.4, made exact), agent by agent.

1. Block by block (`mechsynth.construct.ahead.blockwise`): where a block has no payments the answer is *no*.
2. Where no report moves what earlier payments still look at, these payments do (*report-proof*); and where they happen to pass after every window (*windows*).
3. Else all payments together, with the rows of every window (*together*): a *no* is multipliers of these rows, and about payments on the reports of one period.
4. With a finite horizon, else payments that look at all earlier reports (*recursion*, `mechsynth.construct.ahead.recursion`); where they do not do either, nothing is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mechsynth.construct.ahead import multipliers
from mechsynth.construct.ahead.blockwise import Failure, longer, report_proof, settle
from mechsynth.construct.ahead.conditions import AUTO, Told, difference, dimensions
from mechsynth.construct.ahead.recursion import Recursion
from mechsynth.construct.ahead.sight import Sight, invariant, longest, sights
from mechsynth.construct.ahead.windows import LARGEST, Form, Row, Windows, met, solve
from mechsynth.construct.blockwise import Scoped
from mechsynth.construct.case import Case
from mechsynth.construct.residual import last_word, payoffs
from mechsynth.construct.witnesses import dependence, mixture
from mechsynth.mechanism import Mechanism
from mechsynth.rational import text
from mechsynth.result import Result, Status
from mechsynth.run import Run


@dataclass(frozen=True, eq=False)
class Recorded(Mechanism):
    """A rule with payments as records, due up to several periods after the report."""

    records: tuple[Told, ...] = ()

    def document(self) -> Told:
        """Return the JSON object of the mechanism."""
        return {"allocation": self.allocation(), "transfers": list(self.records)}


@dataclass(frozen=True, eq=False)
class Found:
    """What became of one agent.

    Attributes
    ----------
    payments:
        By column; ``None`` where there are none.
    way:
        How they were found, see this file.
    failure:
        The first block that has none.
    plan:
        Multipliers of the rows after windows that exclude all of them.
    open:
        Why nothing was proved.
    """

    payments: Form | None = None
    way: str = ""
    failure: Failure | None = None
    plan: dict[str, Fraction] | None = None
    open: str = ""


def answer(ask: Scoped, case: Case, run: Run, *, look_ahead: str, own_report: bool) -> Result:
    """Answer `contingent` (``own_report``) or `vcg-type` with a look-ahead of so many periods, or the smallest that works."""
    asked = ask.document()
    if case.environment.horizon is not None:
        asked["last-period"] = last_word(case)
    certificate: dict[str, object] = {"ties": case.ties()}
    auto = look_ahead == AUTO
    last = longest(case)
    before: Told | None = None
    left: list[str] = []
    if auto and case.environment.horizon is None:
        certificate["dimensions"] = dimensions(case)
    for k in range(1, last + 1) if auto else (int(look_ahead),):
        found = {i: _agent(case, ask.scope, k, own_report, i, run) for i in case.environment.players}
        failed = next((own for own in found.values() if own.failure is not None or own.plan is not None), None)
        if all(own.payments is not None for own in found.values()):
            if auto:
                certificate["look-ahead"] = k
                if before is not None:
                    certificate["before"] = before
            certificate["ways"] = {case.environment.agents[i]: own.way for i, own in found.items()}
            if case.environment.last > 1 or case.environment.horizon is None:
                certificate["payoffs"] = payoffs(case)
            listed = tuple(
                record
                for i, own in found.items()
                for record in records(case, i, own, own_report, every=ask.scope == "all")
            )
            played = Recorded(case.environment, case.actions, records=listed)
            return Result(
                asked, Status.FEASIBLE, mechanism=played, certificate=certificate, environment=case.environment
            )
        before = None if failed is None else _witness(case, failed)
        left += [own.open for own in found.values() if own.open]
        if failed is not None and not auto:
            return _no(case, asked, certificate, before)
    blocked = next((own.failure for own in found.values() if own.failure is not None), None)
    if failed is not None and case.environment.horizon is not None:
        certificate["look-ahead"] = last
        return _no(case, asked, certificate, before)
    if blocked is not None:
        return _no(case, asked, certificate, _never(case, blocked))
    if failed is not None and case.environment.horizon is None:
        left.append(
            f"block by block there are payments that look {last} periods ahead, and none of them are incentive compatible after every window; "
            "whether longer ones are was not decided"
        )
    certificate["reason"] = "; ".join(dict.fromkeys(left))
    mechanism = Mechanism(case.environment, case.actions)
    return Result(asked, Status.UNKNOWN, mechanism=mechanism, certificate=certificate, environment=case.environment)


def _no(case: Case, asked: dict[str, object], certificate: dict[str, object], witness: Any) -> Result:
    return Result(
        asked,
        Status.INFEASIBLE,
        mechanism=Mechanism(case.environment, case.actions),
        witness=witness,
        certificate=certificate,
        environment=case.environment,
    )


def _witness(case: Case, found: Found) -> Told:
    if found.failure is None:
        assert found.plan is not None
        return plan(found.plan)
    failure = found.failure
    if failure.own is None:
        return dependence(case, failure.block.place, failure.eta, failure.shortfall)
    return mixture(case, failure.block.place, failure.own, failure.eta, failure.shortfall)


def plan(multipliers: dict[str, Fraction]) -> Told:
    """Return the witness of multipliers by name; under the empty name their shortfall."""
    listed = dict(multipliers)
    shortfall = listed.pop("")
    return {
        "kind": "farkas",
        "multipliers": {name: text(y) for name, y in listed.items()},
        "shortfall": text(shortfall),
    }


def _never(case: Case, failure: Failure) -> Told:
    """Return the witness that no look-ahead of any length helps."""
    base = _witness(case, Found(failure=failure))
    rows = invariant(failure.block.sight, difference(failure.block, failure.eta))
    return {
        "kind": "invariant",
        **{key: value for key, value in base.items() if key not in ("kind", "shortfall")},
        "basis": [[text(v) for v in row] for row in rows],
        "shortfall": base["shortfall"],
    }


# -- one agent --------------------------------------------------------------------------------------------------------


def _agent(case: Case, scope: str, k: int, own_report: bool, agent: int, run: Run) -> Found:
    """Find one agent's payments, or what excludes them."""
    sight, horizon = sights(case)[agent], case.environment.horizon
    rows = Windows(case, sight, k, own_report, scope == "all")
    ends = range(1, 2) if horizon is None else range(1, max(1, horizon - 1))
    payments, failures = settle(case, rows, scope, ends, run)
    # after the first period of a finite horizon something is open after every history, and may deter lies besides
    still = horizon is None or report_proof(sight, k)
    sure = next((failure for failure in failures if still or scope == "all" or failure.block.t == 1), None)
    if sure is not None:
        return Found(failure=sure)
    met_alone = not failures
    if horizon is not None:
        # what the period before the last asks for hangs on the payments of the last
        closing = range(max(1, horizon - 1), horizon + 1)
        listed = list(rows.rows(closing, windows=False))
        listed += [row for t in closing if rows.every and rows.length(t) for row in rows.targets(t)]
        point, found = solve(listed, run)
        if point is None and (still or not rows.earlier(closing[0])):
            return Found(plan=_named(rows, listed, found))
        met_alone = met_alone and point is not None
        payments |= point or {}
    if still and report_proof(sight, k):
        return Found(payments, "report-proof")
    large = rows.size() > LARGEST
    if not large:
        every = list(rows.rows())
        if met_alone and met(every, longer(rows, payments))[0] >= 0:
            return Found(payments, "windows")
        every += [row for t in rows.periods if rows.every and rows.length(t) for row in rows.targets(t)]
        point, found = solve(every, run)
        if point is not None:
            return Found({column: value for column, value in point.items() if column[0] != "z"}, "together")
        if horizon is None:
            return Found(plan=_named(rows, every, found))
    elif horizon is None:
        return Found(open="a program with payments of several periods is too large to be decided exactly")
    chain = Recursion(rows, scope, payments, run)
    if met_alone and chain.solve():
        return Found(chain.form(), "recursion")
    first = "were not tried" if large else "are not incentive compatible after every window"
    return Found(
        open=f"payments on the reports of one period {first}, and chosen forward, period by period, those that look at all earlier reports were not found; whether there are any "
        "was not decided"
    )


def _named(rows: Windows, listed: list[Row], found: list[Fraction]) -> dict[str, Fraction]:
    """Return multipliers by name; under the empty name what the right-hand sides add up to."""
    short = sum((y * row.right for row, y in zip(listed, found, strict=True)), Fraction(0))
    return {**multipliers.whole(rows, listed, found), "": short}


def records(case: Case, agent: int, found: Found, own_report: bool, *, every: bool) -> Iterator[Told]:
    """Yield the payments as records."""
    environment, sight = case.environment, sights(case)[agent]
    assert found.payments is not None
    name = environment.agents[agent]
    for column, value in sorted(found.payments.items()):
        if not value:
            continue
        if column[0] == "p":
            told = dict(zip(environment.agents, multipliers.labels(sight, environment.last, column[1]), strict=True))
            yield {"agent": name, "period": environment.last, "reports": told, "payment": text(value)}
            continue
        _, t, action, profile, word, *past = column
        reports = dict(zip(environment.agents, multipliers.labels(sight, t, profile), strict=True))
        if not own_report:
            del reports[name]
        record: Told = {"agent": name, **case.period_key(t), "reports": reports}
        if not own_report or every:
            record["action"] = environment.period(t).actions[action]
        if past:
            record["history"] = [_reported(case, sight, s + 1, p) for s, p in enumerate(past[0])]
        yield {**record, "next": sight.labels(t, word), "payment": text(value)}


def _reported(case: Case, sight: Sight, t: int, profile: int) -> Told:
    """Return an entry of a history: the reports, and the action where actions move what comes next."""
    environment = case.environment
    told: Told = {"signals": dict(zip(environment.agents, multipliers.labels(sight, t, profile), strict=True))}
    kernel = environment.period(t).kernel().num
    if (kernel != kernel[:1]).any():
        told["action"] = environment.period(t).actions[sight.rule(t, profile)]
    return told
