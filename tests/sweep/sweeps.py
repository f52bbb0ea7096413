"""Sweeps for the tests: as processes of their own, and what their tables hold, read with sqlite3 alone."""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from pathlib import Path
from typing import Any

from suite import suites
from suite.suites import Gate, read

ROOT = Path(__file__).resolve().parents[2]
TRADE = (
    "bilateral-trade",
    "--over",
    "alpha=0:1:9",
    "--over",
    "delta=1/12:2/3:8",
    "--ask",
    "lump-sum-budget",
    "--refine",
    "2",
)
Contents = tuple[list[tuple[Any, ...]], dict[str, str], bytes, bytes, bytes]


def begin(*arguments: str | Path, log: Path | None = None, gate: Gate | None = None) -> subprocess.Popen[str]:
    """Start `mechsynth sweep` as a process in a session of its own, as a terminal would."""
    return suites.begin(*arguments, log=log, gate=gate, command=("sweep",))


def kept(table: Path) -> int:
    """How many points have their answer in a table."""
    return len(read(table, "SELECT instance FROM answers"))


def contents(table: Path) -> Contents:
    """All lines, all files by their digests, the CSV files but the one of times: everything that must not depend on how a run went."""
    rows = read(table, "SELECT * FROM answers ORDER BY instance, question")
    files = {
        name: hashlib.sha256(zlib.decompress(data)).hexdigest() for name, data in read(table, "SELECT * FROM files")
    }
    assert rows and all(name == digest for name, digest in files.items())
    answers, points, brackets = (table.with_suffix(end).read_bytes() for end in (".csv", ".map.csv", ".brackets.csv"))
    return rows, files, answers, points, brackets
