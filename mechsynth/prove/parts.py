"""Programs decided part by part: a point of every independent part, or multipliers of one that has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from mechsynth.program.linear import DEFINITION, LinearProgram
from mechsynth.prove.linear import Outcome, decide, optimize
from mechsynth.prove.rows import Exact
from mechsynth.rational import IntArray, narrow
from mechsynth.solver.linear import End

LARGE = 5_000  # rows from which a program is large
NOWHERE: Mapping[int, End] = {}


def feasible(program: LinearProgram, exact: bool = True, ends: Mapping[int, End] = NOWHERE) -> Outcome | None:
    """Decide a program part by part: a point of all of them, or multipliers of one that has none.

    ``exact`` as for `mechsynth.prove.linear.decide`; ``ends`` is where earlier runs ended with all equalities kept, by the first row of a part.
    """
    num = np.zeros(len(program.columns), dtype=object)
    den = 1
    whole = True
    for rows in program.components():
        part = program.part(rows)
        outcome = _part(part, exact, ends.get(int(rows[0])))
        if outcome is None:
            whole = False  # another part may have no point
            continue
        if outcome.multipliers is not None:
            return replace(outcome, multipliers={int(rows[k]): y for k, y in outcome.multipliers.items()})
        assert outcome.point is not None
        own, own_den = outcome.point
        used = np.unique(part.entries[1])
        num, den = _together(num, den, used, own, own_den)
    return Outcome(point=(num, den)) if whole else None


def refuted_by_neighbours(program: LinearProgram, exact: bool) -> Outcome | None:
    """Look for multipliers that do without the spare rows, and so need a fraction of the time; ``None`` if there seem to be none."""
    kept = np.flatnonzero(~np.array(program.spare, dtype=bool))
    few = program.part(kept)
    for rows in few.components():
        part = few.part(rows)
        soft = np.array([owner != DEFINITION for owner in part.owners], dtype=bool)
        outcome = decide(part, soft & ~np.array(part.equal, dtype=bool), exact, points=False)
        if outcome is not None and outcome.multipliers is not None:
            return replace(outcome, multipliers={int(kept[rows[k]]): y for k, y in outcome.multipliers.items()})
    return None


def _part(part: LinearProgram, exact: bool, start: End | None) -> Outcome | None:
    """Decide a connected program by one slack on the rows that ask for something.

    Where an earlier run ended is looked at first. On a large program the equalities are kept hard at first: the solver's presolve can then use them to eliminate columns, which
    halves the time. Where they contradict each other this proves nothing, and all rows get the slack.
    """
    soft = np.array([owner != DEFINITION for owner in part.owners], dtype=bool)
    hard = soft & np.array(part.equal, dtype=bool)
    if start is not None or (len(part.names) > LARGE and hard.any()):
        outcome = decide(part, soft & ~hard, exact, start)
        if outcome is not None:
            return outcome
    return decide(part, soft, exact)


def _together(num: IntArray, den: int, used: Any, own: IntArray, own_den: int) -> tuple[IntArray, int]:
    """Put ``own/own_den`` at some places of ``num/den``."""
    common = lcm(den, own_den)
    wide = num * (common // den)
    wide[used] = own[used] * (common // own_den)
    return wide, common


def optimal(program: LinearProgram, point: tuple[IntArray, int]) -> Outcome | None:
    """Optimize the part of a feasible program that the objective touches; the others keep their point.

    ``ray`` is set instead where the objective has no least value; without ``point`` nothing was proved.
    """
    touched = set(program.objective)
    num, den = point
    multipliers: dict[int, Fraction] = {}
    value = Fraction(0)
    for rows in program.components():
        part = program.part(rows)
        used = np.unique(part.entries[1])
        part.objective = {k: v for k, v in program.objective.items() if k in set(used.tolist())}
        if not part.objective:
            continue
        outcome = optimize(part)
        if outcome is not None and outcome.ray is not None:
            return Outcome(point, ray=outcome.ray)
        if outcome is None or outcome.point is None or outcome.multipliers is None or outcome.value is None:
            return outcome and replace(outcome, point=None)
        num, den = _together(num, den, used, *outcome.point)
        multipliers |= {int(rows[k]): y for k, y in outcome.multipliers.items()}
        value += outcome.value
        touched -= set(part.objective)
    return None if touched else Outcome((num, den), multipliers, value)


def falling(program: LinearProgram) -> dict[str, Fraction] | None:
    """Return a direction along which a feasible program's objective falls without end, by column name; ``None`` if none was proved."""
    flat = program.part(np.arange(len(program.names)))
    flat.rights = [Fraction(0)] * len(flat.names)
    cols = np.array([list(program.objective)], dtype=np.int64)
    den = lcm(*(v.denominator for v in program.objective.values()))
    nums = np.array([[int(v * den) for v in program.objective.values()]], dtype=object)
    flat.add_rows(["falls"], [cols], [narrow(nums)], den, [Fraction(-1)], "falls", equal=True)
    flat.objective = {}
    outcome = feasible(flat)
    return None if outcome is None else named(program, outcome.point)


def named(program: LinearProgram, vector: Exact | None) -> dict[str, Fraction] | None:
    """Return what is not zero of a vector, by column name; ``None`` of nothing."""
    if vector is None:
        return None
    num, den = vector
    return {program.columns[k]: Fraction(int(num[k]), den) for k in np.flatnonzero(num).tolist()}
