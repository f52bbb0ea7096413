"""The names of a program's rows, read back: who, with which signals, reports what, after which reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mechsynth.result.rowname import RowName, parse_row
from mechsynth.words.names import Names
from mechsynth.words.numbers import listed
from mechsynth.words.reading import clean, word

#: Rows that only say what a payoff is; they belong to no requirement.
DEFINITIONS = ("value", "deviation")
UNSEEN = "*"
_INFORMED = ("participation:interim", "participation:entry")

Profile = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One row; what it does not speak of is empty. A ``*`` in a profile is a report that a payment does not look at."""

    kind: str
    agent: str = ""
    period: int | None = None
    signals: Profile = ()
    own: str = ""
    report: str = ""
    history: Profile = ()
    told: str = ""
    drawn: str = ""
    payment: str = ""
    action: str = ""
    next: Profile = ()
    bound: str = ""


def owner(name: str) -> str:
    """Return the requirement that a row belongs to: what precedes the first space."""
    return name.partition(" ")[0]


def parse(name: str, names: Names) -> Row | None:
    """Return a row by its name, None where the name is not written by the rules or does not fit the agents."""
    try:
        found = parse_row(name)
    except ValueError:
        return None
    row = _row(found)
    profiles = (row.signals, row.history, row.next)
    if any(profile and len(profile) != len(names.agents) for profile in profiles):
        return None
    return None if row.agent and row.agent not in names.agents else row


def _row(found: RowName) -> Row:
    paid = found.payment
    about = found if paid is None else paid
    return Row(
        found.kind,
        about.agent or "",
        about.period,
        _profile(about.signals),
        found.own or "",
        about.report or "",
        _profile(found.history),
        found.told or "",
        found.drawn or "",
        "" if paid is None else paid.kind,
        about.action or "",
        () if paid is None else _profile(paid.next),
        found.bound,
    )


def _profile(found: Sequence[str | None]) -> Profile:
    return tuple(UNSEEN if label is None else label for label in found)


def told(profile: Profile, names: Names, period: int | None) -> str:
    """Return a profile, leaving out agents with one signal and reports that are not looked at: ``firm1: 4``."""
    lone = names.at(period).lone
    parts = [
        f"{clean(a)}: {clean(s)}" for a, s in zip(names.agents, profile, strict=False) if a not in lone and s != UNSEEN
    ]
    return ", ".join(parts)


def before(row: Row, names: Names) -> str:
    """Return ``after the reports firm1: 4 in period 1``, empty where there is no history or nothing to tell of it."""
    if not row.history:
        return ""
    period = None if row.period is None else row.period - 1
    around = told(row.history, names, period)
    if not around:
        return ""
    when = "the period before" if period is None else f"period {period}"
    drawn = f" and action {word(row.drawn)}" if row.drawn else ""
    if row.told:
        return f"after the signals {around} in {when}, where {word(row.agent)} said {word(row.told)}{drawn}"
    return f"after the reports {around} in {when}{drawn}"


def lie(row: Row, names: Names) -> str:
    """Return a row of incentives as a lie: ``in period 1, firm1 with signal 6 reports 4``; what an agent does not see is left out."""
    place = names.agents.index(row.agent)
    lone = names.at(row.period).lone
    around = [
        f"{word(a)} {'is' if a in names.public else 'reports'} {word(s)}"
        for j, (a, s) in enumerate(zip(names.agents, row.signals, strict=True))
        if j != place and a not in lone and s != UNSEEN
    ]
    parts = [f"in period {row.period}"] if row.period is not None else []
    parts.append(f"{word(row.agent)} with signal {word(row.signals[place])} reports {word(row.report)}")
    parts += [f"while {listed(around)}"] if around else []
    tail = before(row, names)
    return ", ".join([*parts, tail] if tail else parts)


def describe(row: Row, names: Names) -> str:
    """Return what a row of another requirement speaks of."""
    if row.payment:
        return _payment(row, names)
    parts = [word(row.agent)] if row.agent else []
    parts += [f"period {row.period}"] if row.period is not None else []
    parts += [f"with signal {word(row.own)}"] if row.own else []
    here = told(row.signals, names, row.period)
    parts += [f"{'seeing' if UNSEEN in row.signals or row.kind in _INFORMED else 'at'} {here}"] if here else []
    parts += [f"when {word(row.action)} is drawn"] if row.action else []
    tail = before(row, names)
    parts += [tail] if tail else []
    if not row.history and row.period is None and row.kind not in ("budget:ex-ante", "participation:ex-ante"):
        parts.append("at the start")
    return ", ".join(parts) or "in expectation"


def _payment(row: Row, names: Names) -> str:
    later = row.payment == "later"
    following = names.following(row.period) if later else row.period
    when = f"period {following}" if following is not None else "the next period" if later else "the same period"
    reports = told(row.signals, names, row.period)
    nexts = told(row.next, names, following)
    parts = [f"the reports {reports}"] if reports else []
    parts += [f"action {word(row.action)}"] if row.action else []
    parts += [f"the next reports {nexts}"] if nexts else []
    limit = {"<=": ", not above the bound", ">=": ", not below minus the bound"}.get(row.bound, "")
    return f"what {word(row.agent)} pays in {when}{f' after {listed(parts)}' if parts else ''}{limit}"
