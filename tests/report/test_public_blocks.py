"""The block that a page picks to be looked at is one of a player, after an action that is available."""

from __future__ import annotations

import json
from typing import Any

import mechsynth
from mechsynth.report.beliefs import _closest

SPREAD = [["1/2", "1/2"], ["1/4", "3/4"]]


def instance(player: int) -> dict[str, Any]:
    """One player whose next belief of the weather is that of today's, and two actions; going is impossible when it is shut."""
    return {
        "format": "mechsynth-instance/2",
        "name": "out-of-doors",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": ["weather", "firm"],
        "public": ["weather"],
        "signals": {"weather": ["open", "shut"], "firm": [f"s{k}" for k in range(player)]},
        "actions": ["go", "rest"],
        "utilities": {"firm": {"private": [list(range(player)), [0] * player]}},
        "available": [[[True], [False]], [[True]]],
        "transition": {"independent": {"weather": SPREAD, "firm": [["1", *["0"] * (player - 1)]] * player}},
    }


def test_a_page_of_a_player_with_one_signal_has_nothing_to_draw() -> None:
    answer = mechsynth.solve(mechsynth.loads(json.dumps(instance(1))), "convex-independence")
    assert answer.status == "holds"
    assert answer._repr_html_()
    assert _closest(mechsynth.loads(json.dumps(instance(1)))) == []


def test_the_block_picked_is_a_players_after_an_action_that_is_there() -> None:
    """Rows of `go` when it is shut are 0: nothing is closer to dependent, but nobody ever has these beliefs."""
    made = instance(2)
    # [a][weather][firm][weather'][firm']: `go` when it is shut is null, elsewhere the firm's signal moves the weather
    row = [[["1", "0"], ["0", "0"]], [["0", "0"], ["1", "0"]]]
    shut = [[["1/2", "0"], ["1/2", "0"]], [["0", "0"], ["1", "0"]]]
    null = [[[None, None], [None, None]]] * 2
    made["transition"] = [[row, null], [row, shut]]
    (spot,) = _closest(mechsynth.loads(json.dumps(made)))
    assert spot.agent == "firm"
    assert (spot.action, spot.others["weather"]) == ("rest", "shut")
