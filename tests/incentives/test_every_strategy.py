"""`pbic` and `bnic` against every strategy of an agent, on random instances of one to three periods (`trial.py`; `long_run.py` for more)."""

from __future__ import annotations

import pytest

from incentives.trial import Seen, tried


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_rows_say_what_strategies_gain(first: int) -> None:
    seen = Seen()
    for seed in range(first, first + 10):
        tried(seed, seen)
    assert seen.yes["pbic"] and seen.no["pbic"] and seen.yes["bnic"] and seen.no["bnic"]
