"""Every kind of answer, true and corrupted: the true one is accepted, the corrupted one is refused for its reason."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from leases import (
    LEASE_RECORDS,
    LEASE_RULE,
    LEASE_TABLES,
    MIDDLE_RULE,
    Json,
    combination_result,
    cycle_result,
    data,
    dependence_result,
    envelope,
    lease_one,
    lease_result,
    leases,
    middle,
    middle_result,
)

from mechsynth.check import check, read_instance


def row(period: int, agent: str, signals: tuple[str, str], report: str, slack: str) -> Json:
    named = {"firm1": signals[0], "firm2": signals[1]}
    return {"period": period, "agent": agent, "signals": named, "report": report, "slack": slack}


def incentives(least: str = "1", greatest: str = "3") -> Json:
    return {
        "tightest": row(1, "firm1", ("4", "-"), "6", least),
        "slackest": row(2, "firm2", ("-", "6"), "4", greatest),
    }


def policy_result() -> Json:
    values = [[["61/4"], ["91/4"]], [["7", "12"]]]
    certificate = {"ties": [], "values": values}
    return envelope(
        leases(), "policy", "optimal", value="19", mechanism={"allocation": LEASE_RULE}, certificate=certificate
    )


def payoffs() -> Json:
    # X = W for both agents, whatever B's signal: (-2/3, -8/3, -2/3)
    table = [["-2/3", "-2/3"], ["-8/3", "-8/3"], ["-2/3", "-2/3"]]
    return {"payoffs": {"A": table, "B": table}}


def spanning_result() -> Json:
    return envelope(leases(), "spanning", "holds", certificate={})


def separated(distance: bool = True, scope: str = "all") -> Json:
    # μ_4 = (3/4, 1/4), μ_6 = (1/4, 3/4): (-1, 1)·(μ_6 - μ_4) = 1, and |μ_6 - μ_4|² = 1/2 = 1² / |(-1, 1)|²
    entries = []
    for action, own in (("firm1", "4"), ("firm1", "6"), ("firm2", "4"), ("firm2", "6")):
        if scope == "policy" and (action, own) not in (("firm1", "4"), ("firm2", "6")):
            continue
        vector = ["-1", "1"] if own == "4" else ["1", "-1"]
        place = {"period": 1, "agent": "firm1", "action": action, "others": {"firm2": "-"}, "type": own}
        entries.append({**place, "vector": vector})
    certificate: Json = {"separators": entries}
    more: Json = {"question": {"scope": scope}}
    if distance:
        place = {"period": 1, "agent": "firm1", "action": "firm1", "others": {"firm2": "-"}, "type": "4"}
        certificate["distance"] = {"squared": "1/2", **place, "weights": {"6": "1"}}
        more["value"] = "1/2"
    if scope == "policy":
        more["mechanism"] = {"allocation": LEASE_RULE}
    return envelope(leases(), "convex-independence", "holds", certificate=certificate, **more)


def condition_fails(ask: str) -> Json:
    witness = (dependence_result() if ask == "spanning" else combination_result())["witness"]
    witness["shortfall"] = None
    second = {**witness, "others": {"B": "x" if ask != "spanning" else "y"}}
    return envelope(middle(2), ask, "fails", witness=witness, certificate={"failures": [witness, second]})


def static_result(high: str = "9") -> Json:
    transfers: list[Json] = [{}, {"firm2": {"now": [["0", high]]}}]
    mechanism = {"allocation": LEASE_RULE, "transfers": transfers}
    claims = {"tightest": row(2, "firm2", ("-", "4"), "6", "3"), "slackest": row(2, "firm2", ("-", "6"), "4", "3")}
    return envelope(leases(), "static", "feasible", mechanism=mechanism, certificate={"incentives": claims})


def constant_result() -> Json:
    """Firm 1 always wins the second lease, nobody pays then.

    V^1 = (7, 11), V^2 = 0: W_2 - V^1 = (0, 1), W_2 - V^2 = (7, 12).
    Firm 1: E = 1/4, 3/4. c: action firm1 (-1/4, -3/4), action firm2 (-25/4, -51/4).
      p = ((3 c_4 - c_6)/2, (3 c_6 - c_4)/2): (0, -1) and ((-75+51)/8, (-153+25)/8) = (-3, -16).
    Firm 2: E = 33/4, 43/4. c: action firm1 -(7 + 33/4) = -61/4, -(11 + 43/4) = -87/4; action firm2: -33/4, -43/4.
    """
    rule = [*LEASE_RULE[:3], {**LEASE_RULE[3], "action": "firm1"}]
    transfers: list[Json] = [
        {
            "firm1": {"later": [[[[["0", "-1"]]]], [[[["-3", "-16"]]]]]},
            "firm2": {"later": [[[[["-61/4"]]], [[["-87/4"]]]], [[[["-33/4"]]], [[["-43/4"]]]]]},
        },
        {},
    ]
    mechanism = {"allocation": rule, "transfers": transfers}
    question = {"last-period": "constant:firm1", "scope": "all"}
    return envelope(leases(), "vcg-type", "feasible", mechanism=mechanism, question=question)


def ladder_result() -> Json:
    best = lease_result()
    answers = [spanning_result(), static_result(), best, lease_result("contingent")]
    return envelope(leases(), "ladder", "feasible", mechanism=best["mechanism"], certificate={"answers": answers})


TRUE: dict[str, tuple[Callable[[], Json], Callable[[], Json]]] = {
    "vcg-type": (lease_result, leases),
    "vcg-type, all": (lambda: lease_result(question={"scope": "all"}), leases),
    "contingent, all": (lambda: lease_result("contingent", question={"scope": "all"}), leases),
    "records": (lambda: lease_result(tables=LEASE_RECORDS), leases),
    "incentives": (lambda: lease_result(certificate={"incentives": incentives(), "ties": []}), leases),
    "constant last period": (constant_result, leases),
    "policy": (policy_result, leases),
    "spanning": (spanning_result, leases),
    "separators": (separated, leases),
    "separators, no distance": (lambda: separated(False), leases),
    "separators, policy": (lambda: separated(True, "policy"), leases),
    "static": (static_result, leases),
    "static at the edge": (lambda: {**static_result("6"), "certificate": {}}, leases),
    "cycle": (cycle_result, lease_one),
    "infinite": (middle_result, lambda: middle(-2)),
    "infinite, all": (lambda: middle_result(question={"scope": "all"}), lambda: middle(-2)),
    "infinite, payoffs": (lambda: middle_result(certificate=payoffs()), lambda: middle(-2)),
    "combination": (combination_result, lambda: middle(2)),
    "dependence": (dependence_result, lambda: middle(-2)),
    "convex independence fails": (lambda: condition_fails("convex-independence"), lambda: middle(2)),
    "spanning fails": (lambda: condition_fails("spanning"), lambda: middle(2)),
    "ladder": (ladder_result, leases),
}


@pytest.mark.parametrize("case", TRUE)
def test_true_results_are_accepted(case: str) -> None:
    result, instance = (make() for make in TRUE[case])
    verdict = check(result, data(instance))
    assert verdict.accepted, verdict.reason
    assert verdict.reason is None
    assert verdict.statement
    assert verdict.rows > 0
    # an instance that was read once serves again
    assert check(result, read_instance(data(instance))) == verdict


def change(path: str, value: Any) -> Callable[[Json], None]:
    """Return the corruption that puts ``value`` at ``a/b/0``."""

    def apply(result: Json) -> None:
        *way, last = (int(key) if key.isdigit() else key for key in path.split("/"))
        place: Any = result
        for key in way:
            place = place[key]
        if value is None and isinstance(place, dict) and last not in ("witness", "value"):
            place.pop(last)
        else:
            place[last] = value

    return apply


FIRM1 = "mechanism/transfers/0/firm1/later"
FALSE: list[tuple[str, Callable[[Json], None], str]] = [
    # one payment off by one: -11 with probability 1/4 at signal 4, so the payoff is 1/4 below the surplus
    ("vcg-type", change(f"{FIRM1}/0/0/0/0/1", "-11"), "payoff against the social surplus, value firm1 t=1 (4,-): off by 1/4"),
    ("vcg-type", change(f"{FIRM1}/0/0/0/0", ["1/2", "-12"]), "off by 3/8"),
    # a billionth is as false as one
    ("vcg-type", change(f"{FIRM1}/0/0/0/0/1", "-12000000001/1000000000"), "off by -1/4000000000"),
    ("vcg-type", change("mechanism/transfers/1/firm2/now", [["0", "13"]]), "pepic firm2 t=2 (-,6)->4: slack -1 < 0"),
    ("vcg-type", change("mechanism/transfers/1/firm2/now", [["0", "5"]]), "pepic firm2 t=2 (-,4)->6: slack -1 < 0"),
    # 10 implements the last period too, but the payoffs of period 1 no longer add up: E p = 10/4 instead of 9/4
    ("vcg-type", change("mechanism/transfers/1/firm2/now", [["0", "10"]]), "value firm2 t=1"),
    ("vcg-type", change("mechanism/transfers/0/firm1/now", [["0"]]), "not in the class"),
    ("vcg-type", change("mechanism/allocation/0/action", "firm2"), "efficiency in period 1 at (4, -): firm1 beats the rule's firm2: slack -1 < 0"),
    ("vcg-type", change("mechanism/transfers/0/firm1", {}), "value firm1"),
    ("vcg-type", change("strength", "verified"), "strength"),
    ("vcg-type", change("status", "holds"), "status"),
    ("vcg-type", change("status", "infeasible"), "without a witness"),
    ("vcg-type", change("witness", {"kind": "cycle"}), "contradicts"),
    ("vcg-type", change("value", "1"), "value"),
    ("vcg-type", change("mechanism/transfers", None), "without transfers"),
    ("vcg-type, all", change(f"{FIRM1}/1/0/0/0/1", "-26"), "value firm1 t=1 (6,-): off by 3/4"),
    ("records", change("mechanism/transfers/2/payment", "-23"), "value firm1 t=1 (6,-)"),
    ("incentives", change("certificate/incentives/tightest/slack", "1/2"), "tightest incentive: the result says 1/2, it is 1"),
    ("incentives", change("certificate/incentives/tightest", row(2, "firm2", ("-", "4"), "6", "3")), "has slack 1"),
    ("incentives", change("certificate/incentives/slackest", row(1, "firm1", ("4", "-"), "6", "1")), "has slack 3"),
    ("incentives", change("certificate/incentives", {"tightest": None, "slackest": None}), "null"),
    ("incentives", change("certificate/ties", [{"period": 1, "signals": {"firm1": "4", "firm2": "-"}, "actions": ["firm1", "firm2"]}]), "ties in period 1 at (4, -)"),
    ("constant last period", change("mechanism/allocation/3/action", "firm2"), "constant action"),
    ("constant last period", change("mechanism/transfers/1", {"firm2": {"now": [["0", "0"]]}}), "not in the class"),
    ("constant last period", change(f"{FIRM1}/0/0/0/0/1", "0"), "value firm1"),
    ("policy", change("value", "20"), "value: the result says 20, it is 19"),
    ("policy", change("value", None), "no value"),
    ("policy", change("certificate/values/0/0/0", "15"), "value in period 1 at (4, -): off by -1/4"),
    ("policy", change("mechanism/allocation/3/action", "firm1"), "efficiency in period 2 at (-, 6)"),
    ("spanning", change("value", "1"), "value"),
    ("separators", change("value", "1"), "value"),
    ("separators", change("certificate/distance/squared", "1/3"), "squared distance"),
    ("separators", change("certificate/distance/weights", {"6": "1/2"}), "sum of the weights"),
    ("separators", change("certificate/distance/weights", {"4": "1"}), "own signal"),
    # a separator that is right but not steep enough: (-1, 0)·(μ_6 - μ_4) = 1/2 and 1/4 < 1/2: slack -1/4
    ("separators", change("certificate/separators/0/vector", ["-1", "0"]), "slack -1/4"),
    ("separators", change("certificate/separators/0/vector", ["1", "-1"]), "separator of the own signal 4"),
    ("separators", change("certificate/separators/0/vector", ["0", "0"]), "separator"),
    ("separators, no distance", change("value", "1/2"), "value without the distance"),
    ("static", change("mechanism/transfers/1/firm2/now", [["0", "10"]]), "tightest incentive: the result says 3, it is 4"),
    ("static", change("mechanism/transfers/1/firm2/now", [["1"]]), "slack"),
    ("static", change("mechanism/transfers/0", {"firm1": {"now": [["0"]]}}), "not in the class"),
    ("static at the edge", change("mechanism/transfers/1/firm2/now", [["0", "5999999999/1000000000"]]), "slack -1/1000000000"),
    ("cycle", change("witness/shortfall", "5"), "shortfall: the result says 5, it is 4"),
    ("infinite", change("mechanism/transfers/A/later/0/0/0/0", ["1", "8"]), "payoff against the social surplus, value A (l,x): off by 1/2"),
    # p_l = (0, 7): still 0 after l, but 7/2 < 4 after m: the lie m -> l gains δ·1/2 = 1/4
    ("infinite", change("mechanism/transfers/A/later/0/0/0/0", ["0", "7"]), "pepic A (m,x)->l: slack -1/4 < 0"),
    ("infinite, all", change("mechanism/transfers/A/later/0/0/0/0", ["0", "7"]), "target A (m,x)->l a=go: slack -1/2 < 0"),
    ("infinite, payoffs", change("certificate/payoffs/A/0/0", "0"), "payoff of A at (l, x): off by 2/3"),
    ("combination", change("witness/shortfall", "3"), "shortfall: the result says 3, it is 4"),
    ("combination", change("witness/weights", {"l": "1/3", "h": "2/3"}), "combination"),
    ("combination", change("witness/weights", {"l": "1", "h": "0"}), "combination"),
    ("combination", change("witness/weights", {"l": "1/2", "h": "1/2", "m": "0"}), "own signal"),
    ("combination", change("witness/weights", {"l": "3/2", "h": "-1/2"}), "multiplier of pepic A (h,y)->m: -1/2 < 0"),
    ("combination", change("mechanism/transfers", {"A": {}}), "contradicts"),
    ("dependence", change("witness/weights", {"l": "1", "m": "-2", "h": "1"}), "shortfall"),
    ("dependence", change("witness/weights", {"l": "0"}), "zero"),
    ("dependence", change("witness/weights", {"l": "-1", "m": "2"}), "combination"),
    ("spanning fails", change("witness", None), "without a witness"),
    ("spanning fails", change("witness/weights/l", "1"), "failures does not begin"),
    ("spanning fails", change("certificate/failures/1/weights/l", "1"), "others B=y: entry 0"),
    ("spanning fails", change("status", "holds"), "contradicts"),
    ("convex independence fails", change("value", "1"), "value"),
    ("ladder", change("status", "infeasible"), "without a witness"),
    ("ladder", change("certificate/answers/2/mechanism/transfers/1/firm2/now", [["0", "13"]]), "certificate.answers[2]"),
    ("ladder", change("mechanism/allocation", []), "not those of the answer"),
    ("ladder", change("certificate/answers", []), "no answer of the ladder"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(FALSE)))
def test_corrupted_results_are_refused(number: int) -> None:
    case, corrupt, reason = FALSE[number]
    make, instance = TRUE[case]
    result = json.loads(json.dumps(make()))  # no object stands at two places
    corrupt(result)
    verdict = check(result, data(instance()))
    assert not verdict.accepted
    assert verdict.reason is not None
    assert reason in verdict.reason, verdict.reason
    assert verdict.statement == ""
    assert "\n" not in verdict.reason


def test_shortfall_that_is_not_positive_proves_nothing() -> None:
    # with s = -2 the mixture is charged 0 and m is to be charged 4: shortfall 0 - 4 = -4
    result = combination_result()
    result["instance"] = middle_result()["instance"]
    result["witness"]["shortfall"] = "-4"
    verdict = check(result, data(middle(-2)))
    assert verdict.reason is not None
    assert "not above 0" in verdict.reason


def test_own_next_report_is_not_in_the_class() -> None:
    result = middle_result()
    table = result["mechanism"]["transfers"]["A"]["later"]
    for own in table[0]:
        own[0] = own[0] * 3  # axis of A's next report, all entries equal
    verdict = check(result, data(middle(-2)))
    assert verdict.reason is not None
    assert "own next report" in verdict.reason


def test_contingent_transfers_are_not_vcg_type() -> None:
    result = middle_result()
    result["question"] |= {"ask": "vcg-type", "transfers": "vcg-type"}
    verdict = check(result, data(middle(-2)))
    assert verdict.reason is not None
    assert "own report" in verdict.reason


def last_period_witness() -> Json:
    """Leases with an uninformative signal: a failure in period T-1, whatever is paid in the last period.

    Both rows (1/2, 1/2): equal columns. E[W_2 - V^1] = (0 + 12)/2 = 6 after both signals; action firm1: c = -6, -6;
    action firm2: c = -(6+6), -(12+6) = -12, -18. The rule takes firm2 at 6 only, so type 6, weight 1 on 4:
    -12 + 18 = 6, less what the lie loses of the surplus at 4, 7 - 6 = 1: shortfall 5. The rows of the two signals are
    equal, so payments of the last period cancel.
    """
    instance = leases()
    instance["periods"][0]["transition"] = [[[[["1/2", "1/2"]]]]]
    witness = {"kind": "convex-combination", "agent": "firm1", "period": 1, "action": "firm2", "others": {"firm2": "-"}}
    witness |= {"type": "6", "weights": {"4": "1"}, "shortfall": "5"}
    result = envelope(instance, "contingent", "infeasible", mechanism={"allocation": LEASE_RULE}, witness=witness)
    return {"result": result, "instance": instance}


def test_witness_before_the_last_period() -> None:
    both = last_period_witness()
    verdict = check(both["result"], data(both["instance"]))
    assert verdict.accepted, verdict.reason
    assert "in every period before the last" in verdict.statement


@pytest.mark.parametrize(
    ("corrupt", "reason"),
    [
        (change("certificate", {"now": {"firm2": [["0", "9"]]}}), "proves less than was asked"),
        (change("witness/action", "firm1"), "the rule takes another action"),
        (change("witness/shortfall", "6"), "proves less than was asked"),
        (change("witness/shortfall", "4"), "shortfall"),
    ],
)
def test_corrupted_witness_before_the_last_period(corrupt: Callable[[Json], None], reason: str) -> None:
    both = last_period_witness()
    corrupt(both["result"])
    verdict = check(both["result"], data(both["instance"]))
    assert not verdict.accepted
    assert verdict.reason is not None
    assert reason in verdict.reason


def test_ties_are_exactly_those_listed() -> None:
    # with a second action of the same name's worth, every profile is a tie
    instance = middle(-2)
    instance["actions"] = ["go", "went"]
    result = middle_result(certificate={"ties": [{**entry, "actions": ["go", "went"]} for entry in MIDDLE_RULE]})
    for entry in result["certificate"]["ties"]:
        del entry["action"]
    result["instance"] = envelope(instance, "policy", "optimal")["instance"]
    assert check(result, data(instance)).accepted
    result["certificate"]["ties"].pop()
    verdict = check(result, data(instance))
    assert verdict.reason is not None
    assert "ties at (h, y)" in verdict.reason
    result["certificate"]["ties"] = []
    assert not check(result, data(instance)).accepted


def test_tables_are_not_changed() -> None:
    before = copy.deepcopy(LEASE_TABLES)
    check(lease_result(), data(leases()))
    assert before == LEASE_TABLES


def test_what_a_lie_loses_of_the_surplus_counts() -> None:
    """In scope policy a lie may also be deterred by what its action loses: the positive answer is right, the negative one proves less than was asked.

    The instance of ``last_period_witness`` with u^1(firm1, 4) = 20 in period 1. The targets do not change (they are the
    others' surplus), so they contradict each other by 6 for type 6. But the lie 6 at 4 now loses 20 - 6 = 14 of surplus:
    constant payments -6 after firm1, -18 after firm2 leave it a slack of 14 - 6 = 8; at 6, lie 4 loses 12 - 11 = 1.
    Firm 2: E[W_2 - V^2] = (7 + 9)/2 = 8: -(20 + 8), -(11 + 8), -8, -8.
    """
    both = last_period_witness()
    instance, negative = both["instance"], both["result"]
    instance["periods"][0]["utilities"]["firm1"][0][0] = ["20"]
    tables = [
        {
            "firm1": {"later": [[[[["-6"]]], [[["-6"]]]], [[[["-18"]]], [[["-18"]]]]]},
            "firm2": {"later": [[[[["-28"]]], [[["-19"]]]], [[[["-8"]]], [[["-8"]]]]]},
        },
        LEASE_TABLES[1],
    ]
    mechanism = {"allocation": LEASE_RULE, "transfers": tables}
    certificate = {"incentives": incentives("8", "8")}
    certificate["incentives"]["tightest"] = row(1, "firm1", ("6", "-"), "4", "1")
    certificate["incentives"]["slackest"] = row(1, "firm1", ("4", "-"), "6", "8")
    positive = envelope(instance, "contingent", "feasible", mechanism=mechanism, certificate=certificate)
    negative["instance"] = positive["instance"]
    verdict = check(positive, data(instance))
    assert verdict.accepted, verdict.reason
    for shortfall, reason in (("6", "proves less than was asked"), ("-8", "is not above 0")):
        negative["witness"]["shortfall"] = shortfall
        verdict = check(negative, data(instance))
        assert not verdict.accepted and verdict.reason is not None
        assert reason in verdict.reason
    negative["question"]["scope"] = "all"
    negative["witness"]["shortfall"] = "6"
    assert check(negative, data(instance)).accepted


def test_the_checker_finds_independent_blocks_itself() -> None:
    """``[[3/4, 1/4], [1/4, 3/4]]`` has determinant 1/2, so the checker's own elimination settles it."""
    assert check(spanning_result(), data(leases())).accepted


@pytest.mark.parametrize("ask", ["spanning", "convex-independence"])
def test_the_checker_settles_no_dependent_block_itself(ask: str) -> None:
    """The belief of the middle signal is the mean of the others': neither condition holds, whatever a result says."""
    verdict = check(envelope(middle(2), ask, "holds", certificate={}), data(middle(2)))
    assert not verdict.accepted
    assert verdict.reason is not None
    assert "settles" in verdict.reason
