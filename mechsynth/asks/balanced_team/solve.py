"""The balanced team mechanism (Athey and Segal 2013).

In every period ``p^i_t = −γ^i_t + Σ_{j≠i} γ^j_t/(N−1)``, where ``γ^i_t(k; ρ)`` is how much more the others enjoy from ``t`` on, under the efficient rule, in expectation given the reports ``ρ`` of the
period before and her report ``k``, than given ``ρ`` alone; in the first period given the prior. So payments look at the reports of two periods. See `mechsynth.construct.news`.
"""

from __future__ import annotations

from mechsynth.asks.balanced_team import BalancedTeam
from mechsynth.construct.case import Case
from mechsynth.construct.news import balanced_later, balanced_now
from mechsynth.mechanism import Table
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: BalancedTeam, case: Case, run: Run) -> Result:
    """Give the mechanism."""
    environment = case.environment
    once = balanced_now(case, centred=True)
    run.check()
    later = balanced_later(case)
    first = "first" if environment.horizon is None else "now"
    transfers: list[dict[str, dict[str, Table]]] = [
        {name: {} for name in environment.player_names} for _ in range(environment.last)
    ]
    for i, name in enumerate(environment.player_names):
        transfers[0][name][first] = once[i]
        for t, tables in zip(environment.linked, later, strict=True):
            transfers[t - 1][name]["later"] = tables[i]
    return Result(
        question=ask.document(),
        status=Status.FEASIBLE,
        mechanism=case.mechanism(tuple(transfers)),
        certificate={"ties": case.ties()},
        environment=environment,
    )
