"""`solve`: the one function between an environment and a proved answer."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from mechsynth import asks, instance
from mechsynth.asks.question import Progress, Question
from mechsynth.environment import Environment
from mechsynth.result import Result


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
) -> Result:
    """Answer a question about an environment, with a proof.

    Parameters
    ----------
    environment:
        The model, or the path of an instance file.
    ask:
        ``"policy"``, ``"convex-independence"``, ``"spanning"``, ``"static"``, ``"contingent"``, ``"vcg-type"``, ``"ladder"`` for all of
        them and the smallest class of transfers that works, ``"budget-balanced"``, ``"ex-ante-balanced"``, or ``"surplus-extraction"``.
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
        For ``implement``: requirements by name (``"budget:ex-post"``) or as objects of `mechsynth.program.requirements`, and the names
        of those that a conflict may not propose to give up.
    objective:
        For ``implement``: ``"feasibility"`` or what to optimize.

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
    )
    return asks.answer(ask, question)
