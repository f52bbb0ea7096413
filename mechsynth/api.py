"""`solve`: the one function between an environment and a proved answer."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mechsynth import asks, instance
from mechsynth.asks.question import Progress, Question
from mechsynth.environment import Environment
from mechsynth.errors import InputError, UsageError
from mechsynth.program.labelled import Program
from mechsynth.result import Result


def program_of(
    environment: Environment | str | os.PathLike[str],
    ask: str = "implement",
    *,
    scope: str | None = None,
    last_period: str = "efficient",
    transfers: str | None = None,
    require: Sequence[Any] = (),
    objective: str = "feasibility",
) -> Program:
    """Return the linear program behind a question, with named rows and columns and exact coefficients.

    ``Program.to_cvxpy()`` gives the same program in cvxpy, for constraints or a convex objective of one's own.

    Parameters
    ----------
    environment, scope, last_period, transfers, require, objective:
        As for `solve`.
    ask:
        ``"implement"``, ``"contingent"`` or ``"vcg-type"``; of the latter two the joint program over all blocks, with the last period's
        payments as columns of their own.

    Raises
    ------
    UsageError
        For another ask.
    """
    if not isinstance(environment, Environment):
        environment = instance.load(environment)
    if ask in ("contingent", "vcg-type"):
        from mechsynth.asks.joint import residual_program

        return residual_program(environment, ask, scope=scope or "policy", last_period=last_period)
    if ask != "implement":
        raise UsageError("--ask", f"{ask!r} has no single linear program", "choose implement, contingent or vcg-type")
    from mechsynth.asks.implement import build, wish_list

    question = Question(environment, transfers=transfers, require=tuple(require), objective=objective)
    return build(question, wish_list(question)).program.labelled()


def export(program: Program, path: str | os.PathLike[str]) -> None:
    """Write a program as an MPS or LP file, by the ending of its name; rows are scaled to integers, names made legal.

    Raises
    ------
    InputError
        For another ending, or a place that cannot be written.
    """
    import tempfile

    from mechsynth.program.linear import LinearProgram
    from mechsynth.prove.rows import integer_rows
    from mechsynth.solver.export import write_model

    name = os.fspath(path)
    ending = os.path.splitext(name)[1].lower()
    if ending not in (".mps", ".lp"):
        raise InputError(name, "no ending that says the format", "end it with .mps or .lp")
    rows = LinearProgram.of(program)
    with tempfile.TemporaryDirectory() as folder:
        draft = os.path.join(folder, f"program{ending}")
        if not write_model(rows, integer_rows(rows)[0], draft):
            raise InputError(name, "HiGHS could not write the program", "try the other format")
        with open(draft, "rb") as stream:
            instance.write_whole(name, stream.read())


def solve(
    environment: Environment | str | os.PathLike[str],
    ask: str = "ladder",
    *,
    scope: str | None = None,
    last_period: str = "efficient",
    distance: bool | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    time_limit: float | None = None,
    resume: Mapping[str, Any] | None = None,
    transfers: str | None = None,
    require: Sequence[Any] = (),
    keep: Sequence[str] = (),
    objective: str = "feasibility",
    phi: Any = None,
    strength: str = "exact",
    relax: bool | None = None,
    decide: Any = None,
    critical_discount: bool | None = None,
) -> Result:
    """Answer a question about an environment, with a proof.

    Parameters
    ----------
    environment:
        The model, or the path of an instance file.
    ask:
        ``"policy"``, ``"convex-independence"``, ``"spanning"``, ``"static"``, ``"contingent"``, ``"vcg-type"``, ``"ladder"`` for all of
        them and the smallest class of transfers that makes agents residual claimants, ``"budget-balanced"``, ``"ex-ante-balanced"``, ``"surplus-extraction"``, ``"implement"``;
        with private values ``"team"``, ``"pivot"``, ``"groves"``, ``"uniqueness"``, or ``"lump-sum-budget"``; and without correlation
        ``"generalized-vcg"``.
    scope:
        ``"all"`` actions or those of the ``"policy"``; conditions default to all, mechanisms to policy.
    last_period:
        ``"efficient"``, or ``"constant"`` / ``"constant:ACTION"``: play one action in the last period whatever is reported, without payments
        (Liu 2025, Corollary 3.3). ``"constant"`` alone takes the action with the largest surplus summed over profiles.
    distance:
        Measure the distance of the closest signal from the hull of the others (``convex-independence``); unasked, only
        where it is quick.
    progress:
        Called with a label, what is done and the total.
    workers:
        Threads; ``None`` for as many as there are cores. The answer does not depend on it.
    time_limit:
        Seconds after which the answer is ``unknown``, with what is settled until then.
    resume:
        Such an ``unknown`` result (its JSON object) to go on from; what it carries is checked again, not believed.
    transfers:
        The class of transfers, for ``implement`` and the constructions that leave a choice.
    require, keep:
        For ``implement``: requirements by name (``"budget:ex-post"``) or as objects (`mechsynth.Requirement`, docs/requirements.md), and the
        names of those that a conflict may not propose to give up.
    objective:
        For ``implement``: ``"feasibility"`` or what to optimize.
    phi:
        For ``groves``: what each agent pays on top of the team mechanism, per period and by the others' signals, or ``None`` for nothing:
        a function ``phi(agent, period, others)`` of the agent's label, the period from 1 (``None`` when the horizon is infinite) and the tuple of
        the others' signals in the order of the agents; or a mapping from agents to arrays over ``[θ^{-i}]`` (lists of ``T`` such arrays when
        the horizon is finite; an axis of length 1 says "does not depend on it"; agents may be left out).
    strength:
        For ``implement``: ``"exact"``, or ``"verified"`` where a negative answer may rest on short multipliers that exclude only payments up
        to a bound, which the answer states. Where exact multipliers would be too long the answer is ``verified`` in any case.
    relax:
        For ``implement``: measure by how much each requirement of a conflict must be relaxed; unasked, only where it is quick.
    decide:
        For ``groves`` with ``phi``: the decision rule ``â_i`` under which ``phi`` is added up, of the same form, with labels of actions for
        numbers; ``None``, or for an agent left out, what is best for the others.
    critical_discount:
        For ``lump-sum-budget``: find all discount factors at which the budget balances, exactly; unasked, where it is possible and quick.

    Raises
    ------
    UsageError
        For a question that does not make sense here.
    """
    if not isinstance(environment, Environment):
        environment = instance.load(environment)
    deadline = None if time_limit is None else time.monotonic() + time_limit
    question = Question(
        environment,
        scope,
        last_period,
        distance,
        progress,
        workers,
        deadline,
        resume,
        transfers,
        tuple(require),
        tuple(keep),
        objective,
        phi,
        strength,
        relax,
        decide,
        critical_discount,
    )
    # floats only suggest: where numbers are beyond them, what they are short of is decided exactly, and is nobody's concern
    with np.errstate(all="ignore"):
        return asks.answer(ask, question)
