"""Everybody keeps what she adds: the dynamic pivot mechanism (Bergemann and Välimäki; Yoon 2021b, section 2; Yoon 2021a, 3.3).

``now^i(θ) = W_{-i}(θ) − Σ_{j≠i} u^j(a*(θ), θ^j) − δ E[W_{-i}(θ') | a*(θ), θ]`` in every period (positive: the agent pays): what her presence costs the others now. ``W_{-i}``
is the most that the others can get, from all the actions, when her utility does not count; the truthful payoff is her marginal contribution, ``X^i = W − W_{-i}``.
It may be negative where she dislikes what suits the others. Needed: private values, and nobody's signal moves the others' next signals; see `mechsynth.construct.groves`.

In Yoon's bilateral trade nothing can be traded without one of the two, so that ``W_{-i} = 0`` there; that is the team mechanism in the words used here.
"""

from __future__ import annotations

from mechsynth.asks.pivot import Pivot
from mechsynth.construct.case import Case
from mechsynth.construct.groves import (
    accounts,
    payments,
    transfers_of,
    value_without,
)
from mechsynth.mechanism import Mechanism
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Pivot, case: Case, run: Run) -> Result:
    """Give the pivot mechanism."""
    environment = case.environment
    base = [value_without(case, i) for i in run.over(environment.players)]
    now = [payments(case, i, own) for i, own in zip(run.over(environment.players), base, strict=True)]
    return Result(
        question=ask.document(),
        status=Status.FEASIBLE,
        mechanism=Mechanism(environment, case.actions, transfers_of(case, now)),
        certificate={"ties": case.ties(), **accounts(case, "without", list(base))},
        environment=environment,
    )
