"""Proofs of negative answers, checked in Fractions.

convex-combination: λ ≥ 0 on own signals other than `type`, Σλ = 1, Σ λ_k μ_k = μ_type, shortfall Σ λ_k c_k − c_type.
dependence: η ≠ 0, Σ η_k μ_k = 0, shortfall Σ η_k c_k; in scope `policy` η_k ≥ 0 where the rule takes another action.
With s the share of the surplus that the question leaves every agent (1; 1/N; 0), c = (u^i − s Σ_j u^j)/δ + [t = T−1] E[V_T^i − s W_T], V_T^i = u_T^i (− p_T^i);
in scope `policy` less s (W − Q)/δ at the k whose action it is not. In period T−1 Σ w_k μ(θ' | a, k) = 0 for whole profiles θ' too, unless the last period is constant,
so that p_T does not matter. With an infinite horizon the shortfall may be rounded down to six digits.
farkas: multipliers of the rows of `wishes.Wishes`, by name; they cancel in every unknown and leave the shortfall.
cycle: Σ ℓ(k_j, k_{j+1}) = −shortfall < 0 with ℓ(k,r) = u(a*(k),k) − u(a*(r),k) in the last period.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .efficient import Efficient, efficient
from .mechanism import allocation
from .model import Model, Profile, drop, insert, marginal, number, read
from .transfers import lost
from .wishes import Form, Wishes, add

BLOCK_ASKS = ("contingent", "vcg-type")
SHARED = ("budget-balanced", "ex-ante-balanced", "surplus-extraction")


class Invalid(Exception):
    """The witness does not prove what it says."""


def _demand(condition: bool, message: str) -> None:
    if not condition:
        raise Invalid(message)


class _Case:
    """The instance and the claim of a result, read anew."""

    def __init__(self, instance: dict[str, Any], result: dict[str, Any]) -> None:
        self.model = read(instance, bool(result.get("instance", {}).get("normalized", False)))
        self.eff: Efficient = efficient(self.model)
        question = result["question"]
        self.ask = question["ask"]
        self.scope = question.get("scope", "all" if self.ask in ("convex-independence", "spanning") else "policy")
        constant = question.get("last-period", "efficient").partition(":")
        self.constant = self.model.periods[-1].actions.index(constant[2]) if constant[0] == "constant" else None
        self.transfers = question.get("transfers")
        self.share = {"budget-balanced": Fraction(1, len(self.model.agents)), "surplus-extraction": Fraction(0)}.get(self.ask, Fraction(1))
        if self.ask in SHARED:
            self.ask = self.transfers
        mechanism = result.get("mechanism")
        self.rule = allocation(self.model, mechanism["allocation"]) if mechanism else None
        if self.rule is not None:
            self._efficient_rule(self.rule)
        _demand("now" not in (result.get("certificate") or {}), "a choice of the last period's payments")

    def _efficient_rule(self, rule: list[dict[Profile, int]]) -> None:
        for t, actions in enumerate(rule):
            for p, a in actions.items():
                if self.constant is not None and t == len(rule) - 1:
                    _demand(a == self.constant, "the last period's action is not the constant one")
                else:
                    _demand(a in self.eff.optimal[t][p], f"the rule is not efficient in period {t + 1} at {p}")

    def target(self, t: int, i: int, a: int, theta: Profile) -> Fraction:
        """c, and what a lie of θ to the action a loses of it where the scope is the policy."""
        model, period = self.model, self.model.periods[t]
        flows = [u[a, theta] for u in period.utility]
        c = (flows[i] - self.share * sum(flows, Fraction(0))) / model.delta
        assert self.rule is not None
        if model.horizon is not None and t == model.horizon - 2:
            assert period.kernel is not None
            for q, x in period.kernel[a, theta].items():
                c += x * (model.periods[-1].utility[i][self.rule[-1][q], q] - self.share * self.eff.values[-1][q])
        if self.scope == "policy" and self.share and self.rule[t][theta] != a:
            c -= self.share * lost(model, self.eff, t, a, theta) / model.delta
        return c


def rounded(value: Fraction) -> Fraction:
    """A positive number, rounded down to six significant decimal digits."""
    scale = Fraction(1)
    while value * scale < 100_000:
        scale *= 10
    while value * scale >= 1_000_000:
        scale /= 10
    return Fraction((value * scale).numerator // (value * scale).denominator) / scale


def _others(model: Model, t: int, i: int, named: dict[str, str]) -> Profile:
    names = [name for j, name in enumerate(model.agents) if j != i]
    _demand(sorted(names) == sorted(named), "others must name every other agent")
    return tuple(model.periods[t].signals[model.agents.index(name)].index(named[name]) for name in names)


def _block(case: _Case, w: dict[str, Any]) -> None:
    model = case.model
    t = w.get("period", 1) - 1
    _demand(("period" in w) == (model.horizon is not None), "period stands where the horizon is finite, and only there")
    i = model.agents.index(w["agent"])
    a = model.periods[t].actions.index(w["action"])
    others = _others(model, t, i, w["others"])
    own = model.periods[t].signals[i]
    weights = {own.index(k): number(x) for k, x in w["weights"].items()}
    _demand(model.periods[t].kernel is not None, "the last period has no blocks")
    cols = [marginal(model, t, i, a, insert(others, i, k)) for k in range(len(own))]
    mix = {q: sum((x * cols[k][q] for k, x in weights.items()), Fraction(0)) for q in cols[0]}
    policy = case.scope == "policy"
    chosen = [not policy or (case.rule or case.eff.rule)[t][insert(others, i, k)] == a for k in range(len(own))]
    value = Fraction(0)
    if w["kind"] == "convex-combination":
        _demand(case.ask in ("contingent", "convex-independence"), "a convex combination says nothing about this ask")
        r = own.index(w["type"])
        _demand(r not in weights or weights[r] == 0, "the type itself has weight")
        _demand(min(weights.values()) >= 0 and sum(weights.values()) == 1, "weights are not those of a mixture")
        _demand(mix == cols[r], "the mixture is not the column of the type")
        _demand(chosen[r], "the rule does not take the action at the type")
        sign = [(k, x) for k, x in weights.items()] + [(r, Fraction(-1))]
    else:
        _demand(case.ask in ("vcg-type", "spanning"), "a dependence says nothing about this ask")
        _demand(any(weights.values()), "all weights are zero")
        _demand(not any(mix.values()), "the weighted columns do not cancel")
        _demand(any(chosen), "the rule never takes the action in this block")
        if case.ask == "vcg-type":
            _demand(all(chosen[k] or x >= 0 for k, x in weights.items()), "a negative weight on an inequality")
        sign = list(weights.items())
    if case.ask in BLOCK_ASKS:
        for k, x in sign:
            value += x * case.target(t, i, a, insert(others, i, k))
        _demand(value > 0, f"the targets add to {value}, which contradicts nothing")
        told = number(w["shortfall"])
        _demand(told == value or (model.horizon is None and told == rounded(value)), f"the shortfall is {value}")
        if model.horizon is not None and t == model.horizon - 2 and case.constant is None:
            law: dict[Profile, Fraction] = {}
            for k, x in sign:
                for q, chance in model.periods[t].kernel[a, insert(others, i, k)].items():
                    law[q] = law.get(q, Fraction(0)) + x * chance
            _demand(not any(law.values()), "other payments in the last period change what the weights add up to")
    else:
        _demand(w["shortfall"] is None, "the pure condition has no shortfall")


def _cycle(case: _Case, w: dict[str, Any]) -> None:
    model, t = case.model, len(case.model.periods) - 1
    _demand(case.ask in ("static", *BLOCK_ASKS) and case.constant is None, "a cycle says nothing about this ask")
    _demand(model.horizon is not None and w["period"] == t + 1, "a cycle stands in the last period")
    i = model.agents.index(w["agent"])
    others = _others(model, t, i, w["others"])
    cycle = [model.periods[t].signals[i].index(k) for k in w["cycle"]]
    _demand(len(cycle) >= 2 and len(set(cycle)) == len(cycle), "the signals of the cycle are not distinct")
    rule, u = (case.rule or case.eff.rule)[t], model.periods[t].utility[i]
    total = Fraction(0)
    for k, r in zip(cycle, cycle[1:] + cycle[:1]):
        true, lie = insert(others, i, k), insert(others, i, r)
        total += u[rule[true], true] - u[rule[lie], true]
    _demand(total < 0, f"the cycle's weight is {total}")
    _demand(number(w["shortfall"]) == -total, f"the shortfall is {-total}")


def _named(model: Model, t: int, p: Profile) -> str:
    return "(" + ",".join(own[k] for own, k in zip(model.periods[t].signals, p)) + ")"


def _farkas(case: _Case, w: dict[str, Any]) -> None:
    model = case.model
    _demand(case.ask in BLOCK_ASKS and case.constant is None, "multipliers say nothing about this ask")
    if case.scope == "all":
        _every_action(case, w)
        return
    wishes = Wishes(model, case.transfers, rule=case.rule)
    payoff = {Fraction(1): "residual-claimant", Fraction(0): "no-payoff"}.get(case.share, "equal-shares")
    left = {name: number(y) for name, y in w["multipliers"].items()}
    total: Form = {}
    for head, wish, sign in (("value", "definition", -1), ("pepic", "pepic", 1), (payoff, payoff, 1)):
        for row in wishes.rows(wish):
            t, i, theta = row.place[:3]
            when = "" if model.horizon is None else f"t={t + 1} "
            name = f"{head} {model.agents[i]} {when}{_named(model, t, theta)}"
            if head == "pepic":
                name += f"->{model.periods[t].signals[i][row.place[3][i]]}"
            y = left.pop(name, Fraction(0))
            if y:
                _demand(row.equal or y > 0, f"a negative rate of {name}")
                add(total, row.form, sign * y)
    _demand(not left, f"no rows are called {sorted(left)}")
    short = -total.pop(None, Fraction(0))
    _demand(not any(total.values()), "the rows do not cancel")
    _demand(short > 0 and number(w["shortfall"]) == short, f"the shortfall is {short}")


def _every_action(case: _Case, w: dict[str, Any]) -> None:
    """Multipliers of the rows of scope `all`: E[later + now_T | a, k] against c, and incentives of the last period."""
    model = case.model
    last = len(model.periods) - 1
    assert case.rule is not None
    left = {name: number(y) for name, y in w["multipliers"].items()}
    total: dict[Any, Fraction] = {}
    short = Fraction(0)
    for i, agent in enumerate(model.agents):
        for theta in model.periods[last].profiles():
            u = model.periods[last].utility[i]
            for r in range(len(model.periods[last].signals[i])):
                y = left.pop(f"incentive {agent} t={last + 1} {_named(model, last, theta)}->{model.periods[last].signals[i][r]}", Fraction(0))
                _demand(y >= 0, "a negative rate")
                rho = insert(drop(theta, i), i, r)
                short += y * (u[case.rule[last][rho], theta] - u[case.rule[last][theta], theta])
                add(total, {(i, rho): y}), add(total, {(i, theta): -y})
        period = model.periods[last - 1]
        for (a, theta), law in period.kernel.items():
            for r in range(len(period.signals[i])) if case.ask == "contingent" else [None]:
                said = "" if r is None else f"->{period.signals[i][r]}"
                y = left.pop(f"target {agent} t={last} {_named(model, last - 1, theta)}{said} a={period.actions[a]}", Fraction(0))
                _demand(y >= 0 or r is None or r == theta[i], "a negative rate")
                short += y * case.target(last - 1, i, a, theta)
                for q, x in law.items():
                    add(total, {(i, q): y * x})
                    add(total, {(i, r, a, drop(theta, i), drop(q, i)): y * x})
    _demand(not left, f"no rows are called {sorted(left)}")
    _demand(not any(total.values()), "the rows do not cancel")
    _demand(short > 0 and number(w["shortfall"]) == short, f"the shortfall is {short}")


def problems(instance: dict[str, Any], result: dict[str, Any]) -> list[str]:
    """What is wrong with the witnesses of a negative result; empty when they prove it."""
    try:
        case = _Case(instance, result)
    except (Invalid, KeyError, ValueError, IndexError, TypeError) as error:
        return [f"result: {error}"]
    failures = (result.get("certificate") or {}).get("failures", [])
    found = [] if not failures or failures[0] == result["witness"] else ["the first failure is not the witness"]
    for n, w in enumerate([result["witness"], *failures]):
        try:
            {"cycle": _cycle, "farkas": _farkas}.get(w["kind"], _block)(case, w)
        except (Invalid, KeyError, ValueError, IndexError, TypeError, AssertionError) as error:
            found.append(f"witness {n}: {error}")
    return found
