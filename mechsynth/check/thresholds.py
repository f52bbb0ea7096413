r"""``generalized-vcg`` (``docs/certificates.md``): payments now, by the action that the report leads to.

For agent :math:`i`, with :math:`X` her truthful payoffs (the payments of the later periods included) and :math:`W` the social surplus,

.. math:: V^i(a, θ) = u^i(a, θ) + δ E[X^i(θ') | a, θ], \qquad W(a, θ) = \sum_j u^j(a, θ) + δ E[W(θ') | a, θ].

The actions that the rule takes at given signals of the others are ordered by the lowest own signal that leads to them. :math:`W` is *single crossing* if the sign of
:math:`W(a, ·) - W(b, ·)` never falls as the own signal rises, :math:`V^i` has *increasing differences* if :math:`V^i(a, ·) - V^i(b, ·)` itself never does, for all :math:`b` before :math:`a`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from . import synthesis
from .blocks import others_name, profiles_of_blocks
from .envelope import Claim
from .evaluation import evaluate_mechanism
from .exact import Array, Exact
from .mechanism import read_now, read_others, read_period, read_transfers
from .model import Model
from .text import describe, items, label, number_text, show, table
from .values import Values, fixed_point
from .verdict import Ledger, Refuted, equal

_KINDS = ("single-crossing", "increasing-differences")
_RULE = "; this is about the rule listed, and other efficient rules, if there are ties, are not tried."


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer about an efficient rule; return the statement that is proved."""
    _influence(claim, model, ledger)
    if claim.status == "infeasible":
        return _infeasible(claim, model, rule, values, ledger)
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    for agents in paid:
        for agent, payments in enumerate(agents):
            who = f"payments of {show(model.agents[agent])}"
            if payments.later is not None:
                raise Refuted(f"{who}: a payment later does not belong to {claim.ask}")
            if payments.first is not None:
                raise Refuted(f"{who}: a payment at the start only does not belong to {claim.ask}")
    found = evaluate_mechanism(model, rule, paid, values)
    ledger.rows += found.rows
    if found.least is not None:
        ledger.claim(found.least.slack >= 0, f"{found.least}: slack {number_text(found.least.slack)} < 0")
    after = [[payoffs[agent] for payoffs in found.facts.payoffs] for agent in range(len(model.agents))]
    worths = _Worths(model, rule, values, dict(enumerate(after)))
    conditions = _conditions(claim, worths, ledger)
    if claim.certificate.get("thresholds") is not None:
        charged = [[own.now_at(model.period(t).sizes) for own in agents] for t, agents in enumerate(paid)]
        _thresholds(claim, worths, charged, ledger)
    return (
        "With the payments listed, which look at the reports of their own period alone, truth is periodic ex post incentive compatible after every "
        f"history under the rule listed, which is efficient{conditions}."
    )


def _influence(claim: Claim, model: Model, ledger: Ledger) -> None:
    """Check ``certificate.influence``: an own signal that moves the law of the others' next signals."""
    entry = claim.certificate.get("influence")
    if entry is None:
        return
    at = "certificate.influence"
    keys = ("agent", "action", "others", "signals", "next", "probabilities")
    table(entry, at, keys if model.horizon is None else ("period", *keys))
    t = read_period(entry, model, at)
    kernel = model.kernel(t)
    if kernel is None:
        raise InputError(f"{at}.period", "nothing comes after this period", "name an earlier one")
    period = model.period(t)
    agent = label(entry["agent"], model.agent_index, f"{at}.agent", "agent")
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


class _Worths:
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
            period, kernel = self.model.period(t), self.model.kernel(t)
            worth = period.surplus if agent is None else period.utilities[agent]
            if kernel is not None:
                then = self.model.following(t)
                payoff = self.values.exact(then) if agent is None else self.after[agent][then]
                assert payoff is not None
                worth = worth + kernel.expect(*payoff.common("payoffs")).times(self.model.discount)
            self._known[t, agent] = worth.common("values")
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


