"""What a program stands on: periods, profiles, what truth leads to, what is seen, what leaving is worth. No column, no row."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.efficient import Rule
from mechsynth.environment import Environment, Period
from mechsynth.given import Given
from mechsynth.past import Past
from mechsynth.program.linear import Index

_PLAIN = re.compile(r"[\w.+-]+")


def quoted(label: str) -> str:
    """Return a label as it stands in a name: as it is, or as a JSON string where it could be misread."""
    return label if _PLAIN.fullmatch(label) else json.dumps(label, ensure_ascii=False)


class Ground:
    """An environment and a rule, by index: periods ``t`` from 0, agents ``i`` in the order of the environment, profiles flat in C order.

    Attributes
    ----------
    environment, rule:
        What it is about.
    count:
        How many periods are described, 1 when the horizon is infinite.
    """

    environment: Environment
    rule: Rule | Given
    count: int

    @property
    def agents(self) -> int:
        """How many agents there are, public ones among them."""
        return len(self.environment.agents)

    @property
    def players(self) -> tuple[int, ...]:
        """The agents that report, pay and receive."""
        return self.environment.players

    def period(self, t: int) -> Period:
        """Return period ``t``, counted from 0 here."""
        return self.environment.period(t + 1)

    def following(self, t: int) -> int | None:
        """Return the index of the period after ``t``; ``None`` after the last."""
        if self.environment.horizon is None:
            return t
        return t + 1 if t + 1 < self.count else None

    def before(self, t: int) -> int | None:
        """Return the index of the period before ``t``; ``None`` before the first of a finite horizon."""
        if self.environment.horizon is None:
            return t
        return t - 1 if t else None

    def starts(self, t: int) -> bool:
        """Return whether the mechanism can start in period ``t``, with nothing due."""
        return self.environment.horizon is None or t == 0

    def when(self, t: int) -> str:
        """Return ``"t=1 "``, or nothing when the horizon is infinite."""
        return "" if self.environment.horizon is None else f"t={t + 1} "

    @cached_property
    def names(self) -> list[str]:
        """The agents' names as they stand in the names of rows and columns."""
        return [quoted(name) for name in self.environment.agents]

    @cached_property
    def pasts(self) -> list[Past]:
        """By period the histories ``H_t`` that it leaves: reports with the action drawn after them, one a profile where nothing is drawn."""
        return [self.rule.past(t + 1) for t in range(self.count)]

    def law(self, t: int, history: int) -> Index:
        """Return the numerators of the law of the next profile after a truthful history of period ``t``."""
        past = self.pasts[t]
        return np.asarray(self.period(t).kernel().num[past.drawn[history], past.told[history]])

    @cached_property
    def reached(self) -> list[NDArray[np.bool_]]:
        """The profiles of positive probability under truth from the prior: per period, or in some period of an infinite horizon.

        Without a prior every profile counts.
        """
        prior = self.prior()
        if prior is None:
            return [np.ones(self.period(t).size, dtype=bool) for t in range(self.count)]
        found = [np.asarray(prior[0] != 0)]
        if self.environment.horizon is None:
            while True:
                more = found[0] | self._led_to(0, found[0])
                if (more == found[0]).all():
                    return found
                found[0] = more
        for t in range(self.count - 1):
            found.append(self._led_to(t, found[t]))
        return found

    def _led_to(self, t: int, profiles: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which profiles can follow some of these profiles of period ``t`` under the rule."""
        past = self.pasts[t]
        here = np.flatnonzero(profiles[past.told])
        return np.asarray((self.period(t).kernel().num[past.drawn[here], past.told[here]] != 0).any(axis=0))

    def first(self, t: int) -> Index:
        """Return the profiles of period ``t`` with which the game can start: those that the prior allows, all without one."""
        prior = self.prior()
        return np.arange(self.period(t).size) if prior is None else np.flatnonzero(prior[0])

    def on_path(self, t: int) -> tuple[Index, Index] | None:
        """Return the pairs ``(h, θ)`` of the truthful path: ``h`` is reached and ``μ(θ | a*(h), h) > 0``; ``None`` in the first period."""
        before = self.before(t)
        if before is None:
            return None
        kernel, past = self.period(before).kernel(), self.pasts[before]
        weights = kernel.num[past.drawn, past.told]
        history, theta = np.nonzero((weights != 0) & self.reached[before][past.told][:, None])
        return history, theta

    def signals(self, t: int) -> list[tuple[str, ...]]:
        """Return the profiles of a period as tuples of labels, in the order of ``X[t][i]``."""
        return list(product(*self.period(t).signals))

    def seen(self, t: int, i: int) -> list[tuple[str, Index]]:
        """Return what one agent can see in a period, her own signal and the public ones: its name, and the profiles with it.

        The name is the label of the own signal; where there are public agents it is a profile with ``*`` for what is hidden.
        """
        period, public = self.period(t), self.environment.public
        places = np.unravel_index(np.arange(period.size), period.shape)
        if not public:
            return [(quoted(label), np.flatnonzero(places[i] == k)) for k, label in enumerate(period.signals[i])]
        kept = [j for j in range(self.agents) if j == i or j in public]
        found = []
        for values in product(*(range(period.shape[j]) for j in kept)):
            known = dict(zip(kept, values, strict=True))
            parts = [quoted(period.signals[j][known[j]]) if j in known else "*" for j in range(self.agents)]
            mask = np.all([places[j] == k for j, k in known.items()], axis=0)
            found.append(("(" + ",".join(parts) + ")", np.flatnonzero(mask)))
        return found

    def leaving(self, t: int, i: int, profiles: Index) -> list[Fraction]:
        """Return what leaving is worth to an agent at some profiles."""
        if self.period(t).outside is None:
            return [Fraction(0)] * profiles.size
        values = self.period(t).leaving(i)
        return [values.fraction(k) for k in profiles.tolist()]

    def expected_leaving(self, t: int, i: int, weights: Any, den: int, at: Index | None = None) -> Fraction:
        """Return the expectation of what leaving is worth, ``weights`` of the profiles over ``den``; ``at`` some of them alone."""
        if self.period(t).outside is None:
            return Fraction(0)
        values, places = self.period(t).leaving(i), np.flatnonzero(weights) if at is None else at
        total = sum(int(weights[k]) * int(values.num[k]) for k in places.tolist())
        return Fraction(total, den * values.den)

    def prior(self) -> tuple[Any, int] | None:
        """Return the prior's numerators, flat, and their denominator."""
        prior = self.environment.prior
        return None if prior is None else (prior.num.ravel(), prior.den)
