"""`virtual-pivot`: known revenues, best replies by plain recursion, never above `optimal` or the bound, refusals with the entry, forgeries."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction as F
from itertools import product
from typing import Any

import pytest
from test_optimal import SAME, buyer

import mechsynth
from mechsynth import check as checker
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.families import document_bytes

Json = dict[str, Any]
KEPT = [["1/2", "1/2", "0", "0"], ["0", "0", "1/2", "1/2"]]


def grid(first: list[int], shocks: list[F], cost: str, additive: bool = False) -> Json:
    """A buyer with x, then x s or x + s, all equally likely."""
    values = [str(x + s if additive else x * s) for x in first for s in shocks]
    chance = str(F(1, len(shocks)))
    law = [[chance if x == y else "0" for y in first for _ in shocks] for x in first]
    return buyer([["0"] * len(first), values], [str(F(1, len(first)))] * len(first), [law], cost=cost, idle=True)


ROWS: list[tuple[Json, dict[tuple[str, str], str]]] = [
    # strikes 5/2 and 5/4: fees 3/4 and 13/4 − (2 − 3/4) = 2: (3/4 + (5/2 − 5/4)/2 + 2)/2
    (grid([2, 3], [F(1), F(2)], "5/4"), {("kln", "rule"): "27/16", ("grid", "rule"): "29/16", ("kln", "best"): "27/16", ("grid", "best"): "29/16"}),
    # low's strike is 11 or 12: 3 buys always in its contract
    (grid([2, 3], [F(5), F(6)], "11/2"), {("kln", "rule"): "37/8", ("grid", "rule"): "39/8", ("kln", "best"): "11/2", ("grid", "best"): "11/2"}),
    (grid([1, 2], [F(0), F(3)], "1", True), {("kln", "rule"): "7/4", ("grid", "rule"): "7/4"}),
    (grid([1, 2], [F(0), F(1, 2)], "1/4", True), {("kln", "rule"): "7/8", ("kln", "best"): "1"}),
    # types that stay, one unit a period: the optimum of one period, 4/3, in each
    (buyer([["1", "2", "3"]] * 2, ["1/3"] * 3, [SAME], delta="1/2"), {("kln", "rule"): "2"}),
]


@pytest.mark.parametrize("k", range(len(ROWS)))
def test_known_revenues(k: int) -> None:
    document, wanted = ROWS[k]
    environment = mechsynth.loads(json.dumps(document))
    best = F(mechsynth.solve(environment, "optimal").value)
    for (strikes, exclude), value in wanted.items():
        result = mechsynth.solve(environment, "virtual-pivot", strikes=strikes, exclude=exclude)
        assert (str(result.status), result.value) == ("feasible", value)
        assert result.check().accepted
        bound = F(result.certificate["relaxed"]["value"])
        assert F(value) <= best <= bound
        assert (F(value) == bound) == ("so no mechanism earns more" in result.explain())


def auction(additive: bool) -> Json:
    """Two bidders for one item in period 2: x in {2, 3} times {1, 2}, or x in {1, 2} plus {0, 3} at the cost 0."""
    first, shocks = ([1, 2], [0, 1]) if additive else ([2, 3], [1, 2])
    values = [str(x + s if additive else x * s) for x in first for s in shocks]
    zero, names = ["0"] * 4, ["a", "b"]
    return {
        "format": "mechsynth-instance/1",
        "name": "auction",
        "horizon": 2,
        "discount": "1",
        "agents": names,
        "prior": {"independent": {name: ["1/2", "1/2"] for name in names}},
        "periods": [
            {
                "signals": {name: [str(x) for x in first] for name in names},
                "actions": ["-"],
                "utilities": {name: {"private": [["0", "0"]]} for name in names},
                "transition": {"independent": dict.fromkeys(names, KEPT)},
            },
            {
                "signals": {name: [f"{x},{s}" for x in first for s in shocks] for name in names},
                "actions": ["keep", *names],
                "utilities": {name: {"private": [zero, *(values if j == i else zero for j in range(2))]} for i, name in enumerate(names)},
            },
        ],
    }


def test_two_bidders() -> None:
    """α = 1/2 for 2, 1 for 3: virtual values 1, 2, 3, 6, of which the best of two is 4 in the mean; the grid costs 3/16."""
    environment = mechsynth.loads(json.dumps(auction(False)))
    result = mechsynth.solve(environment, "virtual-pivot")
    assert (result.value, result.certificate["relaxed"]["value"]) == ("61/16", "4") and result.check().accepted
    assert mechsynth.solve(environment, "optimal").value == "4"


# -- best replies -----------------------------------------------------------------------------------------------------


class Played:
    """A mechanism of two periods at most, read from its file, against an agent who may say anything at any time."""

    def __init__(self, document: Json, result: Json) -> None:
        self.document, self.tree = document, result["mechanism"]["allocation"]["tree"]
        self.names = document["agents"]
        self.sizes = [[len(p["signals"][n]) for n in self.names] for p in document["periods"]]
        self.delta = F(document["discount"])

    def number(self, t: int, profile: tuple[int, ...]) -> int:
        found = 0
        for size, k in zip(self.sizes[t], profile, strict=True):
            found = found * size + k
        return found

    def value(self, t: int, i: int, action: int, own: int) -> F:
        return F(self.document["periods"][t]["utilities"][self.names[i]]["private"][action][own])

    def flow(self, t: int, i: int, own: int, told: tuple[int, ...], first: int) -> F:
        """Utility of the lottery less the payment."""
        drawn, paid = self.tree[t]["allocation"], self.tree[t]["payments"][self.names[i]]
        place = self.number(t, told)
        lottery, due = (drawn[place], paid[place]) if t == 0 else (drawn[first][place], paid[first][place])
        return sum((F(c) * self.value(t, i, a, own) for a, c in enumerate(lottery)), F(0)) - F(due)

    def law(self, i: int, own: int) -> list[F]:
        table = self.document["periods"][0]["transition"]["independent"][self.names[i]]
        return [F(c) for c in table[own]]

    def best(self, i: int, truth: tuple[int, ...], told: int, honest: bool) -> F:
        """Her payoff at true first signals after a first report, with the truth in period 2 or whatever is best."""
        said = (*truth[:i], told, *truth[i + 1 :])
        total = self.flow(0, i, truth[i], said, 0)
        if len(self.sizes) == 1:
            return total
        first = self.number(0, said)
        for after in product(*map(range, self.sizes[1])):
            chance = F(1)
            for j, own in enumerate(truth):
                chance *= self.law(j, own)[after[j]]
            if chance:
                reports = [after[i]] if honest else range(self.sizes[1][i])
                total += self.delta * chance * max(self.flow(1, i, after[i], (*after[:i], r, *after[i + 1 :]), first) for r in reports)
        return total

    def check(self, prior: list[list[F]]) -> None:
        for i in range(len(self.names)):
            for truth in product(*map(range, self.sizes[0])):
                honest = self.best(i, truth, truth[i], True)
                assert all(self.best(i, truth, told, False) <= honest for told in range(self.sizes[0][i])), (i, truth)
            for own in range(self.sizes[0][i]):
                expected = F(0)
                for truth in product(*map(range, self.sizes[0])):
                    if truth[i] == own:
                        chance = F(1)
                        for j, k in enumerate(truth):
                            chance *= prior[j][k] if j != i else 1
                        expected += chance * self.best(i, truth, own, True)
                assert expected >= 0


def prior_of(document: Json) -> list[list[F]]:
    return [[F(c) for c in document["prior"]["independent"][name]] for name in document["agents"]]


@pytest.mark.parametrize("additive", [False, True])
def test_no_strategy_of_a_bidder_gains(additive: bool) -> None:
    document = auction(additive)
    result = mechsynth.solve(mechsynth.loads(json.dumps(document)), "virtual-pivot")
    assert result.check().accepted
    Played(document, json.loads(result.to_bytes())).check(prior_of(document))


def test_random_buyers() -> None:
    """Both strikes: no strategy gains; and virtual pivot ≤ optimal ≤ bound."""
    rng, seen, below = random.Random(41), 0, 0
    while seen < 40:
        first = sorted(rng.sample(range(1, 9), rng.randint(2, 3)))
        shocks = sorted({F(rng.randint(0, 6), rng.choice((1, 2))) for _ in range(rng.randint(1, 3))})
        document = grid(first, shocks, str(F(rng.randint(0, 12), 2)), rng.random() < 0.5)
        environment = mechsynth.loads(json.dumps(document))
        try:
            found = [mechsynth.solve(environment, "virtual-pivot", strikes=s, exclude=e) for s, e in product(("kln", "grid"), ("rule", "best"))]
        except UsageError as error:
            assert "not regular" in str(error)
            continue
        seen += 1
        best = F(mechsynth.solve(environment, "optimal").value)
        bound = F(mechsynth.solve(environment, "relaxed").value)
        for result in found:
            if result.value is None:
                continue
            assert result.check().accepted and F(result.value) <= best <= bound
            Played(document, json.loads(result.to_bytes())).check(prior_of(document))
            below += F(result.value) < best
        assert F(found[1].value) >= F(found[0].value) and F(found[3].value) >= F(found[2].value)
    assert below >= 1


def separable(rng: random.Random) -> Json:
    """One or two agents with x s or x + s, one item or one project, actions that move s or do not, and a seller with a cost."""
    names = ["a", "b"][: rng.choice((1, 2, 2))]
    periods, moved, additive = rng.choice((1, 2, 2)), rng.random() < 0.4, rng.random() < 0.5
    actions = ["keep", *names] if rng.random() < 0.7 else ["no", "yes"]
    first: Json = {"signals": {"seller": ["-"]}, "actions": actions, "utilities": {}}
    second: Json = {"signals": {"seller": ["-"]}, "actions": actions, "utilities": {}}
    prior: Json = {"seller": ["1"]}
    moves: Json = {"seller": [["1"]]}
    for name in names:
        xs, shocks = sorted(rng.sample(range(1, 7), rng.randint(1, 3))), sorted(rng.sample(range(5), rng.randint(1, 2)))
        weights = [rng.randint(1, 3) for _ in xs]
        prior[name] = [str(F(w, sum(weights))) for w in weights]
        first["signals"][name] = [str(x) for x in xs]
        second["signals"][name] = [f"{x},{s}" for x in xs for s in shocks]
        wins = [action in (name, "yes") for action in actions]
        second["utilities"][name] = {"private": [[(x + s if additive else x * s) * won for x in xs for s in shocks] for won in wins]}
        first["utilities"][name] = {"private": [[x * won * (periods == 1) for x in xs] for won in wins]}
        laws: list[list[F]] = []
        for _ in actions:
            if moved or not laws:
                drawn = [rng.randint(1, 3) for _ in shocks]
                laws.append([F(w, sum(drawn)) for w in drawn])
            else:
                laws.append(laws[0])
        moves[name] = [[[str(law[s]) if y == x else "0" for y in range(len(xs)) for s in range(len(shocks))] for x in range(len(xs))] for law in laws]
    cost = rng.randint(0, 6)
    borne = [[0 if action == actions[0] else -cost] for action in actions]
    second["utilities"]["seller"] = {"private": borne}
    first["utilities"]["seller"] = {"private": borne if periods == 1 else [[0]] * len(actions)}
    if periods == 2:
        first["transition"] = {"independent": moves}
    return {
        "format": "mechsynth-instance/1",
        "name": "separable",
        "horizon": periods,
        "discount": rng.choice(("1", "1/2")),
        "agents": [*names, "seller"],
        "prior": {"independent": prior},
        "periods": [first, second][:periods],
    }


def between(seed: int) -> bool:
    """Virtual pivot ≤ optimal ≤ bound, all proved; False where weights fall."""
    environment = mechsynth.loads(json.dumps(separable(random.Random(seed))))
    try:
        result = mechsynth.solve(environment, "virtual-pivot")
    except UsageError as error:
        assert "not regular" in str(error)
        return False
    assert str(result.status) == "feasible" and result.check().accepted, seed
    bound = F(result.certificate["relaxed"]["value"])
    assert F(result.value) <= bound, seed
    if environment.period(1).size <= 4:
        best = mechsynth.solve(environment, "optimal")
        assert best.value is None or F(result.value) <= F(best.value) <= bound, seed
    return True


def test_random_separable_environments() -> None:
    assert sum(between(seed) for seed in range(30)) >= 20


@pytest.mark.slow
def test_many_random_separable_environments() -> None:
    assert sum(between(seed) for seed in range(30, 500)) >= 300


# -- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (document_bytes("kln7", {}), r"do not separate: neither in proportion nor at one distance, sell at 1/4,\+, 3/4,\+"),
        (document_bytes("battaglini", {"stay": "1/4", "rise": "3/4"}), "'low' follows the first signals low and high"),
        (document_bytes("sequential-screening", {}), "1 and 2 signals can follow leisure and business"),
        # α = 1 − 2 · 1, 1 − 1 · 3, 1
        (json.dumps(grid([1, 2, 8], [F(1)], "0")).encode(), "alpha falls from -1 to -2 between 'v0' and 'v1'"),
    ],
)
def test_refusals_name_the_entry(raw: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        mechsynth.solve(mechsynth.loads(raw), "virtual-pivot")


def test_special_strikes_are_of_one_buyer() -> None:
    environment = mechsynth.loads(json.dumps(auction(False)))
    for options in ({"strikes": "grid"}, {"exclude": "best"}):
        with pytest.raises(UsageError, match="more than one agent has a secret"):
            mechsynth.solve(environment, "virtual-pivot", **options)


# -- forgeries ----------------------------------------------------------------------------------------------------------


def accepted(document: Json, raw: bytes) -> bool:
    try:
        return bool(checker.check(json.dumps(document), raw).accepted)
    except MechsynthError:
        return False


def test_the_envelope_fee_is_refused() -> None:
    """By KLN's (24), discretized, the high type would be left 1, and has 5/4 in the contract of the low one: its fee 1/4 more, the revenue 1/8 more, and it would rather say 2."""
    raw = json.dumps(grid([2, 3], [F(1), F(2)], "5/4")).encode()
    good = json.loads(mechsynth.solve(mechsynth.loads(raw), "virtual-pivot").to_bytes())
    assert accepted(good, raw)
    fees = good["mechanism"]["allocation"]["tree"][0]["payments"]["buyer"]
    assert fees[1] == "2"
    bad = copy.deepcopy(good)
    bad["mechanism"]["allocation"]["tree"][0]["payments"]["buyer"][1] = "9/4"
    bad["value"] = str(F(good["value"]) + F(1, 8))
    assert not accepted(bad, raw)


