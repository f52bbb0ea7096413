"""A budget that balances ex ante: the residual-claimant transfers and a fee in period 1 (Liu 2014, section 3.3).

``η^j(θ_1^j) = −E[Σ_t δ^{t-1} p_t^j | θ_1^j]`` is the subsidy that ``j`` must expect, given her own first signal alone. Everybody else pays an equal part of it in
period 1: ``first^i(θ_1) = 1/(N−1) Σ_{j≠i} η^j(θ_1^j)``. Nobody's own report enters her fee, so truth stays a best reply, and by iterated expectations
the expected discounted sum of all payments is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from mechsynth.asks.ex_ante_balanced import ExAnteBalanced
from mechsynth.construct import residual
from mechsynth.construct.case import Case
from mechsynth.construct.rooms import ROOMS
from mechsynth.efficient import solve_discounted
from mechsynth.environment import stack
from mechsynth.mechanism import Mechanism, Table
from mechsynth.rational import Rationals
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: ExAnteBalanced, case: Case, run: Run) -> Result:
    """Decide whether residual-claimant transfers exist, and give them with the fees that pay for them."""
    environment = case.environment
    result = residual.construct(ask, case, run, ROOMS[ask.transfers], None)
    if result.status is not Status.FEASIBLE:
        return result
    bare = result.mechanism
    assert bare is not None
    assert bare.transfers is not None
    return replace(result, mechanism=Mechanism(environment, bare.actions, _charged(case, bare.transfers)))


def _charged(
    case: Case, transfers: Sequence[Mapping[str, Mapping[str, Table]]]
) -> tuple[Mapping[str, Mapping[str, Table]], ...]:
    """Return the transfers with the fees: added to ``now`` of period 1, or under ``first`` when the horizon is infinite."""
    environment = case.environment
    charged = {name: dict(transfers[0].get(name, {})) for name in environment.player_names}
    paid = expected_payments(case, [kinds.get("now") for kinds in charged.values()])
    for kinds, fee in zip(charged.values(), fees(case, paid), strict=True):
        if environment.horizon is None:
            kinds["first"] = Table(fee)
        else:
            kinds["now"] = Table(fee + kinds["now"].entries if "now" in kinds else fee)
    return (charged, *transfers[1:])


def utilities(case: Case) -> Rationals:
    """Return ``E[Σ_t δ^{t-1} u_t^j(a_t, θ_t) | θ_1]`` under the actions that are played, shape ``(N, |Θ_1|)``."""
    environment = case.environment
    delta = environment.discount
    values = None
    for t in range(environment.last, 0, -1):
        period = environment.period(t)
        chosen = case.at(t).ravel()
        index = np.arange(chosen.size)
        flat = period.utilities.reshape(len(environment.agents), len(period.actions), -1)
        flow = Rationals(flat.num[:, chosen, index], flat.den)
        if period.transition is None:
            values = flow
            continue
        kernel = period.kernel()
        rows = Rationals(kernel.num[chosen, index], kernel.den)
        if values is None:
            values = solve_discounted(rows, flow.transpose(1, 0), delta).transpose(1, 0)
        else:
            values = flow + (rows @ values.transpose(1, 0)).transpose(1, 0) * delta
        values = values.reduce()
    assert values is not None
    return values


def expected_payments(case: Case, now: Sequence[Table | None]) -> Rationals:
    """Return ``E[Σ_t δ^{t-1} p_t^j | θ_1]`` of residual-claimant transfers, shape ``(players, |Θ^1|, …, |Θ^N|)``.

    The agent's payoff is the surplus, so the payments are her utilities less that; with one period they are ``now`` itself.
    """
    environment = case.environment
    shape = environment.period(1).shape
    if environment.horizon == 1:
        zero = Rationals(np.zeros(shape, dtype=np.int64))
        return stack([zero if table is None else table.entries for table in now])
    surplus = case.rule.value(1)
    own = utilities(case)[list(environment.players)]
    return (own - surplus.reshape(1, -1)).reduce().reshape(len(environment.players), *shape)


def fees(case: Case, paid: Rationals) -> list[Rationals]:
    """Return ``first^i`` of every player over ``[θ^1]…[θ^N]``, with length 1 on her own axis.

    Parameters
    ----------
    paid:
        ``E[Σ_t δ^{t-1} p_t^j | θ_1]``, shape ``(players, |Θ^1|, …, |Θ^N|)``.
    """
    environment = case.environment
    prior = environment.prior
    assert prior is not None
    players, axes = environment.players, len(environment.agents)
    count = len(players)
    etas = []
    for place, j in enumerate(players):
        rest = environment.others(j)
        mass = prior.sum(rest)
        weighted = (prior * paid[place]).sum(rest)
        length = mass.shape[0]
        # A signal that never comes needs no subsidy.
        eta = [-weighted.fraction(k) / mass.fraction(k) if mass.num[k] else Fraction(0) for k in range(length)]
        etas.append(Rationals.from_fractions(eta, tuple(length if axis == j else 1 for axis in range(axes))))
    found = []
    for i in range(count):
        total, *more = (each for j, each in enumerate(etas) if j != i)
        for each in more:
            total = total + each
        found.append((total * Fraction(1, count - 1)).reduce())
    balance = sum((_expected(prior, fee) for fee in found), Fraction(0))
    balance += sum((_expected(prior, paid[j]) for j in range(count)), Fraction(0))
    assert balance == 0, "the fees do not pay for the subsidies"
    return found


def _expected(prior: Rationals, values: Rationals) -> Fraction:
    """Return the expectation of values over the first profiles (axes of length 1 are repeated)."""
    return (prior * values).sum(tuple(range(len(prior.shape)))).fraction()
