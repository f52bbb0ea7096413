"""Convex independence and spanning of beliefs about the same period against their definitions, asked of z3, and against what they give: payments, asked of z3 too."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import z3

import mechsynth
from mechsynth import check as checker
from mechsynth.errors import MechsynthError, UsageError

Json = dict[str, Any]
Profile = tuple[int, ...]


def q(value: Fraction) -> Any:
    return z3.Q(value.numerator, value.denominator)


def nested(values: dict[Profile, Any], sizes: tuple[int, ...], lead: Profile = ()) -> Any:
    return values[lead] if len(lead) == len(sizes) else [nested(values, sizes, (*lead, k)) for k in range(sizes[len(lead)])]


def law(rng: random.Random, sizes: tuple[int, ...], kind: str) -> dict[Profile, Fraction]:
    every = list(product(*map(range, sizes)))
    if kind == "copy" and rng.random() < 0.7:  # one own signal makes believe a mixture of two others: a hull on purpose
        weights = {p: Fraction(rng.randint(1, 4)) for p in every}
        for p in every:
            if p[0] == 1 and sizes[0] > 2:
                weights[p] = (weights[(0, *p[1:])] + weights[(2, *p[1:])]) / rng.choice((1, 2, 3))
    else:
        weights = {p: Fraction(rng.choice((0, 0, 1, 3)) if kind in ("zeros", "sparse") else rng.randint(1, 3)) for p in every}
        weights[rng.choice(every)] += 1
    total = sum(weights.values())
    return {p: w / total for p, w in weights.items()}


def instance(
    rng: random.Random, sizes: tuple[int, ...], periods: int | str = 1, kind: str = "full", public: tuple[int, ...] = (), prior: bool = True, actions: int = 1
) -> tuple[bytes, Any, Any]:
    """Return the file, the prior and the transition ``[a][θ]``."""
    agents, labels = [f"a{i}" for i in range(len(sizes))], [f"act{a}" for a in range(actions)]
    every = list(product(*map(range, sizes)))
    first = law(rng, sizes, kind)
    moves = [{p: law(rng, sizes, kind) for p in every} for _ in labels]
    if kind == "copy" and sizes[0] > 1:  # what is believed after one own signal before is what is believed after another, with the own signals turned round
        for move in moves:
            for p in every:
                if p[0] == 0 and rng.random() < 0.6:
                    move[p] = {(*((sizes[0] - 1 - r[0]),), *r[1:]): w for r, w in move[(1, *p[1:])].items()}
    if kind in ("still", "sparse"):  # nothing that was before matters
        moves = [dict.fromkeys(every, move[every[0]]) for move in moves]
    document: Json = {
        "format": "mechsynth-instance/2" if public else "mechsynth-instance/1",
        "name": "beliefs",
        "horizon": periods,
        "discount": "1/2" if periods != 1 else "1",
        "agents": agents,
        "signals": {name: [f"s{k}" for k in range(size)] for name, size in zip(agents, sizes, strict=True)},
        "actions": labels,
        "utilities": {
            name: {"private": [[rng.randint(0, 4) for _ in range(size)] for _ in labels]}
            for i, (name, size) in enumerate(zip(agents, sizes, strict=True))
            if i not in public
        },
    }
    if prior:
        document["prior"] = nested({p: str(w) for p, w in first.items()}, sizes)
    if public:
        document["public"] = [agents[i] for i in public]
    if periods != 1:
        document["transition"] = [nested({p: nested({r: str(w) for r, w in move[p].items()}, sizes) for p in every}, sizes) for move in moves]
    return json.dumps(document).encode(), first, moves


def lottery(zero: list[list[Fraction]], above: list[list[Fraction]]) -> bool:
    """Whether some vector is 0 against some and above 0 against others, columns of a law."""
    width = len((zero + above)[0])
    h = [z3.Real(f"h{n}") for n in range(width)]
    solver = z3.Solver()
    for column in zero:
        solver.add(z3.Sum([q(v) * x for v, x in zip(column, h, strict=True)]) == 0)
    for column in above:
        solver.add(z3.Sum([q(v) * x for v, x in zip(column, h, strict=True)]) > 0)
    return solver.check() == z3.sat


def columns(found: dict[Profile, Fraction], i: int, seen: dict[int, int], size: int) -> list[list[Fraction]]:
    """By own signal: the probabilities of the others' profiles, given what is public."""
    some = [p for p in found if all(p[j] == k for j, k in seen.items())]
    return [[found[p] for p in sorted(some) if p[i] == k] for k in range(size)]


