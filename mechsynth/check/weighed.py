"""Multipliers of what is asked of mechanisms with histories, and the bound that they make.

Every row ``≥ 0`` (`sequence`) times its multiplier is added to what is to be bounded. What comes out at every truthful payoff must be 0 (*flow conservation*);
at the chances *virtual values* come out, and the largest sum of them that lotteries can make is a dynamic program. No solver.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .envelope import Claim
from .grown import Nodes
from .sequence import Terms
from .text import items, label, number_text, show, table
from .verdict import Ledger, Refuted, equal
from .views import Views

# period, agent, history, true profile, reported profile, weight
Tempted = tuple[int, int, int, int, int, Fraction]
# period, agent, history, profile, weight
Held = tuple[int, int, int, int, Fraction]


@dataclass(frozen=True, eq=False)
class Multipliers:
    """What a certificate lists.

    Parameters
    ----------
    tempted:
        Of lies.
    joined:
        Of participation, by agent and first profile.
    unpaid, staying:
        Of withdrawal: of payments before the last period (of any sign), and of what is had in the last.
    budget:
        Of the least revenue.
    """

    tempted: list[Tempted]
    joined: list[list[Fraction]]
    unpaid: list[Held]
    staying: list[Held]
    budget: Fraction


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is to be bounded, and over which points.

    Parameters
    ----------
    objective:
        The weight of the objective.
    chances:
        Per period, histories whose chances are added.
    gone:
        Per period, histories of chance 0 where nothing is owed: only such points count.
    barred:
        Period, history, profile and action of chances that are 0: only such points count.
    """

    objective: Fraction = Fraction(1)
    chances: Sequence[Set[int]] = field(default_factory=tuple)
    gone: Sequence[Set[int]] = field(default_factory=tuple)
    barred: Set[tuple[int, int, int, int]] = frozenset()


def keys(terms: Terms) -> tuple[str, ...]:
    """Return what a list of multipliers consists of."""
    withdrawal = ("unpaid", "staying") if terms.participation == "withdrawal" else ()
    return ("tempted", "joined", *withdrawal, *(("budget",) if terms.budget is not None else ()))


def read_multipliers(claim: Claim, found: Mapping[str, Any], nodes: Nodes, terms: Terms, place: str) -> Multipliers:
    """Read multipliers of everything that is asked; all of inequalities must be at least 0."""
    for key in keys(terms):
        if key not in found:
            raise InputError(f"{place}.{key}", "is missing", "list the multipliers, or none")
    budget = Fraction(0) if terms.budget is None else claim.numbers.fraction(found["budget"], f"{place}.budget")
    if budget < 0:
        raise Refuted(f"{place}.budget: {number_text(budget)} < 0")
    unpaid = _read_held(claim, found["unpaid"], nodes, f"{place}.unpaid") if "unpaid" in keys(terms) else []
    staying = _read_held(claim, found["staying"], nodes, f"{place}.staying") if "unpaid" in keys(terms) else []
    last = nodes.model.count - 1
    for k, (t, _, _, _, _) in enumerate(unpaid):
        if t == last:
            raise InputError(f"{place}.unpaid[{k}]", "in the last period something may be paid", "remove it")
    for k, (t, _, h, p, weight) in enumerate(staying):
        if t != last or not nodes.chances[t][h][p]:
            raise InputError(f"{place}.staying[{k}]", "nobody is there who could leave", "remove it")
        if weight < 0:
            raise Refuted(f"{place}.staying[{k}].weight: {number_text(weight)} < 0")
    return Multipliers(
        _read_tempted(claim, found["tempted"], nodes, Views(nodes, terms.incentives), f"{place}.tempted"),
        _read_joined(claim, found["joined"], nodes, terms.participation, f"{place}.joined"),
        unpaid,
        staying,
        budget,
    )


def _player(value: object, nodes: Nodes, place: str) -> int:
    i = label(value, nodes.model.agent_index, f"{place}.agent", "agent")
    if i not in nodes.model.players:
        raise InputError(f"{place}.agent", "a public agent never reports", "name another")
    return i


def _weight(claim: Claim, entry: Mapping[str, Any], place: str) -> Fraction:
    weight = claim.numbers.fraction(entry["weight"], f"{place}.weight")
    if weight < 0:
        raise Refuted(f"{place}.weight: {number_text(weight)} < 0")
    return weight


def _period(claim: Claim, entry: Mapping[str, Any], nodes: Nodes, place: str) -> int:
    number = claim.numbers.fraction(entry["period"], f"{place}.period")
    if number.denominator != 1 or not 1 <= number <= nodes.model.count:
        raise InputError(f"{place}.period", f"found {number_text(number)}", f"from 1 to {nodes.model.count}")
    return int(number) - 1


def _where(claim: Claim, entry: object, nodes: Nodes, more: tuple[str, ...], place: str) -> tuple[int, int, int]:
    """Read period, agent and history of an entry with these other keys."""
    short = ("period",) if nodes.memory != "full" else ()
    found = table(entry, place, ("agent", "history", *more, *short))
    i = _player(found["agent"], nodes, place)
    t, history = nodes.history(found["history"], f"{place}.history")
    if short:
        t, length = _period(claim, found, nodes, place), t
        if length != (1 if nodes.memory == "first-and-current" and t > 0 else 0):
            raise InputError(f"{place}.history", f"{length} entries", "what the mechanism remembers")
    return t, i, history


