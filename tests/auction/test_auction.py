"""`auction`: the known numbers of Liu 2025's repeated auction; drawn ones against brute force over bids, and against z3 for the index."""

# ruff: noqa: B023 (functions that are called where they are made)
from __future__ import annotations

import copy
import itertools
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import z3
from oracles import model

import mechsynth
from mechsynth import cli
from mechsynth.check import check
from mechsynth.errors import InputError, UsageError

Json = dict[str, Any]
INSTANCES = Path(__file__).resolve().parents[2] / "instances"
REPEATED = INSTANCES / "liu2025-repeated-auction.json"


def solved(raw: bytes, **options: Any) -> Any:
    result = mechsynth.solve(mechsynth.loads(raw), "auction", workers=1, **options)
    verdict = check(result.to_bytes(), raw)
    assert verdict.accepted, verdict.reason
    return result


# -- drawn instances ------------------------------------------------------------------------------------------------------


def nest(sizes: list[int], entry: Any, place: tuple[int, ...] = ()) -> Any:
    return str(entry(place)) if not sizes else [nest(sizes[1:], entry, (*place, k)) for k in range(sizes[0])]


def drawn(seed: int, *, horizon: int | str = "infinite", planted: bool = True) -> bytes:
    """Numbers, γ and laws at random; planted laws mix two of them with a weight that is linear in the mean, so that some index has it as its expectation."""
    rng = random.Random(seed)
    count = rng.choice((2, 2, 3))
    sizes = [rng.randint(1, 3 if count == 2 else 2) for _ in range(count)]
    sizes[0] = max(sizes[0], 2)
    stages = []
    for t in range(1 if horizon == "infinite" else int(horizon)):
        gamma = Fraction(rng.randint(5, 12), 4)
        z = [[Fraction(rng.randint(1, 9), rng.choice((1, 2))) for _ in range(size)] for size in sizes]
        z[0][1] = z[0][0] + 1
        places = list(itertools.product(*map(range, sizes)))
        mean = {p: sum(own[k] for own, k in zip(z, p, strict=True)) / count for p in places}
        low, high = min(mean.values()), max(mean.values())

        def law(places: Any = places) -> dict[Any, Fraction]:
            weights = [rng.randint(0, 5) for _ in places]
            weights[rng.randrange(len(weights))] += 1
            return {p: Fraction(w, sum(weights)) for p, w in zip(places, weights, strict=True)}

        one, two = law(), law()

        def at(p: Any, q: Any, one: Any = one, two: Any = two, mean: Any = mean, low: Any = low, high: Any = high) -> Fraction:
            share = (mean[p] - low) / (high - low)
            return one[q] * share + two[q] * (1 - share)

        free = {p: law() for p in places}
        kernel = nest([1, *sizes, *sizes], lambda k: at(k[1 : count + 1], k[count + 1 :]) if planted else free[k[1 : count + 1]][k[count + 1 :]])

        def worth(i: int, z: Any = z, gamma: Any = gamma) -> Any:
            def entry(k: tuple[int, ...]) -> Fraction:
                own = [z[j][n] for j, n in enumerate(k[1:])]
                return own[i] + gamma * (sum(own) - own[i]) if k[0] == i else Fraction(0)

            return nest([count, *sizes], entry)

        names = [f"b{i}" for i in range(count)]
        stage: Json = {
            "signals": {name: [str(k) for k in range(size)] for name, size in zip(names, sizes, strict=True)},
            "actions": [f"to-{name}" for name in names],
            "utilities": {name: worth(i) for i, name in enumerate(names)},
        }
        if horizon == "infinite" or t + 1 < int(horizon):
            stage["transition"] = kernel
        stages.append(stage)
    document: Json = {"format": "mechsynth-instance/1", "name": f"drawn-{seed}", "horizon": horizon, "discount": "2/3", "agents": names}
    document |= stages[0] if horizon == "infinite" else {"periods": stages}
    return json.dumps(document).encode()


# -- the auction from its definition -----------------------------------------------------------------------------------------


