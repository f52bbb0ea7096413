"""Bilateral trade between a seller and a buyer whose values move as chains (Yoon 2021a, section 3.3).

Yoon's players earn nothing without each other (``W_{-i} = 0``: nobody trades alone). Here a player who is left out does not count but still trades, so ``W_{-i}`` differs; the budget does not, since
the other's chain is independent of one's own first signal (see `mechsynth.asks.lump_sum_budget`).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.errors import UsageError
from mechsynth.families.draws import Draws
from mechsynth.families.family import INFINITE, Draft, Family, Parameter, box, discount, even

Chain = list[list[Fraction]]
SOLVED = 6
"""Values up to which Yoon's ``S`` is computed for chains without a closed form."""


def make(given: Mapping[str, Any], draws: Draws) -> Draft:
    """Make the trade: values ``0..K−1``, uniform at first."""
    size, delta, horizon, kind = given["values"], given["discount"], given["horizon"], given["chain"]
    if horizon == INFINITE and delta == 1:
        raise UsageError("--param discount", "1 goes with a finite horizon", "give less than 1, or a whole horizon")
    seller, buyer = _chains(kind, size, given["alpha"], draws)
    body: dict[str, object] = {
        "horizon": horizon,
        "discount": delta,
        "agents": ["seller", "buyer"],
        "signals": {name: [str(v) for v in range(size)] for name in ("seller", "buyer")},
        "actions": ["keep", "trade"],
        "prior": {"independent": {"seller": even(size), "buyer": even(size)}},
        "utilities": {
            "seller": {"private": [[0] * size, [-v for v in range(size)]]},
            "buyer": {"private": [[0] * size, list(range(size))]},
        },
    }
    if horizon != 1:
        body["transition"] = {"independent": {"seller": seller, "buyer": buyer}}
    notes = (
        "Every period the seller may hand one unit to the buyer; her cost and his value are chains on 0, …, K-1, independent of each other and uniform at first. Trade is efficient where the value exceeds the cost. "
        f"The chains are {kind}."
    )
    draft = Draft(body, "Bilateral trade, again and again", notes, tags=["private-values", "trade", "independent"])
    _answers(draft, given, seller, buyer)
    return draft


def _chains(kind: str, size: int, alpha: Fraction, draws: Draws) -> tuple[Chain, Chain]:
    """Return the seller's and the buyer's chain."""
    if kind == "random":
        seller, buyer = ([draws.chances(size, 1, 6) for _ in range(size)] for _ in range(2))
        return seller, buyer
    leave = (1 - alpha) / (size - 1)
    chain = [[alpha if k == j else leave for j in range(size)] for k in range(size)]
    if kind == "symmetric":
        return chain, chain
    stuck = [Fraction(0)] * (size - 1)
    return [*chain[:-1], [*stuck, Fraction(1)]], [[Fraction(1), *stuck], *chain[1:]]


def _answers(draft: Draft, given: Mapping[str, Any], seller: Chain, buyer: Chain) -> None:
    size, delta, horizon, kind = given["values"], given["discount"], given["horizon"], given["chain"]
    found = None
    if kind == "symmetric":
        found = _closed(size, delta, horizon, given["alpha"])
        how = "The average gain from trade is (K²-1)/(6K) in every period, since both chains stay uniform."
    elif size <= SOLVED:
        found = surplus_and_budget(size, delta, horizon, seller, buyer)
        how = "Yoon 2021a, 3.3.2: the discounted surplus is x^T S y with S = V + δ P_s S P_b^T."
    if found is None:
        draft.expect("optimal", "Finitely many actions, and a discount factor.", "policy")
    else:
        draft.expect("optimal", how, "policy", value=found[0])
    if horizon != 1:
        equal = "The chains are independent: in every block the columns of the own signals are equal."
        draft.both_scopes("fails", equal, "convex-independence", "spanning")
    if horizon == INFINITE:
        why = "Private values: in a block what the other gains does not depend on the own signal, so paying it next period whatever is reported meets every row with equality."
        draft.both_scopes("feasible", why, "contingent", "vcg-type")
    else:
        draft.expect("feasible", "Private values in the last period (Vickrey, Clarke, Groves).", "static")
    draft.expect("feasible", "Private values (Athey and Segal; Yoon 2021b, Definition 1).", "team")
    draft.expect("feasible", "Private values and independent chains (Bergemann and Välimäki).", "pivot")
    why = "Private values: the team mechanism pays for reports alone (Athey and Segal)."
    draft.expect("feasible", why, "implement", transfers="history-independent")
    _budget(draft, given, None if found is None else found[1])


