"""Gittins indices, exact, each with the value of stopping that proves it."""

from __future__ import annotations

from mechsynth.asks.index import Index
from mechsynth.construct.bandits import arms, indices, stopped
from mechsynth.construct.case import Case
from mechsynth.rational import text
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Index, case: Case, run: Run) -> Result:
    """Find the indices of every arm."""
    environment, told = case.environment, {}
    found = arms(environment)
    assert not isinstance(found, str)
    for arm in found:
        run.check()
        names = environment.period(1).signals[arm.agent]
        every = indices(arm, environment.discount)
        rows = []
        for k, index in every.items():
            run.check()
            values = stopped(arm, environment.discount, every, index)
            rows.append(
                {"signal": names[k], "index": text(index), "values": {names[q]: text(v) for q, v in values.items()}}
            )
        told[environment.agents[arm.agent]] = {"action": environment.period(1).actions[arm.action], "indices": rows}
    return Result(ask.document(), Status.HOLDS, certificate={"arms": told}, environment=environment)
