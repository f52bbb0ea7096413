"""Mechanisms with histories, for the small checker: a history is a tuple of profiles, with the actions between them where an action moves the signals.

It knows `optimal` with full memory, lotteries, a last period, and a value that is attained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from .instance import Instance, number

History = tuple[int, ...]
Ask = Callable[[bool, str], None]


class Tree:
    """A mechanism on its histories.

    Parameters
    ----------
    model, periods:
        The instance, and the tables of the mechanism.
    ask:
        Refuses what does not hold.
    """

    def __init__(self, model: Instance, periods: list[Any], ask: Ask) -> None:
        self.model, self.periods, self.ask = model, periods, ask
        self.kept: dict[tuple[int, int, History, int], Fraction] = {}
        ask(len(periods) == model.count, "not one table a period")

    @cached_property
    def moved(self) -> bool:
        """Whether an action moves the signals."""
        return any(laws is not None and any(row != laws[0] for row in laws) for laws in self.model.laws)

    def actions(self, t: int) -> range:
        """The actions of a period."""
        return range(len(self.model.actions[t]))

    def histories(self, t: int) -> Iterator[History]:
        """All histories of a period."""
        steps = [
            (range(len(self.model.profiles[s])), self.actions(s))
            if self.moved
            else (range(len(self.model.profiles[s])),)
            for s in range(t)
        ]
        return product(*(part for step in steps for part in step))

    def then(self, h: History, p: int, a: int) -> History:
        """Return the history that follows."""
        return (*h, p, a) if self.moved else (*h, p)

    def cell(self, table: Any, t: int, h: History, p: int, width: int) -> Any:
        """Return an entry of a table, which has to have all axes."""
        for k, size in zip((*h, p), self._sizes(t), strict=True):
            self.ask(len(table) == size, "a table of another shape")
            table = table[k]
        self.ask(not width or len(table) == width, "a lottery of another length")
        return table

    def _sizes(self, t: int) -> list[int]:
        found = []
        for s in range(t):
            found += [len(self.model.profiles[s]), *([len(self.actions(s))] if self.moved else [])]
        return [*found, len(self.model.profiles[t])]

    def lottery(self, t: int, h: History, p: int) -> list[Fraction]:
        """Return the chances of actions at a node."""
        chances = [number(z) for z in self.cell(self.periods[t]["allocation"], t, h, p, len(self.actions(t)))]
        self.ask(min(chances) >= 0 and sum(chances) == 1, "not a lottery")
        self.ask(all(not z or self.model.available[t][a][p] for a, z in enumerate(chances)), "not available")
        return chances

    def paid(self, i: int, t: int, h: History, p: int) -> Fraction:
        """Return what an agent pays at a node."""
        return number(self.cell(self.periods[t]["payments"][self.model.agents[i]], t, h, p, 0))

    def reached(self, t: int, h: History) -> bool:
        """Whether the lotteries can lead to a history."""
        if not self.moved or t == 0:
            return True
        before, p, a = h[:-2], h[-2], h[-1]
        return self.reached(t - 1, before) and self.lottery(t - 1, before, p)[a] > 0

    def law(self, t: int, a: int, p: int) -> dict[int, Fraction]:
        """Return the chances of the next profiles; nothing after the last period."""
        laws = self.model.laws[t]
        return {} if laws is None else laws[a][p]

    def payoff(self, i: int, t: int, h: History, truth: int, told: int) -> Fraction:
        """Return what an agent expects of a report, and truth after it."""
        key = (i, t, h, truth) if truth == told else None
        if key in self.kept:
            return self.kept[key]
        total = -self.paid(i, t, h, told)
        for a, z in enumerate(self.lottery(t, h, told)):
            if z:
                total += z * self.model.utilities[t][i][a][truth]
                for q, c in self.law(t, a, truth).items():
                    total += self.model.discount * z * c * self.payoff(i, t + 1, self.then(h, told, a), q, q)
        if key is not None:
            self.kept[key] = total
        return total

    def lie(self, t: int, i: int, p: int, k: int) -> int:
        """Return a profile with a signal replaced."""
        place = list(self.model.profiles[t][p])
        place[i] = k
        return self.model.profiles[t].index(tuple(place))

    def views(self, t: int, i: int, h: History, expected: bool) -> list[dict[int, Fraction]]:
        """Return the beliefs that an agent may have at a history: chances of true profiles."""
        everybody = range(len(self.model.profiles[t]))
        if not expected:
            return [{p: Fraction(1)} for p in everybody]
        laws = [self.model.prior or {}]
        if t:
            last, a = (h[-2], h[-1]) if self.moved else (h[-1], 0)
            laws = [self.law(t - 1, a, self.lie(t - 1, i, last, k)) for k in range(self.model.sizes[t - 1][i])]
        found = []
        for view in sorted({self.model.view(t, i, p) for p in everybody}):
            beliefs = []
            for law in laws:
                own = {p: c for p, c in law.items() if self.model.view(t, i, p) == view}
                total = sum(own.values(), Fraction(0))
                belief = {p: c / total for p, c in own.items()} if total else {}
                if belief and belief not in beliefs:
                    beliefs.append(belief)
            self.ask(len(beliefs) < 2, "a belief that depends on what was true before")
            found += beliefs
        return found


def check_tree(data: Any, model: Instance, ask: Ask, unknown: type[Exception]) -> None:
    """Check an answer to `optimal`."""
    question, certificate = data["question"], data["certificate"]
    plain = question.get("memory", "full") == "full" and question.get("lotteries", "yes") == "yes"
    if not plain or "periods" in question or data["status"] != "optimal" or data.get("attained") is False:
        raise unknown("short memory, no lotteries, no last period, a supremum, or a budget out of reach")
    if any(not all(all(row) for row in rows) for rows in model.available):
        raise unknown("actions that are not always available")
    tree = Tree(model, data["mechanism"]["allocation"]["tree"], ask)
    for t in range(model.count):
        for h, p in product(tree.histories(t), range(len(model.profiles[t]))):
            tree.lottery(t, h, p)
    revenue, surplus = _money(tree)
    weights = [number(part) for part in question.get("weights", "1,0").split(",")]
    value = weights[0] * revenue + weights[1] * surplus
    ask(value == number(data["value"]), f"the mechanism has {value}")
    expected = question.get("incentives", "pepic") == "pbic"
    _met(tree, expected, question.get("participation", "entry"))
    if "budget" in question:
        ask(revenue >= number(question["budget"]), f"the mechanism earns {revenue}")
    bound = _Bound(tree, question, certificate, expected).most(weights)
    ask(bound == value, f"{bound} is the bound")


def _money(tree: Tree) -> tuple[Fraction, Fraction]:
    """Return expected payments and surplus, forward."""
    model, revenue, surplus = tree.model, Fraction(0), Fraction(0)
    now: dict[tuple[History, int], Fraction] = {((), p): c for p, c in (model.prior or {}).items()}
    for t in range(model.count):
        factor = model.discount**t
        after: dict[tuple[History, int], Fraction] = defaultdict(Fraction)
        for (h, p), chance in now.items():
            revenue += factor * chance * sum(tree.paid(i, t, h, p) for i in model.players)
            for a, z in enumerate(tree.lottery(t, h, p)):
                surplus += factor * chance * z * sum(own[a][p] for own in model.utilities[t])
                for q, c in tree.law(t, a, p).items() if z else ():
                    after[tree.then(h, p, a), q] += chance * z * c
        now = after
    return revenue, surplus


def _possible(tree: Tree) -> list[dict[tuple[History, int], Fraction]]:
    """Return, by period, the chances of signals at histories, given the actions there."""
    found: list[dict[tuple[History, int], Fraction]] = [{((), p): c for p, c in (tree.model.prior or {}).items()}]
    for t in range(tree.model.count - 1):
        after: dict[tuple[History, int], Fraction] = defaultdict(Fraction)
        for (h, p), chance in found[-1].items():
            for a in tree.actions(t) if tree.moved else (0,):
                for q, c in tree.law(t, a, p).items():
                    after[tree.then(h, p, a), q] += chance * c
        found.append(after)
    return found


def _met(tree: Tree, expected: bool, participation: str) -> None:
    """Ask for truth, participation, and the rows of withdrawal."""
    model, ask, last = tree.model, tree.ask, tree.model.count - 1
    for i, t in product(model.players, range(model.count)):
        for h in tree.histories(t):
            if not tree.reached(t, h):
                continue
            for belief, k in product(tree.views(t, i, h, expected), range(model.sizes[t][i])):
                gains = (
                    c * (tree.payoff(i, t, h, p, tree.lie(t, i, p, k)) - tree.payoff(i, t, h, p, p))
                    for p, c in belief.items()
                )
                ask(sum(gains, Fraction(0)) <= 0, f"{model.agents[i]} gains by a lie in period {t + 1} after {h}")
            for p in range(len(model.profiles[t])) if participation == "withdrawal" and t < last else ():
                ask(tree.paid(i, t, h, p) == 0, "a payment before the last period")
    for i in model.players:
        groups: dict[int, Fraction] = defaultdict(Fraction)
        for p in range(len(model.profiles[0])):
            weight = Fraction(1) if participation == "ex-post" else (model.prior or {}).get(p, Fraction(0))
            rent = tree.payoff(i, 0, (), p, p) - model.outside[0][i][p]
            groups[p if participation == "ex-post" else model.view(0, i, p)] += weight * rent
        ask(min(groups.values()) >= 0, f"{model.agents[i]} does not join")
        for (h, p), chance in _possible(tree)[last].items() if participation == "withdrawal" else ():
            if chance and tree.reached(last, h):
                ask(tree.payoff(i, last, h, p, p) >= model.outside[last][i][p], f"{model.agents[i]} leaves at the end")


class _Bound:
    """What multipliers make of payoffs ``Y`` and chances ``z``."""

    def __init__(self, tree: Tree, question: Any, certificate: Any, expected: bool) -> None:
        self.tree, self.question, self.certificate, self.expected = tree, question, certificate, expected
        self.payoffs: dict[tuple[int, int, History, int], Fraction] = defaultdict(Fraction)
        self.chances: dict[tuple[int, History, int, int], Fraction] = defaultdict(Fraction)
        self.owed = Fraction(0)

    def most(self, weights: list[Fraction]) -> Fraction:
        """Ask that payoffs cancel; return the largest sum that is left."""
        model, ask, prior = self.tree.model, self.tree.ask, self.tree.model.prior or {}
        budget = number(self.certificate.get("budget", 0))
        ask(budget >= 0 and ("budget" in self.question or not budget), "a multiplier of no budget, or below 0")
        self.owed = budget * number(self.question.get("budget", 0))
        kept = weights[0] + budget
        for entry in self.certificate["tempted"]:
            self._tempted(entry)
        for entry in self.certificate["joined"]:
            self._joined(entry)
        for entry in self.certificate.get("unpaid", ()):
            self._unpaid(entry)
        for entry in self.certificate.get("staying", ()):
            self._staying(entry)
        for i, (p, c) in product(model.players, prior.items()):
            self.payoffs[i, 0, (), p] -= kept * c
        ask(not any(self.payoffs.values()), "payoffs are left")
        possible = _possible(self.tree)
        for t, nodes in enumerate(possible):
            for (h, p), chance in nodes.items():
                for a in self.tree.actions(t):
                    total = sum((own[a][p] for own in model.utilities[t]), Fraction(0))
                    self.chances[t, h, p, a] += (kept + weights[1]) * model.discount**t * chance * total
        if self.tree.moved:
            return self._from(0, ()) - self.owed
        best: dict[Any, Fraction] = {}
        for t in range(model.count):
            for h, p in product(self.tree.histories(t), range(len(model.profiles[t]))):
                best[t, h, p] = max(self.chances.get((t, h, p, a), Fraction(0)) for a in self.tree.actions(t))
        return sum(best.values(), -self.owed)

    def _from(self, t: int, h: History) -> Fraction:
        """Return the largest sum from a history on, where actions move the signals."""
        if t == self.tree.model.count:
            return Fraction(0)
        return sum(
            (
                max(
                    self.chances.get((t, h, p, a), Fraction(0)) + self._from(t + 1, self.tree.then(h, p, a))
                    for a in self.tree.actions(t)
                )
                for p in range(len(self.tree.model.profiles[t]))
            ),
            Fraction(0),
        )

    def _place(self, entry: Any, signed: bool = False) -> tuple[int, int, History, Fraction]:
        """Read agent, period, history and weight."""
        model = self.tree.model
        h: History = ()
        for t, step in enumerate(entry["history"]):
            action = model.actions[t].index(step["action"]) if self.tree.moved else 0
            h = self.tree.then(h, self._profile(t, step["signals"]), action)
        i, weight = model.agents.index(entry["agent"]), number(entry["weight"])
        self.tree.ask(i in model.players and (signed or weight >= 0), "a weight below 0, or a public agent")
        return i, len(entry["history"]), h, weight

    def _profile(self, t: int, signals: Any) -> int:
        model = self.tree.model
        place = tuple(model.signals[t][j].index(signals[name]) for j, name in enumerate(model.agents))
        return model.profiles[t].index(place)

    def _seen(self, t: int, i: int, signals: Any) -> list[int]:
        """Return the profiles that look the same to an agent."""
        model = self.tree.model
        own = {j: model.signals[t][j].index(signals[model.agents[j]]) for j in (i, *model.public)}
        return [p for p, place in enumerate(model.profiles[t]) if all(place[j] == k for j, k in own.items())]

    def _later(self, i: int, t: int, h: History, places: tuple[int, int], weight: Fraction) -> None:
        """Add a weight times what is expected next, at a true profile when another is reported."""
        truth, told = places
        for a in self.tree.actions(t) if self.tree.moved else (0,):
            for q, c in self.tree.law(t, a, truth).items():
                self.payoffs[i, t + 1, self.tree.then(h, told, a), q] += self.tree.model.discount * weight * c

    def _tempted(self, entry: Any) -> None:
        i, t, h, weight = self._place(entry)
        model = self.tree.model
        if self.expected:
            same = self._seen(t, i, entry["signals"])
            law = next((b for b in self.tree.views(t, i, h, True) if set(b) <= set(same)), {})
            self.tree.ask(bool(law), "a signal that is excluded")
        else:
            law = {self._profile(t, entry["signals"]): Fraction(1)}
        for truth, chance in law.items():
            told, share = self.tree.lie(t, i, truth, model.signals[t][i].index(entry["report"])), weight * chance
            self.payoffs[i, t, h, truth] += share
            self.payoffs[i, t, h, told] -= share
            for a in self.tree.actions(t):
                own = model.utilities[t][i][a]
                self.chances[t, h, told, a] -= share * (own[truth] - own[told])
            self._later(i, t, h, (truth, told), -share)
            self._later(i, t, h, (told, told), share)

    def _joined(self, entry: Any) -> None:
        model, i, weight = self.tree.model, self.tree.model.agents.index(entry["agent"]), number(entry["weight"])
        self.tree.ask(weight >= 0 and i in model.players, "a weight below 0")
        if self.question.get("participation", "entry") == "ex-post":
            law = {self._profile(0, entry["signals"]): Fraction(1)}
        else:
            law = {p: (model.prior or {}).get(p, Fraction(0)) for p in self._seen(0, i, entry["signals"])}
        for p, chance in law.items():
            self.payoffs[i, 0, (), p] += weight * chance
            self.owed += weight * chance * model.outside[0][i][p]

    def _unpaid(self, entry: Any) -> None:
        i, t, h, weight = self._place(entry, signed=True)
        p, model = self._profile(t, entry["signals"]), self.tree.model
        self.tree.ask(self.question["participation"] == "withdrawal" and t < model.count - 1, "what may be paid")
        self.payoffs[i, t, h, p] -= weight
        for a in self.tree.actions(t):
            self.chances[t, h, p, a] += weight * model.utilities[t][i][a][p]
        self._later(i, t, h, (p, p), weight)

    def _staying(self, entry: Any) -> None:
        i, t, h, weight = self._place(entry)
        p, model = self._profile(t, entry["signals"]), self.tree.model
        there = t == model.count - 1 and _possible(self.tree)[t].get((h, p), Fraction(0)) > 0
        self.tree.ask(self.question["participation"] == "withdrawal" and there, "nobody who could leave")
        self.payoffs[i, t, h, p] += weight
        least = weight * model.outside[t][i][p]
        if self.tree.moved and t:
            self.chances[t - 1, h[:-2], h[-2], h[-1]] -= least
        else:
            self.owed += least
