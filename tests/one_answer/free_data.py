"""What a certificate may choose, chosen otherwise: last payments, later payments, bounds.

A proof of a negative answer has to hold whatever is chosen where the question leaves it free. Here other valid choices are made, and the best
proof that they lead to is written down as a result.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import z3
from oracles import transfers, wishes
from oracles.model import Model, Profile, box, drop, insert

from .asked import Asked, Bench, Json
from .rivals import paper_witnesses

Payments = dict[int, dict[Profile, Fraction]]


def payments_now(model: Model, rng: random.Random, after: int) -> list[Payments] | None:
    """Payments on the reports of their own period that make truth a best reply in every period after `after`, chosen at random."""
    asked = wishes.Wishes(model, "history-independent")
    rows = [row for row in asked.all([]) if row.place[0] > after]
    if not rows:
        return None
    solver, unknowns = wishes.solver_of(rows, 10)
    if solver.check() != z3.sat:
        return None
    for key, x in sorted(unknowns.items(), key=str):
        if key[0] == "now":
            size = rng.choice((9, 99))
            push = x >= rng.randint(-size, size) if rng.random() < 0.5 else x <= rng.randint(-size, size)
            solver.push()
            solver.add(push)
            if solver.check() != z3.sat:
                solver.pop()
    solver.check()
    point = solver.model()
    found: list[Payments] = []
    for t, period in enumerate(model.periods):
        found.append({})
        for i in range(len(model.agents)):
            found[t][i] = {}
            for p in period.profiles():
                x = unknowns.get(("now", t, i, p))
                found[t][i][p] = Fraction(0) if x is None else Fraction(point.eval(x, model_completion=True).as_fraction())
    return found


def worth(model: Model, rule: wishes.Rule, i: int, after: int, paid: list[Payments]) -> dict[Profile, Fraction]:
    """What truth is worth to an agent from the period after `after` on."""
    following: dict[Profile, Fraction] = {}
    for t in reversed(range(after + 1, len(model.periods))):
        period, values = model.periods[t], {}
        for p in period.profiles():
            a = rule[t][p]
            values[p] = period.utility[i][a, p] - paid[t][i][p]
            if period.kernel is not None:
                values[p] += model.delta * sum((x * following[q] for q, x in period.kernel[a, p].items()), Fraction(0))
        following = values
    return following


def cycles(model: Model, rule: wishes.Rule, t: int, i: int, paid: list[Payments]) -> Iterator[tuple[Profile, list[int], Fraction]]:
    """Cycles of lies in period t that no payments on its reports prevent, given what is paid later: the others, the signals, the gain."""
    period, following = model.periods[t], worth(model, rule, i, t, paid)

    def gain(rho: Profile, theta: Profile) -> Fraction:
        total = period.utility[i][rule[t][rho], theta]
        if period.kernel is not None:
            total += model.delta * sum((x * following[q] for q, x in period.kernel[rule[t][rho], theta].items()), Fraction(0))
        return total

    own = len(period.signals[i])
    for others in box([len(s) for j, s in enumerate(period.signals) if j != i]):
        for length in range(2, own + 1):
            for cycle in itertools.permutations(range(own), length):
                if cycle[0] != min(cycle):
                    continue
                total = Fraction(0)
                for k, r in zip(cycle, cycle[1:] + cycle[:1], strict=True):
                    true = insert(others, i, k)
                    total += gain(insert(drop(true, i), i, r), true) - gain(true, true)
                if total > 0:
                    yield others, list(cycle), total


def later_payments(bench: Bench, document: Json, rng: random.Random) -> Iterator[Json]:
    """`generalized-vcg` denied by a cycle of lies under one choice of later payments."""
    model, asked = bench.model, Asked("generalized-vcg", "history-independent", ())
    if model.horizon is None:
        return
    rule = wishes.Wishes(model, "history-independent").rule
    ties = {"ties": (document["certificate"] or {}).get("ties", [])}
    for t in range(model.horizon - 1):
        paid = payments_now(model, rng, t)
        if paid is None:
            continue
        for i, name in enumerate(model.agents):
            for others, cycle, total in itertools.islice(cycles(model, rule, t, i, paid), 2):
                labels = [model.periods[t].signals[i][k] for k in cycle]
                rest = [j for j in range(len(model.agents)) if j != i]
                witness = {
                    "kind": "cycle",
                    "period": t + 1,
                    "agent": name,
                    "others": {model.agents[j]: model.periods[t].signals[j][k] for j, k in zip(rest, others)},
                    "cycle": labels,
                    "shortfall": str(total),
                }
                now = [{} if s <= t else {name: table(model, s, paid[s][i])} for s in range(model.horizon)]
                bare = {"allocation": document["mechanism"]["allocation"]}
                for certificate in ({**ties, "now": now}, ties):
                    yield bench.dressed(asked, document, "infeasible", bare, witness, **certificate)


def table(model: Model, t: int, values: dict[Profile, Fraction]) -> Any:
    """Nested lists of exact strings."""
    sizes = [len(own) for own in model.periods[t].signals]

    def build(prefix: Profile) -> Any:
        if len(prefix) == len(sizes):
            return str(values[prefix])
        return [build((*prefix, k)) for k in range(sizes[len(prefix)])]

    return build(())


def last_payments(bench: Bench, asked: Asked, document: Json, rng: random.Random) -> Iterator[Json]:
    """A question about blocks denied under random valid payments of the last period."""
    model = bench.model
    if model.horizon is None or model.horizon == 1:
        return
    paid = payments_now(model, rng, model.horizon - 2)
    if paid is None:
        return
    now: transfers.Payments = dict(paid[-1])
    bare = {"allocation": document["mechanism"]["allocation"]}
    ties = {"ties": (document["certificate"] or {}).get("ties", [])}
    tables = {n: table(model, model.horizon - 1, paid[-1][i]) for i, n in enumerate(model.agents)}
    for witness in paper_witnesses(model, asked.kind, now):
        for certificate in ({**ties, "now": tables}, ties, {**ties, "now": tables, "failures": [witness]}):
            yield bench.dressed(asked, document, "infeasible", bare, witness, **certificate)


def bounds(bench: Bench, asked: Asked, document: Json) -> Iterator[Json]:
    """A wish list denied within bounds on payments, some of them large: multipliers of its rows that need not cancel."""
    model = bench.model
    everything = wishes.Wishes(model, asked.kind)
    for bound in (Fraction(1, 10), Fraction(1), Fraction(10), Fraction(10**6)):
        limited = [*asked.wishes, f"bounded:{bound}"]
        solver, _ = wishes.solver_of(everything.all(limited), 5)
        if solver.check() != z3.unsat:
            continue
        # the largest gain of a single lie, and how far it is from being covered within the bound, are all that such a proof can use
        for row in itertools.islice(everything.rows("pepic"), 6):
            name = _row_name(model, row)
            witness = {"kind": "farkas", "conflict": ["pepic"], "multipliers": {name: "1"}, "shortfall": str(-row.form.get(None, Fraction(0)))}
            bare = {"allocation": document["mechanism"]["allocation"]}
            ties = {"ties": (document["certificate"] or {}).get("ties", [])}
            for strength in ("verified", "exact"):
                made = bench.dressed(asked, document, "infeasible", bare, witness, **ties, bound=str(bound))
                yield {**made, "strength": strength}


def _row_name(model: Model, row: wishes.Row) -> str:
    t, i, theta, rho, h = row.place
    when = "" if model.horizon is None else f"t={t + 1} "
    own = model.periods[t].signals
    name = f"pepic {model.agents[i]} {when}({','.join(s[k] for s, k in zip(own, theta))})->{own[i][rho[i]]}"
    if h is None:
        return name
    before = model.periods[0 if model.horizon is None else t - 1].signals
    return f"{name} after ({','.join(s[k] for s, k in zip(before, h))})"
