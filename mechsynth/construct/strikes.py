"""One buyer on a grid of first signals: strike prices that higher first signals do not feed on, and cutoffs (after Kakade, Lobel and Nazerzadeh 2011, section 6.1).

KLN's strike lies inside the interval of strikes at which the own first signal buys the same, and a lower strike is worth more to those who say so and have a
higher one. Here the strike of k is the least value served up to k: what k is sold is the same, and lies about x gain least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from mechsynth.construct.virtual import Contract, Stage, States, Virtual
from mechsynth.environment import Environment
from mechsynth.rational import text

Members = dict[States, frozenset[int]]


def cutoffs(virtual: Virtual) -> list[Members]:
    """Return whom to serve: who has a positive weight and a first signal from a cutoff on, for every cutoff, the lowest first."""
    buyer = virtual.secretive.index(True)
    order = sorted(virtual.chains[buyer].first)
    found = []
    for least in [*order, order[-1] + 1]:
        members: Members = {}
        for first in virtual.firsts:
            served = first[buyer] >= least and virtual.alpha(buyer, first[buyer]) > 0
            members[first] = frozenset(i for i in virtual.agents if i != buyer or served)
        found.append(members)
    return found


def strikes(virtual: Virtual, contracts: dict[States, Contract], members: Members) -> dict[States, Contract]:
    """Return the same contracts with strikes: the buyer gets the second action of period 2 if it is worth the strike more than the first action."""
    buyer = virtual.secretive.index(True)
    found: dict[States, Contract] = {}
    strike: Fraction | None = None
    for first in sorted(contracts, key=lambda states: states[buyer]):
        contract = contracts[first]
        if buyer not in members[first]:
            found[first] = contract
            continue
        law = virtual.chains[buyer].law[0][contract.first][first[buyer]]
        served = [
            more(virtual, buyer, states)
            for states in virtual.profiles(2)
            if states[buyer] in law and contract.stages[0].action[states] == 1
        ]
        if served:
            strike = min(served) if strike is None else min(strike, *served)
        found[first] = _struck(virtual, buyer, first, contract, strike)
    return found


def more(virtual: Virtual, buyer: int, states: States) -> Fraction:
    """Return what the second action is worth more to the buyer than the first."""
    return virtual.utility(2, buyer, 1, states[buyer]) - virtual.utility(2, buyer, 0, states[buyer])


def _struck(virtual: Virtual, buyer: int, first: States, contract: Contract, strike: Fraction | None) -> Contract:
    """Return a contract with this strike; none: nothing is sold."""
    action, paid, later = {}, {}, {}
    for states in virtual.profiles(2):
        sold = strike is not None and more(virtual, buyer, states) >= strike
        action[states] = int(sold)
        price = strike if sold and strike is not None else Fraction(0)
        paid[states] = [price if i == buyer else virtual.utility(2, i, int(sold), states[i]) for i in virtual.agents]
        later[states] = virtual.utility(2, buyer, int(sold), states[buyer]) - price
    nothing: dict[States, Fraction] = dict.fromkeys(later, Fraction(0))
    left = virtual.left(first, contract.first, [later if i == buyer else nothing for i in virtual.agents])
    return replace(contract, stages=[Stage(action, paid)], left=left)


def buyers(environment: Environment) -> list[int]:
    """Return who has something to tell in some period."""
    every = range(1, environment.last + 1)
    return [i for i in environment.players if any(len(environment.period(t).signals[i]) > 1 for t in every)]


def one_buyer(environment: Environment) -> bool:
    """Return whether one agent has something to tell, and every later period, of which there is one, has two actions."""
    later = [environment.period(t) for t in range(2, environment.last + 1)]
    return len(buyers(environment)) == 1 and bool(later) and all(len(period.actions) == 2 for period in later)


def menu(environment: Environment, periods: Sequence[Any]) -> list[dict[str, object]]:
    """Return, by first report of the buyer, the fee and per later period the strike: what is paid for the second action more than for the first.

    A strike is ``None`` where one of the two is never taken: nothing is said then of what it would cost.
    """
    (buyer,) = buyers(environment)
    name = environment.agents[buyer]
    found: list[dict[str, object]] = []
    for k, label in enumerate(environment.period(1).signals[buyer]):
        strikes = []
        for period in periods[1:]:
            drawn, paid = _flat(period["allocation"][k]), _flat(period["payments"][name][k])
            by_action: dict[str, set[str]] = {"1": set(), "0": set()}
            for sold, price in zip(drawn[1::2], paid, strict=True):
                by_action[sold].add(price)
            strikes.append(_difference(by_action))
        found.append({"signal": label, "fee": periods[0]["payments"][name][k], "strikes": strikes})
    return found


def _difference(paid: dict[str, set[str]]) -> str | None:
    if len(paid["1"]) != 1 or len(paid["0"]) != 1:
        return None
    return text(Fraction(next(iter(paid["1"]))) - Fraction(next(iter(paid["0"]))))


def _flat(nested: Any) -> list[str]:
    return [leaf for each in nested for leaf in _flat(each)] if isinstance(nested, list) else [nested]
