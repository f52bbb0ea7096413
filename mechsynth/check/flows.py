"""Requirements with a number of their own on what is paid in one period: caps, limited liability, and how the rents are divided.

``cap:B``, ``cap:AGENT=B``, ``liability:L``, ``liability@t:L``, ``split:A=1/3,B=2/3``. Like ``rows.py`` this is read by both checkers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from .block import Rows, State
from .rows import Maker, rents

if TYPE_CHECKING:
    from .exact import Exact
    from .forms import Form
    from .frames import Frame

KINDS = ("cap", "liability", "split")
WRITTEN = "exit:interim, cap:B, cap:AGENT=B, liability:L, liability@t:L, split:A=1/3,B=2/3"


class Malformed(ValueError):
    """A name of a requirement that says nothing: the problem and the remedy."""


class Players(NamedTuple):
    """Who pays, by name, and how many periods there are; None where they do not end."""

    places: dict[str, int]
    horizon: int | None


def read(name: str, players: Players, number: Callable[[str], Fraction]) -> Maker | None:
    """Return what makes the rows of a requirement, by its name; None if it is none of these.

    Raises
    ------
    Malformed
        If the rest of the name is not what it should be.
    """
    if name == "exit:interim":
        return leaving
    head, colon, rest = name.partition(":")
    kind, at, period = head.partition("@")
    if not colon or kind not in KINDS or (at and kind != "liability"):
        return None
    if any(mark.isspace() for mark in name):
        raise Malformed("has spaces", "write % and two hexadecimal digits for each byte of a space")
    if kind == "split":
        return partial(split, head=name, shares=_shares(rest, players, number))
    agent, named, most = rest.rpartition("=")
    size = number(most)
    if size < 0:
        raise Malformed("is below 0", "write a number of at least 0")
    if kind == "cap":
        return partial(cap, head=name, most=size, whose=_agent(agent, players) if named else None)
    if named:
        raise Malformed("names an agent", "leave the agent out")
    return partial(liability, head=name, most=size, only=_period(period, players.horizon) if at else None)


def _agent(name: str, players: Players) -> int:
    agent = unquote(name)
    if agent not in players.places:
        raise Malformed("is about an agent that is none", f"name one of {', '.join(players.places)}")
    return players.places[agent]


def _period(digits: str, horizon: int | None) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", digits) or int(digits) > (horizon or 1):
        raise Malformed(
            "is about a period that is none", "number a period from 1; the first alone where they do not end"
        )
    return int(digits) - 1


def _shares(rest: str, players: Players, number: Callable[[str], Fraction]) -> dict[int, Fraction]:
    shares: dict[int, Fraction] = {}
    for part in rest.split(","):
        name, named, share = part.rpartition("=")
        agent = _agent(name, players) if named else -1
        if agent < 0 or agent in shares:
            raise Malformed("does not give each agent a share", "write split:A=1/3,B=2/3")
        shares[agent] = number(share)
    if len(shares) != len(players.places) or sum(shares.values()) != 1:
        raise Malformed("does not give all agents shares that add up to 1", "write split:A=1/3,B=2/3")
    return shares


def cap(f: Frame, head: str, most: Fraction, whose: int | None) -> Iterator[Rows]:
    """In no period does an agent pay more than a number, after any reports."""
    for t in f.periods:
        for history in f.histories(t):
            if history[0] >= 0 or f.pays_now(t) or f.kind.first:
                for i in f.agents:
                    if whose in (None, i):
                        name, state = f.place(head, t, i), f.pairs(history, f.profiles(t))
                        yield Rows(head, False, name.head, state, partial(_below, f, t, i, most), name.profile)


def _below(f: Frame, t: int, i: int, most: Fraction, s: State) -> Form:
    return f.number(most, len(s)) - f.paid(t, i, s)


def liability(f: Frame, head: str, most: Fraction, only: int | None) -> Iterator[Rows]:
    """In no period does an agent lose more than a number, utility less what is paid, at any true profile after any reports, whatever is drawn.

    With ``only`` in one period alone; where periods do not end that is the start.
    """
    for t in f.periods:
        for history in f.histories(t):
            if only is not None and (t != only or (f.model.horizon is None and history[0] >= 0)):
                continue
            for i, (k, profile) in product(f.agents, enumerate(f.draws(t))):
                name, state = f.place(head, t, i), f.pairs(history, profile)
                yield Rows(head, False, name.head, state, partial(_lost, f, t, i, most, k), partial(name.played, k))


def _lost(f: Frame, t: int, i: int, most: Fraction, k: int, s: State) -> Form:
    return f.number(most, len(s)) + f.enjoys(t, i, s.profile, k) - f.paid(t, i, s)


def split(f: Frame, head: str, shares: dict[int, Fraction]) -> Iterator[Rows]:
    """What all together expect to gain by taking part, above what leaving is worth, is divided in given shares."""
    for i in f.agents:
        title = f"{head} {f.names.agents[i]}"
        yield Rows(head, True, title, f.start, partial(_divided, f, i, shares[i]), lambda _, title=title: title)  # type: ignore[misc]


def _divided(f: Frame, i: int, share: Fraction, s: State) -> Form:
    return rents(f, [i], s) - rents(f, list(f.agents), s).times(share)


def leaving(f: Frame) -> Iterator[Rows]:
    """``E[X^i - due^i - O^i | what i knows] ≥ 0`` where truth leads to, ``V ≥ E[O^i | what i knows]`` elsewhere: nobody lies to leave later."""
    for t in f.periods:
        for i in f.agents:
            for clean in (True, False):
                for state in f.states(t, i, clean=clean):
                    name = f.place("exit:interim", t, i)
                    slack = partial(_stayed if clean else _gone, f, t, i)
                    yield Rows("exit:interim", False, name.head, state, slack, name.knows, partial(_likely, f, t, i))


def _stayed(f: Frame, t: int, i: int, s: State) -> Form:
    wide, belief = f.around(t, i, s)
    kept = f.payoff(t, i, wide.profile) - f.due(t, i, wide.told, wide.profile)
    found: Form = belief.of(kept - f.outside(t, i, wide.profile))
    return found


def _gone(f: Frame, t: int, i: int, s: State) -> Form:
    wide, belief = f.around(t, i, s)
    worth: Form = f.value(t, i, s).by(belief.mass())
    return worth - belief.of(f.outside(t, i, wide.profile))


def _likely(f: Frame, t: int, i: int, s: State) -> Exact:
    return f.around(t, i, s)[1].mass()
