"""Small suites for the tests, runs of them as processes of their own, and what a table holds, read with sqlite3 alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Mapping
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


def begin(*arguments: str | Path, log: Path | None = None) -> subprocess.Popen[str]:
    """Start `mechsynth suite run` as a process in a session of its own, as a terminal would."""
    program = ["-m", "mechsynth"] if log is None else [str(HERE / "logged.py")]
    return subprocess.Popen(
        [sys.executable, *program, "suite", "run", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ({} if log is None else {"BEGUN": str(log)}),
        start_new_session=True,
    )


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
