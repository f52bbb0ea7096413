"""Requirements on what agents want to do: tell the truth, be residual claimants, take part."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mechsynth.errors import UsageError
from mechsynth.program.linear import DEFINITION, Index
from mechsynth.program.synthesis import Setting


def need_prior(setting: Setting, name: str) -> tuple[Index, int]:
    """Return the prior, flat, or refuse a requirement that needs one."""
    prior = setting.prior()
    if prior is None:
        raise UsageError(name, "the instance has no prior", "add one, or drop this requirement")
    return prior


def add_deviations(setting: Setting, t: int, i: int, spare: bool = True) -> Index:
    """Add the columns ``D``, what a lie is worth with truth after it, with what they are; return them, ``(|Θ|, reports)``, -1 at truth.

    With ``spare``, a refutation can often do without those of lies to no neighbour.
    """
    true, told, names, far = setting.lies(t, i)
    found = np.full((setting.period(t).size, setting.period(t).shape[i]), -1)
    if not true.size:
        return found
    cols, nums, den = setting.continuation(t, i, told, true)
    head = f"{setting.names[i]} {setting.when(t)}"
    deviation = setting.add_columns(f"D {head}", names, "D")
    setting.program.add_rows(
        [f"deviation {head}{name}" for name in names],
        [deviation, *cols],
        [np.full(true.size, den), *nums],
        den,
        setting.utilities(t, i, told, true),
        DEFINITION,
        equal=True,
    )
    if spare:
        setting.program.mark_spare(far)
    found[true, np.unravel_index(told, setting.period(t).shape)[i]] = deviation
    return found


@dataclass(frozen=True)
class Pepic:
    """Truth is a best reply after every history: no one-shot lie gains."""

    name: str = "pepic"

    def rows(self, setting: Setting) -> None:
        """Add one row per agent, true profile and lie; and per history, where what is due differs."""
        program = setting.program
        for t in range(setting.count):
            for i in setting.players:
                agent = setting.names[i]
                true, told, names, far = setting.lies(t, i)
                if not true.size:
                    continue
                titles = [f"pepic {agent} {setting.when(t)}{name}" for name in names]
                if not setting.transfers.own_next:
                    cols, nums, den = setting.continuation(t, i, told, true)
                    rights = setting.utilities(t, i, told, true)
                    lines = [setting.X[t][i][true], *cols]
                    program.add_rows(titles, lines, [np.full(true.size, den), *nums], den, rights, self.name)
                    program.mark_spare(far)
                    continue
                stakes = add_deviations(setting, t, i)
                own = np.unravel_index(told, setting.period(t).shape)[i]
                deviation = stakes[true, own]
                ones = np.ones(true.size, dtype=np.int64)
                zeros = [Fraction(0)] * true.size
                if setting.starts(t):
                    program.add_rows(titles, [setting.X[t][i][true], deviation], [ones, -ones], 1, zeros, self.name)
                    program.mark_spare(far)
                due = setting.due(t, i)
                before = setting.before(t)
                if due is None or before is None:
                    continue
                for h, history in enumerate(setting.histories[before]):
                    program.add_rows(
                        [f"{title} after {history}" for title in titles],
                        [setting.X[t][i][true], due[h, true], deviation, due[h, told]],
                        [ones, -ones, -ones, ones],
                        1,
                        zeros,
                        self.name,
                    )
                    program.mark_spare(far)


def add_payoffs(setting: Setting, name: str, share: Fraction | None) -> None:
    """Add ``X = share · W`` in every period before the last, in all of them where there is no last one; without a share, what who gets the whole is to get."""
    last = setting.count - (setting.environment.horizon is not None)
    for t in range(last):
        size = setting.period(t).size
        for i in setting.players:
            rights = [Fraction(0)] * size
            if share is None or share:
                value = setting.rule.claimed(t + 1, i) if share is None else setting.rule.value(t + 1)
                rights = [(share or 1) * value.fraction(k) for k in range(size)]
            agent = setting.names[i]
            names = [f"{name} {agent} {setting.when(t)}{theta}" for theta in setting.profiles[t]]
            one = np.ones(len(names), dtype=np.int64)
            setting.program.add_rows(names, [setting.X[t][i]], [one], 1, rights, name, equal=True)


@dataclass(frozen=True)
class ResidualClaimant:
    """Truth gives every agent the social surplus, in every period before the last."""

    name: str = "residual-claimant"

    def rows(self, setting: Setting) -> None:
        """Add ``X = W``; under a rule that weighs agents, ``X^i`` is its weighted surplus over ``i``'s weight."""
        add_payoffs(setting, self.name, None)