def gains(raw: bytes, result: Any) -> list[Fraction]:
    """What every real bid gains over the expected one, tried at every expected bid of anybody, beside each, between, and far out; from the rules of the auction alone."""
    env = model.read(json.loads(raw))
    count, found = len(env.agents), []
    for t, told in enumerate(result.certificate["auction"]):
        period = env.periods[t]
        gamma, eta = Fraction(told["weight"]), told["index"]
        slope = 1 + gamma * (count - 1)
        bids = [[slope * Fraction(z) for z in told["numbers"][name]] for name in env.agents]
        every = sorted({b for own in bids for b in own})
        near = Fraction(1, 1000)
        tried = {x for b in every for x in (b - near, b, b + near)} | {(a + b) / 2 for a, b in itertools.pairwise(every)}
        tried |= {every[0] + (every[-1] - every[0]) * Fraction(k, 40) for k in range(-10, 51)} | {Fraction(-1000), Fraction(0), Fraction(1000)}
        after = env.periods[t if env.horizon is None else t + 1]
        gets = [next(i for i in range(count) if any(period.utility[i][a, p] for p in period.profiles())) for a in range(len(period.actions))]
        for i, p in itertools.product(range(count), period.profiles()):
            rest = [model.box([len(after.signals[j]) for j in range(count) if j != i])][0]
            chance = model.marginal(env, t, i, 0, p)
            expected = sum(chance.get(o, Fraction(0)) * Fraction(eta[env.agents[i]][k]) for k, o in enumerate(rest))

            def payoff(bid: Fraction, i: int = i, p: Any = p, expected: Any = expected) -> Fraction:
                offers = [bid if j == i else bids[j][k] for j, k in enumerate(p)]
                first = next(a for a in range(len(gets)) if offers[gets[a]] == min(offers))
                if gets[first] != i:
                    return Fraction(0)
                second = min(offers[:i] + offers[i + 1 :])
                later = count * gamma / env.delta * (expected - second / slope)
                return period.utility[i][first, p] - second - env.delta * later

            truth = payoff(bids[i][p[i]])
            found += [payoff(bid) - truth for bid in tried]
    return found


def indexed(raw: bytes) -> bool:
    """Whether some index exists for every agent in every period that another follows, by z3; numbers are read off the utilities by solving for them."""
    env = model.read(json.loads(raw))
    count = len(env.agents)
    numbers = []
    for period in env.periods:
        z = [[z3.Real(f"z{i}_{k}") for k in range(len(own))] for i, own in enumerate(period.signals)]
        solver = z3.Solver()
        scale = z3.Real("gamma")
        solver.add(scale > 1)
        for i, p in itertools.product(range(count), period.profiles()):
            own = [z[j][k] for j, k in enumerate(p)]
            solver.add(own[i] + scale * (z3.Sum(own) - own[i]) == z3.Q(*period.utility[i][i, p].as_integer_ratio()))
        assert solver.check() == z3.sat
        found = solver.model()
        numbers.append([[Fraction(found.eval(x, model_completion=True).as_fraction()) for x in own] for own in z])
    stages = range(len(env.periods) if env.horizon is None else len(env.periods) - 1)
    for t, i in itertools.product(stages, range(count)):
        period, then = env.periods[t], t if env.horizon is None else t + 1
        rest = [j for j in range(count) if j != i]
        last = env.horizon is not None and then == env.horizon - 1

        def key(o: Any, then: int = then, rest: Any = rest, last: bool = last) -> Any:
            return o if last else tuple(numbers[then][j][k] for j, k in zip(rest, o, strict=True))

        eta: dict[Any, Any] = {}
        solver = z3.Solver()
        for p in period.profiles():
            mean = sum(numbers[t][j][k] for j, k in enumerate(p)) / count
            terms = [
                z3.Q(*chance.as_integer_ratio()) * eta.setdefault(key(o), z3.Real(f"e{len(eta)}"))
                for o, chance in model.marginal(env, t, i, 0, p).items()
            ]
            solver.add(z3.Sum(terms) == z3.Q(*mean.as_integer_ratio()))
        if solver.check() != z3.sat:
            return False
    return True


@pytest.mark.parametrize("seed", range(30))
def test_drawn_auctions_against_brute_force(seed: int) -> None:
    """Planted laws: an auction wherever the two laws differ for everybody's rivals, and no bid gains."""
    raw = drawn(seed)
    result = solved(raw)
    assert (result.status == "feasible") == indexed(raw)
    if result.status == "feasible":
        assert max(gains(raw, result)) <= 0


@pytest.mark.parametrize("seed", range(30, 50))
def test_laws_at_random_against_z3(seed: int) -> None:
    raw = drawn(seed, planted=False)
    result = solved(raw)
    assert (result.status == "feasible") == indexed(raw)
    if result.status == "feasible":
        assert max(gains(raw, result)) <= 0


@pytest.mark.parametrize("seed", range(50, 65))
def test_a_finite_horizon_ends_with_one_action(seed: int) -> None:
    raw = drawn(seed, horizon=3)
    with pytest.raises(UsageError, match=r"no bids follow the last period.*--last-period constant"):
        mechsynth.solve(mechsynth.loads(raw), "auction", workers=1)
    result = solved(raw, last_period="constant:to-b1")
    assert result.question["last-period"] == "constant:to-b1"
    assert (result.status == "feasible") == indexed(raw)
    if result.status == "feasible":
        assert max(gains(raw, result)) <= 0
        assert "last period" in result.explain()


