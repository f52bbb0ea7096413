"""Every forged result of `planted.json` is refused, in the words that its claim has."""

from __future__ import annotations

import json

import pytest

from . import corpus, planted

DATA = json.loads(planted.KEPT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("place", range(len(DATA["genuine"])))
def test_what_is_forged_of_was_genuine(place: int) -> None:
    genuine = DATA["genuine"][place]
    raw = json.dumps(DATA["instances"][genuine["instance"]]).encode()
    assert corpus.said(json.dumps(genuine["result"]).encode(), raw) is None


@pytest.mark.parametrize("place", range(len(DATA["forged"])))
def test_planted(place: int) -> None:
    entry = DATA["forged"][place]
    one = planted.planted(DATA, entry)
    told = corpus.said(one.result, one.instance)
    assert told is not None, entry
    assert one.words in told
    assert not told.startswith("crash")