def seens(sizes: tuple[int, ...], public: tuple[int, ...]) -> list[dict[int, int]]:
    return [dict(zip(public, signals, strict=True)) for signals in product(*(range(sizes[j]) for j in public))]


def first_holds(found: dict[Profile, Fraction], sizes: tuple[int, ...], public: tuple[int, ...] = ()) -> bool:
    for seen in seens(sizes, public):
        for i in range(len(sizes)):
            if i in public:
                continue
            have = [c for c in columns(found, i, seen, sizes[i]) if any(c)]
            if not all(lottery([c], [d for d in have if d is not c]) for c in have):
                return False
    return True


def later_holds(moves: Any, sizes: tuple[int, ...], public: tuple[int, ...] = ()) -> bool:
    every = list(product(*map(range, sizes)))
    for move, before, seen, i in product(moves, every, seens(sizes, public), range(len(sizes))):
        if i in public or before[i] != 0:
            continue
        by = [columns(move[(*before[:i], h, *before[i + 1 :])], i, seen, sizes[i]) for h in range(sizes[i])]
        for r in range(sizes[i]):
            own = [by[h][r] for h in range(sizes[i]) if any(by[h][r])]
            rest = [by[h][k] for h in range(sizes[i]) for k in range(sizes[i]) if k != r and any(by[h][k])]
            if own and not lottery(own, rest):
                return False
    return True


def rank(rows: list[list[Fraction]]) -> int:
    """Plain elimination."""
    rows, found = [list(row) for row in rows], 0
    for at in range(len(rows[0]) if rows else 0):
        lead = next((k for k in range(found, len(rows)) if rows[k][at]), None)
        if lead is None:
            continue
        rows[found], rows[lead] = rows[lead], rows[found]
        for k in range(found + 1, len(rows)):
            factor = rows[k][at] / rows[found][at]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[found], strict=True)]
        found += 1
    return found


def solved(raw: bytes, ask: str = "convex-independence", **options: Any) -> Any:
    found = mechsynth.solve(mechsynth.loads(raw), ask, workers=1, beliefs="within", **options)
    verdict = checker.check(found.to_bytes(), raw)
    assert verdict.accepted, verdict.reason
    assert found.explain()
    return found


SHAPES = ((2, 2), (3, 2), (3, 3), (3, 4), (2, 2, 2), (1, 3), (3,), (1, 1))


@pytest.mark.parametrize("kind", ["full", "zeros", "copy"])
def test_one_period(kind: str) -> None:
    """Both conditions as defined; spanning is the stronger one."""
    seen: dict[str, set[str]] = {"convex-independence": set(), "spanning": set()}
    for seed in range(24):
        rng = random.Random(f"{kind} {seed}")
        sizes = SHAPES[seed % len(SHAPES)]
        raw, first, _ = instance(rng, sizes, kind=kind)
        convex, spanning = str(solved(raw).status), str(solved(raw, "spanning").status)
        assert convex == ("holds" if first_holds(first, sizes) else "fails"), seed
        every = [[c for c in columns(first, i, {}, size) if any(c)] for i, size in enumerate(sizes)]
        assert spanning == ("holds" if all(rank(rows) == len(rows) for rows in every) else "fails"), seed
        assert convex == "holds" or spanning == "fails"
        seen["convex-independence"].add(convex)
        seen["spanning"].add(spanning)
    assert all(len(statuses) == 2 for statuses in seen.values())


def test_public_states() -> None:
    found = set()
    for seed in range(12):
        raw, first, _ = instance(random.Random(seed), (2, 2, 2), kind="zeros" if seed % 2 else "full", public=(seed % 3,))
        status = str(solved(raw).status)
        assert status == ("holds" if first_holds(first, (2, 2, 2), (seed % 3,)) else "fails"), seed
        found.add(status)
    assert len(found) == 2


