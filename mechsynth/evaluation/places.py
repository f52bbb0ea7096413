"""The rows of a mechanism as it is played, in the labels of the instance."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from mechsynth.check.exact import Array, Exact
from mechsynth.check.model import Model
from mechsynth.check.names import before
from mechsynth.check.place import Place
from mechsynth.check.played import Played
from mechsynth.check.text import show


@dataclass(frozen=True)
class IncentiveRow:
    """One incentive constraint, in the labels of the instance.

    Parameters
    ----------
    agent, period, signals, report:
        Who lies, when (from 1; None when the horizon is infinite), at which true profile, with which report.
    history:
        The reports of the period before, where what is due from them matters; else None.
    slack:
        What the lie loses. Negative: it gains.
    drawn:
        The action drawn after these reports, where it could have been another; else None.
    """

    agent: str
    period: int | None
    signals: tuple[str, ...]
    report: str
    history: tuple[str, ...] | None
    slack: Fraction
    drawn: str | None = None

    def __str__(self) -> str:
        when = "" if self.period is None else f" in period {self.period}"
        after = "" if self.history is None else f" after the reports ({', '.join(map(show, self.history))})"
        after += "" if self.drawn is None else f" and the action {show(self.drawn)}"
        at = ", ".join(map(show, self.signals))
        return f"incentive of {show(self.agent)}{when} at ({at}) reporting {show(self.report)}{after}"


@dataclass(frozen=True)
class Fact:
    """A number, and where it is found.

    Parameters
    ----------
    value:
        The number.
    agent:
        Whose it is; None if it is a sum over the agents.
    period:
        From 1; None when the horizon is infinite.
    signals:
        The profile at which it is found; for interim payoffs only the agent's own signal and the public ones; None for an expectation.
    history:
        The reports of the period before; None at the start.
    name:
        The place, in words.
    """

    value: Fraction
    agent: str | None
    period: int | None
    signals: tuple[str, ...] | None
    history: tuple[str, ...] | None
    name: str


class Listed(Played):
    """A mechanism as it is played, that remembers which rows a name begins, and may leave out the start of the game."""

    begins = True

    def histories(self, t: int) -> list[Array]:
        """Return the reports that a period can come after; the start where it counts."""
        return [history for history in super().histories(t) if self.begins or history[0] >= 0]

    @cached_property
    def places(self) -> dict[str, Place]:
        """The period and the agent of every beginning of a name."""
        return {}

    def apart(self, t: int, agent: int) -> Array | None:
        """Return histories that owe different amounts, one of each; None where what is due does not look at the own report."""
        then = before(self.model, t)
        later = None if then < 0 else self.payments_made[then][agent].later
        if later is None or not later.looks[1 + len(self.model.agents) + agent]:
            return None
        play = self.plays[then]
        return np.unique(later.index[play.drawn, play.told], return_index=True)[1]

    def past(self, t: int, history: int) -> tuple[tuple[str, ...], str | None]:
        """Return the reports of a history that a period leaves, and the action where it could have been another."""
        play = self.plays[t]
        drawn = self.model.period(t).actions[play.drawn[history]] if play.several[history] else None
        return labels(self.model, t, int(play.told[history])), drawn

    def place(self, head: str, t: int, agent: int | None = None, message: int | None = None) -> Place:
        """Return what names the rows of a requirement in a period."""
        place = super().place(head, t, agent, message)
        self.places[place.head] = place
        return place


@dataclass(frozen=True, eq=False)
class Constraints:
    """The incentive constraints of one agent in one period about one report: what the lie loses at each of the true profiles.

    Parameters
    ----------
    frame, t, agent, report:
        Where; ``t`` from 0, agent and report by their indices.
    true:
        The true profiles, all those with another own signal.
    history:
        For each, the history of the period before after which the lie loses least; None where nothing is due.
    slack:
        For each, what the lie loses.
    """

    frame: Listed
    t: int
    agent: int
    report: int
    true: Array
    history: Array | None
    slack: Exact

    def row(self, k: int) -> IncentiveRow:
        """Return one of them, named."""
        model = self.frame.model
        past = drawn = None
        if self.history is not None:
            past, drawn = self.frame.past(before(model, self.t), int(self.history[k]))
        return IncentiveRow(
            agent=model.agents[self.agent],
            period=None if model.horizon is None else self.t + 1,
            signals=labels(model, self.t, int(self.true[k])),
            report=model.period(self.t).signals[self.agent][self.report],
            history=past,
            slack=self.slack.at(k),
            drawn=drawn,
        )


def seen_labels(model: Model, t: int, agent: int, view: int) -> tuple[str, ...]:
    """Return the labels of what an agent sees: her own signal and the public ones, in the order of the agents."""
    period, profile = model.period(t), int(np.flatnonzero(model.view(t, agent) == view)[0])
    kept = [j for j in range(len(model.agents)) if j == agent or j in model.public]
    return tuple(period.signals[j][int(period.own[j][profile])] for j in kept)


def labels(model: Model, t: int, profile: int) -> tuple[str, ...]:
    """Return the labels of a profile."""
    period = model.period(t)
    return tuple(period.signals[j][int(own[profile])] for j, own in enumerate(period.own))


def least(values: Exact) -> int:
    """Return the first row with the least number."""
    if values.den.ndim == 0:
        return int(np.argmin(values.num))
    best = 0
    for row in range(1, len(values.num)):
        if values.num[row] * values.den[best] < values.num[best] * values.den[row]:
            best = row
    return best


def either(choice: Array, one: Exact, other: Exact) -> Exact:
    """Return numbers of one array where a choice is true, of the other elsewhere."""
    num = np.where(choice, one.num, other.num).astype(object)
    return Exact(num, np.where(choice, one.den, other.den).astype(object))
