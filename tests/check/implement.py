"""Results of ``implement`` and of the linked block constructions, derived by pencil; the instances are those of ``leases``.

Lease 1 alone, payments now
---------------------------
Firm 1 wins at 4 and not at 6: u = 7 and 0; at 4 reporting 6 it gets 0, at 6 reporting 4 it gets 11.
  value (4): X(4) + now(4) = 7         pepic (4)->6: X(4) + now(6) >= 0
  value (6): X(6) + now(6) = 0         pepic (6)->4: X(6) + now(4) >= 11
The two pepic rows minus the two value rows: 0 >= 11 - 7 = 4. With an epsilon in the pepic rows: 2 epsilon >= 4, and
now(4) = 9, now(6) = 0 needs exactly 2: X = (-2, 0), -2 + 0 + 2 >= 0 and 0 + 9 + 2 >= 11.
In the class ``full`` the pepic rows are X - D >= 0 and the deviations D(4,6) + now(6) = 0, D(6,4) + now(4) = 11.

Both leases with the tables of ``leases``
-----------------------------------------
X_1 = W_1 = (61/4, 91/4) for both firms. What is paid, with the action of the rule:
  after (4,-): firm 1 (0, -12), firm 2 -29/2; after (6,-): firm 1 (-3, -27), firm 2 -17/2; firm 2 now (0, 9) in period 2.
X_2: firm 1 (7, 0), firm 2 (0, 12 - 9) = (0, 3). X_2 - due:
  after (4,-): firm 1 (7, 12), firm 2 (29/2, 35/2), sum (43/2, 59/2);
  after (6,-): firm 1 (10, 27), firm 2 (17/2, 23/2), sum (37/2, 77/2). At the start the sums are 61/2, 91/2.
Expected payments: after (4,-) 3/4·(-29/2) + 1/4·(9 - 12 - 29/2) = -61/4;
  after (6,-) 1/4·(-3 - 17/2) + 3/4·(9 - 27 - 17/2) = -91/4; mean -19. Firm 1: (-3 - 21)/2 = -12, so firm 2: -7.
Sizes: vcg-type 12 + 3 + 27 + 29/2 + 17/2 + 9 = 74; in the class full, what firm 2 pays later has a column for each of
  its two next reports: 74 + 23 = 97.
Ex ante balance: η^1 = (3, 21), η^2 = 7: firm 1 pays 7 more, firm 2 (3, 21) more.

The middle with s = 2 (u^B = (0, 2, 0), δ = 1/2), prior uniform
--------------------------------------------------------------
W = u + 1/2·4/3 = (2/3, 8/3, 2/3), E W = 4/3. B pays now what it gains, (0, 2, 0) in A's report: X = 0 everywhere, nobody's
lie changes what she pays or gets. Without payments: X^A = 0, X^B = W.
"""

from __future__ import annotations

from typing import Any

from leases import LEASE_RULE, LEASE_TABLES, MIDDLE_RULE, MIDDLE_TABLES, Json, envelope, lease_one, leases, middle

PRIOR = [["1/6"] * 2] * 3
B_PAYS = {"B": {"now": [["0"], ["2"], ["0"]]}}
ONE_RULE = [entry for entry in LEASE_RULE if entry["period"] == 1]


def central(s: int = 2) -> Json:
    return {**middle(s), "prior": PRIOR}


def asked(transfers: str, *require: str, objective: str = "feasibility") -> Json:
    return {"transfers": transfers, "require": ["pepic", *require], "objective": objective}


def implemented(instance: Json, rule: Any, tables: Any, question: Json, **more: Any) -> Json:
    mechanism = {"allocation": rule, "transfers": tables}
    more = {"status": "feasible", **more}
    return envelope(instance, "implement", more.pop("status"), question=question, mechanism=mechanism, **more)


def refuted(instance: Json, rule: Any, question: Json, conflict: list[str], multipliers: Json, short: str) -> Json:
    witness = {"kind": "farkas", "conflict": conflict, "multipliers": multipliers, "shortfall": short}
    return envelope(
        instance, "implement", "infeasible", question=question, mechanism={"allocation": rule}, witness=witness
    )


