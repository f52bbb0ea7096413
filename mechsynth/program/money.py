"""Requirements on money: budgets and deficits, bounds on payments, and the surplus that is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.errors import UsageError
from mechsynth.program.incentives import need_prior
from mechsynth.program.linear import Index
from mechsynth.program.synthesis import Setting


@dataclass(frozen=True)
class BudgetExAnte:
    """The expected discounted payments are at least 0."""

    name: str = "budget:ex-ante"

    def rows(self, setting: Setting) -> None:
        """Add ``−Σ_i E X_1^i ≥ −E W_1``: payments are the surplus less the rents."""
        weights, den = need_prior(setting, self.name)
        surplus = setting.rule.expected_surplus()
        assert surplus is not None
        cols = [setting.X[0][i][None] for i in setting.players]
        nums = [-weights[None]] * len(cols)
        setting.program.add_rows([self.name], cols, nums, den, [-surplus], self.name)


def period_budgets(setting: Setting, name: str) -> list[tuple[str, list[Index], list[Index], int]]:
    """Return name, columns, numerators and denominator of the expected sum of each period's payments, given the truthful profile before."""
    found = []
    for t in range(setting.count):
        nows = [now for now in setting.now[t] if now is not None]
        when = setting.when(t).strip()
        if setting.starts(t) and nows:
            weights, den = need_prior(setting, name)
            title = " ".join(part for part in (name, when) if part)
            found.append((title, [now[None] for now in nows], [weights[None]] * len(nows), den))
        before = setting.before(t)
        if before is None:
            continue
        kernel = setting.period(before).kernel()
        dues = [due for i in setting.players if (due := setting.due(t, i)) is not None]
        if not (dues or nows):
            continue
        for h, history in enumerate(setting.histories[before]):
            line = setting.law(before, h)[None]
            cols = [due[h][None] for due in dues] + [now[None] for now in nows]
            title = " ".join(part for part in (name, when, f"after {history}") if part)
            found.append((title, cols, [line] * len(cols), kernel.den))
    return found


@dataclass(frozen=True)
class BudgetPerPeriod:
    """The payments of each period add to 0 in expectation, given the truthful profile of the period before; or to no less than 0."""

    name: str = "budget:per-period"
    equal: bool = True

    def rows(self, setting: Setting) -> None:
        """Add one row per period and profile before."""
        for title, cols, nums, den in period_budgets(setting, self.name):
            setting.program.add_rows([title], cols, nums, den, [Fraction(0)], self.name, equal=self.equal)


@dataclass(frozen=True)
class BudgetExPost:
    """The payments of each period add to 0 whatever happens; or to no less than 0."""

    name: str = "budget:ex-post"
    equal: bool = True

    def rows(self, setting: Setting) -> None:
        """Add one row per realization."""
        for t in range(setting.count):
            head = f"{self.name} {setting.when(t)}"
            zero = [Fraction(0)] * len(setting.profiles[t])
            for tail, paid in realizations(setting, t):
                cols = [column for own in paid for column in own]
                if not cols:
                    continue
                one = np.ones(len(zero), dtype=np.int64)
                titles = [f"{head}{name}{tail}" for name in setting.profiles[t]]
                setting.program.add_rows(titles, cols, [one] * len(cols), 1, zero, self.name, equal=self.equal)


def realizations(setting: Setting, t: int) -> Iterator[tuple[str, list[list[Index]]]]:
    """Yield the start and every public history of a period: the end of a row's name, and per player the columns paid at each profile, ``now`` and due."""
    nows = [[] if (now := setting.now[t][i]) is None else [now] for i in setting.players]
    if setting.starts(t):
        yield "", nows
    before = setting.before(t)
    if before is None:
        return
    dues = [setting.due(t, i) for i in setting.players]
    for h, history in enumerate(setting.histories[before]):
        owed: list[list[Index]] = [[] if due is None else [due[h]] for due in dues]
        yield f" after {history}", [due + now for due, now in zip(owed, nows, strict=True)]


@dataclass(frozen=True)
class Bounded:
    """No payment exceeds ``bound`` in absolute value."""

    bound: Fraction

    @property
    def name(self) -> str:
        """``bounded:`` and the bound."""
        return f"bounded:{self.bound}"

    def rows(self, setting: Setting) -> None:
        """Add two rows per payment."""
        columns = setting.transfer_columns()
        one = np.ones(columns.size, dtype=np.int64)
        right = [-self.bound] * columns.size
        for sign, tail in ((-1, "<="), (1, ">=")):
            names = [f"{self.name} {setting.program.columns[k]} {tail}" for k in columns.tolist()]
            setting.program.add_rows(names, [columns], [one * sign], 1, right, self.name)


