r"""How far efficient payments can leave the Groves family (``docs/certificates.md``): both ends of every interval, without a solver.

Values are private: asked first. Payments now that make truth an equilibrium charge two own signals with the same action, given the others',
the same (either would report the other), so what they add to the team mechanism is a *surcharge* :math:`g_t(b, θ^{-i})` per action that the rule takes there, and

.. math:: Φ_t(θ) = W_t(θ) - X_t^i(θ) = g_t(a^*_t(θ), θ^{-i}) + δ E[Φ_{t+1} | a^*_t(θ), θ].

This is linear in the surcharges, with one solution. The lie of a signal with another action :math:`b` loses

.. math:: [W_t(θ) - Q_t(b, θ)] + g_t(b, θ^{-i}) + δ E[Φ_{t+1} | b, θ] - Φ_t(θ) ≥ 0.

*Upper end.* Lies with weights :math:`y ≥ 0` whose rows, as vectors over all surcharges, add up to that of :math:`Φ(θ) - Φ(\bar θ)` bound it by
the weighted surplus that they lose; a multiple of them bounds the multiple. *Attained*: a mechanism of the list, evaluated as any mechanism is, whose :math:`W - X^i` differs by just that.
The lower end of a pair is minus the upper end of the pair turned around.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Interval

from ..envelope import Claim, witness
from ..exact import Array, Exact, objects
from ..kernel import met
from ..kind import Class
from ..mechanism import period_of, read_entry, read_others, read_profile, read_transfers
from ..model import Model
from ..played import Played
from ..rows import pepic
from ..text import describe, flatten, items, label, mapping, number_text, show, table
from ..values import Values, fixed_point
from ..verdict import Ledger, Refuted, equal, saying

# ``X`` per period and agent
Payoffs = list[list[Exact]]


@dataclass(frozen=True, eq=False)
class Space:
    """The surcharges of one agent, and what depends on them.

    Parameters
    ----------
    place:
        Per period: which surcharge is charged for the truth at every profile.
    sums:
        Per period ``(profiles, surcharges)`` of ``Fraction``: :math:`Φ_t` by surcharge.
    after:
        Per period and surcharge, :math:`δ E[Φ_{t+1} | a, θ]`, shape ``(actions, profiles)``; empty in a last period.
    """

    agent: int
    count: int
    place: list[Array]
    sums: list[Array]
    after: list[list[Exact]]


@dataclass(frozen=True, eq=False)
class Proof:
    """A plan of lies: what its rows add up to, by surcharge, the bound, and the mechanism that is said to attain it."""

    total: Array
    bound: Fraction
    attained: int


class Ground(NamedTuple):
    """A claim, and what it is held against."""

    claim: Claim
    model: Model
    rule: list[Array]
    values: Values
    ledger: Ledger


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check every interval; return the statement that is proved."""
    assert claim.mechanism is not None
    certificate = table(claim.certificate, "certificate", ("most", "proof", "proofs", "mechanisms"), ("ties",))
    _private(model, ledger)
    if claim.mechanism.get("transfers") is None:
        raise InputError("mechanism.transfers", "are missing", "list payments that attain the widest interval")
    shown = _evaluated(claim, model, rule, values, claim.mechanism["transfers"], "mechanism.transfers", ledger)
    listed = [
        _evaluated(claim, model, rule, values, entry, f"certificate.mechanisms[{k}]", ledger)
        for k, entry in enumerate(items(certificate["mechanisms"], "certificate.mechanisms"))
    ]
    proofs = certificate["proofs"]
    mapping(proofs, "certificate.proofs", "write {agent: list}")
    for name in proofs:
        label(name, model.player_index, "certificate.proofs", "agent")
    ground, most = Ground(claim, model, rule, values, ledger), dict[int, list[Array]]()
    for agent, name in ((i, model.agents[i]) for i in model.players):
        space = _space(model, rule, agent)
        plans = [
            _proof(ground, space, entry, f"certificate.proofs.{show(name)}[{k}]", len(listed))
            for k, entry in enumerate(items(proofs.get(name, []), f"certificate.proofs.{show(name)}"))
        ]
        most[agent] = [_period(ground, space, plans, listed, t) for t in range(model.count)]
    width = _widest(model, most)
    if claim.value is None:
        raise Refuted("no value, although a width was computed")
    equal(claim.numbers.fraction(claim.value, "value"), width, "value", ledger)
    says = "fails" if width else "holds"
    ledger.claim(claim.status == says, f'status "{claim.status}", but the widest interval is {number_text(width)} wide')
    about = "payments that look only at the reports of their own period" + (
        ", the same function in every period," if model.horizon is None else ""
    )
    if width == 0:
        return (
            f"All {about} that make truth periodic ex post incentive compatible after every history under the rule listed, which is "
            "efficient, are Groves payments: the surplus less the truthful payoff does not look at the own signal."
        )
    _witness(claim, model, most, width, values, shown, ledger)
    return (
        f"Over all {about} that make truth periodic ex post incentive compatible after every history under the rule listed, which is "
        "efficient, how far the surplus less the truthful payoff moves with the own signal is bounded by the numbers listed, for every agent, "
        "period, signals of the others and pair of own signals; payments listed attain every end, and the widest interval is as wide as the "
        "value says, so that there are such payments outside the Groves family."
    )


