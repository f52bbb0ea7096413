"""All discount factors at which entry fees pay for the pivot mechanism, against budgets whose roots are known.

One agent, one action, a chain that walks through states 0 → 1 → … → d → rest: the budget is min_k W(k) over the states that she may start in, and W(k) = Σ_t c_t δ^t is any
polynomial one likes. For two symmetric chains on {0, 1} that stay with probabilities α and β, uniform starts,

    B(δ) = ¼ (1/(1−δ) − 1/(1−δa) − 1/(1−δb)),  a = 2α−1, b = 2β−1,   B ≥ 0  ⟺  1 − 2δ + (a + b − ab) δ² ≤ 0  ⟺  δ ≥ 1/(1 + 2 √((1−α)(1−β))),

which is Yoon's 1/(3−2α) where α = β (Yoon 2021a, 3.3.2).
"""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction as F
from itertools import pairwise, product
from math import isqrt
from pathlib import Path
from typing import Any

import pytest
from properties.strategies import data, row

import mechsynth
from mechsynth.asks.lump_sum_budget.stein import condition_star, solve_stein
from mechsynth.check import check
from mechsynth.check.chains import check_chains
from mechsynth.check.reading import read_instance
from mechsynth.check.verdict import Ledger, Refuted
from mechsynth.cli import main
from mechsynth.errors import InputError, UsageError
from mechsynth.result import Result
from mechsynth.trade import bilateral_trade

Json = dict[str, Any]
Poly = list[F]
LIBRARY = Path(__file__).resolve().parents[2] / "instances"
ALPHAS = [F(0), F(1, 3), F(1, 2), F(3, 4), F(9, 10)]


def symmetric(alpha: F) -> list[list[F]]:
    return [[alpha, 1 - alpha], [1 - alpha, alpha]]


def same(alpha: F, discount: object = "1/2") -> mechsynth.Environment:
    return bilateral_trade([0, 1], symmetric(alpha), symmetric(alpha), discount)


def asked(environment: Any, **options: Any) -> Json:
    """The document, which the checker accepts."""
    result = mechsynth.solve(environment, "lump-sum-budget", **options)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    return result.document()


def intervals(document: Json) -> list[tuple[Any, Any]]:
    return [(i["from"], i["to"]) for i in document["certificate"]["discounts"]["balanced"]]


# -- polynomials with known roots ----------------------------------------------------------------------------------


def times(p: Poly, q: Poly) -> Poly:
    found = [F(0)] * (len(p) + len(q) - 1)
    for i, x in enumerate(p):
        for j, y in enumerate(q):
            found[i + j] += x * y
    return found


def at(p: Poly, x: F) -> F:
    return sum((c * x**k for k, c in enumerate(p)), F(0))


def walk(*polynomials: Poly, discount: str = "1/2") -> Json:
    """One agent who starts in the first state of one of several walks, each with equal probability."""
    states: list[str] = []
    worth: list[str] = []
    follow: list[int] = []
    starts = []
    for p in polynomials:
        starts.append(len(states))
        for c in p:
            states.append(f"s{len(states)}")
            worth.append(str(c))
            follow.append(len(states))
        follow[-1] = -1
    states.append("rest")
    worth.append("0")
    follow.append(-1)
    size = len(states)
    chance = ["0"] * size
    for k in starts:
        chance[k] = str(F(1, len(starts)))
    return {
        "format": "mechsynth-instance/1",
        "name": "walk",
        "horizon": "infinite",
        "discount": discount,
        "agents": ["ann"],
        "signals": {"ann": states},
        "actions": ["go"],
        "utilities": {"ann": {"private": [worth]}},
        "transition": {"independent": {"ann": [[str(int(m == k % size)) for m in range(size)] for k in follow]}},
        "prior": {"independent": {"ann": chance}},
    }


def expected(polynomials: list[Poly], roots: list[F]) -> list[tuple[str, str]]:
    """The intervals on which all polynomials are at least 0, given all of their roots in (0, 1)."""
    cuts = [F(0), *sorted(set(roots)), F(1)]
    found: list[tuple[F, F]] = []
    for k, (left, right) in enumerate(pairwise(cuts)):
        inside = all(at(p, (left + right) / 2) >= 0 for p in polynomials)
        if inside and found and found[-1][1] == left:
            found[-1] = (found[-1][0], right)
        elif inside:
            found.append((left, right))
        elif k and all(at(p, left) >= 0 for p in polynomials) and not (found and found[-1][1] == left):
            found.append((left, left))
    return [(str(a), str(b)) for a, b in found]


