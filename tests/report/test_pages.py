"""Pages say what the result says, hold together as HTML, and need nothing but themselves."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest

import mechsynth
from mechsynth.cli import main
from mechsynth.report import page

from page_kinds import KINDS, page_of, solved, subject  # isort: skip

SVG, HTML = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xhtml}"
LARGEST = 200_000  # bytes


@cache
def parsed(text: str) -> Element:
    """Parse a page by the rules of HTML; any breach of them raises."""
    return html5lib.HTMLParser(strict=True).parse(text)


def words(node: Element) -> str:
    return " ".join("".join(node.itertext()).split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_sound_html_that_refers_to_nothing_outside(kind: str) -> None:
    text = page_of(kind)
    root = parsed(text)
    seen: set[str] = set()
    for node in root.iter():
        assert node.tag.rpartition("}")[2] not in ("script", "link", "iframe", "object", "img", "form"), node.tag
        for key, value in node.attrib.items():
            assert not key.startswith("on")
            if key in ("href", "src"):
                assert value.startswith(("#", "data:image/png;base64,")), value
            if key == "id":
                assert value not in seen
                seen.add(value)
    targets = set(re.findall(r"url\(#([^)]+)\)", text)) | set(re.findall(r'href="#([^"]+)"', text))
    assert targets <= seen
    assert set(re.findall(r"https?://[^\"' <]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert len(text.encode()) < LARGEST


@pytest.mark.parametrize("kind", KINDS)
def test_tables_and_drawings_can_be_heard(kind: str) -> None:
    root = parsed(page_of(kind))
    for table in root.iter(f"{HTML}table"):
        assert words(next(table.iter(f"{HTML}caption")))
        heads = [cell for row in table.iter(f"{HTML}thead") for cell in row.iter(f"{HTML}th")]
        assert heads and all(cell.get("scope") == "col" for cell in heads)
        for row in next(table.iter(f"{HTML}tbody")):
            assert len(list(row)) == len(heads)
            assert row[0].tag == f"{HTML}th" and row[0].get("scope") == "row"
    ids = {node.get("id"): node for node in root.iter() if node.get("id")}
    drawings = list(root.iter(f"{SVG}svg"))
    assert drawings
    for drawing in drawings:
        assert drawing.get("role") == "img"
        named = [ids[name] for name in drawing.attrib["aria-labelledby"].split()]
        assert [node.tag for node in named] == [f"{SVG}title", f"{SVG}desc"] and all(map(words, named))


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_says_the_verdict_and_what_the_checker_says(kind: str) -> None:
    root = parsed(page_of(kind))
    (box,) = [node for node in root.iter(f"{HTML}div") if "verdict" in node.get("class", "")]
    proved = kind != "unknown"
    assert KINDS[kind][3] in words(box)
    assert ("Accepted by the checker" in words(box)) == proved
    assert ("Not proved" in words(box)) != proved


def test_a_page_is_the_same_each_time() -> None:
    """No date, no random identifiers: pages can be compared and kept under version control."""
    for kind in ("mixture", "lump-sum"):
        assert page(subject(*solved(kind))) == page_of(kind)


def corrupted(kind: str, change: Any) -> bytes:
    document = json.loads(solved(kind)[0])
    change(document)
    return json.dumps(document).encode()


def test_a_refused_result_is_not_shown_as_a_verdict() -> None:
    def lie(document: dict[str, Any]) -> None:
        document["witness"]["weights"] = {"4": "1/4", "8": "3/4"}

    text = page(subject(corrupted("mixture", lie), solved("mixture")[1]))
    (box,) = [node for node in parsed(text).iter(f"{HTML}div") if "verdict" in node.get("class", "")]
    assert "Refused" in words(box) and "do not rely on it" in words(box)
    assert "open" in box.attrib["class"]


@pytest.mark.parametrize("kind", ["vcg-type", "mixture", "conflict", "ladder", "condition holds"])
def test_without_the_instance_a_page_shows_what_the_file_has(kind: str) -> None:
    text = page(subject(solved(kind)[0], None))
    root = parsed(text)
    assert "Not checked: the instance was not at hand" in words(root)
    assert KINDS[kind][3] in words(root)


@pytest.mark.parametrize("instance", [True, False])
def test_a_witness_of_an_unknown_kind_is_shown_as_it_stands(instance: bool) -> None:
    """A later version's results still have a page: the words that there are, and the witness in a table."""

    def later(document: dict[str, Any]) -> None:
        document["witness"] = {"kind": "violating-quadruple", "agent": "firm1", "gap": "7/3", "<b>": ["x", {"y": "1"}]}
        document["question"]["ask"] = "a-later-question"
        document["format"] = "mechsynth-result/2"

    result = corrupted("mixture", later)
    if instance:
        text = page(subject(result, solved("mixture")[1]))
        assert "the checker of this version does not know the question" in text
    else:
        text = page(subject(result, None))
    root = parsed(text)
    shown = words(root)
    assert "violating-quadruple" in shown and "7/3" in shown and '["x", {"y": "1"}]' in shown


