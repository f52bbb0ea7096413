"""Everybody is paid what the others enjoy: the team mechanism (Athey and Segal; Yoon 2021b, Definition 1 with ``φ = 0``).

``now^i(θ) = −Σ_{j≠i} u^j(a*(θ), θ^j)`` in every period (positive: the agent pays), so truth is worth the social surplus to everybody, ``X^i = W``, and a lie changes what
society gets alone. Private values are needed, and nothing else; see `mechsynth.construct.groves`.
"""

from __future__ import annotations

from mechsynth.asks.team import Team
from mechsynth.construct.case import Case
from mechsynth.construct.groves import accounts, payments, transfers_of
from mechsynth.mechanism import Mechanism
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Team, case: Case, run: Run) -> Result:
    """Give the team mechanism."""
    environment = case.environment
    now = [payments(case, i, None) for i in run.over(environment.players)]
    return Result(
        question=ask.document(),
        status=Status.FEASIBLE,
        mechanism=Mechanism(environment, case.actions, transfers_of(case, now)),
        certificate={"ties": case.ties(), **accounts(case, None, [None] * len(now))},
        environment=environment,
    )
