"""The commands `suite run` and `suite check`: their options, and what they say."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from mechsynth.errors import InputError

Say = Callable[[str], None]


def add(commands: Any, say: Say) -> None:
    """Add the commands to the parser of the group ``suite``; ``say`` puts text on standard output."""
    run = commands.add_parser(
        "run", help="answer and check every question of a folder or a suite file", allow_abbrev=False
    )
    run.add_argument("source", metavar="DIR|INDEX|FILE", nargs="+", help="folders, suite files, instance files")
    run.add_argument(
        "-o", "--output", metavar="TABLE", required=True, help="the table to write (SQLite, and CSV beside it)"
    )
    run.add_argument(
        "--ask",
        metavar="ASK",
        action="append",
        default=[],
        help="what to ask of every instance, repeated: ASK, ASK:SCOPE or a JSON object; without it what is expected of "
        "the instance, and of one without expectations everything at once",
    )
    run.add_argument("--workers", metavar="N", type=int, help="processes (default: as many as there are cores)")
    run.add_argument("--scheduler", metavar="ADDRESS", help="the workers of an existing Dask scheduler instead")
    run.add_argument("--time-limit", metavar="SECONDS", type=float, help="for each answer, and for each check")
    run.add_argument("--resume", action="store_true", help="go on with the table if it is there")
    run.add_argument("--retry", action="store_true", help="with --resume: ask again what stayed unknown or failed")
    run.add_argument("--profile", metavar="FILE.svg|.png", help="draw the performance profile")
    run.add_argument("--json", action="store_true", help="print the summary as JSON")
    run.set_defaults(run=lambda options: _run(options, say))

    check = commands.add_parser(
        "check", help="check every answer of a table again, from the table alone", allow_abbrev=False
    )
    check.add_argument("table", metavar="TABLE", help="a table that suite run wrote")
    check.add_argument("--json", action="store_true", help="print what was found as JSON")
    check.set_defaults(run=lambda options: _check(options, say))


def _run(options: argparse.Namespace, say: Say) -> int:
    import json

    from mechsynth.errors import UsageError
    from mechsynth.suite import summary
    from mechsynth.suite.questions import of_option
    from mechsynth.suite.run import run_suite

    if options.profile is not None:
        summary.picture_kind(options.profile)
    if options.scheduler is not None and options.workers is not None:
        raise UsageError("--workers", "the scheduler has its own workers", "leave one of --workers and --scheduler out")
    asks = [of_option(ask) for ask in options.ask]
    with Bar(quiet=options.json) as bar:
        try:
            found = run_suite(
                options.source,
                options.output,
                asks=asks,
                workers=_cores() if options.workers is None else options.workers,
                scheduler=options.scheduler,
                time_limit=options.time_limit,
                resume=options.resume,
                retry=options.retry,
                progress=bar.report,
            )
        except KeyboardInterrupt:
            kept = f"interrupted; {bar.done} of {bar.total} lines are kept" if bar.total else "interrupted"
            raise InputError(options.output, kept, "go on with --resume") from None
    if options.profile is not None:
        summary.picture(found, options.profile)
    say(json.dumps(found.document()) if options.json else found.words())
    return found.code


def _cores() -> int:
    from mechsynth.engine.run import cores

    return cores()


def _check(options: argparse.Namespace, say: Say) -> int:
    import json

    from mechsynth.suite.recheck import recheck

    found = recheck(options.table)
    if options.json:
        say(json.dumps(found.document()))
    else:
        say(found.words())
    return 1 if found.wrong else 0


class Bar:
    """How far a run is, on standard error for a person who waits; it counts in any case."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._progress: Any = None
        self._task: Any = None
        self.done = self.total = 0
        self._wrong = 0

    def __enter__(self) -> Bar:
        from rich.console import Console

        console = Console(stderr=True)
        if not self._quiet and console.is_terminal:
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeElapsedColumn,
                TimeRemainingColumn,
            )

            self._progress = Progress(
                BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), TimeRemainingColumn(),
                console=console, transient=True,
            )  # fmt: skip
            self._progress.start()
            self._task = self._progress.add_task("", total=None)
        return self

    def report(self, row: Any, done: int, total: int) -> None:
        """Take note of a line that is written."""
        self.done, self.total = done, total
        if row is not None and (row.refused or row.agrees == "no"):
            self._wrong += 1
        if self._progress is not None:
            words = f"{self._wrong} refused or contradicted" if self._wrong else ""
            self._progress.update(self._task, completed=done, total=total, description=words)

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()
