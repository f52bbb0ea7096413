"""Transfers that link a period to the next, block by block, with any targets: what all block constructions share.

A construction says what each agent must expect to pay next period, ``c^i(a, θ)``; a class of transfers says what the
payment may look at. Residual-claimant transfers (Liu 2014, Theorems 3.1 and 3.2), balanced ones (Proposition 3.7) and
those that extract the surplus (Proposition 4.1) differ in ``c`` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from mechsynth.beliefs import used
from mechsynth.construct.aims import Aims
from mechsynth.construct.blocks import Stack, stacks
from mechsynth.construct.case import Case
from mechsynth.errors import InputError, OutOfTime
from mechsynth.mechanism import Mechanism, Table
from mechsynth.rational import Rationals
from mechsynth.reading import exact_array
from mechsynth.result import Result, Status
from mechsynth.run import Run

Targets = Callable[[int, int], Aims]
"""The targets of a period (from 1) and an agent's index."""


Failed = tuple[tuple[int, int], Sequence[Fraction | int]]
"""A block and a report, by position in the stack and index, and the dependence that excludes their payments."""


class Scoped(Protocol):
    """A question about the blocks of a scope."""

    @property
    def scope(self) -> str:
        """All actions, or those of the policy."""

    def document(self) -> dict[str, object]:
        """Return the question as its result tells it."""


@dataclass(frozen=True, eq=False)
class Linked:
    """What a class of transfers makes of one stack of blocks.

    Attributes
    ----------
    given:
        Witnesses of the blocks that have no transfers, where they do not come from ``dependences``.
    table:
        The ``later`` table, if nothing fails.
    expected:
        Returns ``μ_k·p_r − c_k`` at ``[θ^{-i}, r, k]`` in the block that report ``r`` leads to, if nothing fails; ``c`` is not weakened.
    dependences:
        What excludes payments, by ``(block, report)``.
    tell:
        Returns the witness of one of them.
    """

    given: list[dict[str, object]]
    table: Table | None = None
    expected: Callable[[], Rationals] | None = None
    dependences: Sequence[Failed] = ()
    tell: Callable[[Failed], dict[str, object]] | None = None

    @cached_property
    def failures(self) -> list[dict[str, object]]:
        """Witnesses of the blocks that have no transfers."""
        return self.given if self.tell is None else [self.tell(failed) for failed in self.dependences]


@dataclass(frozen=True)
class Room:
    """One class of transfers that are built block by block.

    Attributes
    ----------
    ask:
        Its name.
    decide:
        Decides a stack of blocks, given the targets of its agent and period.
    resume:
        Takes a table that an earlier run settled if it satisfies every row, else ``None``.
    """

    ask: str
    decide: Callable[[Case, Run, Stack, Aims, str], Linked]
    resume: Callable[[Case, Stack, Aims, str, Rationals], Linked | None]


@dataclass(eq=False)
class Settled:
    """What a class of transfers makes of all blocks in scope.

    Attributes
    ----------
    tables:
        The ``later`` tables, per distinct period ``{agent: {"later": Table}}``.
    failures:
        Witnesses of the blocks that have no transfers.
    settled:
        ``{"period", "agent"}`` of the stacks that were decided.
    late:
        Why not all of them were; ``None`` if they were.
    undecided:
        ``{"period", "agent"}`` of the stacks about which nothing could be proved.
    """

    tables: list[dict[str, dict[str, Table]]]
    failures: list[dict[str, object]] = field(default_factory=list)
    settled: list[dict[str, object]] = field(default_factory=list)
    late: str | None = None
    undecided: list[dict[str, object]] = field(default_factory=list)


def settle(
    case: Case,
    run: Run,
    room: Room,
    scope: str,
    aims: Targets,
    seen: Callable[[Stack, Linked], None] | None = None,
    ending: Callable[[Stack], Linked | None] | None = None,
) -> Settled:
    """Decide all blocks in scope, until the deadline.

    Parameters
    ----------
    aims:
        The targets.
    seen:
        Called with every stack that has transfers, as long as nothing failed.
    ending:
        Decides a stack of the period before the last together with the last period's payments; ``None`` from it means that nothing could be proved.
    """
    environment = case.environment
    found = Settled([{} for _ in range(environment.last)])
    try:
        for stack in stacks(case, scope):
            name = environment.agents[stack.agent]
            place = {**case.period_key(stack.t), "agent": name}
            linked: Linked | None
            if ending is not None and stack.t == environment.last - 1:
                linked = ending(stack)
            else:
                linked = _linked(case, run, stack, aims(stack.t, stack.agent), scope, room)
            if linked is None:
                found.undecided.append(place)
                continue
            found.settled.append(place)
            found.failures += linked.failures
            if found.failures or linked.table is None:
                continue
            found.tables[stack.t - 1][name] = {"later": linked.table}
            if seen is not None:
                seen(stack, linked)
    except OutOfTime as error:
        found.late = error.problem
    return found


