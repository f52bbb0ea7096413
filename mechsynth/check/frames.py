"""Frames: what the rows are written over. :class:`Played` answers with numbers, :class:`Unknown` with columns.

A frame knows the instance, the rule, and what payments of the class may look at. It is asked for payoffs, payments and laws at
arrays of situations; the same text of a requirement (``rows.py``) then checks a mechanism and makes the rows that multipliers combine.

Two things are more general here than any question of today needs: payments stand in a list of lags (0, now, and 1, later),
agents send *messages* (their signals) by a strategy (truth).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from .block import Column, State
from .exact import Array, Exact, objects
from .forms import Form, Term
from .kind import Class
from .knowledge import Knowledge
from .laws import Law
from .model import Model
from .names import Names, before
from .numbering import Columns
from .place import Place
from .play import Rule, plays
from .values import Values, mean


class Frame(Knowledge, ABC):
    """What both frames share: the instance, the rule, histories, messages, laws, names.

    Parameters
    ----------
    model, rule, values:
        The instance, the action at every profile per period or what is played there, and the values of this rule.
    kind:
        The class of payments.
    path:
        Whether what is asked along truthful play is asked only after reports that truth can lead to.
    """

    def __init__(self, model: Model, rule: Rule, values: Values, kind: Class, path: bool = True) -> None:
        self.model, self.plays, self.values, self.kind, self.path = model, plays(rule), values, kind, path
        self.names = Names(model, self.plays)
        self.agents = model.players
        self.periods = range(model.count)

    @cached_property
    def columns(self) -> Columns:
        """The columns of the class of payments."""
        return Columns(self)

    # -- what there is ------------------------------------------------------------------------------------------

    @cached_property
    def rule(self) -> list[Array]:
        """The action at every profile per period, of a rule that draws nothing."""
        assert not any(play.draws for play in self.plays)
        return [play.drawn for play in self.plays]

    def pays_now(self, t: int) -> bool:
        """Say whether anything is paid in the period of the report."""
        return self.kind.now if self.continues(t) else self.kind.last

    def profiles(self, t: int) -> Array:
        """Return every profile of a period."""
        return np.arange(self.model.period(t).profiles)

    def firsts(self, t: int, agent: int) -> Array:
        """Say of every profile whether an agent has her first signal there."""
        return np.asarray(self.model.period(t).own[agent] == 0)

    def says(self, t: int, agent: int, message: int, profile: Array) -> Array:
        """Return the reports when one agent sends a message and the others say what they should."""
        return self.model.period(t).lie(agent, message)[profile]

    def lies(self) -> Iterator[tuple[int, int, int, Array]]:
        """Return period, agent, message, and the profiles at which it is not what the agent should say."""
        for t in self.periods:
            for agent in self.agents:
                for message in self.messages(t, agent):
                    true = np.flatnonzero(self.model.period(t).own[agent] != message)
                    if true.size:
                        yield t, agent, message, true

    def play(self, t: int, told: Array) -> list[tuple[Exact | None, Array]]:
        """Return the histories that reports can lead to, one for each report at a time, with their chances; None is certain."""
        return [(chance and chance[told], past[told]) for chance, past in self.plays[t].layers]

    def drawn(self, t: int, past: Array) -> Array:
        """Return the actions of histories that a period leaves."""
        return np.asarray(self.plays[t].drawn[past])

    def histories(self, t: int) -> list[Array]:
        """Return what a period can come after, by number: reports of the period before with the action drawn, and -1 for the start, apart."""
        found = [np.array([-1])] if t == 0 else []
        if self.model.horizon is None or t > 0:
            found.append(np.arange(len(self.plays[before(self.model, t)].told)))
        return found

    @cached_property
    def reached(self) -> list[Array]:
        """Per period, which profiles truth can lead to: those of positive probability; all of them without a prior."""
        model = self.model
        every = [np.ones(model.period(t).profiles, dtype=bool) for t in self.periods]
        if model.prior is None or not self.path:
            return every
        here = np.asarray(model.prior.num > 0, dtype=bool)
        if model.horizon is not None:
            found = [here]
            for t in self.periods[:-1]:
                found.append(self._leads(t, found[t]))
            return found
        while (more := here | self._leads(0, here)).sum() > here.sum():
            here = more
        return [here]

    def _leads(self, t: int, here: Array) -> Array:
        kernel = self.model.kernel(t)
        assert kernel is not None
        past = np.flatnonzero(here[self.plays[t].told])
        action, true = self.plays[t].drawn[past], self.plays[t].told[past]
        return np.asarray((kernel.weights[action, true] > 0).any(axis=0), dtype=bool)

    def on_path(self, t: int) -> list[Array]:
        """Return the histories of a period after which what truth leads to is asked."""
        then = before(self.model, t)
        return [h if h[0] < 0 else h[self.reached[then][self.plays[then].told[h]]] for h in self.histories(t)]

    def seen(self, t: int) -> Iterator[State]:
        """Return the histories of truthful play with the profiles that can follow them."""
        for history in self.on_path(t):
            if history.size == 0:
                continue
            if history[0] < 0:
                profiles = self.profiles(t)
                if self.path and self.model.prior is not None:
                    profiles = profiles[np.asarray(self.model.prior.num > 0, dtype=bool)]
                yield State(history=np.full(profiles.size, -1), profile=profiles)
            else:
                row, profile = np.nonzero(self.law(t, history).rows())
                yield State(history=history[row], profile=profile)

    def informed(self, t: int, agent: int, history: Array) -> State:
        """Return histories with what an agent can see after them: her own signal and the public ones."""
        looks = tuple(j == agent or j in self.model.public for j in range(len(self.model.agents)))
        row, own = np.nonzero(self.law(t, history).weights(looks).reshape(history.size, -1))
        return State(history=history[row], own=own)

    def owing(self, t: int) -> list[Array | None]:
        """Return the histories after which a lie may owe another amount than the truth; None where what is due cancels."""
        if self.kind.own_next:
            return [*self.histories(t)]
        # a payment made once, at the start, makes rows of the start of their own
        return [None, np.array([-1])] if self.kind.first and t == 0 else [None]

    def pairs(self, history: Array, profile: Array) -> State:
        """Return every history with every profile."""
        return State(history=np.tile(history, profile.size), profile=np.repeat(profile, history.size))

    @property
    def start(self) -> State:
        """The start of the game."""
        return State(history=np.array([-1]))

    def place(self, head: str, t: int, agent: int | None = None, message: int | None = None) -> Place:
        """Return what names the rows of a requirement in a period."""
        return Place(self.names, head, t, agent, message)

    # -- laws ---------------------------------------------------------------------------------------------------

    def law(self, t: int, history: Array) -> Law:
        """Return the laws of the profile of a period after truthful reports; of the first one, the prior."""
        if history[0] < 0:
            assert self.model.prior is not None
            return Law.start(self.model.prior, self.model.period(0).sizes, history.size)
        then = before(self.model, t)
        return self.following(then, self.drawn(then, history), self.plays[then].told[history])

    def following(self, t: int, action: Array, true: Array) -> Law:
        """Return the laws of the next profile after actions at true profiles."""
        kernel = self.model.kernel(t)
        assert kernel is not None
        return Law.after(kernel, action, true)

    def knowing(self, t: int, agent: int, state: State) -> Law:
        """Return the laws of the profile given the history and what the agent sees, not rescaled."""
        own = self.model.view(t, agent)
        return self.law(t, state.history).given(own[None, :] == state.own[:, None])

    # -- numbers ------------------------------------------------------------------------------------------------

    def utility(self, t: int, agent: int, action: Array, true: Array) -> Form:
        """Return what an agent enjoys."""
        return Form(self.model.period(t).utilities[agent][action, true])

    def draws(self, t: int) -> list[Array]:
        """Return the profiles at which the rule takes a first action, those at which it may take a second one instead, and so on."""
        every = self.profiles(t)
        return [every if chance is None else every[chance.num != 0] for chance, _ in self.plays[t].layers]

    def enjoys(self, t: int, agent: int, profile: Array, k: int) -> Form:
        """Return what an agent enjoys in a period in which all report the truth, when the ``k``-th of the actions that can be drawn is taken."""
        return self.utility(t, agent, self.drawn(t, self.plays[t].layers[k][1][profile]), profile)

    def surplus(self, t: int, profile: Array) -> Form:
        """Return the surplus of the rule from a period on."""
        return Form(self.values.exact(t)[profile])

    def claimed(self, t: int, agent: int, profile: Array) -> Form:
        """Return what an agent is to get who is to get the whole: the surplus; of a rule that weighs agents, its weighted surplus over her weight."""
        return Form(self.values.claimed(t, agent)[profile])

    def outside(self, t: int, agent: int, profile: Array) -> Form:
        """Return what leaving is worth to an agent, what is due left aside."""
        values = self.model.period(t).outside
        return Form.of(Fraction(0), profile.size) if values is None else Form(values[agent][profile])

    def leaving(self, law: Law, t: int, agent: int) -> Form:
        """Return the expectation of what leaving is worth."""
        values = self.model.period(t).outside
        if values is None:
            return Form.of(Fraction(0), law.den.size)
        return Form(law.expect(*values[agent].common("outside")))

    @cached_property
    def expected_surplus(self) -> Fraction:
        """The expected surplus of the rule at the start."""
        assert self.model.prior is not None
        return mean(self.model.prior, self.values.exact(0))

    def worth(self, t: int, agent: int, told: Array, true: Array) -> Form:
        """Return ``G``: what an agent gets who is at a true profile, reports at another and says the truth from then on.

        What is due from the period before is left out.
        """
        total = -self.now(t, agent, told)
        for chance, past in self.play(t, told):
            action = self.drawn(t, past)
            part = self.utility(t, agent, action, true)
            if self.continues(t):
                law = self.following(t, action, true)
                after = self.expected(law, self.model.following(t), agent, past)
                part = part + after.times(self.model.discount)
            total = total + (part if chance is None else part.by(chance))
        return total

    def loss(self, t: int, agent: int, told: Array, true: Array) -> Form:
        """Return what reports lose against the truth, before what is due: ``X - G``."""
        return self.payoff(t, agent, true) - self.worth(t, agent, told, true)

    def lie(self, t: int, agent: int, message: int, true: Array) -> Form:
        """Return what a message loses; a frame may have columns of its own for it."""
        return self.loss(t, agent, self.says(t, agent, message, true), true)

    def dared(self, t: int, agent: int, message: int, true: Array) -> Form:
        """Return what a message is worth when the best follows it, in the values of information states (`bnic`)."""
        told = self.says(t, agent, message, true)
        total = -self.now(t, agent, told)
        for chance, past in self.play(t, told):
            part = self.utility(t, agent, self.drawn(t, past), true)
            if self.continues(t):
                after = self.values_after(t, agent, past, true)
                part = part + after.times(self.model.discount)
            total = total + (part if chance is None else part.by(chance))
        return total

    @abstractmethod
    def stake(self, t: int, agent: int, message: int, true: Array) -> Form:
        """Return what a message is worth, before what is due: with truth after it, for `bnic` with the best after it."""

    @abstractmethod
    def value(self, t: int, agent: int, state: State) -> Form:
        """Return what information states that truth does not lead to are worth, net of what is due (`bnic`)."""

    @abstractmethod
    def values_after(self, t: int, agent: int, past: Array, true: Array) -> Form:
        """Return the expectation of the values of the information states after histories and true profiles."""

    def column(self, column: Column | Array, count: int) -> Form:
        """Return a column that a question adds, ``count`` times, or one a row."""
        columns = np.broadcast_to(np.asarray(column).reshape(-1), (count,)).reshape(count, 1)
        one = np.full((count, 1), 1, dtype=object)
        return Form(Exact.constant(Fraction(0), (count,)), (Term(columns, one, np.full(count, 1, dtype=object)),))

    def sizes_of(self, t: int, agent: int, lag: int, state: State) -> Array:
        """Return the columns that bound the sizes of payments."""
        return -10 - self.columns.of(t, agent, lag, state)

    def number(self, value: Fraction, count: int) -> Form:
        """Return a number, ``count`` times."""
        return Form.of(value, count)

    def columns_of(self, columns: Sequence[Column], num: Sequence[int], den: int) -> Form:
        """Return ``Σ num · column / den`` of columns that are left, a single row."""
        count = len(columns)
        term = Term(np.array(columns, dtype=np.int64).reshape(1, count), objects(num).reshape(1, count), objects([den]))
        return Form(Exact.constant(Fraction(0), (1,)), (term,))

    # -- payoffs and payments -----------------------------------------------------------------------------------

    @abstractmethod
    def payoff(self, t: int, agent: int, profile: Array) -> Form:
        """Return ``X``: what an agent gets from truth, without what is due from the period before."""

    @abstractmethod
    def now(self, t: int, agent: int, told: Array) -> Form:
        """Return what is paid in the period of the report."""

    @abstractmethod
    def due(self, t: int, agent: int, history: Array | None, profile: Array) -> Form:
        """Return what the reports of the period before make payable; at the start, what is paid once; None is nothing."""

    @abstractmethod
    def mean(self, what: str, law: Law, t: int, agent: int, history: Array, action: Array | None = None) -> Form | None:
        """Return the expectation of ``X``, ``now`` or ``due``; None is nothing.

        What is due hangs on the reports before, one a row, and on the action drawn after them, by default the rule's.
        """

    def expected(self, law: Law, t: int, agent: int, history: Array) -> Form:
        """Return the expectation of ``X - due``."""
        payoff, due = (self.mean(what, law, t, agent, history) for what in ("X", "due"))
        assert payoff is not None
        return payoff if due is None else payoff - due

    def collected(self, law: Law, t: int, agent: int, history: Array) -> Form:
        """Return the expectation of what is paid in a period, ``now + due``."""
        parts = [self.mean(what, law, t, agent, history) for what in ("now", "due")]
        return sum((part for part in parts if part is not None), Form.of(Fraction(0), history.size))

    @abstractmethod
    def combination(self, columns: Sequence[Column], num: Sequence[int], den: int) -> Form:
        """Return ``Σ num · column / den``, a single row."""

    def net(self, t: int, agent: int, state: State) -> Form:
        """Return ``X - due``."""
        return self.payoff(t, agent, state.profile) - self.due(t, agent, state.history, state.profile)

    def paid(self, t: int, agent: int, state: State) -> Form:
        """Return what is paid in a period, ``now + due``."""
        return self.now(t, agent, state.profile) + self.due(t, agent, state.history, state.profile)

    def payments(self) -> Iterator[tuple[int, int, int, State, Callable[[State], str]]]:
        """Return every payment of the class once: period of the report, agent, lag, where, and what names it."""
        own, blind = self.kind.own_report, not self.kind.own_next
        for t in self.periods:
            told = self.profiles(t)
            for agent in self.agents:
                if self.pays_now(t):
                    yield t, agent, 0, State(profile=told), partial(self._now_name, t, agent)
                if self.kind.later and self.continues(t):
                    then = self.model.following(t)
                    after = self.profiles(then)
                    after = after[self.firsts(then, agent)] if blind else after
                    past = self.plays[t]
                    seen = past.told if own else self.says(t, agent, 0, told)[past.told]
                    first = np.unique(np.stack([seen, past.drawn]), axis=1, return_index=True)[1]
                    history = np.repeat(np.sort(first), after.size)
                    state = State(history=history, profile=np.tile(after, first.size))
                    yield t, agent, 1, state, partial(self._later_name, t, agent)

    def payment(self, t: int, agent: int, lag: int, state: State) -> Form:
        """Return payments that :meth:`payments` lists."""
        following = self.model.following(t)
        return self.due(following, agent, state.history, state.profile) if lag else self.now(t, agent, state.profile)

    def losing(self, t: int, agent: int, lag: int, state: State) -> State:
        """Return those of the payments listed another action goes with, or may go with, than the one of the agent's name."""
        play, labels = self.plays[t], self.model.period(t).actions
        other = np.array([label != self.model.agents[agent] for label in labels])[play.drawn]
        return state.take(other[state.history] if lag else np.isin(state.profile, play.told[other]))

    def _now_name(self, t: int, agent: int, at: State) -> str:
        return self.names.now(t, agent, at.profile)

    def _later_name(self, t: int, agent: int, at: State) -> str:
        return self.columns.later_name(t, agent, at.history, at.profile)
