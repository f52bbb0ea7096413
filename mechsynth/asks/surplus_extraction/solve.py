"""Leave the agents nothing and let them stay all the same (Liu 2014, Proposition 4.1; infinite horizon, utilities not negative).

A lottery ``q`` takes next period, in expectation, what the agent enjoys today: ``δ E[q] = u^i(a,θ)``. To let nobody owe anything, it is paid out as a bonus
``later = q − K ≤ 0`` next period for an entrance fee ``now = δ K`` today, with ``K(a, θ^{-i}) = max |q|`` over the block. Truth is then worth nothing
before the bonus that is due, so after every history, on or off the path, staying is worth ``−later ≥ 0``; and the payments add, in expectation, to the surplus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.asks.surplus_extraction import SurplusExtraction
from mechsynth.beliefs import by_own, used
from mechsynth.construct.aims import Aims, target
from mechsynth.construct.blockwise import construct
from mechsynth.construct.case import Case
from mechsynth.construct.rooms import ROOMS
from mechsynth.mechanism import Table
from mechsynth.rational import IntArray, Rationals, magnitude, scaled, widen
from mechsynth.result import Result
from mechsynth.run import Run


def answer(ask: SurplusExtraction, case: Case, run: Run) -> Result:
    """Decide whether transfers of the class charge every agent what she enjoys, and give them as fees and bonuses.

    An unfinished answer carries ``q`` instead, to go on from.
    """
    environment = case.environment

    def aims(t: int, agent: int) -> Aims:
        return target(case, t, agent, Fraction(0), False)

    def finish(lotteries: Mapping[str, Mapping[str, Table]]) -> Mapping[str, Mapping[str, Table]]:
        return {name: _priced(case, environment.agents.index(name), own) for name, own in lotteries.items()}

    return construct(ask, case, run, ROOMS[ask.transfers], aims, finish)


@dataclass(frozen=True, eq=False)
class Prices:
    """``K(a, θ^{-i})`` of one agent.

    Attributes
    ----------
    common:
        ``(|A|, |Θ^{-i}|)``, over the denominator of the table's entries; 0 where the price is among ``own``.
    own:
        The prices of the blocks whose largest payment has a denominator of its own, by ``(a, θ^{-i})``.
    """

    common: Rationals
    own: Mapping[tuple[int, int], Fraction]

    def at(self, action: int, others: int) -> Fraction:
        """Return one price."""
        found = self.own.get((action, others))
        return self.common.fraction(action, others) if found is None else found


def _priced(case: Case, agent: int, kinds: Mapping[str, Table]) -> dict[str, Table]:
    """Return entrance fee and bonus that are worth the lottery ``q``.

    A table's places are those of what precedes the next reports, ``(a, θ^1, …, θ^N)`` with axes of length 1 where the transfer does not look.
    """
    q = kinds["later"]
    rule = used(case.at(1), agent)  # (|Θ^{-i}|, n)
    count = len(case.environment.agents)
    lead = q.shape[: 1 + count]
    places = by_own(np.arange(int(np.prod(lead))).reshape(lead), agent)  # (a or 1, |Θ^{-i}|, n or 1)
    actions = len(case.environment.period(1).actions)
    # Without an axis for the actions, a place speaks of the one that its report leads to.
    action = np.broadcast_to(np.arange(actions)[:, None, None] if lead[0] == actions else rule[None], places.shape)
    others = np.broadcast_to(np.arange(places.shape[1])[None, :, None], places.shape)
    block: IntArray = np.empty((places.size, 2), dtype=np.int64)
    block[places.ravel()] = np.stack([action.ravel(), others.ravel()], axis=1)
    prices = _prices(q, block, (actions, places.shape[1]))
    return {"now": _fee(case, agent, prices, rule), "later": _bonus(q, block, prices)}


def _prices(q: Table, block: IntArray, shape: tuple[int, int]) -> Prices:
    """Return ``K = max |q|`` of every block; ``block[place]`` is its ``(a, θ^{-i})``."""
    flat = q.entries.num.reshape(block.shape[0], -1)
    largest = np.maximum(flat.max(1), -flat.min(1))
    largest[list(q.rows)] = 0
    common = np.zeros(shape, dtype=largest.dtype)
    np.maximum.at(common, (block[:, 0], block[:, 1]), largest)
    own: dict[tuple[int, int], Fraction] = {}
    for place, lottery in q.rows.items():
        key = (int(block[place, 0]), int(block[place, 1]))
        value = Fraction(magnitude(lottery.num), lottery.den)
        if value > own.get(key, Fraction(int(common[key]), q.entries.den)):
            own[key] = value
    for key in own:
        common[key] = 0
    return Prices(Rationals(common, q.entries.den), own)


def _bonus(q: Table, block: IntArray, prices: Prices) -> Table:
    """Return ``q − K``."""
    flat = q.entries.num.reshape(block.shape[0], -1)
    price = prices.common.num[block[:, 0], block[:, 1]]
    bound = magnitude(flat) + magnitude(price)
    num = widen(flat, bound) - widen(price, bound)[:, None]
    rows: dict[int, Rationals] = {}
    alone = [p for p, key in enumerate(map(tuple, block.tolist())) if p in q.rows or key in prices.own]
    for place in alone:
        lottery = q.rows.get(place, Rationals(flat[place], q.entries.den))
        rows[place] = (lottery - _single(prices.at(*block[place].tolist()))).reduce()
        num[place] = 0
    return Table(Rationals(num.reshape(q.shape), q.entries.den), rows)


def _fee(case: Case, agent: int, prices: Prices, rule: IntArray) -> Table:
    """Return ``δ K(a*(θ), θ^{-i})`` over ``[θ^1]…[θ^N]``."""
    period, delta = case.environment.period(1), case.environment.discount
    others = np.arange(rule.shape[0])[:, None]
    places = by_own(np.arange(period.size).reshape(1, *period.shape), agent)[0]  # (|Θ^{-i}|, n)
    num: IntArray = np.empty(period.size, dtype=prices.common.num.dtype)
    num[places] = prices.common.num[rule, others]
    entries = Rationals(scaled(num, delta.numerator), prices.common.den * delta.denominator)
    rows = {
        int(places[o, k]): _single(delta * prices.own[int(rule[o, k]), o]).reshape(1)
        for o, k in np.ndindex(*rule.shape)
        if (int(rule[o, k]), o) in prices.own
    }
    return Table(entries.reshape(*period.shape), rows)


def _single(value: Fraction) -> Rationals:
    """Return one number as an exact array of length 1, which subtracts from every entry of another."""
    return Rationals.from_fractions([value], (1,))
