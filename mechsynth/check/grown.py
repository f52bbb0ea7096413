"""Mechanisms with histories: ``{"tree": [{"allocation": …, "payments": …}, one per period]}``, and where they can go.

Tables have axes ``[θ_1](a_1)…[θ_t]``, profiles in C order, the last agent fastest, and the lottery ``[a]`` last in an allocation. The axes ``(a_s)`` are there
where actions move the signals, and an axis of an earlier report of length 1 is one that the mechanism does not remember.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from mechsynth.errors import InputError

from .envelope import Claim
from .model import Model
from .text import Numbers as Exacts
from .text import flatten, items, label, table
from .verdict import Ledger

Numbers = list[list[Fraction]]


@dataclass(frozen=True, eq=False)
class Nodes:
    """What can be remembered, and numbers of the model as fractions.

    Parameters
    ----------
    model:
        The instance, with a last period and a prior.
    memory:
        ``full``, ``first-and-current`` or ``current``.
    """

    model: Model
    memory: str

    @cached_property
    def moved(self) -> bool:
        """Whether some action moves the next signals."""
        return any(
            self.chance(t, a, p, q) != self.chance(t, 0, p, q)
            for t in range(self.model.count - 1)
            for a in range(1, self.actions(t))
            for p in range(self.profiles(t))
            for q in range(self.profiles(t + 1))
        )

    def profiles(self, t: int) -> int:
        """Number of profiles of period ``t`` (from 0)."""
        return self.model.period(t).profiles

    def actions(self, t: int) -> int:
        """Number of actions."""
        return len(self.model.period(t).actions)

    def branches(self, t: int) -> range:
        """The actions after which the next signals are summed over: all, or one for all where none matters."""
        return range(self.actions(t) if self.moved else 1)

    @cached_property
    def counts(self) -> list[int]:
        """Number of histories, by period."""
        found = [1]
        for t in range(1, self.model.count):
            if self.memory == "full":
                found.append(found[-1] * self.profiles(t - 1) * (self.actions(t - 1) if self.moved else 1))
            else:
                found.append(self.profiles(0) if self.memory == "first-and-current" else 1)
        return found

    def after(self, t: int, history: int, profile: int, action: int) -> int:
        """Return the history that follows."""
        if self.memory == "full":
            node = history * self.profiles(t) + profile
            return node * self.actions(t) + action if self.moved else node
        if self.memory == "current":
            return 0
        return profile if t == 0 else history

    def chance(self, t: int, action: int, profile: int, following: int) -> Fraction:
        """Return ``μ(θ'|a,θ)``."""
        kernel = self.model.kernel(t)
        assert kernel is not None
        return Fraction(int(kernel.weights[action, profile, following]), int(kernel.den[action, profile]))

    @cached_property
    def rows(self) -> list[list[list[dict[int, Fraction]]]]:
        """Per period, action and profile, the chances that are not 0, by next profile."""
        return [
            [
                [
                    {q: c for q in range(self.profiles(t + 1)) if (c := self.chance(t, a, p, q))}
                    for p in range(self.profiles(t))
                ]
                for a in range(self.actions(t))
            ]
            for t in range(self.model.count - 1)
        ]

    @cached_property
    def worth(self) -> list[list[list[list[Fraction]]]]:
        """Per period, agent, action and profile, the utility."""
        return [
            [
                [[own.at(a, p) for p in range(self.profiles(t))] for a in range(self.actions(t))]
                for own in self.model.period(t).utilities
            ]
            for t in range(self.model.count)
        ]

    @cached_property
    def total(self) -> list[list[list[Fraction]]]:
        """Per period, action and profile, the surplus."""
        return [
            [
                [sum((own[a][p] for own in worth), Fraction(0)) for p in range(self.profiles(t))]
                for a in range(self.actions(t))
            ]
            for t, worth in enumerate(self.worth)
        ]

    @cached_property
    def prior(self) -> list[Fraction]:
        """The chances of the first profiles."""
        law = self.model.prior
        assert law is not None
        den = int(law.den[()])
        return [Fraction(int(n), den) for n in law.num.reshape(-1)]

    @cached_property
    def chances(self) -> list[Numbers]:
        """Per period, history and profile, the chance of the signals (given the actions of the history)."""
        found: list[Numbers] = [[self.prior]]
        for t in range(self.model.count - 1):
            following = [[Fraction(0)] * self.profiles(t + 1) for _ in range(self.counts[t + 1])]
            for h, row in enumerate(found[t]):
                for p, chance in enumerate(row):
                    for a in self.branches(t) if chance else ():
                        for q, c in self.rows[t][a][p].items():
                            following[self.after(t, h, p, a)][q] += chance * c
            found.append(following)
        return found

    def view(self, agent: int, profile: int) -> tuple[int, ...]:
        """Return what an agent sees of a first profile: its own signal, and those of public agents."""
        own = self.model.period(0).own
        return tuple(int(own[j][profile]) for j in (agent, *self.model.public))

    def leaving(self, agent: int, profile: int, t: int = 0) -> Fraction:
        """Return what leaving in a period is worth at a profile."""
        outside = self.model.period(t).outside
        return Fraction(0) if outside is None else outside[agent].at(profile)

    def axes(self, t: int) -> list[tuple[int, bool]]:
        """Return the lengths of the axes of a table of a period: what is remembered, and the current profile."""
        found: list[tuple[int, bool]] = []
        for s in range(t):
            seen = self.memory == "full" or (self.memory == "first-and-current" and s == 0)
            found += [(self.profiles(s) if seen else 1, False)]
            found += [(self.actions(s), False)] if self.moved else []
        return [*found, (self.profiles(t), False)]

    @cached_property
    def never(self) -> list[set[int]]:
        """Per period, the histories that follow an action that is not available."""
        found: list[set[int]] = [set()]
        for t in range(self.model.count - 1):
            choices, then = self.model.period(t).choices, set()
            for h in range(self.counts[t]) if self.moved else ():
                for p in range(self.profiles(t)):
                    for a in range(self.actions(t)):
                        if h in found[t] or not choices[a, p]:
                            then.add(self.after(t, h, p, a))
            found.append(then)
        return found

    def lie(self, t: int, agent: int, profile: int, report: int) -> int:
        """Return the profile with one signal replaced."""
        return int(self.model.period(t).lie(agent, report)[profile])

    def history(self, value: object, place: str) -> tuple[int, int]:
        """Read a history as a result names it, oldest report first; return the period (from 0) and its number.

        A short memory names the first report alone, or none: its period stands beside it.
        """
        entries = items(value, place)
        number = 0
        for t, entry in enumerate(entries):
            keys = ("signals", "action") if self.moved else ("signals",)
            table(entry, f"{place}[{t}]", keys)
            if t >= self.model.count - 1:
                raise InputError(place, "longer than the horizon allows", "shorten it")
            action = label(entry["action"], self.model.period(t).action_index, place, "action") if self.moved else 0
            number = self.after(t, number, self.profile(t, entry["signals"], f"{place}[{t}].signals"), action)
        return len(entries), number

    def profile(self, t: int, value: object, place: str) -> int:
        """Read a whole profile of a period."""
        period, number = self.model.period(t), 0
        told = table(value, place, self.model.agents)
        for i, name in enumerate(self.model.agents):
            number = number * period.sizes[i] + label(told[name], period.signal_index[i], place, "signal")
        return number


@dataclass(frozen=True, eq=False)
class Grown:
    """A mechanism as it is played.

    Parameters
    ----------
    lotteries:
        Per period, history and profile, the chance of each action.
    payments:
        Per agent (none of a public one), period, history and profile.
    """

    lotteries: list[list[list[list[Fraction]]]]
    payments: list[list[Numbers]]


def read_grown(claim: Claim, nodes: Nodes, ledger: Ledger) -> Grown:
    """Read a mechanism, and ask that its lotteries are lotteries."""
    assert claim.mechanism is not None
    return read_tree(claim.mechanism["allocation"], nodes, claim.numbers, ledger)


def read_tree(allocation: object, nodes: Nodes, numbers: Exacts, ledger: Ledger) -> Grown:
    """Read the tables of a mechanism, and ask that its lotteries are lotteries."""
    model = nodes.model
    periods = items(table(allocation, "mechanism.allocation", ("tree",))["tree"], "mechanism.allocation.tree")
    if len(periods) != model.count:
        raise InputError("mechanism.allocation.tree", f"length {len(periods)}", f"one entry a period: {model.count}")
    lotteries: list[list[list[list[Fraction]]]] = []
    payments: list[list[Numbers]] = [[] for _ in model.agents]
    for t, entry in enumerate(periods):
        at = f"mechanism.allocation.tree[{t}]"
        table(entry, at, ("allocation", "payments"))
        table(entry["payments"], f"{at}.payments", [model.agents[i] for i in model.players])
        axes = nodes.axes(t)
        wide = [*axes, (nodes.actions(t), False)]
        leaves, _ = flatten(entry["allocation"], wide, f"{at}.allocation")
        values = [Fraction(*v) for v in numbers.pairs(leaves, f"{at}.allocation")]
        many, count = nodes.actions(t), nodes.profiles(t)
        drawn = [values[k : k + many] for k in range(0, len(values), many)]
        for k, lottery in enumerate(drawn):
            ledger.claim(
                min(lottery) >= 0 and sum(lottery) == 1,
                f"{at}.allocation, node {k}: not a lottery: chances are at least 0 and add up to 1",
            )
        choices = model.period(t).choices
        for k, lottery in enumerate(drawn):
            fine = all(not chance or choices[a, k % count] for a, chance in enumerate(lottery))
            ledger.claim(fine, f"{at}.allocation, node {k}: an action that is not available")
        lotteries.append([drawn[k : k + count] for k in range(0, len(drawn), count)])
        for i in model.players:
            leaves, _ = flatten(entry["payments"][model.agents[i]], axes, f"{at}.payments")
            paid = [Fraction(*v) for v in numbers.pairs(leaves, f"{at}.payments")]
            payments[i].append([paid[k : k + count] for k in range(0, len(paid), count)])
    return Grown(lotteries, payments)
