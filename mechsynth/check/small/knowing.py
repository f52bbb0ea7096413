"""What an agent knows, and the best that she can do, in lists of fractions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..block import State
from .instance import Laws, eliminate
from .lines import Form, Line, numbers

if TYPE_CHECKING:
    from .instance import Instance
    from .naming import Kind

Known = tuple[int, int, int, int]  # period, true profile and reports before, the first profile that looks the same


class Chances(Laws):
    """Laws, one a row."""

    def mass(self) -> list[Fraction]:
        """Return what each adds up to."""
        return [sum(law.values(), Fraction(0)) for law in self]

    def of(self, form: Form) -> Form:
        """Return expectations of forms that stand one after the other, one for every entry of every law."""
        lines, found = iter(form), Form()
        for law in self:
            line = Line()
            for weight in law.values():
                line.add(weight, next(lines))
            found.append(line)
        return found


class Knowing:
    """Information states: a part of the frame."""

    model: Instance
    rule: list[list[int]]
    kind: Kind
    periods: range
    agents: Any
    paid_out: Any

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def looks(self, t: int, agent: int, profile: int) -> int:
        """Return the first profile that looks the same to an agent."""
        own = self.model.profiles[t][profile]
        return self.model.profiles[t].index(
            tuple(k if j == agent or j in self.model.public else 0 for j, k in enumerate(own))
        )

    def next(self, t: int) -> Any:
        """Return the period that follows; None after the last."""
        return self.model.follows(t)

    def messages(self, t: int, agent: int) -> range:
        """Return what an agent can report."""
        return range(self.model.sizes[t][agent])

    def states(self, t: int, agent: int, clean: bool | None = None) -> list[State]:
        """Return the information states of positive probability, those that truth leads to, the others, or all."""
        start, after = [], []
        if t == 0 and self.model.prior is not None and clean is not False:
            start = [(-1, -1, q) for q in sorted({self.looks(t, agent, q) for q in self.model.prior})]
        then = self.before(t)
        for h in self.profiles(then) if self.model.horizon is None or t > 0 else []:
            for r in self.messages(then, agent):
                told = self.says(then, agent, r, [h])[0]
                if clean is None or clean == (told == h and h in self.reached[then]):
                    law = self.following(then, [self.rule[then][told]], [h])[0]
                    after += [(h, told, q) for q in sorted({self.looks(t, agent, q) for q in law})]
        return [
            State(history=[h for h, _, _ in part], told=[m for _, m, _ in part], profile=[q for _, _, q in part])
            for part in (start, after)
            if part
        ]

    def lying(self, t: int, agent: int, message: int, s: State) -> State:
        """Return the states at which a message is a lie."""
        kept = [k for k, q in enumerate(s.profile) if self.model.profiles[t][q][agent] != message]
        return State(**{key: [index[k] for k in kept] for key, index in vars(s).items() if index is not None})

    def around(self, t: int, agent: int, s: State) -> tuple[State, Chances]:
        """Return every state with every profile that is possible in it, and their weights."""
        laws = Chances()
        for h, told, rep in zip(s.history, s.told, s.profile, strict=True):
            if h < 0:
                law: Mapping[int, Fraction] = self.model.prior or {}
            else:
                then = self.before(t)
                law = self.following(then, [self.rule[then][told]], [h])[0]
            laws.append({q: w for q, w in law.items() if self.looks(t, agent, q) == rep})
        wide = [(h, m, q) for h, m, law in zip(s.history, s.told, laws, strict=True) for q in law]
        state = State(history=[h for h, _, _ in wide], told=[m for _, m, _ in wide], profile=[q for _, _, q in wide])
        return state, laws

    # -- from the start ---------------------------------------------------------------------------------------------

    def goes_on(self, t: int, agent: int, message: int, profile: int) -> bool:
        """Say whether a message is the truth and is followed by truth."""
        true: bool = self.model.profiles[t][profile][agent] == message
        return true and (profile in self.reached[t] or not self.continues(t))

    def dares(self) -> Iterator[tuple[int, int, int, list[int]]]:
        """Return period, agent, message, and the profiles at which it has a stake of its own."""
        for t in self.periods:
            for i in self.agents:
                for message in self.messages(t, i):
                    true = [p for p in self.profiles(t) if not self.goes_on(t, i, message, p)]
                    if true:
                        yield t, i, message, true

    def stake(self, t: int, agent: int, message: int, true: list[int]) -> Form:
        """Return what a message is worth."""
        if self.paid_out is None:
            columns = [
                ("X", t, agent, p) if self.goes_on(t, agent, message, p) else ("D", t, agent, p, message) for p in true
            ]
            return self.column(columns, len(true))  # type: ignore[no-any-return]
        return numbers(self._stakes[agent][t, p, message] for p in true)

    def value(self, t: int, agent: int, s: State) -> Form:
        """Return what information states are worth."""
        states = [(t, h, m, q) for h, m, q in zip(s.history, s.told, s.profile, strict=True)]
        if self.paid_out is None:
            return self.column([("V", agent, *state) for state in states], len(states))  # type: ignore[no-any-return]
        return numbers(self._best(agent, self._stakes[agent], state)[1] for state in states)

    def dared(self, t: int, agent: int, message: int, true: list[int]) -> Form:
        """Return what a message is worth, in the values of what follows."""
        told = self.says(t, agent, message, true)
        found = Form()
        for p, r in zip(true, told, strict=True):
            a, then = self.rule[t][r], self.next(t)
            line = Line(self.model.utilities[t][agent][a][p])
            line.add(Fraction(-1), self.now(t, agent, [r])[0])
            for q, w in self.following(t, [a], [p])[0].items() if then is not None else ():
                key = ("V", agent, then, p, r, self.looks(then, agent, q))
                line.add(self.model.discount * w, Line(Fraction(0), {key: Fraction(1)}))
            found.append(line)
        return found

    def _best(self, agent: int, stakes: Mapping[Any, Fraction], state: Known) -> tuple[int, Fraction]:
        """Return the best report at an information state, and what it is worth."""
        t, h, told, rep = state
        where = State(history=[h], told=[told], profile=[rep])
        wide, belief = self.around(t, agent, where)
        worth = []
        for message in self.messages(t, agent):
            owed = self.due(t, agent, wide.told, self.says(t, agent, message, wide.profile))
            each = (
                w * (stakes[t, q, message] - line.const) for (q, w), line in zip(belief[0].items(), owed, strict=True)
            )
            worth.append(sum(each, Fraction(0)) / belief.mass()[0])
        if self.kind.leaves:
            worth.append(self._gone(agent, state))
        best = max(worth)
        return worth.index(best), best

    def _gone(self, agent: int, state: Known) -> Fraction:
        """Return what leaving is worth at an information state; it is the choice after the reports."""
        t, h, told, rep = state
        wide, belief = self.around(t, agent, State(history=[h], told=[told], profile=[rep]))
        values = self.outside(t, agent, wide.profile)
        each = (w * o.const for w, o in zip(belief[0].values(), values, strict=True))
        return sum(each, Fraction(0)) / belief.mass()[0]

    @cached_property
    def _stakes(self) -> dict[int, dict[Any, Fraction]]:
        """What every message is worth at every profile with the best after it, per player."""
        return {i: self._forever(i) if self.model.horizon is None else self._backward(i) for i in self.agents}

    def _flow(self, t: int, agent: int, p: int, message: int) -> tuple[int, Fraction, int]:
        """Return what is reported, what that is worth in its own period, and the action."""
        told = self.says(t, agent, message, [p])[0]
        a = self.rule[t][told]
        return told, self.model.utilities[t][agent][a][p] - self.now(t, agent, [told])[0].const, a

    def _backward(self, agent: int) -> dict[Any, Fraction]:
        found: dict[Any, Fraction] = {}
        for t in reversed(self.periods):
            then = self.next(t)
            for p in self.profiles(t):
                for message in self.messages(t, agent):
                    if self.goes_on(t, agent, message, p):
                        found[t, p, message] = self.payoff(t, agent, [p])[0].const
                        continue
                    told, worth, a = self._flow(t, agent, p, message)
                    law = self.following(t, [a], [p])[0] if then is not None else {}
                    for rep in {self.looks(then, agent, q) for q in law}:
                        mass = sum((w for q, w in law.items() if self.looks(then, agent, q) == rep), Fraction(0))
                        worth += self.model.discount * mass * self._best(agent, found, (then, p, told, rep))[1]
                    found[t, p, message] = worth
        return found

    def _forever(self, agent: int) -> dict[Any, Fraction]:
        """Improve the replies from truth on, until nothing is better."""
        pairs = [(0, p, m) for p in self.profiles(0) for m in self.messages(0, agent)]
        choice: dict[Known, int] = {}
        while True:
            rows = [self._equation(agent, pair, choice, pairs) for pair in pairs]
            found = dict(zip(pairs, eliminate(rows), strict=True))
            better = {}
            for h in self.profiles(0):
                for r in self.messages(0, agent):
                    told = self.says(0, agent, r, [h])[0]
                    law = self.following(0, [self.rule[0][told]], [h])[0]
                    for rep in {self.looks(0, agent, q) for q in law}:
                        state = (0, h, told, rep)
                        best = self._best(agent, found, state)
                        old = choice.get(state, self.model.profiles[0][rep][agent])
                        better[state] = old if self._worth(agent, found, state, old) == best[1] else best[0]
            if better == choice:
                return found
            choice = better

    def _worth(self, agent: int, stakes: Mapping[Any, Fraction], state: Known, message: int) -> Fraction:
        t, h, told, rep = state
        if message == len(self.messages(t, agent)):
            return self._gone(agent, state)
        wide, belief = self.around(t, agent, State(history=[h], told=[told], profile=[rep]))
        owed = self.due(t, agent, wide.told, self.says(t, agent, message, wide.profile))
        each = (w * (stakes[t, q, message] - o.const) for (q, w), o in zip(belief[0].items(), owed, strict=True))
        return sum(each, Fraction(0)) / belief.mass()[0]

    def _equation(
        self, agent: int, pair: tuple[int, int, int], choice: Mapping[Known, int], pairs: list[tuple[int, int, int]]
    ) -> list[Fraction]:
        _, p, message = pair
        row = [Fraction(int(other == pair)) for other in pairs]
        if self.goes_on(0, agent, message, p):
            return [*row, self.payoff(0, agent, [p])[0].const]
        told, right, a = self._flow(0, agent, p, message)
        delta = self.model.discount
        for q, w in self.following(0, [a], [p])[0].items():
            rep = self.looks(0, agent, q)
            said = choice.get((0, p, told, rep), self.model.profiles[0][rep][agent])
            if said == len(self.messages(0, agent)):
                right += delta * w * self.outside(0, agent, [q])[0].const
                continue
            row[pairs.index((0, q, said))] -= delta * w
            right -= delta * w * self.due(0, agent, [told], self.says(0, agent, said, [q]))[0].const
        return [*row, right]
