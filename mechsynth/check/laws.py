"""Laws of what is reported next: objects that take expectations, never bare arrays.

A law has one row per situation, integer weights over a denominator. Weights that do not add up to the denominator are those of
a part of the event (of an own signal, say); what they add up to is the *mass*. Dense today; a law that is a product or a mixture
has the same four methods.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from .exact import Array, Exact, dot, sums
from .forms import Term
from .model import Kernel

# which agents' reports are looked at
Looks = tuple[bool, ...]


@dataclass(frozen=True, eq=False)
class Law:
    """Laws over the profiles of one period, one a row.

    Parameters
    ----------
    sizes:
        The numbers of signals.
    weights:
        Makes the weights ``(rows, profiles of the agents that are looked at)``; all the others' reports are summed out.
    den:
        Denominators, ``(rows,)``.
    bound:
        No row of weights adds up to more.
    """

    sizes: tuple[int, ...]
    weights: Callable[[Looks], Array]
    den: Array
    bound: int

    @classmethod
    def after(cls, kernel: Kernel, action: Array, true: Array) -> Law:
        """Return the laws of the next profile after actions at true profiles."""
        return cls(
            kernel.sizes, lambda looks: kernel.marginal(looks)[action, true], kernel.den[action, true], kernel.bound
        )

    @classmethod
    def start(cls, prior: Exact, sizes: tuple[int, ...], count: int) -> Law:
        """Return the law of the first profile, ``count`` times."""
        den = int(prior.den[()])
        whole = np.broadcast_to(prior.num, (count, prod(sizes)))
        return cls(sizes, lambda looks: _summed(whole, sizes, looks), np.full(count, den, dtype=object), den)

    def rows(self) -> Array:
        """Return the weights of all profiles, ``(rows, profiles)``."""
        return self.weights((True,) * len(self.sizes))

    def given(self, event: Array) -> Law:
        """Return the laws on events ``(rows, profiles)`` only, not rescaled."""
        whole = np.where(event, self.rows(), 0)
        return Law(self.sizes, lambda looks: _summed(whole, self.sizes, looks), self.den, self.bound)

    def marginal(self, looks: Looks) -> Law:
        """Return the laws of the reports of some of the agents; the others' sizes become 1."""
        kept = tuple(size if look else 1 for size, look in zip(self.sizes, looks, strict=True))
        return Law(kept, lambda _: self.weights(looks), self.den, self.bound)

    def mass(self) -> Exact:
        """Return what the weights add up to, over the denominator."""
        return Exact(sums(self.rows()), self.den)

    def expect(self, values: Array, den: Array | int) -> Exact:
        """Return the expectation of ``values / den``, integers ``(rows or nothing, profiles)``, ``den`` one a row or one for all."""
        return Exact(dot(self.rows(), self.bound, values), self.den * den)

    def term(self, columns: Array) -> Term:
        """Return the expectation of columns, ``(rows or nothing, profiles)``."""
        weights = self.rows()
        return Term(np.broadcast_to(columns, weights.shape), weights, self.den)


def _summed(weights: Array, sizes: tuple[int, ...], looks: Looks) -> Array:
    axes = tuple(1 + j for j, (look, size) in enumerate(zip(looks, sizes, strict=True)) if not look and size > 1)
    if not axes:
        return weights
    return np.asarray(weights.reshape(len(weights), *sizes).sum(axis=axes)).reshape(len(weights), -1)
