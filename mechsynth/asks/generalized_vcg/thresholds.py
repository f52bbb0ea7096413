"""Payments that rise where the action changes: equation (4) of Liu 2014 on a finite set, and what Theorem 3.8 asks for it.

Fix an agent ``i``, a period and the others' signals, and let her signals run in the order of the file. With

    ``V^i(a, θ) = u^i(a, θ) + δ E[V^i(θ') | a, θ]``,    ``W(a, θ) = Σ_j u^j(a, θ) + δ E[W(θ') | a, θ]``

(``V^i(θ')`` is her truthful payoff from the next period on, later payments included) equation (4) charges at every threshold ``x``, where the rule turns from ``b`` to ``a``,

    ``step = [W(b, x) − V^i(b, x)] − [W(a, x) − V^i(a, x)] = [V^i(a, x) − V^i(b, x)] − [W(a, x) − W(b, x)]``

more than below it; the lowest signal pays nothing (the paper's sum begins with an action ``a^0`` that it does not define; Remark 3.9 shows what is meant).

On a continuum ``W(a, x) = W(b, x)`` at a threshold, and the step is what ``x`` gains by ``a``. On a finite set ``W(a, x) > W(b, x)`` as a rule, and the step can be below what the next lower signal gains
by ``a``: then (4) itself is not incentive compatible. Any step from the gain of the signal below to the gain of the threshold signal will do as long as the theorem's conditions hold. So the payments here are
(4) wherever (4) works, and else the nearest ones in the order of the signals that keep to all difference constraints ``p(k) − p(r) ≤ V^i(a*(k), k) − V^i(a*(r), k)``; a cycle of
negative weight shows that there are none.

The theorem's conditions, for one order of the actions: ``W`` is single crossing and ``V^i`` has increasing differences in action and own signal. Only the actions count that the rule takes at these signals
of the others, and the order can only be that in which the rule takes them first: if ``W`` prefers ``b`` at one signal and ``a`` at a higher one, no other order makes it single crossing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import lcm
from typing import Any

import numpy as np

from mechsynth.beliefs import beliefs, by_own, used
from mechsynth.construct import witnesses
from mechsynth.construct.case import Case
from mechsynth.efficient import expectation, solve_discounted
from mechsynth.prove.paths import distances, negative_cycle
from mechsynth.rational import IntArray, Rationals, magnitude, text, widen
from mechsynth.result.codec import write


@dataclass(frozen=True, eq=False)
class Stage:
    """One agent in one period, over one denominator.

    Attributes
    ----------
    own, society:
        ``V^i(a, θ)`` and ``W(a, θ)`` at ``[a, θ^{-i}, θ^i]``: integers over ``den``.
    rule:
        The action at ``[θ^{-i}, θ^i]``.
    """

    t: int
    agent: int
    own: IntArray
    society: IntArray
    den: int
    rule: IntArray

    @property
    def losses(self) -> IntArray:
        """``V^i(a*(k), k) − V^i(a*(r), k)`` at ``[θ^{-i}, k, r]``: what the report ``r`` of type ``k`` loses before payments."""
        others, types = np.arange(self.rule.shape[0])[:, None, None], np.arange(self.rule.shape[1])[None, :, None]
        told = self.own[self.rule[:, None, :], others, types]
        return np.asarray(np.einsum("bkk->bk", told)[:, :, None] - told)

    def below(self, worth: IntArray, k: int) -> tuple[IntArray, IntArray]:
        """Return what the action of signal ``k`` is worth more than that of ``k − 1``, at ``k − 1`` and at ``k``, per ``θ^{-i}``."""
        others = np.arange(self.rule.shape[0])
        new, old = self.rule[:, k], self.rule[:, k - 1]
        return (
            np.asarray(worth[new, others, k - 1] - worth[old, others, k - 1]),
            np.asarray(worth[new, others, k] - worth[old, others, k]),
        )

    def formula(self, k: int) -> IntArray:
        """Return the step of (4) from signal ``k − 1`` to ``k``, per ``θ^{-i}``: 0 where the action stays."""
        return np.asarray(self.below(self.own, k)[1] - self.below(self.society, k)[1])


def grid(shape: tuple[int, ...], agent: int) -> IntArray:
    """Return the flat index of every profile at ``[θ^{-i}, θ^i]``."""
    return np.asarray(by_own(np.arange(int(np.prod(shape))).reshape(1, *shape), agent)[0])


def society(case: Case, t: int) -> Rationals:
    """Return ``W(a, θ)``, shape ``(|A|, |Θ|)``."""
    environment = case.environment
    period = environment.period(t)
    total = period.surplus().reshape(len(period.actions), -1)
    if period.transition is None:
        return total
    following = case.rule.value(t if environment.horizon is None else t + 1)
    return (total + expectation(period.kernel(), following) * environment.discount).reduce()


def worth(case: Case, t: int, agent: int, after: Rationals | None) -> Rationals:
    """Return ``V^i(a, θ)``, shape ``(|A|, |Θ|)``, from the payoffs of the next period."""
    environment = case.environment
    period = environment.period(t)
    total = period.utilities[agent].reshape(len(period.actions), -1)
    if period.transition is None or after is None:
        return total
    return (total + expectation(period.kernel(), after) * environment.discount).reduce()


def stage(case: Case, t: int, agent: int, own: Rationals, all_of_us: Rationals) -> Stage:
    """Return an agent's stage from ``V^i(a, θ)`` and ``W(a, θ)``."""
    den = lcm(own.den, all_of_us.den)
    left, right = own.over(den), all_of_us.over(den)
    period = case.environment.period(t)
    # a payment adds up at most two differences of either worth per signal
    bound = 8 * period.shape[agent] * max(magnitude(left), magnitude(right))
    at = grid(period.shape, agent)
    return Stage(t, agent, widen(left, bound)[:, at], widen(right, bound)[:, at], den, used(case.at(t), agent))


