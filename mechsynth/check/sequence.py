"""A mechanism with histories in sequence form, and what is asked of it there.

``z(h,θ,a)``: the chance that its lotteries play the actions of a history ``h``, if the reports are those of ``h``, and then ``a`` at ``θ``; ``Y^i(h,θ)``: what an
agent expects from ``h`` and ``θ`` on when everybody tells the truth, times the chance of ``h``. Everything that is asked is linear in these two, and at a
history of chance 0 nothing is: payoffs are 0 there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from mechsynth.errors import InputError

from .envelope import Claim
from .grown import Grown, Nodes, Numbers
from .text import flatten, items, number_text, show, table
from .verdict import Ledger, Refuted, equal
from .views import Views


@dataclass(frozen=True)
class Terms:
    """What is asked of a mechanism, and what it is to have most of.

    Parameters
    ----------
    incentives:
        ``pepic`` or ``pbic``.
    participation:
        ``entry``, ``ex-post`` or ``withdrawal``.
    revenue, surplus:
        The weights of the objective.
    budget:
        The least expected revenue, or None.
    tail:
        By how much payoffs may differ between two signals in the last period, which then stands for all that follow; or None.
    """

    incentives: str
    participation: str
    revenue: Fraction
    surplus: Fraction
    budget: Fraction | None
    tail: Fraction | None = None

    @property
    def plain(self) -> bool:
        """Whether it is the revenue alone that is to be large."""
        return self.revenue == 1 and not self.surplus


@dataclass(frozen=True, eq=False)
class Point:
    """Chances and payoffs.

    Parameters
    ----------
    chances:
        Per period, history, profile and action.
    payoffs:
        Per agent (none of a public one), period, history and profile.
    """

    chances: list[list[list[list[Fraction]]]]
    payoffs: list[list[Numbers]]

    def leads(self, nodes: Nodes, t: int, history: int) -> Fraction:
        """Return the chance of a history."""
        if t == 0 or not nodes.moved:
            return Fraction(1)
        node, action = divmod(history, nodes.actions(t - 1))
        before, profile = divmod(node, nodes.profiles(t - 1))
        return self.chances[t - 1][before][profile][action]


def of_played(nodes: Nodes, played: Grown) -> Point:
    """Return the point of lotteries and payments, payoffs by backward induction."""
    model, delta = nodes.model, nodes.model.discount
    point = Point([], [[] for _ in model.agents])
    for t in range(model.count):
        chances: list[list[list[Fraction]]] = []
        for h, drawn in enumerate(played.lotteries[t]):
            before = point.leads(nodes, t, h)
            chances.append([[before * z for z in lottery] for lottery in drawn])
        point.chances.append(chances)
    for i in model.players:
        after: Numbers = []
        found: list[Numbers] = []
        for t in range(model.count - 1, -1, -1):
            now: Numbers = []
            for h in range(nodes.counts[t]):
                chance = point.leads(nodes, t, h)
                row: list[Fraction] = []
                for p in range(nodes.profiles(t)):
                    total = -chance * played.payments[i][t][h][p] if chance else Fraction(0)
                    for a, z in enumerate(point.chances[t][h][p]) if chance else ():
                        total += z * nodes.worth[t][i][a][p] if z else 0
                    if after and chance:
                        total += delta * _next(nodes, after, (t, h, p), p)
                    row.append(total)
                now.append(row)
            found.append(now)
            after = now
        point.payoffs[i] += found[::-1]
    return point


def _next(nodes: Nodes, after: Numbers, told: tuple[int, int, int], truth: int) -> Fraction:
    """Return what is expected of later payoffs at a true profile when another is reported at a history."""
    t, h, p = told
    total = Fraction(0)
    for a in nodes.branches(t):
        follows = after[nodes.after(t, h, p, a)]
        for q, chance in nodes.rows[t][a][truth].items():
            if follows[q]:
                total += chance * follows[q]
    return total


def of_document(claim: Claim, value: object, nodes: Nodes, place: str, ledger: Ledger) -> Point:
    """Read a point, and ask that its chances are those of lotteries and that nothing is owed where nothing leads."""
    model, numbers = nodes.model, claim.numbers
    periods = items(value, place)
    if len(periods) != model.count:
        raise InputError(place, f"length {len(periods)}", f"one entry a period: {model.count}")
    point = Point([], [[] for _ in model.agents])
    for t, entry in enumerate(periods):
        at = f"{place}[{t}]"
        table(entry, at, ("chances", "payoffs"))
        table(entry["payoffs"], f"{at}.payoffs", [model.agents[i] for i in model.players])
        axes, many, count = nodes.axes(t), nodes.actions(t), nodes.profiles(t)
        leaves, _ = flatten(entry["chances"], [*axes, (many, False)], f"{at}.chances")
        values = [Fraction(*v) for v in numbers.pairs(leaves, f"{at}.chances")]
        drawn = [values[k : k + many] for k in range(0, len(values), many)]
        point.chances.append([drawn[k : k + count] for k in range(0, len(drawn), count)])
        choices = model.period(t).choices
        for h, row in enumerate(point.chances[t]):
            whole = point.leads(nodes, t, h)
            for p, lottery in enumerate(row):
                fine = min(lottery) >= 0 and sum(lottery) == whole
                fine &= all(not z or choices[a, p] for a, z in enumerate(lottery))
                ledger.claim(fine, f"{at}.chances, history {h}, profile {p}: not those of a lottery")
        for i in model.players:
            leaves, _ = flatten(entry["payoffs"][model.agents[i]], axes, f"{at}.payoffs")
            had = [Fraction(*v) for v in numbers.pairs(leaves, f"{at}.payoffs")]
            rows = [had[k : k + count] for k in range(0, len(had), count)]
            for h in nodes.never[t]:
                ledger.claim(not any(rows[h]), f"{at}.payoffs, history {h}: owed where nothing leads")
            point.payoffs[i].append(rows)
    return point


def holds(nodes: Nodes, terms: Terms, point: Point, ledger: Ledger, place: str = "") -> None:
    """Ask for everything that is asked of a mechanism, as rows of chances and payoffs."""
    views = Views(nodes, terms.incentives)
    for i in nodes.model.players:
        for t in range(nodes.model.count):
            _no_lie(nodes, point, views, (t, i), ledger, place)
            if terms.participation == "withdrawal" and t < nodes.model.count - 1:
                _nothing_paid(nodes, point, (t, i), ledger, place)
        _joins(nodes, point, i, terms.participation, ledger, place)
        if terms.participation == "withdrawal":
            _stays(nodes, point, i, ledger, place)
    if terms.budget is not None:
        slack = revenue(nodes, point) - terms.budget
        ledger.claim(slack >= 0, f"{place}budget: the revenue falls short by {number_text(-slack)}")


def _no_lie(nodes: Nodes, point: Point, views: Views, where: tuple[int, int], ledger: Ledger, place: str) -> None:
    t, i = where
    period, delta, own = nodes.model.period(t), nodes.model.discount, nodes.worth[t][i]
    after = point.payoffs[i][t + 1] if t + 1 < nodes.model.count else []
    for histories, laws in views.laws(t, i):
        for h in histories:
            had, chances = point.payoffs[i][t][h], point.chances[t][h]
            told_later: dict[int, Fraction] = {}
            for law in laws:
                for report in range(period.sizes[i]):
                    slack = Fraction(0)
                    for truth, weight in law:
                        told = nodes.lie(t, i, truth, report)
                        if told == truth:
                            continue
                        gain = had[truth] - had[told]
                        for a, z in enumerate(chances[told]):
                            if z:
                                gain -= z * (own[a][truth] - own[a][told])
                        if after:
                            if told not in told_later:
                                told_later[told] = _next(nodes, after, (t, h, told), told)
                            gain -= delta * (_next(nodes, after, (t, h, told), truth) - told_later[told])
                        slack += weight * gain
                    ledger.rows += 1
                    if slack < 0:
                        words = f"{place}incentive of {show(nodes.model.agents[i])}{nodes.model.when(t)} at {period.name(law[0][0])}"
                        words += f" reporting {show(period.signals[i][report])}, history {h}"
                        raise Refuted(f"{words}: slack {number_text(slack)} < 0")


def _nothing_paid(nodes: Nodes, point: Point, where: tuple[int, int], ledger: Ledger, place: str) -> None:
    t, i = where
    after, delta = point.payoffs[i][t + 1], nodes.model.discount
    for h, row in enumerate(point.payoffs[i][t]):
        for p, had in enumerate(row):
            paid = delta * _next(nodes, after, (t, h, p), p) - had
            paid += sum((z * nodes.worth[t][i][a][p] for a, z in enumerate(point.chances[t][h][p]) if z), Fraction(0))
            words = f"{place}payment of {show(nodes.model.agents[i])}{nodes.model.when(t)}, history {h}, profile {p}"
            ledger.claim(paid == 0, f"{words}: {number_text(paid)}, not 0 before the last period")


def _stays(nodes: Nodes, point: Point, i: int, ledger: Ledger, place: str) -> None:
    t = nodes.model.count - 1
    for h, row in enumerate(point.payoffs[i][t]):
        for p, had in enumerate(row):
            if nodes.chances[t][h][p]:
                slack = had - point.leads(nodes, t, h) * nodes.leaving(i, p, t)
                words = f"{place}withdrawal of {show(nodes.model.agents[i])} at {nodes.model.period(t).name(p)}, history {h}"
                ledger.claim(slack >= 0, f"{words}: slack {number_text(slack)} < 0")


def _joins(nodes: Nodes, point: Point, i: int, participation: str, ledger: Ledger, place: str) -> None:
    period, name = nodes.model.period(0), nodes.model.agents[i]
    first = point.payoffs[i][0][0]
    if participation == "ex-post":
        for p, payoff in enumerate(first):
            slack = payoff - nodes.leaving(i, p)
            words = f"{place}participation of {show(name)} at {period.name(p)}"
            ledger.claim(slack >= 0, f"{words}: slack {number_text(slack)} < 0")
        return
    totals: dict[tuple[int, ...], Fraction] = defaultdict(Fraction)
    for p in range(period.profiles):
        totals[nodes.view(i, p)] += nodes.prior[p] * (first[p] - nodes.leaving(i, p))
    for view, total in totals.items():
        words = f"{place}participation of {show(name)} with {show(period.signals[i][view[0]])}"
        ledger.claim(total >= 0, f"{words}: slack {number_text(total)} < 0")


def surplus(nodes: Nodes, point: Point) -> Fraction:
    """Return the expected discounted surplus."""
    total = Fraction(0)
    for t in range(nodes.model.count):
        factor = nodes.model.discount**t
        for h, row in enumerate(nodes.chances[t]):
            for p, chance in enumerate(row):
                for a, z in enumerate(point.chances[t][h][p]) if chance else ():
                    if z:
                        total += factor * chance * z * nodes.total[t][a][p]
    return total


def revenue(nodes: Nodes, point: Point) -> Fraction:
    """Return the expected revenue: the surplus less what the agents expect."""
    kept = Fraction(0)
    for i in nodes.model.players:
        kept += sum((c * y for c, y in zip(nodes.prior, point.payoffs[i][0][0], strict=True)), Fraction(0))
    return surplus(nodes, point) - kept


def objective(nodes: Nodes, terms: Terms, point: Point) -> Fraction:
    """Return the weighted sum."""
    return terms.revenue * revenue(nodes, point) + terms.surplus * surplus(nodes, point)


def collected(nodes: Nodes, played: Grown, value: Fraction, ledger: Ledger) -> None:
    """Ask that the payments listed add up to a revenue, from the first period on."""
    weights = [list(nodes.prior)]
    total, factor = Fraction(0), Fraction(1)
    for t in range(nodes.model.count):
        following: Numbers = []
        if t + 1 < nodes.model.count:
            following = [[Fraction(0)] * nodes.profiles(t + 1) for _ in range(nodes.counts[t + 1])]
        for h, row in enumerate(weights):
            for p, weight in enumerate(row):
                if not weight:
                    continue
                total += factor * weight * sum(played.payments[i][t][h][p] for i in nodes.model.players)
                for a, chance in enumerate(played.lotteries[t][h][p]) if following else ():
                    for q, c in nodes.rows[t][a][p].items() if chance else ():
                        following[nodes.after(t, h, p, a)][q] += weight * chance * c
        factor *= nodes.model.discount
        weights = following
    equal(total, value, "the revenue of the mechanism, by its payments", ledger)
