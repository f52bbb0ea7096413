r"""One agent's payments that are due up to ``k`` periods after the report: truth after every window of earlier reports.

In period ``t`` the agent who reports ``ρ`` at ``θ`` expects to pay ``N(ρ,θ) = Σ_w δ^{|w|} Pr(w|a*(ρ),θ) q(w;ρ)`` for this report, and ``O_j`` for her report of ``j`` periods ago, of which the
words that begin with what the others have reported since are still open:

    ``O_j = Σ_{w: w_{1..j} = (y_{t−j+1}, …, y_t)} δ^{|w|−j} Pr(w_{j+1..} | a*(ρ), θ) q(w; ρ_{t−j})``.

A *window* is what was reported in the last ``k − 1`` periods, or since the start. Truth after every window is, for residual claimants,

    ``N(ρ,θ) − N(θ,θ) + Σ_j [O_j(ρ) − O_j(θ)] ≥ G(ρ,θ) − G(θ,θ)``,      ``G = u^i(a*(ρ),θ) + δ E[W|a*(ρ),θ]``,      ``N(θ,θ) = G(θ,θ) − W(θ)``.

Given what the others reported, the agent's own earlier reports stand apart by their age: a column ``Z`` per age, the others' reports since, ``θ`` and lie is at least ``O_j(θ) − O_j(ρ)`` for each of
them. Words of ``k`` letters are enough: a shorter one can be paid later, with interest, whatever follows. Everything is in present values of period ``t``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm
from typing import Any, ClassVar

from mechsynth.construct.ahead.sight import Sight, Word
from mechsynth.construct.case import Case
from mechsynth.errors import OutOfTime
from mechsynth.prove.lines import Lines
from mechsynth.run import Run

LARGEST = 40_000  # columns up to which the program of one agent is built

Key = tuple[Any, ...]
"""A column: ``("q", t, action, report, word)``, ``("p", report)``, ``("z", t, age, suffix, θ, r)``."""
Form = dict[Key, Fraction]


@dataclass(frozen=True, eq=False)
class Row:
    """A row ``Σ coefficient · column (= or ≥) right``.

    Attributes
    ----------
    kind:
        ``"value"`` (what truth pays), ``"pepic"`` (a lie after a window), ``"most"`` (what a column ``Z`` is at least), ``"target"`` (scope all).
    place:
        ``value`` ``(t, θ)``; ``pepic`` ``(t, θ, r, suffix)``; ``most`` ``(t, age, suffix, θ, r, own report)``; ``target`` ``(t, a, θ, r)``.
    """

    kind: str
    place: tuple[Any, ...]
    form: Form
    right: Fraction

    @property
    def equal(self) -> bool:
        """Whether it is an equality."""
        return self.kind == "value"


@dataclass(eq=False)
class Windows:
    """The rows of one agent.

    Attributes
    ----------
    case, sight:
        The rule, and the laws of the agent.
    k:
        How many periods payments look ahead.
    own_report:
        Whether payments look at the own report, else at the action alone.
    every:
        Whether every action is asked for its target (scope all).
    truth:
        What rows about truth are called.
    """

    case: Case
    sight: Sight
    k: int
    own_report: bool
    every: bool
    truth: ClassVar[str] = "residual-claimant"
    _open: dict[Key, dict[Word, Fraction]] = field(default_factory=dict)

    # -- laws ---------------------------------------------------------------------------------------------------------

    @property
    def delta(self) -> Fraction:
        """The discount."""
        return self.case.environment.discount

    @cached_property
    def last(self) -> int | None:
        """The last period of a finite horizon."""
        return self.case.environment.horizon

    def length(self, t: int) -> int:
        """Return how many letters the words of a report have; 0 in the last period."""
        return self.sight.left(t, self.k)

    def earlier(self, t: int) -> int:
        """Return from how many periods before something can still be open."""
        return self.k - 1 if self.last is None else min(self.k - 1, t - 1)

    def letters(self, t: int) -> range:
        """Return the others' profiles."""
        return range(len(self.sight.profiles(t)))

    def told(self, t: int, profile: int, report: int) -> int:
        """Return the profile with another own signal."""
        return self.sight.profiles(t)[self.sight.others(t)[profile]][report]

    def before(self, t: int, age: int) -> int:
        """Return the period so many periods before."""
        return t if self.last is None else t - age

    def ahead(self, t: int, letters: int, action: int, profile: int) -> dict[Word, Fraction]:
        """Return the probabilities of the words of so many letters that follow an action at a profile; of no letter ``{(): 1}``."""
        key = (t, letters, action, profile)
        if key not in self._open:
            found: dict[Word, Fraction] = {(): Fraction(1)}
            if letters:
                found = {}
                after = self.sight.after(t)
                for q, share in self.sight.law(t, action, profile).items():
                    y = self.sight.others(after)[q]
                    for rest, p in self.ahead(after, letters - 1, self.sight.rule(after, q), q).items():
                        found[y, *rest] = found.get((y, *rest), Fraction(0)) + share * p
            self._open[key] = found
        return self._open[key]

    # -- forms --------------------------------------------------------------------------------------------------------

    def column(self, t: int, action: int, told: int, word: Word) -> Key:
        """Return the column of a payment."""
        if self.own_report:
            return ("q", t, action, told, word)
        # all reports with this action and these reports of the others pay the same
        return ("q", t, action, self.sight.profiles(t)[self.sight.others(t)[told]][0], word)

    def due(self, t: int, action: int, told: int, true: int) -> Form:
        """Return ``N``: what a report is expected to cost, in all periods together."""
        length = self.length(t)
        factor = self.delta**length
        return {
            self.column(t, action, told, word): factor * p for word, p in self.ahead(t, length, action, true).items()
        }

    def open(self, t: int, age: int, told: int, since: Word, action: int, true: int) -> Form:
        """Return ``O_j``: what is expected of the report ``told`` of ``age`` periods ago, ``since`` having been reported by the others, the current period included."""
        then = self.before(t, age)
        left = self.length(then) - age
        played = self.sight.rule(then, told)
        factor = self.delta**left
        return {
            self.column(then, played, told, (*since, *word)): factor * p
            for word, p in self.ahead(t, left, action, true).items()
        }

    def enjoyed(self, t: int, action: int, true: int) -> tuple[Fraction, Form]:
        """Return ``G``: utility, and what follows from truth after it, as a number and as what is paid in the last period (subtracted)."""
        environment = self.case.environment
        period = environment.period(t)
        utility = period.utilities.num[self.sight.agent, action].ravel()[true]
        number, form = Fraction(int(utility), period.utilities.den), Form()
        after = self.sight.after(t)
        if self.last is not None and t == self.last:
            return number, form
        for q, share in self.sight.law(t, action, true).items():
            if self.last is None or after < self.last:
                number += self.delta * share * self.case.rule.value(after).fraction(q)
                continue
            number += self.delta * share * self.enjoyed(after, self.sight.rule(after, q), q)[0]
            if self.case.constant is None:
                form["p", q] = self.delta * share
        return number, form

    def target(self, t: int, action: int, true: int) -> tuple[Fraction, Form]:
        """Return what an agent must expect to pay after an action for the social surplus, and what of it is paid in the last period (subtracted)."""
        environment = self.case.environment
        period = environment.period(t)
        number, form = Fraction(0), Form()
        for j in environment.players:
            if j != self.sight.agent:
                number -= Fraction(int(period.utilities.num[j, action].ravel()[true]), period.utilities.den)
        after = self.sight.after(t)
        if self.last is not None and after == self.last:
            for q, share in self.sight.law(t, action, true).items():
                own = self.enjoyed(after, self.sight.rule(after, q), q)[0]
                number -= self.delta * share * (self.case.rule.value(after).fraction(q) - own)
                if self.case.constant is None:
                    form["p", q] = self.delta * share
        return number, form

    # -- rows ---------------------------------------------------------------------------------------------------------

    @property
    def periods(self) -> range:
        """The periods that are told apart."""
        return range(1, 2 if self.last is None else self.last + 1)

    def size(self) -> int:
        """Return how many payments there are."""
        total = 0
        for t in self.periods:
            count, at = len(self.sight.others(t)), t
            for _ in range(self.length(t)):
                at = self.sight.after(at)
                count *= len(self.letters(at))
            total += count
        return total

    def rows(self, periods: range | None = None, *, windows: bool = True) -> Iterator[Row]:
        """Yield the rows of some periods; without ``windows`` those after none alone."""
        for t in self.periods if periods is None else periods:
            for true in range(len(self.sight.others(t))):
                if self.length(t):
                    yield self.value(t, true)
                y = self.sight.others(t)[true]
                for r, told in enumerate(self.sight.profiles(t)[y]):
                    if told != true:
                        yield from self._lies(t, true, r, windows)

    def value(self, t: int, true: int) -> Row:
        """Return the row of what truth pays: it leaves the surplus."""
        action = self.sight.rule(t, true)
        number, paid = self.target(t, action, true)
        return Row("value", (t, true), added(self.due(t, action, true, true), paid, 1), number)

    def _lies(self, t: int, true: int, r: int, windows: bool) -> Iterator[Row]:
        told = self.told(t, true, r)
        here, there = self.sight.rule(t, true), self.sight.rule(t, told)
        if self.last is not None and t == self.last:
            if self.case.constant is None:
                gain = self.enjoyed(t, there, true)[0] - self.enjoyed(t, here, true)[0]
                form: Form = {("p", told): Fraction(1), ("p", true): Fraction(-1)}
                yield Row("pepic", (t, true, r, ()), form, gain)
            return
        form = added(self.due(t, there, told, true), self.due(t, here, true, true), -1)
        (gained, paid), (kept, owed) = self.enjoyed(t, there, true), self.enjoyed(t, here, true)
        base = added(added(form, paid, 1), owed, -1)
        most: dict[tuple[int, Word], bool] = {}
        moving = self._moving(t, here, there, true)
        if not windows or not moving or self.last is None:
            # with a finite horizon there is no shorter window than all that can still be open
            yield Row("pepic", (t, true, r, ()), base, gained - kept)
        reach = self.earlier(t) if windows and moving else 0
        for n in range(1 if self.last is None else max(reach, 1), reach + 1):
            for suffix in product(*(self.letters(self.before(t, age)) for age in range(n, 0, -1))):
                whole, any_ = dict(base), False
                for age in range(1, n + 1):
                    part = suffix[n - age :]
                    if (age, part) not in most:
                        found = list(self._most(t, age, part, true, r))
                        most[age, part] = bool(found)
                        yield from found
                    if most[age, part]:
                        whole["z", t, age, part, true, r] = Fraction(-1)
                        any_ = True
                if any_:
                    yield Row("pepic", (t, true, r, suffix), whole, gained - kept)

    def _moving(self, t: int, here: int, there: int, true: int) -> bool:
        """Return whether a lie moves what may still be open from earlier reports."""
        for age in range(1, self.earlier(t) + 1):
            left = self.length(self.before(t, age)) - age
            if left > 0 and self.ahead(t, left, here, true) != self.ahead(t, left, there, true):
                return True
        return False

    def _most(self, t: int, age: int, suffix: Word, true: int, r: int) -> Iterator[Row]:
        """Yield what ``Z`` is at least, by the own report of that age; nothing where no report moves what is open."""
        then, told = self.before(t, age), self.told(t, true, r)
        here, there = self.sight.rule(t, true), self.sight.rule(t, told)
        left = self.length(then) - age
        if left <= 0 or self.ahead(t, left, here, true) == self.ahead(t, left, there, true):
            return
        since = (*suffix[1:], self.sight.others(t)[true])
        for own, earlier in enumerate(self.sight.profiles(then)[suffix[0]]):
            truth, lie = (self.open(t, age, earlier, since, action, true) for action in (here, there))
            form: Form = {("z", t, age, suffix, true, r): Fraction(1)}
            yield Row("most", (t, age, suffix, true, r, own), added(added(form, lie, 1), truth, -1), Fraction(0))

    def targets(self, t: int) -> Iterator[Row]:
        """Yield the rows of scope all: after every available action every lie meets the target itself, and truth does so exactly (as two rows)."""
        environment = self.case.environment
        available = environment.period(t).choices().reshape(len(environment.period(t).actions), -1)
        for action in range(len(environment.period(t).actions)):
            for true in range(len(self.sight.others(t))):
                if not available[action, true]:
                    continue
                number, paid = self.target(t, action, true)
                for r, told in enumerate(self.sight.profiles(t)[self.sight.others(t)[true]]):
                    form = added(self.due(t, action, told, true), paid, 1)
                    yield Row("target", (t, action, true, r), form, number)
                    if told == true or not self.own_report:
                        yield Row("target", (t, action, true, r, "most"), {c: -v for c, v in form.items()}, -number)


