"""The frame of the small checker: what ``rows.py`` asks for, in lists of fractions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property, partial
from math import prod
from types import SimpleNamespace
from typing import Any

from ..block import State
from .instance import Instance, mean, solve
from .knowing import Chances, Knowing
from .lines import Form, Line, numbers
from .naming import Kind, Place, written


class Frame(Knowing):
    """Payoffs and payments as numbers where ``paid`` says them, else as columns; with ``share``, payoffs before the last period are claimed.

    Parameters
    ----------
    paid:
        Per period and agent ``{"now": …, "later": …}`` as functions of reports, action and next reports.
    """

    def __init__(
        self,
        instance: Instance,
        rule: list[list[int]],
        surplus: list[list[Fraction]],
        kind: Kind,
        paid: list[list[dict[str, Any]]] | None = None,
        share: Fraction | None = None,
    ) -> None:
        self.model, self.rule, self.w, self.kind, self.paid_out, self.share = instance, rule, surplus, kind, paid, share
        self.agents: Any = instance.players
        self.periods = range(instance.count)
        self._agents = [written(name) for name in instance.agents]
        self.names = SimpleNamespace(agents=self._agents)
        self.start = State(history=[-1])
        self.x = None if paid is None or share is not None else self._played()

    def place(self, head: str, t: int, agent: int | None = None, message: int | None = None) -> Place:
        """Return what names rows."""
        return Place(self, head, t, agent, message)

    def continues(self, t: int) -> bool:
        """Say whether a period follows."""
        return self.model.follows(t) is not None

    def pays_now(self, t: int) -> bool:
        """Say whether anything is paid in the period of the report."""
        return self.kind.now if self.continues(t) else self.kind.last

    def profiles(self, t: int) -> list[int]:
        """Return the profiles of a period."""
        return list(range(len(self.model.profiles[t])))

    def says(self, t: int, agent: int, message: int, profile: list[int]) -> list[int]:
        """Return the reports when one agent sends a message."""
        stride = prod(self.model.sizes[t][agent + 1 :])
        return [p + (message - self.model.profiles[t][p][agent]) * stride for p in profile]

    def lies(self) -> Iterator[tuple[int, int, int, list[int]]]:
        """Return period, agent, message, and the profiles at which it is a lie."""
        for t in self.periods:
            for i in self.agents:
                for k in range(self.model.sizes[t][i]):
                    true = [p for p in self.profiles(t) if self.model.profiles[t][p][i] != k]
                    if true:
                        yield t, i, k, true

    def before(self, t: int) -> int:
        """Return the period before."""
        return t if self.model.horizon is None else t - 1

    def histories(self, t: int) -> list[list[int]]:
        """Return the start, and the reports of the period before."""
        found = [[-1]] if t == 0 else []
        return found + ([self.profiles(self.before(t))] if self.model.horizon is None or t > 0 else [])

    def on_path(self, t: int) -> list[list[int]]:
        """Return the histories that truth can lead to."""
        reached = self.reached
        kept = [[h for h in part if h < 0 or h in reached[self.before(t)]] for part in self.histories(t)]
        return [part for part in kept if part]

    @cached_property
    def reached(self) -> list[set[int]]:
        """The profiles that truth leads to, per period."""
        if self.model.prior is None:
            return [set(self.profiles(t)) for t in self.periods]
        found = [set(self.model.prior)]
        for t in self.periods[:-1]:
            found.append(self._leads(t, found[t]))
        while self.model.horizon is None and not self._leads(0, found[0]) <= found[0]:
            found[0] |= self._leads(0, found[0])
        return found

    def _leads(self, t: int, here: set[int]) -> set[int]:
        return {q for p in here for q in self.law(t + 1 if self.model.horizon else t, [p])[0]}

    def seen(self, t: int) -> Iterator[State]:
        """Return histories of truthful play with the profiles that can follow."""
        for part in self.on_path(t):
            if part[0] < 0 and self.model.prior is None:
                yield State(history=[-1] * len(self.profiles(t)), profile=self.profiles(t))
            else:
                pairs = [(h, q) for h, law in zip(part, self.law(t, part), strict=True) for q in law]
                yield State(history=[h for h, _ in pairs], profile=[q for _, q in pairs])

    def informed(self, t: int, agent: int, history: list[int]) -> State:
        """Return histories with what an agent can see after them."""
        laws = zip(history, self.law(t, history), strict=True)
        pairs = [(h, k) for h, law in laws for k in sorted({self.model.view(t, agent, q) for q in law})]
        return State(history=[h for h, _ in pairs], own=[k for _, k in pairs])

    def owing(self, t: int) -> list[list[int] | None]:
        """Return the histories after which a lie may owe another amount; None where what is due cancels."""
        if self.kind.own_next:
            return [*self.histories(t)]
        return [None, [-1]] if self.kind.first and t == 0 else [None]

    def pairs(self, history: list[int], profile: list[int]) -> State:
        """Return every history with every profile."""
        return State(history=history * len(profile), profile=[p for p in profile for _ in history])

    def law(self, t: int, history: list[int]) -> Chances:
        """Return the laws of the profile of a period after truthful reports."""
        if history[0] < 0:
            assert self.model.prior is not None
            return Chances([self.model.prior] * len(history))
        then = self.before(t)
        return self.following(then, [self.rule[then][h] for h in history], history)

    def following(self, t: int, action: list[int], true: list[int]) -> Chances:
        """Return the laws of the next profile."""
        laws = self.model.laws[t]
        assert laws is not None
        return Chances([laws[a][p] for a, p in zip(action, true, strict=True)])

    def knowing(self, t: int, agent: int, s: State) -> Chances:
        """Return the laws on the event of what an agent sees."""
        laws = zip(s.own, self.law(t, s.history), strict=True)
        return Chances([{q: w for q, w in law.items() if self.model.view(t, agent, q) == k} for k, law in laws])

    def outside(self, t: int, agent: int, profile: list[int]) -> Form:
        """Return what leaving is worth."""
        return numbers(self.model.outside[t][agent][p] for p in profile)

    def leaving(self, law: Chances, t: int, agent: int) -> Form:
        """Return the expectation of what leaving is worth."""
        return numbers(mean(each, self.model.outside[t][agent]) for each in law)

    def number(self, value: Fraction, count: int) -> Form:
        """Return a number, repeated."""
        return numbers([value] * count)

    def column(self, column: Any, count: int) -> Form:
        """Return columns, one a row or one for all."""
        each = column if isinstance(column, list) else [column] * count
        return Form(Line(Fraction(0), {c: Fraction(1)}) for c in each)

    def surplus(self, t: int, profile: list[int]) -> Form:
        """Return the surplus of the rule."""
        return numbers(self.w[t][p] for p in profile)

    def draws(self, t: int) -> list[list[int]]:
        """Return the profiles at which the rule takes a first action; it never draws among several."""
        return [self.profiles(t)]

    def enjoys(self, t: int, agent: int, profile: list[int], k: int) -> Form:
        """Return what an agent enjoys in a period."""
        return numbers(self.model.utilities[t][agent][self.rule[t][p]][p] for p in profile)

    def claimed(self, t: int, agent: int, profile: list[int]) -> Form:
        """Return what an agent gets who gets the whole: the surplus."""
        return self.surplus(t, profile)

    @property
    def expected_surplus(self) -> Fraction:
        """The expected surplus at the start."""
        assert self.model.prior is not None
        return mean(self.model.prior, self.w[0])

    def payoff(self, t: int, agent: int, profile: list[int]) -> Form:
        """Return truthful payoffs."""
        if self.share is not None and self.continues(t):
            return self.surplus(t, profile).times(self.share)
        if self.share is not None:
            enjoyed = numbers(self.model.utilities[t][agent][self.rule[t][p]][p] for p in profile)
            return enjoyed - self.now(t, agent, profile)
        if self.x is not None:
            return numbers(self.x[agent][t][p] for p in profile)
        return self.column([("X", t, agent, p) for p in profile], len(profile))

    def now(self, t: int, agent: int, told: list[int]) -> Form:
        """Return payments now."""
        if self.paid_out is not None:
            return numbers(self.paid_out[t][agent]["now"][p] for p in told)
        if not self.pays_now(t):
            return self.number(Fraction(0), len(told))
        return self.column([("now", t, agent, p) for p in told], len(told))

    def due(self, t: int, agent: int, history: list[int] | None, profile: list[int]) -> Form:
        """Return what is due."""
        if history is None or (history[0] < 0 and not self.kind.first) or (history[0] >= 0 and not self.kind.later):
            return self.number(Fraction(0), len(profile))
        if history[0] < 0:
            if self.paid_out is not None:
                return numbers(self.paid_out[0][agent]["first"][p] for p in profile)
            return self.column([("first", 0, agent, p) for p in profile], len(profile))
        then = self.before(t)
        pairs = zip(history, profile, strict=True)
        if self.paid_out is not None:
            later = self.paid_out[then][agent]["later"]
            return numbers(later(self.rule[then][h], h, q) for h, q in pairs)
        return self.column([self._later(then, t, agent, h, q) for h, q in pairs], len(profile))

    def _later(self, then: int, t: int, agent: int, h: int, q: int) -> tuple[Any, ...]:
        told = h if self.kind.own_report else (self.says(then, agent, 0, [h])[0], self.rule[then][h])
        return ("later", then, agent, told, q if self.kind.own_next else self.says(t, agent, 0, [q])[0])

    def worth(self, t: int, agent: int, told: list[int], true: list[int]) -> Form:
        """Return what reports are worth at true profiles, the truth being told from then on."""
        action = [self.rule[t][p] for p in told]
        enjoyed = numbers(self.model.utilities[t][agent][a][p] for a, p in zip(action, true, strict=True))
        total, then = enjoyed - self.now(t, agent, told), self.model.follows(t)
        if then is None:
            return total
        return total + self.expected(self.following(t, action, true), then, agent, told).times(self.model.discount)

    def loss(self, t: int, agent: int, told: list[int], true: list[int]) -> Form:
        """Return what reports lose."""
        return self.payoff(t, agent, true) - self.worth(t, agent, told, true)

    def lie(self, t: int, agent: int, message: int, true: list[int]) -> Form:
        """Return what a message loses."""
        if self.kind.incentives == "bnic" or (self.paid_out is None and self.kind.apart):
            return self.payoff(t, agent, true) - self.stake(t, agent, message, true)
        return self.loss(t, agent, self.says(t, agent, message, true), true)

    def _mean(self, law: Chances, rows: Callable[[int, list[int]], Form]) -> Form:
        found = Form()
        for row, each in enumerate(law):
            line = Line()
            for weight, part in zip(each.values(), rows(row, list(each)), strict=True):
                line.add(weight, part)
            found.append(line)
        return found

    def expected(self, law: Chances, t: int, agent: int, history: list[int]) -> Form:
        """Return the expectation of ``X - due``."""
        return self._mean(
            law,
            lambda row, qs: (
                self.payoff(t, agent, qs) - self.due(t, agent, [history[row]] * len(qs), qs) if qs else Form()
            ),
        )

    def collected(self, law: Chances, t: int, agent: int, history: list[int]) -> Form:
        """Return the expectation of what is paid in a period."""
        return self._mean(
            law, lambda row, qs: self.now(t, agent, qs) + self.due(t, agent, [history[row]] * len(qs), qs)
        )

    def net(self, t: int, agent: int, s: State) -> Form:
        """Return ``X - due``."""
        return self.payoff(t, agent, s.profile) - self.due(t, agent, s.history, s.profile)

    def paid(self, t: int, agent: int, s: State) -> Form:
        """Return ``now + due``."""
        return self.now(t, agent, s.profile) + self.due(t, agent, s.history, s.profile)

    def payments(self) -> Iterator[tuple[int, int, int, State, Callable[[State], str]]]:
        """Return every payment of the class once."""
        for t in self.periods:
            for i in self.agents:
                if self.pays_now(t):
                    yield t, i, 0, State(profile=self.profiles(t)), partial(self._now_name, t, i)
                then = self.model.follows(t)
                if self.kind.later and then is not None:
                    seen = {
                        self._later(t, then, i, h, q): (h, q)
                        for h in reversed(self.profiles(t))
                        for q in reversed(self.profiles(then))
                    }
                    pairs = sorted(seen.values())
                    where = State(history=[h for h, _ in pairs], profile=[q for _, q in pairs])
                    yield t, i, 1, where, partial(self._later_name, t, then, i)

    def payment(self, t: int, agent: int, lag: int, s: State) -> Form:
        """Return payments that are listed."""
        if lag == 0:
            return self.now(t, agent, s.profile)
        then = self.model.follows(t)
        assert then is not None
        return self.due(then, agent, s.history, s.profile)

    def losing(self, t: int, agent: int, lag: int, s: State) -> State:
        """Return those of the payments listed another action goes with than the one of the agent's name."""
        told, actions = s.history if lag else s.profile, self.model.actions[t]
        rows = [k for k, p in enumerate(told) if actions[self.rule[t][p]] != self.model.agents[agent]]
        history = [s.history[k] for k in rows] if lag else None
        return State(history=history, profile=[s.profile[k] for k in rows])

    def sizes_of(self, t: int, agent: int, lag: int, s: State) -> list[Any]:
        """Return the columns that bound the sizes of payments."""
        history = s.history or [None] * len(s.profile)
        return [("size", t, agent, lag, h, p) for h, p in zip(history, s.profile, strict=True)]

    def _now_name(self, t: int, i: int, s: State) -> str:
        return Place(self, "now", t, i, None).named(self.title(t, s.profile), -1)

    def _later_name(self, t: int, then: int, i: int, s: State) -> str:
        own = self.kind.own_report
        told = self.title(t, s.history, None if own else i)
        told += "" if own else f" a={written(self.model.actions[t][self.rule[t][s.history]])}"
        return Place(self, "later", t, i, None).named(
            f"{told}->{self.title(then, s.profile, None if self.kind.own_next else i)}", -1
        )

    def title(self, t: int, profile: int, *hidden: int | None) -> str:
        """Return a profile's name."""
        parts = enumerate(self.model.profiles[t][profile])
        return "(" + ",".join("*" if j in hidden else written(self.model.signals[t][j][k]) for j, k in parts) + ")"

    def _played(self) -> list[list[list[Fraction]]]:
        """Return truthful payoffs ``[agent][period][profile]``."""
        found = []
        for i in range(len(self.model.agents)):
            flows = []
            for t in self.periods:
                every, action, then = self.profiles(t), self.rule[t], self.model.follows(t)
                flow = [self.model.utilities[t][i][a][p] - self.now(t, i, [p])[0].const for p, a in enumerate(action)]
                if then is not None and self.kind.later:
                    for p, law in zip(every, self.following(t, action, every), strict=True):
                        owed = self.due(then, i, [p] * len(law), list(law))
                        flow[p] -= self.model.discount * sum(
                            (w * o.const for w, o in zip(law.values(), owed, strict=True)), Fraction(0)
                        )
                flows.append(flow)
            found.append(solve(self.model, self.rule, flows))
        return found