def read_node(
    claim: Claim, entry: Mapping[str, Any], nodes: Nodes, place: str, more: tuple[str, ...] = ()
) -> tuple[int, int, int]:
    """Read a node, period, history and profile, of an entry that says what every action there leaves."""
    short = ("period",) if nodes.memory != "full" else ()
    table(entry, place, ("history", "signals", "actions", *short, *more))
    t, history = nodes.history(entry["history"], f"{place}.history")
    if short:
        t, length = _period(claim, entry, nodes, place), t
        if length != (1 if nodes.memory == "first-and-current" and t > 0 else 0):
            raise InputError(f"{place}.history", f"{length} entries", "what the mechanism remembers")
    return t, history, nodes.profile(t, entry["signals"], f"{place}.signals")


def _view(nodes: Nodes, t: int, i: int, value: object, place: str) -> tuple[int, ...]:
    """Read what an agent sees: its own signal, and those of public agents."""
    model, seen = nodes.model, [i, *nodes.model.public]
    own = table(value, place, [model.agents[j] for j in seen])
    index = model.period(t).signal_index
    return tuple(label(own[model.agents[j]], index[j], place, "signal") for j in seen)


def _read_tempted(claim: Claim, value: object, nodes: Nodes, views: Views, place: str) -> list[Tempted]:
    found: list[Tempted] = []
    seen: set[tuple[int, ...]] = set()
    for k, entry in enumerate(items(value, place)):
        at = f"{place}[{k}]"
        t, i, history = _where(claim, entry, nodes, ("signals", "report", "weight"), at)
        index = nodes.model.period(t).signal_index[i]
        report, weight = label(entry["report"], index, f"{at}.report", "signal"), _weight(claim, entry, at)
        if views.incentives == "pepic":
            law: Sequence[tuple[int, Fraction]] = ((nodes.profile(t, entry["signals"], f"{at}.signals"), Fraction(1)),)
        else:
            law = views.belief(t, i, history, _view(nodes, t, i, entry["signals"], f"{at}.signals"))
            if not law:
                raise InputError(f"{at}.signals", "a signal that is excluded there", "remove it")
        for truth, chance in law:
            told = nodes.lie(t, i, truth, report)
            if told == truth or (t, i, history, truth, told) in seen:
                raise InputError(at, "no lie, or one that stands twice", "remove it")
            seen.add((t, i, history, truth, told))
            found.append((t, i, history, truth, told, weight * chance))
    return found


def _read_joined(claim: Claim, value: object, nodes: Nodes, participation: str, place: str) -> list[list[Fraction]]:
    """Return ``κ_i(θ)`` by agent and first profile."""
    profiles = nodes.profiles(0)
    found = [[Fraction(0)] * profiles for _ in nodes.model.agents]
    for k, entry in enumerate(items(value, place)):
        at = f"{place}[{k}]"
        table(entry, at, ("agent", "signals", "weight"))
        i = _player(entry["agent"], nodes, at)
        weight = _weight(claim, entry, at)
        if participation == "ex-post":
            found[i][nodes.profile(0, entry["signals"], f"{at}.signals")] += weight
            continue
        view = _view(nodes, 0, i, entry["signals"], f"{at}.signals")
        for p in range(profiles):
            if nodes.view(i, p) == view:
                found[i][p] += weight * nodes.prior[p]
    return found


def _read_held(claim: Claim, value: object, nodes: Nodes, place: str) -> list[Held]:
    found = []
    for k, entry in enumerate(items(value, place)):
        at = f"{place}[{k}]"
        t, i, history = _where(claim, entry, nodes, ("signals", "weight"), at)
        profile = nodes.profile(t, entry["signals"], f"{at}.signals")
        found.append((t, i, history, profile, claim.numbers.fraction(entry["weight"], f"{at}.weight")))
    return found


@dataclass(frozen=True, eq=False)
class _Sums:
    """What multipliers make of truthful payoffs, ``(period, agent, history, profile)``, of chances, ``(period, history, profile, action)``, and of nothing."""

    payoffs: dict[tuple[int, int, int, int], Fraction]
    chances: dict[tuple[int, int, int, int], Fraction]
    owed: Fraction


