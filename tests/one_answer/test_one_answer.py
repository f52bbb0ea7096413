"""One question, one answer: small instances of every flavour, every question, by parties that share no code.

The long run is `long_run.py` beside this file: the same trials on as many instances as one likes.
"""

from __future__ import annotations

from collections import Counter

import pytest
from oracles import draws

from .trial import Trial


@pytest.mark.parametrize("flavour", draws.FLAVOURS)
def test_wish_lists(flavour: str) -> None:
    """`implement` says what z3 says, takes z3's mechanism, and no rival of its answer is accepted."""
    counts: Counter[str] = Counter()
    for seed in range(4):
        report = Trial(draws.instance(seed, flavour, most=6), seed).run(blocks=0, lists=3)
        assert report.contradictions == []
        counts.update(report.counts)
    assert counts["oracle decided"] >= 8
    assert counts["rivals"] >= 10


@pytest.mark.parametrize("flavour", draws.FLAVOURS)
def test_block_questions(flavour: str) -> None:
    """`contingent`, `vcg-type` and the questions built on them say what z3 and `implement` say, and take each other's mechanisms; nothing has both answers."""
    counts: Counter[str] = Counter()
    for seed in range(10, 13):
        report = Trial(draws.instance(seed, flavour, most=6), seed).run(blocks=3, lists=0)
        assert report.contradictions == []
        counts.update(report.counts)
    assert counts["against implement"] >= 3
    assert counts["rivals"] >= 10
