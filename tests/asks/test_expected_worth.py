"""`agv`, `balanced-team`, `cremer-mclean` against their definitions, in plain Fractions: every strategy of lies, every sum, every mean; and planted corruptions."""

from __future__ import annotations

import copy
import json
import random
from fractions import Fraction as F
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check
from mechsynth.errors import UsageError

Json = dict[str, Any]
Profile = tuple[int, ...]
LIBRARY = Path(__file__).resolve().parents[2] / "instances"


class World:
    """An instance as it is drawn: private values, chains of one's own, or a prior of any kind; numbers are Fractions."""

    def __init__(self, seed: int, sizes: tuple[int, ...], horizon: int, *, independent: bool = True) -> None:
        rng = random.Random(f"{seed} {sizes} {horizon} {independent}")
        self.sizes, self.horizon, self.independent = sizes, horizon, independent
        self.players = range(len(sizes))
        self.profiles = list(product(*map(range, sizes)))
        self.actions = range(2)
        self.delta = F(rng.choice((1, 2, 3)), 3 if horizon > 1 else 1) if horizon > 1 else F(1)

        def law(size: int) -> list[F]:
            weights = [rng.choice((0, 1, 2, 3)) for _ in range(size)]
            weights[rng.randrange(size)] += 1
            return [F(w, sum(weights)) for w in weights]

        self.value = [
            [{(a, i): [[F(rng.randint(-4, 6)) for _ in range(sizes[i])]] for i in self.players} for a in self.actions] for _ in range(horizon)
        ]
        if independent:
            parts = [law(n) for n in sizes]
            self.prior = {p: prod((part[k] for part, k in zip(parts, p, strict=True)), start=F(1)) for p in self.profiles}
        else:
            weights = {p: rng.randint(1, 9) for p in self.profiles}
            self.prior = {p: F(w, sum(weights.values())) for p, w in weights.items()}
        self.chain = [[[[law(n) for _ in range(n)] for n in sizes] for _ in self.actions] for _ in range(horizon - 1)]

    def u(self, t: int, i: int, a: int, p: Profile) -> F:
        return self.value[t][a][a, i][0][p[i]]

    def after(self, t: int, a: int, p: Profile) -> dict[Profile, F]:
        rows = [self.chain[t][a][i][p[i]] for i in self.players]
        return {q: prod((row[k] for row, k in zip(rows, q, strict=True)), start=F(1)) for q in self.profiles}

    def document(self) -> Json:
        names = [f"a{i}" for i in self.players]

        def nest(value: Any, lead: Profile = ()) -> Any:
            return str(value(lead)) if len(lead) == len(self.sizes) else [nest(value, (*lead, k)) for k in range(self.sizes[len(lead)])]

        periods = []
        for t in range(self.horizon):
            period: Json = {
                "signals": {name: [f"s{k}" for k in range(n)] for name, n in zip(names, self.sizes, strict=True)},
                "actions": ["u", "v"],
                "utilities": {name: [nest(lambda p, a=a, i=i, t=t: self.u(t, i, a, p)) for a in self.actions] for i, name in enumerate(names)},
            }
            if t + 1 < self.horizon:
                period["transition"] = [_rows(self, t, a) for a in self.actions]
            periods.append(period)
        return {
            "format": "mechsynth-instance/1", "name": "drawn", "horizon": self.horizon, "discount": str(self.delta), "agents": names,
            "prior": nest(lambda p: self.prior[p]), "periods": periods,
        }  # fmt: skip


def _rows(world: World, t: int, a: int) -> Any:
    def nest(lead: Profile = ()) -> Any:
        if len(lead) < len(world.sizes):
            return [nest((*lead, k)) for k in range(world.sizes[len(lead)])]
        law = world.after(t, a, lead)

        def inner(far: Profile = ()) -> Any:
            return str(law[far]) if len(far) == len(world.sizes) else [inner((*far, k)) for k in range(world.sizes[len(far)])]

        return inner()

    return nest()


