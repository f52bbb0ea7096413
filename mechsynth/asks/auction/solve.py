"""The contingent-payment auction of Liu 2025 (indirect implementation with auctions): built where condition (2) holds, refuted by multipliers where it does not.

Every bidder bids ``b^i = B z^i``, ``B = 1 + γ (N − 1)``; the lowest bid wins (of several the first action in file order). With ``m`` the lowest of the others' bids over
``B``, the winner ``i`` pays ``B m`` now and ``(N γ / δ) (η^i − m)`` one period later, where ``η^i`` is an index of the others' next bids with

    E[η^i(θ'^{-i}) | θ] = (1/N) Σ_j z^j(θ^j)        (condition (2)).

Then winning is worth ``(γ − 1)(m − z^i)`` to ``i`` whatever it bid, losing 0: no real bid gains, and nobody's later payoffs hang on it, since no action moves a signal.
Finite horizon: nothing follows the last period, so there one action is played without payment (Liu 2025, Corollary 3.3), and what everybody reports there
stands for the next bids of the period before.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from mechsynth.asks.auction import Auction
from mechsynth.asks.auction.indices import index
from mechsynth.construct.bidding import Sale, sales
from mechsynth.construct.case import Case
from mechsynth.errors import TooLargeError
from mechsynth.mechanism import Mechanism, Table
from mechsynth.program.ground import quoted
from mechsynth.rational import Rationals, text
from mechsynth.result import Result, Status
from mechsynth.run import Run

LARGEST = 300_000  # products of profiles and next profiles of the others for which an index is looked for


def answer(ask: Auction, case: Case, run: Run) -> Result:
    """Build the auction, or say by multipliers that there is no index."""
    environment = case.environment
    found = sales(environment)
    assert found is not None
    told, tables = [], []
    for t, one in zip(environment.linked, found, strict=True):
        indices: dict[str, list[Fraction]] = {}
        for i, name in enumerate(environment.agents):
            eta, why = _index(case, found, t, i, run)
            if eta is None:
                return _no(case, ask, t, i, why, one)
            indices[name] = eta
        tables.append(_payments(case, t, one, indices))
        told.append(_told(case, one, indices))
    if environment.horizon is not None:
        tables.append({})
    return Result(
        question=_document(ask, case),
        status=Status.FEASIBLE,
        mechanism=Mechanism(environment, case.actions, tuple(tables)),
        certificate={"ties": case.ties(), "auction": told},
        environment=environment,
    )


def _document(ask: Auction, case: Case) -> dict[str, object]:
    document = ask.document()
    if case.constant is not None:
        document["last-period"] = f"constant:{case.environment.period(case.environment.last).actions[case.constant]}"
    return document


def _index(
    case: Case, found: list[Sale], t: int, i: int, run: Run
) -> tuple[list[Fraction] | None, dict[int, Fraction]]:
    """Return the index for an agent by the others' next signals, or multipliers by profile."""
    environment = case.environment
    now = found[t - 1 if environment.horizon is not None else 0]
    after = t if environment.horizon is None else t + 1
    bids = found[after - 1 if environment.horizon is not None else 0] if after in environment.linked else None
    period, following = environment.period(t), environment.period(after)
    rest = [j for j in range(len(environment.agents)) if j != i]
    outcomes = list(product(*(range(following.shape[j]) for j in rest)))
    if period.size * len(outcomes) > LARGEST:
        problem = f"{period.size} profiles and {len(outcomes)} next signals of the others"
        raise TooLargeError("ask auction", problem, "take a smaller instance")
    kernel = period.kernel()
    sums = kernel.num[0].reshape(period.size, *following.shape).astype(object).sum(axis=1 + i).reshape(period.size, -1)
    # bids tell apart what they tell apart: signals of one number are bid alike
    keys = [o if bids is None else tuple(bids.values[j][k] for j, k in zip(rest, o, strict=True)) for o in outcomes]
    order = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    laws = [[Fraction(0)] * len(order) for _ in range(period.size)]
    for p, row in enumerate(sums.tolist()):
        for key, value in zip(keys, row, strict=True):
            laws[p][order[key]] += Fraction(int(value), kernel.den)
    count = len(environment.agents)
    means = [sum(now.numbers(p), Fraction(0)) / count for p in np.ndindex(*period.shape)]
    numbers: list[Any] = [] if bids is None else [list(key) for key in order]
    eta, why = index(laws, numbers, means, run)
    return (None if eta is None else [eta[order[key]] for key in keys]), why


def _payments(case: Case, t: int, one: Sale, indices: dict[str, list[Fraction]]) -> dict[str, dict[str, Table]]:
    """Return what the winners pay at the bids that are made, as tables."""
    environment = case.environment
    period = environment.period(t)
    following = environment.period(t if environment.horizon is None else t + 1)
    actions, count = case.at(t), len(environment.agents)
    scale, found = count * one.weight / environment.discount, {}
    for i, name in enumerate(environment.agents):
        now, later = [], []
        for p, action in zip(np.ndindex(*period.shape), actions.ravel().tolist(), strict=True):
            wins = one.winner[action] == i
            numbers = one.numbers(p)
            least = min(numbers[:i] + numbers[i + 1 :])
            now.append(one.slope() * least if wins else Fraction(0))
            later += [scale * (eta - least) if wins else Fraction(0) for eta in indices[name]]
        shape = tuple(1 if j == i else length for j, length in enumerate(following.shape))
        found[name] = {
            "now": Table(Rationals.from_fractions(now, period.shape)),
            "later": Table(Rationals.from_fractions(later, (1, *period.shape, *shape))),
        }
    return found


def _told(case: Case, one: Sale, indices: dict[str, list[Fraction]]) -> dict[str, object]:
    agents = case.environment.agents
    return {
        "weight": text(one.weight),
        "numbers": {name: [text(z) for z in own] for name, own in zip(agents, one.values, strict=True)},
        "index": {name: [text(eta) for eta in own] for name, own in indices.items()},
    }


def _no(case: Case, ask: Auction, t: int, i: int, why: dict[int, Fraction], one: Sale) -> Result:
    """Return that no index of the others' next bids has today's mean as its expectation."""
    environment = case.environment
    period = environment.period(t)
    when = "" if environment.horizon is None else f"t={t} "
    profiles = list(product(*period.signals))
    head = f"index {quoted(environment.agents[i])} {when}"
    names = {k: head + "(" + ",".join(quoted(label) for label in profiles[k]) + ")" for k in why}
    places = list(np.ndindex(*period.shape))
    means = [sum(one.numbers(p), Fraction(0)) / len(environment.agents) for p in places]
    short = sum((y * means[k] for k, y in why.items()), Fraction(0))
    return Result(
        question=_document(ask, case),
        status=Status.INFEASIBLE,
        mechanism=Mechanism(environment, case.actions),
        witness={
            "kind": "farkas",
            "conflict": ["index"],
            "multipliers": {names[k]: text(y) for k, y in sorted(why.items())},
            "shortfall": text(short),
        },
        certificate={"ties": case.ties()},
        environment=environment,
    )
