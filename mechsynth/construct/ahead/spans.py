"""Rows of fractions that are independent of each other, one added at a time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Vector = tuple[Fraction, ...]


class Span:
    """The span of the vectors that were added, in a form in which another one is reduced quickly."""

    def __init__(self) -> None:
        self._rows: dict[int, Vector] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def rest(self, vector: Sequence[Fraction]) -> Vector:
        """Return a vector less the part of it that the span has; zero where it lies within."""
        left = list(vector)
        for place, row in self._rows.items():
            factor = left[place]
            if factor:
                left = [a - factor * b if b else a for a, b in zip(left, row, strict=True)]
        return tuple(left)

    def add(self, vector: Sequence[Fraction]) -> bool:
        """Add a vector; return whether the span grew."""
        left = self.rest(vector)
        place = next((k for k, value in enumerate(left) if value), None)
        if place is None:
            return False
        self._rows[place] = tuple(value / left[place] if value else value for value in left)
        return True


def dependence(rows: Sequence[Vector]) -> list[Fraction] | None:
    """Return ``η ≠ 0`` with ``Σ η_k · rows[k] = 0``; None where the rows are independent."""
    span, count = Span(), len(rows)
    one, zero = Fraction(1), Fraction(0)
    for k, row in enumerate(rows):
        # each row carries where it came from; a row whose first part vanishes says how
        marked = (*row, *(one if j == k else zero for j in range(count)))
        left = span.rest(marked)
        if not any(left[: len(row)]):
            return list(left[len(row) :])
        span.add(marked)
    return None