@pytest.mark.parametrize("seed", range(24))
def test_polynomials_with_rational_roots(seed: int) -> None:
    """Simple and double roots, several polynomials that take turns, touching from above and below: the set is exactly that of the roots."""
    rng = random.Random(seed)
    pool = sorted({F(rng.randint(1, 11), 12) for _ in range(3)} | {F(rng.randint(1, 98), 99)})
    polynomials, roots = [], []
    for _ in range(rng.randint(1, 3)):
        p: Poly = [F(rng.choice((-1, 1)))]
        for _ in range(rng.randint(0, 3)):
            r = rng.choice(pool)
            roots.append(r)
            p = times(p, [-r, F(1)])
        if rng.random() < 0.5:
            p = times(p, rng.choice(([F(1), F(0), F(1)], [F(3), F(-1)], [F(1), F(1)])))  # roots outside of (0, 1)
        polynomials.append(p)
    document = asked(mechsynth.loads(data(walk(*polynomials))))
    assert intervals(document) == expected(polynomials, roots)


IRRATIONAL = {  # polynomial with one root in (0, 1), and a number just below it
    "1/sqrt(2)": ([F(1), F(0), F(-2)], F(isqrt(5 * 10**39), 10**20)),
    "2 - sqrt(2)": ([F(2), F(-4), F(1)], 2 - F(isqrt(2 * 10**40) + 1, 10**20)),
    "(sqrt(5) - 1)/2": ([F(1), F(-1), F(-1)], (F(isqrt(5 * 10**40), 10**20) - 1) / 2),
}


@pytest.mark.parametrize("name", IRRATIONAL)
def test_irrational_roots(name: str) -> None:
    """Positive before the root, touching it from below, touching it from above, positive after it and until 99/100."""
    p, below = IRRATIONAL[name]

    def is_it(end: Any) -> bool:
        if not isinstance(end, dict):
            return False
        told = [F(c) for c in end["polynomial"]]
        straight = told == p or told == [-c for c in p]
        return straight and F(end["above"]) < below and below + F(1, 10**19) < F(end["below"])

    def found(*polynomials: Poly) -> list[tuple[Any, Any]]:
        return intervals(asked(mechsynth.loads(data(walk(*polynomials)))))

    ((left, right),) = found(p)
    assert left == "0" and is_it(right)
    ((left, right),) = found([-c for c in times(p, p)])
    assert left == right and is_it(left)
    assert found(times(p, p)) == [("0", "1")]
    ((left, right),) = found([-c for c in p], [F(99, 100), F(-1)])
    assert is_it(left) and right == "99/100"
    (first, second) = found(times(p, [F(1, 3), F(-1)]))
    assert first == ("0", "1/3") and is_it(second[0]) and second[1] == "1"


def test_types_that_take_turns() -> None:
    """−1 + 2δ is below 0 until 1/2, 1 − 3δ from 1/3 on: no discount factor will do, and no single type says so."""
    document = asked(mechsynth.loads(data(walk([F(-1), F(2)], [F(1), F(-3)]))))
    assert intervals(document) == []
    ((first, second),) = document["certificate"]["discounts"]["unbalanced"]
    assert (first["types"], second["types"]) == ({"ann": "s0"}, {"ann": "s2"}) and F(1, 3) < F(first["until"]) < F(1, 2)
    # a single discount factor is left where they meet
    document = asked(mechsynth.loads(data(walk([F(-1), F(2)], [F(1), F(-2)]))))
    assert intervals(document) == [("1/2", "1/2")]


def test_nearly_nothing() -> None:
    """Roots 10^-12 apart are told apart; so is a polynomial that misses 0 by 10^-12."""
    r, tiny = F(2, 5), F(1, 10**12)
    p = times([-r, F(1)], [r + tiny, F(-1)])
    assert intervals(asked(mechsynth.loads(data(walk(p))))) == [(str(r), str(r + tiny))]
    square = times([-r, F(1)], [r, F(-1)])
    assert intervals(asked(mechsynth.loads(data(walk(square))))) == [(str(r), str(r))]
    square[0] -= tiny
    assert intervals(asked(mechsynth.loads(data(walk(square))))) == []


# -- bilateral trade -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", ALPHAS)
def test_yoon_s_critical_discount_factor(alpha: F) -> None:
    """1/(3 − 2α), itself included, and every larger one."""
    assert intervals(asked(same(alpha))) == [(str(1 / (3 - 2 * alpha)), "1")]


def test_the_identity_never() -> None:
    for size in (2, 3):
        still = [[int(i == j) for j in range(size)] for i in range(size)]
        document = asked(bilateral_trade(list(range(size)), still, still, "1/2"))
        assert intervals(document) == [] and document["certificate"]["theorem"] == "6"


