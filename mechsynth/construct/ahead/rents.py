"""Truth alone, with any rents, by payments that look ``k`` periods ahead: the rows of windows with the payoffs as columns.

``X(θ) + N(θ,θ) − δ E[X'|a*(θ),θ] = u(a*(θ),θ)``, and no lie gains after any window. Payments in the period of the report add nothing: an amount that looks at the report alone can as well be paid later, with
interest, whatever follows. What refutes it refutes payments on the reports of one period and those that follow.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mechsynth.construct.ahead.conditions import AUTO, Told
from mechsynth.construct.ahead.multipliers import whole
from mechsynth.construct.ahead.payments import Found, Recorded, plan, records
from mechsynth.construct.ahead.sight import longest, sights
from mechsynth.construct.ahead.windows import LARGEST, Form, Row, Windows, added, solve
from mechsynth.construct.case import Case
from mechsynth.errors import OutOfTime
from mechsynth.mechanism import Mechanism
from mechsynth.result import Result, Status
from mechsynth.run import Run


class Rents(Windows):
    """The rows of one agent who may keep any rent."""

    truth = "value"

    def enjoyed(self, t: int, action: int, true: int) -> tuple[Fraction, Form]:
        """Return utility, and what follows from truth after it as columns (subtracted): payoffs, or what is paid in the last period."""
        period, form = self.case.environment.period(t), Form()
        number = Fraction(int(period.utilities.num[self.sight.agent, action].ravel()[true]), period.utilities.den)
        if self.last is not None and t == self.last:
            return number, form
        after = self.sight.after(t)
        for q, share in self.sight.law(t, action, true).items():
            if after == self.last:
                number += self.delta * share * self.enjoyed(after, self.sight.rule(after, q), q)[0]
                form["p", q] = self.delta * share
            else:
                form["X", after, q] = -self.delta * share
        return number, form

    def value(self, t: int, true: int) -> Row:
        """Return the row that says what truth is worth."""
        action = self.sight.rule(t, true)
        number, form = self.enjoyed(t, action, true)
        left = added(self.due(t, action, true, true), {("X", t, true): Fraction(1)}, 1)
        return Row("value", (t, true), added(left, form, 1), number)


def answer(question: Told, case: Case, run: Run, *, look_ahead: str, own_report: bool) -> Result:
    """Decide whether payments of a class that look so many periods ahead, or the fewest that do, make truth best after every window."""
    certificate: Told = {"ties": case.ties()}
    auto = look_ahead == AUTO
    before: Told | None = None
    for k in range(1, longest(case) + 1) if auto else (int(look_ahead),):
        found = [_agent(case, k, own_report, i, run) for i in case.environment.players]
        failed = next((own for own in found if own.plan is not None), None)
        if failed is None:
            if auto:
                certificate["look-ahead"] = k
                if before is not None:
                    certificate["before"] = before
            every = zip(case.environment.players, found, strict=True)
            listed = tuple(record for i, own in every for record in records(case, i, own, own_report, every=False))
            played = Recorded(case.environment, case.actions, records=listed)
            return _result(question, Status.FEASIBLE, case, certificate, mechanism=played)
        assert failed.plan is not None
        before = plan(failed.plan)
    if not auto:
        return _result(question, Status.INFEASIBLE, case, certificate, witness=before)
    certificate["reason"] = (
        f"no payments on the reports of one period that look up to {longest(case)} periods ahead make truth best after every window; "
        "whether longer ones do was not decided"
    )
    return _result(question, Status.UNKNOWN, case, certificate)


def _result(question: Told, status: Status, case: Case, certificate: Told, **more: Any) -> Result:
    given = {"mechanism": Mechanism(case.environment, case.actions), **more}
    return Result(question, status, certificate=certificate, environment=case.environment, **given)


def _agent(case: Case, k: int, own_report: bool, agent: int, run: Run) -> Found:
    rows = Rents(case, sights(case)[agent], k, own_report, False)
    if rows.size() > LARGEST:
        raise OutOfTime(
            "", "a program with payments of several periods is too large to be decided exactly", "use fewer signals"
        )
    run.check()
    listed = list(rows.rows())
    point, multipliers = solve(listed, run)
    if point is not None:
        return Found({column: value for column, value in point.items() if column[0] in ("q", "p")}, "together")
    short = sum((y * row.right for row, y in zip(listed, multipliers, strict=True)), Fraction(0))
    return Found(plan={**whole(rows, listed, multipliers), "": short})
