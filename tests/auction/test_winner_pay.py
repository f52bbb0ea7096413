"""`winner-pays`, and the class `winner-pay`: payments by the winner alone, against the conditions that are left where nobody moves a signal, by z3."""

from __future__ import annotations

import itertools
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import z3
from oracles import draws, efficient, model

import mechsynth
from mechsynth.check import check, small
from mechsynth.errors import InputError, UsageError

Json = dict[str, Any]
INSTANCES = Path(__file__).resolve().parents[2] / "instances"
COLLINEAR, NO_INDEX = (INSTANCES / "auctions" / f"{name}.json" for name in ("collinear", "no-index"))


def solved(raw: bytes, **options: Any) -> Any:
    result = mechsynth.solve(mechsynth.loads(raw), "implement", workers=1, **options)
    verdict = check(result.to_bytes(), raw)
    assert verdict.accepted, verdict.reason
    small.check(result.to_bytes(), raw)
    return result


def drawn(seed: int) -> bytes:
    """Three signals each, few laws of the others' next signals, any values: actions give the object to one agent, and move nothing."""
    rng = random.Random(seed)
    names = ["a", "b"]
    laws = [[Fraction(1, 3) if k == j else Fraction(1, 3 if rng.random() < 0.7 else 4) for k in range(3)] for j in range(2)]
    laws = [[p / sum(law) for p in law] for law in laws]

    def kernel(k: tuple[int, ...]) -> Fraction:
        share = Fraction((k[1] + k[2]) % 4, 3)
        mixed = [share * x + (1 - share) * y for x, y in zip(*laws, strict=True)]
        return mixed[k[3]] * mixed[k[4]]

    values = {name: {k: Fraction(rng.randint(0, 6)) for k in itertools.product(range(3), repeat=2)} for name in names}
    document: Json = {
        "format": "mechsynth-instance/1",
        "name": f"sold-{seed}",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": names,
        "signals": {name: ["1", "2", "3"] for name in names},
        "actions": names,
        "utilities": {
            name: draws.nest([2, 3, 3], lambda k, i=i, name=name: str(values[name][k[1:]] if k[0] == i else 0)) for i, name in enumerate(names)
        },
        "transition": draws.nest([1, 3, 3, 3, 3], lambda k: str(kernel(k))),
    }
    return json.dumps(document, default=str).encode()


def exists(raw: bytes) -> bool:
    """Whether at all signals of the others some payment after their next reports is wanted by every winner and by no loser: `δ μ_k r ≤ v_k` if k wins, `≥` if not."""
    env = model.read(json.loads(raw))
    rule = efficient.efficient(env).rule[0]
    for i in range(2):
        for y in range(3):
            owns = [model.insert((y,), i, k) for k in range(3)]
            if not any(rule[p] == i for p in owns):
                continue
            r = [z3.Real(f"r{k}") for k in range(3)]
            solver = z3.Solver()
            for p in owns:
                law = model.marginal(env, 0, i, 0, p)
                charge = z3.Q(*env.delta.as_integer_ratio()) * z3.Sum([z3.Q(*c.as_integer_ratio()) * r[o[0]] for o, c in law.items()])
                worth = z3.Q(*env.periods[0].utility[i][i, p].as_integer_ratio())
                solver.add(charge <= worth if rule[p] == i else charge >= worth)
            if solver.check() != z3.sat:
                return False
    return True


@pytest.mark.parametrize("seed", range(60))
def test_drawn_sales_against_z3(seed: int) -> None:
    raw = drawn(seed)
    result = solved(raw, transfers="winner-pay")
    assert (result.status == "feasible") == exists(raw)


def test_both_signs_are_drawn() -> None:
    found = [exists(drawn(seed)) for seed in range(60)]
    assert 10 <= sum(found) <= 50, sum(found)