def steps(here: Stage) -> tuple[IntArray, int | None]:
    """Return payments over ``den`` at ``[θ^{-i}, θ^i]``: (4) where it works, else the nearest that do; and the first ``θ^{-i}`` where none do."""
    bounds, fine = distances(here.losses)
    if not fine.all():
        return np.zeros_like(here.rule), int(np.flatnonzero(~fine)[0])
    paid = np.zeros(here.rule.shape, dtype=here.own.dtype)
    for k in range(1, here.rule.shape[1]):
        least, most = limits(paid, bounds, k)
        paid[:, k] = np.minimum(np.maximum(paid[:, k - 1] + here.formula(k), least), most)
    return paid, None


def limits(paid: Any, bounds: Any, k: int) -> tuple[Any, Any]:
    """Return the least and the largest payment of signal ``k`` that the payments of the signals below it leave, per ``θ^{-i}``.

    Parameters
    ----------
    bounds:
        ``p(k) − p(r) ≤ bounds[θ^{-i}, k, r]``, implied bounds included: whatever is chosen in between, payments for the signals above exist.
    """
    return (paid[:, :k] - bounds[:, :k, k]).max(1), (paid[:, :k] + bounds[:, k, :k]).min(1)


def holds(here: Stage, paid: IntArray, den: int) -> bool:
    """Return whether payments ``paid/den`` at ``[θ^{-i}, θ^i]`` leave no lie a gain."""
    losses, charged = here.losses.astype(object) * den, paid.astype(object) * here.den
    return not bool((charged[:, :, None] - charged[:, None, :] > losses).any())


def spread(values: IntArray, den: int, agent: int, shape: tuple[int, ...]) -> Rationals:
    """Return ``values/den`` at ``[θ^{-i}, θ^i]`` as an array over ``[θ^1]…[θ^N]``."""
    rest = tuple(length for j, length in enumerate(shape) if j != agent)
    return Rationals(np.moveaxis(values.reshape(*rest, shape[agent]), -1, agent), den).reduce()