def _sums(nodes: Nodes, m: Multipliers, tail: Fraction | None) -> _Sums:
    payoffs: dict[tuple[int, int, int, int], Fraction] = defaultdict(Fraction)
    chances: dict[tuple[int, int, int, int], Fraction] = defaultdict(Fraction)
    delta, last, owed = nodes.model.discount, nodes.model.count - 1, Fraction(0)
    for t, i, h, truth, told, weight in m.tempted:
        payoffs[t, i, h, truth] += weight
        payoffs[t, i, h, told] -= weight
        own = nodes.worth[t][i]
        for a in range(nodes.actions(t)):
            # in a period that stands for all that follow a lie can gain anything up to the tail
            gain = own[a][truth] - own[a][told] if tail is None or t < last else -tail
            chances[t, h, told, a] -= weight * gain
        for a in nodes.branches(t) if t < last else ():
            follows = nodes.after(t, h, told, a)
            for q, c in nodes.rows[t][a][truth].items():
                payoffs[t + 1, i, follows, q] -= delta * weight * c
            for q, c in nodes.rows[t][a][told].items():
                payoffs[t + 1, i, follows, q] += delta * weight * c
    for t, i, h, p, weight in m.unpaid:
        payoffs[t, i, h, p] -= weight
        for a in range(nodes.actions(t)):
            chances[t, h, p, a] += weight * nodes.worth[t][i][a][p]
        for a in nodes.branches(t):
            for q, c in nodes.rows[t][a][p].items():
                payoffs[t + 1, i, nodes.after(t, h, p, a), q] += delta * weight * c
    for t, i, h, p, weight in m.staying:
        payoffs[t, i, h, p] += weight
        least = weight * nodes.leaving(i, p, t)
        if t == 0 or not nodes.moved:
            owed += least
        elif least:
            node, action = divmod(h, nodes.actions(t - 1))
            chances[t - 1, *divmod(node, nodes.profiles(t - 1)), action] -= least
    return _Sums(payoffs, chances, owed)


def check_virtual(claim: Claim, nodes: Nodes, terms: Terms, m: Multipliers, ledger: Ledger) -> None:
    """Ask that what is listed are the virtual values of the multipliers: what an action is worth to the designer, per unit of the chance of its node."""
    sums = _sums(nodes, m, terms.tail)
    for k, value in enumerate(items(claim.certificate["virtual"], "certificate.virtual")):
        at = f"certificate.virtual[{k}]"
        short = ("period",) if nodes.memory != "full" else ()
        entry = table(value, at, ("history", "signals", "action", "surplus", "virtual", *short))
        t, h, p = read_node(claim, {**entry, "actions": {}}, nodes, at, ("surplus", "virtual", "action"))
        a = label(entry["action"], nodes.model.period(t).action_index, f"{at}.action", "action")
        chance = nodes.model.discount**t * nodes.chances[t][h][p]
        if not chance:
            raise InputError(at, "a node of chance 0", "remove it")
        surplus = nodes.total[t][a][p]
        equal(claim.numbers.fraction(entry["surplus"], f"{at}.surplus"), surplus, f"{at}.surplus", ledger)
        found = surplus + sums.chances.get((t, h, p, a), Fraction(0)) / chance
        equal(claim.numbers.fraction(entry["virtual"], f"{at}.virtual"), found, f"{at}.virtual", ledger)


def bound(nodes: Nodes, terms: Terms, m: Multipliers, wanted: Wanted, ledger: Ledger, place: str) -> Fraction:
    """Ask that truthful payoffs cancel; return the largest that what is wanted can be, by backward induction."""
    model, sums = nodes.model, _sums(nodes, m, terms.tail)
    kept = wanted.objective * terms.revenue + m.budget
    shared = kept + wanted.objective * terms.surplus
    gone = [nodes.never[t] | (wanted.gone[t] if wanted.gone else set()) for t in range(model.count)]
    owed = sums.owed + m.budget * (terms.budget or 0)
    for i in model.players:
        for p, weight in enumerate(m.joined[i]):
            sums.payoffs[0, i, 0, p] += weight - kept * nodes.prior[p]
            owed += weight * nodes.leaving(i, p)
    for (t, i, h, p), left in sums.payoffs.items():
        ledger.rows += 1
        if left and h not in gone[t]:
            words = f"{place}, flow of {show(model.agents[i])}{model.when(t)} at {model.period(t).name(p)}, history {h}"
            raise Refuted(f"{words}: off by {number_text(left)}, not 0")
    after: list[Fraction | None] = []
    total = Fraction(0)
    for t in range(model.count - 1, -1, -1):
        factor = shared * model.discount**t
        found: list[Fraction | None] = []
        for h in range(nodes.counts[t]):
            best: Fraction | None = None if h in gone[t] else Fraction(0)
            for p in range(nodes.profiles(t)) if best is not None else ():
                chance = factor * nodes.chances[t][h][p]
                options = []
                for a in np.flatnonzero(model.period(t).choices[:, p]).tolist():
                    if (t, h, p, a) in wanted.barred:
                        continue
                    virtual = sums.chances.get((t, h, p, a), Fraction(0))
                    if chance:
                        virtual += chance * nodes.total[t][a][p]
                    if nodes.moved and after:
                        follows = nodes.after(t, h, p, a)
                        later = after[follows]
                        if later is None:
                            continue
                        virtual += later + (1 if wanted.chances and follows in wanted.chances[t + 1] else 0)
                    options.append(virtual)
                best = best + max(options) if options and best is not None else None
            found.append(best)
        if not nodes.moved or t == 0:
            # where no action moves the signals every node counts by itself; else later nodes are within the first
            if any(value is None for value in found):
                raise InputError(place, "the first period is excluded", "exclude fewer histories")
            total += sum((value for value in found if value is not None), Fraction(0))
        after = found
    return total - owed
