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


def test_the_table_of_questions_has_all(site: Path) -> None:
    """Each with a link to its page, in the row of its heading; read off the rendered page."""
    page = (site / "asks" / "index.html").read_text(encoding="utf-8")
    rows = {html.unescape(re.sub(r"<[^>]*>", "", row.partition("</td>")[0])).strip(): row for row in re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)}
    for name, ask in REGISTRY.items():
        home = "index-of-arms" if name == "index" else name  # the page of all questions is called index
        assert f'href="{home}.html"' in rows[ask.about], name
    assert sum(row.count('href="') for row in rows.values()) == len(REGISTRY)


def test_the_reference_has_every_public_name(site: Path) -> None:
    page = (site / "api.html").read_text(encoding="utf-8")
    missing = [name for name in mechsynth.__all__ if f'id="mechsynth.{name}"' not in page]
    assert not missing


def rendered(page: Path) -> str:
    """The text of a page outside boxes of code, with pieces of code in it."""
    text = re.sub(r"<(script|style|pre)\b.*?</\1>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def test_no_markup_is_left_in_the_text(site: Path) -> None:
    """A backtick in the text is code that was cut in two, by an unescaped bar of a table for example."""
    for path in site.rglob("*.html"):
        if path.name not in ("genindex.html", "search.html", "py-modindex.html"):
            assert "`" not in rendered(path), path


def test_rows_of_tables_are_whole(site: Path) -> None:
    """Every line of a table has as many cells as its heading; the names of rows of `implement` stand on the page."""
    for path in site.rglob("*.html"):
        for table in re.findall(r"<table\b.*?</table>", path.read_text(encoding="utf-8"), flags=re.DOTALL):
            counts = {len(re.findall(r"<t[dh]\b", line)) for line in re.findall(r"<tr\b.*?</tr>", table, flags=re.DOTALL)}
            assert len(counts) == 1, path
            assert not re.search(r"<code[^>]*><span class=\"pre\">[^<]*</span></code></p></td>\s*<td><p></p></td>", table), path
    page = rendered(site / "certificates.html")
    for name in ("participation:ex-post i T(θ) after (h)", "participation:interim i T k after (h)", "budget:per-period T after (h)"):
        assert name in page, name


def test_requirements_of_the_page_are_all_there_are(site: Path) -> None:
    from mechsynth.program.requirements import KNOWN

    page = (site / "asks" / "implement.html").read_text(encoding="utf-8")
    table = next(t for t in re.findall(r"<table\b.*?</table>", page, flags=re.DOTALL) if "asks that" in t)
    missing = [name for name in KNOWN if f">{name}<" not in table]
    assert not missing


def test_formulas_are_set(site: Path) -> None:
    """μ_{t+1}(θ' | a, θ) has a lowered part, and no underscore; commands and names of files stay code."""
    page = (site / "model.html").read_text(encoding="utf-8")
    assert re.search(r'class="formula">[^`]*<sub>', page) and "μ_{t+1}" not in rendered(site / "model.html")
    commands = (site / "commands.html").read_text(encoding="utf-8")
    assert "--last-period" in re.sub(r"<[^>]*>", "", "".join(re.findall(r"<code.*?</code>", commands, flags=re.DOTALL)))
