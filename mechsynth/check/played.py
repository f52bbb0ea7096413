"""The frame of a mechanism as it is played: payoffs and payments as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np

from .block import Column, State
from .exact import Array, Exact
from .forms import Form
from .frames import Frame
from .kind import Class
from .laws import Law
from .mechanism import Payments
from .model import Model
from .names import before
from .play import Rule
from .reply import Reply
from .values import Values, fixed_point


class Played(Frame):
    """A mechanism as it is played: payoffs and payments as numbers.

    Parameters
    ----------
    paid:
        Payments per period and agent.
    """

    def __init__(
        self,
        model: Model,
        rule: Rule,
        values: Values,
        kind: Class,
        paid: Sequence[Sequence[Payments]],
        path: bool = True,
    ) -> None:
        super().__init__(model, rule, values, kind, path)
        self.payments_made = paid
        self._now: dict[tuple[int, int], Exact] = {}
        self._lies: dict[tuple[int, int, int], Exact] = {}
        self._replies: dict[tuple[int, bool], Reply] = {}

    @cached_property
    def payoffs(self) -> list[list[Exact]]:
        """``X`` per period and agent, each over one denominator."""
        result: list[list[Exact]] = []
        for t in reversed(self.periods):
            every, row = self.profiles(t), []
            for agent in range(len(self.model.agents)):
                if agent not in self.agents:  # a public one has no payoff
                    row.append(Exact.constant(Fraction(0), every.shape))
                    continue
                flow = -self._tables(t, agent)
                for chance, past in self.play(t, every):
                    after = result[-1][agent] if self.model.horizon is not None and result else None
                    part = self._lasting(t, agent, past, after)
                    flow = flow + (part if chance is None else Form(part).by(chance).const)
                row.append(
                    fixed_point(self.model, self.plays[t], flow)
                    if self.model.horizon is None
                    else flow.single("payoffs")
                )
            result.append(row)
        return result[::-1]

    def _lasting(self, t: int, agent: int, past: Array, after: Exact | None) -> Exact:
        """Return what an agent enjoys at every profile after the action of a history, less what is due then, with the payoffs that follow."""
        every = self.profiles(t)
        action = self.drawn(t, past)
        found = self.model.period(t).utilities[agent][action, every]
        if not self.continues(t):
            return found
        law = self.following(t, action, every)
        fee = self._owed(law, self.model.following(t), agent, past)
        found = found if fee is None else found - fee.times(self.model.discount)
        if after is None:
            return found
        return found + law.expect(after.num, int(after.den[()])).times(self.model.discount)

    @property
    def enjoyed(self) -> list[Exact]:
        """Per agent, what she gets from truth from the first period on before any payment."""
        nothing = [[Payments()] * len(self.model.agents)] * self.model.count
        return Played(self.model, self.plays, self.values, self.kind, nothing).payoffs[0]

    def _tables(self, t: int, agent: int) -> Exact:
        """Return what is paid now at every profile, over one denominator."""
        if (t, agent) not in self._now:
            self._now[t, agent] = self.payments_made[t][agent].now_at(self.model.period(t).sizes).single("payments")
        return self._now[t, agent]

    def _owed(self, law: Law, t: int, agent: int, history: Array, action: Array | None = None) -> Exact | None:
        """Return the expectation of what is due; None is nothing."""
        if history[0] < 0:
            first = self.payments_made[0][agent].first
            if first is None:
                return None
            once = first.broadcast(self.model.period(0).sizes).reshape(self.model.period(0).profiles).single("payments")
            return law.expect(once.num, int(once.den[()]))
        then = before(self.model, t)
        later = self.payments_made[then][agent].later
        if later is None:
            return None
        play = self.plays[then]
        row = later.index[play.drawn[history] if action is None else action, play.told[history]]
        return law.marginal(tuple(size > 1 for size in later.sizes)).expect(later.rows.num[row], later.rows.den[row])

    def payoff(self, t: int, agent: int, profile: Array) -> Form:
        """Return the truthful payoff."""
        return Form(self.payoffs[t][agent][profile])

    def reply(self, agent: int, truthful: bool) -> Reply:
        """Return the best replies of an agent; ``truthful`` goes on with truth after truth at a profile that truth leads to."""
        if (agent, truthful) not in self._replies:
            self._replies[agent, truthful] = Reply(self, agent, truthful)
        return self._replies[agent, truthful]

    def lie(self, t: int, agent: int, message: int, true: Array) -> Form:
        """Return what a message loses, for `bnic` with the best after it."""
        if self.kind.incentives != "bnic":
            if true.size <= self.model.period(t).profiles:
                return super().lie(t, agent, message, true)
            if (t, agent, message) not in self._lies:
                every = super().lie(t, agent, message, self.profiles(t)).const
                self._lies[t, agent, message] = every.single("payoffs")
            return Form(self._lies[t, agent, message][true])
        return self.payoff(t, agent, true) - self.stake(t, agent, message, true)

    def stake(self, t: int, agent: int, message: int, true: Array) -> Form:
        """Return what a message is worth."""
        if self.kind.incentives != "bnic":
            return self.worth(t, agent, self.says(t, agent, message, true), true)
        return Form(self.reply(agent, True).stakes[t][true, message])

    def value(self, t: int, agent: int, state: State) -> Form:
        """Return what the best is worth at information states."""
        return Form(self.reply(agent, True).value(t, state.history, state.told, state.profile))

    def values_after(self, t: int, agent: int, past: Array, true: Array) -> Form:
        """Return the expectation of the best."""
        raise NotImplementedError  # pragma: no cover  (replies take it themselves)

    def now(self, t: int, agent: int, told: Array) -> Form:
        """Return the payments now."""
        return Form(self._tables(t, agent)[told])

    def due(self, t: int, agent: int, history: Array | None, profile: Array) -> Form:
        """Return what is due."""
        nothing = Form.of(Fraction(0), profile.size)
        if history is None:
            return nothing
        if history[0] < 0:
            first = self.payments_made[0][agent].first
            if first is None:
                return nothing
            return Form(first.broadcast(self.model.period(0).sizes).reshape(self.model.period(0).profiles)[profile])
        then = before(self.model, t)
        later = self.payments_made[then][agent].later
        if later is None:
            return nothing
        entry = np.zeros(profile.size, dtype=np.int64)
        for j, size in enumerate(later.sizes):
            entry = entry * size + (self.model.period(t).own[j][profile] if size > 1 else 0)
        row = later.index[self.plays[then].drawn[history], self.plays[then].told[history]]
        return Form(Exact(later.rows.num[row, entry].astype(object), later.rows.den[row]))

    def mean(self, what: str, law: Law, t: int, agent: int, history: Array, action: Array | None = None) -> Form | None:
        """Return the expectation as a number."""
        if what == "due":
            owed = self._owed(law, t, agent, history, action)
            return None if owed is None else Form(owed)
        table = self.payoffs[t][agent] if what == "X" else self._tables(t, agent)
        return Form(law.expect(table.num, int(table.den[()])))

    def combination(self, columns: Sequence[Column], num: Sequence[int], den: int) -> Form:
        """Return what the mechanism gives the columns."""
        values = (self._known(column) * top for column, top in zip(columns, num, strict=True))
        return Form.of(sum(values, Fraction(0)) / den, 1)

    def _known(self, column: Column) -> Fraction:
        what, t, agent, rest = self.columns.place(column)
        at = np.array([rest])
        if what == "X":
            return self.payoff(t, agent, at).at(0)
        if what == "now":
            return self.now(t, agent, at).at(0)
        if what == "later":
            told, action, profile = self.columns.later_of(t, rest)
            play, members = self.plays[t], np.array([told])
            if not self.kind.own_report:
                # any report with which the rule takes the action; the payment looks at no more
                members = np.array([self.says(t, agent, k, members)[0] for k in self.messages(t, agent)])
            past = np.flatnonzero(np.isin(play.told, members) & (play.drawn == action))[:1]
            return self.due(self.model.following(t), agent, past, np.array([profile])).at(0)
        if what == "V":
            s = self.columns.value_of(t, agent, rest)
            return self.value(
                t, agent, State(**{key: np.array([x]) for key, x in vars(s).items() if x is not None})
            ).at(0)
        profile, report = divmod(rest, self.model.period(t).sizes[agent])
        return self.stake(t, agent, report, np.array([profile])).at(0)