@pytest.mark.parametrize("beta", ALPHAS[1:4])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_two_different_chains(alpha: F, beta: F) -> None:
    """δ ≥ 1/(1 + 2 √((1−α)(1−β))): a rational number, or the root of 1 − 2δ + (a + b − ab)δ²."""
    document = asked(bilateral_trade([0, 1], symmetric(alpha), symmetric(beta), "1/2"))
    ((left, right),) = intervals(document)
    assert right == "1"
    a, b = 2 * alpha - 1, 2 * beta - 1
    p = [F(1), F(-2), a + b - a * b]
    product = (1 - alpha) * (1 - beta)
    root = F(isqrt(product.numerator), isqrt(product.denominator))
    if root**2 == product:
        assert F(left) == 1 / (1 + 2 * root)
        return
    told = [F(c) for c in left["polynomial"]]
    assert [c * p[0] for c in told] == [c * told[0] for c in p]
    assert at(p, F(left["above"])) > 0 > at(p, F(left["below"]))


@pytest.mark.parametrize("seed", range(8))
def test_independent_periods(seed: int) -> None:
    """Yoon 2021a, 3.3.2: δ ≥ K² G / (K² G + H), G = Σ_{i<j} (v_j − v_i) x_i y_j, H the same with all weights 1, where the worst types come."""
    rng = random.Random(seed)
    size = rng.choice((2, 3, 4))
    values = [F(v, 3) for v in sorted(rng.sample(range(20), size))]
    even = [[F(1, size)] * size] * size
    x, y = row(rng, size, zeros=False), row(rng, size, zeros=False)
    gain = {(i, j): max(values[j] - values[i], F(0)) for i in range(size) for j in range(size)}
    g, h = sum(d * x[i] * y[j] for (i, j), d in gain.items()), sum(gain.values())
    least = size**2 * g / (size**2 * g + h)
    document = asked(bilateral_trade(values, even, even, least, start=(x, y)))
    assert intervals(document) == [(str(least), "1")] and document["value"] == "0"
    assert document["certificate"]["theorem"] == "5"


def drawn(seed: int, size: int) -> tuple[list[F], list[list[F]], list[list[F]], list[F], list[F]]:
    rng = random.Random(f"trade {seed}")
    values = [F(v) for v in sorted(rng.sample(range(12), size))]
    seller, buyer = ([row(rng, size, zeros=rng.random() < 0.5) for _ in range(size)] for _ in range(2))
    return values, seller, buyer, row(rng, size, zeros=False), row(rng, size, zeros=False)


@pytest.mark.parametrize("seed", range(8))
def test_answers_at_single_discount_factors(seed: int) -> None:
    """What is said of all discount factors is what the question says of each; and condition (*) says the same."""
    values, seller, buyer, x, y = drawn(seed, 2 + seed % 2)
    document = asked(bilateral_trade(values, seller, buyer, "1/2", start=(x, y)))
    surplus = [[max(v - c, F(0)) for v in values] for c in values]
    points = [F(k, 17) for k in range(1, 17)]
    for left, right in intervals(document):
        for end in (left, right):
            if isinstance(end, dict):
                points += [F(end["above"]), F(end["below"])]
            elif end not in ("0", "1"):
                points += [F(end), F(end) - F(1, 10**12), F(end) + F(1, 10**12)]
    for k, discount in enumerate(points):
        inside = any(bound(left, 1) <= discount <= bound(right, 0) for left, right in intervals(document))
        outside = all(discount < bound(left, 0) or discount > bound(right, 1) for left, right in intervals(document))
        star = condition_star(solve_stein(seller, buyer, surplus, discount), x, y)
        assert inside != outside or any(isinstance(end, dict) for pair in intervals(document) for end in pair)
        if inside or outside:
            assert (star.slack >= 0) == inside, discount
        if k % 8 == 0:
            environment = bilateral_trade(values, seller, buyer, discount, start=(x, y))
            found = mechsynth.solve(environment, "lump-sum-budget", critical_discount=False)
            assert F(str(found.value)) == star.slack


def bound(end: Any, which: int) -> F:
    """A number at most (0) or at least (1) the end; both are the end itself where it is rational."""
    return F(end["below" if which else "above"]) if isinstance(end, dict) else F(end)


@pytest.mark.parametrize("seed", range(6))
def test_theorem_5(seed: int) -> None:
    """Every entry positive makes the chains irreducible and aperiodic: balanced for all δ from some on."""
    rng = random.Random(seed)
    size = rng.choice((2, 3))
    values = sorted(rng.sample(range(9), size))
    seller, buyer = ([row(rng, size, zeros=False) for _ in range(size)] for _ in range(2))
    document = asked(bilateral_trade(values, seller, buyer, "1/2"))
    assert document["certificate"]["theorem"] == "5" and intervals(document)[-1][1] == "1"
    for chain in document["certificate"]["chains"].values():
        assert chain == {"irreducible": True, "aperiodic": True, "absorbing": []}
    words = mechsynth.solve(bilateral_trade(values, seller, buyer, "1/2"), "lump-sum-budget").explain()
    told = " ".join(words.split())
    assert "Theorem 5" in told and "close enough to 1" in told


