"""Points of the program of `mechsynth.construct.sequence` as mechanisms, and the best one that is a mechanism, or why there is none.

A point is played by lotteries and payments unless a payoff after a chance of 0 moves an incentive: then it is a limit of mechanisms, whose payments grow as the
chance falls. Among the best points those that can be played are found, or excluded, step by step: which histories have a chance of 0 at *all* best points (a
program says so, with multipliers); nothing can be owed there; what is best under that alone, and so on, until a point can be played or none is as good.
"""

from __future__ import annotations

from collections.abc import Sequence as Series
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from mechsynth.construct.sequence import Sequence
from mechsynth.construct.tree import Tree
from mechsynth.prove.exact import Decision, decide
from mechsynth.prove.rows import Exact, Rows
from mechsynth.prove.walk import Kind
from mechsynth.rational import narrow

Point = list[Fraction]
Dead = dict[int, frozenset[int]]
CLOSE = Fraction(1, 2**20)  # how near to a supremum the mechanism is that is listed


@dataclass(frozen=True, eq=False)
class Step:
    """Histories that no best point leads to; or, at the end, that without what followed them nothing is as good.

    Attributes
    ----------
    dead:
        The histories that are excluded here, by period; none at the end.
    multipliers, weight:
        Of the rows of the program, and of the objective.
    """

    dead: Dead
    multipliers: Exact
    weight: Fraction


@dataclass(frozen=True, eq=False)
class Best:
    """The best point, and a mechanism.

    Attributes
    ----------
    point:
        One of the best points.
    played:
        A point that mechanisms play: the best one, or one that is nearly as good where none is best.
    steps:
        Why no mechanism is best; empty where one is.
    """

    point: Point
    played: Point
    steps: tuple[Step, ...] = ()

    @property
    def attained(self) -> bool:
        """Whether a mechanism is best."""
        return not self.steps


def fractions(point: Exact | None, width: int) -> Point:
    """Return the first coordinates of a point."""
    assert point is not None
    return [Fraction(int(value), int(point[1])) for value in point[0][:width]]


def dead(tree: Tree, point: Series[Fraction]) -> Dead:
    """Return the histories of chance 0, by period."""
    if not tree.moved:
        return {}
    starts = {t: tree.lottery(t - 1) for t in range(2, tree.last + 1)}
    return {t: frozenset(h for h in range(tree.histories(t)) if not point[start + h]) for t, start in starts.items()}


def plays(tree: Tree, point: Series[Fraction], unpaid: bool = False) -> bool:
    """Return whether payoffs after a chance of 0 move no incentive: then they may as well be 0, and be paid before (not where nothing may be paid then)."""
    environment, gone = tree.environment, dead(tree, point)
    for t in range(1, tree.last):
        if not gone.get(t + 1):
            continue
        period = environment.period(t)
        kernel, profiles = period.kernel(), tree.profiles(t)
        places = list(product(*(range(n) for n in period.shape)))
        for i, h, told, a in product(environment.players, range(tree.histories(t)), range(profiles), tree.branches[t]):
            after = tree.following(t, h, told, a)
            if after not in gone[t + 1]:
                continue
            first = tree.payoff(t + 1, i) + after * tree.profiles(t + 1)
            values = point[first : first + tree.profiles(t + 1)]
            if not any(values):
                continue
            means = {
                sum((kernel.fraction(a, truth, q) * v for q, v in enumerate(values)), Fraction(0))
                for truth, place in enumerate(places)
                if all(j == i or place[j] == places[told][j] for j in range(len(place)))
            }
            if len(means) > 1 or (unpaid and means != {Fraction(0)}):
                return False
    return True