def _private(model: Model, ledger: Ledger) -> None:
    """Ask that nobody's utility depends on another's signal."""
    for t in range(model.count):
        period = model.period(t)
        for j, utility in enumerate(period.utilities):
            for i in model.players:
                if i != j:
                    same = (utility - utility[:, period.lie(i, 0)]).num == 0
                    words = f"the utility of {show(model.agents[j])}{model.when(t)} depends on the signal of {show(model.agents[i])}"
                    ledger.claim(bool(same.all()), f"{words}: values are not private")


def _evaluated(
    claim: Claim, model: Model, rule: list[Array], values: Values, transfers: object, place: str, ledger: Ledger
) -> Payoffs:
    """Ask that payments are of the class and PEPIC; return the truthful payoffs."""
    paid = read_transfers(transfers, model, rule, claim.numbers, place)
    kind = Class.named("history-independent")
    with saying(f"{place}: "):
        kind.ask(model, paid)
        f = Played(model, rule, values, kind, paid)
        met(pepic(f), ledger)
    return f.payoffs


def _space(model: Model, rule: list[Array], agent: int) -> Space:
    """Number the surcharges of an agent and solve for what they add up to."""
    places: list[Array] = []
    known: dict[tuple[int, int, int], int] = {}
    for t in range(model.count):
        period = model.period(t)
        # a profile whose own signal is the first one stands for the others' signals
        others = period.lie(agent, 0)
        keys = zip(others.tolist(), rule[t].tolist(), strict=True)
        places.append(np.array([known.setdefault((t, o, a), len(known)) for o, a in keys], dtype=np.int64))
    sums: list[Array] = []
    after: list[list[Exact]] = []
    following: list[Exact] = []
    for t in range(model.count - 1, -1, -1):
        kernel, every = model.kernel(t), np.arange(model.period(t).profiles)
        flows = [Exact(objects([int(k == c) for k in places[t]]), np.array(1, dtype=object)) for c in range(len(known))]
        expected: list[Exact] = []
        if kernel is None:
            following = flows
        elif model.horizon is None:
            following = [fixed_point(model, rule[t], flow) for flow in flows]
            expected = [kernel.expect(*own.common("surcharges")).times(model.discount) for own in following]
        else:
            expected = [kernel.expect(*own.common("surcharges")).times(model.discount) for own in following]
            following = [flow + more[rule[t], every] for flow, more in zip(flows, expected, strict=True)]
        columns = [own.fractions() for own in following]
        sums.append(np.stack(columns, axis=1) if columns else np.empty((every.size, 0), dtype=object))
        after.append(expected)
    return Space(agent, len(known), places, sums[::-1], after[::-1])


def _proof(ground: Ground, space: Space, entry: object, place: str, mechanisms: int) -> Proof:
    """Add up the rows of a plan of lies."""
    claim, model, rule, values, ledger = ground
    plan = table(entry, place, ("lies", "attained"))
    total = np.array([Fraction(0)] * space.count, dtype=object)
    bound = Fraction(0)
    keys = ("signals", "report", "weight", "loss")
    for k, lie in enumerate(items(plan["lies"], f"{place}.lies")):
        at = f"{place}.lies[{k}]"
        t = read_entry(lie, model, at, keys)
        period = model.period(t)
        true = read_profile(lie["signals"], model, t, f"{at}.signals")
        report = label(lie["report"], period.signal_index[space.agent], f"{at}.report", "signal")
        told = int(period.lie(space.agent, report)[true])
        action = int(rule[t][told])
        weight = claim.numbers.fraction(lie["weight"], f"{at}.weight")
        loss = claim.numbers.fraction(lie["loss"], f"{at}.loss")
        ledger.claim(weight >= 0, f"{at}: weight {number_text(weight)} < 0")
        equal(loss, values.exact_gaps(t).at(action, true), f"{at}.loss", ledger)
        row = space.sums[t][true].copy()
        row[space.place[t][told]] -= 1
        for c, more in enumerate(space.after[t]):
            row[c] -= more.at(action, true)
        total, bound = total + row * weight, bound + loss * weight
    attained = plan["attained"]
    if not isinstance(attained, tuple) or attained[1] != 1 or not 0 <= attained[0] < mechanisms:
        raise InputError(f"{place}.attained", f"found {describe(attained)}", "the index of a mechanism of the list")
    return Proof(total, bound, int(attained[0]))


