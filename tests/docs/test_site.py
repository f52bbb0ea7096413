"""The site builds without a warning, every link leads somewhere, and every question and public name has its place."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import PAGES, ROOT, anchors, links

import mechsynth
from mechsynth.asks import REGISTRY

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-d", str(folder / "tree")]
    done = subprocess.run(
        [*command, "-b", "html", str(ROOT / "docs"), str(folder / "html")],
        capture_output=True,
        text=True,
        timeout=1200,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_page_is_built(site: Path) -> None:
    for page in PAGES:
        if page.startswith("docs/"):
            assert (site / page.removeprefix("docs/")).with_suffix(".html").is_file(), page


def test_links_of_the_site_resolve(site: Path) -> None:
    """Pages, anchors, pictures, scripts and styles: all of them are there, and none comes from elsewhere."""
    text = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    places = {
        path: {html.unescape(name) for name in re.findall(r'\bid="([^"]*)"', page)} for path, page in text.items()
    }
    for path, page in text.items():
        for kind, found in re.findall(r'\b(href|src)="([^"]*)"', page):
            target, _, anchor = html.unescape(found).partition("#")
            if re.match(r"(https?:)?//", target):
                assert kind == "href", (path, found)
                assert not re.search(rf'<link[^>]*href="{re.escape(found)}"', page), (path, found)
                continue
            if target.startswith("data:"):
                continue
            other = (path.parent / target.split("?")[0]).resolve() if target else path
            if other.name == "genindex.html" or other.is_file():
                assert not anchor or other not in places or anchor in places[other], (path, found)
            else:
                raise AssertionError((path, found))


@pytest.mark.parametrize("page", [*PAGES, "instances/README.md"])
def test_links_of_the_sources_resolve(page: str) -> None:
    """As they are followed where the repository is browsed."""
    for target in links(page):
        name, _, anchor = target.partition("#")
        other = ((ROOT / page).parent / name).resolve() if name else ROOT / page
        assert other.exists(), (page, target)
        assert not anchor or anchor in anchors(other), (page, target)


def test_every_question_has_a_page() -> None:
    pages = {Path(page).stem for page in PAGES}
    assert not set(REGISTRY) - pages


def test_the_reference_has_every_public_name(site: Path) -> None:
    page = (site / "api.html").read_text(encoding="utf-8")
    missing = [name for name in mechsynth.__all__ if f'id="mechsynth.{name}"' not in page]
    assert not missing
