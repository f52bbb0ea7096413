"""Some inequalities of a program as integer rows ``A z (= or ≥) b``, and answers about them back in the program's names.

A column with a lower end is ``x = l + z``, one with an upper end alone ``x = u − z``, ``z ≥ 0``; with both, ``z ≤ u − l`` is one more row. A row with two equal ends is
an equality, one with two others is two rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from mechsynth.lp.program import Numbers, Program, Side
from mechsynth.prove.exact import Decision
from mechsynth.prove.rows import Exact, Rows
from mechsynth.rational import IntArray, narrow
from mechsynth.run import Run


@dataclass(frozen=True, eq=False)
class Translated:
    """Rows, and the way back.

    Attributes
    ----------
    data:
        The rows.
    cost, den:
        What is minimized: integers by column over a denominator.
    """

    program: Program
    data: Rows
    cost: IntArray
    den: int
    columns: list[str]
    origins: list[Fraction]
    signs: list[int]
    sources: list[tuple[Side | None, Side | None]]
    factors: list[Fraction]
    floors: list[Side | None]

    def point(self, decision: Decision) -> Numbers:
        """Return the point of a decision."""
        assert decision.point is not None
        num, den = decision.point
        values = (o + s * Fraction(int(v), den) for o, s, v in zip(self.origins, self.signs, num.tolist(), strict=True))
        return {name: value for name, value in zip(self.columns, values, strict=True) if value}

    def ray(self, decision: Decision) -> Numbers:
        """Return the ray of a decision."""
        assert decision.ray is not None
        num, den = decision.ray
        moves = zip(self.columns, self.signs, num.tolist(), strict=True)
        return {name: s * Fraction(int(v), den) for name, s, v in moves if v}

    def multipliers(self, decision: Decision) -> dict[Side, Fraction]:
        """Return the multipliers of a decision by inequality, those of the floors of the columns too, all above 0."""
        assert decision.multipliers is not None
        num, den = decision.multipliers
        found: dict[Side, Fraction] = {}

        def add(side: Side | None, value: Fraction) -> None:
            if value:
                assert side is not None
                assert value > 0
                found[side] = found.get(side, Fraction(0)) + value

        for (up, down), factor, value in zip(self.sources, self.factors, num.tolist(), strict=True):
            y = Fraction(int(value), den) * factor
            add(up if y > 0 else down, abs(y)) if down is not None and up is not None else add(up or down, y)
        for side, gap in zip(self.floors, self._reduced(decision.multipliers, bool(decision.point)), strict=True):
            add(side, gap)
        return _netted(found, self.program)

    def _reduced(self, multipliers: Exact, optimal: bool) -> list[Fraction]:
        """Return what the rows leave of the cost (of 0 where there is no point), by column."""
        num, den = multipliers
        sums = self.data.combination(num).tolist()
        costs = self.cost.tolist() if optimal else [0] * len(sums)
        return [Fraction(int(c), self.den) - Fraction(int(s), den) for c, s in zip(costs, sums, strict=True)]


def _netted(found: dict[Side, Fraction], program: Program) -> dict[Side, Fraction]:
    """Return multipliers without those that cancel: of two equal ends of one row or column only one is needed."""
    for side in [s for s in found if s.sense == ">="]:
        other = Side(side.kind, side.name, "<=")
        if other in found and program.right(side) == program.right(other):
            least = min(found[side], found[other])
            found[side] -= least
            found[other] -= least
    return {side: value for side, value in found.items() if value}


def translate(program: Program, sides: Iterable[Side], run: Run) -> Translated:
    """Return the rows of some inequalities of a program.

    Parameters
    ----------
    program:
        The program, with all its columns.
    sides:
        The inequalities that count.
    run:
        How long it may take to decide them.
    """
    wanted = set(sides)
    columns = list(program.columns)
    places = {name: k for k, name in enumerate(columns)}
    origins, signs = [Fraction(0)] * len(columns), [1] * len(columns)
    floored: list[Side | None] = [None] * len(columns)
    lines: list[tuple[dict[int, Fraction], Fraction, bool]] = []
    sources: list[tuple[Side | None, Side | None]] = []
    for k, name in enumerate(columns):
        low, high = Side("bound", name, ">="), Side("bound", name, "<=")
        if low in wanted:
            origins[k], floored[k] = program.right(low), low
        elif high in wanted:
            origins[k], signs[k], floored[k] = program.right(high), -1, high
        if low in wanted and high in wanted:
            lines.append(({k: Fraction(-1)}, program.right(low) - program.right(high), False))
            sources.append((high, None))
    for name, row in program.rows.items():
        low, high = Side("row", name, ">="), Side("row", name, "<=")
        if low not in wanted and high not in wanted:
            continue
        terms = {places[c]: v * signs[places[c]] for c, v in row.terms.items()}
        shift = sum((v * origins[places[c]] for c, v in row.terms.items()), Fraction(0))
        if low in wanted and high in wanted and row.lower == row.upper:
            lines.append((terms, program.right(low) - shift, True))
            sources.append((low, high))
            continue
        if low in wanted:
            lines.append((terms, program.right(low) - shift, False))
            sources.append((low, None))
        if high in wanted:
            lines.append(({k: -v for k, v in terms.items()}, shift - program.right(high), False))
            sources.append((high, None))
    factors = [Fraction(lcm(*(v.denominator for v in terms.values()), right.denominator)) for terms, right, _ in lines]
    data = _rows(lines, factors, np.array([side is not None for side in floored], dtype=bool), run)
    aim = -1 if program.maximize else 1
    wish = [aim * signs[k] * program.cost.get(name, Fraction(0)) for k, name in enumerate(columns)]
    den = lcm(*(v.denominator for v in wish))
    cost = np.zeros(len(columns), dtype=object)
    cost[:] = [int(v * den) for v in wish]
    return Translated(program, data, cost, den, columns, origins, signs, sources, factors, floored)


def _rows(
    lines: list[tuple[dict[int, Fraction], Fraction, bool]], factors: list[Fraction], floors: IntArray, run: Run
) -> Rows:
    entries = [
        (r, k, int(v * f))
        for r, ((terms, _, _), f) in enumerate(zip(lines, factors, strict=True))
        for k, v in terms.items()
    ]
    nums, rights = np.zeros(len(entries), dtype=object), np.zeros(len(lines), dtype=object)
    nums[:] = [v for _, _, v in entries]
    rights[:] = [int(right * f) for (_, right, _), f in zip(lines, factors, strict=True)]
    return Rows(
        np.array([r for r, _, _ in entries], dtype=np.int64),
        np.array([k for _, k, _ in entries], dtype=np.int64),
        narrow(nums),
        rights,
        np.array([equal for _, _, equal in lines], dtype=bool),
        len(floors),
        floors,
        run,
    )