@pytest.mark.parametrize("kind", ["full", "zeros", "copy", "still", "sparse"])
def test_later_periods(kind: str) -> None:
    """Without a prior it is about the later periods alone; with one each part is told."""
    found = set()
    for seed in range(16):
        rng = random.Random(f"later {kind} {seed}")
        sizes, public = (((2, 2, 2), ()), ((2, 2), ()), ((2, 2, 2), (1,)))[seed % 3]
        raw, first, moves = instance(rng, sizes, (2, "infinite")[seed % 2], kind, public, prior=seed % 4 > 0, actions=1 + seed % 2)
        result = solved(raw)
        later = later_holds(moves, sizes, public)
        start = seed % 4 == 0 or first_holds(first, sizes, public)
        assert (result.status == "holds") == (later and start), seed
        assert (result.certificate.get("separators") is not None) == later
        assert (result.certificate.get("first") is not None) == (start and seed % 4 > 0)
        found.add(later)
    assert False in found and (len(found) == 2 or kind in ("zeros", "copy"))


def extracted(raw: bytes, first: dict[Profile, Fraction], sizes: tuple[int, ...], rule: dict[Profile, int]) -> bool:
    """Whether payments exist with which truth is best given what each agent knows, and which leave every possible signal nothing."""
    utilities = json.loads(raw)["utilities"]
    for i in range(len(sizes)):
        table = utilities[f"a{i}"]["private"]
        pay = {p: z3.Real(f"p{p}") for p in first}
        solver = z3.Solver()
        for k in range(sizes[i]):
            own = [p for p in first if p[i] == k and first[p]]
            if not own:
                continue
            worth = []
            for r in range(sizes[i]):
                told = [(*p[:i], r, *p[i + 1 :]) for p in own]
                worth.append(z3.Sum([q(first[p]) * (table[rule[t]][k] - pay[t]) for p, t in zip(own, told, strict=True)]))
            solver.add(worth[k] == 0, *(each <= 0 for each in worth))
        if solver.check() != z3.sat:
            return False
    return True


def test_what_it_gives_for_one_period() -> None:
    """Crémer and McLean 1988: where it holds every rule extracts everything; where it fails some utilities and a constant rule do not."""
    held = failed = 0
    for seed in range(20):
        rng = random.Random(f"extract {seed}")
        sizes = ((2, 2), (3, 3), (3, 2))[seed % 3]
        raw, first, _ = instance(rng, sizes, kind="copy" if seed % 2 else "full", actions=3)
        result = solved(raw)
        if result.status == "holds":
            held += 1
            for _ in range(2):
                assert extracted(raw, first, sizes, {p: rng.randrange(3) for p in first})
            continue
        failed += 1
        document = json.loads(raw)
        who, own = result.witness["agent"], result.witness["type"]
        size = sizes[int(who[1:])]
        document["utilities"] = {f"a{i}": {"private": [[0] * n] * 3} for i, n in enumerate(sizes)}
        document["utilities"][who] = {"private": [[0 if f"s{k}" == own else 1 for k in range(size)]] * 3}
        assert not extracted(json.dumps(document).encode(), first, sizes, dict.fromkeys(first, 0))
    assert held >= 5 and failed >= 5


def test_what_it_gives_for_two_periods() -> None:
    """Where both parts hold, the efficient rule has payments of the class full+now whatever the utilities."""
    count = 0
    for seed in range(8):
        rng = random.Random(f"two {seed}")
        raw, _, _ = instance(rng, ((2, 2, 2), (2, 2))[seed % 2], 2, ("full", "still")[seed % 2], actions=2)
        if solved(raw).status == "holds":
            count += 1
            found = mechsynth.solve(mechsynth.loads(raw), "implement", workers=1, transfers="full+now", require=["pbic"])
            assert found.status == "feasible"
    assert count >= 4


def test_a_lie_of_the_period_before_counts() -> None:
    """Given true reports before, the two signals believe different things; after a lie one believes what the other does. By hand:
    after (0, ·) the other's next signal follows the own one with probability 3/4, after (1, ·) it goes against it with 3/4."""
    raw, _, _ = instance(random.Random(0), (2, 2), 2)
    document = json.loads(raw)
    follow, against = [["3/8", "1/8"], ["1/8", "3/8"]], [["1/8", "3/8"], ["3/8", "1/8"]]
    document["transition"] = [[[follow, follow], [against, against]]]
    document["prior"] = [["1/2", "0"], ["0", "1/2"]]
    raw = json.dumps(document).encode()
    result = solved(raw)
    assert result.status == "fails" and result.certificate.get("first") is not None
    assert result.witness["kind"] == "prepared" and result.witness["agent"] == "a0"
    assert "prepared" in result.to_bytes().decode() and json.loads(result.to_bytes())["format"] == "mechsynth-result/2"


