"""`optimal` under its choices: what agents know, the right to withdraw, weights, budgets, suprema; against whole plans in floats and best replies in fractions."""

from __future__ import annotations

import contextlib
import copy
import json
from fractions import Fraction
from functools import cache
from typing import Any

import jsonschema
import pytest
from forgery import put, refused
from oracles import whole_plans
from oracles.trees import drawn

import mechsynth
from mechsynth import instance
from mechsynth.check import check, small
from mechsynth.errors import InputError, UsageError
from mechsynth.result.document import Document

Json = dict[str, Any]


def ask(document: Json, **options: Any) -> Any:
    return mechsynth.solve(mechsynth.loads(json.dumps(document)), "optimal", **options)


def proved(document: Json, incentives: str, participation: str, weights: tuple[int, int] = (1, 0), budget: str = "none") -> Fraction | None:
    """Ask, check, hold the mechanism to best replies and the value to floats."""
    result = ask(document, incentives=incentives, participation=participation, weights=f"{weights[0]},{weights[1]}", budget=budget)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    jsonschema.validate(result.document(), mechsynth.schema("mechsynth-result/2"))
    assert Document.of(result.document()).to_bytes() == result.to_bytes()
    with contextlib.suppress(small.Unknown):
        small.check(result.to_bytes(), instance.to_bytes(result.environment))
    limit = None if budget == "none" else Fraction(budget)
    best = whole_plans.floats(document, incentives=incentives, participation=participation, weights=weights, budget=limit)
    if result.status == "infeasible":
        assert best is None
        return None
    value = Fraction(result.value)
    assert best is not None and abs(float(value) - best) < 1e-6 * max(1.0, abs(best))
    tree = result.document()["mechanism"]["allocation"]["tree"]
    revenue, surplus = whole_plans.meets(document, tree, incentives=incentives, participation=participation)
    assert limit is None or revenue >= limit
    had = weights[0] * revenue + weights[1] * surplus
    assert had == value if result.attained is None else 0 < value - had <= Fraction(1, 2**20)
    return value


@pytest.mark.parametrize("seed", range(24))
def test_what_agents_know(seed: int) -> None:
    """Truth that is best given what is known is less to ask than truth that is best whatever the others' signals, and the same with one agent."""
    document = drawn(seed, known=True)
    found = {(i, p): proved(document, i, p) for i in ("pepic", "pbic") for p in ("entry", "ex-post")}
    values = {key: value for key, value in found.items() if value is not None}
    assert len(values) == 4
    assert values["pbic", "entry"] >= values["pepic", "entry"] >= values["pepic", "ex-post"]
    assert values["pbic", "entry"] >= values["pbic", "ex-post"] >= values["pepic", "ex-post"]
    if len(document["agents"]) == 1:
        assert values["pbic", "entry"] == values["pepic", "entry"] and values["pbic", "ex-post"] == values["pepic", "ex-post"]


@pytest.mark.parametrize("seed", range(24, 44))
def test_withdrawal(seed: int) -> None:
    document = drawn(seed)
    free, bound = proved(document, "pepic", "entry"), proved(document, "pepic", "withdrawal")
    assert free is not None and bound is not None and bound <= free


@pytest.mark.parametrize("seed", range(44, 68))
def test_weights_and_budgets(seed: int) -> None:
    """The second best lies between what is earned at the best and the largest surplus; a weighted sum is convex in its weights; a budget costs."""
    document = drawn(seed, known=seed % 2 == 0)
    incentives = ("pbic", "pepic")[seed % 2]
    most = proved(document, incentives, "entry")
    both, whole = proved(document, incentives, "entry", (1, 1)), proved(document, incentives, "entry", (0, 1))
    assert most is not None and both is not None and whole is not None
    assert most <= whole and both <= most + whole
    budget = str(most - Fraction(1, 4))
    second = proved(document, incentives, "entry", (0, 1), budget)
    assert second is not None and most <= second <= whole
    assert proved(document, incentives, "entry", (0, 1), str(most + Fraction(1, 1000))) is None


def test_what_is_believed_after_a_lie() -> None:
    """Where what b will have depends on what a had, a lie changes what a believes: refused in one line, by the checker, too."""
    document = next(d for d in map(drawn, range(50)) if len(d["agents"]) == 2 and d["horizon"] == 2)
    with pytest.raises(UsageError, match="also after a lie"):
        ask(document, incentives="pbic")
    result = ask(document)
    forged = result.document() | {"question": result.document()["question"] | {"incentives": "pbic"}}
    with pytest.raises(InputError, match=r"question\.incentives: what ., believes|question\.incentives"):
        check(json.dumps(forged), instance.to_bytes(result.environment))


# -- suprema ----------------------------------------------------------------------------------------------------------

# A buyer has 1 or 3, half and half. Sold to, at once: a price of 1 or of 3 earns at most 3/2. Instead the value can be inspected, which loses the sale: a witness
# then sees it, and a false report can be punished without bound. An inspection with a small chance deters all lies: all of the surplus, 2, but for that chance.
INSPECTED: Json = {
    "format": "mechsynth-instance/1",
    "name": "inspection",
    "horizon": 2,
    "discount": "1",
    "agents": ["buyer", "witness"],
    "prior": [["1/2"], ["1/2"]],
    "periods": [
        {
            "signals": {"buyer": ["low", "high"], "witness": ["-"]},
            "actions": ["keep", "sell", "inspect"],
            "utilities": {"buyer": [[["0"], ["0"]], [["1"], ["3"]], [["0"], ["0"]]], "witness": [[["0"], ["0"]]] * 3},
            "transition": [
                [[[["1", "0"]]], [[["1", "0"]]]],
                [[[["1", "0"]]], [[["1", "0"]]]],
                [[[["1", "0"]]], [[["0", "1"]]]],
            ],
        },
        {
            "signals": {"buyer": ["-"], "witness": ["it was low", "it was high"]},
            "actions": ["-"],
            "utilities": {"buyer": [[["0", "0"]]], "witness": [[["0", "0"]]]},
        },
    ],
}


