"""What the instances about rules that are given state, by the library and its checker."""

from __future__ import annotations

import json
from fractions import Fraction as F
from typing import Any

import pytest
from library_files import INSTANCES

import mechsynth
from mechsynth.check import small
from mechsynth.evaluation import evaluate
from mechsynth.instance import to_bytes
from mechsynth.suite.expected import expected

FOLDER = INSTANCES / "rules"
EVERY = [(path.stem, known) for path in sorted(FOLDER.glob("*.json")) for known in expected(path)]


def _id(part: Any) -> str:
    if isinstance(part, str):
        return part
    told = {**part.question, "rule": part.question.get("rule", {}).get("name", "")}
    return "-".join(str(value) for value in told.values() if value)


def test_they_are_there() -> None:
    assert len({name for name, _ in EVERY}) == 6
    assert sum("rule" in known.question for _, known in EVERY) >= 12


@pytest.mark.parametrize(("name", "known"), EVERY, ids=_id)
def test_every_stated_answer(name: str, known: Any) -> None:
    """Status and value as stated; accepted by the checker; the small one says that it does not know given rules."""
    environment = mechsynth.load(FOLDER / f"{name}.json")
    options = {key: value for key, value in known.question.items() if key != "ask"}
    result = mechsynth.solve(environment, known.question["ask"], **options)
    assert (result.status, result.value) == (known.status, known.value)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    if "rule" in known.question:
        with pytest.raises(small.Unknown):
            small.check(result.to_bytes(), to_bytes(environment))
    elif known.question["ask"] != "policy":
        small.check(result.to_bytes(), to_bytes(environment))


def test_rule_files_are_those_of_the_expectations() -> None:
    """The files in `mechanisms` say what the expectations have inside."""
    inside = {known.question["rule"]["name"]: known.question["rule"] for _, known in EVERY if "rule" in known.question}
    for name, rule in inside.items():
        path = INSTANCES / "mechanisms" / f"{name}.json"
        if path.exists():
            assert json.loads(path.read_bytes()) == rule


def test_payoffs_under_weights() -> None:
    """W(lo,lo) and the others by hand: W = flow + W'/2, flows 0, 4 - 2, 0, 4 + 3 of the weighted utilities at (lo,lo), (lo,hi), (hi,lo), (hi,hi); agent two gets a quarter."""
    path = FOLDER / "counts-four-times.json"
    rule = INSTANCES / "mechanisms" / "two-counts-four-times.json"
    result = mechsynth.solve(str(path), "implement", transfers="vcg-type", require=["residual-claimant"], rule=rule)
    kernel = [[9, 3, 3, 1], [3, 1, 9, 3], [3, 9, 1, 3], [1, 3, 3, 9]]
    flows = [F(0), F(2), F(0), F(7)]
    whole = [F(53, 42), F(271, 70), F(159, 70), F(445, 42)]
    for k, flow in enumerate(flows):
        assert whole[k] == flow + F(1, 2) * sum(F(m, 16) * w for m, w in zip(kernel[k], whole, strict=True))
    found = evaluate(result.to_bytes(), path.read_bytes())
    assert found.payoffs[0][0].ravel().tolist() == whole
    assert found.payoffs[0][1].ravel().tolist() == [w / 4 for w in whole]
