"""Incentives given what an agent knows: ``pbic`` at every information state, ``bnic`` from the start (docs/model.md, Equilibrium).

An information state of agent ``i`` in period ``t`` is the profile ``h`` of the period before, the reports in it (``h`` with another own report, perhaps), and what
she sees now: her own signal and the public ones. Her belief on the rest is the row of the kernel after ``h`` and the action, taken on what she sees; its sum is the *mass*
of the state. At the start the prior takes the place of the row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd

import numpy as np
from numpy.typing import NDArray

from mechsynth.errors import TooLargeError
from mechsynth.program.ground import quoted
from mechsynth.program.incentives import add_deviations, need_prior
from mechsynth.program.linear import DEFINITION, Index
from mechsynth.program.synthesis import LARGEST, Setting
from mechsynth.rational import IntArray
from mechsynth.result.vocabulary import WISHES


@dataclass(frozen=True, eq=False)
class States:
    """Information states of one agent in one period, one a row.

    Attributes
    ----------
    history, told:
        ``(R,)``: the profile of the period before, and the history that it left (reports and the action drawn); -1 at the start.
    seen:
        ``(R,)``: the first profile that fits what she sees.
    members, weights:
        ``(R, M)``: the profiles that fit, and their weights over ``den``.
    lied:
        ``(R,)``: whether her own report in it was not her signal.
    clean:
        ``(R,)``: whether truth leads there: at the start, or after true reports at a profile that truth leads to.
    """

    history: Index
    told: Index
    seen: Index
    members: Index
    weights: IntArray
    den: int
    lied: NDArray[np.bool_]
    clean: NDArray[np.bool_]

    def take(self, rows: Index) -> States:
        """Return some of the states."""
        kept = {name: part[rows] for name, part in vars(self).items() if name != "den"}
        return replace(self, **kept)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.history)

    @property
    def starts(self) -> bool:
        """Whether they are states of the start."""
        return bool(self.count) and int(self.history[0]) < 0

    def masses(self) -> list[Fraction]:
        """Return the probability of each, given what came before."""
        return [Fraction(int(total), self.den) for total in self.weights.astype(object).sum(axis=1)]

    def apart(self, tells: bool) -> States:
        """Return the states without those that have the rows of an earlier one: the same belief, and where ``tells`` the same reports before.

        States after true reports come first.
        """
        order = np.argsort(self.lied, kind="stable")
        known: set[tuple[int, ...]] = set()
        kept = []
        for k in order.tolist():
            weights = self.weights[k].tolist()
            common = gcd(*weights)
            key = (int(self.told[k]) if tells else 0, int(self.seen[k]), *(w // common for w in weights))
            if key not in known:
                known.add(key)
                kept.append(k)
        return self.take(np.array(kept, dtype=np.int64))


def sight(setting: Setting, t: int, i: int) -> tuple[Index, Index]:
    """Return for every profile the first that looks the same to an agent, and what is to be added to that for all of these."""
    period = setting.period(t)
    place = np.unravel_index(np.arange(period.size), period.shape)
    seen = [j == i or j in setting.environment.public for j in range(len(period.shape))]
    first = np.ravel_multi_index([k if s else np.zeros_like(k) for k, s in zip(place, seen, strict=True)], period.shape)
    zero = [np.asarray(k == 0) for k, s in zip(place, seen, strict=True) if s]
    return np.asarray(first), np.flatnonzero(np.all(zero, axis=0))


def states(setting: Setting, t: int, i: int) -> list[States]:
    """Return the information states of positive probability: of the start (with a prior), and after the period before."""
    first, more = sight(setting, t, i)
    seen = np.unique(first)
    members = seen[:, None] + more
    found = []
    prior = setting.prior()
    if setting.starts(t) and t == 0 and prior is not None:
        weights = prior[0][members]
        kept = np.flatnonzero((weights != 0).any(axis=1))
        start, clean = np.full(kept.size, -1), np.ones(kept.size, dtype=bool)
        found.append(States(start, start, seen[kept], members[kept], weights[kept], prior[1], ~clean, clean))
    before = setting.before(t)
    if before is None:
        return found
    kernel = setting.period(before).kernel()
    history, told = reports(setting, before, i)
    past = setting.pasts[before]
    clean = (told == history) & setting.reached[before][history]
    place, told = past.after(told)
    history, clean = history[place], clean[place]
    lines = kernel.num[past.drawn[told], history]
    weights = lines[:, members]
    row, which = np.nonzero((weights != 0).any(axis=2))
    found.append(
        States(
            history[row],
            told[row],
            seen[which],
            members[which],
            weights[row, which],
            kernel.den,
            np.asarray(past.told[told] != history)[row],
            np.asarray(clean[row]),
        )
    )
    return found


def reports(setting: Setting, t: int, i: int) -> tuple[Index, Index]:
    """Return every profile of a period with every own report, as profile and reports, the own report fastest."""
    period = setting.period(t)
    own = period.shape[i]
    history = np.repeat(np.arange(period.size), own)
    place = [np.asarray(k)[history] for k in np.unravel_index(np.arange(period.size), period.shape)]
    place[i] = np.tile(np.arange(own), period.size)
    return history, np.asarray(np.ravel_multi_index(place, period.shape))


def own_signal(setting: Setting, t: int, i: int, profiles: Index) -> Index:
    """Return an agent's own signal in profiles."""
    return np.asarray(np.unravel_index(profiles, setting.period(t).shape)[i])


