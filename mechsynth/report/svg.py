"""Drawings: what a painter puts on a Matplotlib canvas, as inline SVG that carries its own title and description.

The markup is the same in every run (fixed salt, no date), holds text as text, and refers to nothing outside itself. Labels come
from strangers' files: mathematics is switched off, and Matplotlib escapes them.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from markupsafe import Markup

from mechsynth.errors import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 324.0
"""Points. A drawing is as wide as a phone, so that its letters need not shrink there; wider screens take several in a row."""

INK, GREY, PALE = "#1b1b1b", "#6b6b6b", "#c9c9c9"
BLUE, ORANGE = (
    "#0072b2",
    "#d55e00",
)  # of Okabe and Ito: told apart with any colour vision, and in grey by their lightness
SKY, SAND = "#dbeaf5", "#fbe3d3"

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FAMILY = re.compile(r"\s*font-family:[^;]*;?")

Painter = Callable[["Axes"], None]


@dataclass(frozen=True)
class Drawing:
    """One drawing: inline SVG, and what it shows in a sentence."""

    svg: Markup
    caption: str


def draw(name: str, caption: str, description: str, paint: Painter, height: float, *, plot: bool = False) -> Drawing:
    """Return what ``paint`` draws.

    Parameters
    ----------
    name:
        Unique on the page; identifiers within the SVG begin with it.
    caption, description:
        The title, and what the drawing shows for those who do not see it.
    paint:
        Gets axes whose coordinates are points (``WIDTH`` × ``height``, origin below), or, for a ``plot``, ordinary ones.
    """
    import matplotlib
    from matplotlib import style
    from matplotlib.figure import Figure

    _quiet()
    settings: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "text.parse_math": False,
        "axes.unicode_minus": True,
        "font.size": 11,
        "hatch.linewidth": 0.5,
    }
    out = io.StringIO()
    with style.context("default"), matplotlib.rc_context(settings), warnings.catch_warnings():
        # A letter that Matplotlib's own font lacks is measured as a box; the reader's browser has it.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        if plot:
            axes = figure.add_axes((0.16, 44 / height, 0.8, 1 - 62 / height))
        else:
            axes = figure.add_axes((0, 0, 1, 1))
            axes.set_axis_off()
            axes.set_xlim(0, WIDTH)
            axes.set_ylim(0, height)
        paint(axes)
        if not plot:
            for artist in axes.get_children():
                artist.set_clip_on(False)  # nothing reaches beyond the canvas, and half of the markup is saved
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return Drawing(_inline(out.getvalue(), name, caption, description), caption)


@cache
def _quiet() -> None:
    """Keep Matplotlib's remarks about font caches and the like from a command's standard error."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)


def _inline(text: str, name: str, caption: str, description: str) -> Markup:
    """Return Matplotlib's file as an element of a page: identifiers of its own, no styles that reach beyond it."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(text)  # written by Matplotlib a moment ago
    used = set(_REFERENCE.findall(text)) | {
        link[1:] for node in root.iter() if (link := node.get(f"{{{_LINK}}}href", "")).startswith("#")
    }
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for node in root.iter():
        _tidy(node, name, used)
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for place, (tag, words) in enumerate((("title", caption), ("desc", description))):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = printable(words)
        root.insert(place, element)
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # serialized: every text is escaped


def _tidy(node: ElementTree.Element, name: str, used: set[str]) -> None:
    own = node.attrib.pop("id", None)
    if own in used:
        node.set("id", f"{name}-{own}")
    link = node.attrib.pop(f"{{{_LINK}}}href", None)
    if link is not None:
        node.set("href", f"#{name}-{link[1:]}" if link.startswith("#") else link)
    for key, value in node.attrib.items():
        if key == "id" or key == "href":
            continue
        changed = _REFERENCE.sub(lambda found: f"url(#{name}-{found[1]})", value)
        if key in ("d", "x", "y", "transform"):
            changed = " ".join(_NUMBER.sub(lambda found: f"{float(found[0]):.1f}", changed).split())
        if key == "style":
            changed = _NUMBER.sub(lambda found: f"{float(found[0]):.3g}", _FAMILY.sub("", changed)).strip()
        node.set(key, changed)
    node.text = printable(node.text or "") if node.tag == f"{{{_SVG}}}text" else None
    node.tail = None
