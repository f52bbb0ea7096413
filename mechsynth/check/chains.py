"""What the shape of exogenous chains proves about lump-sum budgets (``docs/certificates.md``; Yoon 2021a, Theorems 5 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import gcd, lcm, prod
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .exact import Array, Exact
from .model import Model
from .text import Numbers, describe, items, label, number_text, show, table
from .verdict import Ledger, Refuted

_KEYS = ("irreducible", "aperiodic", "absorbing")


def exogenous(model: Model) -> bool:
    """Say whether the horizon is infinite and no action moves the next signals."""
    kernel = model.kernel(0)
    if model.horizon is not None or kernel is None:
        return False
    left = kernel.weights.astype(object) * kernel.den[:1, :, None]
    return bool((left == kernel.weights[:1].astype(object) * kernel.den[:, :, None]).all())


def private(model: Model) -> bool:
    """Say whether nobody's utility depends on another's signal, and nobody's signal moves the others' (exogenous law)."""
    period, kernel = model.period(0), model.kernel(0)
    assert kernel is not None
    for i in range(len(model.agents)):
        for report in range(period.sizes[i]):
            told = period.lie(i, report)
            for j, utility in enumerate(period.utilities):
                if j != i and ((utility[:, told] - utility).num != 0).any():
                    return False
            weights, den = kernel.others(i)[0].astype(object), kernel.den[0]
            if (weights[told] * den[:, None] != weights * den[told][:, None]).any():
                return False
    return True


def best(model: Model, without: int | None = None) -> Exact:
    """Return the largest surplus of a period over the actions, shape ``(profiles,)``; ``without`` an agent's utility."""
    period = model.period(0)
    surplus = period.surplus if without is None else period.surplus - period.utilities[without]
    every = surplus.single("utilities")
    return Exact(every.num.max(axis=0), every.den)


def own_chains(model: Model) -> list[list[list[Fraction]]]:
    """Return every agent's chain; refuse where the law is not their product."""
    period, kernel = model.period(0), model.kernel(0)
    assert kernel is not None
    count = len(model.agents)
    chains = []
    for i in range(count):
        marginal = kernel.marginal(tuple(j == i for j in range(count)))[0]
        first = [int(np.flatnonzero(period.own[i] == k)[0]) for k in range(period.sizes[i])]
        chains.append([[Fraction(int(x), int(kernel.den[0, p])) for x in marginal[p]] for p in first])
    # the product over the chains' own denominators, one row of the law at a time
    dens = [lcm(*(x.denominator for row in chain for x in row)) for chain in chains]
    whole = [
        np.array([[int(x * den) for x in row] for row in chain], dtype=object)
        for chain, den in zip(chains, dens, strict=True)
    ]
    for p in range(period.profiles):
        law = np.array(1, dtype=object)
        for i, chain in enumerate(whole):
            law = law * chain[int(period.own[i][p])][period.own[i]]
        if (law * int(kernel.den[0, p]) != kernel.weights[0, p].astype(object) * prod(dens)).any():
            raise Refuted(f"the signals are no chains of their own: the law at {period.name(p)} is no product")
    return chains


def check_chains(certificate: Mapping[str, Any], model: Model, ledger: Ledger) -> str:
    """Check ``chains`` and ``theorem`` of a certificate; return the statement about patience, empty without a theorem."""
    claimed, theorem = certificate.get("chains"), certificate.get("theorem")
    if claimed is None:
        if theorem is not None:
            raise InputError("certificate.theorem", "stands without certificate.chains", "add them")
        return ""
    at = "certificate.chains"
    table(claimed, at, model.agents)
    ledger.claim(exogenous(model), f"{at}: the horizon is finite, or an action moves the signals")
    chains = own_chains(model)
    true = [_shape(chain) for chain in chains]
    for i, name in enumerate(model.agents):
        place = f"{at}.{show(name)}"
        said = table(claimed[name], place, _KEYS)
        for key in _KEYS[:2]:
            if type(said[key]) is not bool:
                raise InputError(f"{place}.{key}", f"found {describe(said[key])}", "true or false")
            ledger.claim(said[key] == true[i][key], f"{place}: it is not true that {key} is {said[key]}".lower())
        known = model.period(0).signal_index[i]
        absorbing = [label(k, known, f"{place}.absorbing", "signal") for k in items(said["absorbing"], place)]
        ledger.claim(sorted(absorbing) == true[i]["absorbing"], f"{place}: other signals are absorbing")
    if theorem is None:
        return ""
    # W_{-i} depends on the others' signals alone only then
    ledger.claim(private(model), "theorem: values are not private, or an agent's signal moves the others'")
    gains = best(model)
    ledger.claim(bool((gains.num >= 0).all()), "theorem: a surplus below 0 at some profile")
    if theorem == "5":
        ledger.claim(all(t["irreducible"] and t["aperiodic"] for t in true), "theorem 5: not for these chains")
        ledger.claim(bool((gains.num > 0).any()), "theorem 5: no surplus anywhere")
        return (
            " The agents' chains are irreducible and aperiodic and there is something to gain, so for all discount factors "
            "close enough to 1 the budget is positive (Theorem 5)."
        )
    if theorem != "6":
        raise InputError("certificate.theorem", f"found {describe(theorem)}", '"5" or "6"')
    ledger.claim(len(chains) > 1, "theorem 6: it needs two agents")
    starts = _starts(model)
    period = model.period(0)
    for i, name in enumerate(model.agents):
        worst = [k for k in true[i]["absorbing"] if starts[i][k] and not (gains.num[period.own[i] == k] != 0).any()]
        ledger.claim(bool(worst), f"theorem 6: {show(name)} has no absorbing type without surplus that comes")
    ledger.claim(_reached(model, np.flatnonzero(gains.num > 0)), "theorem 6: no surplus is ever reached")
    return (
        " Every agent has an absorbing type that leaves no surplus and comes with positive probability, so for no discount factor "
        "is the budget 0 or more (Theorem 6)."
    )


