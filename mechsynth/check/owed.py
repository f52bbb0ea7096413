r"""Payments that are due up to several periods after the report, as records of a mechanism; and what is still open of them.

A record is paid once its list of next reports is complete. What a report of :math:`j` periods ago still has open, given what the others reported since, is the vector
:math:`\sum_{w ⊃ y_1…y_j} δ^{|w|-j} q(w) f_{w_{j+1}…}` over the profiles of the next period; what was completed on the way is sunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError

from .ahead import ZERO, Ahead, Vector
from .mechanism import read_period, read_profile
from .model import Model
from .text import Numbers, items, label, mapping, show, table

Word = tuple[int, ...]


@dataclass(frozen=True)
class Record:
    """One record with later reports.

    Parameters
    ----------
    reports:
        What it looks at, by place of the agent.
    action:
        The action that it looks at, or None.
    word:
        The others' profiles of the next periods.
    past:
        The reports of all earlier periods that it looks at, or None.
    """

    reports: Mapping[int, int]
    action: int | None
    word: Word
    payment: Fraction
    past: Word | None = None


@dataclass(eq=False)
class Owed:
    """One agent's payments.

    Parameters
    ----------
    laws:
        What is expected of the others.
    k:
        How far payments may look.
    later:
        Per period, the records with later reports.
    last:
        What is paid in the last period of a finite horizon, by profile.
    """

    laws: Ahead
    k: int
    later: dict[int, list[Record]] = field(default_factory=dict)
    last: list[Fraction] = field(default_factory=list)
    _words: dict[tuple[int, int, int, Word], dict[Word, Fraction]] = field(default_factory=dict)
    _open: dict[tuple[int, int, int, Word, Word], Vector] = field(default_factory=dict)

    def historic(self, t: int) -> bool:
        """Say whether payments for the reports of a period look at earlier ones."""
        return any(record.past is not None for record in self.later.get(t, ()))

    def words(self, t: int, told: int, action: int, past: Word = ()) -> dict[Word, Fraction]:
        """Return what is paid after each word once a profile was reported and an action taken, after a history."""
        key = (t, told, action, past)
        if key not in self._words:
            own = self.laws.model.period(t).own
            found: dict[Word, Fraction] = {}
            for record in self.later.get(t, ()):
                fits = record.action in (None, action) and record.past in (None, past)
                if fits and all(own[j][told] == k for j, k in record.reports.items()):
                    found[record.word] = found.get(record.word, ZERO) + record.payment
            self._words[key] = found
        return self._words[key]

    def open(self, t: int, told: int, action: int, since: Word, past: Word = ()) -> Vector:
        """Return what is still to be expected of a report, in values of the period in which the last letter of ``since`` was reported, by the next profile."""
        past = past if self.historic(t) else ()
        key = (t, told, action, since, past)
        if key not in self._open:
            laws, delta, n = self.laws, self.laws.model.discount, len(since)
            then = t
            for _ in range(n + 1):
                then = laws.model.following(then)
            found = [ZERO] * laws.model.period(then).profiles
            for word, payment in self.words(t, told, action, past).items():
                if len(word) > n and word[:n] == since:
                    factor = payment * delta ** (len(word) - n)
                    found = [a + factor * b for a, b in zip(found, laws.word(then, word[n:]), strict=True)]
            self._open[key] = found
        return self._open[key]

    def expected(
        self, report: tuple[int, int, int], since: Word, at: tuple[int, int, int], past: Word = ()
    ) -> Fraction:
        """Return the expectation of what is open of a report (its period, the profile that was reported, the action), ``at`` the current period, action and profile."""
        vector = self.open(*report, since, past)
        return sum((share * vector[q] for q, share in self.laws.law(*at).items()), ZERO)


def read_owed(
    value: object, laws: Mapping[int, Ahead], k: int, own_report: bool, numbers: Numbers, place: str
) -> dict[int, Owed]:
    """Return the payments of every player from records.

    Parameters
    ----------
    own_report:
        Whether payments may look at the own report.
    """
    model = next(iter(laws.values())).model
    found = {i: Owed(own, k, {}, [ZERO] * model.period(model.count - 1).profiles) for i, own in laws.items()}
    keys = ("agent", "payment") if model.horizon is None else ("agent", "period", "payment")
    for n, entry in enumerate(items(value, place)):
        at = f"{place}[{n}]"
        table(entry, at, keys, ("reports", "action", "next", "history"))
        i = label(entry["agent"], model.player_index, f"{at}.agent", "agent that pays")
        t = read_period(entry, model, at)
        reports = _reports(entry.get("reports", {}), model, t, f"{at}.reports")
        payment = numbers.fraction(entry["payment"], f"{at}.payment")
        if "next" not in entry:
            if model.horizon is None or t < model.horizon - 1 or "action" in entry or "history" in entry:
                raise InputError(at, "a payment in the period of the report", "only the last period has one")
            own = model.period(t).own
            for p in range(model.period(t).profiles):
                if all(own[j][p] == s for j, s in reports.items()):
                    found[i].last[p] += payment
            continue
        if not own_report and i in reports:
            raise InputError(f"{at}.reports", "looks at the own report", "payments of this class do not")
        action = None
        if "action" in entry:
            action = label(entry["action"], model.period(t).action_index, f"{at}.action", "action of this period")
        most = laws[i].left(t, k)
        following = [entry["next"]] if isinstance(entry["next"], dict) else entry["next"]
        word = laws[i].read_word(following, model.following(t), most, f"{at}.next") if most else []
        if not word:
            raise InputError(f"{at}.next", "nothing comes after this period", "remove the record")
        past = _past(entry["history"], laws[i], t, f"{at}.history") if "history" in entry else None
        found[i].later.setdefault(t, []).append(Record(reports, action, tuple(word), payment, past))
    return found


def _past(value: object, laws: Ahead, t: int, place: str) -> Word:
    """Return the reports of all earlier periods, the oldest first; an action that is named is the rule's."""
    model, found = laws.model, []
    entries = items(value, place)
    if model.horizon is None or len(entries) != t:
        raise InputError(place, f"{len(entries)} periods", "list every period before that of the report")
    for s, entry in enumerate(entries):
        at = f"{place}[{s}]"
        table(entry, at, ("signals",), ("action",))
        profile = read_profile(entry["signals"], model, s, f"{at}.signals")
        if "action" in entry:
            action = label(entry["action"], model.period(s).action_index, f"{at}.action", "action of this period")
            if action != int(laws.rule[s][profile]):
                raise InputError(f"{at}.action", "not the rule's after these reports", "name the rule's")
        found.append(profile)
    return tuple(found)


def _reports(value: object, model: Model, t: int, place: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for agent, signal in mapping(value, place, "write {agent: signal}").items():
        j = label(agent, model.agent_index, place, "agent")
        found[j] = label(signal, model.period(t).signal_index[j], place, f"signal of {show(agent)}")
    return found


def told_past(laws: Ahead, t: int, window: Sequence[int], name: Any) -> str:
    """Return `` after (4,-) (6,5)``, the oldest first, or nothing."""
    model, words = laws.model, []
    for n, profile in enumerate(window):
        then = t if model.horizon is None else t - (len(window) - n)
        words.append(name(then, profile))
    return " after " + " ".join(words) if words else ""