def both_leases(*require: str, transfers: str = "full", **more: Any) -> Json:
    return implemented(leases(), LEASE_RULE, LEASE_TABLES, asked(transfers, *require), **more)


def still(*require: str, tables: Any = None, transfers: str = "history-independent", **more: Any) -> Json:
    return implemented(central(), MIDDLE_RULE, {} if tables is None else tables, asked(transfers, *require), **more)


def no_static() -> Json:
    multipliers = {
        "pepic firm1 t=1 (4,-)->6": "1",
        "pepic firm1 t=1 (6,-)->4": "1",
        "value firm1 t=1 (4,-)": "-1",
        "value firm1 t=1 (6,-)": "-1",
    }
    question = asked("history-independent", "participation:ex-post")
    return refuted(lease_one(), ONE_RULE, question, ["pepic"], multipliers, "4")


def no_full() -> Json:
    result = no_static()
    result["question"]["transfers"] = "full"
    result["witness"]["multipliers"] |= {
        "deviation firm1 t=1 (4,-)->6": "1",
        "deviation firm1 t=1 (6,-)->4": 1,
    }
    return result


def no_residual() -> Json:
    """``Σ E X = 0`` against ``X = W``: -1 times the first, 1/6 times each of the others: 2·4/3."""
    multipliers = {f"residual-claimant {i} ({a},{b})": "1/6" for i in "AB" for a in "lmh" for b in "xy"}
    multipliers |= {"surplus:full": "-1"}
    question = asked("full+now", "surplus:full", "residual-claimant")
    return refuted(central(), MIDDLE_RULE, question, ["residual-claimant", "surplus:full"], multipliers, "8/3")


def least_epsilon() -> Json:
    rows = {
        "pepic firm1 t=1 (4,-)->6": "1/2",
        "pepic firm1 t=1 (6,-)->4": "1/2",
        "value firm1 t=1 (4,-)": "-1/2",
        "value firm1 t=1 (6,-)": "-1/2",
    }
    tables = [{"firm1": {"now": [["9"], ["0"]]}}]
    question = asked("contingent", objective="min-epsilon")
    certificate = {"multipliers": rows}
    return implemented(lease_one(), ONE_RULE, tables, question, status="optimal", value="2", certificate=certificate)


def most_revenue() -> Json:
    """``E X^A >= 0`` and ``E X^B >= 0`` add up to: nobody collects more than ``E W = 4/3``."""
    rows = {"participation:ex-ante A": "1", "participation:ex-ante B": "1"}
    question = asked("contingent+now", "participation:ex-ante", objective="max-revenue")
    return implemented(
        central(), MIDDLE_RULE, B_PAYS, question, status="optimal", value="4/3", certificate={"multipliers": rows}
    )


def no_end() -> Json:
    """Every now of A up by 1/2 lowers X^A by 1: -1 + 1/2 + 1/2·1 = 0, and no incentive changes."""
    profiles = [f"({a},{b})" for a in "lmh" for b in "xy"]
    ray = {f"X A {p}": "-1" for p in profiles} | {f"now A {p}": "1/2" for p in profiles}
    question = asked("history-independent", objective="max-revenue")
    return implemented(central(), MIDDLE_RULE, {}, question, status="unbounded", certificate={"ray": ray})


def linked(ask: str, instance: Json, rule: Any, tables: Any, transfers: str = "contingent", **more: Any) -> Json:
    require = {
        "budget-balanced": ["pepic", "budget:per-period"],
        "ex-ante-balanced": ["pepic", "budget:ex-ante"],
        "surplus-extraction": ["pepic", "participation:ex-post", "surplus:full"],
    }[ask]
    question = {"scope": "policy", "transfers": transfers, "require": require, "objective": "feasibility"}
    question |= more.pop("question", {})
    mechanism = {"allocation": rule} if tables is None else {"allocation": rule, "transfers": tables}
    status = "feasible" if tables is not None else "infeasible"
    return envelope(instance, ask, status, question=question, mechanism=mechanism, **more)


