"""A page of plain text: paragraphs, headings, lists, and columns."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

WIDTH = 92
WIDEST = 100
_room: ContextVar[int] = ContextVar("room", default=WIDEST)
_NARROWEST = 12
_GAP = "  "


def cells(text: str) -> int:
    """Return the number of terminal columns that ``text`` takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@contextmanager
def within(columns: int | None) -> Iterator[None]:
    """Set pages in at most so many columns, 40 or more; ``None`` changes nothing. A wide table may still need more."""
    token = _room.set(max(40, min(WIDEST, columns or WIDEST)))
    try:
        yield
    finally:
        _room.reset(token)


class Page:
    """Collects blocks of text and prints them with an empty line between them."""

    def __init__(self) -> None:
        self._blocks: list[str] = []

    def say(self, *sentences: str) -> None:
        """Add one paragraph."""
        text = " ".join(sentence for sentence in sentences if sentence)
        if text:
            self._blocks.append(_wrap(text, "", ""))

    def head(self, text: str, under: str = "") -> None:
        """Add a heading, underlined if ``under`` is a character."""
        self._blocks.append(text + (f"\n{under * min(cells(text), _room.get())}" if under else ""))

    def items(self, entries: Iterable[str]) -> None:
        """Add a list."""
        lines = [_wrap(entry, "  - ", "    ") for entry in entries]
        if lines:
            self._blocks.append("\n".join(lines))

    def first_items(self, entries: Sequence[str], most: int) -> None:
        """Add the first entries of a list, and say how many more the file has."""
        self.items(entries[:most])
        if len(entries) > most:
            self.say(f"{len(entries) - most} more are in the file.")

    def first_rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> None:
        """Add the first rows of a table, and say how many more the file has."""
        self.columns(heads, rows[:most])
        if len(rows) > most:
            self.say(f"{len(rows) - most} more rows are in the file.")

    def columns(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table; columns without any entry are left out, wide ones are wrapped."""
        kept = [j for j in range(len(heads)) if any(row[j] for row in rows)]
        if rows and kept:
            grid = [[row[j] for j in kept] for row in [heads, *rows]]
            self._blocks.append("\n".join(_grid(grid)))

    def text(self) -> str:
        """Return the page."""
        return "\n\n".join(self._blocks) + "\n"


def _wrap(text: str, first: str, rest: str) -> str:
    room = min(WIDTH, _room.get())
    return textwrap.fill(
        text, room, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def _grid(grid: list[list[str]]) -> list[str]:
    widths = [max(cells(row[j]) for row in grid) for j in range(len(grid[0]))]
    room = _room.get() - len(_GAP) * len(widths)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    lines: list[str] = []
    for place, row in enumerate(grid):
        parts = [
            textwrap.wrap(cell, width, break_on_hyphens=False) or [""] for cell, width in zip(row, widths, strict=True)
        ]
        for level in range(max(len(part) for part in parts)):
            pieces = [part[level] if level < len(part) else "" for part in parts]
            padded = [piece + " " * (width - cells(piece)) for piece, width in zip(pieces, widths, strict=True)]
            lines.append((_GAP + _GAP.join(padded)).rstrip())
        if place == 0:
            lines.append(_GAP + _GAP.join("─" * width for width in widths))
    return lines
