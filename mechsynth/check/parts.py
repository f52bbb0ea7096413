"""Later signals as states ``(x, s)``, as the checker reads them: which first signal leads where, by the chances of the instance alone.

Nobody's utility or next signal may depend on the others' signals; this is asked first. The k-th state of every first signal, in file order, is the same s.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from .model import Model
from .text import show
from .verdict import Refuted

Law = list[list[dict[int, Fraction]]]


def ask_private(model: Model) -> None:
    """Refuse where a utility, or the law of somebody's next signal, depends on another's signal."""
    for t in range(model.count):
        period, kernel = model.period(t), model.kernel(t)
        for i in range(len(model.agents)):
            for j in (j for j in range(len(model.agents)) if j != i):
                for report in range(period.sizes[j]):
                    told = period.lie(j, report)
                    utility = period.utilities[i]
                    if ((utility[:, told] - utility).num != 0).any():
                        raise Refuted(f"the values of {show(model.agents[i])}{model.when(t)} are not private")
            if kernel is None:
                continue
            weights, den = kernel.others(i).astype(object), kernel.den
            for report in range(period.sizes[i]):
                told = period.lie(i, report)
                if (weights[:, told] * den[..., None] != weights * den[:, told][..., None]).any():
                    raise Refuted(f"the signal of {show(model.agents[i])}{model.when(t)} moves the others'")


@dataclass(frozen=True, eq=False)
class Parts:
    """The signals of one agent.

    Parameters
    ----------
    model, agent:
        Whose; values are private, and nobody's signal moves another's.
    """

    model: Model
    agent: int

    def law(self, t: int) -> Law:
        """Return, by action and own signal, the chances of the next own signals that can follow."""
        kernel, period = self.model.kernel(t), self.model.period(t)
        assert kernel is not None
        weights = kernel.marginal(tuple(j == self.agent for j in range(len(self.model.agents))))
        place = [int(period.lie(self.agent, k)[0]) for k in range(period.sizes[self.agent])]
        return [
            [
                {
                    q: Fraction(int(w), int(kernel.den[a, p]))
                    for q, w in enumerate(_own(weights[a, p], kernel.sizes, self.agent))
                    if w
                }
                for p in place
            ]
            for a in range(len(period.actions))
        ]

    def value(self, t: int, action: int, signal: int) -> Fraction:
        """Return a utility."""
        period = self.model.period(t)
        return period.utilities[self.agent].at(action, int(period.lie(self.agent, signal)[0]))

    @cached_property
    def chances(self) -> list[Fraction]:
        """The law of the first signal."""
        prior, period = self.model.prior, self.model.period(0)
        assert prior is not None
        found, den = [0] * period.sizes[self.agent], int(prior.den[()])
        for p, weight in enumerate(prior.num.reshape(-1)):
            found[int(period.own[self.agent][p])] += int(weight)
        return [Fraction(n, den) for n in found]

    @cached_property
    def first(self) -> list[int]:
        """The first signals that states are told apart by."""
        if self.model.horizon is not None:
            return list(range(self.model.period(0).sizes[self.agent]))
        return [k for k, chance in enumerate(self.chances) if chance]

    @cached_property
    def origins(self) -> list[list[set[int]]]:
        """Per period and signal, which first signals lead there (places in ``first``)."""
        count = self.model.period(0).sizes[self.agent]
        start: list[set[int]] = [set() for _ in range(count)]
        for x, k in enumerate(self.first):
            start[k].add(x)
        if self.model.horizon is None:
            law, grown = self.law(0), True
            while grown:
                grown = False
                for rows in law:
                    for k, row in enumerate(rows):
                        for q in row:
                            if not start[k] <= start[q]:
                                start[q] |= start[k]
                                grown = True
            return [start]
        found = [start]
        for t in range(self.model.count - 1):
            after: list[set[int]] = [set() for _ in range(self.model.period(t + 1).sizes[self.agent])]
            for rows in self.law(t):
                for k, row in enumerate(rows):
                    for q in row:
                        after[q] |= found[t][k]
            found.append(after)
        return found

    @cached_property
    def signals(self) -> list[list[list[int]]]:
        """Per period and first signal, the states that it alone leads to, in file order: the s-th is the part s."""
        return [
            [[k for k, from_ in enumerate(own) if from_ == {x}] for x in range(len(self.first))] for own in self.origins
        ]

    def ask_apart(self) -> None:
        """Refuse where a later signal has two first ones, or where one first signal leads to more of them than another."""
        name = show(self.model.agents[self.agent])
        for t, own in enumerate(self.origins):
            if any(len(from_) > 1 for from_ in own):
                raise Refuted(f"a signal of {name}{self.model.when(t)} has two first signals")
            if len({len(states) for states in self.signals[t]}) > 1:
                raise Refuted(f"first signals of {name} lead to different numbers of signals{self.model.when(t)}")

    def ask_same_law(self) -> None:
        """Refuse where the law of s looks at x."""
        for t in range(self.model.count if self.model.horizon is None else self.model.count - 1):
            now, later = self.signals[t], self.signals[self.model.following(t)]
            for rows in self.law(t):
                for states in zip(*now, strict=True):
                    told = [[rows[k].get(q, Fraction(0)) for q in later[x]] for x, k in enumerate(states)]
                    if any(row != told[0] for row in told):
                        name = show(self.model.agents[self.agent])
                        raise Refuted(
                            f"what {name} learns{self.model.when(t)} has a law that looks at the first signal"
                        )

    @cached_property
    def hazards(self) -> list[Fraction] | None:
        """``(1 − F)/f`` by first signal; None where some f is 0, or where first signals are correlated."""
        own = [self.chances[k] for k in self.first]
        if min(own) <= 0 or not independent(self.model):
            return None
        return [sum(own[k + 1 :], Fraction(0)) / f for k, f in enumerate(own)]


def _own(weights: object, sizes: tuple[int, ...], agent: int) -> list[int]:
    """Return a marginal over the agent's own signals: others with one signal are kept at no cost."""
    flat = [int(w) for w in weights]  # type: ignore[attr-defined]
    assert len(flat) == sizes[agent]
    return flat


def independent(model: Model) -> bool:
    """Say whether the prior is the product of its marginals."""
    prior, period = model.prior, model.period(0)
    assert prior is not None
    laws = [Parts(model, i).chances for i in range(len(model.agents))]
    den = int(prior.den[()])
    for p, weight in enumerate(prior.num.reshape(-1)):
        product = Fraction(1)
        for i, law in enumerate(laws):
            product *= law[int(period.own[i][p])]
        if product != Fraction(int(weight), den):
            return False
    return True