def balanced() -> Json:
    """s = -2: ξ^A = (0, 1, 0), ξ^B = (0, -1, 0), targets c^A = (0, 2, 0), c^B = (0, -2, 0).

    A: p_l = (0, 4) [expectations 0, 2, 4], p_m = (2, 2), p_h = (4, 0). B's report moves nothing: it pays its target.
    """
    tables = {
        "A": {"later": [[[[["0", "4"]]], [[["2", "2"]]], [[["4", "0"]]]]]},
        "B": {"later": [[[[["0"]]], [[["-2"]]], [[["0"]]]]]},
    }
    return linked("budget-balanced", middle(-2), MIDDLE_RULE, tables)


def combination(ask: str, instance: Json, shortfall: str) -> Json:
    witness = {"kind": "convex-combination", "agent": "A", "action": "go", "others": {"B": "y"}, "type": "m"}
    witness |= {"weights": {"l": "1/2", "h": "1/2"}, "shortfall": shortfall}
    return linked(ask, instance, MIDDLE_RULE, None, witness=witness)


def unbalanced() -> Json:
    """s = 2: c^A = (0, -2, 0), the mixture pays 0: shortfall 2."""
    return combination("budget-balanced", middle(2), "2")


def unbalanced_vcg() -> Json:
    """s = -2: c^A = (0, 2, 0) and η = (-1, 2, -1): shortfall 4."""
    witness = {"kind": "dependence", "agent": "A", "action": "go", "others": {"B": "x"}}
    witness |= {"weights": {"l": "-1", "m": "2", "h": "-1"}, "shortfall": "4"}
    return linked("budget-balanced", middle(-2), MIDDLE_RULE, None, "vcg-type", witness=witness)


def extracted(fee: str = "4", bonus: tuple[str, str] = ("-4", "0")) -> Json:
    """s = 2: q^B = (0, 4, 0); K = 4: B pays 2 now and gets 4 back unless A's report was m."""
    low, high = bonus
    now = {"4": "2", "3": "3/2"}[fee]
    tables = {"B": {"now": [[now]], "later": [[[[[low]]], [[[high]]], [[[low]]]]]}}
    return linked("surplus-extraction", middle(2), MIDDLE_RULE, tables)


def not_extracted_instance() -> Json:
    return {**middle(2), "utilities": {"A": {"private": [[2, 0, 2]]}, "B": [[[0]]]}}


def not_extracted() -> Json:
    """u^A = (2, 0, 2): c^A = (4, 0, 4), the mixture pays 4, m is to pay 0: shortfall 4."""
    return combination("surplus-extraction", not_extracted_instance(), "4")


def fees() -> Json:
    tables = [
        {
            "firm1": {**LEASE_TABLES[0]["firm1"], "now": [["7"]]},
            "firm2": {**LEASE_TABLES[0]["firm2"], "now": [["3"], ["21"]]},
        },
        LEASE_TABLES[1],
    ]
    return linked("ex-ante-balanced", leases(), LEASE_RULE, tables, "vcg-type", question={"last-period": "efficient"})


def fees_forever() -> Json:
    """s = -2, targets (0, 4, 0): A pays 1/2·(0, 4, 0) for its first signal and 1/4·4/3 / (1/2) = 2/3 for the rest.

    So η^A = -(2/3, 8/3, 2/3), which B pays at the start; B's own payments are none.
    """
    tables = {**MIDDLE_TABLES, "B": {"first": [["-2/3"], ["-8/3"], ["-2/3"]]}}
    return linked("ex-ante-balanced", central(-2), MIDDLE_RULE, tables)


def no_fees() -> Json:
    """The witness of ``contingent``: c^A = (0, -4, 0), shortfall 4."""
    return combination("ex-ante-balanced", central(2), "4")
