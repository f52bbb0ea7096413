"""Can the last period's rule be implemented on its own? (Liu 2014, Assumption 4; any one-period problem.)"""

from __future__ import annotations

from mechsynth.asks.static import Static
from mechsynth.construct.case import Case
from mechsynth.construct.last_period import last_period, now_tables
from mechsynth.construct.slacks import static_rows
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Static, case: Case, run: Run) -> Result:
    """Decide ex post implementability of the last period's efficient rule by payments in that period."""
    environment = case.environment
    found = last_period(case, run)
    mechanism = case.mechanism()
    certificate = case.certificate()
    if found.payments is None:
        certificate["failures"] = list(found.cycles)
    else:
        tables: list[dict[str, dict[str, object]]] = [{} for _ in range(environment.last)]
        tables[-1] = now_tables(case, found.payments)  # type: ignore[assignment]
        mechanism = case.mechanism(tuple(tables))  # type: ignore[arg-type]
        certificate["incentives"] = static_rows(case, found.payments)
    return Result(
        question=case.told(ask.document()),
        status=Status.INFEASIBLE if found.cycles else Status.FEASIBLE,
        mechanism=mechanism,
        witness=found.cycles[0] if found.cycles else None,
        certificate=certificate,
        environment=environment,
    )
