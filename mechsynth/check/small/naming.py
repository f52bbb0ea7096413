"""What rows are called, and what payments of a class look at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..block import State

if TYPE_CHECKING:
    from .frame import Frame

_PLAIN = re.compile(r"[\w.+-]+")


@dataclass(frozen=True)
class Kind:
    """What payments may look at; ``now`` before the last period, ``last`` in it, ``first`` once."""

    later: bool
    own_report: bool = True
    own_next: bool = False
    now: bool = False
    last: bool = True
    first: bool = False
    incentives: str = "pepic"
    leaves: bool = False

    @property
    def apart(self) -> bool:
        """Whether what a lie is worth has a column of its own."""
        return self.own_next or self.incentives != "pepic"

    @classmethod
    def named(cls, name: str, incentives: str = "pepic") -> Kind:
        """Return a class by its name."""
        kind = name.removesuffix("+now")
        later = kind != "history-independent"
        return cls(later, kind != "vcg-type", kind == "full", name.endswith("+now") or not later, incentives=incentives)


@dataclass(frozen=True)
class Place:
    """What names the rows of a requirement."""

    f: Frame
    requirement: str
    t: int
    agent: int | None
    message: int | None

    def named(self, what: str, history: int | None, told: int | None = None) -> str:
        """Return a name."""
        f, t = self.f, self.t
        who = "" if self.agent is None else f._agents[self.agent]
        when = "" if f.model.horizon is None else f"t={t + 1}"
        after = "" if history is None or history < 0 else f"after {f.title(f.before(t), history)}"
        said = ""
        if told is not None and history is not None and told not in (history, -1) and self.agent is not None:
            then = f.before(t)
            own = f.model.profiles[then][told][self.agent]
            said = f"told {written(f.model.signals[then][self.agent][own])}"
        return " ".join(filter(None, (self.requirement, who, when, what, after, said)))

    @property
    def head(self) -> str:
        """What all names begin with."""
        return self.named("", None)

    def plain(self, s: State) -> str:
        """Name by the history."""
        return self.named("", s.history)

    def profile(self, s: State) -> str:
        """Name by the profile."""
        return self.named(self.f.title(self.t, s.profile), s.history)

    def played(self, k: int, s: State) -> str:
        """Name by the profile: one action is taken there."""
        return self.profile(s)

    def own(self, s: State) -> str:
        """Name by what the agent sees."""
        assert self.agent is not None
        model, t = self.f.model, self.t
        if not model.public:
            return self.named(written(model.signals[t][self.agent][s.own]), s.history)
        profile = next(p for p in range(len(model.profiles[t])) if model.view(t, self.agent, p) == s.own)
        return self.named(self.f.title(t, profile, *self._hidden()), s.history)

    def _hidden(self) -> list[int]:
        model = self.f.model
        return [j for j in model.players if j != self.agent]

    def lie(self, s: State) -> str:
        """Name by the profile and the message."""
        assert self.agent is not None
        assert self.message is not None
        label = written(self.f.model.signals[self.t][self.agent][self.message])
        return self.named(f"{self.f.title(self.t, s.profile)}->{label}", s.history)

    def knows(self, s: State) -> str:
        """Name by what the agent knows, and what came before."""
        return self.named(self.f.title(self.t, s.profile, *self._hidden()), s.history, s.told)

    def informed(self, s: State) -> str:
        """Name by what the agent knows, the message, and what came before."""
        assert self.agent is not None
        assert self.message is not None
        known = self.f.title(self.t, s.profile, *self._hidden())
        label = written(self.f.model.signals[self.t][self.agent][self.message])
        return self.named(f"{known}->{label}", s.history, s.told)


def written(label: str) -> str:
    """Return a label as it stands in a name."""
    return label if _PLAIN.fullmatch(label) else json.dumps(label, ensure_ascii=False)
