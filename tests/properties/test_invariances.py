"""What changes nothing about an environment changes no verdict; and the chain from spanning to transfers."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged import Json, answer
from strategies import (
    agents_permuted,
    environments,
    raised,
    relabelled,
    scaled,
    signals_permuted,
    with_random_utilities,
)

MECHANISMS = [(ask, scope) for ask in ("contingent", "vcg-type") for scope in ("policy", "all")]


def verdicts(instance: Json, *, efficient_end: bool = True) -> dict[str, str]:
    """The status of every question; without `efficient_end` only those that no payments of a last period enter."""
    found = {}
    finite = instance["horizon"] != "infinite"
    for ask in ("convex-independence", "spanning"):
        found[f"{ask}:policy"] = answer(instance, ask, scope="policy")["status"]
    if finite:
        found["static"] = answer(instance, "static")["status"]
    linked = finite and instance["horizon"] > 1
    for ask, scope in MECHANISMS:
        if efficient_end or not linked:
            found[f"{ask}:{scope}"] = answer(instance, ask, scope=scope)["status"]
        if finite:
            constant = answer(instance, ask, scope=scope, last_period="constant")
            found[f"{ask}:{scope} constant"] = constant["status"]
    return found


@given(environments(), st.fractions(Fraction(1, 1000), 1000, max_denominator=1000))
@settings(max_examples=20)
def test_the_unit_of_money_does_not_matter(instance: Json, factor: Fraction) -> None:
    """Utilities times λ > 0: payments times λ, so every verdict stays."""
    if factor > 0:
        assert verdicts(scaled(instance, factor)) == verdicts(instance)


@given(environments(), st.fractions(-1000, 1000, max_denominator=12), st.integers(0, 2))
@settings(max_examples=20)
def test_a_fixed_fee_does_not_matter(instance: Json, constant: Fraction, which: int) -> None:
    """A constant added to one agent's utility moves W and the payoffs by constants and no incentive."""
    agent = instance["agents"][which % len(instance["agents"])]
    assert verdicts(raised(instance, agent, constant)) == verdicts(instance)


@given(environments())
@settings(max_examples=20)
def test_names_do_not_matter(instance: Json) -> None:
    """Other names in the same order: the same verdicts."""
    assert verdicts(relabelled(instance)) == verdicts(instance)


@given(environments(agents=(2, 3)), st.data())
@settings(max_examples=20)
def test_the_order_of_agents_does_not_matter(instance: Json, source: st.DataObject) -> None:
    """Agents listed in another order: the same rule (actions break ties), the same blocks, the same verdicts."""
    order = source.draw(st.sampled_from(list(permutations(range(len(instance["agents"]))))))
    assert verdicts(agents_permuted(instance, list(order))) == verdicts(instance)


@given(environments(), st.integers(0, 2), st.integers(0, 1000))
@settings(max_examples=20)
def test_the_order_of_signals_does_not_matter(instance: Json, which: int, seed: int) -> None:
    """Signals listed in another order permute columns and rows of every block, and no verdict reads their order.

    Transfers before an efficient last period are left out: see the next test.
    """
    agent = instance["agents"][which % len(instance["agents"])]
    permuted = signals_permuted(instance, agent, seed)
    assert verdicts(permuted, efficient_end=False) == verdicts(instance, efficient_end=False)


# A sees k or l, then m, k or l; both columns of its block in period 1 are the only vector (1), so the targets must agree.
# They contain E[p_2], and p_2 is implementable in more than one way.
ORDERED: Json = {
    "format": "mechsynth-instance/1",
    "name": "ordered",
    "horizon": 2,
    "discount": "1",
    "agents": ["A", "B"],
    "periods": [
        {
            "signals": {"A": ["k", "l"], "B": ["p"]},
            "actions": ["go"],
            "utilities": {"A": [[["0"], ["0"]]], "B": [[["0"], ["0"]]]},
            "transition": [[[[["1/3"], ["0"], ["2/3"]]], [[["0"], ["1"], ["0"]]]]],
        },
        {
            "signals": {"A": ["m", "k", "l"], "B": ["p"]},
            "actions": ["go", "wait", "stop"],
            "utilities": {
                "A": [[["-2"], ["3"], ["3"]], [["-2"], ["1"], ["-3"]], [["2"], ["-1"], ["2"]]],
                "B": [[["-3"], ["-1"], ["2"]], [["0"], ["4"], ["1"]], [["-3"], ["2"], ["3"]]],
            },
        },
    ],
}


def test_the_order_of_signals_does_not_matter_before_an_efficient_last_period() -> None:
    """The last period's payments are one choice of many; some of them do here, as z3 finds with all of them free."""
    found = {answer(signals_permuted(ORDERED, "A", seed), "contingent")["status"] for seed in range(12)}
    assert found == {"feasible"}


@pytest.mark.parametrize("scope", ["all", "policy"])
@given(instance=environments(horizons=("infinite",), agents=(2, 3)), seed=st.integers(0, 2**20))
@settings(max_examples=20)
def test_spanning_gives_convex_independence_gives_transfers(instance: Json, scope: str, seed: int) -> None:
    """Independent columns are convexly independent, and then contingent transfers exist for *every* utilities (Lemma 7.1)."""
    spans = answer(instance, "spanning", scope="all")["status"] == "holds"
    convex = answer(instance, "convex-independence", scope="all")["status"] == "holds"
    assert convex or not spans
    if spans:
        for step in range(3):
            other = with_random_utilities(instance, seed + step)
            assert answer(other, "vcg-type", scope=scope)["status"] == "feasible"
    if convex:
        for step in range(10):
            other = with_random_utilities(instance, seed + step)
            assert answer(other, "contingent", scope=scope)["status"] == "feasible"


@given(environments(horizons=("infinite",), agents=(2, 2)), st.integers(0, 2**20))
@settings(max_examples=40)
def test_without_convex_independence_some_utilities_fail(instance: Json, seed: int) -> None:
    """The converse half of Lemma 7.1: where μ_r is a mixture, charge the mixture more than r and no transfers exist.

    With utilities u^j = 0 but for one other agent, who gains 1 exactly when the agent's signal is r: Σ λ_k c_k − c_r = 1/δ.
    """
    del seed
    document = answer(instance, "convex-independence", scope="all")
    if document["status"] == "holds":
        return
    w = document["witness"]
    i = instance["agents"].index(w["agent"])
    r = instance["signals"][w["agent"]].index(w["type"])
    sizes = [len(instance["signals"][n]) for n in instance["agents"]]
    actions = len(instance["actions"])
    other = instance["agents"][1 - i]

    def gain(p: int, q: int) -> str:
        return str(int((p, q)[i] == r))

    bent = {**instance}
    bent["utilities"] = {
        w["agent"]: {"private": [["0"]]},
        other: [[[gain(p, q) for q in range(sizes[1])] for p in range(sizes[0])] for _ in range(actions)],
    }
    found = answer(bent, "contingent", scope="all")
    assert found["status"] == "infeasible"
    shortfalls = [Fraction(one["shortfall"]) for one in found["certificate"]["failures"]]
    assert 1 / Fraction(instance["discount"]) in shortfalls