def settle(tree: Tree, program: Sequence, found: Decision) -> Best | None:
    """Find a best point that can be played, or steps that show that there is none, and a mechanism near to the best.

    Parameters
    ----------
    tree, program, found:
        The nodes, the program, and its optimum.

    Returns
    -------
    Best | None
        ``None`` where a program on the way was not decided, or no mechanism has every history with a positive chance.
    """
    best = fractions(found.point, tree.width)
    point, steps = best, []
    gone: Dead = {t: frozenset() for t in range(2, tree.last + 1)}
    assert found.value is not None
    while not plays(tree, point, bool(program.unpaid)):
        fixed = owed_nothing(tree, program.rows, gone)
        face = extended(fixed, _as_good(program, found.value))
        last = found
        while True:
            candidates = {t: now - gone[t] - tree.never[t] for t, now in dead(tree, point).items()}
            aim = np.zeros(tree.width, dtype=object)
            for t, histories in candidates.items():
                aim[[tree.lottery(t - 1) + h for h in histories]] = -1
            chance = decide(face, aim, 1)
            if chance is None or chance.kind is not Kind.OPTIMAL:
                return None
            last = chance
            if chance.value == 0:
                break
            other = fractions(chance.point, tree.width)
            point = [(a + b) / 2 for a, b in zip(point, other, strict=True)]
            if plays(tree, point, bool(program.unpaid)):
                return Best(best, point)
        steps.append(_step(program, fixed.count, last, candidates, found.value.denominator))
        gone = {t: histories | candidates[t] for t, histories in gone.items()}
        rows = owed_nothing(tree, program.rows, gone)
        without = decide(rows, program.cost, program.den)
        if without is None or without.multipliers is None:
            return None
        if without.kind is Kind.OPTIMAL and without.value == found.value:
            point = fractions(without.point, tree.width)
            continue
        weight = Fraction(1 if without.kind is Kind.OPTIMAL else 0)
        none = {t: frozenset[int]() for t in gone}
        steps.append(Step(none, (without.multipliers[0][: program.rows.count], without.multipliers[1]), weight))
        near = _near(tree, program, best)
        return None if near is None else Best(best, near, tuple(steps))
    return Best(best, point)


def _step(program: Sequence, row: int, last: Decision, candidates: Dead, bottom: int) -> Step:
    """Read what excludes histories: multipliers, and that of the row that asks for the best."""
    assert last.multipliers is not None
    numbers, den = last.multipliers
    weight = Fraction(int(numbers[row]) * program.den * bottom, int(den))
    return Step(candidates, (numbers[: program.rows.count], den), weight)


def extended(rows: Rows, more: list[tuple[dict[int, int], int, bool]], columns: int = 0) -> Rows:
    """Return rows with more of them (coefficients, right side, whether an equality), and with more columns that are at least 0."""
    at = [k for k, (row, _, _) in enumerate(more) for _ in row]
    return Rows(
        np.concatenate([rows.rows, np.array(at, dtype=np.int64) + rows.count]),
        np.concatenate([rows.cols, np.array([c for row, _, _ in more for c in row], dtype=np.int64)]),
        narrow(
            np.concatenate(
                [rows.nums.astype(object), np.array([v for row, _, _ in more for v in row.values()], dtype=object)]
            )
        ),
        np.concatenate([rows.rights, np.array([right for _, right, _ in more], dtype=object)]),
        np.concatenate([rows.equal, np.array([same for _, _, same in more], dtype=np.bool_)]),
        rows.width + columns,
        np.concatenate([rows.floors, np.ones(columns, dtype=np.bool_)]),
        rows.run,
    )


def owed_nothing(tree: Tree, rows: Rows, gone: Dead) -> Rows:
    """No chance leads to these histories, and no payoffs follow."""
    more: list[tuple[dict[int, int], int, bool]] = []
    for t, histories in gone.items():
        for h in sorted(histories):
            more.append(({tree.lottery(t - 1) + h: 1}, 0, True))
            for i in tree.environment.players:
                first = tree.payoff(t, i) + h * tree.profiles(t)
                more += [({first + q: 1}, 0, True) for q in range(tree.profiles(t))]
    return extended(rows, more)


def _as_good(program: Sequence, value: Fraction) -> list[tuple[dict[int, int], int, bool]]:
    """The objective is no worse than the best: ``−cost · den`` of at least ``−value · den``."""
    bottom = value.denominator
    row = {c: -int(v) * bottom for c, v in enumerate(program.cost) if v}
    return [(row, -value.numerator * program.den, False)]


def _near(tree: Tree, program: Sequence, best: Point) -> Point | None:
    """Return a mixture of the best point with one that leads everywhere, within `CLOSE` of the best."""
    leads = [
        tree.lottery(t - 1) + h
        for t in range(2, tree.last + 1)
        for h in range(tree.histories(t))
        if h not in tree.never[t]
    ]
    least = tree.width
    more = [({column: 1, least: -1}, 0, False) for column in leads]
    aim = np.zeros(tree.width + 1, dtype=object)
    aim[least] = -1
    found = decide(extended(program.rows, more, 1), aim, 1)
    if found is None or found.point is None or not found.value:
        return None
    wide = fractions(found.point, tree.width)
    lost = sum(
        (Fraction(int(c), program.den) * (w - b) for c, w, b in zip(program.cost, wide, best, strict=True) if c),
        Fraction(0),
    )
    share = Fraction(1, 2)
    while share * lost > CLOSE:
        share /= 2
    return [(1 - share) * b + share * w for b, w in zip(best, wide, strict=True)]
