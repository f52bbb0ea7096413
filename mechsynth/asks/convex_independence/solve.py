"""Is no signal's belief a mixture of the others'? (Liu 2014, Assumption 2.)

*Holds*, per block and signal ``r``: a vector ``h`` with ``h·μ_k > h·μ_r`` for every ``k ≠ r``, or independence of the whole block.
*Fails*: weights ``λ ≥ 0`` with ``Σ_{k≠r} λ_k μ_k = μ_r``.
With scope ``policy`` the question is asked only of ``(r, θ^{-i})`` in the block of the action that the rule plays there.
"""

from __future__ import annotations

import numpy as np

from mechsynth.asks.convex_independence import ConvexIndependence
from mechsynth.construct import same_period
from mechsynth.construct.ahead import conditions
from mechsynth.construct.blocks import Stack, stacks
from mechsynth.construct.case import Case
from mechsynth.construct.witnesses import mixture
from mechsynth.engine import Decision, convex_independence
from mechsynth.mechanism import Mechanism
from mechsynth.prove.dependence import primitive
from mechsynth.prove.distance import certifies, nearest, support
from mechsynth.rational import Rationals, text
from mechsynth.result import Result, Status
from mechsynth.run import Run

QUICK = 3_000  # (block, signal) pairs up to which the distance is measured unasked


def answer(ask: ConvexIndependence, case: Case, run: Run) -> Result:
    """Decide convex independence over every block in scope."""
    if ask.beliefs == "within":
        return same_period.convex(ask, case, run)
    if ask.look_ahead != "1":
        return conditions.answer(ask, case, run, look_ahead=ask.look_ahead, convex=True)
    scope = ask.scope
    failures: list[dict[str, object]] = []
    separators: list[dict[str, object]] = []
    seen: list[Stack] = []
    pairs = 0
    for stack in stacks(case, scope, ruled=False):
        decision = convex_independence(stack.rows, stack.need, run)
        failures += _failures(case, stack, decision)
        if not failures:
            separators += _separators(case, stack, decision)
            seen.append(stack)
        pairs += int(stack.need.sum())
    certificate: dict[str, object] = {"ties": case.ties()} if scope == "policy" else {}
    value = None
    if failures:
        certificate["failures"] = failures
    else:
        certificate["separators"] = separators
        if ask.distance or (ask.distance is None and pairs <= QUICK):
            measured = _distance(case, seen)
            if measured is not None:
                near, certificate["separators"] = measured
                certificate["distance"], value = near, str(near["squared"])
    return Result(
        question=ask.document(),
        status=Status.FAILS if failures else Status.HOLDS,
        value=value,
        mechanism=Mechanism.of_rule(case.rule) if scope == "policy" else None,
        witness=failures[0] if failures else None,
        certificate=certificate,
        environment=case.environment,
    )


def _failures(case: Case, stack: Stack, decision: Decision) -> list[dict[str, object]]:
    return [mixture(case, stack.place(b), r, eta, None) for (b, r), eta in sorted(decision.failures.items())]


def _separators(case: Case, stack: Stack, decision: Decision) -> list[dict[str, object]]:
    return [_separator(case, stack, b, r, _whole(vector)) for (b, r), vector in sorted(decision.special.items())]


def _whole(vector: Rationals) -> list[int]:
    """Return a positive multiple of the vector in whole numbers."""
    return primitive([int(v) for v in vector.num.tolist()])


def _separator(case: Case, stack: Stack, block: int, report: int, vector: list[int]) -> dict[str, object]:
    own = case.environment.period(stack.t).signals[stack.agent]
    key = case.block_key(stack.t, stack.agent, int(stack.action[block]), int(stack.others[block]))
    return {**key, "type": own[report], "vector": [text(v) for v in vector]}


def _distance(case: Case, seen: list[Stack]) -> tuple[dict[str, object], list[dict[str, object]]] | None:
    """Return the closest signal's squared distance from the hull of the others, and directions that prove it the closest."""
    pairs = []
    for stack in seen:
        if stack.rows.shape[1] < 2:
            continue
        for b, r in np.argwhere(stack.need).tolist():
            carriers, squared, direction = support(stack.rows.num[b], stack.rows.den, r)
            pairs.append((squared, stack, b, r, carriers, direction))
    if not pairs:
        return None
    # The closest in floats comes first; everything near it is measured exactly, the rest is bounded by its direction.
    order = sorted(range(len(pairs)), key=lambda k: pairs[k][0])
    best = None
    exact = {}
    for k in order:
        squared, stack, b, r, carriers, _ = pairs[k]
        if best is not None and squared > float(best[0].squared) * (1 + 1e-6):
            break
        found = nearest(stack.rows.num[b], stack.rows.den, r, carriers)
        if found is None or found.squared == 0:
            return None
        exact[k] = found
        if best is None or found.squared < best[0].squared:
            best = (found, k)
    assert best is not None
    separators = []
    for k, (_, stack, b, r, carriers, direction) in enumerate(pairs):
        rows, den = stack.rows.num[b], stack.rows.den
        if k in exact:
            direction = exact[k].direction
        elif direction is None or not certifies(rows, den, r, direction, best[0].squared):
            found = nearest(rows, den, r, carriers)
            if found is None or found.squared < best[0].squared:
                return None
            direction = found.direction
        separators.append(_separator(case, stack, b, r, list(direction)))
    found, k = best
    _, stack, b, r, _, _ = pairs[k]
    own = case.environment.period(stack.t).signals[stack.agent]
    record = {
        "squared": text(found.squared),
        **case.block_key(stack.t, stack.agent, int(stack.action[b]), int(stack.others[b])),
        "type": own[r],
        "weights": {own[j]: text(w) for j, w in enumerate(found.weights) if w},
    }
    return record, separators
