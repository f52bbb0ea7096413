"""How far can efficient incentive compatible payments leave the Groves family? (Yoon 2021b, Theorem 2; Yoon 2021a, Theorem 4.)

On connected domains the dynamic Groves mechanisms, ``Z_i = −V_{-i} + Φ_i(θ^{-i})``, are the only efficient ones that are periodic ex post incentive compatible. On a finite domain the
constraints leave room; the answer is how much: for every agent, period, ``θ^{-i}`` and pair of own signals the exact least and greatest

    ``[Z_i(θ_i, θ^{-i}) + V_{-i}(θ_i, θ^{-i})] − [Z_i(θ̄_i, θ^{-i}) + V_{-i}(θ̄_i, θ^{-i})] = Φ(θ) − Φ(θ̄)``

over all mechanisms with the efficient rule (ties broken by the first action) and payments of the class ``history-independent`` (with an infinite horizon stationary ones, as in the paper) in which truth is periodic ex post
incentive compatible in every period. Zero everywhere: the Groves mechanisms are all there is. The derivation stands in `mechsynth.asks.uniqueness.surcharges`. Two remarks on it:

- *One-shot lies, not shortest paths alone.* By ``Φ_t(θ) − Φ_t(ρ) ≤ L_t(b, θ) + δ (E[Φ_{t+1} | b,θ] − E[Φ_{t+1} | b,ρ])`` the lies of one period, given ``θ^{-i}``, are the edges of a graph, and a chain of lies from ``θ`` to ``θ̄`` bounds
  the difference by the surplus it loses. But the own signal moves the own next signal, and unless ``Φ_{t+1}`` does not look at it the last term links the periods: what is gained in expectation today must be kept from growing by
  lies tomorrow, and payments that fit tomorrow may leave today none that fit. So the exact end is the optimum of one linear program over all periods. Its dual is a *plan*: lies with weights, of which those later are made with the discounted
  difference of what ``θ`` and ``ρ`` make likely, and the weighted surplus they lose is the bound. Where the next signals do not depend on the own signal, the plan is a shortest path, all weights 1.
- *Consistent deviations.* The deviations in Yoon's proof (the lie is kept up for ever, ``Φ(θ) − Φ(θ̄) ≤ W(θ) − V_i^C(θ, a*(θ̄)) − V_{-i}(θ̄)``) are plans of this kind, so they bound the intervals, but depend on how the chain is written as a function of shocks, and
  need not be tight.

Needed: private values (then 0 is in every interval), and nobody's own signal moves the others' next signals (else ``Φ`` could be moved at will, and the paper assumes it, too).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import gcd
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.asks.uniqueness import Uniqueness
from mechsynth.asks.uniqueness.surcharges import Lie, Surcharges, surcharges, totals
from mechsynth.construct.case import Case
from mechsynth.construct.groves import payments
from mechsynth.construct.unsettled import unsettled
from mechsynth.errors import OutOfTime
from mechsynth.mechanism import Mechanism, Table
from mechsynth.prove.linear import dual, run, vertex
from mechsynth.prove.rows import Exact, integer_rows
from mechsynth.prove.walk import Kind, walk
from mechsynth.rational import IntArray, Rationals, nest, text
from mechsynth.result import Result, Status
from mechsynth.result.codec import write
from mechsynth.result.witness import Interval
from mechsynth.run import Run
from mechsynth.solver.linear import End, methods

Pair = tuple[int, int, int]
"""A period (from 1) and the flat indices of two profiles that differ in the own signal alone."""


@dataclass(frozen=True, eq=False)
class Bound:
    """The proof of an end of intervals: no plan of lies is cheaper, and the surcharges attain it.

    Attributes
    ----------
    most:
        The greatest ``Φ(θ) − Φ(θ̄)`` of the pair that it was made for.
    plan:
        Lies with weights.
    point:
        Surcharges that attain it.
    """

    most: Fraction
    plan: tuple[tuple[Lie, Fraction], ...]
    point: tuple[Fraction, ...]


@dataclass(eq=False)
class Reach:
    """How far one agent's payments can leave the family.

    Attributes
    ----------
    most, proof:
        For every pair its greatest difference, and which of ``bounds`` proves it (none where the difference is always 0).
    """

    space: Surcharges
    most: dict[Pair, Fraction] = field(default_factory=dict)
    proof: dict[Pair, int] = field(default_factory=dict)
    bounds: list[Bound] = field(default_factory=list)

    def width(self, pair: Pair) -> Fraction:
        """Return the width of the interval of a pair."""
        return self.most[pair] + self.most[pair[0], pair[2], pair[1]]

    def widest(self) -> Pair | None:
        """Return the first pair of the widest interval, written so that the greater end is its upper one; ``None`` without pairs."""
        if not self.most:
            return None
        top = max(map(self.width, self.most))
        wide = [pair for pair in self.most if self.width(pair) == top]
        return max(wide, key=lambda pair: self.most[pair])


def answer(ask: Uniqueness, case: Case, run: Run) -> Result:
    """Decide whether the Groves mechanisms are the only efficient ones, and if not, give every interval."""
    try:
        found = [_reach(case, run, i) for i in case.environment.players]
    except OutOfTime as late:
        return unsettled(case, ask.document(), late)
    return _result(case, ask.document(), found)


def _pairs(space: Surcharges) -> Iterator[Pair]:
    for t, blocks in enumerate(space.blocks, start=1):
        for profiles in blocks.tolist():
            yield from ((t, one, other) for one in profiles for other in profiles if one != other)


def _reach(case: Case, run: Run, agent: int) -> Reach:
    """Bound every difference of an agent; pairs whose differences are multiples of each other share a proof."""
    space = surcharges(case, run, agent)
    sums = totals(case, space)
    found, ends = Reach(space), _Ends(space)
    known: dict[tuple[int, ...], tuple[int, Fraction]] = {}
    pairs = list(_pairs(space))
    for k, (t, one, other) in enumerate(pairs):
        run.say(f"intervals of {case.environment.agents[agent]}", k, len(pairs))
        own = sums[t - 1]
        difference = [int(a) - int(b) for a, b in zip(own.num[one].tolist(), own.num[other].tolist(), strict=True)]
        shared = gcd(*difference)
        if shared == 0:
            found.most[t, one, other] = Fraction(0)
            continue
        direction, scale = tuple(value // shared for value in difference), Fraction(shared, own.den)
        if direction not in known:
            known[direction] = len(found.bounds), scale
            found.bounds.append(ends.bound((t, one, other)))
        at, unit = known[direction]
        found.most[t, one, other] = found.bounds[at].most * scale / unit
        found.proof[t, one, other] = at
    return found


class _Ends:
    """The program of one agent, and the bases it was solved with: most ends are attained at few vertices."""

    def __init__(self, space: Surcharges) -> None:
        self.space = space
        self.rows, self.scales = integer_rows(space.program)
        # The solver's tolerances are absolute, and the columns are free: losses far below 1 are shown to it enlarged.
        # Exactly: losses can be beyond the floats in either direction.
        sizes = (Fraction(abs(int(b)), int(s)) for b, s in zip(self.rows.rights, self.rows.scales, strict=True))
        largest = max(sizes, default=Fraction(0))
        self.seen = self.rows
        if 0 < largest < 1:
            self.seen = replace(self.rows, rights=self.rows.rights.astype(object) * int(1 / largest))
        self.known: list[tuple[End, Exact, NDArray[np.float64]]] = []

    def bound(self, pair: Pair) -> Bound:
        """Maximize ``Φ(θ) − Φ(θ̄)``, exactly.

        Raises
        ------
        OutOfTime
            When no basis proves an optimum.
        """
        t, one, other = pair
        up, down = self.space.column(t, one), self.space.column(t, other)
        cost = np.zeros(self.rows.width, dtype=object)
        cost[up], cost[down] = -1, 1
        for end, point in self._candidates(up, down, cost):
            bound = self._proved(pair, cost, end, point)
            if bound is not None:
                return bound
        return self._walked(pair, cost)

    def _walked(self, pair: Pair, cost: IntArray) -> Bound:
        """Maximize where no basis of floats proves the end."""
        start = (self.known[-1][0].rows, self.known[-1][0].columns) if self.known else None
        walked = walk(self.rows, cost, start, deadline=self.rows.run.deadline)
        if walked is not None and walked.kind is Kind.OPTIMAL and walked.point is not None:
            end = End(walked.columns, walked.rows, np.zeros(0), np.zeros(0))
            bound = self._proved(pair, cost, end, walked.point)
            if bound is not None:
                self._know(end, walked.point)
                return bound
        raise OutOfTime("", "the end of an interval could not be proved", "scale the utilities")

    def _know(self, end: End, point: Exact) -> None:
        num, den = point
        self.known.append((end, point, Rationals(num, den).floats()))

    def _proved(self, pair: Pair, cost: IntArray, end: End, point: Exact) -> Bound | None:
        """Return what a basis and its point prove of an end."""
        up, down = self.space.column(*pair[:2]), self.space.column(pair[0], pair[2])
        proof = dual(self.rows, end, cost, 1)
        if proof is None:
            return None
        num, den = proof
        most = Fraction(int(point[0][up] - point[0][down]), point[1])
        if Fraction(sum(map(mul, num.tolist(), self.rows.rights.tolist())), den) != -most:
            return None
        charges = tuple(Fraction(int(v), point[1]) for v in point[0][self.space.defined :])
        used = [int(row) for row in np.flatnonzero(num) if row >= self.space.defined]
        plan = ((self.space.lies[row - self.space.defined], self._weight(proof, row)) for row in used)
        return Bound(most, tuple(plan), charges)

    def _weight(self, proof: Exact, row: int) -> Fraction:
        return Fraction(int(proof[0][row]) * self.scales[row], proof[1])

    def _candidates(self, up: int, down: int, cost: IntArray) -> Iterator[tuple[End, Exact]]:
        """Yield bases with feasible vertices: the best one known first, then what a solver ends with."""
        self.rows.run.left()
        if self.known:
            end, point, _ = max(self.known, key=lambda known: known[2][up] - known[2][down])
            yield end, point
        for options in methods(self.rows.count):
            found = run(self.seen, cost.astype(np.float64), options)
            at = None if found is None else vertex(self.rows, found)
            if found is not None and at is not None:
                self._know(found, at)
                yield found, at


def _result(case: Case, asked: dict[str, object], found: list[Reach]) -> Result:
    environment = case.environment
    base = [payments(case, i, None) for i in environment.players]
    points: list[dict[tuple[Fraction, ...], int]] = []
    for reach in found:
        different: dict[tuple[Fraction, ...], int] = {}
        for bound in reach.bounds:
            different.setdefault(bound.point, len(different))
        points.append(different)
    slots = [
        [_paid(reach.space, own, point) for point in each] for reach, own, each in zip(found, base, points, strict=True)
    ]
    listed = [
        _transfers(case, [own[k] if k < len(own) else team for own, team in zip(slots, base, strict=True)])
        for k in range(max(map(len, slots)))
    ]
    best = [reach.widest() for reach in found]
    widths = [Fraction(0) if pair is None else reach.width(pair) for reach, pair in zip(found, best, strict=True)]
    top = max(widths)
    tables = []
    for reach, pair, own, team, each in zip(found, best, slots, base, points, strict=True):
        at = None if pair is None else reach.proof.get(pair)
        tables.append(team if at is None else own[each[reach.bounds[at].point]])
    agent = widths.index(top)
    wide = best[agent]
    certificate: dict[str, object] = {
        "ties": case.ties(),
        "most": _by_period(case, found, lambda reach, pair: text(reach.most[pair]), "0"),
        "proof": _by_period(case, found, lambda reach, pair: reach.proof.get(pair), None),
        "proofs": {
            name: [
                {
                    "lies": [_lie(case, lie, weight, reach.space.agent) for lie, weight in bound.plan],
                    "attained": each[bound.point],
                }
                for bound in reach.bounds
            ]
            for name, reach, each in zip(environment.player_names, found, points, strict=True)
        },
        "mechanisms": [_document(case, transfers) for transfers in listed],
    }
    return Result(
        asked,
        Status.FAILS if top else Status.HOLDS,
        value=text(top),
        mechanism=Mechanism(environment, case.actions, _transfers(case, tables)),
        witness=_witness(case, found[agent], wide) if top and wide is not None else None,
        certificate=certificate,
        environment=environment,
    )


def _paid(space: Surcharges, team: list[Table], point: tuple[Fraction, ...]) -> list[Table]:
    """Return the payments of some surcharges, per distinct period: on top of the team mechanism."""
    tables = []
    for place, table in zip(space.places, team, strict=True):
        extra = Rationals.from_fractions([point[k] if k >= 0 else Fraction(0) for k in place.tolist()], table.shape)
        tables.append(Table((table.entries + extra).reduce()))
    return tables


def _transfers(case: Case, tables: list[list[Table]]) -> tuple[dict[str, dict[str, Table]], ...]:
    names = case.environment.player_names
    return tuple(
        {name: {"now": own[t]} for name, own in zip(names, tables, strict=True)} for t in range(case.environment.last)
    )


def _document(case: Case, transfers: tuple[dict[str, dict[str, Table]], ...]) -> Any:
    tables = [{name: {"now": kinds["now"].document()} for name, kinds in period.items()} for period in transfers]
    return tables[0] if case.environment.horizon is None else tables


def _by_period(case: Case, found: list[Reach], entry: Any, same: Any) -> Any:
    """Return ``{agent: [θ^1]…[θ^N][θ̄^i]}``, a list of them when the horizon is finite."""
    result = []
    for t in range(1, case.environment.last + 1):
        period = case.environment.period(t)
        tables = {}
        for name, reach in zip(case.environment.player_names, found, strict=True):
            agent = reach.space.agent
            shape = (*period.shape, period.shape[agent])
            flat: list[Any] = [same] * (period.size * period.shape[agent])
            for block in reach.space.blocks[t - 1].tolist():
                for one, (k, other) in product(block, enumerate(block)):
                    if one != other:
                        flat[one * len(block) + k] = entry(reach, (t, one, other))
            tables[name] = nest(flat, shape)
        result.append(tables)
    return result[0] if case.environment.horizon is None else result


def _lie(case: Case, lie: Lie, weight: Fraction, agent: int) -> dict[str, object]:
    return {
        **case.period_key(lie.t),
        "signals": _profile(case, lie.t, lie.profile),
        "report": case.environment.period(lie.t).signals[agent][lie.report],
        "weight": text(weight),
        "loss": text(lie.loss),
    }


def _profile(case: Case, t: int, profile: int) -> dict[str, str]:
    period = case.environment.period(t)
    index = np.unravel_index(profile, period.shape)
    labels = (own[int(k)] for own, k in zip(period.signals, index, strict=True))
    return dict(zip(case.environment.agents, labels, strict=True))


def _witness(case: Case, reach: Reach, pair: Pair) -> dict[str, object]:
    """Return the widest interval."""
    t, one, other = pair
    agent = case.environment.agents[reach.space.agent]
    true, against = _profile(case, t, one), _profile(case, t, other)
    found = Interval(
        period=case.period_key(t).get("period"),
        agent=agent,
        others={name: label for name, label in true.items() if name != agent},
        signal=true[agent],
        against=against[agent],
        least=-reach.most[t, other, one],
        most=reach.most[pair],
    )
    return dict(write(found))