def payoffs(case: Case, agent: int, payments: list[Rationals | None]) -> list[Rationals | None]:
    """Return the truthful payoffs ``V^i(θ)`` per distinct period, shape ``(|Θ|,)``, as far back as payments are given."""
    environment = case.environment
    found: list[Rationals | None] = [None] * environment.last
    after: Rationals | None = None
    for t in range(environment.last, 0, -1):
        paid = payments[t - 1]
        if paid is None:
            break
        period = environment.period(t)
        chosen = case.at(t).ravel()
        index = np.arange(chosen.size)
        utility = period.utilities[agent].reshape(len(period.actions), -1)
        flow = Rationals(utility.num[chosen, index], utility.den) - paid.reshape(-1)
        if period.transition is not None:
            kernel = period.kernel()
            rows = Rationals(kernel.num[chosen, index], kernel.den)
            if environment.horizon is None:
                flow = solve_discounted(rows, flow.reshape(-1, 1), environment.discount).reshape(-1)
            elif after is not None:
                flow = flow + (rows @ after.reshape(-1, 1)).reshape(-1) * environment.discount
        after = flow.reduce()
        found[t - 1] = after
    return found


def from_the_lowest(case: Case, agent: int, payments: list[Rationals | None]) -> list[Rationals | None]:
    """Return payments with the same incentives under which the lowest signal pays nothing.

    For any ``g(θ^{-i})``, ``now + g_t(θ^{-i}) − δ E[g_{t+1}(θ'^{-i}) | a*(θ), θ^{-i}]`` lowers the payoff from any period on by ``g`` and changes no incentive, if her signal does not move the others' next
    signals (see `influence`).
    """
    environment = case.environment
    found: list[Rationals | None] = [None] * environment.last
    after: Rationals | None = None
    for t in range(environment.last, 0, -1):
        period = environment.period(t)
        at = grid(period.shape, agent)
        lowest = np.empty(period.size, dtype=np.int64)
        lowest[at] = at[:, :1]
        chosen, index = case.at(t).ravel(), np.arange(period.size)
        given = payments[t - 1]
        assert given is not None
        paid = given.reshape(-1)
        shift = -paid[lowest]
        if period.transition is None:
            change = shift
        else:
            kernel = period.kernel()
            first = Rationals(kernel.num[chosen[lowest], lowest], kernel.den)
            rows = Rationals(kernel.num[chosen, index], kernel.den)
            if environment.horizon is None:
                after = shift = solve_discounted(first, shift.reshape(-1, 1), environment.discount).reshape(-1)
            else:
                assert after is not None
                shift = shift + (first @ after.reshape(-1, 1)).reshape(-1) * environment.discount
            change = shift - (rows @ after.reshape(-1, 1)).reshape(-1) * environment.discount
        found[t - 1] = (paid + change).reduce().reshape(*period.shape)
        after = shift.reduce()
    return found


def influence(case: Case) -> dict[str, object] | None:
    """Return an entry of the kernel that shows an own signal moving the law of the others' next signals; ``None`` where none does."""
    environment = case.environment
    for t in case.linked:
        period = environment.period(t)
        following = environment.period(t if environment.horizon is None else t + 1)
        for agent in environment.players:
            rows = beliefs(environment, t, agent).rows  # (|A|, |Θ^{-i}|, |Θ^i|, |Θ'^{-i}|)
            moved = np.argwhere(rows.num != rows.num[:, :, :1])
            if not moved.size:
                continue
            a, b, k, column = (int(x) for x in moved[0])
            rest, own = environment.others(agent), period.signals[agent]
            reports = list(product(*(following.signals[j] for j in rest)))[column]
            return {
                **case.block_key(t, agent, a, b),
                "signals": [own[0], own[k]],
                "next": {environment.agents[j]: label for j, label in zip(rest, reports, strict=True)},
                "probabilities": [text(rows.fraction(a, b, at, column)) for at in (0, k)],
            }
    return None


