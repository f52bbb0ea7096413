"""Every line of a table made again from the files that the table holds: nothing else of it is believed."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mechsynth.errors import LATE, InputError, MechsynthError
from mechsynth.limits import Overrun, limited, refuse_limit
from mechsynth.suite.expected import STATUSES, STRENGTHS, Expected, expected_in
from mechsynth.suite.job import ACCEPTED, judged
from mechsynth.suite.plan import printable
from mechsynth.suite.questions import LADDER, text
from mechsynth.suite.run import compared
from mechsynth.suite.table import Row, Table

FREE = "smallest"  # a class that the answer chooses


@dataclass(frozen=True)
class Recheck:
    """What a second check of a table found.

    Attributes
    ----------
    lines:
        How many lines the table has.
    checked:
        How many of them the table calls accepted; each was checked again.
    wrong:
        Instance, question and reason for each line that its files do not make again as it stands; with no instance and no question, what is
        wrong with the table as a whole.
    """

    lines: int
    checked: int
    wrong: tuple[tuple[str, str, str], ...]

    def document(self) -> dict[str, object]:
        """Return it as JSON data."""
        named = [{"instance": i, "question": q, "reason": reason} for i, q, reason in self.wrong]
        return {"lines": self.lines, "checked": self.checked, "wrong": named}

    def words(self) -> str:
        """Return it in words."""
        bad = sum(bool(instance or question) for instance, question, _ in self.wrong)
        first = f"{self.lines - bad} of {self.lines} lines are what their files make them; {self.checked} answers that the table calls accepted were checked again."
        return "\n".join(
            [first, *(f"  {' '.join(filter(None, (i, q))) or 'the table'}: {r}" for i, q, r in self.wrong)]
        )


def recheck(path: str | os.PathLike[str], *, time_limit: float | None = None) -> Recheck:
    """Make every line of a table again: digests of its files, its question, status, strength and value from the result file, the checker's
    verdict and words by a check of their own, whether the answer is the one expected; and the table's own digest.

    The name of an instance and the reason of a line without an answer stand in no file; the digest of the table alone covers them. What the
    checker says is compared where this version wrote the line.

    Parameters
    ----------
    path:
        The table.
    time_limit:
        Seconds for each line; one that takes longer is named among those that are wrong.

    Raises
    ------
    InputError
        For a file that is no table, or a damaged one.
    UsageError
        For a limit that is none.
    """
    refuse_limit(time_limit)
    wrong: list[tuple[str, str, str]] = []
    try:
        with Table(path, write=False) as table:
            stated, found, rows = table.stated(), table.summed(), table.rows()
            versions = table.versions()
            if stated is not None and stated != found:
                wrong.append(
                    ("", "", f"its own digest is of {stated[0]} lines, and not of the {found[0]} that stand here")
                )
            for row in rows:
                if reason := _within(time_limit, table, row, versions.get(row.key, "")):
                    wrong.append((*row.key, reason))
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise InputError(os.fspath(path), f"is damaged ({error})", "run the suite again") from None
    return Recheck(len(rows), sum(row.checked == ACCEPTED for row in rows), tuple(wrong))


def _within(time_limit: float | None, table: Table, row: Row, version: str) -> str:
    try:
        return limited(time_limit, lambda: _reason(table, row, version))
    except MechsynthError as error:
        return str(error)
    except Overrun:
        return LATE


def _reason(table: Table, row: Row, version: str) -> str:
    """Return why a line is not what its files make it; empty if it is."""
    from mechsynth.instance import read_json

    if not row.result:
        if not row.error or any((row.strength, row.value, row.checked, row.said)) or row.status not in ("", "unknown"):
            return "the line says more than that there is no answer, and has no result file"
        return ""
    result, instance = table.file(row.result), table.file(row.sha256)
    if result is None or instance is None:
        return "the table does not hold its files"
    for data, digest in ((result, row.result), (instance, row.sha256)):
        if hashlib.sha256(data).hexdigest() != digest:
            return "a file in the table is not the one it was"
    document, described = read_json(result), read_json(instance)
    if not isinstance(document, dict) or not isinstance(described, dict):
        return "its files are no result and no instance"
    if row.checked and (other := _verdict(result, instance, row, version)):
        return other
    if not row.checked and row.solved and not row.error:
        return "the line has an answer, no check of it and no reason why"
    stated = tuple(document.get(key) or "" for key in ("status", "strength", "value"))
    if stated != (row.status, row.strength, row.value):
        return "the line says other than its result file"
    return _asked(row, document.get("question")) or _expected(row, described)


def _verdict(result: bytes, instance: bytes, row: Row, version: str) -> str:
    """Check an answer again, and return what is not as the line says."""
    from mechsynth import __version__

    checked, said = judged(result, instance)
    if row.checked != checked:
        return said or "refused"
    if version == __version__ and printable(said) != row.said:
        return "the line does not say what the checker says"
    return ""


def _asked(row: Row, told: object) -> str:
    """Return how the question of a line differs from the one that its result answers."""
    from mechsynth.instance import read_json
    from mechsynth.result.ask import question

    try:
        asked: Any = read_json(row.question.encode("utf-8"))
        if not isinstance(asked, dict) or text(asked) != row.question or not isinstance(told, Mapping):
            return "its question is none"
        options = {**LADDER, **asked}
        mine = question(options.pop("ask"), options).document()
    except MechsynthError as error:
        return f"its question is none ({error})"
    mine = read_json(text(mine).encode("ascii"))
    last = str(options.get("last_period") or "")
    answered = {**told}
    if not str(answered.pop("last-period", last)).startswith(last):
        return "the line asks about another last period than its result file answers"
    if mine.get("transfers") == FREE:
        mine["transfers"] = answered.get("transfers")
    return "" if mine == answered else "the line asks something else than its result file answers"


def _expected(row: Row, described: Mapping[str, Any]) -> str:
    """Return what is wrong with what the line says was expected; suites and families may expect more than the instance's own file does."""
    words = row.expected.split("; ") if row.expected else []
    own = [each for each in expected_in(described) if text(each.question) == row.question]
    if not set(compared(row, own).expected.split("; ")) - {""} <= set(words):
        return "its instance expects something else"
    if compared(row, [_read(each) for each in words]).agrees != row.agrees:
        return "the line is wrong about whether the answer is the expected one"
    return ""


def _read(words: str) -> Expected:
    """Read an expectation as a line writes it: a status, then a value and a strength where they are foretold."""
    status, *rest = words.split(" ")
    if status not in STATUSES:
        raise InputError("expected", f"{words!r} is no expectation", "run the suite again")
    strength = rest.pop() if rest and rest[-1] in STRENGTHS else None
    return Expected({}, status, " ".join(rest) or None, strength, "")
