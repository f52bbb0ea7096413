"""Requirements whose rows stand in the result: derived by pencil, then bent.

Both leases with the tables of ``leases`` (see ``implement``): X_1 = (61/4, 91/4) for both firms, X_2 of firm 2 is (0, 3), firm 2 pays 9 now at
(-,6), and later -17/2 after (6,-); firm 1 pays later (-3, -27) after (6,-).
  D(4,6) of firm 1 in period 1: firm 2 gets the lease, u = 0; at 4 the next reports are (3/4, 1/4): what is due is -3·3/4 - 27/4 = -9,
  X_2 is expected to be 7·3/4 = 21/4: 9 + 21/4 = 57/4.

Lease 1 alone, firm 2, which has nothing to report: value (4): X(4) + now(4) = 0, value (6): X(6) + now(6) = 12. Against
  X(6) - X(4) >= 20 and now(6) - now(4) >= -5: added up, 12 >= 15: short by 3.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import implement as made
import pytest
from implement import ONE_RULE, asked, both_leases, central, refuted, still
from leases import Json, data, lease_one, leases
from test_check_answers import change

from mechsynth.check import check
from mechsynth.errors import InputError

Change = Callable[[Json], None]


def row(name: str, coefficients: Json, right: str, sense: str = ">=") -> Json:
    return {"row": name, "coefficients": coefficients, "sense": sense, "right": right}


def written(result: Json, *names: str, **requirements: list[Json]) -> Json:
    """A result that asks for requirements and writes out their rows."""
    result["question"]["require"] += [*names, *requirements]
    result["certificate"]["requirements"] = requirements
    return result


LIE = "D firm1 t=1 (4,-)->6"


def met(transfers: str = "full") -> Json:
    """Every kind of column, at its value."""
    rows = [
        row("own X", {"X firm1 t=1 (4,-)": "4", "X firm2 t=2 (-,6)": "1"}, "64", "="),
        row("own D", {LIE: "2"}, "57/2", "="),
        row("own now", {"now firm2 t=2 (-,6)": "-1/3"}, "-3"),
        row("own later", {"later firm2 t=1 (6,-)->(-,4)": "1", "later firm1 t=1 (6,-)->(-,6)": "1"}, "-71/2", "="),
    ]
    return written(both_leases(transfers=transfers), own=rows)


def starred() -> Json:
    """The class that looks at the action instead of the own report."""
    name = "later firm1 t=1 (*,-) a=firm2->(*,6)"
    return written(both_leases(transfers="vcg-type"), own=[row("own", {name: "1"}, "-27", "=")])


def empty() -> Json:
    """No rows ask for nothing, and neither does 0 >= -1."""
    return written(both_leases(), **{"ask:nothing": [], "ask:little": [row("ask:little", {}, "-1")]})


def refused() -> Json:
    multipliers = {"keep X": "1", "keep now": "1", "value firm2 t=1 (6,-)": "-1", "value firm2 t=1 (4,-)": "1"}
    result = refuted(lease_one(), ONE_RULE, asked("full"), ["keep"], multipliers, "3")
    rows = [
        row("keep X", {"X firm2 t=1 (6,-)": "1", "X firm2 t=1 (4,-)": "-1"}, "20"),
        row("keep now", {"now firm2 t=1 (6,-)": "1", "now firm2 t=1 (4,-)": "-1"}, "-5"),
    ]
    return written(result, keep=rows)


def best() -> Json:
    """Revenue is at most 4/3 also where only these rows keep the agents from losing."""
    result = made.most_revenue()
    result["question"]["require"] = ["pepic"]
    sixths = {f"({a},{b})": "1/6" for a in "lmh" for b in "xy"}
    rows = [row(f"stay {i}", {f"X {i} {p}": w for p, w in sixths.items()}, "0") for i in "AB"]
    result["certificate"]["multipliers"] = {"stay A": "1", "stay B": "1"}
    return written(result, stay=rows)


def endless() -> Json:
    """The ray lowers every X of A by 1 and raises its payments by 1/2: where the rows allow that."""
    return written(made.no_end(), drift=[row("drift", {"X A (l,x)": "1", "now A (l,x)": "2"}, "-9", "=")])


TRUE: dict[str, tuple[Callable[[], Json], Callable[[], Json], str | None]] = {
    "met": (met, leases, "own was taken as the 4 rows written in the result"),
    "starred": (starred, leases, "own was taken as the 1 row written"),
    "empty": (
        empty,
        leases,
        "ask:nothing was taken as the 0 rows written in the result, and ask:little was taken as the 1 row",
    ),
    "refused": (refused, lease_one, "meet keep; other efficient rules"),
    "best": (best, central, "stay was taken as the 2 rows"),
    "none": (both_leases, leases, None),
}


@pytest.mark.parametrize("case", TRUE)
def test_true_results_are_accepted(case: str) -> None:
    make, instance, words = TRUE[case]
    verdict = check(make(), data(instance()))
    assert verdict.accepted, verdict.reason
    if words is None:
        assert "was taken as" not in verdict.statement
    else:
        assert words in verdict.statement and "what the name promises was not checked" in verdict.statement


def test_unbounded() -> None:
    """X = 0 at the mechanism that pays nothing, where A's utility is 0: the row holds with the right side 0, and the ray keeps it."""
    result = endless()
    result["certificate"]["requirements"]["drift"][0]["right"] = "0"
    assert check(result, data(central())).accepted
    result["certificate"]["requirements"]["drift"][0]["coefficients"]["now A (l,x)"] = "3"
    verdict = check(result, data(central()))
    assert verdict.reason is not None and "certificate.ray, drift: off by 1/2, not 0" in verdict.reason


