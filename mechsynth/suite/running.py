"""What the commands that run many jobs share: their options, how many workers, how far they are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from mechsynth.errors import UsageError

if TYPE_CHECKING:
    from mechsynth.suite.cluster import Scheduler


TLS = {
    "--tls-ca-file": "the authority that signed its certificate",
    "--tls-cert": "a certificate of one's own",
    "--tls-key": "the key of that certificate",
}


def add_options(parser: argparse.ArgumentParser, default: str = "") -> None:
    """Add the options about the table and the workers; ``default`` says what the table is called where none is named."""
    told = f" (default: {default})" if default else ""
    parser.add_argument(
        "-o",
        "--output",
        metavar="TABLE",
        required=not default,
        help=f"the table to write (SQLite, and CSV beside it){told}",
    )
    parser.add_argument("--workers", metavar="N", type=int, help="processes (default: as many as there are cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="the workers of an existing Dask scheduler instead")
    for name, words in TLS.items():
        parser.add_argument(name, metavar="FILE", help=f"for a scheduler at tls://: {words}, in PEM")
    parser.add_argument("--time-limit", metavar="SECONDS", type=float, help="for each answer, and for each check")
    parser.add_argument("--resume", action="store_true", help="go on with the table if it is there")
    parser.add_argument("--retry", action="store_true", help="with --resume: ask again what stayed unknown or failed")


def workers(options: argparse.Namespace) -> int:
    """Return how many processes to use."""
    from mechsynth.run import cores

    if options.workers is None:
        return cores()
    if options.scheduler is not None:
        raise UsageError("--workers", "the scheduler has its own workers", "leave one of --workers and --scheduler out")
    return int(options.workers)


def scheduler(options: argparse.Namespace) -> Scheduler | None:
    """Return the scheduler that the options name; ``None`` where they name none.

    Raises
    ------
    UsageError, InputError
        As `Scheduler` does, and for credentials without a scheduler.
    """
    from mechsynth.suite.cluster import Scheduler

    files = (options.tls_ca_file, options.tls_cert, options.tls_key)
    if options.scheduler is not None:
        return Scheduler(options.scheduler, *files)
    for name, file in zip(TLS, files, strict=True):
        if file is not None:
            raise UsageError(name, "there is no scheduler to show it to", "name one with --scheduler tls://HOST:PORT")
    return None


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
