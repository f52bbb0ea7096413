"""What a mechanism does along truthful play: who gains and pays what, after which reports.

Everything is read off the mechanism itself. ``X_t^i(θ)`` is the truthful continuation payoff without what is due,
``due^i(θ; h)`` what last period's ``later`` makes payable after the reports ``h`` and now ``θ``, ``net = X - due``.
At the start nothing is due, but ``first``, if there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from .exact import Array, Exact
from .mechanism import Later, Payments
from .model import Model
from .names import Names, before, histories
from .path import on_path, truthful_points
from .values import Values, fixed_point, mean


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
        The profile at which it is found; for interim payoffs only the agent's own signal; None for an expectation.
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


def next_index(model: Model, later: Later, t: int, profiles: Array) -> Array:
    """Return, for profiles of period ``t``, the entry of a ``later`` vector of the period before."""
    index = np.zeros(len(profiles), dtype=np.int64)
    for j, size in enumerate(later.sizes):
        index = index * size + (model.period(t).own[j][profiles] if size > 1 else 0)
    return index


def labels(model: Model, t: int, profile: int) -> tuple[str, ...]:
    """Return the labels of a profile."""
    period = model.period(t)
    return tuple(period.signals[j][int(own[profile])] for j, own in enumerate(period.own))


def single(value: Exact) -> Exact:
    """Return the numbers over one denominator."""
    num, den = value.common("payments")
    return Exact(num, np.array(den, dtype=object))


def weighted(weights: Array, den: int, value: Exact) -> Fraction:
    """Return ``Σ weights · value / den``; ``value`` is over one denominator."""
    used = np.flatnonzero(weights)
    total = sum(int(w) * int(x) for w, x in zip(weights[used], value.num[used], strict=True))
    return Fraction(total, den * int(value.den[()]))


class Facts:
    """The facts about one mechanism, computed when they are asked for.

    Parameters
    ----------
    model, rule, paid:
        The instance, the action at every profile per period, and the payments per period and agent.
    payoffs:
        ``X`` per period and agent, each over one denominator.
    values:
        The values of exactly this rule.
    """

    def __init__(
        self,
        model: Model,
        rule: Sequence[Array],
        paid: Sequence[Sequence[Payments]],
        payoffs: Sequence[Sequence[Exact]],
        values: Values,
    ) -> None:
        self.model, self.rule, self.paid, self.payoffs, self.values = model, rule, paid, payoffs, values
        self.names = Names(model)
        self.agents = range(len(model.agents))

    # -- what is paid and gained ------------------------------------------------------------------------------

    def points(self) -> Iterator[tuple[int, int | None]]:
        """Return every ``(period, history)``, None being the start."""
        for t in range(self.model.count):
            for history in histories(self.model, t):
                yield t, history

    def due(self, t: int, agent: int, history: int | None) -> Exact | None:
        """Return what is due at every profile of period ``t`` after these reports; None is nothing."""
        if history is None:
            first = self.paid[0][agent].first
            return None if first is None else single(first.broadcast(self.model.period(0).sizes).reshape(-1))
        then = before(self.model, t)
        later = self.paid[then][agent].later
        if later is None:
            return None
        row = int(later.index[self.rule[then][history], history])
        entries = next_index(self.model, later, t, np.arange(self.model.period(t).profiles))
        return Exact(later.rows.num[row].astype(object)[entries], np.array(int(later.rows.den[row]), dtype=object))

    def net(self, t: int, agent: int, history: int | None) -> Exact:
        """Return ``X - due`` at every profile."""
        due = self.due(t, agent, history)
        return self.payoffs[t][agent] if due is None else self.payoffs[t][agent] - due

    @cached_property
    def _now(self) -> list[list[Exact]]:
        sizes = [self.model.period(t).sizes for t in range(self.model.count)]
        return [[single(payments.now_at(sizes[t])) for payments in agents] for t, agents in enumerate(self.paid)]

    def payment(self, t: int, history: int | None) -> Exact:
        """Return the sum of all payments of a period at every profile after these reports."""
        total = Exact.constant(Fraction(0), (self.model.period(t).profiles,))
        for agent in self.agents:
            due = self.due(t, agent, history)
            total = total + self._now[t][agent]
            total = total if due is None else total + due
        return total

    def total(self, t: int, history: int | None) -> Exact:
        """Return ``Σ_i (X^i - due^i)`` at every profile."""
        total = self.net(t, 0, history)
        for agent in self.agents[1:]:
            total = total + self.net(t, agent, history)
        return total

    def chances(self, t: int, history: int | None) -> tuple[Array, int] | None:
        """Return integer weights of the profiles and their sum; None at the start without a prior."""
        if history is None:
            prior = self.model.prior
            return None if prior is None else (prior.num, int(prior.den[()]))
        then = before(self.model, t)
        kernel, action = self.model.kernel(then), self.rule[then][history]
        assert kernel is not None
        return kernel.weights[action, history], int(kernel.den[action, history])

    def possible(self, t: int, history: int | None) -> Array:
        """Return the profiles that can follow these reports; at the start those that the prior allows, or all without one."""
        found = self.chances(t, history)
        return np.arange(self.model.period(t).profiles) if found is None else np.flatnonzero(found[0])

    @cached_property
    def path(self) -> tuple[tuple[int, int | None], ...]:
        """Every ``(period, history)`` that truth can lead to from the prior, None being the start."""
        return tuple(truthful_points(self.model, on_path(self.model, self.rule)))

    def fact(
        self,
        value: Fraction,
        head: str,
        t: int,
        history: int | None,
        agent: int | None = None,
        profile: int | None = None,
        own: int | None = None,
    ) -> Fact:
        """Return a number with its place."""
        model, signals, what = self.model, None, ""
        if profile is not None:
            signals, what = labels(model, t, profile), self.names.profile(t, profile)
        elif own is not None and agent is not None:
            signals, what = (model.period(t).signals[agent][own],), self.names.signal(t, agent, own)
        return Fact(
            value=value,
            agent=None if agent is None else model.agents[agent],
            period=None if model.horizon is None else t + 1,
            signals=signals,
            history=None if history is None else labels(model, before(model, t), history),
            name=self.names.place(head, t, agent, what, history),
        )

    # -- participation ----------------------------------------------------------------------------------------

    @cached_property
    def participation_ex_post(self) -> Fact:
        """The least ``X - due`` over agents, reports on the truthful path, and profiles that can follow them."""
        best: Fact | None = None
        for t, history in self.path:
            rows = self.possible(t, history)
            for agent in self.agents:
                net = self.net(t, agent, history)[rows]
                row = int(np.argmin(net.num))
                value = net.at(row)
                if best is None or value < best.value:
                    best = self.fact(value, "participation:ex-post", t, history, agent, int(rows[row]))
        assert best is not None
        return best

    @cached_property
    def participation_interim(self) -> Fact | None:
        """The least expectation of ``X - due`` given the own signal and reports on the truthful path; no start without a prior."""
        best: Fact | None = None
        for t, history in self.path:
            found = self.chances(t, history)
            if found is None:
                continue
            weights = found[0]
            for agent in self.agents:
                net, own = self.net(t, agent, history), self.model.period(t).own[agent]
                for k in range(self.model.period(t).sizes[agent]):
                    chosen = np.where(own == k, weights, 0)
                    whole = sum(int(w) for w in chosen)
                    if whole == 0:
                        continue
                    value = weighted(chosen, whole, net)
                    if best is None or value < best.value:
                        best = self.fact(value, "participation:interim", t, history, agent, own=k)
        return best

    @cached_property
    def start(self) -> tuple[Exact, ...]:
        """What every agent gets from period 1 on, at every profile, ``first`` included."""
        return tuple(self.net(0, agent, None) for agent in self.agents)

    @cached_property
    def rents(self) -> tuple[Fraction, ...] | None:
        """The expected truthful payoff of every agent from period 1 on; None without a prior."""
        prior = self.model.prior
        return None if prior is None else tuple(mean(prior, payoff) for payoff in self.start)

    @cached_property
    def participation_ex_ante(self) -> Fact | None:
        """The least expected payoff of an agent at the start; None without a prior."""
        if self.rents is None:
            return None
        agent = min(self.agents, key=self.rents.__getitem__)
        return self.fact(self.rents[agent], "participation:ex-ante", 0, None, agent)

    # -- budgets ----------------------------------------------------------------------------------------------

    @cached_property
    def budgets(self) -> tuple[Fact, ...]:
        """The expected payments of a period after every profile before it; at the start with a prior, or if nothing is paid."""
        result = []
        for t, history in self.points():
            found, paid = self.chances(t, history), single(self.payment(t, history))
            if found is not None:
                value = weighted(*found, paid)
            elif not paid.num.any():
                value = Fraction(0)
            else:
                continue
            result.append(self.fact(value, "budget:per-period", t, history))
        return tuple(result)

    @cached_property
    def unbalanced(self) -> Fact | None:
        """The first place, over all reports, where the payments do not add up to zero ex post; None if they do."""
        for t, history in self.points():
            paid = self.payment(t, history)
            wrong = np.flatnonzero(paid.num != 0)
            if wrong.size:
                profile = int(wrong[0])
                return self.fact(paid.at(profile), "budget:ex-post", t, history, profile=profile)
        return None

    @cached_property
    def expected_surplus(self) -> Fraction | None:
        """``E W_1`` of the rule; None without a prior."""
        prior = self.model.prior
        return None if prior is None else mean(prior, self.values.exact(0))

    @cached_property
    def expected_payments(self) -> Fraction | None:
        """The expected discounted sum of all payments; None without a prior."""
        if self.rents is None or self.expected_surplus is None:
            return None
        return self.expected_surplus - sum(self.rents, Fraction(0))

    @cached_property
    def payments_of_agents(self) -> tuple[Fraction, ...] | None:
        """The expected discounted payments of every agent; None without a prior."""
        prior, model = self.model.prior, self.model
        if prior is None or self.rents is None:
            return None
        result = []
        for agent in self.agents:
            gross: Exact | None = None
            for t in range(model.count - 1, -1, -1):
                rows = (self.rule[t], np.arange(model.period(t).profiles))
                flow = model.period(t).utilities[agent][rows]
                kernel = model.kernel(t)
                if model.horizon is None:
                    gross = fixed_point(model, self.rule[t], flow)
                    break
                if kernel is not None and gross is not None:
                    flow = flow + kernel.expect(*gross.common("payoffs"))[rows].times(model.discount)
                gross = single(flow)
            assert gross is not None
            result.append(mean(prior, gross) - self.rents[agent])
        return tuple(result)

    # -- surplus ----------------------------------------------------------------------------------------------

    def off_share(self, head: str, share: Fraction) -> Fact | None:
        """Return the first place where ``X_t`` is not that share of ``W_t``, before the last period; None if there is none."""
        for t in range(self.model.count):
            if self.model.kernel(t) is None:
                continue
            for agent in self.agents:
                gap = self.payoffs[t][agent]
                if share:
                    gap = gap - self.values.exact(t).times(share)
                wrong = np.flatnonzero(gap.num != 0)
                if wrong.size:
                    profile = int(wrong[0])
                    return self.fact(gap.at(profile), head, t, None, agent, profile)
        return None

    @cached_property
    def totals(self) -> tuple[Fact, Fact]:
        """The least and the greatest ``Σ_i (X^i - due^i)`` over reports on the truthful path and profiles that can follow."""
        least: Fact | None = None
        greatest: Fact | None = None
        for t, history in self.path:
            rows = self.possible(t, history)
            total = single(self.total(t, history)[rows])
            low, high = int(np.argmin(total.num)), int(np.argmax(total.num))
            if least is None or total.at(low) < least.value:
                least = self.fact(total.at(low), "surplus:every-history", t, history, profile=int(rows[low]))
            if greatest is None or total.at(high) > greatest.value:
                greatest = self.fact(total.at(high), "surplus:every-history", t, history, profile=int(rows[high]))
        assert least is not None
        assert greatest is not None
        return least, greatest

    # -- single payments --------------------------------------------------------------------------------------

    def payments(self, blind: bool, own_report: bool) -> Iterator[tuple[Callable[[int], str], Exact]]:
        """Return the payments of every table entry that the rule can bring about, each once, and what names them.

        Parameters
        ----------
        blind:
            Whether the class does not look at the own next report.
        own_report:
            Whether it looks at the own report.
        """
        model, names = self.model, self.names
        for t in range(model.count):
            period = model.period(t)
            for agent in self.agents:
                if self.paid[t][agent].now is not None:
                    yield partial(names.now, t, agent), self._now[t][agent]
                if model.kernel(t) is None or self.paid[t][agent].later is None:
                    continue
                then = model.following(t)
                after = model.period(then)
                rows = np.flatnonzero(after.own[agent] == 0) if blind else np.arange(after.profiles)
                seen: set[tuple[int, int]] = set()
                base = np.arange(period.profiles) if own_report else period.lie(agent, 0)
                for told in range(period.profiles):
                    action = int(self.rule[t][told])
                    key = (int(base[told]), action)
                    if key in seen:
                        continue
                    seen.add(key)
                    due = self.due(then, agent, told)
                    assert due is not None
                    name = partial(names.later, t, agent, told, None if own_report else action, blind)
                    yield partial(_at, name, rows), due[rows]


def _at(name: Callable[[int], str], rows: Array, k: int) -> str:
    return name(int(rows[k]))