def _failing(worths: _Worths) -> Iterator[tuple[int, int, str]]:
    """Yield every period, agent and condition that fails."""
    model = worths.model
    for t in range(model.count):
        for agent in range(len(model.agents)):
            left = set(_KINDS)
            for members in profiles_of_blocks(model, t, agent):
                order = worths.order(t, members)
                for low, high in ((b, a) for k, b in enumerate(order) for a in order[k + 1 :]):
                    for kind in sorted(left):
                        gaps = worths.gap(t, None if kind == "single-crossing" else agent, low, high, members)
                        if any(_falls(kind, gaps[k], gaps[k + 1]) for k in range(len(gaps) - 1)):
                            left.discard(kind)
                            yield t, agent, kind


def _conditions(claim: Claim, worths: _Worths, ledger: Ledger) -> str:
    """Check that ``certificate.violations`` names exactly the periods, agents and conditions that fail; return the end of the statement."""
    if claim.certificate.get("violations") is None:
        return ""
    listed = _violations(claim, worths, ledger)
    failing = set(_failing(worths))
    for t, agent, kind in sorted(failing ^ listed):
        who = f"{show(worths.model.agents[agent])}{worths.model.when(t)}"
        ledger.claim(False, f"certificate.violations: {kind} fails for {who}, and is not listed")
    ledger.claim(True, "")
    if failing:
        return "; the conditions of Theorem 3.8 do not all hold (certificate.violations)"
    return (
        "; at all signals of the others, in the order in which the rule takes its actions as the own signal rises, the social surplus is single crossing and "
        "the agent's payoff has increasing differences"
    )


def _violations(claim: Claim, worths: _Worths, ledger: Ledger) -> set[tuple[int, int, str]]:
    """Check every entry of ``certificate.violations``; return the period, agent and condition of each."""
    model, seen = worths.model, set()
    for k, entry in enumerate(items(claim.certificate["violations"], "certificate.violations")):
        at = f"certificate.violations[{k}]"
        keys = ("kind", "agent", "others", "actions", "signals", "differences")
        table(entry, at, keys if model.horizon is None else ("period", *keys))
        kind = entry["kind"]
        if not isinstance(kind, str) or kind not in _KINDS:
            raise InputError(f"{at}.kind", f"found {describe(kind)}", f"one of {', '.join(_KINDS)}")
        t = read_period(entry, model, at)
        agent = label(entry["agent"], model.agent_index, f"{at}.agent", "agent")
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


def _known(worths: _Worths, t: int, agent: int) -> bool:
    payoffs = worths.after.get(agent)
    return worths.model.kernel(t) is None or (payoffs is not None and payoffs[worths.model.following(t)] is not None)


def _pair(value: object, known: dict[str, int], at: str, what: str) -> tuple[int, int]:
    found = [label(entry, known, at, what) for entry in items(value, at)]
    if len(found) != 2:
        raise InputError(at, f"{len(found)} entries", "name two")
    return found[0], found[1]


def _thresholds(claim: Claim, worths: _Worths, charged: list[list[Exact]], ledger: Ledger) -> None:
    """Check that ``certificate.thresholds`` lists every change of the action, with the true numbers."""
    model, left = worths.model, set()
    for t in range(model.count):
        for agent in range(len(model.agents)):
            for b, members in enumerate(profiles_of_blocks(model, t, agent)):
                chosen = worths.rule[t][members]
                left |= {(t, agent, b, k + 1) for k in np.flatnonzero(chosen[1:] != chosen[:-1]).tolist()}
    for place, entry in enumerate(items(claim.certificate["thresholds"], "certificate.thresholds")):
        at = f"certificate.thresholds[{place}]"
        keys = ("agent", "others", "signal", "actions", "step", "formula", "least", "most")
        table(entry, at, keys if model.horizon is None else ("period", *keys))
        t = read_period(entry, model, at)
        agent = label(entry["agent"], model.agent_index, f"{at}.agent", "agent")
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