def test_an_unknown_question_with_a_positive_answer_has_a_page() -> None:
    def later(document: dict[str, Any]) -> None:
        document["question"] = {"ask": "uniqueness"}
        document["status"] = "holds"
        document["value"] = "1/8"
        document["mechanism"] = None
        document["witness"] = None
        document["certificate"] = {"intervals": [{"agent": "firm1", "least": "0", "greatest": "1/8"}]}

    shown = words(parsed(page(subject(corrupted("vcg-type", later), None))))
    assert "uniqueness" in shown and "1/8" in shown and "intervals: 1 entry" in shown


def test_long_numbers_are_rounded_and_exact_on_hover() -> None:
    long = "-1000000000000000000000000000001/7"

    def stretch(document: dict[str, Any]) -> None:
        tables = document["mechanism"]["transfers"][0]["firm1"]["later"]
        node = tables
        while isinstance(node[0], list):
            node = node[0]
        node[0] = long

    root = parsed(page(subject(corrupted("vcg-type", stretch), None)))
    (cell,) = [node for node in root.iter(f"{HTML}td") if long in node.get("title", "")]
    assert words(cell) == "≈ −1.429e+29"


class TestCommand:
    def run(self, tmp_path: Path, kind: str, *more: str) -> tuple[int, Path]:
        result, data = solved(kind)
        (tmp_path / "result.json").write_bytes(result)
        (tmp_path / "any-name.json").write_bytes(data)
        out = tmp_path / "page.html"
        return main(["report", str(tmp_path / "result.json"), *more, "-o", str(out)]), out

    def test_it_finds_the_instance_nearby(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, out = self.run(tmp_path, "mixture")
        assert code == 0 and out.read_text(encoding="utf-8") == page_of("mixture")
        assert "the checker accepts" in capsys.readouterr().out

    def test_unknown_and_refused_have_their_exit_codes(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, "unknown")[0] == 3
        document = json.loads(solved("mixture")[0])
        document["witness"]["shortfall"] = "17"
        (tmp_path / "result.json").write_text(json.dumps(document))
        (tmp_path / "i.json").write_bytes(solved("mixture")[1])
        out = tmp_path / "refused.html"
        assert main(["report", str(tmp_path / "result.json"), str(tmp_path / "i.json"), "-o", str(out)]) == 1
        assert "Refused" in out.read_text(encoding="utf-8")

    def test_json_is_all_that_is_printed(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, out = self.run(tmp_path, "cycle", "--json")
        said = json.loads(capsys.readouterr().out)
        assert code == 0 and said["file"] == str(out) and said["accepted"] is True
        assert said["bytes"] == out.stat().st_size and said["status"] == "infeasible"

    def test_bad_input_is_one_line_and_no_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        bad = tmp_path / "bad.json"
        bad.write_text('{"format": "mechsynth-result/1", "question": {}}')
        out = tmp_path / "page.html"
        assert main(["report", str(bad), "-o", str(out)]) == 2
        captured = capsys.readouterr()
        assert captured.err.count("\n") == 1 and str(bad) in captured.err and not out.exists()
        assert main(["report", str(bad), "-o", str(tmp_path / "nowhere" / "page.html")]) == 2

    def test_another_instance_is_refused(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        other = tmp_path / "other.json"
        other.write_bytes(solved("cycle")[1])
        code, out = self.run(tmp_path, "mixture", str(other))
        assert code == 2 and not out.exists()
        assert capsys.readouterr().err.count("\n") == 1


def test_notebooks_show_environments_results_and_mechanisms() -> None:
    environment = mechsynth.loads(solved("vcg-type")[1])
    answer = mechsynth.solve(environment, "vcg-type")
    shown = [thing._repr_html_() for thing in (environment, answer, answer.mechanism, answer.mechanism)]
    ids: set[str] = set()
    for text in shown[:3]:
        assert text is not None
        root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(text)
        own = {node.get("id") for node in root.iter() if node.get("id")}
        assert not own & ids  # several fragments stand on one page
        ids |= own
        assert "<script" not in text and "http-equiv" not in text
    assert "Feasible" in shown[1] and "Not checked here" in shown[1]
    assert mechsynth.Result(question={}, status=answer.status)._repr_html_() is None
