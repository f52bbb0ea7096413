"""What an agent knows: her own signal, what everybody sees, the reports and the action before, and what she believes of the rest.

The others tell the truth, so of the period before she knows the true profile, her own part from memory; her own report in it may have been a lie.
Nothing older matters for what is still to come (the law of the next profile looks at one period). So an *information state* is the profile of the
period before, the history it left (the reports in it, another own one perhaps, and the action drawn), and what she sees now: ``State.history`` is that
profile, ``State.told`` the number of that history.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .block import State
from .exact import Array, Exact, objects, sums
from .forms import Form, Term
from .model import Model
from .names import before
from .play import Play


@dataclass(frozen=True, eq=False)
class Belief:
    """Weights ``weights[row, m] / den[row]`` of the profiles that an agent cannot tell apart, not rescaled: what they add up to is the mass."""

    weights: Array
    den: Array

    def mass(self) -> Exact:
        """Return the probabilities of the information states, given what came before."""
        return Exact(sums(self.weights), self.den)

    def of(self, form: Form) -> Form:
        """Return weighted sums of forms, one for every state and profile, over the profiles of each state."""
        rows, size = self.weights.shape
        weights = self.weights.astype(object)
        num, den = form.const.num.reshape(rows, size), form.const.den
        common = den
        if den.ndim:
            dens = den.reshape(rows, size)
            common = objects([int(np.lcm.reduce(row)) for row in dens])
            num = num * (common[:, None] // dens)
        const = Exact(sums(weights * num), self.den * common)
        terms = tuple(self._term(weights, part) for part in form.terms)
        assert form.rest is None
        return Form(const, terms)

    def _term(self, weights: Array, part: Term) -> Term:
        rows, size = weights.shape
        dens = part.den.reshape(rows, size)
        common = objects([int(np.lcm.reduce(row)) for row in dens])
        num = part.num.astype(object).reshape(rows, size, -1) * (weights * (common[:, None] // dens))[:, :, None]
        return Term(part.column.reshape(rows, -1), num.reshape(rows, -1), self.den * common)


@lru_cache(maxsize=64)
def hidden(model: Model, t: int, agent: int) -> tuple[Array, Array]:
    """Return for every profile the first that the agent cannot tell from it, and what is to be added to that for all of these."""
    period = model.period(t)
    seen = [j in (agent, *model.public) for j in range(len(model.agents))]
    places = [own if see else np.zeros_like(own) for own, see in zip(period.own, seen, strict=True)]
    first = np.ravel_multi_index(places, period.sizes)
    zero = np.ones(period.profiles, dtype=bool)
    for own, see in zip(period.own, seen, strict=True):
        zero &= (own == 0) | (not see)
    return np.asarray(first), np.flatnonzero(zero)


class Knowledge:
    """The information states of a frame; a part of :class:`~mechsynth.check.frames.Frame`."""

    model: Model
    plays: Sequence[Play]
    periods: range
    agents: Sequence[int]

    @property
    @abstractmethod
    def reached(self) -> list[Array]:
        """Per period, which profiles truth can lead to: those of positive probability; all of them without a prior."""

    def continues(self, t: int) -> bool:
        """Say whether a period follows."""
        return self.model.kernel(t) is not None

    def messages(self, t: int, agent: int) -> range:
        """Return what an agent can report."""
        return range(self.model.period(t).sizes[agent])

    def states(self, t: int, agent: int, clean: bool | None = None) -> list[State]:
        """Return the information states of a period that have positive probability: at the start, and after the period before.

        Without a prior nothing is believed at the start, and its states are left out. ``clean`` keeps the states that truth leads to, or the others.
        """
        model, found = self.model, []
        first = hidden(model, t, agent)[0]
        reps = np.unique(first)
        if t == 0 and model.prior is not None and clean is not False:
            seen = np.bincount(first, weights=np.asarray(model.prior.num > 0, dtype=float), minlength=first.size)
            profile = reps[seen[reps] > 0]
            start = np.full(profile.size, -1)
            found.append(State(history=start, told=start, profile=profile))
        if t == 0 and model.horizon is not None:
            return found
        then = before(model, t)
        period, kernel = model.period(then), model.kernel(then)
        assert kernel is not None
        sizes = period.sizes[agent]
        history = np.repeat(np.arange(period.profiles), sizes)
        told = np.stack([period.lie(agent, r) for r in range(sizes)], axis=1).ravel()
        if clean is not None:
            truthful = (told == history) & self.reached[then][history]
            keep = truthful if clean else ~truthful
            history, told = history[keep], told[keep]
        row, told = self.plays[then].after(told)
        history = history[row]
        members = reps[:, None] + hidden(model, t, agent)[1]
        some = (kernel.weights[self.plays[then].drawn[told], history][:, members] > 0).any(axis=-1)
        row, which = np.nonzero(some)
        found.append(State(history=history[row], told=told[row], profile=reps[which]))
        return [state for state in found if len(state)]

    def lying(self, t: int, agent: int, message: int, s: State) -> State:
        """Return the states at which a message is not the own signal."""
        return s.take(np.flatnonzero(self.model.period(t).own[agent][s.profile] != message))

    def around(self, t: int, agent: int, s: State) -> tuple[State, Belief]:
        """Return every state with every profile that the agent cannot tell apart in it, and their weights."""
        more = hidden(self.model, t, agent)[1]
        profile = s.profile[:, None] + more
        if s.history[0] < 0:
            prior = self.model.prior
            assert prior is not None
            weights, den = prior.num[profile], np.full(len(profile), int(prior.den[()]), dtype=object)
        else:
            then = before(self.model, t)
            kernel = self.model.kernel(then)
            assert kernel is not None
            action = self.plays[then].drawn[s.told]
            weights = kernel.weights[action[:, None], s.history[:, None], profile]
            den = kernel.den[action, s.history]
        wide = {name: np.repeat(index, more.size) for name, index in (("history", s.history), ("told", s.told))}
        return State(profile=profile.ravel(), **wide), Belief(weights, den)

    def dares(self) -> Iterator[tuple[int, int, int, Array]]:
        """Return period, agent, message, and the profiles at which a message has a stake of its own (`bnic`).

        Such are lies, and the truth at profiles that truth does not lead to, since what follows need not be truth there.
        """
        for t in self.periods:
            for agent in self.agents:
                own = self.model.period(t).own[agent]
                for message in self.messages(t, agent):
                    true = np.flatnonzero((own != message) | self.strays(t))
                    if true.size:
                        yield t, agent, message, true

    def strays(self, t: int) -> Array:
        """Say of every profile whether truth does not lead to it although a period follows."""
        return ~self.reached[t] & self.continues(t)