# -- negative answers -----------------------------------------------------------------------------------------------


def _infeasible(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check a negative answer: a cycle of lies under given later payments, or multipliers of the program of all payments."""
    kind = claim.witness.get("kind") if isinstance(claim.witness, dict) else None
    if kind == "farkas":
        if claim.certificate.get("farkas") is not None:
            raise InputError("certificate.farkas", "the witness says it", "remove it")
        now = _read_later(claim, model, None)
        worths = _Worths(model, rule, values, _payoffs(model, rule, now))
        if claim.certificate.get("violations") is not None:
            _violations(claim, worths, ledger)
        return synthesis.judge(claim, model, rule, values, ledger)
    if kind != "cycle":
        raise InputError("witness.kind", f"found {describe(kind)}", "cycle or farkas")
    if model.horizon is None:
        raise Refuted("a cycle under given later payments proves nothing about stationary ones")
    entry = table(claim.witness, "witness", ("kind", "agent", "period", "others", "cycle", "shortfall"))
    t = read_period(entry, model, "witness")
    agent = label(entry["agent"], model.agent_index, "witness.agent", "agent")
    now = _read_later(claim, model, agent)
    for s, paid in enumerate(now.get(agent, [])):
        if s <= t and paid is not None:
            raise InputError(
                f"certificate.now[{s}]", f"payments of period {s + 1}, not after period {t + 1}", "remove it"
            )
    later: list[Exact | None] = [
        None if s <= t else paid or Exact.constant(Fraction(0), (model.period(s).profiles,))
        for s, paid in enumerate(now.get(agent, [None] * model.count))
    ]
    worths = _Worths(model, rule, values, _payoffs(model, rule, {agent: later}))
    for s in range(t + 1, model.count):
        paid = later[s]
        assert paid is not None
        _best_reply(worths, s, agent, paid, ledger)
    words = _cycle(claim, entry, worths, t, agent, ledger)
    if claim.certificate.get("violations") is not None:
        _violations(claim, worths, ledger)
    if claim.certificate.get("farkas") is not None:
        strong = replace(claim, witness=claim.certificate["farkas"])
        return f"{synthesis.judge(strong, model, rule, values, ledger)} A chain of lies shows where: {words}."
    if t == model.count - 1:
        return f"No payments whatever make truth an ex post equilibrium of the last period under the rule listed ({words}){_RULE}"
    same = ""
    if not _moves_others(model, t, agent):
        same = " (or any that leave her the same payoff from then on, up to an amount that the others' signals decide)"
    return (
        f"Given the payments of {show(model.agents[agent])} in the later periods that stand in the certificate{same}, no payments on the reports of "
        f"period {t + 1} make truth a best reply there ({words}); other later payments are not tried{_RULE}"
    )


def _read_later(claim: Claim, model: Model, agent: int | None) -> dict[int, list[Exact | None]]:
    """Return ``certificate.now`` per agent and period; with ``agent`` it may be of this agent alone."""
    value = claim.certificate.get("now")
    if value is None:
        return {}
    periods = [value] if model.horizon is None else items(value, "certificate.now")
    if len(periods) != model.count:
        raise InputError("certificate.now", f"{len(periods)} entries", f"one object a period: {model.count}")
    found: dict[int, list[Exact | None]] = {}
    for t, entry in enumerate(periods):
        at = "certificate.now" if model.horizon is None else f"certificate.now[{t}]"
        if not isinstance(entry, dict):
            raise InputError(at, f"expected an object, found {describe(entry)}", "write {agent: TABLE}")
        for name, tables in entry.items():
            i = label(name, model.agent_index, at, "agent")
            if agent not in (None, i):
                raise InputError(at, f"payments of {show(name)}", "give those of the agent of the witness")
            period = model.period(t)
            paid = read_now(tables, model, t, claim.numbers, f"{at}.{show(name)}")
            own = found.setdefault(i, [None] * model.count)
            own[t] = paid.broadcast(period.sizes).reshape(period.profiles)
    return found


def _payoffs(
    model: Model, rule: Sequence[Array], now: dict[int, list[Exact | None]]
) -> dict[int, Sequence[Exact | None]]:
    """Return the truthful payoffs under payments now, as far back from the end as they are given."""
    result: dict[int, Sequence[Exact | None]] = {}
    for agent, payments in now.items():
        found: list[Exact | None] = [None] * model.count
        for t in range(model.count - 1, -1, -1):
            paid, period, kernel = payments[t], model.period(t), model.kernel(t)
            if paid is None:
                break
            rows = (rule[t], np.arange(period.profiles))
            flow = period.utilities[agent][rows] - paid
            if model.horizon is None:
                found[t] = fixed_point(model, rule[t], flow)
                break
            if kernel is not None:
                after = found[t + 1]
                assert after is not None
                flow = flow + kernel.expect(*after.common("payoffs"))[rows].times(model.discount)
            num, den = flow.common("payoffs")
            found[t] = Exact(num, np.array(den, dtype=object))
        result[agent] = found
    return result


def _best_reply(worths: _Worths, t: int, agent: int, paid: Exact, ledger: Ledger) -> None:
    """Ask that the payments of a later period make truth a best reply there: else nobody would get the payoffs computed with them."""
    model = worths.model
    period, (num, den) = model.period(t), worths.of(t, agent)
    every = np.arange(period.profiles)
    worth = Exact(num, np.array(den, dtype=object))
    truth = worth[worths.rule[t], every] - paid
    for report in range(period.sizes[agent]):
        told = period.lie(agent, report)
        slack = truth - (worth[worths.rule[t][told], every] - paid[told])
        name = f"certificate.now, incentive of {show(model.agents[agent])}{model.when(t)} reporting {show(period.signals[agent][report])}"
        ledger.not_negative(slack, lambda index, name=name: f"{name} at {period.name(index[0])}")  # type: ignore[misc]


def _cycle(claim: Claim, entry: dict[str, Any], worths: _Worths, t: int, agent: int, ledger: Ledger) -> str:
    """Ask that the gains of a chain of lies add up to more than zero; return its place in words."""
    model = worths.model
    period = model.period(t)
    others = read_others(entry["others"], agent, model, t, "witness.others")
    chain = [
        label(signal, period.signal_index[agent], "witness.cycle", "own signal")
        for signal in items(entry["cycle"], "witness.cycle")
    ]
    if len(chain) < 2 or len(set(chain)) != len(chain):
        raise InputError("witness.cycle", "not a cycle of distinct signals", "name at least two, each once")
    members = profiles_of_blocks(model, t, agent)[others]
    total = Fraction(0)
    for k, r in zip(chain, chain[1:] + chain[:1], strict=True):
        truth, lie = int(worths.rule[t][members[k]]), int(worths.rule[t][members[r]])
        total += worths.gap(t, agent, truth, lie, members[[k]])[0]
    words = f"cycle of {show(model.agents[agent])}{model.when(t)}, others {others_name(model, t, agent, others)}"
    equal(claim.numbers.fraction(entry["shortfall"], "witness.shortfall"), total, f"{words}: shortfall", ledger)
    ledger.claim(total > 0, f"{words}: its gains {number_text(total)} are not above 0")
    return words


def _moves_others(model: Model, t: int, agent: int) -> bool:
    """Return whether the own signal moves the law of the others' next signals, given an action and their signals."""
    kernel = model.kernel(t)
    assert kernel is not None
    weights = kernel.others(agent)
    for members in profiles_of_blocks(model, t, agent):
        rows, den = weights[:, members].astype(object), kernel.den[:, members]
        if (rows * den[:, :1, None] != rows[:, :1] * den[:, :, None]).any():
            return True
    return False
