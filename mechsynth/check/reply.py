"""The best that one agent can do against truth by the others, whatever she has said before: backward induction, or policy iteration.

``D[θ, r]`` is what the report ``r`` at the profile ``θ`` is worth when the best follows, before what is due from the period before. What follows
is decided at the information state ``(θ, r, what she sees next)``. With ``truthful`` profiles truth is followed by truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import lcm
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from .exact import Array, Exact, objects
from .forms import Form
from .knowledge import hidden
from .text import TooLargeInput
from .values import MAX_SYSTEM, solved

if TYPE_CHECKING:
    from .played import Played


@dataclass(eq=False)
class Reply:
    """The best replies of an agent.

    Parameters
    ----------
    frame, agent:
        The mechanism as it is played, and whose replies they are.
    truthful:
        Whether an agent who tells the truth at a profile that truth leads to goes on to tell it; else she may lie after it, too.
    """

    frame: Played
    agent: int
    truthful: bool

    def __post_init__(self) -> None:
        f = self.frame
        self.stakes: list[Exact] = [None] * f.model.count  # type: ignore[list-item]
        self.choice: list[Array] = [None] * f.model.count  # type: ignore[list-item]
        self.tops: list[Exact] = [None] * f.model.count  # type: ignore[list-item]
        if f.model.horizon is None:
            self._iterate()
            return
        for t in reversed(f.periods):
            flow = self._flow(t)
            if f.continues(t):
                self._choose(t + 1)
                flow = flow + self._after(t)
            self.stakes[t] = self._settled(t, flow)

    # -- parts ----------------------------------------------------------------------------------------------------

    def _flow(self, t: int) -> Exact:
        """Return what a report is worth in its own period, ``(profiles, reports)``."""
        f, period = self.frame, self.frame.model.period(t)
        told = self._told(t)
        true = np.repeat(f.profiles(t), period.sizes[self.agent])
        now = f.now(t, self.agent, told).const
        total = -now
        for chance, past in f.play(t, told):
            part = f.utility(t, self.agent, f.drawn(t, past), true)
            total = total + (part if chance is None else part.by(chance)).const
        return total.reshape(period.profiles, -1)

    def _told(self, t: int) -> Array:
        period = self.frame.model.period(t)
        return np.stack([period.lie(self.agent, r) for r in range(period.sizes[self.agent])], axis=1).ravel()

    def _settled(self, t: int, flow: Exact) -> Exact:
        """Return the stakes over one denominator, truth being worth the truthful payoff where it goes on."""
        f = self.frame
        if not self.truthful:
            return flow.single("payoffs")
        own = f.model.period(t).own[self.agent]
        kept = np.flatnonzero(f.reached[t])
        payoff = f.payoffs[t][self.agent]
        den = np.broadcast_to(flow.den, flow.shape).copy()
        num = flow.num.copy()
        num[kept, own[kept]] = payoff.num[kept]
        den[kept, own[kept]] = int(payoff.den[()])
        return Exact(num, den).single("payoffs")

    def _owed(self, t: int) -> Exact:
        """Return what every history of the period before makes payable at every report of this one, ``(histories, profiles)``."""
        f = self.frame
        then = t if f.model.horizon is None else t - 1
        before, now = np.arange(len(f.plays[then].told)), f.profiles(t)
        due = f.due(t, self.agent, np.repeat(before, now.size), np.tile(now, before.size))
        return due.const.reshape(before.size, now.size).single("payments")

    def _weights(self, t: int) -> tuple[Array, Array, Array]:
        """Return histories, and the law of this period's profile with its denominators, one row per true profile before, own report and action drawn."""
        f = self.frame
        then = t if f.model.horizon is None else t - 1
        kernel = f.model.kernel(then)
        assert kernel is not None
        row, told = f.plays[then].after(self._told(then))
        true = np.repeat(f.profiles(then), f.model.period(then).sizes[self.agent])[row]
        action = f.drawn(then, told)
        return told, kernel.weights[action, true].astype(object), kernel.den[action, true]

    def _sums(self, t: int, stakes: Exact, owed: Exact) -> tuple[Array, int]:
        """Return ``Σ weights · (stake − due)`` per report, true profile with report and action before, and what is seen; and the denominator."""
        f, period = self.frame, self.frame.model.period(t)
        told, weights, _ = self._weights(t)
        first, more = hidden(f.model, t, self.agent)
        members = np.unique(first)[:, None] + more
        x, y = int(stakes.den[()]), int(owed.den[()])
        found = []
        for message in range(period.sizes[self.agent]):
            said = period.lie(self.agent, message)
            worth = stakes.num[:, message] * y - owed.num[told][:, said] * x
            found.append((weights * worth)[:, members].sum(axis=-1))
        return np.stack(found), x * y

    @property
    def leaves(self) -> bool:
        """Whether leaving is a choice; it comes after the reports."""
        return self.truthful and self.frame.kind.leaves

    def _gone(self, t: int) -> tuple[Array, int]:
        """Return ``Σ weights · what leaving is worth`` per true profile and report before, and what is seen; and the denominator."""
        f = self.frame
        num, den = f.outside(t, self.agent, f.profiles(t)).const.common("outside")
        first, more = hidden(f.model, t, self.agent)
        members = np.unique(first)[:, None] + more
        return (self._weights(t)[1] * num.astype(object))[:, members].sum(axis=-1), int(den)

    def _choose(self, t: int) -> None:
        """Find the best report at every information state of a period that another precedes, keeping the last one where it is as good."""
        sums, den = self._sums(t, self.stakes[t], self._owed(t))
        if self.leaves:
            gone, scale = self._gone(t)
            sums, den = np.concatenate([sums * scale, (gone * den)[None]]), den * scale
        best = sums.max(axis=0)
        old = self.choice[t]
        choice = np.argmax(np.asarray(sums == best, dtype=bool), axis=0)
        if old is not None:
            kept = np.take_along_axis(sums, old[None], axis=0)[0] == best
            choice = np.where(np.asarray(kept, dtype=bool), old, choice)
        self.choice[t] = choice
        self.tops[t] = Exact(best.astype(object), np.array(den, dtype=object))

    def _after(self, t: int) -> Exact:
        """Return the discounted expectation of the best that follows, ``(profiles, reports)``."""
        f = self.frame
        then = f.model.following(t)
        tops = self.tops[then]
        law = self._weights(then)[2]
        each = Form(Exact(tops.num.sum(axis=-1).astype(object), law * tops.den).times(f.model.discount))
        parts = [(chance, Form(each.const[place])) for chance, place in f.plays[t].mixed(self._told(t))]
        total = reduce(add, (part if chance is None else part.by(chance) for chance, part in parts)).const
        return total.reshape(f.model.period(t).profiles, -1)

    # -- an infinite horizon ----------------------------------------------------------------------------------------

    def _iterate(self) -> None:
        """Improve the replies until nothing is better: from truth, every step solves for what the replies are worth."""
        f = self.frame
        period = f.model.period(0)
        size = period.profiles * period.sizes[self.agent]
        if size > MAX_SYSTEM:
            raise TooLargeInput("signals", f"an exact linear system of {size} equations", f"at most {MAX_SYSTEM}")
        reps = np.unique(hidden(f.model, 0, self.agent)[0])
        own = period.own[self.agent][reps]
        choice = np.tile(own, (len(self._weights(0)[0]), 1))
        flow, owed = self._flow(0), self._owed(0)
        while True:
            self.stakes[0] = self._worth(flow, owed, choice)
            self.choice[0] = choice
            self._choose(0)
            if (self.choice[0] == choice).all():
                return
            choice = self.choice[0]

    def _worth(self, flow: Exact, owed: Exact, choice: Array) -> Exact:
        """Solve for what every report is worth when these replies follow."""
        f, period = self.frame, self.frame.model.period(0)
        signals = period.sizes[self.agent]
        told, weights, den = self._weights(0)
        first = hidden(f.model, 0, self.agent)[0]
        place = np.searchsorted(np.unique(first), first)
        play, next_ = f.plays[0], f.profiles(0)
        row_of = play.after(self._told(0))[0]
        size = int(row_of[-1]) + 1
        top, bottom = f.model.discount.numerator, f.model.discount.denominator
        fixed = np.zeros(size, dtype=bool)
        if self.truthful:
            fixed[np.arange(period.profiles) * signals + period.own[self.agent]] = f.reached[0]
        payoff = f.payoffs[0][self.agent]
        matrix = np.zeros((size, size), dtype=object)
        right: list[Fraction] = []
        flows = flow.reshape(size)
        outside = f.outside(0, self.agent, f.profiles(0)).const
        for row in range(size):
            if fixed[row]:
                matrix[row, row] = 1
                value = payoff.at(row // signals)
                right.append(value)
                continue
            pasts = np.flatnonzero(row_of == row)
            common = lcm(*(int(den[past]) for past in pasts))
            whole, owes, left = common * play.den * bottom, 0, Fraction(0)
            matrix[row, row] = whole
            for past in pasts:
                said = choice[past, place]  # per next profile
                chance = int(play.num[told[past]]) * (common // int(den[past]))
                for q in np.flatnonzero(weights[past]):
                    weight = chance * int(weights[past, q])
                    if said[q] == signals:  # the choice after the reports is to leave
                        left += weight * top * outside.at(int(q))
                        continue
                    matrix[row, next_[q] * signals + said[q]] -= weight * top
                    owes += weight * int(owed.num[told[past], period.lie(self.agent, int(said[q]))[q]])
            right.append(flows.at(row) * whole - Fraction(owes * top, int(owed.den[()])) + left)
        sides = Exact(objects([x.numerator for x in right]), objects([x.denominator for x in right]))
        return solved(matrix, sides).single("payoffs").reshape(period.profiles, signals)

    # -- answers ----------------------------------------------------------------------------------------------------

    def value(self, t: int, history: Array, told: Array, profile: Array) -> Exact:
        """Return what information states of a period that another precedes are worth, net of what is due."""
        f = self.frame
        then = t if f.model.horizon is None else t - 1
        signals = f.model.period(then).sizes[self.agent]
        play = f.plays[then]
        place = history * signals + f.model.period(then).own[self.agent][play.told[told]]
        # among the rows with these reports the one with this action
        first_of = np.searchsorted(play.after(self._told(then))[0], place)
        row = first_of + told - np.searchsorted(play.told, play.told[told])
        first, more = hidden(f.model, t, self.agent)
        which = np.searchsorted(np.unique(first), first[profile])
        weights = self._weights(t)[1]
        members = first[profile][:, None] + more
        mass = weights[row[:, None], members].sum(axis=-1).astype(object)
        tops = self.tops[t]
        return Exact(tops.num[row, which], mass * tops.den)

    def start(self) -> tuple[Fraction, Array]:
        """Return the most that a whole strategy is expected to be worth from the start, and the first reports, one per what is seen; needs a prior."""
        f, period = self.frame, self.frame.model.period(0)
        prior = f.model.prior
        assert prior is not None
        first, more = hidden(f.model, 0, self.agent)
        members = np.unique(first)[:, None] + more
        found = []
        for message in range(period.sizes[self.agent]):
            said = period.lie(self.agent, message)
            once = f.due(0, self.agent, np.full(period.profiles, -1), said).const
            worth = Exact(self.stakes[0].num[:, message], self.stakes[0].den) - once
            num, den = worth.common("payoffs")
            found.append([Fraction(int(x), den * int(prior.den[()])) for x in (prior.num * num)[members].sum(axis=-1)])
        table = np.array(found, dtype=object)
        return sum(table.max(axis=0), Fraction(0)), np.argmax(table, axis=0)
