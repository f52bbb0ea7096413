"""What a section of a page is made of; the template knows how each part looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mechsynth.report.svg import Drawing
from mechsynth.words.layout import Page


@dataclass(frozen=True)
class Say:
    """A paragraph; ``strong`` for one that nobody may miss."""

    text: str
    strong: bool = False
    kind: str = "say"


@dataclass(frozen=True)
class Head:
    """A heading within a section."""

    text: str
    kind: str = "head"


@dataclass(frozen=True)
class Items:
    """A list."""

    entries: tuple[str, ...]
    kind: str = "items"


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, the exact value on hover, and a shade (a class of the style sheet)."""

    text: str
    exact: str = ""
    shade: str = ""


@dataclass(frozen=True)
class Grid:
    """A table. The first ``heads_per_row`` cells of a row are its headings; ``note`` says what was left out."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    heads_per_row: int = 1
    note: str = ""
    kind: str = "grid"


@dataclass(frozen=True)
class Terms:
    """Names and what stands for them."""

    pairs: tuple[tuple[str, str], ...]
    kind: str = "terms"


@dataclass(frozen=True)
class Drawings:
    """Drawings side by side."""

    drawings: tuple[Drawing, ...]
    kind: str = "drawings"


Block = Say | Head | Items | Grid | Terms | Drawings


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading and an anchor."""

    anchor: str
    title: str
    blocks: list[Block] = field(default_factory=list)


class Collected(Page):
    """A page of words that keeps its blocks instead of setting them in lines.

    Parameters
    ----------
    shown:
        Headings of tables that the page shows in another way; a table with one of them is left out.
    """

    def __init__(self, shown: Sequence[tuple[str, ...]] = ()) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._shown = tuple(shown)
        self._hidden = False

    def say(self, *sentences: str) -> None:
        """Add one paragraph."""
        text = " ".join(sentence for sentence in sentences if sentence)
        if text and not (self._hidden and text.startswith(("... and ", "An empty cell"))):
            self.blocks.append(Say(text))

    def head(self, text: str, under: str = "") -> None:
        """Add a heading."""
        self.blocks.append(Head(text))

    def items(self, entries: Iterable[str]) -> None:
        """Add a list."""
        kept = tuple(entries)
        if kept:
            self.blocks.append(Items(kept))

    def columns(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table; columns without any entry are left out."""
        above = ""
        if self.blocks and isinstance(last := self.blocks[-1], Head):
            above = last.text
            self.blocks.pop()
        if tuple(heads) in self._shown:
            self._hidden = True
            self.blocks.append(Say("The payments stand in the tables further down."))
            return
        kept = [j for j in range(len(heads)) if any(row[j] for row in rows)]
        if rows and kept:
            title = above or ", ".join(heads[j] for j in kept).capitalize()
            cells = tuple(tuple(Cell(row[j]) for j in kept) for row in rows)
            self.blocks.append(Grid(title, tuple(heads[j] for j in kept), cells))