class Played:
    """The efficient rule, found by backward induction, and payments read off a result's tables."""

    def __init__(self, world: World, document: Json) -> None:
        self.world = world
        tables = document["mechanism"]["transfers"]
        self.tables = tables if isinstance(tables, list) else [tables]
        self.rule: list[dict[Profile, int]] = []
        worth: dict[Profile, F] = {}
        for t in reversed(range(world.horizon)):
            here: dict[Profile, F] = {}
            chosen: dict[Profile, int] = {}
            for p in world.profiles:
                total = [
                    sum((world.u(t, i, a, p) for i in world.players), F(0))
                    + (world.delta * sum((m * worth[q] for q, m in world.after(t, a, p).items()), F(0)) if worth else 0)
                    for a in world.actions
                ]
                chosen[p] = total.index(max(total))
                here[p] = max(total)
            worth = here
            self.rule.insert(0, chosen)

    def pays(self, t: int, i: int, reports: Profile, before: Profile | None) -> F:
        """What is paid in a period."""
        found = F(0)
        now = self.tables[t].get(f"a{i}", {}).get("now")
        if now is not None:
            found += _leaf(now, reports)
        if before is not None:
            later = self.tables[t - 1].get(f"a{i}", {}).get("later")
            if later is not None:
                found += _leaf(later, (self.rule[t - 1][before], *before, *reports))
        return found

    def best(self, i: int, t: int, before: tuple[Profile, Profile] | None, own: int) -> tuple[F, F]:
        """What the best strategy from here on is worth to ``i``, and what truth from here on is, given what she knows: true and reported profile of the period before, and her signal."""
        world = self.world
        law = world.prior if before is None else world.after(t - 1, self.rule[t - 1][before[1]], before[0])
        here = {p: m for p, m in law.items() if p[i] == own and m}
        mass = sum(here.values(), F(0))
        told: list[tuple[F, F]] = []
        for r in range(world.sizes[i]):
            best = true = F(0)
            for p, m in here.items():
                said = (*p[:i], r, *p[i + 1 :])
                flow = world.u(t, i, self.rule[t][said], p) - self.pays(t, i, said, None if before is None else before[1])
                best += m * flow
                true += m * flow
                if t + 1 < world.horizon:
                    # what she has next is her own; the others' next signals she learns as reports only
                    for k in range(world.sizes[i]):
                        chance = sum((w for q, w in world.after(t, self.rule[t][said], p).items() if q[i] == k), F(0))
                        if chance:
                            left, honest = self.best(i, t + 1, (p, said), k)
                            best += world.delta * m * chance * left
                            true += world.delta * m * chance * honest
            told.append((best / mass, true / mass))
        return max(value for value, _ in told), told[own][1]


def _leaf(table: Any, index: Profile) -> F:
    for k in index:
        table = table[0] if len(table) == 1 else table[k]
    return F(table)


def audited(world: World, document: Json) -> None:
    """No strategy of lies gains, from any information state on: any true profile and any reports before, any signal that can follow."""
    played = Played(world, document)
    for i in world.players:
        starts: list[tuple[int, tuple[Profile, Profile] | None]] = [(0, None)]
        for t in range(1, world.horizon):
            starts += [(t, (p, (*p[:i], r, *p[i + 1 :]))) for p in world.profiles for r in range(world.sizes[i])]
        for t, before in starts:
            law = world.prior if before is None else world.after(t - 1, played.rule[t - 1][before[1]], before[0])
            for own in {p[i] for p, m in law.items() if m}:
                best, truth = played.best(i, t, before, own)
                assert best == truth, (i, t, before, own)


SHAPES = [((2, 2), 1), ((3, 2), 1), ((2, 2, 2), 1), ((2, 3), 2), ((2, 2, 2), 2), ((2, 2), 3)]


@pytest.mark.parametrize(("sizes", "horizon"), SHAPES)
@pytest.mark.parametrize("seed", range(6))
def test_the_balanced_team_by_every_strategy(sizes: tuple[int, ...], horizon: int, seed: int) -> None:
    """No strategy gains after any history; every period's payments add up to 0; and in expectation, given the reports before, nobody pays."""
    world = World(seed, sizes, horizon)
    raw = json.dumps(world.document()).encode()
    asks = ("balanced-team", "agv") if horizon == 1 else ("balanced-team",)
    for ask in asks:
        result = mechsynth.solve(mechsynth.loads(raw), ask)
        verdict = check(result.to_bytes(), raw)
        assert verdict.accepted, verdict.reason
        document = result.document()
        audited(world, document)
        played = Played(world, document)
        for t, reports in product(range(horizon), world.profiles):
            for before in [None] if t == 0 else world.profiles:
                paid = [played.pays(t, i, reports, before) for i in world.players]
                assert sum(paid) == 0
        if ask == "balanced-team":
            for i, before in product(world.players, world.profiles if horizon > 1 else ()):
                law = world.after(0, played.rule[0][before], before)
                assert sum((m * played.pays(1, i, q, before) for q, m in law.items()), F(0)) == 0


@pytest.mark.parametrize("sizes", [(2, 2), (3, 3), (2, 3, 2), (2, 4)])
@pytest.mark.parametrize("seed", range(8))
def test_bets_take_everything(sizes: tuple[int, ...], seed: int) -> None:
    """Whatever the signal: no lie gains, and truth is expected to be worth nothing. With more signals than the others have together beliefs are mixtures, and the weights say of what."""
    world = World(seed, sizes, 1, independent=False)
    raw = json.dumps(world.document()).encode()
    try:
        result = mechsynth.solve(mechsynth.loads(raw), "cremer-mclean")
    except UsageError as error:
        assert "is a mixture of what it believes with other signals" in str(error) and sizes == (2, 4)
        return
    assert check(result.to_bytes(), raw).accepted
    played = Played(world, result.document())
    for i in world.players:
        for own in range(sizes[i]):
            best, truth = played.best(i, 0, None, own)
            assert best == truth == 0


