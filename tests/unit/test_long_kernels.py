"""Rows of a kernel share a denominator that may have hundreds of digits; each row alone has short numbers."""

from __future__ import annotations

import json
import random
from fractions import Fraction as F

import numpy as np

import mechsynth
from mechsynth.program.linear import LinearProgram
from mechsynth.prove.rows import integer_rows

PRIMES = (1_000_003, 1_000_033, 1_000_037, 1_000_039)


def test_rows_mean_the_same_in_words() -> None:
    den = PRIMES[0] * PRIMES[1] * PRIMES[2] * PRIMES[3]
    program = LinearProgram()
    columns = program.add_columns(["x", "y", "z"])
    wanted = []
    for prime in PRIMES:
        values = [F(2, prime), F(-7, prime), F(prime - 3, prime)]
        wanted.append((values, F(5, 7)))
        nums = np.array([[int(v * den) for v in values]], dtype=object)
        program.add_rows([f"row {prime}"], [columns[None]], [nums], den, [F(5, 7)], "ask")
    program.add_rows(["alone"], [columns[:1][None]], [np.array([[1]])], 1, [F(0)], "ask")
    wanted.append(([F(1), F(0), F(0)], F(0)))
    data, factors = integer_rows(program)
    assert data.nums.dtype == np.int64
    for k, (values, right) in enumerate(wanted):
        found = [F(0)] * 3
        for row, column, num in zip(data.rows, data.cols, data.nums):
            if row == k:
                found[column] = F(int(num), factors[k])
        assert found == values
        assert F(int(data.rights[k]), factors[k]) == right
        assert factors[k] > 0 and isinstance(factors[k], int)


def long_kernel(seed: int, size: int) -> dict[str, object]:
    """Two agents, an infinite horizon, and laws of which every row has a prime of its own as its denominator."""
    draw = random.Random(seed)
    primes = [p for p in range(1_000, 20_000) if all(p % q for q in range(2, 142))]

    def joint() -> list[list[str]]:
        prime = draw.choice(primes)
        cuts = sorted(draw.sample(range(1, prime), size * size - 1))
        parts = [b - a for a, b in zip([0, *cuts], [*cuts, prime])]
        return [[f"{parts[k * size + j]}/{prime}" for j in range(size)] for k in range(size)]

    def table() -> list[list[int]]:
        return [[draw.randint(-9, 9) for _ in range(size)] for _ in range(size)]

    labels = [str(k) for k in range(size)]
    return {
        "format": "mechsynth-instance/1", "horizon": "infinite", "discount": "1/2", "agents": ["a", "b"],
        "prior": joint(), "signals": {"a": labels, "b": labels}, "actions": ["x", "y", "z"],
        "utilities": {agent: [table() for _ in range(3)] for agent in "ab"},
        "transition": [[[joint() for _ in range(size)] for _ in range(size)] for _ in range(3)],
    }  # fmt: skip


def test_a_budget_balances_given_what_is_known_where_denominators_are_long() -> None:
    """A regression: numbers of 60 digits kept floats from seeing the room there is, and the answer was unknown after minutes at six signals.

    That the answer is right is not what is asserted from the solver: the checker accepts it, in exact arithmetic.
    """
    environment = mechsynth.loads(json.dumps(long_kernel(3, 3)))
    result = mechsynth.solve(
        environment, "implement", transfers="full", require=["budget:ex-post"], incentives="pbic", relax=False
    )
    assert result.status.value in ("feasible", "infeasible")
    assert result.check().accepted
