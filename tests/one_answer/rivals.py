"""Results that contradict an answer, built with some cunning: none of them may be accepted.

Against a *yes*: proofs of 0.1.0's stronger questions (the paper's targets at every lie, one choice of last-period payments), proofs of
neighbouring questions under this question's name, and proofs that prove nothing. Against a *no*: mechanisms of neighbouring questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import z3
from oracles import transfers, wishes
from oracles.efficient import efficient
from oracles.model import Model, blocks, insert

from .asked import Asked, Bench, Json


def _largest(rows: list[Any], goal: Any) -> Any:
    """A z3 model in which `goal` is positive, or None."""
    solver = z3.SolverFor("QF_LRA")
    solver.set("timeout", 5000)
    solver.add(*rows, goal > 0)
    return solver.model() if solver.check() == z3.sat else None


def _number(point: Any, x: Any) -> Fraction:
    return Fraction(point.eval(x, model_completion=True).as_fraction())


def paper_witnesses(model: Model, ask: str, now: transfers.Payments | None) -> Iterator[Json]:
    """Mixtures and dependences that contradict the *paper's* targets, which hold every lie to the liar's own target.

    `now`: payments of the last period that the targets are computed with (finite horizon).
    """
    eff = efficient(model)
    kept: list[dict[Any, Fraction]] = [{} for _ in model.agents]
    if model.horizon is not None and now is not None:
        last = model.periods[-1]
        kept = [{p: last.utility[i][eff.rule[-1][p], p] - now[i][p] for p in last.profiles()} for i in range(len(model.agents))]
    for t, i, a, others in blocks(model):
        cols = transfers.columns(model, t, i, a, others)
        target = transfers.targets(model, eff, i, kept[i])
        c = [transfers.real(target(t, a, insert(others, i, k))) for k in range(len(cols))]
        used = [eff.rule[t][insert(others, i, k)] == a for k in range(len(cols))]
        head = {
            "agent": model.agents[i],
            "action": model.periods[t].actions[a],
            "others": {n: model.periods[t].signals[j][k] for (j, n), k in zip([(j, n) for j, n in enumerate(model.agents) if j != i], others)},
        }
        if model.horizon is not None:
            head["period"] = t + 1
        own = model.periods[t].signals[i]
        yield from _in_block(ask, head, own, cols, c, used)


def _in_block(ask: str, head: Json, own: list[str], cols: list[Any], c: list[Any], used: list[bool]) -> Iterator[Json]:
    if ask == "contingent":
        for r in range(len(cols)):
            if not used[r] or len(cols) < 2:
                continue
            lam = {k: z3.Real(f"l{k}") for k in range(len(cols)) if k != r}
            rows = [x >= 0 for x in lam.values()] + [z3.Sum(list(lam.values())) == 1]
            rows += [z3.Sum([transfers.real(cols[k][q]) * x for k, x in lam.items()]) == transfers.real(cols[r][q]) for q in cols[r]]
            gap = z3.Sum([c[k] * x for k, x in lam.items()]) - c[r]
            point = _largest(rows, gap)
            if point is not None:
                weights = {own[k]: str(_number(point, x)) for k, x in lam.items() if _number(point, x)}
                short = str(_number(point, gap))
                yield {"kind": "convex-combination", **head, "type": own[r], "weights": weights, "shortfall": short}
    elif any(used):
        eta = [z3.Real(f"e{k}") for k in range(len(cols))]
        rows = [z3.Sum([transfers.real(col[q]) * x for col, x in zip(cols, eta)]) == 0 for q in cols[0]]
        rows += [x >= 0 for k, x in enumerate(eta) if not used[k]] + [x <= 1 for x in eta] + [x >= -1 for x in eta]
        gap = z3.Sum([x * y for x, y in zip(c, eta)])
        point = _largest(rows, gap)
        if point is not None:
            weights = {own[k]: str(_number(point, x)) for k, x in enumerate(eta) if _number(point, x)}
            yield {"kind": "dependence", **head, "weights": weights, "shortfall": str(_number(point, gap))}


def _nested(bench: Bench, i: int, pay: Any) -> Any:
    sizes = [len(own) for own in bench.model.periods[-1].signals]

    def build(prefix: tuple[int, ...]) -> Any:
        if len(prefix) == len(sizes):
            return str(pay[i][prefix])
        return [build((*prefix, k)) for k in range(sizes[len(prefix)])]

    return build(())


def old_refusals(bench: Bench, asked: Asked, document: Json) -> Iterator[Json]:
    """Negative answers as version 0.1.0 gave them, for `contingent`, `vcg-type` and `ex-ante-balanced`."""
    if PLAIN.get(asked.ask, "") != "residual-claimant":
        return
    bare = {"allocation": document["mechanism"]["allocation"]}
    now = transfers.static_payments(bench.model) if bench.model.horizon is not None else None
    if bench.model.horizon is not None and now is None:
        return
    for witness in paper_witnesses(bench.model, asked.kind, now):
        certificate: Json = {"failures": [witness]}
        if now is not None:
            certificate["now"] = {n: _nested(bench, i, now) for i, n in enumerate(bench.model.agents)}
        yield bench.dressed(asked, document, "infeasible", bare, witness, **certificate)


PLAIN = {"contingent": "residual-claimant", "vcg-type": "residual-claimant", "ex-ante-balanced": "residual-claimant"}


def empty_refusals(bench: Bench, asked: Asked, document: Json) -> Iterator[Json]:
    """Proofs that prove nothing: no multipliers, shortfall 0, a cycle of nobody, a witness without weights."""
    bare = {"allocation": document["mechanism"]["allocation"]}
    head: Json = {} if bench.model.horizon is None else {"period": 1}
    for shortfall in ("0", "1"):
        for conflict in (["pepic"], ["pepic", *asked.wishes], []):
            yield bench.dressed(
                asked, document, "infeasible", bare,
                {"kind": "farkas", "conflict": conflict, "multipliers": {}, "shortfall": shortfall},
            )
    agent = bench.model.agents[0]
    own = bench.model.periods[0].signals[0]
    others = {n: bench.model.periods[0].signals[j][0] for j, n in enumerate(bench.model.agents) if j}
    at = {**head, "agent": agent, "action": bench.model.periods[0].actions[0], "others": others}
    for weights in ({}, {own[0]: "0"}, {own[0]: "1"}):
        for shortfall in ("0", "1"):
            for kind in ({"kind": "convex-combination", "type": own[-1]}, {"kind": "dependence"}):
                witness = {**kind, **at, "weights": weights, "shortfall": shortfall}
                yield bench.dressed(asked, document, "infeasible", bare, witness, failures=[witness])
    if bench.model.horizon is not None:
        last = bench.model.periods[-1]
        others = {n: last.signals[j][0] for j, n in enumerate(bench.model.agents) if j}
        for cycle in ([last.signals[0][0]], last.signals[0]):
            witness = {"kind": "cycle", "agent": agent, "period": bench.model.horizon, "others": others, "cycle": cycle, "shortfall": "0"}
            yield bench.dressed(asked, document, "infeasible", bare, witness, failures=[witness])


def borrowed(bench: Bench, asked: Asked, document: Json, donors: list[Json]) -> Iterator[Json]:
    """The content of other answers about the same instance under the name of this question."""
    for donor in donors:
        if donor["question"] == document["question"] or donor["status"] == "unknown":
            continue
        taken = {**donor, "question": document["question"]}
        yield taken
        yield {**taken, "certificate": {}}
        ties = {"ties": donor["certificate"]["ties"]} if "ties" in (donor["certificate"] or {}) else {}
        yield {**taken, "certificate": ties}
        witness = donor["witness"]
        if witness and witness.get("kind") == "farkas":
            for conflict in (["pepic"], ["pepic", *asked.wishes]):
                short = {**witness, "conflict": conflict}
                yield {**taken, "witness": short, "certificate": ties}
                kept = {n: y for n, y in witness["multipliers"].items() if n.split(" ")[0] in (*conflict, "value", "deviation")}
                yield {**taken, "witness": {**short, "multipliers": kept}, "certificate": ties}
        if donor["status"] == "optimal":
            yield {**taken, "status": "feasible", "value": None, "certificate": ties}


def points(bench: Bench, asked: Asked, document: Json) -> Iterator[Json]:
    """Mechanisms that the oracle finds for wish lists that are a wish shorter, and for the larger classes."""
    shorter = [tuple(w for w in asked.wishes if w != dropped) for dropped in asked.wishes]
    tries = [(asked.kind, names) for names in shorter]
    tries += [(large, asked.wishes) for small, large in wishes.SMALLER if small == asked.kind]
    for kind, names in tries:
        try:
            point = bench.point(Asked("implement", kind, names))
        except wishes.Undecided:
            continue
        if point is not None:
            mechanism = wishes.document(wishes.Wishes(bench.model, kind), point)
            yield bench.dressed(asked, document, "feasible", mechanism)
