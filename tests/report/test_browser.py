"""Pages in a browser, as wide as a desk's and as wide as a phone's: nothing sticks out, nothing is fetched, nothing complains.

Needs Chromium; with CI=true in the environment its absence is an error, elsewhere a reason to skip.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from page_kinds import KINDS, page_of, solved, subject  # isort: skip
from mechsynth.report import page

from test_hostile import hostile  # isort: skip

pytestmark = pytest.mark.processes
WIDTHS = (1280, 390)
# Frames of a page on disk: each is laid out at its own width, and what it has fetched can be asked for.
FRAME = '<iframe data-name="{name}" width="{width}" height="700" srcdoc="{text}"></iframe>'
MEASURE = """<script>
onload = () => {
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    const root = frame.contentDocument.documentElement;
    const sticking = [...frame.contentDocument.querySelectorAll("main, section, p, li, dd, figure, svg, h1, h2, h3, .scroll, .verdict")]
      .filter(node => node.getBoundingClientRect().right > root.clientWidth + 0.5);
    return {
      name: frame.dataset.name, width: +frame.width, inner: root.clientWidth, scroll: root.scrollWidth,
      fetched: frame.contentWindow.performance.getEntriesByType("resource").map(entry => entry.name),
      sticking: sticking.map(node => node.outerHTML.slice(0, 80)),
      drawings: [...frame.contentDocument.querySelectorAll("svg")].filter(node => node.getBoundingClientRect().height > 40).length,
      letters: Math.min(99, ...[...frame.contentDocument.querySelectorAll("svg text")].map(node => node.getBoundingClientRect().height)),
    };
  });
  document.body.dataset.found = JSON.stringify(found);
};
</script>"""


def browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path is not None:
            return path
    if os.environ.get("CI") == "true":
        pytest.fail("no chromium: apt-get install chromium")
    pytest.skip("no chromium: apt-get install chromium")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            browser(),
            "--headless=new",
            "--no-sandbox",  # as root, in a container
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            f"--user-data-dir={folder / 'profile'}",
            "--enable-logging=stderr",
            "--proxy-server=127.0.0.1:9",  # nothing leaves the machine
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )


def pages() -> dict[str, str]:
    made = {kind: page_of(kind) for kind in KINDS}
    result, _ = solved("vcg-type")
    made["without the instance"] = page(subject(result, None))
    import mechsynth

    data = hostile("three-period-varying")
    made["hostile labels"] = page(subject(mechsynth.solve(mechsynth.loads(data), "vcg-type").to_bytes(), data))
    return made


def test_every_kind_of_page_at_both_widths(tmp_path: Path) -> None:
    browser()
    made = pages()
    frames = [
        FRAME.format(name=html.escape(name), width=width, text=html.escape(text))
        for name, text in made.items()
        for width in WIDTHS
    ]
    stage = tmp_path / "stage.html"
    stage.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{''.join(frames)}{MEASURE}", encoding="utf-8")
    done = run(tmp_path, "--dump-dom", stage.as_uri())
    told = re.search(r'data-found="([^"]*)"', done.stdout)
    assert told is not None, done.stderr[-2000:]
    found = json.loads(html.unescape(told[1]))
    assert len(found) == len(made) * len(WIDTHS)
    complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert not complaints, complaints
    for entry in found:
        assert entry["scroll"] <= entry["inner"], entry
        assert entry["inner"] >= entry["width"] - 40
        assert not entry["sticking"], entry
        assert not entry["fetched"], entry
        if entry["name"] not in ("without the instance",):
            assert entry["drawings"] >= 1, entry
            assert entry["letters"] >= 9, entry  # pixels: small print can still be read


def test_a_page_prints(tmp_path: Path) -> None:
    """On paper too: the PDF has pages, and its text is text."""
    browser()
    source = tmp_path / "page.html"
    source.write_text(page_of("vcg-type"), encoding="utf-8")
    paper = tmp_path / "page.pdf"
    run(tmp_path, f"--print-to-pdf={paper}", "--no-pdf-header-footer", source.as_uri())
    data = paper.read_bytes()
    assert data.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 8
    assert b"/Font" in data
