"""Condition (*) of bilateral trade by an exact Stein equation (Yoon 2021a, section 3.3.2), a second road to the lump-sum budget.

Two agents whose signals are chains of their own, ``P_s`` and ``P_b``, whatever is done, and a surplus ``V[k][l]`` per period. Then ``S = Σ_t δ^t P_s^t V (P_b^t)^T`` holds
the expected discounted surplus from every pair of first signals, and solves

    ``S = V + A S B``,  ``A = δ P_s``,  ``B = P_b^T``.

As ``A^j S B^j = S − Σ_{i<j} A^i V B^i``, the characteristic polynomial ``Σ_j c_j A^j = 0`` of the seller's chain leaves one square system of the buyer's size,

    ``S (Σ_j c_j B^{K−j}) = Σ_j c_j (Σ_{i<j} A^i V B^i) B^{K−j}``,

which is nonsingular since no eigenvalue of ``A`` is the inverse of one of ``B`` (``δ < 1``). No system of the size of the profiles is solved, and the answer is put into the
equation before it is believed.

With first distributions ``x`` and ``y``, fees balance the budget iff ``x'Sy ≤ min_k e_k'Sy + min_m x'Se_m``. Yoon takes the minima over all types; here, as everywhere in this
package, over those that come (of positive probability at the start), which is the same where every type does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError

Matrix = Sequence[Sequence[Fraction]]


@dataclass(frozen=True)
class Star:
    """Both sides of condition (*).

    Attributes
    ----------
    deficit:
        ``x'Sy``: what the mechanism that pays each agent the other's gain is expected to lose.
    fees:
        ``min_k e_k'Sy`` and ``min_m x'Se_m``: the most that the seller and the buyer can be charged.
    """

    deficit: Fraction
    fees: tuple[Fraction, Fraction]

    @property
    def slack(self) -> Fraction:
        """The fees less the deficit: the condition holds iff it is not negative."""
        return sum(self.fees, -self.deficit)


def solve_stein(seller: Matrix, buyer: Matrix, surplus: Matrix, discount: Fraction) -> list[list[Fraction]]:
    """Return ``S = V + δ P_s S P_b^T``, exactly; ``V`` has a row per signal of the seller and a column per signal of the buyer.

    Raises
    ------
    InputError
        For sizes that do not fit, or ``δ`` outside ``[0, 1)``.
    """
    import flint

    rows, columns = len(seller), len(buyer)
    fits = len(surplus) == rows and all(len(line) == columns for line in surplus)
    if not fits or any(len(line) != rows for line in seller) or any(len(line) != columns for line in buyer):
        raise InputError("surplus", "its size is not that of the chains", "give a row per signal of the seller")
    if not 0 <= discount < 1:
        raise InputError("discount", f"{discount} is out of range", "choose 0 ≤ δ < 1")

    def matrix(lines: Matrix) -> Any:
        return flint.fmpq_mat(
            len(lines), len(lines[0]), [flint.fmpq(x.numerator, x.denominator) for line in lines for x in line]
        )

    a = matrix(seller) * flint.fmpq(discount.numerator, discount.denominator)
    b, v = matrix(buyer).transpose(), matrix(surplus)
    polynomial = a.charpoly()
    # Horner in B from the right: left = Σ_j c_j B^{K−j}, right = Σ_j c_j (Σ_{i<j} A^i V B^i) B^{K−j}
    identity = flint.fmpq_mat(
        columns, columns, [flint.fmpq(int(i == j)) for i in range(columns) for j in range(columns)]
    )
    left = identity * polynomial[0]
    right, partial, term = v * flint.fmpq(0), v * flint.fmpq(0), v
    for j in range(1, rows + 1):
        partial = partial + term
        term = a * term * b
        left = left * b + identity * polynomial[j]
        right = right * b + partial * polynomial[j]
    found = left.transpose().solve(right.transpose()).transpose()
    assert found == v + a * found * b, "the Stein equation does not hold"
    return [[Fraction(int(x.p), int(x.q)) for x in line] for line in found.tolist()]


def condition_star(solution: Matrix, x: Sequence[Fraction], y: Sequence[Fraction]) -> Star:
    """Return both sides of condition (*) from ``S`` and the first distributions, over the types that come."""
    by_seller = [sum((p * q for p, q in zip(line, y, strict=True)), Fraction(0)) for line in solution]
    by_buyer = [sum((p * line[m] for p, line in zip(x, solution, strict=True)), Fraction(0)) for m in range(len(y))]
    return Star(
        deficit=sum((p * w for p, w in zip(x, by_seller, strict=True)), Fraction(0)),
        fees=(
            min(w for p, w in zip(x, by_seller, strict=True) if p),
            min(w for p, w in zip(y, by_buyer, strict=True) if p),
        ),
    )
