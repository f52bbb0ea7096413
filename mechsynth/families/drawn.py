"""Environments drawn at random: of full rank, with private values, with interdependent ones."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

from mechsynth.errors import UsageError
from mechsynth.families.draws import Draws
from mechsynth.families.family import (
    INFINITE,
    Draft,
    Family,
    Parameter,
    box,
    discount,
    even,
    labels,
    nest,
    refuse_large,
)

EFFICIENT = "Finitely many actions: an efficient rule exists."


def _body(given: Mapping[str, Any], horizon: int | str) -> dict[str, object]:
    names = labels("agent", given["agents"])
    if horizon == INFINITE and given["discount"] == 1:
        raise UsageError("--param discount", "1 goes with a finite horizon", "give less than 1, or a whole horizon")
    return {
        "horizon": horizon,
        "discount": given["discount"],
        "agents": names,
        "signals": {name: labels("s", given["signals"]) for name in names},
        "actions": labels("a", given["actions"]),
        "prior": {"independent": {name: even(given["signals"]) for name in names}},
    }


def _utilities(draws: Draws, given: Mapping[str, Any], low: int, high: int) -> dict[str, object]:
    sizes = (given["actions"], *(given["signals"],) * given["agents"])
    return {
        name: nest([draws.whole(low, high) for _ in range(prod(sizes))], sizes)
        for name in labels("agent", given["agents"])
    }


def _size(given: Mapping[str, Any]) -> int:
    agents, signals, actions = int(given["agents"]), int(given["signals"]), int(given["actions"])
    profiles: int = signals**agents
    return profiles * actions * (profiles + agents)


def full_rank(given: Mapping[str, Any], draws: Draws) -> Draft:
    """Draw a kernel until the beliefs of every block are independent; utilities are not negative."""
    agents, levels, options = given["agents"], given["signals"], given["actions"]
    refuse_large(_size(given), "agents, signals or actions")
    profiles = list(box((levels,) * agents))
    while True:
        kernel = [[draws.weights(len(profiles), 1, 9) for _ in profiles] for _ in range(options)]
        if all(_spans(kernel[a], levels, agents, i) for a in range(options) for i in range(agents)):
            break
    rows = [Fraction(x, sum(line)) for table in kernel for line in table for x in line]
    body = _body(given, INFINITE)
    body["utilities"] = _utilities(draws, given, 0, 9)
    body["transition"] = nest(rows, (options, *(levels,) * (2 * agents)))
    notes = "Probabilities and utilities are drawn at random; a kernel in which some block is not of full rank is drawn again."
    draft = Draft(body, "A random environment of full rank", notes, tags=["interdependent", "random"])
    draft.expect("optimal", EFFICIENT, "policy")
    why = "The rank of every block was computed exactly when the kernel was drawn."
    draft.both_scopes("holds", why, "convex-independence", "spanning")
    why = "Spanning suffices in an infinite horizon (Liu 2014, Theorems 3.1 and 3.2)."
    draft.both_scopes("feasible", why, "contingent", "vcg-type")
    draft.expect("feasible", why + " Fees at the start change no incentive.", "ex-ante-balanced")
    draft.expect("feasible", "Spanning (Liu 2014, Proposition 3.7).", "budget-balanced")
    draft.expect("feasible", "Spanning, and no utility is negative (Liu 2014, Proposition 4.1).", "surplus-extraction")
    draft.expect("feasible", why, "implement", transfers="vcg-type")
    return draft


def _spans(table: list[list[int]], levels: int, agents: int, agent: int) -> bool:
    """Whether the beliefs of all blocks of an agent after an action are independent; every column may be scaled on its own."""
    from flint import fmpz_mat

    profiles = list(box((levels,) * agents))
    index = {profile: p for p, profile in enumerate(profiles)}
    for others in box((levels,) * (agents - 1)):
        block = []
        for k in range(levels):
            belief: dict[tuple[int, ...], int] = {}
            for weight, after in zip(table[index[(*others[:agent], k, *others[agent:])]], profiles, strict=True):
                rest = (*after[:agent], *after[agent + 1 :])
                belief[rest] = belief.get(rest, 0) + weight
            block.append(list(belief.values()))
        if fmpz_mat(block).rank() < levels:
            return False
    return True


def private(given: Mapping[str, Any], draws: Draws) -> Draft:
    """Draw independent chains, moved by the actions, and utilities of the own signal."""
    levels, options, horizon = given["signals"], given["actions"], given["horizon"]
    refuse_large(_size(given), "agents, signals or actions")
    body = _body(given, horizon)
    names = labels("agent", given["agents"])
    body["utilities"] = {
        name: {"private": [[draws.whole(-4, 9) for _ in range(levels)] for _ in range(options)]} for name in names
    }
    if horizon != 1:
        body["transition"] = {
            "independent": {
                name: [[draws.chances(levels, 0, 3) for _ in range(levels)] for _ in range(options)] for name in names
            }
        }
    notes = "Every agent's signal is a chain of its own, moved by the actions, and matters to her alone. All numbers are drawn at random."
    draft = Draft(body, "Random private values", notes, tags=["private-values", "independent", "random"])
    draft.expect("optimal", EFFICIENT, "policy")
    if horizon != 1:
        why = "The chains are independent: in every block the columns of the own signals are equal."
        draft.both_scopes("fails", why, "convex-independence", "spanning")
    if horizon == INFINITE:
        why = "Private values: in a block what the others gain does not depend on the own signal, so paying it next period whatever is reported meets every row with equality."
        draft.both_scopes("feasible", why, "contingent", "vcg-type")
        draft.expect("feasible", why + " Fees at the start change no incentive.", "ex-ante-balanced")
    else:
        draft.expect("feasible", "Private values in the last period (Vickrey, Clarke, Groves).", "static")
    draft.expect("feasible", "Private values (Athey and Segal; Yoon 2021b, Definition 1).", "team")
    draft.expect("feasible", "Private values and independent chains (Bergemann and Välimäki).", "pivot")
    why = "Private values: the team mechanism pays for reports alone (Athey and Segal)."
    draft.expect("feasible", why, "implement", transfers="history-independent")
    return draft


def interdependent(given: Mapping[str, Any], draws: Draws) -> Draft:
    """Draw everything: a kernel with zeros, utilities of all signals."""
    agents, levels, options, horizon = given["agents"], given["signals"], given["actions"], given["horizon"]
    refuse_large(_size(given), "agents, signals or actions")
    body = _body(given, horizon)
    body["utilities"] = _utilities(draws, given, -6, 9)
    if horizon != 1:
        profiles = levels**agents
        rows = [x for _ in range(options * profiles) for x in draws.chances(profiles, 0, 4)]
        body["transition"] = nest(rows, (options, *(levels,) * (2 * agents)))
    notes = "Probabilities (some zero) and utilities of all signals are drawn at random. Nothing but the efficient rule is known beforehand."
    draft = Draft(body, "Random interdependent values", notes, tags=["interdependent", "random"])
    draft.expect("optimal", EFFICIENT, "policy")
    return draft


def _sizes(agents: int, signals: int) -> tuple[Parameter, ...]:
    return (
        Parameter("agents", agents, "how many", 2, 6, whole=True),
        Parameter("signals", signals, "signals of every agent", 2, 30, whole=True),
        Parameter("actions", 2, "how many", 1, 30, whole=True),
    )


HORIZON = Parameter("horizon", INFINITE, "T", 1, 50, whole=True, words=(INFINITE,))

FAMILIES = (
    Family(
        "full-rank",
        "random probabilities and utilities, every block of full rank",
        "Liu 2014, Theorems 3.1 and 3.2",
        (*_sizes(2, 3), discount(Fraction(9, 10))),
        full_rank,
        seeded=True,
    ),
    Family(
        "private-values",
        "random private values on independent chains",
        "Athey and Segal; Bergemann and Välimäki; Yoon 2021b",
        (*_sizes(2, 3), discount(Fraction(9, 10), finite=True), HORIZON),
        private,
        seeded=True,
    ),
    Family(
        "interdependent",
        "random interdependent values and a random kernel, zeros among them",
        "ours",
        (*_sizes(2, 3), discount(Fraction(9, 10), finite=True), HORIZON),
        interdependent,
        seeded=True,
    ),
)
