"""The largest revenues of the library: the expected answers, twice proved, and best replies of every agent to what is found."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from oracles.replies import no_lies_pay

import mechsynth
from mechsynth import instance
from mechsynth.check import small
from mechsynth.suite.expected import expected

REVENUE = Path(__file__).resolve().parents[2] / "instances" / "revenue"
KNOWN = [(path.stem, known) for path in sorted(REVENUE.glob("*.json")) for known in expected(path) if known.question["ask"] == "optimal"]


@pytest.mark.parametrize(("name", "known"), KNOWN, ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.question.values())))
def test_the_library(name: str, known: Any) -> None:
    options = {key: value for key, value in known.question.items() if key != "ask"}
    environment = mechsynth.load(str(REVENUE / f"{name}.json"))
    result = mechsynth.solve(environment, "optimal", **options)
    assert (str(result.status), result.value) == (known.status, known.value)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    with contextlib.suppress(small.Unknown):
        small.check(result.to_bytes(), instance.to_bytes(environment))
    if result.status == "optimal" and options.get("incentives", "pepic") == "pepic":
        no_lies_pay(environment, result.document()["mechanism"]["allocation"]["tree"], options.get("memory", "full"))