def added(left: Form, right: Mapping[Key, Fraction], sign: int) -> Form:
    """Return the sum of two forms, the second with a sign."""
    found = dict(left)
    for column, value in right.items():
        found[column] = found.get(column, Fraction(0)) + sign * value
    return {column: value for column, value in found.items() if value}


def solve(rows: list[Row], run: Run) -> tuple[dict[Key, Fraction] | None, list[Fraction]]:
    """Return values of the columns; or None and multipliers of the rows, at least 0 off the equalities, with which they contradict each other."""
    places: dict[Key, int] = {}
    for row in rows:
        for column in row.form:
            places.setdefault(column, len(places))
    if len(places) > LARGEST:
        raise OutOfTime(
            "", "a program with payments of several periods is too large to be decided exactly", "use fewer signals"
        )
    lines, scales = Lines(max(len(places), 1), run), []
    for row in rows:
        scales.append(lcm(row.right.denominator, *(value.denominator for value in row.form.values())))
        terms = [(places[column], int(value * scales[-1])) for column, value in row.form.items()]
        lines.add(terms, int(row.right * scales[-1]), equal=row.equal)
    point, multipliers = lines.decide()
    if point is None:
        return None, [y * scale for y, scale in zip(multipliers, scales, strict=True)]
    return {column: point[at] for column, at in places.items()}, []


def met(rows: list[Row], values: Mapping[Key, Fraction]) -> tuple[Fraction, Row | None]:
    """Return the least slack of the lies, what columns ``Z`` stand for being the most there is, and its row."""
    most: dict[Key, Fraction] = {}
    for row in rows:
        if row.kind == "most":
            t, age, suffix, true, r, _ = row.place
            key = ("z", t, age, suffix, true, r)
            need = -sum((v * values.get(c, Fraction(0)) for c, v in row.form.items() if c != key), Fraction(0))
            most[key] = max(need, most.get(key, need))
    least, where = Fraction(0), None
    for row in rows:
        if row.kind == "pepic":
            slack = (
                sum(
                    (v * (most[c] if c[0] == "z" else values.get(c, Fraction(0))) for c, v in row.form.items()),
                    Fraction(0),
                )
                - row.right
            )
            if where is None or slack < least:
                least, where = slack, row
    return least, where
