"""What the dynamic Groves mechanisms share: their assumptions, tested exactly, and their payments (Yoon 2021b, section 2).

With private values let ``Φ_i(θ)`` be any numbers per period. An agent who pays in every period

    ``now^i(θ) = Φ_i(θ) − Σ_{j≠i} u^j(a*(θ), θ^j) − δ E[Φ_i(θ') | a*(θ), θ]``

(positive: the agent pays) has the truthful continuation payoff ``X^i = W − Φ_i``, by telescoping, whatever the environment. ``Φ_i = 0`` is the team
mechanism (Athey and Segal), ``Φ_i = W_{-i}`` the pivot mechanism (Bergemann and Välimäki). If she reports ``r`` at ``θ`` and the truth from then on, she gets

    ``u^i(a,θ) + Σ_{j≠i} u^j(a,ρ) + δ E[W | a,θ] − Φ_i(ρ) + δ (E[Φ_i | a,ρ] − E[Φ_i | a,θ])``,  ``ρ = (r, θ^{-i})``, ``a = a*(ρ)``.

What each theorem needs can be read off this line.

- *Private values*, for every ``Φ``: the others' utilities may not depend on ``θ^i``; then the first three terms are what ``a`` is worth to society at ``θ``, at most ``W(θ)``.
  For the team mechanism, ``Φ = 0``, that is all: any transition will do, correlated or moved by anybody's signal. (What is used is only that ``Σ_{j≠i} u^j(a, ·)`` does not depend on ``θ^i``.)
- For ``Φ ≠ 0`` also ``Φ_i(ρ) = Φ_i(θ)`` and ``E[Φ_i | a,ρ] = E[Φ_i | a,θ]``: ``Φ_i`` looks at ``θ^{-i}`` alone, and *the own signal does not move the others*, ``μ^{-i}(· | a, θ)``
  does not depend on ``θ^i``. Then ``W_{-i}`` depends on ``θ^{-i}`` alone, too. The papers assume more, ``μ = Π_j μ^j(θ'^j | a, θ^j)``; that the next signals are independent
  of each other given ``(a, θ)`` is used nowhere, so a common shock is no reason to refuse. (For the pivot mechanism it is enough that what an action costs the others,
  ``W_{-i}(θ) − Σ_{j≠i} u^j(a,θ^j) − δ E[W_{-i} | a,θ]``, does not depend on ``θ^i``. That also holds, whatever moves whom, if no action moves the next signals: the payments are then
  those of the static pivot mechanism, period by period. ``W_{-i}`` depends on ``θ^i`` there, and the theorem as it stands does not apply.)
"""

from __future__ import annotations

import numpy as np

from mechsynth.beliefs import by_own
from mechsynth.construct.case import Case
from mechsynth.construct.slacks import told
from mechsynth.efficient import efficient_rule, solve_discounted
from mechsynth.mechanism import Table
from mechsynth.rational import IntArray, Rationals, nest

TRANSFERS = "history-independent"


def periods(case: Case) -> range:
    """Return the distinct periods, from 1."""
    return range(1, case.environment.last + 1)


def value_without(case: Case, agent: int) -> list[Rationals]:
    """Return ``W_{-i}`` per distinct period, shape ``(|Θ_t|,)``: what is best for the others when all actions may still be taken."""
    rule = efficient_rule(case.environment.without(agent))
    return [rule.value(t) for t in periods(case)]


def payments(case: Case, agent: int, base: list[Rationals] | None) -> list[Table]:
    """Return ``now^i`` of every distinct period.

    Parameters
    ----------
    base:
        ``Φ_i`` per distinct period, shape ``(|Θ_t|,)``; ``None`` for 0.
    """
    environment = case.environment
    tables = []
    for t, flow in zip(periods(case), enjoyed(case, list(environment.others(agent))), strict=True):
        period = environment.period(t)
        chosen = case.at(t).ravel()
        index = np.arange(chosen.size)
        paid = -flow
        if base is not None:
            paid = paid + base[t - 1]
            if period.transition is not None:
                kernel = period.kernel()
                rows = Rationals(kernel.num[chosen, index], kernel.den)
                following = base[0 if environment.horizon is None else t]
                paid = paid - (rows @ following.reshape(-1, 1)).reshape(-1) * environment.discount
        tables.append(Table(paid.reduce().reshape(*period.shape)))
    return tables