def _entries(claim: Claim, model: Model, key: str, t: int, agent: int) -> list[Any]:
    """Return the entries of a table ``[θ^1]…[θ^N][θ̄^i]``, flat."""
    place, value = f"certificate.{key}", claim.certificate[key]
    if model.horizon is not None:
        if len(items(value, place)) != model.count:
            raise InputError(place, f"length {len(value)}", f"one entry a period: {model.count}")
        place, value = f"{place}[{t}]", value[t]
    name = model.agents[agent]
    sizes = model.period(t).sizes
    at = f"{place}.{show(name)}"
    leaves, _ = flatten(
        table(value, place, tuple(model.player_index))[name], [(n, False) for n in (*sizes, sizes[agent])], at
    )
    return leaves


def _pairs(model: Model, t: int, agent: int) -> Iterator[tuple[int, int, int]]:
    """Return profile, the other own signal, and the profile with it."""
    period = model.period(t)
    for k in range(period.sizes[agent]):
        for true, told in enumerate(period.lie(agent, k).tolist()):
            yield true, k, told


def _period(ground: Ground, space: Space, plans: list[Proof], listed: list[Payoffs], t: int) -> Array:
    """Check the upper ends of one agent and period; return them as ``(profiles, own signals)``."""
    claim, model, _, values, ledger = ground
    agent, period = space.agent, model.period(t)
    size = period.sizes[agent]
    place = f"certificate.most of {show(model.agents[agent])}{model.when(t)}"
    pairs = claim.numbers.pairs(_entries(claim, model, "most", t, agent), place)
    most = objects([Fraction(*pair) for pair in pairs]).reshape(period.profiles, size)
    chosen = _entries(claim, model, "proof", t, agent)
    kept = [(values.exact(t) - payoffs[t][agent]).fractions() for payoffs in listed]
    for true, k, told in _pairs(model, t, agent):
        where = f"{place} at {period.name(true)} against {show(period.signals[agent][k])}"
        claimed, proof = most[true, k], chosen[true * size + k]
        difference = space.sums[t][true] - space.sums[t][told]
        if proof is None:
            ledger.claim(not difference.any(), f"{where}: no proof, although payments can move it")
            ledger.claim(claimed == 0, f"{where}: {number_text(claimed)}, but it is always 0")
            continue
        if not isinstance(proof, tuple) or proof[1] != 1 or not 0 <= proof[0] < len(plans):
            raise InputError(f"certificate.proof of {where}", f"found {describe(proof)}", "null or an index of a proof")
        plan = plans[proof[0]]
        lead = np.flatnonzero(plan.total)
        factor = difference[lead[0]] / plan.total[lead[0]] if lead.size else Fraction(0)
        fits = factor >= 0 and bool((difference == plan.total * factor).all())
        ledger.claim(fits, f"{where}: the lies of proof {proof[0]} do not add up to a multiple of it")
        equal(claimed, plan.bound * factor, where, ledger)
        reached = kept[plan.attained][true] - kept[plan.attained][told]
        equal(claimed, reached, f"{where}, in certificate.mechanisms[{plan.attained}]", ledger)
    return most


def _widest(model: Model, most: dict[int, list[Array]]) -> Fraction:
    """Return the largest width; every interval contains 0, since the Groves mechanisms are among what is bounded."""
    width = Fraction(0)
    for agent, tables in most.items():
        for t, upper in enumerate(tables):
            own = model.period(t).own[agent]
            for true, k, told in _pairs(model, t, agent):
                width = max(width, upper[true, k] + upper[told, own[true]])
    return width


def _witness(
    claim: Claim,
    model: Model,
    most: dict[int, list[Array]],
    width: Fraction,
    values: Values,
    shown: Payoffs,
    ledger: Ledger,
) -> None:
    """Check that the witness is a widest interval whose upper end the mechanism of the result attains."""
    found = witness(Interval, claim.witness, "witness", claim.numbers)
    t = period_of(found, model, "witness")
    agent = label(found.agent, model.player_index, "witness.agent", "agent")
    period = model.period(t)
    others = read_others(found.others, agent, model, t, "witness.others")
    one, other = (
        label(signal, period.signal_index[agent], f"witness.{key}", "signal")
        for key, signal in (("signal", found.signal), ("against", found.against))
    )
    rest = np.unravel_index(others, period.other_sizes(agent)) if others or period.other_sizes(agent) else ()
    place = [int(k) for k in rest]
    true = int(np.ravel_multi_index((*place[:agent], one, *place[agent:]), period.sizes))
    told = int(period.lie(agent, other)[true])
    upper, lower = most[agent][t][true, other], -most[agent][t][told, one]
    equal(found.most, upper, "witness.most", ledger)
    equal(found.least, lower, "witness.least", ledger)
    equal(upper - lower, width, "width of the witness, against the widest", ledger)
    kept = values.exact(t) - shown[t][agent]
    equal(kept.at(true) - kept.at(told), upper, "the mechanism, against the upper end of the witness", ledger)
