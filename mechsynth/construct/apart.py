"""Beliefs held apart: a lottery worth 0 to some beliefs and more than 0 to others, or rates that show that there is none.

Within a period an agent believes ``m_k`` of the others' reports once she has signal ``k``. In the first period that is all. Later her belief looks at her own
signal ``h^i`` of the period before as well, of which the others know the report alone: what is held apart from the reported signal ``r`` must be so *whatever* she
truly had before. Otherwise a lie of the period before prepares the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np

from mechsynth.beliefs import by_own, used
from mechsynth.construct.case import Case
from mechsynth.prove.lines import Lines
from mechsynth.run import Run

Columns = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Apart:
    """A lottery ``h`` with ``h·m = 0`` for the first columns and ``h·m > 0`` for the others; or rates that refute one.

    Attributes
    ----------
    lottery:
        By profile of the others; ``None`` where there is none.
    mixed, of:
        Then ``Σ mixed · (first columns) = Σ of · (other columns)``, ``of ≥ 0`` and not all 0.
    """

    lottery: list[Fraction] | None
    mixed: list[Fraction]
    of: list[Fraction]


def apart(first: Columns, others: Columns, run: Run, least: Sequence[int] | None = None) -> Apart:
    """Hold columns of whole numbers, at least one in all, apart from others; ``least`` says how much the lottery is worth to each of these at least, 1 by default."""
    lines = Lines(len((*first, *others)[0]), run)
    for column in first:
        lines.add(enumerate(column), equal=True)
    for column, right in zip(others, least or [1] * len(others), strict=True):
        lines.add(enumerate(column), right, equal=False)
    point, multipliers = lines.decide()
    if point is not None:
        return Apart(point, [], [])
    return Apart(None, [-y for y in multipliers[: len(first)]], multipliers[len(first) :])


def mixture(found: Apart, own: Sequence[int], others: Mapping[int, Sequence[int]]) -> dict[int, Fraction]:
    """Return a refuted belief as a mixture of others: the weights of their signals, above 0 and adding to 1."""
    scale = found.mixed[0] * sum(own)
    return {k: y * sum(column) / scale for (k, column), y in zip(others.items(), found.of, strict=True) if y}


@dataclass(frozen=True, eq=False)
class After:
    """What one agent can believe in a period, after an action and the others' signals of the period before, given the public signals of now.

    Attributes
    ----------
    t, agent, action, others:
        The block: the period *before* (from 1), whose beliefs, which action, the flat index of the others' signals then.
    seen:
        The public signals of now, by index.
    columns:
        ``columns[k][h]``: the weights of the others' profiles of now, given own signal ``k`` now and ``h`` before; not divided by their sum.
    """

    t: int
    agent: int
    action: int
    others: int
    seen: tuple[int, ...]
    columns: list[list[list[int]]]

    def possible(self, k: int) -> list[int]:
        """Return the own signals of the period before after which ``k`` is possible."""
        return [h for h, column in enumerate(self.columns[k]) if any(column)]


def afters(case: Case, scope: str) -> Iterator[After]:
    """Yield what can be believed in the second and later periods; with ``scope`` ``"policy"`` after the actions that the rule plays for some report."""
    for t in case.linked:
        for agent in case.environment.players:
            yield from _afters(case, scope, t, agent)


def _afters(case: Case, scope: str, t: int, agent: int) -> Iterator[After]:
    environment = case.environment
    public, every = environment.public, range(len(environment.agents))
    period = environment.period(t)
    assert period.transition is not None
    actions, count = len(period.actions), len(every)
    following = period.transition.shape[1 + count :]
    sizes = tuple(following[j] for j in public)
    if scope == "policy":
        rule = used(case.at(t), agent)
        wanted = np.stack([(rule == a).any(1) for a in range(actions)])
    else:
        mask = period.choices().reshape(actions, *period.shape)
        wanted = by_own(mask, agent).any(-1).reshape(actions, -1)
    order = [0, *(1 + j for j in every if j != agent), 1 + agent]
    order += [1 + count + j for j in (*public, agent, *(j for j in every if j != agent and j not in public))]
    moved = period.transition.num.transpose(order)
    rest = prod(moved.shape[count + 2 + len(public) :])
    table = moved.reshape(actions, -1, period.shape[agent], *sizes, following[agent], rest)
    for a, o in np.argwhere(wanted).tolist():
        for seen in product(*(range(size) for size in sizes)):
            block = table[a, o][(slice(None), *seen)].tolist()  # [own before][own now][the others now]
            columns = [[[int(v) for v in line[k]] for line in block] for k in range(following[agent])]
            if any(any(column) for lines in columns for column in lines):
                yield After(t, agent, a, o, seen, columns)


def held_apart(after: After, report: int, run: Run) -> tuple[list[int], list[tuple[int, int]], Apart] | None:
    """Hold a report apart from every other own signal, whatever the true signal before.

    Returns the own signals before after which the report is true, the pairs ``(k, h)`` that it is held apart from, and what came of it; ``None`` where the report
    is impossible, so gives itself away, or where nothing else is possible.
    """
    first = after.possible(report)
    rest = [(k, h) for k in range(len(after.columns)) if k != report for h in after.possible(k)]
    if not first or not rest:
        return None
    own = [after.columns[report][h] for h in first]
    return first, rest, apart(own, [after.columns[k][h] for k, h in rest], run)
