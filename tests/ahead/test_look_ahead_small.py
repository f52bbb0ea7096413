"""The small checker knows that it does not know payments that wait."""

from __future__ import annotations

from pathlib import Path

import pytest

import mechsynth
from mechsynth.check.small import Unknown, check
from mechsynth.instance import to_bytes

LIBRARY = Path(__file__).resolve().parents[2] / "instances" / "look-ahead"


@pytest.mark.parametrize(("name", "ask", "look"), [("counter", "contingent", 2), ("never", "vcg-type", 3), ("spanning-54", "implement", 2), ("counter", "vcg-type", "auto")])
def test_it_says_so(name: str, ask: str, look: int | str) -> None:
    of = mechsynth.load(LIBRARY / f"{name}.json")
    with pytest.raises(Unknown, match="several periods"):
        check(mechsynth.solve(of, ask, look_ahead=look).to_bytes(), to_bytes(of))
