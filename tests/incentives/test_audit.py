"""What an audit says of mechanisms whose gains are known: ex post, given what each agent knows, and from the start."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from oracles import draws
from oracles.knowing import Agent, most
from oracles.mechanism import Mechanism
from oracles.model import read
from oracles.wishes import KINDS

import mechsynth
from mechsynth.audit import Audit, audit

ROOT = Path(__file__).resolve().parents[2]
TRIALS = Path(__file__).resolve().parents[1] / "trials"
DATA = Path(__file__).parent / "data"


def told(result: Path, instance: Path) -> Audit:
    return audit(result.read_bytes(), instance.read_bytes())


def test_lotteries_that_an_own_lie_turns_round() -> None:
    """Liu 2014, 3.1: 13 or 5 by what firm 2 reports. By hand: a lie gains 13 − 7 = 6 ex post at most; after a true theta_0 the lottery costs 11 in

    expectation, as much as the lease is worth at signal 6; after a false one 7, so the lie gains 11 − 7 = 4; and half of the time that is possible.
    """
    found = told(DATA / "audit" / "oil-leases-lotteries.json", ROOT / "instances" / "liu2014-oil-leases-manipulable.json")
    data = found.document()
    assert Fraction(data["least-slack"]) == -6
    assert data["given-what-is-known"]["truthful"]["value"] == "0" and data["given-what-is-known"]["after-lie"]["value"] == "-4"
    assert data["strategies"] == {"firm1": "2", "firm2": "0"}
    assert (data["pepic"], data["pbic"], data["bnic"]) == (False, False, False)
    words = found.words()
    assert "and her own report 1, gains 4 in expectation" in words and "not a Bayes-Nash equilibrium; the best ones gain in expectation: firm1 2" in words


def test_the_published_auction_of_correlated_values() -> None:
    """Myerson 1981, section 7: full extraction, an equilibrium in expectation, and not ex post."""
    found = told(TRIALS / "correlated-values-published.json", TRIALS / "correlated-values-coin.json")
    data, words = found.document(), found.words()
    assert (data["pepic"], data["pbic"], data["bnic"], data["least-slack"]) == (False, True, True, "-60")
    assert data["given-what-is-known"]["truthful"]["value"] == "0" and data["given-what-is-known"]["after-lie"] is None
    assert "with signal 100, reporting 10, loses 0 in expectation" in words and "at (100, 10) reporting 10 gains 60" in words
    assert "none gains, truth is a Bayes-Nash equilibrium" in words and data["rents"] == {"bidder1": "0", "bidder2": "0"}


def test_without_a_prior_nothing_is_said_of_period_one() -> None:
    """What is believed at the start is unknown then: of one period nothing is said, of several what the kernels say."""
    for horizon, words in ((1, "Given what each agent knows: nothing is said without a prior."), (2, "Without a prior period 1 is left out.")):
        data = next(
            found
            for seed in range(99)
            if "prior" not in (found := draws.instance(seed, "ordinary", horizon=horizon, agents=2)) and len(found.get("signals", {"": 0})) == 2
        )
        raw = json.dumps(data).encode()
        result = mechsynth.solve(mechsynth.loads(raw), "implement", transfers="full", objective="min-epsilon")
        found = audit(result.to_bytes(), raw)
        assert words in found.words() and "Whole strategies from the start: nothing is said without a prior." in found.words()
        assert found.document()["pbic"] is None and found.document()["bnic"] is None


@pytest.mark.parametrize("seed", range(12))
def test_gains_are_those_of_all_strategies(seed: int) -> None:
    """The best whole strategy, and the worst that any information state has, of transfers that were found for another wish."""
    data: Any = None
    for k in range(99):
        data = draws.instance(100 * seed + k, ("ordinary", "zeros", "ties")[seed % 3], horizon=(1, 2, 2, 3)[seed % 4], agents=2, most=4)
        if "prior" in data:
            break
    raw = json.dumps(data).encode()
    kind = ("full", "contingent", "history-independent")[seed % 3]
    result = mechsynth.solve(mechsynth.loads(raw), "implement", transfers=kind, objective="min-epsilon")
    plain, model = json.loads(result.to_bytes()), read(data)
    mechanism = Mechanism(model, plain)

    def price(key: Any) -> Fraction:
        what, t, i, sees, *after = key
        if what == "now":
            return mechanism.now(t, i, sees)
        then = after[0] if KINDS[kind].own_next else (*after[0][:i], 0, *after[0][i:])
        return mechanism.later(t, i, mechanism.rule[t][sees], sees, then)

    found = audit(result.to_bytes(), raw).document()
    for i, name in enumerate(model.agents):
        agent = Agent(model, mechanism.rule, kind, i)
        whole = sum((sum(agent.beliefs(0, ())[where[2]].values()) * gain for where, (gain, _) in zip(agent.starts("bnic"), agent.gains("bnic", price), strict=True)), Fraction(0))
        assert Fraction(found["strategies"][name]) == whole
    assert found["bnic"] == (most(model, mechanism.rule, kind, "bnic", price) == 0)
    assert found["pbic"] == (most(model, mechanism.rule, kind, "pbic", price) == 0)
