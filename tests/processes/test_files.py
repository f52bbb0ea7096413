"""No command destroys a file that it reads or that is not its own, and none reads what does not end; each as a process."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
LEASES = ROOT / "instances" / "liu2014-oil-leases.json"
PATIENCE = 300  # seconds; a machine may be busy


def run(at: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mechsynth", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def refused(at: Path, *arguments: str, words: str = "") -> None:
    """Exit code 2, one line, and every file is what it was."""
    before = {path.name: path.read_bytes() for path in at.iterdir() if path.is_file()}
    ended = run(at, *arguments)
    assert (ended.returncode, ended.stdout) == (2, ""), (arguments, ended)
    assert ended.stderr.count("\n") == 1 and words in ended.stderr, ended.stderr
    assert {path.name: path.read_bytes() for path in at.iterdir() if path.is_file()} == before


@pytest.fixture
def at(tmp_path: Path) -> Path:
    """A folder with an instance ``a.json`` under two more names, and its result ``r.json``."""
    shutil.copy(LEASES, tmp_path / "a.json")
    (tmp_path / "link.json").symlink_to("a.json")
    os.link(tmp_path / "a.json", tmp_path / "hard.json")
    assert run(tmp_path, "solve", "a.json", "--ask", "policy", "-o", "r.json").returncode == 0
    return tmp_path


def test_no_input_is_destroyed(at: Path) -> None:
    for name in ("a.json", "./a.json", "link.json", "hard.json"):
        refused(at, "solve", "a.json", "--ask", "policy", "-o", name, words="is read by the same command")
    refused(at, "solve", "link.json", "--ask", "policy", "-o", "a.json", words="is read by the same command")
    refused(at, "report", "r.json", "a.json", "-o", "a.json", words="is read by the same command")
    refused(at, "report", "r.json", "a.json", "-o", "r.json", words="is read by the same command")
    refused(at, "export", "a.json", "-o", "a.json", words="is read by the same command")
    refused(at, "suite", "run", "a.json", "--ask", "policy", "-o", "a.json", words="a.json")


def test_the_ending_says_what_is_written(at: Path) -> None:
    refused(at, "report", "r.json", "a.json", "-o", "a.pdf", words="end it with .html or .htm")
    refused(at, "solve", "a.json", "--ask", "policy", "-o", "r.html", words="end it with .json")
    refused(at, "export", "a.json", "-o", "p.txt", words="end it with .mps or .lp")
    refused(at, "generate", "oil-leases", "-o", "i.csv", words="end it with .json")
    refused(at, "suite", "run", "a.json", "--ask", "policy", "-o", "t.html", words="end it with .db")
    refused(
        at, "suite", "run", "a.json", "--ask", "policy", "-o", "t.db", "--profile", "p.pdf", words="end it with .svg"
    )
    over = ("bilateral-trade", "--over", "alpha=0:1:2", "--ask", "lump-sum-budget")
    refused(at, "sweep", *over, "-o", "m.json", words="end it with .db")
    refused(at, "sweep", *over, "-o", "m.db", "--picture", "m.pdf", words="end it with .svg")
    assert run(at, "solve", "a.json", "--ask", "policy", "-o", "/dev/null").returncode == 0


@pytest.mark.parametrize("name", ["c.csv", "c.times.csv"])
def test_a_foreign_file_beside_a_table(at: Path, name: str) -> None:
    """A CSV file that is not of a run is left alone; one that is, is written anew."""
    arguments = ("suite", "run", "a.json", "--ask", "policy", "-o", "c.db")
    (at / name).write_text("year,price\n2014,12\n", encoding="utf-8")
    refused(at, *arguments, words=f"{name}: is there already and is no file of a run")
    (at / name).unlink()
    assert run(at, *arguments).returncode == 0
    (at / "c.db").unlink()
    assert run(at, *arguments).returncode == 0


@pytest.mark.parametrize("name", ["m.csv", "m.map.csv", "m.brackets.csv"])
def test_a_foreign_file_beside_a_map(at: Path, name: str) -> None:
    (at / name).write_bytes(b"")
    over = ("bilateral-trade", "--over", "alpha=0:1:2", "--ask", "lump-sum-budget", "-o", "m.db")
    refused(at, "sweep", *over, words=f"{name}: is there already and is no file of a run")


@pytest.mark.parametrize("name", ["/dev/zero", "pipe.json"])
def test_what_does_not_end_is_not_read(at: Path, name: str) -> None:
    """A device, and a pipe that nobody writes to."""
    os.mkfifo(at / "pipe.json")
    for arguments in (
        ("solve", name, "--ask", "policy"),
        ("check", name, "a.json"),
        ("check", "r.json", name),
        ("audit", name, "r.json"),
        ("audit", "a.json", name),
        ("explain", name),
        ("report", name, "a.json", "-o", "p.html"),
        ("report", "r.json", name, "-o", "p.html"),
        ("export", name, "-o", "p.lp"),
        ("solve", "a.json", "--resume", name),
    ):
        refused(at, *arguments, words="is a device or a pipe")
    ended = run(at, "suite", "run", name, "--ask", "policy", "--workers", "1", "-o", "t.db")
    assert ended.returncode in (2, 3) and ended.stderr.count("\n") <= 1 and "Traceback" not in ended.stderr


def test_a_name_that_no_file_can_have(at: Path) -> None:
    """In a suite: a line of the table says so."""
    (at / "suite.json").write_text('{"format": "mechsynth-suite/1", "instances": ["a.json\\u0000"]}', encoding="utf-8")
    ended = run(at, "suite", "run", "suite.json", "--ask", "policy", "--workers", "1", "-o", "t.db")
    assert ended.returncode == 3 and ended.stderr == "" and "is no name of a file" in ended.stdout


def test_a_table_that_inflates_without_end(at: Path) -> None:
    """A file in it of more than a file of ours may have is refused; what is cut off is damaged."""
    assert run(at, "suite", "run", "a.json", "--ask", "policy", "-o", "t.db").returncode == 0
    inflated = zlib.compressobj()
    bomb = b"".join([*(inflated.compress(bytes(2**20)) for _ in range(1100)), inflated.flush()])
    for data, words in ((bomb, "is of more than"), (bomb[:1000], "is damaged"), (None, "is damaged")):
        shutil.copy(at / "t.db", at / "bent.db")
        base = sqlite3.connect(at / "bent.db")
        base.execute("UPDATE files SET data = ?" if data else "UPDATE files SET data = 'text'", (data,) if data else ())
        base.commit()
        base.close()
        ended = run(at, "suite", "check", "bent.db")
        assert ended.returncode in (1, 2) and words in ended.stdout + ended.stderr and "Traceback" not in ended.stderr


def test_names_of_files_are_no_formulas(at: Path) -> None:
    """What a spreadsheet would compute stands behind an apostrophe; numbers stay numbers."""
    folder = at / "odd"
    folder.mkdir()
    for name in ("=cmd().json", "@a.json", "+1+2.json", "-x.json", "plain.json"):
        shutil.copy(LEASES, folder / name)
    assert run(at, "suite", "run", "odd", "--ask", "policy", "--workers", "1", "-o", "t.db").returncode == 0
    with (at / "t.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["instance"] for row in rows} == {"'=cmd().json", "'@a.json", "'+1+2.json", "'-x.json", "plain.json"}
    assert {row["value"] for row in rows} == {
        json.loads(LEASES.read_text(encoding="utf-8"))["x-expected"].get("value", "19")
    }
    with (at / "t.times.csv").open(encoding="utf-8", newline="") as stream:
        assert not [row for row in csv.DictReader(stream) if row["instance"][0] in "=@+-"]


def test_negative_numbers_stay_numbers() -> None:
    from mechsynth.suite.table import csv_bytes

    numbers = ["-3", "-3/4", "+2", "-1.5", "-1e-5", "0"]
    formulas = ["-3+4", "=1", "@x", "+cmd", "-1/2/3", "-", "\tx", "--1"]
    written = csv_bytes(["a"] * 6, [numbers]) + csv_bytes(["a"] * 8, [formulas])
    rows = list(csv.reader(written.decode().splitlines()))
    assert rows[1] == numbers and rows[3] == [f"'{each}" for each in formulas]
