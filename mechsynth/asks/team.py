"""Everybody is paid what the others enjoy: the team mechanism (Athey and Segal; Yoon 2021b, Definition 1 with ``φ = 0``).

``now^i(θ) = −Σ_{j≠i} u^j(a*(θ), θ^j)`` in every period (positive: the agent pays), so truth is worth the social surplus to everybody, ``X^i = W``, and a lie changes what
society gets alone. Private values are needed, and nothing else; see `mechsynth.asks.groves_family`.
"""

from __future__ import annotations

from mechsynth.asks.groves_family import accounts, asked_for, payments, transfers_of
from mechsynth.asks.question import Question
from mechsynth.mechanism import Mechanism
from mechsynth.result import Result, Status

ASK = "team"


def answer(question: Question) -> Result:
    """Give the team mechanism.

    Raises
    ------
    UsageError
        When values are not private.
    """
    asked = asked_for(ASK, ["pepic"])
    environment = question.environment
    now = [payments(question.case, i, None) for i in range(len(environment.agents))]
    return Result(
        question=asked,
        status=Status.FEASIBLE,
        mechanism=Mechanism(environment, question.actions, transfers_of(question.case, now)),
        certificate={"ties": question.ties(), **accounts(question.case, None, [None] * len(now))},
        environment=environment,
    )
