"""The theorems' questions, decided by z3 over the reals.

Targets: c_k = −g/δ with g = Σ_{j≠i} u_t^j(a,θ) + [t = T−1] δ E[W_T(θ') − u_T^i(a_T*(θ'),θ') + p_T^i(θ') | a,θ].
The payments p_T of the last period are either given or unknowns of the program (then constrained to implement
the last period). Scope `all` asks every block for

    contingent:  μ_r·p_r = c_r,  μ_k·p_r ≥ c_k (k ≠ r)  for every r        vcg-type:  μ_k·p = c_k  for every k

scope `policy` only in blocks whose action the rule takes, for contingent at the reports r where it takes it, and
for vcg-type with the inequality at the k where it does not. There every inequality is that of the equilibrium: a lie of k
that brings about the action a loses W(k) − Q(a,k) of the surplus, Q(a,k) = Σ_j u^j(a,k) + δ E[W' | a,k], so

    μ_k·p ≥ c_k − (W(k) − Q(a,k))/δ        instead of c_k.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import z3

from .efficient import Efficient, efficient
from .model import Model, Profile, blocks, drop, insert, marginal

Payments = dict[int, dict[Profile, Any]]


def real(x: Fraction | Any) -> Any:
    """An exact z3 number."""
    return z3.RealVal(str(x)) if isinstance(x, (int, Fraction)) else x


def _solver(constraints: list[Any]) -> Any:
    """A solver with a model of the constraints, or None when they contradict each other."""
    solver = z3.SolverFor("QF_LRA")
    solver.add(*constraints)
    answer = solver.check()
    if answer == z3.unknown:
        raise RuntimeError(f"z3 cannot tell: {solver.reason_unknown()}")
    return solver if answer == z3.sat else None


def _holds(constraints: list[Any]) -> bool:
    return _solver(constraints) is not None


def columns(model: Model, t: int, i: int, a: int, others: Profile) -> list[dict[Profile, Fraction]]:
    """μ_k for every own signal k of a block."""
    return [marginal(model, t, i, a, insert(others, i, k)) for k in range(len(model.periods[t].signals[i]))]


def in_hull(cols: list[dict[Profile, Fraction]], r: int) -> bool:
    """Is column r a convex combination of the other columns?"""
    lam = {k: z3.Real(f"l{k}") for k in range(len(cols)) if k != r}
    rows = [z3.Sum([real(cols[k][q]) * x for k, x in lam.items()]) == real(cols[r][q]) for q in cols[r]]
    return bool(lam) and _holds([x >= 0 for x in lam.values()] + [z3.Sum(list(lam.values())) == 1] + rows)


def independent(cols: list[dict[Profile, Fraction]]) -> bool:
    """Are the columns linearly independent? No η with η_k = 1 for some k has Mη = 0."""
    eta = [z3.Real(f"e{k}") for k in range(len(cols))]
    rows = [z3.Sum([real(c[q]) * x for c, x in zip(cols, eta)]) == 0 for q in cols[0]]
    return not any(_holds(rows + [x == 1]) for x in eta)


def convex_independence(model: Model, scope: str = "all", rule: list[dict[Profile, int]] | None = None) -> bool:
    """Assumption 2 in every block, or (policy) at every true signal of the blocks that the rule visits."""
    rule = rule or efficient(model).rule
    for t, i, a, others in blocks(model):
        cols = columns(model, t, i, a, others)
        for r in range(len(cols)):
            if (scope == "all" or rule[t][insert(others, i, r)] == a) and in_hull(cols, r):
                return False
    return True


def spanning(model: Model, scope: str = "all", rule: list[dict[Profile, int]] | None = None) -> bool:
    """Assumption 3 in every block, or in the blocks whose action the rule takes."""
    rule = rule or efficient(model).rule
    for t, i, a, others in blocks(model):
        cols = columns(model, t, i, a, others)
        if (scope == "all" or any(rule[t][insert(others, i, k)] == a for k in range(len(cols)))) \
                and not independent(cols):
            return False
    return True


def last_period_rows(model: Model, rule: dict[Profile, int], i: int, p: dict[Profile, Any]) -> list[Any]:
    """u(a*(θ),θ) − p(θ) ≥ u(a*(r,θ^{-i}),θ) − p(r,θ^{-i}) for every θ and r, in the last period."""
    u = model.periods[-1].utility[i]
    rows = []
    for theta in model.periods[-1].profiles():
        for r in range(len(model.periods[-1].signals[i])):
            rho = insert(drop(theta, i), i, r)
            rows.append(real(u[rule[theta], theta]) - real(p[theta]) >= real(u[rule[rho], theta]) - real(p[rho]))
    return rows


def free_now(model: Model, i: int) -> dict[Profile, Any]:
    """Unknown payments of the last period."""
    return {p: z3.Real(f"now_{i}_{'_'.join(map(str, p))}") for p in model.periods[-1].profiles()}


def static(model: Model, rule: list[dict[Profile, int]] | None = None) -> bool:
    """Is the last period's rule ex post implementable?"""
    rule = rule or efficient(model).rule
    return all(_holds(last_period_rows(model, rule[-1], i, free_now(model, i))) for i in range(len(model.agents)))


