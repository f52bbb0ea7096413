"""Two oil leases sold one after the other, as correlated as one likes (Liu 2014, section 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.families.draws import Draws
from mechsynth.families.family import Draft, Family, Parameter, discount, even

OIL = (4, 6)
NOTES = (
    "Firm 1 knows the oil of the first area, firm 2 will know that of the second; each holds 4 or 6. A lease is worth 2s - 1 to firm 1 and 3s - 6 to firm 2, so firm 1 should get an area "
    "with 4 and firm 2 one with 6. The second area holds what the first one does with probability (1 + correlation) / 2."
)


def make(given: Mapping[str, Any], _: Draws) -> Draft:
    """Make the two leases; ``correlation`` ρ: the second area holds the same with probability ``(1 + ρ)/2``."""
    rho, delta = given["correlation"], given["discount"]
    same = (1 + rho) / 2
    one = [2 * s - 1 for s in OIL]
    two = [3 * s - 6 for s in OIL]
    body = {
        "horizon": 2,
        "discount": delta,
        "agents": ["firm1", "firm2"],
        "prior": [[half] for half in even(2)],
        "periods": [
            {
                "signals": {"firm1": [str(s) for s in OIL], "firm2": ["-"]},
                "actions": ["firm1", "firm2"],
                "utilities": {"firm1": [[[u] for u in one], [[0], [0]]], "firm2": [[[0], [0]], [[u] for u in two]]},
                "transition": [[[[[same, 1 - same]]], [[[1 - same, same]]]]],
            },
            {
                "signals": {"firm1": ["-"], "firm2": [str(s) for s in OIL]},
                "actions": ["firm1", "firm2"],
                "utilities": {"firm1": [[one], [[0, 0]]], "firm2": [[[0, 0]], [two]]},
            },
        ],
    }
    draft = Draft(body, "Two oil leases sold one after the other", NOTES, tags=["auction", "interdependent"])
    value = Fraction(7 + 12, 2) * (1 + delta)
    draft.expect(
        "optimal",
        "The better firm gains 7 at 4 and 12 at 6, both areas hold 4 or 6 with probability 1/2, and no action changes that: (1 + δ) 19/2.",
        "policy",
        value=value,
    )
    draft.expect(
        "feasible",
        "Firm 2 wins the second area exactly at report 6; any p(6) - p(4) in [6, 12] keeps both of its signals honest.",
        "static",
    )
    conditions = (
        "The only block with two own signals, firm 1's in period 1, is [[q, 1-q], [1-q, q]] after either action, q = (1 + correlation)/2, of determinant "
        "2q - 1 = correlation."
    )
    linked = "holds" if rho else "fails"
    draft.both_scopes(linked, conditions, "convex-independence", "spanning")
    works = "feasible" if rho else "infeasible"
    if rho:
        why = "Spanning holds and the last auction is implementable (Liu 2014, Theorem 3.2)."
    else:
        why = (
            "Without correlation firm 1's two signals make it expect the same of firm 2. When it reports 6, firm 2 wins and gains 12 at 6, 6 at 4: whatever is charged to 6 is charged to 4, "
            "and the target there exceeds it by 6/δ."
        )
    draft.both_scopes(works, why, "contingent", "vcg-type")
    draft.expect(works, why + " Fees in period 1 change no incentive (Liu 2014, section 3.3).", "ex-ante-balanced")
    cycle = "What firm 1 pays in period 1 depends on its report alone and nothing later does: the cycle 4 -> 6 -> 4 gains 11 - 7 = 4, however little it pays to lie once."
    draft.expect("infeasible", cycle, "implement", transfers="history-independent")
    if not rho:
        why = "Firm 2's next report has the same distribution at both signals of firm 1, so every expected payment depends on firm 1's report alone: the cycle 4 -> 6 -> 4 gains 11 - 7 = 4."
    for transfers in ("vcg-type", "contingent"):
        draft.expect(works, why, "implement", transfers=transfers)
    return draft


FAMILIES = (
    Family(
        "oil-leases",
        "two oil leases sold one after the other, with any correlation between them",
        "Liu 2014, section 3.1",
        (
            Parameter(
                "correlation", Fraction(1, 2), "ρ: both areas hold the same oil with probability (1 + ρ)/2", -1, 1
            ),
            discount(Fraction(1), finite=True),
        ),
        make,
        seeded=False,
    ),
)
