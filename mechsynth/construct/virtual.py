"""KLN's virtual pivot mechanism on a finite grid of first signals (Kakade, Lobel and Nazerzadeh 2011, section 5).

The first reports ``x`` fix weights ``α, β`` (`separable`); then the affine pivot mechanism is played: actions have the largest ``W = E Σ δ^t Σ_i (α_i u^i + β_i)``, and
an agent is left ``(W − W_{-i})/α_i``, what it adds for the others, per unit of its weight. So truth is best after every report of x. For given x of the others,
``U(k→j)`` is what a true k has in the contract of j before the fee; the fees are the largest with

    M_k ≤ U(k→k),   M_k − M_j ≤ U(k→k) − U(k→j),

shortest paths, never a discretized envelope: that one may break incentives. An excluded first signal weighs nothing, reports nothing later and pays nothing. Who
has no secret in any period is the designer's cost: what it has, it pays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

from mechsynth.construct.coupled import Chain, paths
from mechsynth.construct.separable import Form
from mechsynth.environment import Environment

States = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Stage:
    """What is done and paid in a period, once the first reports are known.

    Attributes
    ----------
    action:
        By reports.
    paid:
        By reports and agent.
    """

    action: dict[States, int]
    paid: dict[States, list[Fraction]]


@dataclass(frozen=True, eq=False)
class Contract:
    """The mechanism that follows first reports.

    Attributes
    ----------
    stages:
        Per period from the second on.
    first:
        The action of period 1.
    left:
        Per agent, by its true first signal: what it has from period 1 on, before the fee, if it tells the truth later.
    """

    stages: list[Stage]
    first: int
    left: list[dict[int, Fraction]]


@dataclass(frozen=True, eq=False)
class Built:
    """A mechanism, and what it earns.

    Attributes
    ----------
    contracts, fees:
        By first reports; fees by agent.
    revenue:
        Expected and discounted.
    """

    contracts: dict[States, Contract]
    fees: dict[States, list[Fraction]]
    revenue: Fraction


@dataclass(frozen=True, eq=False)
class Virtual:
    """An environment that separates, with weights.

    Attributes
    ----------
    environment, forms:
        The model, with a last period and independent agents; how values separate.
    """

    environment: Environment
    forms: list[Form]

    @cached_property
    def agents(self) -> range:
        """The agents."""
        return range(len(self.environment.agents))

    @cached_property
    def chains(self) -> list[Chain]:
        """The chains of own signals."""
        return [paths(self.environment, i) for i in self.agents]

    @cached_property
    def secretive(self) -> list[bool]:
        """Who has a secret in some period."""
        every = range(1, self.environment.last + 1)
        return [any(len(self.environment.period(t).signals[i]) > 1 for t in every) for i in self.agents]

    @cached_property
    def firsts(self) -> list[States]:
        """All first reports."""
        return list(product(*(c.first for c in self.chains)))

    def chance(self, states: States) -> Fraction:
        """Return the chance of first signals."""
        found = Fraction(1)
        for c, k in zip(self.chains, states, strict=True):
            found *= c.first[k]
        return found

    def profiles(self, t: int) -> Iterator[States]:
        """Yield the reports of a period."""
        return product(*(range(len(own)) for own in self.environment.period(t).signals))

    def utility(self, t: int, agent: int, action: int, own: int) -> Fraction:
        """Return a private utility."""
        place = [0] * len(self.agents)
        place[agent] = own
        return self.environment.period(t).utilities.fraction(agent, action, *place)

    def mean(self, t: int, action: int, states: States, later: dict[States, Fraction]) -> Fraction:
        """Return what is expected of the next period."""
        laws = [c.law[t - 1][action][k] for c, k in zip(self.chains, states, strict=True)]
        total = Fraction(0)
        for after in product(*laws):
            chance = Fraction(1)
            for law, q in zip(laws, after, strict=True):
                chance *= law[q]
            total += chance * later[after]
        return total

    def weighed(self, t: int, agent: int, first: int, action: int, own: int) -> Fraction:
        """Return ``α u + β`` of an agent."""
        form = self.forms[agent]
        assert form.weights is not None
        value, weight = self.utility(t, agent, action, own), form.weights[first]
        return value + weight * form.slope[t - 1][action] if form.additive else weight * value

    def alpha(self, agent: int, first: int) -> Fraction:
        """Return the weight of a value."""
        form = self.forms[agent]
        assert form.weights is not None
        return Fraction(1) if form.additive else form.weights[first]

    def welfare(
        self, first: States, members: frozenset[int]
    ) -> tuple[list[dict[States, Fraction]], list[dict[States, int]]]:
        """Return, per period from the second on, the largest weighed surplus of the members by states, and the first action that has it."""
        worth: list[dict[States, Fraction]] = []
        chosen: list[dict[States, int]] = []
        for t in range(self.environment.last, 1, -1):
            values, actions = {}, {}
            for states in self.profiles(t):
                options = [self._now(t, first, members, a, states) for a in range(self.count(t))]
                if worth:
                    options = [
                        v + self.environment.discount * self.mean(t, a, states, worth[0]) for a, v in enumerate(options)
                    ]
                values[states] = max(options)
                actions[states] = options.index(values[states])
            worth.insert(0, values)
            chosen.insert(0, actions)
        return worth, chosen

    def count(self, t: int) -> int:
        """Return how many actions a period has."""
        return len(self.environment.period(t).actions)

    def _now(self, t: int, first: States, members: frozenset[int], action: int, states: States) -> Fraction:
        return sum((self.weighed(t, i, first[i], action, states[i]) for i in sorted(members)), Fraction(0))

    def start(
        self, first: States, members: frozenset[int], worth: list[dict[States, Fraction]]
    ) -> tuple[Fraction, int]:
        """Return the largest weighed surplus from period 1 on, and the first action that has it."""
        options = []
        for a in range(self.count(1)):
            value = self._now(1, first, members, a, first)
            if worth:
                value += self.environment.discount * self.mean(1, a, first, worth[0])
            options.append(value)
        return max(options), options.index(max(options))

    def positive(self, first: States) -> frozenset[int]:
        """Return who has a positive weight, or no secret."""
        return frozenset(i for i in self.agents if not self.secretive[i] or self.alpha(i, first[i]) > 0)

    def members(self, first: States) -> frozenset[int]:
        """Return who is not excluded: positive weights, and in turn, from the first agent on, who adds to the surplus of those that are left."""
        left = self.positive(first)
        for i in self.agents:
            if self.secretive[i] and i in left:
                with_, without = (self.start(first, m, self.welfare(first, m)[0])[0] for m in (left, left - {i}))
                if with_ <= without:
                    left -= {i}
        return left

    def pivot(self, first: States, members: frozenset[int]) -> Contract:
        """Return the affine pivot mechanism of the members."""
        worth, chosen = self.welfare(first, members)
        _, start = self.start(first, members, worth)
        rest = {i: self.welfare(first, members - {i})[0] for i in members if self.secretive[i]}
        stages = []
        for t in range(2, self.environment.last + 1):
            paid = {}
            for states in self.profiles(t):
                a = chosen[t - 2][states]
                paid[states] = [
                    self._paid((t, i, a), states, first, (worth[t - 2 :], rest[i][t - 2 :]))
                    if i in rest
                    else self._borne((t, i, a), states)
                    for i in self.agents
                ]
            stages.append(Stage(chosen[t - 2], paid))
        later = [
            {s: (worth[0][s] - rest[i][0][s]) / self.alpha(i, first[i]) if i in rest else Fraction(0) for s in worth[0]}
            if worth
            else {}
            for i in self.agents
        ]
        if worth:
            later = [own if i in rest or not self.secretive[i] else self._had(i, chosen) for i, own in enumerate(later)]
        return Contract(stages, start, self.left(first, start, later))

    def _paid(
        self,
        place: tuple[int, int, int],
        states: States,
        first: States,
        worth: tuple[list[dict[States, Fraction]], list[dict[States, Fraction]]],
    ) -> Fraction:
        """Return ``u − m/α``, m the flow of what an agent adds for the others."""
        t, i, a = place
        with_, without = worth
        flow = with_[0][states] - without[0][states]
        if t < self.environment.last:
            later = {s: with_[1][s] - without[1][s] for s in with_[1]}
            flow -= self.environment.discount * self.mean(t, a, states, later)
        return self.utility(t, i, a, states[i]) - flow / self.alpha(i, first[i])

    def _borne(self, place: tuple[int, int, int], states: States) -> Fraction:
        """Return what is paid by who has no secret: all that it has; nothing by who is excluded."""
        t, i, a = place
        return Fraction(0) if self.secretive[i] else self.utility(t, i, a, states[i])

    def _had(self, agent: int, chosen: list[dict[States, int]]) -> dict[States, Fraction]:
        """Return what an excluded agent has from the second period on, by states."""
        later: dict[States, Fraction] = {}
        for t in range(self.environment.last, 1, -1):
            values = {}
            for states in self.profiles(t):
                a = chosen[t - 2][states]
                values[states] = self.utility(t, agent, a, states[agent])
                if later:
                    values[states] += self.environment.discount * self.mean(t, a, states, later)
            later = values
        return later

    def left(self, first: States, action: int, later: list[dict[States, Fraction]]) -> list[dict[int, Fraction]]:
        """Return what every true first signal has from period 1 on, before fees; ``later`` is what it has from the second period on."""
        found = []
        for i in self.agents:
            own = {}
            for x in self.chains[i].first:
                value = self.utility(1, i, action, x)
                if self.environment.last > 1 and self.secretive[i]:
                    true = (*first[:i], x, *first[i + 1 :])
                    value += self.environment.discount * self.mean(1, action, true, later[i])
                own[x] = value
            found.append(own)
        return found

    def build(self, contracts: dict[States, Contract], members: dict[States, frozenset[int]]) -> Built | None:
        """Add the largest fees; ``None`` where there are none."""
        fees = {first: [Fraction(0)] * len(self.agents) for first in contracts}
        for i in self.agents:
            for rest in {(*first[:i], *first[i + 1 :]) for first in contracts}:
                every = {x: (*rest[:i], x, *rest[i:]) for x in self.chains[i].first}
                if not self.secretive[i]:
                    for x, first in every.items():
                        fees[first][i] = self.utility(1, i, contracts[first].first, x)
                    continue
                own = {(k, j): contracts[every[j]].left[i][k] for k in every for j in every}
                found = largest(own, [x for x in every if i in members[every[x]]])
                if found is None:
                    return None
                for x, first in every.items():
                    fees[first][i] = found[x]
        return Built(contracts, fees, self.revenue(contracts, fees))

    def revenue(self, contracts: dict[States, Contract], fees: dict[States, list[Fraction]]) -> Fraction:
        """Return the expected payments, by going forward."""
        total = Fraction(0)
        for first, contract in contracts.items():
            weights = {first: self.chance(first)}
            total += weights[first] * sum(fees[first], Fraction(0))
            action = {first: contract.first}
            factor = self.environment.discount
            for t, stage in enumerate(contract.stages, start=2):
                following: dict[States, Fraction] = {}
                for states, weight in weights.items():
                    laws = [c.law[t - 2][action[states]][k] for c, k in zip(self.chains, states, strict=True)]
                    for after in product(*laws):
                        chance = weight
                        for law, q in zip(laws, after, strict=True):
                            chance *= law[q]
                        following[after] = following.get(after, Fraction(0)) + chance
                for states, weight in following.items():
                    total += factor * weight * sum(stage.paid[states], Fraction(0))
                weights, action, factor = following, stage.action, factor * self.environment.discount
        return total


def largest(own: dict[tuple[int, int], Fraction], served: list[int]) -> dict[int, Fraction] | None:
    """Return the largest fees, 0 of who is not served; ``None`` where a cycle of lies gains whatever the fees.

    Parameters
    ----------
    own:
        ``U(k→j)``: what a true k has in the contract of j, before the fee.
    served:
        Whose contract has a fee.
    """
    every = sorted({k for k, _ in own})
    apart = [k for k in every if k not in served]
    if any(own[k, k] < 0 or any(own[k, j] > own[k, k] for j in apart) for k in apart):
        return None
    fees: dict[int, Fraction] = {k: own[k, k] - max([Fraction(0), *(own[k, j] for j in apart)]) for k in served}
    for _ in served:
        again = dict(fees)
        for k, j in product(served, served):
            again[k] = min(again[k], again[j] + own[k, k] - own[k, j])
        if again == fees:
            break
        fees = again
    for k, j in product(served, served):
        if fees[k] > fees[j] + own[k, k] - own[k, j]:
            return None
    if any(own[k, j] - fees[j] > own[k, k] for k in apart for j in served):
        return None
    return {k: fees.get(k, Fraction(0)) for k in every}