def test_theorem_5_is_not_necessary() -> None:
    """α = 0: both chains have period 2, the theorem does not apply, and the budget balances from 1/3 on."""
    document = asked(same(F(0)))
    assert "theorem" not in document["certificate"] and intervals(document) == [("1/3", "1")]
    assert document["certificate"]["chains"]["seller"] == {"irreducible": True, "aperiodic": False, "absorbing": []}


@pytest.mark.parametrize("seed", range(6))
def test_theorem_6(seed: int) -> None:
    """The highest cost and the lowest value absorb: never, whatever the rest of the chains."""
    rng = random.Random(seed)
    size = rng.choice((2, 3))
    values = sorted(rng.sample(range(9), size))
    seller, buyer = ([row(rng, size, zeros=True) for _ in range(size)] for _ in range(2))
    seller[-1] = [F(0)] * (size - 1) + [F(1)]
    buyer[0] = [F(1)] + [F(0)] * (size - 1)
    document = asked(bilateral_trade(values, seller, buyer, "9/10"))
    assert document["certificate"]["theorem"] == "6" and intervals(document) == []
    assert document["certificate"]["discounts"]["unbalanced"][0]
    words = mechsynth.solve(bilateral_trade(values, seller, buyer, "9/10"), "lump-sum-budget").explain()
    assert "Theorem 6" in words


def test_what_theorem_6_needs() -> None:
    """Worst types that never come, or nothing that is ever traded, and the fees do pay; one absorbing worst type leaves nothing over."""
    absorbing = ([["1/2", "1/2"], [0, 1]], [[1, 0], ["1/2", "1/2"]])
    never_come = bilateral_trade([0, 1], *absorbing, "1/2", start=([1, 0], [0, 1]))
    document = asked(never_come)
    assert "theorem" not in document["certificate"] and intervals(document) == [("0", "1")]
    no_trade = bilateral_trade([0, 1], *absorbing, "1/2", start=([0, 1], ["1/2", "1/2"]))
    document = asked(no_trade)
    assert "theorem" not in document["certificate"] and document["value"] == "0"
    one = bilateral_trade([0, 1], absorbing[0], symmetric(F(1, 2)), "9/10")
    document = asked(one)
    assert "theorem" not in document["certificate"] and F(document["value"]) < 0 and intervals(document) == []