def test_both_answers_are_drawn() -> None:
    """The draws above are no test of one sign alone."""
    planted = [mechsynth.solve(mechsynth.loads(drawn(seed)), "auction", workers=1).status for seed in range(30)]
    free = [mechsynth.solve(mechsynth.loads(drawn(seed, planted=False)), "auction", workers=1).status for seed in range(30, 50)]
    assert planted.count("feasible") >= 15 and free.count("infeasible") >= 5


# -- known answers -----------------------------------------------------------------------------------------------------------


def test_the_repeated_auction_by_hand() -> None:
    """N = 3, γ = 3/2, δ = 2/3: B = 4, η = y + y' − 3/2, and (Nγ/δ)(η − m) = 27/4 (y + y' − 3/2 − m)."""
    result = solved(REPEATED.read_bytes())
    (told,) = result.certificate["auction"]
    assert told["weight"] == "3/2" and told["numbers"]["bidder2"] == ["1", "2"]
    assert all(own == ["1/2", "3/2", "3/2", "5/2"] for own in told["index"].values())
    paid = result.mechanism.transfers[0]["bidder1"]
    now, later = paid["now"], paid["later"]
    assert [now.payment(0, 0, 0), now.payment(0, 1, 1), now.payment(1, 0, 0)] == [4, 8, 0]
    low = [later.payment(0, 0, 0, 1, 0, j, k) for j in (0, 1) for k in (0, 1)]
    high = [later.payment(0, 0, 1, 1, 0, j, k) for j in (0, 1) for k in (0, 1)]
    assert low == [Fraction(-27, 8), Fraction(27, 8), Fraction(27, 8), Fraction(81, 8)]
    assert high == [Fraction(-81, 8), Fraction(-27, 8), Fraction(-27, 8), Fraction(27, 8)]
    assert max(gains(REPEATED.read_bytes(), result)) == 0


