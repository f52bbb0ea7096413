"""Every answer of a table checked again, from the files that the table holds: nothing else of it is believed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from mechsynth.errors import MechsynthError
from mechsynth.suite.table import Row, Table


@dataclass(frozen=True)
class Recheck:
    """What a second check of a table found.

    Attributes
    ----------
    checked:
        How many answers were checked.
    wrong:
        Instance, question and reason for each that the table calls accepted and the checker does not accept.
    """

    checked: int
    wrong: tuple[tuple[str, str, str], ...]

    def document(self) -> dict[str, object]:
        """Return it as JSON data."""
        named = [{"instance": i, "question": q, "reason": reason} for i, q, reason in self.wrong]
        return {"checked": self.checked, "wrong": named}

    def words(self) -> str:
        """Return it in words."""
        lines = [
            f"{self.checked - len(self.wrong)} of {self.checked} answers that the table calls accepted are accepted."
        ]
        return "\n".join([*lines, *(f"  {i} {q}: {reason}" for i, q, reason in self.wrong)])


def recheck(path: str | os.PathLike[str]) -> Recheck:
    """Check every answer that a table calls accepted again.

    Raises
    ------
    InputError
        For a file that is no table.
    """
    wrong, count = [], 0
    with Table(path, write=False) as table:
        for row in table.rows():
            if row.checked == "accepted":
                count += 1
                reason = _reason(table, row)
                if reason:
                    wrong.append((*row.key, reason))
    return Recheck(count, tuple(wrong))


def _reason(table: Table, row: Row) -> str:
    """Return why an answer is not what its line says; empty if it is."""
    from threadpoolctl import threadpool_limits

    from mechsynth.check import check
    from mechsynth.instance import read_json

    try:
        result, instance = table.file(row.result), table.file(row.sha256)
        if result is None or instance is None:
            return "the table does not hold its files"
        for data, digest in ((result, row.result), (instance, row.sha256)):
            if hashlib.sha256(data).hexdigest() != digest:
                return "a file in the table is not the one it was"
        with threadpool_limits(limits=1, user_api="blas"):
            verdict = check(result, instance)
        if not verdict.accepted:
            return verdict.reason or "refused"
        document = read_json(result)
    except MechsynthError as error:
        return str(error)
    stated = tuple(document.get(key) or "" for key in ("status", "strength", "value"))
    return "" if stated == (row.status, row.strength, row.value) else "the line says other than its result file"
