"""Results that somebody broke: a page that says so, or one line that names the place; never a traceback."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import html5lib
import pytest
from conftest import ROOT

from mechsynth.errors import MechsynthError
from mechsynth.report import page

from page_kinds import solved, subject  # isort: skip

JUNK = (None, True, -1, "", [], {}, "x", "1/0", [[]], {"a": 1}, 1.5, "1" * 30, "\u202e", ["4", "6"])
WRITTEN = sorted((ROOT / "tests" / "words" / "results").glob("*.json"))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_results_written_by_hand_have_pages(path: Path) -> None:
    """Of every kind that the words know, also with records of payments, and without names or an instance."""
    text = page(subject(path.read_bytes(), None))
    root = html5lib.HTMLParser(strict=True).parse(text)
    assert "Not checked" in "".join(root.itertext()) or "Not proved" in text


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


@pytest.mark.parametrize("kind", ["vcg-type", "mixture", "conflict", "cycle", "lump-sum", "unknown"])
def test_broken_results_end_in_a_page_or_in_an_error_that_names_the_place(kind: str) -> None:
    chance = random.Random(kind)
    result, data = solved(kind)
    for turn in range(36):
        document = json.loads(result)
        path = chance.choice(places(document)[1:])
        node = document
        for key in path[:-1]:
            node = node[key]
        if chance.random() < 0.7:
            node[path[-1]] = chance.choice(JUNK)
        else:
            del node[path[-1]]
        try:
            text = page(subject(json.dumps(document).encode(), data if turn % 6 == 0 else None))
        except MechsynthError as error:
            assert error.place and "\n" not in str(error)
        else:
            assert text.startswith("<!DOCTYPE html>") and text.rstrip().endswith("</html>")
