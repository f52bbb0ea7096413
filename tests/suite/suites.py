"""Small suites for the tests, runs of them as processes of their own, and what a table holds, read with sqlite3 alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
INSTANCES = ROOT / "instances"
HERE = Path(__file__).resolve().parent
SMALL = ("liu2014-oil-leases", "liu2014-auction-1", "no-correlation", "hull-not-residual-claimant")
Key = tuple[str, str]


def folder(at: Path, names: tuple[str, ...] = SMALL, *, bad: bool = True) -> Path:
    """Copy instances into a folder, with a bad file of each kind among them."""
    at.mkdir()
    for name in names:
        shutil.copy(INSTANCES / f"{name}.json", at)
    if bad:
        (at / "bad-json.json").write_text('{"format": "mechsynth-instance/1",', encoding="utf-8")
        document = json.loads((INSTANCES / "liu2014-auction-1.json").read_text(encoding="utf-8"))
        document["x-expected"] = {"policy": "optimal"}
        document["discount"] = "-1"
        (at / "bad-discount.json").write_text(json.dumps(document), encoding="utf-8")
    return at


def stated(at: Path) -> dict[Key, str]:
    """What the files in a folder say themselves of their answers, the plain asks only."""
    found = {}
    for path in at.glob("*.json"):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except json.JSONDecodeError:
            continue
        for ask in ("policy", "convex-independence", "spanning", "static", "contingent", "vcg-type"):
            if ask in document["x-expected"]:
                found[path.name, json.dumps({"ask": ask}, separators=(",", ":"))] = document["x-expected"][ask]
    return found


def environ(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]), **(extra or {})}


PATIENCE = 300  # seconds until a test gives a process up; a machine may be busy


class Gate:
    """Where the jobs of a run wait, each with its answer, until the test lets so many of them go: a moment that is certain.

    A pipe with a byte for every job that may go on.
    """

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end = os.open(path, os.O_RDWR)  # and never closed by it, so that nobody reads the end of the pipe

    def let(self, jobs: int) -> None:
        """Let so many jobs go on."""
        os.write(self._end, b"." * jobs)

    def open(self) -> None:
        """Let all of them go on; no suite of the tests has as many."""
        self.let(4096)


def ways(log: Path | None, gate: Gate | None) -> dict[str, str]:
    """What `logged.py` reads from its environment."""
    return ({} if log is None else {"BEGUN": str(log)}) | ({} if gate is None else {"GATE": str(gate.path)})


def begin(
    *arguments: str | Path,
    log: Path | None = None,
    gate: Gate | None = None,
    command: tuple[str, ...] = ("suite", "run"),
) -> subprocess.Popen[str]:
    """Start `mechsynth suite run` as a process in a session of its own, as a terminal would."""
    program = ["-m", "mechsynth"] if log is None else [str(HERE / "logged.py")]
    return subprocess.Popen(
        [sys.executable, *program, *command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ(ways(log, gate)),
        start_new_session=True,
        preexec_fn=_listens,
    )


def _listens() -> None:
    """Take interrupts as what a terminal starts does: tests that a script starts in the background inherit that they are ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until(run: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    """Wait for something that a run does before it is over."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert run.poll() is None, f"the run is over: {run.communicate()}"
        assert time.monotonic() < deadline, "the run does not get there"
        time.sleep(0.005)


def kill(run: subprocess.Popen[str]) -> None:
    """Kill a run that is not over, with all its processes."""
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate(timeout=PATIENCE)
    assert run.returncode == -signal.SIGKILL, "the run was over before it could be killed"


def begun(log: Path) -> list[Key]:
    """Which jobs were begun, in order."""
    return [tuple(json.loads(line)) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def read(table: Path, query: str) -> list[tuple[Any, ...]]:
    """What a table holds while others write it or after they were killed; nothing if it is not there yet."""
    try:
        base = sqlite3.connect(f"file:{table}?mode=ro", uri=True, timeout=10)
        try:
            return base.execute(query).fetchall()
        finally:
            base.close()
    except sqlite3.OperationalError:
        return []


def finished(table: Path) -> set[Key]:
    return {(a, b) for a, b in read(table, "SELECT instance, question FROM answers")}


def contents(table: Path) -> tuple[list[tuple[Any, ...]], dict[str, str], bytes]:
    """All lines, all files by their digests, the CSV: everything that must not depend on how a run went."""
    rows = read(table, "SELECT * FROM answers ORDER BY instance, question")
    files = {
        name: hashlib.sha256(zlib.decompress(data)).hexdigest() for name, data in read(table, "SELECT * FROM files")
    }
    assert all(name == digest for name, digest in files.items())
    return rows, files, table.with_suffix(".csv").read_bytes()
