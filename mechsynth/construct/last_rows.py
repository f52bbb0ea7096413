"""Multipliers of one agent's blocks and last period, as multipliers of named rows (docs/certificates.md).

In scope ``policy`` the rows are those of `implement` with the class and the requirement on truthful payoffs that defines the question, ``X = s W``. A block's row
``E[later + p_T | a, k] ≥ c̃_k`` is ``1/δ`` times (incentive of ``k`` to report ``r``, or value of ``k``) less ``1/δ`` times the payoff row of ``k``, plus the values of the last
period by their chances; a lie of the last period is its incentive row less the value row of the true profile.

In scope ``all`` also actions count that the rule does not take: the rows are the targets of blocks and the incentives of the last period themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

import numpy as np

from mechsynth.beliefs import by_own, used
from mechsynth.construct.blocks import Stack
from mechsynth.construct.case import Case
from mechsynth.construct.last_period import losses
from mechsynth.program.ground import quoted
from mechsynth.result.codec import write
from mechsynth.result.witness import Conflict

PAYOFFS = {Fraction(1): "residual-claimant", Fraction(0): "no-payoff"}
"""The requirement on truthful payoffs by the share of the surplus; any other share is equal shares."""


@dataclass(eq=False)
class LastRows:
    """Multipliers as they add up.

    Attributes
    ----------
    case, stack:
        The environment with its rule, and the blocks of period ``T−1`` of the agent.
    scope, kind:
        Scope and class of transfers.
    share:
        The share of the surplus that agents keep.
    """

    case: Case
    stack: Stack
    scope: str
    kind: str
    share: Fraction
    found: dict[str, Fraction] = field(default_factory=dict)
    right: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        environment, t = self.case.environment, self.stack.t
        self.name = quoted(environment.agents[self.stack.agent])
        self.members = []
        self.profiles = []
        for s in (t, t + 1):
            period = environment.period(s)
            self.members.append(by_own(np.arange(period.size).reshape(1, *period.shape), self.stack.agent)[0])
            labels = [[quoted(label) for label in own] for own in period.signals]
            self.profiles.append(["(" + ",".join(theta) + ")" for theta in product(*labels)])
        self.signals = [[quoted(x) for x in environment.period(s).signals[self.stack.agent]] for s in (t, t + 1)]
        self.requirement = PAYOFFS.get(self.share, "equal-shares")
        self.losses = losses(self.case, self.stack.agent)

    def _add(self, name: str, value: Fraction, right: Fraction) -> None:
        self.found[name] = self.found.get(name, Fraction(0)) + value
        self.right += value * right

    def _utility(self, t: int, action: int, profile: int) -> Fraction:
        period = self.case.environment.period(t)
        flat = period.utilities.num[self.stack.agent].reshape(len(period.actions), -1)
        return Fraction(int(flat[action, profile]), period.utilities.den)

    def last(self, others: int, own: int, report: int, weight: Fraction) -> None:
        """Add a lie of the last period."""
        profile, t = int(self.members[1][others, own]), self.stack.t + 1
        lie = f"{self.profiles[1][profile]}->{self.signals[1][report]}"
        if self.scope == "all":
            loss = Fraction(int(self.losses.num[others, own, report]), self.losses.den)
            self._add(f"incentive {self.name} t={t} {lie}", weight, -loss)
            return
        chosen = self.case.at(t).ravel()
        action = int(chosen[self.members[1][others, report]])
        self._add(f"pepic {self.name} t={t} {lie}", weight, self._utility(t, action, profile))
        self._last_value(profile, -weight)

    def _last_value(self, profile: int, weight: Fraction) -> None:
        t = self.stack.t + 1
        action = int(self.case.at(t).ravel()[profile])
        self._add(f"value {self.name} t={t} {self.profiles[1][profile]}", weight, self._utility(t, action, profile))

    def block(self, block: int, report: int, weights: Sequence[Fraction]) -> None:
        """Add the rows of a block, one weight per own signal; ``report`` where the class looks at it."""
        environment, stack, t = self.case.environment, self.stack, self.stack.t
        action, others = int(stack.action[block]), int(stack.others[block])
        period, delta = environment.period(t), environment.discount
        label = quoted(period.actions[action])
        leading = np.flatnonzero(used(self.case.at(t), stack.agent)[others] == action)
        kernel, value = period.kernel(), self.case.rule.value(t)
        for k, weight in enumerate(weights):
            if not weight:
                continue
            profile = int(self.members[0][others, k])
            here = self.profiles[0][profile]
            told = report if self.kind == "contingent" else int(leading[0]) if leading.size else 0
            lie = f"->{self.signals[0][told]}"
            if self.scope == "all":
                said = f"{here}{lie}" if self.kind == "contingent" else here
                self._add(f"target {self.name} t={t} {said} a={label}", weight, self._target(action, profile))
                continue
            truth = k == told if self.kind == "contingent" else bool(stack.played[block, k])
            head, what = ("value", here) if truth else ("pepic", here + lie)
            self._add(f"{head} {self.name} t={t} {what}", weight / delta, self._utility(t, action, profile))
            payoff = self.share * value.fraction(profile)
            self._add(f"{self.requirement} {self.name} t={t} {here}", -weight / delta, payoff)
            for then in np.flatnonzero(kernel.num[action, profile]).tolist():
                self._last_value(then, weight * Fraction(int(kernel.num[action, profile, then]), kernel.den))

    def _target(self, action: int, profile: int) -> Fraction:
        """Return ``c(a, θ)`` with nothing paid in the last period."""
        environment, t = self.case.environment, self.stack.t
        period = environment.period(t)
        surplus = period.surplus().reshape(len(period.actions), -1).fraction(action, profile)
        total = (self._utility(t, action, profile) - self.share * surplus) / environment.discount
        kernel, chosen = period.kernel(), self.case.at(t + 1).ravel()
        value = self.case.rule.value(t + 1)
        for then in np.flatnonzero(kernel.num[action, profile]).tolist():
            chance = Fraction(int(kernel.num[action, profile, then]), kernel.den)
            total += chance * (self._utility(t + 1, int(chosen[then]), then) - self.share * value.fraction(then))
        return total

    def witness(self) -> dict[str, object]:
        """Return the witness of kind ``farkas``."""
        used_rows = {name: y for name, y in self.found.items() if y}
        assert self.right > 0, "multipliers that exclude nothing"
        conflict = ["pepic", self.requirement]
        if self.scope == "policy":
            conflict = [name for name in conflict if any(row.startswith(f"{name} ") for row in used_rows)]
        return dict(write(Conflict(conflict=tuple(conflict), multipliers=used_rows, shortfall=self.right)))
