"""The table of the gallery says of every instance what its file expects, and every picture stands on a page."""

from __future__ import annotations

import json
import re

import pytest
from corruptions.planting import NAMES
from pages import PAGES, ROOT

COLUMNS = ("convex-independence", "spanning", "static", "contingent", "vcg-type")


def rows() -> dict[str, list[str]]:
    text = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        match = re.match(r"\| \[`([^`]+)`\]", line)
        if match:
            found[match[1]] = [cell.strip() for cell in line.strip("|").split("|")[1:]]
    return found


def test_every_instance_is_in_the_gallery() -> None:
    assert sorted(rows()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_what_the_instance_expects(name: str) -> None:
    """The expected answers themselves are verified in tests/oracles and tests/library."""
    document = json.loads((ROOT / "instances" / f"{name}.json").read_text(encoding="utf-8"))
    expected = [document["x-expected"].get(ask, "") for ask in COLUMNS]
    assert rows()[name] == expected


def test_every_picture_is_shown_and_self_contained() -> None:
    text = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    pictures = sorted((ROOT / "docs" / "pictures").iterdir())
    assert len(pictures) >= 3
    for picture in pictures:
        assert f"pictures/{picture.name})" in text
        assert picture.stat().st_size < 100_000
        if picture.suffix == ".png":
            continue
        drawn = picture.read_text(encoding="utf-8")
        assert "<image" not in drawn
        assert not re.search(r"(href|src)=\"https?:", drawn)