def transfers_of(case: Case, now: list[list[Table]]) -> tuple[dict[str, dict[str, Table]], ...]:
    """Return the transfers of a mechanism from ``now[player][period]``."""
    names = case.environment.player_names
    return tuple({name: {"now": own[t - 1]} for name, own in zip(names, now, strict=True)} for t in periods(case))


def added_up(case: Case, actions: list[IntArray], flow: list[Rationals]) -> list[Rationals]:
    """Return ``E Σ_s δ^{s-t} f_s`` per distinct period, shape ``(|Θ_t|,)``, of a flow per distinct period under a rule given likewise (flat)."""
    environment = case.environment
    result: list[Rationals] = []
    for t in reversed(periods(case)):
        period = environment.period(t)
        value = flow[t - 1]
        if period.transition is not None:
            kernel = period.kernel()
            rows = Rationals(kernel.num[actions[t - 1], np.arange(period.size)], kernel.den)
            if environment.horizon is None:
                value = solve_discounted(rows, value.reshape(-1, 1), environment.discount).reshape(-1)
            else:
                value = value + (rows @ result[-1].reshape(-1, 1)).reshape(-1) * environment.discount
        result.append(value.reduce())
    return result[::-1]


def enjoyed(case: Case, agents: list[int]) -> list[Rationals]:
    """Return per distinct period, shape ``(|Θ_t|,)``, what some agents together enjoy in it under the efficient rule, before any payment."""
    found = []
    for t in periods(case):
        period, chosen = case.environment.period(t), case.at(t).ravel()
        utility = Rationals(period.utilities.num[agents], period.utilities.den).sum(0).reshape(len(period.actions), -1)
        found.append(Rationals(utility.num[chosen, np.arange(chosen.size)], utility.den))
    return found


def worth_of(case: Case, agents: list[int]) -> list[Rationals]:
    """Return the same from every period on, discounted."""
    return added_up(case, [case.at(t).ravel() for t in periods(case)], enjoyed(case, agents))


def own_worth(case: Case, agent: int) -> Rationals:
    """Return ``V_i`` of period 1, shape ``(|Θ_1|,)``: what the agent enjoys under the efficient rule, discounted, before any payment."""
    return worth_of(case, [agent])[0]


def accounts(case: Case, kind: str | None, base: list[list[Rationals] | None]) -> dict[str, dict[str, object]]:
    """Return what the agents end up with, over the first profiles, where the numbers are short enough to be told.

    Parameters
    ----------
    kind:
        ``"without"`` where ``Φ_i`` is ``W_{-i}``, ``"distribution"`` where it is another, ``None`` where it is 0 for everybody.
    base:
        ``Φ_i`` per player and distinct period; ``None`` for 0.

    Returns
    -------
    ``totals``, ``{agent: [θ^1]…[θ^N]}``: ``Z_i = V_i − W + Φ_i``, the expected discounted payments (Yoon 2021b, Definition 1: ``Φ_i − V_{-i}``);
    under the name of the kind, ``Φ_i``, of length 1 on the own axis; and with ``without`` also ``marginal``, ``W − W_{-i}``.
    """
    if not told(case):
        return {}
    environment = case.environment
    shape, surplus = environment.period(1).shape, case.rule.value(1)
    found: dict[str, dict[str, object]] = {"totals": {}}
    if kind is not None:
        found[kind] = {}
    if kind == "without":
        found["marginal"] = {}
    for i, own in zip(environment.players, base, strict=True):
        name = environment.agents[i]
        total = own_worth(case, i) - surplus
        if own is not None:
            total = total + own[0]
        found["totals"][name] = nest(total.reduce().reshape(-1).strings(), shape)
        if kind is not None:
            distribution = Rationals(np.zeros(shape, dtype=np.int64)) if own is None else own[0].reshape(*shape)
            first = tuple(slice(0, 1) if j == i else slice(None) for j in range(len(shape)))
            part = distribution[first].reduce()
            found[kind][name] = nest(part.reshape(-1).strings(), part.shape)
        if kind == "without" and own is not None:
            found["marginal"][name] = nest((surplus - own[0]).reduce().reshape(-1).strings(), shape)
    return found


def by_signal(values: Rationals, agent: int, shape: tuple[int, ...]) -> Rationals:
    """Return values over the profiles as ``(|Θ^i|, |Θ^{-i}|)``."""
    own = by_own(values.num.reshape(1, *shape), agent)[0]
    return Rationals(np.ascontiguousarray(own.T), values.den)