def test_a_mixture_is_refused_with_its_weights() -> None:
    """Independent signals: what one believes says nothing of her own signal."""
    raw = json.dumps(World(1, (2, 2), 1).document()).encode()
    with pytest.raises(UsageError, match=r"believes of the others' reports with s\d is a mixture of what it believes with other signals: 1·s\d"):
        mechsynth.solve(mechsynth.loads(raw), "cremer-mclean")


def test_numbers_that_are_known() -> None:
    """ψ = 0, 1/4, 1/6 for the public project, so who reports 1 where the other reports 0 receives 1/4; γ_1 = −37/144, 37/180, 37/720 for the two chains."""
    document = mechsynth.solve(LIBRARY / "incentives" / "agv-project.json", "agv").document()
    psi = [F(0), F(1, 4), F(1, 6)]
    paid = document["mechanism"]["transfers"][0]["one"]["now"]
    assert [[F(x) for x in row] for row in paid] == [[psi[other] - psi[own] for other in range(3)] for own in range(3)]
    document = mechsynth.solve(LIBRARY / "incentives" / "balanced-team.json", "balanced-team").document()
    gamma = [F(-37, 144), F(37, 180), F(37, 720)]
    paid = document["mechanism"]["transfers"][0]["one"]["now"]
    assert [[F(x) for x in row] for row in paid] == [[gamma[other] - gamma[own] for other in range(3)] for own in range(3)]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, list):
        return [leaf for k, part in enumerate(value) for leaf in leaves(part, (*path, k))]
    if isinstance(value, dict):
        return [leaf for k, part in value.items() for leaf in leaves(part, (*path, k))]
    return [path]


@pytest.mark.parametrize(("ask", "world"), [("agv", World(3, (2, 2), 1)), ("balanced-team", World(2, (2, 2), 2)), ("cremer-mclean", World(5, (2, 2), 1, independent=False))])
def test_every_payment_that_is_changed_is_refused(ask: str, world: World) -> None:
    """By the sum, by the formula, or by what somebody expects; a payment at reports that nobody can make may be any that deters."""
    raw = json.dumps(world.document()).encode()
    result = mechsynth.solve(mechsynth.loads(raw), ask).document()
    tables = result["mechanism"]["transfers"]
    changed = 0
    for path in leaves(tables):
        bent = copy.deepcopy(result)
        at = bent["mechanism"]["transfers"]
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = str(F(at[path[-1]]) + F(1, 2**40))
        assert not check(json.dumps(bent).encode(), raw).accepted, path
        changed += 1
    assert changed >= 4


def test_the_balanced_team_is_not_accepted_as_another() -> None:
    """A constant added to one agent and taken from the other leaves truth and balance, and is no such mechanism any more."""
    world = World(3, (2, 2), 1)
    raw = json.dumps(world.document()).encode()
    document = mechsynth.solve(mechsynth.loads(raw), "balanced-team").document()
    for name, sign in (("a0", 1), ("a1", -1)):
        table = document["mechanism"]["transfers"][0][name]["now"]
        for path in leaves(table):
            at = table
            for step in path[:-1]:
                at = at[step]
            at[path[-1]] = str(F(at[path[-1]]) + sign)
    verdict = check(json.dumps(document).encode(), raw)
    assert not verdict.accepted
    assert "payment" in str(verdict.reason)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("values", "values are not private"),
        ("prior", "first signals are correlated"),
        ("shock", "do not look at each agent's own signal alone, or go together"),
        ("influence", "do not look at each agent's own signal alone, or go together"),
    ],
)
def test_what_the_theorem_assumes_is_looked_at(change: str, words: str) -> None:
    document = World(2, (2, 2), 2).document()
    if change == "values":
        document["periods"][0]["utilities"]["a0"][0] = [["0", "1"], ["0", "0"]]
    if change == "prior":
        document["prior"] = [["1/2", "0"], ["0", "1/2"]]
    if change == "shock":
        row = [["1/2", "0"], ["0", "1/2"]]
        document["periods"][0]["transition"][1] = [[row, row], [row, row]]
    if change == "influence":
        even, odd = [["1/4", "1/4"], ["1/4", "1/4"]], [["1/2", "0"], ["1/2", "0"]]
        document["periods"][0]["transition"][0] = [[even, even], [odd, odd]]
    with pytest.raises(UsageError, match=words):
        mechsynth.solve(mechsynth.loads(json.dumps(document)), "balanced-team")
