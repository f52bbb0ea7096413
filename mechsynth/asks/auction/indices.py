"""An index of the others' next bids whose expectation is today's mean number: condition (2) of Liu 2025, an exact linear system."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mechsynth.run import Run

Row = list[Fraction]
Sparse = dict[int, Fraction]


def solve(rows: Sequence[Row], right: Sequence[Fraction], run: Run) -> tuple[Row | None, Sparse]:
    """Solve ``rows · x = right``; unknowns that nothing fixes are 0.

    Returns
    -------
    tuple
        ``x`` and nothing; or ``None`` and ``y`` by row with ``y · rows = 0`` and ``y · right > 0``, which is why there is none.
    """
    width = len(rows[0])
    done: list[
        tuple[int, Row, Sparse]
    ] = []  # reduced rows with the right-hand side last: leading column, row, how it is made
    for k, (row, side) in enumerate(zip(rows, right, strict=True)):
        run.check()
        line, made = [*row, side], {k: Fraction(1)}
        for lead, other, source in done:
            factor = line[lead]
            if factor:
                line = [a - factor * b for a, b in zip(line, other, strict=True)]
                for key, value in source.items():
                    made[key] = made.get(key, Fraction(0)) - factor * value
        place = next((j for j in range(width) if line[j]), None)
        if place is not None:
            top = line[place]
            done.append((place, [a / top for a in line], {key: value / top for key, value in made.items()}))
        elif line[width]:
            sign = 1 if line[width] > 0 else -1
            return None, {key: sign * value for key, value in made.items() if value}
    found = [Fraction(0)] * width
    for lead, line, _ in reversed(done):
        found[lead] = line[width] - sum((line[j] * found[j] for j in range(width) if j != lead), Fraction(0))
    return found, {}


def index(laws: Sequence[Row], bids: Sequence[Row], means: Sequence[Fraction], run: Run) -> tuple[Row | None, Sparse]:
    """Return an index ``η`` of the others' next bids with ``Σ_o law[o] η(o) = mean`` at every profile, or multipliers of these equations.

    Parameters
    ----------
    laws:
        By profile the chances of the others' next bids.
    bids:
        By outcome the numbers that the others' bids stand for; empty where they have none.
    means:
        By profile the mean of today's numbers.

    Notes
    -----
    A constant and one weight of all the others' numbers is tried first, then a weight for each of them: these read as a formula.
    """
    shapes = [
        [[Fraction(1), sum(numbers, Fraction(0))] for numbers in bids],
        [[Fraction(1), *numbers] for numbers in bids],
    ]
    for linear in shapes if bids and bids[0] else []:
        few = [
            [
                sum((p * line[j] for p, line in zip(law, linear, strict=True)), Fraction(0))
                for j in range(len(linear[0]))
            ]
            for law in laws
        ]
        short, _ = solve(few, means, run)
        if short is not None:
            return [sum((a * b for a, b in zip(short, line, strict=True)), Fraction(0)) for line in linear], {}
    return solve(laws, means, run)
