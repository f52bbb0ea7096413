"""Money within a period: caps, limited liability, deficits, shares of the gains.

What is paid in a period is ``now`` and what is due together, after every public history, on or off the path. The oracle of wishes has its own enumeration
of periods, histories and reports; every answer is held against it, and against both checkers.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction as F
from typing import Any

import pytest
from oracles import draws, second, wishes
from oracles.mechanism import Mechanism
from oracles.model import Model, read

import mechsynth
from mechsynth.check import check, small
from mechsynth.errors import InputError, UsageError
from mechsynth.evaluation import evaluate
from mechsynth.suite.expected import expected_in

Json = dict[str, Any]
SEEDS = range(24)


def drawn(seed: int) -> tuple[Json, Model, tuple[str, ...], str]:
    """An instance of any horizon and format, wishes about money among others, and a class."""
    rng = random.Random(seed)
    make = second.instance if seed % 3 == 2 else draws.instance
    data = make(seed, rng.choice(draws.FLAVOURS), horizon=(1, 2, "infinite")[seed % 3], most=4)
    model = read(data)
    names = [model.agents[i] for i in model.players]
    money = [
        "no-deficit:ex-post",
        f"cap:{rng.choice(('0', '1', '1/2', '3'))}",
        f"cap:{rng.choice(names)}={rng.choice(('0', '1', '2'))}",
        f"liability:{rng.choice(('0', '1', '2', '1/3'))}",
        f"liability@{rng.randint(1, model.horizon or 1)}:{rng.choice(('0', '1'))}",
    ]
    others = ["participation:ex-post", "budget:ex-post", "no-subsidy", "bounded:2", "residual-claimant"]
    if model.prior is not None:
        shares = [F(rng.randint(1, 3)) for _ in names]
        money += ["no-deficit:per-period", "split:" + ",".join(f"{a}={x / sum(shares)}" for a, x in zip(names, shares, strict=True))]
        others += ["participation:interim", "surplus:full", "budget:ex-ante"]
    require = (*rng.sample(money, rng.choice((1, 2, 3))), *rng.sample(others, rng.choice((0, 1, 1))))
    return data, model, require, tuple(wishes.KINDS)[seed % len(wishes.KINDS)]


ANSWERS: dict[int, str] = {}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_definition_says(seed: int) -> None:
    """The answer is that of z3 over the rows of the definition; the mechanism breaks none of these, and both checkers agree."""
    data, model, require, kind = drawn(seed)
    point = wishes.decide(model, kind, require)
    result = mechsynth.solve(mechsynth.loads(json.dumps(data)), "implement", transfers=kind, require=require, relax=False)
    assert result.status == ("infeasible" if point is None else "feasible")
    raw = json.dumps(data).encode()
    verdict = check(result.to_bytes(), raw)
    assert verdict.accepted, verdict.reason
    small.check(result.to_bytes(), raw)
    if point is not None:
        assert not wishes.broken(model, result.document(), kind, require)
        other = {**result.document(), "mechanism": wishes.document(wishes.Wishes(model, kind), point)}
        assert check(json.dumps(other).encode(), raw).accepted


def test_both_answers_are_met() -> None:
    """The draws above have both signs in number."""
    found = []
    for seed in SEEDS:
        _, model, require, kind = drawn(seed)
        found.append(wishes.decide(model, kind, require) is None)
    assert min(found.count(True), found.count(False)) >= 5


def trade(horizon: Any = 1) -> Json:
    """One buyer, worth 4 or 6 to her as often, one seller at cost 1; what she will be worth is drawn anew each period."""
    own: Json = {
        "format": "mechsynth-instance/1",
        "name": "trade",
        "horizon": horizon,
        "discount": "1/2",
        "agents": ["the buyer", "seller"],
        "signals": {"the buyer": ["4", "6"], "seller": ["-"]},
        "actions": ["sell"],
        "prior": [["1/2"], ["1/2"]],
        "utilities": {"the buyer": [[[4], [6]]], "seller": [[[-1], [-1]]]},
    }
    return own if horizon == 1 else {**own, "transition": {"independent": {"the buyer": [["1/2", "1/2"]] * 2, "seller": [[1]]}}}


def solved(data: Json, *require: str, transfers: str = "history-independent", **more: Any) -> Any:
    return mechsynth.solve(mechsynth.loads(json.dumps(data)), "implement", transfers=transfers, require=require, **more)


@pytest.mark.parametrize(
    ("require", "value"),
    [
        (["participation:ex-post"], "3"),  # her price is one number: at most 4; the seller needs 1
        (["participation:ex-post", "cap:2"], "1"),  # 2 from her, 1 to him
        (["participation:ex-post", "cap:the%20buyer=3"], "2"),
        (["participation:ex-post", "cap:seller=0"], "3"),
        (["liability:1"], "5"),  # she may lose 1: 5 of 4; he may, too: pays 0
        (["liability@1:0"], "3"),
        (["no-deficit:ex-post", "participation:ex-post"], "3"),
        (["split:the%20buyer=1/2,seller=1/2", "participation:ex-post"], "2"),  # at a price of 4 she expects 1: so must he
    ],
)
def test_by_hand(require: list[str], value: str) -> None:
    """One price whatever she says, since one action is taken: revenue is that price and what he pays."""
    result = solved(trade(), *require, objective="max-revenue")
    assert (str(result.status), result.value) == ("optimal", value)
    assert result.check().accepted
    small.check(result.to_bytes(), json.dumps(trade()).encode())


def test_a_cap_is_on_the_sum() -> None:
    """Two payments of 2 fall due together in every period but the first: bounded:2 takes 4 a period from her, cap:2 takes 2.

    With payments now and later, δ = 1/2 and all periods alike she pays b now and δ b' later; the sum of a period is at most the cap.
    """
    data = trade("infinite")
    most = [solved(data, wish, "participation:ex-post", "cap:seller=0", transfers="contingent+now", objective="max-revenue") for wish in ("bounded:2", "cap:2")]
    assert [str(result.status) for result in most] == ["optimal", "optimal"]
    # the seller's cost of 1 a period is 2 in all, which he is paid; of her: 2 + 4/2 + 4/4 + … = 6 against 2 + 2/2 + … = 4
    assert [result.value for result in most] == ["4", "2"]


def test_a_loss_that_no_payment_makes_good() -> None:
    """Payments of vcg-type begin in period 2: the seller's cost of 1 in period 1 stays with him, so a liability below 1 is refused by one row alone."""
    data = trade(2)
    result = solved(data, "liability:1/2", transfers="vcg-type", relax=True)
    assert result.status == "infeasible"
    assert list(result.witness["conflict"]) == ["liability:1/2"]
    assert {each["requirement"]: each["least"] for each in result.document()["certificate"]["relaxations"]} == {"liability:1/2": "1/2"}
    assert result.check().accepted
    assert "limited liability" in result.explain()
    assert solved(data, "liability:1", transfers="vcg-type").status == "feasible"
    assert solved(data, "liability@2:1/2", transfers="vcg-type").status == "feasible"