def _budget(draft: Draft, given: Mapping[str, Any], budget: Fraction | None) -> None:
    """State whether entry fees cover the deficit of the pivot mechanism."""
    size, kind, horizon = given["values"], given["chain"], given["horizon"]
    if kind == "absorbing":
        why = "Yoon 2021a, Theorem 6: the seller's highest and the buyer's lowest value are absorbing, so these types never trade and can be charged nothing, and the deficit is positive."
        draft.expect("infeasible", why, "lump-sum-budget", value=budget)
    elif budget is not None:
        if kind == "random":
            why = "Yoon 2021a, condition (*), computed from S = V + δ P_s S P_b^T."
        elif size == 2 and horizon == INFINITE:
            why = "Yoon 2021a, 3.3.2: the fees cover the deficit if and only if δ ≥ 1/(3 - 2α)."
        elif horizon == INFINITE:
            why = (
                "P = β I + (1-β) J/K with β = (Kα-1)/(K-1), so in Yoon's condition (*) the fees are 2 V̄ (1/(1-δ) - 1/(1-δβ)) and the deficit V̄/(1-δ), V̄ the mean of V: they cover it if and only if δ ≥ 1/(2-β); "
                "with K = 2 that is 1/(3 - 2α)."
            )
        else:
            why = "P = β I + (1-β) J/K with β = (Kα-1)/(K-1), so the fees less the deficit are V̄ (A - 2B) with A and B the sums of δ^t and of (δβ)^t over the periods t = 0, …, T-1 (Yoon 2021a, 3.3.1, for two of them)."
        draft.expect("feasible" if budget >= 0 else "infeasible", why, "lump-sum-budget", value=budget)


def _closed(size: int, delta: Fraction, horizon: int | str, alpha: Fraction) -> tuple[Fraction, Fraction]:
    """Return the expected surplus and the budget of symmetric chains."""
    mean = Fraction(size * size - 1, 6 * size)  # Σ_{i<j} (j − i) / K²
    beta = (size * alpha - 1) / (size - 1)

    def total(ratio: Fraction) -> Fraction:
        if isinstance(horizon, str):
            return 1 / (1 - ratio)
        return sum((ratio**t for t in range(horizon)), Fraction(0))

    even_part, drifting = total(delta), total(delta * beta)
    return mean * even_part, mean * (even_part - 2 * drifting)


def surplus_and_budget(
    size: int, delta: Fraction, horizon: int | str, seller: Chain, buyer: Chain
) -> tuple[Fraction, Fraction]:
    """Return ``x^T S y`` and the fees less it, ``S = V + δ P_s S P_b^T`` (Yoon 2021a, condition (*)), uniform at first."""
    pairs = list(box((size, size)))
    gains = [Fraction(max(j - i, 0)) for i, j in pairs]
    step = [[seller[i][k] * buyer[j][m] for k, m in pairs] for i, j in pairs]
    if isinstance(horizon, str):
        solution = _solve(
            [[int(p == q) - delta * step[p][q] for q in range(len(pairs))] for p in range(len(pairs))], gains
        )
    else:
        solution = gains
        for _ in range(horizon - 1):
            solution = [
                gain + delta * sum((chance * s for chance, s in zip(line, solution, strict=True)), Fraction(0))
                for gain, line in zip(gains, step, strict=True)
            ]
    worth = dict(zip(pairs, solution, strict=True))
    by_seller = [sum((worth[k, j] for j in range(size)), Fraction(0)) / size for k in range(size)]
    by_buyer = [sum((worth[i, k] for i in range(size)), Fraction(0)) / size for k in range(size)]
    surplus = sum(by_seller, Fraction(0)) / size
    return surplus, min(by_seller) + min(by_buyer) - surplus


def _solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    from flint import fmpq, fmpq_mat

    def exact(value: Fraction) -> Any:
        return fmpq(value.numerator, value.denominator)

    left = fmpq_mat(len(matrix), len(matrix), [exact(Fraction(x)) for line in matrix for x in line])
    found = left.solve(fmpq_mat(len(right), 1, [exact(x) for x in right]))
    return [Fraction(int(x.p), int(x.q)) for x in found.entries()]


FAMILIES = (
    Family(
        "bilateral-trade",
        "a seller and a buyer whose cost and value are chains: do entry fees pay for efficient trade?",
        "Yoon 2021a, section 3.3",
        (
            Parameter("values", 2, "K: both have values 0, …, K-1", 2, 30, whole=True),
            Parameter("alpha", Fraction(2, 3), "α: probability that a value stays; else any other", 0, 1),
            discount(Fraction(9, 10), finite=True),
            Parameter(
                "chain",
                "symmetric",
                "symmetric: both by α; absorbing: the same, but the worst value of each stays for ever; random: drawn, α unused",
                words=("symmetric", "absorbing", "random"),
            ),
            Parameter("horizon", INFINITE, "T", 1, 50, whole=True, words=(INFINITE,)),
        ),
        make,
        seeded=True,
    ),
)
