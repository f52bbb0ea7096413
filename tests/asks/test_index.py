"""`index`: by hand, against all stopping sets, efficient by the rule that `policy` finds, forged numbers."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction as F
from itertools import combinations
from typing import Any

import pytest
from kinds import arms

import mechsynth
from mechsynth import check as checker
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.families import document_bytes

Json = dict[str, Any]


def told(result: Any) -> dict[str, dict[str, F]]:
    return {name: {row["signal"]: F(row["index"]) for row in entry["indices"]} for name, entry in result.certificate["arms"].items()}


def test_by_hand() -> None:
    """Weights 2 and 3 times 2/3 (new), 1 (good), 0 (bad): new = (1/2 + 1/2)/(1 + 1/2) at δ = 1/2."""
    result = mechsynth.solve(mechsynth.loads(json.dumps(arms())), "index")
    assert told(result) == {"a": {"new": F(4, 3), "good": F(2), "bad": F(0)}, "b": {"new": F(2), "good": F(3), "bad": F(0)}}
    assert result.check().accepted
    family = mechsynth.solve(mechsynth.loads(document_bytes("bandit-auction", {"success": "1/3", "discount": "3/4"})), "index")
    # new: pays s, and goes on for ever if good: (s + δ s/(1 − δ))/(1 + δ s/(1 − δ)) = s/(1 − δ(1 − s))
    assert told(family)["a"]["2,new"] == 2 * F(1, 3) / (1 - F(3, 4) * F(2, 3)) and family.check().accepted


def chain(rng: random.Random, size: int, delta: F) -> Json:
    """One arm with these signals and an action that rests."""
    rows = []
    for _ in range(size):
        weights = [rng.choice((0, 0, 1, 2)) for _ in range(size)]
        weights[rng.randrange(size)] += 1
        rows.append([str(F(w, sum(weights))) for w in weights])
    stay = [["1" if q == k else "0" for q in range(size)] for k in range(size)]
    pays = [str(F(rng.randint(-3, 6), rng.choice((1, 2)))) for _ in range(size)]
    return {
        "format": "mechsynth-instance/1",
        "name": "chain",
        "horizon": "infinite",
        "discount": str(delta),
        "agents": ["one"],
        "signals": {"one": [f"s{k}" for k in range(size)]},
        "actions": ["rest", "use"],
        "utilities": {"one": [["0"] * size, pays]},
        "transition": [stay, rows],
    }


def solve(matrix: list[list[F]], right: list[F]) -> list[F]:
    rows = [[*row, r] for row, r in zip(matrix, right, strict=True)]
    for n in range(len(rows)):
        top = next(m for m in range(n, len(rows)) if rows[m][n])
        rows[n], rows[top] = rows[top], rows[n]
        for m in range(len(rows)):
            if m != n:
                factor = rows[m][n] / rows[n][n]
                rows[m] = [a - factor * b for a, b in zip(rows[m], rows[n], strict=True)]
    return [row[-1] / row[n] for n, row in enumerate(rows)]


def by_sets(document: Json, signal: int) -> F:
    """The largest ratio over all sets of signals in which one goes on after the first use."""
    pays = [F(v) for v in document["utilities"]["one"][1]]
    law = [[F(c) for c in row] for row in document["transition"][1]]
    delta, size, best = F(document["discount"]), len(pays), None
    for count in range(size + 1):
        for on in combinations(range(size), count):
            matrix = [[F(int(k == q)) - delta * law[k][q] for q in on] for k in on]
            gains = dict(zip(on, solve(matrix, [pays[k] for k in on]), strict=True)) if on else {}
            times = dict(zip(on, solve(matrix, [F(1)] * len(on)), strict=True)) if on else {}
            gain = pays[signal] + delta * sum(law[signal][q] * gains.get(q, F(0)) for q in range(size))
            time = 1 + delta * sum(law[signal][q] * times.get(q, F(0)) for q in range(size))
            best = gain / time if best is None else max(best, gain / time)
    assert best is not None
    return best


def test_random_chains_by_all_stopping_sets() -> None:
    rng, seen = random.Random(7), 0
    while seen < 25:
        document = chain(rng, rng.randint(2, 4), rng.choice((F(1, 2), F(9, 10))))
        raw = json.dumps(document).encode()
        try:
            result = mechsynth.solve(mechsynth.loads(raw), "index")
        except UsageError as error:
            assert "nobody" in str(error) or "anybody" in str(error)
            continue
        seen += 1
        assert result.check().accepted
        for name, index in told(result)["one"].items():
            assert index == by_sets(document, int(name[1:])), (document, name)


def test_the_highest_index_is_efficient() -> None:
    """At every profile whose best index is alone on top and positive, the efficient rule uses that arm."""
    document = arms()
    environment = mechsynth.loads(json.dumps(document))
    index = told(mechsynth.solve(environment, "index"))
    seen = 0
    for record in json.loads(mechsynth.solve(environment, "policy").to_bytes())["mechanism"]["allocation"]:
        each = {name: index[name][signal] for name, signal in record["signals"].items()}
        best = max(each.values())
        on_top = [name for name, value in each.items() if value == best]
        if best > 0 and len(on_top) == 1:
            assert record["action"] == on_top[0], record
            seen += 1
    assert seen >= 5


def test_an_action_that_moves_two_is_refused() -> None:
    document = arms()
    document["utilities"]["a"]["private"][2] = [1, 1, 1]
    with pytest.raises(UsageError, match="more than one action moves or pays a"):
        mechsynth.solve(mechsynth.loads(json.dumps(document)), "index")


def accepted(document: Json, raw: bytes) -> bool:
    try:
        return bool(checker.check(json.dumps(document), raw).accepted)
    except MechsynthError:
        return False


def test_forged_indices_are_refused() -> None:
    raw = json.dumps(arms()).encode()
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "index").to_bytes())
    assert accepted(good, raw)
    for change in (
        lambda found: found["a"]["indices"][1].update(index="5/4"),  # KLN's expectation of a ratio, times 2
        lambda found: found["a"]["indices"][1]["values"].update(good="1"),
        lambda found: found["a"]["indices"].pop(),
        lambda found: found["a"]["indices"].append(found["a"]["indices"][0]),
        lambda found: found["a"].update(action="b"),
        lambda found: found.pop("b"),
    ):
        bad = copy.deepcopy(good)
        change(bad["certificate"]["arms"])
        assert not accepted(bad, raw)
