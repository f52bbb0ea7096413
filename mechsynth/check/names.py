"""Names of columns, rows and places, as ``docs/certificates.md`` writes them: ``pepic firm1 t=1 (4,-)->6``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

import numpy as np

from .block import State
from .model import Model
from .play import Play

_PLAIN = re.compile(r"[\w.+-]+")


def written(label: str) -> str:
    """Return a label as it stands in a name: as it is if it is plain, else as a JSON string."""
    return label if _PLAIN.fullmatch(label) else json.dumps(label, ensure_ascii=False)


def joined(*parts: str) -> str:
    """Return the parts that are not empty, with single spaces between them."""
    return " ".join(part for part in parts if part)


def before(model: Model, t: int) -> int:
    """Return the index of the period before ``t`` (itself when the horizon is infinite)."""
    return t if model.horizon is None else t - 1


class Names:
    """The names of one instance, each profile written once.

    Parameters
    ----------
    model, plays:
        The instance, and what is played in every period.
    """

    def __init__(self, model: Model, plays: Sequence[Play]) -> None:
        self.model, self.plays = model, plays
        self.agents = tuple(map(written, model.agents))
        self._profiles: dict[tuple[int, int | None], list[str]] = {}

    def when(self, t: int) -> str:
        """Return ``t=1``, or nothing when the horizon is infinite."""
        return "" if self.model.horizon is None else f"t={t + 1}"

    def signal(self, t: int, agent: int, k: int) -> str:
        """Return the label of a signal."""
        return written(self.model.period(t).signals[agent][k])

    def seen(self, t: int, agent: int, view: int) -> str:
        """Return what an agent sees: her signal; where there are public ones ``(4,*,dry)``, ``*`` for what is hidden from her."""
        if not self.model.public:
            return self.signal(t, agent, view)
        period, words = self.model.period(t), []
        for j in reversed(range(len(self.model.agents))):
            if j != agent and j not in self.model.public:
                words.append("*")
                continue
            view, k = divmod(view, period.sizes[j])
            words.append(self.signal(t, j, k))
        return "(" + ",".join(reversed(words)) + ")"

    def profile(self, t: int, profile: int, hidden: int | None = None) -> str:
        """Return ``(4,-)``, with ``*`` for the signal of the agent ``hidden``."""
        key = (t, hidden)
        if key not in self._profiles:
            period = self.model.period(t)
            labels = [
                ["*"] * len(signals) if j == hidden else list(map(written, signals))
                for j, signals in enumerate(period.signals)
            ]
            places = np.stack(period.own, axis=1).tolist()
            self._profiles[key] = ["(" + ",".join(labels[j][k] for j, k in enumerate(place)) + ")" for place in places]
        return self._profiles[key][profile]

    def played(self, t: int, profile: int, k: int) -> str:
        """Return a profile with the ``k``-th action that can be drawn there, if there are several: ``(4,-) a=left``."""
        play = self.plays[t]
        if not play.draws_at(profile):
            return self.profile(t, profile)
        action = play.drawn[play.layers[k][1][profile]]
        return f"{self.profile(t, profile)} a={written(self.model.period(t).actions[action])}"

    def after(self, t: int, history: int | None) -> str:
        """Return ``after (4,-)``, with ``a=left`` where the action was drawn among several; nothing at the start."""
        if history is None:
            return ""
        then = before(self.model, t)
        play = self.plays[then]
        drawn = f" a={written(self.model.period(then).actions[play.drawn[history]])}" if play.several[history] else ""
        return f"after {self.profile(then, int(play.told[history]))}{drawn}"

    def place(self, head: str, t: int, agent: int | None = None, what: str = "", *past: str) -> str:
        """Return the name of a row: what it is, whose, when, where, after what."""
        who = "" if agent is None else self.agents[agent]
        return joined(head, who, self.when(t), what, *past)

    def known(self, t: int, agent: int, profile: int) -> str:
        """Return what an agent knows of a profile, ``*`` for what she does not: ``(4,*)``."""
        own, signals = self.model.period(t).own, self.model.period(t).signals
        seen = (agent, *self.model.public)
        labels = (written(signals[j][int(k[profile])]) if j in seen else "*" for j, k in enumerate(own))
        return "(" + ",".join(labels) + ")"

    def past(self, t: int, agent: int, s: State) -> tuple[str, str, str]:
        """Return ``after (4,-)``, ``told 6`` and ``a=sell`` of a state of a period, empty where they do not belong in its name."""
        if s.history is None or s.history < 0:
            return "", "", ""
        if s.told is None:
            return self.after(t, s.history), "", ""
        then = before(self.model, t)
        own, play = self.model.period(then).own[agent], self.plays[then]
        said = own[play.told[s.told]]
        told = f"told {self.signal(then, agent, int(said))}" if said != own[s.history] else ""
        drawn = f"a={written(self.model.period(then).actions[play.drawn[s.told]])}" if play.several[s.told] else ""
        return f"after {self.profile(then, s.history)}", told, drawn

    def now(self, t: int, agent: int, told: int) -> str:
        """Return the name of a payment now."""
        return self.place("now", t, agent, self.profile(t, told))

    def later(
        self, t: int, agent: int, told: int, action: int | None, hidden: int | None, blind: bool, profile: int
    ) -> str:
        """Return the name of a payment later; ``action`` where reports do not say it, ``hidden`` whose report the payment does not look at."""
        here = self.profile(t, told, hidden)
        act = "" if action is None else f" a={written(self.model.period(t).actions[action])}"
        then = self.profile(self.model.following(t), profile, agent if blind else None)
        return self.place("later", t, agent, f"{here}{act}->{then}")

    def lie(self, t: int, agent: int, profile: int, report: int) -> str:
        """Return ``(4,-)->6``."""
        return f"{self.profile(t, profile)}->{self.signal(t, agent, report)}"


def beginnings(names: Iterable[str]) -> set[str]:
    """Return every beginning of a name that ends before a space, and the names."""
    found: set[str] = set()
    for name in names:
        end = -1
        while (end := name.find(" ", end + 1)) >= 0:
            found.add(name[:end])
        found.add(name)
    return found
