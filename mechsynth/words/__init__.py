"""Results in an economist's words: plain text, and tables for a terminal.

Everything is read from the result alone. Nothing here checks a proof: that is `mechsynth check`. A result that is
not one raises `mechsynth.errors.InputError`. The modules behind these functions are imported when they are called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["UNCHECKED", "explain", "ladder_table", "transfers_table"]


UNCHECKED = "Read off the file alone: names, their order and all claims are the file's own, and nothing was checked, since the instance is not at hand."
"""What stands first where nothing but the result is at hand."""


def explain(
    result: Mapping[str, object],
    *,
    labels: Mapping[str, object] | None = None,
    rescaled: bool | None = None,
    refused: bool = False,
    lead: str = "",
) -> str:
    """Say in plain text what a result says, why, and what it does not say.

    Parameters
    ----------
    result:
        A result of format ``mechsynth-result/1``, as `json.load` gives it.
    labels:
        Names that a result may not carry: ``{"agents": [...], "periods": [{"signals": {agent: [...]}, "actions":
        [...]}]}``, one entry a period, a single one when the environment is stationary; and, where it is known, ``"horizon": 3`` or
        ``"infinite"``: those of the instance, where it is at hand.
        Without it, the key ``x-labels`` of the result is used if it is there. Otherwise the order of the signals is not known, and
        they are numbered where only the order says which is meant.
    rescaled:
        Whether rows of the instance had to be rescaled to add up to one; None where only the file says so.
    refused:
        Whether the checker refuses the result.
    lead:
        What stands first, such as `UNCHECKED`.

    Returns
    -------
    str
        Lines of at most about 100 columns without escape sequences, ending in a newline.

    Raises
    ------
    InputError
        Where the result is malformed: one line that names the place.
    """
    from mechsynth.words.verdicts import explanation

    return explanation(result, labels, rescaled, refused, lead)


def ladder_table(results: Sequence[Mapping[str, object]], *, labels: Mapping[str, object] | None = None) -> Table:
    """Return one row per result: the question, the answer, its strength, and where it turns.

    Parameters
    ----------
    results:
        Results for the same instance, in the order to show them.
    labels:
        As in `explain`.
    """
    from mechsynth.words.tables import ladder_table as build

    return build(results, labels)


def transfers_table(
    result: Mapping[str, object], *, labels: Mapping[str, object] | None = None, limit: int | None = 24
) -> Table:
    """Return the non-zero transfers of a result, at most ``limit`` rows (None: all of them).

    Parameters
    ----------
    result:
        A result with a mechanism; its transfers may stand as records or as tables.
    labels:
        As in `explain`.
    limit:
        The number of rows after which the caption says how many more there are.
    """
    from mechsynth.words.tables import transfers_table as build

    return build(result, labels, limit)
