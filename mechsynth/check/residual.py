r"""Frames in which truthful payoffs are *claimed* to be a share of the surplus: :math:`X_t = s W_t` in every period that another follows.

The rows that say what a payoff is (``value``) then check the claim: :math:`X = G(θ, θ)` has one solution. With
:math:`Q(a,θ) = \sum_j u^j(a,θ) + δE[W'|a,θ]` a report that leads to the action :math:`a` loses

.. math:: X(θ) - G(ρ,θ) = s\,[W(θ) - Q(a,θ)] + B(ρ,θ), \quad
   B = s \textstyle\sum_j u^j - u^i + now(ρ) + δE[later(θ';ρ)] + [t = T-1]\, δE[s W_T - X_T].

The first term is not negative once the rule is efficient, and zero for the rule's own action; it is known by bounds, so that long numbers are
needed only for lies whose bracket ``B`` is negative. The bracket has short numbers only. That makes these frames faster than
:class:`Played`, and gives witnesses about one block their rows: columns are the payments of the block alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from .block import Rows, State
from .exact import Array, Exact
from .forms import Form, Rest
from .frames import Frame
from .kind import Class
from .laws import Law
from .mechanism import Payments
from .model import Model
from .names import written
from .place import Place
from .play import Rule
from .played import Played
from .unknown import Unknown
from .values import SCALE, Values


class Claimed(Frame):
    """The lemma, for either frame: set ``share`` and, where the last period plays a constant action, ``constant``."""

    share: Fraction

    def claims(self, t: int) -> bool:
        """Say whether the payoff of a period is claimed."""
        return self.continues(t)

    def payoff(self, t: int, agent: int, profile: Array) -> Form:
        """Return the claimed payoff; in a last period, the utility less what is paid."""
        if not self.claims(t):
            return self.worth(t, agent, profile, profile)
        return self.surplus(t, profile).times(self.share) if self.share else Form.of(Fraction(0), profile.size)

    def mean(self, what: str, law: Law, t: int, agent: int, history: Array, action: Array | None = None) -> Form | None:
        """Return an expectation, of payoffs as they are claimed."""
        if what != "X":
            return super().mean(what, law, t, agent, history, action)  # type: ignore[safe-super]
        if self.claims(t):
            return Form(law.expect(*self.values.exact(t).common("values")).times(self.share))
        every = self.profiles(t)
        enjoyed = Form(law.expect(*self.utility(t, agent, self.rule[t], every).const.common("utilities")))
        now = self.mean("now", law, t, agent, history)
        return enjoyed if now is None else enjoyed - now

    def bracket(self, t: int, agent: int, drawn: Array | None, told: Array, true: Array) -> Form:
        """Return ``B`` of reports, and of an action that they need not lead to; None is the rule's."""
        model, then = self.model, self.model.following(t)
        action = self.rule[t][told] if drawn is None else drawn
        law, total = self.following(t, action, true), Form(self._flows[t][agent][action, true])
        if self.pays_now(t):
            total = total + self.now(t, agent, told)
        due = self.mean("due", law, then, agent, told, drawn)
        if due is not None:
            total = total + due.times(model.discount)
        if not self.claims(then):
            num, den = self.values.exact(then).common("values")
            kept = self.mean("X", law, then, agent, told)
            assert kept is not None
            total = total + (Form(law.expect(num, den).times(self.share)) - kept).times(model.discount)
        return total

    @cached_property
    def _flows(self) -> list[list[Exact]]:
        """``s Σ_j u^j - u^i`` per period and agent, shape ``(actions, profiles)``."""
        periods = map(self.model.period, self.periods)
        return [[period.surplus.times(self.share) - utility for utility in period.utilities] for period in periods]

    @cached_property
    def _gaps(self) -> dict[int, tuple[Array, Array]]:
        """Bounds of what actions lose, per period; the rule was found efficient, so no action is worth more."""
        found = {t: self.values.gaps(t) for t in self.periods if self.claims(t)} if self.share else {}
        return {t: (np.maximum(low, 0), np.maximum(high, 0)) for t, (low, high) in found.items()}

    def loss(self, t: int, agent: int, told: Array, true: Array) -> Form:
        """Return what reports lose: the bracket, and a share of the surplus that their action loses."""
        if not self.claims(t):
            return super().loss(t, agent, told, true)
        total = self.bracket(t, agent, None, told, true)
        if not self.share:
            return total
        action = self.rule[t][told]
        low, high = (side[action, true] for side in self._gaps[t])
        if not (low.any() or high.any()):
            return total
        return replace(total, rest=Rest(low, high, 1 << SCALE, partial(self._gap, t, action, true), self.share))

    def _gap(self, t: int, action: Array, true: Array, rows: Array) -> Exact:
        return self.values.exact_gaps(t)[action[rows], true[rows]]

    def every_action(self, periods: Sequence[int] | None = None) -> Iterator[Rows]:
        """Return the rows of the paper's condition, in units of payments: in every block, whatever its action, truth meets the target and every
        lie at least the target. Where payments do not look at the own report, every own signal meets it.
        """
        for t in filter(self.continues, self.periods if periods is None else periods):
            own = self.model.period(t).own
            for agent in self.agents:
                for message in self.messages(t, agent) if self.kind.own_report else [None]:
                    for action in range(len(self.model.period(t).actions)):
                        told = np.ones(own[agent].size, dtype=bool) if message is None else own[agent] == message
                        there = self.model.period(t).choices[action]
                        for true in (np.flatnonzero(told & there), np.flatnonzero(~told & there)):
                            if true.size:
                                yield self.targets(t, agent, message, action, State(profile=true))

    def targets(self, t: int, agent: int, message: int | None, action: int, state: State) -> Rows:
        """Return rows of that condition: profiles at which a message is the truth, or at which it is a lie; None is any message."""
        truth = message is None or bool(self.model.period(t).own[agent][state.profile[0]] == message)
        place = self.place("target", t, agent, message)
        slack, name = partial(self._target, t, agent, message, action), partial(self._acting, place, action)
        return Rows("target", truth, place.head, state, slack, name)

    def _target(self, t: int, agent: int, message: int | None, action: int, s: State) -> Form:
        told = self.says(t, agent, message or 0, s.profile)
        return self.bracket(t, agent, np.full(len(s), action), told, s.profile).times(1 / self.model.discount)

    def _acting(self, place: Place, action: int, s: State) -> str:
        what = place.profile(s) if place.message is None else place.lie(s)
        return f"{what} a={written(self.model.period(place.t).actions[action])}"


class ClaimedPlayed(Claimed, Played):
    """A mechanism as it is played, truthful payoffs claimed."""

    def __init__(
        self,
        model: Model,
        rule: Rule,
        values: Values,
        kind: Class,
        paid: Sequence[Sequence[Payments]],
        share: Fraction,
    ) -> None:
        super().__init__(model, rule, values, kind, paid)
        self.share = share


class ClaimedUnknown(Claimed, Unknown):
    """Payments as columns, truthful payoffs claimed."""

    def __init__(self, model: Model, rule: Rule, values: Values, kind: Class, share: Fraction) -> None:
        super().__init__(model, rule, values, kind)
        self.share = share