def targets(model: Model, eff: Efficient, i: int, kept: dict[Profile, Any]) -> Callable[[int, int, Profile], Any]:
    """c^i(t, a, θ); `kept` is what agent i keeps of the last period, V_T^i(θ), numbers or z3 terms."""
    def target(t: int, a: int, theta: Profile) -> Any:
        period = model.periods[t]
        g: Any = sum((u[a, theta] for j, u in enumerate(period.utility) if j != i), Fraction(0))
        if model.horizon is not None and t == model.horizon - 2:
            assert period.kernel is not None
            g = real(g) + real(model.delta) * z3.Sum(
                [real(x) * (real(eff.values[-1][q]) - real(kept[q])) for q, x in period.kernel[a, theta].items()])
        return real(g) * real(-1 / model.delta)
    return target


def lost(model: Model, eff: Efficient, t: int, a: int, theta: Profile) -> Fraction:
    """W_t(θ) − Q_t(a, θ)."""
    period, then = model.periods[t], 0 if model.horizon is None else t + 1
    assert period.kernel is not None
    worth = sum((u[a, theta] for u in period.utility), Fraction(0))
    worth += model.delta * sum((x * eff.values[then][q] for q, x in period.kernel[a, theta].items()), Fraction(0))
    return eff.values[t][theta] - worth


def _block_rows(model: Model, ask: str, scope: str, rule: list[dict[Profile, int]], block: tuple[int, int, int, Profile],
                target: Callable[[int, int, Profile], Any], eff: Efficient | None = None) -> tuple[list[Any], list[tuple[dict[str, Any], Any]]]:
    """The rows of a block, and its unknowns with the event at which each is paid; with `eff` lies are asked for less by the surplus they lose."""
    t, i, a, others = block
    period, upcoming = model.periods[t], model.next_period(t)
    assert upcoming is not None
    cols = columns(model, t, i, a, others)
    c = [target(t, a, insert(others, i, k)) for k in range(len(cols))]
    loss = [Fraction(0) if eff is None else lost(model, eff, t, a, insert(others, i, k)) for k in range(len(cols))]
    used = [scope == "all" or rule[t][insert(others, i, k)] == a for k in range(len(cols))]
    rows: list[Any] = []
    terms: list[tuple[dict[str, Any], Any]] = []
    for r in [r for r in range(len(cols)) if used[r]] if ask == "contingent" else [-1] * any(used):
        p = {q: z3.Real("_".join(map(str, ("p", t, i, a, *others, "r", r, *q)))) for q in cols[0]}
        for k, col in enumerate(cols):
            paid = z3.Sum([real(x) * p[q] for q, x in col.items()])
            equal = k == r if ask == "contingent" else used[k]
            rows.append(paid == c[k] if equal else paid >= c[k] - real(loss[k] / model.delta))
        event: dict[str, Any] = {"agent": model.agents[i], "action": period.actions[a], "reports": _named(model, t, others, i)}
        if ask == "contingent":
            event["reports"][model.agents[i]] = period.signals[i][r]
        if model.horizon is not None:
            event["period"] = t + 1
        terms += [({**event, "next": _named(model, upcoming, q, i)}, x) for q, x in p.items()]
    return rows, terms


