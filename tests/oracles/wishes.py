"""Is there any transfer rule of a class that makes truth an equilibrium and meets a list of wishes? By z3, from the definitions.

With the rule a* fixed, X_t^i(θ) is agent i's truthful continuation payoff without what last period's reports make due, and

    G_t^i(ρ, θ) = u^i(a*(ρ),θ) − now^i(ρ) + δ Σ_θ' μ(θ' | a*(ρ),θ) [X_{t+1}^i(θ') − later^i(θ'; ρ, a*(ρ))],      X = G(θ, θ).

Everything wished is linear in X and the payments. A *form* is a dictionary from unknowns to coefficients, the constant under None;
a *row* is a form that has to be at least 0, or 0. Unknowns are named by what they may look at, and by nothing else:

    ("X", t, i, θ)      ("now", t, i, θ)      ("later", t, i, what the class sees of the reports, what it sees of the next reports)

The truthful path, of participation and surplus: reports of the period before that truth can lead to from the prior (all of them
where there is none), and profiles that can follow them. Incentives and budgets speak of every public history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

from .deviations import truthful
from .efficient import efficient
from .mechanism import Mechanism
from .model import Model, Profile, drop, insert

Form = dict[Any, Fraction]
Rule = list[dict[Profile, int]]


class Undecided(Exception):
    """z3 did not come to an end."""


@dataclass(frozen=True)
class Row:
    """`form` ≥ 0, or = 0; `wish` and `place` say what for."""

    wish: str
    place: tuple[Any, ...]
    form: Form
    equal: bool


@dataclass(frozen=True)
class Kind:
    """What the payments of a class look at (the last period of a finite horizon has payments `now` in every class)."""

    now: bool
    later: bool
    own_report: bool
    own_next: bool


KINDS = {
    "history-independent": Kind(True, False, False, False),
    "vcg-type": Kind(False, True, False, False),
    "contingent": Kind(False, True, True, False),
    "contingent+now": Kind(True, True, True, False),
    "full": Kind(False, True, True, True),
    "full+now": Kind(True, True, True, True),
}
SMALLER = [
    ("history-independent", "contingent+now"),
    ("vcg-type", "contingent"),
    ("contingent", "contingent+now"),
    ("contingent", "full"),
    ("contingent+now", "full+now"),
    ("full", "full+now"),
]


def add(form: Form, other: Form, times: Fraction | int = 1) -> Form:
    """Add a multiple of another form in place."""
    for key, x in other.items():
        form[key] = form.get(key, Fraction(0)) + times * x
    return form


def reached(model: Model, rule: Rule) -> list[set[Profile]]:
    """The profiles of each period that truth leads to from the prior; all of them where there is no prior."""
    if model.prior is None:
        return [set(period.profiles()) for period in model.periods]
    first = {p for p, x in model.prior.items() if x}
    found = [first]
    if model.horizon is None:
        while True:
            more = found[0] | {q for p in found[0] for q in _support(model, rule, 0, p)}
            if more == found[0]:
                return found
            found = [more]
    for t in range(model.horizon - 1):
        found.append({q for p in found[t] for q in _support(model, rule, t, p)})
    return found


def _support(model: Model, rule: Rule, t: int, p: Profile) -> list[Profile]:
    kernel = model.periods[t].kernel
    assert kernel is not None
    return [q for q, x in kernel[rule[t][p], p].items() if x]


class Wishes:
    """The rows of every wish, for one model, rule and class of transfers.

    `everywhere` asks participation, surplus and rents after impossible reports as well.
    """

    def __init__(self, model: Model, kind: str, rule: Rule | None = None, everywhere: bool = False) -> None:
        self.model = model
        self.kind = KINDS[kind]
        self.eff = vars(model).setdefault("efficient", None) or efficient(model)
        vars(model)["efficient"] = self.eff
        self.rule = rule or self.eff.rule
        self.path = reached(model, self.rule)
        if everywhere:
            self.path = [set(period.profiles()) for period in model.periods]
        self.everywhere = everywhere
        self.agents = model.players
        self.periods = range(len(model.periods))

    # unknowns

    def x(self, t: int, i: int, theta: Profile) -> Form:
        return {("X", t, i, theta): Fraction(1)}

    def now(self, t: int, i: int, rho: Profile) -> Form:
        if not self.kind.now and self.model.next_period(t) is not None:
            return {}
        return {("now", t, i, rho): Fraction(1)}

    def later(self, t: int, i: int, rho: Profile, following: Profile) -> Form:
        """What the reports ρ of period t make i pay when the next reports are `following`."""
        if not self.kind.later:
            return {}
        seen: Any = rho if self.kind.own_report else (self.rule[t][rho], drop(rho, i))
        then = following if self.kind.own_next else drop(following, i)
        return {("later", t, i, seen, then): Fraction(1)}

    def due(self, t: int, i: int, history: Profile | None, reports: Profile) -> Form:
        before = self.before(t)
        return {} if history is None or before is None else self.later(before, i, history, reports)

    def before(self, t: int) -> int | None:
        if self.model.horizon is None:
            return 0
        return t - 1 if t else None

    def histories(self, t: int) -> list[Profile | None]:
        """Reports of the period before; None at the start, with nothing due."""
        start: list[Profile | None] = [None] if t == 0 else []
        before = self.before(t)
        return start if before is None else start + list(self.model.periods[before].profiles())

    def payoff(self, t: int, i: int, rho: Profile, theta: Profile) -> Form:
        """G^i(ρ, θ)."""
        period, a = self.model.periods[t], self.rule[t][rho]
        form: Form = {None: period.utility[i][a, theta]}
        add(form, self.now(t, i, rho), -1)
        upcoming = self.model.next_period(t)
        if upcoming is not None:
            assert period.kernel is not None
            for q, x in period.kernel[a, theta].items():
                if x:
                    add(form, self.x(upcoming, i, q), self.model.delta * x)
                    add(form, self.later(t, i, rho, q), -self.model.delta * x)
        return form

    # rows

    def rows(self, wish: str) -> Iterator[Row]:
        head, _, tail = wish.partition(":")
        kind, _, period = head.partition("@")
        if kind == "cap":
            whose, named, most = tail.rpartition("=")
            yield from self._cap(wish, Fraction(most), [self.model.agents.index(whose)] if named else self.agents)
        elif kind == "liability":
            yield from self._liability(wish, Fraction(tail), int(period) if period else None)
        elif kind == "split":
            yield from self._split(wish, {a: Fraction(x) for a, x in (part.split("=") for part in tail.split(","))})
        elif kind == "bounded":
            yield from self._bounded(Fraction(tail))
        else:
            yield from getattr(self, f"_{wish.replace('-', '_').replace(':', '_')}")()

    def flow(self, t: int, i: int, h: Profile | None, theta: Profile) -> Form:
        """What i pays in period t when the reports were h a period ago and are θ now."""
        return add(dict(self.now(t, i, theta)), self.due(t, i, h, theta))

    def realized(self) -> Iterator[tuple[int, Profile | None, Profile]]:
        """Every period, public history and profile of reports."""
        for t in self.periods:
            for h in self.histories(t):
                for theta in self.model.periods[t].profiles():
                    yield t, h, theta

    def _cap(self, wish: str, most: Fraction, whose: Any) -> Iterator[Row]:
        for t, h, theta in self.realized():
            for i in whose:
                yield Row(wish, (t, i, h, theta), add({None: most}, self.flow(t, i, h, theta), -1), False)

    def _liability(self, wish: str, most: Fraction, period: int | None) -> Iterator[Row]:
        for t, h, theta in self.realized():
            if period is not None and (t + 1 != period or (self.model.horizon is None and h is not None)):
                continue
            for i in self.agents:
                gain = self.model.periods[t].utility[i][self.rule[t][theta], theta]
                yield Row(wish, (t, i, h, theta), add({None: most + gain}, self.flow(t, i, h, theta), -1), False)

    def _split(self, wish: str, shares: dict[str, Fraction]) -> Iterator[Row]:
        together: Form = {}
        for i in self.agents:
            add(together, self._rent(i))
        for i in self.agents:
            yield Row(wish, (i,), add(self._rent(i), together, -shares[self.model.agents[i]]), True)

    def _no_deficit_ex_post(self) -> Iterator[Row]:
        for row in self._budget_ex_post():
            yield Row("no-deficit:ex-post", row.place, row.form, False)

    def _no_deficit_per_period(self) -> Iterator[Row]:
        for row in self._budget_per_period():
            yield Row("no-deficit:per-period", row.place, row.form, False)

    def _definition(self) -> Iterator[Row]:
        for t in self.periods:
            for i in self.agents:
                for theta in self.model.periods[t].profiles():
                    form = add(self.payoff(t, i, theta, theta), self.x(t, i, theta), -1)
                    yield Row("definition", (t, i, theta), form, True)

    def _pepic(self) -> Iterator[Row]:
        for t in self.periods:
            for i in self.agents:
                for theta in self.model.periods[t].profiles():
                    for r in range(len(self.model.periods[t].signals[i])):
                        if r != theta[i]:
                            yield from self._lie(t, i, theta, insert(drop(theta, i), i, r))

    def _lie(self, t: int, i: int, theta: Profile, rho: Profile) -> Iterator[Row]:
        loss = add(self.x(t, i, theta), self.payoff(t, i, rho, theta), -1)
        seen = set()
        for h in self.histories(t):
            form = dict(loss)
            add(form, self.due(t, i, h, theta), -1)
            add(form, self.due(t, i, h, rho))
            form = {key: x for key, x in form.items() if x}
            mark = frozenset(form.items())
            if mark not in seen:
                seen.add(mark)
                yield Row("pepic", (t, i, theta, rho, h), form, False)

    def _payoff_is(self, wish: str, values: Any) -> Iterator[Row]:
        for t in self.periods:
            if self.model.next_period(t) is None:
                continue
            for i in self.agents:
                for theta in self.model.periods[t].profiles():
                    form = add(self.x(t, i, theta), {None: -values(t, theta)})
                    yield Row(wish, (t, i, theta), form, True)

    def _residual_claimant(self) -> Iterator[Row]:
        return self._payoff_is("residual-claimant", lambda t, p: self.eff.values[t][p])

    def _equal_shares(self) -> Iterator[Row]:
        return self._payoff_is("equal-shares", lambda t, p: self.eff.values[t][p] / len(self.agents))

    def _no_payoff(self) -> Iterator[Row]:
        return self._payoff_is("no-payoff", lambda t, p: Fraction(0))

    def kept(self, t: int, i: int, history: Profile | None, theta: Profile) -> Form:
        """X − due."""
        return add(self.x(t, i, theta), self.due(t, i, history, theta), -1)

    def above(self, t: int, i: int, history: Profile | None, theta: Profile) -> Form:
        """X − due − what leaving is worth."""
        return add(self.kept(t, i, history, theta), {None: -self.model.periods[t].leaving(i, theta)})

    def on_path(self, t: int) -> Iterator[tuple[Profile | None, dict[Profile, Fraction] | None]]:
        """Histories on the truthful path with the law of the profiles that follow; None: the prior is not known."""
        if t == 0:
            yield None, self.model.prior
        before = self.before(t)
        if before is not None:
            kernel = self.model.periods[before].kernel
            assert kernel is not None
            for h in sorted(self.path[before]):
                yield h, kernel[self.rule[before][h], h]

    def _follows(self, h: Profile | None, law: dict[Profile, Fraction] | None, theta: Profile) -> bool:
        return law is None or (h is None and self.everywhere) or law[theta] != 0

    def _participation_ex_post(self) -> Iterator[Row]:
        for t in self.periods:
            for h, law in self.on_path(t):
                for theta in self.model.periods[t].profiles():
                    if self._follows(h, law, theta):
                        for i in self.agents:
                            yield Row("participation:ex-post", (t, i, h, theta), self.above(t, i, h, theta), False)

    def _interim(self, wish: str, start_alone: bool) -> Iterator[Row]:
        for t in self.periods:
            for h, law in self.on_path(t):
                if start_alone and h is not None:
                    continue
                assert law is not None, "needs a prior"
                for i in self.agents:
                    for k in sorted({self.model.view(i, theta) for theta in law}):
                        form: Form = {}
                        for theta, x in law.items():
                            if self.model.view(i, theta) == k and x:
                                add(form, self.above(t, i, h, theta), x)
                        if form:
                            yield Row(wish, (t, i, h, k), form, False)

    def _participation_interim(self) -> Iterator[Row]:
        return self._interim("participation:interim", False)

    def _participation_entry(self) -> Iterator[Row]:
        for t, h in ((0, None),):
            assert self.model.prior is not None
            yield from (row for row in self._interim("participation:entry", True) if row.place[0] == t and row.place[2] is h)

    def _at_start(self, i: int) -> Form:
        """E X_1^i."""
        assert self.model.prior is not None
        form: Form = {}
        for theta, x in self.model.prior.items():
            add(form, self.x(0, i, theta), x)
        return form

    def _rent(self, i: int) -> Form:
        """E (X_1^i − o^i)."""
        assert self.model.prior is not None
        left = sum((x * self.model.periods[0].leaving(i, p) for p, x in self.model.prior.items()), Fraction(0))
        return add(self._at_start(i), {None: -left})

    def _participation_ex_ante(self) -> Iterator[Row]:
        for i in self.agents:
            yield Row("participation:ex-ante", (i,), self._rent(i), False)

    def revenue(self) -> Form:
        """E Σ_t δ^{t−1} Σ_i p_t^i: what the actions are worth together less what the agents keep."""
        assert self.model.prior is not None
        form: Form = {None: sum((x * self.eff.values[0][p] for p, x in self.model.prior.items()), Fraction(0))}
        for i in self.agents:
            add(form, self._at_start(i), -1)
        return form

    def _budget_ex_ante(self) -> Iterator[Row]:
        yield Row("budget:ex-ante", (), self.revenue(), False)

    def _surplus_full(self) -> Iterator[Row]:
        form: Form = {}
        for i in self.agents:
            add(form, self._rent(i))
        yield Row("surplus:full", (), form, True)

    def paid(self, t: int, history: Profile | None, theta: Profile) -> Form:
        """What all agents pay in period t."""
        form: Form = {}
        for i in self.agents:
            add(form, self.now(t, i, theta))
            add(form, self.due(t, i, history, theta))
        return form

    def _budget_per_period(self) -> Iterator[Row]:
        for t in self.periods:
            for h in self.histories(t):
                form: Form = {}
                before = self.before(t)
                law: dict[Profile, Fraction]
                if h is None:
                    if not self.paid(t, None, self.model.periods[t].profiles()[0]):
                        continue
                    assert self.model.prior is not None
                    law = self.model.prior
                else:
                    assert before is not None
                    kernel = self.model.periods[before].kernel
                    assert kernel is not None
                    law = kernel[self.rule[before][h], h]
                for theta, x in law.items():
                    if x:
                        add(form, self.paid(t, h, theta), x)
                yield Row("budget:per-period", (t, h), form, True)

    def _budget_ex_post(self) -> Iterator[Row]:
        for t in self.periods:
            for h in self.histories(t):
                for theta in self.model.periods[t].profiles():
                    yield Row("budget:ex-post", (t, h, theta), self.paid(t, h, theta), True)

    def _surplus_every_history(self) -> Iterator[Row]:
        for t in self.periods:
            for h, law in self.on_path(t):
                for theta in self.model.periods[t].profiles():
                    if self._follows(h, law, theta):
                        form: Form = {}
                        for i in self.agents:
                            add(form, self.above(t, i, h, theta))
                        yield Row("surplus:every-history", (t, h, theta), form, True)

    def payments(self) -> list[Any]:
        """Every payment that the class has."""
        found: dict[Any, None] = {}
        for t in self.periods:
            upcoming = self.model.next_period(t)
            for i in self.agents:
                for rho in self.model.periods[t].profiles():
                    found.update(dict.fromkeys(self.now(t, i, rho)))
                    if upcoming is not None:
                        for q in self.model.periods[upcoming].profiles():
                            found.update(dict.fromkeys(self.later(t, i, rho, q)))
        return list(found)

    def _bounded(self, bound: Fraction) -> Iterator[Row]:
        for p in self.payments():
            for sign in (1, -1):
                yield Row("bounded", (p, sign), {p: Fraction(sign), None: bound}, False)

    def _no_subsidy(self) -> Iterator[Row]:
        for p in self.payments():
            yield Row("no-subsidy", (p,), {p: Fraction(1)}, False)

    def all(self, wishes: Iterable[str]) -> list[Row]:
        """The definitions, the incentives, and the wishes."""
        names = dict.fromkeys(("definition", "pepic", *wishes))
        return [row for wish in names for row in self.rows(wish)]


def solver_of(rows: list[Row], patience: float) -> tuple[Any, dict[Any, Any]]:
    """A z3 solver with the rows, and its unknowns."""
    names: dict[Any, str] = {}
    lines = []
    for row in rows:
        terms = []
        for key, x in row.form.items():
            if not x:
                continue
            sign = f"(/ {abs(x.numerator)}.0 {x.denominator}.0)"
            sign = sign if x > 0 else f"(- {sign})"
            terms.append(sign if key is None else f"(* {sign} {names.setdefault(key, f'v{len(names)}')})")
        left = f"(+ 0.0 {' '.join(terms)})" if terms else "0.0"
        lines.append(f"(assert ({'=' if row.equal else '>='} {left} 0.0))")
    solver = z3.SolverFor("QF_LRA")
    solver.set("timeout", int(1000 * patience))
    solver.from_string("".join(f"(declare-const {name} Real)\n" for name in names.values()) + "\n".join(lines))
    return solver, {key: z3.Real(name) for key, name in names.items()}


def decide(model: Model, kind: str, wishes: Iterable[str], *, rule: Rule | None = None, everywhere: bool = False,
           patience: float = 60) -> dict[Any, Fraction] | None:
    """Values of all unknowns if transfers of the class meet the wishes, None if none do.

    Raises Undecided where z3 does not end within `patience` seconds.
    """
    solver, unknowns = solver_of(Wishes(model, kind, rule, everywhere).all(wishes), patience)
    verdict = solver.check()
    if verdict == z3.unknown:
        raise Undecided(solver.reason_unknown())
    if verdict == z3.unsat:
        return None
    point = solver.model()
    return {key: Fraction(point.eval(x, model_completion=True).as_fraction()) for key, x in unknowns.items()}


def document(wishes: Wishes, point: dict[Any, Fraction]) -> dict[str, Any]:
    """A point as `mechanism`: the allocation, and the payments as tables that look at what the class may look at."""
    model, finite = wishes.model, wishes.model.horizon is not None
    allocation = [
        {**({"period": t + 1} if finite else {}), "signals": _labels(model, t, p), "action": model.periods[t].actions[a]}
        for t, actions in enumerate(wishes.rule)
        for p, a in actions.items()
    ]
    periods = []
    for t in wishes.periods:
        tables: dict[str, Any] = {}
        for i, agent in ((i, model.agents[i]) for i in wishes.agents):
            own = {}
            sizes = [len(s) for s in model.periods[t].signals]
            if wishes.now(t, i, model.periods[t].profiles()[0]):
                own["now"] = _table(sizes, (), lambda p, t=t, i=i: point.get(("now", t, i, p), Fraction(0)))
            upcoming = model.next_period(t)
            if upcoming is not None and wishes.kind.later:
                own["later"] = _later(wishes, point, t, i, upcoming)
            if own:
                tables[agent] = own
        periods.append(tables)
    return {"allocation": allocation, "transfers": periods if finite else periods[0]}


def _labels(model: Model, t: int, p: Profile) -> dict[str, str]:
    return {name: own[k] for name, own, k in zip(model.agents, model.periods[t].signals, p)}


def _table(sizes: list[int], prefix: Profile, entry: Any) -> Any:
    if len(prefix) == len(sizes):
        return str(entry(prefix))
    return [_table(sizes, (*prefix, k), entry) for k in range(sizes[len(prefix)])]


def _later(wishes: Wishes, point: dict[Any, Fraction], t: int, i: int, upcoming: int) -> Any:
    model, kind = wishes.model, wishes.kind
    actions = 1 if kind.own_report else len(model.periods[t].actions)
    now = [len(s) for s in model.periods[t].signals]
    if not kind.own_report:
        now[i] = 1
    then = [len(s) for s in model.periods[upcoming].signals]
    if not kind.own_next:
        then[i] = 1
    count = len(now)

    def entry(index: Profile) -> Fraction:
        a, rho, following = index[0], index[1:1 + count], index[1 + count:]
        seen: Any = rho if kind.own_report else (a, drop(rho, i))
        return point.get(("later", t, i, seen, following if kind.own_next else drop(following, i)), Fraction(0))

    return _table([actions, *now, *then], (), entry)


def values_of(wishes: Wishes, mech: Mechanism) -> dict[Any, Fraction]:
    """The unknowns of a class at a mechanism, X computed from its payments.

    Raises ValueError if a payment looks at what the class does not see, or is of a kind that the class lacks.
    """
    model = wishes.model
    point: dict[Any, Fraction] = {}

    def put(form: Form, x: Fraction) -> None:
        if not form:
            if x:
                raise ValueError("a payment that the class does not have")
            return
        (key,) = form
        if point.setdefault(key, x) != x:
            raise ValueError(f"{key} is {x} and {point[key]}")

    for i in wishes.agents:
        for t, values in enumerate(truthful(model, mech, i)):
            point.update({("X", t, i, p): x for p, x in values.items()})
        for t in wishes.periods:
            upcoming = model.next_period(t)
            for rho in model.periods[t].profiles():
                put(wishes.now(t, i, rho), mech.now(t, i, rho))
                if upcoming is not None:
                    for q in model.periods[upcoming].profiles():
                        put(wishes.later(t, i, rho, q), mech.later(t, i, wishes.rule[t][rho], rho, q))
    return point


def value(form: Form, point: dict[Any, Fraction]) -> Fraction:
    """A form at a point."""
    return sum((x * (1 if key is None else point[key]) for key, x in form.items()), Fraction(0))


def broken(model: Model, result: dict[str, Any], kind: str, wishes: Iterable[str], everywhere: bool = False) -> list[Row]:
    """The rows that the mechanism of a result does not meet."""
    mech = Mechanism(model, result)
    asked = Wishes(model, kind, mech.rule, everywhere)
    best = asked.eff.optimal
    if any(a not in best[t][p] for t, rule in enumerate(mech.rule) for p, a in rule.items()):
        raise ValueError("the rule is not efficient")
    point = values_of(asked, mech)
    rows = []
    for row in asked.all(wishes):
        x = value(row.form, point)
        if x < 0 or (row.equal and x):
            rows.append(row)
    return rows