def test_known_answers() -> None:
    """Half of the losers 1 and 3 looks like the winner 2, and is worth more (5 against 4); contingent payments, which others make too, do it."""
    raw = NO_INDEX.read_bytes()
    no = solved(raw, transfers="winner-pay")
    assert no.status == "infeasible" and no.witness["shortfall"] == "1/2"
    assert no.witness["multipliers"]["pepic bidder1 (2,1)->3"] == "1/2"
    assert {name: y for name, y in no.witness["multipliers"].items() if name.endswith("->2")} == {
        "pepic bidder1 (1,1)->2": "1/4",
        "pepic bidder1 (3,1)->2": "1/4",
    }
    assert mechsynth.solve(mechsynth.loads(raw), "contingent", workers=1).status == "feasible"
    yes = solved(COLLINEAR.read_bytes(), transfers="winner-pay")
    assert yes.status == "feasible"
    assert yes.question["transfers"] == "vcg-type" and yes.question["require"] == ["pepic", "winner-pays"]


def test_the_class_is_the_requirement() -> None:
    raw = COLLINEAR.read_bytes()
    one = mechsynth.solve(mechsynth.loads(raw), "implement", workers=1, transfers="winner-pay")
    two = mechsynth.solve(mechsynth.loads(raw), "implement", workers=1, transfers="vcg-type", require=["winner-pays"])
    assert one.to_bytes() == two.to_bytes()


@pytest.mark.parametrize("transfers", ["history-independent", "vcg-type", "contingent", "contingent+now", "full", "full+now"])
def test_only_winners_pay(transfers: str) -> None:
    """With every class of payments: what is found pays nothing where another wins."""
    raw = COLLINEAR.read_bytes()
    result = solved(raw, transfers=transfers, require=["winner-pays"], relax=False)
    if result.status != "feasible":
        assert transfers == "history-independent"
        return
    document = json.loads(result.to_bytes())
    rule = {tuple(e["signals"].values()): e["action"] for e in document["mechanism"]["allocation"]}
    labels = ["1", "2", "3"]
    kinds = document["mechanism"]["transfers"]
    for i, name in enumerate(("bidder1", "bidder2")):
        for p in itertools.product(range(3), repeat=2):
            if rule[tuple(labels[k] for k in p)] == name:
                continue
            action = 1 - i
            for kind, table in kinds[name].items():
                place = [*p] if kind == "now" else [action, *p]
                node: Any = table
                for k in place:
                    node = node[k if len(node) > 1 else 0]
                assert set(_flat(node)) == {"0"}


def _flat(node: Any) -> list[str]:
    return [node] if isinstance(node, str) else [leaf for part in node for leaf in _flat(part)]


def test_a_loser_that_pays_is_named() -> None:
    """Bidder 2 pays 1 wherever bidder 1 reports 1, whatever it reports: no lie gains by that, and bidder 1 wins there."""
    raw = COLLINEAR.read_bytes()
    document = json.loads(solved(raw, transfers="contingent", require=["winner-pays"], relax=False).to_bytes())
    own = document["mechanism"]["transfers"]["bidder2"]["later"][0][0]
    assert [leaf for leaf in _flat(own)] == ["0"] * 9
    for k in range(3):
        own[k] = [["1"], ["1"], ["1"]]
    verdict = check(json.dumps(document).encode(), raw)
    assert verdict.reason == "winner-pays later bidder2 (1,1)->(1,*): off by 1, not 0"
    document["question"]["require"] = ["pepic"]
    assert check(json.dumps(document).encode(), raw).accepted


def test_names_of_nobody_are_refused() -> None:
    raw = COLLINEAR.read_text(encoding="utf-8")
    document = json.loads(raw)
    document["actions"] = ["left", "right"]
    with pytest.raises((UsageError, InputError), match="no action has the name of an agent"):
        mechsynth.solve(mechsynth.loads(json.dumps(document).encode()), "implement", workers=1, transfers="winner-pay")


def test_in_words() -> None:
    words = " ".join(mechsynth.solve(mechsynth.loads(COLLINEAR.read_bytes()), "implement", workers=1, transfers="winner-pay").explain().split())
    assert "the winner pays: an agent pays or receives nothing but after the action of its name" in words