@dataclass(frozen=True)
class NoSubsidy:
    """Nobody is ever paid."""

    name: str = "no-subsidy"

    def rows(self, setting: Setting) -> None:
        """Add one row per payment."""
        columns = setting.transfer_columns()
        names = [f"{self.name} {setting.program.columns[k]}" for k in columns.tolist()]
        one = np.ones(columns.size, dtype=np.int64)
        setting.program.add_rows(names, [columns], [one], 1, [Fraction(0)] * columns.size, self.name)


@dataclass(frozen=True)
class WinnerPays:
    """Nobody pays or receives anything but after the action of its own name: whoever the object goes to."""

    name: str = "winner-pays"

    def rows(self, setting: Setting) -> None:
        """Add ``p = 0`` for every payment of another; of one on reports alone, where some other action may follow them."""
        labels = [set(setting.period(t).actions) for t in range(setting.count)]
        if not any(setting.environment.agents[i] in own for own in labels for i in setting.players):
            raise UsageError(self.name, "no action has the name of an agent", "name actions by who wins")
        columns: dict[int, None] = {}
        for t in range(setting.count):
            past, actions = setting.pasts[t], setting.period(t).actions
            for i in setting.players:
                own = np.array([label == setting.environment.agents[i] for label in actions])
                other = ~own[past.drawn]
                now, later = setting.now[t][i], setting.later[t][i]
                if now is not None:
                    columns |= dict.fromkeys(now[np.unique(past.told[other])].tolist())
                if later is not None:
                    columns |= dict.fromkeys(later[other].ravel().tolist())
        found = np.array(list(columns), dtype=np.int64)
        names = [f"{self.name} {setting.program.columns[k]}" for k in columns]
        one = np.ones(found.size, dtype=np.int64)
        setting.program.add_rows(names, [found], [one], 1, [Fraction(0)] * found.size, self.name, equal=True)


@dataclass(frozen=True)
class SurplusFull:
    """The expected discounted payments are the whole expected surplus, above what leaving is worth to the agents."""

    name: str = "surplus:full"

    def rows(self, setting: Setting) -> None:
        """Add ``Σ_i E (X_1^i − o^i) = 0``."""
        weights, den = need_prior(setting, self.name)
        cols = [setting.X[0][i][None] for i in setting.players]
        left = [sum((setting.expected_leaving(0, i, weights, den) for i in setting.players), Fraction(0))]
        setting.program.add_rows([self.name], cols, [weights[None]] * len(cols), den, left, self.name, equal=True)


def every_history(setting: Setting) -> list[tuple[list[str], list[Index], list[int], list[Fraction]]]:
    """Return titles, columns and signs of ``Σ_i (X^i − due^i)`` after every history on the truthful path, and what leaving is worth there."""
    found = []
    for t in range(setting.count):
        names, when = setting.profiles[t], setting.when(t)
        if setting.starts(t):
            first = setting.first(t)
            cols = [setting.X[t][i][first] for i in setting.players]
            found.append(
                ([f"{when}{names[k]}" for k in first.tolist()], cols, [1] * len(cols), _left(setting, t, first))
            )
        path, before = setting.on_path(t), setting.before(t)
        if path is None or before is None:
            continue
        history, theta = path
        titles = [f"{when}{names[k]} after {setting.histories[before][h]}" for h, k in zip(*path, strict=True)]
        cols, signs = [], []
        for i in setting.players:
            cols.append(setting.X[t][i][theta])
            signs.append(1)
            due = setting.due(t, i)
            if due is not None:
                cols.append(due[history, theta])
                signs.append(-1)
        found.append((titles, cols, signs, _left(setting, t, theta)))
    return found


def _left(setting: Setting, t: int, profiles: Index) -> list[Fraction]:
    """Return what leaving is worth to all together at some profiles."""
    each = [setting.leaving(t, i, profiles) for i in setting.players]
    return [sum(values, Fraction(0)) for values in zip(*each, strict=True)]


@dataclass(frozen=True)
class SurplusEveryHistory:
    """The agents together keep nothing above what leaving is worth, after every history on the truthful path."""

    name: str = "surplus:every-history"

    def rows(self, setting: Setting) -> None:
        """Add one equality per period, profile and profile before."""
        for titles, cols, signs, left in every_history(setting):
            nums = [np.full(len(titles), sign) for sign in signs]
            names = [f"{self.name} {title}" for title in titles]
            setting.program.add_rows(names, cols, nums, 1, left, self.name, equal=True)
