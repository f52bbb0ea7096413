"""Lie, then leave: participation where leaving may follow a lie (``exit:interim``, with ``bnic``).

Where truth leads to, staying is expected to be worth what leaving is, given what the agent knows. The states that truth does not lead to have columns ``V`` of `believed.Bnic`, at least what
every report is worth there; here they are at least what leaving is worth, too, so that no strategy that ends with leaving is better than truth and staying. What is due is not paid by who leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.program.believed import States, states, titles
from mechsynth.program.incentives import need_prior
from mechsynth.program.synthesis import Setting


@dataclass(frozen=True)
class Exit:
    """Nobody would rather leave, on the truthful path or after lies of her own."""

    name: str = "exit:interim"

    def rows(self, setting: Setting) -> None:
        """Add a row per information state: ``Σ w [X(θ) − due(θ) − O(θ)] ≥ 0`` where truth leads to, ``m V ≥ Σ w O(θ)`` elsewhere."""
        need_prior(setting, self.name)
        for t in range(setting.count):
            for i in setting.players:
                for s in states(setting, t, i):
                    self._stay(setting, (t, i), s.take(np.flatnonzero(s.clean)))
                    self._leave(setting, (t, i), s.take(np.flatnonzero(~s.clean)))

    def _names(self, setting: Setting, t: int, i: int, s: States) -> list[str]:
        seen, after = titles(setting, t, i, s)
        head = f"{self.name} {setting.names[i]} {setting.when(t)}"
        return [f"{head}{known}{past}" for known, past in zip(seen, after, strict=True)]

    def _worth(self, setting: Setting, t: int, i: int, s: States) -> list[Fraction]:
        """Return ``Σ w O(θ)`` of every state."""
        found = []
        for members, weights in zip(s.members, s.weights, strict=True):
            values = setting.leaving(t, i, members)
            found.append(sum((int(w) * o for w, o in zip(weights, values, strict=True)), Fraction(0)) / s.den)
        return found

    def _stay(self, setting: Setting, whose: tuple[int, int], s: States) -> None:
        if not s.count:
            return
        t, i = whose
        cols, nums = [setting.X[t][i][s.members]], [s.weights]
        due = None if s.starts else setting.due(t, i)
        if due is not None:
            cols.append(due[s.told[:, None], s.members])
            nums.append(-s.weights)
        names = self._names(setting, t, i, s)
        setting.program.add_rows(names, cols, nums, s.den, self._worth(setting, t, i, s), self.name)

    def _leave(self, setting: Setting, whose: tuple[int, int], s: States) -> None:
        if not s.count:
            return
        t, i = whose
        before = setting.before(t)
        assert before is not None
        value = setting.values[t, i][s.history, s.told, s.seen]
        mass = s.weights.astype(object).sum(axis=1)
        names = self._names(setting, t, i, s)
        setting.program.add_rows(names, [value], [mass], s.den, self._worth(setting, t, i, s), self.name)