def test_what_is_refused() -> None:
    alone, _, _ = instance(random.Random(1), (2, 2), prior=False)
    two, _, _ = instance(random.Random(1), (2, 2), 2)
    one, _, _ = instance(random.Random(1), (2, 2))
    for ask in ("convex-independence", "spanning"):
        with pytest.raises(UsageError, match="no prior"):
            solved(alone, ask)
        with pytest.raises(UsageError, match="look_ahead"):
            solved(one, ask, look_ahead="2")
        with pytest.raises(UsageError, match="beliefs"):
            mechsynth.solve(mechsynth.loads(one), ask, beliefs="then")
    with pytest.raises(UsageError, match="more than one period"):
        solved(two, "spanning")
    with pytest.raises(UsageError, match="distance"):
        solved(one, distance=True)


def leaves(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [place for key, part in value.items() for place in leaves(part, (*at, key))]
    if isinstance(value, list):
        return [place for key, part in enumerate(value) for place in leaves(part, (*at, key))]
    return [at]


CASES = (((3, 3), 1, "full"), ((3, 3), 1, "copy"), ((2, 2, 2), 2, "full"), ((2, 2), 2, "copy"), ((2, 2), "infinite", "copy"))


@pytest.mark.parametrize(("sizes", "periods", "kind"), CASES)
@pytest.mark.parametrize("ask", ["convex-independence", "spanning"])
def test_a_number_or_an_entry_changed_is_refused(sizes: tuple[int, ...], periods: Any, kind: str, ask: str) -> None:
    """Every entry of a vector enters an equation, every weight a sum; no entry can be left out, and no answer turned round."""
    if ask == "spanning" and periods != 1:
        pytest.skip("about one period")
    raw, _, _ = instance(random.Random(f"bad {kind}"), sizes, periods, kind)
    document = json.loads(solved(raw, ask).to_bytes())

    def refused(bad: Json) -> bool:
        with contextlib.suppress(MechsynthError):
            return not checker.check(json.dumps(bad).encode(), raw).accepted
        return True

    changed = 0
    for part in ("witness", "certificate"):
        for place in leaves(document[part] or {}):
            if not place or (isinstance(place[-1], int) and "vector" not in place):
                continue
            bad = copy.deepcopy(document)
            inner = bad[part]
            for key in place[:-1]:
                inner = inner[key]
            with contextlib.suppress(ValueError, TypeError):
                inner[place[-1]] = str(Fraction(inner[place[-1]]) + Fraction(1, 7))
                assert refused(bad), place
                changed += 1
    for key, entries in (document["certificate"] or {}).items():
        for n in range(len(entries)):
            bad = copy.deepcopy(document)
            del bad["certificate"][key][n]
            assert refused(bad), (key, n)
            changed += 1
    other = "fails" if document["status"] == "holds" else "holds"
    assert refused(document | {"status": other}) and refused(document | {"status": other, "witness": None})
    if document["status"] == "holds":
        assert refused(document | {"question": {"ask": ask, "scope": "all"}}) or ask == "spanning"
    assert changed or (ask, document["status"]) == ("spanning", "holds")


@pytest.mark.parametrize("kind", ["full", "still"])
def test_parts_of_another_question_are_refused(kind: str) -> None:
    """Beliefs about the next reports have no first period; an answer no has no vectors; beliefs within a period no distance; and one answer is not that of the other question."""
    raw, _, _ = instance(random.Random(kind), (2, 2, 2), 2, kind)
    following = json.loads(mechsynth.solve(mechsynth.loads(raw), "convex-independence", workers=1).to_bytes())
    within = json.loads(solved(raw).to_bytes())
    assert (following["status"], within["status"]) == ("holds" if kind == "full" else "fails", "holds")
    extra: list[tuple[Json, Json]] = [(following, {"first": []}), (within, {"distance": {}}), (within, {"dimensions": {}}), (within, {"agents": {}})]
    if following["status"] == "fails":
        extra.append((following, {"separators": []}))
    for document, more in extra:
        assert checker.check(json.dumps(document).encode(), raw).accepted
        with contextlib.suppress(MechsynthError):
            assert not checker.check(json.dumps(document | {"certificate": document["certificate"] | more}).encode(), raw).accepted, more
    for other in ({"beliefs": "next"}, {"beliefs": "within", "look_ahead": 2}):
        with pytest.raises(MechsynthError):
            checker.check(json.dumps(within | {"question": within["question"] | other}).encode(), raw)
