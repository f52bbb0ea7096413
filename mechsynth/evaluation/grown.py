"""What a mechanism with histories and lotteries does to the agents, whatever a result claims; the counterpart of `evaluation`.

Every number is a payoff, a payment or a slack at a history that reports and the mechanism's own lotteries can lead to. Payments count positive when the agent pays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from mechsynth.check.checker import opened
from mechsynth.check.grown import Grown, Nodes, read_tree
from mechsynth.check.model import Model
from mechsynth.check.sequence import Point, of_played, revenue, surplus
from mechsynth.check.text import Numbers, items, show
from mechsynth.check.verdict import Ledger, Refuted
from mechsynth.check.views import Views
from mechsynth.errors import InputError


@dataclass(frozen=True)
class Found:
    """A number, and where it is found, in words."""

    value: Fraction
    name: str


@dataclass(frozen=True, eq=False)
class GrownEvaluation:
    """A mechanism with histories, evaluated exactly.

    Parameters
    ----------
    nodes, played:
        The nodes, and the mechanism on them.
    """

    nodes: Nodes
    played: Grown

    @cached_property
    def point(self) -> Point:
        """Chances of histories, and truthful payoffs times these."""
        return of_played(self.nodes, self.played)

    @property
    def model(self) -> Model:
        """The instance."""
        return self.nodes.model

    @property
    def players(self) -> tuple[str, ...]:
        """The agents that are not public."""
        return tuple(self.model.agents[i] for i in self.model.players)

    def payoff(self, i: int, t: int, h: int, p: int) -> Fraction:
        """Return what an agent expects from a history and a profile on when everybody tells the truth."""
        return self.point.payoffs[i][t][h][p] / self.point.leads(self.nodes, t, h)

    # -- places -------------------------------------------------------------------------------------------------------

    @cached_property
    def reached(self) -> list[list[int]]:
        """Per period, the histories that some reports lead to."""
        return [
            [h for h in range(self.nodes.counts[t]) if self.point.leads(self.nodes, t, h)]
            for t in range(self.model.count)
        ]

    def truthful(self, t: int) -> Iterator[tuple[int, int]]:
        """Yield the histories and profiles of a period that truth leads to with a positive chance."""
        for h in self.reached[t]:
            for p, chance in enumerate(self.nodes.chances[t][h]):
                if chance:
                    yield h, p

    def name(self, t: int, h: int, p: int | None, i: int | None = None) -> str:
        """Return a place in words: whose, when, at which profile, after which reports."""
        model = self.model
        whose = "" if i is None else show(model.agents[i])
        when = f"{whose}{model.when(t)}".strip()
        at = "" if p is None else f" at {model.period(t).name(p)}"
        past = self.past(t, h)
        return when + at + (f" after {past}" if past else "")

    def past(self, t: int, h: int) -> str:
        """Return what a history remembers, in words."""
        nodes = self.nodes
        if t == 0 or nodes.memory == "current":
            return ""
        if nodes.memory == "first-and-current":
            return self.model.period(0).name(h)
        parts = []
        for s in range(t - 1, -1, -1):
            done = ""
            if nodes.moved:
                h, a = divmod(h, nodes.actions(s))
                done = f" and {show(self.model.period(s).actions[a])}"
            h, p = divmod(h, nodes.profiles(s))
            parts.append(self.model.period(s).name(p) + done)
        return ", ".join(reversed(parts))

    # -- efficiency ---------------------------------------------------------------------------------------------------

    @cached_property
    def efficient_values(self) -> list[list[Fraction]]:
        """``W_t(θ)`` of an efficient rule."""
        nodes, delta = self.nodes, self.model.discount
        after: list[Fraction] = []
        found = []
        for t in range(self.model.count - 1, -1, -1):
            now = []
            for p in range(nodes.profiles(t)):
                options = []
                for a in range(nodes.actions(t)):
                    if self.model.period(t).choices[a, p]:
                        later = sum((c * after[q] for q, c in nodes.rows[t][a][p].items()), Fraction(0)) if after else 0
                        options.append(nodes.total[t][a][p] + delta * later)
                now.append(max(options))
            found.append(now)
            after = now
        return found[::-1]

    def surplus(self, t: int, h: int, p: int) -> Fraction:
        """Return the surplus of the mechanism from a history and a profile on, under truth."""
        total = Fraction(0)
        for a, z in enumerate(self.played.lotteries[t][h][p]):
            if z:
                total += z * self.nodes.total[t][a][p]
                for q, c in self.nodes.rows[t][a][p].items() if t + 1 < self.model.count else ():
                    total += self.model.discount * z * c * self._surplus[t + 1][self.nodes.after(t, h, p, a)][q]
        return total

    @cached_property
    def _surplus(self) -> dict[int, dict[int, list[Fraction]]]:
        found: dict[int, dict[int, list[Fraction]]] = {}
        self.__dict__["_surplus"] = found
        for t in range(self.model.count - 1, -1, -1):
            found[t] = {h: [self.surplus(t, h, p) for p in range(self.nodes.profiles(t))] for h in self.reached[t]}
        return found

    @cached_property
    def inefficiency(self) -> str | None:
        """Where the mechanism makes less surplus than it could, after truth; None if nowhere."""
        for t in range(self.model.count):
            for h, p in self.truthful(t):
                lost = self.efficient_values[t][p] - self._surplus[t][h][p]
                if lost:
                    return f"{self.name(t, h, p)}: the surplus from there on falls short by {lost}"
        return None

    # -- incentives ---------------------------------------------------------------------------------------------------

    def least(self, incentives: str) -> tuple[Found | None, int] | None:
        """Return the lie that loses least, and how many there are; None where what is believed is not a matter of the history alone."""
        views = Views(self.nodes, incentives)
        best, rows = None, 0
        try:
            for i in self.model.players:
                for t in range(self.model.count):
                    for slack, name in self._lies(views, t, i):
                        rows += 1
                        if best is None or slack < best.value:
                            best = Found(slack, name)
        except InputError:
            return None
        return best, rows

    def _lies(self, views: Views, t: int, i: int) -> Iterator[tuple[Fraction, str]]:
        period, reached = self.model.period(t), set(self.reached[t])
        for histories, laws in views.laws(t, i):
            for h in histories:
                for law in laws if h in reached else ():
                    own = int(period.own[i][law[0][0]])
                    for report in range(period.sizes[i]):
                        if report == own:
                            continue
                        slack = Fraction(0)
                        for truth, weight in law:
                            told = self.nodes.lie(t, i, truth, report)
                            slack += weight * (self.payoff(i, t, h, truth) - self._deviates(i, t, h, truth, told))
                        where = self.name(t, h, law[0][0] if views.incentives == "pepic" else None, i)
                        if views.incentives != "pepic":
                            where += f" with {show(period.signals[i][own])}"
                        yield slack, f"{where} reporting {show(period.signals[i][report])}"

    def _deviates(self, i: int, t: int, h: int, truth: int, told: int) -> Fraction:
        """Return what an agent expects from reporting something else once."""
        total = -self.played.payments[i][t][h][told]
        for a, z in enumerate(self.played.lotteries[t][h][told]):
            if z:
                total += z * self.nodes.worth[t][i][a][truth]
                for q, c in self.nodes.rows[t][a][truth].items() if t + 1 < self.model.count else ():
                    total += self.model.discount * z * c * self.payoff(i, t + 1, self.nodes.after(t, h, told, a), q)
        return total

    # -- participation ------------------------------------------------------------------------------------------------

    @cached_property
    def ex_post(self) -> Found:
        """The least truthful payoff above what leaving is worth, after truth."""
        return min(
            (
                Found(self.payoff(i, t, h, p) - self.nodes.leaving(i, p, t), self.name(t, h, p, i))
                for i in self.model.players
                for t in range(self.model.count)
                for h, p in self.truthful(t)
            ),
            key=lambda found: found.value,
        )

    @cached_property
    def interim(self) -> Found:
        """The same, expected given the own signal, those of public agents and what was reported."""
        found = []
        for i in self.model.players:
            for t in range(self.model.count):
                sums: dict[tuple[int, tuple[int, ...]], list[Fraction]] = defaultdict(
                    lambda: [Fraction(0), Fraction(0)]
                )
                own = self.model.period(t).own
                for h, p in self.truthful(t):
                    view = tuple(int(own[j][p]) for j in (i, *self.model.public))
                    chance = self.nodes.chances[t][h][p]
                    sums[h, view][0] += chance * (self.payoff(i, t, h, p) - self.nodes.leaving(i, p, t))
                    sums[h, view][1] += chance
                for (h, view), (total, chance) in sums.items():
                    signal = show(self.model.period(t).signals[i][view[0]])
                    found.append(Found(total / chance, f"{self.name(t, h, None, i)} with {signal}"))
        return min(found, key=lambda each: each.value)

    @cached_property
    def rents(self) -> dict[str, Fraction]:
        """What every player expects above what leaving is worth."""
        found = {}
        for i in self.model.players:
            own = (
                c * (self.payoff(i, 0, 0, p) - self.nodes.leaving(i, p)) for p, c in enumerate(self.nodes.prior) if c
            )
            found[self.model.agents[i]] = sum(own, Fraction(0))
        return found

    @cached_property
    def leaving(self) -> Fraction:
        """What leaving is worth to all players together, in expectation."""
        worth = (c * self.nodes.leaving(i, p) for i in self.model.players for p, c in enumerate(self.nodes.prior))
        return sum(worth, Fraction(0))

    # -- money --------------------------------------------------------------------------------------------------------

    @cached_property
    def paid(self) -> Fraction:
        """Expected discounted payments."""
        return revenue(self.nodes, self.point)

    @cached_property
    def made(self) -> Fraction:
        """Expected discounted surplus."""
        return surplus(self.nodes, self.point)

    def money(self, t: int, h: int, p: int) -> Fraction:
        """Return what is paid in at a node."""
        return sum((self.played.payments[i][t][h][p] for i in self.model.players), Fraction(0))

    @cached_property
    def budgets(self) -> list[Found]:
        """Expected payments of every period, given every truthful history, profile and action before it."""
        found = [
            Found(
                sum((c * self.money(0, 0, p) for p, c in enumerate(self.nodes.prior)), Fraction(0)),
                self.name(0, 0, None),
            )
        ]
        for t in range(self.model.count - 1):
            for h, p in self.truthful(t):
                for a in self.nodes.branches(t):
                    if self.nodes.moved and not self.played.lotteries[t][h][p][a]:
                        continue
                    then = self.nodes.after(t, h, p, a)
                    total = sum(
                        (c * self.money(t + 1, then, q) for q, c in self.nodes.rows[t][a][p].items()), Fraction(0)
                    )
                    found.append(Found(total, f"expected in period {t + 2} after {self.name(t, h, p)}"))
        return found

    def _everywhere(self) -> Iterator[tuple[int, int, int]]:
        for t in range(self.model.count):
            for h in self.reached[t]:
                for p in range(self.nodes.profiles(t)):
                    yield t, h, p

    @cached_property
    def unbalanced(self) -> Found | None:
        """The first reports at which payments do not add up to 0."""
        found = (Found(self.money(*place), self.name(*place)) for place in self._everywhere())
        return next((each for each in found if each.value), None)

    @cached_property
    def payment(self) -> Found:
        """The largest payment in a period."""
        found = (
            Found(self.played.payments[i][t][h][p], self.name(t, h, p, i))
            for t, h, p in self._everywhere()
            for i in self.model.players
        )
        return max(found, key=lambda each: each.value)

    @cached_property
    def loss(self) -> Found:
        """The largest payment above utility in a period."""
        found = []
        for t, h, p in self._everywhere():
            for i in self.model.players:
                had = (z * self.nodes.worth[t][i][a][p] for a, z in enumerate(self.played.lotteries[t][h][p]) if z)
                lost = self.played.payments[i][t][h][p] - sum(had, Fraction(0))
                found.append(Found(lost, self.name(t, h, p, i)))
        return max(found, key=lambda each: each.value)

    @cached_property
    def deficit(self) -> Found:
        """The largest deficit in a period."""
        return max(
            (Found(-self.money(*place), self.name(*place)) for place in self._everywhere()), key=lambda each: each.value
        )

    @cached_property
    def expected_deficit(self) -> Found:
        """The largest expected deficit of a period."""
        return max((Found(-each.value, each.name) for each in self.budgets), key=lambda each: each.value)


def is_grown(root: Mapping[str, Any]) -> bool:
    """Return whether the mechanism of a result has histories."""
    mechanism = root.get("mechanism")
    allocation = mechanism.get("allocation") if isinstance(mechanism, dict) else None
    return isinstance(allocation, dict) and "tree" in allocation


def evaluate_grown(result: Mapping[str, Any] | bytes | str, instance: bytes | Model) -> GrownEvaluation:
    """Evaluate a mechanism with histories exactly, whatever the result claims about it.

    Raises
    ------
    InputError
        If either file is malformed, the result is about another instance, or what it lists are no lotteries; and without a last period or a prior.
    """
    root, numbers, model = opened(result, instance)
    if model.horizon is None or model.prior is None:
        raise InputError(
            "mechanism.allocation.tree",
            "has a last period and needs a prior",
            "evaluate it on an instance that has both",
        )
    if not is_grown(root):
        raise InputError("mechanism.allocation.tree", "is missing", "evaluate a mechanism that has one")
    allocation = root["mechanism"]["allocation"]
    nodes = Nodes(model, _memory(allocation, model, numbers))
    try:
        return GrownEvaluation(nodes, read_tree(allocation, nodes, numbers, Ledger()))
    except Refuted as refuted:
        raise InputError("mechanism", str(refuted), "list lotteries over actions that are available") from None


def _memory(allocation: Mapping[str, Any], model: Model, numbers: Numbers) -> str:
    """Return what the tables remember, by the lengths of their axes: one of length 1 is not looked at."""
    periods = items(allocation["tree"], "mechanism.allocation.tree")
    full = Nodes(model, "full")
    table: Any = periods[-1].get("allocation") if isinstance(periods[-1], dict) else None
    if full.moved or len(periods) < 2:
        return "full"
    lengths = []
    for _ in range(len(periods) - 1):
        if not isinstance(table, list) or not table:
            return "full"
        lengths.append(len(table))
        table = table[0]
    wanted = [full.profiles(s) for s in range(len(lengths))]
    if lengths == wanted:
        return "full"
    return "first-and-current" if lengths[0] == wanted[0] else "current"