def replaced(setting: Setting, t: int, i: int, profiles: Index, report: int) -> Index:
    """Return profiles with another own report."""
    place = list(np.unravel_index(profiles, setting.period(t).shape))
    place[i] = np.full_like(place[i], report)
    return np.asarray(np.ravel_multi_index(place, setting.period(t).shape))


def titles(setting: Setting, t: int, i: int, s: States) -> tuple[list[str], list[str]]:
    """Return what an agent sees, and what came before, as they stand in names: ``(4,*)`` and `` after (5,-) told 7``."""
    period = setting.period(t)
    shown = [j == i or j in setting.environment.public for j in range(len(period.shape))]
    labels = [[quoted(label) for label in own] for own in period.signals]
    place = np.stack(np.unravel_index(s.seen, period.shape), axis=1).tolist()
    seen = ["(" + ",".join(labels[j][k] if shown[j] else "*" for j, k in enumerate(each)) + ")" for each in place]
    before = setting.before(t)
    if s.starts or before is None:
        return seen, [""] * s.count
    profiles = setting.profiles[before]
    signals = [quoted(label) for label in setting.period(before).signals[i]]
    past, actions = setting.pasts[before], setting.period(before).actions
    said = own_signal(setting, before, i, past.told[s.told]).tolist()
    drawn = [
        f" a={quoted(actions[a])}" if several else ""
        for a, several in zip(past.drawn[s.told].tolist(), past.several[s.told].tolist(), strict=True)
    ]
    after = [
        f" after {profiles[h]}{f' told {signals[r]}' if lied else ''}{act}"
        for h, r, lied, act in zip(s.history.tolist(), said, s.lied.tolist(), drawn, strict=True)
    ]
    return seen, after


@dataclass(frozen=True)
class Pbic:
    """Given what an agent knows no lie gains, after every history and whatever she has said herself."""

    name: str = "pbic"

    def rows(self, setting: Setting) -> None:
        """Add one row per information state and lie; of states with the same rows the first."""
        need_prior(setting, self.name)
        for t in range(setting.count):
            for i in setting.players:
                stakes = None
                for found in states(setting, t, i):
                    s = found.apart(setting.transfers.own_next and not found.starts)
                    refuse_large(setting, s.count * (setting.period(t).shape[i] - 1))
                    stakes = add_deviations(setting, t, i, not _by_reports(setting)) if stakes is None else stakes
                    add_lies(setting, (t, i), s, stakes, self.name)


