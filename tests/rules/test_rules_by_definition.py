"""`implement` under rules that are given, lotteries among them, against the definition (`from_definition`)."""

from __future__ import annotations

import json
import random
from fractions import Fraction as F

import pytest

import mechsynth

from .from_definition import Game, possible

CLASSES = ("history-independent", "vcg-type", "contingent", "contingent+now", "full", "full+now")
EXTRA = ("budget:ex-post", "participation:ex-post", "liability:1", "residual-claimant")
SEEDS = range(60)


def asked(seed: int) -> tuple[Game, str, list[str]]:
    """A game, a class and wishes by chance."""
    rng = random.Random(1000 + seed)
    horizon = rng.choice((1, 2, 2))
    notion = rng.choice(("pepic", "pbic"))
    return Game.drawn(seed, horizon), rng.choice(CLASSES), [notion, *rng.sample(EXTRA, rng.randrange(3))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_given_rule_is_implemented_iff_the_definition_says_so(seed: int) -> None:
    game, kind, wishes = asked(seed)
    env = mechsynth.loads(json.dumps(game.instance()))
    result = mechsynth.solve(env, "implement", transfers=kind, incentives=wishes[0], require=wishes[1:], rule=game.file(), workers=1)
    assert (str(result.status) == "feasible") == possible(game, kind, wishes), (kind, wishes)
    assert str(result.status) in ("feasible", "infeasible")
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    assert verdict.claims == (("efficient",) if "claims" in result.certificate else ())


def test_both_answers_occur() -> None:
    found = {possible(game, kind, wishes) for game, kind, wishes in map(asked, SEEDS)}
    assert found == {True, False}
    assert sum(any(0 < x < 1 for rule in asked(seed)[0].rule for chances in rule.values() for x in chances) for seed in SEEDS) > 40


@pytest.mark.parametrize("seed", range(12))
def test_the_most_that_a_given_rule_earns(seed: int) -> None:
    game = Game.drawn(200 + seed, 1 + seed % 2)
    env = mechsynth.loads(json.dumps(game.instance()))
    kind, wishes = ("full+now" if seed % 2 else "history-independent"), ["pbic", "participation:ex-post"]
    result = mechsynth.solve(
        env, "implement", transfers=kind, incentives="pbic", require=wishes[1:], objective="max-revenue", rule=game.file(), workers=1
    )
    assert result.check().accepted, result.check().reason
    if str(result.status) == "infeasible":
        assert not possible(game, kind, wishes)
        return
    assert str(result.status) == "optimal"
    assert result.value is not None
    best = F(result.value)
    assert possible(game, kind, wishes, best)
    assert not possible(game, kind, wishes, best + F(1, 10**9))