OWN = "certificate/requirements/own/"
KEEP = "certificate/requirements/keep/"
FALSE: list[tuple[Callable[[], Json], Callable[[], Json], Change, str]] = [
    (met, leases, change(OWN + "0/right", "63"), "own X: off by 1, not 0"),
    (met, leases, change(OWN + "0/coefficients/X firm2 t=2 (-,6)", "2"), "own X: off by 3, not 0"),
    (met, leases, change(OWN + "1/right", "28"), "own D: off by 1/2, not 0"),
    (met, leases, change(OWN + "2/right", "-2"), "own now: slack -1 < 0"),
    (met, leases, change(OWN + "2/coefficients/now firm2 t=2 (-,6)", "-1"), "own now: slack -6 < 0"),
    (met, leases, change(OWN + "3/right", "-36"), "own later: off by 1/2, not 0"),
    (met, leases, change("mechanism/transfers/1/firm2/now/0/1", "10"), "own X: off by"),
    (starred, leases, change(OWN + "0/right", "-26"), "own: off by -1, not 0"),
    (refused, lease_one, change(KEEP + "0/right", "19"), "shortfall: the result says 3, it is 2"),
    (refused, lease_one, change(KEEP + "1/coefficients/now firm2 t=1 (4,-)", "-2"), "column now firm2 t=1 (4,-): off by -1, not 0"),
    (refused, lease_one, change(KEEP + "1", row("keep more", {}, "0")), '"keep now" is no row of the program'.replace('"', "")),
    (refused, lease_one, change("witness/multipliers/keep X", "-1"), "multiplier of keep X: -1 < 0, the row is an inequality"),
    (refused, lease_one, change("witness/conflict", ["pepic"]), "the row does not belong to the conflict"),
    (best, central, change("certificate/requirements/stay/0/right", "1"), "stay A: slack -1 < 0"),
    (best, central, change("certificate/requirements/stay/0/right", "-1"), "value against the multipliers"),
    (best, central, change("certificate/multipliers/stay A", "2"), "column X A"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "instance", "bend", "reason"), FALSE)
def test_bent_results_are_refused(make: Any, instance: Any, bend: Change, reason: str) -> None:
    result = make()
    bend(result)
    verdict = check(result, data(instance()))
    assert verdict.reason is not None
    assert reason in verdict.reason


def test_a_dropped_row_changes_the_statement() -> None:
    """What a name stands for is what is written: with fewer rows the claim is a weaker one, and says so."""
    result = met()
    del result["certificate"]["requirements"]["own"][0]
    verdict = check(result, data(leases()))
    assert verdict.accepted and "own was taken as the 3 rows written" in verdict.statement


def with_key(path: str, key: str, value: Any) -> Change:
    def apply(result: Json) -> None:
        place: Any = result
        for step in path.split("/"):
            place = place[int(step)] if step.isdigit() else place[step]
        place[key] = value

    return apply


def renamed(name: str) -> Change:
    """The requirement under another name, its rows with it."""

    def apply(result: Json) -> None:
        require = result["question"]["require"]
        require[require.index("own")] = name
        rows = result["certificate"]["requirements"].pop("own")
        for each in rows:
            each["row"] = name + each["row"].removeprefix("own")
        result["certificate"]["requirements"][name] = rows

    return apply


