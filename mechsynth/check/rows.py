"""Every requirement and every objective, once: generators of rows over a frame.

The frame decides what a payoff or a payment is. Where it is a number (a mechanism as it is played) the rows are checked; where it is a
column the same rows are what multipliers combine. Slacks are at least 0, or exactly 0; payments count positive when the agent pays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial, reduce
from operator import add
from typing import TYPE_CHECKING, TypeAlias

from .block import DEFINITION, EPSILON, LARGEST, OBJECTIVE, RENT, SUBSIDY, Rows, State

if TYPE_CHECKING:
    from .exact import Exact
    from .forms import Form
    from .frames import Frame

Maker: TypeAlias = "Callable[[Frame], Iterator[Rows]]"


def definitions(f: Frame) -> Iterator[Rows]:
    """A payoff is what truth is worth; where a lie has a column of its own, that is what the lie is worth."""
    for t in f.periods:
        for i in f.agents:
            yield truth(f, t, i, State(profile=f.profiles(t)))
    for t, i, message, true in (f.dares() if f.kind.incentives == "bnic" else f.lies()) if f.kind.apart else ():
        name = f.place("deviation", t, i, message)
        slack = partial(_deviation, f, t, i, message)
        yield Rows(DEFINITION, True, name.head, State(profile=true), slack, name.lie)


def truth(f: Frame, t: int, i: int, state: State) -> Rows:
    """Return the rows that say what payoffs are at some profiles."""
    name = f.place("value", t, i)
    return Rows(DEFINITION, True, name.head, state, partial(_value, f, t, i), name.profile)


def _value(f: Frame, t: int, i: int, s: State) -> Form:
    return f.loss(t, i, s.profile, s.profile)


def _deviation(f: Frame, t: int, i: int, message: int, s: State) -> Form:
    if f.kind.incentives == "bnic":
        return f.stake(t, i, message, s.profile) - f.dared(t, i, message, s.profile)
    return f.loss(t, i, f.says(t, i, message, s.profile), s.profile) - f.lie(t, i, message, s.profile)


def pepic(f: Frame, relaxed: bool = False, last: bool | None = None) -> Iterator[Rows]:
    """No lie pays at any profile after any reports; what is due cancels where it does not look at the own report.

    With ``relaxed``, up to a column ``epsilon``; with ``last``, in the last period alone (False: before it).
    """
    for t, i, message, true in f.lies():
        if last is not None and last == f.continues(t):
            continue
        for history in f.owing(t):
            where = State(profile=true) if history is None else f.pairs(history, true)
            yield lie(f, t, i, message, where, relaxed)


def lie(f: Frame, t: int, i: int, message: int, state: State, relaxed: bool = False, head: str = "pepic") -> Rows:
    """Return the rows that deter a message at some profiles."""
    name = f.place(head, t, i, message)
    return Rows(head, False, name.head, state, partial(_deterred, f, t, i, message, relaxed), name.lie)


def _deterred(f: Frame, t: int, i: int, message: int, relaxed: bool, s: State) -> Form:
    loss = f.lie(t, i, message, s.profile)
    if s.history is not None:
        told = f.says(t, i, message, s.profile)
        loss = loss - f.due(t, i, s.history, s.profile) + f.due(t, i, s.history, told)
    return loss + f.column(EPSILON, len(s)) if relaxed else loss


def pbic(f: Frame, relaxed: bool = False) -> Iterator[Rows]:
    """No lie pays given what the agent knows, after whatever she has said before; her rows are weighted with what she believes.

    With ``relaxed``, up to a column ``epsilon`` a unit of probability.
    """
    for t in f.periods:
        for i in f.agents:
            for state in f.states(t, i):
                yield from _believed(f, t, i, state, relaxed, "pbic")


def bnic(f: Frame, relaxed: bool = False) -> Iterator[Rows]:
    """No lie pays where truth leads to, whatever follows it; what follows is worth ``V``, which is at least what every report is worth there."""
    for t in f.periods:
        for i in f.agents:
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


def target(head: str, share: Callable[[Frame], Fraction], f: Frame) -> Iterator[Rows]:
    """In every period that another follows an agent's payoff is a share of the surplus."""
    for t in filter(f.continues, f.periods):
        for i in f.agents:
            name, truth = f.place(head, t, i), State(profile=f.profiles(t))
            yield Rows(head, True, name.head, truth, partial(_above, f, t, i, share(f)), name.profile)


