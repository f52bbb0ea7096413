"""200 programs with planted answers, coefficients from 1e-9 to 1e11, contradictions by 1e-9 and less: right on all, with certificates that are accepted."""

from __future__ import annotations

import json
from fractions import Fraction as F
from typing import Any

import pytest
from planted import Case, as_lp, as_mps, dot, planted

from mechsynth import lp
from mechsynth.check.programs import check_program
from mechsynth.lp import cplex, mps
from mechsynth.lp.document import document

SEEDS = range(200)


def solved(case: Case, form: str, **options: Any) -> tuple[Any, bytes, Any, Any]:
    text = as_mps(case) if form == "mps" else as_lp(case)
    program = (mps if form == "mps" else cplex).parse(text)
    answer = lp.decide(program, **options)
    found = document(answer, program, text.encode())
    return answer, text.encode(), found, check_program(json.dumps(found).encode(), text.encode())


def numbers(values: dict[str, str]) -> dict[str, F]:
    return {name: F(value) for name, value in values.items()}


def meets(case: Case, point: dict[str, F], sides: Any = None) -> bool:
    wanted = case.sides() if sides is None else [s for s in case.sides() if s[:3] in sides]
    return all(dot(t, point) >= b if sense == ">=" else dot(t, point) <= b for _, _, sense, t, b in wanted)


def judge(case: Case, found: dict[str, Any]) -> None:
    """What the result says is true of the planted program, by arithmetic of this test alone."""
    assert found["status"] == case.status
    if found["point"] is not None:
        point = numbers(found["point"])
        assert meets(case, point)
    if case.status == "optimal":
        assert F(found["value"]) == case.value == dot(case.cost, point) + case.constant
    if case.status == "unbounded":
        ray = numbers(found["ray"])
        still = Case(
            columns={c: (None if a is None else F(0), None if b is None else F(0)) for c, (a, b) in case.columns.items()},
            rows={r: (t, None if a is None else F(0), None if b is None else F(0)) for r, (t, a, b) in case.rows.items()},
        )
        gain = dot(case.cost, ray)
        assert meets(still, ray) and (gain > 0 if case.maximize else gain < 0)
    if case.status == "infeasible":
        sides = {s[:3]: s for s in case.sides()}
        left: dict[str, F] = {}
        right = F(0)
        for entry in found["multipliers"]:
            kind = "row" if "row" in entry else "bound"
            _, _, sense, terms, bound = sides[kind, entry[kind], entry["sense"]]
            y = F(entry["multiplier"]) * (1 if sense == ">=" else -1)
            assert F(entry["multiplier"]) > 0
            right += y * bound
            for c, v in terms.items():
                left[c] = left.get(c, F(0)) + y * v
        assert not any(left.values()) and right == F(found["shortfall"]) > 0
        keys = [("row" if "row" in e else "bound", e.get("row", e.get("bound")), e["sense"]) for e in found["conflict"]]
        for key, entry in zip(keys, found["conflict"]):
            assert entry["without"] is not None, "minimal"
            rest = {other for other in keys if other != key}
            point = numbers(entry["without"])
            assert meets(case, point, rest) and not meets(case, point, {key})


@pytest.mark.parametrize("seed", SEEDS)
def test_right_with_a_certificate(seed: int) -> None:
    case = planted(seed)
    form = ("mps", "lp")[seed // 5 % 2]
    _, _, found, verdict = solved(case, form)
    judge(case, found)
    assert verdict.accepted, verdict.reason


def test_every_status_is_planted() -> None:
    counts = dict.fromkeys(("optimal", "infeasible", "unbounded", "feasible"), 0)
    for seed in SEEDS:
        counts[planted(seed).status] += 1
    assert min(counts.values()) >= 30, counts


@pytest.mark.parametrize("seed", range(1, 60, 5))
def test_both_formats_say_the_same(seed: int) -> None:
    case = planted(seed)
    one, two = solved(case, "mps")[2], solved(case, "lp")[2]
    assert [one[k] for k in ("status", "value")] == [two[k] for k in ("status", "value")]


@pytest.mark.parametrize("seed", [s for s in SEEDS if planted(s).status == "infeasible"][:30])
def test_a_conflict_is_minimal_given_what_stays(seed: int) -> None:
    """Each inequality of the conflict is needed beside every kept row and bound."""
    case = planted(seed)
    keep = ["contra", *list(case.rows)[:1]]
    _, _, found, verdict = solved(case, "lp", keep=keep, keep_bounds=True)
    assert verdict.accepted, verdict.reason
    assert found["status"] == "infeasible"
    stays = {s[:3] for s in case.sides() if s[0] == "bound" or s[1] in keep}
    keys = {("row", e["row"], e["sense"]) for e in found["conflict"]}
    assert not keys & stays
    for entry in found["conflict"]:
        key = ("row", entry["row"], entry["sense"])
        assert meets(case, numbers(entry["without"]), (keys - {key}) | stays)


@pytest.mark.parametrize("seed", range(40))
def test_never_both_ways(seed: int) -> None:
    """A result that says anything but the truth is refused, whatever other programs' certificates are put into it."""
    case = planted(seed)
    data = as_mps(case).encode()
    _, _, own, _ = solved(case, "mps")
    for other in range(seed + 1, seed + 9):
        forged = solved(planted(other), "mps")[2] | {"program": own["program"], "question": own["question"]}
        if forged["status"] == case.status:
            continue
        assert not check_program(json.dumps(forged).encode(), data).accepted
    for status in {"optimal", "feasible", "infeasible", "unbounded"} - {case.status}:
        assert not check_program(json.dumps(own | {"status": status}).encode(), data).accepted
