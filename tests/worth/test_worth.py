"""`worth`: what is lost where one agent's signal is known only after the action of its period; the expected numbers are derived by hand or enumerated from the definition."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from oracles import draws, model

import mechsynth
from mechsynth.check import check
from mechsynth.errors import InputError, UsageError

Json = dict[str, Any]
INSTANCES = Path(__file__).resolve().parents[2] / "instances"


def solved(raw: bytes) -> tuple[Any, dict[str, Fraction]]:
    result = mechsynth.solve(mechsynth.loads(raw), "worth", workers=1)
    assert check(result.to_bytes(), raw).accepted
    return result, {agent: Fraction(value) for agent, value in result.certificate["worth"].items()}


def one_agent(horizon: int | str, stay: str) -> bytes:
    """Build or not: building is worth 3 at `high` and −1 at `low`, each with probability 1/2 at first; the signal stays with a probability."""
    move = str(1 - Fraction(stay))
    document: Json = {
        "format": "mechsynth-instance/1",
        "name": "one-agent-builds",
        "agents": ["a"],
        "horizon": horizon,
        "discount": "1/2",
        "signals": {"a": ["high", "low"]},
        "actions": ["build", "rest"],
        "utilities": {"a": {"private": [["3", "-1"], ["0", "0"]]}},
        "transition": {"independent": {"a": [[stay, move], [move, stay]]}},
        "prior": ["1/2", "1/2"],
    }
    if horizon == 1:
        del document["transition"]
    return json.dumps(document).encode()


@pytest.mark.parametrize("stay", ["1", "1/2"])
def test_one_agent_by_hand(stay: str) -> None:
    """Blind, building gives 1 a period on average; seeing gives 3/2. A signal that stays is known from the second period on."""
    result, worth = solved(one_agent("infinite", stay))
    assert result.value == "3"  # 3/2 a period, discounted by 1/2
    assert worth == {"a": Fraction(1, 2) if stay == "1" else Fraction(1)}
    _, worth = solved(one_agent(1, stay))
    assert worth == {"a": Fraction(1, 2)}


# -- from the definition, by trying every action for everything that is heard ---------------------------------------------

Law = dict[tuple[int, ...], Fraction]


def most(env: model.Model, unheard: int | None, periods: int) -> Fraction:
    """The most surplus expected over so many periods, where all but one agent are heard in time, and that one after the action."""

    @cache
    def after(t: int, a: int, profile: tuple[int, ...]) -> Fraction:
        here = min(t, len(env.periods) - 1)
        kernel = env.periods[here].kernel
        return Fraction(0) if t + 1 >= periods or kernel is None else expected(t + 1, kernel[a, profile])

    def expected(t: int, law: Law) -> Fraction:
        period = env.periods[min(t, len(env.periods) - 1)]
        total = Fraction(0)
        for heard in {told(profile) for profile in law}:
            total += max(
                sum(
                    (
                        chance * (sum(period.utility[i][a, profile] for i in range(len(env.agents))) + env.delta * after(t, a, profile))
                        for profile, chance in law.items()
                        if chance and told(profile) == heard
                    ),
                    Fraction(0),
                )
                for a in range(len(period.actions))
            )
        return total

    def told(profile: tuple[int, ...]) -> tuple[int, ...]:
        return profile if unheard is None else model.drop(profile, unheard)

    assert env.prior is not None
    return expected(0, env.prior)


def drawn(seed: int, horizon: int | str, agents: int = 2) -> bytes:
    document = draws.instance(seed, ("ordinary", "ties", "zeros")[seed % 3], horizon=horizon, agents=agents, most=4)
    first = document if "signals" in document else document["periods"][0]
    sizes = [len(first["signals"][name]) for name in document["agents"]]
    document["prior"] = draws.nest(sizes, lambda _: Fraction(1, len(draws.box(sizes))))
    return json.dumps(document, default=str).encode()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("horizon", [1, 2, 3])
def test_a_finite_horizon_by_trying_everything(seed: int, horizon: int) -> None:
    raw = drawn(seed, horizon)
    env = model.read(json.loads(raw, parse_float=str))
    result, worth = solved(raw)
    everything = most(env, None, horizon)
    assert Fraction(result.value) == everything
    assert worth == {name: everything - most(env, i, horizon) for i, name in enumerate(env.agents)}
    assert all(lost >= 0 for lost in worth.values())


@pytest.mark.parametrize("seed", range(6))
def test_an_infinite_horizon_is_the_limit(seed: int) -> None:
    """What is left out after n periods is at most δ^n times the largest surplus, each period discounted, twice."""
    raw = drawn(seed, "infinite")
    env = model.read(json.loads(raw, parse_float=str))
    _, worth = solved(raw)
    n, period = 12, env.periods[0]
    largest = max(abs(sum(period.utility[i][key] for i in range(len(env.agents)))) for key in period.utility[0])
    rest = 2 * env.delta**n * largest / (1 - env.delta)
    for i, name in enumerate(env.agents):
        assert abs(worth[name] - (most(env, None, n) - most(env, i, n))) <= rest


def test_some_worth_is_positive_and_some_is_not() -> None:
    """So that the comparisons above are about something."""
    found = [worth for seed in range(8) for worth in solved(drawn(seed, 2))[1].values()]
    assert any(worth > 0 for worth in found)
    assert any(worth == 0 for worth in found)


def test_who_is_known_from_the_others_is_not_missed() -> None:
    """Two agents that always have the same signal: either tells what the other knows."""
    document = json.loads(one_agent(1, "1"))
    same = ["1/2", "0"], ["0", "1/2"]
    document |= {
        "agents": ["a", "b"],
        "signals": {"a": ["high", "low"], "b": ["high", "low"]},
        "utilities": {"a": {"private": [["3", "-1"], ["0", "0"]]}, "b": {"private": [["0", "0"], ["0", "0"]]}},
        "prior": same,
    }
    document.pop("transition", None)
    _, worth = solved(json.dumps(document).encode())
    assert worth == {"a": 0, "b": 0}


# -- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["liu2014-oil-leases", "no-correlation"])
@pytest.mark.parametrize("change", ["1/1000000", "-1/1000000"])
def test_another_number_is_refused(name: str, change: str) -> None:
    """A worth, the surplus, or one number of what is to come, a little larger or smaller."""
    raw = (INSTANCES / f"{name}.json").read_bytes()
    document = json.loads(solved(raw)[0].to_bytes())

    def moved(value: str) -> str:
        return str(Fraction(value) + Fraction(change))

    forged = [json.loads(json.dumps(document)) for _ in range(3)]
    forged[0]["value"] = moved(document["value"])
    for agent in document["certificate"]["worth"]:
        forged[1]["certificate"]["worth"][agent] = moved(document["certificate"]["worth"][agent])
        said = check(json.dumps(forged[1]).encode(), raw)
        assert not said.accepted and f"the worth of {agent}" in str(said.reason)
        forged[1]["certificate"]["worth"][agent] = document["certificate"]["worth"][agent]
    assert not check(json.dumps(forged[0]).encode(), raw).accepted
    if "after" in document["certificate"]:
        table = forged[2]["certificate"]["after"]["firm2"]
        table[1][0][1] = moved(table[1][0][1])
        said = check(json.dumps(forged[2]).encode(), raw)
        assert not said.accepted and "without firm2" in str(said.reason)


def test_what_the_equation_allows_only_one_of() -> None:
    """A solution shifted by a constant would give another worth, and is no solution: what follows is discounted."""
    raw = (INSTANCES / "no-correlation.json").read_bytes()
    document = json.loads(solved(raw)[0].to_bytes())
    shifted = [[[str(Fraction(x) + 1) for x in row] for row in rows] for rows in document["certificate"]["after"]["firm1"]]
    document["certificate"]["after"]["firm1"] = shifted
    assert not check(json.dumps(document).encode(), raw).accepted


def test_what_a_certificate_must_have() -> None:
    raw = (INSTANCES / "no-correlation.json").read_bytes()
    document = json.loads(solved(raw)[0].to_bytes())
    for key in ("worth", "after"):
        short = json.loads(json.dumps(document))
        del short["certificate"][key]
        with pytest.raises(InputError, match=key):
            check(json.dumps(short).encode(), raw)


def test_without_a_prior_it_is_not_asked() -> None:
    document = json.loads(one_agent(1, "1"))
    del document["prior"]
    with pytest.raises(UsageError, match="give it a prior"):
        mechsynth.solve(mechsynth.loads(json.dumps(document)), "worth")


def test_in_words() -> None:
    words = mechsynth.solve(INSTANCES / "liu2014-oil-leases.json", "worth").explain()
    assert "a social surplus of 19" in words
    assert "firm1  1/2    37/2" in words
    assert "firm2  1/4    75/4" in words
