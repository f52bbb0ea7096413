"""Stacked blocks: what each own signal makes an agent expect of the others' next ``k`` reports.

A block is ``(t, i, a, θ^{-i})``; its rows are ``Pr(w | a, (κ, θ^{-i}))`` by own signal ``κ``, over the words of a basis (`mechsynth.construct.ahead.sight`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from mechsynth.construct.ahead.sight import Sight, sights
from mechsynth.construct.ahead.spans import Vector
from mechsynth.construct.case import Case
from mechsynth.construct.witnesses import Place
from mechsynth.prove.lines import Lines
from mechsynth.run import Run


@dataclass(frozen=True, eq=False)
class Block:
    """One block in scope.

    Attributes
    ----------
    sight, t, action, others:
        Whose and where: the laws of the agent, the period (from 1), the action, and ``θ^{-i}`` (flat).
    rows:
        By own signal: the probabilities of the words.
    need:
        The own signals in scope: all, or those after which the rule plays the action.
    """

    sight: Sight
    t: int
    action: int
    others: int
    rows: list[Vector]
    need: tuple[int, ...]

    @property
    def place(self) -> Place:
        """Which block it is."""
        return Place(self.t, self.sight.agent, self.action, self.others)

    @property
    def profiles(self) -> list[int]:
        """The profile of each own signal."""
        return self.sight.profiles(self.t)[self.others]


def blocks(case: Case, scope: str, k: int) -> Iterator[Block]:
    """Yield the blocks in scope: those of all available actions, or with ``"policy"`` those whose action the rule plays after some own report."""
    environment = case.environment
    for t in case.linked:
        available = environment.period(t).choices().reshape(len(environment.period(t).actions), -1)
        for agent in environment.players:
            sight = sights(case)[agent]
            for action in range(len(environment.period(t).actions)):
                for others, profiles in enumerate(sight.profiles(t)):
                    if scope == "policy":
                        need = tuple(s for s, p in enumerate(profiles) if sight.rule(t, p) == action)
                    else:
                        need = tuple(s for s, p in enumerate(profiles) if available[action, p])
                    if need:
                        yield Block(sight, t, action, others, sight.rows(t, action, others, k), need)


def separator(rows: list[Vector], own: int, run: Run) -> tuple[list[Fraction] | None, list[Fraction]]:
    """Return ``h`` with ``h·(rows[κ] − rows[own]) ≥ 1`` for every other ``κ`` and nothing; or None and weights of the others whose mixture ``rows[own]`` is."""
    lies = [s for s in range(len(rows)) if s != own]
    point, multipliers = decided(
        len(rows[0]),
        [([a - b for a, b in zip(rows[s], rows[own], strict=True)], Fraction(1), False) for s in lies],
        run,
    )
    if point is not None:
        return point, []
    total = sum(multipliers, Fraction(0))
    weights = [Fraction(0)] * len(rows)
    for s, y in zip(lies, multipliers, strict=True):
        weights[s] = y / total
    return None, weights


Wanted = tuple[list[Fraction], Fraction, bool]
"""Coefficients, right-hand side, and whether the row is an equality (else at least)."""


def decided(width: int, wanted: list[Wanted], run: Run) -> tuple[list[Fraction] | None, list[Fraction]]:
    """Return a point, or None and multipliers of the rows as they stand."""
    lines, scales = Lines(width, run), []
    for row, right, equal in wanted:
        scales.append(lcm(right.denominator, *(value.denominator for value in row)))
        lines.add(enumerate(int(value * scales[-1]) for value in row), int(right * scales[-1]), equal=equal)
    point, multipliers = lines.decide()
    return point, [y * scale for y, scale in zip(multipliers, scales, strict=False)]