def solve(model: Model, ask: str, scope: str = "policy", now: Payments | None = None, last_action: int | None = None,
          rule: list[dict[Profile, int]] | None = None) -> dict[str, Any] | None:
    """Residual-claimant transfers of the class `ask` (contingent, vcg-type) as a result with records, or None.

    `now`: {agent index: {profile: payment}} in the last period; None leaves them free.
    `last_action`: play this action in the last period and collect nothing there (Corollary 3.3).
    `rule`: another efficient rule than the one with ties broken in file order.
    """
    eff = efficient(model)
    rule = list(rule or eff.rule)
    if last_action is not None:
        rule[-1] = dict.fromkeys(rule[-1], last_action)
    records: list[dict[str, Any]] = []
    for i, agent in enumerate(model.agents):
        rows: list[Any] = []
        kept: dict[Profile, Any] = {}
        terms: list[tuple[dict[str, Any], Any]] = []
        if model.horizon is not None:
            pay = now[i] if now is not None else free_now(model, i)
            if last_action is not None:
                pay = {p: Fraction(0) for p in pay}
            rows += last_period_rows(model, rule[-1], i, pay)
            kept = {p: real(model.periods[-1].utility[i][rule[-1][p], p]) - real(pay[p]) for p in pay}
            for p, x in pay.items():
                terms.append(({"agent": agent, "period": model.horizon, "reports": _named(model, -1, p, None)}, real(x)))
        target = targets(model, eff, i, kept)
        for block in blocks(model):
            if block[1] == i:
                more, paid = _block_rows(model, ask, scope, rule, block, target, eff if scope == "policy" else None)
                rows, terms = rows + more, terms + paid
        solver = _solver(rows)
        if solver is None:
            return None
        point = solver.model()
        records += [{**event, "payment": str(point.eval(x, model_completion=True).as_fraction())} for event, x in terms]
    return {"question": {"ask": ask, "scope": scope},
            "mechanism": {"allocation": allocation_rows(model, rule), "transfers": records}}


def feasible(model: Model, ask: str, scope: str = "policy", now: Payments | None = None,
             last_action: int | None = None, rule: list[dict[Profile, int]] | None = None) -> bool:
    """Do residual-claimant transfers of the class exist? Arguments as in `solve`."""
    return solve(model, ask, scope, now, last_action, rule) is not None


def static_payments(model: Model, rule: list[dict[Profile, int]] | None = None) -> Payments | None:
    """Some payments that implement the last period, or None."""
    rule, payments = rule or efficient(model).rule, {}
    for i in range(len(model.agents)):
        unknown = free_now(model, i)
        solver = _solver(last_period_rows(model, rule[-1], i, unknown))
        if solver is None:
            return None
        point = solver.model()
        payments[i] = {p: Fraction(point.eval(x, model_completion=True).as_fraction()) for p, x in unknown.items()}
    return payments


def _named(model: Model, t: int, profile: Profile, without: int | None) -> dict[str, str]:
    agents = [j for j in range(len(model.agents)) if j != without]
    return {model.agents[j]: model.periods[t].signals[j][k] for j, k in zip(agents, profile)}


def allocation_rows(model: Model, rule: list[dict[Profile, int]]) -> list[dict[str, Any]]:
    """The rule as `mechanism.allocation`."""
    finite = model.horizon is not None
    return [{**({"period": t + 1} if finite else {}), "signals": _named(model, t, p, None), "action": model.periods[t].actions[a]}
            for t, actions in enumerate(rule) for p, a in actions.items()]


def efficient_rules(model: Model, limit: int = 256) -> list[list[dict[Profile, int]]]:
    """Every efficient rule, one for each way to break the ties (at most `limit`)."""
    optimal = efficient(model).optimal
    slots = [(t, p, actions) for t, ties in enumerate(optimal) for p, actions in ties.items()]
    rules = []
    for pick in itertools.islice(itertools.product(*(range(len(actions)) for _, _, actions in slots)), limit):
        rule: list[dict[Profile, int]] = [{} for _ in optimal]
        for (t, p, actions), k in zip(slots, pick):
            rule[t][p] = actions[k]
        rules.append(rule)
    return rules