def test_conflicts_name_them() -> None:
    """He needs 1, she is not to pay more than 1/2, nobody pays in: three wishes, none of which can stay with the other two; a wish that is kept is not proposed."""
    wish = ("participation:ex-post", "cap:1/2", "no-deficit:ex-post")
    result = solved(trade(), *wish, relax=True)
    assert set(result.witness["conflict"]) == set(wish)
    least = {each["requirement"]: each["least"] for each in result.document()["certificate"]["relaxations"]}
    # shortfall 1/2: his payoff and hers, or her cap, or the budget give way by themselves
    assert least == {"participation:ex-post": "1/2", "cap:1/2": "1/2", "no-deficit:ex-post": "1/2"}
    told = result.explain()
    for part in ("nobody pays more than 1/2 in any one period", "add up to at least 0", "may pay up to ε = 1/2 more than 1/2"):
        assert part in " ".join(told.split())
    kept = solved(trade(), *wish, keep=["cap:1/2"])
    assert "cap:1/2" in kept.witness["conflict"] or kept.status == "infeasible"


WRONG = [
    "cap:-1",
    "cap:",
    "cap:nobody=1",
    "cap:the buyer",
    "liability:-1/2",
    "liability@0:1",
    "liability@2:1",
    "liability@x:1",
    "liability:seller=1",
    "split:seller=1",
    "split:seller=1/2,the%20buyer=1/3",
    "split:seller=1/2,seller=1/2",
    "split:1",
    "no-deficit",
    "no-deficit:ex-ante",
    "cap@1:3",
]


