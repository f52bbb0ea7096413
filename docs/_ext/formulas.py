"""Formulas are written as code in the sources, so that they read well where the repository is browsed; the site sets them with raised and lowered signs.

A piece of code is a formula if it has a Greek letter, a sign of mathematics or a raised or lowered index, and nothing of a command, a file or a name.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

_SIGNS = re.compile(r"[Α-ωϑ∞≥≤·−∈∉Σ≠×√‖⇒∪¬]|\^|[A-Za-z]_[A-Za-z{]|(?<![a-z])[a-zA-Z]'")
_WORDS = frozenset(
    ["now", "later", "first", "due", "given", "conv", "dist", "min", "max", "arg", "after", "rank", "det", "inf", "sup", "mod", "of", "the", "on", "and", "for", "all", "every", "if", "each", "row", "rows", "with", "is", "at"]
)
_CODE = re.compile(r"[\"\[\]]{2}|\"|--|->|<=|>=|\.json|\.md|//|\{\"|=\"|\bNAME\b|\bCOLUMN\b|<[a-z]| i T\(|\]…\[|[a-z]_[a-z]{3,}\(")


def is_formula(text: str) -> bool:
    """Return whether a piece of code is a formula."""
    if "\n" in text or _CODE.search(text) or not _SIGNS.search(text):
        return False
    return all(word in _WORDS or len(word) < 3 for word in re.findall(r"[A-Za-z]{2,}", re.sub(r"[_^]\{?\w+", "", text)))


def parts(text: str) -> list[nodes.Node]:
    """Return a formula as text, letters in italics, and raised and lowered parts."""
    found: list[nodes.Node] = []
    k = 0
    while k < len(text):
        mark = text[k]
        if mark in "^_" and k + 1 < len(text) and found:
            inner, k = _argument(text, k + 1)
            node = nodes.superscript() if mark == "^" else nodes.subscript()
            node.extend(parts(inner))
            found.append(node)
            continue
        word = re.match(r"[A-Za-zΑ-Ωα-ω]+", text[k:])
        if word:
            letters = word.group()
            k += len(letters)
            upright = letters.lower() in _WORDS or letters in ("Σ", "Π", "E")
            found.append(nodes.Text(letters) if upright else nodes.emphasis("", letters))
            continue
        found.append(nodes.Text("′" if mark == "'" else mark))
        k += 1
    return found


def _argument(text: str, k: int) -> tuple[str, int]:
    """Return what is raised or lowered, and where it ends."""
    if text[k] != "{":
        plain = re.match(r"[A-Za-z]+|[0-9]+|.", text[k:])
        assert plain is not None
        return plain.group(), k + plain.end()
    depth, end = 0, k
    while end < len(text):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
        if depth == 0:
            break
    return text[k + 1 : end - 1], end


class Formulas(SphinxPostTransform):
    """Replace code that is a formula."""

    default_priority = 400

    def run(self, **kwargs: Any) -> None:
        """Go through a page."""
        if self.app.builder.format != "html":
            return
        for node in list(self.document.findall(nodes.literal)):
            text = node.astext()
            if is_formula(text) and not isinstance(node.parent, nodes.title):
                node.replace_self(nodes.inline("", "", *parts(text), classes=["formula"]))


def setup(app: Any) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(Formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
