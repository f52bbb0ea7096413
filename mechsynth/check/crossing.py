r"""What the steps of ``generalized-vcg`` are made of, and the conditions of its theorem (``docs/certificates.md``).

For agent :math:`i`, with :math:`X` her truthful payoffs (the payments of the later periods included) and :math:`W` the social surplus,

.. math:: V^i(a, θ) = u^i(a, θ) + δ E[X^i(θ') | a, θ], \qquad W(a, θ) = \sum_j u^j(a, θ) + δ E[W(θ') | a, θ].

The actions that the rule takes at given signals of the others are ordered by the lowest own signal that leads to them. :math:`W` is *single crossing* if the sign of
:math:`W(a, ·) - W(b, ·)` never falls as the own signal rises, :math:`V^i` has *increasing differences* if :math:`V^i(a, ·) - V^i(b, ·)` itself never does, for all :math:`b` before :math:`a`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from mechsynth.errors import InputError

from .blocks import profiles_of_blocks
from .envelope import Claim
from .exact import Array, Exact
from .mechanism import read_entry, read_others
from .model import Model
from .text import describe, items, label, show
from .values import Values
from .verdict import Ledger, Refuted, equal

_KINDS = ("single-crossing", "increasing-differences")


def check_influence(claim: Claim, model: Model, ledger: Ledger) -> None:
    """Check ``certificate.influence``: an own signal that moves the law of the others' next signals."""
    entry = claim.certificate.get("influence")
    if entry is None:
        return
    at = "certificate.influence"
    t = read_entry(entry, model, at, ("agent", "action", "others", "signals", "next", "probabilities"))
    kernel = model.kernel(t)
    if kernel is None:
        raise InputError(f"{at}.period", "nothing comes after this period", "name an earlier one")
    period = model.period(t)
    agent = label(entry["agent"], model.player_index, f"{at}.agent", "agent")
    action = label(entry["action"], period.action_index, f"{at}.action", "action of this period")
    members = profiles_of_blocks(model, t, agent)[read_others(entry["others"], agent, model, t, f"{at}.others")]
    pair = members[list(_pair(entry["signals"], period.signal_index[agent], f"{at}.signals", "own signal"))]
    column = read_others(entry["next"], agent, model, model.following(t), f"{at}.next")
    weights = kernel.others(agent)
    true = [Fraction(int(weights[action, p, column]), int(kernel.den[action, p])) for p in pair]
    said = items(entry["probabilities"], f"{at}.probabilities")
    if len(said) != 2:
        raise InputError(f"{at}.probabilities", f"found {describe(said)}", "two numbers")
    for value, probability in zip(said, true, strict=True):
        equal(claim.numbers.fraction(value, f"{at}.probabilities"), probability, at, ledger)
    ledger.claim(true[0] != true[1], f"{at}: the probabilities are the same")


class Worths:
    """What actions are worth to an agent and to society, computed when asked for.

    Parameters
    ----------
    after:
        Per agent the truthful payoffs of every period; None where they are not known.
    """

    def __init__(
        self, model: Model, rule: Sequence[Array], values: Values, after: dict[int, Sequence[Exact | None]]
    ) -> None:
        self.model, self.rule, self.values, self.after = model, rule, values, after
        self._known: dict[tuple[int, int | None], tuple[Array, int]] = {}

    def of(self, t: int, agent: int | None) -> tuple[Array, int]:
        """Return ``V^i(a, θ)``, or ``W(a, θ)`` where ``agent`` is None: integers ``(actions, profiles)`` over one denominator."""
        if (t, agent) not in self._known:
            period, payoff = self.model.period(t), None
            if self.model.kernel(t) is not None:
                then = self.model.following(t)
                payoff = self.values.exact(then) if agent is None else self.after[agent][then]
                assert payoff is not None
            flow = period.surplus if agent is None else period.utilities[agent]
            self._known[t, agent] = self.model.worth(t, flow, payoff).common("values")
        return self._known[t, agent]

    def gap(self, t: int, agent: int | None, low: int, high: int, members: Array) -> list[Fraction]:
        """Return what action ``high`` is worth more than ``low`` at some profiles."""
        num, den = self.of(t, agent)
        return [Fraction(int(num[high, p]) - int(num[low, p]), den) for p in members]

    def order(self, t: int, members: Array) -> list[int]:
        """Return the actions that the rule takes at some profiles, in the order in which it does."""
        return list(dict.fromkeys(int(a) for a in self.rule[t][members]))


def _falls(kind: str, lower: Fraction, higher: Fraction) -> bool:
    """Return whether differences at a lower and a higher own signal violate a condition."""
    if kind == "increasing-differences":
        return lower > higher
    return (lower > 0) - (lower < 0) > (higher > 0) - (higher < 0)


def _failing(worths: Worths) -> Iterator[tuple[int, int, str]]:
    """Yield every period, agent and condition that fails."""
    model = worths.model
    for t in range(model.count):
        for agent in model.players:
            left = set(_KINDS)
            for members in profiles_of_blocks(model, t, agent):
                order = worths.order(t, members)
                for low, high in ((b, a) for k, b in enumerate(order) for a in order[k + 1 :]):
                    for kind in sorted(left):
                        gaps = worths.gap(t, None if kind == "single-crossing" else agent, low, high, members)
                        if any(_falls(kind, gaps[k], gaps[k + 1]) for k in range(len(gaps) - 1)):
                            left.discard(kind)
                            yield t, agent, kind