@pytest.mark.parametrize("wish", WRONG)
def test_names_that_say_nothing(wish: str) -> None:
    """Refused in one line where they are asked, and by the checker where a result names them."""
    with pytest.raises(UsageError):
        solved(trade(), wish)
    document = solved(trade(), "cap:9").document()
    document["question"]["require"] = ["pepic", wish]
    with pytest.raises(InputError):
        check(json.dumps(document).encode(), json.dumps(trade()).encode())


@pytest.mark.parametrize(
    ("met", "asked", "row"),
    [
        ("cap:4", "cap:3", 'cap:3 "the buyer" t=1 (4,-)'),
        ("cap:4", "cap:the%20buyer=3", 'cap:the%20buyer=3 "the buyer" t=1 (4,-)'),
        ("cap:4", "liability@1:0", "liability@1:0 seller t=1 (4,-)"),
        ("cap:4", "no-deficit:ex-post", None),
        ("cap:4", "split:the%20buyer=1,seller=0", 'split:the%20buyer=1,seller=0 "the buyer"'),
    ],
)
def test_a_mechanism_that_breaks_one(met: str, asked: str, row: str | None) -> None:
    """She pays 4, he nothing: the checker names the row that is broken."""
    document = solved(trade(), met).document()
    document["question"]["require"] = ["pepic", asked]
    pay = {"the buyer": {"now": [["4"], ["4"]]}, "seller": {"now": [["0"], ["0"]]}}
    document["mechanism"]["transfers"] = [pay]
    verdict = check(json.dumps(document).encode(), json.dumps(trade()).encode())
    assert verdict.accepted == (row is None), verdict.reason
    if row is not None:
        assert row in str(verdict.reason)


def test_multipliers_of_a_row_keep_their_sign() -> None:
    """A cap is an inequality: a multiplier below 0 is refused, and one of a row that is not there."""
    raw = json.dumps(trade()).encode()
    result = solved(trade(), "participation:ex-post", "cap:1/2", "no-deficit:ex-post")
    for name in [name for name in result.witness["multipliers"] if name.startswith(("cap", "no-deficit"))]:
        document = json.loads(result.to_bytes())
        y = document["witness"]["multipliers"]
        y[name] = f"-{y[name]}"
        assert not check(json.dumps(document).encode(), raw).accepted
        y[name + " after (4,-)"] = y.pop(name)
        assert not check(json.dumps(document).encode(), raw).accepted


@pytest.mark.parametrize("seed", range(0, 24, 2))
def test_audit_against_all_histories(seed: int) -> None:
    """Largest payment, largest loss and deficit of a mechanism with random payments, by enumeration of histories and reports."""
    data = draws.instance(seed, draws.FLAVOURS[seed % len(draws.FLAVOURS)], horizon=(1, 2, "infinite")[seed % 3], most=4)
    model, kind = read(data), tuple(wishes.KINDS)[seed % 6]
    asked = wishes.Wishes(model, kind)
    rng = random.Random(seed)
    point: Any = dict.fromkeys(asked.payments(), F(0))
    point = {key: F(rng.randint(-9, 9), rng.randint(1, 3)) for key in point}
    document = mechsynth.solve(mechsynth.loads(json.dumps(data)), "implement", transfers="full+now").document()
    document["mechanism"] = wishes.document(asked, point)
    mech = Mechanism(model, document)
    found = evaluate(json.dumps(document), json.dumps(data).encode())
    paid: list[F] = []
    lost: list[F] = []
    short: list[F] = []
    for t, h, theta in asked.realized():
        each = []
        for i in model.players:
            before = asked.before(t)
            due = F(0) if h is None or before is None else mech.later(before, i, mech.rule[before][h], h, theta)
            each.append(mech.now(t, i, theta) + due)
            lost.append(each[-1] - model.periods[t].utility[i][mech.rule[t][theta], theta])
        paid += each
        short.append(-sum(each, F(0)))
    assert (found.payment.value, found.loss.value, found.deficit.value) == (max(paid), max(lost), max(short))


def test_suites_keep_a_split_together() -> None:
    """Requirements are joined by commas, and so are shares."""
    told = {"implement": {"--transfers full --require cap:a=1,split:a=1/2,b=1/2,budget:ex-post": "feasible"}}
    (found,) = expected_in({"x-expected": told})
    assert found.question["require"] == ["cap:a=1", "split:a=1/2,b=1/2", "budget:ex-post"]
