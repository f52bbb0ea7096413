"""A suite, from its lines to its table: what is finished is never asked again."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypedDict, Unpack

from mechsynth import files
from mechsynth.errors import InputError, MechsynthError, UsageError
from mechsynth.limits import refuse_limit
from mechsynth.suite.expected import Expected
from mechsynth.suite.jobs import Answer, Job, Scheduler, run_jobs
from mechsynth.suite.plan import Line, lines, printable
from mechsynth.suite.summary import Summary, summarize
from mechsynth.suite.table import Row, Table

Progress = Callable[[Row | None, int, int], None]


class How(TypedDict, total=False):
    """How to work through the lines of a table.

    Parameters
    ----------
    workers, scheduler:
        As for `mechsynth.suite.jobs.run_jobs`. What is answered does not depend on them.
    time_limit:
        Seconds for each answer, and for each check.
    resume:
        Go on with the table if it is there. Lines whose instance file has changed since are asked again.
    retry:
        Then ask also those lines again that have no answer: unknown, or an error.
    progress:
        Called with each line that is written, the number of lines written and their total so far; first of all with ``None``.
    """

    workers: int
    scheduler: str | Scheduler | None
    time_limit: float | None
    resume: bool
    retry: bool
    progress: Progress | None


def run_suite(
    sources: Sequence[str],
    table: str | os.PathLike[str],
    *,
    asks: Sequence[Mapping[str, Any]] = (),
    **how: Unpack[How],
) -> Summary:
    """Answer and check every question of a suite; the table has every line as soon as it is finished.

    Parameters
    ----------
    sources, asks:
        As for `mechsynth.suite.plan.lines`.
    table:
        The SQLite file to write; its lines are written as CSV files beside it at the end.
    how:
        How to work: see `How`.

    Raises
    ------
    InputError, UsageError
        For sources that are none, a table that is there already or belongs to another suite, and as `run_jobs` does.
    """
    workers, time_limit, progress = how.get("workers", 1), how.get("time_limit"), how.get("progress")
    resume, retry = how.get("resume", False), how.get("retry", False)
    refuse_limit(time_limit)
    place = os.fspath(table)
    if place.lower().endswith(".csv"):
        raise InputError(
            place, "is the name of a CSV file", "name the table, say suite.db; the CSV files are written beside it"
        )
    if retry and not resume:
        raise UsageError("--retry", "there is nothing to ask again", "give it with --resume")
    if os.path.exists(place) and not resume:
        raise InputError(place, "is there already", "go on with it by --resume, or choose another place")
    files.guard(place, "table", sources)
    Table.refuse_foreign(place)
    planned = {line.key: line for line in lines(sources, asks)}
    begun = not os.path.exists(place)
    with Table(place, new=True) as base:
        try:
            kept = _kept(base, planned, retry)
            done = len(kept)
            if progress is not None:
                progress(None, done, len(planned))
            left = [line for key, line in planned.items() if key not in kept]
            with contextlib.closing(_answered(left, time_limit, workers, how.get("scheduler"))) as finished:
                for line, data, answer in finished:
                    row = row_of(line, data, answer)
                    base.add(row, data, answer.result, answer.seconds, answer.check_seconds)
                    done += 1
                    if progress is not None:
                        progress(row, done, len(planned))
        except BaseException:
            # A run that never came to a line, for want of a scheduler perhaps, leaves nothing in the way of the next.
            if begun and not base.rows():
                base.remove()
            raise
        base.export()
        return summarize(base.rows(), base.times())


def _kept(base: Table, planned: Mapping[tuple[str, str], Line], retry: bool) -> Collection[tuple[str, str]]:
    """Return what needs no answer any more; expectations, which are no part of an answer, are brought up to date."""
    kept = {}
    for row in base.rows():
        line = planned.get(row.key)
        if line is None:
            about = f"{row.instance} {row.question}".strip()
            raise InputError(str(base.path), f"has a line that is not of this suite: {about}", "choose another table")
        if row.sha256 == line.sha256 and (row.solved or not retry):
            kept[row.key] = compared(row, line.expected)
    base.expect(kept.values())
    return kept.keys()


def _answered(
    left: Sequence[Line], time_limit: float | None, workers: int, scheduler: str | Scheduler | None
) -> Generator[tuple[Line, bytes, Answer], None, None]:
    """Yield each line with the bytes that were asked about, and what became of it."""
    for line in left:
        if line.error:
            yield line, _bytes(line) or b"", Answer(error=line.error)
    sent: dict[int, Line] = {}
    unreadable: list[Line] = []

    def jobs() -> Iterator[Job]:
        for line in left:
            if line.error:
                continue
            data = _bytes(line)
            if data is None:
                unreadable.append(line)
                continue
            job = Job(line.instance, data, line.question, time_limit)
            sent[id(job)] = line
            yield job

    asked = sum(not line.error for line in left)
    if asked:
        # More processes than questions would only be started in vain.
        workers = min(workers, asked) if workers > 0 else workers
        with contextlib.closing(run_jobs(jobs(), workers=workers, scheduler=scheduler, apart=True)) as finished:
            for each in finished:
                yield sent.pop(id(each.job)), each.job.instance, each.answer
    for line in unreadable:
        yield line, b"", Answer(error=f"{line.instance}: cannot be read any more")


def _bytes(line: Line) -> bytes | None:
    try:
        return files.read(line.path)
    except MechsynthError:
        return None


def row_of(line: Line, data: bytes, answer: Answer) -> Row:
    """Return the line of the table for what became of a question."""
    row = Row(
        *line.key,
        # Of the bytes that were read now, should the file have changed since it was planned.
        hashlib.sha256(data).hexdigest() if data or line.sha256 else "",
        answer.status,
        answer.strength,
        answer.value or "",
        answer.checked,
        printable(answer.said),
        printable(answer.error),
        "" if answer.result is None else hashlib.sha256(answer.result).hexdigest(),
        "",
        "",
    )
    return compared(row, line.expected)


def compared(row: Row, known: Sequence[Expected]) -> Row:
    """Return a line with what was expected of it. It agrees if all expectations do; an unknown answer neither agrees nor contradicts."""
    words = dict.fromkeys(" ".join(filter(None, (each.status, each.value, each.strength))) for each in known)
    agrees = ""
    if known and row.solved:
        agrees = "yes" if all(_agrees(row, each) for each in known) else "no"
    return replace(row, expected=printable("; ".join(words)), agrees=agrees)


def _agrees(row: Row, known: Expected) -> bool:
    same = row.status == known.status
    return same and known.strength in (None, row.strength) and (known.value is None or _equal(row.value, known.value))


def _equal(found: str, known: str) -> bool:
    try:
        return Fraction(found) == Fraction(known)
    except (ValueError, ZeroDivisionError):  # a value that is no rational number is compared as it is written
        return found == known
