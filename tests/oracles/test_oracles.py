"""The oracles against pencil and paper; shared helpers of these tests."""

from __future__ import annotations

import hashlib
import itertools
import random
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest

from . import deviations, transfers
from .efficient import efficient
from .model import Model, at, blocks, labels, load, read

LIBRARY = Path(__file__).resolve().parents[2] / "instances"


def instance(name: str) -> dict[str, Any]:
    return load(LIBRARY / f"{name}.json")


def named(model: Model, t: int, values: dict[tuple[int, ...], Any]) -> dict[str, Any]:
    return {labels(model, t, p): x for p, x in values.items()}


def linked(a: int, b: int, after_first: tuple[int, int] = (0, 0), price: int = 11) -> dict[str, Any]:
    """The oil leases' rule; firm 1 pays a or b next period after firm 2 won, firm 2 the price of the second lease."""
    result = load(LIBRARY / "mechanisms" / "liu2014-paper-transfers.json")
    result["mechanism"]["transfers"] = [
        {"agent": "firm1", "period": 1, "action": action, "next": {"firm2": s}, "payment": str(x)}
        for action, pair in (("firm2", (a, b)), ("firm1", after_first)) for s, x in zip(("4", "6"), pair)]
    result["mechanism"]["transfers"].append({"agent": "firm2", "period": 2, "reports": {"firm2": "6"}, "payment": price})
    return result


def test_hidden_last_period_with_a_constant_action() -> None:
    """The constant last action leaves period 1 efficient, PEPIC, and firm 1 with W_1."""
    data = instance("hidden-last-period")
    model = read(data)
    for action in (0, 1):
        result = transfers.solve(model, "vcg-type", "all", last_action=action)
        assert result is not None
        assert deviations.one_shot(data, result).payoffs[0]["firm1"] == efficient(model).values[0]
        assert deviations.one_shot(data, result).slack >= 0
        assert deviations.best_response_gain(data, result) == 0


def test_paper_transfers() -> None:
    """(−4, −16): PEPIC with one constraint binding; 13 instead of 12 for firm 1 at signal 6."""
    path = LIBRARY / "mechanisms" / "liu2014-paper-transfers.json"
    result, data = load(path), instance("liu2014-oil-leases")
    digest = hashlib.sha256((LIBRARY / "liu2014-oil-leases.json").read_bytes()).hexdigest()
    assert result["instance"] == {"name": "liu2014-oil-leases", "sha256": digest}
    audit, expected = deviations.one_shot(data, result), result["x-expected"]
    slacks = {f"{lie.agent}, {lie.period}, {lie.signals} reports {lie.report}": lie.slack for lie in audit.lies}
    assert slacks == {key: F(x) for key, x in expected["slacks"].items()}
    assert audit.slack == F(expected["least slack"]) == 0 == deviations.best_response_gain(data, result)
    model = read(data)
    assert named(model, 0, audit.payoffs[0]["firm1"]) == {p: F(x) for p, x in expected["X_1 of firm1"].items()}
    second_lease = {"4,-": F(21, 4), "6,-": F(7, 4)}
    first_lease = {p: x - second_lease[p] for p, x in named(model, 0, audit.payoffs[0]["firm1"]).items()}
    assert first_lease == {"4,-": 7, "6,-": 13}


@pytest.mark.parametrize("mechanism,payoffs,least", [
    (linked(-3, -15), {"4,-": 7, "6,-": 12}, 1),      # aligns the first auction alone: truth 7 against 6, 12 against 11
    (linked(-2, -14), {"4,-": 7, "6,-": 11}, 0),      # 7 against 5, 11 against 11
    (linked(-4, -16), {"4,-": 7, "6,-": 13}, 0),
    (linked(-5, -17), {"4,-": 7, "6,-": 14}, -1),     # too generous: at 4 reporting 6 gains 8 - 7
])
def test_oil_lease_transfers(mechanism: dict[str, Any], payoffs: dict[str, int], least: int) -> None:
    """Firm 1's first-auction payoff, the tightest constraint, and the best reply as its mirror image."""
    data = instance("liu2014-oil-leases")
    model, audit = read(data), deviations.one_shot(data, mechanism)
    second_lease = {"4,-": F(21, 4), "6,-": F(7, 4)}
    assert {p: x - second_lease[p] for p, x in named(model, 0, audit.payoffs[0]["firm1"]).items()} == payoffs
    assert audit.slack == least
    assert deviations.best_response_gain(data, mechanism) == max(0, -least)


def test_oil_lease_residual_claimant() -> None:
    """(0, −12) after firm1 and (−3, −27) after firm2 are the vcg-type transfers in scope all."""
    data = instance("liu2014-oil-leases")
    model, mechanism = read(data), linked(-3, -27, (0, -12))
    audit = deviations.one_shot(data, mechanism)
    assert audit.payoffs[0]["firm1"] == efficient(model).values[0] and audit.slack >= 0
    stated = data["x-expected"]["vcg-type:all transfers of firm1, when it pays nothing in period 2 otherwise"]
    assert stated == {"after firm1": {"4": "0", "6": "-12"}, "after firm2": {"4": "-3", "6": "-27"}}


@pytest.mark.parametrize("price,works", [(5, False), (6, True), (12, True), (13, False)])
def test_second_auction_price(price: int, works: bool) -> None:
    """Firm 2's step p(6) − p(4) works exactly in [6, 12]."""
    data = instance("liu2014-auction-2")
    model = read(data)
    result = {"mechanism": {"allocation": transfers.allocation_rows(model, efficient(model).rule),
                            "transfers": [{"firm2": {"now": [["0", str(price)]]}}]}}
    assert (deviations.one_shot(data, result).slack >= 0) == works
    assert (deviations.best_response_gain(data, result) == 0) == works


