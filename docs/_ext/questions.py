"""The table of all questions, read off what they declare: a new question stands in it as soon as it has a page."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from mechsynth.asks import REGISTRY

PAGES = {"index": "index-of-arms"}  # index.md lists the questions


class Questions(SphinxDirective):
    """A row a heading: the heading, and the questions under it with what they ask."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows: dict[str, list[str]] = {}
        for name, ask in REGISTRY.items():
            rows.setdefault(ask.about, []).append(f"[{name}]({PAGES.get(name, name)}.md): {ask.title[0].lower()}{ask.title[1:]}")
        lines = ["| about | questions |", "|---|---|", *(f"| {about} | {'<br>'.join(cells)} |" for about, cells in rows.items())]
        found = nodes.Element()
        self.state.nested_parse(StringList(lines, self.env.docname), self.content_offset, found)
        return found.children


def setup(app: Any) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("questions", Questions)
    return {"parallel_read_safe": True}
