"""Every requirement and every objective, once: generators of rows over a frame.

The frame decides what a payoff or a payment is. Where it is a number (a mechanism as it is played) the rows are checked; where it is a
column the same rows are what multipliers combine. Slacks are at least 0, or exactly 0; payments count positive when the agent pays.

At true signals ``θ``, after the reports ``h`` of the period before (-1: the start), agent ``i`` gets from truth ``X^i(θ) - due^i(θ; h)``, and from the
reports ``ρ = (r, θ^{-i})``, telling the truth from then on, ``G^i(ρ, θ) - due^i(ρ; h)``. She pays ``p^i = now^i(θ) + due^i(θ; h)``; leaving is worth
``O^i``; ``W`` is the surplus of the rule; ``Σ`` runs over the agents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial, reduce
from itertools import product
from operator import add
from typing import TYPE_CHECKING, TypeAlias

from .block import DEFINITION, EPSILON, LARGEST, OBJECTIVE, RENT, SUBSIDY, Rows, State

if TYPE_CHECKING:
    from .exact import Exact
    from .forms import Form
    from .frames import Frame

Maker: TypeAlias = "Callable[[Frame], Iterator[Rows]]"


def definitions(f: Frame) -> Iterator[Rows]:
    """``X^i(θ) = G^i(θ, θ)``: a payoff is what truth is worth; where a lie has a column of its own, that is ``G^i(ρ, θ)``."""
    for t, i in product(f.periods, f.agents):
        yield truth(f, t, i, State(profile=f.profiles(t)))
    for t, i, message, true in (f.dares() if f.kind.incentives == "bnic" else f.lies()) if f.kind.apart else ():
        name = f.place("deviation", t, i, message)
        slack = partial(_deviation, f, t, i, message)
        yield Rows(DEFINITION, True, name.head, State(profile=true), slack, name.lie)


def truth(f: Frame, t: int, i: int, state: State) -> Rows:
    """``X^i(θ) = G^i(θ, θ)`` at some profiles."""
    name = f.place("value", t, i)
    return Rows(DEFINITION, True, name.head, state, partial(_value, f, t, i), name.profile)


def _value(f: Frame, t: int, i: int, s: State) -> Form:
    return f.loss(t, i, s.profile, s.profile)


def _deviation(f: Frame, t: int, i: int, message: int, s: State) -> Form:
    if f.kind.incentives == "bnic":
        return f.stake(t, i, message, s.profile) - f.dared(t, i, message, s.profile)
    return f.loss(t, i, f.says(t, i, message, s.profile), s.profile) - f.lie(t, i, message, s.profile)


def pepic(f: Frame, relaxed: bool = False, last: bool | None = None) -> Iterator[Rows]:
    """``X^i(θ) - due^i(θ; h) ≥ G^i(ρ, θ) - due^i(ρ; h)``: no lie pays at any ``θ`` after any ``h``; ``due`` cancels where it does not look at the own report.

    With ``relaxed``, up to a column ``epsilon``; with ``last``, in the last period alone (False: before it).
    """
    for t, i, message, true in f.lies():
        if last is not None and last == f.continues(t):
            continue
        for history in f.owing(t):
            where = State(profile=true) if history is None else f.pairs(history, true)
            yield lie(f, t, i, message, where, relaxed)


def lie(f: Frame, t: int, i: int, message: int, state: State, relaxed: bool = False, head: str = "pepic") -> Rows:
    """``X^i(θ) - due^i(θ; h) ≥ G^i(ρ, θ) - due^i(ρ; h)`` for a message, at some ``θ`` and ``h``."""
    name = f.place(head, t, i, message)
    return Rows(head, False, name.head, state, partial(_deterred, f, t, i, message, relaxed), name.lie)


def _deterred(f: Frame, t: int, i: int, message: int, relaxed: bool, s: State) -> Form:
    loss = f.lie(t, i, message, s.profile)
    if s.history is not None:
        told = f.says(t, i, message, s.profile)
        loss = loss - f.due(t, i, s.history, s.profile) + f.due(t, i, s.history, told)
    return loss + f.column(EPSILON, len(s)) if relaxed else loss


def pbic(f: Frame, relaxed: bool = False) -> Iterator[Rows]:
    """``E[X^i(θ) - due^i(θ; h) - G^i(ρ, θ) + due^i(ρ; h) | what i knows] ≥ 0``, after whatever she has said before; rows are weighted with what she believes.

    With ``relaxed``, up to a column ``epsilon`` a unit of probability.
    """
    for t, i in product(f.periods, f.agents):
        for state in f.states(t, i):
            yield from _believed(f, t, i, state, relaxed, "pbic")


def bnic(f: Frame, relaxed: bool = False) -> Iterator[Rows]:
    """``E[X^i(θ) - due^i(θ; h) - Y^i(ρ, θ) + due^i(ρ; h) | what i knows] ≥ 0`` where truth leads to, ``Y`` the worth of a report with whatever follows it.

    After a lie what follows is worth ``V``, and ``V ≥ E[Y^i(ρ, θ) - due^i(ρ; h) | what i knows]`` for every report there.
    """
    for t, i in product(f.periods, f.agents):
        for state in f.states(t, i, clean=True):
            yield from _believed(f, t, i, state, relaxed, "bnic")
        for state in f.states(t, i, clean=False):
            for message in f.messages(t, i):
                name = f.place("bnic", t, i, message)
                yield Rows(DEFINITION, False, name.head, state, partial(_valued, f, t, i, message), name.informed)


def _believed(f: Frame, t: int, i: int, state: State, relaxed: bool, head: str) -> Iterator[Rows]:
    for message in f.messages(t, i):
        where = f.lying(t, i, message, state)
        if len(where):
            name = f.place(head, t, i, message)
            slack = partial(_unprofitable, f, t, i, message, relaxed)
            yield Rows(head, False, name.head, where, slack, name.informed, partial(_likely, f, t, i))


def _unprofitable(f: Frame, t: int, i: int, message: int, relaxed: bool, s: State) -> Form:
    wide, belief = f.around(t, i, s)
    loss = f.lie(t, i, message, wide.profile)
    if f.kind.own_next or f.kind.first:
        told = f.says(t, i, message, wide.profile)
        loss = loss - f.due(t, i, wide.told, wide.profile) + f.due(t, i, wide.told, told)
    found: Form = belief.of(loss)
    return found + f.column(EPSILON, len(s)).by(belief.mass()) if relaxed else found


def _valued(f: Frame, t: int, i: int, message: int, s: State) -> Form:
    wide, belief = f.around(t, i, s)
    owed = f.due(t, i, wide.told, f.says(t, i, message, wide.profile))
    gained: Form = belief.of(owed - f.stake(t, i, message, wide.profile))
    return gained + f.value(t, i, s).by(belief.mass())


def _likely(f: Frame, t: int, i: int, s: State) -> Exact:
    return f.around(t, i, s)[1].mass()


def target(head: str, share: Callable[[Frame], Fraction] | None, f: Frame) -> Iterator[Rows]:
    """``X^i(θ) = s W(θ)`` in every period that another follows: an agent's payoff is a share of the surplus; without a share what who gets the whole is to get."""
    for t in filter(f.continues, f.periods):
        for i in f.agents:
            name, truth = f.place(head, t, i), State(profile=f.profiles(t))
            yield Rows(head, True, name.head, truth, partial(_above, f, t, i, share and share(f)), name.profile)


