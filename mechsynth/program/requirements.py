"""Requirements: small objects that add named rows to a program. Anything with ``name`` and ``rows(setting)`` is one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, runtime_checkable

import numpy as np

from mechsynth.errors import InputError, UsageError
from mechsynth.program.linear import DEFINITION, Index
from mechsynth.program.synthesis import Setting
from mechsynth.rational import rational


@runtime_checkable
class Requirement(Protocol):
    """What a wish is: a name, and rows in the columns of a `Setting`."""

    @property
    def name(self) -> str:
        """The name, as in ``--require``."""

    def rows(self, setting: Setting) -> None:
        """Add the rows, with ``name`` as their owner."""


@dataclass(frozen=True)
class Pepic:
    """Truth is a best reply after every history: no one-shot lie gains."""

    name: str = "pepic"

    def rows(self, setting: Setting) -> None:
        """Add one row per agent, true profile and lie; and per history, where what is due differs."""
        program = setting.program
        for t in range(setting.count):
            for i, agent in enumerate(setting.names):
                true, told, names = setting.lies(t, i)
                if not true.size:
                    continue
                cols, nums, den = setting.continuation(t, i, told, true)
                rights = setting.utilities(t, i, told, true)
                head = f"{agent} {setting.when(t)}"
                titles = [f"pepic {head}{name}" for name in names]
                if not setting.transfers.own_next:
                    lines = [setting.X[t][i][true], *cols]
                    program.add_rows(titles, lines, [np.full(true.size, den), *nums], den, rights, self.name)
                    continue
                deviation = setting._add(f"D {head}", names, "D")
                program.add_rows(
                    [f"deviation {head}{name}" for name in names],
                    [deviation, *cols],
                    [np.full(true.size, den), *nums],
                    den,
                    rights,
                    DEFINITION,
                    equal=True,
                )
                ones = np.ones(true.size, dtype=np.int64)
                zeros = [Fraction(0)] * true.size
                if setting.starts(t):
                    program.add_rows(titles, [setting.X[t][i][true], deviation], [ones, -ones], 1, zeros, self.name)
                due = setting.due(t, i)
                before = setting.before(t)
                if due is None or before is None:
                    continue
                for h, history in enumerate(setting.profiles[before]):
                    program.add_rows(
                        [f"{title} after {history}" for title in titles],
                        [setting.X[t][i][true], due[h, true], deviation, due[h, told]],
                        [ones, -ones, -ones, ones],
                        1,
                        zeros,
                        self.name,
                    )


@dataclass(frozen=True)
class ResidualClaimant:
    """Truth gives every agent the social surplus, in every period before the last."""

    name: str = "residual-claimant"

    def rows(self, setting: Setting) -> None:
        """Add ``X = W``."""
        last = setting.count - (setting.environment.horizon is not None)
        for t in range(last):
            value = setting.rule.value(t + 1)
            rights = [value.fraction(k) for k in range(value.shape[0])]
            for i, agent in enumerate(setting.names):
                names = [f"{self.name} {agent} {setting.when(t)}{theta}" for theta in setting.profiles[t]]
                one = np.ones(len(names), dtype=np.int64)
                setting.program.add_rows(names, [setting.X[t][i]], [one], 1, rights, self.name, equal=True)


@dataclass(frozen=True)
class Participation:
    """Nobody would rather leave for an outside option of 0: ``ex-post``, ``interim`` or ``ex-ante``."""

    sense: str

    @property
    def name(self) -> str:
        """``participation:`` and the sense."""
        return f"participation:{self.sense}"

    def rows(self, setting: Setting) -> None:
        """Add the rows of this sense."""
        for i in range(setting.agents):
            if self.sense == "ex-ante":
                self._ex_ante(setting, i)
            else:
                for t in range(setting.count):
                    (self._ex_post if self.sense == "ex-post" else self._interim)(setting, t, i)

    def _ex_post(self, setting: Setting, t: int, i: int) -> None:
        head = f"{self.name} {setting.names[i]} {setting.when(t)}"
        names = setting.profiles[t]
        if setting.starts(t):
            one, zero = np.ones(len(names), dtype=np.int64), [Fraction(0)] * len(names)
            setting.program.add_rows([f"{head}{n}" for n in names], [setting.X[t][i]], [one], 1, zero, self.name)
        path, before = setting.on_path(t), setting.before(t)
        if path is None or before is None:
            return
        history, theta = path
        titles = [f"{head}{names[k]} after {setting.profiles[before][h]}" for h, k in zip(*path, strict=True)]
        one = np.ones(theta.size, dtype=np.int64)
        cols, nums = [setting.X[t][i][theta]], [one]
        due = setting.due(t, i)
        if due is not None:
            cols, nums = [*cols, due[history, theta]], [one, -one]
        setting.program.add_rows(titles, cols, nums, 1, [Fraction(0)] * theta.size, self.name)

    def _interim(self, setting: Setting, t: int, i: int) -> None:
        period = setting.period(t)
        own = np.unravel_index(np.arange(period.size), period.shape)[i]
        head = f"{self.name} {setting.names[i]} {setting.when(t)}"
        cases = []
        if setting.starts(t):
            prior = need_prior(setting, self.name)
            cases.append(("", prior[0], prior[1], None))
        before = setting.before(t)
        due = setting.due(t, i)
        if before is not None:
            kernel = setting.period(before).kernel()
            for h, history in enumerate(setting.profiles[before]):
                line = kernel.num[setting.chosen(before)[h], h]
                cases.append((f" after {history}", line, kernel.den, None if due is None else due[h]))
        for tail, weights, den, owed in cases:
            for k, label in enumerate(period.signals[i]):
                at = np.flatnonzero((own == k) & (np.asarray(weights) != 0))
                if not at.size:
                    continue
                from mechsynth.program.synthesis import quoted

                cols, nums = [setting.X[t][i][at][None]], [np.asarray(weights)[at][None]]
                if owed is not None:
                    cols.append(owed[at][None])
                    nums.append(-np.asarray(weights)[at][None])
                setting.program.add_rows([f"{head}{quoted(label)}{tail}"], cols, nums, den, [Fraction(0)], self.name)

    def _ex_ante(self, setting: Setting, i: int) -> None:
        weights, den = need_prior(setting, self.name)
        row = [f"{self.name} {setting.names[i]}"]
        setting.program.add_rows(row, [setting.X[0][i][None]], [weights[None]], den, [Fraction(0)], self.name)


def need_prior(setting: Setting, name: str) -> tuple[Index, int]:
    """Return the prior, flat, or refuse a requirement that needs one."""
    prior = setting.prior()
    if prior is None:
        raise UsageError(name, "the instance has no prior", "add one, or drop this requirement")
    return prior


@dataclass(frozen=True)
class BudgetExAnte:
    """The expected discounted payments are at least 0."""

    name: str = "budget:ex-ante"

    def rows(self, setting: Setting) -> None:
        """Add ``−Σ_i E X_1^i ≥ −E W_1``: payments are the surplus less the rents."""
        weights, den = need_prior(setting, self.name)
        surplus = setting.rule.expected_surplus()
        assert surplus is not None
        cols = [setting.X[0][i][None] for i in range(setting.agents)]
        nums = [-weights[None]] * setting.agents
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
        dues = [due for i in range(setting.agents) if (due := setting.due(t, i)) is not None]
        if not (dues or nows):
            continue
        for h, history in enumerate(setting.profiles[before]):
            line = kernel.num[setting.chosen(before)[h], h][None]
            cols = [due[h][None] for due in dues] + [now[None] for now in nows]
            title = " ".join(part for part in (name, when, f"after {history}") if part)
            found.append((title, cols, [line] * len(cols), kernel.den))
    return found


@dataclass(frozen=True)
class BudgetPerPeriod:
    """The payments of each period add to 0 in expectation, given the truthful profile of the period before."""

    name: str = "budget:per-period"

    def rows(self, setting: Setting) -> None:
        """Add one equality per period and profile before."""
        for title, cols, nums, den in period_budgets(setting, self.name):
            setting.program.add_rows([title], cols, nums, den, [Fraction(0)], self.name, equal=True)


@dataclass(frozen=True)
class BudgetExPost:
    """The payments of each period add to 0 whatever happens."""

    name: str = "budget:ex-post"

    def rows(self, setting: Setting) -> None:
        """Add one equality per realization."""
        for t in range(setting.count):
            names = setting.profiles[t]
            nows = [now for now in setting.now[t] if now is not None]
            one = np.ones(len(names), dtype=np.int64)
            zero = [Fraction(0)] * len(names)
            head = f"{self.name} {setting.when(t)}"
            if setting.starts(t) and nows:
                ones = [one] * len(nows)
                setting.program.add_rows([f"{head}{n}" for n in names], nows, ones, 1, zero, self.name, equal=True)
            before = setting.before(t)
            dues = [due for i in range(setting.agents) if (due := setting.due(t, i)) is not None]
            if before is None or not (dues or nows):
                continue
            for h, history in enumerate(setting.profiles[before]):
                cols = [due[h] for due in dues] + nows
                titles = [f"{head}{n} after {history}" for n in names]
                setting.program.add_rows(titles, cols, [one] * len(cols), 1, zero, self.name, equal=True)


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
class SurplusFull:
    """The expected discounted payments are the whole expected surplus."""

    name: str = "surplus:full"

    def rows(self, setting: Setting) -> None:
        """Add ``Σ_i E X_1^i = 0``."""
        refuse_negative(setting, self.name)
        weights, den = need_prior(setting, self.name)
        cols = [setting.X[0][i][None] for i in range(setting.agents)]
        zero = [Fraction(0)]
        setting.program.add_rows([self.name], cols, [weights[None]] * len(cols), den, zero, self.name, equal=True)


def refuse_negative(setting: Setting, name: str) -> None:
    """Refuse surplus extraction where some utility is below the outside option (Liu 2014, section 4)."""
    for t in range(setting.count):
        period = setting.period(t)
        if int(period.utilities.num.min()) < 0:
            i, a, *theta = (int(k) for k in np.argwhere(period.utilities.num < 0)[0])
            signals = ",".join(own[k] for own, k in zip(period.signals, theta, strict=True))
            raise UsageError(
                name,
                f"the utility of {setting.environment.agents[i]} after {period.actions[a]} at ({signals}) is negative",
                "surplus extraction needs utilities of at least 0, the outside option: add a constant",
            )


def every_history(setting: Setting) -> list[tuple[list[str], list[Index], list[int]]]:
    """Return titles, columns and signs of ``Σ_i (X^i − due^i)`` after every history on the truthful path."""
    found = []
    for t in range(setting.count):
        names, when = setting.profiles[t], setting.when(t)
        if setting.starts(t):
            cols = [setting.X[t][i] for i in range(setting.agents)]
            found.append(([f"{when}{n}" for n in names], cols, [1] * len(cols)))
        path, before = setting.on_path(t), setting.before(t)
        if path is None or before is None:
            continue
        history, theta = path
        titles = [f"{when}{names[k]} after {setting.profiles[before][h]}" for h, k in zip(*path, strict=True)]
        cols, signs = [], []
        for i in range(setting.agents):
            cols.append(setting.X[t][i][theta])
            signs.append(1)
            due = setting.due(t, i)
            if due is not None:
                cols.append(due[history, theta])
                signs.append(-1)
        found.append((titles, cols, signs))
    return found


@dataclass(frozen=True)
class SurplusEveryHistory:
    """The agents together keep nothing, after every history on the truthful path."""

    name: str = "surplus:every-history"

    def rows(self, setting: Setting) -> None:
        """Add one equality per period, profile and profile before."""
        refuse_negative(setting, self.name)
        for titles, cols, signs in every_history(setting):
            nums = [np.full(len(titles), sign) for sign in signs]
            names = [f"{self.name} {title}" for title in titles]
            zero = [Fraction(0)] * len(titles)
            setting.program.add_rows(names, cols, nums, 1, zero, self.name, equal=True)


KNOWN: dict[str, Requirement] = {
    each.name: each
    for each in (
        Pepic(),
        ResidualClaimant(),
        Participation("ex-post"),
        Participation("interim"),
        Participation("ex-ante"),
        BudgetExAnte(),
        BudgetPerPeriod(),
        BudgetExPost(),
        NoSubsidy(),
        SurplusFull(),
        SurplusEveryHistory(),
    )
}


def requirement(wish: str | Requirement) -> Requirement:
    """Return a requirement by its name (``"bounded:10"`` with its bound), or the object itself.

    Raises
    ------
    UsageError
        For a name that is none.
    """
    if not isinstance(wish, str):
        if isinstance(wish, Requirement):
            return wish
        raise UsageError("require", f"{wish!r} is no requirement", "give a name, or an object with name and rows")
    if wish in KNOWN:
        return KNOWN[wish]
    kind, colon, bound = wish.partition(":")
    if kind == "bounded" and colon:
        try:
            value = rational(bound, "--require")
        except InputError as error:
            raise UsageError("--require", f"{wish!r}: {error.problem}", "write bounded:10, say") from None
        if value < 0:
            raise UsageError("--require", f"{wish!r} bounds payments below 0", "give a bound of at least 0")
        return Bounded(value)
    raise UsageError("--require", f"{wish!r} is no requirement", f"choose of {', '.join(KNOWN)}, bounded:B")
