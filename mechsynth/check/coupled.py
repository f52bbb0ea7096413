"""Consistent deviations, as the checker reads them: whoever reports another first signal goes on with the chain of that report, coupled with its own.

The coupling is *comonotone* in file order: the states ``i`` and ``j`` together have what the intervals of the two distribution functions share. *States* are
an agent's own signals; where shocks are seen, pairs of a cell of the common refinement of all distribution functions of the period, and the signal it leads to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

from .model import Model
from .parts import Parts, independent
from .text import show
from .verdict import Refuted

Steps = list[tuple[int, Fraction, Fraction]]  # state, from where to where its part of [0, 1] goes
Where = tuple[int, int]  # period (from 0), number of a node


def ask_independent(model: Model) -> None:
    """Refuse where first signals are correlated, or where a next signal looks at another's signal or goes with another's next one."""
    if not independent(model):
        raise Refuted("first signals are not independent")
    agents = range(len(model.agents))
    for t in range(model.count - 1):
        kernel, period, after = model.kernel(t), model.period(t), model.period(t + 1)
        assert kernel is not None
        laws = [Parts(model, i).law(t) for i in agents]
        for a, p in product(range(len(period.actions)), range(period.profiles)):
            own = [laws[i][a][int(period.own[i][p])] for i in agents]
            for q in range(after.profiles):
                chance = Fraction(1)
                for i in agents:
                    chance *= own[i].get(int(after.own[i][q]), Fraction(0))
                if chance * int(kernel.den[a, p]) != int(kernel.weights[a, p, q]):
                    raise Refuted(
                        f"next signals{model.when(t)} after {show(period.actions[a])} at {period.name(p)} are not independent"
                    )


def steps(law: dict[int, Fraction]) -> Steps:
    """Return a distribution function, in file order."""
    found, low = [], Fraction(0)
    for state in sorted(law):
        found.append((state, low, low + law[state]))
        low += law[state]
    return found


@dataclass(frozen=True, eq=False)
class Coupled:
    """All reports that are possible, numbered: by period, in the order of what came before, actions (where one moves signals), reports.

    Parameters
    ----------
    model:
        The instance: independent agents, a last period.
    revealed:
        Whether shocks are seen.
    """

    model: Model
    revealed: bool

    @cached_property
    def parts(self) -> list[Parts]:
        """The agents."""
        return [Parts(self.model, i) for i in range(len(self.model.agents))]

    @cached_property
    def first(self) -> list[list[int]]:
        """The first signals that can occur."""
        return [[k for k, chance in enumerate(own.chances) if chance] for own in self.parts]

    @cached_property
    def moved(self) -> bool:
        """Whether some action moves the next signals."""
        return any(
            any(rows != law[0] for rows in law)
            for own in self.parts
            for law in (own.law(t) for t in range(self.model.count - 1))
        )

    def branches(self, t: int) -> range:
        """Return the actions that histories tell apart."""
        return range(len(self.model.period(t).actions) if self.moved else 1)

    @cached_property
    def chains(self) -> list[tuple[list[list[int]], list[list[list[Steps]]]]]:
        """Per agent: the signal of every state, by period; and by period, action and state the next states."""
        return [self._chain(own) for own in self.parts]

    def _chain(self, own: Parts) -> tuple[list[list[int]], list[list[list[Steps]]]]:
        signals, laws = [list(range(self.model.period(0).sizes[own.agent]))], []
        for t in range(self.model.count - 1):
            plain = [[steps(row) for row in rows] for rows in own.law(t)]
            if not self.revealed:
                laws.append(plain)
                signals.append(list(range(self.model.period(t + 1).sizes[own.agent])))
                continue
            ends = sorted({high for rows in plain for row in rows for _, _, high in row})
            cells = list(zip([Fraction(0), *ends], ends, strict=False))
            reached = [[[_holding(row, low) for low, _ in cells] for row in rows] for rows in plain]
            states = sorted({(e, q) for rows in reached for row in rows for e, q in enumerate(row)})
            laws.append(
                [
                    [[(states.index((e, rows[k][e])), *cell) for e, cell in enumerate(cells)] for k in signals[t]]
                    for rows in reached
                ]
            )
            signals.append([q for _, q in states])
        return signals, laws

    @cached_property
    def nodes(self) -> list[list[tuple[int, int, tuple[int, ...], Fraction]]]:
        """Per period: the node before, the action there, the states reported, and their chance given the actions."""
        start = []
        for states in product(*self.first):
            chance = Fraction(1)
            for own, k in zip(self.parts, states, strict=True):
                chance *= own.chances[k]
            start.append((-1, -1, states, chance))
        found = [start]
        for t in range(self.model.count - 1):
            found.append(
                [
                    (number, a, tuple(state for state, _, _ in drawn), _times(before, drawn))
                    for number, (_, _, states, before) in enumerate(found[t])
                    for a in self.branches(t)
                    for drawn in product(*(self.chains[i][1][t][a][k] for i, k in enumerate(states)))
                ]
            )
        return found

    @cached_property
    def numbers(self) -> list[dict[tuple[int, int, tuple[int, ...]], int]]:
        """Per period, the number of a node by what it is."""
        return [{node[:3]: k for k, node in enumerate(nodes)} for nodes in self.nodes]

    def worth(self, t: int, agent: int, action: int, states: tuple[int, ...]) -> Fraction:
        """Return a utility at states."""
        period, profile = self.model.period(t), 0
        for i, k in enumerate(states):
            profile = profile * period.sizes[i] + self.chains[i][0][t][k]
        return period.utilities[agent].at(action, profile)

    def surplus(self, t: int, action: int, states: tuple[int, ...]) -> Fraction:
        """Return what all have together."""
        return sum((self.worth(t, i, action, states) for i in self.model.players), Fraction(0))

    def leaving(self, agent: int, own: int) -> Fraction:
        """Return what a first signal expects from leaving at once."""
        period, total = self.model.period(0), Fraction(0)
        if period.outside is None:
            return total
        for _, _, states, chance in self.nodes[0]:
            if states[agent] == own:
                profile = 0
                for i, k in enumerate(states):
                    profile = profile * period.sizes[i] + k
                total += chance / self.parts[agent].chances[own] * period.outside[agent].at(profile)
        return total

    def gains(self, agent: int, truth: int, told: int) -> Iterator[tuple[Where, int, Fraction]]:
        """Yield by node and action what a first signal that reports another has more than the other would, discounted."""
        level: dict[int, dict[int, Fraction]] = {
            k: {truth: chance / self.parts[agent].chances[told]}
            for k, (_, _, states, chance) in enumerate(self.nodes[0])
            if states[agent] == told
        }
        factor = Fraction(1)
        for t in range(self.model.count):
            following: dict[int, dict[int, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
            for k, truths in level.items():
                states = self.nodes[t][k][2]
                for a in range(len(self.model.period(t).actions)):
                    value = self.worth(t, agent, a, states)
                    more = [w * (self.worth(t, agent, a, _put(states, agent, x)) - value) for x, w in truths.items()]
                    yield (t, k), a, factor * sum(more, Fraction(0))
                for a in self.branches(t) if t < self.model.count - 1 else ():
                    self._couple(following, (t, k, a), agent, truths)
            level, factor = following, factor * self.model.discount

    def _couple(
        self,
        following: dict[int, dict[int, Fraction]],
        place: tuple[int, int, int],
        agent: int,
        truths: dict[int, Fraction],
    ) -> None:
        """Add the joint law of reports and truth one period later."""
        t, k, a = place
        states = self.nodes[t][k][2]
        own = self.chains[agent][1][t][a]
        rest = [self.chains[j][1][t][a][s] if j != agent else [] for j, s in enumerate(states)]
        rest[agent] = [(-1, Fraction(0), Fraction(1))]
        for drawn in product(*rest):
            chance = _times(Fraction(1), drawn)
            others = tuple(state for state, _, _ in drawn)
            for x, weight in truths.items():
                for told, low, high in own[states[agent]]:
                    for true, bottom, top in own[x]:
                        share = min(high, top) - max(low, bottom)
                        if share > 0:
                            after = self.numbers[t + 1][k, a, _put(others, agent, told)]
                            following[after][true] += weight * chance * share


def _holding(row: Steps, point: Fraction) -> int:
    """Return the state whose part begins at or before a point and ends after it."""
    return next(state for state, low, high in row if low <= point < high)


def _times(start: Fraction, drawn: tuple[tuple[int, Fraction, Fraction], ...]) -> Fraction:
    for _, low, high in drawn:
        start *= high - low
    return start


def _put(states: tuple[int, ...], agent: int, own: int) -> tuple[int, ...]:
    return (*states[:agent], own, *states[agent + 1 :])
