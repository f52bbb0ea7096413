"""Multipliers of the rows of windows: they add up to a contradiction, whatever is paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .ahead import ZERO
from .owed import Word
from .text import number_text, show
from .verdict import Ledger, Refuted
from .windows import Rows

Column = tuple[Any, ...]


@dataclass(eq=False)
class Plan:
    """A sum of rows of one agent: columns are its payments, one for each word of any length that they may look at.

    Parameters
    ----------
    rows:
        The rows.
    own_report:
        Whether payments look at the own report.
    """

    rows: Rows
    own_report: bool
    total: dict[Column, Fraction] = field(default_factory=dict)
    right: Fraction = ZERO

    def add(self, column: Column, value: Fraction) -> None:
        """Add to what stands at a column."""
        self.total[column] = self.total.get(column, ZERO) + value

    def _words(self, t: int, most: int, action: int, true: int) -> dict[Word, Fraction]:
        """Return the probabilities of the words of one letter up to so many."""
        laws = self.rows.laws
        found: dict[Word, Fraction] = {}
        paths: list[tuple[Word, int, Fraction]] = [((), q, share) for q, share in laws.law(t, action, true).items()]
        for n in range(most):
            t = self.rows.model.following(t)
            longer: list[tuple[Word, int, Fraction]] = []
            for word, q, share in paths:
                letter = next(y for y, members in enumerate(laws.members(t)) if q in members)
                found[*word, letter] = found.get((*word, letter), ZERO) + share
                if n + 1 < most:
                    longer += [((*word, letter), then, share * p) for then, p in laws.played(t, q).items()]
            paths = longer
        return found

    def _column(self, t: int, told: int, action: int, word: Word) -> Column:
        if self.own_report:
            return ("later", t, told, action, word)
        letter = next(y for y, members in enumerate(self.rows.laws.members(t)) if told in members)
        return ("later", t, -1 - letter, action, word)

    def cost(self, t: int, told: int, action: int, true: int, y: Fraction) -> None:
        """Add ``y`` times what a report is expected to cost, what is paid in the last period included."""
        rows, delta = self.rows, self.rows.model.discount
        for word, p in self._words(t, rows.laws.left(t, rows.k), action, true).items():
            self.add(self._column(t, told, action, word), y * p * delta ** len(word))
        if rows.ends(rows.model.following(t)) and not rows.constant:
            for q, p in rows.laws.law(t, action, true).items():
                self.add(("last", q), y * p * delta)

    def open(self, t: int, age: int, earlier: int, since: Word, at: tuple[int, int], y: Fraction) -> None:
        """Add ``y`` times what is open from the report of an age, after an action at a profile (``at``)."""
        rows, delta = self.rows, self.rows.model.discount
        then = rows.before(t, age)
        left = rows.laws.left(then, rows.k) - age
        for word, p in self._words(t, left, *at).items() if left > 0 else ():
            column = self._column(then, earlier, rows.rule(then, earlier), (*since, *word))
            self.add(column, y * p * delta ** len(word))

    # -- rows ---------------------------------------------------------------------------------------------------------

    def value(self, t: int, true: int, y: Fraction) -> None:
        """Add a row of what truth pays: an equality."""
        action = self.rows.rule(t, true)
        self.cost(t, true, action, true, y)
        self.right += y * self.rows.target(t, action, true)

    def lie(self, t: int, lie: tuple[int, int, int], window: Word, y: Fraction) -> None:
        """Add a row of a lie after a window, the oldest report first."""
        rows = self.rows
        true, _, told = lie
        here, there = rows.rule(t, true), rows.rule(t, told)
        self.right += y * (rows.enjoyed(t, there, true) - rows.enjoyed(t, here, true))
        if rows.ends(t):
            if not rows.constant:
                self.add(("last", told), y)
                self.add(("last", true), -y)
            return
        self.cost(t, told, there, true, y)
        self.cost(t, true, here, true, -y)
        letters = [self._letter(rows.before(t, len(window) - n), p) for n, p in enumerate(window)]
        letters.append(self._letter(t, true))
        for n, earlier in enumerate(window):
            since = tuple(letters[n + 1 :])
            for action, sign in ((there, 1), (here, -1)):
                self.open(t, len(window) - n, earlier, since, (action, true), sign * y)

    def moves(self, t: int, lie: tuple[int, int, int], known: int) -> bool:
        """Say whether a lie moves what may be open from reports that are older than a window of so many."""
        rows = self.rows
        if rows.ends(t):
            return False
        true, _, told = lie
        for age in range(known + 1, rows.earlier(t) + 1):
            left = rows.laws.left(rows.before(t, age), rows.k) - age
            here, there = rows.rule(t, true), rows.rule(t, told)
            if left > 0 and self._words(t, left, here, true) != self._words(t, left, there, true):
                return True
        return False

    def target(self, t: int, action: int, true: int, told: int, y: Fraction) -> None:
        """Add a row of scope all."""
        self.cost(t, told, action, true, y)
        self.right += y * self.rows.target(t, action, true)

    def _letter(self, t: int, profile: int) -> int:
        return next(y for y, members in enumerate(self.rows.laws.members(t)) if profile in members)

    def contradiction(self, ledger: Ledger) -> Fraction:
        """Ask that all payments cancel and that more than 0 is left; return it."""
        for column, value in self.total.items():
            ledger.claim(value == 0, f"multipliers, {self._told(column)}: off by {number_text(value)}, not 0")
        ledger.claim(self.right > 0, f"shortfall {number_text(self.right)} is not above 0")
        return self.right

    def _told(self, column: Column) -> str:
        rows = self.rows
        who = rows.names.agents[rows.agent]
        if column[0] == "payoff":
            return f"what truth is worth to {who} at {rows.names.profile(column[1], column[2])}"
        if column[0] == "last":
            return f"a payment of {who} in the last period at {rows.names.profile(rows.model.count - 1, column[1])}"
        _, t, told, _, word = column
        profile = told if told >= 0 else rows.laws.members(t)[-1 - told][0]
        report = rows.names.profile(t, profile, None if told >= 0 else rows.agent)
        return (
            f"a payment of {who} for {report}, once the others report {rows.laws.tell(rows.model.following(t), word)}"
        )


def add_all(plans: Mapping[int, Plan], multipliers: Mapping[str, Fraction], every_action: bool, ledger: Ledger) -> None:
    """Add the rows that multipliers name, each to the sum of its agent.

    Raises
    ------
    Refuted
        For a name of no row, and for a negative multiplier of an inequality.
    """
    known: dict[str, tuple[bool, Callable[[Fraction], None]]] = {}
    lies: dict[str, tuple[Plan, int, tuple[int, int, int]]] = {}
    for plan in plans.values():
        rows = plan.rows
        for t in range(rows.model.count):
            for lie in rows.lies(t):
                lies[rows.lie_name(t, lie[0], lie[1])] = (plan, t, lie)
            if rows.ends(t):
                continue
            for p in range(rows.model.period(t).profiles):
                known[rows.value_name(t, p)] = (True, _of(plan.value, t, p))
            if every_action:
                known |= _targets(plan, t)
    for name, y in multipliers.items():
        if name in known:
            equal, add = known[name]
            ledger.claim(equal or y >= 0, f"multiplier of {name}: {number_text(y)} < 0, the row is an inequality")
            add(y)
            continue
        start, _, past = name.partition(" after ")
        if start not in lies:
            raise Refuted(f"multipliers: {show(name)} is no row of the program")
        plan, t, lie = lies[start]
        ledger.claim(y >= 0, f"multiplier of {name}: {number_text(y)} < 0, the row is an inequality")
        window = _window(plan.rows, t, past, name) if past else ()
        if plan.rows.model.horizon is not None and plan.moves(t, lie, len(window)):
            raise Refuted(f"multipliers: {show(name)} leaves out what was reported before, which a lie moves")
        plan.lie(t, lie, window, y)


def _of(add: Callable[..., None], *place: int) -> Callable[[Fraction], None]:
    return lambda y: add(*place, y)


def _targets(plan: Plan, t: int) -> dict[str, tuple[bool, Callable[[Fraction], None]]]:
    rows, found = plan.rows, dict[str, tuple[bool, Callable[[Fraction], None]]]()
    choices = rows.model.period(t).choices
    for action in range(len(rows.model.period(t).actions)):
        for members in rows.laws.members(t):
            for true in members:
                for r, told in enumerate(members) if choices[action, true] else ():
                    equal = told == true or not plan.own_report
                    found[rows.target_name(t, action, true, r)] = (equal, _of(plan.target, t, action, true, told))
    return found


def _window(rows: Rows, t: int, past: str, name: str) -> Word:
    """Return the reports of a window by its name."""
    if rows.ends(t):
        raise Refuted(f"multipliers: {show(name)} is no row of the program")
    for count in range(1, rows.earlier(t) + 1):
        left, found = past, []
        for n in range(count):
            then = rows.before(t, count - n)
            profile = next(
                (p for p in range(rows.model.period(then).profiles) if left.startswith(rows.names.profile(then, p))),
                None,
            )
            if profile is None:
                break
            found.append(profile)
            left = left.removeprefix(rows.names.profile(then, profile)).removeprefix(" ")
        if len(found) == count and not left:
            return tuple(found)
    raise Refuted(f"multipliers: {show(name)} is no row of the program")
