"""One agent's beliefs about another's next signal, placed on purpose: inside a hull or outside it, or on a curve.

Two periods. In the first a sender has ``n`` signals and the receiver none; in the second the receiver has one of ``m``, and how likely each is depends on the sender's signal. Going is always
efficient, so no report matters and no payments are needed to implement the rule; what is at stake is whether payments can make the sender residual claimant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from mechsynth.errors import UsageError
from mechsynth.families.draws import Draws
from mechsynth.families.family import Draft, Family, Parameter, discount, labels
from mechsynth.rational import text


def _draft(
    names: list[str], beliefs: Sequence[Sequence[Fraction]], gains: Sequence[Fraction], delta: Fraction
) -> Draft:
    """Return the environment of some beliefs and of what going is worth to the receiver at every signal of the sender."""
    signals, outcomes = len(beliefs), len(beliefs[0])
    low = 1 - min(gains)  # going is worth 1 or more in all
    body = {
        "horizon": 2,
        "discount": delta,
        "agents": ["sender", "receiver"],
        "prior": [[Fraction(1, signals)] for _ in range(signals)],
        "periods": [
            {
                "signals": {"sender": names, "receiver": ["-"]},
                "actions": ["go", "wait"],
                "utilities": {
                    "sender": [[[max(low, Fraction(0))]], [[0]]],
                    "receiver": [[[gain] for gain in gains], [[0]] * signals],
                },
                "transition": [[[[list(line)]] for line in beliefs]],
            },
            {
                "signals": {"sender": ["-"], "receiver": labels("o", outcomes)},
                "actions": ["end"],
                "utilities": {"sender": {"private": [[0]]}, "receiver": {"private": [[0]]}},
            },
        ],
    }
    draft = Draft(body, "", "", tags=["interdependent", "hull"])
    value = max(low, Fraction(0)) + sum(gains, Fraction(0)) / signals
    draft.expect(
        "optimal",
        "Going is worth something at every signal, waiting and the second period nothing.",
        "policy",
        value=value,
    )
    draft.expect("feasible", "Only one action, no utility.", "static")
    why = "The rule always goes: no report matters."
    draft.expect("feasible", why, "implement", transfers="history-independent")
    return draft


def planted(given: Mapping[str, Any], draws: Draws) -> Draft:
    """Make a block in which one signal is a mixture of the others, moved off their hull by a chosen distance.

    The carriers put ``M((1−s)/c + s 1[j = k])`` on outcomes ``j < c``, ``c = n − 1``, ``s = 1/2``, and all the same on the rest, ``b`` on the last. The planted signal is their mixture with
    the probability ``d`` moved evenly from the first ``c`` outcomes to the last. The direction is orthogonal to the carriers' plane, so the mixture is the nearest point of their hull, at
    Euclidean distance ``d √(1 + 1/c)``; in total variation the distance is ``d``, since the last outcome alone tells that much. A carrier's own distance from the others' hull is at least
    ``(1 − λ_k) M s √(c/(c−1))``, which is no less for ``d ≤ (1 − λ_max) M s``.
    """
    count, outcomes, moved, gap = given["signals"], given["outcomes"], given["distance"], given["gap"]
    if outcomes < count:
        raise UsageError("--param outcomes", f"{outcomes} for {count} signals", "give at least as many as signals")
    carriers = count - 1
    spare = outcomes - 1 - carriers
    rest = Fraction(1, 4 * (spare + 1))
    mass = Fraction(3, 4)
    mixture = draws.chances(carriers, 1, 2)
    largest = mass / 2 * (1 - max(mixture) if carriers > 1 else 1)
    if moved > largest:
        raise UsageError("--param distance", f"{text(moved)} is too far here", f"give at most {text(largest)}")
    points = [
        [mass * (Fraction(1, 2 * carriers) + Fraction(int(j == k), 2)) for j in range(carriers)] + [rest] * (spare + 1)
        for k in range(carriers)
    ]
    mixed = [sum((w * line[j] for w, line in zip(mixture, points, strict=True)), Fraction(0)) for j in range(outcomes)]
    mixed = [x - moved / carriers if j < carriers else x for j, x in enumerate(mixed)]
    mixed[-1] += moved
    gains = [Fraction(draws.whole(0, 12)) for _ in range(carriers)]
    gains.append(sum((w * gain for w, gain in zip(mixture, gains, strict=True)), Fraction(0)) + gap)
    names = [*labels("s", carriers), "mixed"]
    order = draws.shuffled(range(count))
    beliefs = [*points, mixed]
    draft = _draft([names[k] for k in order], [beliefs[k] for k in order], [gains[k] for k in order], given["discount"])
    draft.title = "One signal's belief at a chosen distance from the hull of the others"
    weights = ", ".join(f"{text(w)} {name}" for w, name in zip(mixture, names, strict=False))
    draft.notes = f"What signal mixed makes the sender expect of the receiver is {weights}, with probability {text(moved)} moved to the last outcome. Going is worth to the receiver at mixed what the mixture is worth, plus {text(gap)}."
    if moved:
        why = "The last outcome has the same probability at all signals but one, and the others are independent: so are all columns."
        squared = moved**2 * (1 + Fraction(1, carriers))
        far = (
            why
            + " The distance of `mixed` from the hull is that of the mixture it was moved from, and no other signal is closer to the hull of the others."
        )
        for scope in ("all", "policy"):
            draft.expect("holds", far, "convex-independence", scope=scope, value=squared)
        draft.both_scopes("holds", why, "spanning")
        why = "Spanning suffices, and the last period leaves no choice (Liu 2014, Theorem 3.2)."
        draft.both_scopes("feasible", why, "contingent", "vcg-type")
        return draft
    draft.both_scopes("fails", f"What `mixed` makes the sender expect is {weights}.", "convex-independence", "spanning")
    if gap > 0 or (gap and carriers == 1):
        why = f"What `mixed` is charged, the mixture is charged, and its target differs by {text(gap)}/δ in the direction that forbids it."
        draft.both_scopes("infeasible", why, "contingent", "vcg-type")
    else:
        why = "The mixture's target is not above that of `mixed`; every other signal is a vertex and can be charged what is needed."
        draft.both_scopes("feasible", why, "contingent")
        if gap:
            why = f"One payment for all reports is charged to `mixed` as to the mixture, and their targets differ by {text(-gap)}/δ."
        else:
            why = "The carriers are independent, so one payment meets their targets, and the target of `mixed` is their mixture's."
        draft.both_scopes("infeasible" if gap else "feasible", why, "vcg-type")
    return draft


def curve(given: Mapping[str, Any], draws: Draws) -> Draft:
    """Make more signals than outcomes, the beliefs on a moment curve; what going is worth is a power of the position on it."""
    count, outcomes, degree = given["signals"], given["outcomes"], given["degree"]
    if count <= outcomes:
        raise UsageError("--param signals", f"{count} for {outcomes} outcomes", f"give at least {outcomes + 1}")
    if degree > outcomes:
        raise UsageError("--param degree", f"{degree} with {outcomes} outcomes", f"give at most {outcomes}")
    order = draws.shuffled(range(count))
    places = [Fraction(k, count - 1) for k in order]
    beliefs = []
    for x in places:
        powers = [x**j / outcomes for j in range(1, outcomes)]
        beliefs.append(
            [Fraction(1, 2) * p + Fraction(1, 2 * outcomes) for p in [1 - sum(powers, Fraction(0)), *powers]]
        )
    scale = draws.whole(1, 9)
    gains = [scale * x**degree for x in places]
    draft = _draft(labels("s", count), beliefs, gains, given["discount"])
    draft.title = "More signals than outcomes, no belief in the hull of the others"
    draft.notes = (
        "The sender's beliefs lie on the moment curve (x, x², …), so none is a mixture of others, but there are more of them than outcomes. "
        f"Going is worth {scale} x^{degree} to the receiver at the signal whose place on the curve is x."
    )
    why = "The probabilities of the second and third outcome are a point of a parabola: each is a vertex of the hull."
    draft.both_scopes("holds", why, "convex-independence")
    draft.both_scopes("fails", "More columns than rows.", "spanning")
    draft.both_scopes("feasible", "Convex independence suffices (Liu 2014, Theorem 3.1).", "contingent")
    if degree < outcomes:
        why = "The target is a polynomial in x of lower degree than there are outcomes, so it is an expectation under the beliefs: one payment meets all of them."
        draft.both_scopes("feasible", why, "vcg-type")
    else:
        why = (
            "An expectation of one payment is a polynomial in x of lower degree than there are outcomes; a power of that degree does not agree with one on more points than outcomes "
            "(a divided difference of the order of the number of outcomes is the dependence)."
        )
        draft.both_scopes("infeasible", why, "vcg-type")
    return draft


FAMILIES = (
    Family(
        "planted-hull",
        "one signal's belief at a chosen distance from the hull of the others",
        "ours; Liu 2014, Assumption 2 and Lemma 7.1",
        (
            Parameter("signals", 3, "n: the sender's signals", 2, 30, whole=True),
            Parameter("outcomes", 3, "m ≥ n: the receiver's signals", 2, 60, whole=True),
            Parameter(
                "distance", Fraction(0), "d: total variation between the planted belief and the nearest mixture", 0, 1
            ),
            Parameter(
                "gap", Fraction(1), "what the planted signal is worth to the receiver above the mixture", -1000, 1000
            ),
            discount(Fraction(9, 10), finite=True),
        ),
        planted,
        seeded=True,
    ),
    Family(
        "more-signals",
        "more signals than outcomes: convex independence without spanning",
        "ours; Liu 2014, Assumptions 2 and 3",
        (
            Parameter("signals", 4, "n: the sender's signals", 4, 60, whole=True),
            Parameter("outcomes", 3, "m < n: the receiver's signals", 3, 20, whole=True),
            Parameter(
                "degree", 3, "what going is worth is x^degree; no VCG-type transfers from m on", 0, 20, whole=True
            ),
            discount(Fraction(9, 10), finite=True),
        ),
        curve,
        seeded=True,
    ),
)