def _shape(chain: list[list[Fraction]]) -> dict[str, Any]:
    """Return what a chain is, by the lengths of its paths."""
    size = len(chain)
    arrows = [[m for m in range(size) if chain[k][m]] for k in range(size)]
    away = [_distances(arrows, k) for k in range(size)]
    irreducible = all(None not in distances for distances in away)
    period = 0
    if irreducible:
        for k in range(size):
            for m in arrows[k]:
                period = gcd(period, (away[0][k] or 0) + 1 - (away[0][m] or 0))
    absorbing = [k for k in range(size) if arrows[k] == [k]]
    return {"irreducible": irreducible, "aperiodic": irreducible and period == 1, "absorbing": absorbing}


def _distances(arrows: list[list[int]], start: int) -> list[int | None]:
    found: list[int | None] = [None] * len(arrows)
    found[start] = 0
    front, steps = [start], 0
    while front:
        steps += 1
        following = []
        for k in front:
            for m in arrows[k]:
                if found[m] is None:
                    found[m] = steps
                    following.append(m)
        front = following
    return found


def _starts(model: Model) -> list[list[Fraction]]:
    """Return every agent's first distribution; refuse where the prior is not their product."""
    prior, period = model.prior, model.period(0)
    assert prior is not None
    num, den = prior.common("prior")
    starts = [
        [Fraction(int(num[period.own[i] == k].sum()), den) for k in range(size)] for i, size in enumerate(period.sizes)
    ]
    for p in range(period.profiles):
        product = Fraction(1)
        for i, start in enumerate(starts):
            product *= start[int(period.own[i][p])]
        if product != Fraction(int(num[p]), den):
            raise Refuted(f"the first signals are not independent: the prior at {period.name(p)} is no product")
    return starts


def _reached(model: Model, gains: Array) -> bool:
    kernel, prior = model.kernel(0), model.prior
    assert kernel is not None
    assert prior is not None
    arrows = [np.flatnonzero(row).tolist() for row in kernel.weights[0]]
    wanted = set(gains.tolist())
    begun = np.flatnonzero(prior.num.reshape(-1)).tolist()
    return any(steps is not None and q in wanted for p in begun for q, steps in enumerate(_distances(arrows, p)))


def check_star(
    certificate: dict[str, Any], model: Model, surplus: Exact, budget: Fraction, numbers: Numbers, ledger: Ledger
) -> None:
    """Check ``star``: the expected surplus, the least that a type of each agent expects of it, and that they differ by the budget."""
    claimed = certificate.get("star")
    if claimed is None:
        return
    at = "certificate.star"
    table(claimed, at, ("deficit", "fees"))
    fees = table(claimed["fees"], f"{at}.fees", model.agents)
    if len(model.agents) != 2 or not exogenous(model):
        raise InputError(at, "condition (*) is about two agents and signals that nothing moves", "remove it")
    own_chains(model)
    starts = _starts(model)
    period = model.period(0)
    values = [surplus.at(p) for p in range(period.profiles)]
    by: list[list[Fraction]] = [[Fraction(0)] * size for size in period.sizes]
    total = Fraction(0)
    for p, value in enumerate(values):
        k, m = (int(own[p]) for own in period.own)
        by[0][k] += starts[1][m] * value
        by[1][m] += starts[0][k] * value
        total += starts[0][k] * starts[1][m] * value
    ledger.claim(
        numbers.fraction(claimed["deficit"], f"{at}.deficit") == total, f"{at}.deficit: it is {number_text(total)}"
    )
    slack = -total
    for i, name in enumerate(model.agents):
        least = min(value for value, chance in zip(by[i], starts[i], strict=True) if chance)
        said = numbers.fraction(fees[name], f"{at}.fees.{show(name)}")
        ledger.claim(said == least, f"{at}.fees.{show(name)}: it is {number_text(least)}")
        slack += least
    ledger.claim(slack == budget, f"{at}: the fees less the deficit are {number_text(slack)}, not the budget")
