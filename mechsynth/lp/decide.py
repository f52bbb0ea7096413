"""Decide a program: `prove.exact` on its inequalities, and a minimal conflict where there is no solution."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

import numpy as np

from mechsynth.errors import OutOfTime, UsageError, did_you_mean
from mechsynth.lp.program import Numbers, Program, Side
from mechsynth.lp.translate import Translated, translate
from mechsynth.prove.exact import Decision
from mechsynth.prove.exact import decide as prove
from mechsynth.prove.walk import Kind
from mechsynth.run import Run

Multipliers = dict[Side, Fraction]


class Status(Enum):
    """What was found."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Conflict:
    """Inequalities that contradict each other, given what must stay.

    Attributes
    ----------
    sides:
        The inequalities, without those that stay.
    without:
        A point that meets all others of them and everything that stays; the conflict is minimal where there is one for each.
    """

    sides: list[Side]
    without: dict[Side, Numbers]

    @property
    def minimal(self) -> bool:
        """Whether each of them is known to be needed."""
        return len(self.without) == len(self.sides)


@dataclass(frozen=True)
class Answer:
    """What was proved about a program.

    Attributes
    ----------
    status:
        In a word; ``FEASIBLE`` where the objective is constant.
    value:
        The optimum, the constant of the objective in it.
    point:
        A solution, the best where there is a best; columns that are 0 are left out, in rays too.
    multipliers:
        At least 0 each. ``OPTIMAL``: what they make of the inequalities, each written as the objective's bound needs it, is the objective. ``INFEASIBLE``: their sum
        is ``0 ≥ shortfall``.
    shortfall:
        Above 0.
    ray:
        A direction that keeps every inequality and along which the objective gets better without end.
    conflict:
        Where there is no solution.
    kept, bounds_kept:
        The rows that must stay, and whether all bounds must.
    """

    status: Status
    value: Fraction | None = None
    point: Numbers | None = None
    multipliers: Multipliers = field(default_factory=dict)
    shortfall: Fraction | None = None
    ray: Numbers | None = None
    conflict: Conflict | None = None
    kept: tuple[str, ...] = ()
    bounds_kept: bool = False


def decide(program: Program, keep: Collection[str] = (), keep_bounds: bool = False, run: Run | None = None) -> Answer:
    """Decide a program exactly.

    Parameters
    ----------
    program:
        What to decide; its optimum, or whether it has a point where the objective is constant.
    keep:
        Rows that a conflict may not give up; it is minimal given them.
    keep_bounds:
        The same of the bounds of all columns.
    run:
        How long it may take; what is not proved then is ``UNKNOWN``, a conflict is then not said to be minimal.

    Raises
    ------
    UsageError
        For rows to keep that are not there.
    """
    for name in keep:
        if name not in program.rows:
            raise UsageError(
                "--keep", f"no row {name} is in the program", did_you_mean(name, program.rows) or "name a row"
            )
    stay = tuple(name for name in program.rows if name in set(keep))
    return _decided(program, stay, keep_bounds, run or Run())


def _decided(program: Program, kept: tuple[str, ...], bounds_kept: bool, run: Run) -> Answer:
    sides = list(program.sides())
    try:
        found = _proved(program, sides, bool(program.cost), run)
    except OutOfTime:
        found = None
    if found is None:
        return Answer(Status.UNKNOWN, kept=kept, bounds_kept=bounds_kept)
    decision, told = found
    if decision.kind is Kind.INFEASIBLE:
        stay = {side for side in sides if _stays(side, kept, bounds_kept)}
        multipliers, conflict = _minimal(program, told.multipliers(decision), sides, stay, run)
        return Answer(
            Status.INFEASIBLE,
            multipliers=multipliers,
            shortfall=_shortfall(program, multipliers),
            conflict=conflict,
            kept=kept,
            bounds_kept=bounds_kept,
        )
    point = told.point(decision)
    value = sum((program.cost.get(c, Fraction(0)) * v for c, v in point.items()), program.constant)
    if decision.kind is Kind.UNBOUNDED:
        return Answer(Status.UNBOUNDED, None, point, ray=told.ray(decision), kept=kept, bounds_kept=bounds_kept)
    if decision.kind is Kind.FEASIBLE:
        return Answer(Status.FEASIBLE, value, point, kept=kept, bounds_kept=bounds_kept)
    return Answer(Status.OPTIMAL, value, point, told.multipliers(decision), kept=kept, bounds_kept=bounds_kept)


def _stays(side: Side, kept: Collection[str], bounds_kept: bool) -> bool:
    return bounds_kept if side.kind == "bound" else side.name in kept


def _proved(program: Program, sides: Iterable[Side], costly: bool, run: Run) -> tuple[Decision, Translated] | None:
    """Return what is proved of some inequalities of a program, with or without its objective."""
    run.check()
    told = translate(program, sides, run)
    if not told.data.width:
        return _nothing(told)
    decision = prove(told.data, told.cost if costly else None, told.den if costly else 1)
    return None if decision is None else (decision, told)


def _nothing(told: Translated) -> tuple[Decision, Translated]:
    """Decide rows without columns: ``0 ≥ b``."""
    rights = told.data.rights
    bad = np.flatnonzero((rights > 0) | (told.data.equal & (rights != 0)))
    if not bad.size:
        return Decision(Kind.FEASIBLE, (np.zeros(0, dtype=object), 1)), told
    num = np.zeros(told.data.count, dtype=object)
    num[bad[0]] = 1 if rights[bad[0]] > 0 else -1
    return Decision(Kind.INFEASIBLE, multipliers=(num, 1)), told


def _shortfall(program: Program, multipliers: Multipliers) -> Fraction:
    return sum(
        (y * program.right(side) * (1 if side.sense == ">=" else -1) for side, y in multipliers.items()), Fraction(0)
    )


def _minimal(
    program: Program, multipliers: Multipliers, sides: list[Side], stay: set[Side], run: Run
) -> tuple[Multipliers, Conflict]:
    """Take inequalities out of a conflict for as long as the others, with all that stays, contradict each other."""
    fixed = [side for side in sides if side in stay]
    loose = [side for side in multipliers if side not in stay]
    without: dict[Side, Numbers] = {}
    # rows first: a conflict that could do with bounds alone does
    for side in sorted(loose, key=lambda s: s.kind != "row"):
        if side not in multipliers:
            continue
        rest = [other for other in multipliers if other != side and other not in stay]
        try:
            found = _proved(program, [*fixed, *rest], False, run)
        except OutOfTime:
            break
        if found is None:
            continue
        decision, told = found
        if decision.kind is Kind.INFEASIBLE:
            multipliers = told.multipliers(decision)
        else:
            without[side] = told.point(decision)
    left = [side for side in sides if side in multipliers and side not in stay]
    order = [side for side in sides if side in multipliers]
    return {side: multipliers[side] for side in order}, Conflict(left, {s: without[s] for s in left if s in without})
