"""`contracts`: menus by hand, the envelope of the continuum in the limit, forged menus."""

from __future__ import annotations

import copy
import json
from fractions import Fraction as F
from typing import Any

import pytest
from test_virtual_pivot import auction, grid

import mechsynth
from mechsynth import check as checker
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.families import document_bytes

Json = dict[str, Any]


def menu(result: Any) -> list[tuple[str, list[str | None]]]:
    return [(line["fee"], line["strikes"]) for line in result.certificate["menu"]]


def test_menus_by_hand() -> None:
    """2 and 3 with s in {1, 2}, cost 5/4: strikes (5/4)/(1/2) and 5/4, fees 3/4 and 13/4 − (2 − 3/4); on the grid low's strike is 4, which it is left nothing at, and high has (6 − 4)/2."""
    environment = mechsynth.loads(json.dumps(grid([2, 3], [F(1), F(2)], "5/4")))
    kln, made = (mechsynth.solve(environment, "contracts", strikes=strikes) for strikes in ("kln", "grid"))
    assert menu(kln) == [("3/4", ["5/2"]), ("2", [None])] and kln.value == "27/16"
    assert menu(made)[0] == ("0", ["4"]) and made.value == "29/16"
    assert kln.check().accepted and made.check().accepted
    additive = mechsynth.solve(mechsynth.loads(json.dumps(grid([1, 2], [F(0), F(3)], "1", True))), "contracts")
    # γ − β = 1 + 1 for the low type, which buys at 4; 1 for the high one
    assert menu(additive)[0][1] == ["2"] and additive.value == "7/4"


@pytest.mark.parametrize("count", [8, 16])
def test_strikes_are_cost_over_weight(count: int) -> None:
    """KLN's: 1/α with α = 1 − (K − k)/K/x; fees near M(p) = 7/6 − 2p/3 on [1, 3/2] and 2/3 − p/3 on [3/2, 2], within 2/K."""
    result = mechsynth.solve(mechsynth.loads(document_bytes("kln-separable", {"types": count})), "contracts")
    seen = 0
    for k, (fee, strikes) in enumerate(menu(result), start=1):
        x = F(2 * k - 1, 2 * count)
        if strikes[0] is None:
            continue
        strike = F(strikes[0])
        assert strike == 1 / (1 - F(count - k, count) / x)
        if strike <= 2:
            limit = F(7, 6) - 2 * strike / 3 if strike <= F(3, 2) else F(2, 3) - strike / 3
            assert abs(F(fee) - limit) <= F(2, count)
            seen += 1
    assert seen >= 2


def test_two_buyers_have_no_menu() -> None:
    with pytest.raises(UsageError, match="one agent with something to tell"):
        mechsynth.solve(mechsynth.loads(json.dumps(auction(False))), "contracts")


def accepted(document: Json, raw: bytes) -> bool:
    try:
        return bool(checker.check(json.dumps(document), raw).accepted)
    except MechsynthError:
        return False


def test_forged_menus_are_refused() -> None:
    raw = document_bytes("kln-separable", {"types": 4, "kind": "additive", "cost": "3/2"})
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "contracts").to_bytes())
    assert accepted(good, raw)
    lines = good["certificate"]["menu"]
    told = next(k for k, line in enumerate(lines) if line["strikes"][0] is not None)
    for change in (
        lambda found: found[told].update(fee="100"),
        lambda found: found[told]["strikes"].__setitem__(0, "100"),
        lambda found: found[told]["strikes"].__setitem__(0, None),
        lambda found: found[told].update(signal="none"),
        lambda found: found[told]["strikes"].append("1"),
        lambda found: found.pop(),
    ):
        bad = copy.deepcopy(good)
        change(bad["certificate"]["menu"])
        assert bad != good and not accepted(bad, raw)
    bad = copy.deepcopy(good)
    del bad["certificate"]["menu"]
    assert not accepted(bad, raw)
