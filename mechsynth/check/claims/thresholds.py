"""``generalized-vcg`` (``docs/certificates.md``): payments now, by the action that the report leads to.

A positive answer is checked as a mechanism; a negative one is a cycle of lies under given later payments, or multipliers of the
program of all history-independent payments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Cycle

from ..blocks import others_name, profiles_of_blocks
from ..crossing import Worths, check_conditions, check_influence, check_thresholds, check_violations
from ..envelope import Claim, witness
from ..exact import Array, Exact
from ..kernel import met
from ..kind import Class
from ..mechanism import period_of, read_now, read_others, read_transfers
from ..model import Model
from ..played import Played
from ..rows import pepic
from ..text import describe, items, label, mapping, number_text, show
from ..values import Values, fixed_point
from ..verdict import Ledger, Refuted, equal
from . import implement
from .exclusion import read_cycle

_RULE = "; this is about the rule listed, and other efficient rules, if there are ties, are not tried."


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer about an efficient rule; return the statement that is proved."""
    check_influence(claim, model, ledger)
    if claim.status == "infeasible":
        return _infeasible(claim, model, rule, values, ledger)
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    kind = Class.named("history-independent")
    kind.ask(model, paid)
    f = Played(model, rule, values, kind, paid)
    met(pepic(f), ledger)
    after = {agent: [payoffs[agent] for payoffs in f.payoffs] for agent in f.agents}
    worths = Worths(model, rule, values, dict(after))
    conditions = check_conditions(claim, worths, ledger)
    if claim.certificate.get("thresholds") is not None:
        charged = [[own.now_at(model.period(t).sizes) for own in agents] for t, agents in enumerate(paid)]
        check_thresholds(claim, worths, charged, ledger)
    return (
        "With the payments listed, which look at the reports of their own period alone, truth is periodic ex post incentive compatible after every "
        f"history under the rule listed, which is efficient{conditions}."
    )


# -- negative answers -----------------------------------------------------------------------------------------------


def _infeasible(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check a negative answer: a cycle of lies under given later payments, or multipliers of the program of all payments."""
    kind = claim.witness.get("kind") if isinstance(claim.witness, dict) else None
    if kind == "farkas":
        if claim.certificate.get("farkas") is not None:
            raise InputError("certificate.farkas", "the witness says it", "remove it")
        now = _read_later(claim, model, None)
        worths = Worths(model, rule, values, _payoffs(model, rule, now))
        if claim.certificate.get("violations") is not None:
            check_violations(claim, worths, ledger)
        return implement.judge(claim, model, rule, values, ledger)
    if kind != "cycle":
        raise InputError("witness.kind", f"found {describe(kind)}", "cycle or farkas")
    if model.horizon is None:
        raise Refuted("a cycle under given later payments proves nothing about stationary ones")
    entry = witness(Cycle, claim.witness, "witness", claim.numbers)
    t = period_of(entry, model, "witness")
    agent = label(entry.agent, model.player_index, "witness.agent", "agent")
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
    worths = Worths(model, rule, values, _payoffs(model, rule, {agent: later}))
    for s in range(t + 1, model.count):
        paid = later[s]
        assert paid is not None
        _best_reply(worths, s, agent, paid, ledger)
    words = _cycle(entry, worths, t, agent, ledger)
    if claim.certificate.get("violations") is not None:
        check_violations(claim, worths, ledger)
    if claim.certificate.get("farkas") is not None:
        strong = replace(claim, witness=claim.certificate["farkas"])
        return f"{implement.judge(strong, model, rule, values, ledger)} A chain of lies shows where: {words}."
    if t == model.count - 1:
        return f"No payments whatever make truth an ex post equilibrium of the last period under the rule listed ({words}){_RULE}"
    raise Refuted(
        f"{words}: proves less than was asked: it speaks of one choice of later payments (certificate.now), and the question leaves them free; "
        "ask the same question anew"
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
        mapping(entry, at, "write {agent: TABLE}")
        for name, tables in entry.items():
            i = label(name, model.player_index, at, "agent")
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


def _best_reply(worths: Worths, t: int, agent: int, paid: Exact, ledger: Ledger) -> None:
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


def _cycle(entry: Cycle, worths: Worths, t: int, agent: int, ledger: Ledger) -> str:
    """Ask that the gains of a chain of lies add up to more than zero; return its place in words."""
    model = worths.model
    others = read_others(entry.others, agent, model, t, "witness.others")
    chain = read_cycle(entry.cycle, model, t, agent, "witness.cycle")
    members = profiles_of_blocks(model, t, agent)[others]
    total = Fraction(0)
    for k, r in zip(chain, chain[1:] + chain[:1], strict=True):
        truth, lie = int(worths.rule[t][members[k]]), int(worths.rule[t][members[r]])
        total += worths.gap(t, agent, truth, lie, members[[k]])[0]
    words = f"cycle of {show(model.agents[agent])}{model.when(t)}, others {others_name(model, t, agent, others)}"
    equal(entry.shortfall, total, f"{words}: shortfall", ledger)
    ledger.claim(total > 0, f"{words}: its gains {number_text(total)} are not above 0")
    return words
