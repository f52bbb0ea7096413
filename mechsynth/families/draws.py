"""Random whole numbers that are the same on every machine and in every version of Python.

SplitMix64 (Steele, Lea and Flood 2014): a counter that grows by an odd constant, mixed by two multiplications. Numbers below a bound come
from 64 bits by rejection, so they are uniform and no float is involved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

WORD = 1 << 64
STEP = 0x9E3779B97F4A7C15
T = TypeVar("T")


class Draws:
    """A stream of random whole numbers.

    Parameters
    ----------
    family, seed:
        What starts the stream: the first 8 bytes (big-endian) of the SHA-256 of ``FAMILY:SEED``, so two families never share one.
    """

    def __init__(self, family: str, seed: int) -> None:
        self._state = int.from_bytes(hashlib.sha256(f"{family}:{seed}".encode()).digest()[:8], "big")

    def bits(self) -> int:
        """Return the next 64 bits as a number."""
        self._state = (self._state + STEP) % WORD
        z = self._state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
        return z ^ (z >> 31)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included, all equally likely."""
        count = high - low + 1
        while (drawn := self.bits()) >= WORD - WORD % count:
            pass
        return low + drawn % count

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in random order (Fisher and Yates)."""
        order = list(items)
        for k in range(len(order) - 1, 0, -1):
            j = self.whole(0, k)
            order[k], order[j] = order[j], order[k]
        return order

    def weights(self, count: int, low: int, high: int) -> list[int]:
        """Return whole numbers from ``low`` to ``high``, not all of them zero."""
        while not any(drawn := [self.whole(low, high) for _ in range(count)]):
            pass
        return drawn

    def chances(self, count: int, low: int, high: int) -> list[Fraction]:
        """Return a probability vector proportional to such `weights`."""
        drawn = self.weights(count, low, high)
        total = sum(drawn)
        return [Fraction(weight, total) for weight in drawn]