def test_periods_of_chains() -> None:
    """Three states in a circle have period 3; one loop makes them aperiodic; two closed classes are reducible."""
    circle = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    loop = [["1/2", "1/2", 0], [0, 0, 1], [1, 0, 0]]
    apart = [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    kinds = {}
    for name, chain in (("circle", circle), ("loop", loop), ("apart", apart)):
        document = asked(bilateral_trade([0, 1, 2], chain, loop, "1/2"))
        kinds[name] = document["certificate"]["chains"]["seller"]
        assert document["certificate"].get("theorem") == ("5" if name == "loop" else None)
    assert kinds["circle"] == {"irreducible": True, "aperiodic": False, "absorbing": []}
    assert kinds["loop"] == {"irreducible": True, "aperiodic": True, "absorbing": []}
    assert kinds["apart"] == {"irreducible": False, "aperiodic": False, "absorbing": ["0"]}


# -- the Stein equation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_the_stein_equation(seed: int) -> None:
    """S = V + δ P_s S P_b', sizes of the two sides apart; the first terms of the series come close from below."""
    rng = random.Random(seed)
    rows, columns = rng.randint(1, 4), rng.randint(1, 4)
    seller = [row(rng, rows, zeros=True) for _ in range(rows)]
    buyer = [row(rng, columns, zeros=True) for _ in range(columns)]
    surplus = [[F(rng.randint(0, 9), rng.randint(1, 3)) for _ in range(columns)] for _ in range(rows)]
    delta = rng.choice((F(0), F(1, 2), F(9, 10)))
    s = solve_stein(seller, buyer, surplus, delta)
    for k in range(rows):
        for m in range(columns):
            after = sum(seller[k][i] * s[i][j] * buyer[m][j] for i in range(rows) for j in range(columns))
            assert s[k][m] == surplus[k][m] + delta * after
    with pytest.raises(InputError, match="size"):
        solve_stein(seller, buyer, [*surplus, surplus[0]], delta)
    with pytest.raises(InputError, match="range"):
        solve_stein(seller, buyer, surplus, F(1))


def test_the_stein_equation_at_size() -> None:
    """196 pairs of types: no system of that size is solved."""
    rng = random.Random(0)
    values = list(range(14))
    seller, buyer = ([row(rng, 14, zeros=True) for _ in range(14)] for _ in range(2))
    surplus = [[F(max(v - c, 0)) for v in values] for c in values]
    s = solve_stein(seller, buyer, surplus, F(9, 10))
    after = sum(seller[3][i] * s[i][j] * buyer[4][j] for i in range(14) for j in range(14))
    assert s[3][4] == surplus[3][4] + F(9, 10) * after


@pytest.mark.parametrize("seed", range(10))
def test_two_periods(seed: int) -> None:
    """Yoon 2021a, 3.3.1 B: any two chains on {0, 1}, uniform starts, no discounting; the two sides of his inequality."""
    rng = random.Random(seed)
    (s00, _), (s10, _) = s = [row(rng, 2, zeros=True) for _ in range(2)]
    (_, b01), (_, b11) = b = [row(rng, 2, zeros=True) for _ in range(2)]
    value = mechsynth.solve(bilateral_trade([0, 1], s, b, 1, horizon=2), "lump-sum-budget").value
    deficit = (1 + (s00 + s10) * (b01 + b11)) / 4
    fees = min((1 + s00 * (b01 + b11)) / 2, s10 * (b01 + b11) / 2)
    fees += min(b01 * (s00 + s10) / 2, (1 + b11 * (s00 + s10)) / 2)
    assert F(str(value)) == fees - deficit


def test_the_star_is_told() -> None:
    """At α = 3/4 and δ = 1/2 (3.3.2): the deficit 1/(4(1−δ)) = 1/2, each fee ¼ (1/(1−δ) − 1/(1−δ/2)) = 1/6."""
    document = asked(same(F(3, 4)))
    assert document["certificate"]["star"] == {"deficit": "1/2", "fees": {"seller": "1/6", "buyer": "1/6"}}
    assert document["value"] == "-1/6"


# -- where it does not apply ---------------------------------------------------------------------------------------


def moved() -> Json:
    """Trade wears the buyer's value out."""
    instance = json.loads(data(json.loads((LIBRARY / "bilateral-trade-persistent.json").read_text())))
    worn = [[["3/4", "1/4"], ["1/4", "3/4"]], [["3/4", "1/4"], ["3/4", "1/4"]]]
    instance["transition"]["independent"]["buyer"] = worn
    return {key: value for key, value in instance.items() if key != "x-expected"}


def test_refusals() -> None:
    with pytest.raises(UsageError, match=r"trade at \(0, 1\) moves the next signals otherwise than no"):
        mechsynth.solve(mechsynth.loads(data(moved())), "lump-sum-budget", critical_discount=True)
    finite = bilateral_trade([0, 1], symmetric(F(1, 2)), symmetric(F(1, 2)), "1", horizon=2)
    with pytest.raises(UsageError, match="the horizon is finite"):
        mechsynth.solve(finite, "lump-sum-budget", critical_discount=True)
    even = [[F(1, 15)] * 15] * 15
    large = bilateral_trade(list(range(15)), even, even, "1/2")
    with pytest.raises(UsageError, match="225 profiles"):
        mechsynth.solve(large, "lump-sum-budget", critical_discount=True)
    for environment in (mechsynth.loads(data(moved())), finite):
        assert "discounts" not in asked(environment)["certificate"]
    words = " ".join(mechsynth.solve(mechsynth.loads(data(moved())), "lump-sum-budget").explain().split())
    assert "--critical-discount finds all others" in words


def test_a_malformed_trade_is_refused() -> None:
    with pytest.raises(InputError, match="2 rows for 3 signals"):
        bilateral_trade([0, 1, 2], symmetric(F(1, 2)), symmetric(F(1, 2)), "1/2")
    with pytest.raises(InputError, match=r"values\[1\]"):
        bilateral_trade([0, 0.5], symmetric(F(1, 2)), symmetric(F(1, 2)), "1/2")


def test_costs_apart_from_values() -> None:
    """A seller with one cost below all values has nothing to hide and trade is certain: the fees take everything, at any δ."""
    document = asked(bilateral_trade([2, 3], [[1]], symmetric(F(3, 4)), "1/2", costs=[1], start=([1], ["1/2", "1/2"])))
    assert intervals(document) == [("0", "1")]
    assert [record["action"] for record in document["mechanism"]["allocation"]] == ["trade", "trade"]


def test_more_than_two_agents() -> None:
    """Three who may build together: single discount factors agree."""
    chain = [["2/3", "1/3"], ["1/4", "3/4"]]
    names = ["ann", "bob", "cyd"]

    def environment(discount: object) -> mechsynth.Environment:
        return mechsynth.Environment(
            names,
            signals=["low", "high"],
            actions=["wait", "build"],
            utilities=lambda agent, action, theta: (
                0 if action == "wait" else (3 if theta[names.index(agent)] == "high" else -2)
            ),
            transition={"independent": dict.fromkeys(names, chain)},
            discount=discount,
            prior={"independent": {name: ["1/2", "1/2"] for name in names}},
        )

    found = intervals(asked(environment("1/2")))
    assert found and found[-1][1] == "1" and found[0][0] != "0"
    for discount in (F(k, 12) for k in range(1, 12)):
        inside = any(bound(a, 0) <= discount <= bound(b, 1) for a, b in found)
        value = mechsynth.solve(environment(discount), "lump-sum-budget", critical_discount=False).value
        assert (F(str(value)) >= 0) == inside


@pytest.mark.parametrize("seed", range(8))
def test_correlated_signals(seed: int) -> None:
    """A common shock moves both signals and the prior is no product, so there are no chains to speak of; single discount factors agree."""
    rng = random.Random(f"correlated {seed}")
    sizes = (2, rng.choice((2, 3)))
    profiles = list(product(*map(range, sizes)))
    shock = row(rng, 2, zeros=False)
    own = [[[row(rng, n, zeros=rng.random() < 0.5) for _ in range(n)] for n in sizes] for _ in shock]

    def law(action: str, theta: tuple[str, ...]) -> dict[tuple[str, ...], F]:
        k, m = map(int, theta)
        return {
            (str(p), str(q)): sum((w * chain[0][k][p] * chain[1][m][q] for w, chain in zip(shock, own)), F(0))
            for p, q in profiles
        }

    worth = {name: [[rng.randint(-6, 6) for _ in range(n)] for _ in range(3)] for name, n in zip("ab", sizes)}
    chances = row(rng, len(profiles), zeros=True)
    start = [chances[k : k + sizes[1]] for k in range(0, len(chances), sizes[1])]

    def environment(discount: F) -> mechsynth.Environment:
        return mechsynth.Environment(
            ["a", "b"],
            signals={name: [str(k) for k in range(n)] for name, n in zip("ab", sizes)},
            actions=["x", "y", "z"],
            utilities={name: {"private": table} for name, table in worth.items()},
            transition=law,
            discount=discount,
            prior=start,
        )

    document = asked(environment(F(1, 2)))
    found = intervals(document)
    points = [F(k, 9) for k in range(1, 9)]
    points += [bound(end, k) for pair in found for end in pair if end not in ("0", "1") for k in (0, 1)]
    for discount in points:
        inside = any(bound(a, 1) <= discount <= bound(b, 0) for a, b in found)
        outside = all(discount < bound(a, 0) or discount > bound(b, 1) for a, b in found)
        value = F(str(mechsynth.solve(environment(discount), "lump-sum-budget", critical_discount=False).value))
        if inside or outside:
            assert (value >= 0) == inside
        elif discount in (bound(end, 0) for pair in found for end in pair):
            assert value != 0  # an irrational end is near


# -- the checker refuses -------------------------------------------------------------------------------------------


def refused(environment: mechsynth.Environment, result: Result, change: Any) -> str:
    whole = json.loads(result.to_bytes())
    raw = mechsynth.instance.to_bytes(environment)
    assert check(whole, raw).accepted
    bent = copy.deepcopy(whole)
    change(bent["certificate"])
    try:
        verdict = check(bent, raw)
    except InputError as error:
        return str(error)
    assert not verdict.accepted
    return str(verdict.reason)


def put(*path: Any) -> Any:
    """Set, with the last of the path, what the rest leads to."""

    def change(certificate: Any) -> None:
        place = certificate
        for key in path[:-2]:
            place = place[key]
        place[path[-2]] = path[-1]

    return change


GOLDEN = {"polynomial": ["2", "-4", "1"], "above": "117/200", "below": "293/500"}
BALANCED = ("discounts", "balanced")
PLANTED = {
    "an end too early": put(*BALANCED, 0, "from", "29/50"),
    "an end too late": put(*BALANCED, 0, "from", "59/100"),
    "an end within the interval": put(*BALANCED, 0, "from", "293/500"),
    "another polynomial": put(*BALANCED, 0, "from", {**GOLDEN, "polynomial": ["2", "-4", "1", "1"]}),
    "a close polynomial": put(*BALANCED, 0, "from", {**GOLDEN, "polynomial": ["2000001", "-4000000", "1000000"]}),
    "an interval without its root": put(*BALANCED, 0, "from", {**GOLDEN, "above": "293/500", "below": "3/5"}),
    "no root at all": put(*BALANCED, 0, "from", {**GOLDEN, "polynomial": ["2", "4", "1"]}),
    "a number that is no integer": put(*BALANCED, 0, "from", {**GOLDEN, "polynomial": ["2", "-4", "1/2"]}),
    "an interval that is no interval": put(*BALANCED, 0, "from", {**GOLDEN, "above": "9/10"}),
    "an end before 1": put(*BALANCED, 0, "to", "99/100"),
    "nothing balances": put("discounts", {"balanced": [], "unbalanced": [[{"types": {"seller": "1", "buyer": "0"}}]]}),
    "everything balances": put("discounts", {"balanced": [{"from": "0", "to": "1"}], "unbalanced": []}),
    "no piece": put("discounts", "unbalanced", [[]]),
    "nothing covers": put("discounts", "unbalanced", []),
    "one piece too many": put("discounts", "unbalanced", [[{"types": {"seller": "1", "buyer": "0"}}]] * 2),
    "types that do not lose": put("discounts", "unbalanced", 0, 0, "types", {"seller": "0", "buyer": "1"}),
    "a type that is none": put("discounts", "unbalanced", 0, 0, "types", "seller", "2"),
    "a split beyond the end": put(
        "discounts",
        "unbalanced",
        [[{"types": {"seller": "1", "buyer": "0"}, "until": "9/10"}, {"types": {"seller": "1", "buyer": "0"}}]],
    ),
    "an interval twice": put(*BALANCED, [{"from": GOLDEN, "to": "1"}] * 2),
    "a point at the border": put(*BALANCED, [{"from": "0", "to": "0"}, {"from": GOLDEN, "to": "1"}]),
    "a point that loses": put(*BALANCED, [{"from": "1/2", "to": "1/2"}, {"from": GOLDEN, "to": "1"}]),
    "the wrong theorem": put("theorem", "6"),
    "no such theorem": put("theorem", "7"),
    "a chain that is not reducible": put("chains", "seller", "irreducible", False),
    "a chain that is not periodic": put("chains", "buyer", "aperiodic", False),
    "a type that is not absorbing": put("chains", "buyer", "absorbing", ["0"]),
    "another deficit": put("star", "deficit", "1/3"),
    "another fee": put("star", "fees", "seller", "1/3"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted(name: str) -> None:
    environment = mechsynth.load(LIBRARY / "bilateral-trade-irrational.json")
    result = mechsynth.solve(environment, "lump-sum-budget")
    assert result.certificate["discounts"]["balanced"] == [{"from": GOLDEN, "to": "1"}]
    assert refused(environment, result, PLANTED[name])


def test_planted_in_others() -> None:
    """A point left out, a split that is none, a theorem where it does not hold, an answer where actions move the signals."""
    environment = mechsynth.loads(data(walk([F(-1), F(2)], [F(1), F(-2)])))
    result = mechsynth.solve(environment, "lump-sum-budget")
    types = [{"types": {"ann": "s0"}, "until": "1/2"}, {"types": {"ann": "s2"}}]
    assert "the budget is not below 0" in refused(
        environment, result, put("discounts", {"balanced": [], "unbalanced": [types]})
    )
    environment = mechsynth.loads(data(walk([F(-1), F(2)], [F(1), F(-3)])))
    result = mechsynth.solve(environment, "lump-sum-budget")
    for split in ("1/3", "1/2", "1/10", "9/10"):
        assert refused(environment, result, put("discounts", "unbalanced", 0, 0, "until", split))
    point = {"balanced": [{"from": "2/5", "to": "2/5"}], "unbalanced": [[types[0] | {"until": "1/5"}, types[1]], [types[1]]]}
    assert refused(environment, result, put("discounts", point))
    for environment, theorem in ((same(F(0)), "5"), (same(F(3, 4)), "6")):
        assert refused(environment, mechsynth.solve(environment, "lump-sum-budget"), put("theorem", theorem))
    environment = mechsynth.loads(data(moved()))
    everywhere = {"balanced": [{"from": "0", "to": "1"}], "unbalanced": []}
    result = mechsynth.solve(environment, "lump-sum-budget")
    assert "an action moves the signals" in refused(environment, result, put("discounts", everywhere))


def test_theorems_are_about_private_values() -> None:
    """With interdependent values W_{-i} looks at the own signal, so the checker applies neither theorem, whatever the chains."""
    still = [["1", "0"], ["0", "1"]]
    free = [["1/2", "1/2"], ["1/3", "2/3"]]
    for chain, theorem in ((still, "6"), (free, "5")):
        shape = {"irreducible": theorem == "5", "aperiodic": theorem == "5"}
        shape["absorbing"] = ["0", "1"] if theorem == "6" else []
        certificate = {"chains": {"seller": shape, "buyer": shape}, "theorem": theorem}
        instance = json.loads((LIBRARY / "bilateral-trade-persistent.json").read_text())
        instance["transition"]["independent"] = {"seller": chain, "buyer": chain}
        model = read_instance(data(instance))
        assert f"Theorem {theorem}" in check_chains(certificate, model, Ledger())
        instance["utilities"]["buyer"] = [[[0, 0], [0, 0]], [[-1, 1], [0, 1]]]
        with pytest.raises(Refuted, match="not private"):
            check_chains(certificate, read_instance(data(instance)), Ledger())


def test_a_point_in_a_gap_is_not_forgotten() -> None:
    """−(1 − 2δ²)² is 0 at one irrational number: a certificate without it is refused, and so is one that puts it elsewhere."""
    p = times([F(1), F(0), F(-2)], [F(-1), F(0), F(2)])
    environment = mechsynth.loads(data(walk(p)))
    result = mechsynth.solve(environment, "lump-sum-budget")
    never = {"balanced": [], "unbalanced": [[{"types": {"ann": "s0"}}]]}
    assert "the budget is 0 somewhere" in refused(environment, result, put("discounts", never))
    other = {"polynomial": ["1", "0", "-3"], "above": "1/2", "below": "3/5"}
    pieces = [[{"types": {"ann": "s0"}}], [{"types": {"ann": "s0"}}]]
    wrong = {"balanced": [{"from": other, "to": other}], "unbalanced": pieces}
    assert refused(environment, result, put("discounts", wrong))


# -- the command ---------------------------------------------------------------------------------------------------


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = str(LIBRARY / "bilateral-trade-irrational.json"), str(tmp_path / "result.json")
    assert main(["solve", path, "--ask", "lump-sum-budget", "--critical-discount", "-o", out]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "from ≈ 0.585786 on" in words and "Theorem 5" in words
    assert main(["check", out, path]) == 0
    assert main(["solve", path, "--ask", "lump-sum-budget", "--no-critical-discount", "-o", out]) == 0
    assert "discounts" not in json.loads(Path(out).read_text())["certificate"]
    capsys.readouterr()
    other = str(LIBRARY / "no-correlation-private.json")
    assert main(["solve", other, "--ask", "lump-sum-budget", "--critical-discount"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1 and "moves the next signals otherwise" in complaint


def test_stated_answers() -> None:
    """What the library states of lump-sum budgets."""
    stated = 0
    for path in sorted(LIBRARY.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"), parse_float=str).get("x-expected", {}).get("lump-sum-budget")
        if told is None:
            continue
        stated += 1
        document = asked(mechsynth.load(path))
        assert (document["status"], document["value"]) == (told["status"], told["value"])
        for (left, right), end in zip(intervals(document), told["balanced"], strict=True):
            assert right == end["to"]
            if isinstance(end["from"], dict):
                assert left["polynomial"] == end["from"]["polynomial"]
                assert F(left["above"]) < F(end["from"]["near"]) < F(left["below"])
            else:
                assert left == end["from"]
    assert stated >= 2


@pytest.mark.parametrize("apart", [10, 30, 100])
def test_roots_that_are_almost_the_same(apart: int) -> None:
    """√(1/2) and √(1/2 + 10^-n/2): told apart by intervals between which 1/2 + 10^-n/4, say, has its root."""
    import flint

    from mechsynth.asks.lump_sum_budget.roots import _real_roots, isolate, sorted_roots

    many = 10**apart
    factors = [flint.fmpz_poly([-1, 0, 2]), flint.fmpz_poly([-(many + 1), 0, 2 * many])]
    # as many bits as are asked for, whatever the precision was before: else the search for more never ends
    assert all(high - low < F(1, 2**500) for factor in factors for low, high in _real_roots(factor, 600))
    found, samples = sorted_roots(factors)
    assert [root.factor for root in found] == [0, 1]
    squares = [F(1, 2), F(1, 2) + F(1, 2 * many)]
    for k, root in enumerate(found):
        low, high = isolate(root, factors, (samples[k], samples[k + 1]))
        assert low**2 < squares[k] < high**2
        assert not low**2 <= squares[1 - k] <= high**2


def test_an_end_next_to_zero() -> None:
    """Costs 1 and 1 + t, values 1 and 2: without a future the budget is −8t/21, and the future is worth more than that from δ ≈ t on.

    At δ = 0 the seller's payoff is −1, or −1 − 2t/3 at the cost 1 + t, −1 − 2t/7 on average; the buyer's least is 0, her average is E W:
    −1 − 2t/3 + 0 − (−1 − 2t/7) = −8t/21.
    """
    tiny = F(1, 10**60)
    costs, values = [F(1), 1 + tiny, F(5)], [F(1), F(2)]
    sellers = [[F(4, 5), F(0), F(1, 5)], [F(1, 4), F(1, 4), F(1, 2)], [F(1, 2), F(0), F(1, 2)]]
    buyers = [[F(0), F(1)], [F(3, 4), F(1, 4)]]
    environment = {
        "format": "mechsynth-instance/1",
        "name": "next to zero",
        "horizon": "infinite",
        "discount": "9/10",
        "agents": ["s", "b"],
        "signals": {"s": ["low", "middle", "high"], "b": ["low", "high"]},
        "actions": ["no", "yes"],
        "utilities": {
            "s": {"private": [["0"] * 3, [str(-c) for c in costs]]},
            "b": {"private": [["0"] * 2, [str(v) for v in values]]},
        },
        "transition": {"independent": {"s": [list(map(str, r)) for r in sellers], "b": [list(map(str, r)) for r in buyers]}},
        "prior": {"independent": {"s": ["4/7", "3/7", "0"], "b": ["1/3", "2/3"]}},
    }
    ((start, end),) = intervals(asked(mechsynth.loads(data(environment))))
    assert end == "1"
    assert 0 < F(start["above"]) < F(start["below"]) < F(1, 10**59)
