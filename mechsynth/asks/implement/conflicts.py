"""Why a wish list fails: a minimal conflict, its witness, and by how much each wish must be relaxed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from mechsynth.errors import OutOfTime
from mechsynth.mechanism import Mechanism
from mechsynth.program.linear import DEFINITION, LinearProgram
from mechsynth.prove.linear import Outcome, least_relaxation
from mechsynth.prove.parts import feasible
from mechsynth.prove.rows import Exact
from mechsynth.result.codec import write
from mechsynth.result.witness import Conflict as Farkas


@dataclass(frozen=True)
class Conflict:
    """Requirements that cannot hold together.

    Attributes
    ----------
    requirements:
        Their names.
    proof:
        Farkas multipliers by row name.
    bound:
        Payments up to this are excluded; ``None`` where the proof is exact and excludes all.
    spared:
        By requirement, what meets the others: a mechanism, or a point of the program.
    """

    requirements: list[str]
    proof: dict[str, Fraction]
    bound: int | None
    spared: dict[str, Mechanism | Exact] = field(default_factory=dict)

    @classmethod
    def of(cls, program: LinearProgram, outcome: Outcome) -> Conflict:
        """Return the requirements that multipliers use."""
        assert outcome.multipliers is not None
        used = {program.owners[k] for k in outcome.multipliers} - {DEFINITION}
        owners = [owner for owner in dict.fromkeys(program.owners) if owner in used]
        return cls(owners, {program.names[k]: y for k, y in sorted(outcome.multipliers.items())}, outcome.bound)


def minimal_conflict(
    program: LinearProgram,
    outcome: Outcome,
    keep: Sequence[str],
    evident: Callable[[Sequence[str]], Mechanism | None],
    exact: bool,
) -> Conflict:
    """Return requirements dropping any one of which (those to keep aside) lets the rest hold; more than that where the time is over before this is known.

    Parameters
    ----------
    program, outcome:
        A program and multipliers that refute it.
    keep:
        Requirements that are not to be given up.
    evident:
        Returns a mechanism that is known to meet some requirements without a program (``None``: not known).
    exact:
        As for `mechsynth.prove.linear.decide`.
    """
    conflict = Conflict.of(program, outcome)
    spared: dict[str, Mechanism | Exact] = {}
    for wish in list(conflict.requirements):
        if wish in keep or wish not in conflict.requirements:
            continue
        rest = [*(other for other in conflict.requirements if other != wish), *keep]
        ready = evident(rest)
        if ready is not None:
            spared[wish] = ready
            continue
        part = program.restricted(rest)
        try:
            found = feasible(part, exact)
        except OutOfTime:  # what is proved stays proved, although less might do
            break
        if found is not None and found.multipliers is not None:
            conflict = Conflict.of(part, found)
        elif found is not None and found.point is not None:
            spared[wish] = found.point
    # what meets more than the rest of the conflict meets that
    kept = {wish: shown for wish, shown in spared.items() if wish in conflict.requirements}
    return replace(conflict, spared=kept)


@dataclass(frozen=True)
class Relaxation:
    """By how much a requirement of a conflict must be relaxed, alone, for the conflict to dissolve.

    Attributes
    ----------
    requirement, least:
        Its name and the amount, in the units of its rows.
    point:
        A solution with the requirement relaxed by that amount, by column; numerators and denominator.
    proof:
        Multipliers by row name that show that no less would do.
    """

    requirement: str
    least: Fraction
    point: Exact
    proof: dict[str, Fraction]


def relaxed(program: LinearProgram, conflict: Conflict) -> list[Relaxation]:
    """Return the least relaxation of each requirement of a conflict, where it could be proved."""
    part = program.restricted(conflict.requirements)
    found = []
    for wish in conflict.requirements:
        if (
            wish == "exit:interim"
        ):  # what leaving is worth would enter what lies are worth, which no amount of a row measures
            continue
        soft = np.array([owner == wish for owner in part.owners], dtype=bool)
        try:
            least = least_relaxation(part, soft)
        except OutOfTime:
            break
        if least is None or least.value is None or least.point is None or least.multipliers is None:
            continue
        num, den = least.point
        proof = {part.names[k]: y for k, y in sorted(least.multipliers.items())}
        found.append(Relaxation(wish, least.value, (num[:-1], den), proof))
    return found


def witness(program: LinearProgram, conflict: Conflict) -> dict[str, object]:
    """Return the Farkas witness of a conflict."""
    rights = dict(zip(program.names, program.rights, strict=True))
    shortfall = sum((y * rights[name] for name, y in conflict.proof.items()), Fraction(0))
    found = Farkas(conflict=tuple(conflict.requirements), multipliers=conflict.proof, shortfall=shortfall)
    return dict(write(found))
