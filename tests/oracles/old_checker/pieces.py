"""What the rows of the synthesis program are made of (``docs/certificates.md``, ``implement``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from .columns import Column, Columns, chances
from .exact import Array
from .model import Model
from .names import before, histories
from .path import on_path, truthful_points
from .values import Values
from .written import Written

# coefficients as integers over one denominator
Entries: TypeAlias = tuple[dict[Column, int], int]


class Pieces:
    """The columns of one question, and the sums that its rows are made of.

    Parameters
    ----------
    model, rule, values:
        The instance, the rule and its values.
    transfers, require, objective:
        The question.
    bounds:
        The number of every requirement ``bounded:B``.
    """

    def __init__(
        self,
        model: Model,
        rule: Sequence[Array],
        values: Values,
        transfers: str,
        require: Sequence[str],
        objective: str,
        bounds: dict[str, Fraction],
    ) -> None:
        self.model, self.values, self.bounds = model, values, bounds
        self.rule = [actions.tolist() for actions in rule]
        self.require, self.objective_name = require, objective
        self.columns = Columns(model, rule, transfers)
        # the rows of requirements that are none of the format's, once they are read
        self.written: dict[str, list[Written]] = {}
        self.names = self.columns.names
        self.agents = range(len(model.agents))
        self._next: dict[tuple[int, int, int], list[tuple[int, int]]] = {}

    # -- what rows are made of --------------------------------------------------------------------------------

    def following(self, t: int, action: int, profile: int) -> list[tuple[int, int]]:
        """Return ``(θ', weight)`` of the profiles that can follow."""
        key = (t, action, profile)
        if key not in self._next:
            kernel = self.model.kernel(t)
            assert kernel is not None
            self._next[key] = chances(kernel.weights[action, profile])
        return self._next[key]

    def weights(self, t: int, history: int | None) -> tuple[list[tuple[int, int]], int]:
        """Return ``(θ, weight)`` of period ``t`` after reports, and the sum; at the start, the prior's."""
        if history is None:
            prior = self.model.prior
            assert prior is not None
            return chances(prior.num), int(prior.den[()])
        then = before(self.model, t)
        kernel, action = self.model.kernel(then), self.rule[then][history]
        assert kernel is not None
        return self.following(then, action, history), int(kernel.den[action, history])

    def points(self) -> Iterator[tuple[int, int | None]]:
        """Return every ``(period, history)``, None being the start."""
        for t in range(self.model.count):
            for history in histories(self.model, t):
                yield t, history

    def path(self) -> Iterator[tuple[int, int | None]]:
        """Return every ``(period, history)`` that truth can lead to from the prior, None being the start."""
        return truthful_points(self.model, on_path(self.model, [np.array(actions) for actions in self.rule]))

    def seen(self) -> Iterator[tuple[int, int | None, int]]:
        """Return every ``(period, history, θ)`` of the truthful path; at the start every ``θ`` where there is no prior."""
        for t, history in self.path():
            if history is None and self.model.prior is None:
                for profile in range(self.model.period(t).profiles):
                    yield t, history, profile
            else:
                for profile, _ in self.weights(t, history)[0]:
                    yield t, history, profile

    def due(self, t: int, agent: int, profile: int, history: int | None) -> Column | None:
        """Return ``due^i(θ; h)``; None where nothing is due."""
        if history is None or not self.columns.has_later:
            return None
        return self.columns.later(before(self.model, t), agent, history, profile)

    def worth(self, t: int, agent: int, profile: int, told: int, own: Column, extra: Column | None) -> Entries:
        """Return ``own + now(ρ) + δ E[later(θ'; ρ) - X(θ')]``."""
        columns = self.columns
        found: dict[Column, int] = {}
        kernel, scale = self.model.kernel(t), 1
        if kernel is not None:
            action, then = self.rule[t][told], self.model.following(t)
            top = self.model.discount.numerator
            scale = int(kernel.den[action, profile]) * self.model.discount.denominator
            for after, weight in self.following(t, action, profile):
                amount = top * weight
                column = columns.payoff(then, agent, after)
                found[column] = found.get(column, 0) - amount
                if columns.has_later:
                    column = columns.later(t, agent, told, after)
                    found[column] = found.get(column, 0) + amount
        added = [own] if extra is None else [own, extra]
        if columns.now_in(t):
            added.append(columns.now(t, agent, told))
        for column in added:
            found[column] = found.get(column, 0) + scale
        return found, scale

    def utility(self, t: int, agent: int, profile: int, told: int) -> Fraction:
        """Return ``u^i(a*(ρ), θ)``."""
        return self.model.period(t).utilities[agent].at(self.rule[t][told], profile)

    def net(
        self, t: int, agents: Sequence[int], weights: list[tuple[int, int]], den: int, history: int | None, sign: int
    ) -> Entries:
        """Return ``sign · Σ weight (X - due)``."""
        found: dict[Column, int] = {}
        for agent in agents:
            for profile, weight in weights:
                column = self.columns.payoff(t, agent, profile)
                found[column] = found.get(column, 0) + sign * weight
                due = self.due(t, agent, profile, history)
                if due is not None:
                    found[due] = found.get(due, 0) - sign * weight
        return found, den

    def paid(
        self, t: int, weights: list[tuple[int, int]], den: int, history: int | None, extra: Column | None
    ) -> Entries:
        """Return ``Σ_i Σ weight (now + due)``, plus a column."""
        found: dict[Column, int] = {}
        for agent in self.agents:
            for profile, weight in weights:
                due = self.due(t, agent, profile, history)
                if due is not None:
                    found[due] = found.get(due, 0) + weight
                if self.columns.now_in(t):
                    column = self.columns.now(t, agent, profile)
                    found[column] = found.get(column, 0) + weight
        if extra is not None:
            found[extra] = den
        return found, den