def check_conditions(claim: Claim, worths: Worths, ledger: Ledger) -> str:
    """Check that ``certificate.violations`` names exactly the periods, agents and conditions that fail; return the end of the statement."""
    if claim.certificate.get("violations") is None:
        return ""
    listed = check_violations(claim, worths, ledger)
    failing = set(_failing(worths))
    for t, agent, kind in sorted(failing ^ listed):
        who = f"{show(worths.model.agents[agent])}{worths.model.when(t)}"
        ledger.claim(False, f"certificate.violations: {kind} fails for {who}, and is not listed")
    ledger.rows += 1
    if failing:
        return "; the conditions of Theorem 3.8 do not all hold (certificate.violations)"
    return (
        "; at all signals of the others, in the order in which the rule takes its actions as the own signal rises, the social surplus is single crossing and "
        "the agent's payoff has increasing differences"
    )


def check_violations(claim: Claim, worths: Worths, ledger: Ledger) -> set[tuple[int, int, str]]:
    """Check every entry of ``certificate.violations``; return the period, agent and condition of each."""
    model, seen = worths.model, set()
    for k, entry in enumerate(items(claim.certificate["violations"], "certificate.violations")):
        at = f"certificate.violations[{k}]"
        keys = ("kind", "agent", "others", "actions", "signals", "differences")
        t = read_entry(entry, model, at, keys)
        kind = entry["kind"]
        if not isinstance(kind, str) or kind not in _KINDS:
            raise InputError(f"{at}.kind", f"found {describe(kind)}", f"one of {', '.join(_KINDS)}")
        agent = label(entry["agent"], model.player_index, f"{at}.agent", "agent")
        if (t, agent, kind) in seen:
            raise InputError(at, f"{kind} of this agent and period stands twice", "keep one")
        seen.add((t, agent, kind))
        if kind == "increasing-differences" and not _known(worths, t, agent):
            raise Refuted(f"{at}: the payoffs of {show(model.agents[agent])}{model.when(t)} are not known")
        period = model.period(t)
        members = profiles_of_blocks(model, t, agent)[read_others(entry["others"], agent, model, t, f"{at}.others")]
        low, high = _pair(entry["actions"], period.action_index, f"{at}.actions", "action")
        lower, upper = _pair(entry["signals"], period.signal_index[agent], f"{at}.signals", "own signal")
        order = worths.order(t, members)
        words = f"{at} ({kind} of {show(model.agents[agent])}{model.when(t)})"
        ledger.claim(
            low in order and high in order and order.index(low) < order.index(high),
            f"{words}: the rule does not take {show(period.actions[low])} at a lower own signal than {show(period.actions[high])}",
        )
        ledger.claim(lower < upper, f"{words}: the signals are not in their order")
        gaps = worths.gap(t, None if kind == "single-crossing" else agent, low, high, members[[lower, upper]])
        said = items(entry["differences"], f"{at}.differences")
        if len(said) != 2:
            raise InputError(f"{at}.differences", f"found {describe(said)}", "two numbers")
        for place, (value, gap) in enumerate(zip(said, gaps, strict=True)):
            equal(claim.numbers.fraction(value, f"{at}.differences[{place}]"), gap, f"{words}: difference", ledger)
        ledger.claim(_falls(kind, *gaps), f"{words}: the difference does not fall")
    return seen


def _known(worths: Worths, t: int, agent: int) -> bool:
    payoffs = worths.after.get(agent)
    return worths.model.kernel(t) is None or (payoffs is not None and payoffs[worths.model.following(t)] is not None)


def _pair(value: object, known: dict[str, int], at: str, what: str) -> tuple[int, int]:
    found = [label(entry, known, at, what) for entry in items(value, at)]
    if len(found) != 2:
        raise InputError(at, f"{len(found)} entries", "name two")
    return found[0], found[1]


def check_thresholds(claim: Claim, worths: Worths, charged: list[list[Exact]], ledger: Ledger) -> None:
    """Check that ``certificate.thresholds`` lists every change of the action, with the true numbers."""
    model, left = worths.model, set()
    for t in range(model.count):
        for agent in model.players:
            for b, members in enumerate(profiles_of_blocks(model, t, agent)):
                chosen = worths.rule[t][members]
                left |= {(t, agent, b, k + 1) for k in np.flatnonzero(chosen[1:] != chosen[:-1]).tolist()}
    for place, entry in enumerate(items(claim.certificate["thresholds"], "certificate.thresholds")):
        at = f"certificate.thresholds[{place}]"
        t = read_entry(entry, model, at, ("agent", "others", "signal", "actions", "step", "formula", "least", "most"))
        agent = label(entry["agent"], model.player_index, f"{at}.agent", "agent")
        period = model.period(t)
        b = read_others(entry["others"], agent, model, t, f"{at}.others")
        k = label(entry["signal"], period.signal_index[agent], f"{at}.signal", "own signal")
        ledger.claim((t, agent, b, k) in left, f"{at}: the action does not change here, or it is listed before")
        left.discard((t, agent, b, k))
        pair = profiles_of_blocks(model, t, agent)[b][[k - 1, k]]
        old, new = (int(a) for a in worths.rule[t][pair])
        ledger.claim(
            _pair(entry["actions"], period.action_index, f"{at}.actions", "action") == (old, new),
            f"{at}: the rule turns from {show(period.actions[old])} to {show(period.actions[new])}",
        )
        gains = worths.gap(t, agent, old, new, pair)
        paid = charged[t][agent]
        true = {
            "step": paid.at(int(pair[1])) - paid.at(int(pair[0])),
            "formula": gains[1] - worths.gap(t, None, old, new, pair)[1],
            "least": gains[0],
            "most": gains[1],
        }
        for key, value in true.items():
            equal(claim.numbers.fraction(entry[key], f"{at}.{key}"), value, f"{at}: {key}", ledger)
    ledger.claim(not left, f"certificate.thresholds leaves out {len(left)} changes of the action")