def _above(f: Frame, t: int, i: int, share: Fraction, s: State) -> Form:
    payoff = f.payoff(t, i, s.profile)
    return payoff - f.surplus(t, s.profile).times(share) if share else payoff


def participation_ex_post(f: Frame) -> Iterator[Rows]:
    """Staying is worth at least what leaving is at every profile that truth can lead to."""
    for t in f.periods:
        for seen in f.seen(t):
            for i in f.agents:
                name = f.place("participation:ex-post", t, i)
                yield Rows("participation:ex-post", False, name.head, seen, partial(_rent, f, t, i), name.profile)


def _rent(f: Frame, t: int, i: int, s: State) -> Form:
    return f.net(t, i, s) - f.outside(t, i, s.profile)


def participation_interim(f: Frame, head: str = "participation:interim", start: bool = False) -> Iterator[Rows]:
    """Staying is expected to be worth at least what leaving is, given the own signal, what is public, and the reports before."""
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
    """Every agent expects at least what leaving is worth at the start."""
    for i in f.agents:
        head = f"participation:ex-ante {f.names.agents[i]}"
        yield Rows("participation:ex-ante", False, head, f.start, partial(_rents, f, [i]), lambda s, head=head: head)  # type: ignore[misc]


def _expected(f: Frame, agents: list[int], s: State) -> Form:
    return total(f.expected(f.law(0, s.history), 0, i, s.history) for i in agents)


def _rents(f: Frame, agents: list[int], s: State) -> Form:
    return _expected(f, agents, s) - total(f.leaving(f.law(0, s.history), 0, i) for i in agents)


def total(forms: Iterator[Form]) -> Form:
    """Return the sum of forms."""
    return reduce(add, forms)


def budget_ex_ante(f: Frame) -> Iterator[Rows]:
    """All payments together are expected to be at least 0: the surplus is worth no less than the payoffs."""
    yield Rows("budget:ex-ante", False, "budget:ex-ante", f.start, partial(revenue, f), lambda _: "budget:ex-ante")


def revenue(f: Frame, s: State) -> Form:
    """Return the expected discounted sum of all payments: the surplus less the payoffs."""
    return f.number(f.expected_surplus, len(s)) - _expected(f, list(f.agents), s)


def _budgets(f: Frame, head: str, family: str, equal: bool, slack: Callable[[int, State], Form]) -> Iterator[Rows]:
    for t in f.periods:
        for history in f.histories(t):
            if history[0] >= 0 or f.pays_now(t) or f.kind.first:
                name = f.place(head, t)
                yield Rows(family, equal, name.head, State(history=history), partial(slack, t), name.plain)


def budget_per_period(f: Frame) -> Iterator[Rows]:
    """The payments of every period are expected to add up to 0 after every truthful profile of the period before."""
    return _budgets(f, "budget:per-period", "budget:per-period", True, partial(_collected, f))


def _collected(f: Frame, t: int, s: State) -> Form:
    law = f.law(t, s.history)
    return total(f.collected(law, t, i, s.history) for i in f.agents)


def budget_ex_post(f: Frame) -> Iterator[Rows]:
    """The payments of every period add up to 0 after all reports."""
    for t in f.periods:
        for history in f.histories(t):
            if history[0] >= 0 or f.pays_now(t) or f.kind.first:
                name, state = f.place("budget:ex-post", t), f.pairs(history, f.profiles(t))
                yield Rows("budget:ex-post", True, name.head, state, partial(_paid, f, t), name.profile)


def _paid(f: Frame, t: int, s: State) -> Form:
    return total(f.paid(t, i, s) for i in f.agents)


def bounded(f: Frame, head: str, size: Fraction) -> Iterator[Rows]:
    """No payment is above a number or below minus it."""
    for t, i, lag, where, name in f.payments():
        for sign, mark in ((-1, "<="), (1, ">=")):
            slack = partial(_within, f, t, i, lag, sign, size)
            yield Rows(head, False, head, where, slack, partial(_marked, head, name, mark))


def _within(f: Frame, t: int, i: int, lag: int, sign: int, size: Fraction, s: State) -> Form:
    return f.number(size, len(s)) + f.payment(t, i, lag, s).times(Fraction(sign))


def _marked(head: str, name: Callable[[State], str], mark: str, s: State) -> str:
    return " ".join(filter(None, (head, name(s), mark)))


