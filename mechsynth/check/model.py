"""The instance as the checker holds it: its own data structure, built by its own reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import prod

import numpy as np

from .exact import Array, Exact, dot
from .text import show


@dataclass(frozen=True, eq=False)
class Kernel:
    """Transition probabilities ``weights[a, θ, θ'] / den[a, θ]``.

    Parameters
    ----------
    weights:
        Integers ``>= 0``, shape ``(actions, profiles, next profiles)``; each row adds up to ``den``.
    den:
        Object array ``(actions, profiles)``.
    sizes:
        Number of signals of each agent in the next period.
    """

    weights: Array
    den: Array
    sizes: tuple[int, ...]
    _marginals: dict[tuple[bool, ...], Array] = field(default_factory=dict)

    @cached_property
    def bound(self) -> int:
        """Return the largest row sum."""
        return max(int(den) for den in self.den.flat)

    def marginal(self, kept: tuple[bool, ...]) -> Array:
        """Return the weights summed over the next reports of the agents that are not ``kept``.

        Shape ``(actions, profiles, product of the kept sizes)``, C order, over the same ``den``.
        """
        kept = tuple(keep or size == 1 for keep, size in zip(kept, self.sizes, strict=True))
        if all(kept):
            return self.weights
        if kept not in self._marginals:
            shaped = self.weights.reshape(self.weights.shape[:2] + self.sizes)
            axes = tuple(2 + j for j, keep in enumerate(kept) if not keep)
            # a partial sum of a row is at most the row's sum, which fits where the entries do
            self._marginals[kept] = shaped.sum(axis=axes).reshape(*self.weights.shape[:2], -1)
        return self._marginals[kept]

    def others(self, agent: int) -> Array:
        """Return the marginal weights on the next reports of everybody but ``agent``."""
        return self.marginal(tuple(j != agent for j in range(len(self.sizes))))

    def expect(self, values: Array, den: int) -> Exact:
        """Return ``E[values / den | a, θ]`` for every action and profile."""
        return Exact(dot(self.weights, self.bound, values), self.den * den)


@dataclass(frozen=True, eq=False)
class Period:
    """What can happen in one period.

    Parameters
    ----------
    signals:
        Labels, agent by agent.
    actions:
        Labels.
    utilities:
        Per agent, shape ``(actions, profiles)``; profiles in C order, the last agent fastest.
    available:
        Which actions there are, Booleans of that shape; None: all of them.
    outside:
        Per agent the value of leaving, shape ``(profiles,)``; None: 0.
    """

    signals: tuple[tuple[str, ...], ...]
    actions: tuple[str, ...]
    utilities: tuple[Exact, ...]
    available: Array | None = None
    outside: tuple[Exact, ...] | None = None

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Number of signals of each agent."""
        return tuple(len(labels) for labels in self.signals)

    @property
    def profiles(self) -> int:
        """Number of signal profiles."""
        return prod(self.sizes)

    @cached_property
    def signal_index(self) -> tuple[dict[str, int], ...]:
        """Index of each label, agent by agent."""
        return tuple({label: k for k, label in enumerate(labels)} for labels in self.signals)

    @cached_property
    def action_index(self) -> dict[str, int]:
        """Index of each action."""
        return {label: a for a, label in enumerate(self.actions)}

    @cached_property
    def surplus(self) -> Exact:
        """The sum of the agents' utilities, shape ``(actions, profiles)``."""
        total = self.utilities[0]
        for utility in self.utilities[1:]:
            total = total + utility
        return total

    @cached_property
    def choices(self) -> Array:
        """What is available, Booleans ``(actions, profiles)``."""
        if self.available is not None:
            return self.available
        return np.ones((len(self.actions), self.profiles), dtype=bool)

    @cached_property
    def own(self) -> tuple[Array, ...]:
        """Per agent, the index of her signal in every profile."""
        return tuple(np.unravel_index(np.arange(self.profiles), self.sizes))

    def lie(self, agent: int, report: int) -> Array:
        """Return, for every profile, the profile with the agent's signal replaced by ``report``."""
        stride = prod(self.sizes[agent + 1 :])
        told: Array = np.arange(self.profiles) + (report - self.own[agent]) * stride
        return told

    def other_sizes(self, agent: int) -> tuple[int, ...]:
        """Return the numbers of signals of everybody but ``agent``."""
        return self.sizes[:agent] + self.sizes[agent + 1 :]

    def names(self, words: str) -> Callable[[tuple[int, ...]], str]:
        """Return what names rows that are the profiles: some words and the profile."""
        return lambda index: f"{words} at {self.name(index[0])}"

    def name(self, profile: int) -> str:
        """Return a profile in words: ``(4, -)``."""
        place = np.unravel_index(profile, self.sizes)
        return "(" + ", ".join(show(self.signals[j][int(k)]) for j, k in enumerate(place)) + ")"


@dataclass(frozen=True, eq=False)
class Model:
    """An instance.

    Parameters
    ----------
    horizon:
        Number of periods, None if infinite.
    stages, kernels:
        Per period, or a single one where the data are stationary. ``kernels[t]`` is None only where there
        is no next period in any use.
    prior:
        Probabilities of the first profiles, or None.
    public:
        The places of the agents that everybody sees before the reports; the others are the players.
    rescaled:
        Whether rescaling rows by their sums changed anything.
    """

    name: str
    digest: str
    agents: tuple[str, ...]
    horizon: int | None
    discount: Fraction
    stages: tuple[Period, ...]
    kernels: tuple[Kernel | None, ...]
    prior: Exact | None
    rescaled: bool
    public: tuple[int, ...] = ()

    @cached_property
    def players(self) -> tuple[int, ...]:
        """The places of the agents that report, pay and receive."""
        return tuple(i for i in range(len(self.agents)) if i not in self.public)

    @property
    def limited(self) -> bool:
        """Whether some actions are not always available."""
        return any(stage.available is not None for stage in self.stages)

    @property
    def second(self) -> bool:
        """Whether only format 2 can say this instance."""
        return bool(self.public) or any(s.available is not None or s.outside is not None for s in self.stages)

    def view(self, t: int, agent: int) -> Array:
        """Return, for every profile, the number of what an agent sees of it: her own signal and the public ones."""
        period = self.period(t)
        seen: Array = np.zeros(period.profiles, dtype=np.int64)
        for j, size in enumerate(period.sizes):
            if j == agent or j in self.public:
                seen = seen * size + period.own[j]
        return seen

    @property
    def count(self) -> int:
        """Number of periods that are described separately in a result (1 when the horizon is infinite)."""
        return 1 if self.horizon is None else self.horizon

    def period(self, t: int) -> Period:
        """Return the period with index ``t`` (from 0)."""
        return self.stages[t if len(self.stages) > 1 else 0]

    def kernel(self, t: int) -> Kernel | None:
        """Return the transition from period ``t`` to the next, None after the last period."""
        if self.horizon is not None and t >= self.horizon - 1:
            return None
        return self.kernels[t if len(self.kernels) > 1 else 0]

    def worth(self, t: int, flow: Exact, after: Exact | None) -> Exact:
        """Return ``flow + δ E[after | a, θ]``, shape ``(actions, profiles)``; None where nothing follows."""
        kernel = self.kernel(t)
        if kernel is None or after is None:
            return flow
        return flow + kernel.expect(*after.common("payoffs")).times(self.discount)

    def following(self, t: int) -> int:
        """Return the index of the period after ``t``."""
        return t if self.horizon is None else t + 1

    def when(self, t: int) -> str:
        """Return `` in period 3``, or nothing when the horizon is infinite."""
        return "" if self.horizon is None else f" in period {t + 1}"

    @cached_property
    def agent_index(self) -> dict[str, int]:
        """Index of each agent."""
        return {label: i for i, label in enumerate(self.agents)}

    @cached_property
    def player_index(self) -> dict[str, int]:
        """Index of each agent that is not public."""
        return {self.agents[i]: i for i in self.players}
