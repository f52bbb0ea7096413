"""Participation, surplus and rents are asked of what truth can lead to from the prior on; incentives and budgets of every history.

`unreachable-loss`, `unreachable-rent`: signals 0 and 1 of agent a never change, the prior is on 0, and a's utility is 0 at signal 0, −4 and 4 at signal 1,
with δ = 1/2. Under truth nothing but signal 0 ever occurs, so paying nothing leaves everybody 0 after every history that can occur.
"""

from __future__ import annotations

import copy
import json
from fractions import Fraction as F
from typing import Any

import pytest
from trials_reading import HERE, solved, told

import mechsynth
from mechsynth.check import check


def instance(name: str) -> bytes:
    """The bytes of an input."""
    return (HERE / f"{name}.json").read_bytes()


def zero_payments(name: str) -> dict[str, Any]:
    """A result that pays nothing and makes no claim but the one of its question."""
    result = solved(name, "implement", transfers="contingent+now")
    document: dict[str, Any] = json.loads(json.dumps(result.document()))
    document["mechanism"]["transfers"] = []
    document["certificate"] = {}
    return document


@pytest.mark.parametrize("sense", ["ex-post", "interim"])
def test_a_loss_that_cannot_occur_does_not_count(sense: str) -> None:
    """Agent a would lose 4 a period at a signal of probability 0 for ever: no payment of at most 1 could repair that, and none has to."""
    wish = [f"participation:{sense}", "bounded:1"]
    assert solved("unreachable-loss", "implement", transfers="contingent+now", require=wish).status == "feasible"
    claim = zero_payments("unreachable-loss")
    claim["question"]["require"] = ["pepic", f"participation:{sense}", "bounded:0"]
    assert check(claim, instance("unreachable-loss")).accepted


def test_a_loss_that_can_occur_counts() -> None:
    """Without a prior every history counts, and with a prior on both signals that of signal 1 does."""
    data = json.loads((HERE / "unreachable-loss.json").read_text(encoding="utf-8"))
    wish = ["participation:ex-post", "bounded:1"]
    for prior in (None, [["1/2"], ["1/2"]]):
        changed = copy.deepcopy(data)
        del changed["prior"]
        if prior is not None:
            changed["prior"] = prior
        env = mechsynth.loads(json.dumps(changed).encode())
        result = mechsynth.solve(env, "implement", transfers="contingent+now", require=wish)
        assert result.status == "infeasible"
        assert result.check().accepted


def test_a_signal_that_is_reached_later_counts() -> None:
    """From 0 signal 1 follows with probability 1/2 and stays: the prior gives it 0, and yet truth leads to it."""
    data = json.loads((HERE / "unreachable-loss.json").read_text(encoding="utf-8"))
    data["transition"][0][0][0] = [["1/2"], ["1/2"]]
    env = mechsynth.loads(json.dumps(data).encode())
    result = mechsynth.solve(env, "implement", transfers="contingent", require=["participation:ex-post", "bounded:1"])
    assert result.status == "infeasible"
    assert result.check().accepted


def test_rents_of_what_cannot_occur_do_not_count() -> None:
    """Everybody pays at most 1 a period, from the second on: X_1 = −(1/2) · 2 − (1/4) · 2 − … = −2 in all, and −2 − 2 = −4 after a due payment."""
    result = solved("unreachable-rent", "implement", objective="min-rent", require=["bounded:1"])
    # At the start nothing is due: the two keep −2, and after every later history −4. The largest of these is −2.
    assert result.value is not None and F(result.value) == -2
    assert "agents together keep at most -2, and less is impossible with stationary contingent transfers" in told(
        result
    )


def test_incentives_and_budgets_are_asked_of_every_history() -> None:
    """A lie of a at signal 1, which cannot occur, may not pay either."""
    claim = zero_payments("unreachable-loss")
    claim["question"]["transfers"] = "contingent"
    data = instance("unreachable-loss")
    assert check(claim, data).accepted
    off_path = {"agent": "a", "reports": {"a": "1", "b": "-"}, "action": "go", "next": {"b": "-"}, "payment": "1"}
    claim["mechanism"]["transfers"] = [off_path]
    assert "pepic a (1,-)->0" in str(check(claim, data).reason)
    claim["mechanism"]["transfers"] = [{**off_path, "agent": "b"}]
    claim["question"]["require"] = ["pepic", "budget:ex-post"]
    assert "budget:ex-post" in str(check(claim, data).reason)


def test_audit_says_which_histories() -> None:
    """Paying nothing, agent a never loses along the truthful path."""
    from mechsynth.audit import audit

    found = audit(json.dumps(zero_payments("unreachable-loss")).encode(), instance("unreachable-loss"))
    words = found.words()
    assert "Participation ex post, after every history that truth can lead to: met; the least payoff is 0" in words
    assert found.document()["participation"]["interim"]["value"] == "0"
