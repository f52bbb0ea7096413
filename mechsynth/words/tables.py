"""The same facts as tables for a terminal. Labels are never read as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mechsynth.words.envelope import read
from mechsynth.words.reading import fail
from mechsynth.words.transfers import HEADS
from mechsynth.words.transfers import read as read_transfers
from mechsynth.words.verdicts import summary

if TYPE_CHECKING:
    from rich.table import Table

_COLOURS = {"feasible": "green", "holds": "green", "optimal": "green", "infeasible": "red", "fails": "red"}


def ladder_table(results: Sequence[Mapping[str, object]], labels: object = None) -> Table:
    """Build the table that `mechsynth.words.ladder_table` promises."""
    from rich.table import Table
    from rich.text import Text

    table = Table("question", "scope", "answer", "in short")
    table.columns[0].overflow = "fold"
    for index, result in enumerate(results):
        ask, scope, status, detail = summary(read(result, labels, f"results[{index}]"))
        colour = _COLOURS.get(status.split(" ")[0], "yellow")
        table.add_row(Text(ask), Text(scope), Text(status, style=colour), Text(detail))
    return table


def transfers_table(result: Mapping[str, object], labels: object = None, limit: int | None = 24) -> Table:
    """Build the table that `mechsynth.words.transfers_table` promises."""
    from rich.table import Table
    from rich.text import Text

    answer = read(result, labels)
    if answer.transfers is None:
        fail("result.mechanism", "no transfers in it", "only a positive answer about a mechanism has them")
    entries = read_transfers(answer.transfers, answer.names).entries
    table = Table(*HEADS)
    for entry in entries[:limit]:
        table.add_row(*(Text(cell) for cell in entry.cells()))
    if limit is not None and len(entries) > limit:
        table.caption = Text(f"... and {len(entries) - limit} more; they stand in the file")
    return table
