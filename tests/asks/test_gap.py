"""`gap`: known distances, both proofs inside, forged answers."""

from __future__ import annotations

import copy
import json
from fractions import Fraction as F
from typing import Any

import pytest
from test_optimal import STAY, buyer

import mechsynth
from mechsynth import check as checker
from mechsynth.errors import MechsynthError
from mechsynth.families import document_bytes

Json = dict[str, Any]
HALF_STAYS = [["2/3", "1/6", "1/6"], ["1/6", "2/3", "1/6"], ["1/6", "1/6", "2/3"]]
KEPT = [["1/2", "1/2", "0", "0"], ["0", "0", "1/2", "1/2"]]
KNOWN: list[tuple[Json | tuple[str, Json], Json, str]] = [
    (("kln7", {}), {}, "7/16"),  # 39/8 − 71/16
    (("kln7", {"types": 8}), {}, "89/256"),  # 123/32 − 895/256
    (("kln7", {"types": 8, "times": 2}), {}, "0"),
    (buyer([["2", "5"]] * 3, ["1/2", "1/2"], [STAY] * 2), {}, "0"),
    (buyer([["2", "5"]] * 3, ["1/2", "1/2"], [STAY] * 2), {"reveal": "shocks"}, "3/8"),  # 35/4 − 67/8
    (buyer([["1", "2", "10"]] * 2, ["1/3"] * 3, [HALF_STAYS]), {}, "1/18"),  # 62/9 − 41/6
    # 45/8 − 11/2: separable, and out of reach all the same
    (buyer([["0", "0"], ["10", "12", "15", "18"]], ["1/2", "1/2"], [KEPT], cost="11/2", idle=True), {}, "1/8"),
]


def bytes_of(told: Any) -> bytes:
    return document_bytes(*told) if isinstance(told, tuple) else json.dumps(told).encode()


@pytest.mark.parametrize(("told", "options", "value"), KNOWN, ids=[value for _, _, value in KNOWN])
def test_known_gaps(told: Any, options: Json, value: str) -> None:
    raw = bytes_of(told)
    result = mechsynth.solve(mechsynth.loads(raw), "gap", **options)
    assert (str(result.status), result.value) == ("holds" if value == "0" else "fails", value)
    assert result.check().accepted
    assert ("can be earned" in result.explain()) == (value == "0")


def test_the_lies_that_make_the_difference_are_named() -> None:
    """Whoever said 1/4 and turns out to have 3/4 is tempted in period 2."""
    words = mechsynth.solve(mechsynth.loads(document_bytes("kln7", {})), "gap").explain()
    assert "having reported 1/4" in words


def accepted(document: Json, raw: bytes) -> bool:
    try:
        return bool(checker.check(json.dumps(document), raw).accepted)
    except MechsynthError:
        return False


def test_forged_gaps_are_refused() -> None:
    raw = document_bytes("kln7", {})
    environment = mechsynth.loads(raw)
    good = json.loads(mechsynth.solve(environment, "gap").to_bytes())
    assert accepted(good, raw)

    def forged(**changes: Any) -> Json:
        return {**copy.deepcopy(good), **changes}

    assert not accepted(forged(value="1/2", witness={"kind": "gap", "shortfall": "1/2"}), raw)
    assert not accepted(forged(status="holds", witness=None), raw)
    assert not accepted(forged(witness={"kind": "gap", "shortfall": "1"}), raw)
    inner = good["certificate"]
    for key in ("relaxed", "optimal"):
        assert not accepted(forged(certificate={k: v for k, v in inner.items() if k != key}), raw)
        worse = copy.deepcopy(inner)
        worse[key]["value"] = str(F(worse[key]["value"]) + 1)
        assert not accepted(forged(certificate=worse), raw)
    swapped = {"relaxed": inner["optimal"], "optimal": inner["relaxed"]}
    assert not accepted(forged(certificate=swapped, value="-7/16"), raw)


def test_another_question_inside_is_refused() -> None:
    """A best mechanism under another participation, which earns less, would make a larger gap; a mechanism that forgets, too."""
    raw = json.dumps(buyer([["1", "4"]] * 2, ["1/2", "1/2"], [STAY])).encode()
    environment = mechsynth.loads(raw)
    good = json.loads(mechsynth.solve(environment, "gap").to_bytes())
    assert good["value"] == "0" and accepted(good, raw)
    other = mechsynth.solve(environment, "optimal", memory="current")
    assert other.value == "4" and other.check().accepted
    bad = copy.deepcopy(good)
    bad["certificate"]["optimal"] = json.loads(other.to_bytes())
    bad |= {"value": "1/8", "status": "fails", "witness": {"kind": "gap", "shortfall": "1/8"}}
    assert not accepted(bad, raw)
    revealed = mechsynth.solve(environment, "relaxed", reveal="shocks")
    bad = copy.deepcopy(good)
    bad["certificate"]["relaxed"] = json.loads(revealed.to_bytes())
    assert not accepted(bad, raw)
