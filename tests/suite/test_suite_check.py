"""A table is made again from the files in it: whatever somebody changed in it is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from suites import INSTANCES, folder

from mechsynth.cli import main
from mechsynth.errors import UsageError
from mechsynth.suite.recheck import Recheck, recheck
from mechsynth.suite.run import run_suite
from mechsynth.suite.table import COLUMNS, Table

ASKS = [
    {"ask": "static"},
    {"ask": "policy"},
    {"ask": "ladder"},
    {"ask": "contingent", "last_period": "constant"},
    {"ask": "contingent", "scope": "policy"},
    {"ask": "implement", "transfers": "smallest", "require": ["budget:ex-post"]},
]
LEASES = INSTANCES / "liu2014-oil-leases.json"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("table") / "t.db"
    run_suite([str(LEASES)], at, asks=ASKS)
    return at


def bent(table: Path, at: Path, *changes: str) -> Recheck:
    """What is found in a copy of the table after statements each of which changes one line."""
    shutil.copy(table, at / "copy.db")
    base = sqlite3.connect(at / "copy.db")
    for change in changes:
        assert base.execute(change).rowcount == 1, change
    base.commit()
    base.close()
    return recheck(at / "copy.db")


def lines(found: Recheck) -> list[str]:
    """The reasons that are about a line."""
    return [reason for instance, _, reason in found.wrong if instance]


def whole(found: Recheck) -> list[str]:
    """The reasons that are about the table."""
    return [reason for instance, _, reason in found.wrong if not instance]


def test_a_table_as_it_was_written(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", "check", str(table)]) == 0
    assert capsys.readouterr().out.startswith("6 of 6 lines are what their files make them; 6 answers")
    assert main(["suite", "check", str(table), "--json", "--time-limit", "100"]) == 0
    assert json.loads(capsys.readouterr().out) == {"lines": 6, "checked": 6, "wrong": []}


STATIC, POLICY = "question LIKE '%static%'", "question LIKE '%ask%policy%' AND question NOT LIKE '%scope%'"
CHANGES = {
    "question, of another ask": f"UPDATE answers SET question = '{{\"ask\":\"spanning\"}}' WHERE {STATIC}",
    "question, of another scope": "UPDATE answers SET question = '{\"ask\":\"contingent\",\"scope\":\"all\"}' WHERE question LIKE '%scope%'",
    "question, of another last period": "UPDATE answers SET question = '{\"ask\":\"contingent\"}' WHERE question LIKE '%constant%'",
    "question, of another class": "UPDATE answers SET question = replace(question, 'smallest', 'full') WHERE question LIKE '%smallest%'",
    "question, of another requirement": "UPDATE answers SET question = replace(question, 'ex-post', 'ex-ante') WHERE question LIKE '%smallest%'",
    "question, in another spelling": f"UPDATE answers SET question = '{{ \"ask\":\"static\"}}' WHERE {STATIC}",
    "question, of no ask": f"UPDATE answers SET question = '{{\"ask\":\"love\"}}' WHERE {STATIC}",
    "question, no question": f"UPDATE answers SET question = 'static' WHERE {STATIC}",
    "status": f"UPDATE answers SET status = 'infeasible' WHERE {POLICY}",
    "strength": f"UPDATE answers SET strength = 'verified' WHERE {POLICY}",
    "value": f"UPDATE answers SET value = '10' WHERE {POLICY}",
    "checked, refused": f"UPDATE answers SET checked = 'refused' WHERE {POLICY}",
    "checked, not at all": f"UPDATE answers SET checked = '' WHERE {POLICY}",
    "said": f"UPDATE answers SET said = said || '.' WHERE {POLICY}",
    "result, another": f"UPDATE answers SET result = (SELECT result FROM answers WHERE {POLICY}) WHERE {STATIC}",
    "result, none": f"UPDATE answers SET result = '' WHERE {STATIC}",
    "sha256": f"UPDATE answers SET sha256 = '{'0' * 64}' WHERE {STATIC}",
    "expected, nothing": f"UPDATE answers SET expected = '' WHERE {POLICY}",
    "expected, something else": f"UPDATE answers SET expected = 'optimal 18 exact' WHERE {POLICY}",
    "expected, no words of ours": f"UPDATE answers SET expected = expected || '; perhaps' WHERE {POLICY}",
    "agrees": f"UPDATE answers SET agrees = 'no' WHERE {POLICY}",
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_column_that_was_changed(name: str, table: Path, tmp_path: Path) -> None:
    """By the line's own files; and the digest of the table differs, too."""
    found = bent(table, tmp_path, CHANGES[name])
    assert len(lines(found)) == 1 and len(whole(found)) == 1, found
    assert found.words().startswith("5 of 6 lines")


