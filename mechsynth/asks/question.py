"""What is asked: the environment, its rule, the scope, the last period; and the words all rooms share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from mechsynth.efficient import Rule, efficient_rule
from mechsynth.engine.run import Run, cores
from mechsynth.environment import Environment
from mechsynth.errors import UsageError
from mechsynth.rational import text
from mechsynth.result.ask import Ask

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Question:
    """A question about an environment.

    Attributes
    ----------
    environment:
        The model.
    scope:
        ``"all"`` actions, or those of the ``"policy"``; ``None`` for the ask's own default (conditions: all, mechanisms: policy).
    last_period:
        ``"efficient"``, ``"constant"`` or ``"constant:ACTION"`` (Liu 2025, Corollary 3.3); finite horizon only.
    distance:
        Whether to measure the distance of the closest signal from the hull of the others; ``None``: where it is quick.
    progress:
        Called with a label, the number of blocks done and their total.
    workers:
        Threads; ``None`` for as many as there are cores. The answer does not depend on it.
    deadline:
        On the clock of `time.monotonic`: when to stop with what is settled.
    resume:
        A result of status ``unknown`` to go on from.
    transfers:
        The class of transfers, where the ask leaves a choice.
    require, keep:
        The requirements of a synthesis program, by name or as objects; and the names of those not to be given up.
    objective:
        What a synthesis program optimizes.
    phi:
        The distribution rule of a dynamic Groves mechanism; see `mechsynth.asks.groves`.
    strength:
        What a proof must be at least: ``"exact"``, or ``"verified"`` where short multipliers with a bound suffice.
    relax:
        Whether to measure by how much each requirement of a conflict must be relaxed; ``None``: where it is quick.
    decide:
        The decision rule that goes with it.
    critical:
        Whether to find all discount factors at which a lump-sum budget balances; ``None``: where it is quick.
    """

    environment: Environment
    scope: str | None = None
    last_period: str = "efficient"
    distance: bool | None = None
    progress: Progress | None = None
    workers: int | None = None
    deadline: float | None = None
    resume: Mapping[str, Any] | None = None
    transfers: str | None = None
    require: tuple[Any, ...] = ()
    keep: tuple[str, ...] = ()
    objective: str = "feasibility"
    phi: Any = None
    strength: str = "exact"
    relax: bool | None = None
    decide: Any = None
    critical: bool | None = None

    @classmethod
    def of(cls, ask: Ask, environment: Environment, **how: Any) -> Question:
        """Return a question with its options; ``how`` are ``progress``, ``workers``, ``deadline`` and ``resume``."""
        told = {name: getattr(ask, name) for name in ask.options()}
        critical = told.pop("critical_discount", None)
        return cls(environment, **told, **how, critical=critical)

    def about(self, ask: Ask) -> Question:
        """Return another question about the same environment, which is worked at in the same way; the rule is not computed again."""
        other = Question.of(
            ask,
            self.environment,
            progress=self.progress,
            workers=self.workers,
            deadline=self.deadline,
            resume=self.resume,
        )
        other.__dict__.update(rule=self.rule, run=self.run)
        return other

    @cached_property
    def run(self) -> Run:
        """How the block engine is to work."""
        done = [0]

        def report(blocks: int) -> None:
            done[0] += blocks
            if self.progress is not None:
                self.progress("blocks", done[0], self.blocks)

        return Run(self.workers or cores(), self.deadline, None if self.progress is None else report)

    @cached_property
    def blocks(self) -> int:
        """How many blocks the environment has, over all periods and agents."""
        total = 0
        for t in self.environment.linked:
            period = self.environment.period(t)
            total += sum(len(period.actions) * period.size // length for length in period.shape)
        return total

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
            return period.actions.index(label)
        return self._best_constant()

    def _best_constant(self) -> int:
        """Return the action of the largest surplus summed over the last period's profiles, the first one if several."""
        environment = self.environment
        period = environment.period(environment.last)
        total = period.surplus().reshape(len(period.actions), -1).sum(1).num
        return int(np.argmax(total))

    @cached_property
    def actions(self) -> tuple[Any, ...]:
        """The rule that is played: the efficient one, or constant in the last period."""
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

    def ties(self) -> list[dict[str, Any]]:
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
                record = self.period_key(t)
                record["signals"] = dict(zip(environment.agents, every[at], strict=True))
                record["actions"] = [period.actions[a] for a in np.flatnonzero(mask[:, at]).tolist()]
                records.append(record)
        return records

    def period_key(self, t: int) -> dict[str, Any]:
        """Return ``{"period": t}``, or nothing when the horizon is infinite."""
        return {} if self.environment.horizon is None else {"period": t}

    def block_key(self, t: int, agent: int, action: int, others: int) -> dict[str, Any]:
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

    def mixture(
        self,
        t: int,
        agent: int,
        action: int,
        others: int,
        report: int,
        eta: Sequence[Fraction | int],
        gap: Fraction | None,
    ) -> dict[str, Any]:
        """Return the witness that signal ``report`` is a mixture of others; ``eta`` is the dependence, negative at ``report`` alone."""
        own = self.environment.period(t).signals[agent]
        share = Fraction(-eta[report])
        weights = {own[k]: text(Fraction(w) / share) for k, w in enumerate(eta) if k != report and w}
        return {
            "kind": "convex-combination",
            **self.block_key(t, agent, action, others),
            "type": own[report],
            "weights": weights,
            "shortfall": None if gap is None else text(gap / share),
        }

    def dependence(
        self, t: int, agent: int, action: int, others: int, eta: Sequence[Fraction | int], gap: Fraction | None
    ) -> dict[str, Any]:
        """Return the witness that a block's beliefs are dependent."""
        own = self.environment.period(t).signals[agent]
        return {
            "kind": "dependence",
            **self.block_key(t, agent, action, others),
            "weights": {own[k]: text(w) for k, w in enumerate(eta) if w},
            "shortfall": None if gap is None else text(gap),
        }
