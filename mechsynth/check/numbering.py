"""The columns of a class of payments, as numbers, and what they are called."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from .block import ADDED, Column, State
from .exact import Array
from .knowledge import hidden
from .names import before

if TYPE_CHECKING:
    from .frames import Frame


class Columns:
    """The numbers of columns, and what they are called; two columns never share a number."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.base: dict[tuple[str, int, int], int] = {}
        self.count = 0
        model, kind = frame.model, frame.kind
        for t in frame.periods:
            period = model.period(t)
            for i in frame.agents:
                size = period.sizes[i]
                room = {"X": period.profiles}
                if frame.pays_now(t):
                    room["now"] = period.profiles
                if kind.later and frame.continues(t):
                    after = model.period(model.following(t)).profiles
                    room["later"] = period.profiles * len(period.actions) * after
                if kind.apart:
                    room["D"] = period.profiles * size
                if kind.incentives == "bnic" and (model.horizon is None or t > 0):
                    then = model.period(before(model, t))
                    room["V"] = then.profiles * then.sizes[i] * len(then.actions) * period.profiles
                if kind.first and t == 0:
                    room["first"] = period.profiles
                for what, length in room.items():
                    self.base[what, t, i] = self.count
                    self.count += length

    def payoff(self, t: int, agent: int, profile: Array) -> Array:
        """Return the numbers of ``X``."""
        return np.asarray(self.base["X", t, agent] + profile)

    def deviation(self, t: int, agent: int, profile: Array, report: int) -> Array:
        """Return the numbers of ``D``, what a lie is worth."""
        size = self.frame.model.period(t).sizes[agent]
        return np.asarray(self.base["D", t, agent] + profile * size + report)

    def value(self, t: int, agent: int, s: State) -> Array:
        """Return the numbers of ``V``, what an information state is worth."""
        model = self.frame.model
        then, play = model.period(before(model, t)), self.frame.plays[before(model, t)]
        place = s.history * then.sizes[agent] + then.own[agent][play.told[s.told]]
        place = place * len(then.actions) + play.drawn[s.told]
        first = hidden(model, t, agent)[0]
        return np.asarray(self.base["V", t, agent] + place * model.period(t).profiles + first[s.profile])

    def value_of(self, t: int, agent: int, rest: int) -> State:
        """Return the information state of a column ``V``."""
        model = self.frame.model
        then, play = model.period(before(model, t)), self.frame.plays[before(model, t)]
        rest, profile = divmod(rest, model.period(t).profiles)
        rest, drawn = divmod(rest, len(then.actions))
        history, said = divmod(rest, then.sizes[agent])
        told = then.lie(agent, said)[history]
        past = np.flatnonzero((play.told == told) & (play.drawn == drawn))
        return State(history=history, told=int(past[0]), profile=profile)

    def now(self, t: int, agent: int, told: Array, what: str = "now") -> Array:
        """Return the numbers of payments now, or once at the start."""
        return np.asarray(self.base[what, t, agent] + told)

    def later(self, t: int, agent: int, past: Array, profile: Array, action: Array | None = None) -> Array:
        """Return the numbers of payments later after histories, or after their reports with other actions."""
        model, kind, play = self.frame.model, self.frame.kind, self.frame.plays[t]
        told, drawn = play.told[past], play.drawn[past] if action is None else action
        if not kind.own_report:
            told = model.period(t).lie(agent, 0)[told]
        then = model.period(model.following(t))
        if not kind.own_next:
            profile = then.lie(agent, 0)[profile]
        place = (told * len(model.period(t).actions) + drawn) * then.profiles
        return np.asarray(self.base["later", t, agent] + place + profile)

    def place(self, column: Column) -> tuple[str, int, int, int]:
        """Return kind, period, agent, and the number within these."""
        block = bisect_right(self._starts, column) - 1
        what, t, agent = self._blocks[block]
        return what, t, agent, column - self._starts[block]

    @cached_property
    def _starts(self) -> list[int]:
        return list(self.base.values())

    @cached_property
    def _blocks(self) -> list[tuple[str, int, int]]:
        return list(self.base)

    def later_of(self, t: int, rest: int) -> tuple[int, int, int]:
        """Return reports, action and next profile of a payment later."""
        rest, profile = divmod(rest, self.frame.model.period(self.frame.model.following(t)).profiles)
        told, action = divmod(rest, len(self.frame.model.period(t).actions))
        return told, action, profile

    def name(self, column: Column) -> str:
        """Return the name of a column."""
        if column in ADDED:
            return ADDED[column]
        if column < 0:
            return f"size {self.name(-10 - column)}"
        names = self.frame.names
        what, t, agent, rest = self.place(column)
        if what == "now":
            return names.now(t, agent, rest)
        if what == "later":
            return self._later_name(t, agent, *self.later_of(t, rest))
        if what == "D":
            profile, report = divmod(rest, self.frame.model.period(t).sizes[agent])
            return names.place("D", t, agent, names.lie(t, agent, profile, report))
        if what == "V":
            s = self.value_of(t, agent, rest)
            return names.place("V", t, agent, names.known(t, agent, s.profile), *names.past(t, agent, s))
        return names.place(what, t, agent, names.profile(t, rest))

    def later_name(self, t: int, agent: int, past: int, profile: int) -> str:
        """Return the name of a payment later after a history."""
        play = self.frame.plays[t]
        return self._later_name(t, agent, int(play.told[past]), int(play.drawn[past]), profile)

    def _later_name(self, t: int, agent: int, told: int, action: int, profile: int) -> str:
        kind = self.frame.kind
        # where nothing is drawn the own report says the action
        looks = not kind.own_report or self.frame.plays[t].draws_at(told)
        hidden = None if kind.own_report else agent
        return self.frame.names.later(t, agent, told, action if looks else None, hidden, not kind.own_next, profile)

    def every(self) -> Iterator[Column]:
        """Return every column of the class."""
        frame = self.frame
        for t in frame.periods:
            for agent in frame.agents:
                yield from self.payoff(t, agent, frame.profiles(t)).tolist()
                if frame.kind.first and t == 0:
                    yield from self.now(t, agent, frame.profiles(t), "first").tolist()
        for t, agent, lag, state, _ in frame.payments():
            yield from self.of(t, agent, lag, state).tolist()
        if frame.kind.apart:
            for t, agent, report, true in frame.dares() if frame.kind.incentives == "bnic" else frame.lies():
                yield from self.deviation(t, agent, true, report).tolist()
        if frame.kind.incentives == "bnic":
            for t in frame.periods:
                for agent in frame.agents:
                    for state in frame.states(t, agent, clean=False):
                        yield from self.value(t, agent, state).tolist()

    def of(self, t: int, agent: int, lag: int, state: State) -> Array:
        """Return the numbers of payments that a frame lists."""
        return self.now(t, agent, state.profile) if lag == 0 else self.later(t, agent, state.history, state.profile)
