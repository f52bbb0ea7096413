"""Convex independence and spanning when payments can look several periods ahead (Liu 2014, Remark 3.4).

*Holds* at ``k``: per block and signal a separator over words of at most ``k`` letters, or independence of the stacked block. *Fails*: a mixture or a dependence, invisible in
``k`` steps. ``auto`` asks for the smallest ``k``: what fails at ``k`` fails below, so the failure at ``k − 1`` is proof enough. That *no* ``k`` works is an invariant subspace: what
the difference of beliefs can become, whatever is reported, and of which nothing is ever seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from mechsynth.construct.ahead.blocks import Block, blocks, separator
from mechsynth.construct.ahead.sight import invariant, longest, sights
from mechsynth.construct.ahead.spans import Vector, dependence
from mechsynth.construct.blockwise import Scoped
from mechsynth.construct.case import Case
from mechsynth.construct.witnesses import dependence as dependence_witness
from mechsynth.construct.witnesses import mixture
from mechsynth.mechanism import Mechanism
from mechsynth.rational import text
from mechsynth.result import Result, Status
from mechsynth.run import Run

AUTO = "auto"
Told = dict[str, Any]
"""An entry of a file: a witness, a record."""


def answer(ask: Scoped, case: Case, run: Run, *, look_ahead: str, convex: bool) -> Result:
    """Decide a condition with a look-ahead of so many periods, or with the smallest that works.

    Parameters
    ----------
    look_ahead:
        A whole number, or ``"auto"``.
    convex:
        Convex independence; else spanning.
    """
    certificate: dict[str, object] = {"ties": case.ties()}

    def result(status: Status, witness: dict[str, object] | None = None) -> Result:
        return Result(
            question=ask.document(),
            status=status,
            mechanism=Mechanism.of_rule(case.rule),
            witness=witness,
            certificate=certificate,
            environment=case.environment,
        )

    if look_ahead != AUTO:
        failures, separators = decide(case, ask.scope, int(look_ahead), run, convex)
        if failures:
            certificate["failures"] = [told(case, block, own, eta, convex) for block, own, eta in failures]
            return result(Status.FAILS, dict(told(case, *failures[0], convex)))
        if convex:
            certificate["separators"] = separators
        return result(Status.HOLDS)
    if case.environment.horizon is None:
        certificate["dimensions"] = dimensions(case)
    agents = {case.environment.agents[i]: _smallest(case, ask.scope, run, convex, i) for i in case.environment.players}
    certificate["agents"] = agents
    for own in agents.values():
        if own.get("never") is not None:
            return result(Status.FAILS, own["never"])
    return result(Status.HOLDS)


def _smallest(case: Case, scope: str, run: Run, convex: bool, agent: int) -> Told:
    """Return the smallest look-ahead with which the condition holds of one agent's blocks, with its proof; or why none does."""
    last = longest(case)
    before: dict[str, object] | None = None
    for k in range(1, last + 1):
        failures, separators = decide(case, scope, k, run, convex, agent=agent)
        if not failures:
            found: Told = {"look-ahead": k}
            if before is not None:
                found["before"] = before
            if convex:
                found["separators"] = separators
            return found
        before = told(case, *failures[0], convex)
    assert before is not None
    if case.environment.horizon is None:
        before = never(case, *failures[0], before)
    return {"never": before}


def dimensions(case: Case) -> dict[str, list[int]]:
    """Return by agent the dimensions of ``O_1, O_2, …`` up to the last that grows."""
    return {case.environment.agents[i]: sight.dimensions() for i, sight in sights(case).items()}


Failure = tuple[Block, int | None, list[Fraction]]
"""A block, the own signal that the others imitate (None of a dependence), and rates that cancel."""


def decide(
    case: Case, scope: str, k: int, run: Run, convex: bool, *, agent: int | None = None
) -> tuple[list[Failure], list[dict[str, object]]]:
    """Return what fails at ``k``, and the separators of what is not settled by independence; of one ``agent`` the first failure is enough."""
    failures: list[Failure] = []
    separators: list[dict[str, object]] = []
    for block in blocks(case, scope, k):
        run.check()
        if agent is not None and block.sight.agent != agent:
            continue
        eta = dependence(block.rows)
        if eta is None:
            continue
        if not convex:
            failures.append((block, None, eta))
        else:
            for own in block.need:
                found, weights = separator(block.rows, own, run)
                if found is None:
                    weights[own] = Fraction(-1)
                    failures.append((block, own, weights))
                else:
                    separators.append(_separator(case, block, own, k, found))
        if failures and agent is not None:
            break
    return failures, separators


def _separator(case: Case, block: Block, own: int, k: int, vector: list[Fraction]) -> dict[str, object]:
    sight = block.sight
    words = [word for word, _ in sight.basis(sight.after(block.t), sight.left(block.t, k))]
    return {
        **case.block_key(*block.place),
        "type": case.environment.period(block.t).signals[sight.agent][own],
        "vector": list(_valued(block, words, vector)),
    }


def _valued(block: Block, words: list[tuple[int, ...]], vector: list[Fraction]) -> Iterator[dict[str, object]]:
    for word, value in zip(words, vector, strict=True):
        if value:
            yield {"next": block.sight.labels(block.t, word), "value": text(value)}


def told(case: Case, block: Block, own: int | None, eta: list[Fraction], convex: bool) -> dict[str, object]:
    """Return the witness of a failure at some ``k``."""
    if convex:
        assert own is not None
        return mixture(case, block.place, own, eta, None)
    return dependence_witness(case, block.place, eta, None)


def difference(block: Block, eta: list[Fraction]) -> Vector:
    """Return ``Σ η_κ μ(·|a, (κ, θ^{-i}))`` over the next profiles."""
    total = [Fraction(0)] * len(block.sight.others(block.sight.after(block.t)))
    for rate, p in zip(eta, block.profiles, strict=True):
        for q, share in block.sight.law(block.t, block.action, p).items() if rate else ():
            total[q] += rate * share
    return tuple(total)


def never(case: Case, block: Block, own: int | None, eta: list[Fraction], base: dict[str, object]) -> dict[str, object]:
    """Return the witness that no look-ahead of any length helps: the failure, and what its difference of beliefs can become."""
    rows = invariant(block.sight, difference(block, eta))
    extra = {} if own is None else {"type": base["type"]}
    kept = {key: value for key, value in base.items() if key not in ("kind", "type", "shortfall")}
    return {
        "kind": "invariant",
        **{key: kept[key] for key in kept if key != "weights"},
        **extra,
        "weights": base["weights"],
        "basis": [[text(v) for v in row] for row in rows],
        "shortfall": base["shortfall"],
    }
