"""The names of rows and columns: one grammar, written and read here.

    pepic firm1 t=1 (4,-)->6 after (-,5)
    later firm1 t=1 (*,-) a=sell->(*,5)
    bounded:10 now firm2 t=2 (-,6) <=
    liability:5 firm1 t=2 (4,-) a=sell after (-,5)
    pbic firm1 t=2 (4,*)->6 after (5,-) told 7 a=sell
    V firm1 t=2 (4,*) after (5,-) told 7

A label stands as it is if it is plain (letters, digits, ``_ . + -``), else as a JSON string. ``*`` stands for a report that a payment does not look at, or for a signal that an
agent does not know. ``after`` has the true profile of the period before, ``told`` the own report where it was another, ``a=`` the action drawn where the rule draws. Periods count
from 1 and are left out when the horizon is infinite. Parts that a name does not have are left out, the others keep this order.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from mechsynth.result.vocabulary import INCENTIVES

_PLAIN = re.compile(r"[\w.+-]+")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|->|<=|>=|[(),*]|[at]=|(?:(?!->)[\w.+-])+')
_MARKS = frozenset(("->", "<=", ">=", "(", ")", ",", "*", "t=", "a="))
PAYMENTS = ("now", "later", "first")
NUMBERS = ("epsilon", "largest", "rent", "subsidy")  # columns of an objective, one each
COLUMNS = ("X", "D", "V", *PAYMENTS, *NUMBERS, "size")
NOBODYS = ("budget", "no-deficit", "surplus", "epsilon", "rent", "subsidy")  # rows of all agents together
OF_A_PAYMENT = ("bounded", "no-subsidy", "winner-pays", "largest", "size")
LIES = (*INCENTIVES, "deviation")  # rows about one report
OWN = ("participation:interim", "participation:entry")  # rows of an agent who knows her own signal alone
_ANY = "*"

Profile = tuple[str | None, ...]
"""One label per agent, in their order; ``None`` where it is not looked at."""


def quoted(label: str) -> str:
    """Return a label as it stands in a name."""
    return label if _PLAIN.fullmatch(label) else json.dumps(label, ensure_ascii=False)


def profile_name(profile: Profile) -> str:
    """Return a profile as it stands in a name: ``(4,-)``."""
    return "(" + ",".join(_ANY if label is None else quoted(label) for label in profile) + ")"


@dataclass(frozen=True)
class ColumnName:
    """A column: what an agent is worth (``X``), what a lie of hers is worth (``D``), what a state off the truthful path is worth to her (``V``), what she pays (``now``, ``later``, ``first``), or a number of an objective.

    Attributes
    ----------
    kind:
        One of `COLUMNS`.
    agent:
        Whose it is.
    period:
        The period of the report, from 1; ``None`` when the horizon is infinite.
    signals:
        The profile that is reported; for ``D`` the true one.
    action:
        Of a payment that looks at the action instead of the own report.
    report:
        Of ``D``: the signal that is reported instead.
    next:
        Of ``later``: the next reports.
    history, told, drawn:
        Of ``V``: as of a row.
    payment:
        Of ``size``: the payment whose size it bounds.
    """

    kind: str
    agent: str | None = None
    period: int | None = None
    signals: Profile = ()
    action: str | None = None
    report: str | None = None
    next: Profile = ()
    history: Profile = ()
    told: str | None = None
    drawn: str | None = None
    payment: ColumnName | None = None

    def __str__(self) -> str:
        if self.payment is not None:
            return f"{self.kind} {self.payment}"
        if self.agent is None:
            return self.kind
        act = "" if self.action is None else f" a={quoted(self.action)}"
        then = f"->{profile_name(self.next)}" if self.next else _lie(self.report)
        where = f"{profile_name(self.signals)}{act}{then}"
        return _joined(self.kind, quoted(self.agent), _when(self.period), where, _past(self))


@dataclass(frozen=True)
class RowName:
    """A row: of which requirement, whose, when, where. What it does not speak of is empty.

    Attributes
    ----------
    kind:
        The requirement that it belongs to, as in ``require``; ``value`` and ``deviation`` for what a column is.
    agent, period, signals, report:
        As of a column; ``report`` is the lie.
    own:
        The own signal that an agent knows, where she knows nothing else. Where there are public states, ``signals`` is what she knows, the others
        ``None``.
    history:
        The profile of the period before: the reports, or with ``told`` the true one.
    told:
        The own report of the period before, where it is not the own signal in ``history``.
    drawn:
        The action drawn in the period before, where the rule draws among several.
    action:
        The action drawn after the reports of the period, of a row about one of several.
    payment:
        The payment that the row bounds.
    bound:
        ``<=`` or ``>=``: from above by the bound, or from below by minus the bound.
    """

    kind: str
    agent: str | None = None
    period: int | None = None
    own: str | None = None
    signals: Profile = ()
    report: str | None = None
    history: Profile = ()
    told: str | None = None
    drawn: str | None = None
    action: str | None = None
    payment: ColumnName | None = None
    bound: str = ""

    def __str__(self) -> str:
        if self.payment is not None:
            return _joined(self.kind, str(self.payment), self.bound)
        where = profile_name(self.signals) if self.signals else ""
        where += "" if self.action is None else f" a={quoted(self.action)}"
        whose, knows = (None if label is None else quoted(label) for label in (self.agent, self.own))
        return _joined(
            self.kind, whose, _when(self.period), knows, f"{where}{_lie(self.report)}", _past(self), self.bound
        )


def parse_row(name: str) -> RowName:
    """Return a row by its name.

    Raises
    ------
    ValueError
        For a name that the grammar does not write.
    """
    kind, _, rest = name.partition(" ")
    found = _Reader(rest).row(kind)
    if str(found) != name:
        raise ValueError(f"{name!r} is no name of a row")
    return found


def parse_column(name: str) -> ColumnName:
    """Return a column by its name.

    Raises
    ------
    ValueError
        For a name that the grammar does not write.
    """
    reader = _Reader(name)
    found = reader.column()
    if reader.tokens or str(found) != name:
        raise ValueError(f"{name!r} is no name of a column")
    return found


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _past(name: RowName | ColumnName) -> str:
    after = f"after {profile_name(name.history)}" if name.history else ""
    told = "" if name.told is None else f"told {quoted(name.told)}"
    return _joined(after, told, "" if name.drawn is None else f"a={quoted(name.drawn)}")


def _lie(report: str | None) -> str:
    return "" if report is None else f"->{quoted(report)}"


def _when(period: int | None) -> str:
    return "" if period is None else f"t={period}"


class _Reader:
    """The tokens of a name, taken from the left; everything that does not fit is a `ValueError`."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at = 0
        while at < len(text):
            if text[at] == " ":
                at += 1
                continue
            match = _TOKEN.match(text, at)
            if match is None:
                raise ValueError(f"no name: {text[at:]!r}")
            self.tokens.append(match.group())
            at = match.end()

    def row(self, kind: str) -> RowName:
        if kind.partition(":")[0] in OF_A_PAYMENT:
            payment = self.column()
            return RowName(kind, payment=payment, bound=self._bound())
        agent = None if kind.partition(":")[0] in NOBODYS else self._label()
        period = self._period()
        own = self._label() if kind in OWN and not self._sees("(") else None
        signals = self._profile() if self._sees("(") else ()
        action = self._label() if signals and self._has("a=") else None
        report = self._label() if self._has("->") else None
        history, told, drawn = self._past()
        bound = self._bound()
        if (report is None) == (kind in LIES) or (report is not None and not signals):
            raise ValueError(f"{kind!r} {'needs' if report is None else 'has no'} lie")
        return RowName(kind, agent, period, own, signals, report, history, told, drawn, action, bound=bound)

    def column(self) -> ColumnName:
        kind = self._take()
        if kind not in COLUMNS:
            raise ValueError(f"{kind!r} is no kind of column")
        if kind in NUMBERS:
            return ColumnName(kind)
        if kind == "size":
            return ColumnName(kind, payment=self.column())
        agent, period = self._label(), self._period()
        signals = self._profile()
        action = self._label() if self._has("a=") else None
        report: str | None = None
        then: Profile = ()
        if self._has("->"):
            if kind == "later":
                then = self._profile()
            else:
                report = self._label()
        history, told, drawn = self._past() if kind == "V" else ((), None, None)
        return ColumnName(kind, agent, period, signals, action, report, then, history, told, drawn)

    def _take(self) -> str:
        if not self.tokens:
            raise ValueError("a name that ends too early")
        return self.tokens.pop(0)

    def _bound(self) -> str:
        """Return the bound that a name ends with, if it does; after it nothing may come."""
        bound = self._take() if self._sees("<=") or self._sees(">=") else ""
        if self.tokens:
            raise ValueError(f"what is {self.tokens[0]!r}?")
        return bound

    def _sees(self, token: str) -> bool:
        return bool(self.tokens) and self.tokens[0] == token

    def _has(self, token: str) -> bool:
        found = self._sees(token)
        if found:
            self.tokens.pop(0)
        return found

    def _past(self) -> tuple[Profile, str | None, str | None]:
        """Return the profile of the period before, the own report then, and the action drawn."""
        history = self._profile() if self._has("after") else ()
        told = self._label() if history and self._has("told") else None
        drawn = self._label() if history and self._has("a=") else None
        return history, told, drawn

    def _period(self) -> int | None:
        if not self._has("t="):
            return None
        digits = self._take()
        if not digits.isascii() or not digits.isdigit():
            raise ValueError(f"{digits!r} is no period")
        return int(digits)

    def _label(self) -> str:
        token = self._take()
        if token in _MARKS:
            raise ValueError(f"{token!r} is no label")
        return str(json.loads(token)) if token.startswith('"') else token

    def _profile(self) -> Profile:
        if not self._has("("):
            raise ValueError("no profile")
        found: list[str | None] = []
        while True:
            found.append(None if self._has(_ANY) else self._label())
            if self._has(")"):
                return tuple(found)
            if not self._has(","):
                raise ValueError("no profile")
