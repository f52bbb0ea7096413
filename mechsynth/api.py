"""`solve`: the one function between an environment and a proved answer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from mechsynth import asks, instance
from mechsynth.construct.case import Case
from mechsynth.environment import Environment
from mechsynth.errors import InputError, UsageError
from mechsynth.given import given
from mechsynth.program.labelled import Program
from mechsynth.result import Result
from mechsynth.result.ask import Ask, question
from mechsynth.result.vocabulary import EFFICIENT, UNNAMED, WISHES
from mechsynth.run import Progress, Run


def program_of(environment: Environment | str | os.PathLike[str], ask: str | Ask = WISHES, **options: Any) -> Program:
    """Return the linear program behind a question, with named rows and columns and exact coefficients.

    ``Program.to_cvxpy()`` gives the same program in cvxpy, for constraints or a convex objective of one's own.

    Parameters
    ----------
    environment, options:
        As for `solve`.
    ask:
        ``implement``, ``contingent`` or ``vcg-type``; of the latter two the joint program over all blocks, with the last period's
        payments as columns of their own.

    Raises
    ------
    UsageError
        For another question.
    """
    asked = question(ask, options)
    if not isinstance(environment, Environment):
        environment = instance.load(environment)
    return asks.program(asked, _case(asked, environment))


def _case(asked: Ask, environment: Environment) -> Case:
    """Return an environment with the rule that a question is about: the efficient one, or one that is given."""
    rule = getattr(asked, "rule", EFFICIENT)
    if isinstance(rule, str) and rule == EFFICIENT:
        return Case(environment, asked.last_period)
    if asked.last_period != EFFICIENT:
        raise UsageError("last_period", "a rule is given, which says what the last period does", "leave it out")
    try:
        return Case(environment, asked.last_period, given(rule, environment))
    except InputError as error:
        raise UsageError(f"rule {error.place}".rstrip(), error.problem, error.remedy) from None


def export(program: Program, path: str | os.PathLike[str], numbers: str = "integers") -> None:
    """Write a program as an MPS or LP file, by the ending of its name, exactly: the optimum of the file is that of the program.

    Names are made legal and kept apart (`mechsynth.program.names`).

    Parameters
    ----------
    program:
        The program.
    path:
        The file.
    numbers:
        ``"integers"``: every row in whole numbers that readers of floats take as they are; ``"long"``: whole numbers of any length, and
        ``"rational"``: fractions ``p/q``, rows as they stand, both for readers that are exact.

    Raises
    ------
    InputError
        For another ending, a number that cannot be held so, or a place that cannot be written.
    """
    from mechsynth.program.writers import text_of

    name = os.fspath(path)
    ending = os.path.splitext(name)[1].lower()
    if ending not in (".mps", ".lp"):
        raise InputError(name, "no ending that says the format", "end it with .mps or .lp")
    instance.write_whole(name, text_of(program, ending, numbers, name).encode("ascii"))


def solve(
    environment: Environment | str | os.PathLike[str],
    ask: str | Ask = UNNAMED,
    run: Run | None = None,
    *,
    progress: Progress | None = None,
    workers: int | None = None,
    time_limit: float | None = None,
    resume: Mapping[str, Any] | None = None,
    **options: Any,
) -> Result:
    """Answer a question about an environment, with a proof.

    ``solve(env, Implement(transfers="full", require=["budget:ex-post"]))`` and ``solve(env, "implement", transfers="full", require=["budget:ex-post"])``
    are the same. `mechsynth.asks` has the questions; without one everything is asked at once.

    Parameters
    ----------
    environment:
        The model, or the path of an instance file.
    ask:
        A question, or its name.
    run:
        How to work: what the four that follow say, as one object.
    progress:
        Called with a label, what is done and the total.
    workers:
        Threads; ``None`` for as many as there are cores. The answer does not depend on it.
    time_limit:
        Seconds after which the answer is ``unknown``, with what is settled until then.
    resume:
        Such an ``unknown`` result (its JSON object) to go on from; what it carries is checked again, not believed.
    options:
        The options of the question, where it is given by name: the fields of its class.

    Raises
    ------
    UsageError
        For a question that does not make sense here, an option that it does not look at, and a name that there is none of.
    """
    asked = question(ask, options)
    if run is None:
        run = Run(workers, time_limit, progress=progress, resume=resume)
    elif any(told is not None for told in (workers, time_limit, progress, resume)):
        raise UsageError("run", "stands beside how to work", "say it inside: Run(workers=…, time_limit=…)")
    if not isinstance(environment, Environment):
        environment = instance.load(environment)
    # floats only suggest: where numbers are beyond them, what they are short of is decided exactly, and is nobody's concern
    with np.errstate(all="ignore"):
        return asks.answer(asked, _case(asked, environment), run)