def no_subsidy(f: Frame) -> Iterator[Rows]:
    """Nobody is ever paid."""
    for t, i, lag, where, name in f.payments():
        label = partial(_marked, "no-subsidy", name, "")
        yield Rows("no-subsidy", False, "no-subsidy", where, partial(f.payment, t, i, lag), label)


def surplus_full(f: Frame) -> Iterator[Rows]:
    """The agents together expect no more than leaving is worth: the payments are expected to be the surplus above that."""
    slack = partial(_rents, f, list(f.agents))
    yield Rows("surplus:full", True, "surplus:full", f.start, slack, lambda _: "surplus:full")


def surplus_every_history(f: Frame) -> Iterator[Rows]:
    """The agents together are left with what leaving is worth at every profile that truth can lead to."""
    for t in f.periods:
        for seen in f.seen(t):
            name = f.place("surplus:every-history", t)
            yield Rows("surplus:every-history", True, name.head, seen, partial(_nets, f, t), name.profile)


def _nets(f: Frame, t: int, s: State) -> Form:
    return total(_rent(f, t, i, s) for i in f.agents)


# -- objectives: each adds columns, and rows that hold them up; their sum is minimized --------------------------------


def largest(f: Frame) -> Iterator[Rows]:
    """No payment is larger than a column ``largest``."""
    return _sizes(f, "largest")


def sizes(f: Frame) -> Iterator[Rows]:
    """No payment is larger than a column of its own."""
    return _sizes(f, "size")


def _sizes(f: Frame, head: str) -> Iterator[Rows]:
    for t, i, lag, where, name in f.payments():
        for sign, mark in ((-1, "<="), (1, ">=")):
            slack = partial(_size, f, t, i, lag, sign, head == "size")
            yield Rows(OBJECTIVE, False, head, where, slack, partial(_marked, head, name, mark))


def _size(f: Frame, t: int, i: int, lag: int, sign: int, each: bool, s: State) -> Form:
    column = f.sizes_of(t, i, lag, s) if each else LARGEST
    return f.column(column, len(s)) + f.payment(t, i, lag, s).times(Fraction(sign))


def rent(f: Frame) -> Iterator[Rows]:
    """The agents together are left with no more than a column ``rent`` above what leaving is worth."""
    for t in f.periods:
        for seen in f.seen(t):
            name = f.place("rent", t)
            yield Rows(OBJECTIVE, False, name.head, seen, partial(_left, f, t), name.profile)


def _left(f: Frame, t: int, s: State) -> Form:
    return f.column(RENT, len(s)) - _nets(f, t, s)


def subsidy(f: Frame) -> Iterator[Rows]:
    """No period is expected to need more than a column ``subsidy``, which is at least 0."""
    yield from _budgets(f, "subsidy", OBJECTIVE, False, partial(_short, f))
    # without period labels the budget row of the start takes the plain name
    name = "subsidy >=" if f.model.horizon is None and f.pays_now(0) else "subsidy"
    yield Rows(OBJECTIVE, False, name, State(), lambda _: f.column(SUBSIDY, 1), lambda _: name)


def _short(f: Frame, t: int, s: State) -> Form:
    return f.column(SUBSIDY, len(s)) + _collected(f, t, s)


def epsilon(f: Frame) -> Iterator[Rows]:
    """What lies may gain, a column ``epsilon``, is at least 0."""
    yield Rows(OBJECTIVE, False, "epsilon", State(), lambda _: f.column(EPSILON, 1), lambda _: "epsilon")


RELAXABLE: dict[str, Callable[[Frame, bool], Iterator[Rows]]] = {"pepic": pepic, "pbic": pbic, "bnic": bnic}
REQUIREMENTS: dict[str, Maker] = {
    "pepic": pepic,
    "pbic": pbic,
    "bnic": bnic,
    "residual-claimant": partial(target, "residual-claimant", lambda _: Fraction(1)),
    "equal-shares": partial(target, "equal-shares", lambda f: Fraction(1, len(f.agents))),
    "no-payoff": partial(target, "no-payoff", lambda _: Fraction(0)),
    "participation:ex-post": participation_ex_post,
    "participation:interim": participation_interim,
    "participation:entry": partial(participation_interim, head="participation:entry", start=True),
    "participation:ex-ante": participation_ex_ante,
    "budget:ex-ante": budget_ex_ante,
    "budget:per-period": budget_per_period,
    "budget:ex-post": budget_ex_post,
    "no-subsidy": no_subsidy,
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
