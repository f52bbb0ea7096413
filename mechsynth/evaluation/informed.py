"""Incentives of a mechanism given what each agent knows, and what the best whole strategy of an agent gains.

Gains and losses are per unit of what the agent believes: expected, given the information state.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from mechsynth.check.block import Rows
from mechsynth.check.exact import Array, Exact
from mechsynth.check.names import before
from mechsynth.check.rows import pbic
from mechsynth.check.text import show
from mechsynth.result.rowname import parse_row

from .places import Listed, labels

MOST_STATES = 200_000  # information states and lies that are looked at
MOST_REPLIES = 600  # profiles times own reports for which an infinite horizon's best strategy is solved for


@dataclass(frozen=True)
class Expected:
    """What a lie is expected to lose, given what the agent knows.

    Parameters
    ----------
    slack:
        The expected loss; negative: the lie gains.
    agent, period, signals, report:
        Who lies, when, with which own signal and public ones (by agent), reporting what.
    history, told:
        The signals of the period before, None at the start; and the own report then, where it was another.
    drawn:
        The action drawn then, where it could have been another.
    """

    slack: Fraction
    agent: str
    period: int | None
    signals: dict[str, str]
    report: str
    history: tuple[str, ...] | None
    told: str | None
    drawn: str | None = None

    def __str__(self) -> str:
        when = "" if self.period is None else f" in period {self.period}"
        knows = [f"signal {show(self.signals[self.agent])}"]
        knows += [f"{show(name)} {show(seen)}" for name, seen in self.signals.items() if name != self.agent]
        text = f"lie of {show(self.agent)}{when} with {' and '.join(knows)}, reporting {show(self.report)}"
        if self.history is None:
            return text
        past = ", ".join(map(show, self.history))
        said = "" if self.told is None else f" and her own report {show(self.told)}"
        said += "" if self.drawn is None else f" and the action {show(self.drawn)}"
        return f"{text}, after the signals ({past}){said}"


class Informed:
    """What a mechanism is, seen by agents who know what they know.

    Parameters
    ----------
    frame:
        The mechanism as it is played.
    """

    def __init__(self, frame: Listed) -> None:
        self.frame = frame

    @cached_property
    def size(self) -> int:
        """How many rows there are at most: information states and lies."""
        f, found = self.frame, 0
        for t in f.periods:
            for agent in f.agents:
                signals = f.model.period(t).sizes[agent]
                then = before(f.model, t)
                past = 0 if then < 0 else f.model.period(then).profiles * f.model.period(then).sizes[agent]
                found += (past + 1) * signals * (signals - 1)
        return found

    @property
    def examined(self) -> bool:
        """Whether the rows are few enough to be looked at."""
        return self.size <= MOST_STATES

    @cached_property
    def _rows(self) -> tuple[int, Expected | None, Expected | None]:
        count = 0
        best: dict[bool, tuple[Fraction, Rows, int]] = {}
        for block in pbic(self.frame):
            slack, mass = block.slack(block.state).const, block.mass
            assert mass is not None
            count += len(block.state)
            masses = mass(block.state)
            slack = Exact(slack.num * masses.den, slack.den * masses.num)
            lied = self._lied(block)
            for past, rows in ((False, np.flatnonzero(~lied)), (True, np.flatnonzero(lied))):
                for row in rows.tolist():
                    value = slack.at(row)
                    if past not in best or value < best[past][0]:
                        best[past] = value, block, row
        found = [None if past not in best else self._told(*best[past]) for past in (False, True)]
        return count, found[0], found[1]

    def _lied(self, block: Rows) -> Array:
        """Return after which states an agent has reported something else than her signal in the period before."""
        f, s = self.frame, block.state
        then = before(f.model, f.places[block.head].t)
        if then < 0:
            return np.zeros(len(s), dtype=bool)
        return np.asarray((s.history >= 0) & (f.plays[then].told[s.told] != s.history))

    def _told(self, slack: Fraction, block: Rows, row: int) -> Expected:
        model, s = self.frame.model, block.state.one(row)
        place = self.frame.places[block.head]
        t, agent = place.t, place.agent
        assert agent is not None
        profile = labels(model, t, s.profile)
        seen = {name: profile[j] for j, name in enumerate(model.agents) if j == agent or j in model.public}
        history = told = drawn = None
        if s.history >= 0:
            then = before(model, t)
            history = labels(model, then, s.history)
            reports, drawn = self.frame.past(then, s.told)
            told = None if reports[agent] == history[agent] else reports[agent]
        return Expected(
            slack,
            model.agents[agent],
            None if model.horizon is None else t + 1,
            seen,
            parse_row(block.name(row)).report or "",
            history,
            told,
            drawn,
        )

    @property
    def rows(self) -> int:
        """How many rows were evaluated."""
        return self._rows[0]

    @property
    def truthful(self) -> Expected | None:
        """The lie that is expected to lose least at the start or after an own truthful report; None if there is none."""
        return self._rows[1]

    @property
    def after_lie(self) -> Expected | None:
        """The lie that is expected to lose least after a lie; None if there is none."""
        return self._rows[2]

    @property
    def compatible(self) -> bool:
        """Whether truth is best given what each agent knows, after every history and every own lie; without a prior, from period 2 on."""
        return all(found is None or found.slack >= 0 for found in (self.truthful, self.after_lie))

    @cached_property
    def strategies(self) -> dict[str, Fraction] | None:
        """What the best whole strategy of every agent is expected to gain from the start; None without a prior, or where that is too large a problem."""
        f = self.frame
        if f.model.prior is None or not self.examined:
            return None
        sizes = [f.model.period(0).profiles * f.model.period(0).sizes[agent] for agent in f.agents]
        if f.model.horizon is None and max(sizes) > MOST_REPLIES:
            return None
        found, start = {}, np.array([-1])
        for agent in f.agents:
            truth = f.expected(f.law(0, start), 0, agent, start).at(0)
            found[f.model.agents[agent]] = f.reply(agent, False).start()[0] - truth
        return found
