"""A sweep, from its grid to its map: every point is a line of a table as a suite's is, and what is there is never asked again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Unpack

from mechsynth import files
from mechsynth.errors import InputError, UsageError
from mechsynth.limits import refuse_limit
from mechsynth.suite.apart import Beside
from mechsynth.suite.jobs import Answer, Finished, Job, Scheduler, run_jobs
from mechsynth.suite.plan import Line
from mechsynth.suite.questions import text
from mechsynth.suite.run import How, Progress, compared, row_of
from mechsynth.suite.table import Row, Table
from mechsynth.sweep.grid import Grid, Point
from mechsynth.sweep.map import Map
from mechsynth.sweep.refine import Boundary, boundary

Serve = Callable[[Iterable[Job]], Generator[Finished, None, None]]
DEEPEST = 200  # halvings; the numbers grow by a binary digit each
FIRST = 4  # answers that decide whether anything can be asked at all


def run_sweep(
    grid: Grid,
    question: Mapping[str, Any],
    table: str | os.PathLike[str],
    *,
    halvings: int = 0,
    **how: Unpack[How],
) -> Map:
    """Answer and check a question at every point of a grid, and between points where the answers differ.

    Parameters
    ----------
    grid:
        The points; see `mechsynth.sweep.grid.grid_of`.
    question:
        The keyword arguments of `mechsynth.solve`, in the form of `mechsynth.suite.questions.question`.
    table:
        The SQLite file to write, of the form of a suite's, with CSV files beside it at the end.
    halvings:
        How often each bracket of the boundary is halved.
    how:
        How to work: see `mechsynth.suite.run.How`.

    Raises
    ------
    InputError, UsageError
        For points at which the family has no instance, a question that cannot be asked of it, a table that is there already or belongs to another sweep, and as `run_jobs` does.
    """
    place, workers, time_limit = os.fspath(table), how.get("workers", 1), how.get("time_limit")
    retry = how.get("retry", False)
    _refuse(place, halvings, workers, time_limit, how.get("resume", False), retry)
    files.guard(place, "table")
    Table.refuse_foreign(place)
    Map.refuse_foreign(place)
    lines = {point: grid.line(point, question) for point in grid.points()}
    begun = not os.path.exists(place)
    with Table(place, new=True) as base:
        sweep = _Sweep(grid, question, base, lines, halvings, how.get("progress"))
        try:
            sweep.take(retry)
            with _workers(workers, how.get("scheduler"), len(lines)) as serve:
                while left := sweep.left():
                    sweep.answer(left, time_limit, serve)
        except BaseException:
            # A run that never came to a line leaves nothing in the way of the next.
            if begun and not base.rows():
                base.remove()
            raise
        base.export()
        found = sweep.map()
    found.export(place)
    return found


def _refuse(place: str, halvings: int, workers: int, time_limit: float | None, resume: bool, retry: bool) -> None:
    if not 0 <= halvings <= DEEPEST:
        raise UsageError("--refine", f"{halvings} is no number of halvings", f"choose between 0 and {DEEPEST}")
    if workers < 1:
        raise UsageError("--workers", f"{workers} is no number of workers", "choose at least 1")
    refuse_limit(time_limit)
    if place.lower().endswith(".csv"):
        raise InputError(
            place, "is the name of a CSV file", "name the table, say map.db; the CSV files are written beside it"
        )
    if retry and not resume:
        raise UsageError("--retry", "there is nothing to ask again", "give it with --resume")
    if os.path.exists(place) and not resume:
        raise InputError(place, "is there already", "go on with it by --resume, or choose another place")


@contextlib.contextmanager
def _workers(workers: int, scheduler: str | Scheduler | None, points: int) -> Iterator[Serve]:
    """Yield what answers jobs for the whole sweep; begun once, since the boundary is asked in several rounds."""
    workers = min(workers, points)
    if scheduler is None and workers == 1:
        with Beside() as worker:
            yield worker.each
        return
    if scheduler is not None:
        yield partial(run_jobs, scheduler=scheduler)
        return
    from mechsynth.suite import cluster

    with cluster.local(workers) as client:
        yield partial(run_jobs, scheduler=cluster.Scheduler(client.scheduler.address, own=client.security))


class _Sweep:
    """The lines of a sweep as they come in."""

    def __init__(
        self,
        grid: Grid,
        question: Mapping[str, Any],
        base: Table,
        lines: dict[Point, Line],
        halvings: int,
        progress: Progress | None,
    ) -> None:
        self._grid, self._question, self._base = grid, question, base
        self._lines, self._halvings, self._progress = lines, halvings, progress
        self._rows: dict[Point, Row] = {}

    def take(self, retry: bool) -> None:
        """Take what the table has; all of it must be of this sweep."""
        there = {row.key: row for row in self._base.rows()}
        rest = dict(there)
        asked = text(self._question)
        # From the answers in the table follow the points between those of the grid that were asked next.
        between = boundary(
            self._grid, lambda point: _verdict(there.get((self._grid.name(point), asked))), self._halvings
        )
        for point in [*self._lines, *sorted(between.used)]:
            key = (self._grid.name(point), asked)
            row = rest.pop(key, None)
            if row is None:
                continue
            line = self._line(point)
            if row.sha256 == line.sha256 and (row.solved or not retry):
                self._rows[point] = compared(row, line.expected)
        for key in sorted(rest):
            about = " ".join(key)
            raise InputError(
                str(self._base.path),
                f"has a line that is not of this sweep: {about}",
                "give the same options, or another table",
            )
        self._base.expect(self._rows.values())
        self._report(None)

    def left(self) -> list[Point]:
        """Return the points to ask next: of the grid, then between them."""
        missing = [point for point in self._lines if point not in self._rows]
        return missing or list(self._boundary().wanted)

    def answer(self, points: Sequence[Point], time_limit: float | None, serve: Serve) -> None:
        """Have some points answered, and keep each answer at once."""
        sent: dict[str, Point] = {}

        def jobs() -> Iterator[Job]:
            for point in points:
                line = self._line(point)
                sent[line.instance] = point
                yield Job(line.instance, self._grid.instance(point), line.question, time_limit)

        held: list[Finished] = []
        with contextlib.closing(serve(jobs())) as finished:
            for each in finished:
                # Nothing is written before one point could be asked: what is wrong with all of them is a mistake in the command.
                held.append(each)
                failed = each.answer.error and not each.answer.status
                if failed and not self._rows and len(held) < min(FIRST, len(points)):
                    continue
                if failed and not self._rows and all(one.answer.error and not one.answer.status for one in held):
                    raise UsageError("", min((one.job.name, one.answer.error) for one in held)[1])
                for one in held:
                    self._keep(sent.pop(one.job.name), one.job.instance, one.answer)
                held.clear()

    def _keep(self, point: Point, data: bytes, answer: Answer) -> None:
        row = row_of(self._line(point), data, answer)
        self._base.add(row, data, answer.result, answer.seconds, answer.check_seconds)
        self._rows[point] = row
        self._report(row)

    def _report(self, row: Row | None) -> None:
        if self._progress is not None:
            done = len(self._rows)
            self._progress(row, done, max(done, len(self._lines)))

    def _line(self, point: Point) -> Line:
        return self._lines.get(point) or self._grid.line(point, self._question)

    def _boundary(self) -> Boundary:
        return boundary(self._grid, lambda point: _verdict(self._rows.get(point)), self._halvings)

    def map(self) -> Map:
        """Return what was found."""
        found = self._boundary()
        return Map(
            self._grid,
            dict(self._question),
            {point: self._rows[point] for point in self._lines},
            {point: self._rows[point] for point in sorted(found.used)},
            found.brackets,
            self._halvings,
        )


def _verdict(row: Row | None) -> str | None:
    if row is None:
        return None
    return row.status if row.proved else ""
