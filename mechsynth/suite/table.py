"""The table of a suite: a SQLite file that holds every finished answer, whatever happens to the process that writes it.

``answers`` is a function of the instances, the questions and the version alone, and is the same however often a run was cut off; what
is not, stands in ``times``. ``files`` holds the instance and result files themselves (zlib), by digest, so that every answer can
be checked again from the table alone. ``whole`` holds how many lines there are and the sum of their digests: what one of them said, or that
there was one, cannot be changed unnoticed by whoever changes nothing else.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from mechsynth import files
from mechsynth.errors import InputError

IDENTITY, VERSION = 0x4D535452, 2  # "MSTR"; tables of format 1 have no digest of their own
SCHEMA = """
BEGIN;
CREATE TABLE answers (
    instance TEXT NOT NULL, question TEXT NOT NULL, sha256 TEXT NOT NULL,
    status TEXT NOT NULL, strength TEXT NOT NULL, value TEXT NOT NULL,
    checked TEXT NOT NULL, said TEXT NOT NULL, error TEXT NOT NULL, result TEXT NOT NULL,
    expected TEXT NOT NULL, agrees TEXT NOT NULL,
    PRIMARY KEY (instance, question)
) WITHOUT ROWID;
CREATE TABLE times (
    n INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, question TEXT NOT NULL,
    solve REAL NOT NULL, "check" REAL NOT NULL, finished TEXT NOT NULL, version TEXT NOT NULL
);
CREATE TABLE files (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
"""
WHOLE = "CREATE TABLE whole (lines INTEGER NOT NULL, digest TEXT NOT NULL)"
SPACE = 2**256  # digests are added up in it, so that a line more or less is one sum and the order is none


@dataclass(frozen=True)
class Row:
    """A finished line; every attribute is a string, empty where there is nothing to say.

    Attributes
    ----------
    instance, question:
        The instance's name, and the question in its one spelling (`mechsynth.suite.questions.text`).
    sha256:
        Of the instance file.
    status, strength, value:
        Those of the result.
    checked, said:
        ``"accepted"`` or ``"refused"``, and the checker's words.
    error:
        Why there is no answer or no check.
    result:
        The SHA-256 of the result file.
    expected, agrees:
        What the answer was expected to be, and ``"yes"`` or ``"no"``.
    """

    instance: str
    question: str
    sha256: str
    status: str
    strength: str
    value: str
    checked: str
    said: str
    error: str
    result: str
    expected: str
    agrees: str

    @property
    def key(self) -> tuple[str, str]:
        """What the line is found by."""
        return self.instance, self.question

    @property
    def digest(self) -> int:
        """The SHA-256 of the line, as a number."""
        line = json.dumps(astuple(self), ensure_ascii=True, separators=(",", ":"))
        return int.from_bytes(hashlib.sha256(line.encode("ascii")).digest(), "big")

    @property
    def solved(self) -> bool:
        """Whether there is an answer: a status, and more than a number that nothing proves."""
        return self.status not in ("", "unknown") and self.strength != "numerical"

    @property
    def proved(self) -> bool:
        """Whether there is an answer that the checker accepts."""
        return self.solved and self.checked == "accepted"

    @property
    def refused(self) -> bool:
        """Whether the checker does not accept what is claimed."""
        return self.checked == "refused"


COLUMNS = tuple(each.name for each in fields(Row))
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.]+(/\d+)?([eE][+-]?\d+)?$)")
BESIDE = {".csv": COLUMNS, ".times.csv": ("instance", "question", "solve_seconds", "check_seconds")}
"""The CSV files that are written beside a table, and their columns."""


class Table:
    """A table on disk, open for one writer; close it, or use it as a context."""

    def __init__(self, path: str | os.PathLike[str], *, new: bool = False, write: bool = True) -> None:
        """Open a table, or make a new one.

        Raises
        ------
        InputError
            If it cannot be made or opened, is no table of a suite, or another run is writing it.
        """
        self.path = Path(os.fspath(path))
        self._lock: int | None = None
        if not new and not self.path.is_file():
            raise InputError(str(path), "is no file", "name a table that mechsynth suite run wrote")
        if not self.path.parent.is_dir():
            raise InputError(str(path), "its folder does not exist", "make it, or choose another place")
        try:
            if write:
                self._hold()
            self._base = sqlite3.connect(self.path, isolation_level=None, timeout=30)
            try:
                self._open(write)
            except BaseException:
                self._base.close()
                raise
        except (OSError, sqlite3.Error) as error:
            self._release()
            raise InputError(str(path), f"cannot be used as a table ({error})", "choose another file") from None
        except BaseException:
            self._release()
            raise

    @staticmethod
    def refuse_foreign(path: str | os.PathLike[str]) -> None:
        """Refuse a place whose CSV files would take the place of files that are not ours.

        Raises
        ------
        InputError
            Naming such a file.
        """
        for ending, columns in BESIDE.items():
            files.beside(Path(os.fspath(path)).with_suffix(ending), columns)

    def _hold(self) -> None:
        """Keep a second run out; the lock goes with the process, however it ends."""
        try:
            import fcntl
        except ImportError:  # pragma: no cover - not on Windows
            return
        self._lock = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(str(self.path), "another run is writing it", "wait for its end") from None

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _open(self, write: bool) -> None:
        base = self._base
        (identity,) = base.execute("PRAGMA application_id").fetchone()
        (version,) = base.execute("PRAGMA user_version").fetchone()
        (tables,) = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if write and tables == 0 and identity == 0:
            base.execute("PRAGMA journal_mode=WAL")
            # One transaction: killed on the way, the file is still empty and the next run starts anew.
            first = f"{WHOLE}; INSERT INTO whole VALUES (0, '{0:064x}');"
            marks = f"PRAGMA application_id={IDENTITY}; PRAGMA user_version={VERSION}"
            base.executescript(f"{SCHEMA} {first} {marks}; COMMIT;")
        elif identity != IDENTITY:
            raise InputError(str(self.path), "is no table of a suite", "choose another file")
        elif version not in (1, VERSION):
            raise InputError(str(self.path), f"is a table of format {version}", f"this version reads 1 and {VERSION}")
        base.execute("PRAGMA synchronous=FULL")
        if write and tables and version == 1:
            with self._transaction():
                base.execute(WHOLE)
                base.execute("INSERT INTO whole VALUES (?, ?)", self.summed())
                base.execute(f"PRAGMA user_version={VERSION}")

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._base.close()
        # Only now: on some systems closing any handle of a file gives up the locks that SQLite holds on it.
        self._release()

    def remove(self) -> None:
        """Close the file and remove it."""
        self._base.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        self._release()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            raise InputError(
                str(self.path), f"cannot be written ({error})", "see to its disk; go on with --resume"
            ) from None

    def add(self, row: Row, instance: bytes, result: bytes | None, solve: float, check: float) -> None:
        """Write a finished line with its files and times, at once or not at all; an earlier line of the same key gives way."""
        import datetime

        from mechsynth import __version__

        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        marks = ", ".join("?" * len(COLUMNS))
        with self._transaction():
            self._count(self._line(row.key), row)
            self._base.execute(f"INSERT OR REPLACE INTO answers ({', '.join(COLUMNS)}) VALUES ({marks})", astuple(row))
            for data in (instance, result):
                if data is not None:
                    self._base.execute(
                        "INSERT OR IGNORE INTO files VALUES (?, ?)",
                        (hashlib.sha256(data).hexdigest(), zlib.compress(data)),
                    )
            self._base.execute(
                'INSERT INTO times (instance, question, solve, "check", finished, version) VALUES (?, ?, ?, ?, ?, ?)',
                (*row.key, solve, check, now, __version__),
            )

    def expect(self, rows: Iterable[Row]) -> None:
        """Write anew what the answers of lines were expected to be."""
        with self._transaction():
            for row in rows:
                before = self._line(row.key)
                if before is None or (before.expected, before.agrees) == (row.expected, row.agrees):
                    continue
                self._count(before, replace(before, expected=row.expected, agrees=row.agrees))
                self._base.execute(
                    "UPDATE answers SET expected = ?, agrees = ? WHERE instance = ? AND question = ?",
                    (row.expected, row.agrees, *row.key),
                )

    def _line(self, key: tuple[str, str]) -> Row | None:
        found = self._base.execute(
            f"SELECT {', '.join(COLUMNS)} FROM answers WHERE instance = ? AND question = ?", key
        ).fetchone()
        return None if found is None else Row(*found)

    def _count(self, before: Row | None, after: Row) -> None:
        """Bring the table's own digest up to date for a line that takes the place of another, or of none."""
        lines, digest = self._base.execute("SELECT lines, digest FROM whole").fetchone()
        total = int(digest, 16) + after.digest - (0 if before is None else before.digest)
        self._base.execute(
            "UPDATE whole SET lines = ?, digest = ?", (lines + (before is None), f"{total % SPACE:064x}")
        )

    def summed(self) -> tuple[int, str]:
        """Return how many lines there are and the sum of their digests, as they stand now."""
        rows = self.rows()
        return len(rows), f"{sum(row.digest for row in rows) % SPACE:064x}"

    def stated(self) -> tuple[int, str] | None:
        """Return what the table says of that itself; ``None`` for a table of format 1, which says nothing."""
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        if version == 1:
            return None
        found = self._base.execute("SELECT lines, digest FROM whole").fetchall()
        return (int(found[0][0]), str(found[0][1])) if len(found) == 1 else (0, "")

    def rows(self) -> list[Row]:
        """Return all lines, sorted by instance and question."""
        return [
            Row(*values)
            for values in self._base.execute(f"SELECT {', '.join(COLUMNS)} FROM answers ORDER BY instance, question")
        ]

    def times(self) -> dict[tuple[str, str], tuple[float, float]]:
        """Return the seconds that each line took to solve and to check."""
        found = self._base.execute('SELECT instance, question, solve, "check" FROM times ORDER BY n')
        return {(instance, question): (solve, check) for instance, question, solve, check in found}

    def versions(self) -> dict[tuple[str, str], str]:
        """Return the version of this package that wrote each line."""
        found = self._base.execute("SELECT instance, question, version FROM times ORDER BY n")
        return {(instance, question): version for instance, question, version in found}

    def file(self, sha256: str) -> bytes | None:
        """Return an instance file or a result file by its digest; ``None`` if the table does not hold it."""
        found = self._base.execute("SELECT data FROM files WHERE sha256 = ?", (sha256,)).fetchone()
        if found is None:
            return None
        inflate = zlib.decompressobj()
        try:
            data = inflate.decompress(found[0], files.MOST)
            if inflate.eof:
                return data
            if inflate.unconsumed_tail:
                raise InputError(
                    str(self.path), f"the file {sha256} in it is of more than {files.MOST} bytes", "no file of ours is"
                )
            raise zlib.error
        except (zlib.error, TypeError):
            raise InputError(str(self.path), f"the file {sha256} in it is damaged", "run the suite again") from None

    def export(self) -> tuple[Path, Path]:
        """Write the lines and, apart from them, their times as CSV files beside the table; return their places."""
        from mechsynth.instance import write_whole

        rows, times = self.rows(), self.times()
        answers, clock = (self.path.with_suffix(ending) for ending in BESIDE)
        write_whole(answers, csv_bytes(COLUMNS, (astuple(row) for row in rows)))
        spent = ((*row.key, *(f"{x:.6f}" for x in times.get(row.key, (0.0, 0.0)))) for row in rows)
        write_whole(clock, csv_bytes(BESIDE[".times.csv"], spent))
        return answers, clock


def csv_bytes(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file: a line of names, then the rows. What a spreadsheet would compute is quoted by an apostrophe."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row] for row in rows)
    return written.getvalue().encode("utf-8")
