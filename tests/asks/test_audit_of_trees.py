"""`audit` of mechanisms with histories: numbers by hand, best replies by the oracle, whatever the result claims."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from oracles import whole_plans
from oracles.trees import drawn

import mechsynth
from mechsynth import instance
from mechsynth.audit import audit
from mechsynth.cli import main
from mechsynth.errors import InputError
from mechsynth.evaluation import evaluate

Json = dict[str, Any]
MET = Path(__file__).resolve().parents[2] / "instances" / "revenue" / "buyer-met-twice.json"

# Sell to whoever has said 4: 4 up front, in period 2 4 to a new 4; to a 1 after a 4 the good is free, and a 4 after a 4 pays nothing more.
FREE_AFTER: list[Json] = [
    {"allocation": [["1", "0"], ["0", "1"]], "payments": {"buyer": ["0", "4"], "seller": ["0", "0"]}},
    {
        "allocation": [[["1", "0"], ["0", "1"]], [["0", "1"], ["0", "1"]]],
        "payments": {"buyer": [["0", "4"], ["0", "0"]], "seller": [["0", "0"], ["0", "0"]]},
    },
]


def of(document: Json, tree: list[Json]) -> Json:
    """The audit of a tree in a result that claims nothing true."""
    environment = mechsynth.loads(json.dumps(document))
    result = mechsynth.solve(environment, "optimal").document()
    result["mechanism"] = {"allocation": {"tree": tree}}
    result["value"] = "1000"
    found: Json = audit(json.dumps(result).encode(), instance.to_bytes(environment)).document()
    return found


def test_by_hand() -> None:
    """A 4 pays 4 at the start and takes the good twice (and 1 or 4 in period 2, 13/4 expected): rent 13/4. As a 1 it would have nothing: it loses 13/4. A 1 who
    says 4 pays 4 for 1 now and 7/4 later: it loses 5/4. Revenue (4 + 4 · 1/4)/2: a 1 buys at 4 with chance 1/4.
    """
    found = of(json.loads(MET.read_text()), FREE_AFTER)
    assert found["pepic"] and found["pbic"]
    assert found["least-slack"] == "0"  # in period 2, a 1 after a 4 may say 4: all the same
    assert found["budget"]["ex-ante"] == "5/2"
    assert found["payoffs"]["buyer"] == {"1,-": "0", "4,-": "13/4"} and found["surplus"] == {"1,-": "1", "4,-": "29/4"}
    assert found["rents"] == {"buyer": "13/8", "seller": "0"}
    assert not found["efficient"] and "falls short by 7/4" in found["inefficiency"]
    assert found["participation"]["ex-post"]["value"] == "0" and found["participation"]["ex-ante"]["value"] == "0"
    assert found["in-a-period"]["largest-payment"]["value"] == "4" and found["in-a-period"]["deficit:ex-post"]["value"] == "0"
    assert found["in-a-period"]["largest-loss"]["value"] == "0" or "at (1, -)" in found["in-a-period"]["largest-loss"]["where"]


def test_a_lie_that_gains() -> None:
    """Were the second unit 3 dearer after a 4, a 4 would lose 13/4 − 3 and stay; were it 4 dearer, a 1 after a 4 would have −3 and a 4 of period 1 gain by saying 1."""
    tree = json.loads(json.dumps(FREE_AFTER))
    tree[1]["payments"]["buyer"][1] = ["4", "4"]
    found = of(json.loads(MET.read_text()), tree)
    assert not found["pepic"] and found["least-slack"] == "-3/4"  # 4 − 4 + 13/4 − 4 against 0
    assert "reporting 1" in found["deviation"] and "period 1" in found["deviation"]
    assert found["participation"]["ex-post"]["value"] == "-3"


@pytest.mark.parametrize("seed", range(100, 124))
def test_truth_against_the_oracle(seed: int) -> None:
    """Payments that are moved at random: what the audit finds truthful has no better reply, with the oracle's revenue and surplus; what has, it finds."""
    document = drawn(seed, known=True)
    result = mechsynth.solve(mechsynth.loads(json.dumps(document)), "optimal", incentives="pbic")
    tree = result.document()["mechanism"]["allocation"]["tree"]
    dice = random.Random(seed)

    def moved(table: Any) -> Any:
        return [moved(entry) for entry in table] if isinstance(table, list) else str(Fraction(table) - dice.choice((0, 0, 0, Fraction(1, 8))))

    for case in range(3):
        if case:
            tree = [{"allocation": e["allocation"], "payments": {name: moved(own) for name, own in e["payments"].items()}} for e in tree]
        found = of(document, tree)
        for incentives in ("pepic", "pbic"):
            try:
                whole_plans.truthful(document, tree, incentives=incentives)
                pays = False
            except AssertionError:
                pays = True
            assert not (pays and found[incentives])
        revenue, surplus = whole_plans.earns(document, tree)
        assert Fraction(found["budget"]["ex-ante"]) == revenue
        made = sum(Fraction(value) * whole_plans.Model(document).prior(p) for value, p in zip(found["surplus"].values(), whole_plans.Model(document).profiles[0], strict=True))
        assert made == surplus
        if not case:
            assert found["pbic"]


def test_an_efficient_tree() -> None:
    """With one agent, and the surplus as what is to be large, the mechanism found is efficient, and the audit says so."""
    alone = [document for document in map(drawn, range(130, 170)) if len(document["agents"]) == 1]
    assert len(alone) > 5
    for document in alone:
        environment = mechsynth.loads(json.dumps(document))
        result = mechsynth.solve(environment, "optimal", weights="0,1")
        found: Json = audit(result.to_bytes(), instance.to_bytes(environment)).document()
        policy = mechsynth.solve(environment, "policy")
        assert result.value == policy.value
        assert found["efficient"] and found["pepic"]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sold.json"
    assert main(["solve", str(MET), "--ask", "optimal", "-o", str(out)]) == 0
    capsys.readouterr()
    assert main(["audit", str(MET), str(out)]) == 0
    said = capsys.readouterr().out
    assert "truth is a periodic ex post equilibrium" in said and "Participation ex post" in said and "expected discounted payments 33/8" in said
    assert main(["audit", str(MET), str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pepic"] is True


def test_bad_trees() -> None:
    document = json.loads(MET.read_text())
    tree = json.loads(json.dumps(FREE_AFTER))
    tree[0]["allocation"][0] = ["1/2", "1/3"]
    with pytest.raises(InputError, match="not a lottery"):
        of(document, tree)
    with pytest.raises(InputError, match="one entry a period"):
        of(document, FREE_AFTER[:1])
    environment = mechsynth.loads(json.dumps(document))
    result = mechsynth.solve(environment, "optimal").document()
    with pytest.raises(InputError, match="payments by history are not evaluated"):
        evaluate(json.dumps(result).encode(), instance.to_bytes(environment))
