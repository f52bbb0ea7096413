"""Bilateral trade (Yoon 2021a, section 3.3): a seller, a buyer, a perishable good every period.

The seller's cost and the buyer's value are Markov chains of their own on finite sets. Nothing happens under the action ``no``; under ``trade`` the seller loses her cost
and the buyer gains his value (the paper's normalization: autarky is worth 0). Trade is efficient where the value is above the cost; at equal ones ``no`` comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mechsynth.environment import INFINITE, Environment
from mechsynth.errors import InputError
from mechsynth.rational import rational, text

AGENTS = ("seller", "buyer")
ACTIONS = ("no", "trade")


def bilateral_trade(
    values: Sequence[object],
    seller: Sequence[Sequence[object]],
    buyer: Sequence[Sequence[object]],
    discount: object,
    *,
    costs: Sequence[object] | None = None,
    start: tuple[Sequence[object], Sequence[object]] | None = None,
    horizon: int | str = INFINITE,
    name: str = "bilateral-trade",
) -> Environment:
    """Return the environment of a bilateral trade.

    Parameters
    ----------
    values:
        The buyer's values ``v_1, …, v_K``, distinct; they label his signals. In units of money per period.
    seller, buyer:
        The transition matrices ``P_s`` and ``P_b``, rows summing to 1.
    discount:
        ``δ``.
    costs:
        The seller's costs where they are other numbers (her matrix has their size); ``None``: the values.
    start:
        The distributions ``x`` of the first cost and ``y`` of the first value; ``None``: uniform.
    horizon:
        A whole number of periods, or ``"infinite"``.

    Raises
    ------
    InputError
        For matrices of another size, rows that are no probabilities, or numbers that are not exact.
    """
    worth = [rational(v, f"values[{k}]") for k, v in enumerate(values)]
    cost = worth if costs is None else [rational(c, f"costs[{k}]") for k, c in enumerate(costs)]
    sets = (cost, worth)
    for agent, matrix, numbers in zip(AGENTS, (seller, buyer), sets, strict=True):
        if len(matrix) != len(numbers):
            raise InputError(agent, f"{len(matrix)} rows for {len(numbers)} signals", "give a square matrix")
    first: dict[str, object] = {}
    for k, (agent, numbers) in enumerate(zip(AGENTS, sets, strict=True)):
        first[agent] = [Fraction(1, len(numbers))] * len(numbers) if start is None else list(start[k])
    return Environment(
        AGENTS,
        signals={agent: [text(v) for v in numbers] for agent, numbers in zip(AGENTS, sets, strict=True)},
        actions=ACTIONS,
        utilities={
            "seller": {"private": [[0] * len(cost), [-c for c in cost]]},
            "buyer": {"private": [[0] * len(worth), worth]},
        },
        transition=None if horizon == 1 else {"independent": {"seller": _rows(seller), "buyer": _rows(buyer)}},
        horizon=horizon,
        discount=discount,
        prior={"independent": first},
        name=name,
        title="Bilateral trade with costs and values that change",
    )


def _rows(matrix: Sequence[Sequence[object]]) -> list[list[object]]:
    return [list(row) for row in matrix]
