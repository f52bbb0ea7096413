"""Proofs of negative answers, checked in Fractions.

convex-combination: λ ≥ 0 on own signals other than `type`, Σλ = 1, Σ λ_k μ_k = μ_type, shortfall Σ λ_k c_k − c_type.
dependence: η ≠ 0, Σ η_k μ_k = 0, shortfall Σ η_k c_k; in scope `policy` η_k ≥ 0 where the rule takes another action.
cycle: Σ ℓ(k_j, k_{j+1}) = −shortfall < 0 with ℓ(k,r) = u(a*(k),k) − u(a*(r),k) in the last period.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .efficient import Efficient, efficient
from .mechanism import allocation
from .model import Model, Profile, at, drop, insert, marginal, number, read

BLOCK_ASKS = ("contingent", "vcg-type")


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
        self.now = (result.get("certificate") or {}).get("now")
        mechanism = result.get("mechanism")
        self.rule = allocation(self.model, mechanism["allocation"]) if mechanism else None
        if self.rule is not None:
            self._efficient_rule(self.rule)
        if self.now is not None:
            self._now_implements()

    def _efficient_rule(self, rule: list[dict[Profile, int]]) -> None:
        for t, actions in enumerate(rule):
            for p, a in actions.items():
                if self.constant is not None and t == len(rule) - 1:
                    _demand(a == self.constant, "the last period's action is not the constant one")
                else:
                    _demand(a in self.eff.optimal[t][p], f"the rule is not efficient in period {t + 1} at {p}")

    def payment(self, i: int, p: Profile) -> Fraction:
        """p_T^i(θ) out of certificate.now."""
        if self.now is None:
            raise Invalid("certificate.now is needed")
        return number(at(self.now[self.model.agents[i]], p)) if self.model.agents[i] in self.now else Fraction(0)

    def _now_implements(self) -> None:
        period, rule = self.model.periods[-1], (self.rule or self.eff.rule)[-1]
        for i in range(len(self.model.agents)):
            for p in period.profiles():
                for r in range(len(period.signals[i])):
                    rho = insert(drop(p, i), i, r)
                    truth = period.utility[i][rule[p], p] - self.payment(i, p)
                    _demand(truth >= period.utility[i][rule[rho], p] - self.payment(i, rho),
                            f"certificate.now does not implement the last period at {p}, report {rho}")

    def target(self, t: int, i: int, a: int, theta: Profile) -> Fraction:
        """c = −g/δ."""
        model, period = self.model, self.model.periods[t]
        g = sum((u[a, theta] for j, u in enumerate(period.utility) if j != i), Fraction(0))
        if model.horizon is not None and t == model.horizon - 2:
            assert period.kernel is not None and self.rule is not None
            for q, x in period.kernel[a, theta].items():
                kept = model.periods[-1].utility[i][self.rule[-1][q], q]
                kept -= self.payment(i, q) if self.constant is None else 0
                g += model.delta * x * (self.eff.values[-1][q] - kept)
        return -g / model.delta


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
        _demand(number(w["shortfall"]) == value, f"the shortfall is {value}")
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
            (_cycle if w["kind"] == "cycle" else _block)(case, w)
        except (Invalid, KeyError, ValueError, IndexError, TypeError, AssertionError) as error:
            found.append(f"witness {n}: {error}")
    return found
