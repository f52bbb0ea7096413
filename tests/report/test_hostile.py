"""Labels come from files that strangers wrote: whatever they hold is shown as text, on pages, in notebooks and in the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from conftest import INSTANCES

import mechsynth
from mechsynth.cli import main
from mechsynth.report import page

from page_kinds import subject  # isort: skip

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</svg>\r\naccepted: it is proved",
    "$x^2$",
    "\x1b[31mred\x1b]0;title\x07",
    "a\u202egnp.exe",
    "[bold red]x[/]",
    "</style></title>",
    "{{7*7}}{% raw %}",
    "&lt;b&gt;",
    "' onclick='alert(1)",
    "\u2066\u200b\u2028",
)
# Of each, what must be seen of its beginning; control and direction characters are seen as their escapes.
SEEN = (
    "<script>",
    '"><img',
    "</svg>\\x0d",
    "$x^2$",
    "\\x1b[31m",
    "a\\u202e",
    "[bold",
    "</style>",
    "{{7*7}}",
    "&lt;b",
    "' on",
    "\\u2066",
)
ELEMENTS = {"script", "img", "iframe", "object", "embed", "form", "input", "base", "b"}
QUESTIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "vcg-type": ("three-period-varying", "vcg-type", {}),
    "mixture": ("hull-not-residual-claimant", "contingent", {}),
    "cycle": ("liu2014-auction-1", "static", {}),
    "conflict": ("liu2014-oil-leases", "implement", {"transfers": "full", "require": ["budget:ex-post"]}),
}


def hostile(name: str) -> bytes:
    """Return an instance of the library with every label, its name and its title replaced."""
    data = json.loads((INSTANCES / f"{name}.json").read_text(encoding="utf-8"))
    numbers: Iterator[int] = iter(range(10**6))

    def fresh(_: object) -> str:
        k = next(numbers)
        return f"{HOSTILE[k % len(HOSTILE)]}{k}"

    agents = {agent: fresh(agent) for agent in data["agents"]}
    data["agents"] = list(agents.values())
    for period in data.get("periods", [data]):
        period["signals"] = {agents[a]: [fresh(s) for s in own] for a, own in period["signals"].items()}
        period["utilities"] = {agents[a]: u for a, u in period["utilities"].items()}
        period["actions"] = [fresh(a) for a in period["actions"]]
    data = {key: value for key, value in data.items() if not key.startswith("x-") and key not in ("notes", "tags")}
    data["name"], data["title"] = "".join(HOSTILE[:6]), "".join(HOSTILE[:6])
    return json.dumps(data).encode()


@pytest.fixture(scope="module", params=QUESTIONS)
def asked(request: pytest.FixtureRequest) -> tuple[str, bytes, mechsynth.Result]:
    name, ask, options = QUESTIONS[request.param]
    data = hostile(name)
    return request.param, data, mechsynth.solve(mechsynth.loads(data), ask, **options)


@cache
def drawn(kind: str, data: bytes, result: bytes) -> str:
    return page(subject(result, data))


def harmless(root: Element) -> None:
    for node in root.iter():
        tag = str(node.tag).rpartition("}")[2]
        assert tag not in ELEMENTS, tag
        for key in node.attrib:
            assert not key.startswith("on"), (tag, key)


def test_pages_show_labels_as_text(asked: tuple[str, bytes, mechsynth.Result]) -> None:
    kind, data, result = asked
    text = drawn(kind, data, result.to_bytes())
    assert all(character.isprintable() or character == "\n" for character in text)
    root = html5lib.HTMLParser(strict=True).parse(text)
    harmless(root)
    shown = "".join(root.itertext())
    labels = json.dumps([mechsynth.loads(data).agents, result.document()["x-labels"]], ensure_ascii=False)
    used = [k for k, label in enumerate(HOSTILE) if json.dumps(label, ensure_ascii=False)[1:-1] in labels]
    assert len(used) >= 4
    for k in used:
        assert SEEN[k] in shown, (kind, HOSTILE[k])


def test_drawings_show_labels_as_text(asked: tuple[str, bytes, mechsynth.Result]) -> None:
    """Inside SVG too, and dollar signs are dollar signs: mathematics would become paths."""
    kind, data, result = asked
    root = html5lib.HTMLParser(strict=True).parse(drawn(kind, data, result.to_bytes()))
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("</svg>" in text for text in texts), texts
    assert any("$x^2$" in text for text in texts), texts


def test_notebooks_show_labels_as_text(asked: tuple[str, bytes, mechsynth.Result]) -> None:
    _, data, result = asked
    environment = mechsynth.loads(data)
    assert repr(environment).isprintable()
    for thing in (environment, result, result.mechanism):
        if thing is None:
            continue
        text = thing._repr_html_()
        assert text is not None
        assert all(character.isprintable() or character == "\n" for character in text)
        harmless(html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(text))


def test_the_terminal_obeys_no_label(
    asked: tuple[str, bytes, mechsynth.Result], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No escape sequence, no change of direction, and no line that a label begins."""
    kind, data, result = asked
    here, there, where = tmp_path / "instance.json", tmp_path / "result.json", tmp_path / "page.html"
    here.write_bytes(data)
    there.write_bytes(result.to_bytes())
    _, ask, options = QUESTIONS[kind]
    more = [part for name in options.get("require", ()) for part in ("--require", name)]
    more += ["--transfers", options["transfers"]] if "transfers" in options else []
    commands = [
        ["solve", str(here), "--ask", ask, *more],
        ["check", str(there), str(here)],
        ["explain", str(there)],
        ["report", str(there), str(here), "-o", str(where)],
        ["audit", str(here), str(there)],
    ]
    for command in commands:
        code = main(command)
        said = capsys.readouterr()
        assert code == (2 if command[0] == "audit" and kind != "vcg-type" else 0), (command, said.err)
        for text in (said.out, said.err):
            assert all(character.isprintable() or character == "\n" for character in text)
            assert not any(line.startswith("accepted: it is proved") for line in text.splitlines())


@pytest.mark.parametrize("label", HOSTILE)
def test_errors_obey_no_label(label: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the terminal, and in a traceback of the library."""
    with pytest.raises(mechsynth.InputError) as caught:
        mechsynth.Environment([label], signals={label: ["a", "a"]}, actions=["x"], utilities={}, discount="1/2")
    assert str(caught.value).isprintable()
    data = json.loads((INSTANCES / "liu2014-auction-1.json").read_text(encoding="utf-8"))
    data[label] = 1
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(data))
    for command in (["solve", str(bad)], ["solve", str(bad), "--ask", label], ["check", str(bad), label], [label]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1 and said[:-1].isprintable()
