"""The frame of what is sought: payoffs and payments as columns."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from .block import Column, State
from .exact import Array, Exact
from .forms import Form, Term
from .frames import Frame
from .laws import Law
from .names import before


class Unknown(Frame):
    """Payoffs and payments as columns."""

    def _form(self, count: int, *terms: Term) -> Form:
        return Form(Exact.constant(Fraction(0), (count,)), terms)

    def payoff(self, t: int, agent: int, profile: Array) -> Form:
        """Return the columns ``X``."""
        return self.column(self.columns.payoff(t, agent, profile), profile.size)

    def lie(self, t: int, agent: int, message: int, true: Array) -> Form:
        """Return what a message loses, ``X - D`` where lies have columns of their own."""
        if not self.kind.apart:
            return super().lie(t, agent, message, true)
        return self.payoff(t, agent, true) - self.stake(t, agent, message, true)

    def stake(self, t: int, agent: int, message: int, true: Array) -> Form:
        """Return the columns ``D``; truth that goes on is worth ``X``."""
        goes_on = (self.model.period(t).own[agent][true] == message) & ~self.strays(t)[true]
        columns = self.columns
        own = columns.deviation(t, agent, true, message)
        return self.column(np.where(goes_on, columns.payoff(t, agent, true), own), true.size)

    def value(self, t: int, agent: int, state: State) -> Form:
        """Return the columns ``V``."""
        return self.column(self.columns.value(t, agent, state), len(state))

    def values_after(self, t: int, agent: int, past: Array, true: Array) -> Form:
        """Return the expectation as a sum of columns."""
        then = self.model.following(t)
        state = State(history=true[:, None], told=past[:, None], profile=self.profiles(then)[None, :])
        law = self.following(t, self.drawn(t, past), true)
        return self._form(true.size, law.term(self.columns.value(then, agent, state)))

    def now(self, t: int, agent: int, told: Array) -> Form:
        """Return the columns ``now``."""
        if not self.pays_now(t):
            return self._form(told.size)
        return self.column(self.columns.now(t, agent, told), told.size)

    def due(self, t: int, agent: int, history: Array | None, profile: Array) -> Form:
        """Return the columns ``later`` of the period before, at the start ``first``."""
        if history is None or not self._owes(history):
            return self._form(profile.size)
        return self.column(self._due(t, agent, history, profile), profile.size)

    def _owes(self, history: Array) -> bool:
        return self.kind.first if history[0] < 0 else self.kind.later

    def _due(self, t: int, agent: int, history: Array, profile: Array, action: Array | None = None) -> Array:
        if history.flat[0] < 0:
            return self.columns.now(t, agent, profile, "first")
        return self.columns.later(before(self.model, t), agent, history, profile, action)

    def mean(self, what: str, law: Law, t: int, agent: int, history: Array, action: Array | None = None) -> Form | None:
        """Return the expectation as a sum of columns."""
        profiles = self.profiles(t)
        if what == "X":
            columns = self.columns.payoff(t, agent, profiles[None, :])
        elif what == "now" and self.pays_now(t):
            columns = self.columns.now(t, agent, profiles[None, :])
        elif what == "due" and self._owes(history):
            if history[0] >= 0 and not self.kind.own_next:
                # one column for all own next reports: the first stands for them
                law, profiles = (
                    law.marginal(tuple(j != agent for j in range(len(law.sizes)))),
                    profiles[self.firsts(t, agent)],
                )
            drawn = None if action is None else action[:, None]
            columns = self._due(t, agent, history[:, None], profiles[None, :], drawn)
        else:
            return None
        return self._form(history.size, law.term(columns))

    def combination(self, columns: Sequence[Column], num: Sequence[int], den: int) -> Form:
        """Return the columns themselves."""
        return self.columns_of(columns, num, den)