def _above(f: Frame, t: int, i: int, share: Fraction | None, s: State) -> Form:
    payoff = f.payoff(t, i, s.profile)
    if share is None:
        return payoff - f.claimed(t, i, s.profile)
    return payoff - f.surplus(t, s.profile).times(share) if share else payoff


def participation_ex_post(f: Frame) -> Iterator[Rows]:
    """``X^i(θ) - due^i(θ; h) ≥ O^i(θ)``: staying is worth at least what leaving is, wherever truth can lead to."""
    for t in f.periods:
        for seen in f.seen(t):
            for i in f.agents:
                name = f.place("participation:ex-post", t, i)
                yield Rows("participation:ex-post", False, name.head, seen, partial(_rent, f, t, i), name.profile)


def _rent(f: Frame, t: int, i: int, s: State) -> Form:
    return f.net(t, i, s) - f.outside(t, i, s.profile)


def participation_interim(f: Frame, head: str = "participation:interim", start: bool = False) -> Iterator[Rows]:
    """``E[X^i - due^i - O^i | θ^i, h] ≥ 0``: given the own signal, what is public, and the reports before, staying is expected to be worth it."""
    for t in [0] if start else f.periods:
        for history in f.on_path(t)[:1] if start else f.on_path(t):
            for i in f.agents:
                name, state = f.place(head, t, i), f.informed(t, i, history)
                yield Rows(head, False, name.head, state, partial(_interim, f, t, i), name.own, partial(_mass, f, t, i))


def _interim(f: Frame, t: int, i: int, s: State) -> Form:
    law = f.knowing(t, i, s)
    return f.expected(law, t, i, s.history) - f.leaving(law, t, i)


def _mass(f: Frame, t: int, i: int, s: State) -> Exact:
    return f.knowing(t, i, s).mass()