# -- what is told ---------------------------------------------------------------------------------------------------


def cycle(case: Case, here: Stage, others: int) -> dict[str, object]:
    """Return the chain of lies whose gains add up to more than zero, the payoffs from the next period on included."""
    losses = here.losses[others]
    found = negative_cycle(losses)

    def weight(order: list[int]) -> int:
        return sum(int(losses[k, r]) for k, r in zip(order, order[1:] + order[:1], strict=True))

    if weight(found) >= 0:  # networkx follows its edges the other way round
        found = found[::-1]
    assert weight(found) < 0, "the search for a negative cycle returned none"
    gap = Fraction(-weight(found), here.den)
    return dict(write(witnesses.cycle(case, witnesses.Place(here.t, here.agent, 0, others), found, gap)))


def _place(case: Case, here: Stage, others: int) -> dict[str, object]:
    key: dict[str, object] = dict(case.block_key(here.t, here.agent, 0, others))
    del key["action"]
    return key


def _order(here: Stage, others: int) -> list[int]:
    """Return the actions that the rule takes at these signals of the others, in the order of the lowest signals that lead to them."""
    return list(dict.fromkeys(here.rule[others].tolist()))


def violations(case: Case, here: Stage) -> list[dict[str, object]]:
    """Return where the two conditions of the theorem fail most: at most one record each.

    ``actions``: the lower and the higher one in the order of the rule; ``signals``: the lower and the higher one; ``differences``: what the higher action is worth more than the lower one at these
    signals, to society or to the agent.
    """
    worst: dict[str, tuple[int, int, int, int, int, int]] = {}
    for b in range(here.rule.shape[0]):
        for low, high in combinations(_order(here, b), 2):
            for kind, worths in (("single-crossing", here.society), ("increasing-differences", here.own)):
                gap = [int(x) for x in worths[high, b] - worths[low, b]]
                ranks = gap if kind == "increasing-differences" else [(x > 0) - (x < 0) for x in gap]
                for k, r in combinations(range(len(gap)), 2):
                    if ranks[k] > ranks[r] and (kind not in worst or gap[k] - gap[r] > worst[kind][0]):
                        worst[kind] = (gap[k] - gap[r], b, low, high, k, r)
    period = case.environment.period(here.t)
    records = []
    for kind, worths in (("single-crossing", here.society), ("increasing-differences", here.own)):
        if kind not in worst:
            continue
        _, b, low, high, k, r = worst[kind]
        own = period.signals[here.agent]
        records.append(
            {
                "kind": kind,
                **_place(case, here, b),
                "actions": [period.actions[low], period.actions[high]],
                "signals": [own[k], own[r]],
                "differences": [
                    text(Fraction(int(worths[high, b, at] - worths[low, b, at]), here.den)) for at in (k, r)
                ],
            }
        )
    return records


def thresholds(case: Case, here: Stage, paid: Rationals) -> Iterator[dict[str, object]]:
    """Yield every signal at which the action changes: the step that is charged, that of (4), and the gains between which it must lie.

    Parameters
    ----------
    paid:
        The agent's payments in this period over ``[θ^1]…[θ^N]``.
    """
    period = case.environment.period(here.t)
    own = period.signals[here.agent]
    charged = Rationals(by_own(paid.num[None], here.agent)[0], paid.den)
    for b, k in np.argwhere(here.rule[:, 1:] != here.rule[:, :-1]).tolist():
        least, most = (Fraction(int(gain[b]), here.den) for gain in here.below(here.own, k + 1))
        yield {
            **_place(case, here, b),
            "signal": own[k + 1],
            "actions": [period.actions[here.rule[b, k]], period.actions[here.rule[b, k + 1]]],
            "step": text(charged.fraction(b, k + 1) - charged.fraction(b, k)),
            "formula": text(Fraction(int(here.formula(k + 1)[b]), here.den)),
            "least": text(least),
            "most": text(most),
        }