def test_forged_answers_are_refused() -> None:
    raw = document_bytes("kln-separable", {"types": 3, "kind": "additive"})
    environment = mechsynth.loads(raw)
    good = json.loads(mechsynth.solve(environment, "virtual-pivot").to_bytes())
    assert accepted(good, raw)

    def forged(change: Any) -> Json:
        bad = copy.deepcopy(good)
        change(bad)
        assert bad != good
        return bad

    tree = ("mechanism", "allocation", "tree")

    def at(bad: Json) -> Any:
        for key in tree:
            bad = bad[key]
        return bad

    for change in (
        lambda bad: bad.update(value=str(F(bad["value"]) + 1)),
        lambda bad: bad["certificate"].pop("relaxed"),
        lambda bad: bad["certificate"]["relaxed"].update(value="100"),
        lambda bad: bad["question"].update(strikes="high"),
        lambda bad: at(bad)[1]["payments"]["buyer"][2].__setitem__(0, "-5"),
        lambda bad: at(bad)[1]["allocation"][2].__setitem__(0, ["1/2", "1/3"]),
        lambda bad: at(bad)[0]["payments"]["buyer"].__setitem__(0, "50"),
        lambda bad: at(bad).pop(),
    ):
        assert not accepted(forged(change), raw)
    other = json.loads(mechsynth.solve(environment, "relaxed", reveal="shocks").to_bytes())
    assert not accepted({**good, "certificate": {"relaxed": other}}, raw)