def participation_ex_ante(f: Frame) -> Iterator[Rows]:
    """``E[X^i - due^i - O^i] ≥ 0`` at the start: every agent expects at least what leaving is worth."""
    for i in f.agents:
        head = f"participation:ex-ante {f.names.agents[i]}"
        yield Rows("participation:ex-ante", False, head, f.start, partial(rents, f, [i]), lambda s, head=head: head)  # type: ignore[misc]


def _expected(f: Frame, agents: list[int], s: State) -> Form:
    return total(f.expected(f.law(0, s.history), 0, i, s.history) for i in agents)


def rents(f: Frame, agents: list[int], s: State) -> Form:
    """Return what agents together expect at the start, above what leaving is worth."""
    return _expected(f, agents, s) - total(f.leaving(f.law(0, s.history), 0, i) for i in agents)


def total(forms: Iterator[Form]) -> Form:
    """Return the sum of forms."""
    return reduce(add, forms)


def budget_ex_ante(f: Frame) -> Iterator[Rows]:
    """``E W - Σ E[X^i - due^i] ≥ 0`` at the start: all payments together, discounted, are expected to be at least 0."""
    yield Rows("budget:ex-ante", False, "budget:ex-ante", f.start, partial(revenue, f), lambda _: "budget:ex-ante")


def revenue(f: Frame, s: State) -> Form:
    """Return ``E W - Σ E[X^i - due^i]`` at the start, the expected discounted sum of all payments."""
    return f.number(f.expected_surplus, len(s)) - _expected(f, list(f.agents), s)


def _budgets(
    f: Frame, head: str, family: str, slack: Callable[[int, State], Form], equal: bool, every: bool = False
) -> Iterator[Rows]:
    for t in f.periods:
        for history in f.histories(t):
            if history[0] >= 0 or f.pays_now(t) or f.kind.first:
                name = f.place(head, t)
                state = f.pairs(history, f.profiles(t)) if every else State(history=history)
                yield Rows(
                    family,
                    equal,
                    name.head,
                    state,
                    partial(slack, t),
                    name.profile if every else name.plain,
                )


def budget_per_period(f: Frame, head: str = "budget:per-period", equal: bool = True) -> Iterator[Rows]:
    """``E[Σ p^i | h] = 0`` (or ``≥ 0``): the payments of every period are expected to add up to 0 (no less) after every truthful profile ``h`` of the period before."""
    return _budgets(f, head, head, partial(_collected, f), equal)


def _collected(f: Frame, t: int, s: State) -> Form:
    law = f.law(t, s.history)
    return total(f.collected(law, t, i, s.history) for i in f.agents)


def budget_ex_post(f: Frame, head: str = "budget:ex-post", equal: bool = True) -> Iterator[Rows]:
    """``Σ p^i(θ; h) = 0`` (or ``≥ 0``): the payments of every period add up to 0 (no less) after all reports."""
    return _budgets(f, head, head, partial(_paid, f), equal, every=True)


def _paid(f: Frame, t: int, s: State) -> Form:
    return total(f.paid(t, i, s) for i in f.agents)


def bounded(f: Frame, head: str, size: Fraction) -> Iterator[Rows]:
    """``-B ≤ p ≤ B`` for every payment that the class lists."""
    return _capped(f, head, head, lambda t, i, lag, s: f.number(size, len(s)))


def _capped(f: Frame, family: str, head: str, cap: Callable[[int, int, int, State], Form]) -> Iterator[Rows]:
    for t, i, lag, where, name in f.payments():
        for sign, mark in ((-1, "<="), (1, ">=")):
            slack = partial(_within, f, t, i, lag, sign, cap)
            yield Rows(family, False, head, where, slack, partial(_marked, head, name, mark))


def _within(
    f: Frame, t: int, i: int, lag: int, sign: int, cap: Callable[[int, int, int, State], Form], s: State
) -> Form:
    return cap(t, i, lag, s) + f.payment(t, i, lag, s).times(Fraction(sign))


def _marked(head: str, name: Callable[[State], str], mark: str, s: State) -> str:
    return " ".join(filter(None, (head, name(s), mark)))


def no_subsidy(f: Frame) -> Iterator[Rows]:
    """``p ≥ 0`` for every payment that the class lists: nobody is ever paid."""
    for t, i, lag, where, name in f.payments():
        label = partial(_marked, "no-subsidy", name, "")
        yield Rows("no-subsidy", False, "no-subsidy", where, partial(f.payment, t, i, lag), label)


def winner_pays(f: Frame) -> Iterator[Rows]:
    """``p = 0`` for every payment of an agent that another action follows, or may follow, than the one of her name."""
    for t, i, lag, where, name in f.payments():
        others = f.losing(t, i, lag, where)
        if len(others.profile):
            label = partial(_marked, "winner-pays", name, "")
            yield Rows("winner-pays", True, "winner-pays", others, partial(f.payment, t, i, lag), label)