def test_lotteries_within_the_period_can_be_manipulated() -> None:
    """The lotteries of Liu 2014 on θ_1^2: after a false θ_0^1 = 1 firm 1 gains 4 at θ_1^1 = 6 by reporting 4."""
    data = instance("liu2014-oil-leases-manipulable")
    model = read(data)
    lottery = {("0", "4"): 13, ("0", "6"): 5, ("1", "4"): 5, ("1", "6"): 13}
    records = [{"agent": "firm1", "period": 1, "reports": {"firm1": r0}, "next": {"firm1": "4", "firm2": s}, "payment": x}
               for (r0, s), x in lottery.items()]
    result = {"mechanism": {"allocation": transfers.allocation_rows(model, efficient(model).rule), "transfers": records}}
    lies = {(lie.history, lie.signals): lie.slack for lie in deviations.one_shot(data, result).lies
            if (lie.agent, lie.period, lie.report) == ("firm1", 2, "4")}
    assert F(3, 4) * lies["1,-", "6,4"] + F(1, 4) * lies["1,-", "6,6"] == -4      # θ_0 = 0 reported as 1
    assert F(3, 4) * lies["0,-", "6,4"] + F(1, 4) * lies["0,-", "6,6"] == 0       # θ_0 = 0 reported truthfully
    assert deviations.best_response_gain(data, result) > 0


@pytest.mark.parametrize("seed", range(12))
def test_one_shot_principle(seed: int) -> None:
    """Random `full` transfers near incentive compatible ones: a single lie pays iff some plan of lies pays."""
    rng = random.Random(seed)
    data = instance(rng.choice(["liu2014-oil-leases-manipulable", "three-period-varying", "hull-but-implementable"]))
    model = read(data)
    result = transfers.solve(model, "contingent")
    assert result is not None
    size = rng.choice([F(0), F(1, 100), F(5)])
    for t, period in enumerate(model.periods[:-1]):
        for p, q in itertools.product(period.profiles(), model.periods[t + 1].profiles()):
            result["mechanism"]["transfers"].append(
                {"agent": rng.choice(model.agents), "period": t + 1, "payment": str(size * rng.randint(-2, 2)),
                 "reports": dict(zip(model.agents, labels(model, t, p).split(","))),
                 "next": dict(zip(model.agents, labels(model, t + 1, q).split(",")))})
    audit = deviations.one_shot(data, result)
    gain = deviations.best_response_gain(data, result)
    assert (audit.slack >= 0) == (gain == 0)
    assert gain >= -audit.slack


def test_tables_and_records_agree() -> None:
    """The paper's transfers as tables, axes of length 1 where they do not look."""
    data, result = instance("liu2014-oil-leases"), linked(-4, -16)
    tables = linked(0, 0)
    tables["mechanism"]["transfers"] = [
        {"firm1": {"later": [[[[["0"]]]], [[[["-4", "-16"]]]]]}}, {"firm2": {"now": [["0", "11"]]}}]
    assert deviations.one_shot(data, result) == deviations.one_shot(data, tables)


def test_shapes_and_short_forms() -> None:
    """Length-1 axes, short forms and decimals read as the spelled-out data."""
    model = read(instance("no-correlation"))
    assert model.delta == F(1, 2) and model.periods[0].kernel is not None
    assert model.periods[0].kernel[1, (0, 1)] == {(0, 0): F(3, 16), (0, 1): F(9, 16), (1, 0): F(1, 16), (1, 1): F(3, 16)}
    assert model.periods[0].utility[0][0, (1, 1)] == 11 and at([[1], [2]], (1, 5)) == 2
    data = instance("liu2014-auction-2")
    data["prior"] = [["1/2", "1/3"]]
    with pytest.raises(ValueError, match="5/6"):
        read(data)
    assert read(data, normalize=True).prior == {(0, 0): F(3, 5), (0, 1): F(2, 5)}


def test_ties_of_the_repeated_auction() -> None:
    """3·3·2·2·2 efficient rules: all tie at 0 or 3 high signals, two at one; none at two."""
    model = read(instance("liu2025-repeated-auction"))
    assert [len(efficient(model).optimal[0][p]) for p in model.periods[0].profiles()] == [3, 2, 2, 1, 2, 1, 1, 3]
    rules = transfers.efficient_rules(model)
    assert len(rules) == 72 and efficient(model).rule in rules


def test_paper_condition_of_the_repeated_auction() -> None:
    """Liu 2025, (2): the mean signal is the expectation of η = the others' sum of tomorrow − 3/2."""
    model = read(instance("liu2025-repeated-auction"))
    for t, i, a, others in blocks(model):
        for k, col in enumerate(transfers.columns(model, t, i, a, others)):
            assert F(3 + k + sum(others), 3) == sum(x * (2 + sum(q) - F(3, 2)) for q, x in col.items())


def test_oracles_share_no_code_with_the_package() -> None:
    """No oracle imports the package under test; the test that compares it with the checker of before does."""
    for path in set(Path(__file__).parent.glob("*.py")) - {Path(__file__).parent / "test_old_checker.py"}:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not [x for x in lines if x.startswith(("import mech", "from mech", "from .."))], path
