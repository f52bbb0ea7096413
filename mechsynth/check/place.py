"""What names the rows of a requirement in a period."""

from __future__ import annotations

from dataclasses import dataclass

from .block import State
from .names import Names


@dataclass(frozen=True, eq=False)
class Place:
    """The names of the rows that one requirement has in one period (of one agent, about one message)."""

    names: Names
    requirement: str
    t: int
    agent: int | None
    message: int | None

    @property
    def head(self) -> str:
        """What all the names begin with."""
        return self.names.place(self.requirement, self.t, self.agent)

    def _name(self, what: str, s: State) -> str:
        past = self.names.past(self.t, self.agent or 0, s)
        return self.names.place(self.requirement, self.t, self.agent, what, *past)

    def plain(self, s: State) -> str:
        """Name a row by its history."""
        return self._name("", s)

    def profile(self, s: State) -> str:
        """Name a row by its profile and history."""
        return self._name(self.names.profile(self.t, s.profile), s)

    def played(self, k: int, s: State) -> str:
        """Name a row by its profile, the ``k``-th action that can be drawn there, and the history."""
        return self._name(self.names.played(self.t, s.profile, k), s)

    def own(self, s: State) -> str:
        """Name a row by what the agent sees and the history."""
        assert self.agent is not None
        return self._name(self.names.seen(self.t, self.agent, s.own), s)

    def lie(self, s: State) -> str:
        """Name a row by the true profile, the message and the history."""
        assert self.agent is not None
        assert self.message is not None
        return self._name(self.names.lie(self.t, self.agent, s.profile, self.message), s)

    def knows(self, s: State) -> str:
        """Name a row by what the agent knows and what came before."""
        assert self.agent is not None
        return self._name(self.names.known(self.t, self.agent, s.profile), s)

    def informed(self, s: State) -> str:
        """Name a row by what the agent knows, the message, and what came before."""
        assert self.agent is not None
        assert self.message is not None
        known = self.names.known(self.t, self.agent, s.profile)
        return self._name(f"{known}->{self.names.signal(self.t, self.agent, self.message)}", s)
