"""What an agent can gain by any strategy, lie by lie and period by period: from the definition, without rows.

A strategy says what to report after everything that an agent has seen: all profiles and reports of the periods before, the actions, and her own
signal (with the public ones). Nothing is said here of what she may forget. The others tell the truth. Everything is linear in the payments, which
are unknowns named by what they look at:

    ("now", t, i, ρ)      ("later", t, i, what the class sees of ρ, what it sees of θ')
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.optimize import linprog

from .model import Model, Profile, drop, insert
from .wishes import KINDS, Rule

Form = dict[Any, Fraction]
Event = tuple[Profile, Profile, int]  # true profile, reports, action of a period
Past = tuple[Event, ...]
Price = Callable[[Any], Fraction]
MOST = 10**6  # payments that programs of floats look at


def _add(form: Form, other: Form, times: Fraction | int = 1) -> None:
    for key, x in other.items():
        form[key] = form.get(key, Fraction(0)) + times * x


@dataclass
class Agent:
    """One agent among others who tell the truth, for a class of payments and a rule."""

    model: Model
    rule: Rule
    kind: str
    i: int

    def seen(self, p: Profile) -> Profile:
        """What she sees."""
        return self.model.view(self.i, p)

    def beliefs(self, t: int, past: Past) -> dict[Profile, dict[Profile, Fraction]]:
        """For what she may see, the profiles that she then thinks possible, with their probabilities (not rescaled)."""
        if past:
            true, _, action = past[-1]
            kernel = self.model.periods[t - 1].kernel
            assert kernel is not None
            law = kernel[action, true]
        else:
            assert self.model.prior is not None
            law = self.model.prior
        found: dict[Profile, dict[Profile, Fraction]] = {}
        for p, x in law.items():
            if x:
                found.setdefault(self.seen(p), {})[p] = x
        return found

    def flow(self, t: int, past: Past, p: Profile, told: Profile) -> Form:
        """Utility less payments of one period."""
        kind, last = KINDS[self.kind], self.model.periods[t].kernel is None
        action = self.rule[t][told]
        form: Form = {None: self.model.periods[t].utility[self.i][action, p]}
        if kind.now or last:
            _add(form, {("now", t, self.i, told): Fraction(1)}, -1)
        if past and kind.later:
            before, earlier = past[-1][1], past[-1][2]
            sees = before if kind.own_report else (drop(before, self.i), earlier)
            _add(form, {("later", t - 1, self.i, sees, told if kind.own_next else drop(told, self.i)): Fraction(1)}, -1)
        return form

    def follow(self, t: int, past: Past, sees: Profile, choose: Callable[[int, Past, Profile], int]) -> Form:
        """What a strategy is worth after a past and what she sees."""
        total: Form = {}
        law = self.beliefs(t, past)[sees]
        mass = sum(law.values())
        r = choose(t, past, sees)
        for p, x in law.items():
            told = insert(drop(p, self.i), self.i, r)
            _add(total, self.flow(t, past, p, told), x / mass)
            if self.model.periods[t].kernel is None:
                continue
            after = (*past, (p, told, self.rule[t][told]))
            for more, chances in self.beliefs(t + 1, after).items():
                weight = self.model.delta * x / mass * sum(chances.values())
                _add(total, self.follow(t + 1, after, more, choose), weight)
        return total

    def own(self, sees: Profile) -> int:
        """Her own signal among what she sees."""
        return sees[sum(j in self.model.public for j in range(self.i))]

    def truth(self, t: int, past: Past, sees: Profile) -> int:
        """The truthful strategy."""
        return self.own(sees)

    def best(self, price: Price) -> Callable[[int, Past, Profile], int]:
        """A best strategy at given payments, by backward induction over all pasts; truth where nothing is better."""
        known: dict[Any, tuple[int, Fraction]] = {}

        def value(t: int, past: Past, sees: Profile) -> tuple[int, Fraction]:
            key = t, past, sees
            if key not in known:
                law = self.beliefs(t, past)[sees]
                mass, worth = sum(law.values()), []
                for r in range(len(self.model.periods[t].signals[self.i])):
                    total = Fraction(0)
                    for p, x in law.items():
                        told = insert(drop(p, self.i), self.i, r)
                        total += x / mass * evaluated(self.flow(t, past, p, told), price)
                        if self.model.periods[t].kernel is not None:
                            after = (*past, (p, told, self.rule[t][told]))
                            for more, chances in self.beliefs(t + 1, after).items():
                                total += self.model.delta * x / mass * sum(chances.values()) * value(t + 1, after, more)[1]
                    worth.append(total)
                top, own = max(worth), self.own(sees)
                known[key] = (own if worth[own] == top else worth.index(top)), top
            return known[key]

        return lambda t, past, sees: value(t, past, sees)[0]

    def starts(self, notion: str) -> Iterator[tuple[int, Past, Profile]]:
        """Where truth has to be best: at the start; for ``pbic`` after every profile and own report of the period before, too."""
        for sees in self.beliefs(0, ()):
            yield 0, (), sees
        for t in range(1, len(self.model.periods) if notion == "pbic" else 0):
            for p in self.model.periods[t - 1].profiles():
                for r in range(len(self.model.periods[t - 1].signals[self.i])):
                    told = insert(drop(p, self.i), self.i, r)
                    # what came before the period before does not matter for what is due and likely from here on; any past will do
                    past = _long(self.model, t, (p, told, self.rule[t - 1][told]))
                    for sees in self.beliefs(t, past):
                        yield t, past, sees

    def gains(self, notion: str, price: Price) -> Iterator[tuple[Fraction, Form]]:
        """Where truth is not best, what a best strategy gains, and that gain as a form in the payments."""
        choose = self.best(price)
        for where in self.starts(notion):
            form = self.follow(*where, choose)
            _add(form, self.follow(*where, self.truth), -1)
            yield evaluated(form, price), form


def _long(model: Model, t: int, last: Event) -> Past:
    first = model.periods[0].profiles()[0]
    return (*([(first, first, 0)] * (t - 1)), last)


def evaluated(form: Form, price: Price) -> Fraction:
    """The number that a form is at given payments."""
    return sum((x * (1 if key is None else price(key)) for key, x in form.items()), Fraction(0))


def most(model: Model, rule: Rule, kind: str, notion: str, price: Price) -> Fraction:
    """The most that any agent can gain by any strategy where truth has to be best."""
    found = [g for i in model.players for g, _ in Agent(model, rule, kind, i).gains(notion, price)]
    return max(found, default=Fraction(0))


def possible(model: Model, rule: Rule, kind: str, notion: str, rounds: int = 200) -> bool | None:
    """Whether some payments of a class (of at most `MOST`) make truth best, by floats: strategies that gain are ruled out one after the other.

    None where it is close, where something is too unlikely for floats to see what it gains, or where it does not end.
    """
    assert model.prior is not None
    rows_of = [row for period in model.periods for row in (period.kernel or {}).values()]
    if min(x for law in (model.prior, *rows_of) for x in law.values() if x) < Fraction(1, 10**4):
        return None
    agents = [Agent(model, rule, kind, i) for i in model.players]
    for agent in agents:
        rows: list[Form] = []
        payments: dict[Any, float] = {}
        for _ in range(rounds):
            new = [
                form
                for gain, form in agent.gains(notion, lambda key: Fraction(payments.get(key, 0.0)))  # noqa: B023
                if gain > Fraction(1, 10**5)
            ]
            if not new:
                break
            rows += new
            # the least excess over what every strategy known may gain
            keys = sorted({key for form in rows for key in form if key is not None}, key=repr)
            place = {key: k for k, key in enumerate(keys)}
            matrix = np.zeros((len(rows), len(keys) + 1))
            right = np.zeros(len(rows))
            for k, form in enumerate(rows):
                for key, x in form.items():
                    if key is None:
                        right[k] = -float(x)
                    else:
                        matrix[k, place[key]] = float(x)
                matrix[k, -1] = -1
            cost = np.zeros(len(keys) + 1)
            cost[-1] = 1
            bounds = [*[(-MOST, MOST)] * len(keys), (0, None)]
            found = linprog(cost, matrix, right, bounds=bounds, method="highs")
            if found.status != 0:
                return None
            if found.fun > 1e-3:
                return False
            if found.fun > 1e-7:
                return None
            payments = dict(zip(keys, found.x[:-1].tolist(), strict=True))
        else:
            return None
    return True