def construct(
    ask: Scoped,
    case: Case,
    run: Run,
    room: Room,
    aims: Targets,
    finish: Callable[[Mapping[str, Mapping[str, Table]]], Mapping[str, Mapping[str, Table]]] | None = None,
) -> Result:
    """Answer a construction over an infinite horizon.

    Parameters
    ----------
    aims:
        The targets.
    finish:
        Makes the mechanism's tables ``{agent: {kind: Table}}`` of those that meet the targets; an unfinished answer carries
        the latter, to go on from.
    """
    environment = case.environment
    found = settle(case, run, room, ask.scope, aims)
    certificate: dict[str, object] = {"ties": case.ties()}
    status, witness = Status.FEASIBLE, None
    tables: tuple[Mapping[str, Mapping[str, Table]], ...] | None = tuple(found.tables)
    if found.failures:
        status, witness, tables = Status.INFEASIBLE, found.failures[0], None
        certificate["failures"] = found.failures
    elif found.late is not None:
        status = Status.UNKNOWN
        certificate |= {"reason": found.late, "settled": found.settled}
    elif finish is not None:
        tables = tuple(finish(own) for own in found.tables)
    return Result(
        question=ask.document(),
        status=status,
        mechanism=Mechanism(environment, case.actions, tables),
        witness=witness,
        certificate=certificate,
        environment=environment,
    )


def _linked(case: Case, run: Run, stack: Stack, aims: Aims, scope: str, room: Room) -> Linked:
    """Decide a stack of blocks, or take what an earlier run settled if it still passes every row."""
    earlier = None if run.resume is None else earlier_table(case, run, stack)
    if earlier is not None:
        taken = room.resume(case, stack, aims, scope, earlier)
        if taken is not None:
            return taken
    return room.decide(case, run, stack, aims, scope)


def earlier_table(case: Case, run: Run, stack: Stack) -> Rationals | None:
    """Return the ``later`` table that the result to go on from has for this stack, if it is one at all."""
    mechanism = (run.resume or {}).get("mechanism")
    transfers = mechanism.get("transfers") if isinstance(mechanism, Mapping) else None
    if isinstance(transfers, list) and case.environment.horizon is not None and len(transfers) >= stack.t:
        transfers = transfers[stack.t - 1]
    own = transfers.get(case.environment.agents[stack.agent]) if isinstance(transfers, Mapping) else None
    table = own.get("later") if isinstance(own, Mapping) else None
    if table is None:
        return None
    try:
        return exact_array(table, "later")
    except InputError:
        return None


def widened(table: Rationals, axes: tuple[int, ...]) -> Rationals | None:
    """Return a table in these axes, those that it does not look at repeated; ``None`` where it does not fit."""
    if len(table.shape) != len(axes) or any(own not in (1, full) for own, full in zip(table.shape, axes, strict=True)):
        return None
    return Rationals(np.ascontiguousarray(np.broadcast_to(table.num, axes)), table.den)


def later_shape(case: Case, stack: Stack) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the signal counts of everybody now and next."""
    environment = case.environment
    following = stack.t if environment.horizon is None else stack.t + 1
    return environment.period(stack.t).shape, environment.period(following).shape


def block_targets(stack: Stack, c: Rationals) -> Rationals:
    """Return the targets of the stack's blocks, ``(B, n)``."""
    return Rationals(c.num[stack.action, stack.others], c.den)


def block_of(case: Case, stack: Stack) -> Any:
    """Return the position in the stack of the block that each report leads to, ``(|Θ^{-i}|, n)``."""
    rule = used(case.at(stack.t), stack.agent)
    position = {(int(a), int(o)): b for b, (a, o) in enumerate(zip(stack.action, stack.others, strict=True))}
    others, n = rule.shape
    flat = [position[int(rule[o, k]), o] for o in range(others) for k in range(n)]
    return np.array(flat, dtype=np.int64).reshape(others, n)
