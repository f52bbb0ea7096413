"""Rows of payments that wait, of an agent who may keep any rent: what truth leaves her, computed, and as a column."""

from __future__ import annotations

from fractions import Fraction

from .ahead import ZERO
from .exact import Exact
from .owed import Owed, Word
from .plans import Plan
from .values import fixed_point
from .windows import Rows


class Free(Rows):
    """The rows of an agent who gets from truth what the payments leave her."""

    payoffs: list[Exact]

    def worth(self, t: int, profile: int) -> Fraction:
        """Return ``X``, what is due from earlier reports left aside; in the last period before what is paid there."""
        return super().worth(t, profile) if self.ends(t) else self.payoffs[t].at(profile)

    def settle(self, owed: Owed) -> None:
        """Compute the payoffs of truth: ``X = u − N + δ E[X']``."""
        model, found = self.model, dict[int, Exact]()
        for t in reversed(range(model.count)):
            profiles = range(model.period(t).profiles)
            if self.ends(t):
                continue
            costs = [self.cost(owed, t, p, self.rule(t, p), p) for p in profiles]
            if model.horizon is None:
                flow = [self.utility(t, self.rule(t, p), p) - cost for p, cost in enumerate(costs)]
                found[t] = fixed_point(model, self.laws.rule[t], exactly(flow))
            else:
                self.payoffs = [found.get(s, exactly([ZERO])) for s in range(model.count)]
                found[t] = exactly([self.enjoyed(t, self.rule(t, p), p) - cost for p, cost in enumerate(costs)])
        self.payoffs = [found.get(s, exactly([ZERO])) for s in range(model.count)]


class Rented(Rows):
    """The rows of an agent whose payoffs are columns: what follows from truth stands apart."""

    def enjoyed(self, t: int, action: int, profile: int) -> Fraction:
        """Return utility, and in the period before the last also what is enjoyed there."""
        if not self.ends(t) and self.ends(self.model.following(t)):
            return super().enjoyed(t, action, profile)
        return self.utility(t, action, profile)

    def value_name(self, t: int, true: int) -> str:
        """Return ``value one (1,0)``."""
        return self.names.place("value", t, self.agent, self.names.profile(t, true))


class Rents(Plan):
    """Multipliers of these rows."""

    def value(self, t: int, true: int, y: Fraction) -> None:
        """Add what truth is worth: ``X + N − δ E[X'] = u``, an equality."""
        action = self.rows.rule(t, true)
        self.cost(t, true, action, true, y)
        self.add(("payoff", t, true), y)
        self._after(t, action, true, -y)
        self.right += y * self.rows.enjoyed(t, action, true)

    def lie(self, t: int, lie: tuple[int, int, int], window: Word, y: Fraction) -> None:
        """Add a row of a lie after a window, the oldest report first."""
        super().lie(t, lie, window, y)
        true, _, told = lie
        self._after(t, self.rows.rule(t, told), true, -y)
        self._after(t, self.rows.rule(t, true), true, y)

    def _after(self, t: int, action: int, true: int, y: Fraction) -> None:
        rows, then = self.rows, self.rows.model.following(t)
        if rows.ends(t) or rows.ends(then):
            return
        for q, share in rows.laws.law(t, action, true).items():
            self.add(("payoff", then, q), y * rows.model.discount * share)


def exactly(values: list[Fraction]) -> Exact:
    """Return numbers as an array."""
    return Exact.of([(value.numerator, value.denominator) for value in values], (len(values),))