def refuse_large(setting: Setting, more: int) -> None:
    """Refuse a program that would have too many rows."""
    rows = len(setting.program.names) + more
    if rows > LARGEST:
        raise TooLargeError(
            WISHES,
            f"the program has more than {rows} rows, and {LARGEST} are built",
            "take a smaller instance, or pepic",
        )


def _by_reports(setting: Setting) -> bool:
    """Whether rows after different reports have little to do with each other: with an end, and with payments that look at the own next report."""
    return setting.transfers.own_next and setting.environment.horizon is not None


def add_lies(setting: Setting, whose: tuple[int, int], s: States, stakes: Index, name: str) -> None:
    """Add ``Σ w [X(θ) − due(θ) − D(θ,r) + due(r,θ^{-i})] ≥ 0`` for every state and lie.

    ``stakes`` are the columns ``D``, ``(|Θ|, reports)``.
    """
    t, i = whose
    seen, after = titles(setting, t, i, s)
    own = own_signal(setting, t, i, s.seen)
    due = None if s.starts or not setting.transfers.own_next else setting.due(t, i)
    masses = s.masses()
    labels = [quoted(label) for label in setting.period(t).signals[i]]
    head = f"{name} {setting.names[i]} {setting.when(t)}"
    size = len(labels)
    for report, label in enumerate(labels):
        rows = np.flatnonzero(own != report)
        if not rows.size:
            continue
        members, weights, told = s.members[rows], s.weights[rows], s.told[rows][:, None]
        cols, nums = [setting.X[t][i][members], stakes[members, report]], [weights, -weights]
        if due is not None:
            cols += [due[told, members], due[told, replaced(setting, t, i, members, report)]]
            nums += [-weights, weights]
        names = [f"{head}{seen[k]}->{label}{after[k]}" for k in rows.tolist()]
        setting.program.add_rows(
            names,
            cols,
            nums,
            s.den,
            [Fraction(0)] * rows.size,
            name,
        )
        if due is None or not _by_reports(setting):
            step = (report - own[rows]) % size
            setting.program.mark_spare((step != 1) & (step != size - 1))
        else:  # what is due after some reports is no other reports' business: those after a few often refute alone
            last = int(due.shape[0]) - 1
            setting.program.mark_spare(~np.isin(s.told[rows], (0, last // 2, last)))
        setting.program.masses |= zip(names, (masses[k] for k in rows.tolist()), strict=True)


@dataclass(frozen=True)
class Bnic:
    """Truth is a best strategy from the start: no lie gains where truth leads to, whatever follows it.

    States that truth does not lead to have columns ``V``, at least what every report is worth there.
    """

    name: str = "bnic"

    def rows(self, setting: Setting) -> None:
        """Add the columns ``V`` and ``D``, what they are worth, and a row per clean information state and lie."""
        need_prior(setting, self.name)
        every = [{i: states(setting, t, i) for i in setting.players} for t in range(setting.count)]
        rows = sum(
            sum(part.count for part in own) * setting.period(t).shape[i]
            for t, agents in enumerate(every)
            for i, own in agents.items()
        )
        refuse_large(setting, rows)
        for t, agents in enumerate(every):
            for i, own in agents.items():
                for s in own:
                    self._columns(setting, t, i, s)
        for t, agents in enumerate(every):
            for i, own in agents.items():
                stakes = self._stakes(setting, t, i)
                for s in own:
                    clean = s.take(np.flatnonzero(s.clean))
                    apart = clean.apart(setting.transfers.own_next and not clean.starts) if clean.count else clean
                    if apart.count:
                        add_lies(setting, (t, i), apart, stakes, self.name)
                    self._unclean(setting, (t, i), s.take(np.flatnonzero(~s.clean)), stakes)

    def _columns(self, setting: Setting, t: int, i: int, s: States) -> None:
        """Add ``V`` at the states that truth does not lead to."""
        s = s.take(np.flatnonzero(~s.clean))
        if not s.count:
            return
        before = setting.before(t)
        assert before is not None
        seen, after = titles(setting, t, i, s)
        head = f"V {setting.names[i]} {setting.when(t)}"
        names = [f"{head}{known}{tail}" for known, tail in zip(seen, after, strict=True)]
        columns = setting.add_columns("", names, "V")
        table = np.full((setting.period(before).size, setting.pasts[before].told.size, setting.period(t).size), -1)
        table[s.history, s.told, s.seen] = columns
        setting.values[t, i] = table

    def _stakes(self, setting: Setting, t: int, i: int) -> Index:
        """Add ``D`` with what it is: what a report is worth with the best after it; return its columns, those of ``X`` where truth goes on."""
        own = own_signal(setting, t, i, np.arange(setting.period(t).size))
        after = setting.following(t)
        found = np.tile(setting.X[t][i][:, None], setting.period(t).shape[i])
        every, told = reports(setting, t, i)
        said = own_signal(setting, t, i, told)
        lies = said != own[every]
        if after is not None:
            lies |= ~setting.reached[t][every]
        true, told, said = every[lies], told[lies], said[lies]
        if not true.size:
            return found
        labels = [quoted(label) for label in setting.period(t).signals[i]]
        names = [f"{setting.profiles[t][k]}->{labels[r]}" for k, r in zip(true.tolist(), said.tolist(), strict=True)]
        head = f"{setting.names[i]} {setting.when(t)}"
        columns = setting.add_columns(f"D {head}", names, "V")
        found[true, said] = columns
        cols, nums, den = [], [], 1
        now = setting.now[t][i]
        if after is not None:
            delta, kernel, past = setting.environment.discount, setting.period(t).kernel(), setting.pasts[t]
            den = delta.denominator * kernel.den * past.den
            first = sight(setting, after, i)[0]
            for chance, history in past.layers:
                drawn = history[told]
                weights = kernel.num[past.drawn[drawn], true].astype(object) * -delta.numerator
                weights = weights * chance[told][:, None]
                values = setting.values[after, i][true, drawn][:, first]
                cols.append(np.where(weights != 0, values, 0))
                nums.append(weights)
        if now is not None:
            cols.append(now[told])
            nums.append(np.full(true.size, den))
        utilities = setting.utilities(t, i, told, true)
        ones = np.full(true.size, den)
        titles_ = [f"deviation {head}{name}" for name in names]
        setting.program.add_rows(titles_, [columns, *cols], [ones, *nums], den, utilities, DEFINITION, equal=True)
        return found

    def _unclean(self, setting: Setting, whose: tuple[int, int], s: States, stakes: Index) -> None:
        """Add ``m V ≥ Σ w [D(θ,r) − due(r,θ^{-i})]`` for every report, the truth too."""
        t, i = whose
        if not s.count:
            return
        before = setting.before(t)
        assert before is not None
        seen, after = titles(setting, t, i, s)
        value = setting.values[t, i][s.history, s.told, s.seen]
        mass = s.weights.astype(object).sum(axis=1)
        due = setting.due(t, i)
        for report, label in enumerate(setting.period(t).signals[i]):
            cols, nums = [value, stakes[s.members, report]], [mass, -s.weights]
            if due is not None:
                cols.append(due[s.told[:, None], replaced(setting, t, i, s.members, report)])
                nums.append(s.weights)
            head, tail = f"{self.name} {setting.names[i]} {setting.when(t)}", f"->{quoted(label)}"
            names = [f"{head}{known}{tail}{past}" for known, past in zip(seen, after, strict=True)]
            setting.program.add_rows(names, cols, nums, s.den, [Fraction(0)] * s.count, DEFINITION)
