"""The rows of the synthesis program, made when their names are asked for (``docs/certificates.md``, ``implement``).

Negative answers and optima are proved by multipliers of these rows; a positive answer is never read off them.
Every row holds for every mechanism of the class that meets the requirements, which is what makes multipliers a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

from .columns import EPSILON, LARGEST, RENT, SUBSIDY, Column, size_of
from .names import histories, joined
from .pieces import Entries, Pieces
from .values import mean

# the family of the rows that say what X and D are
DEFINITION = "definition"


PAYOFFS = ("residual-claimant", "equal-shares", "no-payoff")


def share_of(requirement: str, agents: int) -> Fraction:
    """Return the share of the surplus that a requirement on truthful payoffs leaves every agent."""
    return {"residual-claimant": Fraction(1), "equal-shares": Fraction(1, agents), "no-payoff": Fraction(0)}[
        requirement
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """``Σ coefficient · column (= or >=) right``.

    Parameters
    ----------
    name:
        As in the certificate.
    family:
        ``definition``, a requirement, or ``objective``.
    equal:
        Whether the row is an equality.
    right:
        Makes the right side.
    entries:
        Makes the coefficients.
    """

    name: str
    family: str
    equal: bool
    right: Callable[[], Fraction]
    entries: Callable[[], Entries]


def _nought() -> Fraction:
    return Fraction(0)


def _same(value: Any) -> Any:
    return value


class Program(Pieces):
    """The synthesis program of one question."""

    @property
    def added(self) -> list[Column]:
        """The columns that the objective adds."""
        return [] if self.objective_name == "max-revenue" else list(self.objective()[0])

    # -- the objective ----------------------------------------------------------------------------------------

    def objective(self) -> Entries:
        """Return what is minimized."""
        name = self.objective_name
        if name == "min-total-transfer":
            return {size_of(column): 1 for column in self.columns.payments()}, 1
        if name == "max-revenue":
            return self.net(0, self.agents, *self.weights(0, None), None, 1)
        column = {"min-max-transfer": LARGEST, "min-rent": RENT, "min-subsidy": SUBSIDY, "min-epsilon": EPSILON}[name]
        return {column: 1}, 1

    # -- the rows ---------------------------------------------------------------------------------------------

    def rows(self, heads: set[str] | None = None) -> Iterator[Row]:
        """Return the rows whose names begin with one of ``heads``, by default all."""
        families: dict[str, Callable[[], Iterator[Row]]] = {"value": self._values, "pepic": self._pepic}
        if not self.columns.blind:
            families["deviation"] = self._deviations
        for requirement in self.require:
            maker = _REQUIREMENTS.get(requirement)
            if requirement in self.bounds:
                families[requirement] = partial(self._bounded, requirement)
            elif requirement in self.written:
                families[requirement] = partial(self._written, requirement)
            elif maker is not None:
                families[requirement] = partial(maker, self)
        head, added = _OBJECTIVES.get(self.objective_name, ("", None))
        if added is not None:
            families[head] = partial(added, self)
        for head, make in families.items():
            if heads is None or head in heads:
                yield from make()

    def _values(self) -> Iterator[Row]:
        for t in range(self.model.count):
            for agent in self.agents:
                for profile in range(self.model.period(t).profiles):
                    own = self.columns.payoff(t, agent, profile)
                    yield Row(
                        self.names.place("value", t, agent, self.names.profile(t, profile)),
                        DEFINITION,
                        True,
                        partial(self.utility, t, agent, profile, profile),
                        partial(self.worth, t, agent, profile, profile, own, None),
                    )

    def _lies(self) -> Iterator[tuple[int, int, int, int, int]]:
        """Return ``(period, agent, θ, report, ρ)``."""
        for t in range(self.model.count):
            period = self.model.period(t)
            for agent, size in enumerate(period.sizes):
                for report in range(size):
                    told, own = period.lie(agent, report).tolist(), period.own[agent].tolist()
                    for profile in range(period.profiles):
                        if own[profile] != report:
                            yield t, agent, profile, report, told[profile]

    def _deviations(self) -> Iterator[Row]:
        for t, agent, profile, report, told in self._lies():
            own = self.columns.deviation(t, agent, profile, report)
            yield Row(
                self.names.place("deviation", t, agent, self.names.lie(t, agent, profile, report)),
                DEFINITION,
                True,
                partial(self.utility, t, agent, profile, told),
                partial(self.worth, t, agent, profile, told, own, None),
            )

    def _pepic(self) -> Iterator[Row]:
        extra = EPSILON if self.objective_name == "min-epsilon" else None
        for t, agent, profile, report, told in self._lies():
            what = self.names.lie(t, agent, profile, report)
            own = self.columns.payoff(t, agent, profile)
            if self.columns.blind:
                yield Row(
                    self.names.place("pepic", t, agent, what),
                    "pepic",
                    False,
                    partial(self.utility, t, agent, profile, told),
                    partial(self.worth, t, agent, profile, told, own, extra),
                )
                continue
            for history in histories(self.model, t):
                yield Row(
                    self.names.place("pepic", t, agent, what, history),
                    "pepic",
                    False,
                    _nought,
                    partial(self._truth, t, agent, profile, report, told, history, extra),
                )

    def _truth(
        self, t: int, agent: int, profile: int, report: int, told: int, history: int | None, extra: Column | None
    ) -> Entries:
        """Return ``X(θ) - due(θ) - D(θ, r) + due(ρ)``."""
        found = {self.columns.payoff(t, agent, profile): 1, self.columns.deviation(t, agent, profile, report): -1}
        if history is not None:
            for place, sign in ((profile, -1), (told, 1)):
                due = self.due(t, agent, place, history)
                assert due is not None
                found[due] = found.get(due, 0) + sign
        if extra is not None:
            found[extra] = 1
        return found, 1

    def payoffs(self, head: str) -> Iterator[Row]:
        """Return the rows ``X_t = share · W_t`` of a requirement on truthful payoffs, before the last period."""
        for t in range(self.model.count):
            if self.model.kernel(t) is None:
                continue
            for agent in self.agents:
                for profile in range(self.model.period(t).profiles):
                    yield Row(
                        self.names.place(head, t, agent, self.names.profile(t, profile)),
                        head,
                        True,
                        partial(self._share, share_of(head, len(self.agents)), t, profile),
                        partial(self.net, t, (agent,), [(profile, 1)], 1, None, 1),
                    )

    def _share(self, share: Fraction, t: int, profile: int) -> Fraction:
        return share * self.values.exact(t).at(profile) if share else share

    def _ex_post(self) -> Iterator[Row]:
        head = "participation:ex-post"
        for t, history, profile in self.seen():
            for agent in self.agents:
                name = self.names.place(head, t, agent, self.names.profile(t, profile), history)
                yield Row(name, head, False, _nought, partial(self.net, t, (agent,), [(profile, 1)], 1, history, 1))

    def _interim(self) -> Iterator[Row]:
        return self._expecting("participation:interim", self.path())

    def _entry(self) -> Iterator[Row]:
        return self._expecting("participation:entry", [(0, None)])

    def _expecting(self, head: str, points: Iterable[tuple[int, int | None]]) -> Iterator[Row]:
        for t, history in points:
            weights, den = self.weights(t, history)
            for agent in self.agents:
                own = self.model.period(t).own[agent]
                for k in range(self.model.period(t).sizes[agent]):
                    chosen = [(profile, weight) for profile, weight in weights if own[profile] == k]
                    if chosen:
                        name = self.names.place(head, t, agent, self.names.signal(t, agent, k), history)
                        yield Row(name, head, False, _nought, partial(self.net, t, (agent,), chosen, den, history, 1))

    def _ex_ante(self) -> Iterator[Row]:
        head = "participation:ex-ante"
        weights, den = self.weights(0, None)
        for agent in self.agents:
            entries = partial(self.net, 0, (agent,), weights, den, None, 1)
            yield Row(joined(head, self.names.agents[agent]), head, False, _nought, entries)

    def _budget_ex_ante(self) -> Iterator[Row]:
        head = "budget:ex-ante"
        yield Row(
            head, head, False, self._no_deficit, partial(self.net, 0, self.agents, *self.weights(0, None), None, -1)
        )

    def _no_deficit(self) -> Fraction:
        assert self.model.prior is not None
        return -mean(self.model.prior, self.values.exact(0))

    def _budgets(self, head: str, extra: Column | None) -> Iterator[Row]:
        for t, history in self.points():
            if history is None and not self.columns.now_in(t):
                continue
            family = "objective" if extra is not None else head
            entries = partial(self.paid, t, *self.weights(t, history), history, extra)
            yield Row(self.names.place(head, t, history=history), family, extra is None, _nought, entries)

    def _per_period(self) -> Iterator[Row]:
        return self._budgets("budget:per-period", None)

    def _balanced(self) -> Iterator[Row]:
        head = "budget:ex-post"
        for t, history in self.points():
            if history is None and not self.columns.now_in(t):
                continue
            for profile in range(self.model.period(t).profiles):
                name = self.names.place(head, t, what=self.names.profile(t, profile), history=history)
                yield Row(name, head, True, _nought, partial(self.paid, t, [(profile, 1)], 1, history, None))

    def _bounded(self, head: str) -> Iterator[Row]:
        bound = self.bounds[head]

        def right() -> Fraction:
            return -bound

        for column in self.columns.payments():
            name = self.columns.name(column)
            yield Row(f"{head} {name} <=", head, False, right, partial(_entries, {column: -1}))
            yield Row(f"{head} {name} >=", head, False, right, partial(_entries, {column: 1}))

    def _no_subsidy(self) -> Iterator[Row]:
        head = "no-subsidy"
        for column in self.columns.payments():
            yield Row(f"{head} {self.columns.name(column)}", head, False, _nought, partial(_entries, {column: 1}))

    def _full(self) -> Iterator[Row]:
        head = "surplus:full"
        yield Row(head, head, True, _nought, partial(self.net, 0, self.agents, *self.weights(0, None), None, 1))

    def _every_history(self) -> Iterator[Row]:
        head = "surplus:every-history"
        for t, history, profile in self.seen():
            name = self.names.place(head, t, what=self.names.profile(t, profile), history=history)
            yield Row(name, head, True, _nought, partial(self.net, t, self.agents, [(profile, 1)], 1, history, 1))

    def _written(self, head: str) -> Iterator[Row]:
        for row in self.written[head]:
            yield Row(row.name, head, row.equal, partial(_same, row.right), partial(_same, row.entries))

    # -- the rows of objectives -------------------------------------------------------------------------------

    def _sizes(self, head: str) -> Iterator[Row]:
        for column in self.columns.payments():
            bound = LARGEST if head == "largest" else size_of(column)
            name = self.columns.name(column)
            for mark, sign in (("<=", -1), (">=", 1)):
                entries = partial(_entries, {bound: 1, column: sign})
                yield Row(f"{head} {name} {mark}", "objective", False, _nought, entries)

    def _rents(self) -> Iterator[Row]:
        for t, history, profile in self.seen():
            name = self.names.place("rent", t, what=self.names.profile(t, profile), history=history)
            yield Row(name, "objective", False, _nought, partial(self._rent, t, profile, history))

    def _rent(self, t: int, profile: int, history: int | None) -> Entries:
        found, den = self.net(t, self.agents, [(profile, 1)], 1, history, -1)
        return {**found, RENT: 1}, den

    def _subsidies(self) -> Iterator[Row]:
        yield from self._budgets("subsidy", SUBSIDY)
        # without period labels the budget row of the start takes the plain name
        start = self.model.horizon is None and self.columns.now_in(0)
        yield Row("subsidy >=" if start else "subsidy", "objective", False, _nought, partial(_entries, {SUBSIDY: 1}))

    def _epsilon(self) -> Iterator[Row]:
        yield Row("epsilon", "objective", False, _nought, partial(_entries, {EPSILON: 1}))


def _entries(found: dict[Column, int]) -> Entries:
    return found, 1


_REQUIREMENTS: dict[str, Callable[[Program], Iterator[Row]]] = {
    **{head: partial(lambda head, program: program.payoffs(head), head) for head in PAYOFFS},
    "participation:ex-post": Program._ex_post,
    "participation:interim": Program._interim,
    "participation:entry": Program._entry,
    "participation:ex-ante": Program._ex_ante,
    "budget:ex-ante": Program._budget_ex_ante,
    "budget:per-period": Program._per_period,
    "budget:ex-post": Program._balanced,
    "no-subsidy": Program._no_subsidy,
    "surplus:full": Program._full,
    "surplus:every-history": Program._every_history,
}
_OBJECTIVES: dict[str, tuple[str, Callable[[Program], Iterator[Row]]]] = {
    "min-max-transfer": ("largest", lambda program: program._sizes("largest")),
    "min-total-transfer": ("size", lambda program: program._sizes("size")),
    "min-rent": ("rent", Program._rents),
    "min-subsidy": ("subsidy", Program._subsidies),
    "min-epsilon": ("epsilon", Program._epsilon),
}
