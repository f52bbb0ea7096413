"""Hand-made instances and results, as JSON objects; every number is derived here by pencil.

The oil leases (Liu 2014, section 3.1), two periods, δ = 1
------------------------------------------------------------------------------------
Lease 1: firm 1 knows a signal (4 or 6). If firm 1 wins, u^1 = 7, 11; if firm 2 wins, u^2 = 6, 12.
Lease 2: the same numbers, but firm 2 knows the signal. So in both periods firm 1 wins at 4 and firm 2 at 6.

Values: W_2 = (7, 12). From signal 4 the next is 4 with 3/4: E W_2 = 21/4 + 12/4 = 33/4; from 6: 7/4 + 36/4 = 43/4.
W_1(4) = 7 + 33/4 = 61/4, W_1(6) = 12 + 43/4 = 91/4; with the uniform prior E W_1 = 152/8 = 19.

Last period: firm 2 at 4 reporting 6 gets 6 - p(6) instead of -p(4), at 6 reporting 4 gets -p(4) instead of 12 - p(6):
p(6) - p(4) in [6, 12]. Take p(4) = 0, p(6) = 9; both lies then lose 3.

V^1 = (7, 0), V^2 = (0, 3); W_2 - V^1 = (0, 12), W_2 - V^2 = (7, 9).

Firm 1 in period 1: E[W_2 - V^1] = 3 after signal 4, 9 after 6. Targets c = -(u^2 + that):
  action firm1: (-3, -9); action firm2: (-3-6, -9-12) = (-9, -21).
  The block [[3/4, 1/4], [1/4, 3/4]] is regular: p = ((3 c_4 - c_6)/2, (3 c_6 - c_4)/2):
  action firm1: (0, -12); action firm2: (-3, -27). It does not depend on the own report: vcg-type.
Firm 2 in period 1 knows nothing: E[W_2 - V^2] = 3/4·7 + 1/4·9 = 15/2 after 4, 7/4 + 27/4 = 17/2 after 6.
  action firm1: -(7 + 15/2) = -29/2, -(11 + 17/2) = -39/2; action firm2: -15/2, -17/2.

Lies in period 1: the brackets are zero, so a lie loses what its action loses: at 4: 7 - 6 = 1; at 6: 12 - 11 = 1.

The middle (infinite horizon, δ = 1/2)
--------------------------------------
Agent A has signals l, m, h, always uniform; B has x, y, and B's next signal is x with probability 1, 1/2, 0 after A's l, m, h.
The belief of m is the even mixture of those of l and h. One action; u^A = 0 and u^B = (0, s, 0) in A's signal.
Targets: for A c = -2 u^B = (0, -2s, 0), for B c = 0.
  s = 2: c = (0, -4, 0): the mixture is charged 0, m must be charged -4: shortfall 4, no contingent transfers.
  s = -2: c = (0, 4, 0): p_l = (0, 8) [expectations 0, 4, 8], p_m = (4, 4) [4, 4, 4], p_h = (8, 0) [8, 4, 0] over B's x, y:
    equal to the target at the own report, at least the target elsewhere. vcg-type: η = (-1, 2, -1) is a dependence and
    Σ η c = 8 > 0, so no such transfers.
Values at s = -2: the mean of u is -2/3, so E W' = -2/3 / (1 - 1/2) = -4/3 and W = u - 2/3 = (-2/3, -8/3, -2/3).
"""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

Json = dict[str, Any]


def leases() -> Json:
    beliefs = [[[["3/4", "1/4"]]], [[["1/4", "3/4"]]]]
    return {
        "format": "mechsynth-instance/1",
        "name": "leases",
        "horizon": 2,
        "discount": "1",
        "agents": ["firm1", "firm2"],
        "prior": [["1/2"], ["1/2"]],
        "periods": [
            {
                "signals": {"firm1": ["4", "6"], "firm2": ["-"]},
                "actions": ["firm1", "firm2"],
                "utilities": {"firm1": [[[7], [11]], [[0], [0]]], "firm2": [[[0], [0]], [[6], [12]]]},
                "transition": [beliefs, copy.deepcopy(beliefs)],
            },
            {
                "signals": {"firm1": ["-"], "firm2": ["4", "6"]},
                "actions": ["firm1", "firm2"],
                "utilities": {"firm1": [[[7, 11]], [[0, 0]]], "firm2": [[[0, 0]], [[6, 12]]]},
            },
        ],
    }


def lease_one() -> Json:
    whole = leases()
    first = {key: value for key, value in whole["periods"][0].items() if key != "transition"}
    return {**{k: v for k, v in whole.items() if k != "periods"}, "name": "lease one", "horizon": 1, **first}


def middle(s: int) -> Json:
    third, sixth = "1/3", "1/6"
    # [a][A][B = 1][A'][B']
    transition = [[[[[third, 0]] * 3], [[[sixth, sixth]] * 3], [[[0, third]] * 3]]]
    return {
        "format": "mechsynth-instance/1",
        "name": "middle",
        "horizon": "infinite",
        "discount": 0.5,
        "agents": ["A", "B"],
        "signals": {"A": ["l", "m", "h"], "B": ["x", "y"]},
        "actions": ["go"],
        "utilities": {"A": {"private": [[0]]}, "B": [[[0], [s], [0]]]},
        "transition": transition,
    }


