"""The expected externality mechanism (Arrow; d'Aspremont and Gérard-Varet 1979).

``now^i(θ) = −ψ^i(θ^i) + Σ_{j≠i} ψ^j(θ^j)/(N−1)`` (positive: the agent pays), ``ψ^i(k) = E[Σ_{j≠i} u^j(a*(k, θ^{-i}), θ^j)]``. See `mechsynth.construct.news`.
"""

from __future__ import annotations

from mechsynth.asks.agv import Agv
from mechsynth.construct.case import Case
from mechsynth.construct.news import balanced_now
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Agv, case: Case, run: Run) -> Result:
    """Give the mechanism."""
    names = case.environment.player_names
    tables = {name: {"now": own} for name, own in zip(names, balanced_now(case, centred=False), strict=True)}
    return Result(
        question=ask.document(),
        status=Status.FEASIBLE,
        mechanism=case.mechanism((tables,)),
        certificate={"ties": case.ties()},
        environment=case.environment,
    )
