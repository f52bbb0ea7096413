"""A hidden state, signals about it, and the state revealed one period later.

Everybody enjoys what the action is worth in the true state. Whoever pays, once the state is known, what the others lost or gained in it is a residual claimant, however little the signals say about each other:
no condition on beliefs is needed (the dynamic counterpart of Mezzetti 2004).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

from mechsynth.families.draws import Draws
from mechsynth.families.family import Draft, Family, Parameter, box, discount, labels, nest, refuse_large

Table = list[list[int]]


def make(given: Mapping[str, Any], draws: Draws) -> Draft:
    """Make two periods: signals about a state and an action, then the state for all to see and nothing to do."""
    count, states, levels, options = given["agents"], given["states"], given["signals"], given["actions"]
    refuse_large(levels**count * (states**count + options * count), "agents, states or signals")
    names, sizes = labels("agent", count), (levels,) * count
    first = draws.weights(states, 1, 3)
    noises = [_likelihood(draws, states, levels) for _ in names]
    worth = [[[draws.whole(-5, 5) for _ in range(states)] for _ in range(options)] for _ in names]
    joint = [
        [
            Fraction(first[w] * prod(noise[w][k] for noise, k in zip(noises, profile, strict=True)))
            for w in range(states)
        ]
        for profile in box(sizes)
    ]
    scale = [prod(sum(noise[w]) for noise in noises) for w in range(states)]
    joint = [[x / (sum(first) * scale[w]) for w, x in enumerate(line)] for line in joint]
    chance = [sum(line, Fraction(0)) for line in joint]
    posterior = [[x / total for x in line] for line, total in zip(joint, chance, strict=True)]
    utilities = {
        name: [nest([_mean(line, values) for line in posterior], sizes) for values in worth[i]]
        for i, name in enumerate(names)
    }
    diagonal = [[line[w[0]] if len(set(w)) == 1 else 0 for w in box((states,) * count)] for line in posterior]
    body = {
        "horizon": 2,
        "discount": given["discount"],
        "agents": names,
        "prior": nest(chance, sizes),
        "periods": [
            {
                "signals": {name: labels("s", levels) for name in names},
                "actions": labels("a", options),
                "utilities": utilities,
                "transition": [nest([x for line in diagonal for x in line], (*sizes, *(states,) * count))],
            },
            {
                "signals": {name: labels("w", states) for name in names},
                "actions": ["end"],
                "utilities": {name: {"private": [[0]]} for name in names},
            },
        ],
    }
    notes = (
        "A state is drawn and nobody sees it; every agent gets a signal about it, independently given the state, and an action is taken. Then everybody sees the state. Utilities are what the action is worth in "
        "expectation, given all signals."
    )
    draft = Draft(body, "A hidden state, revealed afterwards", notes, tags=["interdependent", "hidden-state"])
    value = sum((max(_surplus(line, worth, a) for a in range(options)) for line in joint), Fraction(0))
    draft.expect(
        "optimal",
        "The best action given all signals, in expectation; the second period is worth nothing.",
        "policy",
        value=value,
    )
    _conditions(draft, levels, states)
    draft.expect("feasible", "Only one action, no utility.", "static")
    why = "One period later the state is known to the others. Paying then, over δ, what the action was worth to them in that state costs exactly the target in expectation, whatever the own signal: no condition on beliefs is needed."
    draft.both_scopes("feasible", why, "contingent", "vcg-type")
    draft.expect("feasible", why, "implement", transfers="vcg-type")
    draft.expect("feasible", why + " Fees in period 1 change no incentive.", "ex-ante-balanced")
    return draft


def _likelihood(draws: Draws, states: int, levels: int) -> Table:
    """Return weights of the signals in each state, as independent as their numbers allow."""
    from flint import fmpz_mat

    while True:
        drawn = [[draws.whole(1, 4) for _ in range(levels)] for _ in range(states)]
        if fmpz_mat(drawn).rank() == min(states, levels):
            return drawn


def _mean(chances: list[Fraction], values: list[int]) -> Fraction:
    return sum((chance * value for chance, value in zip(chances, values, strict=True)), Fraction(0))


def _surplus(line: list[Fraction], worth: list[Table], action: int) -> Fraction:
    return sum((_mean(line, own[action]) for own in worth), Fraction(0))


def _conditions(draft: Draft, levels: int, states: int) -> None:
    if levels <= states:
        why = (
            "Column k of a block is the likelihood of signal k times what the others' signals say about the state, up to a positive factor. The likelihoods of the signals were drawn linearly independent, and the factors of the "
            "states are positive."
        )
        draft.both_scopes("holds", why, "convex-independence", "spanning")
        return
    why = "The others will all report the state: more signals than states, so the columns of a block are dependent."
    draft.both_scopes("fails", why, "spanning")
    if states <= 2:
        why = "The others will all report one of two states: of three or more distributions on two points one lies between two others."
        draft.both_scopes("fails", why, "convex-independence")


FAMILIES = (
    Family(
        "hidden-state",
        "signals about a hidden state that is revealed one period later",
        "Liu 2014, the motivation of Assumptions 2 and 3; Mezzetti 2004",
        (
            Parameter("agents", 2, "how many", 2, 5, whole=True),
            Parameter("states", 2, "how many", 2, 8, whole=True),
            Parameter("signals", 3, "signals of every agent", 2, 12, whole=True),
            Parameter("actions", 2, "how many", 2, 8, whole=True),
            discount(Fraction(9, 10), finite=True),
        ),
        make,
        seeded=True,
    ),
)
