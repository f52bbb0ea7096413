"""Conditions on beliefs within a period against their definitions: payments for every sum that is asked for, asked of z3; theorems; corruptions."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import pytest
import z3

import mechsynth
from mechsynth import check as checker
from mechsynth.errors import MechsynthError, UsageError

Json = dict[str, Any]
Profile = tuple[int, ...]
ASKS = ("distinct", "balance", "strict-balance", "identifiability")


def instance(weights: dict[Profile, int], sizes: tuple[int, ...], public: tuple[int, ...] = ()) -> bytes:
    """One period, one action, utilities 0: beliefs are all there is."""
    total = sum(weights.values())

    def nest(lead: Profile) -> Any:
        return str(Fraction(weights[lead], total)) if len(lead) == len(sizes) else [nest((*lead, k)) for k in range(sizes[len(lead)])]

    agents = [f"a{i}" for i in range(len(sizes))]
    document = {
        "format": "mechsynth-instance/2" if public else "mechsynth-instance/1",
        "name": "beliefs",
        "horizon": 1,
        "discount": "1",
        "agents": agents,
        "prior": nest(()),
        "signals": {name: [f"s{k}" for k in range(size)] for name, size in zip(agents, sizes, strict=True)},
        "actions": ["go"],
        "utilities": {name: {"private": [[0] * size]} for i, (name, size) in enumerate(zip(agents, sizes, strict=True)) if i not in public},
    }
    if public:
        document["public"] = [agents[i] for i in public]
    return json.dumps(document).encode()


def drawn(rng: random.Random, sizes: tuple[int, ...], kind: str) -> dict[Profile, int]:
    every = list(product(*map(range, sizes)))
    factors = [[rng.randint(1, 6) for _ in range(size)] for size in sizes]
    if kind == "independent":
        return {p: prod(f[k] for f, k in zip(factors, p, strict=True)) for p in every}
    if kind == "zeros":
        found = {p: rng.choice((0, 0, 1, 2, 5)) for p in every}
        found[rng.choice(every)] += 1
        return found
    if kind == "mixture":  # signals independent given a hidden cause
        other = [[rng.randint(1, 6) for _ in range(size)] for size in sizes]
        return {p: prod(f[k] for f, k in zip(factors, p, strict=True)) + prod(f[k] for f, k in zip(other, p, strict=True)) for p in every}
    if kind == "near":  # one part in 10**12 from independence
        base = {p: 10**12 * prod(f[k] for f, k in zip(factors, p, strict=True)) for p in every}
        for p in rng.sample(every, rng.randint(0, len(every))):
            base[p] += rng.choice((-1, 1))
        return base
    return {p: rng.randint(1, 9) for p in every}


def holds(ask: str, weights: dict[Profile, int], sizes: tuple[int, ...]) -> bool:
    """The definition: whether there are payments for every sum that can be asked for."""
    if ask == "distinct":
        return distinct(weights, sizes)
    if ask == "strict-balance" and not distinct(weights, sizes):
        return False
    return all(payable(ask == "identifiability", weights, sizes, place) for place in weights)


def mass(weights: dict[Profile, int], i: int, k: int) -> int:
    return sum(w for p, w in weights.items() if p[i] == k)


def distinct(weights: dict[Profile, int], sizes: tuple[int, ...]) -> bool:
    for i, size in enumerate(sizes):
        beliefs = []
        for k in range(size):
            if total := mass(weights, i, k):
                beliefs.append(tuple(Fraction(w, total) for p, w in sorted(weights.items()) if p[i] == k))
        if len(set(beliefs)) < len(beliefs):
            return False
    return True


def payable(kept: bool, weights: dict[Profile, int], sizes: tuple[int, ...], place: Profile, wanted: dict[Profile, int] | None = None) -> bool:
    """Payments whose sum is 1 at a place (less its probability) or is as wanted; truth no worse than lies, or of mean 0 with lies at least 0."""
    pay = {(i, p): z3.Real(f"t{i}{p}") for i in range(len(sizes)) for p in weights}
    solver = z3.Solver()
    total = sum(weights.values())
    for p in weights:
        target = Fraction(int(p == place)) - (Fraction(weights[place], total) if kept else 0) if wanted is None else Fraction(wanted[p])
        solver.add(z3.Sum([pay[i, p] for i in range(len(sizes))]) == z3.Q(target.numerator, target.denominator))
    for i, size in enumerate(sizes):
        for k in range(size):
            own = [p for p in weights if p[i] == k]
            if not any(weights[p] for p in own):
                continue
            means = [z3.Sum([weights[p] * pay[i, (*p[:i], r, *p[i + 1 :])] for p in own]) for r in range(size)]
            for r in range(size):
                if r != k:
                    solver.add(means[r] >= (0 if kept else means[k]))
            if kept:
                solver.add(means[k] == 0)
    return solver.check() == z3.sat


def solved(raw: bytes, ask: str, **options: Any) -> Any:
    found = mechsynth.solve(mechsynth.loads(raw), ask, workers=1, **options)
    verdict = checker.check(found.to_bytes(), raw)
    assert verdict.accepted, verdict.reason
    return found


SHAPES = ((2, 2), (2, 3), (3, 3), (2, 2, 2), (1, 3), (3,), (1,), (1, 1), (2, 1, 2))


@pytest.mark.parametrize("kind", ["full", "zeros", "independent", "mixture", "near"])
def test_definitions(kind: str) -> None:
    seen: dict[str, set[str]] = {ask: set() for ask in ASKS}
    for seed in range(14):
        rng = random.Random(f"{kind} {seed}")
        sizes = SHAPES[seed % len(SHAPES)]
        weights = drawn(rng, sizes, kind)
        raw = instance(weights, sizes)
        for ask in ASKS:
            found = solved(raw, ask)
            assert found.status == ("holds" if holds(ask, weights, sizes) else "fails"), (ask, seed)
            seen[ask].add(str(found.status))
    if kind in ("full", "zeros", "mixture"):
        assert all(len(statuses) == 2 for statuses in seen.values()), seen


def test_any_sum_is_paid_where_condition_b_holds() -> None:
    """Sums of any sign, not only those that the proof lists; and where it fails some sum is not."""
    for seed in range(6):
        rng = random.Random(seed)
        sizes = ((2, 2, 2), (2, 2))[seed % 2]
        weights = drawn(rng, sizes, "full")
        found = solved(instance(weights, sizes), "balance")
        sums = [{p: rng.randint(-5, 5) for p in weights} for _ in range(4)]
        if found.status == "holds":
            assert all(payable(False, weights, sizes, (), wanted) for wanted in sums)
        else:
            assert not all(payable(False, weights, sizes, p) for p in weights)


@pytest.mark.parametrize("seed", range(8))
def test_two_agents_with_two_signals(seed: int) -> None:
    """Condition B holds just where the determinant is 0: the plans of both agents have the effects ± det · [[1, −1], [−1, 1]]."""
    rng = random.Random(seed)
    weights = drawn(rng, (2, 2), "independent" if seed % 2 else "full")
    det = weights[0, 0] * weights[1, 1] - weights[0, 1] * weights[1, 0]
    assert (solved(instance(weights, (2, 2)), "balance").status == "holds") == (det == 0)


def test_a_determinant_of_one_part_in_ten_to_the_24() -> None:
    big = 10**12
    weights = {(0, 0): big, (0, 1): big, (1, 0): big, (1, 1): big + 1}
    assert solved(instance(weights, (2, 2)), "balance").status == "fails"
    assert solved(instance(weights, (2, 2)), "distinct").status == "holds"
    assert solved(instance(dict.fromkeys(weights, big), (2, 2)), "balance").status == "holds"


@pytest.mark.parametrize("sizes", [(2, 2), (2, 3), (2, 2, 2), (3, 2, 2)])
def test_independent_signals(sizes: tuple[int, ...]) -> None:
    """B and identifiability hold, C does not, and beliefs are not distinct."""
    raw = instance(drawn(random.Random(str(sizes)), sizes, "independent"), sizes)
    found = {ask: str(solved(raw, ask).status) for ask in ASKS}
    assert found == {"distinct": "fails", "balance": "holds", "strict-balance": "fails", "identifiability": "holds"}


@pytest.mark.parametrize("seed", range(6))
def test_one_gives_another(seed: int) -> None:
    """Identifiability gives B; C is B with distinct beliefs; on 2 × 2 × 2 given a common cause all hold."""
    rng = random.Random(seed)
    sizes = (2, 2, 2)
    weights = drawn(rng, sizes, "mixture" if seed % 2 else "full")
    found = {ask: solved(instance(weights, sizes), ask).status == "holds" for ask in ASKS}
    assert found["balance"] or not found["identifiability"]
    assert found["strict-balance"] == (found["balance"] and found["distinct"])


def test_public_states_are_seen_before() -> None:
    """Given each public signal the condition is that of the prior given it; it fails where it fails in one state of positive probability."""
    good = {(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 1}
    bad = {(0, 0): 2, (0, 1): 1, (1, 0): 1, (1, 1): 2}
    for second, weight, expected in ((bad, 1, "fails"), (bad, 0, "holds"), (good, 3, "holds")):
        weights = {(0, *p): w for p, w in good.items()} | {(1, *p): weight * w for p, w in second.items()}
        found = solved(instance(weights, (2, 2, 2), (0,)), "balance")
        assert found.status == expected
        if expected == "fails":
            assert found.witness["others"] == {"a0": "s1"}


def test_what_is_refused() -> None:
    two = json.loads(instance({(0, 0): 1, (1, 0): 1}, (2, 1)))
    two["prior"] = None
    del two["prior"]
    for ask in ASKS:
        with pytest.raises(UsageError, match="no prior"):
            mechsynth.solve(mechsynth.loads(json.dumps(two).encode()), ask)


def leaves(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [place for key, part in value.items() for place in leaves(part, (*at, key))]
    if isinstance(value, list):
        return [place for key, part in enumerate(value) for place in leaves(part, (*at, key))]
    return [at]


@pytest.mark.parametrize("ask", ASKS)
@pytest.mark.parametrize("kind", ["mixture", "full"])
def test_a_number_changed_is_refused(ask: str, kind: str) -> None:
    """Every number of a payment enters a sum, every rate an effect: none can be changed. Scores have slack, so they are turned round."""
    sizes = (2, 2, 2) if kind == "mixture" else (2, 2)
    raw = instance(drawn(random.Random(5), sizes, kind), sizes)
    document = json.loads(solved(raw, ask).to_bytes())
    part = "witness" if document["witness"] else "certificate"
    for place in leaves(document[part]):
        bad = copy.deepcopy(document)
        inner = bad[part]
        for key in place[:-1]:
            inner = inner[key]
        try:
            number = Fraction(inner[place[-1]])
        except (ValueError, TypeError):
            continue
        scored = part == "certificate" and place[0] == "scores"
        if scored and place[-1] != 0:
            continue
        inner[place[-1]] = str(number - 1000 if scored else number + Fraction(1, 7))
        with contextlib.suppress(MechsynthError):
            assert not checker.check(json.dumps(bad).encode(), raw).accepted, place
