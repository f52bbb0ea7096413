"""The program over a whole mechanism: its columns, what they mean, and the incentive rows.

With the rule ``a*`` fixed, ``X^i(θ)`` is the truthful continuation payoff without what is due from last period's reports, and type
``θ`` who reports ``ρ = (r, θ^{-i})`` now and the truth from then on gets

    G^i(ρ, θ) = u^i(a*(ρ),θ) − now^i(ρ) + δ Σ_{θ'} μ(θ' | a*(ρ),θ) [X^i(θ') − later^i(θ'; ρ)].

Where ``later`` looks at the own next report, what is due differs between truth and lie, and the deviation payoffs ``G`` become columns
``D``: the incentive rows then have four entries each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm, prod
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.efficient import Rule
from mechsynth.environment import Environment
from mechsynth.errors import TooLargeError, UsageError
from mechsynth.given import Given
from mechsynth.program.classes import TransferClass
from mechsynth.program.ground import Ground, quoted
from mechsynth.program.linear import DEFINITION, Index, LinearProgram
from mechsynth.rational import magnitude, narrow, rational
from mechsynth.result.vocabulary import WISHES

LARGEST = 2_000_000  # rows or columns of a program that are still built


class Setting(Ground):
    """A program under construction: what a requirement has to work with (docs/requirements.md).

    Periods ``t`` count from 0 here, agents ``i`` in the order of the environment, profiles of signals in C order, the last agent
    fastest. Payments are positive when the agent pays; nothing is bounded or signed unless a row says so.

    Attributes
    ----------
    environment, rule, transfers:
        What it is about.
    program:
        The program: requirements add their rows to it, by `row` one at a time or by ``program.add_rows`` many at once.
    X, now, later:
        Column indices, ``[t][i]``: ``X`` (truthful continuation payoff before what is due) and ``now`` are ``(|Θ_t|,)``, ``later`` is
        ``(|H_t|, |Θ_{t+1}|)`` (histories, reports next; a column that does not look at a report repeats); ``None`` where there is no
        such payment.
    values:
        By ``t, i``: the columns ``V`` of information states that truth does not lead to, ``(|Θ_{t-1}|, |H_{t-1}|, |Θ_t|)`` (only for `bnic`).
    pasts:
        ``[t]``: the histories ``H_t`` that a period leaves, `mechsynth.past.Past`: reports with the action drawn after them, one a profile where nothing
        is drawn.
    histories:
        ``[t][h]``: the history ``h`` as it stands in names, ``"(4,-)"`` or ``"(4,-) a=firm1"``.
    profiles:
        ``[t][k]``: the profile ``k`` as it stands in the names of rows and columns, ``"(4,-)"``.
    count, agents:
        How many periods are described (1 when the horizon is infinite), and how many agents.
    players:
        The agents that are not public: those with payoffs and payments.
    """

    def __init__(self, environment: Environment, rule: Rule | Given, transfers: TransferClass) -> None:
        self.environment = environment
        self.rule = rule
        self.transfers = transfers
        self.program = LinearProgram(limit=self.limit)
        self.count = environment.last
        self._refuse_large()
        self.profiles = [self._profile_names(t) for t in range(self.count)]
        self.histories = [self._history_names(t) for t in range(self.count)]
        self.X: list[list[Index]] = []
        self.now: list[list[Index | None]] = []
        self.later: list[list[Index | None]] = []
        self.kinds: list[str] = []
        self.values: dict[tuple[int, int], Index] = {}
        self._places: dict[str, int] = {}
        for t in range(self.count):
            self._columns(t)
        for t in range(self.count):
            for i in self.players:
                self._value_rows(t, i)

    def _history_names(self, t: int) -> list[str]:
        past, names = self.pasts[t], self.profiles[t]
        labels = self.period(t).actions
        return [
            f"{names[told]} a={quoted(labels[drawn])}" if several else names[told]
            for told, drawn, several in zip(past.told.tolist(), past.drawn.tolist(), past.several.tolist(), strict=True)
        ]

    def _profile_names(self, t: int) -> list[str]:
        labels = [[quoted(label) for label in own] for own in self.period(t).signals]
        return ["(" + ",".join(theta) + ")" for theta in product(*labels)]

    def _refuse_large(self) -> None:
        kind = self.transfers
        rows = columns = 0
        for t in range(self.count):
            period = self.period(t)
            lies = sum(period.shape[i] - 1 for i in self.players) * period.size
            after = self.following(t)
            if after is not None and kind.later:
                size = self.period(after).size
                shape = self.period(after).shape
                columns += sum(period.size * (size if kind.own_next else size // shape[i]) for i in self.players)
            rows += lies * (period.size if kind.own_next else 1)
        if max(rows, columns) > LARGEST:
            raise TooLargeError(
                WISHES,
                f"the program has about {columns} columns and {rows} rows, and {LARGEST} are built",
                "take a smaller class of transfers or a smaller instance",
            )

    def _columns(self, t: int) -> None:
        when, names = self.when(t), self.profiles[t]
        after = self.following(t)
        last = after is None
        xs: list[Index] = []
        nows: list[Index | None] = []
        laters: list[Index | None] = []
        for i, agent in enumerate(self.names):
            if i not in self.players:
                xs.append(np.zeros(0, dtype=np.int64))
                nows.append(None)
                laters.append(None)
                continue
            xs.append(self.add_columns(f"X {agent} {when}", names, "X"))
            nows.append(
                self.add_columns(f"now {agent} {when}", names, "transfer") if self.transfers.now or last else None
            )
            laters.append(None if after is None or not self.transfers.later else self._later(t, after, i))
        self.X.append(xs)
        self.now.append(nows)
        self.later.append(laters)

    def add_columns(self, prefix: str, names: Sequence[str], kind: str) -> Index:
        """Append free columns of a kind (``"X"``, ``"D"``, ``"transfer"``, ``"objective"``) and return their indices.

        For the objectives and built-in requirements: the checker knows no other columns, so a requirement written by a user has none of its own.
        """
        self.kinds += [kind] * len(names)
        return self.program.add_columns([f"{prefix}{name}" for name in names])

    def _later(self, t: int, after: int, i: int) -> Index:
        """Add the columns of one agent's ``later`` and return which of them each pair of reports looks at."""
        period, nxt = self.period(t), self.period(after)
        seen, starred = _looked_at(nxt.signals, None if self.transfers.own_next else i)
        past = self.pasts[t]
        if self.transfers.own_report:
            rows = np.arange(past.told.size)
            labels = self.histories[t]
        else:
            own, reduced = _looked_at(period.signals, i)
            keys = list(zip(own[past.told].tolist(), past.drawn.tolist(), strict=True))
            order = {key: k for k, key in enumerate(dict.fromkeys(keys))}
            rows = np.array([order[key] for key in keys])
            labels = [f"{reduced[theta]} a={quoted(period.actions[a])}" for theta, a in order]
        prefix = f"later {self.names[i]} {self.when(t)}"
        columns = self.add_columns(prefix, [f"{report}->{next_}" for report in labels for next_ in starred], "transfer")
        return np.asarray(columns.reshape(len(labels), len(starred))[rows][:, seen])

    def continuation(self, t: int, i: int, reports: Index, true: Index) -> tuple[list[Index], list[Any], int]:
        """Return columns, numerators and denominator of ``now(ρ) + δ E[later(θ'; ρ) − X(θ') | a*(ρ), θ]``.

        ``reports`` and ``true`` are ``(R,)``: flat indices of ``ρ`` and ``θ``.
        """
        after = self.following(t)
        delta = self.environment.discount
        cols: list[Index] = []
        nums: list[Any] = []
        now = self.now[t][i]
        if after is None:
            if now is not None:
                cols.append(now[reports])
                nums.append(np.ones(reports.size, dtype=np.int64))
            return cols, nums, 1
        kernel, past = self.period(t).kernel(), self.pasts[t]
        scale = delta.denominator * kernel.den * past.den
        wide = max(scale, delta.numerator * kernel.den * past.den) >= 2**62
        if now is not None:
            cols.append(now[reports])
            nums.append(np.full(reports.size, scale))
        later, total = self.later[t][i], np.zeros((reports.size, self.period(after).size), dtype=np.int64)
        for chance, history in past.layers:
            weights = kernel.num[past.drawn[history[reports]], true]  # (R, |Θ'|)
            weights = weights.astype(object) if wide else weights
            if past.draws:
                weights = weights * chance[reports][:, None]
            if later is not None:
                cols.append(later[history[reports]])
                nums.append(weights * delta.numerator)
            total = total + weights
        cols.append(np.broadcast_to(self.X[after][i], total.shape))
        nums.append(total * -delta.numerator)
        return cols, nums, scale

    def utilities(self, t: int, i: int, reports: Index, true: Index) -> list[Fraction]:
        """Return ``u^i(a*(ρ), θ)``, its expectation where the action is drawn."""
        period, past = self.period(t), self.pasts[t]
        flat = period.utilities.num[i].reshape(len(period.actions), -1)
        if not past.draws:
            den = period.utilities.den
            return [Fraction(int(v), den) for v in flat[past.drawn[reports], true].tolist()]
        total = sum(
            flat[past.drawn[history[reports]], true].astype(object) * chance[reports] for chance, history in past.layers
        )
        return [Fraction(int(v), period.utilities.den * past.den) for v in total]

    def enjoyed(self, t: int, i: int) -> list[Fraction]:
        """Return what an agent enjoys in a period after truth, for every history that it leaves: reports and the action drawn."""
        period, past = self.period(t), self.pasts[t]
        values = period.utilities.num[i].reshape(len(period.actions), -1)[past.drawn, past.told]
        return [Fraction(int(v), period.utilities.den) for v in values.tolist()]

    def _value_rows(self, t: int, i: int) -> None:
        every = np.arange(self.period(t).size)
        cols, nums, den = self.continuation(t, i, every, every)
        names = [f"value {self.names[i]} {self.when(t)}{theta}" for theta in self.profiles[t]]
        self.program.add_rows(
            names,
            [self.X[t][i], *cols],
            [np.full(every.size, den), *nums],
            den,
            self.utilities(t, i, every, every),
            DEFINITION,
            equal=True,
        )

    def lies(self, t: int, i: int) -> tuple[Index, Index, list[str], NDArray[np.bool_]]:
        """Return the true profile, the reported profile and the name ``(θ)->r`` of every lie of one agent, and which are to no neighbour.

        Neighbours stand next to each other in the file, the last next to the first.
        """
        period = self.period(t)
        shape, own = period.shape, period.shape[i]
        true = np.repeat(np.arange(period.size), own)
        report = np.tile(np.arange(own), period.size)
        index = list(np.unravel_index(true, shape))
        lie = report != index[i]
        true, report = true[lie], report[lie]
        place = [part[lie] for part in index]
        place[i] = report
        told = np.ravel_multi_index(place, shape)
        labels = [quoted(label) for label in period.signals[i]]
        names = [f"{self.profiles[t][k]}->{labels[r]}" for k, r in zip(true.tolist(), report.tolist(), strict=True)]
        step = (report - index[i][lie]) % own
        return true, np.asarray(told), names, (step != 1) & (step != own - 1)

    def due(self, t: int, i: int) -> Index | None:
        """Return the columns due in period ``t``: ``(|H_{t-1}|, |Θ_t|)``, histories, reports now; ``None`` if nothing is."""
        before = self.before(t)
        return None if before is None else self.later[before][i]

    def columns(self, kind: str) -> Index:
        """Return the indices of all columns of a kind: ``"X"``, ``"transfer"`` (``now`` and ``later``), ``"D"``."""
        return np.array([k for k, own in enumerate(self.kinds) if own == kind], dtype=np.int64)

    def transfer_columns(self) -> Index:
        """Return the indices of all payments."""
        return self.columns("transfer")

    def column(self, name: str) -> int:
        """Return the index of a column by its name, such as ``"X firm1 t=1 (4,-)"``.

        Raises
        ------
        UsageError
            If there is none of that name.
        """
        if len(self._places) != len(self.program.columns):
            self._places = {title: k for k, title in enumerate(self.program.columns)}
        if name not in self._places:
            raise UsageError(
                "require", f"{name!r} is no column of {self.transfers.name} transfers", "print Setting.program.columns"
            )
        return self._places[name]

    def row(
        self,
        owner: str,
        title: str,
        coefficients: Mapping[Any, Any],
        sense: str = ">=",
        right: Fraction | int | str = 0,
    ) -> None:
        """Add the row ``Σ coefficient · column (sense) right`` to a requirement, exactly.

        Parameters
        ----------
        owner, title:
            The requirement's name, and what the row is called within it; empty for a single row.
        coefficients:
            By column, its index or its name. Ints, fractions or exact strings; floats are refused.
        sense:
            ``">="``, ``"<="`` or ``"="``.
        right:
            The right-hand side.
        """
        place = f"require {owner}"
        if sense not in (">=", "<=", "="):
            raise UsageError(place, f"{sense!r} is no sense of a row", "choose >=, <= or =")
        sign = -1 if sense == "<=" else 1
        values = [sign * rational(value, place) for value in coefficients.values()]
        den = lcm(*(value.denominator for value in values))
        columns = [self.column(key) if isinstance(key, str) else index(key) for key in coefficients]
        nums = narrow(np.array([[int(value * den) for value in values]], dtype=object))
        side = sign * rational(right, place)
        cols = np.array([columns], dtype=np.int64)
        self.program.add_rows([f"{owner} {title}".strip()], [cols], [nums], den, [side], owner, sense == "=")

    @cached_property
    def _reach(self) -> tuple[Fraction, Fraction]:
        """How far payoffs can be from 0 when no payment exceeds ``M``: base and slope."""
        delta, horizon = self.environment.discount, self.environment.horizon
        sizes = [
            Fraction(magnitude(self.period(t).utilities.num), self.period(t).utilities.den) for t in range(self.count)
        ]
        lasting = 1 / (1 - delta) if horizon is None else sum((delta**s for s in range(horizon)), Fraction(0))
        return max(sizes) * lasting, 2 * lasting

    def limit(self, column: int) -> tuple[Fraction, Fraction] | None:
        """Return base and slope of a column (see `LinearProgram.limit`).

        A payoff of one period is at most ``max |u| + M + δM``, what is paid now and what will be due for it.
        """
        kind = self.kinds[column]
        if kind == "transfer":
            return Fraction(0), Fraction(1)
        return self._reach if kind in ("X", "D") else None


def _looked_at(signals: Sequence[Sequence[str]], without: int | None) -> tuple[Index, list[str]]:
    """Return for every profile the index of what is seen of it, and the names of what can be seen, ``*`` for what is not."""
    sizes = [len(own) if j != without else 1 for j, own in enumerate(signals)]
    labels = [[quoted(label) for label in own] if j != without else ["*"] for j, own in enumerate(signals)]
    places = np.unravel_index(np.arange(prod(map(len, signals))), tuple(map(len, signals)))
    kept = [part if j != without else np.zeros_like(part) for j, part in enumerate(places)]
    return np.asarray(np.ravel_multi_index(kept, sizes)), ["(" + ",".join(theta) + ")" for theta in product(*labels)]