def test_every_column_is_among_them() -> None:
    """The name of an instance and the reason of a line without an answer stand in no file."""
    assert {name.split(",")[0] for name in CHANGES} == set(COLUMNS) - {"instance", "error"}


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE answers SET instance = 'other.json' WHERE {POLICY}",
        f"UPDATE answers SET error = 'late' WHERE {POLICY}",
        f"DELETE FROM answers WHERE {POLICY}",
        "UPDATE whole SET lines = 5",
        "UPDATE whole SET digest = 'f' || substr(digest, 2) WHERE digest NOT LIKE 'f%'",
        "DELETE FROM whole",
    ],
)
def test_what_only_the_digest_of_the_table_sees(change: str, table: Path, tmp_path: Path) -> None:
    found = bent(table, tmp_path, change)
    assert not lines(found) and len(whole(found)) == 1
    assert "the table: its own digest" in found.words()


@pytest.mark.parametrize(
    "change",
    [
        f"DELETE FROM files WHERE sha256 = (SELECT result FROM answers WHERE {STATIC})",
        f"UPDATE files SET data = x'00' WHERE sha256 = (SELECT result FROM answers WHERE {STATIC})",
        f"UPDATE files SET data = (SELECT data FROM files WHERE sha256 = (SELECT result FROM answers WHERE {POLICY}))"
        f" WHERE sha256 = (SELECT result FROM answers WHERE {STATIC})",
    ],
)
def test_a_file_that_was_changed(change: str, table: Path, tmp_path: Path) -> None:
    found = bent(table, tmp_path, change)
    assert len(lines(found)) == 1 and not whole(found)


@pytest.mark.parametrize("change", ["DROP TABLE whole", "DROP TABLE answers", "DROP TABLE times"])
def test_a_damaged_table_is_one_line(
    change: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(table, copy)
    base = sqlite3.connect(copy)
    base.execute(change)
    base.close()
    assert main(["suite", "check", str(copy)]) == 2
    said = capsys.readouterr().err
    assert "is damaged" in said and said.count("\n") == 1


def test_cells_that_are_no_text(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SQLite keeps what it is given in any column."""
    for column in COLUMNS:
        copy = tmp_path / "copy.db"
        shutil.copy(table, copy)
        base = sqlite3.connect(copy)
        base.execute(f"UPDATE answers SET {column} = x'ff00' WHERE {POLICY}")
        base.commit()
        base.close()
        assert main(["suite", "check", str(copy)]) in (1, 2), column
        assert capsys.readouterr().err.count("\n") <= 1


def test_lines_without_answers_and_lines_asked_again(tmp_path: Path) -> None:
    """Bad files are lines, too; asking again and new expectations keep the digest up to date."""
    suite = folder(tmp_path / "few")
    at = tmp_path / "t.db"
    run_suite([str(suite)], at)
    assert not recheck(at).wrong
    good = suite / "no-correlation.json"
    document = json.loads(good.read_text(encoding="utf-8"))
    good.write_text(json.dumps({**document, "x-note": "changed"}), encoding="utf-8")
    run_suite([str(suite)], at, resume=True)
    found = recheck(at)
    assert not found.wrong and found.checked < found.lines
    assert lines(bent(at, tmp_path, "UPDATE answers SET status = 'feasible' WHERE instance = 'bad-json.json'"))


def test_a_table_of_format_1(table: Path, tmp_path: Path) -> None:
    """It has no digest of its own: its lines are made again all the same, and the next run gives it one."""
    old = tmp_path / "old.db"
    shutil.copy(table, old)
    base = sqlite3.connect(old)
    base.executescript("DROP TABLE whole; PRAGMA user_version = 1;")
    base.close()
    assert recheck(old) == recheck(table)
    Table(old).close()
    with Table(old, write=False) as again, Table(table, write=False) as first:
        assert again.stated() == first.stated() == again.summed()


def test_a_limit(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that takes too long is named; it is not said to be wrong in any other way."""
    from mechsynth import limits

    with pytest.raises(UsageError, match="is no limit"):
        recheck(table, time_limit=-1)
    monkeypatch.setattr(limits, "GRACE", -1e-9)
    found = recheck(table, time_limit=1e-9)
    assert {reason for _, _, reason in found.wrong} <= {"the time limit was reached"} and not whole(found)
