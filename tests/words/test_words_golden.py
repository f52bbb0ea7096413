"""Hand-written results of every kind against the texts that a person approved.

`results/NAME.json` is a result; `golden/NAME.txt` is what `explain` must say about it. On a mismatch the new text is
written beside as `NAME.actual`; look at both, and rename it if the new one is better.
"""

from __future__ import annotations

import json
import pathlib

import pytest

from mechsynth.words import explain

HERE = pathlib.Path(__file__).parent
RESULTS = sorted((HERE / "results").glob("*.json"))


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_golden(path: pathlib.Path) -> None:
    text = explain(json.loads(path.read_text(encoding="utf-8")))
    golden = HERE / "golden" / f"{path.stem}.txt"
    actual = golden.with_suffix(".actual")
    if not golden.exists() or text != golden.read_text(encoding="utf-8"):
        actual.write_text(text, encoding="utf-8")
        pytest.fail(f"compare {golden} with {actual}")
    actual.unlink(missing_ok=True)


def test_every_golden_text_has_its_result() -> None:
    assert [p.stem for p in sorted((HERE / "golden").glob("*.txt"))] == [p.stem for p in RESULTS]


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_plain_and_narrow(path: pathlib.Path) -> None:
    text = explain(json.loads(path.read_text(encoding="utf-8")))
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert all(character == "\n" or character.isprintable() for character in text)
    assert max(map(len, text.splitlines())) <= 100
