"""A question, the case that it is about, and how it is worked at, for the rooms that still take them as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from mechsynth.construct.case import Case
from mechsynth.construct.witnesses import Place, dependence, mixture
from mechsynth.efficient import Rule
from mechsynth.environment import Environment
from mechsynth.result.ask import Ask
from mechsynth.run import Progress, Run


@dataclass(frozen=True, eq=False)
class Question:
    """Three things in one: what is asked, about what, and how to work.

    Attributes
    ----------
    ask:
        The question with its options.
    case:
        The environment and its rule.
    run:
        Threads, deadline, progress, and what to go on from.
    """

    ask: Ask
    case: Case
    run: Run

    @classmethod
    def of(cls, ask: Ask, environment: Environment) -> Question:
        """Return a question about an environment, without any limit."""
        return cls(ask, Case(environment, ask.last_period), Run())

    def told(self, **options: Any) -> Question:
        """Return the same with other options."""
        return replace(self, ask=replace(self.ask, **options))

    def option(self, name: str) -> Any:
        """Return an option; ``None`` where the question does not have it."""
        return getattr(self.ask, name, None)

    @property
    def scope(self) -> str | None:
        """As in the question."""
        return self.option("scope")  # type: ignore[no-any-return]

    @property
    def transfers(self) -> str | None:
        """As in the question."""
        return self.option("transfers")  # type: ignore[no-any-return]

    @property
    def require(self) -> tuple[Any, ...]:
        """As in the question."""
        return self.option("require")  # type: ignore[no-any-return]

    @property
    def keep(self) -> tuple[str, ...]:
        """As in the question."""
        return self.option("keep")  # type: ignore[no-any-return]

    @property
    def objective(self) -> str:
        """As in the question."""
        return self.option("objective")  # type: ignore[no-any-return]

    @property
    def strength(self) -> str:
        """As in the question."""
        return self.option("strength")  # type: ignore[no-any-return]

    @property
    def relax(self) -> bool | None:
        """As in the question."""
        return self.option("relax")  # type: ignore[no-any-return]

    @property
    def distance(self) -> bool | None:
        """As in the question."""
        return self.option("distance")  # type: ignore[no-any-return]

    @property
    def phi(self) -> Any:
        """As in the question."""
        return self.option("phi")

    @property
    def decide(self) -> Any:
        """As in the question."""
        return self.option("decide")

    @property
    def last_period(self) -> str:
        """As in the question."""
        return self.option("last_period")  # type: ignore[no-any-return]

    @property
    def critical(self) -> bool | None:
        """``critical_discount`` of the question."""
        return self.option("critical_discount")  # type: ignore[no-any-return]

    @property
    def environment(self) -> Environment:
        """As in the case."""
        return self.case.environment

    @property
    def rule(self) -> Rule:
        """As in the case."""
        return self.case.rule

    @property
    def constant(self) -> int | None:
        """As in the case."""
        return self.case.constant

    @property
    def actions(self) -> tuple[Any, ...]:
        """As in the case."""
        return self.case.actions

    @property
    def linked(self) -> range:
        """As in the case."""
        return self.case.linked

    def at(self, t: int) -> Any:
        """Return the actions that are played in period ``t`` (from 1)."""
        return self.case.at(t)

    def ties(self) -> list[dict[str, Any]]:
        """Return the records of the profiles at which several actions are optimal."""
        return self.case.ties()

    def period_key(self, t: int) -> dict[str, Any]:
        """Return ``{"period": t}``, or nothing when the horizon is infinite."""
        return self.case.period_key(t)

    def block_key(self, t: int, agent: int, action: int, others: int) -> dict[str, Any]:
        """Return the labels of a block; ``others`` is the flat index of ``θ^{-i}``."""
        return self.case.block_key(t, agent, action, others)

    @property
    def progress(self) -> Progress | None:
        """Who is told how far the work is."""
        return self.run.progress

    @property
    def resume(self) -> Any:
        """What to go on from."""
        return self.run.resume

    @property
    def deadline(self) -> float | None:
        """When to stop."""
        return self.run.deadline

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
        return mixture(self.case, Place(t, agent, action, others), report, eta, gap)

    def dependence(
        self, t: int, agent: int, action: int, others: int, eta: Sequence[Fraction | int], gap: Fraction | None
    ) -> dict[str, Any]:
        """Return the witness that a block's beliefs are dependent."""
        return dependence(self.case, Place(t, agent, action, others), eta, gap)
