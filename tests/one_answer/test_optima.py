"""Optima and intervals against z3: what is said to be the best can be had, the mechanism has it, and nothing is better."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction

import pytest
from oracles import draws, wishes

import mechsynth

from . import optima
from .asked import PRIOR, Asked, Bench, wish_list

KINDS = ("contingent", "vcg-type", "full", "history-independent", "contingent+now", "full+now")
LISTS: tuple[tuple[str, ...], ...] = ((), ("participation:ex-post",), ("budget:per-period",), ("participation:interim", "bounded:5"), ("residual-claimant",))


@pytest.mark.parametrize("objective", optima.OBJECTIVES)
def test_optima(objective: str) -> None:
    """Twelve instances: every optimum is attained and best; what is unbounded can be improved past any bound that is tried."""
    counts: Counter[str] = Counter()
    for seed in range(12):
        flavour = draws.FLAVOURS[seed % len(draws.FLAVOURS)]
        bench = Bench(draws.instance(seed, flavour, most=4))
        names = LISTS[seed % len(LISTS)]
        kind = KINDS[seed % len(KINDS)]
        if bench.model.prior is None and (objective in ("max-revenue", "min-subsidy") or set(names) & (PRIOR | {"budget:per-period"})):
            continue
        asked = wish_list(bench.model, kind, names)
        answer = bench.solve(Asked("implement", kind, names, {**asked.options, "objective": objective}))
        counts[answer["status"]] += 1
        oracle = wishes.Wishes(bench.model, kind)
        if answer["status"] == "unknown":
            continue
        assert bench.refusal(answer) is None
        if answer["status"] == "infeasible":
            solver, _ = wishes.solver_of(optima.rows(oracle, names, objective), 20)
            assert str(solver.check()) == "unsat"
        elif answer["status"] == "unbounded":
            far = Fraction(10) ** 40 * (1 if objective == "max-revenue" else -1)
            assert optima.verdicts(oracle, names, objective, far)[0]
        else:
            value = Fraction(answer["value"])
            assert optima.verdicts(oracle, names, objective, value) == (True, False)
            assert optima.attained(bench.model, answer, kind, names, objective) == value
    assert counts["optimal"] >= 3
    assert counts["unknown"] == 0


@pytest.mark.parametrize("flavour", ["private", "chains", "ties"])
def test_uniqueness(flavour: str) -> None:
    """Every entry of `most` is the greatest difference of Φ over history-independent equilibrium payments."""
    decided = 0
    for seed in range(10):
        bench = Bench(draws.instance(seed, flavour, agents=2, most=6))
        try:
            answer = bench.solve(Asked("uniqueness", "history-independent", ()))
        except mechsynth.MechsynthError:
            continue
        assert answer["status"] in ("holds", "fails") and bench.refusal(answer) is None
        oracle = wishes.Wishes(bench.model, "history-independent")
        most = answer["certificate"]["most"]
        wide = Fraction(0)
        found = {}
        for t, i, theta, other in optima.pairs(bench.model):
            entry = most if bench.model.horizon is None else most[t]
            nested = entry[bench.model.agents[i]]
            for k in (*theta, other[i]):
                nested = nested[k]
            found[t, i, theta, other] = Fraction(nested)
            assert optima.greatest(oracle, t, i, theta, other, Fraction(nested)) == (True, False), json.dumps(bench.instance)
        for (t, i, theta, other), x in found.items():
            wide = max(wide, x + found[t, i, other, theta])
        assert Fraction(answer["value"]) == wide
        assert (answer["status"] == "holds") == (wide == 0)
        decided += 1
    assert decided >= (5 if flavour != "ties" else 1)