@pytest.mark.parametrize(
    ("name", "revenue", "surplus", "rent"),
    [("liu2025-repeated-auction", "18", "147/8", "1/8"), ("auctions/collinear", "133/9", "137/9", "2/9")],
)
def test_known_revenues(name: str, revenue: str, surplus: str, rent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The winner keeps (γ − 1)(m − z) a period, the seller the rest."""
    path = INSTANCES / f"{name}.json"
    solved(path.read_bytes()).save(tmp_path / "r.json")
    assert cli.main(["audit", str(path), str(tmp_path / "r.json")]) == 0
    words = capsys.readouterr().out
    assert f"expected discounted payments {revenue} of an expected surplus of {surplus}." in words
    assert f"Expected rents: bidder1 {rent}, bidder2 {rent}" in words
    assert "truth is a periodic ex post equilibrium" in words


def test_no_index_is_shown_by_two_profiles() -> None:
    """All bids of bidder 2 are alike, since its signal moves no value: the numbers' means at two signals of bidder 1 are 1/2 apart."""
    raw = (INSTANCES / "auctions" / "no-index.json").read_bytes()
    result = solved(raw)
    assert result.status == "infeasible" and not indexed(raw)
    assert result.witness["multipliers"] == {"index bidder1 (1,1)": "1", "index bidder1 (2,1)": "-1"}
    assert result.witness["shortfall"] == "1/2"


# -- what it does not take, and forgeries --------------------------------------------------------------------------------------


def changed(raw: bytes, change: Any) -> bytes:
    document = json.loads(raw)
    change(document)
    return json.dumps(document).encode()


def _low(document: Json) -> None:
    """γ = 1/2: the own signal counts for more."""
    for i, name in enumerate(document["agents"]):
        def entry(k: tuple[int, ...], i: int = i) -> Fraction:
            z = [n + 1 for n in k[1:]]
            return z[i] + Fraction(sum(z) - z[i], 2) if k[0] == i else Fraction(0)

        document["utilities"][name] = nest([3, 2, 2, 2], entry)


def _shared(document: Json) -> None:
    document["utilities"]["bidder2"][0][0][0][0] = 1


def _moved(document: Json) -> None:
    table = document["transition"]
    other = copy.deepcopy(table[0])
    other[0][0][0] = [[["1", 0], [0, 0]], [[0, 0], [0, 0]]]
    document["transition"] = [table[0], table[0], other]


def _bent(document: Json) -> None:
    document["utilities"]["bidder1"][0][1][1][1] = 9


@pytest.mark.parametrize("change", [_low, _shared, _moved, _bent])
def test_what_is_no_such_sale_is_refused(change: Any) -> None:
    raw = changed(REPEATED.read_bytes(), change)
    with pytest.raises(UsageError, match=r"^ask auction: .*; ask implement with --transfers winner-pay"):
        mechsynth.solve(mechsynth.loads(raw), "auction", workers=1)
    honest = json.loads(solved(REPEATED.read_bytes()).to_bytes())
    honest["instance"]["sha256"] = __import__("hashlib").sha256(raw).hexdigest()
    with pytest.raises(InputError, match=r"question\.ask"):
        check(json.dumps(honest).encode(), raw)


def refused(document: Json, raw: bytes) -> bool:
    try:
        return not check(json.dumps(document).encode(), raw).accepted
    except InputError:
        return True


def test_every_number_counts() -> None:
    """One unit more in any number of the proof, or of the payments that the auction takes, and nobody accepts it."""
    raw = REPEATED.read_bytes()
    document = json.loads(solved(raw).to_bytes())
    (told,) = document["certificate"]["auction"]
    places: list[Any] = [(told, "weight")]
    places += [(own, k) for kind in ("numbers", "index") for own in told[kind].values() for k in range(len(own))]
    for tables in document["mechanism"]["transfers"].values():
        stack: list[Any] = list(tables.values())
        while stack:
            node = stack.pop()
            for k, entry in enumerate(node):
                if isinstance(entry, list):
                    stack.append(entry)
                else:
                    places.append((node, k))
    assert len(places) > 60
    for home, key in places:
        before = home[key]
        home[key] = str(Fraction(before) + 1)
        assert refused(document, raw), (key, before)
        home[key] = before
    assert not refused(document, raw)


def test_forged_multipliers_are_refused() -> None:
    """Another rate, another profile, the rows of two bidders together, none at all, and a shortfall that they do not have."""
    raw = (INSTANCES / "auctions" / "no-index.json").read_bytes()
    honest = json.loads(solved(raw).to_bytes())
    rows = honest["witness"]["multipliers"]
    assert not refused(honest, raw)
    forged: list[Json] = [
        {"multipliers": {**rows, "index bidder1 (1,1)": "2"}},
        {"multipliers": {"index bidder1 (1,1)": "1", "index bidder1 (3,1)": "-1"}},
        {"multipliers": {"index bidder1 (1,1)": "1", "index bidder2 (2,1)": "-1"}},
        {"multipliers": {name: str(-Fraction(y)) for name, y in rows.items()}, "shortfall": "-1/2"},
        {"multipliers": dict.fromkeys(rows, "0"), "shortfall": "0"},
        {"multipliers": {}},
        {"shortfall": "1"},
        {"conflict": ["pepic"]},
        {"kind": "cycle"},
    ]
    for change in forged:
        assert refused({**honest, "witness": {**honest["witness"], **change}}, raw), change
    assert refused({**honest, "status": "feasible"}, raw)


def test_an_index_that_tells_equal_bids_apart_is_refused() -> None:
    """Signals of one number are bid alike, so the seller cannot pay by them: 1 more after one of them and 1 less after the other, which is as likely."""
    raw = changed(drawn(3), _twins)
    document = json.loads(solved(raw).to_bytes())
    told = document["certificate"]["auction"][0]
    assert told["numbers"]["b1"] == ["1", "1", "2"] and told["index"]["b0"] == ["1", "1", "2"]
    told["index"]["b0"] = ["2", "0", "2"]
    for own in document["mechanism"]["transfers"]["b0"]["later"][0]:
        for ((row,),) in [[cell] for cell in own]:
            if row != ["0", "0", "0"] or own is not document["mechanism"]["transfers"]["b0"]["later"][0][1]:
                row[0], row[1] = str(Fraction(row[0]) + 6), str(Fraction(row[1]) - 6)  # N γ / δ = 6
    verdict = check(json.dumps(document).encode(), raw)
    assert not verdict.accepted
    assert "tells equal bids apart" in str(verdict.reason)


def _twins(document: Json) -> None:
    """Two bidders; the second has two signals of one number, and one law."""
    document |= {"agents": ["b0", "b1"], "actions": ["to-b0", "to-b1"], "signals": {"b0": ["1", "2"], "b1": ["1", "one", "2"]}}
    z = [[Fraction(1), Fraction(2)], [Fraction(1), Fraction(1), Fraction(2)]]

    def worth(i: int) -> Any:
        return nest([2, 2, 3], lambda k: z[i][k[1 + i]] + 2 * z[1 - i][k[2 - i]] if k[0] == i else 0)

    def law(k: tuple[int, ...]) -> Fraction:
        share = (z[0][k[1]] + z[1][k[2]]) / 2 - 1
        return (share if k[3] == 1 and k[4] == 2 else 0) + ((1 - share) / 2 if k[3] == 0 and k[4] < 2 else Fraction(0))

    document["utilities"] = {"b0": worth(0), "b1": worth(1)}
    document["transition"] = nest([1, 2, 3, 2, 3], law)