@dataclass(frozen=True)
class EqualShares:
    """Truth gives every agent an equal share of the social surplus, in every period before the last."""

    name: str = "equal-shares"

    def rows(self, setting: Setting) -> None:
        """Add ``X = W/N``."""
        add_payoffs(setting, self.name, Fraction(1, len(setting.players)))


@dataclass(frozen=True)
class NoPayoff:
    """Truth leaves no agent anything, in every period before the last, but what was due to be paid to it before."""

    name: str = "no-payoff"

    def rows(self, setting: Setting) -> None:
        """Add ``X = 0``."""
        add_payoffs(setting, self.name, Fraction(0))


@dataclass(frozen=True)
class Participation:
    """Nobody would rather leave for the outside option (0 where the instance has none): ``ex-post``, ``interim``, ``entry`` (interim, at the start only) or ``ex-ante``."""

    sense: str

    @property
    def name(self) -> str:
        """``participation:`` and the sense."""
        return f"participation:{self.sense}"

    def rows(self, setting: Setting) -> None:
        """Add the rows of this sense."""
        for i in setting.players:
            if self.sense == "ex-ante":
                self._ex_ante(setting, i)
            elif self.sense == "entry":
                self._interim(setting, 0, i)
            else:
                for t in range(setting.count):
                    (self._ex_post if self.sense == "ex-post" else self._interim)(setting, t, i)

    def _ex_post(self, setting: Setting, t: int, i: int) -> None:
        head = f"{self.name} {setting.names[i]} {setting.when(t)}"
        names = setting.profiles[t]
        if setting.starts(t):
            first = setting.first(t)
            one, least = np.ones(first.size, dtype=np.int64), setting.leaving(t, i, first)
            titles = [f"{head}{names[k]}" for k in first.tolist()]
            setting.program.add_rows(titles, [setting.X[t][i][first]], [one], 1, least, self.name)
        path, before = setting.on_path(t), setting.before(t)
        if path is None or before is None:
            return
        history, theta = path
        titles = [f"{head}{names[k]} after {setting.histories[before][h]}" for h, k in zip(*path, strict=True)]
        one = np.ones(theta.size, dtype=np.int64)
        cols, nums = [setting.X[t][i][theta]], [one]
        due = setting.due(t, i)
        if due is not None:
            cols, nums = [*cols, due[history, theta]], [one, -one]
        setting.program.add_rows(titles, cols, nums, 1, setting.leaving(t, i, theta), self.name)

    def _interim(self, setting: Setting, t: int, i: int) -> None:
        seen = setting.seen(t, i)
        head = f"{self.name} {setting.names[i]} {setting.when(t)}"
        cases = []
        if setting.starts(t):
            prior = need_prior(setting, self.name)
            cases.append(("", prior[0], prior[1], None))
        before = None if self.sense == "entry" else setting.before(t)
        due = setting.due(t, i)
        if before is not None:
            kernel = setting.period(before).kernel()
            for h in np.flatnonzero(setting.reached[before][setting.pasts[before].told]).tolist():
                history, line = setting.histories[before][h], setting.law(before, h)
                cases.append((f" after {history}", line, kernel.den, None if due is None else due[h]))
        for tail, weights, den, owed in cases:
            for label, with_it in seen:
                at = with_it[np.asarray(weights)[with_it] != 0]
                if not at.size:
                    continue
                least = [setting.expected_leaving(t, i, weights, den, at)]
                cols, nums = [setting.X[t][i][at][None]], [np.asarray(weights)[at][None]]
                if owed is not None:
                    cols.append(owed[at][None])
                    nums.append(-np.asarray(weights)[at][None])
                setting.program.add_rows([f"{head}{label}{tail}"], cols, nums, den, least, self.name)

    def _ex_ante(self, setting: Setting, i: int) -> None:
        weights, den = need_prior(setting, self.name)
        row = [f"{self.name} {setting.names[i]}"]
        least = [setting.expected_leaving(0, i, weights, den)]
        setting.program.add_rows(row, [setting.X[0][i][None]], [weights[None]], den, least, self.name)
