"""The oracle of wishes against pencil and paper, and against itself: rows, lies by brute force, best replies."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest

from . import deviations, draws, transfers, wishes
from .mechanism import Mechanism
from .model import load, read
from .test_oracles import LIBRARY, instance


def one_agent(prior: list[str] | None = None) -> dict[str, Any]:
    """One agent with two signals that last for ever, one action, worth 1 at `rich` and −1 at `poor`, δ = 1/2."""
    document: dict[str, Any] = {
        "format": "mechsynth-instance/1",
        "name": "alone",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": ["ann"],
        "signals": {"ann": ["rich", "poor"]},
        "actions": ["go"],
        "utilities": {"ann": [[1, -1]]},
        "transition": [[[1, 0], [0, 1]]],
    }
    return document if prior is None else {**document, "prior": prior}


def test_participation_on_the_truthful_path_alone() -> None:
    """Poor stays poor and expects −2, a payment of at least −1 a period keeps him in; from `rich` he is never met.

    Payments cannot tell the two signals apart (one action: whoever pays less is imitated), so with payments of at least 0
    participation fails where `poor` is possible, and holds where the prior rules it out.
    """
    wish = ["participation:ex-post", "no-subsidy"]
    for prior, works in ((["1", "0"], True), (["1/2", "1/2"], False), (["0", "1"], False), (None, False)):
        model = read(one_agent(prior))
        assert (wishes.decide(model, "history-independent", wish) is not None) == works
        assert wishes.decide(model, "history-independent", wish, everywhere=True) is None


def test_what_a_seller_can_take() -> None:
    """At the start at `rich` alone the surplus is 2, all of it can be taken; with both possible nobody pays more than −1 a period."""
    certain, both = read(one_agent(["1", "0"])), read(one_agent(["1/2", "1/2"]))
    for model, works in ((certain, True), (both, False)):
        answer = wishes.decide(model, "history-independent", ["participation:ex-post", "surplus:full"])
        assert (answer is not None) == works
    assert wishes.decide(both, "history-independent", ["participation:ex-ante", "surplus:full"]) is not None


def test_the_oil_leases() -> None:
    """`contingent` and `vcg-type` leave firm 1 the surplus; auction 1 alone cannot be implemented without firm 2's news."""
    model = read(instance("liu2014-oil-leases"))
    for kind in ("contingent", "vcg-type", "full"):
        assert wishes.decide(model, kind, ["residual-claimant"])
    assert wishes.decide(model, "history-independent", []) is None
    assert wishes.decide(model, "contingent", ["residual-claimant", "budget:ex-ante"]) is None
    most = wishes.Wishes(model, "contingent")
    for revenue, works in ((F(4), True), (F(4) + F(1, 10**9), False)):
        rows = most.all(["participation:ex-post"])
        form = wishes.add(most.revenue(), {None: -revenue})
        solver, _ = wishes.solver_of([*rows, wishes.Row("revenue", (), form, False)], 60)
        assert (str(solver.check()) == "sat") == works


def test_balance_with_two_agents() -> None:
    """ex-post-balance-needs-full: `contingent` payments cannot balance ex post there, `full` ones can."""
    model = read(instance("ex-post-balance-needs-full"))
    assert wishes.decide(model, "contingent", ["budget:ex-post"]) is None
    assert wishes.decide(model, "full", ["budget:ex-post"])


def test_equal_shares_of_the_oil_leases() -> None:
    """With p_2(6) = 11 firm 1 keeps half of W_1: 61/8 at 4, 91/8 at 6, as firm 2 does; and payments add to zero in expectation."""
    model = read(instance("liu2014-oil-leases"))
    asked = wishes.Wishes(model, "contingent")
    fixed = [
        wishes.Row("price", (k,), wishes.add(asked.now(1, 1, (0, k)), {None: -F(11 * k)}), True) for k in (0, 1)
    ]
    solver, _ = wishes.solver_of([*asked.all(["equal-shares"]), *fixed], 60)
    assert str(solver.check()) == "sat"
    assert asked.eff.values[0] == {(0, 0): F(61, 4), (1, 0): F(91, 4)}


@pytest.mark.parametrize("flavour", ["ordinary", "ties", "zeros", "chains", "unequal"])
@pytest.mark.parametrize("seed", range(3))
def test_rows_are_the_lies_of_brute_force(flavour: str, seed: int) -> None:
    """z3's point is PEPIC by one-shot lies and by best replies; moved at random, the two and the rows agree on whether it still is."""
    data = draws.instance(seed, flavour, most=4)
    model = read(data)
    kind = ("contingent", "full", "vcg-type", "contingent+now")[seed]
    point = wishes.decide(model, kind, [])
    if not point:
        return
    asked = wishes.Wishes(model, kind)
    for step in (F(0), F(1, 10), F(3)):
        shifted = {
            key: x + step * ((n * 7919) % 5 - 2) if key[0] != "X" else x for n, (key, x) in enumerate(sorted(point.items(), key=str))
        }
        result = {"mechanism": wishes.document(asked, shifted)}
        audit = deviations.one_shot(data, result)
        broken = wishes.broken(model, result, kind, [])
        assert (not broken) == (audit.slack >= 0)
        assert (deviations.best_reply(data, result) == 0) == (audit.slack >= 0)
        if step == 0:
            assert not broken


@pytest.mark.parametrize("name", ["liu2014-oil-leases", "hull-but-implementable", "no-correlation", "more-signals-than-outcomes"])
def test_residual_claimants_are_those_of_the_theorems(name: str) -> None:
    """Transfers that the paper's condition gives (scope `all` or `policy`) are PEPIC and leave W: the wish is weaker than the condition."""
    model = read(load(LIBRARY / f"{name}.json"))
    for kind in ("contingent", "vcg-type"):
        for scope in ("all", "policy"):
            if transfers.feasible(model, kind, scope):
                assert wishes.decide(model, kind, ["residual-claimant"])


@pytest.mark.parametrize("seed", range(8))
def test_larger_classes_can_do_more(seed: int) -> None:
    """A point of a smaller class is one of every larger class."""
    data = draws.instance(seed, draws.FLAVOURS[seed], most=4)
    model = read(data)
    for small, large in wishes.SMALLER:
        point = wishes.decide(model, small, [])
        if point:
            result = {"mechanism": wishes.document(wishes.Wishes(model, small), point)}
            assert not wishes.broken(model, result, large, [])


def test_values_refuse_what_a_class_does_not_see() -> None:
    """The paper's transfers are vcg-type and contingent ones, and not history-independent."""
    path = LIBRARY / "mechanisms" / "liu2014-paper-transfers.json"
    model, result = read(instance("liu2014-oil-leases")), load(path)
    mech = Mechanism(model, result)
    for kind in ("contingent", "vcg-type", "full"):
        assert wishes.values_of(wishes.Wishes(model, kind), mech)
    with pytest.raises(ValueError, match="does not have"):
        wishes.values_of(wishes.Wishes(model, "history-independent"), mech)