def surplus_full(f: Frame) -> Iterator[Rows]:
    """``Σ E[X^i - due^i - O^i] = 0`` at the start: the agents together expect no more than leaving is worth."""
    slack = partial(rents, f, list(f.agents))
    yield Rows("surplus:full", True, "surplus:full", f.start, slack, lambda _: "surplus:full")


def surplus_every_history(f: Frame) -> Iterator[Rows]:
    """``Σ (X^i(θ) - due^i(θ; h) - O^i(θ)) = 0``: the agents are left with what leaving is worth, wherever truth can lead to."""
    return _seen(f, "surplus:every-history", "surplus:every-history", _nets)


def _seen(f: Frame, family: str, head: str, slack: Callable[[Frame, int, State], Form]) -> Iterator[Rows]:
    for t in f.periods:
        for seen in f.seen(t):
            name = f.place(head, t)
            yield Rows(family, family != OBJECTIVE, name.head, seen, partial(slack, f, t), name.profile)


def _nets(f: Frame, t: int, s: State) -> Form:
    return total(_rent(f, t, i, s) for i in f.agents)


# -- objectives: each adds columns, and rows that hold them up; their sum is minimized --------------------------------


def largest(f: Frame) -> Iterator[Rows]:
    """``|p| ≤ largest`` for every payment that the class lists."""
    return _capped(f, OBJECTIVE, "largest", lambda t, i, lag, s: f.column(LARGEST, len(s)))


def sizes(f: Frame) -> Iterator[Rows]:
    """``|p| ≤ size p``, a column of its own for every payment that the class lists."""
    return _capped(f, OBJECTIVE, "size", lambda t, i, lag, s: f.column(f.sizes_of(t, i, lag, s), len(s)))


def rent(f: Frame) -> Iterator[Rows]:
    """``Σ (X^i(θ) - due^i(θ; h) - O^i(θ)) ≤ rent``, wherever truth can lead to."""
    return _seen(f, OBJECTIVE, "rent", _left)


def _left(f: Frame, t: int, s: State) -> Form:
    return f.column(RENT, len(s)) - _nets(f, t, s)


def subsidy(f: Frame) -> Iterator[Rows]:
    """``E[Σ p^i | h] ≥ -subsidy`` in every period, and ``subsidy ≥ 0``."""
    yield from _budgets(f, "subsidy", OBJECTIVE, partial(_short, f), equal=False)
    # without period labels the budget row of the start takes the plain name
    name = "subsidy >=" if f.model.horizon is None and f.pays_now(0) else "subsidy"
    yield Rows(OBJECTIVE, False, name, State(), lambda _: f.column(SUBSIDY, 1), lambda _: name)


def _short(f: Frame, t: int, s: State) -> Form:
    return f.column(SUBSIDY, len(s)) + _collected(f, t, s)


def epsilon(f: Frame) -> Iterator[Rows]:
    """``epsilon ≥ 0``: no lie gains more than that."""
    yield Rows(OBJECTIVE, False, "epsilon", State(), lambda _: f.column(EPSILON, 1), lambda _: "epsilon")


RELAXABLE: dict[str, Callable[[Frame, bool], Iterator[Rows]]] = {"pepic": pepic, "pbic": pbic, "bnic": bnic}
REQUIREMENTS: dict[str, Maker] = {
    "pepic": pepic,
    "pbic": pbic,
    "bnic": bnic,
    "residual-claimant": partial(target, "residual-claimant", None),
    "equal-shares": partial(target, "equal-shares", lambda f: Fraction(1, len(f.agents))),
    "no-payoff": partial(target, "no-payoff", lambda _: Fraction(0)),
    "participation:ex-post": participation_ex_post,
    "participation:interim": participation_interim,
    "participation:entry": partial(participation_interim, head="participation:entry", start=True),
    "participation:ex-ante": participation_ex_ante,
    "budget:ex-ante": budget_ex_ante,
    "budget:per-period": budget_per_period,
    "budget:ex-post": budget_ex_post,
    "no-deficit:per-period": partial(budget_per_period, head="no-deficit:per-period", equal=False),
    "no-deficit:ex-post": partial(budget_ex_post, head="no-deficit:ex-post", equal=False),
    "no-subsidy": no_subsidy,
    "winner-pays": winner_pays,
    "surplus:full": surplus_full,
    "surplus:every-history": surplus_every_history,
}
OBJECTIVES: dict[str, Maker] = {
    "min-max-transfer": largest,
    "min-total-transfer": sizes,
    "min-rent": rent,
    "min-subsidy": subsidy,
    "min-epsilon": epsilon,
}
