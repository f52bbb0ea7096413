"""What a question comes to when its time is over before anything is proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mechsynth.construct.case import Case
from mechsynth.errors import OutOfTime
from mechsynth.result import Result, Status, Strength


def unsettled(case: Case, asked: Mapping[str, Any], late: OutOfTime, seen: str | None = None) -> Result:
    """Return that the answer is unknown, about the rule, with the reason, what to try, and the value that floats saw, if they saw one."""
    found = case.given is not None or "rule" in vars(case)  # what took too long may be the rule itself
    return Result(
        case.told(asked),
        Status.UNKNOWN,
        Strength.NUMERICAL,
        mechanism=case.mechanism() if found else None,
        certificate={
            **(case.certificate() if found else {}),
            "reason": f"{late.problem}; {late.remedy}" if late.remedy else late.problem,
        },
        value=seen,
        environment=case.environment,
    )