@cache
def _inspected() -> Any:
    return ask(INSPECTED)


def test_a_supremum() -> None:
    result = _inspected()
    assert (result.status, result.value, result.attained) == ("optimal", "2", False)
    verdict = result.check()
    assert verdict.accepted and "none earns that" in verdict.statement
    document = result.document()
    had = Fraction(document["certificate"]["limit"]["earned"])
    assert 0 < 2 - had <= Fraction(1, 2**20)
    assert whole_plans.meets(INSPECTED, document["mechanism"]["allocation"]["tree"])[0] == had
    words = " ".join(result.explain().split())
    assert "That is a supremum" in words and "no mechanism has it" in words


def test_without_a_use_for_it_an_inspection_is_no_limit() -> None:
    """The same where the buyer's value is known: the whole surplus is a price."""
    document = copy.deepcopy(INSPECTED)
    document["periods"][0]["utilities"]["buyer"][1] = [["2"], ["2"]]
    result = ask(document)
    assert (result.value, result.attained) == ("2", None) and result.check().accepted


def test_a_limit_of_unavailable_actions_is_none() -> None:
    """Where nobody may inspect, what would follow an inspection deters nobody: the price of 3 is best."""
    document = copy.deepcopy(INSPECTED)
    document["format"] = "mechsynth-instance/2"
    document["periods"][0]["available"] = [[[True]], [[True]], [[False]]]
    result = ask(document)
    assert (result.value, result.attained) == ("3/2", None) and result.check().accepted


def test_forged_suprema_are_refused() -> None:
    result, limit = _inspected(), ("certificate", "limit")
    assert "value, the revenue" in refused(lambda d: (d.pop("attained"), d["certificate"].pop("limit")), result)
    assert "stands in an answer that a mechanism attains" in refused(lambda d: d.pop("attained"), result)
    assert "limit" in refused(lambda d: d["certificate"].pop("limit"), result)
    assert "say why no mechanism has the value" in refused(put([], *limit, "steps"), result)
    assert "earned" in refused(put("2", *limit, "earned"), result)
    assert "flow of" in refused(lambda d: d["certificate"]["limit"]["steps"].pop(0), result)
    assert "flow of" in refused(put("0", *limit, "steps", 0, "objective"), result)
    sold = [{"signals": {"buyer": "high", "witness": "-"}, "action": "sell"}]
    assert "a chance may be above 0 by 1" in refused(lambda d: d["certificate"]["limit"]["steps"][0]["dead"].append(sold), result)
    assert "< 0" in refused(put("-1", *limit, "steps", 0, "objective"), result)
    assert "true, or leave it out" in refused(put("no", "attained"), result)

    def owed(document: Json) -> None:
        payoffs = document["certificate"]["limit"]["point"][1]["payoffs"]["buyer"]
        payoffs[0][2] = ["0", "0"]
        payoffs[1][2] = ["0", "0"]

    assert "limit.point: incentive of buyer" in refused(owed, result)
    attained = ask(INSPECTED | {"prior": [["1"], ["0"]]})
    assert attained.attained is None
    assert "certificate.limit" in refused(put(False, "attained"), attained)


def test_forged_answers_about_choices_are_refused() -> None:
    document = drawn(25)
    result = ask(document, participation="withdrawal")
    assert document["horizon"] == 2

    def paid(forged: Json) -> None:
        own = forged["mechanism"]["allocation"]["tree"][0]["payments"]["a"]
        own[:] = ["-1/7"] * len(own)

    assert "payment of" in refused(paid, result)
    assert "flow of" in refused(put([], "certificate", "staying"), result) or not result.document()["certificate"]["staying"]
    richer = ask(document, weights="0,1", budget="0")
    assert "flow of" in refused(put("1,1", "question", "weights"), richer)
    assert "value, the weighted sum of the mechanism" in refused(put("0,2", "question", "weights"), richer)
    assert "not both 0" in refused(put("0,0", "question", "weights"), richer)
    assert "budget" in refused(put("100000", "question", "budget"), richer)
    poor = ask(document, budget="100000")
    assert poor.status == "infeasible" and poor.check().accepted
    assert "the budget may be met" in refused(put("0", "question", "budget"), poor)
    assert "without a budget" in refused(lambda d: d["question"].pop("budget"), poor)
    assert "No mechanism is expected to earn 100000" in " ".join(poor.explain().split())


def test_refusals() -> None:
    document = next(d for d in (drawn(seed, known=True) for seed in range(99)) if d["horizon"] == 1)
    with pytest.raises(UsageError, match="what agents believe"):
        ask(document, incentives="pbic", memory="current")
    for weights in ("0,0", "-1,1", "1", "a,b", "1,1,1", "2/4,1"):
        with pytest.raises(UsageError, match="weights"):
            ask(document, weights=weights)
    with pytest.raises(UsageError, match="budget"):
        ask(document, budget="much")
