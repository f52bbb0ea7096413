"""`audit` of mechanisms whose rule draws, against the definition: payments by chance, every number added up over the tree."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from fractions import Fraction as F
from typing import Any

import pytest
import z3

import mechsynth
from mechsynth.audit import audit
from mechsynth.report import page
from mechsynth.report.subject import open_subject

from .from_definition import ACTIONS, PROFILES, Game, Sought, revenue, swap

Json = dict[str, Any]


class Paid(Sought):
    """Payments of the class `full+now` by chance."""

    def __init__(self, game: Game, seed: int) -> None:
        super().__init__(game, "full+now")
        self.rng = random.Random(seed)

    def _column(self, *name: object) -> Any:
        if name not in self.known:
            self.known[name] = z3.RealVal(self.rng.randrange(-4, 5))
        return self.known[name]

    def tables(self) -> list[Json]:
        """The payments as the tables of a result."""
        found: list[Json] = []
        for t in range(self.game.horizon):
            period: Json = {}
            for i, name in enumerate("xy"):
                own: Json = {"now": [[number(self.now(t, i, (a, b))) for b in range(2)] for a in range(2)]}
                if t + 1 < self.game.horizon:
                    own["later"] = [
                        [[[[number(self.later(i, (p, q), a, (r, s))) for s in range(2)] for r in range(2)] for q in range(2)] for p in range(2)]
                        for a in range(2)
                    ]
                period[name] = own
            found.append(period)
        return found


def value(term: Any) -> F:
    exact = z3.simplify(term)
    return F(exact.numerator_as_long(), exact.denominator_as_long())


def number(term: Any) -> str:
    return str(value(term))


def mechanism(game: Game, paid: Paid) -> tuple[bytes, bytes]:
    """A result with these payments, and its instance."""
    data = json.dumps(game.instance()).encode()
    records = []
    for t, rule in enumerate(game.rule, 1):
        for p in PROFILES:
            lottery = {label: str(c) for label, c in zip(ACTIONS, rule[p], strict=True) if c}
            action = lottery if len(lottery) > 1 else next(iter(lottery))
            records.append({"period": t, "signals": {"x": str(p[0]), "y": str(p[1])}, "action": action})
    rule_text = json.dumps(game.file())
    result = {
        "format": "mechsynth-result/2",
        "instance": {"name": "drawn", "sha256": hashlib.sha256(data).hexdigest()},
        "question": {"ask": "audit", "rule": {"kind": "table", "name": "by-chance", "sha256": hashlib.sha256(rule_text.encode()).hexdigest()}},
        "status": "feasible",
        "strength": "exact",
        "value": None,
        "mechanism": {"allocation": records, "transfers": paid.tables()},
        "witness": None,
        "certificate": {"rule": rule_text},
    }
    return json.dumps(result).encode(), data


@pytest.mark.parametrize("seed", range(20))
def test_every_number(seed: int) -> None:
    game = Game.drawn(500 + seed, 1 + seed % 2)
    paid = Paid(game, seed)
    found = audit(*mechanism(game, paid)).document()
    for i, name in enumerate("xy"):
        for p in PROFILES:
            assert F(found["payoffs"][name][f"{p[0]},{p[1]}"]) == value(paid.first(i, p, p))
    assert all(F(found["surplus"][f"{p[0]},{p[1]}"]) == game.surplus(0, p) for p in PROFILES)
    ex_post, informed = slacks(game, paid)
    assert F(found["least-slack"]) == min(ex_post)
    assert found["pepic"] == (min(ex_post) >= 0)
    told = [F(row["value"]) for row in found["given-what-is-known"].values() if row is not None]
    assert min(told) == min(informed)
    assert F(found["budget"]["ex-ante"]) == value(revenue(game, paid))
    losses = [-x for x in flows(game, paid)]
    assert F(found["in-a-period"]["largest-loss"]["value"]) == max(losses)
    assert found["efficient"] == (efficient(game) is None)


def slacks(game: Game, paid: Paid) -> tuple[list[F], list[F]]:
    """What every lie loses: ex post, and expected per unit of what an agent knows."""
    ex_post, informed = [], []
    for i, p in itertools.product(range(2), PROFILES):
        lie = swap(p, i, 1 - p[i])
        ex_post.append(value(paid.first(i, p, p) - paid.first(i, lie, p)))
        ex_post += [value(paid.second(i, past, p, p) - paid.second(i, past, lie, p)) for past in paid.pasts()]
    for i, k in itertools.product(range(2), range(2)):
        here = [p for p in PROFILES if p[i] == k]
        mass = sum(game.prior[p] for p in here)
        gain = sum(game.prior[p] * value(paid.first(i, p, p) - paid.first(i, swap(p, i, 1 - k), p)) for p in here)
        informed.append(gain / mass)
        for h, said in itertools.product(PROFILES, range(2)) if game.horizon == 2 else ():
            told = swap(h, i, said)
            for a in game.can(0, told):
                law = game.kernel[a][h]
                parts = [law[p] * value(paid.second(i, (told, a), p, p) - paid.second(i, (told, a), swap(p, i, 1 - k), p)) for p in here]
                informed.append(sum(parts, F(0)) / sum(law[p] for p in here))
    return ex_post, informed


def flows(game: Game, paid: Paid) -> list[F]:
    """What agents enjoy less what they pay in a period, at true profiles after any reports, whatever is drawn."""
    found = [game.utilities[0][i][a][p] - value(paid.now(0, i, p)) for i in range(2) for p in PROFILES for a in game.can(0, p)]
    for (told, a), p, i in itertools.product(paid.pasts(), PROFILES, range(2)):
        owed = value(paid.now(1, i, p) + paid.later(i, told, a, p))
        found += [game.utilities[1][i][b][p] - owed for b in game.can(1, p)]
    return found


def efficient(game: Game) -> str | None:
    """Where another action does better than one that can be drawn; the best values by backward induction over actions."""

    def best(t: int, p: tuple[int, int]) -> list[F]:
        return [
            sum((game.utilities[t][i][a][p] for i in range(2)), F(0))
            + (game.discount * sum((m * max(best(t + 1, q)) for q, m in game.kernel[a][p].items()), F(0)) if t + 1 < game.horizon else 0)
            for a in range(2)
        ]

    for t, p in itertools.product(range(game.horizon), PROFILES):
        worth = best(t, p)
        if any(worth[a] < max(worth) for a in game.can(t, p)):
            return f"{t} {p}"
    return None


def test_pages_show_lotteries() -> None:
    """The page of a result whose rule draws, with its instance at hand."""
    game = Game.drawn(3, 2)
    env = mechsynth.loads(json.dumps(game.instance()))
    result = mechsynth.solve(env, "implement", transfers="full+now", rule=game.file(), incentives="pbic", objective="min-epsilon")
    assert any(isinstance(record["action"], dict) for record in result.document()["mechanism"]["allocation"])
    shown = page(open_subject(result.document(), result.to_bytes(), json.dumps(game.instance()).encode()))
    assert "a (1/3) or b (2/3)" in shown
    assert "Expected payments" in shown