MALFORMED: list[tuple[Change, str]] = [
    (change("certificate/requirements", {}), '"own" is no requirement of the format, and certificate.requirements has no rows of it'.replace('"', "")),
    (change("certificate", {}), "own is no requirement of the format"),
    (change("certificate/requirements", []), "certificate.requirements: expected an object"),
    (change("certificate/requirements/own", {}), "certificate.requirements.own: expected a list"),
    (with_key("certificate/requirements", "other", []), "certificate.requirements.other: is not required by the question"),
    (with_key("certificate/requirements", "x-other", []), "certificate.requirements.x-other: is not required"),
    (with_key("certificate/requirements", "pepic", []), "certificate.requirements.pepic: a requirement of the format needs no rows"),
    (change(OWN + "0/row", "own D"), "certificate.requirements.own[1].row: two rows are called own D"),
    (change(OWN + "0/row", "pepic firm1 t=1 (4,-)->6"), "let it begin with own and a space"),
    (change(OWN + "0/row", "ownership"), "let it begin with own and a space"),
    (change(OWN + "0/row", "value firm1 t=1 (4,-)"), "let it begin with own and a space"),
    (change(OWN + "0/row", 5), "certificate.requirements.own[0].row: found"),
    (change(OWN + "0/sense", "<="), "certificate.requirements.own[0].sense: found the text <="),
    (change(OWN + "0/right", "0.1.2"), "is not an exact number"),
    (change(OWN + "0/coefficients", []), "own[0].coefficients: expected an object"),
    (with_key(OWN + "0/coefficients", "X firm3 t=1 (4,-)", "0"), "X firm3 t=1 (4,-) is no column of this class of transfers"),
    (with_key(OWN + "0/coefficients", "X firm1 t=1 (4, -)", "1"), "is no column"),
    (with_key(OWN + "0/coefficients", "D firm1 t=1 (4,-)->4", "1"), "is no column"),
    (with_key(OWN + "0/coefficients", "now firm2 t=1 (4,-)", "1"), "is no column"),
    (with_key(OWN + "0/coefficients", "later firm1 t=1 (4,-)->(*,6)", "1"), "is no column"),
    (with_key(OWN + "0/coefficients", "epsilon", "1"), "what an objective adds is none of them"),
    (with_key(OWN + "0", "weight", "1"), "unknown key"),
    *((renamed(name), "is no requirement") for name in ("budget:mine", "Pepic", "PARTICIPATION:ex-post", "value", "deviation",
      "definition", "objective", "epsilon", "rent", "size", "largest", "subsidy", "surplus", "bounded", "two words", "pеpic", "", "own:")),
]  # fmt: skip


@pytest.mark.parametrize(("bend", "place"), MALFORMED)
def test_malformed_rows(bend: Change, place: str) -> None:
    result = met()
    bend(result)
    with pytest.raises(InputError, match=re.escape(place)):
        check(result, data(leases()))


def test_columns_of_another_class_are_refused() -> None:
    with pytest.raises(InputError, match="is no column of this class"):
        check(met("contingent"), data(leases()))


def test_columns_of_objectives_are_refused() -> None:
    """Also where the objective adds them."""
    result = best()
    result["certificate"]["requirements"]["stay"][0]["coefficients"]["epsilon"] = "1"
    result["question"]["objective"] = "min-epsilon"
    with pytest.raises(InputError, match="what an objective adds is none of them"):
        check(result, data(central()))


def test_a_common_denominator_that_no_memory_holds() -> None:
    result = met()
    columns = [
        f"X firm{i} t={t} ({p})" for i in (1, 2) for t, ps in ((1, ("4,-", "6,-")), (2, ("-,4", "-,6"))) for p in ps
    ]
    # odd numbers that differ by at most 14 share no factor beyond 7: eight times 300,000 bits
    numbers = {c: f"1/1{'0' * 89_998}{2 * k + 1:02d}" for k, c in enumerate(columns)}
    result["certificate"]["requirements"]["own"][0]["coefficients"] = numbers
    with pytest.raises(InputError, match="common denominator has over"):
        check(result, data(leases()))


def test_a_key_that_stands_twice() -> None:
    """Two rows, or two coefficients, under one key: the reader of the file refuses them."""
    import json

    text = json.dumps(met())
    twice = text.replace('"X firm2 t=2 (-,6)": "1"', '"X firm2 t=2 (-,6)": "1", "X firm2 t=2 (-,6)": "1"')
    assert twice != text
    with pytest.raises(InputError, match="stands twice"):
        check(twice, data(leases()))


def test_only_implement_has_requirements() -> None:
    result = still()
    result["question"] = {"ask": "policy"}
    result |= {"status": "optimal", "value": "4/3", "certificate": {"requirements": {}}}
    del result["mechanism"]["transfers"]
    with pytest.raises(InputError, match="unknown key"):
        check(result, data(central()))
