"""The names of a program's rows, read back: who, with which signals, reports what, after which reports."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from mechsynth.words.names import Names
from mechsynth.words.numbers import listed
from mechsynth.words.reading import clean, word

#: Rows that only say what a payoff is; they belong to no requirement.
DEFINITIONS = ("value", "deviation")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|->|<=|>=|[(),*]|[at]=|(?:(?!->)[\w.+-])+')
_PAYMENTS = ("bounded", "no-subsidy")
_NO_AGENT = ("budget", "surplus")
_MARKS = frozenset(("->", "<=", ">=", "(", ")", ",", "*", "t=", "a="))

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
        row = _Reader(name).row()
    except (ValueError, IndexError):
        return None
    profiles = (row.signals, row.history, row.next)
    if any(profile and len(profile) != len(names.agents) for profile in profiles):
        return None
    return None if row.agent and row.agent not in names.agents else row


class _Reader:
    def __init__(self, name: str) -> None:
        self.kind, _, rest = name.partition(" ")
        self.tokens: list[str] = []
        at = 0
        while at < len(rest):
            if rest[at] == " ":
                at += 1
                continue
            match = _TOKEN.match(rest, at)
            if match is None:
                raise ValueError
            self.tokens.append(match.group())
            at = match.end()

    def row(self) -> Row:
        base = self.kind.partition(":")[0]
        payment = self.tokens.pop(0) if base in _PAYMENTS else ""
        if payment not in ("", "now", "later"):
            raise ValueError
        agent = "" if base in _NO_AGENT else self.label()
        period = int(self.label()) if self.has("t=") else None
        own = self.label() if self.kind in ("participation:interim", "participation:entry") else ""
        signals = self.profile() if self.sees("(") else ()
        action = self.label() if self.has("a=") else ""
        report = ""
        follow: Profile = ()
        if self.has("->"):
            if self.sees("("):
                follow = self.profile()
            else:
                report = self.label()
        history = self.profile() if self.has("after") else ()
        bound = self.tokens.pop(0) if self.sees("<=") or self.sees(">=") else ""
        if self.tokens or (self.kind in ("pepic", "deviation")) != bool(report) or (report and not signals):
            raise ValueError
        return Row(self.kind, agent, period, signals, own, report, history, payment, action, follow, bound)

    def sees(self, token: str) -> bool:
        return bool(self.tokens) and self.tokens[0] == token

    def has(self, token: str) -> bool:
        found = self.sees(token)
        if found:
            self.tokens.pop(0)
        return found

    def label(self) -> str:
        token = self.tokens.pop(0)
        if token in _MARKS:
            raise ValueError
        return str(json.loads(token)) if token.startswith('"') else token

    def profile(self) -> Profile:
        if not self.has("("):
            raise ValueError
        found = []
        while True:
            found.append("*" if self.has("*") else self.label())
            if self.has(")"):
                return tuple(found)
            if not self.has(","):
                raise ValueError


def told(profile: Profile, names: Names, period: int | None) -> str:
    """Return a profile, leaving out agents with one signal and reports that are not looked at: ``firm1: 4``."""
    lone = names.at(period).lone
    parts = [
        f"{clean(a)}: {clean(s)}" for a, s in zip(names.agents, profile, strict=False) if a not in lone and s != "*"
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
    return f"after the reports {around} in {'the period before' if period is None else f'period {period}'}"


def lie(row: Row, names: Names) -> str:
    """Return a row of requirement ``pepic`` as a lie: ``in period 1, firm1 with signal 6 reports 4``."""
    place = names.agents.index(row.agent)
    lone = names.at(row.period).lone
    around = [
        f"{word(a)} reports {word(s)}"
        for j, (a, s) in enumerate(zip(names.agents, row.signals, strict=True))
        if j != place and a not in lone
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
    parts += [f"at {here}"] if here else []
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
