"""An environment with the rule that is played in it: computed once, shared by every question about it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any, TypedDict

import numpy as np

from mechsynth.efficient import Rule, efficient_rule
from mechsynth.environment import Environment
from mechsynth.errors import UsageError
from mechsynth.given import Given
from mechsynth.mechanism import Mechanism, Table


class PeriodKey(TypedDict, total=False):
    """A period as a record tells it: from 1, left out where the horizon is infinite."""

    period: int


class BlockKey(PeriodKey):
    """A block as a record tells it: whose, after which action, at which signals of the others."""

    agent: str
    action: str
    others: dict[str, str]


class BlockNames(TypedDict):
    """The same as the fields of a witness: the period is None where the horizon is infinite."""

    period: int | None
    agent: str
    action: str
    others: dict[str, str]


@dataclass(frozen=True, eq=False)
class Case:
    """An environment, the efficient rule, and the rule that is played.

    Attributes
    ----------
    environment:
        The model.
    last_period:
        ``"efficient"``, ``"constant"`` or ``"constant:ACTION"`` (Liu 2025, Corollary 3.3); finite horizon only.
    given:
        A rule that somebody gave, which is played in place of the efficient one.
    known:
        What else was computed about it; see `once`.
    """

    environment: Environment
    last_period: str = "efficient"
    given: Given | None = None
    known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """Return what belongs to a key, computed when it is asked for first."""
        if key not in self.known:
            self.known[key] = compute()
        return self.known[key]

    @cached_property
    def rule(self) -> Rule:
        """The efficient rule, with ties broken by the first action in file order."""
        return efficient_rule(self.environment)

    @cached_property
    def constant(self) -> int | None:
        """The index of the action that the last period plays whatever is reported; ``None`` for the efficient rule."""
        if self.last_period == "efficient":
            return None
        period = self.environment.period(self.environment.last)
        _, _, label = self.last_period.partition(":")
        if label:
            if label not in period.actions:
                raise UsageError(
                    "last_period", f"{label!r} is no action of it", f"choose one of {', '.join(period.actions)}"
                )
            chosen = period.actions.index(label)
            if not period.choices()[chosen].all():
                raise UsageError("last_period", f"{label!r} is not always available there", "choose another action")
            return chosen
        return self._best_constant()

    def _best_constant(self) -> int:
        """Return the action of the largest surplus summed over the last period's profiles, the first one if several."""
        environment = self.environment
        period = environment.period(environment.last)
        total = period.surplus().reshape(len(period.actions), -1).sum(1).num
        always = np.flatnonzero(period.choices().all(1))
        if not always.size:
            raise UsageError("last_period", "no action is always available there", "leave it out")
        return int(always[np.argmax(total[always])])

    @property
    def played(self) -> Rule | Given:
        """The rule that is played, with its surplus: the one that was given, or the efficient one."""
        return self.rule if self.given is None else self.given

    def mechanism(self, transfers: tuple[Mapping[str, Mapping[str, Table]], ...] | None = None) -> Mechanism:
        """Return the rule that is played, with transfers."""
        return Mechanism(self.environment, self.actions, transfers, self.given)

    def told(self, question: Mapping[str, object]) -> dict[str, object]:
        """Return a question as its result tells it: with the rule, where one was given."""
        return {**question, **({} if self.given is None else {"rule": self.given.document()})}

    def certificate(self) -> dict[str, object]:
        """Return what a result says of its rule: the ties of the efficient one; of one that was given its text, and whether it is efficient."""
        if self.given is None:
            return {"ties": self.ties()}
        claims = {"claims": ["efficient"]} if self.given.within(self.rule.optimal) else {}
        return {"rule": self.given.text, **claims}

    @cached_property
    def actions(self) -> tuple[Any, ...]:
        """The rule that is played: the efficient one, constant in the last period, or the one given (of a lottery the first action)."""
        if self.given is not None:
            return self.given.actions
        actions = self.rule.actions
        if self.constant is None:
            return actions
        return (*actions[:-1], np.full_like(actions[-1], self.constant))

    def at(self, t: int) -> Any:
        """Return the actions that are played in period ``t`` (from 1)."""
        return self.actions[min(t, len(self.actions)) - 1]

    @property
    def linked(self) -> range:
        """The periods (from 1) that a next period follows: those with blocks."""
        return self.environment.linked

    @cached_property
    def blocks(self) -> int:
        """How many blocks the environment has, over all periods and agents."""
        total = 0
        for t in self.linked:
            period = self.environment.period(t)
            sizes = (period.shape[i] for i in self.environment.players)
            total += sum(len(period.actions) * period.size // length for length in sizes)
        return total

    def ties(self) -> list[dict[str, object]]:
        """Return the records of the profiles at which several actions are optimal."""
        environment = self.environment
        records = []
        for t in range(1, environment.last + 1):
            if self.constant is not None and t == environment.last:
                continue
            period = environment.period(t)
            mask = self.rule.optimal[min(t, len(self.rule.optimal)) - 1]
            several = np.flatnonzero(mask.sum(0) > 1)
            if not several.size:
                continue
            every = list(product(*period.signals))
            for at in several.tolist():
                record: dict[str, object] = dict(self.period_key(t))
                record["signals"] = dict(zip(environment.agents, every[at], strict=True))
                record["actions"] = [period.actions[a] for a in np.flatnonzero(mask[:, at]).tolist()]
                records.append(record)
        return records

    def period_key(self, t: int) -> PeriodKey:
        """Return ``{"period": t}``, or nothing when the horizon is infinite."""
        return {} if self.environment.horizon is None else {"period": t}

    def block_names(self, t: int, agent: int, action: int, others: int) -> BlockNames:
        """Return the labels of a block as the fields of a witness."""
        return {"period": None, **self.block_key(t, agent, action, others)}

    def block_key(self, t: int, agent: int, action: int, others: int) -> BlockKey:
        """Return the labels of a block; ``others`` is the flat index of ``θ^{-i}``."""
        environment = self.environment
        period = environment.period(t)
        rest = environment.others(agent)
        shape = tuple(len(period.signals[j]) for j in rest)
        index = np.unravel_index(others, shape) if rest else ()
        labels = {environment.agents[j]: period.signals[j][int(k)] for j, k in zip(rest, index, strict=True)}
        return {
            **self.period_key(t),
            "agent": environment.agents[agent],
            "action": period.actions[action],
            "others": labels,
        }
