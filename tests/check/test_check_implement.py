"""``implement`` and the linked constructions: true results are accepted, corrupted ones are refused for their reason."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import implement as made
import pytest
from implement import asked, both_leases, central, still
from leases import LEASE_RULE, Json, data, lease_one, lease_result, leases, middle
from test_check_answers import change

from mechsynth.check import check
from mechsynth.errors import InputError
from mechsynth.evaluation import evaluate

Case = tuple[Callable[[], Json], Callable[[], Json]]
TRUE: dict[str, Case] = {
    "no static": (made.no_static, lease_one),
    "no full": (made.no_full, lease_one),
    "no residual": (made.no_residual, central),
    "epsilon": (made.least_epsilon, lease_one),
    "revenue": (made.most_revenue, central),
    "unbounded": (made.no_end, central),
    "leases, full": (lambda: both_leases("residual-claimant", "participation:ex-post", "bounded:27"), leases),
    "leases, vcg-type": (
        lambda: both_leases("participation:interim", "participation:ex-ante", transfers="vcg-type"),
        leases,
    ),
    "still": (
        lambda: still(
            "participation:ex-post",
            "participation:interim",
            "participation:ex-ante",
            "budget:ex-ante",
            "budget:per-period",
            "budget:ex-post",
            "bounded:0",
            "no-subsidy",
        ),
        central,
    ),
    "B pays": (
        lambda: still(
            "surplus:full", "surplus:every-history", "participation:ex-post", "bounded:2", tables=made.B_PAYS
        ),
        central,
    ),
    "balanced": (made.balanced, lambda: middle(-2)),
    "balanced, all": (
        lambda: {**made.balanced(), "question": {**made.balanced()["question"], "scope": "all"}},
        lambda: middle(-2),
    ),
    "unbalanced": (made.unbalanced, lambda: middle(2)),
    "unbalanced, vcg-type": (made.unbalanced_vcg, lambda: middle(-2)),
    "extracted": (made.extracted, lambda: middle(2)),
    "not extracted": (made.not_extracted, made.not_extracted_instance),
    "fees": (made.fees, leases),
    "fees forever": (made.fees_forever, lambda: central(-2)),
    "no fees": (made.no_fees, central),
}


@pytest.mark.parametrize("case", TRUE)
def test_true_results_are_accepted(case: str) -> None:
    result, instance = (make() for make in TRUE[case])
    verdict = check(result, data(instance))
    assert verdict.accepted, verdict.reason
    assert verdict.statement
    assert verdict.rows > 0


Y = "witness/multipliers/"
MORE = "certificate/multipliers/"


def without(path: str, key: str) -> Callable[[Json], None]:
    def apply(result: Json) -> None:
        place: Any = result
        for step in path.split("/"):
            place = place[step]
        del place[key]

    return apply


def with_row(path: str, key: str, value: str) -> Callable[[Json], None]:
    def apply(result: Json) -> None:
        place: Any = result
        for step in path.split("/"):
            place = place[step]
        place[key] = value

    return apply


FALSE: list[tuple[str, Callable[[Json], None], str]] = [
    # Farkas vectors: signs, names, dropped rows, the conflict, the shortfall
    ("no static", with_row("witness/multipliers", "pepic firm1 t=1 (4,-)->6", "-1"), "-1 < 0, the row is an inequality"),
    ("no static", with_row("witness/multipliers", "pepic firm1 t=1 (4,-)->5", "1"), "no row of the program"),
    ("no static", with_row("witness/multipliers", "pepic firm1 t=1 (4,-)->4", "0"), "no row of the program"),
    ("no static", with_row("witness/multipliers", "pepic firm1 (4,-)->6", "1"), "no row of the program"),
    ("no static", with_row("witness/multipliers", "budget:ex-ante", "0"), "no row of the program"),
    ("no static", with_row("witness/multipliers", "deviation firm1 t=1 (4,-)->6", "1"), "no row of the program"),
    ("no static", with_row("witness/multipliers", "pepic firm1 t=1 (4,-)->6 after (4,-)", "1"), "no row of the program"),
    ("no static", with_row("witness/multipliers", "participation:ex-post firm1 t=1 (4,-)", "1"), "does not belong to the conflict"),
    ("no static", with_row("witness/multipliers", "value firm1 t=1 (4,-)", "-2"), "column X firm1 t=1 (4,-): off by -1"),
    ("no static", with_row("witness/multipliers", "value firm2 t=1 (4,-)", "1/1000000000"), "off by 1/1000000000, not 0"),
    ("no static", without("witness/multipliers", "value firm1 t=1 (6,-)"), "column X firm1 t=1 (6,-): off by 1"),
    ("no static", without("witness/multipliers", "pepic firm1 t=1 (6,-)->4"), "off by"),
    ("no static", change("witness/multipliers", {}), "shortfall: the result says 4, it is 0"),
    ("no static", change("witness/shortfall", "5"), "shortfall: the result says 5, it is 4"),
    ("no static", change("witness/conflict", ["participation:ex-post"]), "does not belong to the conflict"),
    ("no static", change("witness/conflict", []), "does not belong to the conflict"),
    ("no static", change("witness/conflict", ["pepic", "no-subsidy"]), "conflict: no-subsidy is not required"),
    ("no static", change("status", "feasible"), "contradicts"),
    ("no static", change("status", "unknown"), 'status "unknown"'),
    ("no static", change("value", "4"), "value"),
    # firm 1 also gets lease 1 at 6: not efficient
    ("no static", change("mechanism/allocation/1/action", "firm1"), "efficiency"),
    ("no full", without("witness/multipliers", "deviation firm1 t=1 (4,-)->6"), "column D firm1 t=1 (4,-)->6: off by -1"),
    ("no full", change("question/transfers", "contingent"), "no row of the program"),
    ("no residual", change("witness/conflict", ["surplus:full"]), "does not belong to the conflict"),
    ("no residual", with_row("witness/multipliers", "surplus:full", "1"), "off by 1/3"),
    ("no residual", change("question/require", ["pepic", "residual-claimant"]), "conflict: surplus:full is not required"),
    # optima
    ("epsilon", change("value", "1"), "value of min-epsilon: the result says 1, it is 2: slack -1"),
    ("epsilon", change("value", "3"), "value of min-epsilon: the result says 3, it is 2"),
    ("epsilon", change("value", None), "without a value"),
    ("epsilon", change("certificate/multipliers", None), "without certificate.multipliers"),
    ("epsilon", with_row("certificate/multipliers", "epsilon", "1"), "column epsilon: off by 1, not 0"),
    ("epsilon", with_row("certificate/multipliers", "epsilon", "-1"), "-1 < 0"),
    ("epsilon", change("certificate/multipliers", {"epsilon": "1"}), "value against the multipliers: the result says 2, it is 0"),
    ("epsilon", change("mechanism/transfers/0/firm1/now", [["10"], ["0"]]), "value of min-epsilon: the result says 2, it is 3: slack -1"),
    ("epsilon", change("status", "feasible"), "value"),
    ("epsilon", change("question/objective", "feasibility"), "with the objective feasibility"),
    ("revenue", without("certificate/multipliers", "participation:ex-ante A"), "column X A (h,x): off by -1/6"),
    ("revenue", change("mechanism/transfers/B/now", [["0"], ["1"], ["0"]]), "value of max-revenue: the result says 4/3, it is 2/3"),
    ("revenue", change("mechanism/transfers/B/now", [["0"], ["3"], ["0"]]), "participation:ex-ante B: slack -2/3 < 0"),
    ("revenue", change("value", "2"), "value of max-revenue"),
    ("unbounded", change("certificate/ray", {}), "which is not below 0"),
    ("unbounded", with_row("certificate/ray", "now A (l,x)", "1"), "value A (l,x): off by 1/2"),
    ("unbounded", with_row("certificate/ray", "now A (l,z)", "1"), "no column of the program"),
    ("unbounded", with_row("certificate/ray", "epsilon", "1"), "no column of the program"),
    ("unbounded", change("certificate/ray", None), "without certificate.ray"),
    ("unbounded", change("question/require", ["pepic", "participation:ex-ante"]), "certificate.ray, participation:ex-ante A: slack -1 < 0"),
    # one payment down by 27 - 26: at 6 the payoff of firm 1 moves by 3/4 and the lie at 4 by 1/4
    ("leases, full", change("mechanism/transfers/0/firm1/later/1/0/0/0/1", "-26"), "residual-claimant firm1 t=1 (6,-): off by -3/4"),
    ("leases, full", change("mechanism/transfers/1/firm2/now", [["0", "13"]]), "pepic firm2 t=2 (-,6)->4"),
    ("leases, full", change("mechanism/transfers/0/firm1/now", [["0"]]), "a payment now is not in the class full"),
    ("leases, full", change("question/transfers", "history-independent"), "a payment later is not in the class"),
    ("leases, full", change("mechanism/transfers", None), "without transfers"),
    ("leases, full", change("status", "optimal"), 'status "optimal" with the objective feasibility'),
    ("balanced", change("mechanism/transfers/B/later/0/1/0/0/0", "-1"), "payoff against an equal share of the surplus, value B"),
    # p_l = (0, 3): 3/2 instead of 2 at m: the lie gains 1/2·1/2
    ("balanced", change("mechanism/transfers/A/later/0/0/0/0", ["0", "3"]), "pepic A (m,x)->l: slack -1/4 < 0"),
    ("balanced, all", change("mechanism/transfers/A/later/0/0/0/0", ["0", "3"]), "target A (m,x)->l a=go: slack -1/2 < 0"),
    ("balanced", change("mechanism/transfers/B/now", [["0"]]), "a payment now is not in the class contingent"),
    ("balanced", change("mechanism/transfers/B/first", [["0"]]), "a payment at the start only"),
    ("balanced", change("question/transfers", "vcg-type"), "own report"),
    ("unbalanced", change("witness/shortfall", "4"), "shortfall: the result says 4, it is 2"),
    ("unbalanced, vcg-type", change("witness/shortfall", "8"), "shortfall: the result says 8, it is 4"),
    ("extracted", change("mechanism/transfers/B/now", [["5/2"]]), "payoff against nothing, value B"),
    ("extracted", lambda r: r.update(made.extracted("3", ("-3", "1"))), "above 0"),
    ("not extracted", change("witness/type", "l"), "own signal"),
    ("fees", change("mechanism/transfers/0/firm1/now", [["8"]]), "expected payments off by 1"),
    # the lie 4 at 6 lost 1 of surplus; now it saves 2 of the fee
    ("fees", change("mechanism/transfers/0/firm1/now", [["7"], ["9"]]), "pepic firm1 t=1 (6,-)->4: slack -1 < 0"),
    ("fees", change("mechanism/transfers/0/firm1/later/0/0/0/0/1", "-11"), "payoff against the social surplus, value firm1 t=1 (4,-): off by 1/4"),
    ("fees forever", change("mechanism/transfers/B/first", [["0"], ["0"], ["0"]]), "off by 4/3"),
    # B's lie x -> y saves a fee of 1
    ("fees forever", change("mechanism/transfers/B/first", [["1", "0"], ["1", "0"], ["1", "0"]]), "pepic B (l,x)->y: slack -1 < 0"),
    ("fees forever", change("mechanism/transfers/B/now", [["0"]]), "a payment now is not in the class"),
    ("no fees", change("witness/shortfall", "2"), "shortfall: the result says 2, it is 4"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(FALSE)))
def test_corrupted_results_are_refused(number: int) -> None:
    case, corrupt, reason = FALSE[number]
    make, instance = TRUE[case]
    result = json.loads(json.dumps(make()))
    corrupt(result)
    verdict = check(result, data(instance()))
    assert not verdict.accepted
    assert verdict.reason is not None
    assert reason in verdict.reason, verdict.reason
    assert verdict.statement == ""


@pytest.mark.parametrize(
    ("make", "requirement", "reason"),
    [
        (both_leases, "budget:ex-ante", "budget:ex-ante: slack -19 < 0"),
        (both_leases, "budget:per-period", "budget:per-period t=2 after (4,-): off by -61/4, not 0"),
        (both_leases, "budget:ex-post", "budget:ex-post t=2 (-,4) after (4,-): off by -29/2, not 0"),
        (both_leases, "bounded:26", "bounded:26 later firm1 t=1 (6,-)->(-,6) >=: slack -1 < 0"),
        (both_leases, "no-subsidy", "no-subsidy later firm1 t=1 (6,-)->(-,6): slack -27 < 0"),
        (both_leases, "surplus:full", "surplus:full: off by 38, not 0"),
        # both firms have the surplus: 2·61/4
        (both_leases, "surplus:every-history", "surplus:every-history t=1 (4,-): off by 61/2, not 0"),
        (still, "residual-claimant", "residual-claimant A (l,x): off by -2/3, not 0"),
        (still, "surplus:full", "surplus:full: off by 4/3, not 0"),
    ],
)
def test_requirements_that_are_not_met(make: Callable[..., Json], requirement: str, reason: str) -> None:
    verdict = check(make(requirement), data(leases() if make is both_leases else central()))
    assert verdict.reason == reason


@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        # B pays 4 at m instead of 2: X^B = u - now - 1/3·2·(1/2)/(1/2): E X^B = -4/3, X = (-2/3, -8/3, -2/3)
        ("participation:ex-post", "participation:ex-post B (m,x): slack -8/3 < 0"),
        # B does not know A's signal: (-2/3 - 8/3 - 2/3)/3 = -4/3
        ("participation:interim", "participation:interim B x: slack -4/3 < 0"),
        ("participation:ex-ante", "participation:ex-ante B: slack -4/3 < 0"),
    ],
)
def test_participation_that_is_not_met(requirement: str, reason: str) -> None:
    tables = {"B": {"now": [["0"], ["4"], ["0"]]}}
    verdict = check(still(requirement, tables=tables), data(central()))
    assert verdict.reason == reason


@pytest.mark.parametrize(
    ("transfers", "objective", "value"),
    [
        ("vcg-type", "min-max-transfer", "27"),
        ("vcg-type", "min-total-transfer", "74"),
        ("full", "min-total-transfer", "97"),
        ("full", "max-revenue", "-19"),
        ("full", "min-rent", "91/2"),
        ("full", "min-subsidy", "91/4"),
        ("full", "min-epsilon", "0"),
    ],
)
def test_what_a_mechanism_attains(transfers: str, objective: str, value: str) -> None:
    result = both_leases(transfers=transfers, status="optimal", value="1000")
    result["question"]["objective"] = objective
    reason = check(result, data(leases())).reason
    assert reason is not None
    assert reason.startswith(f"value of {objective}: the result says 1000, it is {value}:")
    result["value"] = value
    assert check(result, data(leases())).reason == 'status "optimal" without certificate.multipliers'


def test_facts_of_the_leases() -> None:
    found = evaluate(lease_result(), data(leases()))
    assert [payoff.ravel().tolist() for payoff in found.start] == [[Fraction(61, 4), Fraction(91, 4)]] * 2
    least = found.participation_ex_post
    assert (least.value, least.agent, least.period) == (7, "firm1", 2)
    assert (least.signals, least.history) == (("-", "4"), ("4", "-"))
    # firm 1 does not know the signal of period 2: after 4 it expects 3/4·7 + 1/4·12
    interim = found.participation_interim
    assert interim is not None
    assert (interim.value, interim.agent, interim.history) == (Fraction(33, 4), "firm1", ("4", "-"))
    assert found.participation_ex_ante is not None
    assert found.participation_ex_ante.value == 19
    assert found.rents == (19, 19)
    assert [(fact.value, fact.history) for fact in found.budgets] == [
        (0, None),
        (Fraction(-61, 4), ("4", "-")),
        (Fraction(-91, 4), ("6", "-")),
    ]
    assert found.unbalanced is not None
    assert found.unbalanced.value == Fraction(-29, 2)
    assert found.expected_surplus == 19
    assert found.expected_payments == -19
    assert found.payments_of_agents == (-12, -7)
    assert found.residual_claimant
    assert [fact.value for fact in found.totals] == [Fraction(37, 2), Fraction(91, 2)]


def test_first_is_paid_once() -> None:
    found = evaluate(made.fees_forever(), data(central(-2)))
    assert found.residual_claimant
    assert found.expected_payments == 0
    # X = W = (-2/3, -8/3, -2/3); B pays exactly that at the start
    assert not found.start[1].any()
    assert found.rents == (Fraction(-4, 3), 0)


def test_first_is_in_no_other_class() -> None:
    result = made.fees_forever()
    result["question"] |= {"ask": "contingent", "require": ["pepic", "residual-claimant"]}
    verdict = check(result, data(central(-2)))
    assert verdict.reason is not None
    assert "at the start only is not in the class" in verdict.reason
    implemented = still(tables={"B": {"first": [["1"]]}}, transfers="full+now")
    verdict = check(implemented, data(central()))
    assert verdict.reason is not None
    assert "at the start only is not in the class" in verdict.reason


@pytest.mark.parametrize(
    ("result", "instance", "place"),
    [
        (both_leases("bounded:-1"), leases(), "bound below 0"),
        (both_leases("bounded:x"), leases(), "exact number"),
        (both_leases("pepic"), leases(), "stands twice"),
        (both_leases("charity"), leases(), "no requirement"),
        (both_leases(transfers="vcg-type+now"), leases(), "question.transfers"),
        ({**both_leases(), "question": {"ask": "implement"}}, leases(), "is missing"),
        ({**both_leases(), "question": {"ask": "implement", **asked("full"), "require": []}}, leases(), "not one of pepic, pbic, bnic"),
        ({**both_leases(), "question": {"ask": "implement", **asked("full"), "require": ["pepic", "pbic"]}}, leases(), "not one of pepic, pbic, bnic"),
        ({**both_leases(), "question": {"ask": "implement", **asked("full"), "scope": "all"}}, leases(), "scope"),
        (made.linked("budget-balanced", leases(), LEASE_RULE, []), leases(), "infinite horizon"),
        (made.linked("surplus-extraction", middle(-2), made.MIDDLE_RULE, {}), middle(-2), "at least 0"),
        (made.linked("ex-ante-balanced", middle(-2), made.MIDDLE_RULE, {}), middle(-2), "prior"),
        (made.implemented(middle(2), made.MIDDLE_RULE, {}, asked("full", "surplus:full")), middle(2), "needs a prior"),
        (made.implemented(middle(2), made.MIDDLE_RULE, {}, asked("full+now", "budget:per-period")), middle(2), "needs a prior"),
        (both_leases(certificate={"multiplier": {}}), leases(), "unknown key"),
        (both_leases(status="infeasible", witness={"kind": "farkas"}), leases(), None),
    ],
)  # fmt: skip
def test_malformed_results(result: Json, instance: Json, place: str | None) -> None:
    if place is None:
        assert not check(result, data(instance)).accepted  # transfers beside a negative answer
        return
    with pytest.raises(InputError, match=re.escape(place)):
        check(result, data(instance))


def test_first_needs_an_infinite_horizon() -> None:
    result = lease_result()
    result["mechanism"]["transfers"][0]["firm1"]["first"] = [["0"]]
    with pytest.raises(InputError, match="the horizon is finite"):
        check(result, data(leases()))


def test_awkward_labels_are_quoted() -> None:
    """Labels with spaces stand as JSON strings, so that no name can be read in two ways."""
    instance, result = lease_one(), made.no_static()
    instance["agents"] = ["firm 1", "firm2"]
    for key in ("signals", "utilities"):
        instance[key]["firm 1"] = instance[key].pop("firm1")
    instance["signals"]["firm2"] = ["*"]
    for entry in result["mechanism"]["allocation"]:
        entry["signals"] = {"firm 1": entry["signals"]["firm1"], "firm2": "*"}
    old = result["witness"]["multipliers"]
    new = {name.replace("firm1", '"firm 1"').replace("-)", '"*")'): y for name, y in old.items()}
    result["witness"]["multipliers"] = new
    result["instance"] = made.envelope(instance, "policy", "optimal")["instance"]
    verdict = check(result, data(instance))
    assert verdict.accepted, verdict.reason