def data(instance: Json) -> bytes:
    return json.dumps(instance).encode()


def envelope(instance: Json, ask: str, status: str, **more: Any) -> Json:
    question: Json = {"ask": ask}
    if ask in ("contingent", "vcg-type"):
        question |= {"scope": "policy", "transfers": ask, "require": ["pepic", "residual-claimant"]}
        question |= {"objective": "feasibility"}
        if instance["horizon"] != "infinite":
            question |= {"last-period": "efficient"}
    elif ask == "static":
        question |= {"transfers": "history-independent", "require": ["pepic"], "objective": "feasibility"}
    elif ask in ("convex-independence", "spanning"):
        question |= {"scope": "all"}
    question |= more.pop("question", {})
    base = {
        "format": "mechsynth-result/1",
        "instance": {"name": instance["name"], "sha256": hashlib.sha256(data(instance)).hexdigest()},
        "question": question,
        "status": status,
        "strength": "exact",
        "value": None,
        "mechanism": None,
        "witness": None,
        "certificate": {},
    }
    return copy.deepcopy({**base, **more})


LEASE_RULE = [
    {"period": 1, "signals": {"firm1": "4", "firm2": "-"}, "action": "firm1"},
    {"period": 1, "signals": {"firm1": "6", "firm2": "-"}, "action": "firm2"},
    {"period": 2, "signals": {"firm1": "-", "firm2": "4"}, "action": "firm1"},
    {"period": 2, "signals": {"firm1": "-", "firm2": "6"}, "action": "firm2"},
]
LEASE_TABLES = [
    {
        "firm1": {"later": [[[[["0", "-12"]]]], [[[["-3", "-27"]]]]]},
        "firm2": {"later": [[[[["-29/2"]]], [[["-39/2"]]]], [[[["-15/2"]]], [[["-17/2"]]]]]},
    },
    {"firm2": {"now": [["0", "9"]]}},
]
LEASE_RECORDS = [
    {"agent": "firm1", "period": 1, "action": "firm1", "next": {"firm2": "6"}, "payment": "-12"},
    # records that fit the same event add up: -3 always, -24 more after 6
    {"agent": "firm1", "period": 1, "action": "firm2", "next": {}, "payment": -3},
    {"agent": "firm1", "period": 1, "action": "firm2", "next": {"firm2": "6"}, "payment": "-24"},
    {"agent": "firm2", "period": 1, "reports": {"firm1": "4"}, "action": "firm1", "next": {}, "payment": "-29/2"},
    {"agent": "firm2", "period": 1, "reports": {"firm1": "6"}, "action": "firm1", "next": {}, "payment": "-39/2"},
    {"agent": "firm2", "period": 1, "reports": {"firm1": "4"}, "action": "firm2", "next": {}, "payment": "-7.5"},
    {"agent": "firm2", "period": 1, "reports": {"firm1": "6"}, "action": "firm2", "next": {}, "payment": "-85e-1"},
    {"agent": "firm2", "period": 2, "reports": {"firm2": "6"}, "payment": "9"},
]
MIDDLE_RULE = [{"signals": {"A": a, "B": b}, "action": "go"} for a in "lmh" for b in "xy"]
# [a][A][B][A'][B']
MIDDLE_TABLES = {"A": {"later": [[[[["0", "8"]]], [[["4", "4"]]], [[["8", "0"]]]]]}}


def lease_result(ask: str = "vcg-type", tables: Any = None, **more: Any) -> Json:
    transfers = LEASE_TABLES if tables is None else tables
    return envelope(leases(), ask, "feasible", mechanism={"allocation": LEASE_RULE, "transfers": transfers}, **more)


def middle_result(**more: Any) -> Json:
    mechanism = {"allocation": MIDDLE_RULE, "transfers": MIDDLE_TABLES}
    return envelope(middle(-2), "contingent", "feasible", mechanism=mechanism, **more)


def cycle_result() -> Json:
    rule = [entry for entry in LEASE_RULE if entry["period"] == 1]
    # at 4 reporting 6 loses 7 - 0, at 6 reporting 4 loses 0 - 11: the cycle weighs -4
    witness = {
        "kind": "cycle",
        "agent": "firm1",
        "period": 1,
        "others": {"firm2": "-"},
        "cycle": ["4", "6"],
        "shortfall": "4",
    }
    return envelope(lease_one(), "static", "infeasible", mechanism={"allocation": rule}, witness=witness)


def combination_result() -> Json:
    witness = {
        "kind": "convex-combination",
        "agent": "A",
        "action": "go",
        "others": {"B": "y"},
        "type": "m",
        "weights": {"l": "1/2", "h": "1/2"},
        "shortfall": "4",
    }
    return envelope(middle(2), "contingent", "infeasible", mechanism={"allocation": MIDDLE_RULE}, witness=witness)


def dependence_result() -> Json:
    witness = {
        "kind": "dependence",
        "agent": "A",
        "action": "go",
        "others": {"B": "x"},
        "weights": {"l": "-1", "m": "2", "h": "-1"},
        "shortfall": "8",
    }
    return envelope(middle(-2), "vcg-type", "infeasible", mechanism={"allocation": MIDDLE_RULE}, witness=witness)
